"""Whom a citizen calls: one person or place at all times, whatever is known (report 001 R-TEAM-02; 002 COORD-17)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.access.models import Citizen
from samspil.plans.models import Contact, Plan


@dataclass(frozen=True)
class Call:
    """Somebody to call: a name, who it is, the number, and who answers when that person is away."""

    name: str
    relation: str
    phone: str = ""
    when: str = ""
    otherwise: str = ""
    other_phone: str = ""


def first_to_call(citizen: Citizen, plan: Plan | None) -> Call:
    """The one to call first: the contact that was chosen, else the accountable person, else the practice.

    Never empty. Where the practice answers for somebody who is away, it is named as well.
    """
    practice = citizen.practice
    if plan is not None and plan.state != Plan.State.CLOSED:
        chosen = next((each for each in plan.contacts.all() if each.first), None)
        if chosen is not None and chosen.phone:
            return _chosen(chosen, plan)
        place = plan.accountable.organisation
        other = practice if practice is not None and practice.pk != place.pk else None
        return Call(
            name=plan.accountable.user.name,
            relation=place.name,
            phone=place.phone or (practice.phone if practice is not None else ""),
            otherwise=other.name if other is not None else "",
            other_phone=other.phone if other is not None else "",
        )
    if practice is not None:
        return Call(practice.name, _("your general practice"), practice.phone)
    return Call(_("The municipality's citizen service"), _("helps you find a general practice"))


def _chosen(contact: Contact, plan: Plan) -> Call:
    """The contact, and the accountable person's place for when the contact does not answer."""
    place = plan.accountable.organisation
    other = bool(place.phone) and place.phone != contact.phone
    return Call(
        name=contact.name,
        relation=contact.relation,
        phone=contact.phone,
        when=contact.when,
        otherwise=f"{plan.accountable.user.name}, {place.name}" if other else "",
        other_phone=place.phone if other else "",
    )
