"""ECON-2, whether capacity followed; ECON-6, what a decision rests on; REQ-G-8, referrals; R-EVAL-12, no built-in
benefit."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

import samspil
from samspil.evaluation.economy.capacity import Capacity, CapacityChange, capacity_moved, referral_change
from samspil.evaluation.economy.decision import Decision, Report, may_decide

ROOM = Path(samspil.__file__).parent
DAY = dt.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("municipal", "hospital", "expected"),
    [
        (10, 0, Capacity.PARALLEL),
        (10, 5, Capacity.PARALLEL),
        (10, -4, Capacity.PARTLY_PARALLEL),
        (10, -10, Capacity.FOLLOWED),
        (10, -12, Capacity.REDUCED),
        (0, 0, Capacity.UNCHANGED),
        (10, None, Capacity.UNKNOWN),
    ],
)
def test_econ_2_ten_municipal_places_and_no_hospital_place_closed_are_parallel(
    municipal: int, hospital: int | None, expected: Capacity
) -> None:
    changes = [CapacityChange("municipal_care", municipal), CapacityChange("hospital_somatic", hospital)]
    assert capacity_moved(changes) == expected


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [("0.90", "0.85", "0.5"), ("0.90", "0.95", "-0.5"), ("0.9", "0.9", "0"), ("0", "1", "-1")],
)
def test_tc4_01_and_02_share_finished_in_general_practice_and_referrals(before: str, after: str, change: str) -> None:
    assert referral_change(Decimal(before), Decimal(after)) == Decimal(change)


def test_req_g_8_without_referrals_before_there_is_no_change_of_them() -> None:
    assert referral_change(Decimal(1), Decimal("0.9")) is None
    with pytest.raises(ValueError, match="between 0 and 1"):
        referral_change(Decimal(90), Decimal(85))


REPORT = Report("odense-ic", "daemp", "abc", DAY)


@pytest.mark.parametrize("decision", ["continue", "expand"])
def test_econ_6_nothing_continues_without_an_evaluation_report(decision: Decision) -> None:
    assert not may_decide(decision, "odense-ic", "daemp", [], DAY).allowed
    ruling = may_decide(decision, "odense-ic", "daemp", [REPORT], DAY)
    assert (ruling.allowed, ruling.rests_on) == (True, REPORT)


@pytest.mark.parametrize(
    "report",
    [
        Report("another", "daemp", "abc", DAY),
        Report("odense-ic", "sad", "abc", DAY),
        Report("odense-ic", "daemp", "abc", DAY + dt.timedelta(days=1)),
    ],
)
def test_econ_6_the_report_is_of_the_same_arm_and_made_by_then(report: Report) -> None:
    assert not may_decide("continue", "odense-ic", "daemp", [report], DAY).allowed


def test_econ_6_to_stop_needs_no_report_and_the_latest_report_counts() -> None:
    assert may_decide("stop", "odense-ic", "daemp", [], DAY).allowed
    later = Report("odense-ic", "daemp", "def", DAY + dt.timedelta(days=9))
    assert may_decide("continue", "odense-ic", "daemp", [later, REPORT], later.made).rests_on == later


CO_LOCATION = re.compile(r"co-?_?locat|samlokali|bo-?fællesskab for sektorer", re.IGNORECASE)


def test_r_eval_12_no_value_of_co_location_is_built_in() -> None:
    """Nobody knows what co-location is worth (001 L1388-1390): no definition and no code of the plane speaks of it."""
    rooms = [ROOM / name for name in ("evaluation", "population", "programmes", "synth")]
    files = [path for room in rooms for path in room.rglob("*") if path.suffix in {".py", ".yaml"}]
    assert len(files) > 100
    assert [path for path in files if CO_LOCATION.search(path.read_text(encoding="utf-8"))] == []
