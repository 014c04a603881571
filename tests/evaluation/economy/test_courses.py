"""Cost per started course: the published figures of Odense, the two ways to divide, and what nobody measured."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samspil.evaluation.economy.accounts import CourseCost, rounded
from samspil.evaluation.economy.courses import costs_of, shared
from samspil.evaluation.economy.spending import part_until, spending
from tests.evaluation.economy.accounts_made import BEGAN, PROGRAMME, UNTIL, Accounts, odense

ODENSE = {"sad": 428, "daemp": 223}
DAY = dt.timedelta(days=1)


def hundreds(amount: Decimal | None) -> int:
    assert amount is not None
    return int(rounded(amount, Decimal(100)))


def kroner(amount: Decimal | None) -> int:
    assert amount is not None
    return int(rounded(amount, Decimal(1)))


def share(part: Decimal | None, whole: Decimal | None) -> float:
    assert part is not None
    assert whole is not None
    return float(part / whole)


def costs(accounts: Accounts, *without: str, until: dt.date = UNTIL) -> dict[str, CourseCost]:
    return {each.arm: each for each in costs_of(spending(accounts.tables(*without), PROGRAMME, until, {}))}


# What all arms had together


def test_t_c1_both_scenarios_of_development_and_implementation() -> None:
    found = shared(Decimal(2_800_000), ODENSE)
    assert {arm: (kroner(each.equally), kroner(each.by_courses)) for arm, each in found.items()} == {
        "sad": (3_271, 4_301),
        "daemp": (6_278, 4_301),
    }
    assert {arm: (hundreds(each.equally), hundreds(each.by_courses)) for arm, each in found.items()} == {
        "sad": (3_300, 4_300),
        "daemp": (6_300, 4_300),
    }


@pytest.mark.parametrize(
    ("total", "published"),
    [("2787499.99", False), ("2787500", True), ("2831849.99", True), ("2831850", False)],
)
def test_the_published_figures_hold_for_these_totals_and_no_others(total: str, published: bool) -> None:
    """000 2.5: 3,300 and 6,300 and 4,300 hold together iff the total lies in [2,787,500; 2,831,850)."""
    found = shared(Decimal(total), ODENSE)
    rounded_figures = [hundreds(found["sad"].equally), hundreds(found["daemp"].equally)]
    rounded_figures += [hundreds(each.by_courses) for each in found.values()]
    assert (rounded_figures == [3_300, 6_300, 4_300, 4_300]) is published


def test_equal_is_between_arms_and_not_between_courses() -> None:
    """Were the equal scenario equal between courses, it would be the other scenario."""
    found = shared(Decimal(2_800_000), ODENSE)
    assert found["sad"].equally != found["daemp"].equally
    assert found["sad"].by_courses == found["daemp"].by_courses


@given(
    st.decimals(0, 10**9, places=2),
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 10**5), min_size=1),
)
def test_both_ways_divide_the_whole(total: Decimal, courses: dict[str, int]) -> None:
    found = shared(total, courses)
    for way in ("equally", "by_courses"):
        assert sum(getattr(found[arm], way) * number for arm, number in courses.items()) == pytest.approx(total)


def test_a_joint_cost_that_is_not_measured_or_has_no_courses_is_not_divided() -> None:
    assert set(shared(None, ODENSE)["sad"]) == {None}
    assert shared(Decimal(10), {"sad": 2, "daemp": 0}) == {"sad": (Decimal("2.5"), Decimal(5)), "daemp": (None, None)}
    assert shared(Decimal(10), {}) == {}


# The published figures, from tables


def test_costs_per_course_of_report_000_section_2_5() -> None:
    found = costs(odense())
    sad, daemp = found["sad"], found["daemp"]
    assert (sad.courses, daemp.courses) == (428, 223)
    assert (kroner(sad.team_meetings), kroner(daemp.team_meetings)) == (1_300, 1_000)
    assert (kroner(sad.services), kroner(daemp.services)) == (6_500, 3_500)
    assert (hundreds(sad.shared_equally), hundreds(sad.shared_by_courses)) == (3_300, 4_300)
    assert (hundreds(daemp.shared_by_courses), hundreds(daemp.shared_equally)) == (4_300, 6_300)
    # between 12,000 and 16,500; about 11,000 for operation alone
    assert (hundreds(sad.running), hundreds(sad.whole_by_courses)) == (12_200, 16_500)
    assert kroner(daemp.running) == 11_000
    # "about a quarter", "about a tenth", "about half"; "up towards a third", "between 20 and 30 %"
    assert share(sad.shared_by_courses, sad.whole_by_courses) == pytest.approx(0.26, abs=0.005)
    assert share(sad.team_meetings, sad.running) == pytest.approx(0.11, abs=0.005)
    assert share(sad.services, sad.running) == pytest.approx(0.53, abs=0.005)
    assert share(daemp.shared_by_courses, daemp.whole_by_courses) == pytest.approx(0.28, abs=0.005)
    assert share(daemp.services, daemp.whole_by_courses) == pytest.approx(0.23, abs=0.005)
    # "about 15,000 with, about 10,000 without" development and implementation (L1826-1832)
    assert 15_000 < kroner(daemp.whole_by_courses) < kroner(daemp.whole_equally) < 17_500


# From when to when, and of whom


def test_what_comes_after_the_day_and_other_programmes_is_not_counted() -> None:
    accounts = Accounts()
    (course,) = accounts.started("sad", 1, on=UNTIL)
    (later,) = accounts.started("sad", 1, on=UNTIL + DAY)
    (other,) = accounts.started("sad", 1, programme="another")
    for place, cost in ((course, 1), (later, 10), (other, 100)):
        accounts.service(place, cost)
    accounts.service(course, 1_000, started=UNTIL + DAY)
    accounts.service(course, 2, on=UNTIL + DAY, started=None)
    accounts.meeting("sad", 5, on=UNTIL)
    accounts.meeting("sad", 50, on=UNTIL + DAY)
    accounts.meeting("sad", 500, programme="another")
    accounts.paid("sad", "operation", 7)
    accounts.paid("sad", "operation", 70, first=UNTIL + DAY, last=UNTIL + DAY)
    accounts.paid("sad", "operation", 700, programme="another")
    found = costs(accounts)["sad"]
    assert (found.courses, found.services, found.team_meetings, found.operation) == (1, 1, 5, 7)


def test_an_amount_of_a_period_that_runs_past_the_day_is_divided_by_days() -> None:
    accounts = Accounts()
    accounts.started("sad", 1)
    accounts.paid("sad", "operation", 1_000, first=dt.date(2015, 1, 1), last=dt.date(2015, 1, 10))
    found = costs(accounts, until=dt.date(2015, 1, 3))["sad"]
    assert found.operation == 300


@given(
    st.decimals(0, 10**7, places=2),
    st.integers(1, 400),
    st.lists(st.integers(0, 420), max_size=5),
)
def test_parts_of_a_period_add_up_to_the_whole(amount: Decimal, days: int, cuts: list[int]) -> None:
    last = BEGAN + (days - 1) * DAY
    ends = sorted([BEGAN - DAY, *(BEGAN + cut * DAY for cut in cuts), last + 30 * DAY])
    spent = [part_until(amount, BEGAN, last, end) for end in ends]
    assert spent == sorted(spent)
    assert (spent[0], spent[-1]) == (0, amount)
    for end, part in zip(ends, spent, strict=True):
        exact = Fraction(amount) * min(max((end - BEGAN).days + 1, 0), days) / days
        assert abs(Fraction(part) - exact) <= Fraction(1, 200)


# Missing is not zero


def test_econ_1_a_programme_without_cost_is_not_measured_in_any_part() -> None:
    accounts = Accounts()
    accounts.started("sad", 3)
    found = costs(accounts, "programme_cost", "team_meeting", "service_received")["sad"]
    parts = (found.shared_equally, found.shared_by_courses, found.own_development, found.team_meetings)
    assert (*parts, found.services, found.operation) == (None,) * 6
    assert (found.running, found.whole_equally, found.whole_by_courses) == (None, None, None)


def test_an_empty_table_is_nobodys_register() -> None:
    """A care plane that keeps no team meetings delivers their table empty: that is not the same as none held."""
    accounts = Accounts()
    accounts.started("sad", 2)
    accounts.meeting("sad", 7, programme="another")
    found = costs(accounts)["sad"]
    assert (found.team_meetings, found.services) == (None, None)
    assert (found.operation, found.own_development, found.shared_equally) == (None, None, None)


def test_an_arm_without_meetings_where_others_are_written_down_had_none() -> None:
    accounts = Accounts()
    accounts.started("sad", 2)
    (course,) = accounts.started("daemp", 1)
    accounts.meeting("daemp", 7)
    accounts.service(course, None, started=None)
    found = costs(accounts)["sad"]
    assert (found.team_meetings, found.services, found.operation) == (0, 0, None)


def test_what_an_arm_did_not_have_alone_is_zero_where_all_had_it_together() -> None:
    accounts = Accounts()
    accounts.started("sad", 2)
    accounts.paid(None, "development", 100)
    found = costs(accounts)["sad"]
    assert (found.own_development, found.shared_equally) == (0, 50)


def test_a_meeting_or_service_without_cost_makes_its_part_not_measured_and_is_counted() -> None:
    accounts = Accounts()
    (course,) = accounts.started("sad", 1)
    accounts.started("daemp", 1)
    accounts.service(course, 100)
    accounts.service(course, None)
    accounts.service(course, None)
    accounts.meeting("sad", None)
    accounts.paid(None, "operation", 10)
    found = costs(accounts)
    assert (found["sad"].services, found["sad"].team_meetings, found["sad"].running) == (None, None, None)
    assert found["sad"].lacking == {"services": 2, "team_meetings": 1}
    assert (found["daemp"].running, found["daemp"].lacking) == (5, {})


def test_a_service_that_never_began_costs_nothing() -> None:
    accounts = Accounts()
    (course,) = accounts.started("sad", 1)
    accounts.service(course, None, started=None)
    found = costs(accounts)["sad"]
    assert (found.services, found.lacking) == (0, {})


@pytest.mark.parametrize("arm", ["sad", None])
def test_what_the_account_paid_for_is_not_lacking_on_the_days_it_paid_for(arm: str | None) -> None:
    accounts = Accounts()
    (course,) = accounts.started("sad", 1)
    accounts.paid(arm, "services", 70, last=dt.date(2014, 12, 31))
    accounts.paid(arm, "team_meetings", 90, last=dt.date(2014, 12, 31))
    accounts.service(course, None, started=dt.date(2014, 12, 31))
    accounts.service(course, 5)
    accounts.meeting("sad", None, on=dt.date(2014, 12, 31))
    found = costs(accounts)["sad"]
    assert (found.services, found.team_meetings, found.lacking) == (75, 90, {})
    accounts.service(course, None, started=dt.date(2015, 1, 1))
    accounts.meeting("sad", None, on=dt.date(2015, 1, 1))
    found = costs(accounts)["sad"]
    assert (found.services, found.team_meetings) == (None, None)
    assert found.lacking == {"services": 1, "team_meetings": 1}


def test_an_arm_with_costs_and_no_course_has_nothing_to_divide_by() -> None:
    accounts = Accounts()
    accounts.started("sad", 4)
    accounts.paid("daemp", "operation", 10)
    accounts.paid(None, "operation", 100)
    found = costs(accounts)
    assert (found["daemp"].courses, found["daemp"].running, found["daemp"].operation) == (0, None, None)
    assert found["sad"].operation == 25


def test_operation_of_all_arms_is_divided_by_courses_started() -> None:
    accounts = Accounts()
    accounts.started("sad", 3)
    accounts.started("daemp", 1)
    accounts.paid(None, "operation", 100)
    accounts.paid("daemp", "operation", 60)
    found = costs(accounts)
    assert (found["sad"].operation, found["daemp"].operation) == (25, 85)


# Against an independent account of the same rows


@st.composite
def made(draw: st.DrawFn) -> tuple[Accounts, dt.date]:
    accounts = Accounts()
    days = st.dates(dt.date(2014, 1, 1), dt.date(2014, 3, 1))
    arms, amounts = st.sampled_from(["sad", "daemp"]), st.decimals(0, 10_000, places=2)
    courses: list[str] = []
    for _ in range(draw(st.integers(1, 4))):
        courses += accounts.started(draw(arms), draw(st.integers(1, 3)), on=draw(days))
    for _ in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["development", "implementation", "operation", "team_meetings", "services"]))
        first, last = sorted([draw(days), draw(days)])
        accounts.paid(draw(st.sampled_from(["sad", "daemp", None])), kind, draw(amounts), first=first, last=last)
    for _ in range(draw(st.integers(0, 5))):
        accounts.meeting(draw(arms), draw(st.none() | amounts), on=draw(days))
    for _ in range(draw(st.integers(0, 5))):
        day = draw(days)
        begun = draw(st.none() | st.dates(day, dt.date(2014, 3, 1)))
        accounts.service(draw(st.sampled_from(courses)), draw(st.none() | amounts), on=day, started=begun)
    return accounts, draw(days)


def by_hand(rows: dict[str, list[dict[str, Any]]], until: dt.date) -> dict[str, dict[str, Fraction | None]]:
    """Running cost by arm and part, line by line and with no table."""
    arm_of = {row["course_id"]: row["arm"] for row in rows["enrolment"] if row["from"] <= until}
    started: dict[str, int] = defaultdict(int)
    for arm in arm_of.values():
        started[arm] += 1
    result: dict[str, dict[str, Fraction | None]] = {}
    for arm, number in started.items():
        parts: dict[str, Fraction | None] = {}
        for kind in ("team_meetings", "services", "operation"):
            sum_, unknown, seen = Fraction(0), False, False
            for row in rows["programme_cost"]:
                if row["kind"] == kind and row["arm"] in (arm, None) and row["from"] <= until:
                    seen = True
                    share = Fraction(1) if row["arm"] else Fraction(number, len(arm_of))
                    part = part_until(row["amount"], row["from"], row["to"], until)
                    sum_ += Fraction(part) * share
            done = []
            if kind == "team_meetings":
                seen |= any(row["date"] <= until for row in rows["team_meeting"])
                done = [(row["date"], row["cost"]) for row in rows["team_meeting"] if row["arm"] == arm]
            elif kind == "services":
                for row in rows["service_received"]:
                    seen |= row["course_id"] in arm_of and (row["started"] or row["date"]) <= until
                    if arm_of.get(row["course_id"]) == arm and not (row["started"] is None and row["cost"] is None):
                        done.append((row["started"] or row["date"], row["cost"]))
            for day, cost in done:
                if day <= until and cost is None:
                    unknown |= not any(
                        row["kind"] == kind and row["arm"] in (arm, None) and row["from"] <= day <= row["to"]
                        for row in rows["programme_cost"]
                    )
                elif day <= until:
                    sum_ += Fraction(cost)
            parts[kind] = None if unknown or not seen else sum_ / number
        result[arm] = parts
    return result


@given(made())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_costs_are_those_of_an_account_by_hand(case: tuple[Accounts, dt.date]) -> None:
    accounts, until = case
    expected = by_hand(accounts.region.tables, until)
    found = {arm: each for arm, each in costs(accounts, until=until).items() if each.courses}
    assert found.keys() == expected.keys()
    for arm, parts in expected.items():
        for kind, amount in parts.items():
            given_ = getattr(found[arm], kind)
            assert (given_ is None) == (amount is None), (arm, kind)
            assert amount is None or float(given_) == pytest.approx(float(amount)), (arm, kind)
