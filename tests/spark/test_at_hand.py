"""What a load asks for several times lies with the workers for as long as somebody holds it, and no longer."""

from __future__ import annotations

import gc
from pathlib import Path

import ibis
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
