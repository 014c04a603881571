"""The verb `harvest`: what the care plane knows of a programme becomes a delivery to the warehouse, for evaluation.

The second door between the planes, and like the first one a handover of plain values: the rooms of the care plane say
what was done (`plans/harvest.py`, `lists/harvest.py`); this module fits it to the contract `integrated_care`, leaves
out who has not agreed to evaluation, writes who was read to the access log, and writes the package.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.harvest_beside import read_beside
from samspil.verbs.harvest_package import Header, check_folder, write_package
from samspil.verbs.harvest_rows import enrolment_row, event_row, review_row, service_row, taking_part_row
from samspil.verbs.show import Shown
from samspil.warehouse.contracts import contract_for

if TYPE_CHECKING:
    from samspil.access.actor import Actor
    from samspil.access.models import AccessRecord
    from samspil.access.queries.evaluation import Answers
    from samspil.plans.harvest import Course

SOURCE, VERSION = "integrated_care", "1"
#: Why a table of the contract is always empty: the care plane does not keep what belongs there.
NOT_KEPT = {
    "team_meeting": "the care plane keeps no team meetings; give them with --beside",
    "programme_cost": "the care plane keeps no accounts; give them with --beside",
    "perceived_change": "the care plane keeps no questionnaires",
}
#: Provider numbers as the contract has them.
_DIGITS = 6


@dataclass
class Harvested(Shown):
    """What was harvested: the folder, the days it covers, rows by table, and by table what was left out and why."""

    folder: Path
    first: dt.date
    until: dt.date
    counts: dict[str, int]
    citizens: int
    left_out: dict[str, Counter[str]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "table": name,
                "rows": count,
                "left out": self.left_out.get(name, Counter()).total(),
                "why": "; ".join(
                    [
                        *(f"{number:,} {why}" for why, number in sorted(self.left_out.get(name, Counter()).items())),
                        *([self.remarks[name]] if name in self.remarks else []),
                    ]
                ),
            }
            for name, count in self.counts.items()
        ]


def harvest(
    out: Path | str,
    until: dt.date | None = None,
    *,
    beside: Path | str | None = None,
    home: Path | str | None = None,
) -> Harvested:
    """Write what the care plane knows as of the end of a day to the folder `out`, as a delivery for `samspil ingest`.

    `until` is that day, yesterday when absent: the last one that is over. A citizen is in it with a course only if the
    newest answer to the programme's question about evaluation is a yes now, whatever the day; decisions about names on
    lists need a legal basis for lists in force, and leave out who said no or withdrew. Who was read is written to the
    access log first. `beside` is a folder with `team_meeting.csv` or `programme_cost.csv`, which go with it. The same
    data, consents and day give the same bytes. The package holds CPR numbers. Raises SamspilError for a day to come, a
    folder that holds something else, a file beside that cannot be read, and a database that cannot be.
    """
    care_plane(home)
    from django.db import DatabaseError, transaction  # noqa: PLC0415 - Django's records load only when it is set up
    from django.utils import timezone  # noqa: PLC0415

    from samspil.access import log  # noqa: PLC0415
    from samspil.access.actor import system  # noqa: PLC0415

    today = timezone.localdate()
    until = until or today - dt.timedelta(days=1)
    if until > today:
        raise SamspilError(f"{until} lies ahead; harvest until today, {today}, at the latest")
    folder, contract = Path(out), contract_for(SOURCE, VERSION)
    given = read_beside(Path(beside), contract) if beside is not None else {}
    check_folder(folder, contract)
    try:
        with transaction.atomic():
            found = _Harvest(system(), until, today)
            # Looking is logged before anything is shown.
            log.append(found.seen)
    except DatabaseError as error:
        raise SamspilError(f"the care plane's database cannot be read: {error}".strip()) from error
    header = Header(owner=found.owner, first=found.first, until=until, legal_basis="; ".join(found.bases))
    tables = found.tables | given
    write_package(folder, contract, header, tables)
    return Harvested(
        folder=folder,
        first=found.first,
        until=until,
        counts={name: len(tables.get(name, [])) for name in contract.tables},
        citizens=len({record.citizen_id for record in found.seen if record.citizen_id is not None}),
        left_out=found.left_out,
        remarks=found.remarks | dict.fromkeys(given, f"from {beside}"),
    )


class _Harvest:
    """Everything of one harvest, read once and fitted to the contract."""

    def __init__(self, actor: Actor, until: dt.date, today: dt.date) -> None:
        from samspil.access.queries.evaluation import evaluation_answers  # noqa: PLC0415
        from samspil.plans.harvest import courses  # noqa: PLC0415

        self.actor, self.until = actor, until
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.left_out: dict[str, Counter[str]] = {}
        self.remarks: dict[str, str] = dict(NOT_KEPT)
        self.seen: list[AccessRecord] = []
        self.bases: list[str] = ["consent to evaluation"]
        self.days: list[dt.date] = []
        answers = evaluation_answers(actor, today)
        every = courses(until)
        self._courses(every, answers)
        self._reviews(answers)
        self._practices(every)
        self.owner = _owner()
        self.first = min([*self.days, *_first_day_of_log(), until])

    def _courses(self, every: list[Course], answers: Answers) -> None:
        """Courses of who agreed, and what was done in them."""
        from samspil.lists.harvest import inclusions  # noqa: PLC0415
        from samspil.plans.harvest import services  # noqa: PLC0415
        from samspil.plans.harvest_events import events  # noqa: PLC0415

        why = {course.key: self._why_not(course, answers) for course in every}
        found = inclusions(every)
        asked = services(every, self.until)
        done = events(every, self.until)
        self._put("enrolment", [(each, enrolment_row(each, found[each.key])) for each in every], why)
        rows = [(row.course, service_row(row)) for row in asked.rows]
        self._put("service_received", rows, why)
        if asked.outside:
            self.left_out["service_received"]["outside any course"] += asked.outside
        self._put("plan_event", [(row.course, event_row(row)) for row in done], why)
        kept = {course.citizen.pk: course.citizen for course in every if why[course.key] is None}
        self._log("course_events", "improvement", kept.values())

    def _why_not(self, course: Course, answers: Answers) -> str | None:
        from samspil.access.queries.evaluation import Answer  # noqa: PLC0415

        answer = answers.of(course.citizen.pk, course.programme)
        if answer != Answer.YES:
            return f"of citizens who {answer.value}"
        return None if _is_number(course.provider_number) else "of practices without a provider number"

    def _put(self, table: str, rows: list[tuple[Course, dict[str, Any]]], why: Mapping[int, str | None]) -> None:
        """The rows of courses that may be harvested; the days of the others count for the period all the same.

        A harvest replaces what an earlier one told of its period. It has to reach back to what is no longer told.
        """
        self.days += [day for _course, row in rows if (day := row.get("date") or row.get("from")) is not None]
        self.tables[table] = [row for course, row in rows if why[course.key] is None]
        self.left_out[table] = Counter(reason for course, _row in rows if (reason := why[course.key]) is not None)

    def _reviews(self, answers: Answers) -> None:
        """Decisions about names. Most people on a list are never asked anything, so a yes cannot be waited for."""
        from samspil.access import guard, log  # noqa: PLC0415
        from samspil.access.policy import Resource  # noqa: PLC0415
        from samspil.access.queries.evaluation import Answer  # noqa: PLC0415
        from samspil.lists.harvest import reviews  # noqa: PLC0415

        made = reviews(self.until)
        self.days += [row.date for row in made]
        try:
            decision = guard.check(self.actor, "read", Resource("practice_list"), "case_finding", detail=self._detail)
        except log.Refused as refused:
            self.seen.append(refused.record)
            self.left_out["list_review"] = Counter({"without a legal basis for risk lists in force": len(made)})
            return
        self.bases.append(_basis_in_words(decision.basis))
        answered = [(row, answers.of(row.citizen.pk, row.programme)) for row in made]
        no = (Answer.NO, Answer.WITHDRAWN)
        kept = [row for row, answer in answered if answer not in no]
        self.tables["list_review"] = [review_row(row) for row in kept]
        self.left_out["list_review"] = Counter(
            f"of citizens who {answer.value}" for _row, answer in answered if answer in no
        )
        self._log("practice_list", "case_finding", {row.citizen.pk: row.citizen for row in kept}.values())

    def _practices(self, every: list[Course]) -> None:
        from samspil.lists.harvest import taking_part  # noqa: PLC0415

        found = taking_part(every, self.until)
        self.tables["taking_part"] = [taking_part_row(row) for row in found if _is_number(row.provider_number)]
        self.remarks["taking_part"] = "training is not kept, nor when a practice stops"

    @property
    def _detail(self) -> str:
        return f"harvest until {self.until}"

    def _log(self, kind: Any, purpose: Any, citizens: Iterable[Any]) -> None:
        """One row of the log for each citizen, with the basis that the policy found for them. Raises Refused."""
        from samspil.access import guard, log  # noqa: PLC0415
        from samspil.access.policy import Resource  # noqa: PLC0415

        for citizen in citizens:
            resource = Resource(kind, citizen)
            decision = guard.check(self.actor, "read", resource, purpose, detail=self._detail)
            self.seen.append(log.entry(self.actor, "read", resource, purpose, decision, detail=self._detail))


def _is_number(provider_number: str) -> bool:
    return len(provider_number) == _DIGITS and provider_number.isdecimal()


def _owner() -> str:
    """The programme's secretariat, where there is just one."""
    from samspil.access.models import Organisation, OrganisationKind  # noqa: PLC0415

    names = Organisation.objects.filter(kind=OrganisationKind.SECRETARIAT).order_by("pk").values_list("name", flat=True)
    return names[0] if len(names) == 1 else "Samspil"


def _first_day_of_log() -> list[dt.date]:
    """The first day that the access log tells of: it forgets nothing, so no harvest began before it."""
    from django.utils import timezone  # noqa: PLC0415

    from samspil.access.models import AccessRecord  # noqa: PLC0415

    first = AccessRecord.objects.order_by("at").values_list("at", flat=True).first()
    return [timezone.localdate(first)] if first is not None else []


def _basis_in_words(basis: str) -> str:
    """The title of a legal basis that the policy named, with its reference."""
    from samspil.access.models import LegalBasis  # noqa: PLC0415

    found = LegalBasis.objects.filter(pk=int(basis.partition(":")[2] or 0)).first()
    return " ".join(filter(None, [found.title, found.reference])) if found is not None else basis
