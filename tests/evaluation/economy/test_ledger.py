"""R-EVAL-06 and invariant 8: whatever is divided, what payers paid adds up to what was spent, to the øre."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Amount, LedgerLine, total
from samspil.evaluation.economy.ledger import Ledger, arm_ledger, divided
from samspil.evaluation.economy.spending import BEFORE, RUNNING, Spending, Spent, spending
from tests.evaluation.economy.accounts_made import PAYERS, PROGRAMME, UNTIL, Accounts, odense

OERE = Decimal("0.01")
amounts = st.decimals(-(10**9), 10**9, places=2)
paid = st.decimals(0, 10**7, places=2)
payers = st.sampled_from(["region", "municipality", "state", "joint_account"])


def weights(least: int = 0) -> st.SearchStrategy[dict[str, int]]:
    some = st.dictionaries(st.sampled_from("abcdefg"), st.integers(least, 10**6), min_size=1)
    return some.filter(lambda each: any(each.values()))


# Dividing


@given(amounts, weights())
def test_parts_add_up_to_the_amount_and_are_never_an_oere_off(amount: Decimal, given_: dict[str, int]) -> None:
    parts = divided(amount, given_)
    assert sum(parts.values()) == amount
    for name, part in parts.items():
        exact = Fraction(amount) * given_[name] / sum(given_.values())
        assert abs(Fraction(part) - exact) < Fraction(OERE)
        assert part == part.quantize(OERE)


@given(amounts, weights(1))
def test_less_of_a_cost_is_divided_as_more_of_it(amount: Decimal, given_: dict[str, int]) -> None:
    assert divided(-amount, given_) == {name: -part for name, part in divided(amount, given_).items()}


def test_the_oere_left_over_goes_to_who_lost_most_and_of_equals_to_the_first() -> None:
    assert divided(Decimal("0.05"), {"a": 1, "b": 1}) == {"a": Decimal("0.03"), "b": Decimal("0.02")}
    assert divided(Decimal("0.10"), {"a": 1, "b": 2}) == {"a": Decimal("0.03"), "b": Decimal("0.07")}
    assert divided(Decimal(100), {"a": 0, "b": 1}) == {"a": 0, "b": 100}


@pytest.mark.parametrize("bad", [{}, {"a": 0}, {"a": 2, "b": -1}])
def test_what_cannot_be_divided_is_told(bad: dict[str, int]) -> None:
    with pytest.raises(SamspilError, match="weights of zero or more"):
        divided(Decimal(1), bad)


# The ledger of a programme


@st.composite
def spendings(draw: st.DrawFn) -> Spending:
    arms = ("sad", "daemp", "copd")
    kinds = st.sampled_from((*BEFORE, *RUNNING))
    spent = st.builds(Spent, st.sampled_from((*arms, None)), kinds, payers, paid)
    courses = draw(st.dictionaries(st.sampled_from(arms), st.integers(1, 500), min_size=1))
    costs = [each for each in draw(st.lists(spent, max_size=12)) if each.arm in courses or each.arm is None]
    return Spending(courses, tuple(costs), frozenset({"team_meetings", "services"}))


@given(spendings())
@settings(deadline=None)
def test_the_arms_ledgers_add_up_to_what_each_payer_spent(spent: Spending) -> None:
    ledgers = [arm_ledger(spent, arm) for arm in spent.arms]
    for payer in {each.payer for each in spent.costs}:
        told = [line.measured for ledger in ledgers for line in ledger.lines if line.payer == payer]
        assert sum(told) == sum(each.amount for each in spent.costs if each.payer == payer)
    for kind in (*BEFORE, *RUNNING):
        told = [line.measured for ledger in ledgers for line in ledger.lines if line.kind == kind]
        assert sum(told) == sum(each.amount for each in spent.costs if each.kind == kind)


lines = st.builds(LedgerLine, payers, st.sampled_from((*BEFORE, *RUNNING)), amounts)


def paid_for(ledger: Ledger, **about: str) -> Amount:
    """What the lines of a payer or kind, or all of them, come to; None where some of it is not measured."""
    return total([each.amount for each in ledger.lines if about.items() <= vars(each).items()])


@given(st.lists(lines))
def test_a_ledger_has_one_line_for_each_payer_and_kind_with_all_that_was_paid(given_: list[LedgerLine]) -> None:
    ledger = Ledger.of(given_)
    assert len({(line.payer, line.kind) for line in ledger.lines}) == len(ledger.lines)
    assert paid_for(ledger) == total([line.amount for line in given_])
    for each in given_:
        both = [line.amount for line in given_ if (line.payer, line.kind) == (each.payer, each.kind)]
        assert paid_for(ledger, payer=each.payer, kind=each.kind) == total(both)


def test_odense_by_payer_and_kind() -> None:
    spent = spending(odense().tables(), PROGRAMME, UNTIL, PAYERS)
    sad, daemp = arm_ledger(spent, "sad"), arm_ledger(spent, "daemp")
    assert [(line.kind, line.payer) for line in daemp.lines] == [
        ("development", "region"),
        ("implementation", "municipality"),
        ("team_meetings", "joint_account"),
        ("services", "municipality"),
        ("operation", "joint_account"),
    ]
    assert paid_for(daemp, kind="services") == 223 * 3_500
    assert [paid_for(each, kind="development") for each in (sad, daemp)] == [
        Decimal("1314900.15"),
        Decimal("685099.85"),
    ]
    assert total([paid_for(sad), paid_for(daemp)]) == 428 * 12_200 + 223 * 11_000 + 2_800_000


# Missing is not zero


def test_what_nobody_wrote_down_is_a_line_that_is_not_measured() -> None:
    accounts = Accounts()
    accounts.started("sad", 2)
    ledger = arm_ledger(spending(accounts.tables(), PROGRAMME, UNTIL, PAYERS), "sad")
    assert {(line.kind, line.amount) for line in ledger.lines} == {
        ("development", None),
        ("implementation", None),
        ("team_meetings", None),
        ("services", None),
        ("operation", None),
    }
    assert {line.payer for line in ledger.lines} == {"not_known"}


def test_a_line_with_something_lacking_tells_what_is_measured_of_it() -> None:
    accounts = Accounts()
    (course,) = accounts.started("sad", 1)
    for cost in (100, None, None):
        accounts.service(course, cost, sector="municipality")
    accounts.service(course, 7, sector="hospital")
    accounts.service(course, 3, sector="somebody")
    ledger = arm_ledger(spending(accounts.tables(), PROGRAMME, UNTIL, PAYERS), "sad")
    services = {line.payer: (line.amount, line.measured, line.lacking) for line in ledger.lines}
    assert services["municipality"] == (None, 100, 2)
    assert services["region"] == (7, 7, 0)
    assert [line.amount for line in ledger.lines if (line.payer, line.kind) == ("not_known", "services")] == [3]
    assert paid_for(ledger, payer="municipality") is None
    assert sum(line.measured for line in ledger.lines) == 110
