"""What lies with the workers for how long, and where they write."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pytest

from samspil.warehouse.spark.engine import SparkEngine
from samspil.warehouse.spark.session import session

pytestmark = [pytest.mark.slow, pytest.mark.spark]


def test_rows_at_hand_are_kept_and_let_go(tmp_path: Path) -> None:
    engine = SparkEngine(tmp_path)
    spark = session(tmp_path).sparkContext

    def kept() -> set[int]:
        return set(spark._jsc.getPersistentRDDs().keySet())

    source = tmp_path / "numbers.parquet"
    engine.write(ibis.memtable({"number": list(range(100))}).order_by("number"), str(source))
    before = kept()
    rows = engine.at_hand(engine.read([str(source)], "numbers"))
    (own,) = kept() - before
    assert engine.one(rows.aggregate(total=rows.number.sum())) == {"total": 4950}
    del rows
    gc.collect()
    assert own not in kept()


@pytest.fixture
def nobody_looks_for_circles() -> Iterator[None]:
    """As in a driver that has little to do: Python looks when it has made many objects."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("nobody_looks_for_circles")
def test_what_tasks_wrote_for_a_table_is_gone_when_the_next_but_one_is_at_hand(tmp_path: Path) -> None:
    """Disks of workers must hold two tables of a load, and not all of them."""
    engine = SparkEngine(tmp_path)
    [room] = session(tmp_path).sparkContext.getConf().get("spark.local.dir").split(",")
    numbers = tmp_path / "numbers.parquet"
    engine.write(ibis.memtable({"number": list(range(1000))}).order_by("number"), str(numbers))

    def written() -> set[Path]:
        return set(Path(room).rglob("shuffle_*.data"))

    def load_one(name: str) -> None:
        rows = engine.read([str(numbers)], name)
        counted = engine.at_hand(rows.group_by("number").aggregate(times=rows.count()))
        assert engine.one(counted.aggregate(total=counted.times.sum())) == {"total": 1000}

    before = written()
    load_one("first")
    of_first = written() - before
    assert of_first
    load_one("second")
    load_one("third")
    deadline = time.monotonic() + 60
    while of_first & written():
        assert time.monotonic() < deadline, "still there"
        time.sleep(0.1)


def test_what_a_user_asks_for_is_put_together_where_workers_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder a user names may be on this machine alone."""
    engine, asked = SparkEngine(tmp_path / "tmp"), tmp_path / "asked"
    asked.mkdir()
    write, seen = engine.write, []

    def watched(rows: ir.Table, target: str) -> int:
        seen.extend([Path(target), *asked.iterdir()])
        return write(rows, target)

    monkeypatch.setattr(engine, "write", watched)
    engine.write_one(ibis.memtable({"number": [2, 1]}).order_by("number"), asked / "numbers.csv")
    (parts,) = seen
    assert parts.is_relative_to(tmp_path / "tmp")
    assert (asked / "numbers.csv").read_text() == "number\n1\n2\n"
    assert not parts.exists()
