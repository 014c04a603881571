"""Released tables as files: CSV and Parquet, with the release they come from."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from samspil.improvement.queries.released_tables import Taken

_AMOUNT = re.compile(r"-?\d+\.\d{2}")


def csv_file(taken: Taken) -> bytes:
    """The table as CSV, UTF-8. The first line, a comment, names release, run and day; what is hidden is empty."""
    text = io.StringIO()
    text.write(f"# release {taken.release}, run {taken.run}, as of {taken.as_of}\r\n")
    writer = csv.writer(text)
    writer.writerow(taken.columns)
    kept = [_kept([row[place] for row in taken.rows]) for place in range(len(taken.columns))]
    writer.writerows(zip(*kept, strict=True))
    return text.getvalue().encode()


def parquet_file(taken: Taken) -> bytes:
    """The table as Parquet; release, run and day stand in its metadata, and what is hidden is null."""
    arrays = [_array(_kept([row[place] for row in taken.rows])) for place in range(len(taken.columns))]
    table = pa.table(arrays, names=taken.columns)
    said = {"release": taken.release, "run": taken.run, "as_of": taken.as_of}
    table = table.replace_schema_metadata(said)
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _kept(values: Sequence[Any]) -> list[Any]:
    """A column of numbers that are all whole as whole numbers, as counts are."""
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, float) and value.is_integer() for value in known):
        return [None if value is None else int(value) for value in values]
    return list(values)


def _array(values: list[Any]) -> pa.Array:
    known = [value for value in values if value is not None]
    if not known:
        return pa.array(values, pa.string())
    if all(isinstance(value, str) and _AMOUNT.fullmatch(value) for value in known):
        return pa.array([None if value is None else Decimal(value) for value in values], pa.decimal128(18, 2))
    if any(isinstance(value, float) for value in known):
        return pa.array(values, pa.float64())
    return pa.array(values)
