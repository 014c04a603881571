"""What the cells about networks are tried on: a network of the practice, with a figure, a meeting and its report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from samspil.access.models import Membership
from samspil.access.policy import Purpose, Resource
from samspil.improvement.actions import meetings
from samspil.improvement.models import IndicatorPublication
from tests import care
from tests.improvement import made

SET, FIGURE, MEETING = "t2d", "7.272 af 7.575", "Mærket møde"
PURPOSES: dict[tuple[str, str], Purpose] = {
    ("network_report", ""): "improvement",
    ("network_discussion", ""): "improvement",
}
NOTE = {"text": "Vi tager det op igen"}


class Networked:
    """A network in which the practice of `doctor` is, and another is not."""

    def __init__(self, publication: IndicatorPublication, doctor: Membership) -> None:
        self.house = doctor.organisation
        self.network = made.network([self.house], "Mærket netværk")
        made.result(publication, self.network, "foot_exam", met=7272, overdue=303)
        held = meetings.Held(dt.date(2022, 9, 14), 30, "virtual", {"hospital": 2, "general_practice": 3}, MEETING)
        meetings.register(care.acting(doctor), self.network, held)

    def resource(self, kind: Any) -> Resource | None:
        """What the policy is asked about; None for what does not belong here."""
        return Resource(kind, practice_id=self.house.pk) if (kind, "") in PURPOSES else None

    @property
    def report(self) -> str:
        """The address of the network's report."""
        return f"/networks/{self.network.pk}/{SET}/"

    @property
    def meetings(self) -> str:
        """The address of the network's meetings."""
        return f"/networks/{self.network.pk}/meetings/"
