"""The verb `release`: what may leave, to whom, and what is told when it may not."""

import csv
import datetime as dt
import json
import shutil

import ibis
import pyarrow as pa
import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.releases import read_log
from samspil.warehouse.runs import keep_run
from samspil.warehouse.sources import changing
from tests.reference.attack import Knowledge, between, by_linear_algebra
from tests.warehouse.packages import Package, cpr

D = "2022-12-31"
PEOPLE = range(24)
#: met, not met, overdue, no data, not applicable, exceptions of each practice; 000003 has few who are not met.
PRACTICES = {
    "000001": (20, 10, 5, 6, 0, 0),
    "000002": (31, 12, 7, 5, 8, 5),
    "000003": (25, 3, 9, 7, 0, 0),
    "000004": (40, 15, 6, 9, 5, 0),
}
UNITS = (("network", "north"), ("region", "region"))
COUNTS = ("met", "not_met", "overdue", "no_data", "not_applicable", "exceptions")
RESULTS = {
    "set": "string", "as_of": "date", "level": "string", "unit": "string", "indicator": "string", "version": "string",
    "outcome": "string", "persons": "int64", **dict.fromkeys(COUNTS, "int64"), "strict_n": "int64",
    "strict_d": "int64", "strict_low": "float64", "strict_high": "float64",
    "observed_n": "int64", "observed_d": "int64", "observed_low": "float64", "observed_high": "float64",
}  # fmt: skip


def result(level, unit, counts, day=D):
    met, not_met, overdue, no_data, not_applicable, exceptions = counts
    persons = met + not_met + overdue + no_data + not_applicable
    strict_d = persons - not_applicable - exceptions
    return {
        "set": "t2d", "as_of": dt.date.fromisoformat(day), "level": level, "unit": unit, "indicator": "annual_review",
        "version": "v1", "outcome": "computed", "persons": persons, **dict(zip(COUNTS, counts, strict=True)),
        "strict_n": met, "strict_d": strict_d, "strict_low": met / strict_d - 0.1, "strict_high": met / strict_d + 0.1,
        "observed_n": met, "observed_d": strict_d - no_data, "observed_low": 0.1, "observed_high": 0.9,
    }  # fmt: skip


def results(day=D, practices=PRACTICES):
    total = tuple(map(sum, zip(*practices.values(), strict=True)))
    rows = [result("practice", unit, counts, day) for unit, counts in practices.items()]
    return [*rows, result("network", "north", total, day), result("region", "region", total, day)]


