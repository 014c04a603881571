"""From numpy arrays to Arrow columns, without a Python object per value."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.contract import DAY, MOMENT, MONEY, schema
from samspil.synth.timeline import OPEN, Window


def words(values: Sequence[str]) -> pa.Array:
    """The vocabulary of a text column."""
    return pa.array(list(values), pa.string())


def text(index: Ints | Bools, vocabulary: pa.Array, null: Bools | None = None) -> pa.Array:
    """A text column: for each row the place of its word in the vocabulary (words must differ)."""
    indices = pa.array(index.astype(np.int32, copy=False), mask=null)
    return pa.DictionaryArray.from_arrays(indices, vocabulary)


def dates(day: Ints, window: Window) -> pa.Array:
    """A date column from days of the window; `OPEN` becomes null."""
    null = day == OPEN
    since_1970 = np.where(null, 0, day + window.epoch).astype(np.int32)
    return pa.array(since_1970, mask=null if null.any() else None).view(DAY)


def moments(seconds: Ints, window: Window, null: Bools | None = None) -> pa.Array:
    """A datetime column from seconds since day 0."""
    since_1970 = (seconds.astype(np.int64) + window.epoch * 86400) * 1_000_000
    return pa.array(since_1970, mask=null).view(MOMENT)


def money(oere: Ints) -> pa.Array:
    """A DKK column with two decimals from whole øre that are not negative."""
    wide = np.zeros((len(oere), 2), dtype="<i8")
    wide[:, 0] = oere
    return pa.Array.from_buffers(MONEY, len(oere), [None, pa.py_buffer(wide)])


def oere(dkk: Floats) -> Ints:
    """Whole øre of an amount in DKK."""
    return np.round(dkk.astype(np.float64) * 100).astype(np.int64)


def digits(numbers: Ints, width: int, prefix: str = "") -> pa.Array:
    """A text column with each number written with leading zeros in `width` digits, after a fixed prefix."""
    start = len(prefix)
    letters = np.empty((len(numbers), start + width), dtype=np.uint8)
    letters[:, :start] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    rest = numbers.astype(np.int64)
    for place in range(start + width - 1, start - 1, -1):
        rest, digit = np.divmod(rest, 10)
        letters[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(start + width)
    return pa.Array.from_buffers(pa.string(), len(numbers), [None, pa.py_buffer(offsets), pa.py_buffer(letters)])


def build(name: str, columns: Mapping[str, pa.Array]) -> pa.Table:
    """A table of the contract from its columns; names and types are checked."""
    wanted = schema(name)
    if list(columns) != wanted.names:
        raise ValueError(f"table {name}: columns {list(columns)}, the contract has {wanted.names}")
    return pa.Table.from_arrays([_fit(columns[field.name], field.type) for field in wanted], schema=wanted)


def _fit(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column if column.type == kind else column.cast(kind)
