"""A plan with everything around it, for the tests of writing in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from samspil.access.actor import Actor, private
from samspil.access.models import Membership, OrganisationKind, Role, User
from samspil.plans.models import Pathway, Plan
from tests import care
from tests.plans import made


class Desk:
    """A practice, a citizen who agreed to share with everybody, an active plan, and who else works in it."""

    def __init__(self, *, words: bool = True, arm: str = "sad", band: str = "", **fields: Any) -> None:
        self.house = care.practice("Lægerne Torvet", phone="65 12 34 56")
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        self.nurse = care.member(self.house, Role.PRACTICE_STAFF, "Bo Friis")
        self.citizen = care.citizen(self.house, "Karen Holm")
        self.plan: Plan = made.plan(self.citizen, self.doctor, words=words, **fields)
        self.pathway = Pathway.objects.create(
            citizen=self.citizen,
            programme=made.PROGRAMME,
            arm=arm,
            band=band,
            practice=self.house,
            plan=self.plan,
            state=Pathway.State.ACTIVE,
            content_version="1",
            opened_at=timezone.now(),
            opened_by=self.doctor,
        )
        self.helper = made.provider(OrganisationKind.MUNICIPAL_UNIT, "Hjemmeplejen")
        self.today = timezone.localdate()

    @property
    def actor(self) -> Actor:
        return care.acting(self.doctor)

    @property
    def staff(self) -> Actor:
        return care.acting(self.nurse)

    @property
    def carer(self) -> Actor:
        return care.acting(self.helper)

    @property
    def own(self) -> Actor:
        """The citizen, with the own log-in."""
        account: User = getattr(self.citizen, "account", None) or care.citizen_account(self.citizen)
        return private(account, Role.CITIZEN)

    def later(self, days: int = 30) -> dt.date:
        return self.today + dt.timedelta(days=days)

    def client(self, who: Membership | User | None = None) -> Client:
        return care.log_in(Client(), who or self.doctor)

    def shares(self, **fields: Any) -> None:
        """The citizen agrees that who carries the plan out sees it."""
        care.consent(self.citizen, "sharing", self.doctor.user, **fields)

    def address(self, rest: str = "") -> str:
        return f"/plans/{self.plan.pk}/{rest}"
