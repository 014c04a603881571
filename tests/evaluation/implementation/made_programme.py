"""What a programme did, made by hand: one call for a practice, a course, a service, a name, a note or a meeting.

did = Programme()
did.practice("100001", trained=day(1)).course("c1", "100001").service("c1", due=day(20), started=day(18))
did.implementation(eligible=10)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from samspil.evaluation.implementation.chapter import Implementation, implementation
from samspil.evaluation.implementation.scope import Scope
from samspil.programmes.study import Days
from samspil.warehouse.contracts import contracts
from tests.population.builders import as_ibis

PROGRAMME, ARM = "odense-ic", "sad"
FIRST = dt.date(2024, 1, 1)
UNTIL = dt.date(2024, 12, 31)
DAYS = Days.model_validate({"from": FIRST, "to": dt.date(2024, 9, 30)})
TABLES = tuple(contracts()["integrated_care"].tables)


def day(number: int) -> dt.date:
    """Day so many of 2024, the first being 1."""
    return FIRST + dt.timedelta(days=number - 1)


DECIDED, BEGAN, ASKED, MET, HAPPENED, SAID = (day(number) for number in (10, 30, 40, 50, 60, 200))


class Programme:
    """Rows of `integrated_care` and of who had which practice."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in (*TABLES, "affiliation", "gp_contact", "hospital_contact")
        }
        self.persons: dict[str, int] = {}
        self.absent: set[str] = set()

    def _add(self, table: str, **values: Any) -> Programme:
        self.rows[table].append(values)
        return self

    def without(self, *tables: str) -> Programme:
        """The tables are not loaded."""
        self.absent.update(tables)
        return self

    def practice(
        self,
        number: str,
        *,
        since: dt.date = FIRST,
        to: dt.date | None = None,
        trained: dt.date | None = None,
        used: dt.date | None = None,
        programme: str = PROGRAMME,
    ) -> Programme:
        return self._add(
            "taking_part",
            programme=programme,
            provider_number=number,
            **{"from": since},
            to=to,
            trained=trained,
            first_used=used,
        )

    def course(
        self,
        course: str,
        practice: str,
        *,
        began: dt.date = BEGAN,
        person: int | None = None,
        arm: str = ARM,
        programme: str = PROGRAMME,
    ) -> Programme:
        self.persons[course] = person or len(self.persons) + 1
        return self._add(
            "enrolment",
            person_id=self.persons[course],
            course_id=course,
            programme=programme,
            arm=arm,
            provider_number=practice,
            **{"from": began},
            to=None,
            end_reason=None,
            inclusion="list",
            content_version=None,
        )

    def courses(self, practice: str, number: int) -> Programme:
        for place in range(number):
            self.course(f"{practice}-{place}", practice)
        return self

    def service(
        self,
        course: str,
        *,
        asked: dt.date = ASKED,
        due: dt.date | None = None,
        started: dt.date | None = None,
        component: str = "psychologist",
        sector: str = "specialists",
        minutes: int | None = None,
    ) -> Programme:
        return self._add(
            "service_received",
            person_id=self.persons[course],
            course_id=course,
            date=asked,
            service=component,
            component=component,
            sector=sector,
            due=due,
            started=started,
            completed=None,
            minutes=minutes,
            cost=None,
        )

    def review(
        self, decision: str, *, person: int = 1, on: dt.date = DECIDED, model: str = ARM, programme: str = PROGRAMME
    ) -> Programme:
        return self._add(
            "list_review",
            person_id=person,
            date=on,
            programme=programme,
            model=model,
            decision=decision,
            reason=None,
        )

    def event(self, course: str, event: str, *, on: dt.date = HAPPENED, times: int = 1) -> Programme:
        for _ in range(times):
            self._add("plan_event", person_id=self.persons[course], course_id=course, date=on, event=event, sector=None)
        return self

    def meeting(
        self, cases: int, expected: int | None, *, on: dt.date = MET, arm: str = ARM, programme: str = PROGRAMME
    ) -> Programme:
        return self._add(
            "team_meeting",
            meeting_id=f"m{len(self.rows['team_meeting'])}",
            programme=programme,
            arm=arm,
            date=on,
            minutes=None,
            participants=None,
            cases=cases,
            cases_expected=expected,
            cost=None,
        )

    def says(self, course: str, item: str, change: str, *, by: str = "citizen", on: dt.date = SAID) -> Programme:
        return self._add(
            "perceived_change",
            person_id=self.persons[course],
            course_id=course,
            date=on,
            item=item,
            said_by=by,
            change=change,
        )

    def has_practice(
        self, person: int, practice: str, since: dt.date = dt.date(2000, 1, 1), to: dt.date | None = None
    ) -> Programme:
        return self._add("affiliation", person_id=person, provider_number=practice, **{"from": since}, to=to)

    def contact(self, person: int, kind: str, *on: dt.date) -> Programme:
        for each in on:
            self._add("gp_contact", person_id=person, provider_number="100001", date=each, kind=kind)
        return self

    def hospital(self, person: int, acute: bool, *on: dt.date) -> Programme:
        for each in on:
            self._add(
                "hospital_contact",
                person_id=person,
                contact_id=f"h{len(self.rows['hospital_contact'])}",
                course_id=None,
                hospital="OUH",
                department="medicine",
                start=dt.datetime.combine(each, dt.time(23, 59)),
                end=None,
                kind="inpatient",
                acute=acute,
                action_diagnosis="J440",
                cost=Decimal(0),
                ready_for_discharge=None,
            )
        return self

    def tables(self) -> dict[str, Any]:
        return as_ibis({name: rows for name, rows in self.rows.items() if name not in self.absent})

    def scope(self, until: dt.date = UNTIL, days: Days = DAYS) -> Scope:
        return Scope(self.tables(), PROGRAMME, ARM, until, days)

    def implementation(
        self,
        *,
        eligible: int | None = None,
        until: dt.date = UNTIL,
        days: Days = DAYS,
        components: Sequence[str] = (),
    ) -> Implementation:
        return implementation(self.tables(), PROGRAMME, ARM, until, eligible, days, components)
