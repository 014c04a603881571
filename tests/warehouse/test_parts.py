"""A table too large to be sorted at once is sorted in parts; nobody who reads it can tell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil import verbs
from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.home import LAKE, Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.load import _in_parts
from tests.warehouse.house import House
from tests.warehouse.object_storage import BUCKET, object_storage
from tests.warehouse.packages import ANNA, BO, CARL, Package

PEOPLE = (ANNA, BO, CARL)
ROWS = 23


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven rows are sorted at once."""
    monkeypatch.setattr(EmbeddedEngine, "sorted_at_once", 7)


def drugs(form: str = "csv", price: str = "15.50") -> Package:
    """Dispensings of two years, one of them with the price, and a small register of drugs."""
    package = Package("prescriptions", form=form, period=("2014-01-01", "2015-12-31")).add("risk_drug")
    for number in range(ROWS):
        package.add(
            "dispensing",
            cpr=PEOPLE[number % 3],
            date=f"{2014 + number % 2}-05-{28 - number:02d}",
            price=price if number == 15 else f"{number}.50",
        )
    return package


def told(house: House) -> list[tuple[Any, ...]]:
    """Every dispensing, with the CPR number of whose it is."""
    known = {house.person(cpr): cpr for cpr in PEOPLE}
    return sorted((known[row["person_id"]], row["date"], row["price"]) for row in house.rows("dispensing"))


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_it_holds_what_it_would_hold_whole(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One bad row of so few would be too many.
    package = drugs(form, price="dear").fill(2000)
    whole = House(tmp_path / "whole")
    whole.load(package)
    monkeypatch.setattr(EmbeddedEngine, "sorted_at_once", 600)
    parted = House(tmp_path / "parted")
    report = parted.load(package)
    assert (report.rows, report.rejected) == (2000 + ROWS + 1, 1)
    assert parted.rejects()[0]["line"] == whole.rejects()[0]["line"]
    (one,), (several,) = (each.state().sources["prescriptions"].tables["dispensing"] for each in (whole, parted))
    assert (whole.home / "lake" / one.file).is_file()
    assert len(list((parted.home / "lake" / several.file).iterdir())) == 4
    assert one.rows == several.rows == 2000 + ROWS - 1
    assert _by_cpr(whole) == _by_cpr(parted)


def _by_cpr(house: House) -> list[tuple[Any, ...]]:
    files = (house.home / "vault" / "identities").glob("*.parquet")
    known = {row["person_id"]: row["cpr"] for file in files for row in pq.read_table(file).to_pylist()}
    return sorted((known[row["person_id"]], row["date"], row["price"]) for row in house.rows("dispensing"))


@pytest.mark.usefixtures("few_at_once")
def test_each_part_is_sorted_by_year_and_person(house: House) -> None:
    house.load(drugs())
    (segment,) = house.state().sources["prescriptions"].tables["dispensing"]
    parts = sorted((house.home / "lake" / segment.file).iterdir())
    found = [[(row["date"].year, row["person_id"]) for row in pq.read_table(part).to_pylist()] for part in parts]
    assert sum(map(len, found)) == segment.rows == ROWS
    assert max(map(len, found)) <= 7
    assert found == [sorted(part) for part in found]
    assert all({year for year, _ in part} == {2014, 2015} for part in found[:-1])
    small = house.state().sources["prescriptions"].tables["risk_drug"][0]
    assert (house.home / "lake" / small.file).is_file()


@pytest.mark.usefixtures("few_at_once")
def test_it_is_purged_and_delivered_anew_as_any_other(house: House) -> None:
    house.load(drugs())
    verbs.purge("prescriptions", "stopped by law", home=house.home)
    assert not list((house.home / "lake" / "data").rglob("*.parquet"))
    house.load(drugs())
    assert len(told(house)) == ROWS


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with object_storage() as address:
        yield address


@pytest.mark.usefixtures("few_at_once", "storage")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_it_may_lie_in_object_storage(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LAKE, f"s3://{BUCKET}/{house.root.name}/lake")
    house.load(drugs())
    assert len(told(house)) == ROWS
    lake = Lake.open(Home.find(house.home))
    (segment,) = house.state().sources["prescriptions"].tables["dispensing"]
    assert len(lake.home.lake.files(segment.file)) == 4


@settings(deadline=None)
@given(count=st.integers(1, 60), most=st.integers(1, 20), first=st.sampled_from([1, 2]))
def test_every_line_is_in_one_part(count: int, most: int, first: int) -> None:
    """Lines are counted from 1 in Parquet, and from 2 below the header of CSV."""
    lines = list(range(first, first + count))
    rows = ibis.memtable({"line": lines})
    parts = [part.to_pyarrow()["line"].to_pylist() for part in _in_parts(rows, count, most)]
    assert [line for part in parts for line in part] == lines
    assert max(map(len, parts)) <= most + 1
