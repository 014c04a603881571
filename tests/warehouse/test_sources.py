"""Losing a source: switched off, its items are missing; purged, no trace of it is left."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.warehouse.contracts import contracts
from tests.warehouse.house import House, day
from tests.warehouse.packages import ANNA, BO, CARL, Package, cpr

D = day("2016-01-02")
DRUG = "Rarodrugin"
#: Carl is known to the prescription database alone.
ONLY_DRUGS = CARL


def citizens() -> Package:
    civil = Package("civil").add("household", cpr=ANNA)
    for person, name in ((ANNA, "Marianne"), (BO, "Torbjørn")):
        civil.add("person", cpr=person, given_name=name, birth_date="1970-01-01")
    return civil


def practice() -> Package:
    package = Package("general_practice").add("practice").add("gp_contact", cpr=ANNA)
    return package.add("affiliation", cpr=ANNA).add("affiliation", cpr=BO)


def drugs() -> Package:
    package = Package("prescriptions", name="drugs").add("dispensing", cpr=ANNA, name=DRUG).fill(60)
    package.add("dispensing", cpr=ONLY_DRUGS, name=DRUG).add("dispensing", cpr=cpr(9), name=DRUG, packages="many-x")
    return package.add("risk_drug")


def refused_drugs() -> Package:
    return Package("prescriptions", name="refused").add("dispensing", cpr=ONLY_DRUGS, price="many-y", name=DRUG)


@pytest.fixture(scope="module")
def base(new_house: Callable[[], House]) -> House:
    """Three sources, a replaced and a refused delivery, two runs: one read the prescriptions."""
    house = new_house()
    older = Package("prescriptions", name="older", extracted_at="2015-06-01T00:00:00Z")
    older.add("dispensing", name=DRUG, cpr=ONLY_DRUGS)
    house.ingest(citizens(), practice(), older, drugs(), refused_drugs())
    verbs.stratify(["sad"], D, home=house.home)
    verbs.stratify(["daemp"], D, home=house.home, without=["prescriptions"])
    return house


@pytest.fixture
def house(base: House, tmp_path: Path) -> House:
    """A copy of the base to change."""
    copy = House(tmp_path)
    shutil.copytree(base.home, copy.home)
    return copy


def missing(house: House, model: str = "sad") -> list[str]:
    return verbs.stratify([model], D, home=house.home).missing(model)


# Off and on


def test_the_items_of_a_source_switched_off_are_missing(house: House) -> None:
    assert "psychotropics" not in missing(house)
    verbs.switch_off("prescriptions", "stopped by law", home=house.home)
    assert "psychotropics" in missing(house)
    assert "dispensing" not in verbs.tables(house.home)
    run = verbs.stratify(["sad"], D, home=house.home)
    items = [row for row in run.items("sad").to_pyarrow().to_pylist() if row["item"] == "psychotropics"]
    assert {(row["status"], row["points"], row["value"]) for row in items} == {("missing", None, None)}
    assert set(run.persons("sad").to_pyarrow()["incomplete"].to_pylist()) == {True}


def test_the_data_of_a_source_switched_off_stay_and_come_back(house: House) -> None:
    before = house.rows("dispensing")
    verbs.switch_off("prescriptions", "stopped by law", home=house.home)
    verbs.switch_on("prescriptions", home=house.home)
    assert house.rows("dispensing") == before


def test_a_source_switched_off_can_be_delivered_and_stays_off(house: House) -> None:
    verbs.switch_off("prescriptions", "stopped by law", home=house.home)
    house.load(Package("prescriptions", name="more", extracted_at="2016-03-01T00:00:00Z").fill(5))
    assert "dispensing" not in verbs.tables(house.home)
    verbs.switch_on("prescriptions", home=house.home)
    assert house.counts()["dispensing"] == 5


def test_why_a_source_is_off_is_shown(house: House) -> None:
    verbs.switch_off("prescriptions", "stopped by law", home=house.home)
    shown = {row["source"]: row["state"] for row in verbs.status(home=house.home, as_of=D).rows()}
    assert shown["prescriptions"] == "off: stopped by law"


def test_switching_twice_or_a_source_unknown_is_an_error(house: House) -> None:
    with pytest.raises(SamspilError, match="`prescriptions` is not switched off"):
        verbs.switch_on("prescriptions", home=house.home)
    verbs.switch_off("prescriptions", "stopped by law", home=house.home)
    with pytest.raises(SamspilError, match="switched off already: stopped by law"):
        verbs.switch_off("prescriptions", "again", home=house.home)
    with pytest.raises(SamspilError, match="unknown source `astrology`"):
        verbs.switch_off("astrology", "x", home=house.home)
    with pytest.raises(SamspilError, match="unknown source `astrology`"):
        verbs.switch_on("astrology", home=house.home)


@pytest.mark.parametrize("source", ["civil", "general_practice"])
def test_without_people_or_practices_no_run_is_made(house: House, source: str) -> None:
    verbs.switch_off(source, "stopped by law", home=house.home)
    with pytest.raises(SamspilError, match=source):
        verbs.stratify(["sad"], D, home=house.home)
    verbs.switch_on(source, home=house.home)
    verbs.purge(source, "stopped by law", home=house.home)
    with pytest.raises(SamspilError, match=source):
        verbs.stratify(["sad"], D, home=house.home)


# Purged


TRACES = (DRUG, "Citalopram", ONLY_DRUGS, "many-x", "many-y")


def test_after_a_purge_no_trace_of_the_source_is_left(house: House) -> None:
    traces = [*TRACES, str(house.person(ONLY_DRUGS)), str(house.person(cpr(1000)))]
    assert len(house.files_with(*traces)) > 5
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert house.files_with(*traces) == set()
    assert not {name for name in house.files() if "prescriptions" in name or "drugs" in name or "older" in name}


def test_after_a_purge_the_other_sources_are_as_they_were(house: House) -> None:
    kept = ("person", "household", "practice", "affiliation", "gp_contact")
    before, anna = {table: house.rows(table) for table in kept}, house.person(ANNA)
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert {table: house.rows(table) for table in kept} == before
    assert house.person(ANNA) == anna


def test_a_purge_forgets_those_whom_no_other_source_knows(house: House) -> None:
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    for known in (ANNA, BO):
        house.person(known)
    for forgotten in (ONLY_DRUGS, cpr(9), cpr(1000)):
        with pytest.raises(SamspilError, match="nobody with this CPR number"):
            house.person(forgotten)


def test_a_purge_of_civil_registration_removes_the_names(house: House) -> None:
    assert house.files_with("Marianne", "Torbjørn")
    verbs.purge("civil", "stopped by law", home=house.home)
    assert house.files_with("Marianne", "Torbjørn") == set()
    assert house.person(ANNA)


def test_a_purge_removes_the_runs_that_read_the_source_and_no_others(house: House) -> None:
    removed, kept = sorted(verbs.runs(house.home), key=lambda name: "daemp" in name)
    record = verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert (record.runs, verbs.runs(house.home)) == ([removed], [kept])


def test_a_purge_removes_what_a_killed_run_left_behind(house: House) -> None:
    """A run has its description when it is whole."""
    (made,) = [path for path in (house.home / "runs").iterdir() if "sad" in path.name]
    shutil.copytree(made, made.with_name(f"{made.name}-2"))
    (made.with_name(f"{made.name}-2") / "run.json").unlink()
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert not [path.name for path in (house.home / "runs").iterdir() if "sad" in path.name]


def test_the_record_of_a_purge_says_what_was_removed(house: House) -> None:
    record = verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert (record.source, record.reason) == ("prescriptions", "stopped by law")
    assert sorted(name.rpartition("-")[0] for name in record.deliveries) == ["drugs", "older"]
    assert record.rows == {"dispensing": 63, "risk_drug": 1}
    assert record.rejected_rows == 1
    assert record.identities == 62  # Carl, the 60 who fill the table, and the one whose only row was set aside
    assert [kept.source for kept in verbs.status(home=house.home).purges] == ["prescriptions"]
    assert house.state().purges[0].finished


def test_runs_after_a_purge_report_the_items_of_the_source_missing(house: House) -> None:
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert {"polypharmacy", "risk_drugs"} <= set(missing(house, "daemp"))


def test_an_earlier_state_cannot_bring_a_purged_source_back(house: House) -> None:
    last = house.state().number
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    for number in range(1, last + 1):
        assert "dispensing" not in verbs.tables(house.home, state=number)
        for table in verbs.tables(house.home, state=number).values():
            table.to_pyarrow()


def test_a_purged_source_can_be_delivered_again(house: House) -> None:
    was = house.person(ONLY_DRUGS)
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert not house.load(drugs()).unchanged
    assert house.counts()["dispensing"] == 62
    assert house.person(ONLY_DRUGS) != was
    assert "psychotropics" not in missing(house)


def test_a_source_of_which_only_refused_rows_are_kept_can_be_purged(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.refuse(refused_drugs())
    assert house.files_with("many-y")
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert not house.files_with("many-y", ONLY_DRUGS)


def test_purging_what_is_unknown_or_empty_is_an_error(house: House) -> None:
    before = house.files()
    with pytest.raises(SamspilError, match="unknown source `astrology`; sources are civil, "):
        verbs.purge("astrology", "x", home=house.home)
    with pytest.raises(SamspilError, match="there is nothing of `hospital` in the warehouse"):
        verbs.purge("hospital", "x", home=house.home)
    assert house.files() == before
    verbs.purge("prescriptions", "x", home=house.home)
    with pytest.raises(SamspilError, match="there is nothing of `prescriptions` in the warehouse"):
        verbs.purge("prescriptions", "x", home=house.home)


# Freshness and lineage


def test_data_14_days_old_are_fresh_and_15_days_old_stale(house: House) -> None:
    """T-W1."""
    for on, age, stale in (("2016-01-02", 0, False), ("2016-01-16", 14, False), ("2016-01-17", 15, True)):
        found = {source.source: source for source in verbs.status(home=house.home, as_of=day(on)).sources}
        assert (found["civil"].age_days, found["civil"].stale) == (age, stale)


def test_a_run_on_data_15_days_old_says_so(house: House) -> None:
    assert "civil" not in verbs.stratify(["daemp"], day("2016-01-16"), home=house.home).stale
    assert "civil" in verbs.stratify(["daemp"], day("2016-01-17"), home=house.home).stale


def test_every_source_is_shown_with_its_owner_delivered_or_not(house: House) -> None:
    found = {source.source: source for source in verbs.status(home=house.home, as_of=D).sources}
    assert list(found) == list(contracts())
    assert (found["civil"].owner, found["civil"].data_date, found["civil"].stale) == ("Region Syddanmark", D, False)
    assert (found["hospital"].owner, found["hospital"].data_date, found["hospital"].stale) == (None, None, False)
    shown = {row["source"]: row for row in verbs.status(home=house.home, as_of=D).rows()}
    assert (shown["hospital"]["data date"], shown["hospital"]["state"]) == ("not delivered", "")


def test_the_rows_of_a_source_are_those_in_its_tables(house: House) -> None:
    """Rows that a later delivery replaced are counted no more, also when it replaced a part of a delivery."""
    period = ("2015-06-01", "2015-12-31")
    newer = Package("prescriptions", name="newer", extracted_at="2016-02-02T00:00:00Z", period=period)
    house.load(newer.add("dispensing", date="2015-06-06"))
    counts, (found,) = house.counts(), [s for s in verbs.status(home=house.home).sources if s.source == "prescriptions"]
    assert (counts["dispensing"], counts["risk_drug"]) == (63, 0)
    assert found.rows == 63


def test_the_age_of_a_source_is_that_of_its_newest_delivery(house: House) -> None:
    found = {source.source: source for source in verbs.status(home=house.home, as_of=D).sources}
    assert (found["prescriptions"].deliveries, found["prescriptions"].data_date) == (1, D)


def test_lineage_leads_from_a_criterion_to_deliveries_with_owner_and_legal_basis(house: House) -> None:
    name = verbs.stratify(["sad"], D, home=house.home).name
    (entry,) = verbs.lineage(f"{name}:sad.psychotropics", home=house.home).entries
    assert entry["delivery"].startswith("drugs-")
    assert {key: entry[key] for key in ("figure", "source", "owner", "legal basis", "period", "rule")} == {
        "figure": "sad.psychotropics", "source": "prescriptions", "owner": "Region Syddanmark",
        "legal basis": "dispensation-2014-07", "period": "2015-01-01 – 2015-12-31",
        "rule": "000 L3520-3527",
    }  # fmt: skip
    assert entry["drawn"].startswith("2016-01-02")


def test_lineage_of_a_run_or_a_model_is_that_of_all_its_criteria(house: House) -> None:
    name = verbs.stratify(["sad"], D, home=house.home).name
    whole = verbs.lineage(name, home=house.home).entries
    assert whole == verbs.lineage(f"{name}:sad", home=house.home).entries
    assert {entry["source"] for entry in whole} >= {"general_practice", "prescriptions", "employment"}
    assert {e["delivery"] for e in whole if e["source"] == "employment"} == {"missing in this run"}


def test_lineage_of_a_table_and_a_source_names_the_deliveries_in_force(house: House) -> None:
    (entry,) = verbs.lineage("dispensing", home=house.home).entries
    assert (entry["rows"], entry["rejected"], entry["in force"]) == (62, 1, "2015-01-01 – 2015-12-31")
    assert [e["table"] for e in verbs.lineage("civil", home=house.home).entries] == ["person", "household"]


def test_lineage_after_a_purge_says_that_the_source_is_gone(house: House) -> None:
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    for gone in ("prescriptions", "dispensing"):
        with pytest.raises(SamspilError, match="nothing of `prescriptions` is in the warehouse"):
            verbs.lineage(gone, home=house.home)
    name = verbs.stratify(["sad"], D, home=house.home).name
    (entry,) = verbs.lineage(f"{name}:sad.psychotropics", home=house.home).entries
    assert entry["delivery"] == "missing in this run"


def test_lineage_of_what_there_is_not_is_an_error_that_names_what_there_is(house: House) -> None:
    with pytest.raises(SamspilError, match="`horoscope` is no source, table or run"):
        verbs.lineage("horoscope", home=house.home)
    name = verbs.stratify(["sad"], D, home=house.home).name
    with pytest.raises(SamspilError, match=r"has no figure `sad\.luck`"):
        verbs.lineage(f"{name}:sad.luck", home=house.home)
