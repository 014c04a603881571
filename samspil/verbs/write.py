"""Writes results to files the user named: whole or not at all."""

from __future__ import annotations

from pathlib import Path

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.warehouse.engine import Engine

TABLES = (".csv", ".parquet")


def check_target(path: Path, endings: tuple[str, ...] = TABLES) -> None:
    """Raises SamspilError for a file that cannot be written, so that nobody waits for a result that is then lost."""
    if path.suffix.lower() not in endings:
        raise SamspilError(f"{path}: write to a file that ends in {' or '.join(endings)}")
    if not path.absolute().parent.is_dir():
        raise SamspilError(f"{path}: the folder {path.parent} does not exist")


def write_table(engine: Engine, rows: ir.Table, path: Path) -> None:
    """Write `rows` to a `.csv` or `.parquet` file, replacing one that is there.

    In CSV a list is `;`-separated, null is empty and booleans are `true` and `false`. Raises SamspilError for
    another ending or a folder that does not exist.
    """
    check_target(path)
    if path.suffix.lower() == ".csv":
        lists = {n: rows[n].join(";").nullif("") for n, t in rows.schema().items() if t.is_array()}
        rows = rows.mutate(**lists) if lists else rows
    making = path.with_name(f".new.{path.name}")
    try:
        engine.write_one(rows, making)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    """Write a text file, replacing one that is there."""
    write_bytes(text.encode(), path)


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file of bytes, replacing one that is there."""
    making = path.with_name(f".{path.name}.new")
    try:
        making.write_bytes(content)
        making.replace(path)
    finally:
        making.unlink(missing_ok=True)
