"""The verb `indicators`: kept runs, series, what is written, and what is told of missing data."""

import csv
import datetime as dt
import re

import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.verbs.indicator_words import percent
from tests.population.indicator_builders import small_set, write_set
from tests.test_cli import here

D = dt.date(2016, 10, 15)
CONTRACT_COLUMNS = [
    "set", "as_of", "level", "unit", "indicator", "version", "outcome", "persons", "met", "not_met", "overdue",
    "no_data", "not_applicable", "exceptions", "strict_n", "strict_d", "strict_low", "strict_high", "observed_n",
    "observed_d", "observed_low", "observed_high",
]  # fmt: skip
EVERYBODY = {"case": "seen", "any_of": [{"measure": "gp_contacts", "with": {"within": "24 months"}, "at_least": 1}]}
SEEN = {
    "indicator": "seen",
    "done": {"latest_of": [{"measure": "last_gp_contact"}], "within": "6 months"},
    "standard": {"share": 0.9, "number": "STD-1", "source": "003 L897"},
}
SPECIALIST = {
    "indicator": "eye_doctor",
    "done": {"latest_of": [{"measure": "last_specialist", "with": {"specialties": ["eye"]}}], "within": "24 months"},
}
TITLE = {"da": "x", "en": "x"}
BINS = [{"category": name, "title": TITLE, "at_least": start} for name, start in (("few", 0), ("many", 5))]
DRUGS = {
    "indicator": "drugs",
    "categories": {"value": {"measure": "distinct_drugs", "with": {"within": "6 months"}}, "bins": BINS},
}
HIDDEN = {"indicator": "hidden", "shown": False, "known": {"known": [{"measure": "last_gp_contact"}]}}


@pytest.fixture(scope="module")
def programmes(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programmes")
    write_set(small_set([SEEN, SPECIALIST, DRUGS, HIDDEN], cases=[EVERYBODY]), folder)
    return folder


@pytest.fixture(scope="module")
def run(region_home, programmes):
    return verbs.indicators("small", D, home=region_home, programmes=programmes)


def test_csv_and_parquet_have_the_contracts_columns_and_the_same_rows(region_home, programmes, tmp_path):
    for ending in ("csv", "parquet"):
        out = tmp_path / f"out.{ending}"
        verbs.indicators("small", D, by="municipality", out=out, home=region_home, programmes=programmes)
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    table = pq.read_table(tmp_path / "out.parquet")
    assert list(rows[0]) == table.column_names == CONTRACT_COLUMNS
    kept = table.to_pylist()
    assert [row["unit"] for row in rows] == [row["unit"] for row in kept]
    assert {row["level"] for row in kept} == {"municipality"}
    assert all(row["persons"] == str(whole["persons"]) for row, whole in zip(rows, kept, strict=True))
    categories = [row for row in rows if row["indicator"] == "drugs"]
    assert {row["strict_d"] for row in categories} == {""}


def test_a_run_is_named_by_what_it_is_made_of_and_is_read_when_asked_again(region_home, programmes, run):
    again = verbs.indicators("small", D, by="region", home=region_home, programmes=programmes)
    assert again.name == run.name
    assert again.stored.place == run.stored.place
    assert verbs.indicators("small", D, constant=True, home=region_home, programmes=programmes).name != run.name
    without = verbs.indicators("small", D, without=["hospital"], home=region_home, programmes=programmes)
    assert without.name != run.name
    assert verbs.open_indicators(run.name, region_home).definition() == run.definition()


def test_every_level_has_the_same_persons(run):
    persons = {}
    for level in ("practice", "municipality", "region"):
        rows = run.results(level).to_pyarrow().to_pylist()
        persons[level] = sum(row["persons"] for row in rows if row["indicator"] == "seen")
    assert len(set(persons.values())) == 1
    assert persons["region"] > 100
    patients = run.table("patients")
    assert patients.filter(patients.indicator == "seen").count().to_pyarrow().as_py() == persons["region"]


def test_rows_show_shares_counts_standards_and_leave_hidden_indicators_out(run):
    rows = [row for row in run.rows() if row["practice"] == run.rows()[0]["practice"]]
    assert [row["indicator"] for row in rows] == ["seen", "eye_doctor", "drugs"]
    assert rows[0]["standard"].startswith("90 %: ")
    assert rows[1]["standard"] == "no standard"
    assert rows[2]["share"] == "categories"
    met, persons = rows[0]["met"], rows[0]["persons"]
    assert (rows[0]["share"], rows[0]["n/d"]) == (percent(met, persons), f"{met}/{persons}")
    counted = next(entry for entry in run.category_rows() if entry["practice"] == rows[0]["practice"])
    assert (counted["indicator"], counted["with a value"]) == ("drugs", persons)
    assert re.fullmatch(r"few \d+ \(\d+ %\), many \d+ \(\d+ %\)", counted["categories"])


def test_a_figure_leads_back_to_its_rule_and_deliveries(run, region_home):
    whole = verbs.lineage(run.name, region_home).rows()
    assert {row["figure"] for row in whole} == {"small.seen", "small.eye_doctor", "small.drugs", "small.hidden"}
    (one,) = verbs.lineage(f"{run.name}:small.eye_doctor", region_home).rows()
    assert (one["rule"], one["source"]) == ("000 L1", "health_insurance")


def test_a_share_is_printed_in_whole_percent_half_up():
    assert [percent(n, d) for n, d in ((342, 657), (1, 8), (1, 200), (0, 7), (0, 0))] == [
        "52 %", "13 %", "1 %", "0 %", "–",
    ]  # fmt: skip


def test_a_series_has_every_day_and_its_patients_only_the_last(region_home, programmes):
    found = verbs.indicators(
        "small", D, by="region", since=D - dt.timedelta(days=370), every="6 months", home=region_home,
        programmes=programmes,
    )  # fmt: skip
    assert [day.isoformat() for day in found.days] == ["2015-10-15", "2016-04-15", "2016-10-15"]
    assert [row["as of"] for row in found.rows() if row["indicator"] == "seen"] == found.days
    patients = found.table("patients").select("as_of").distinct()
    assert patients.to_pyarrow().to_pylist() == [{"as_of": D}]
    assert found.breaks("region", "region", "seen") == []


def test_a_missing_source_is_said_and_never_a_share_of_zero(region_home, programmes):
    found = verbs.indicators(
        "small", D, by="region", without=["health_insurance"], home=region_home, programmes=programmes
    )
    row = next(row for row in found.rows() if row["indicator"] == "eye_doctor")
    assert row["share"] == "not collected"
    assert row["met"] is None
    assert any("no answer for eye_doctor: nothing of health_insurance was collected" in note for note in found.notes())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "big"}, "unknown set of indicators `big`; sets are small"),
        ({"case": "listed"}, "no case definition `listed`; its case definitions are seen"),
        ({"by": "country"}, "results are by practice, network, municipality, region, not by `country`"),
        ({"practice": "000000"}, "no practice has the provider number 000000"),
        ({"practice": "000000", "by": "region"}, "leave out one of the two"),
        ({"every": "3m"}, "say `--since` with `--every`"),
        ({"since": dt.date(2016, 1, 1), "every": "a year"}, "`--every`: `a year` is not a number of months"),
        ({"since": dt.date(2017, 1, 1)}, "a series cannot begin on 2017-01-01, after its last day 2016-10-15"),
        ({"without": ["general_practice"]}, "`general_practice`"),
        ({"out": "results.xlsx"}, "write to a file that ends in .csv or .parquet"),
    ],
)
def test_what_cannot_be_answered_is_said_in_words(region_home, programmes, asked, said):
    with pytest.raises(SamspilError) as raised:
        verbs.indicators(**{"name": "small", "as_of": D, "home": region_home, "programmes": programmes, **asked})
    assert said in str(raised.value)


