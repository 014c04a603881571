"""The rooms' rows as the contract `integrated_care` names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from samspil.lists.harvest import ReviewRow, TakingPartRow
    from samspil.plans.harvest import Course, ServiceRow
    from samspil.plans.harvest_events import EventRow


def taking_part_row(row: TakingPartRow) -> dict[str, Any]:
    """A row of `taking_part`. Nobody keeps when a practice was trained, or when it stops."""
    return {
        "programme": row.programme,
        "provider_number": row.provider_number,
        "from": row.since,
        "to": None,
        "trained": None,
        "first_used": row.first_used,
    }


def enrolment_row(course: Course, inclusion: str) -> dict[str, Any]:
    """A row of `enrolment`; `inclusion` is `list` or `off_list`."""
    return {
        "cpr": course.citizen.cpr,
        "course_id": course.course_id,
        "programme": course.programme,
        "arm": course.arm,
        "provider_number": course.provider_number,
        "from": course.since,
        "to": course.until,
        "end_reason": course.end_reason,
        "inclusion": inclusion,
        "content_version": course.content_version or None,
    }


def service_row(row: ServiceRow) -> dict[str, Any]:
    """A row of `service_received`. What a service cost stands in no record of the care plane."""
    return {
        **_of_course(row),
        "service": row.service,
        "component": row.component,
        "sector": row.sector,
        "due": row.due,
        "started": row.started,
        "completed": row.completed,
        "minutes": row.minutes,
        "cost": None,
    }


def event_row(row: EventRow) -> dict[str, Any]:
    """A row of `plan_event`."""
    return {**_of_course(row), "event": row.event, "sector": row.sector}


def _of_course(row: ServiceRow | EventRow) -> dict[str, Any]:
    return {"cpr": row.course.citizen.cpr, "course_id": row.course.course_id, "date": row.date}


def review_row(row: ReviewRow) -> dict[str, Any]:
    """A row of `list_review`."""
    return {
        "cpr": row.citizen.cpr,
        "date": row.date,
        "programme": row.programme,
        "model": row.model,
        "decision": row.decision,
        "reason": row.reason,
    }
