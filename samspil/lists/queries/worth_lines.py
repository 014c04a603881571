"""The lines of the pages on what lists are worth, put together from counts; here counts too small are left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from samspil.access.models import Membership, Organisation, Role
from samspil.lists.models import Source
from samspil.lists.names import language
from samspil.lists.queries.activity import Included, InclusionLine, Names, Reviewed
from samspil.lists.suppression import Sum, hidden
from samspil.lists.worth import Decisions, Share
from samspil.population.lists import Expectation, expected_size
from samspil.programmes.inclusion import Inclusion as Rules
from samspil.programmes.schema import ExpectedListSize

#: Columns about names, and columns about inclusions. What is in a group adds up to the column before it.
NAMES = ("listed", "reviewed", "unreviewed", "invited", "not_relevant", "undecided")
WAY = ("begun", "approached", "informed", "consented", "enrolled")
ENDS = ("good", "neutral", "fault")
COLUMNS = (*NAMES, *WAY, *ENDS)
#: The row of all practices together.
ALL = "all"

Row = str | int
Counts = dict[str, int | None]


@dataclass
class Cells:
    """Counts by row and column, with the sums that a reader can work out, so that hiding one hides enough."""

    counts: dict[tuple[Row, str], int] = field(default_factory=dict)
    sums: list[Sum[tuple[Row, str]]] = field(default_factory=list)
    _hidden: frozenset[tuple[Row, str]] = frozenset()

    def put(self, row: Row, counts: Mapping[str, int]) -> None:
        """Set the counts of a row."""
        self.counts.update({(row, column): count for column, count in counts.items()})

    def add_up(self, total: tuple[Row, str], parts: Iterable[tuple[Row, str]]) -> None:
        """Say that the parts add up to the total."""
        self.sums.append(Sum(total, tuple(parts)))

    def hide(self, few: int) -> None:
        """Leave out counts of less than `few`, and what would give them away."""
        self._hidden = hidden(self.counts, few, self.sums)

    def get(self, row: Row, column: str) -> int | None:
        """A count; None when it is not shown."""
        return None if (row, column) in self._hidden else self.counts[row, column]

    def row(self, row: Row, columns: Sequence[str] = COLUMNS) -> Counts:
        """Several counts of a row."""
        return {column: self.get(row, column) for column in columns}


@dataclass(frozen=True)
class Coded:
    """A coded reason, source or route with its count; `means` tells good outcomes from faults."""

    code: str
    title: str
    count: int | None
    means: str = ""
    #: Of an end: how many had been enrolled.
    enrolled: int | None = None


@dataclass
class Line:
    """What was done with the names of one practice, one doctor, or all together."""

    counts: Counts
    expected: Expectation | None = None
    practice: Organisation | None = None
    doctor: Membership | None = None
    #: Seconds used per name in the median; None when no time is known or too few names are timed to say.
    median: float | None = None
    quiet_since: dt.date | None = None

    @property
    def precision(self) -> Share | None:
        """Invited of decided; None when a part of it is not shown."""
        invited, not_relevant = self.counts["invited"], self.counts["not_relevant"]
        if invited is None or not_relevant is None:
            return None
        return Decisions(invited, not_relevant).precision


def name_counts(names: Names, lines: Iterable[Reviewed]) -> dict[str, int]:
    """The columns about names."""
    all_lines = list(lines)
    reviewed = sum(line.reviewed for line in all_lines)
    return {
        "listed": names.listed,
        "reviewed": reviewed,
        "unreviewed": names.listed - reviewed,
        "invited": sum(line.invited for line in all_lines),
        "not_relevant": sum(line.not_relevant for line in all_lines),
        "undecided": sum(line.undecided for line in all_lines),
    }


def way_counts(lines: Iterable[InclusionLine], rules: Rules) -> dict[str, int]:
    """The columns about inclusions; an end whose reason is not known any more counts as neutral."""
    means = {end.reason: end.means for end in rules.gate.end_reasons}
    found = dict.fromkeys((*WAY, *ENDS), 0)
    for line in lines:
        for step in WAY:
            found[step] += getattr(line.included, step)
        if line.end_reason:
            found[means.get(line.end_reason, "neutral")] += line.included.begun
    return found


def names_add_up(cells: Cells, row: Row) -> None:
    """The sums among the columns about names that everybody can work out."""
    cells.add_up((row, "listed"), [(row, "reviewed"), (row, "unreviewed")])
    cells.add_up((row, "reviewed"), [(row, column) for column in ("invited", "not_relevant", "undecided")])


def put_sources(cells: Cells, lines: Sequence[InclusionLine], rules: Rules) -> None:
    """One row for each source of inclusions."""
    for source in Source.values:
        cells.put(source, way_counts((line for line in lines if line.source == source), rules))
    for column in (*WAY, *ENDS):
        cells.add_up((ALL, column), [(source, column) for source in Source.values])


def put_ends(cells: Cells, lines: Sequence[InclusionLine], rules: Rules) -> None:
    """One row for each reason to end, and for each reason to say no."""
    ends, declines = rules.gate.end_reasons, rules.gate.decline_reasons
    for end in ends:
        these = [line.included for line in lines if line.end_reason == end.reason]
        cells.put(f"end {end.reason}", {"ended": _sum(these, "begun"), "enrolled": _sum(these, "enrolled")})
    for means in ENDS:
        cells.add_up((ALL, means), [(f"end {end.reason}", "ended") for end in ends if end.means == means])
    for decline in declines:
        these = [line.included for line in lines if line.decline_reason == decline.reason]
        cells.put(f"no {decline.reason}", {"ended": _sum(these, "begun")})
    asked = [(f"end {end.reason}", "ended") for end in ends if end.asks_why]
    answered: list[tuple[Row, str]] = [(f"no {decline.reason}", "ended") for decline in declines]
    cells.put("no", {"ended": sum(cells.counts[key] for key in answered)})
    cells.add_up(("no", "ended"), answered)
    cells.add_up(("no", "ended"), asked)


def put_needs(cells: Cells, needs: Mapping[tuple[int, str], int], rules: Rules) -> None:
    """One row for each way of helping on, and those together who were helped on."""
    for route in rules.gate.unmet_need_routes:
        number = sum(count for (_, code), count in needs.items() if code == route.route)
        cells.put(f"need {route.route}", {"persons": number})
    helping: list[tuple[Row, str]] = [
        (f"need {route.route}", "persons") for route in rules.gate.unmet_need_routes if route.helps
    ]
    cells.put("need", {"persons": sum(cells.counts[key] for key in helping)})
    cells.add_up(("need", "persons"), helping)


def ends_of(cells: Cells, rules: Rules) -> list[Coded]:
    """Every reason to end, in the programme's order."""
    return [
        Coded(
            end.reason,
            str(getattr(end.title, language())),
            cells.get(f"end {end.reason}", "ended"),
            end.means,
            cells.get(f"end {end.reason}", "enrolled"),
        )
        for end in rules.gate.end_reasons
    ]


