"""What the chapter on implementation is about: one arm, the courses begun in a study's days, seen at a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.evaluation.figures import Reason, Unknown
from samspil.population.tables import Tables, source_of
from samspil.programmes.study import Days

#: Rows of a small table: totals by practice, sector or component, and never of everybody.
Rows = list[dict[str, Any]]
#: The tables whose rows name a programme, and those whose rows name a course.
OF_PROGRAMMES = ("taking_part", "list_review", "team_meeting")
OF_COURSES = ("service_received", "plan_event", "perceived_change")


def not_loaded(table: str) -> Unknown:
    """Why a figure from a table that is absent cannot be given: absent is missing, and never empty."""
    return Unknown.because(Reason.NOT_LOADED, source=source_of(table))


def rows(table: ir.Table) -> Rows:
    """The rows of a small table."""
    found: Rows = table.to_pyarrow().to_pylist()
    return found


@dataclass(frozen=True)
class Scope:
    """One arm of a programme. Courses count that began in `days`; nothing dated after `until` is seen.

    `tables` are those of the source `integrated_care` that are loaded, and `affiliation` and `gp_contact` where what
    citizens used is asked for, all of one connection.
    """

    tables: Tables
    programme: str
    arm: str
    until: dt.date
    days: Days

    @property
    def last_start(self) -> dt.date:
        """The last day on which a course can have begun: that of the study, or how far data reach."""
        return min(self.days.to, self.until)

    @cached_property
    def courses(self) -> ir.Table | None:
        """The courses: course_id, person_id, provider_number, began. None without the table `enrolment`."""
        if "enrolment" not in self.tables:
            return None
        all_courses = self.tables["enrolment"]
        began = all_courses["from"]
        mine = (all_courses.programme == self.programme) & (all_courses.arm == self.arm)
        return all_courses.filter(mine & (began >= self.days.from_) & (began <= self.last_start)).select(
            "course_id", "person_id", "provider_number", began=began
        )

    @cached_property
    def course_count(self) -> int:
        """How many courses began; 0 without the table (see `lacks`)."""
        return 0 if self.courses is None else int(self.courses.count().execute())

    def lacks(self, *tables: str) -> Unknown | None:
        """Why nothing can be said of courses by these tables; None if it can.

        One is absent, no course began, or nobody keeps one of the registers (see `registers`).
        """
        absent = next((name for name in ("enrolment", *tables) if name not in self.tables), None)
        if absent is not None:
            return not_loaded(absent)
        if not self.course_count:
            return Unknown.because(Reason.NO_COURSES)
        return None if self.registers.issuperset(tables) else Unknown.because(Reason.NOT_WRITTEN)

    @cached_property
    def registers(self) -> frozenset[str]:
        """The tables in which anybody wrote down anything of the programme by `until`, of whatever arm and course.

        A delivery has every table, so that one without a row is a register that nobody keeps, and no zero.
        """
        found = {name for name in OF_PROGRAMMES if name in self.tables and self._has_rows(self._of_programme(name))}
        if "enrolment" in self.tables:
            everybody = self._of_programme("enrolment")
            for name in OF_COURSES:
                if name in self.tables and self._has_rows(self._seen(name).semi_join(everybody, "course_id")):
                    found.add(name)
        return frozenset(found)

    def _of_programme(self, table: str) -> ir.Table:
        day = "date" if table in {"list_review", "team_meeting"} else "from"
        return self.tables[table].filter(lambda t: (t.programme == self.programme) & (t[day] <= self.until))

    def _seen(self, table: str) -> ir.Table:
        return self.tables[table].filter(lambda t: t.date <= self.until)

    @staticmethod
    def _has_rows(table: ir.Table) -> bool:
        return bool(table.limit(1).count().execute())

    def of_courses(self, table: str) -> ir.Table:
        """The rows of a table that belong to the courses, dated by `until`, with the practice of the course.

        Both tables must be loaded: see `lacks`.
        """
        if self.courses is None:
            raise KeyError("enrolment")
        return self._seen(table).inner_join(self.courses.select("course_id", "provider_number", "began"), "course_id")

    @cached_property
    def services(self) -> ir.Table:
        """The services asked for on the courses, with `begun` and `due_yet`: see `of_courses`.

        `begun` is whether it began by `until`. `due_yet` is whether a promise can be judged: there was one, and its
        day has come or the service has begun.
        """
        asked = self.of_courses("service_received")
        begun = (asked.started.notnull() & (asked.started <= self.until)).fill_null(False)
        due_yet = asked.due.notnull() & ((asked.due <= self.until).fill_null(False) | begun)
        kept = (due_yet & begun & (asked.started <= asked.due)).fill_null(False)
        return asked.mutate(begun=begun, due_yet=due_yet, kept=kept)

    @cached_property
    def reviews(self) -> ir.Table:
        """What was decided on names of the arm's list in the study's days. The table `list_review` must be loaded.

        A list is made by the model that has the arm's name.
        """
        decided = self.tables["list_review"]
        mine = (decided.programme == self.programme) & (decided.model == self.arm)
        return decided.filter(mine & (decided.date >= self.days.from_) & (decided.date <= self.last_start))

    @cached_property
    def practices(self) -> ir.Table:
        """Practices that took part some time from the first day of the study to `until`: one row each.

        `trained` and `used` are whether that had happened by `until`. The table `taking_part` must be loaded.
        """
        part = self.tables["taking_part"]
        still = part.to.isnull() | (part.to >= self.days.from_)
        mine = part.filter((part.programme == self.programme) & (part["from"] <= self.until) & still)
        return mine.group_by("provider_number").aggregate(
            trained=_by(mine.trained, self.until), used=_by(mine.first_used, self.until)
        )


def _by(day: ir.DateColumn, until: dt.date) -> ir.BooleanScalar:
    """Whether any of the days has come by `until`; a day that is not known has not."""
    return (day.notnull() & (day <= ibis.literal(until, type="date"))).fill_null(False).any()
