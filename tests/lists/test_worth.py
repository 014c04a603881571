"""How unevenly work is spread, against the figures that the evaluation of Odense printed, and by property."""

import itertools
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.lists.suppression import Sum, hidden, hidden_rows, joined, small
from samspil.lists.worth import Decisions, Share, concentration

#: One GP with 90, three with 78 together, 18 with 229 and the 11 least active with 31 (report 000 L868-886).
SAD = [90, *[26] * 3, *[13] * 13, *[12] * 5, *[3] * 9, *[2] * 2]
#: One GP with 73, one with 22, ten with 94 and the 14 least active with 33 (report 000 L1273-1293).
DAEMP = [73, 22, *[9] * 6, *[10] * 4, *[3] * 5, *[2] * 9]
#: What the report's tables expect of each doctor (A-1).
EXPECTED = 20

counts_of_work = st.lists(st.integers(0, 200), max_size=60)


def percent(share, digits=0):
    return round(100 * share.value, digits)


def test_t_i1_sad_was_included_by_few():
    work = concentration(SAD, EXPECTED)
    assert (work.n, work.total) == (33, 428)
    assert round(work.mean) == 13
    assert percent(work.top(1)) == 21
    assert percent(work.top(1), 1) == 21.0, "printed as 20 % (A-22)"
    assert (work.top(4).numerator, percent(work.top(4))) == (168, 39)
    assert (work.bottom(11).numerator, percent(work.bottom(11))) == (31, 7)
    assert (work.attainment.denominator, percent(work.attainment, 1)) == (660, 64.8)
    assert work.reached == 4
    assert round(work.top(4).numerator / 4) == 42
    assert round(work.bottom(11).numerator / 11) == 3


def test_t_i2_daemp_was_included_by_fewer():
    work = concentration(DAEMP, EXPECTED)
    assert (work.n, work.total) == (26, 222), "223 elsewhere in the report (A-22)"
    assert round(work.mean, 1) == 8.5
    assert percent(work.top(1)) == 33
    assert (work.top(2).numerator, percent(work.top(2))) == (95, 43)
    assert work.top(3).numerator != 95, "the report's text says that three doctors included 95 (A-22)"
    assert (work.bottom(14).numerator, percent(work.bottom(14))) == (33, 15)
    assert (work.attainment.denominator, percent(work.attainment, 1)) == (520, 42.7)
    assert work.reached == 2


def test_t_i3_one_doctor_included_a_quarter_of_all():
    """The same GP is the most active with both target groups (L1344-1346)."""
    sad = {"the one": 90} | {f"sad {number}": count for number, count in enumerate(SAD[1:])}
    daemp = {"the one": 73} | {f"daemp {number}": count for number, count in enumerate(DAEMP[1:])}
    both = concentration((Counter(sad) + Counter(daemp)).values())
    assert (both.top(1).numerator, both.top(1).denominator) == (163, 650)
    assert percent(both.top(1)) == 25


@given(counts_of_work)
def test_figures_agree_with_counting_it_out(counts):
    """Gini as the mean difference between any two, and the curve by sorting anew for every point."""
    work = concentration(counts, 20)
    total, n = sum(counts), len(counts)
    assert work.total == total
    assert work.attainment.value == (total / (20 * n) if n else None)
    assert work.reached == len([count for count in counts if count >= 20])
    if not total:
        assert work.gini is None
        assert work.lorenz == ()
        return
    differences = sum(abs(one - other) for one, other in itertools.product(counts, repeat=2))
    assert work.gini == pytest.approx(float(Fraction(differences, 2 * n * total)), abs=1e-12)
    for k, point in enumerate(work.lorenz):
        assert point.doctors == k / n
        assert point.work == pytest.approx(sum(sorted(counts)[:k]) / total)


@given(counts_of_work, st.randoms())
def test_the_curve_rises_ever_steeper_and_knows_no_order(counts, random):
    shuffled = random.sample(counts, len(counts))
    work = concentration(counts)
    assert work.lorenz == concentration(shuffled).lorenz
    assert work.gini == concentration(shuffled).gini
    if not sum(counts):
        return
    assert 0 <= work.gini < 1
    assert (work.lorenz[0].doctors, work.lorenz[0].work) == (0, 0)
    assert (work.lorenz[-1].doctors, work.lorenz[-1].work) == (1, 1)
    steps = [after.work - before.work for before, after in itertools.pairwise(work.lorenz)]
    assert all(step >= 0 for step in steps)
    assert all(after >= before - 1e-12 for before, after in itertools.pairwise(steps))
    for k in range(len(counts) + 2):
        rest = work.bottom(max(len(counts) - k, 0))
        assert work.top(k).numerator + rest.numerator == work.total
        assert work.top(k).numerator >= work.bottom(k).numerator


@given(st.lists(st.tuples(st.integers(0, 50), st.one_of(st.none(), st.floats(0, 30))), max_size=30))
def test_who_nothing_is_expected_of_is_left_out_of_attainment(doctors):
    work = concentration([count for count, _ in doctors], [wanted for _, wanted in doctors])
    known = [(count, wanted) for count, wanted in doctors if wanted is not None]
    assert work.attainment.numerator == sum(count for count, _ in known)
    assert work.attainment.denominator == pytest.approx(sum(wanted for _, wanted in known))
    assert work.reached == len([1 for count, wanted in known if wanted and count >= wanted])


