"""What the cells of the access matrix about the room of plans are tried on: a plan, a note, medicine, and a stay."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from samspil.access.models import Category, Citizen, Membership, Role
from samspil.access.policy import Resource
from samspil.plans.actions.changing import hold, revise
from samspil.plans.catalogue import find, plain
from samspil.plans.models import Addressee, MedicineList, Note, Referral, Stay
from tests import care
from tests.plans import made

DAY = dt.timedelta(days=1)
NOTE, DRUG, GOAL = "Mærket note om søvnen", "Mærkomycin", "Mærket mål om haven"


class Course:
    """A citizen's plan, which the practice's doctor answers for, and what people write around it."""

    def __init__(self, citizen: Citizen, doctor: Membership) -> None:
        now = timezone.now()
        self.citizen, self.doctor = citizen, doctor
        self.plan = made.plan(citizen, doctor, words=False)
        # Something was changed since the plan was put into force, so that there is something to decide about.
        revise(care.acting(doctor), hold(self.plan), "activated", verb="decide")
        made.goal(self.plan, GOAL)
        self.note = Note.objects.create(
            citizen=citizen,
            text=NOTE,
            category=Category.HEALTH,
            shown=Note.Shown.TOGETHER,
            shown_at=now,
            by=doctor,
            at=now,
        )
        #: Another note, which the citizen has not seen yet.
        self.unseen = Note.objects.create(
            citizen=citizen, text="Endnu ikke vist", category=Category.HEALTH, by=doctor, at=now
        )
        self.medicine = MedicineList.objects.create(
            citizen=citizen,
            organisation=doctor.organisation,
            on=timezone.localdate(),
            lines=[{"drug": DRUG, "atc": "", "dose": "1 daglig"}],
            by=doctor,
            at=now,
        )
        ward = care.member(role=Role.HOSPITAL)
        self.stay = Stay.objects.create(
            citizen=citizen,
            organisation=ward.organisation,
            admitted_at=now - 9 * DAY,
            discharged_at=now - 7 * DAY,
            by=ward,
        )

        nursing = find(made.PROGRAMME, "home_nursing")
        assert nursing is not None
        self.referral = Referral.objects.create(
            citizen=citizen,
            programme=made.PROGRAMME,
            service="home_nursing",
            definition=plain(nursing.service),
            category=nursing.service.category,
            by=doctor,
            from_organisation=doctor.organisation,
            to_organisation=made.provider("municipal_unit").organisation,
            reason="Sår",
            sent_at=now,
        )
        self.psychologist = made.provider()

    def relate(self, relation: str, who: Membership) -> None:
        """Name somebody as accountable, or address what there is to where they work."""
        if relation == "named":
            self.plan.accountable = who
            self.plan.save()
            return
        Addressee.objects.create(note=self.note, organisation=who.organisation)
        self.stay.organisation = who.organisation
        self.stay.save()
        self.referral.to_organisation = who.organisation
        self.referral.save()

    def resource(self, kind: Any) -> Resource | None:
        """What the policy is asked about; None for what does not belong to this room."""
        match kind:
            case "note":
                to = self.note.addressees.values_list("organisation_id", flat=True)
                places = frozenset({self.doctor.organisation_id, *to})
                named = frozenset({self.plan.accountable_id})
                return Resource(kind, self.citizen, category=Category.HEALTH, addressed=places, named=named)
            case "stay":
                places = frozenset({self.stay.organisation_id})
                return Resource(kind, self.citizen, category=Category.HEALTH, addressed=places)
            case "referral":
                places = frozenset({self.referral.from_organisation_id, self.referral.to_organisation_id})
                return Resource(kind, self.citizen, addressed=places, named=frozenset({self.plan.accountable_id}))
            case "plan":
                return Resource(kind, self.citizen, named=frozenset({self.plan.accountable_id}))
            case "medicine_list":
                return Resource(kind, self.citizen, category=Category.HEALTH)
        return None

    def note_to_write(self, who: Membership | None) -> dict[str, Any]:
        """A note that goes to the practice, or within it to the doctor."""
        house = self.doctor.organisation_id
        own = who is not None and who.organisation_id == house
        to = f"{house}-{self.doctor.user_id}" if own else f"{house}"
        return {"text": "Ny note", "category": "health", "addressees": [to], "shown_together": "on"}

    def list_to_write(self, prefix: str) -> dict[str, Any]:
        """A medicine list as the page sends it."""
        line = {"drug": "Panodil", "atc": "", "dose": "1 ved behov"}
        return {
            f"{prefix}-TOTAL_FORMS": 1,
            f"{prefix}-INITIAL_FORMS": 0,
            f"{prefix}-on": timezone.localdate().isoformat(),
            f"{prefix}-seen": f"{self.medicine.pk}",
            **{f"{prefix}-0-{name}": value for name, value in line.items()},
        }

    def referral_to_send(self) -> dict[str, Any]:
        """A referral to the psychologist as the page sends it."""
        return {"to_organisation": self.psychologist.organisation_id, "reason": "Stress", "agreed": "on"}

    def admission(self) -> dict[str, Any]:
        """An admission as the page sends it."""
        at = timezone.localtime(timezone.now() - DAY)
        return {"cpr": self.citizen.cpr, "admitted_at_0": f"{at:%Y-%m-%d}", "admitted_at_1": f"{at:%H:%M}"}

    def forget(self) -> None:
        """Read anew what an earlier cell changed and its end took back."""
        for record in (self.plan, self.note, self.stay, self.referral):
            record.refresh_from_db()
