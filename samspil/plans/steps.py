"""What happens next for a citizen, and what everybody does by when, in words for the citizen.

Appointments, the next follow-up, what somebody has been referred to, what the citizen does, and days on which goals are
looked at, in one order: predictability is what relieves (report 001 R-PLAN-14).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from samspil.access.models import CareTask, Citizen
from samspil.plans.catalogue import as_sent
from samspil.plans.models import Activity, Appointment, Goal, Plan, Referral
from samspil.plans.programme import in_words

Kind = Literal["appointment", "follow_up", "referral", "own", "goal"]
How = Literal["done", "late", "under_way", "agreed", "stopped"]

#: How far a referral has come, as a citizen reads it.
HOW_FAR: dict[str, Promise] = {
    Referral.State.SENT: lazy("They have been asked, and have not answered yet."),
    Referral.State.RECEIVED: lazy("They have got it and are looking at it."),
    Referral.State.RETURNED: lazy("They have asked your doctor a question first."),
    Referral.State.ACCEPTED: lazy("They have said yes and will give you a time."),
    Referral.State.REJECTED: lazy("They could not take it. Your doctor talks with you about what happens instead."),
    Referral.State.BOOKED: lazy("You have a time."),
    Referral.State.STARTED: lazy("It has begun."),
    Referral.State.COMPLETED: lazy("It is finished."),
    Referral.State.DROPPED_OUT: lazy("It has stopped."),
    Referral.State.WITHDRAWN: lazy("It was called off."),
}
_NOT_BEGUN = (Referral.State.SENT, Referral.State.RECEIVED, Referral.State.RETURNED, Referral.State.ACCEPTED)
_OPEN = (Activity.State.PLANNED, Activity.State.ACTIVE)


@dataclass(frozen=True)
class Step:
    """Something that comes: what, when (a day, or a time of it), with whom, where, and the number to call."""

    kind: Kind
    what: str
    who: str = ""
    day: dt.date | None = None
    at: dt.datetime | None = None
    minutes: int | None = None
    place: str = ""
    phone: str = ""
    #: More about it, such as how far a referral has come.
    words: str = ""


@dataclass(frozen=True)
class Doing:
    """What somebody does for the citizen, or the citizen for themselves, and whether it was kept."""

    what: str
    who: str
    how: How
    due: dt.date | None = None
    done_on: dt.date | None = None
    words: str = ""
    phone: str = ""
    activity: Activity | None = None
    goal: Goal | None = None
    statutory: bool = False


def steps_of(
    citizen: Citizen,
    plan: Plan | None,
    activities: Iterable[Activity],
    referrals: Iterable[Referral],
    appointments: Iterable[Appointment],
) -> list[Step]:
    """What comes, the earliest first and what has no day last."""
    today = timezone.localdate()
    found = [_appointment(each) for each in appointments]
    booked = {each.referral_id for each in appointments}
    found += [_referral(each) for each in referrals if each.state in _NOT_BEGUN and each.pk not in booked]
    if plan is not None and plan.state == Plan.State.ACTIVE:
        found.append(
            Step(
                "follow_up",
                _("You talk about how the plan is going"),
                who=f"{plan.accountable.user.name}, {plan.accountable.organisation.name}",
                day=plan.next_follow_up,
                phone=plan.accountable.organisation.phone,
            )
        )
    found += [
        Step("own", each.what, who=_("You do this yourself"), day=each.due)
        for each in activities
        if each.by_citizen and each.state in _OPEN
    ]
    if plan is not None and plan.state != Plan.State.CLOSED:
        found += [
            Step("goal", _("You look at your goal together: %(goal)s") % {"goal": goal.words}, day=day)
            for goal in plan.goals.all()
            if goal.state == Goal.State.OPEN
            for day in (goal.midterm_on, goal.final_on)
            if day is not None and day >= today
        ]
    return sorted(found, key=_order)


def _order(step: Step) -> tuple[bool, dt.date, dt.time]:
    day = step.day or (timezone.localdate(step.at) if step.at is not None else None)
    return day is None, day or dt.date.max, timezone.localtime(step.at).time() if step.at is not None else dt.time.max


def _appointment(found: Appointment) -> Step:
    names = [found.holder.name] if found.holder is not None else []
    return Step(
        "appointment",
        found.what,
        who=", ".join([*names, found.organisation.name]),
        at=found.at,
        minutes=found.minutes,
        place=found.place,
        phone=found.organisation.phone,
    )


def _referral(found: Referral) -> Step:
    return Step(
        "referral",
        in_words(as_sent(found).title),
        who=found.to_organisation.name,
        day=found.start_due,
        phone=found.to_organisation.phone,
        words=str(HOW_FAR[found.state]),
    )


def doings_of(
    activities: Iterable[Activity], referrals: Iterable[Referral], tasks: Iterable[CareTask]
) -> tuple[list[Doing], list[Doing]]:
    """What the citizen does, and what others do. A referral stands once: as the activity that it carries out."""
    by_activity = {each.activity_id: each for each in referrals if each.activity_id is not None}
    own = [_own(each) for each in activities if each.by_citizen]
    others = [_others(each, by_activity.get(each.pk)) for each in activities if not each.by_citizen]
    others += [_referred(each) for each in referrals if each.activity_id is None]
    others += [_task(each) for each in tasks]
    return sorted(own, key=_when), sorted(others, key=_when)


def _when(doing: Doing) -> tuple[bool, bool, dt.date]:
    over = doing.how in {"done", "stopped"}
    return over, doing.due is None, doing.due or dt.date.max


def _how(activity: Activity) -> How:
    if activity.state == Activity.State.DONE:
        return "done"
    if activity.state == Activity.State.STOPPED:
        return "stopped"
    if activity.due is not None and activity.due < timezone.localdate():
        return "late"
    return "under_way" if activity.state == Activity.State.ACTIVE else "agreed"


def _own(activity: Activity) -> Doing:
    return Doing(
        activity.what,
        "",
        _how(activity),
        due=activity.due,
        done_on=_day(activity.done_at),
        activity=activity,
        goal=activity.goal,
    )


def _others(activity: Activity, referral: Referral | None) -> Doing:
    names = [activity.holder.name] if activity.holder is not None else []
    place = activity.party
    how, due = _how(activity), activity.due
    if referral is not None and referral.state == Referral.State.STARTED and due == referral.start_due:
        # The day was that of the start: what has begun is not late.
        how, due = "under_way", None
    return Doing(
        activity.what,
        ", ".join([*names, place.name if place is not None else ""]),
        how,
        due=due,
        done_on=_day(activity.done_at),
        words=str(HOW_FAR[referral.state]) if referral is not None and how not in {"done", "stopped"} else "",
        phone=place.phone if place is not None else "",
        activity=activity,
        goal=activity.goal,
        statutory=activity.statutory,
    )


def _referred(referral: Referral) -> Doing:
    over: dict[str, How] = {Referral.State.COMPLETED: "done"}
    over |= dict.fromkeys((Referral.State.REJECTED, Referral.State.DROPPED_OUT, Referral.State.WITHDRAWN), "stopped")
    how: How = over.get(referral.state, "under_way")
    not_begun = referral.state in (*_NOT_BEGUN, Referral.State.BOOKED)
    if not_begun and referral.start_due is not None and referral.start_due < timezone.localdate():
        how = "late"
    return Doing(
        in_words(as_sent(referral).title),
        referral.to_organisation.name,
        how,
        due=referral.start_due if not_begun else None,
        done_on=_day(referral.closed_at) if how == "done" else None,
        words=str(HOW_FAR[referral.state]),
        phone=referral.to_organisation.phone,
    )


def _task(task: CareTask) -> Doing:
    late = task.due is not None and task.due < timezone.localdate()
    return Doing(
        task.title, task.organisation.name, "late" if late else "agreed", due=task.due, phone=task.organisation.phone
    )


def _day(moment: dt.datetime | None) -> dt.date | None:
    return timezone.localdate(moment) if moment is not None else None
