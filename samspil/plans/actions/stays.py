"""Stays in hospital: everybody around the citizen hears of an admission, and a discharge hands the citizen over.

What a discharge asks for (002 PLAN-11, COORD-3, COORD-5; 001 R-COMM-04, R-COMM-08; 004 L138-142) is given as tasks with
the deadlines of `plan_format.yaml`. A handover that nobody confirms raises the alarm, see `reminders.py`.
"""

from __future__ import annotations

import datetime as dt

from dateutil.relativedelta import relativedelta
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access import words as words_of
from samspil.access.actions.notices import tell_practice
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Category, Citizen, Notice, Organisation, OrganisationKind, User
from samspil.access.policy import Resource
from samspil.plans.actions.tasks import close_tasks, finish, open_task
from samspil.plans.models import Activity, Coordination, Plan, PlanTask, Stay
from samspil.plans.programme import plan_format
from samspil.plans.team import current_plan, would_see

#: Tasks of an admission; they end with the stay.
ASKED_AT_ADMISSION = ("visit_admitted", "admitted")


def resource_of(stay: Stay) -> Resource:
    """What the policy is asked about: health data, known to the department that told of it."""
    return Resource("stay", stay.citizen, category=Category.HEALTH, addressed=frozenset({stay.organisation_id}))


def admit(actor: Actor, citizen: Citizen, admitted_at: dt.datetime) -> Stay:
    """Tell that a citizen was admitted to one's department. Practice and team are told, each as far as they may know.

    Raises Refused, Invalid for a moment that lies ahead, and Conflict when a stay is running.
    """
    _not_ahead("admitted_at", admitted_at)
    resource = Resource("stay", citizen, category=Category.HEALTH)
    guard.check(actor, "write", resource, "care", detail="admitted")
    assert actor.membership is not None, "only members of a hospital tell of stays"
    with transaction.atomic():
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        running = (
            Stay.objects.filter(citizen=citizen, discharged_at__isnull=True).select_related("organisation").first()
        )
        if running is not None:
            raise Conflict(
                _("The citizen has been in hospital since %(day)s: %(place)s.")
                % {"day": f"{timezone.localtime(running.admitted_at):%d-%m-%Y}", "place": running.organisation.name}
            )
        if Stay.objects.filter(citizen=citizen, discharged_at__gt=admitted_at).exists():
            raise Invalid("admitted_at", _("The citizen was discharged after that moment. Write the new admission."))
        try:
            stay = Stay.objects.create(
                citizen=citizen,
                organisation=actor.membership.organisation,
                admitted_at=admitted_at,
                by=actor.membership,
            )
        except IntegrityError as error:
            raise Conflict(_("Somebody else has told of this stay just now.")) from error
        _tell_of_admission(actor.membership.user, stay)
        guard.require(actor, "write", resource, "care", detail=f"stay {stay.pk} admitted")
    return stay


def _tell_of_admission(by: User, stay: Stay) -> None:
    citizen = stay.citizen
    values = {"organisation": stay.organisation.name, "day": f"{timezone.localtime(stay.admitted_at):%d-%m-%Y}"}
    tell_practice(citizen, Notice.Kind.PLAN, "admitted", **values)
    plan = current_plan(citizen)
    if plan is None or plan.state != Plan.State.ACTIVE:
        return
    title = _("Admitted to %(organisation)s on %(day)s") % values
    team: dict[tuple[int, int | None], Organisation] = {}
    parties = Activity.objects.filter(plan=plan, state__in=(Activity.State.PLANNED, Activity.State.ACTIVE))
    for activity in parties.filter(party__isnull=False).select_related("party"):
        assert activity.party is not None
        team.setdefault((activity.party_id or 0, activity.holder_id), activity.party)
    accountable = plan.accountable
    for coordination in Coordination.objects.filter(plan=plan, ended_on__isnull=True).select_related(
        "coordinator__organisation"
    ):
        member = coordination.coordinator
        team.setdefault((member.organisation_id, member.user_id), member.organisation)
    team.pop((accountable.organisation_id, accountable.user_id), None)
    open_task(
        by,
        citizen,
        accountable.organisation,
        "visit_admitted",
        title,
        None,
        holder=accountable.user,
        plan=plan,
        stay=stay,
    )
    for (place, holder), organisation in team.items():
        told = place in {citizen.practice_id, stay.organisation_id}
        if not told and would_see(organisation, Resource("stay", citizen, category=Category.HEALTH)):
            who = User.objects.get(pk=holder) if holder is not None else None
            open_task(by, citizen, organisation, "admitted", title, None, holder=who, plan=plan, stay=stay)


