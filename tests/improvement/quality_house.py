"""A practice with its own quality: patients of every kind, figures of three years, a network, staff and a doctor."""

from __future__ import annotations

import datetime as dt
from typing import Any

from samspil.access.actor import Actor
from samspil.access.models import Citizen, Role
from samspil.improvement.models import CategoryCount, Coverage, PatientState
from tests import care
from tests.improvement import made

AS_OF = made.AS_OF
SET = "t2d"


class House:
    """Lægerne Torvet and its patients with type 2 diabetes."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Torvet", doctors=2)
        self.staff = care.member(self.house, Role.PRACTICE_STAFF, "Sanne Sekretær")
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        self.basis = care.legal_basis("quality")
        self.network = made.network([self.house], "Kvalitetsklynge Nord")
        self.publication = made.publication(SET, AS_OF)

    @property
    def actor(self) -> Actor:
        """The secretary, with nothing looked up yet."""
        return care.acting(self.staff)

    def patient(self, name: str | None = None, **states: Any) -> Citizen:
        """A patient with states: by indicator the state, or the state with fields."""
        citizen = care.citizen(self.house, name)
        self.states(citizen, **states)
        return citizen

    def states(self, citizen: Citizen, **states: Any) -> None:
        """Where a patient stands: `foot_exam="overdue"`, or `foot_exam=("overdue", {"since": day})`."""
        for indicator, said in states.items():
            state, fields = said if isinstance(said, tuple) else (said, {})
            made.state(self.publication, citizen, indicator, state, **fields)

    def many(self, number: int) -> list[Citizen]:
        """So many patients, of whom every third is overdue for the foot examination and every fourth unknown."""
        people = Citizen.objects.bulk_create(
            Citizen(
                person_id=7_000_000 + each, cpr=f"{700_000_0000 + each:010d}", name=f"Patient {each:04d}",
                birth_date=dt.date(1950, 1, 1), sex="F", practice=self.house, practice_since=care.LONG_AGO,
            )
            for each in range(number)
        )  # fmt: skip
        rows = []
        for each, citizen in enumerate(people):
            foot = "overdue" if each % 3 == 0 else "no_data" if each % 4 == 1 else "met"
            since = AS_OF - dt.timedelta(days=each + 1) if foot == "overdue" else None
            for indicator, state in (("foot_exam", foot), ("eye_exam", "met"), ("annual_review", "met")):
                rows.append(
                    PatientState(
                        publication=self.publication, citizen=citizen, practice=self.house, indicator=indicator,
                        state=state, since=since if indicator == "foot_exam" else None,
                    )
                )  # fmt: skip
        PatientState.objects.bulk_create(rows)
        return people

    def figures(self) -> None:
        """Figures that a practice could have: three years of the foot examination with a change of definition."""
        of = self.publication
        days = {dt.date(2018, 12, 31): (30, 22), dt.date(2019, 12, 31): (33, 20), dt.date(2020, 12, 31): (36, 18),
                dt.date(2021, 12, 31): (40, 15)}  # fmt: skip
        for day, (met, overdue) in days.items():
            version = "v1" if day.year == 2018 else "v2"
            made.result(of, self.house, "foot_exam", day=day, met=met, overdue=overdue, version=version)
            made.result(of, self.house, "annual_review", day=day, met=met + 5, overdue=overdue - 5, version="v1")
        made.result(of, self.house, "foot_exam", met=42, overdue=10, no_data=6, exceptions=2)
        made.result(of, self.house, "annual_review", met=49, overdue=7, no_data=2)
        made.result(of, self.house, "eye_exam", met=40, overdue=12, no_data=6)
        made.result(of, self.house, "systolic", met=30, not_met=18, no_data=10)
        made.result(of, self.house, "hba1c_own_target", met=20, not_met=18, no_data=5, not_applicable=15)
        made.result(of, self.house, "urine_albumin", not_applicable=40, no_data=18)
        made.result(of, self.network, "foot_exam", met=510, overdue=180, no_data=60)
        made.result(of, self.network, "annual_review", met=3, overdue=1, hidden=True)
        for category, persons in (("A", 28), ("B", 9), ("C", 2), ("D", 1)):
            CategoryCount.objects.create(
                publication=of, day=AS_OF, level="practice", practice=self.house, indicator="urine_albumin",
                category=category, persons=persons,
            )  # fmt: skip
        Coverage.objects.create(
            publication=of, day=AS_OF, level="practice", practice=self.house, participating=1, delivering=1, persons=58,
            variable="podiatrist_last_two_years", with_value=52, first_valid=dt.date(2019, 1, 1),
        )  # fmt: skip
