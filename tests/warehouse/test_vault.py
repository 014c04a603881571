"""The identity vault: nothing outside it names anybody, and what is in it is for its owner only."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.warehouse.choice import chosen
from samspil.warehouse.engine import connect
from samspil.warehouse.home import Home
from samspil.warehouse.state import State, read_state
from samspil.warehouse.vault import is_cpr, link, names_of
from tests.warehouse.house import House, day
from tests.warehouse.packages import ANNA, BO, Package, cpr

PEOPLE = [cpr(number) for number in range(40)]


def packages() -> list[Package]:
    civil, practice, drugs = Package("civil"), Package("general_practice"), Package("prescriptions")
    practice.add("practice")
    for number, person in enumerate(PEOPLE):
        civil.add("person", cpr=person, given_name=f"Given{number:02d}", family_name=f"Family{number:02d}")
        practice.add("affiliation", cpr=person)
        for year in ("2014", "2015"):
            drugs.add("dispensing", cpr=person, date=f"{year}-0{number % 9 + 1}-05")
    civil.add("person", cpr="0102500", given_name="Rejected", birth_date="1950-02-01")
    drugs.period = ("2014-01-01", "2015-12-31")
    return [civil.fill(100), practice, drugs.add("dispensing", cpr=f"{BO}x").fill(100)]


@pytest.fixture(scope="module")
def house(new_house: Callable[[], House]) -> House:
    """A warehouse with three sources, a refused delivery and a run."""
    made = new_house()
    bad = Package("civil", name="refused").add("person", cpr=cpr(700), given_name="Refused", sex="X")
    assert len(made.ingest(*packages(), bad).refused) == 1
    verbs.stratify(["sad", "daemp"], day("2016-01-02"), home=made.home)
    made.person(ANNA)
    return made


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


def test_the_folders_of_the_vault_are_for_their_owner_only(house: House) -> None:
    vault = house.home / "vault"
    folders = [vault, *(path for path in vault.rglob("*") if path.is_dir())]
    assert {path.name for path in folders} == {"vault", "identities", "names", "rejects", "refused"}
    assert {path.name: mode(path) for path in folders} == {path.name: "0o700" for path in folders}


def test_the_files_of_the_vault_are_for_their_owner_only(house: House) -> None:
    files = {str(path): mode(path) for path in (house.home / "vault").rglob("*") if path.is_file()}
    assert len(files) >= 7
    assert {path: found for path, found in files.items() if found != "0o600"} == {}


def test_a_vault_that_others_could_open_is_closed_by_the_next_change(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.load(Package("health_insurance"))
    (house.home / "vault").chmod(0o755)
    house.load(Package("prescriptions"))
    assert mode(house.home / "vault") == "0o700"


def test_no_cpr_number_and_no_name_is_anywhere_outside_the_vault(house: House) -> None:
    words = [*PEOPLE, *(f"{word}{number:02d}" for number in range(40) for word in ("Given", "Family"))]
    found = house.files_with(*words, "0102500", "Rejected", "Refused", "Vestergaard", f"{ANNA[:6]}-{ANNA[6:]}")
    assert {name for name in found if not name.startswith("vault/")} == set()
    assert any(name.startswith("lake/data/prescriptions/") for name in house.files_with("Citalopram"))


def test_the_lake_and_the_runs_hold_no_column_of_cpr_numbers_or_names(house: House) -> None:
    for folder in ("lake", "runs"):
        for path in (house.home / folder).rglob("*.parquet"):
            assert not {"cpr", "written", "given_name", "family_name"} & set(pq.read_schema(path).names)


def test_the_numbers_of_persons_are_positive_and_nobody_shares_one(house: House) -> None:
    numbers = [house.person(person) for person in PEOPLE]
    assert len(set(numbers)) == len(PEOPLE)
    assert all(0 < number < 2**63 for number in numbers)


def test_two_warehouses_of_the_same_deliveries_have_other_numbers(house: House, tmp_path: Path) -> None:
    other = House(tmp_path)
    other.ingest(packages()[0])
    here, there = ({h.person(person) for person in PEOPLE} for h in (house, other))
    assert not here & there


def test_a_person_has_the_same_number_in_every_source_and_delivery(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.load(Package("health_insurance").add("specialist_contact", cpr=BO))
    bo = house.person(BO)
    house.ingest(
        Package("prescriptions").add("dispensing", cpr=BO),
        Package("health_insurance", extracted_at="2016-02-02T00:00:00Z").add("specialist_contact", cpr=ANNA),
        Package("civil").add("person", cpr=f"{BO[:6]}-{BO[6:]}"),
    )
    assert house.person(BO) == bo
    assert house.column("dispensing", "person_id") == house.column("person", "person_id") == [bo]


def test_rows_lie_by_year_and_number_so_that_their_order_tells_nothing(house: House) -> None:
    for table in ("person", "affiliation", "dispensing"):
        (path,) = (house.home / "lake/data").glob(f"*/{table}/*.parquet")
        rows = pq.read_table(path).to_pylist()
        order = [(row["date"].year if table == "dispensing" else 0, row["person_id"]) for row in rows]
        assert order == sorted(order)
        assert len(rows) > 39


def test_the_order_of_numbers_is_not_that_of_cpr_numbers(house: House) -> None:
    numbers = [house.person(person) for person in PEOPLE]
    assert numbers not in (sorted(numbers), sorted(numbers, reverse=True))


# Looking in


def log(house: House) -> list[dict[str, object]]:
    return [json.loads(line) for line in (house.home / "vault/access.jsonl").read_text().splitlines()]


def test_every_look_up_is_logged_with_its_purpose(house: House) -> None:
    before = len(log(house))
    verbs.person_id(BO, " a citizen asked for access ", home=house.home)
    with pytest.raises(SamspilError, match="nobody with this CPR number"):
        verbs.person_id(cpr(27000), "a wrong number", home=house.home)
    entries = log(house)[before:]
    assert [(entry["purpose"], entry["persons"]) for entry in entries] == [
        ("a citizen asked for access", 1),
        ("a wrong number", 0),
    ]
    assert {tuple(entry) for entry in entries} == {("at", "who", "what", "purpose", "persons")}


def test_looking_up_names_is_logged_with_its_purpose(house: House) -> None:
    home = Home.find(house.home)
    persons = [house.person(person) for person in PEOPLE[:2]]
    before = len(log(house))
    found = names_of(connect(home.tmp, chosen()), home, read_state(home), persons, "a list for the practice")
    assert found == {persons[n]: (PEOPLE[n], f"Given{n:02d} Family{n:02d}") for n in (0, 1)}
    ((entry,),) = [log(house)[before:]]
    assert (entry["purpose"], entry["persons"]) == ("a list for the practice", 2)


def test_the_log_holds_no_cpr_number(house: House) -> None:
    assert not {name for name in house.files_with(ANNA, BO) if name.endswith(".jsonl")}


@pytest.mark.parametrize("purpose", ["", "   "])
def test_a_look_up_without_a_purpose_is_refused(house: House, purpose: str) -> None:
    before = len(log(house))
    with pytest.raises(SamspilError, match="needs a purpose"):
        verbs.person_id(ANNA, purpose, home=house.home)
    assert len(log(house)) == before


def test_looking_for_somebody_before_anything_was_delivered_finds_nobody(tmp_path: Path) -> None:
    with pytest.raises(SamspilError, match="nobody with this CPR number"):
        verbs.person_id(ANNA, "test", home=tmp_path / "home")


# Rejected rows


def test_rejected_rows_and_their_values_lie_in_the_vault_only(house: House) -> None:
    found = house.files_with(f"{BO}x", "0102500")
    assert {name.split("/")[1] for name in found} == {"rejects"}
    assert {name.split("/")[0] for name in found} == {"vault"}
    assert {row["value"] for row in house.rejects()} >= {f"{BO}x", "0102500"}


def test_the_name_of_a_person_whose_row_was_set_aside_is_kept_nowhere_else(house: House) -> None:
    assert house.files_with("Rejected", "Refused") == set()


def test_numbers_are_made_distinct_before_they_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one question with what makes them distinct, engines would rather check all rows first."""
    asked: list[ir.StringValue] = []

    def noted(digits: ir.StringValue) -> ir.BooleanValue:
        asked.append(digits)
        return is_cpr(digits)

    monkeypatch.setattr("samspil.warehouse.vault.is_cpr", noted)
    engine, source = connect(tmp_path, "duckdb"), tmp_path / "rows.parquet"
    pq.write_table(pa.table({"written": PEOPLE * 20}), source)
    rows = engine.read([str(source)], "rows").distinct()
    assert rows.op().find(ops.Distinct)
    _, links = link(engine, Home(tmp_path), State(), "first", rows)
    assert sorted(links.written.to_pyarrow().to_pylist()) == sorted(PEOPLE)
    (digits,) = asked
    assert not digits.op().find(ops.Distinct)