def patients():
    return [
        {
            "provider_number": "000001" if number % 2 else "000002",
            "municipality": "461" if number < 22 else "479",
            "as_of": dt.date.fromisoformat(D),
            "indicator": "annual_review",
            "state": "met" if number % 3 else "overdue",
            "value": 40.0 + number,
        }
        for number in PEOPLE
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A warehouse with 24 citizens and a run of indicators made by hand."""
    tmp_path = tmp_path_factory.mktemp("base")
    package = Package("civil")
    for number in PEOPLE:
        package.add("person", cpr=cpr(number))
    networks = Package("networks")
    networks.add("network", network="north", name="North")
    for unit in PRACTICES:
        networks.add("network_practice", network="north", provider_number=unit, agreed_labels=unit != "000004")
    folders = [each.write(tmp_path / name) for each, name in ((package, "civil"), (networks, "networks"))]
    report = verbs.ingest(folders, home=tmp_path / "var")
    assert not report.refused, str(report)
    keep(tmp_path / "var", "20221231-t2d-first")
    return tmp_path / "var"


@pytest.fixture
def home(base, tmp_path):
    """A copy of it that a test may change."""
    return shutil.copytree(base, tmp_path / "var")


def keep(home, name, rows=None, **more):
    lake = Lake.open(Home(home))
    ids = sorted(lake.tables["person"].person_id.to_pyarrow().to_pylist())
    rows = rows or results()
    people = [{"person_id": person, **row} for person, row in zip(ids, patients(), strict=True)]
    inside = [(level, unit, row) for row in rows if row["level"] == "practice" for level, unit in UNITS]
    practices = [
        {"set": "t2d", "as_of": row["as_of"], "level": level, "unit": unit, "provider_number": row["unit"]}
        | {"delivers": True}
        for level, unit, row in inside
    ]
    found = {"practices": practices, "patients": people, **more}
    made = {table: pa.Table.from_pylist(each) for table, each in found.items()}
    made["results"] = pa.Table.from_pylist(rows, schema=ibis.schema(RESULTS).to_pyarrow())
    tables = {table: ibis.memtable(each) for table, each in made.items()}
    description = {
        "kind": "indicators", "name": name, "as_of": max(row["as_of"] for row in rows).isoformat(),
        "state": lake.state.number, "made_of": {"t2d": "f" * 64}, "manifest": lake.manifest(), "data_dates": {},
    }  # fmt: skip
    with changing(Home(home)):
        keep_run(lake, name, description, tables)
    return name


def released(home, run="20221231-t2d-first", table="results", audience="network", **more):
    return verbs.release(run, [table], audience=audience, purpose="a meeting", home=home, **more)


def rows_of(release, table="results"):
    return release.table(table).to_pyarrow().to_pylist()


def test_tc3_17_the_network_gets_aggregates_with_small_cells_suppressed_and_never_zero(home, tmp_path):
    out = tmp_path / "results.csv"
    few = {**PRACTICES, "000003": (3, *PRACTICES["000003"][1:])}
    found = released(home, keep(home, "20221231-t2d-few", results(practices=few)), out=out)
    assert found.label == "aggregate"
    with out.open(encoding="utf-8", newline="") as file:
        rows = {row["unit"]: row for row in csv.DictReader(file)}
    assert rows["000003"]["strict_n"] == ""
    assert "strict_n" in rows["000003"]["suppressed"].split(";")
    # Of a single practice its share is told, and not all that it is made of.
    assert {rows["000001"][name] for name in ("not_met", "exceptions", "met")} == {""}
    assert not [row for row in rows.values() for name in COUNTS if row[name] and 0 < int(row[name]) < 5]
    assert int(rows["region"]["persons"]) == sum(sum(counts[:5]) for counts in few.values())
    assert rows["region"]["suppressed"] == ""


NAMES = (*COUNTS, "persons", "strict_d")


def read(known, rows, run=""):
    """Let a reader read a release, and what everybody knows of such a table. Returns what it did not show."""
    hidden = {(run, unit, name) for unit in PRACTICES for name in NAMES}
    for row in rows:
        gone = (row["suppressed"] or "").split(";")
        unit = (run, row["unit"])
        hidden |= {(*unit, name) for name in NAMES if name in gone}
        hidden -= {(*unit, name) for name in NAMES if name not in gone}
        # Of a practice less is told than of others; what is not told is not hidden for being small.
        known.shown |= {(*unit, name): row[name] for name in NAMES if name not in gone and row[name] is not None}
    for unit in (*PRACTICES, "north", "region"):
        known.read({}, [((run, unit, "persons"), [(run, unit, name) for name in COUNTS[:5]])])
        parts = [(run, unit, name) for name in ("strict_d", "exceptions", "not_applicable")]
        known.read({}, [((run, unit, "persons"), parts)])
    for name in NAMES:
        known.read({}, [((run, "region", name), [(run, unit, name) for unit in PRACTICES])])
        known.read({}, [((run, "north", name), [(run, "region", name)])])
    return hidden


def not_worked_out(known, hidden):
    assert not by_linear_algebra(known).keys() & hidden
    for key in hidden:
        low, high = between(known, key)
        assert high - low >= 5, key


def test_tc3_17_what_is_suppressed_cannot_be_worked_out_from_rows_columns_and_totals(home):
    known = Knowledge()
    not_worked_out(known, read(known, rows_of(released(home))))


def test_a_share_is_suppressed_with_what_it_is_made_of(home):
    for row in rows_of(released(home)):
        gone = set((row["suppressed"] or "").split(";"))
        if gone & {"strict_n", "strict_d"}:
            assert {"strict_low", "strict_high"} <= gone
            assert row["strict_low"] is None


def test_priv_3_practices_are_named_only_where_they_agreed_and_cannot_be_worked_out(home):
    rows = {row["unit"]: row for row in rows_of(released(home))}
    assert set(rows) == {"000001", "000002", "000003", "north", "region"}
    for name in ("met", "persons"):
        shown = [unit for unit in ("000001", "000002", "000003") if rows[unit][name] is not None]
        assert len(shown) < 3 or rows["region"][name] is None, f"{name} of 000004 would be what is left"


def test_the_same_release_again_is_the_same_artefact(home):
    first, second = released(home), released(home)
    assert first.id == second.id
    assert [line["event"] for line in read_log(Home(home))] == ["released", "again"]
    assert not verbs.verify_releases(home=home).faults


def test_a_later_day_does_not_give_away_what_an_earlier_release_hid(home):
    """The reader knows of every count that is as it was that it is."""
    then, now = results(), results("2023-03-31", {**PRACTICES, "000001": (22, 10, 5, 6, 0, 0)})
    known = Knowledge()
    hidden = read(known, rows_of(released(home)), "then")
    hidden |= read(known, rows_of(released(home, run=keep(home, "20230331-t2d-later", now))), "now")
    for before, after in zip(then, now, strict=True):
        for name in NAMES:
            if before[name] == after[name]:
                known.guess(("now", after["unit"], name), ("then", after["unit"], name), 0)
    not_worked_out(known, hidden)


def test_another_table_of_the_same_run_does_not_give_away_what_the_first_hid(home):
    """Few have a category, and with the others they are everybody to whom the indicator does not apply."""
    total = results()[-1]
    whole = {"set": "t2d", "as_of": total["as_of"], "level": "region", "unit": "region", "indicator": "annual_review"}
    few = [{**whole, "version": "v1", "category": name, "persons": n} for name, n in (("A", 3), ("B", 10), ("C", 0))]
    run = keep(home, "20221231-t2d-few", categories=few)
    released(home, run=run)
    rows = {
        row["category"]: row["persons"] for row in rows_of(released(home, run=run, table="categories"), "categories")
    }
    assert total["not_applicable"] == 13
    assert (rows["A"], rows["B"]) == (None, None), "13 less 10 are 3"


def refused(home, says, **more):
    before = len(read_log(Home(home)))
    with pytest.raises(SamspilError, match=says):
        released(home, **more)
    line = read_log(Home(home))[before]
    assert line["event"] == "refused"
    assert line["purpose"] == "a meeting"
    assert not verbs.verify_releases(home=home).faults


def test_rows_about_persons_are_refused_in_publication_and_the_refusal_is_logged(home):
    refused(home, "table `patients` has rows about persons", table="patients")
    assert verbs.releases(home).refused == 1
    assert not verbs.releases(home).rows()


def test_what_is_not_described_is_refused(home):
    run = keep(home, "20221231-t2d-more", [{**row} for row in results()], extra=[{"unit": "a", "persons": 7}])
    refused(home, "table `extra` of a run of `indicators` is not described", run=run, table="extra")
    refused(home, "no table `nothing`; its tables are extra, patients", run=run, table="nothing")
    refused(home, "unknown audience `everybody`; audiences are", audience="everybody")


def test_a_column_nobody_described_is_refused_by_name(home):
    run = keep(home, "20221231-t2d-column", coverage=[
        {"set": "t2d", "as_of": dt.date.fromisoformat(D), "level": "region", "unit": "region", "variable": "v",
         "persons": 20, "with_value": 12, "participating": 3, "delivering": 3,
         "first_valid": dt.date(2019, 1, 1), "mean_value": 48.2}
    ])  # fmt: skip
    refused(home, "column `mean_value` is not described", run=run, table="coverage")


def test_a_table_without_a_column_that_is_described_is_refused(home):
    run = keep(home, "20221231-t2d-old", categories=[{"set": "t2d", "level": "region", "persons": 20}])
    refused(home, "has no column `as_of`, which disclosure.yaml describes", run=run, table="categories")


def test_a_cpr_number_in_any_value_is_refused(home):
    row = {"set": "t2d", "as_of": dt.date.fromisoformat(D), "level": "region", "unit": "010750-1234", "variable": "v"}
    counts = {"persons": 20, "with_value": 12, "participating": 3, "delivering": 3, "first_valid": dt.date(2019, 1, 1)}
    run = keep(home, "20221231-t2d-cpr", coverage=[{**row, **counts}])
    refused(home, "column `unit`: a value looks like a CPR number in 1 row", run=run, table="coverage")


def test_tc3_16_the_municipalitys_analyst_gets_no_cpr_no_name_and_no_practice(home):
    found = released(home, table="patients", audience="municipality_analyst")
    rows = rows_of(found, "patients")
    assert len(rows) == len(PEOPLE)
    assert set(rows[0]) == {"person_id", "municipality", "as_of", "indicator", "state", "value"}
    assert found.label == "pseudonymous"
    refused(home, "may not be told the practice", table="patients", audience="municipality_analyst", practice_code=True)


@pytest.mark.parametrize("column", ["cpr", "family_name", "note"])
def test_tc3_16_a_column_that_names_somebody_stops_the_release(home, column):
    lake = Lake.open(Home(home))
    person = lake.tables["person"].person_id.to_pyarrow().to_pylist()[0]
    run = keep(home, f"20221231-t2d-{column}", rows_with=[{"person_id": person, column: "x"}])
    refused(home, f"the column `{column}` is a", run=run, table="rows_with", audience="analyst")


def test_a21_rows_without_key_are_still_pseudonymous_when_the_practice_could_recognise_them(home):
    found = released(home, table="patients", audience="municipality_analyst", key=False)
    assert "person_id" not in rows_of(found, "patients")[0]
    assert found.label == "pseudonymous"
    alike = next(row for row in found.rows() if row["check"] == "alike in patients")
    assert "2 persons in groups of fewer than 5" in alike["found"]


def test_a21_rows_without_key_in_which_many_are_alike_are_anonymised(home):
    lake = Lake.open(Home(home))
    ids = sorted(lake.tables["person"].person_id.to_pyarrow().to_pylist())
    alike = [
        {"person_id": person, "sex": "F" if place % 2 else "M", "state": "met"} for place, person in enumerate(ids)
    ]
    run = keep(home, "20221231-t2d-alike", alike=alike)
    assert released(home, run=run, table="alike", audience="analyst", key=False).label == "anonymised"
    assert released(home, run=run, table="alike", audience="analyst").label == "pseudonymous"


def consents(tmp_path, *lines, name="consents.csv", key="cpr"):
    path = tmp_path / name
    path.write_text("\n".join([f"{key},given,withdrawn,written", *lines]) + "\n", encoding="utf-8")
    return path


def many(tmp_path, withdrawn=(), name="consents.csv"):
    """Twenty who consented in writing, the others approached in vain; some withdrew on 1 May."""
    lines = [f"{cpr(n)},2022-01-10,{'2022-05-01' if n in withdrawn else ''},true" for n in PEOPLE if n < 18]
    lines += [f"{cpr(18)},2022-01-10,,false", *(f"{cpr(n)},,," for n in PEOPLE if n > 18)]
    return consents(tmp_path, *lines, name=name)


def persons(home, numbers):
    return {verbs.person_id(cpr(number), "test", home=home) for number in numbers}


def test_tc3_19_without_written_consent_a_citizen_is_absent_and_counted_as_approached(home, tmp_path):
    found = released(home, table="patients", audience="analyst", consents=many(tmp_path), on=dt.date(2022, 4, 30))
    assert {row["person_id"] for row in rows_of(found, "patients")} == persons(home, range(18))
    assert found.stored.description["consents"] == {"approached": 24, "consented": 18}


def test_tc3_20_consent_withdrawn_1_may_extract_2_may(home, tmp_path):
    before = released(home, table="patients", audience="analyst", consents=many(tmp_path), on=dt.date(2022, 4, 30))
    later = many(tmp_path, withdrawn=(3, 4), name="later.csv")
    after = released(home, table="patients", audience="analyst", consents=later, on=dt.date(2022, 5, 2))
    assert persons(home, (3, 4)) & {row["person_id"] for row in rows_of(after, "patients")} == set()
    (due,) = verbs.due_for_deletion(home=home).rows()
    assert (due["release"], due["persons"]) == (before.id, 2)
    flagged = ibis.duckdb.connect().read_parquet(home / due["person_ids in"]).to_pyarrow().to_pylist()
    assert {row["person_id"] for row in flagged} == persons(home, (3, 4))
    assert len(rows_of(before, "patients")) == 18, "what left is kept as it left"
    assert not verbs.verify_releases(home=home).faults
    assert len(verbs.due_for_deletion(later, on=dt.date(2022, 5, 3), home=home).rows()) == 1, "flagged once"
    assert [line["event"] for line in read_log(Home(home))].count("due_for_deletion") == 1


def test_withdrawn_on_the_day_is_withdrawn_and_the_day_before_is_not(home, tmp_path):
    file = many(tmp_path, withdrawn=(3,))
    before = released(home, table="patients", audience="analyst", consents=file, on=dt.date(2022, 4, 30))
    after = released(home, table="patients", audience="analyst", consents=file, on=dt.date(2022, 5, 1))
    assert before.stored.description["consents"]["consented"] == 18
    assert after.stored.description["consents"]["consented"] == 17


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("0101500001,2022-13-01,,true", ":2: `given` has|day that does not exist"),
        ("0101500001,yesterday,,true", "consents.csv:2: `given` is `yesterday`"),
        ("0101500001,2022-01-01,,yes", "consents.csv:2: `written` is `yes`"),
        ("12,2022-01-01,,true", "consents.csv:2: `cpr` is `12`"),
        (",2022-01-01,,true", "consents.csv:2: `cpr` is empty"),
    ],
)
def test_a_fault_in_the_consents_names_file_line_and_value(home, tmp_path, line, says):
    refused(home, says, table="patients", audience="analyst", consents=consents(tmp_path, line))


def test_the_header_of_the_consents_is_told_when_it_lacks_something(home, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("who,given\nx,2022-01-01\n")
    refused(home, "no person_id or cpr, withdrawn, written", table="patients", audience="analyst", consents=path)


def test_a_release_that_read_a_purged_source_is_flagged_and_kept(home):
    made = released(home)
    verbs.purge("networks", "stopped by law", home=home)
    (row,) = verbs.releases(home).rows()
    assert (row["release"], row["read since purged"]) == (made.id, "networks")
    assert not verbs.verify_releases(home=home).faults
    assert {"what": "read since purged", "": "networks"} in verbs.open_release(made.id, home).facts()


def test_release_json_tells_where_from_where_to_and_what_was_checked(home):
    made = released(home)
    told = json.loads((made.stored.folder / "release.json").read_bytes())
    assert told["zone"] == {"from": "analysis", "to": "publication"}
    assert (told["run"], told["tables"], told["audience"]) == ("20221231-t2d-first", ["results"], "network")
    assert {check["check"] for check in told["checks"]} >= {"direct identifiers", "small counts", "earlier releases"}
    assert told["first"]["purpose"] == "a meeting"
    assert set(told["files"]) == {"results.parquet"}


def test_a_purpose_is_needed(home):
    with pytest.raises(SamspilError, match="needs a purpose"):
        verbs.release("20221231", ["results"], audience="network", purpose=" ", home=home)
