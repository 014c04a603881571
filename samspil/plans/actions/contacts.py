"""Whom to call: professionals, and relatives who take part; one is the first (report 000 L777-781, L1180-1194)."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Organisation
from samspil.plans.actions.changing import revise
from samspil.plans.actions.parts import check_write, hold_open, read_text
from samspil.plans.models import Contact, Plan


def add(
    actor: Actor,
    plan: Plan,
    *,
    name: str,
    relation: str,
    phone: str,
    when: str = "",
    first: bool = False,
    is_relative: bool = False,
    organisation: Organisation | None = None,
) -> Contact:
    """Somebody to call; the only one there is, is the first. Raises Refused, Invalid, Conflict for a closed plan."""
    check_write(actor, plan, None, "contact")
    given = _read(name, relation, phone, when)
    with transaction.atomic():
        held = hold_open(plan)
        first = first or not held.contacts.exists()
        if first:
            held.contacts.update(first=False)
        made = Contact.objects.create(
            plan=held, first=first, is_relative=is_relative, organisation=organisation, **given
        )
        revise(actor, held, "contact_added")
    return made


def make_first(actor: Actor, contact: Contact) -> None:
    """This is the one to call first; there is one. Raises Refused, Conflict for a closed plan."""
    check_write(actor, contact.plan, None, "contact")
    with transaction.atomic():
        held = hold_open(contact.plan)
        if held.contacts.filter(pk=contact.pk, first=True).exists():
            return
        held.contacts.update(first=False)
        held.contacts.filter(pk=contact.pk).update(first=True)
        revise(actor, held, "contact_changed")


def remove(actor: Actor, contact: Contact) -> None:
    """Not to be called any more. The next one becomes the first. Raises Refused, Conflict for a closed plan."""
    check_write(actor, contact.plan, None, "contact")
    with transaction.atomic():
        held = hold_open(contact.plan)
        if not held.contacts.filter(pk=contact.pk).delete()[0]:
            return
        following = held.contacts.first()
        if following is not None and not held.contacts.filter(first=True).exists():
            held.contacts.filter(pk=following.pk).update(first=True)
        revise(actor, held, "contact_removed")


def _read(name: str, relation: str, phone: str, when: str) -> dict[str, str]:
    found = {
        "name": read_text("name", name, needed=_("Write a name."), most=200),
        "relation": read_text("relation", relation, needed=_("Write who it is, such as daughter."), most=100),
        "phone": read_text("phone", phone, needed=_("Write a telephone number."), most=30),
        "when": read_text("when", when, most=200),
    }
    if sum(letter.isdigit() for letter in found["phone"]) < 3:
        raise Invalid("phone", _("Write a telephone number."))
    return found
