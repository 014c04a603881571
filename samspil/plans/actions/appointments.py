"""Appointments: agreed, kept, missed, cancelled. Kept ones are sessions; a missed one gives a task, and ends nothing.

Citizens with the hardest lives miss appointments, and were dropped for it (report 002 COORD-4, L1489-1492; report 001
5.2 no. 5): somebody is asked to make contact the same day.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Category, Membership, Notice, Organisation, User
from samspil.plans.actions.changing import hold, member
from samspil.plans.actions.changing import resource_of as plan_resource
from samspil.plans.actions.referral_course import State, hold_referral, member_for, put, resource_of
from samspil.plans.actions.tasks import open_task
from samspil.plans.catalogue import as_sent
from samspil.plans.models import Appointment, Plan, Referral
from samspil.plans.programme import plan_format
from samspil.plans.sessions import Sessions, sessions_of

_STATE = Appointment.State


def book(
    actor: Actor,
    at: dt.datetime,
    *,
    referral: Referral | None = None,
    plan: Plan | None = None,
    what: str = "",
    category: str = Category.HEALTH,
    minutes: int | None = None,
    place: str = "",
    holder: User | None = None,
) -> Appointment:
    """Agree on a time with the citizen, of a referral by who received it, or else of a plan by who writes in it.

    The first of a referral makes it booked. Raises Refused, Conflict when the referral is not that far or has ended,
    and Invalid when the time has passed or there are no more sessions.
    """
    if referral is not None:
        return _book_referred(actor, at, referral, minutes=minutes, place=place, holder=holder)
    assert plan is not None, "an appointment is of a referral or of a plan"
    by = require_booker(actor, plan)
    if not what.strip():
        raise Invalid("what", _("Write what the appointment is about."))
    if category not in Category.values:
        raise Invalid("category", _("Choose what kind of data it tells of."))
    _ahead(at)
    with transaction.atomic():
        held = hold(plan)
        if held.closed_at is not None:
            raise Conflict(_("The plan is closed. Nothing can be agreed in it."))
        made = Appointment.objects.create(
            citizen=held.citizen, plan=held, organisation=by.organisation, holder=holder, what=what.strip()[:200],
            category=category, at=at, minutes=minutes, place=place.strip(), by=by, made_at=timezone.now(),
        )  # fmt: skip
        _tell_booked(made)
        guard.require(actor, "write", plan_resource(held), "care", detail=f"appointment {made.pk}")
    return made


def require_booker(actor: Actor, plan: Plan) -> Membership:
    """The membership of a professional who writes in the plan and agrees on its own appointments. Raises Refused."""
    return member(actor, "write", plan_resource(plan), "appointment")


def _book_referred(
    actor: Actor, at: dt.datetime, referral: Referral, *, minutes: int | None, place: str, holder: User | None
) -> Appointment:
    by = member_for(actor, referral, f"referral {referral.pk} appointment", "receiver")
    _ahead(at)
    with transaction.atomic():
        held = hold_referral(referral)
        if held.state not in {State.ACCEPTED, State.BOOKED, State.STARTED}:
            raise Conflict(
                _("The referral is %(state)s. A time can be agreed once it is accepted, and until it ends.")
                % {"state": held.get_state_display()}
            )
        day = timezone.localtime(at).date()
        found = sessions_of(held, day)
        if found.left == 0:
            raise Invalid("at", no_more(found))
        service = as_sent(held)
        made = Appointment.objects.create(
            citizen=held.citizen, plan=held.plan, referral=held, organisation=held.to_organisation, holder=holder,
            what=service.title.da[:200], category=held.category, at=at, minutes=minutes, place=place.strip(), by=by,
            made_at=timezone.now(),
        )  # fmt: skip
        _tell_booked(made)
        if held.state == State.ACCEPTED:
            put(actor, held, State.BOOKED, by, on=day)
        else:
            _log(actor, held, made)
    referral.refresh_from_db()
    return made


def keep(actor: Actor, appointment: Appointment, *, right_patient: str = "") -> Appointment:
    """The citizen came: it counts as a session, and the first of a referral makes it started.

    Raises Refused, Conflict when it was marked before or the referral has ended, and Invalid before its time, beyond
    the limit of sessions, or when it was never said whether it is the right patient.
    """
    by = _may_mark(actor, appointment)
    day = timezone.localtime(appointment.at).date()
    _has_been(appointment)
    with transaction.atomic():
        held = _held(appointment)
        if held is not None:
            found = sessions_of(held, day)
            if found.limit is not None and found.kept >= found.limit:
                raise Invalid("", no_more(found))
            if held.state not in {State.ACCEPTED, State.BOOKED, State.STARTED}:
                raise Conflict(_("The referral is %(state)s.") % {"state": held.get_state_display()})
            answer = right_patient or held.right_patient
            if held.state != State.STARTED and answer not in Referral.RightPatient.values:
                raise Invalid("right_patient", _("Say whether it is the right patient."))
        _mark(appointment, _STATE.KEPT)
        if held is not None and held.state != State.STARTED:
            put(actor, held, State.STARTED, by, on=day, started_on=day, right_patient=answer)
        else:
            _log(actor, held, appointment)
    return appointment


def miss(actor: Actor, appointment: Appointment, words: str = "") -> Appointment:
    """The citizen did not come. A task the same day, to the accountable person or to who referred; nothing ends.

    Raises Refused, Conflict when it was marked before, and Invalid before its time.
    """
    by = _may_mark(actor, appointment)
    _has_been(appointment)
    due = timezone.localdate() + dt.timedelta(days=plan_format().rules.missed_contact_task_days.value)
    with transaction.atomic():
        held = _held(appointment)
        _mark(appointment, _STATE.MISSED)
        where, who = _who_makes_contact(appointment, held)
        title = " – ".join(part for part in (appointment.what, words.strip()) if part)
        between = {held.from_organisation_id, held.to_organisation_id} if held is not None else set()
        # Who stands outside the referral is led to the plan: what is between two is not theirs to open.
        about = held if where.pk in between or where.pk == appointment.citizen.practice_id else None
        open_task(
            by.user,
            appointment.citizen,
            where,
            "missed_contact",
            title,
            due,
            holder=who,
            plan=appointment.plan,
            referral=about,
        )
        _log(actor, held, appointment)
    return appointment


def cancel(actor: Actor, appointment: Appointment) -> Appointment:
    """The time is off; it counts as nothing, and the citizen is told. Raises Refused, and Conflict when it was marked
    before.
    """
    _may_mark(actor, appointment)
    with transaction.atomic():
        held = _held(appointment)
        _mark(appointment, _STATE.CANCELLED)
        tell_citizen(
            appointment.citizen,
            Notice.Kind.PLAN,
            "appointment_cancelled",
            what=appointment.what,
            when=_when(appointment.at),
        )
        _log(actor, held, appointment)
    return appointment


def no_more(found: Sessions) -> str:
    """Why there can be no further session, with the numbers."""
    about = {"limit": found.limit, "kept": found.kept, "planned": found.planned}
    if found.per == "calendar_year":
        return (
            _(
                "There can be %(limit)s sessions in the calendar year. %(kept)s are held and %(planned)s agreed, also "
                "with other providers."
            )
            % about
        )
    return (
        _(
            "There can be %(limit)s sessions in the course. %(kept)s are held and %(planned)s agreed, also with "
            "earlier providers."
        )
        % about
    )


def _who_makes_contact(appointment: Appointment, held: Referral | None) -> tuple[Organisation, User | None]:
    plan = appointment.plan
    if plan is not None and plan.closed_at is None:
        return plan.accountable.organisation, plan.accountable.user
    return (held.from_organisation if held is not None else appointment.organisation), None


def _may_mark(actor: Actor, appointment: Appointment) -> Membership:
    detail = f"appointment {appointment.pk}"
    if appointment.referral is not None:
        return member_for(actor, appointment.referral, detail, "receiver")
    assert appointment.plan is not None, "an appointment is of a referral or of a plan"
    return member(actor, "write", plan_resource(appointment.plan), detail)


def _held(appointment: Appointment) -> Referral | None:
    if appointment.referral is not None:
        return hold_referral(appointment.referral)
    if appointment.plan is not None:
        hold(appointment.plan)
    return None


def _mark(appointment: Appointment, state: str) -> None:
    """Raises Conflict when somebody has marked it before."""
    if not Appointment.objects.filter(pk=appointment.pk, state=_STATE.PLANNED).update(state=state):
        appointment.refresh_from_db()
        raise Conflict(
            _("Somebody was first: the appointment is marked “%(state)s”.") % {"state": appointment.get_state_display()}
        )
    appointment.state = state


def _log(actor: Actor, held: Referral | None, appointment: Appointment) -> None:
    detail = f"appointment {appointment.pk} {appointment.state}"
    if held is not None:
        guard.require(actor, "write", resource_of(held), "care", detail=detail)
    elif appointment.plan is not None:
        guard.require(actor, "write", plan_resource(appointment.plan), "care", detail=detail)


def _ahead(at: dt.datetime) -> None:
    if at < timezone.now():
        raise Invalid("at", _("The time has passed. Write a time that is to come."))


def _has_been(appointment: Appointment) -> None:
    if appointment.at > timezone.now():
        raise Invalid("", _("The appointment lies ahead. Mark it when it has been, or cancel it."))


def _when(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%d-%m-%Y %H:%M")


def _tell_booked(made: Appointment) -> None:
    tell_citizen(
        made.citizen,
        Notice.Kind.PLAN,
        "appointment_booked",
        what=made.what,
        organisation=made.organisation.name,
        when=_when(made.at),
    )
