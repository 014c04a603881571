"""What people write around a citizen of the crawler's town: notes, medicine, a stay, a task that asks for an answer."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from samspil.access.models import Category, Citizen, Membership, Role
from samspil.plans.models import Addressee, MedicineList, Note, Stay
from tests.plans import made as plans

#: What is written, after the mark of whose it is.
WORDS = ("besked", "venter på at blive vist", "pille")


class Written:
    """A note that was sent to everybody, one the citizen has not seen, a medicine list, and a stay that is running."""

    def __init__(self, mark: str, citizen: Citizen, doctor: Membership, others: dict[Role, Membership]) -> None:
        now = timezone.now()
        sent, waits, drug = (f"{mark} {word}" for word in WORDS)
        self.note = Note.objects.create(
            citizen=citizen, text=sent, category=Category.HEALTH, shown=Note.Shown.TOGETHER, shown_at=now,
            by=doctor, at=now,
        )  # fmt: skip
        for member in others.values():
            Addressee.objects.create(note=self.note, organisation=member.organisation)
        self.unseen = Note.objects.create(citizen=citizen, text=waits, category=Category.HEALTH, by=doctor, at=now)
        Addressee.objects.create(note=self.unseen, organisation=others[Role.MUNICIPAL].organisation)
        self.medicine = MedicineList.objects.create(
            citizen=citizen, organisation=doctor.organisation, on=timezone.localdate(),
            lines=[{"drug": drug, "atc": "", "dose": "1 daglig"}], by=doctor, at=now,
        )  # fmt: skip
        self.stay = Stay.objects.create(
            citizen=citizen,
            organisation=others[Role.HOSPITAL].organisation,
            admitted_at=now - dt.timedelta(days=2),
            by=others[Role.HOSPITAL],
        )
        place = others[Role.MUNICIPAL].organisation
        plans.ask(citizen, place, doctor, "missed_contact", title=f"{mark} opgave", stay=self.stay)
