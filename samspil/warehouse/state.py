"""The state of the warehouse: which files hold which rows of which delivery, as one immutable document.

A load writes new files, then a new state that names them, then moves the pointer `CURRENT`. Files are never
changed, so killing a load at any moment leaves the previous state intact, and an old run can be repeated on the
state it read. A state has the next number, and of two processes that want it the second is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Self

from pydantic import BaseModel, ConfigDict

from samspil.definitions import SamspilError
from samspil.warehouse.folder import Folder
from samspil.warehouse.home import Home

DAY = dt.timedelta(days=1)


class Record(BaseModel):
    """Base of what a state consists of."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Days(Record):
    """A period of whole days, both ends inclusive."""

    from_: dt.date
    to: dt.date

    def minus(self, other: Days) -> list[Days]:
        """What is left of this period without `other`: none, one or two periods."""
        if other.to < self.from_ or self.to < other.from_:
            return [self]
        left = []
        if self.from_ < other.from_:
            left.append(Days(from_=self.from_, to=other.from_ - DAY))
        if other.to < self.to:
            left.append(Days(from_=other.to + DAY, to=self.to))
        return left

    def __str__(self) -> str:
        return f"{self.from_} – {self.to}"


def unbroken(periods: list[Days]) -> Days:
    """The days up to the last that are covered without a gap. What lies before a gap is not counted on."""
    latest_first = sorted(periods, key=lambda period: period.to, reverse=True)
    begun, end = latest_first[0].from_, latest_first[0].to
    for period in latest_first[1:]:
        if period.to >= begun - DAY:
            begun = min(begun, period.from_)
    return Days(from_=begun, to=end)


class Segment(Record):
    """The rows of one table that came with one delivery, and the days of them still in force.

    `in_force` is None for a table that is replaced whole.
    """

    file: str
    delivery: str
    rows: int
    in_force: list[Days] | None = None

    def without(self, period: Days) -> Self | None:
        """The segment after a later delivery replaced `period`; None when nothing is left."""
        if self.in_force is None:
            return None
        left = [part for days in self.in_force for part in days.minus(period)]
        return self.model_copy(update={"in_force": left}) if left else None


class LoadedTable(Record):
    """What came of one delivered table."""

    sha256: str
    rows: int
    loaded: int
    rejected: int


class Delivery(Record):
    """A delivery that was loaded, as its owner described it."""

    id: str
    name: str
    source: str
    owner: str
    contract: str
    period: Days
    extracted_at: dt.datetime
    legal_basis: str
    fingerprint: str
    loaded_at: dt.datetime
    tables: dict[str, LoadedTable]
    warnings: list[str] = []

    @property
    def data_date(self) -> dt.date:
        """The day the data were drawn from the source."""
        return self.extracted_at.date()


class SwitchedOff(Record):
    """Why and since when a source is not used."""

    at: dt.datetime
    reason: str


class Source(Record):
    """One source: its tables' segments, oldest first, and whether it is switched off."""

    tables: dict[str, list[Segment]] = {}
    switched_off: SwitchedOff | None = None


class PurgeRecord(Record):
    """What a purge removed. Names and counts only: nothing of the data is kept."""

    source: str
    at: dt.datetime
    reason: str
    deliveries: list[str]
    rows: dict[str, int]
    rejected_rows: int
    identities: int
    runs: list[str]
    finished: bool = False


class State(Record):
    """Everything the warehouse holds at one moment."""

    number: int = 0
    created_at: dt.datetime | None = None
    change: str = "empty"
    sources: dict[str, Source] = {}
    deliveries: dict[str, Delivery] = {}
    identity_files: list[str] = []
    purges: list[PurgeRecord] = []

    def loaded_sources(self) -> list[str]:
        """The sources that runs use: delivered, and not switched off."""
        return [name for name, source in self.sources.items() if source.tables and source.switched_off is None]

    def deliveries_of(self, source: str) -> list[Delivery]:
        """The deliveries some row of which is in force, oldest load first."""
        tables = self.sources[source].tables.values() if source in self.sources else ()
        used = {segment.delivery for segments in tables for segment in segments}
        return [delivery for delivery in self.deliveries.values() if delivery.id in used]

    def next(self, change: str, **update: object) -> State:
        """The state after a change."""
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        return self.model_copy(update={"number": self.number + 1, "created_at": now, "change": change, **update})

    def with_source(self, name: str, source: Source) -> dict[str, Source]:
        return {**self.sources, name: source}


_POINTER, _STATES = "CURRENT", "states"


def _document(number: int) -> str:
    return f"{_STATES}/{number:06d}.json"


def read_state(home: Home, number: int | None = None) -> State:
    """The current state, or an earlier one by its number. Raises SamspilError for a number never reached."""
    if number is None:
        try:
            number = int(home.lake.read(_POINTER))
        except FileNotFoundError:
            home.lake.reach()
            return State()
    if number == 0:
        return State()
    try:
        return State.model_validate_json(home.lake.read(_document(number)))
    except FileNotFoundError as error:
        raise SamspilError(f"there is no state {number} of the warehouse in {home.lake.url}") from error


def commit(home: Home, state: State) -> None:
    """Make `state` the current one. Raises SamspilError when another process took its number meanwhile."""
    try:
        home.lake.create(_document(state.number), _written(state))
    except FileExistsError as error:
        raise SamspilError(
            f"another process has written state {state.number} of the warehouse in {home.lake.url} meanwhile; "
            "nothing was changed: run again"
        ) from error
    home.lake.replace(_POINTER, f"{state.number}\n".encode())


def rewrite(home: Home, state: State) -> None:
    """Write the document of a state, in place of the one it had."""
    home.lake.replace(_document(state.number), _written(state))


def _written(state: State) -> bytes:
    return state.model_dump_json(indent=1).encode()


def all_states(home: Home) -> Iterable[State]:
    """Every state that was ever committed, oldest first."""
    current = read_state(home).number
    documents = home.lake.contents(name for name, number in _documents(home) if number <= current)
    for name in sorted(documents):
        yield State.model_validate_json(documents[name])


def _documents(home: Home) -> Iterable[tuple[str, int]]:
    """The documents that lie in the lake, those of no committed state too, with their numbers."""
    for name in home.lake.files(_STATES):
        number, _, kind = name.rpartition("/")[2].partition(".")
        if kind == "json" and number.isdigit():
            yield name, int(number)


def clear_unnamed_files(home: Home) -> None:
    """Remove files that no state names: what a load left behind that died before its commit."""
    current = read_state(home).number
    for name, number in _documents(home):
        if number > current:
            home.lake.remove(name)
    named = set()
    for state in all_states(home):
        named |= {s.file for source in state.sources.values() for t in source.tables.values() for s in t}
        named |= set(state.identity_files)
        named |= {f"{kind}/{delivery}.parquet" for delivery in state.deliveries for kind in ("rejects", "names")}
    for kept, below in ((home.lake, "data"), (Folder(home.vault), "")):
        for table in kept.tables(below):
            if table not in named and not table.startswith("refused/"):
                kept.remove(table)
