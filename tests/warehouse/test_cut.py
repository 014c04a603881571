"""How files are cut: what is not asked for is not read. What must not be read is made unreadable."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.warehouse import embedded
from samspil.warehouse.choice import chosen
from samspil.warehouse.engine import Engine, connect
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from tests.warehouse.house import House, day
from tests.warehouse.packages import ANNA, Package

YEARS = range(2006, 2016)
FIRST, LAST = dt.date(2012, 1, 1), dt.date(2013, 12, 31)


def ten_years() -> pa.Table:
    """Dispensings of ten years, a quarter of a million."""
    chance = random.Random(1)
    size = 25_000 * len(YEARS)
    return pa.table(
        {
            "person_id": [chance.getrandbits(63) for _ in range(size)],
            "date": [dt.date(chance.choice(YEARS), chance.randint(1, 12), chance.randint(1, 28)) for _ in range(size)],
            "price": [chance.random() for _ in range(size)],
        }
    )


def spoil_other_years(target: Path) -> tuple[int, int]:
    """Make row groups without a day of the two years unreadable. Returns how many there were of each kind."""
    spoiled = whole = 0
    for path in sorted(target.glob("*.parquet")) if target.is_dir() else [target]:
        told, content = pq.read_metadata(path), bytearray(path.read_bytes())
        for number in range(told.num_row_groups):
            group = told.row_group(number)
            dates = group.column(1).statistics
            if dates.min <= LAST and dates.max >= FIRST:
                whole += 1
                continue
            spoiled += 1
            for place in range(group.num_columns):
                column = group.column(place)
                begin = min(p for p in (column.dictionary_page_offset, column.data_page_offset) if p)
                content[begin : begin + column.total_compressed_size] = b"\xff" * column.total_compressed_size
        path.write_bytes(content)
        # Spark's own sums of what it wrote, which tell of any change.
        path.with_name(f".{path.name}.crc").unlink(missing_ok=True)
    return spoiled, whole


def total(opened: Engine, rows: ir.Table) -> tuple[int, float]:
    asked = rows.filter((rows.date >= ibis.literal(FIRST)) & (rows.date <= ibis.literal(LAST)))
    found = opened.one(asked.aggregate(rows=asked.count(), dearest=asked.price.max()))
    return found["rows"], found["dearest"]


@pytest.mark.slow
def test_two_years_of_ten_are_read_without_the_other_eight(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "ROW_GROUP", 10_240)
    if engine == "spark":
        monkeypatch.setattr("samspil.warehouse.spark.engine._ROW_GROUP_BYTES", 200_000)
    opened = connect(tmp_path / "tmp", chosen())
    source = tmp_path / "source.parquet"
    pq.write_table(ten_years(), source)
    rows = opened.read([str(source)], "source")
    target = tmp_path / "target.parquet"
    assert opened.write(rows.order_by([rows.date.year(), "person_id", "date"]), str(target)) == 25_000 * len(YEARS)
    expected = total(opened, opened.read([str(target)], "before"))
    spoiled, whole = spoil_other_years(target)
    assert spoiled > 2 * whole
    assert total(opened, opened.read([str(target)], "after")) == expected
    assert expected[0] == total(opened, rows)[0] > 40_000
    every = opened.read([str(target)], "every")
    with pytest.raises(Exception, match=r"\S"):
        opened.one(every.aggregate(sum=every.price.sum()))


def test_a_run_opens_no_file_of_a_source_it_has_no_use_for(house: House) -> None:
    house.ingest(
        Package("civil").add("person", cpr=ANNA),
        Package("general_practice").add("practice").add("affiliation", cpr=ANNA),
        Package("prescriptions").add("dispensing", cpr=ANNA),
        Package("hospital").add("hospital_contact", cpr=ANNA),
        Package("networks").add("network"),
    )
    for source in ("hospital", "networks"):
        for path in (house.home / "lake" / "data" / source).rglob("*.parquet"):
            path.write_bytes(b"no Parquet")
    assert verbs.stratify(["daemp"], day("2016-01-02"), home=house.home, without=["hospital"]).name
    tables = Lake.open(Home.find(house.home)).tables
    assert {"hospital_contact", "network"} <= set(tables)
    assert tables["person"].count().to_pyarrow().as_py() == 1
    with pytest.raises(duckdb.Error, match="hospital"):
        tables["hospital_contact"].count().to_pyarrow()
