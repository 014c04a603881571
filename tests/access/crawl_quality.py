"""What a practice of the crawler's town sees of its own quality: a patient who is lost, was called, and is flagged."""

from __future__ import annotations

import datetime as dt

from samspil.access.models import Citizen, Membership
from samspil.improvement.actions import flagging, outreach
from samspil.improvement.models import IndicatorPublication
from tests import care
from tests.improvement import made

#: What is written, after the mark of whose it is.
QUALITY_WORDS = ("markering", "opkald")
SET = "t2d"


class Quality:
    """A patient with a flag and an attempt, of whom the journal has to be asked, and the practice's figures."""

    def __init__(self, mark: str, publication: IndicatorPublication, citizen: Citizen, doctor: Membership) -> None:
        reason, words = (f"{mark} {word}" for word in QUALITY_WORDS)
        made.result(publication, doctor.organisation, "foot_exam", met=30, overdue=12, no_data=4)
        made.state(publication, citizen, "foot_exam", "overdue", since=dt.date(2022, 3, 1))
        made.state(publication, citizen, "eye_exam", "no_data")
        made.lost(publication, citizen, dt.date(2021, 2, 1))
        actor = care.acting(doctor)
        self.flag = flagging.set_flag(actor, citizen, SET, "vulnerable", reason)
        self.attempt = outreach.record_attempt(actor, citizen, SET, "phone", "no_answer", words=words)
