"""The lake: the linked, pseudonymous tables of one state of the warehouse, as Ibis tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import or_

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from samspil.definitions import SamspilError
from samspil.warehouse.choice import chosen
from samspil.warehouse.contracts import contracts, table
from samspil.warehouse.engine import Engine, connect
from samspil.warehouse.home import Home
from samspil.warehouse.rules import in_days
from samspil.warehouse.state import Delivery, Segment, State, read_state


@dataclass
class Lake:
    """One state of the warehouse, open for reading.

    `without` names sources to leave out of this reading alone, as if they were switched off.
    """

    home: Home
    state: State
    without: frozenset[str] = frozenset()
    #: The engine that was chosen when it was opened; it starts when rows are asked for.
    chosen: str = field(default_factory=chosen)

    @classmethod
    def open(cls, home: Home, state: int | None = None, without: Sequence[str] = ()) -> Lake:
        """The lake at the current state, or at an earlier one by its number. Raises SamspilError for no such source."""
        unknown = [name for name in without if name not in contracts()]
        if unknown:
            raise SamspilError(f"unknown source `{unknown[0]}`; sources are {', '.join(contracts())}")
        return cls(home, read_state(home, state), frozenset(without))

    @cached_property
    def engine(self) -> Engine:
        return connect(self.home.tmp, self.chosen)

    @property
    def sources(self) -> list[str]:
        """The sources whose tables are there: delivered, not switched off and not left out."""
        return [name for name in self.state.loaded_sources() if name not in self.without]

    @cached_property
    def tables(self) -> Mapping[str, ir.Table]:
        """Every table of `sources` by its name. A table that is absent is missing, not empty.

        Its files are opened when it is asked for: a run of two sources has nothing to do with the others' files.
        """
        segments = {name: s for source in self.sources for name, s in self.state.sources[source].tables.items()}
        return _Tables(self.home, self.state, self.engine, segments)

    def deliveries(self, source: str) -> list[Delivery]:
        """The deliveries a source's tables are made of, oldest load first."""
        return self.state.deliveries_of(source)

    def data_dates(self) -> dict[str, dt.date]:
        """By source, the day its newest delivery was drawn."""
        return {source: max(delivery.data_date for delivery in self.deliveries(source)) for source in self.sources}

    def manifest(self) -> dict[str, list[str]]:
        """The data manifest: by source, the deliveries its tables are made of."""
        return {source: [delivery.id for delivery in self.deliveries(source)] for source in self.sources}


class _Tables(Mapping[str, ir.Table]):
    """Tables by their names, each opened once and when it is asked for.

    They do not know their lake: one that nobody holds any more, and the folder of its engine, go at once.
    """

    def __init__(self, home: Home, state: State, engine: Engine, segments: Mapping[str, list[Segment]]) -> None:
        self._home = home
        self._state = state
        self._engine = engine
        self._segments = segments
        self._opened: dict[str, ir.Table] = {}

    def __getitem__(self, name: str) -> ir.Table:
        if name not in self._opened:
            self._opened[name] = self._table(name, self._segments[name])
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._segments)

    def __len__(self) -> int:
        return len(self._segments)

    def __contains__(self, name: object) -> bool:
        return name in self._segments

    def _table(self, name: str, segments: list[Segment]) -> ir.Table:
        contract = table(name)
        whole = [s for s in segments if self._is_whole(s)]
        parts = []
        if whole:
            parts.append(self._read(whole, name))
        for number, segment in enumerate(s for s in segments if s not in whole):
            rows = self._read([segment], f"{name}_{number}")
            parts.append(rows.filter(in_days(rows[contract.period], segment.in_force or [])))
        return ibis.union(*parts)

    def _read(self, segments: Sequence[Segment], name: str) -> ir.Table:
        return self._engine.read([self._home.lake.address(segment.file) for segment in segments], name)

    def _is_whole(self, segment: Segment) -> bool:
        """Whether every row of the segment's file is still in force."""
        return segment.in_force is None or segment.in_force == [self._state.deliveries[segment.delivery].period]


@dataclass(frozen=True)
class SourceStatus:
    """How fresh a source is, seen from one day."""

    source: str
    title: str
    owner: str | None
    deliveries: int
    data_date: dt.date | None
    age_days: int | None
    stale: bool
    switched_off: str | None
    rows: int
    rejected: int


def freshness(home: Home, day: dt.date, stale_after_days: int, state: State | None = None) -> list[SourceStatus]:
    """Every source of the contracts with its owner and the age of its data on `day`, delivered or not."""
    state = state or read_state(home)
    found = []
    for name, contract in contracts().items():
        source = state.sources.get(name)
        deliveries = state.deliveries_of(name)
        newest = max(deliveries, key=lambda delivery: delivery.extracted_at, default=None)
        age = (day - newest.data_date).days if newest else None
        found.append(
            SourceStatus(
                source=name,
                title=contract.title["en"],
                owner=newest.owner if newest else None,
                deliveries=len(deliveries),
                data_date=newest.data_date if newest else None,
                age_days=age,
                stale=age is not None and age > stale_after_days,
                switched_off=source.switched_off.reason if source and source.switched_off else None,
                rows=sum(
                    _rows_in_force(home, state, name, segment)
                    for name, segments in (source.tables if source else {}).items()
                    for segment in segments
                ),
                rejected=sum(t.rejected for delivery in deliveries for t in delivery.tables.values()),
            )
        )
    return found


def _rows_in_force(home: Home, state: State, name: str, segment: Segment) -> int:
    """The rows of a segment that no later delivery replaced."""
    if segment.in_force is None or segment.in_force == [state.deliveries[segment.delivery].period]:
        return segment.rows
    day = pc.field(table(name).period).cast(pa.date32())
    kept = [(day >= days.from_) & (day <= days.to) for days in segment.in_force]
    # Looked through a part at a time: a table may be larger than memory.
    return home.lake.dataset(segment.file).count_rows(filter=reduce(or_, kept)) if kept else 0
