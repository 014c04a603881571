"""A small made programme with its study, for tests of who is in a study and what they used."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from random import Random
from typing import Any

from samspil.definitions import YamlFile
from samspil.evaluation.study_binding import BoundStudy, bind_study
from samspil.programmes.study import Study
from tests.population.builders import Region

TREATED, OTHERS = ("000001", "000002"), ("000003", "000004", "000005")
UNTIL = dt.date(2015, 12, 31)
DAY = dt.timedelta(days=1)
TEXT = {"da": "navn", "en": "name"}

CONTENT: dict[str, Any] = {
    "study": "made",
    "version": "1",
    "title": TEXT,
    "question": TEXT,
    "programme": "odense-ic",
    "arm": "daemp",
    "analysis_date": UNTIL,
    "enrolled": {"from": dt.date(2014, 10, 1), "to": dt.date(2015, 6, 30)},
    "criteria": [
        {"criterion": "old", "title": TEXT, "criteria": {"chosen": "x", "all_of": [{"found": "age", "at_least": 65}]}},
        {
            "criterion": "seen_lately",
            "title": TEXT,
            "criteria": {
                "chosen": "x",
                "all_of": [{"measure": "gp_contacts", "with": {"within": "6 months"}, "at_least": 1}],
            },
        },
    ],
    "comparison": {"from": "never_treated_practices"},
    "covariates": [
        {"covariate": "age", "title": TEXT, "found": "age"},
        {"covariate": "alone", "title": TEXT, "measure": "living"},
        {"covariate": "contacts", "title": TEXT, "measure": "gp_contacts", "with": {"within": "12 months"}},
        {"covariate": "care", "title": TEXT, "measure": "home_care_active"},
    ],
    "matching": {"ratio": 2, "caliper": 1.0},
    "balance": {"largest_difference": 0.5, "variance_ratio": [0.1, 10.0], "smallest_effective": 5},
    "windows": {"before": 6, "after": 6, "period": 3, "enough": 3},
    "minimum": {"treated": 5, "practices": 2, "with_enough": 0.5},
    "outcomes": [
        {
            "outcome": "contacts_made",
            "title": TEXT,
            "unit": TEXT,
            "aim": "health",
            "sector": "general_practice",
            "direction": "more",
            "measure": "gp_contacts",
            "with": {"within": "horizon"},
        },
        {
            "outcome": "gp_cost",
            "title": TEXT,
            "unit": TEXT,
            "aim": "cost",
            "sector": "general_practice",
            "direction": "either",
            "cost_of": ["general_practice"],
        },
    ],
    "events": [
        {
            "event": "home_visit",
            "title": TEXT,
            "aim": "health",
            "sector": "general_practice",
            "direction": "more",
            "any_of": [
                {"measure": "gp_contacts", "with": {"within": "horizon", "kinds": ["home_visit"]}, "at_least": 1}
            ],
        }
    ],
    "subgroups": [
        {"subgroup": "oldest", "title": TEXT, "criteria": {"chosen": "x", "all_of": [{"found": "age", "at_least": 80}]}}
    ],
}


def bound(**changes: Any) -> BoundStudy:
    """The made study, with parts of it replaced."""
    return bind_study(Study.model_validate(CONTENT | changes), YamlFile(Path("made.yaml"), CONTENT, {}))


def programme(seed: int, citizens: int = 160) -> Region:
    """Citizens of five practices, two of which take part; some of theirs are enrolled, and some die or leave."""
    draw = Random(seed)
    region = Region(UNTIL)
    for practice in TREATED:
        begins = dt.date(2014, 10, 1) if practice == TREATED[0] else dt.date(2015, 2, 1)
        region.add(
            "taking_part",
            programme="odense-ic",
            provider_number=practice,
            **{"from": begins, "to": None},
            trained=None,
            first_used=None,
        )
    for number in range(1, citizens + 1):
        practice = draw.choice(TREATED + OTHERS)
        gone = draw.choice([None] * 8 + ["dead", "emigrated"])
        gone_on = dt.date(2014, 6, 1) + draw.randrange(500) * DAY if gone else None
        citizen = region.citizen(
            number, age=draw.randint(58, 92), practice=practice, status=gone or "active", status_date=gone_on
        )
        for _ in range(draw.randint(0, 25)):
            on = dt.date(2013, 1, 1) + draw.randrange(1095) * DAY
            if gone_on is None or on < gone_on:
                citizen.gp_contacts(on=on, kind=draw.choice(["consultation", "phone", "home_visit"]))
        if draw.random() < 0.3:
            citizen.home_care("daily", dt.date(2013, 6, 1) + draw.randrange(700) * DAY)
        if practice in TREATED and draw.random() < 0.6:
            begins = dt.date(2014, 9, 1) + draw.randrange(330) * DAY
            enrol(region, number, practice, begins, inclusion=draw.choice(["list", "off_list"]))
    return region


def enrol(
    region: Region, person: int, practice: str, begins: dt.date, inclusion: str = "list", arm: str = "daemp"
) -> None:
    """One course."""
    region.add(
        "enrolment",
        person_id=person,
        course_id=f"course-{len(region.tables['enrolment'])}",
        programme="odense-ic",
        arm=arm,
        provider_number=practice,
        **{"from": begins, "to": None},
        end_reason=None,
        inclusion=inclusion,
        content_version=None,
    )