def ready(actor: Actor, stay: Stay, at: dt.datetime) -> None:
    """Note when treatment was finished: what passes until discharge is waiting time (001 R-COMM-09).

    Raises Refused, Invalid, and Conflict when the citizen has been discharged.
    """
    with transaction.atomic():
        held = _own(actor, stay, "ready")
        _not_ahead("ready_at", at)
        if at < held.admitted_at:
            raise Invalid("ready_at", _("That is before the admission."))
        held.ready_at = at
        held.save(update_fields=["ready_at"])
        guard.require(actor, "write", resource_of(held), "care", detail=f"stay {held.pk} ready")


def discharge(
    actor: Actor,
    stay: Stay,
    at: dt.datetime,
    *,
    handover_to: Organisation | None = None,
    words: str = "",
    joint_visit: bool = False,
) -> Stay:
    """Tell that the citizen goes home: the follow-up within 72 hours, the handover to home care, and what comes later.

    `handover_to` is the municipal unit that takes over, `words` what it needs to know; None when no home care is
    needed. Raises Refused, Invalid, and Conflict when somebody has told of the discharge.
    """
    with transaction.atomic():
        held = _own(actor, stay, "discharged")
        _not_ahead("discharged_at", at)
        if at < held.admitted_at:
            raise Invalid("discharged_at", _("That is before the admission."))
        if held.ready_at is not None and at < held.ready_at:
            raise Invalid("discharged_at", _("That is before the treatment was finished."))
        if handover_to is not None:
            _can_take_over(held.citizen, handover_to, words)
        held.discharged_at, held.handover_to, held.handover_words = at, handover_to, words.strip()
        held.save(update_fields=["discharged_at", "handover_to", "handover_words"])
        close_tasks(stay=held, kind__in=ASKED_AT_ADMISSION)
        assert actor.user is not None
        _ask_after_discharge(actor.user, held, joint_visit=joint_visit)
        values = {"organisation": held.organisation.name, "day": f"{timezone.localtime(at):%d-%m-%Y}"}
        tell_practice(held.citizen, Notice.Kind.PLAN, "discharged", **values)
        guard.require(actor, "write", resource_of(held), "care", detail=f"stay {held.pk} discharged")
    return held


def _ask_after_discharge(by: User, stay: Stay, *, joint_visit: bool) -> None:
    """The tasks of a discharge, by the times of `plan_format.yaml`."""
    rules, citizen, at = plan_format().rules, stay.citizen, stay.discharged_at
    assert at is not None
    plan = current_plan(citizen)
    values = {"organisation": stay.organisation.name, "day": f"{timezone.localtime(at):%d-%m-%Y}"}
    title = _("Discharged from %(organisation)s on %(day)s") % values
    until = at + dt.timedelta(hours=rules.discharge_follow_up_hours.value)
    place = plan.accountable.organisation if plan is not None else citizen.practice
    holder = plan.accountable.user if plan is not None else None
    if place is not None:
        open_task(
            by, citizen, place, "discharge_follow_up", title, timezone.localdate(until),
            holder=holder, due_at=until, plan=plan, stay=stay,
        )  # fmt: skip
    if stay.handover_to is not None:
        until = at + dt.timedelta(hours=rules.handover_confirm_hours.value)
        open_task(
            by, citizen, stay.handover_to, "home_care_handover", title, timezone.localdate(until),
            due_at=until, urgent=True, plan=plan, stay=stay,
        )  # fmt: skip
    if joint_visit and citizen.practice is not None:
        open_task(by, citizen, citizen.practice, "joint_visit", title, None, plan=plan, stay=stay)
    if plan is not None:
        later = timezone.localdate(at) + relativedelta(months=rules.after_discharge_months.value)
        for each in plan.coordinations.filter(ended_on__isnull=True).select_related("coordinator__organisation"):
            member = each.coordinator
            open_task(
                by, citizen, member.organisation, "half_year_follow_up", title, later,
                holder=member.user, plan=plan, stay=stay,
            )  # fmt: skip


