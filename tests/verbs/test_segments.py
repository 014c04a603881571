"""The verbs `segments` and `cohort` on the synthetic region: repeatable, explained, and whole or not at all."""

import csv
import datetime as dt

import pytest
import typer

from samspil import cli_population, verbs
from samspil.definitions import SamspilError
from samspil.population.segment_sizes import SIZE_COLUMNS
from samspil.verbs.segment_tables import change_rows, concordance_rows, gap_rows, high_need_rows, stratum_rows
from tests.conftest import REGION_AS_OF

D = REGION_AS_OF


@pytest.fixture(scope="module")
def run(region_home):
    return verbs.segments(D, home=region_home)


def test_the_same_definitions_data_and_day_are_read_again(run, region_home):
    again = verbs.segments(D, home=region_home, programme=["copd"])
    assert again.name == run.name
    assert {row["programme"] for row in again.rows()} == {"copd"}
    assert verbs.open_segments(run.name, region_home).persons().count().to_pyarrow().as_py() > 0


def test_every_row_of_segments_has_the_four_numbers(run):
    rows = run.by_level("municipality")
    assert len({row["unit"] for row in rows}) > 1
    for row in rows:
        assert {"algorithm positive", "diagnosed", "attending", "referred"} < set(row)
    region = {row["programme"]: row for row in run.rows()}
    diabetes = region["type-2-diabetes"]
    assert diabetes["S1"] + diabetes["S2"] + diabetes["S3a"] == int(diabetes["diagnosed"])
    for programme, row in region.items():
        assert sum(each["S1"] for each in rows if each["programme"] == programme) == row["S1"]


def test_counts_go_to_a_file_at_the_level_asked_for(run, region_home, tmp_path):
    out = tmp_path / "sizes.csv"
    verbs.segments(D, by="municipality", programme=["copd"], out=out, home=region_home)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == SIZE_COLUMNS
    assert {row["level"] for row in rows} == {"municipality"}
    assert {row["programme"] for row in rows} == {"", "copd"}


def test_tables_for_people_add_up(run):
    people = run.persons().count().to_pyarrow().as_py()
    assert sum(row["persons"] for row in stratum_rows(run)) == people
    for row in gap_rows(run, {"copd": 40}):
        parts = ("undiagnosed", "not eligible", "not referred", "declined", "not started", "started outside")
        assert sum(row[part] for part in parts) == row["gap"] == row["estimate"] - row["started"]
    assert [row["programme"] for row in concordance_rows(run)] == list(run.chosen)
    assert any("%" in row["value"] for row in high_need_rows(run))
    with pytest.raises(SamspilError, match="not shown"):
        gap_rows(run, {"asthma": 1})


def test_strat_15_a_later_run_says_who_dropped_out(run, region_home):
    earlier = verbs.segments(D - dt.timedelta(days=365), home=region_home)
    found = {row["of"]: row for row in change_rows(run, earlier)}
    assert found["high need"]["dropped out"] > 0
    members = run.persons().filter(run.persons().high_need).count().to_pyarrow().as_py()
    assert found["high need"]["confirmed"] + found["high need"]["new"] == members


def test_r_seg_03_every_rule_of_a_person_is_told_and_leads_to_the_same_result(run, region_home):
    people = run.persons()
    chosen = people.filter(people.diagnosed_copd).order_by("person_id").limit(3).to_pyarrow().to_pylist()
    for row in chosen:
        found = verbs.explain_segments(row["person_id"], D, home=region_home)
        told = found.told
        results = {(each.part, each.value) for each in told if each.rule == "RESULT"}
        assert ("copd", row["segment_copd"]) in results
        says = {each.says for each in told if (each.part, each.rule, each.test) == ("copd", "diagnosed", "→")}
        assert says == {"yes"}
        stable = {each.says for each in told if (each.part, each.rule, each.test) == ("copd", "stable", "→")}
        assert stable == {"yes" if row["stable_copd"] else "no"}
        assert all(each.source for each in told if each.rule != "RESULT")
        assert str(found).startswith(f"Segments of person {row['person_id']}")


def test_what_is_missing_is_told_as_missing(run, region_home):
    person = run.persons().limit(1).to_pyarrow().to_pylist()[0]["person_id"]
    found = verbs.explain_segments(person, D, without=["hospital"], home=region_home)
    assert found.missing == ("hospital",)
    assert any(row["value"] == "missing" and row["says"] == "not known" for row in found.rows())
    blind = verbs.segments(D, without=["hospital"], home=region_home)
    assert {row["diagnosed"] for row in blind.rows()} == {"not measured"}
    assert gap_rows(blind, {})[0]["estimate"] == "not measured"
    assert concordance_rows(blind)[0]["possibly treatable outside hospital"] == "not measured"
    assert any("no source `hospital`" in warning for warning in blind.warnings)


def test_unknown_programmes_and_persons_are_told(region_home):
    with pytest.raises(SamspilError, match="programmes with segments are copd, heart-disease, type-2-diabetes"):
        verbs.segments(D, programme=["asthma"], home=region_home)
    with pytest.raises(SamspilError, match="person 1 has no segments"):
        verbs.explain_segments(1, D, home=region_home)


def test_a_cohort_tells_what_each_criterion_costs(region_home):
    found = verbs.cohort("sdsp", dt.date(2016, 10, 15), home=region_home)
    assert found.version.version == "start"
    rows = found.rows()
    assert rows[0]["before"] == found.attrition.population
    assert all(row["in the end without it"] >= rows[-1]["after"] for row in rows)
    told = verbs.cohort("sdsp", D, version="as_told", home=region_home).notes()
    assert any("judged by people" in note for note in told)
    assert any("only describes" in note for note in told)
    with pytest.raises(SamspilError, match="unknown cohort `abc`; cohorts are sdsp"):
        verbs.cohort("abc", D, home=region_home)


def told(capsys, *arguments):
    typer.main.get_command(cli_population.commands).main([str(each) for each in arguments], standalone_mode=False)
    return capsys.readouterr().out


def test_the_command_line_tells_segments_a_person_and_a_cohort(run, region_home, capsys):
    day = ("--as-of", D.isoformat(), "--home", region_home)
    out = told(capsys, "segments", *day, "--by", "municipality", "--programme", "copd", "--places", "copd=40")
    for title in ("Segments by municipality", "Treated at hospital", "each valid until", "The few with most cost"):
        assert title in out
    assert "no need by itself" in out
    assert "smaller than the 30,000" in out
    person = run.persons().limit(1).to_pyarrow().to_pylist()[0]["person_id"]
    assert f"Segments of person {person}" in told(capsys, "segments", *day, "--explain", person)
    assert "meet every criterion" in told(capsys, "cohort", "sdsp", *day)
    with pytest.raises(SamspilError, match="`copd:40` is not places of a programme"):
        told(capsys, "segments", *day, "--places", "copd:40")
