"""Whether citizens and relatives took part, whether professionals read each other, and whether they met."""

from __future__ import annotations

from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.implementation.scope import Scope, rows
from samspil.evaluation.statistics import share

#: What tells that a citizen or a relative took part, as the contract names it.
KINDS = ("opened_by_citizen", "goal_by_citizen", "relative_took_part")


def involvement(scope: Scope) -> dict[str, Share | Unknown]:
    """By kind: courses in which it happened at least once, among courses."""
    lacking = scope.lacks("plan_event")
    if lacking is not None:
        return dict.fromkeys(KINDS, lacking)
    happened = scope.of_courses("plan_event")
    found = {
        row["event"]: row["courses"]
        for row in rows(happened.group_by("event").aggregate(courses=happened.course_id.nunique()))
    }
    return {kind: share(found.get(kind, 0), scope.course_count) for kind in KINDS}


def notes_read(scope: Scope) -> Share | Unknown:
    """Notes with a reader among notes written.

    The table tells of readings by course and not by note, so that a course cannot have more notes read than written:
    somebody who reads one note twice does not make up for a note that nobody read in another course.
    """
    lacking = scope.lacks("plan_event")
    if lacking is not None:
        return lacking
    happened = scope.of_courses("plan_event")
    by_course = happened.group_by("course_id").aggregate(
        written=happened.count(where=happened.event == "note_written"),
        readings=happened.count(where=happened.event == "note_read"),
    )
    (total,) = rows(
        by_course.aggregate(
            written=by_course.written.sum().fill_null(0),
            read=(by_course.readings < by_course.written)
            .ifelse(by_course.readings, by_course.written)
            .sum()
            .fill_null(0),
        )
    )
    return share(total["read"], total["written"]) if total["written"] else Unknown.because(Reason.NO_NOTES)


def meetings(scope: Scope) -> dict[str, int]:
    """Cross-sector meetings of the arm from the study's first day to `until`.

    `held`, `cases`; and where somebody said how many cases were expected: `cases_expected`, with `cases_of_expected`,
    the cases of the same meetings. What is not known has no key: where nobody writes meetings down there is no figure.
    """
    if "team_meeting" not in scope.registers:
        return {}
    every = scope.tables["team_meeting"]
    mine = (every.programme == scope.programme) & (every.arm == scope.arm)
    held = every.filter(mine & (every.date >= scope.days.from_) & (every.date <= scope.until))
    said = held.cases_expected.notnull()
    (total,) = rows(
        held.aggregate(
            held=held.count(),
            cases=held.cases.sum().fill_null(0),
            cases_expected=held.cases_expected.sum(),
            cases_of_expected=held.cases.sum(where=said),
        )
    )
    return {name: int(value) for name, value in total.items() if value is not None}
