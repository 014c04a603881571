"""What may leave which zone: `disclosure.yaml`, with thresholds, zones, audiences, and how tables are made.

Three zones, and nothing crosses but through a release (003 5.2, REQ-PRIV-1): the practice's own, analysis without CPR
numbers and names, and publication with figures of groups alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, Fault, YamlFile, read_yaml, validate
from samspil.programmes.prices import Grounds
from samspil.programmes.schema import Identifier, Text

DISCLOSURE = "disclosure.yaml"
ZoneName = Literal["practice", "analysis", "publication"]


class Threshold(Definition):
    """A number with the report that states it, or why it was chosen."""

    value: int = Field(ge=2)
    source: Grounds


class Identifying(Definition):
    """Columns that name somebody, by their names in lower case."""

    kind: Identifier
    columns: tuple[str, ...] = Field(min_length=1)


class Zone(Definition):
    """What may be in a zone: rows about `persons`, and persons `identified` by CPR number or name."""

    zone: ZoneName
    title: Text
    about: Text
    persons: bool
    identified: bool
    source: Grounds


class Audience(Definition):
    """Who receives a release, in which zone.

    In analysis, `practice_code` says whether rows may tell the practice. In publication, `levels` are the units whose
    rows are in the release, and `labels` whose practices are named: those that `agreed`, `all`, or `none`.
    """

    audience: Identifier
    title: Text
    zone: ZoneName
    source: Grounds
    practice_code: bool = False
    levels: tuple[str, ...] = ()
    labels: Literal["agreed", "all", "none"] = "none"

    @model_validator(mode="after")
    def _levels_where_published(self) -> Audience:
        if (self.zone == "publication") != bool(self.levels):
            raise ValueError("an audience has `levels` when its zone is publication, and only then")
        if self.labels == "none" and "practice" in self.levels:
            raise ValueError("rows of practices need `labels`: agreed or all")
        return self


class SumOfCounts(Definition):
    """Within a row, `parts` are parts of `total`; what they leave of it is a count by itself."""

    total: str
    parts: tuple[str, ...] = Field(min_length=1)


class Share(Definition):
    """Columns worked out from a numerator and a denominator: hidden with either of them, or their difference."""

    columns: tuple[str, ...] = Field(min_length=1)
    numerator: str
    denominator: str


class PartOf(Definition):
    """The rows that differ in the columns `over` alone are parts of a count in another table of the same run.

    With `only`, those rows alone that have one of the values in each of its columns.
    """

    table: str
    count: str
    over: tuple[str, ...] = Field(min_length=1)
    only: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class Everybody(Definition):
    """A count of everybody in the unit: the same in every row of it that has the same values in the columns `of`.

    A `settled` one is looked at before all others, and hidden for none of them: where it stands in very many rows.
    """

    count: str
    of: tuple[str, ...] = ()
    settled: bool = True


class RollUp(Definition):
    """Units of the level `from` add up to units of the level `into`.

    `by` is a table of the run with level, unit and provider_number that says which practice is in which unit (and
    `as_of`, when that changes); without it all are parts of every unit of `into`. What is left is a count by itself.
    """

    from_: str = Field(alias="from")
    into: str
    by: str | None = None


class OfPractices(Definition):
    """What a release tells of single practices: these `counts` alone, and with `last_day` of the run's last day alone.

    A practice is small, so that most of what its rows could tell would be left out, and much of the others with it.
    """

    counts: tuple[str, ...] = ()
    last_day: bool = False


class TableStructure(Definition):
    """How a table of aggregates in runs of a kind is made. A table that is not described is not released.

    `counts` count persons. `with_counts` are columns, such as money, that are hidden with the count they belong to, and
    `describing` columns that tell nothing of a person. Every other column keeps the table from being released.
    """

    run: str
    table: str
    cell: tuple[str, ...]
    day: str | None = None
    level: str | None = None
    unit: str | None = None
    counts: tuple[str, ...] = Field(min_length=1)
    sums: tuple[SumOfCounts, ...] = ()
    shares: tuple[Share, ...] = ()
    describing: tuple[str, ...] = ()
    with_counts: dict[str, str] = Field(default_factory=dict)
    part_of: tuple[PartOf, ...] = ()
    everybody: tuple[Everybody, ...] = ()
    rolls_up: tuple[RollUp, ...] = ()
    of_practices: OfPractices | None = None
    earlier_days: tuple[str, ...] | None = None
    about: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _known_counts(self) -> TableStructure:
        named = [name for one in self.sums for name in (one.total, *one.parts)]
        named += [name for one in self.shares for name in (one.numerator, one.denominator)]
        named += list(self.with_counts.values())
        named += [each.count for each in self.everybody]
        named += list(self.of_practices.counts) if self.of_practices is not None else []
        named += [*(self.earlier_days or ()), *self.about]
        unknown = sorted(set(named) - set(self.counts))
        if unknown:
            raise ValueError(f"there is no count `{unknown[0]}`; counts are {', '.join(self.counts)}")
        if (self.level is None) != (self.unit is None):
            raise ValueError("`level` and `unit` are given together")
        if self.rolls_up and self.level is None:
            raise ValueError("`rolls_up` needs `level` and `unit`")
        for each in self.part_of:
            if not {*each.over, *each.only} <= set(self.cell):
                raise ValueError("`over` and `only` of `part_of` name columns of `cell`")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that name a row: cell, day, level and unit."""
        return (*self.cell, *(name for name in (self.day, self.level, self.unit) if name is not None))

    @property
    def described(self) -> frozenset[str]:
        """Every column that may be in the table."""
        shares = (name for share in self.shares for name in share.columns)
        return frozenset((*self.columns, *self.counts, *self.with_counts, *self.describing, *shares))


