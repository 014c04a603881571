"""A person is drawn one number, which nobody else has, whatever is lost or asked twice."""

from __future__ import annotations

from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from samspil.warehouse import vault
from samspil.warehouse.choice import chosen
from samspil.warehouse.engine import Engine, connect
from samspil.warehouse.home import Home
from samspil.warehouse.state import State
from samspil.warehouse.vault import drawn, link
from tests.warehouse.packages import cpr

pytestmark = pytest.mark.slow
PEOPLE = [cpr(number) for number in range(60)]


@ibis.udf.scalar.pyarrow  # type: ignore[untyped-decorator]
def the_same(written: str) -> int:  # type: ignore[empty-body]
    """Seven, for everybody."""
    return pa.array([7] * len(written), pa.int64())


def lose_what_was_kept(engine: Engine) -> None:
    """Spark forgets the rows that it kept of earlier questions, as when workers are lost, and asks for them again."""
    if engine.name == "spark":
        engine.backend._session.catalog.clearCache()  # type: ignore[attr-defined]


def numbers(engine: Engine, rows: ir.Table) -> dict[str, int]:
    return {row["written"]: row["person_id"] for row in engine.few(rows)}


def test_a_person_has_one_number_though_it_is_drawn_twice_or_asked_for_again(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first draw gives all the same number, so it is drawn anew; then what was kept of it is lost."""
    del engine
    home, draws = Home(tmp_path), []

    def clashing_once(column: ir.StringColumn) -> ir.IntegerColumn:
        draws.append(column)
        return (the_same if len(draws) == 1 else drawn)(column)

    monkeypatch.setattr(vault, "drawn", clashing_once)
    home.create()
    opened = connect(home.tmp, chosen())
    pq.write_table(pa.table({"written": PEOPLE}), tmp_path / "written.parquet")
    written = opened.read([str(tmp_path / "written.parquet")], "written")
    files, linked = link(opened, home, State(), "first", written)
    first = numbers(opened, linked)
    lose_what_was_kept(opened)
    assert numbers(opened, linked) == first
    assert len(draws) == 2
    assert len(set(first.values())) == len(PEOPLE)
    (file,) = files
    kept = ds.dataset(home.vault / file).to_table().to_pylist()
    assert {row["cpr"]: row["person_id"] for row in kept} == first
    assert [path.name for path in (home.vault / "identities").iterdir()] == [Path(file).name]