def test_a_run_of_another_kind_is_not_opened_as_indicators(region_home):
    scored = verbs.stratify(["sad"], D, home=region_home)
    with pytest.raises(SamspilError, match="has no indicators; it is a run of `stratify`"):
        verbs.open_indicators(scored.name, region_home)


def test_how_an_indicator_is_computed_is_told_with_its_version_channel_and_source(programmes):
    found = verbs.explain_indicator("t2d", "eye_exam", dt.date(2021, 12, 31))
    told = {row[""]: row["eye_exam"] for row in found.rows()}
    assert told["Definition"] == "v2, 2019-01-01 –"
    assert "last_specialist (specialties eye), within 24 months" in told["Measured by"]
    assert told["Collected in"].startswith("2021: ")
    assert told["Standard"] == "no standard: a share is neither good nor bad"
    assert told["Source"].startswith("003 L")
    danish = verbs.explain_indicator("small", "seen", D, language="da", programmes=programmes).rows()
    assert {"": "Standard", "seen": "mindst 90 % (STD-1, 003 L897)"} in danish
    with pytest.raises(SamspilError, match="`small` has no indicator `eyes`; its indicators are seen, eye_doctor"):
        verbs.explain_indicator("small", "eyes", D, programmes=programmes)


def test_the_command_line_shows_title_coverage_and_what_is_missing(region_home, programmes, capsys, monkeypatch):
    own = ("--home", region_home, "--programmes", programmes)
    code, out, _ = here(
        capsys, monkeypatch, "indicators", "--set", "small", "--as-of", D, "--by", "region",
        "--without", "health_insurance", *own,
    )  # fmt: skip
    assert code == 0
    assert "by region, at 2016-10-15; who has it: seen" in out
    assert "practices deliver" in out
    assert "not collected" in out
    code, out, _ = here(capsys, monkeypatch, "indicators", "--sets", "--programmes", programmes)
    assert (code, "seen, eye_doctor, drugs" in out) == (0, True)
    code, out, _ = here(
        capsys, monkeypatch, "indicators", "--set", "small", "--explain", "seen", "--programmes", programmes
    )
    assert (code, "last_gp_contact, within 6 months" in out) == (0, True)
    code, _, err = here(capsys, monkeypatch, "indicators", "--as-of", D, *own)
    assert (code, "samspil indicators --sets" in err) == (2, True)
