"""Whether a citizen has a log-in."""

from __future__ import annotations

from typing import Literal

from samspil.access import guard
from samspil.access.actions.onboarding import is_unused
from samspil.access.actor import Actor
from samspil.access.models import Citizen, User
from samspil.access.policy import Resource

State = Literal["none", "unused", "used"]


def log_in_of(actor: Actor, citizen: Citizen) -> State:
    """Whether the citizen has a log-in, and whether it has been used. Logged. Raises Refused."""
    guard.require(actor, "read", Resource("log_in", citizen), "inclusion")
    user = User.objects.filter(citizen=citizen).first()
    if user is None:
        return "none"
    return "unused" if is_unused(user) else "used"
