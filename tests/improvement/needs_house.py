"""A citizen whose needs are assessed by the practice and by everybody else who may have to do with her."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from samspil.access.actor import Actor
from samspil.access.models import Membership, Role
from samspil.improvement.actions.assessing import (
    IntegrationGiven,
    Look,
    Made,
    SquareGiven,
    assess_integration,
    assess_square,
)
from samspil.improvement.models import NeedAssessment
from tests import care

OTHERS = (Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO)
#: The vectors of T-02 (report 001 L934-969): values of the six rows and the level, None for clinical judgement.
T_02 = {
    "linked": (("little", "stable", "short", "routine", "little", "self_reliant"), "linked"),
    "full": (("complex", "not_stable", "terminal", "frequent", "large", "extended_support"), "fully_integrated"),
    "coordinated": (
        ("moderate", "stable", "short", "primarily_routine", "moderate", "moderate_support"),
        "coordinated",
    ),
    "none": (("complex", "not_stable", "short", "frequent", "large", "extended_support"), None),
}
ROWS = ("complexity", "stability", "duration", "communication", "help", "self_care")


def rows(name: str) -> dict[str, str]:
    """The values of one vector by row."""
    return dict(zip(ROWS, T_02[name][0], strict=True))


class Needs:
    """Karen Holm, her doctor and everybody else who may have to do with her."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Torvet", doctors=2)
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        self.staff = care.member(self.house, Role.PRACTICE_STAFF, "Sanne Sekretær")
        names = {Role.MUNICIPAL: "Hanne Hjem", Role.HOSPITAL: "Helle Afdeling", Role.PSYCHOLOGIST: "Per Psyk",
                 Role.NGO: "Fie Frivillig"}  # fmt: skip
        self.others = {role: care.member(role=role, name=names[role]) for role in OTHERS}
        self.karen = care.citizen(self.house, "Karen Holm")

    def actor(self, who: Membership | None = None) -> Actor:
        """Somebody with nothing looked up yet; the doctor unless said."""
        return care.acting(who or self.doctor)

    def with_task(self, role: Role, **consent: Any) -> Membership:
        """Somebody of another sector with a task and the citizen's consent."""
        who = self.others[role]
        care.task(self.karen, who.organisation, self.doctor.user)
        care.consent(self.karen, "sharing", self.doctor.user, **consent)
        return who

    def square(
        self,
        complexity: str | None = "high",
        self_care: str | None = "low",
        *,
        who: Membership | None = None,
        method: str = "subjective",
        profession: str = "doctor",
        inputs: dict[str, Look] | None = None,
        at: dt.date | None = None,
        **fields: Any,
    ) -> NeedAssessment:
        """An assessment of complexity and self-care, today or on a day long ago."""
        if method == "structured":
            fields.setdefault("instrument", "PAM-13")
        given = SquareGiven(complexity, self_care, inputs or {}, **fields)
        return self._on(assess_square(self.actor(who), self.karen, Made(method, profession), given), at)

    def integration(
        self,
        values: dict[str, Any],
        *,
        who: Membership | None = None,
        profession: str = "doctor",
        method: str = "subjective",
        at: dt.date | None = None,
        **fields: Any,
    ) -> NeedAssessment:
        """An assessment of the need for integration."""
        given = IntegrationGiven(values, **fields)
        return self._on(assess_integration(self.actor(who), self.karen, Made(method, profession), given), at)

    def _on(self, made: NeedAssessment, day: dt.date | None) -> NeedAssessment:
        if day is not None:
            holds = made.valid_until - (timezone.localdate() - day)
            NeedAssessment.objects.filter(pk=made.pk).update(at=care.moment(day), valid_until=holds)
            made.refresh_from_db()
        return made
