"""Whether courses got what the programme is made of, by the day promised, and alike from practice to practice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ibis.expr.types as ir

from samspil.evaluation.figures import Share, Unknown
from samspil.evaluation.implementation.adoption import PracticeAdoption, kept_share
from samspil.evaluation.implementation.scope import Scope, rows
from samspil.evaluation.statistics import FEW, share
from samspil.population.control_charts import Counted
from samspil.population.funnel import Spread, spread


def fidelity(scope: Scope, components: Sequence[str] = ()) -> dict[str, Share | Unknown]:
    """By component of the programme: courses that received it (a service of it began) among courses.

    `components` are those the programme is to have; one that nobody asked for stands with zero, and is not left out.
    """
    lacking = scope.lacks("service_received")
    if lacking is not None:
        return dict.fromkeys(components, lacking)
    asked = scope.services
    found = {
        row["component"]: row["courses"]
        for row in rows(
            asked.group_by("component")
            .aggregate(courses=asked.course_id.nunique(where=asked.begun))
            .order_by("component")
        )
    }
    names = dict.fromkeys((*components, *found))
    return {name: share(found.get(name, 0), scope.course_count) for name in names}


def deadlines(scope: Scope) -> Share | Unknown:
    """Services begun by the day promised, among those with a promise whose day has come or that have begun.

    A promise whose day lies ahead, of a service that has not begun, is neither kept nor broken yet.
    """
    lacking = scope.lacks("service_received")
    if lacking is not None:
        return lacking
    asked = scope.services
    (total,) = rows(asked.aggregate(due=asked.due_yet.sum().fill_null(0), kept=asked.kept.sum().fill_null(0)))
    return kept_share(total["kept"], total["due"])


def deadlines_by_sector(scope: Scope) -> dict[str, Share | Unknown]:
    """What `deadlines` says, by the sector that was asked; empty where services are not known."""
    if scope.lacks("service_received") is not None:
        return {}
    asked = scope.services
    by_sector = asked.group_by("sector").aggregate(due=asked.due_yet.sum(), kept=asked.kept.sum()).order_by("sector")
    return {row["sector"]: kept_share(row["kept"], row["due"]) for row in rows(by_sector)}


def exposure(scope: Scope) -> dict[int, int]:
    """Courses by how many services they received (began), from none up; empty where services are not known."""
    if scope.lacks("service_received") is not None:
        return {}
    asked = scope.services
    each = asked.filter(asked.begun).group_by("course_id").aggregate(received=lambda t: t.count())
    found = {
        row["received"]: row["courses"]
        for row in rows(each.group_by("received").aggregate(courses=lambda t: t.count()).order_by("received"))
    }
    none = scope.course_count - sum(found.values())
    return {0: none, **found} if none else found


def exposure_table(scope: Scope) -> ir.Table | Unknown:
    """What each course received, by component, so that effects can be looked at by component (001 R-EVAL-19).

    Columns: course_id, person_id, provider_number, component, services (begun), first (day), minutes (null where none
    were measured). A course without any row received nothing.
    """
    lacking = scope.lacks("service_received")
    if lacking is not None:
        return lacking
    begun = scope.services.filter(lambda t: t.begun)
    return begun.group_by("course_id", "person_id", "provider_number", "component").aggregate(
        services=begun.count(), first=begun.started.min(), minutes=begun.minutes.sum()
    )


def kept_variation(practices: Iterable[PracticeAdoption], few: int = FEW) -> Spread:
    """How much practices differ in keeping what was promised, beyond what chance alone would do (001 R-EVAL-16)."""
    return spread([_counted(each.provider_number, each.kept) for each in practices], few)


def component_variation(scope: Scope, few: int = FEW) -> dict[str, Spread]:
    """By component: how much practices differ in the share of their courses that received it (001 R-EVAL-16).

    Only practices with a course are among them. Empty where services are not known.
    """
    if scope.lacks("service_received") is not None or scope.courses is None:
        return {}
    courses = {
        row["provider_number"]: row["courses"]
        for row in rows(scope.courses.group_by("provider_number").aggregate(courses=lambda t: t.count()))
    }
    asked = scope.services
    received = asked.group_by("component", "provider_number").aggregate(
        courses=asked.course_id.nunique(where=asked.begun)
    )
    found: dict[str, dict[str, int]] = {}
    for row in rows(received.order_by("component", "provider_number")):
        found.setdefault(row["component"], {})[row["provider_number"]] = row["courses"]
    return {
        component: spread([Counted(name, by.get(name, 0), courses[name]) for name in sorted(courses)], few)
        for component, by in found.items()
    }


def _counted(name: str, found: Share | Unknown) -> Counted:
    return Counted(name, 0, 0) if isinstance(found, Unknown) else Counted(name, int(found.numerator), found.denominator)
