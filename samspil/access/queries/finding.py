"""Finding one citizen by CPR number, which is all that somebody without a relation can do."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from stdnum.dk import cpr as danish
from stdnum.exceptions import ValidationError

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen
from samspil.access.policy import Decision, Resource, may


@dataclass(frozen=True)
class Found:
    """A citizen, whether the actor may see the record, and whether breaking the glass is open to them."""

    citizen: Citizen
    may_read: Decision
    may_break_glass: bool


def read_cpr(text: str) -> str:
    """Ten digits from what somebody typed. Raises Invalid when it cannot be a CPR number.

    The check digit is not asked for: numbers without it have been issued since 2007.
    """
    try:
        digits: str = danish.compact(text)
        if len(digits) != 10 or not (digits.isascii() and digits.isdigit()):
            raise Invalid("cpr", _("A CPR number has ten digits, such as 010203-1234."))
        danish.get_birth_date(digits)
    except ValidationError as error:
        raise Invalid("cpr", _("The first six digits are no date of birth.")) from error
    return digits


def find_citizen(actor: Actor, typed: str) -> Found:
    """The citizen with a CPR number. Every search is logged, also one that finds nobody.

    Raises Refused, and Invalid for what is no CPR number or nobody's.
    """
    decision = guard.check(actor, "read", Resource("citizen_search"), "care")
    citizen = Citizen.objects.filter(cpr=read_cpr(typed)).first()
    if citizen is None:
        record = log.entry(actor, "read", Resource("citizen_search"), "care", decision, detail="nobody found")
        log.append([record])
        raise Invalid("cpr", _("Nobody with this CPR number is known here. Check the digits."))
    guard.require(actor, "read", Resource("citizen_search", citizen), "care")
    return Found(citizen, may(actor, "read", Resource("citizen_record", citizen), "care"), may_break(actor, citizen))


def may_break(actor: Actor, citizen: Citizen) -> bool:
    """Whether breaking the glass is open to the actor, for showing the way to it."""
    return bool(may(actor, "break_glass", Resource("citizen_record", citizen), "emergency"))
