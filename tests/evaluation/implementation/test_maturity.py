"""When a project may begin (002 EVAL-1), and when it is too early to look for its effect (EVAL-5)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from samspil.definitions import SamspilError
from samspil.evaluation.implementation.maturity import (
    Lack,
    Project,
    Sight,
    check_can_begin,
    lacks,
    reviews_missed,
    sight,
)

BEGAN = dt.date(2024, 1, 31)


def project(**changed: Any) -> Project:
    whole = {
        "project": "fewer_readmissions",
        "theory_of_change": {
            "da": "Et opkald efter udskrivning fanger fejl.",
            "en": "A call after discharge finds faults.",
        },
        "expected": [
            {
                "indicator": "readmissions",
                "direction": "fewer",
                "from": 200,
                "to": 140,
                "unit": {"da": "pr. år", "en": "a year"},
                "by": "2025-12-31",
            }
        ],
        "process_indicators": ["calls_made"],
        "effect_indicators": ["readmissions"],
        "review_dates": ["2024-06-30", "2024-12-31"],
        "horizon_months": 12,
    }
    return Project.model_validate({**whole, **changed})


def test_eval_1_a_project_that_says_everything_can_begin() -> None:
    assert lacks(project()) == ()
    check_can_begin(project())


def test_eval_1_without_an_expected_number_it_cannot_begin() -> None:
    with pytest.raises(SamspilError, match=r"`fewer_readmissions` cannot begin; it lacks an expected number"):
        check_can_begin(project(expected=[]))


@pytest.mark.parametrize(
    ("changed", "lack"),
    [
        ({"theory_of_change": None}, Lack.THEORY),
        ({"expected": ()}, Lack.EXPECTED),
        ({"process_indicators": ()}, Lack.PROCESS),
        ({"effect_indicators": ()}, Lack.EFFECT),
        ({"effect_indicators": ["bed_days"]}, Lack.FOLLOWED),
        ({"review_dates": ()}, Lack.REVIEW),
        ({"horizon_months": None}, Lack.HORIZON),
    ],
)
def test_eval_1_each_part_is_asked_for(changed: dict[str, Any], lack: Lack) -> None:
    assert lack in lacks(project(**changed))


@pytest.mark.parametrize(
    ("direction", "to", "held"), [("fewer", 200, False), ("more", 140, False), ("either", 200, False)]
)
def test_eval_1_an_expected_number_is_a_change_the_way_it_is_to_go(direction: str, to: float, held: bool) -> None:
    expected = project().model_dump(by_alias=True, mode="json")["expected"][0]
    found = lacks(project(expected=[{**expected, "direction": direction, "to": to}]))
    assert (found == ()) is held
    assert set(found) <= {Lack.UNCHANGED}


def test_eval_1_all_that_is_lacking_is_told_at_once() -> None:
    draft = Project(project="draft")
    with pytest.raises(SamspilError) as told:
        check_can_begin(draft)
    assert all(lack.value in str(told.value) for lack in lacks(draft))
    assert len(lacks(draft)) == 6


@pytest.mark.parametrize(
    ("began", "horizon", "until", "seen"),
    [
        (None, 12, dt.date(2025, 1, 1), Sight.NOT_BEGUN),
        (BEGAN, 12, dt.date(2024, 1, 30), Sight.NOT_BEGUN),
        (BEGAN, None, dt.date(2030, 1, 1), Sight.NO_HORIZON),
        (BEGAN, 12, dt.date(2025, 1, 30), Sight.TOO_EARLY),
        (BEGAN, 12, dt.date(2025, 1, 31), Sight.CAN_BE_SEEN),
        (BEGAN, 1, dt.date(2024, 2, 28), Sight.TOO_EARLY),
        (BEGAN, 1, dt.date(2024, 2, 29), Sight.CAN_BE_SEEN),
    ],
)
def test_eval_5_before_the_horizon_it_is_too_early(began, horizon, until, seen) -> None:
    assert sight(began, horizon, until) is seen


def test_eval_1_a_review_day_that_passes_without_a_review_is_told() -> None:
    first, second = dt.date(2024, 6, 30), dt.date(2024, 12, 31)
    assert reviews_missed(project(), (), dt.date(2024, 6, 29)) == ()
    assert reviews_missed(project(), (), dt.date(2025, 1, 1)) == (first, second)
    assert reviews_missed(project(), (dt.date(2024, 8, 1),), dt.date(2025, 1, 1)) == (second,)
    assert reviews_missed(project(), (dt.date(2025, 1, 1),), dt.date(2025, 1, 2)) == (first,)
