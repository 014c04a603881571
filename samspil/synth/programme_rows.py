"""The rows of finished tables as arrays: whose they are, on which day, and how many of them lie in some days."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Ints
from samspil.synth.timeline import OPEN, Window


def person_of(table: pa.Table) -> Ints:
    """The person (place in the chunk) of each row."""
    column = table["cpr"].combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # a table without rows
        column = column.combine_chunks()
    persons: Ints = column.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return persons


def day_of(table: pa.Table, column: str, window: Window) -> Ints:
    """The day of each row; `OPEN` where there is none. Of moments, the calendar day."""
    values = table[column]
    if pa.types.is_timestamp(values.type):
        seconds = second_of(table, column, window)
        return np.where(seconds == OPEN_SECOND, OPEN, seconds // 86_400)
    since_1970 = values.cast(pa.int32()).fill_null(OPEN + window.epoch).to_numpy()
    day: Ints = since_1970.astype(np.int64) - window.epoch
    return day


OPEN_SECOND = OPEN * 86_400


def second_of(table: pa.Table, column: str, window: Window) -> Ints:
    """Seconds from day 0; `OPEN_SECOND` where there is none."""
    found = table[column]
    seconds: Ints = found.cast(pa.int64()).fill_null(0).to_numpy() // 1_000_000 - window.epoch * 86_400
    return np.where(found.is_null().to_numpy(), OPEN_SECOND, seconds)


def is_word(table: pa.Table, column: str, *wanted: str) -> Bools:
    """Whether a text column holds one of the words."""
    values = table[column].combine_chunks()
    places = [place for place, word in enumerate(values.dictionary.to_pylist()) if word in wanted]
    found: Bools = np.isin(values.indices.to_numpy(zero_copy_only=False), places)
    return found


@dataclass(frozen=True)
class Events:
    """Days on which something happened, to be counted for many persons at once."""

    key: Ints  # person and day in one number, ordered

    @classmethod
    def of(cls, person: Ints, day: Ints) -> "Events":
        return cls(np.sort(person.astype(np.int64) * 2**32 + day + 2**16))

    def between(self, person: Ints, first: Ints | int, last: Ints | int) -> Ints:
        """How many each person had from the first to the last day, both counted."""
        base = person.astype(np.int64) * 2**32 + 2**16
        count: Ints = np.searchsorted(self.key, base + last, side="right") - np.searchsorted(
            self.key, base + first, side="left"
        )
        return count
