"""What a programme spent, made by hand: enrolments, an account, meetings and services as the source tells them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import samspil.programmes
from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.figures import Difference
from samspil.population.tables import Tables
from samspil.programmes.payers import load_payers
from samspil.programmes.study import Study, load_study
from tests.population.builders import Region, as_ibis

BEGAN, UNTIL = dt.date(2014, 1, 1), dt.date(2015, 12, 31)
PROGRAMME = "odense-ic"
PAYERS = load_payers().payers.by_sector
STUDIES = Path(samspil.programmes.__file__).parent / PROGRAMME / "studies"


class Accounts:
    """The tables of `integrated_care`; days and payers are what they are in no need to be otherwise."""

    def __init__(self) -> None:
        self.region = Region(UNTIL)
        self.courses = 0

    def started(self, arm: str, number: int, on: dt.date = BEGAN, programme: str = PROGRAMME) -> list[str]:
        """So many courses of an arm; their ids."""
        made = [f"c{self.courses + place}" for place in range(number)]
        self.courses += number
        for place, course in enumerate(made):
            self.region.add(
                "enrolment",
                person_id=1 + self.courses + place,
                course_id=course,
                programme=programme,
                arm=arm,
                provider_number="100001",
                end_reason=None,
                inclusion="list",
                content_version=None,
                **{"from": on, "to": None},
            )
        return made

    def paid(
        self,
        arm: str | None,
        kind: str,
        amount: Decimal | int | str,
        payer: str = "joint_account",
        first: dt.date = BEGAN,
        last: dt.date = UNTIL,
        programme: str = PROGRAMME,
    ) -> None:
        days = {"from": first, "to": last}
        self.region.add(
            "programme_cost",
            programme=programme,
            arm=arm,
            payer=payer,
            kind=kind,
            amount=Decimal(amount),
            **days,
        )

    def meeting(self, arm: str, cost: Decimal | int | None, on: dt.date = BEGAN, programme: str = PROGRAMME) -> None:
        number = len(self.region.tables["team_meeting"])
        self.region.add(
            "team_meeting",
            meeting_id=f"m{number}",
            programme=programme,
            arm=arm,
            date=on,
            minutes=60,
            participants=6,
            cases=4,
            cases_expected=6,
            cost=None if cost is None else Decimal(cost),
        )

    def service(
        self,
        course: str,
        cost: Decimal | int | None,
        sector: str = "municipality",
        on: dt.date = BEGAN,
        started: dt.date | None = BEGAN,
    ) -> None:
        self.region.add(
            "service_received",
            person_id=1,
            course_id=course,
            date=on,
            service="conversation",
            component="services",
            sector=sector,
            due=None,
            started=started,
            completed=None,
            minutes=None,
            cost=None if cost is None else Decimal(cost),
        )

    def tables(self, *without: str) -> Tables:
        """The tables as the engine reads them, to be used before the next call."""
        names = ("enrolment", "programme_cost", "team_meeting", "service_received")
        return as_ibis({name: self.region.tables[name] for name in names if name not in without})


def odense() -> Accounts:
    """The programme of report 000, with amounts that give its published figures (L1681-1695, L1741-1755).

    What a course cost beside meetings and services is published nowhere: 4,400 and 6,500 are what is left of 12,200 and
    11,000.
    """
    accounts = Accounts()
    for arm, number, meeting, service, operation in (
        ("sad", 428, 1_300, 6_500, 4_400),
        ("daemp", 223, 1_000, 3_500, 6_500),
    ):
        for course in accounts.started(arm, number):
            accounts.service(course, service)
        accounts.meeting(arm, number * meeting)
        accounts.paid(arm, "operation", number * operation)
    accounts.paid(None, "development", 2_000_000, "region")
    accounts.paid(None, "implementation", 800_000, "municipality")
    return accounts


def effect(outcome: str, value: float, half: float = 1_000.0, scale: str = "rate") -> Effect:
    """An effect with an interval of so much to both sides."""
    difference = Difference(value, value - half, value + half, p=0.5)
    return Effect(outcome, Design.MATCHED, difference, treated=223, comparison=669, clusters=26, scale=scale)


def study(name: str = "daemp", **changes: Any) -> Study:
    """A study of Odense's, with some keys changed."""
    content: Mapping[str, Any] = load_study(STUDIES / f"{name}.yaml")[0].model_dump(mode="json", by_alias=True)
    return Study.model_validate({**content, **changes})


def with_cost_outcomes(*sectors: tuple[str, ...]) -> Study:
    """Odense's study with cost outcomes `c0`, `c1`, … of the given sectors in place of its own outcomes."""
    text = {"da": "x", "en": "x"}
    outcomes = [
        {
            "outcome": f"c{place}",
            "title": text,
            "unit": text,
            "aim": "cost",
            "sector": each[0],
            "direction": "either",
            "cost_of": list(each),
        }
        for place, each in enumerate(sectors)
    ]
    return study(outcomes=outcomes)