def confirm_handover(actor: Actor, about: PlanTask, answer: str) -> bool:
    """Home care says that it has taken over, and how. Without this the handover has not happened. Raises Refused.

    False when it was confirmed before.
    """
    if not answer.strip():
        raise Invalid("answer", _("Write who takes over, and from when."))
    with transaction.atomic():
        if not finish(actor, about, answer):
            return False
        if about.stay_id is not None:
            Stay.objects.filter(pk=about.stay_id).update(
                handover_confirmed_at=timezone.now(), handover_confirmed_by=actor.user
            )
    return True


def hold_joint_visit(
    actor: Actor, about: PlanTask, *, gp: bool, home_nurse: bool, words: str, reason: str = ""
) -> bool:
    """The joint home visit has been held by both, or by one for a reason (002 COORD-5). Raises Refused and Invalid.

    False when it was done before.
    """
    if not words.strip():
        raise Invalid("words", _("Write what you agreed with the citizen."))
    if not (gp or home_nurse):
        raise Invalid("gp", _("Somebody took part in the visit."))
    if not (gp and home_nurse) and not reason.strip():
        raise Invalid("reason", _("Both take part in a joint visit. Write why one was not there."))
    took_part = [name for there, name in ((gp, _("the doctor")), (home_nurse, _("the home nurse"))) if there]
    said = "\n".join(filter(None, (", ".join(took_part), reason.strip(), words.strip())))
    return finish(actor, about, said)


def _own(actor: Actor, stay: Stay, detail: str) -> Stay:
    """The stay, held, when it is the actor's own department's and still running. Raises Refused and Conflict."""
    guard.check(actor, "write", resource_of(stay), "care", detail=detail)
    if stay.organisation_id != actor.organisation_id:
        guard.refuse(actor, "write", resource_of(stay), "care", "relation")
    held = (
        Stay.objects.select_for_update(of=("self",)).select_related("citizen__practice", "organisation").get(pk=stay.pk)
    )
    if held.discharged_at is not None:
        raise Conflict(
            _("The discharge has been told of: %(day)s.")
            % {"day": f"{timezone.localtime(held.discharged_at):%d-%m-%Y %H:%M}"}
        )
    return held


def _can_take_over(citizen: Citizen, unit: Organisation, words: str) -> None:
    """That the handover reaches somebody who may know of it. Raises Invalid."""
    if unit.kind != OrganisationKind.MUNICIPAL_UNIT:
        raise Invalid("handover_to", _("Home care is a municipal unit."))
    if not words.strip():
        raise Invalid("words", _("Write what home care needs to know."))
    answer = would_see(unit, Resource("stay", citizen, category=Category.HEALTH))
    if not answer:
        raise Invalid(
            "handover_to",
            _("%(place)s may not see it: %(reason)s. Call them, and ask the citizen.")
            % {"place": unit.name, "reason": words_of.reason(answer.reason)},
        )


def _not_ahead(field: str, at: dt.datetime) -> None:
    if at > timezone.now():
        raise Invalid(field, _("The moment lies ahead. Tell of it when it has happened."))
