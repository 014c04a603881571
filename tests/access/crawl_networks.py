"""A network around a practice of the crawler's town: its figures, what was said, when it met, what it tries."""

from __future__ import annotations

import datetime as dt

from samspil.access.models import Membership, Role
from samspil.improvement.actions import change_tests, discussing, meetings
from samspil.improvement.models import IndicatorPublication
from tests import care
from tests.improvement import made

#: Who sees every network, and who may write in them: what a network does together is about no citizen.
READ = {
    Role.MUNICIPAL, Role.HOSPITAL, Role.TEAM_CHAIR, Role.SECRETARIAT, Role.ANALYST, Role.LEADERSHIP,
}  # fmt: skip
WRITE = {Role.MUNICIPAL, Role.HOSPITAL, Role.TEAM_CHAIR, Role.SECRETARIAT}
OPEN_TO = {
    **dict.fromkeys(
        ("network-report", "network-report-print", "network-indicator", "network-meetings", "network-tests",
         "network-test"), READ
    ),
    "network-meetings-import": WRITE,
    "network-meeting-cancel": WRITE,
}  # fmt: skip


class Networked:
    """The network of one practice, in which its doctor writes."""

    def __init__(self, mark: str, publication: IndicatorPublication, doctor: Membership) -> None:
        actor = care.acting(doctor)
        self.network = made.network([doctor.organisation], f"{mark} kvalitetsklynge")
        made.result(publication, self.network, "foot_exam", met=300, overdue=100)
        made.coverage(publication, self.network)
        self.note = discussing.add_note(actor, self.network, publication, f"{mark} drøftelse", indicator="foot_exam")
        discussing.add_note(actor, self.network, publication, f"{mark} om det hele")
        persons = {"municipality": 2, "general_practice": 3}
        self.meeting = meetings.register(
            actor, self.network, meetings.Held(dt.date(2022, 9, 14), 30, "virtual", persons, "Møde")
        )
        self.test = change_tests.begin(
            actor, self.network, title=f"{mark} prøve", aim="Flere kommer", least_volume=5,
            began_on=dt.date(2022, 9, 1), indicator="foot_exam",
        )  # fmt: skip
