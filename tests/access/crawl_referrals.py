"""Referrals of a citizen of the crawler's town, in every state that a page asks something in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from samspil.access.models import Citizen, Membership, Role, User
from samspil.plans.actions import appointments, epicrisis, referrals
from samspil.plans.catalogue import find, plain
from samspil.plans.models import CatalogueChange, Referral
from tests import care
from tests.plans import made as plans

#: What is written, after the mark of whose it is.
REFERRAL_WORDS = ("henvisningsgrund", "konklusion")
State = Referral.State


class Referred:
    """One returned with a question, one started with a time to come, one whose reply nobody has read, one just sent."""

    def __init__(self, mark: str, citizen: Citizen, doctor: Membership, others: dict[Role, Membership]) -> None:
        reason, conclusion = (f"{mark} {word}" for word in REFERRAL_WORDS)

        def sent(role: Role, service: str, *states: str) -> Referral:
            receiver = others[role]
            one = plans.referral(citizen, doctor, receiver.organisation, service, reason=reason)
            for state in states:
                given: dict[str, Any] = {"words": f"{mark} opgave"} if state == State.RETURNED else {}
                given |= {"right_patient": "yes"} if state == State.ACCEPTED else {}
                referrals.move(care.acting(receiver), one, one.version, state, **given)
            return one

        self.sent = sent(Role.NGO, "daneage")
        self.returned = sent(Role.PSYCHOLOGIST, "psychologist", State.RECEIVED, State.RETURNED)
        self.started = sent(Role.MUNICIPAL, "home_nursing", State.RECEIVED, State.ACCEPTED, State.STARTED)
        self.appointment = appointments.book(
            care.acting(others[Role.MUNICIPAL]), timezone.now() + dt.timedelta(days=2), referral=self.started
        )
        done = sent(Role.HOSPITAL, "geriatric_assessment", State.RECEIVED, State.ACCEPTED, State.STARTED)
        epicrisis.write(
            care.acting(others[Role.HOSPITAL]), done, done.version, conclusion=conclusion, nothing_for_gp=True
        )
        self.completed = done


def changed_service(by: User) -> CatalogueChange:
    """A service that the secretariat has changed, so that there is an earlier version to bring back."""
    offer = find(plans.PROGRAMME, "medication_review")
    assert offer is not None
    return CatalogueChange.objects.create(
        programme=offer.programme,
        service=offer.service.service,
        number=1,
        definition=plain(offer.service) | {"contact": "65 00 00 00"},
        why="Ny telefon",
        by=by,
        at=timezone.now(),
    )
