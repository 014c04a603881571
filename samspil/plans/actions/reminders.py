"""Reminding of tasks, and telling of those that nobody does: who promised, then the accountable person, then the
secretariat (report 000 L-08, L-27). Run by `samspil remind`, as often as one likes: each step is taken once.

The times stand in `plan_format.yaml` and are working days. A deadline in hours, such as a handover to home care, raises
the alarm as soon as it has run out. E-mails say how many tasks there are, and nothing of whom or what they are about.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Membership, Organisation, User
from samspil.access.policy import Resource
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import PlanTask
from samspil.plans.programme import plan_format
from samspil.plans.task_kinds import kind_title
from samspil.plans.working_days import after_working_days, is_working_day

#: The kind of task that tells somebody of a promise that was not kept.
OVERDUE = "overdue"
#: Tasks held at a time.
_BATCH = 200
_DAY = dt.timedelta(days=1)


@dataclass
class Escalated:
    """What a run did: tasks whose holders were reminded, that somebody was told of, that the secretariat sees now."""

    reminded: int = 0
    told: int = 0
    reported: int = 0
    closed: int = 0
    citizens: set[int] = field(default_factory=set)


def due_until(today: dt.date, working_days: int) -> dt.date:
    """The latest due date that is so many working days behind `today`: what was due then or before is that late."""
    day = today
    while working_days > 0:
        working_days -= is_working_day(day)
        day -= _DAY
    return day


def escalate(actor: Actor, now: dt.datetime | None = None) -> Escalated:
    """Take every step that has come due for the tasks of plans. A second run at the same moment changes nothing.

    Raises Refused for everybody but the system.
    """
    guard.check(actor, "write", Resource("task"), "administration")
    now = now or timezone.now()
    rules, today, done = plan_format().rules, timezone.localdate(now), Escalated()
    reminder = rules.reminder_after_working_days.value
    done.closed = _nothing_left_to_tell()
    late = PlanTask.objects.filter(task__closed_at__isnull=True)
    hours_gone = Q(due_at__lt=now)
    _in_batches(
        actor, late.filter(reminded_at__isnull=True), due_until(today, reminder), hours_gone, "reminded", now, done
    )
    told = due_until(today, reminder + rules.accountable_after_working_days.value)
    waiting = late.filter(escalated_at__isnull=True).exclude(kind=OVERDUE)
    _in_batches(actor, waiting, told, hours_gone, "told", now, done)
    reported = due_until(today, reminder + rules.secretariat_after_working_days.value)
    waiting = late.filter(reported_at__isnull=True).exclude(kind=OVERDUE)
    _in_batches(actor, waiting, reported, None, "reported", now, done)
    return done


def _in_batches(
    actor: Actor,
    waiting: QuerySet[PlanTask],
    due: dt.date,
    or_else: Q | None,
    step: str,
    now: dt.datetime,
    done: Escalated,
) -> None:
    """Take one step for every task that waits for it, some hundred at a time, each batch whole or not at all."""
    wanted = Q(task__due__lte=due)
    # What has a deadline in hours waits for that, and not for the end of its day.
    wanted = (wanted & Q(due_at__isnull=True)) | or_else if or_else is not None else wanted
    last = 0
    while True:
        with transaction.atomic():
            batch = list(
                waiting.filter(wanted, pk__gt=last)
                .select_for_update(of=("self",))
                .select_related(
                    "task__citizen__practice",
                    "task__organisation",
                    "task__holder",
                    "task__asked_by",
                    "plan__accountable",
                )
                .order_by("pk")[:_BATCH]
            )
            if not batch:
                return
            last = batch[-1].pk
            for each in batch:
                _take(each, step, now)
            citizens = {each.task.citizen for each in batch}
            guard.require_all(actor, "write", [Resource("task", citizen) for citizen in citizens], "administration")
        setattr(done, step, getattr(done, step) + len(batch))
        done.citizens |= {citizen.pk for citizen in citizens}


def _take(about: PlanTask, step: str, now: dt.datetime) -> None:
    match step:
        case "reminded":
            about.reminded_at = now
            about.save(update_fields=["reminded_at"])
        case "told":
            about.escalated_at = now
            about.save(update_fields=["escalated_at"])
            for place, holder in _answerable(about):
                _tell(about, place, holder, now)
        case "reported":
            about.reported_at = now
            about.save(update_fields=["reported_at"])


def _answerable(about: PlanTask) -> list[tuple[Organisation, User | None]]:
    """Who has to see to it that a promise is kept: the accountable person; without a plan, whoever asked.

    A handover that nobody confirmed is also the department's that handed over (001 R-COMM-04). Nobody is told of a task
    of their own.
    """
    today = timezone.localdate()
    found: dict[tuple[int, int | None], tuple[Organisation, User | None]] = {}

    def add(user: User, member: Membership | None) -> None:
        if member is not None and about.task.holder_id != user.pk:
            found.setdefault((member.organisation_id, user.pk), (member.organisation, user))

    plan = about.plan
    if plan is not None:
        working = Membership.objects.current(today).select_related("organisation", "user")
        member = working.filter(pk=plan.accountable_id, user__is_active=True).first()
        if member is not None:
            add(member.user, member)
        else:
            # The accountable person does not work there any more: anybody there has to find out.
            place = Organisation.objects.get(pk=plan.accountable.organisation_id)
            found.setdefault((place.pk, None), (place, None))
    if plan is None or about.kind == "home_care_handover":
        working = Membership.objects.current(today).select_related("organisation")
        member = working.filter(user=about.task.asked_by, user__is_active=True).order_by("pk").first()
        add(about.task.asked_by, member)
    return list(found.values())


def _tell(about: PlanTask, place: Organisation, holder: User | None, now: dt.datetime) -> None:
    """A task for whoever has to see to it, about the same thing; it closes together with what it tells of."""
    task = about.task
    values = {"place": task.organisation.name, "what": kind_title(about.kind)}
    with translation.override(holder.language if holder is not None else "da"):
        values["what"] = kind_title(about.kind)
        title = _("%(place)s has not done this: %(what)s") % values
    open_task(
        task.asked_by,
        task.citizen,
        place,
        OVERDUE,
        title,
        after_working_days(timezone.localdate(now), 1),
        holder=holder,
        urgent=about.urgent,
        plan=about.plan,
        referral=about.referral,
        note=about.note,
        stay=about.stay,
        activity=about.activity,
        tells_of=about,
    )


def _nothing_left_to_tell() -> int:
    """What told of a task that is done by now is done too."""
    return close_tasks(kind=OVERDUE, tells_of__task__closed_at__isnull=False)


def soon(today: dt.date) -> dt.date:
    """The last due date that counts as soon."""
    return after_working_days(today, plan_format().rules.soon_due_working_days.value)
