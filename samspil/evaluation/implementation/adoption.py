"""How far a programme has come: who was reached, which practices use it, and how unevenly its courses are spread.

A practice that takes part, one that is trained and one that uses the programme are three things: in Odense the effort
was in place at the top and no routine (report 000 L815-823, L-55; report 002 EVAL-8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.implementation.scope import Scope, not_loaded, rows
from samspil.evaluation.statistics import share


@dataclass(frozen=True)
class PracticeAdoption:
    """How far one practice has come (001 R-IMPL-12, R-EVAL-16): courses, lists looked at, services asked for.

    `trained` is None of a practice that has courses and is not among those taking part. `active` is whether it did
    anything in the study's days: began a course, decided on a name or asked for a service. `reviewed` and `services`
    are None where nobody keeps the register that tells. `components` are the parts its citizens received.
    """

    provider_number: str
    trained: bool | None
    active: bool
    courses: int
    reviewed: int | None
    services: int | None
    kept: Share | Unknown
    components: tuple[str, ...] = ()


def reach(scope: Scope, eligible: int | None) -> Share | Unknown:
    """Citizens enrolled among those who could have been.

    Unknown where nobody knows the latter, or where more were enrolled than could have been: then it was not known.
    """
    if scope.courses is None:
        return not_loaded("enrolment")
    enrolled = int(scope.courses.person_id.nunique().execute())
    if eligible is None or enrolled > eligible:
        return Unknown.because(Reason.ELIGIBLE_UNKNOWN)
    return share(enrolled, eligible)


def precision(scope: Scope) -> Share | Unknown:
    """Names to be invited among names judged (000 L-01). A name that is to wait (`later`) is not judged."""
    if "list_review" not in scope.tables:
        return not_loaded("list_review")
    found = {row["decision"]: row["names"] for row in rows(_counted(scope.reviews, "decision", "names"))}
    accepted = found.get("invite", 0)
    judged = accepted + found.get("not_relevant", 0)
    return share(accepted, judged) if judged else Unknown.because(Reason.NONE_JUDGED)


def practice_table(scope: Scope) -> tuple[PracticeAdoption, ...]:
    """Every practice that takes part or has a course, by provider number. Empty without the table `enrolment`."""
    if scope.courses is None:
        return ()
    part = _by_practice(scope.practices) if "taking_part" in scope.tables else {}
    courses = _by_practice(_counted(scope.courses, "provider_number", "courses"))
    asked = _services_by_practice(scope) if "service_received" in scope.registers else None
    decided = _reviews_by_practice(scope)
    unknown = scope.lacks("service_received") or Unknown.because(Reason.NONE_DUE)
    found = []
    for number in sorted(part.keys() | courses.keys()):
        began = courses.get(number, {}).get("courses", 0)
        reviewed = None if decided is None else decided.get(number, 0)
        service = None if asked is None else asked.get(number, _NO_SERVICES)
        found.append(
            PracticeAdoption(
                provider_number=number,
                trained=part[number]["trained"] if number in part else None,
                active=bool(began or reviewed or (service and service["services"])),
                courses=began,
                reviewed=reviewed,
                services=None if service is None else service["services"],
                kept=unknown if service is None else kept_share(service["kept"], service["due"]),
                components=() if service is None else tuple(sorted(service["components"] or ())),
            )
        )
    return tuple(found)


_NO_SERVICES: Mapping[str, Any] = {"services": 0, "due": 0, "kept": 0, "components": ()}


def kept_share(kept: int, due: int) -> Share | Unknown:
    """Services begun by the day promised among those whose promise can be judged."""
    return share(kept, due) if due else Unknown.because(Reason.NONE_DUE)


def stages(scope: Scope, practices: Iterable[PracticeAdoption]) -> dict[str, Share | Unknown]:
    """How many practices of those taking part are `trained`, have ever `used` it, are `active`, have a `course`.

    Put in place is not used, and training is not a changed practice: each stage is a share of its own.
    """
    names = ("trained", "used", "active", "course")
    if "taking_part" not in scope.tables:
        return dict.fromkeys(names, not_loaded("taking_part"))
    part = _by_practice(scope.practices)
    if not part:
        return dict.fromkeys(names, Unknown.because(Reason.NO_PRACTICES))
    among = [practice for practice in practices if practice.provider_number in part]
    found: dict[str, Share | Unknown] = {
        "trained": share(sum(each["trained"] for each in part.values()), len(part)),
        "used": share(sum(each["used"] for each in part.values()), len(part)),
    }
    for name, counts in (
        ("active", [practice.active for practice in among]),
        ("course", [practice.courses > 0 for practice in among]),
    ):
        found[name] = share(sum(counts), len(part)) if scope.courses is not None else not_loaded("enrolment")
    return found


def top(counts: Iterable[int], number: int) -> Share | Unknown:
    """The share of the total that the `number` highest make up (000 L-34); the rest is what all others do."""
    found = sorted(counts, reverse=True)
    if number < 0 or any(count < 0 for count in found):
        raise SamspilError("a spread is of counts that are not negative: give how many courses each practice has")
    return share(sum(found[:number]), sum(found)) if sum(found) else Unknown.because(Reason.NO_COURSES)


def attainment(found: int, expected: float) -> float | Unknown:
    """How much of what was expected was done: 1 is all of it, and it may be more (000 L868-869)."""
    return found / expected if expected > 0 else Unknown.because(Reason.NONE_EXPECTED)


def _counted(table: ir.Table, by: str, name: str) -> ir.Table:
    return table.group_by(by).aggregate(**{name: table.count()})


def _by_practice(table: ir.Table) -> dict[str, dict[str, Any]]:
    return {row["provider_number"]: row for row in rows(table)}


def _services_by_practice(scope: Scope) -> dict[str, dict[str, Any]]:
    asked = scope.services
    return _by_practice(
        asked.group_by("provider_number").aggregate(
            services=asked.count(),
            due=asked.due_yet.sum(),
            kept=asked.kept.sum(),
            components=asked.component.collect(where=asked.begun, distinct=True),
        )
    )


def _reviews_by_practice(scope: Scope) -> dict[str, int] | None:
    """Names decided on by the practice the citizen had that day; None where that is not known.

    Of several practices on a day the latest counts, as everywhere.
    """
    if "list_review" not in scope.registers or "affiliation" not in scope.tables:
        return None
    names = scope.reviews.select("person_id", "date").distinct()
    had = scope.tables["affiliation"].select("person_id", "provider_number", since="from", ended="to")
    on_the_day = names.inner_join(had, "person_id").filter(
        lambda t: (t.since <= t.date) & (t.ended.isnull() | (t.ended >= t.date))
    )
    order = ibis.window(
        group_by=[on_the_day.person_id, on_the_day.date],
        order_by=[on_the_day.since.desc(), on_the_day.provider_number.desc()],
    )
    latest = on_the_day.mutate(place=ibis.row_number().over(order)).filter(lambda t: t.place == 0)
    return {row["provider_number"]: row["names"] for row in rows(_counted(latest, "provider_number", "names"))}
