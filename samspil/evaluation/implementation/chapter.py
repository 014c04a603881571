"""The chapter on implementation: shares and series of what was done, by practice and in all.

It says nothing of whether the programme helped: a programme can be carried out well without results, and the other way
round (001 R-EVAL-14).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from samspil.evaluation.figures import Share, Unknown
from samspil.evaluation.implementation import adoption as adopting
from samspil.evaluation.implementation import fidelity as keeping
from samspil.evaluation.implementation import involvement as involving
from samspil.evaluation.implementation.adoption import PracticeAdoption
from samspil.evaluation.implementation.contacts import PracticeContacts, contacts
from samspil.evaluation.implementation.scope import Scope
from samspil.population.funnel import Spread
from samspil.population.tables import Tables
from samspil.programmes.study import Days

__all__ = ["Implementation", "PracticeAdoption", "implementation"]


@dataclass(frozen=True)
class Implementation:
    """Whether the programme was carried out. Shares keep numerator and denominator; Unknown says what is lacking.

    * `reach`: enrolled among those who could have been; `adoption`: practices with a course among those taking part;
    * `fidelity`: by component, courses that received it; `deadlines`: services begun by the day promised;
    * `precision`: names accepted among those judged; `notes_read`: notes with a reader among those written;
    * `involvement`: by kind (`opened_by_citizen`, `goal_by_citizen`, `relative_took_part`), courses with it;
    * `meetings`: held, cases, and where expected numbers were given cases_expected and cases_of_expected;
    * `exposure`: courses by how many services they received (dose);
    * `concentration`: the share of courses that the practice with most of them has (000 L-34);
    * `stages`: practices taking part that are `trained`, have ever `used` it, are `active`, have a `course` (000 L-55);
    * `variation`: how much practices differ in `deadlines` and by component (001 R-EVAL-16);
    * `contacts`: acute and planned contacts of those enrolled, before and after, by practice, where it was asked for
      (001 R-EVAL-17). It is no effect.
    """

    reach: Share | Unknown
    adoption: Share | Unknown
    fidelity: Mapping[str, Share | Unknown]
    deadlines: Share | Unknown
    deadlines_by_sector: Mapping[str, Share | Unknown]
    precision: Share | Unknown
    notes_read: Share | Unknown
    involvement: Mapping[str, Share | Unknown]
    meetings: Mapping[str, int]
    exposure: Mapping[int, int]
    concentration: Share | Unknown
    practices: tuple[PracticeAdoption, ...]
    stages: Mapping[str, Share | Unknown] = field(default_factory=dict)
    variation: Mapping[str, Spread] = field(default_factory=dict)
    contacts: tuple[PracticeContacts, ...] | Unknown = ()

    @property
    def cases_attained(self) -> float | Unknown:
        """Cases taken up at meetings against those expected of the same meetings; it may be more than 1."""
        return adopting.attainment(self.meetings.get("cases_of_expected", 0), self.meetings.get("cases_expected", 0))


def implementation(
    tables: Tables,
    programme: str,
    arm: str,
    until: dt.date,
    eligible: int | None,
    days: Days,
    components: Sequence[str] = (),
    contact_months: int | None = None,
) -> Implementation:
    """How one arm of a programme was carried out, in the courses begun in `days`, as seen at `until`.

    `eligible` is how many citizens could have been enrolled, None where nobody knows. `components` are the parts the
    programme is to have, so that one that nobody received is shown. `contact_months` asks for contacts in so many
    months before and after. A table that is not loaded makes figures Unknown.
    """
    scope = Scope(tables, programme, arm, until, days)
    practices = adopting.practice_table(scope)
    stages = adopting.stages(scope, practices)
    lacking = scope.lacks()
    variation = {"deadlines": keeping.kept_variation(practices), **keeping.component_variation(scope)}
    return Implementation(
        reach=adopting.reach(scope, eligible),
        adoption=stages["course"],
        fidelity=keeping.fidelity(scope, components),
        deadlines=keeping.deadlines(scope),
        deadlines_by_sector=keeping.deadlines_by_sector(scope),
        precision=adopting.precision(scope),
        notes_read=involving.notes_read(scope),
        involvement=involving.involvement(scope),
        meetings=involving.meetings(scope),
        exposure=keeping.exposure(scope),
        concentration=lacking or adopting.top([practice.courses for practice in practices], 1),
        practices=practices,
        stages=stages,
        variation=variation if lacking is None else {},
        contacts=() if contact_months is None else contacts(scope, contact_months),
    )
