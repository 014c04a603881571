"""What the cells about a citizen's needs are tried on: an assessment of which each who may see one sees something."""

from __future__ import annotations

from typing import Any

from samspil.access.models import Citizen, Membership, Role
from samspil.access.policy import Purpose, Resource
from samspil.improvement.actions.assessing import Made, SquareGiven, assess_square
from samspil.plans.models import Plan
from tests import care

INSTRUMENT = "Mærket redskab"
ABOUT_CITIZENS = {"need_assessment"}
PURPOSES: dict[tuple[str, str], Purpose] = {("need_assessment", ""): "care"}
#: A profession of each role that assesses.
PROFESSION = {
    Role.GP: "doctor", Role.PRACTICE_STAFF: "nurse", Role.MUNICIPAL: "nurse", Role.HOSPITAL: "nurse",
    Role.PSYCHOLOGIST: "psychologist", Role.NGO: "social_worker",
}  # fmt: skip


class Need:
    """Complexity and self-care, assessed by the citizen's doctor."""

    def __init__(self, citizen: Citizen, doctor: Membership) -> None:
        self.citizen = citizen
        given = SquareGiven("high", "low", instrument=INSTRUMENT)
        self.made = assess_square(care.acting(doctor), citizen, Made("structured", "doctor"), given)

    def resource(self, kind: Any, plan: Plan) -> Resource | None:
        """What the policy is asked about; None for what does not belong here."""
        if kind not in ABOUT_CITIZENS:
            return None
        return Resource(kind, self.citizen, named=frozenset({plan.accountable_id}))

    @property
    def page(self) -> str:
        """The address of the citizen's needs."""
        return f"/citizens/{self.citizen.pk}/needs/"

    def to_send(self, role: Role) -> dict[str, Any]:
        """An assessment of the need for integration that any profession may make."""
        made = {"known": 0, "profession": PROFESSION.get(role, "other"), "method": "subjective", "occasion": "regular"}
        return made | {"row_duration": "long", "row_self_care": "moderate_support"}
