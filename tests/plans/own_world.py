"""Karen Holm, 82, with a plan: everybody who has to do with her, and what is agreed on."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from samspil.access.models import Category, Role
from samspil.plans.actions import goals, notes, sections
from samspil.plans.actions.changing import hold, revise
from samspil.plans.models import Goal, MedicineList, Pathway
from tests import care
from tests.plans import made

DAY = dt.timedelta(days=1)


class Karen:
    """A citizen of Lægerne Havnegade who is in the elderly programme."""

    def __init__(self) -> None:
        today = timezone.localdate()
        self.house = care.practice("Lægerne Havnegade", phone="66 12 34 56")
        self.doctor = care.member(self.house, Role.GP, "Lise Holm")
        self.secretary = care.member(self.house, Role.PRACTICE_STAFF, "Susanne Dam")
        self.citizen = care.citizen(
            self.house, "Karen Holm", cpr="0101441230", birth_date=dt.date(today.year - 82, 1, 1)
        )
        self.account = care.citizen_account(self.citizen)
        self.nurse = care.member(role=Role.MUNICIPAL, name="Nanna Friis")
        self.nurse.organisation.name = "Hjemmesygeplejen Nord"
        self.nurse.organisation.phone = "66 77 88 99"
        self.nurse.organisation.save()
        care.consent(self.citizen, "participation", self.doctor.user)
        care.consent(self.citizen, "sharing", self.doctor.user)
        self.plan = made.plan(self.citizen, self.doctor, words=False, next_follow_up=today + 30 * DAY)
        self.pathway = made.pathway(self.citizen, self.doctor, arm="daemp", plan=self.plan)
        self.by_doctor = care.acting(self.doctor)
        self._written()
        self._agreed(today)
        with transaction.atomic():
            revise(self.by_doctor, hold(self.plan), "composed")
        self.plan.refresh_from_db()

    def _written(self) -> None:
        for section, text in {
            "own_words": "Jeg vil gerne blive boende i mit hus.",
            "needs": "Hjælp til at komme ud og gå.",
            "what_matters": "At kunne gå i haven.",
            "citizen_part": "Jeg går en tur hver dag.",
            "relatives_part": "Min datter Dorte ringer hver aften.",
            "somatic": "Dårligt hjerte. Bliver hurtigt forpustet.",
            "crisis_signs": "Jeg tager to kilo på, på tre dage.",
            "crisis_call": "Hjemmesygeplejen, både dag og nat.",
        }.items():
            sections.write(self.by_doctor, self.plan, section, 0, text)
        self.goal = goals.add(
            self.by_doctor,
            self.plan,
            words="Jeg vil kunne gå til bageren igen",
            domain=Goal.Domain.SOMATIC,
            stated_by=Goal.StatedBy.CITIZEN,
        )

    def _agreed(self, today: dt.date) -> None:
        place = self.nurse.organisation
        self.walk = made.activity(self.plan, "Gå en tur hver dag", goal=self.goal, due=today + 10 * DAY)
        self.visit = made.activity(self.plan, "Besøg hver tirsdag", place, holder=self.nurse.user, due=today + 5 * DAY)
        self.weigh = made.activity(self.plan, "Låne en vægt", place, due=today - 2 * DAY)
        self.appointment = made.appointment(self.citizen, self.doctor, what="Samtale om medicinen", place="Havnegade 4")
        care.task(self.citizen, place, self.doctor.user, holder=self.nurse.user, title="Måle blodtryk")
        made.contact(self.plan, "Lise Holm", relation="din læge", phone="66 12 34 56", first=True)
        made.contact(self.plan, "Dorte Holm", relation="datter", phone="20 30 40 50", is_relative=True)
        MedicineList.objects.create(
            citizen=self.citizen,
            organisation=self.house,
            on=today,
            lines=[{"drug": "Furosemid", "atc": "C03CA01", "dose": "1 tablet om morgenen"}],
            agreed=True,
            by=self.doctor,
            at=timezone.now(),
        )

    def note(self, text: str = "Karen har hævede ben. Kan I se på det?"):
        """A note of the doctor's to the home nurses, that Karen has not seen."""
        return notes.write(self.by_doctor, self.citizen, text, Category.HEALTH, [self.nurse.organisation])

    def on_paper(self) -> None:
        """She follows the plan on paper."""
        Pathway.objects.filter(pk=self.pathway.pk).update(
            onboarding="paper", onboarded_on=timezone.localdate(), onboarded_by=self.secretary
        )
        self.pathway.refresh_from_db()