def declines_of(cells: Cells, rules: Rules) -> list[Coded]:
    """Every reason to say no."""
    return [
        Coded(why.reason, str(getattr(why.title, language())), cells.get(f"no {why.reason}", "ended"))
        for why in rules.gate.decline_reasons
    ]


def needs_of(cells: Cells, rules: Rules) -> list[Coded]:
    """Every way of helping on."""
    return [
        Coded(
            route.route,
            str(getattr(route.title, language())),
            cells.get(f"need {route.route}", "persons"),
            "good" if route.helps else "fault",
        )
        for route in rules.gate.unmet_need_routes
    ]


def _sum(lines: Iterable[Included], step: str) -> int:
    return sum(getattr(line, step) for line in lines)


@dataclass(frozen=True)
class Clock:
    """What is expected in the days that are looked at, from the day of the first list on."""

    rule: ExpectedListSize
    #: By practice, the day of the first list of each model.
    first: Mapping[int, Sequence[dt.date]]
    since: dt.date | None
    until: dt.date

    def of_practice(self, practice: Organisation) -> Expectation:
        """Per doctor and year and target group, since the practice's first list; unknown doctors give nothing."""
        return self._all(practice.pk, practice.doctors, dt.date.min, dt.date.max)

    def of_doctor(self, doctor: Membership) -> Expectation:
        """The same for one doctor, who may have come later or left since."""
        return self._all(doctor.organisation_id, 1, doctor.since, doctor.until or dt.date.max)

    def _all(self, practice: int, doctors: int | None, begin: dt.date, end: dt.date) -> Expectation:
        found = [
            expected_size(self.rule, doctors, max((min(end, self.until) - max(first, begin, self._since)).days, 0))
            for first in self.first.get(practice, ())
        ]
        return added(found) if found else expected_size(self.rule, doctors, 0)

    @property
    def _since(self) -> dt.date:
        return self.since or dt.date.min


def added(expectations: Sequence[Expectation]) -> Expectation:
    """Expectations together. Those that are not known are left out; when none is, the sum is not known either."""
    known = [one for one in expectations if one.low is not None and one.high is not None]
    doctors = [one.doctors for one in known if one.doctors is not None]
    return Expectation(
        doctors=sum(doctors) if doctors else None,
        years=max((one.years for one in expectations), default=0.0),
        low=sum(one.low or 0.0 for one in known) if known else None,
        high=sum(one.high or 0.0 for one in known) if known else None,
    )


def is_doctor(membership: Membership) -> bool:
    """Whether somebody's names and inclusions are a doctor's."""
    return membership.role == Role.GP
