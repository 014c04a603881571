"""The one work list: what somebody, or where they work, has been asked to do, across citizens (report 000 L-14, L-39).

Tasks that a practice gave by hand stand beside those that belong to a promise of a plan. A page is read in the order
of two indexes, so that it costs the same with ten thousand open tasks as with ten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import CareTask
from samspil.access.paging import to_number
from samspil.access.policy import Resource, could
from samspil.plans.models import PlanTask, Referral, ReminderWish
from samspil.plans.task_kinds import How, how, kind_title

#: Tasks on one page.
PAGE = 50
#: `mine`: given to the person; `unit`: given to anybody where they work.
Whose = Literal["all", "mine", "unit"]
#: The filter for tasks that were given by hand.
PLAIN = "plain"
#: Of what a task is about the number is enough: it is the address. Of a referral also how far it has come, and a goal
#: is known by its words.
_RELATED = ("citizen", "organisation", "holder", "asked_by", "about__referral", "about__goal")


@dataclass(frozen=True)
class Asked:
    """One line of the work list."""

    task: CareTask
    #: What the task is about; None for one that was given by hand.
    about: PlanTask | None
    kind: str
    how: How
    overdue: bool
    urgent: bool
    mine: bool

    @property
    def title(self) -> str:
        """What is asked, by the kind of promise; a plain task has its own words only.

        A referral that has begun waits for no answer: it is open because whoever received it goes on.
        """
        referral = self.about.referral if self.about is not None and self.kind == "referral" else None
        if referral is not None and referral.state == Referral.State.STARTED:
            return _("A referral under way")
        return kind_title(self.kind)

    @property
    def words(self) -> str:
        """What the kind does not say already: for a goal that is to be looked at its words, else the task's own."""
        if self.about is None:
            return ""
        if self.about.goal is not None:
            return f"“{self.about.goal.words}”"
        with override("da"):  # in the records titles are Danish
            recorded = kind_title(self.kind)
        return "" if self.task.title == recorded else self.task.title


@dataclass(frozen=True)
class WorkPage:
    """A page of the list, and the key that the next one begins after; empty when there is none."""

    lines: list[Asked]
    following: str
    today: dt.date


def line_of(actor: Actor, task: CareTask) -> Asked:
    """A task as the work list shows it."""
    about: PlanTask | None = getattr(task, "about", None)
    kind = about.kind if about is not None else ""
    late = task.due is not None and task.due < timezone.localdate()
    if about is not None and about.due_at is not None:
        late = about.due_at < timezone.now()
    return Asked(
        task=task,
        about=about,
        kind=kind,
        how=how(kind),
        overdue=late,
        urgent=about is not None and about.urgent,
        mine=task.holder_id is not None,
    )


def work_list(actor: Actor, *, whose: str = "all", overdue: bool = False, kind: str = "", after: str = "") -> WorkPage:
    """A page of open tasks, the earliest due first and those without a day last. Every citizen shown is logged.

    `kind` is a kind of `plan_format.yaml`, or `plain`. `after` is the key that the page before ended with; one that is
    none gives the first page. Raises Refused for a role that holds no tasks.
    """
    if not could(actor, "read", "task", "care") or actor.organisation_id is None:
        guard.refuse(actor, "read", Resource("task"), "care", "role")
    wanted = CareTask.objects.filter(organisation_id=actor.organisation_id, closed_at__isnull=True)
    if overdue:
        wanted = wanted.filter(due__lt=timezone.localdate())
    if kind == PLAIN:
        # One look-up for each task that is passed, in order; joined, the whole table would be read for every page.
        about = PlanTask.objects.filter(task=OuterRef("pk")).values("pk")[:1]
        wanted = wanted.annotate(of_promise=Subquery(about)).filter(of_promise__isnull=True)
    elif kind:
        wanted = wanted.filter(about__kind=kind)
    parts = []
    if whose != "unit":
        parts.append(wanted.filter(holder_id=actor.user_id))
    if whose != "mine":
        parts.append(wanted.filter(holder__isnull=True))
    found = sorted((task for part in parts for task in _in_order(part, after)), key=_place)
    shown = found[:PAGE]
    _log(actor, shown)
    following = _key(shown[-1]) if len(found) > PAGE else ""
    return WorkPage([line_of(actor, task) for task in shown], following, timezone.localdate())


def _in_order(wanted: QuerySet[CareTask], after: str) -> list[CareTask]:
    """The tasks of one page that come after the key: first those with a day, then those without."""
    wanted = wanted.select_related(*_RELATED)
    key = _read(after)
    found: list[CareTask] = []
    if key is None or key[0] is not None:
        dated = wanted.filter(due__isnull=False)
        if key is not None:
            # Said twice so that the database can go straight to the place: first by day, then within the day.
            dated = dated.filter(due__gte=key[0]).exclude(due=key[0], id__lte=key[1])
        found = list(dated.order_by("due", "id")[: PAGE + 1])
    if len(found) <= PAGE:
        undated = wanted.filter(due__isnull=True)
        if key is not None and key[0] is None:
            undated = undated.filter(id__gt=key[1])
        found += list(undated.order_by("id")[: PAGE + 1 - len(found)])
    return found


def _place(task: CareTask) -> tuple[bool, dt.date, int]:
    return task.due is None, task.due or dt.date.min, task.pk


def _key(task: CareTask) -> str:
    return f"{task.due.isoformat() if task.due else ''}.{task.pk}"


def _read(key: str) -> tuple[dt.date | None, int] | None:
    day, dot, number = key.partition(".")
    pk = to_number(number)
    if not dot or pk is None:
        return None
    if not day:
        return None, pk
    try:
        return dt.date.fromisoformat(day), pk
    except ValueError:
        return None


def _log(actor: Actor, tasks: Iterable[CareTask]) -> None:
    """One row for each citizen shown, with the task that opens the look."""
    firsts: dict[int, CareTask] = {}
    for task in tasks:
        firsts.setdefault(task.citizen_id, task)
    for task in firsts.values():
        # What the policy would look up for each citizen in turn has been read here for all of them.
        actor.known[("task", task.citizen_id)] = task.pk
    guard.require_all(actor, "read", [Resource("task", task.citizen) for task in firsts.values()], "care")


def one_task(actor: Actor, key: int) -> Asked:
    """An open or finished task, for answering it. Logged. Raises CareTask.DoesNotExist, and Refused."""
    task = CareTask.objects.select_related(*_RELATED).get(pk=key)
    guard.require(actor, "read", Resource("task", task.citizen, task=task), "care", detail=f"task {task.pk}")
    return line_of(actor, task)


def wants_reminders(actor: Actor) -> bool:
    """Whether somebody is reminded by e-mail: with an address, unless they have said no. Raises Refused."""
    if actor.user is None or not could(actor, "read", "task", "care"):
        guard.refuse(actor, "read", Resource("task"), "care", "role")
    said = ReminderWish.objects.filter(user=actor.user).first()
    return bool(actor.user.email) and (said is None or said.wants)


def whose_of(text: str) -> Whose:
    """The filter from an address; everything for what is none."""
    return next((each for each in get_args(Whose) if each == text), "all")