class Disclosure(Definition):
    """Everything that decides what may be released: `few` is the smallest count shown, `k` how many look alike."""

    few: Threshold
    k: Threshold
    free_text_over: Threshold
    identifiers: tuple[Identifying, ...]
    quasi_identifiers: tuple[str, ...] = Field(min_length=1)
    person_key: str
    practice_code: str
    zones: tuple[Zone, ...]
    audiences: tuple[Audience, ...] = Field(min_length=1)
    tables: tuple[TableStructure, ...] = ()

    @model_validator(mode="after")
    def _each_zone_once(self) -> Disclosure:
        if sorted(zone.zone for zone in self.zones) != ["analysis", "practice", "publication"]:
            raise ValueError("the zones are practice, analysis and publication, each once")
        return self

    def zone(self, name: str) -> Zone:
        return next(each for each in self.zones if each.zone == name)

    def audience(self, name: str) -> Audience | None:
        return next((each for each in self.audiences if each.audience == name), None)

    def structure(self, run: str, table: str) -> TableStructure | None:
        """How a table of a kind of run is made; None for one that is not described."""
        return next((each for each in self.tables if (each.run, each.table) == (run, table)), None)


def load_disclosure(folder: Path | None = None) -> Disclosure:
    """The rules of disclosure: those of `folder` where it has them, else the ones that come with Samspil.

    Raises DefinitionError with file, line and cause.
    """
    own = folder / DISCLOSURE if folder is not None else None
    return _read(own if own is not None and own.exists() else Path(__file__).parent / DISCLOSURE)


@cache
def _read(path: Path) -> Disclosure:
    file = read_yaml(path)
    found = validate(file, Disclosure)
    faults = list(_faults(file, found))
    if faults:
        raise DefinitionError(faults)
    return found


def _faults(file: YamlFile, found: Disclosure) -> Iterator[Fault]:
    """What stands twice, and tables that are parts of a table or count that is not described."""
    seen: set[str] = set()
    for number, audience in enumerate(found.audiences):
        if audience.audience in seen:
            yield file.fault(("audiences", number), f"the audience `{audience.audience}` is there twice")
        seen.add(audience.audience)
    tables: set[tuple[str, str]] = set()
    for number, table in enumerate(found.tables):
        if (table.run, table.table) in tables:
            yield file.fault(("tables", number), f"the table `{table.table}` of `{table.run}` is there twice")
        tables.add((table.run, table.table))
        for place, part in enumerate(table.part_of):
            whole = found.structure(table.run, part.table)
            if whole is None or part.count not in whole.counts:
                cause = f"there is no count `{part.count}` in a table `{part.table}`"
                yield file.fault(("tables", number, "part_of", place), cause)
