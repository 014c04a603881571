"""Whether practices were relieved: acute and planned contacts and calls of those enrolled, before and after.

General practices told that a large part of acute enquiries and calls fell away, and that there was time for planned
consultations (report 001 L2235-2239, R-EVAL-17). There is nobody to compare with here: it says nothing of cause.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.evaluation.effects.estimate import LIMITS, Design, Limit
from samspil.evaluation.figures import Unknown
from samspil.evaluation.implementation.scope import Scope, not_loaded, rows
from samspil.population.time import DAY

#: The series of the hospital; those of general practice are the kinds of contact, such as `gp_phone`.
ACUTE, PLANNED = "hospital_acute", "hospital_planned"


@dataclass(frozen=True)
class PracticeContacts:
    """One series of contacts of a practice's enrolled citizens, in equally many months before and after they began.

    `courses` are those that were followed for all the months after. `before` and `after` are numbers of contacts.
    """

    provider_number: str
    series: str
    months: int
    courses: int
    before: int
    after: int

    def rate(self, contacts: int) -> float:
        """Contacts for each citizen and year."""
        return contacts / self.courses * 12 / self.months

    @property
    def cannot_show(self) -> tuple[Limit, ...]:
        """What before and after alone cannot show."""
        return LIMITS[Design.BEFORE_AFTER]


def contacts(scope: Scope, months: int) -> tuple[PracticeContacts, ...] | Unknown:
    """Every practice and series with a course that was followed for `months` months by `scope.until`, in order.

    The first day of a course belongs to the months after. Data have to reach `months` months before the first course,
    which is for the caller to see to. A series that nobody had has no row; one that others had stands with 0.
    """
    if months < 1:
        raise SamspilError("contacts are counted in whole months before and after: give at least 1")
    tables = [name for name in ("gp_contact", "hospital_contact") if name in scope.tables]
    lacking = scope.lacks() if tables else not_loaded("gp_contact")
    if lacking is not None or scope.courses is None:
        return lacking or not_loaded("enrolment")
    span = ibis.interval(months=months)
    whole = scope.courses.began + span <= scope.until + DAY
    courses = scope.courses.filter(whole)
    near = _contacts(scope, tables).inner_join(courses, "person_id")
    inside = near.filter((near.day >= near.began - span) & (near.day < near.began + span))
    counted = inside.group_by("provider_number", "series").aggregate(
        before=inside.count(where=inside.day < inside.began), after=inside.count(where=inside.day >= inside.began)
    )
    found = {(row["provider_number"], row["series"]): row for row in rows(counted)}
    followed = {
        row["provider_number"]: row["courses"]
        for row in rows(courses.group_by("provider_number").aggregate(courses=courses.count()))
    }
    series = sorted({name for _, name in found})
    none = {"before": 0, "after": 0}
    return tuple(
        PracticeContacts(
            practice,
            name,
            months,
            followed[practice],
            **{part: found.get((practice, name), none)[part] for part in none},
        )
        for practice in sorted(followed)
        for name in series
    )


def _contacts(scope: Scope, tables: list[str]) -> ir.Table:
    """Every contact by `until`: person_id, day, series."""
    found = []
    if "gp_contact" in tables:
        gp = scope.tables["gp_contact"]
        found.append(gp.select("person_id", day=gp.date, series=ibis.literal("gp_") + gp.kind))
    if "hospital_contact" in tables:
        hospital = scope.tables["hospital_contact"]
        series = hospital.acute.ifelse(ACUTE, PLANNED)
        found.append(hospital.select("person_id", day=hospital.start.date(), series=series))
    return ibis.union(*found).filter(lambda t: t.day <= scope.until)
