"""What lists are worth, for who may see counts: of all practices, or of one's own.

Citizens never appear here. Counts of persons from 1 up to the programme's `few` less one are shown to the practice
that they are about, and to who may read the *process* of the programme (the secretariat, which counts and follows
up but sees no clinical content). Everybody else with a right to counts, such as team chairs, gets them with
small counts hidden, and with them whatever would give one away. Who sees counts with some hidden chooses a target
group and nothing else, so that no two pages can be subtracted from each other; and sees no single doctor.

No line is ranked: practices and doctors stand in the order of their names (report 000 L-19, L-34).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Membership, Organisation
from samspil.access.policy import Resource, may
from samspil.lists.models import Source
from samspil.lists.names import model_title
from samspil.lists.queries.activity import InclusionLine, ListYield, Names, Reviewed, Time
from samspil.lists.queries.worth_counted import Counted, Wanted, models
from samspil.lists.queries.worth_lines import (
    ALL,
    COLUMNS,
    ENDS,
    WAY,
    Cells,
    Coded,
    Line,
    added,
    declines_of,
    ends_of,
    is_doctor,
    name_counts,
    names_add_up,
    needs_of,
    way_counts,
)
from samspil.lists.suppression import small
from samspil.lists.worth import Concentration, Decisions, Share, concentration
from samspil.population.lists import Expectation
from samspil.programmes.inclusion import Inclusion as Rules

COUNTS = Resource("list_counts")
PROCESS = Resource("process")


@dataclass(frozen=True)
class Spread:
    """How enrolment is spread over the doctors, in figures. A share is None when it is not shown."""

    of: Concentration
    most: int
    top: Share | None
    one: Share | None
    least: int
    bottom: Share | None
    #: Enrolled by nobody in particular: practice staff, or somebody who is no doctor of the practice.
    no_doctor: int | None
    curve: bool


@dataclass(frozen=True)
class UnderFloor:
    """A list whose yield is under the floor. The counts are None when they are not shown."""

    practice: Organisation
    model: str
    as_of: dt.date
    kind: str
    precision: Share | None

    @property
    def title(self) -> str:
        """The target group in words."""
        return model_title(self.model)


@dataclass(frozen=True)
class Early:
    """Enrolment in the weeks since the first list, against what is expected by now; `alert` when it is too little."""

    weeks: int
    enrolled: int | None
    expected: Expectation
    alert: bool


@dataclass(frozen=True)
class SourceLine:
    """Inclusions of one source."""

    source: Source
    counts: dict[str, int | None]


@dataclass
class Worth:
    """Everything the page of all practices shows."""

    wanted: Wanted
    exact: bool
    rules: Rules
    total: Line
    lines: list[Line]
    sources: list[SourceLine]
    ends: list[Coded]
    declines: list[Coded]
    needs: list[Coded]
    helped_on: int | None
    spread: Spread | None
    time: Time | None
    under_floor: list[UnderFloor]
    early: Early | None
    quiet: int

    @property
    def minutes_per_enrolled(self) -> float | None:
        """Minutes used on names for each citizen who was enrolled from any source (report 000 L-36)."""
        enrolled = self.total.counts["enrolled"]
        return self.time.seconds / 60 / enrolled if self.time and enrolled else None


@dataclass
class PracticeWorth:
    """Everything a practice sees of itself."""

    wanted: Wanted
    rules: Rules
    line: Line
    doctors: list[Line]
    nobody: Line
    sources: list[SourceLine]
    ends: list[Coded]
    declines: list[Coded]
    needs: list[Coded]
    helped_on: int | None
    time: Time
    under_floor: list[UnderFloor]


def sees_exact(actor: Actor) -> bool:
    """Whether somebody sees the small counts of every practice."""
    return bool(may(actor, "read", PROCESS, "improvement"))


def worth(actor: Actor, wanted: Wanted) -> Worth:
    """What the lists of all practices are worth. Raises Refused for who may not see counts."""
    guard.require(actor, "read", COUNTS, "improvement")
    exact = sees_exact(actor)
    if not exact:
        wanted = Wanted(model=wanted.model or models()[0])
    counted = Counted(wanted)
    practices = counted.practices()
    cells = Cells()
    for key, counts in counted.all_columns().items():
        cells.put(key, counts)
        names_add_up(cells, key)
    cells.put(ALL, {c: sum(cells.counts[practice.pk, c] for practice in practices) for c in COLUMNS})
    names_add_up(cells, ALL)
    for column in COLUMNS:
        cells.add_up((ALL, column), [(practice.pk, column) for practice in practices])
    counted.coded(cells)
    few = counted.rules.worth.few
    if not exact:
        cells.hide(few)
    in_time = wanted.in_time
    lines = [
        Line(
            cells.row(practice.pk),
            counted.clock.of_practice(practice) if in_time else None,
            practice,
            median=_median(counted.times.get(practice.pk), 1 if exact else few),
            quiet_since=counted.quiet.get(practice.pk),
        )
        for practice in practices
    ]
    expected = added([line.expected for line in lines if line.expected is not None]) if in_time else None
    by_key = {practice.pk: practice for practice in practices}
    return Worth(
        wanted=wanted,
        exact=exact,
        rules=counted.rules,
        total=Line(cells.row(ALL), expected, median=_median(counted.times[None], 1 if exact else few)),
        lines=lines,
        sources=_sources(cells),
        ends=ends_of(cells, counted.rules),
        declines=declines_of(cells, counted.rules),
        needs=needs_of(cells, counted.rules),
        helped_on=cells.get("need", "persons"),
        spread=_spread(counted, few, exact=exact),
        time=counted.times[None] if exact or counted.times[None].names >= few else None,
        under_floor=[_under_floor(found, by_key[found.practice], exact) for found in counted.yields],
        early=_early(counted, cells, expected),
        quiet=len(counted.quiet),
    )


def worth_of_practice(actor: Actor, practice_id: int, wanted: Wanted) -> PracticeWorth:
    """What one practice's lists are worth, doctor by doctor: for the practice itself, and as process.

    Raises Refused for anybody else, and Organisation.DoesNotExist for a practice without any list.
    """
    decision = guard.require(actor, "read", Resource("list_counts", practice_id=practice_id), "improvement")
    if decision.basis != "treating_practice":
        guard.require(actor, "read", PROCESS, "improvement")
    practice = Organisation.objects.get(pk=practice_id)
    counted = Counted(wanted, practice_id)
    if practice_id not in counted.first:
        raise Organisation.DoesNotExist
    cells = Cells()
    cells.put(ALL, counted.all_columns()[practice_id])
    counted.coded(cells)
    return PracticeWorth(
        wanted=wanted,
        rules=counted.rules,
        line=Line(
            cells.row(ALL),
            counted.clock.of_practice(practice) if wanted.in_time else None,
            practice,
            median=_median(counted.times[None], 1),
            quiet_since=counted.quiet.get(practice_id),
        ),
        doctors=[_of_doctor(counted, doctor) for doctor in counted.there()],
        nobody=_of_nobody(counted, practice_id),
        sources=_sources(cells),
        ends=ends_of(cells, counted.rules),
        declines=declines_of(cells, counted.rules),
        needs=needs_of(cells, counted.rules),
        helped_on=cells.get("need", "persons"),
        time=counted.times[None],
        under_floor=[_under_floor(found, practice, exact=True) for found in counted.yields],
    )


def _of_doctor(counted: Counted, doctor: Membership) -> Line:
    reviewed = counted.reviewed.get((doctor.organisation_id, doctor.pk), Reviewed())
    counts: dict[str, int | None] = {
        **name_counts(Names(listed=reviewed.reviewed), [reviewed]),
        **way_counts(_inclusions_of(counted, doctor), counted.rules),
    }
    expected = counted.clock.of_doctor(doctor) if counted.wanted.in_time and is_doctor(doctor) else None
    return Line(counts, expected, doctor=doctor)


def _of_nobody(counted: Counted, practice: int) -> Line:
    """Names that nobody has reviewed, and inclusions that nobody of the practice has taken up."""
    known = {doctor.pk for doctor in counted.doctors}
    unreviewed = counted.all_columns()[practice]["unreviewed"]
    lost = (line for line in counted.inclusions if line.doctor not in known)
    return Line({**name_counts(Names(listed=unreviewed), []), **way_counts(lost, counted.rules)})


def _inclusions_of(counted: Counted, doctor: Membership) -> list[InclusionLine]:
    return counted.of_doctor.get((doctor.organisation_id, doctor.pk), [])


def _spread(counted: Counted, few: int, *, exact: bool) -> Spread | None:
    """Enrolment by doctor: somebody who works in two practices is one. None where the whole is too small to show."""
    enrolled: dict[int, int] = {}
    expected: dict[int, list[Expectation]] = {}
    for doctor in counted.there():
        if is_doctor(doctor):
            lines = _inclusions_of(counted, doctor)
            enrolled[doctor.user_id] = enrolled.get(doctor.user_id, 0) + sum(i.included.enrolled for i in lines)
            expected.setdefault(doctor.user_id, []).append(counted.clock.of_doctor(doctor))
    lows: Sequence[float | None] = [added(expected[user]).low if counted.wanted.in_time else None for user in enrolled]
    found = concentration(enrolled.values(), lows)
    if not exact and small(found.total, few):
        return None
    groups = counted.rules.worth.groups
    most, least = found.most_active(groups.most_active), found.least_active(groups.least_active)
    whole = sum(line.included.enrolled for line in counted.inclusions)

    def shown(share: Share) -> Share | None:
        parts = (int(share.numerator), found.total - int(share.numerator), found.total)
        return share if exact or not any(small(part, few) for part in parts) else None

    rest = whole - found.total
    return Spread(
        of=found,
        most=most,
        top=shown(found.top(most)),
        one=shown(found.top(1)),
        least=least,
        bottom=shown(found.bottom(least)),
        no_doctor=rest if exact or not small(rest, few) else None,
        curve=exact and bool(found.lorenz),
    )


def _early(counted: Counted, cells: Cells, expected: Expectation | None) -> Early | None:
    """Enrolment against time, over all that has happened; None when only a part is looked at, or nothing is known."""
    wanted, early = counted.wanted, counted.rules.worth.early
    if wanted.since or wanted.until or expected is None or expected.low is None or not counted.first:
        return None
    weeks = (counted.today - min(day for days in counted.first.values() for day in days)).days // 7
    enrolled = cells.counts[ALL, "enrolled"]
    alert = early.from_week <= weeks <= early.to_week and enrolled < early.share * expected.low
    return Early(weeks, cells.get(ALL, "enrolled"), expected, alert)


def _median(time: Time | None, least: int) -> float | None:
    return time.median if time is not None and time.names >= least else None


def _sources(cells: Cells) -> list[SourceLine]:
    return [SourceLine(source, cells.row(source.value, (*WAY, *ENDS))) for source in Source]


def _under_floor(found: ListYield, practice: Organisation, exact: bool) -> UnderFloor:
    share = Decisions(found.invited, found.decided - found.invited).precision if exact else None
    return UnderFloor(practice, found.model, found.as_of, found.kind, share)
