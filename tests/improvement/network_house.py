"""A network as TværSam was: practices enter and leave, ten of twelve deliver, and two indicators have four years.

Populations, practices and numerators are those of report 003 L916-920 and L953-979.
"""

from __future__ import annotations

import datetime as dt

from samspil.access.models import Membership, Organisation, Role
from samspil.improvement.models import IndicatorResult, Level, Network, NetworkPractice
from tests import care
from tests.improvement import made

AS_OF = dt.date(2021, 12, 31)
DAYS = tuple(dt.date(year, 12, 31) for year in range(2018, 2022))
#: The practices that deliver each year, by number: 5, 8, then one leaves and two come, then one more.
DELIVERING = {2018: range(5), 2019: range(8), 2020: range(1, 10), 2021: range(1, 11)}
PATIENTS = {2018: 657, 2019: 917, 2020: 1006, 2021: 1283}
REVIEWED = {2018: 342, 2019: 761, 2020: 825, 2021: 1026}
EYES = {2018: 342, 2019: 541, 2020: 674, 2021: 924}
#: Who delivers every year. The practice that left in 2020 does not count.
ALWAYS = range(1, 5)
#: Years in which a practice joined, and the one that left.
JOINED = {**dict.fromkeys(range(5), 2018), 5: 2019, 6: 2019, 7: 2019, 8: 2020, 9: 2020, 10: 2021, 11: 2021, 12: 2021}


def parts(total: int, among: int) -> list[int]:
    """A total shared out over so many, nearly evenly and never quite."""
    weights = [10 + 3 * (number % 4) for number in range(among)]
    shares = [total * weight // sum(weights) for weight in weights]
    shares[0] += total - sum(shares)
    return shares


def met_of(total: int, patients: list[int]) -> list[int]:
    """How many of each practice's patients met it, so that practices differ and the sum is the total."""
    found = [
        round(total * each / sum(patients)) + (-1) ** number * (number % 5) for number, each in enumerate(patients)
    ]
    found[0] += total - sum(found)
    assert all(0 <= met <= each for met, each in zip(found, patients, strict=True))
    return found


class Cluster:
    """The network with its publication, and somebody of each role who may look at it."""

    def __init__(self) -> None:
        self.practices = [care.practice(f"Lægerne {name}") for name in "ABCDEFGHIJKLM"]
        self.network: Network = made.network(name="TværSam")
        for number, practice in enumerate(self.practices):
            left = dt.date(2020, 6, 1) if number == 0 else None
            NetworkPractice.objects.create(
                network=self.network, practice=practice, joined=dt.date(JOINED[number], 1, 1), left=left,
                agreed_labels=number == 3,
            )  # fmt: skip
        self.doctor: Membership = care.member(self.practices[1], Role.GP, "Bente Lund")
        self.former: Membership = care.member(self.practices[0], Role.GP, "Aksel Rejst")
        self.municipal: Membership = care.member(role=Role.MUNICIPAL, name="Mona Kommune")
        self.analyst: Membership = care.member(role=Role.ANALYST)
        names = {each.indicator for each in made.definition("t2d", AS_OF).indicators}
        versions = {
            day.isoformat(): dict.fromkeys(names, "v1") | {"eye_exam": "v1" if day.year == 2018 else "v2"}
            for day in DAYS
        }
        self.publication = made.publication("t2d", AS_OF, versions=versions)
        for day in DAYS:
            self._year(day)

    def _year(self, day: dt.date) -> None:
        year, delivering = day.year, DELIVERING[day.year]
        members = [number for number in JOINED if JOINED[number] <= year and not (number == 0 and year >= 2020)]
        made.coverage(
            self.publication, self.network, len(delivering), len(members), persons=PATIENTS[year], day=day,
            variable="eye_last_two_years", first_valid=dt.date(2019, 12, 31),
        )  # fmt: skip
        patients = parts(PATIENTS[year], len(delivering))
        for name, met in (("annual_review", REVIEWED), ("eye_exam", EYES)):
            made.result(
                self.publication, self.network, name, day=day, met=met[year], overdue=PATIENTS[year] - met[year]
            )
            shares = met_of(met[year], patients)
            always = [place for place, number in enumerate(delivering) if number in ALWAYS]
            theirs = sum(shares[place] for place in always)
            rest = sum(patients[place] - shares[place] for place in always)
            made.result(self.publication, self.network, name, day=day, met=theirs, overdue=rest, level=Level.CONSTANT)
            for place, number in enumerate(delivering):
                made.result(
                    self.publication, self.practices[number], name, day=day,
                    met=shares[place], overdue=patients[place] - shares[place],
                )  # fmt: skip
        for number in delivering:
            made.coverage(self.publication, self.practices[number], day=day, variable="eye_last_two_years")

    def hide(self, practice: Organisation, indicator: str = "eye_exam", day: dt.date = AS_OF) -> None:
        """The release hides a practice's figure; its counts are kept for the practice itself."""
        IndicatorResult.objects.filter(
            publication=self.publication, practice=practice, indicator=indicator, day=day
        ).update(hidden=True)

    def address(self, rest: str = "") -> str:
        """An address of the network."""
        return f"/networks/{self.network.pk}/{rest}"
