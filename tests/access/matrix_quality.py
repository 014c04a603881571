"""What the cells about the practice's own quality are tried on: its figures, a patient who is overdue, a flag."""

from __future__ import annotations

import datetime as dt
from typing import Any

from samspil.access.actor import Actor
from samspil.access.models import Citizen, Membership
from samspil.access.policy import Purpose, Resource
from samspil.improvement.models import PatientFlag
from tests import care
from tests.improvement import made

SET, REASON, FIGURE = "t2d", "Mærket markering", "4.242 af 4.545"
#: Kinds of data of this module that are about one citizen.
ABOUT_CITIZENS = {"quality_patients", "patient_flag"}
PURPOSES: dict[tuple[str, str], Purpose] = {
    ("quality_patients", ""): "improvement",
    ("practice_figures", ""): "improvement",
    ("patient_flag", ""): "care",
}


class Quality:
    """A citizen who is overdue, a flag with its reason, and the practice's figure."""

    def __init__(self, citizen: Citizen, doctor: Membership) -> None:
        self.citizen, self.house = citizen, doctor.organisation
        publication = self.publication = made.publication(SET)
        made.state(publication, citizen, "foot_exam", "overdue", since=dt.date(2022, 3, 1))
        made.result(publication, self.house, "foot_exam", met=4242, overdue=303)
        self.flag = PatientFlag.objects.create(
            citizen=citizen, set=SET, flag="special_need", reason=REASON, by=doctor, at=care.moment(made.AS_OF)
        )

    def resource(self, kind: Any, actor: Actor) -> Resource | None:
        """What the policy is asked about; None for what does not belong here."""
        if kind == "practice_figures":
            return Resource(kind, practice_id=self.house.pk)
        if kind == "quality_patients" and actor.membership is None and actor.role.value == "system":
            return Resource(kind)
        return Resource(kind, self.citizen) if kind in ABOUT_CITIZENS else None

    @property
    def patient(self) -> str:
        """The address of the citizen's quality page."""
        return f"/quality/{SET}/patients/{self.citizen.pk}/"

    @property
    def flags(self) -> str:
        """The address of the citizen's flags."""
        return f"/citizens/{self.citizen.pk}/flags/"


ATTEMPT = {"known": 0, "channel": "phone", "outcome": "no_answer"}
NEW_FLAG = {"flag": f"{SET}/vulnerable", "reason": "Bor alene"}
