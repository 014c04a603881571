"""The verb `cost`: tables that agree with each other, what is said of missing data, and what a practice may see."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import shutil
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from samspil import verbs
from samspil.cli import app
from samspil.definitions import DefinitionError, SamspilError
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.prices import PRICES
from samspil.verbs import cost_words
from samspil.verbs.costing import CostRun

D = dt.date(2016, 10, 15)
TABLES = {"persons", "population", "groups", "lorenz", "sectors", "transitions", "profile", "course", "unlinked"}


@pytest.fixture(scope="module")
def run(region_home) -> CostRun:
    return verbs.cost(D, home=region_home)


def one(run: CostRun, expression: Any) -> Any:
    return tuple(run.lake.engine.one(expression.as_table()).values())


def at_level(run: CostRun, name: str, level: str) -> list[dict[str, Any]]:
    return [row for row in run.fetched(name) if row["level"] == level]


def test_the_run_keeps_its_tables_and_is_read_when_asked_again(run, region_home):
    assert set(run.stored.tables) == TABLES
    again = verbs.cost(D, home=region_home, by="practice")
    assert again.name == run.name
    assert verbs.open_cost(run.name, home=region_home).rows() == run.rows()
    assert verbs.cost(D, home=region_home, cuts=("4", "22")).name != run.name


def test_counts_are_whole_numbers_and_amounts_are_exact(run):
    for table in TABLES:
        types = {name: str(kind) for name, kind in run.table(table).schema().items()}
        for amount in {"cost", "total", "transfers", "cost_before"} & set(types):
            assert types[amount] == "decimal(18, 2)"
        for count in {"persons", "rank", "diagnoses", "point"} & set(types):
            assert types[count] == "int64"


def test_persons_groups_curve_and_sectors_add_up_to_the_same(run):
    persons = run.table("persons")
    number, total, transfers = one(
        run, persons.aggregate(n=persons.count(), t=persons.total.sum(), f=persons.transfers.sum())
    )
    groups, curve = at_level(run, "groups", "region"), run.fetched("lorenz")
    assert [row["persons"] for row in at_level(run, "population", "region")] == [number]
    assert sum(row["persons"] for row in groups) == curve[-1]["persons"] == number > 3_000
    assert sum(row["cost"] for row in groups) == curve[-1]["cost"] == total > 0
    sectors = at_level(run, "sectors", "region")
    by_kind = {
        kind: sum((row["cost"] or 0 for row in sectors if row["kind"] == kind), Decimal(0))
        for kind in ("service", "transfer")
    }
    assert by_kind == {"service": total, "transfer": transfers}
    assert sum(row["cost"] for row in run.fetched("profile")) == total
    assert sum(row["persons"] for row in run.fetched("profile")) == number


@pytest.mark.parametrize("level", ["practice", "municipality"])
@pytest.mark.parametrize("table", ["population", "groups", "sectors"])
def test_units_of_a_level_add_up_to_the_region(run, level, table):
    for what in ("persons", "cost") if table != "population" else ("persons",):
        of_units, of_region = (sum(r[what] or 0 for r in at_level(run, table, each)) for each in (level, "region"))
        assert of_units == of_region > 0


def test_a_network_has_its_practices_and_nobody_elses(run):
    networks = at_level(run, "groups", "network")
    if "network_practice" not in run.lake.tables:
        assert networks == []
        return
    practices = {row["unit"]: 0 for row in at_level(run, "groups", "practice")}
    for row in at_level(run, "groups", "practice"):
        practices[row["unit"]] += row["persons"]
    members = run.lake.tables["network_practice"]
    day = D
    for network in {row["unit"] for row in networks}:
        theirs = members.filter((members.network == network) & (members.joined <= day))
        theirs = theirs.filter(theirs.left.isnull() | (theirs.left > day)).to_pyarrow().to_pylist()
        wanted = sum(practices.get(row["provider_number"], 0) for row in theirs)
        assert sum(row["persons"] for row in networks if row["unit"] == network) == wanted


def test_r_pop_02_the_run_keeps_cost_by_sector_and_month_around_each_index_date(run):
    """The same as the course that is asked for by ranges, for each illness of `cost_analysis.yaml`."""
    rows, wanted = run.fetched("course"), run.analysis.courses
    assert {row["course"] for row in rows} == {each.course for each in wanted.illnesses}
    assert {row["month"] for row in rows} == set(range(-wanted.before, wanted.after + 1))
    for illness in wanted.illnesses:
        asked = run.course(",".join(illness.ranges), wanted.before, wanted.after).to_pyarrow().to_pylist()
        told = {(row["month"], row["sector"]): row for row in asked}
        own = [row for row in rows if row["course"] == illness.course]
        assert len(own) == len(told)
        for row in own:
            same = told[row["month"], row["sector"]]
            assert {name: row[name] for name in same} == same


def test_transitions_hold_everybody_of_both_years_once(run):
    rows, persons = run.fetched("transitions"), run.table("persons")
    now = sum(row["persons"] for row in rows if row["to_group"] not in {"dead", "moved"})
    assert now == one(run, persons.count())[0]
    before = {row["from_group"]: 0 for row in rows}
    for row in rows:
        before[row["from_group"]] += row["persons"]
    assert before["new"] > 0
    assert run.persistence().denominator == before["0-1"]
    known = one(run, persons.group_before.notnull().sum())[0]
    assert known == now - before["new"]


def test_the_costly_year_falls_and_every_ranking_carries_its_caution(run):
    change = run.change()
    assert change.chosen.relative < change.everybody.relative
    assert change.caution == run.concentration().caution == run.caution
    assert run.caution.says.en in "\n".join(cost_words.notes(run))


def test_a_source_that_is_missing_is_in_no_total_and_is_named(region_home):
    run = verbs.cost(D, without=["hospital", "municipal_care"], home=region_home)
    persons = run.table("persons")
    assert one(run, persons.aggregate(h=persons.hospital_somatic.count(), c=persons.municipal_care.count())) == (0, 0)
    assert one(run, persons.aggregate(a=persons.admissions.count(), d=persons.diagnosis_group.count())) == (0, 0)
    said = "\n".join(cost_words.notes(run))
    assert "Not delivered: hospital (hospital_somatic, hospital_psychiatric)" in said
    totals = {row["sector"]: row["DKK"] for row in run.rows() if row["sector"].startswith("all")}
    assert totals["all services"].startswith("at least ")
    assert not totals["all transfers"].startswith("at least ")
    assert "Hospital, somatic" not in {row["sector"] for row in run.rows()}


def test_a_service_without_a_price_reads_not_measured(run):
    (row,) = [row for row in run.rows() if row.get("service") == "Substance treatment"]
    assert row["DKK"] == "not measured"
    assert "Without a price, so counted and not measured: social.substance_case." in cost_words.notes(run)


@pytest.mark.parametrize("day", [dt.date(2013, 6, 30), dt.date(2013, 12, 31), dt.date(2017, 3, 31)])
def test_days_that_were_not_delivered_are_named_and_nothing_is_compared_across_them(region_home, day):
    run = verbs.cost(day, home=region_home)
    assert not run.before_is_known
    assert (run.change(), run.persistence(), run.fetched("transitions")) == (None, None, [])
    persons = run.table("persons")
    assert one(run, persons.total_before.count()) == (0,)
    said = "\n".join(cost_words.notes(run))
    assert "no change is shown" in said
    partly = {each["state"] for each in run.measured} >= {"partly"}
    assert partly == ("Delivered from" in said) == (day != dt.date(2013, 12, 31))


def test_the_list_of_a_practice_has_its_own_citizens_with_the_diagnosis_by_cost(run):
    practice = at_level(run, "groups", "practice")[0]["unit"]
    assert run.top(practice, "t2d").caution == run.caution
    found = run.top(practice, "t2d").rows.to_pyarrow().to_pylist()
    assert [row["place"] for row in found] == list(range(1, 16))
    assert {row["provider_number"] for row in found} == {practice}
    assert [row["total"] for row in found] == sorted((row["total"] for row in found), reverse=True)
    persons = run.table("persons")
    own = one(run, persons.filter(persons.provider_number == practice).total.max())[0]
    every = run.top_of_practices("t2d")
    assert every.filter(every.provider_number == practice).to_pyarrow().to_pylist() == found
    everybody = run.top(practice, "A00-Z99", 1).rows.to_pyarrow().to_pylist()
    assert everybody[0]["total"] == own


def test_a_list_without_what_tells_of_the_diagnosis_is_refused(region_home, run):
    practice = at_level(run, "groups", "practice")[0]["unit"]
    without = verbs.cost(D, without=["hospital"], home=region_home)
    partly = dataclasses.replace(without.top(practice, "t2d"), unchecked=("prescriptions",))
    assert cost_words.cautioned(without, partly)[1].endswith("as not delivered: prescriptions.")
    with pytest.raises(SamspilError, match="cannot be said without the source hospital"):
        without.top(practice, "E10-E14")
    with pytest.raises(SamspilError, match="no practice has the provider number 999999"):
        run.top("999999", "t2d")
    with pytest.raises(SamspilError, match=r"`sugar` is not a range of codes .* give a set of indicators: .*t2d"):
        run.top(practice, "sugar")


def test_a_course_says_how_many_were_observed(run):
    rows = cost_words.course_rows(run, "I20-I25")
    assert [row["month"] for row in rows] == [str(month) for month in range(-6, 13)]
    observed = [row["observed"] for row in rows]
    assert max(observed) == observed[6] > observed[-1]


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ({"cuts": ("5", "1")}, "cuts are per cent between 0 and 100 that rise"),
        ({"cuts": ("1", "x")}, "no cuts in per cent"),
        ({"cuts": ("0.0001",)}, "cuts are per cent"),
        ({"cuts": ("nan",)}, "cuts are per cent"),
        ({"months": 0}, "of 1 to 60 months"),
        ({"by": "ward"}, "not by `ward`"),
        ({"without": ["moon"]}, "unknown source `moon`"),
        ({"out": "cost.txt"}, "ends in .csv or .parquet"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_mend(region_home, asked, fault):
    with pytest.raises(SamspilError, match=fault):
        verbs.cost(D, home=region_home, **asked)


def test_a_run_of_something_else_is_not_a_run_of_cost(region_home):
    other = verbs.stratify(["daemp"], D, home=region_home)
    with pytest.raises(SamspilError, match="has no cost; it is a run of `stratify`"):
        verbs.open_cost(other.name, home=region_home)


def test_the_file_is_the_cost_table_by_person_month_sector_and_service(region_home, tmp_path, run):
    out = tmp_path / "cost.csv"
    verbs.cost(D, months=3, home=region_home, out=out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["person_id", "month", "sector", "service", "units", "unpriced", "cost"]
    assert {row["month"] for row in rows} == {"2016-08-15", "2016-09-15", "2016-10-15"}
    assert {row["cost"] for row in rows if row["service"] == "substance_case"} <= {""}


def shown(region_home, *options: str) -> str:
    answer = CliRunner().invoke(app, ["cost", "--as-of", str(D), "--home", str(region_home), *options])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    return answer.output


def test_the_command_shows_sectors_groups_moves_and_the_caution(region_home):
    text = shown(region_home)
    for part in ("What care cost by region", "0-1", "Citizens by group 12 months ago and now", "not a need", "Gini"):
        assert part in text
    assert "What care cost by practice" in shown(region_home, "--by", "practice")


def test_the_command_shows_a_list_to_the_practice_only(region_home, run):
    practice = at_level(run, "groups", "practice")[0]["unit"]
    text = shown(region_home, "--top", "3", "--within", "t2d", "--practice", practice)
    assert "not a need" in text
    assert len([line for line in text.splitlines() if line.strip()[:2] in {"1 ", "2 ", "3 ", "4 "}]) == 3
    for options in (
        ["--top", "3", "--within", "t2d"],
        ["--practice", practice],
        ["--top", "3", "--practice", practice],
    ):
        with pytest.raises(SamspilError, match="needs `--practice` and `--within`"):
            shown(region_home, *options)


def test_the_command_shows_a_course(region_home):
    assert "Month 0 holds the index date" in shown(region_home, "--around", "I20-I25")


def test_checking_every_definition_checks_prices_too(tmp_path):
    folder = tmp_path / "programmes"
    shutil.copytree(PROGRAMMES, folder)
    verbs.models(folder)
    prices = folder / PRICES
    prices.write_text(prices.read_text(encoding="utf-8").replace("service: phone", "service: fax"), encoding="utf-8")
    with pytest.raises(DefinitionError, match=f"{prices}:.*no delivery tells of the service `fax`"):
        verbs.models(folder)