def test_nobody_at_all_and_nobody_included_are_no_error():
    empty, idle = concentration([], EXPECTED), concentration([0, 0, 0], EXPECTED)
    assert (empty.mean, empty.gini, empty.lorenz, empty.attainment.value, empty.top(3).value) == (
        None, None, (), None, None,
    )  # fmt: skip
    assert (idle.mean, idle.gini, idle.lorenz, idle.attainment.value, idle.top(1).value) == (0, None, (), 0, None)
    assert empty.most_active(0.1) == 0
    assert empty.least_active(0.5) == 0


def test_a_tenth_of_33_doctors_are_four_and_a_third_eleven():
    assert concentration(SAD).most_active(0.1) == 4
    assert concentration(SAD).least_active(1 / 3) == 11


def test_negative_counts_and_lists_of_different_length_are_errors():
    with pytest.raises(SamspilError, match="negative"):
        concentration([1, -1])
    with pytest.raises(SamspilError, match="one expectation"):
        concentration([1, 2], [20])


@settings(deadline=None)  # the library that computes the interval takes a second to load
@given(st.integers(0, 500), st.integers(0, 500))
def test_precision_is_invited_of_decided_with_wilsons_interval(invited, not_relevant):
    found = Decisions(invited, not_relevant).precision
    if not invited + not_relevant:
        assert found.value is None
        assert found.wilson() is None
        return
    n, p, z = invited + not_relevant, invited / (invited + not_relevant), 1.959963984540054
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    low, high = found.wilson()
    assert (low, high) == pytest.approx((max(middle - half, 0), min(middle + half, 1)), abs=1e-9)


def test_a_yield_is_judged_only_after_enough_names():
    assert not Decisions(0, 9).under(0.2, after=10)
    assert Decisions(1, 9).under(0.2, after=10)
    assert not Decisions(2, 8).under(0.2, after=10), "at the floor is not under it"


def test_shares_of_nothing_are_unknown_and_not_zero():
    assert Share(0, 0).value is None
    assert Share(0, 4).value == 0


def test_a_lone_small_count_takes_another_with_it():
    counts = {"total": 33, "a": 20, "b": 3, "c": 10}
    assert hidden(counts, 5) == {"b"}
    assert hidden(counts, 5, [Sum("total", ("a", "b", "c"))]) == {"b", "c"}


def test_hidden_counts_together_are_at_least_few():
    counts = {"total": 22, "a": 1, "b": 1, "c": 20}
    assert hidden(counts, 5, [Sum("total", ("a", "b", "c"))]) == {"a", "b", "c"}


def test_a_total_is_not_hidden_for_nothing():
    assert hidden({"total": 3, "a": 3, "b": 0}, 5, [Sum("total", ("a", "b"))]) == {"total", "a"}


cells = st.lists(st.integers(0, 30), min_size=1, max_size=7)


@given(cells, st.integers(2, 8))
def test_no_small_count_can_be_worked_out_from_a_sum(parts, few):
    """Whatever is shown, another table shows the same, in which the small count is a different one."""
    counts = {"total": sum(parts)} | dict(enumerate(parts))
    found = hidden(counts, few, [Sum("total", tuple(range(len(parts))))])
    assert all(key in found for key, count in counts.items() if small(count, few))
    hidden_parts = [key for key in found if key != "total"]
    if "total" in found:
        assert hidden_parts
    elif hidden_parts:
        assert len(hidden_parts) > 1
        assert sum(parts[key] for key in hidden_parts) >= few


@given(st.lists(st.lists(st.integers(0, 12), min_size=3, max_size=3), min_size=1, max_size=6), st.integers(2, 6))
def test_neither_rows_nor_columns_give_a_small_count_away(table, few):
    counts, sums = {}, []
    for r, row in enumerate(table):
        counts |= {(r, c): count for c, count in enumerate(row)} | {(r, "all"): sum(row)}
        sums.append(Sum((r, "all"), tuple((r, c) for c in range(3))))
    for c in [*range(3), "all"]:
        counts["all", c] = sum(counts[r, c] for r in range(len(table)))
        sums.append(Sum(("all", c), tuple((r, c) for r in range(len(table)))))
    found = hidden(counts, few, sums)
    for one in sums:
        parts = [key for key in one.parts if key in found]
        if one.total in found:
            assert parts or sum(counts[key] for key in one.parts) == 0
        elif parts:
            assert len(parts) > 1
            assert sum(counts[key] for key in parts) >= few


@given(st.lists(st.lists(st.integers(0, 12), min_size=2, max_size=2), max_size=7), st.integers(2, 6))
def test_a_row_is_hidden_as_a_whole_and_no_column_gives_it_away(table, few):
    rows = dict(enumerate(table))
    found = hidden_rows(rows, few)
    assert all(key in found for key, counts in rows.items() if any(small(count, few) for count in counts))
    if found and len(found) < len(rows):
        assert len(found) > 1
        assert not any(small(sum(rows[key][column] for key in found), few) for column in range(2))


@given(st.lists(st.integers(0, 9), max_size=12))
def test_neighbours_are_joined_until_enough(rows):
    groups = joined(rows, lambda group: 0 < sum(group) < 5)
    assert [row for group in groups for row in group] == rows
    if len(groups) > 1:
        assert not any(0 < sum(group) < 5 for group in groups)
