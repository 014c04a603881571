"""Plans, referrals and what belongs to them, made by hand. People come from `tests.care`.

doctor = care.member()
someone = care.citizen(doctor.organisation)
plan = made.plan(someone, doctor)
sent = made.referral(someone, doctor, "psychologist", plan=plan)
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from samspil.access.models import Citizen, Membership, Organisation, OrganisationKind, Role
from samspil.plans.actions import referrals
from samspil.plans.actions.tasks import open_task
from samspil.plans.models import Activity, Appointment, Contact, Goal, Pathway, Plan, PlanTask, Referral, Section
from tests import care

PROGRAMME = "odense-ic"
#: Who works at a provider of a kind.
WORKERS = {
    OrganisationKind.PRACTICE: Role.GP,
    OrganisationKind.HOSPITAL_DEPARTMENT: Role.HOSPITAL,
    OrganisationKind.MUNICIPAL_UNIT: Role.MUNICIPAL,
    OrganisationKind.PSYCHOLOGIST: Role.PSYCHOLOGIST,
    OrganisationKind.NGO: Role.NGO,
}


def plan(of: Citizen, accountable: Membership, *, words: bool = True, **fields: Any) -> Plan:
    """An active plan of a citizen; with the texts that have to be there before any service, unless `words` is no."""
    now = timezone.now()
    given: dict[str, Any] = {
        "practice": of.practice or accountable.organisation,
        "state": Plan.State.ACTIVE,
        "next_follow_up": timezone.localdate() + dt.timedelta(days=90),
        "opened_at": now,
        "opened_by": accountable,
        "activated_at": now,
        "changed_at": now,
    }
    made = Plan.objects.create(citizen=of, accountable=accountable, **given | fields)
    for section in ("own_words", "needs", "what_matters", "situation") if words else ():
        Section.objects.create(plan=made, section=section, text=f"Tekst om {section}", by=accountable.user, at=now)
    return made


def goal(of: Plan, words: str = "Jeg vil kunne gå til stranden igen", **fields: Any) -> Goal:
    """A goal that the citizen has stated."""
    given: dict[str, Any] = {
        "stated_by": Goal.StatedBy.CITIZEN,
        "domain": Goal.Domain.SOMATIC,
        "by": of.accountable.user,
        "at": timezone.now(),
    }
    return Goal.objects.create(plan=of, words=words, **given | fields)


def provider(kind: str = OrganisationKind.PSYCHOLOGIST, name: str | None = None) -> Membership:
    """Somebody who works at a new provider of a kind."""
    found = OrganisationKind(kind)
    place = care.practice(name) if found == OrganisationKind.PRACTICE else care.organisation(found, name)
    return care.member(place, WORKERS[found])


def referral(
    of: Citizen,
    by: Membership,
    to: Organisation,
    service: str = "psychologist",
    *,
    programme: str = PROGRAMME,
    reason: str = "Stress efter skilsmisse.\nØnsker samtaler.",
    **fields: Any,
) -> Referral:
    """A referral that was sent by the act itself."""
    return referrals.send(care.acting(by), of, programme, service, to, reason, **fields)


def ask(
    of: Citizen, place: Organisation, by: Membership, kind: str = "other", due: dt.date | None = None, **fields: Any
) -> PlanTask:
    """An open task of a kind of `plan_format.yaml`; `plan`, `note` and the like say what it is about."""
    return open_task(by.user, of, place, kind, fields.pop("title", "Det aftalte"), due, **fields)


def pathway(of: Citizen, by: Membership, *, arm: str = "sad", programme: str = PROGRAMME, **fields: Any) -> Pathway:
    """A pathway under way; enrolled, with its plan still to be made, when no `plan` is given."""
    on = fields.get("plan")
    given: dict[str, Any] = {
        "practice": of.practice or by.organisation,
        "state": Pathway.State.ACTIVE if on is not None and on.state == Plan.State.ACTIVE else Pathway.State.ENROLMENT,
        "content_version": "0" * 64,
        "opened_at": timezone.now(),
        "opened_by": by,
    }
    return Pathway.objects.create(citizen=of, programme=programme, arm=arm, **given | fields)


def up_to_standard(of: Plan) -> Plan:
    """Everything that the standard asks of a plan without activities, written as by its accountable person."""
    now, by = timezone.now(), of.accountable.user
    written = {"text": "Skrevet sammen med borgeren", "by": by, "at": now}
    for section in ("own_words", "needs", "what_matters", "situation", "citizen_part", "relatives_part"):
        Section.objects.update_or_create(plan=of, section=section, defaults=written)
    for section in ("somatic", "mental", "social", "employment"):
        Section.objects.update_or_create(plan=of, section=section, defaults={"not_assessed": True, "by": by, "at": now})
    goal(of)
    Contact.objects.create(plan=of, name=by.name, relation="tovholder", phone="65 43 21 09", first=True)
    Plan.objects.filter(pk=of.pk).update(confirmed_at=now, involvement=Plan.Involvement.TOGETHER)
    of.refresh_from_db()
    return of


def activity(of: Plan, what: str, party: Organisation | None = None, **fields: Any) -> Activity:
    """Something that was agreed on; what the citizen does when nobody else is named."""
    given: dict[str, Any] = {
        "category": "health",
        "party": party,
        "by_citizen": party is None,
        "by": of.accountable.user,
        "at": timezone.now(),
    }
    return Activity.objects.create(plan=of, what=what, **given | fields)


def appointment(of: Citizen, by: Membership, days: int = 3, **fields: Any) -> Appointment:
    """A time that was agreed on, in so many days at ten."""
    day = timezone.localdate() + dt.timedelta(days=days)
    given: dict[str, Any] = {
        "organisation": by.organisation,
        "holder": by.user,
        "what": "Samtale",
        "at": care.moment(day, 10),
        "by": by,
        "made_at": timezone.now(),
    }
    return Appointment.objects.create(citizen=of, **given | fields)


def contact(of: Plan, name: str = "Lone Nielsen", **fields: Any) -> Contact:
    """Somebody to call."""
    given: dict[str, Any] = {"relation": "hjemmesygeplejerske", "phone": "66 11 22 33"}
    return Contact.objects.create(plan=of, name=name, **given | fields)
