"""The verb `stratify`: the contract's output, runs that can be repeated, and what is told of missing data."""

import csv
import datetime as dt

import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.population import Switch

D = dt.date(2016, 10, 15)
CONTRACT_COLUMNS = [
    "person_id",
    "provider_number",
    "model",
    "version",
    "as_of",
    "excluded_by",
    "score",
    "band",
    "in_target",
    "item",
    "value",
    "points",
    "status",
]


@pytest.fixture(scope="module")
def run(region_home):
    return verbs.stratify(["sad", "daemp"], D, home=region_home)


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_the_contracts_columns_and_forms(region_home, tmp_path):
    out = tmp_path / "out.csv"
    verbs.stratify(["sad", "daemp"], D, without=["municipal_care"], out=out, home=region_home)
    rows = read_csv(out)
    assert list(rows[0]) == CONTRACT_COLUMNS
    assert {row["in_target"] for row in rows} == {"true", "false"}
    assert {row["as_of"] for row in rows} == {"2016-10-15"}
    assert {row["status"] for row in rows} == {"scored", "missing", "off"}
    assert all(row["points"] == "" and row["value"] == "" for row in rows if row["status"] != "scored")
    assert all(row["band"] == "" for row in rows if row["model"] == "sad")
    excluded = {row["excluded_by"] for row in rows}
    assert "" in excluded
    assert any(";" in codes for codes in excluded)
    # Null is empty, not a quoted empty text.
    assert '""' not in out.read_text(encoding="utf-8")


def test_parquet_holds_the_same_rows_as_csv(region_home, tmp_path):
    verbs.stratify(["daemp"], D, out=tmp_path / "out.csv", home=region_home)
    verbs.stratify(["daemp"], D, out=tmp_path / "out.parquet", home=region_home)
    table = pq.read_table(tmp_path / "out.parquet")
    assert table.column_names == CONTRACT_COLUMNS
    as_text = [
        {
            name: ";".join(value)
            if isinstance(value, list)
            else str(value).lower()
            if isinstance(value, bool)
            else ""
            if value is None
            else str(value)
            for name, value in row.items()
        }
        for row in table.to_pylist()
    ]
    assert as_text == read_csv(tmp_path / "out.csv")


def test_each_person_has_every_item_of_the_model_once(run):
    items = [item.item for item in run.models["daemp"].items]
    rows = run.items("daemp").to_pyarrow().to_pylist()
    assert len(rows) == len(items) * run.persons("daemp").count().execute()
    by_person = {}
    for row in rows:
        by_person.setdefault(row["person_id"], []).append(row["item"])
    assert all(found == items for found in by_person.values())


def test_the_score_is_the_sum_of_the_known_points(run):
    totals, scores = {}, {}
    for row in run.items().to_pyarrow().to_pylist():
        key = (row["person_id"], row["model"])
        totals[key] = totals.get(key, 0) + (row["points"] or 0)
        scores[key] = row["score"]
    assert totals == scores


def test_one_practice_gets_its_own_citizens_alone(region_home, run, tmp_path):
    practice = run.persons("daemp").provider_number.min().execute()
    out = tmp_path / "practice.csv"
    verbs.stratify(["daemp"], D, practice=practice, out=out, home=region_home)
    assert {row["provider_number"] for row in read_csv(out)} == {practice}


def test_the_same_run_has_the_same_name_and_bytes(run, region_home):
    before = run.stored.place.contents(run.stored.place.files())
    again = verbs.stratify(["sad", "daemp"], D, home=region_home)
    assert again.name == run.name
    assert again.stored.place.contents(again.stored.place.files()) == before


def test_another_day_switch_or_source_is_another_run(run, region_home):
    switch = Switch("daemp", "open_courses", enabled=False)
    others = [
        verbs.stratify(["sad", "daemp"], D - dt.timedelta(days=1), home=region_home),
        verbs.stratify(["sad", "daemp"], D, switches=[switch], home=region_home),
        verbs.stratify(["sad", "daemp"], D, without=["employment"], home=region_home),
    ]
    assert len({run.name, *(other.name for other in others)}) == 4


def test_a_run_can_be_repeated_on_an_earlier_state(own_home, deliveries, tmp_path):
    first = verbs.stratify(["daemp"], D, home=own_home)
    state = verbs.status(own_home).state
    verbs.switch_off("prescriptions", "a test", own_home)
    now = verbs.stratify(["daemp"], D, home=own_home)
    repeated = verbs.stratify(["daemp"], D, state=state, home=own_home)
    assert repeated.name == first.name
    assert now.name != first.name
    assert now.missing("daemp") == ["polypharmacy", "risk_drugs"]


def test_a_source_left_out_makes_its_items_missing_and_the_run_incomplete(region_home):
    run = verbs.stratify(["sad"], D, without=["municipal_care"], home=region_home)
    assert run.unchecked("sad") == ["substance_case"]
    persons = run.persons("sad")
    assert persons.incomplete.all().execute()


def test_data_older_than_14_days_are_stale(region_home):
    drawn = dt.date(2016, 10, 16)
    fresh = verbs.stratify(["daemp"], drawn + dt.timedelta(days=14), home=region_home)
    stale = verbs.stratify(["daemp"], drawn + dt.timedelta(days=15), home=region_home)
    assert fresh.stale == []
    assert "hospital" in stale.stale


def test_a_run_needs_civil_registration_and_general_practice(region_home):
    for source in ("civil", "general_practice"):
        with pytest.raises(SamspilError, match=f"no run without the source `{source}`"):
            verbs.stratify(["daemp"], D, without=[source], home=region_home)


def test_special_category_items_need_a_justification(region_home):
    with pytest.raises(SamspilError, match="justification"):
        verbs.stratify(["sad"], D, switches=[Switch.parse("sad.origin=on")], home=region_home)
    run = verbs.stratify(["sad"], D, switches=[Switch.parse("sad.origin=on:ethics board 7")], home=region_home)
    assert run.stored.description["switches"] == [{"switch": "sad.origin=on", "because": "ethics board 7"}]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        ({"models": ["dæmp"]}, "unknown model `dæmp`; models are daemp, sad"),
        ({"switches": [Switch("daemp", "opencourses", enabled=False)]}, "has no switch `opencourses`"),
        ({"switches": [Switch("sad", "origin", enabled=False)]}, "a model that is not run: sad"),
        ({"out": "result.xlsx"}, "ends in .csv or .parquet"),
        ({"out": "nowhere/result.csv"}, "the folder nowhere does not exist"),
        ({"without": ["hospitl"]}, "unknown source `hospitl`; sources are civil"),
        ({"state": 999}, "there is no state 999"),
        ({"practice": "000000"}, "no practice has the provider number 000000"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(region_home, call, says):
    with pytest.raises(SamspilError, match=says):
        verbs.stratify(**{"models": ["daemp"], "as_of": D, "home": region_home, **call})


def test_without_deliveries_the_first_step_is_named(tmp_path):
    with pytest.raises(SamspilError, match="deliver it"):
        verbs.stratify(["daemp"], D, home=tmp_path / "empty")


def test_a_refused_output_leaves_what_was_there(region_home, tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("earlier")
    with pytest.raises(SamspilError):
        verbs.stratify(["daemp"], D, out=tmp_path / "no" / "out.csv", home=region_home)
    assert out.read_text() == "earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
