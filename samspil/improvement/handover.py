"""What the population plane hands over when indicators, segments or cost are published: plain values, read once.

Figures come through the release check: `hidden` is what the publication zone does not show. Nothing here knows files,
engines or Django.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from samspil.access.handover import CitizenRow, PracticeRow


@dataclass(frozen=True)
class NetworkRow:
    """A network with its practices: (provider number, joined, left or None, agreed that its name is shown)."""

    code: str
    name: str
    practices: tuple[tuple[str, dt.date, dt.date | None, bool], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What a figure is about: `practice`, `network`, `constant` (those of a network that always deliver), and so on."""

    level: str
    unit: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One indicator of one unit on one day. Counts are None where nothing was computed."""

    day: dt.date
    of: Unit
    indicator: str
    version: str
    outcome: str
    persons: int | None
    met: int | None
    not_met: int | None
    overdue: int | None
    no_data: int | None
    not_applicable: int | None
    exceptions: int | None
    #: The denominators of the strict and of the observed share, which a release may show where it hides other counts.
    strict_d: int | None
    observed_d: int | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """Persons of one category of an indicator."""

    day: dt.date
    of: Unit
    indicator: str
    category: str
    persons: int | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """What a unit's figures rest on, for one variable."""

    day: dt.date
    of: Unit
    participating: int
    delivering: int
    persons: int | None
    variable: str
    with_value: int | None
    first_valid: dt.date | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class PatientRow:
    """Where one patient stands with one indicator."""

    person_id: int
    provider_number: str
    indicator: str
    state: str
    exception: str
    last: dt.date | None
    since: dt.date | None
    value: float | None
    target: float | None
    category: str


@dataclass(frozen=True, slots=True)
class LostRow:
    """A patient without contact for long."""

    person_id: int
    provider_number: str
    last_contact: dt.date | None


@dataclass(frozen=True)
class TableRow:
    """A released table: its columns, and rows with None for what is hidden."""

    name: str
    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Released:
    """The artefact that what is published is: its id in the release store, and what was checked."""

    id: str
    checks: list[dict[str, Any]]
    tables: list[TableRow] = field(default_factory=list)


@dataclass(frozen=True)
class IndicatorHandover:
    """A run of indicators, ready to be brought to practices and networks. Iterables are read once, citizens first.

    `definition` is the set at `as_of`, `versions` the version of each indicator by day. An indicator run may be of any
    day: citizens that are known are left as they are.
    """

    run: str
    set: str
    programme: str
    case: str
    as_of: dt.date
    definition: dict[str, Any]
    versions: dict[str, dict[str, str]]
    data_dates: dict[str, dt.date]
    stale: list[str]
    release: Released
    practices: list[PracticeRow]
    networks: list[NetworkRow]
    citizens: Iterable[CitizenRow]
    results: Iterable[ResultRow]
    categories: Iterable[CategoryRow]
    coverage: Iterable[CoverageRow]
    patients: Iterable[PatientRow]
    lost: Iterable[LostRow]


@dataclass(frozen=True, slots=True)
class CostlyRow:
    """One of a practice's most costly patients with a disease. Amounts in DKK."""

    person_id: int
    provider_number: str
    diagnosis: str
    rank: int
    cost: Decimal
    before: Decimal | None
    sectors: dict[str, str]


@dataclass(frozen=True)
class FiguresHandover:
    """A run of segments or of cost: released tables, and for cost each practice's most costly patients."""

    run: str
    kind: str
    as_of: dt.date
    definition: dict[str, Any]
    data_dates: dict[str, dt.date]
    release: Released
    practices: list[PracticeRow] = field(default_factory=list)
    citizens: Iterable[CitizenRow] = ()
    costly: Iterable[CostlyRow] = ()
