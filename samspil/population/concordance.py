"""Recommended against actual level of treatment, and who might be treated elsewhere (STRAT-12, STRAT-13, ALG-2).

Report 002: which level those in secondary care really belong to (L1086-1088); 22 % of COPD patients treated at
hospital might be treated in primary care, other disease left out (L3026-3033).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.criteria import Judge
from samspil.programmes.segments import LevelRule, ProgrammeSegments

#: A share of citizens who might be treated elsewhere is never more than that.
POSSIBLY = "possibly"


@dataclass(frozen=True)
class Share:
    """A ratio that keeps its numerator and denominator."""

    numerator: int
    denominator: int

    @property
    def value(self) -> float | None:
        """The ratio; None of nobody."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True)
class Concordance:
    """Persons by recommended and actual level; a level that is not known is None.

    `levels` rise in specialisation, `primary` are those outside hospital, and `comorbidity` tells whether other disease
    was heeded.
    """

    counts: Mapping[tuple[str | None, str | None], int]
    levels: tuple[str, ...]
    primary: tuple[str, ...]
    comorbidity: bool
    label: str = POSSIBLY

    @property
    def relocatable(self) -> Share:
        """Of those treated at hospital, those for whom a primary level is recommended."""
        at_hospital = {pair: n for pair, n in self.counts.items() if pair[1] not in {None, *self.primary}}
        moved = sum(n for (recommended, _), n in at_hospital.items() if recommended in self.primary)
        return Share(moved, sum(at_hospital.values()))

    @property
    def above(self) -> int:
        """Persons treated above what is recommended."""
        return self._placed(1)

    @property
    def below(self) -> int:
        """Persons treated below what is recommended."""
        return self._placed(-1)

    @property
    def unknown(self) -> int:
        """Persons of whom one of the levels is not known."""
        return sum(n for pair, n in self.counts.items() if None in pair)

    def _placed(self, side: int) -> int:
        place = {level: number for number, level in enumerate(self.levels)}
        return sum(
            n
            for (recommended, actual), n in self.counts.items()
            if recommended is not None and actual is not None and _sign(place[actual] - place[recommended]) == side
        )


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def concordance(
    counts: Mapping[tuple[str | None, str | None], int],
    levels: Sequence[str],
    primary: Iterable[str],
    *,
    comorbidity: bool,
) -> Concordance:
    """The matrix of one group. Raises SamspilError for a level that is not among `levels`."""
    named = {level for pair in counts for level in pair if level is not None} | set(primary)
    unknown = sorted(named - set(levels))
    if unknown:
        raise SamspilError(f"there is no level `{unknown[0]}`; levels are {', '.join(levels)}")
    return Concordance(dict(counts), tuple(levels), tuple(primary), comorbidity)


def level_number(rules: Sequence[LevelRule], programme: ProgrammeSegments, judge: Judge) -> ir.IntegerValue:
    """The place among the levels of the first rule that holds, the lowest where none does; null where unknown."""
    place = {level.level: number for number, level in enumerate(programme.levels)}
    cases = []
    for rule in rules:
        holds = judge.rule(rule)
        cases += [(holds, _place(place[rule.level])), (holds.isnull(), ibis.null("int8"))]
    return ibis.cases(*cases, else_=_place(0)) if cases else _place(0)


def raised(alone: ir.IntegerValue, comorbidity: ir.IntegerValue, top: int) -> ir.IntegerValue:
    """The higher of two levels. The top is known from one alone; otherwise both must be."""
    return ibis.cases(
        ((alone == top) | (comorbidity == top), _place(top)),
        (alone.isnull() | comorbidity.isnull(), ibis.null("int8")),
        (alone >= comorbidity, alone),
        else_=comorbidity,
    )


def level_name(number: ir.IntegerValue, programme: ProgrammeSegments) -> ir.StringValue:
    """The levels by their names; null stays null."""
    return ibis.cases(*((number == place, level.level) for place, level in enumerate(programme.levels)))


def _place(number: int) -> ir.IntegerScalar:
    return ibis.literal(number, type="int8")


def placed(
    persons: ir.Table, programme: ProgrammeSegments, side: Literal["above", "below"], *, comorbidity: bool = True
) -> ir.Table:
    """The diagnosed who are treated above, or below, what is recommended: person, practice, both levels, stable.

    `persons` is the table of a segmentation.
    """
    place = {level.level: number for number, level in enumerate(programme.levels)}
    which = "recommended" if comorbidity else "recommended_alone"
    rows = persons.select(
        "person_id",
        "provider_number",
        recommended=persons[f"{which}_{programme.key}"],
        actual=persons[f"actual_{programme.key}"],
        stable=persons[f"stable_{programme.key}"],
    )
    numbers = {
        column: ibis.cases(*((rows[column] == level, number) for level, number in place.items()))
        for column in ("recommended", "actual")
    }
    if side == "above":
        return rows.filter(numbers["actual"] > numbers["recommended"])
    return rows.filter(numbers["actual"] < numbers["recommended"])


def stable_above(persons: ir.Table, programme: ProgrammeSegments) -> ir.Table:
    """The stable who are treated above what is recommended, other disease heeded: to propose a transfer for.

    Hospital doctors saw that they do not discharge those who are stabilised (report 002 L3035-3038). Who is moved is
    treated at the recommended level in the next run, and gone from here.
    """
    rows = placed(persons, programme, "above")
    return rows.filter(rows.stable)


@dataclass(frozen=True)
class Deviation:
    """Somebody treated at another level than recommended; open until a reason is given (STRAT-20)."""

    person: int
    recommended: str
    actual: str
    reason: str | None

    @property
    def open(self) -> bool:
        return self.reason is None


def deviations(
    placements: Mapping[int, tuple[str, str]], reasons: Mapping[int, str], known: Iterable[str]
) -> list[Deviation]:
    """Everybody whose actual level is not the recommended (`placements`), with the coded reason or none.

    Raises SamspilError for a reason that is not among the `known` codes.
    """
    codes = tuple(known)
    for reason in reasons.values():
        if reason not in codes:
            raise SamspilError(f"unknown reason `{reason}`; reasons are {', '.join(codes)}")
    return [
        Deviation(person, recommended, actual, reasons.get(person))
        for person, (recommended, actual) in placements.items()
        if recommended != actual
    ]
