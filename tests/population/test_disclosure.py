"""Disclosure control, held against an attack that knows everything that was published and shares no code with it."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.population.disclosure import Released, Sum, narrow, protect, share_hidden, small
from samspil.population.released_tables import Aggregates, publish
from samspil.programmes.disclosure import TableStructure
from tests.reference.attack import Knowledge, between, by_linear_algebra, every_table

few_persons = st.integers(2, 6)
counts_of_persons = st.one_of(st.integers(0, 12), st.integers(0, 3), st.just(0), st.integers(40, 300))


def two_way(cells, name=""):
    """A table with its margins: counts by (name, row, column), and the sums that hold."""
    rows, columns = len(cells), len(cells[0])
    counts = {(name, r, c): cells[r][c] for r in range(rows) for c in range(columns)}
    counts |= {(name, r, "all"): sum(cells[r]) for r in range(rows)}
    counts |= {(name, "all", c): sum(cells[r][c] for r in range(rows)) for c in [*range(columns)]}
    counts[name, "all", "all"] = sum(map(sum, cells))
    sums = [Sum((name, r, "all"), tuple((name, r, c) for c in range(columns))) for r in [*range(rows), "all"]]
    sums += [Sum((name, "all", c), tuple((name, r, c) for r in range(rows))) for c in [*range(columns), "all"]]
    return counts, sums


def hierarchy(practices, per_network):
    """Practices (met, not met) in networks in a region, with persons at each level."""
    counts, sums = {}, []
    names = ("met", "not_met", "persons")
    for number, (met, not_met) in enumerate(practices):
        counts |= {("practice", number, n): v for n, v in zip(names, (met, not_met, met + not_met), strict=True)}
    networks = [range(i, min(i + per_network, len(practices))) for i in range(0, len(practices), per_network)]
    for network, members in enumerate(networks):
        for name in names:
            parts = tuple(("practice", number, name) for number in members)
            counts["network", network, name] = sum(counts[part] for part in parts)
            sums.append(Sum(("network", network, name), parts))
    for name in names:
        parts = tuple(("network", network, name) for network in range(len(networks)))
        counts["region", 0, name] = sum(counts[part] for part in parts)
        sums.append(Sum(("region", 0, name), parts))
    for level, number, name in list(counts):
        if name == "persons":
            sums.append(Sum((level, number, "persons"), ((level, number, "met"), (level, number, "not_met"))))
    return counts, sums


def published(counts, hidden):
    return {key: None if key in hidden else count for key, count in counts.items()}


def read(known, counts, sums, hidden):
    known.read(published(counts, hidden), [(one.total, one.parts) for one in sums])


def not_recomputed(known, hidden, few):
    """No hidden count follows from the equations, and what is possible for each spans `few`."""
    assert not set(by_linear_algebra(known)) & set(hidden)
    for key in hidden:
        low, high = between(known, key)
        assert high - low >= few, f"{key} lies between {low} and {high}"


tables = st.integers(2, 4).flatmap(
    lambda columns: st.lists(st.lists(counts_of_persons, min_size=columns, max_size=columns), min_size=2, max_size=4)
)


practices_with_counts = st.lists(st.tuples(counts_of_persons, counts_of_persons), min_size=2, max_size=9)


@settings(deadline=None, max_examples=40)
@given(tables, few_persons)
def test_no_hidden_count_of_a_table_with_margins_can_be_recomputed(cells, few):
    counts, sums = two_way(cells)
    hidden = protect(counts, few, sums).hidden
    assert {key for key, count in counts.items() if small(count, few)} <= hidden
    known = Knowledge()
    read(known, counts, sums, hidden)
    not_recomputed(known, hidden, few)
    assert not narrow(counts, hidden, few, sums)


@settings(deadline=None, max_examples=30)
@given(practices_with_counts, st.integers(1, 4), few_persons)
def test_no_hidden_count_of_practices_networks_and_region_can_be_recomputed(practices, per_network, few):
    counts, sums = hierarchy(practices, per_network)
    hidden = protect(counts, few, sums).hidden
    known = Knowledge()
    read(known, counts, sums, hidden)
    not_recomputed(known, hidden, few)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.integers(0, 4), min_size=2, max_size=2), min_size=2, max_size=2), st.integers(2, 3))
def test_every_hidden_count_has_other_values_in_some_table_of_whole_numbers(cells, few):
    counts, sums = two_way(cells)
    hidden = protect(counts, few, sums).hidden
    known = Knowledge()
    read(known, counts, sums, hidden)
    if len(hidden) > 4:
        return
    for key, values in every_table(known, 20).items():
        assert max(values) - min(values) >= few, key


@settings(deadline=None, max_examples=40)
@given(tables, few_persons)
def test_complements_are_hidden_only_where_one_is_needed(cells, few):
    counts, sums = two_way(cells)
    found = protect(counts, few, sums)
    for key in (key for key, why in found.why.items() if why == "complement"):
        assert narrow(counts, found.hidden - {key}, few, sums), f"{key} is hidden for nothing"


def test_the_attack_recomputes_what_hiding_small_counts_alone_leaves_open():
    counts, sums = two_way([[20, 3, 10], [12, 30, 9], [8, 15, 11]])
    naive = {key for key, count in counts.items() if small(count, 5)}
    known = Knowledge()
    read(known, counts, sums, naive)
    assert naive == {("", 0, 1)}
    assert by_linear_algebra(known) == {("", 0, 1): 3}
    assert narrow(counts, naive, 5, sums) == naive


def test_the_attack_finds_what_only_two_sums_together_give_away():
    """No sum has a single hidden count, and one follows all the same: it stands in no rectangle."""
    cells = [[3, 20, 30], [20, 2, 3], [30, 2, 3]]
    counts, sums = two_way(cells)
    hidden = {("", 0, 0), ("", 0, 1), ("", 1, 1), ("", 1, 2), ("", 2, 1), ("", 2, 2)}
    hidden |= {("", "all", 0)}
    known = Knowledge()
    read(known, counts, sums, hidden)
    found = by_linear_algebra(known)
    assert found.keys() & hidden == narrow(counts, hidden, 5, sums) & found.keys()
    assert found[("", 0, 1)] == 20


@settings(deadline=None, max_examples=30)
@given(tables, st.data())
def test_two_releases_of_one_table_with_other_margins_together_give_nothing_away(cells, data):
    """The first has the cells without margins of rows; the second all of it."""
    few = 5
    counts, sums = two_way(cells)
    columns = len(cells[0])
    first = {key: count for key, count in counts.items() if key[2] != "all"}
    first_sums = [one for one in sums if one.total[2] != "all"]
    before = protect(first, few, first_sums)
    earlier = Released("first", first, before.hidden, first_sums)
    left_out = data.draw(st.integers(0, columns - 1))
    second = {key: count for key, count in counts.items() if key[2] != left_out or key in before.hidden}
    second_sums = [one for one in sums if one.total in second and all(part in second for part in one.parts)]
    after = protect(second, few, second_sums, [earlier])
    known = Knowledge()
    read(known, first, first_sums, before.hidden)
    read(known, second, second_sums, after.hidden)
    guarded = {key for key in before.hidden | after.hidden if key not in known.shown} - after.exposed
    not_recomputed(known, guarded, few)


@settings(deadline=None, max_examples=30)
@given(tables, st.data())
def test_the_same_counts_on_another_day_give_nothing_away(cells, data):
    """The reader even knows of every count that did not change that it did not."""
    few = 5
    moved = [[max(0, count + data.draw(st.sampled_from([0, 0, 0, 1, -2, 9]))) for count in row] for row in cells]
    then, then_sums = two_way(cells, "then")
    now, now_sums = two_way(moved, "now")
    before = protect(then, few, then_sums)
    same = {key: ("now", *key[1:]) for key in then}
    after = protect(now, few, now_sums, [Released("then", then, before.hidden, then_sums, list(same.items()))])
    known = Knowledge()
    read(known, then, then_sums, before.hidden)
    read(known, now, now_sums, after.hidden)
    for one, other in same.items():
        if then[one] == now[other]:
            known.guess(other, one, 0)
    not_recomputed(known, (before.hidden | after.hidden) - after.exposed, few)


def test_another_choice_of_complements_a_day_later_would_have_given_a_small_count_away():
    first = {"total": 40, "a": 3, "b": 12, "c": 12, "d": 13}
    sums = [Sum("total", ("a", "b", "c", "d"))]
    assert protect(first, 5, sums).hidden == {"a", "b"}
    later = {("later", key): count for key, count in (first | {"b": 14, "total": 42}).items()}
    later_sums = [Sum(("later", "total"), tuple(("later", part) for part in "abcd"))]
    alone = protect(later, 5, later_sums).hidden
    assert alone == {("later", "a"), ("later", "c")}
    earlier = Released("first", first, frozenset({"a", "b"}), sums, [(key, ("later", key)) for key in first])
    both = protect(later, 5, later_sums, [earlier])
    assert both.hidden == {("later", "a"), ("later", "b")}
    assert not both.exposed


def test_what_a_wider_population_has_more_is_a_count_by_itself():
    """Adults were published; adults up to 79 are the same but for three persons."""
    adults, younger = ("adults", "region"), ("up to 79", "region")
    assert protect({younger: 117}, 5).hidden == frozenset()
    earlier = Released("adults", {adults: 120}, within=[(younger, adults)])
    assert protect({younger: 117}, 5, released=[earlier]).hidden == {younger}
    enough = Released("adults", {adults: 130}, within=[(younger, adults)])
    assert protect({younger: 117}, 5, released=[enough]).hidden == frozenset()


def test_what_an_earlier_release_showed_cannot_be_taken_back_and_is_said():
    earlier = Released("before", {"a": 3, "b": 10, "total": 13}, frozenset(), [Sum("total", ("a", "b"))])
    found = protect({"a": 3, "b": 10, "total": 13}, 5, [Sum("total", ("a", "b"))], [earlier])
    assert found.hidden == {"a"}
    assert found.exposed == {"a"}


def test_what_may_not_be_in_a_release_is_protected_whatever_its_size():
    counts = {"network": 90, "a": 40, "b": 50}
    found = protect(counts, 5, [Sum("network", ("a", "b"))], withheld={"a"})
    assert found.why == {"a": "withheld", "b": "complement"}


def test_a_share_is_hidden_with_its_numerator_complement_or_denominator():
    assert share_hidden({"met"}, "met", "not_met", "persons")
    assert share_hidden({"not_met"}, "met", "not_met", "persons")
    assert share_hidden({"persons"}, "met", "not_met", "persons")
    assert not share_hidden({"overdue"}, "met", "not_met", "persons")


def test_zeros_and_counts_of_few_or_more_stay_when_nothing_is_small():
    counts, sums = two_way([[0, 5], [17, 0]])
    assert protect(counts, 5, sums).hidden == frozenset()


@settings(deadline=None, max_examples=15)
@given(tables)
def test_the_same_counts_are_always_hidden_alike(cells):
    counts, sums = two_way(cells)
    assert protect(counts, 5, sums) == protect(dict(counts), 5, list(sums))


def test_ties_are_broken_by_order_and_not_by_chance():
    counts = {"total": 33, **dict.fromkeys("abc", 10), "x": 3}
    found = {protect(counts, 5, [Sum("total", tuple("abcx"))]).hidden for _ in range(3)}
    assert found == {frozenset({"a", "x"})}


def test_three_ways_at_once_are_protected_although_steps_are_no_longer_of_one():
    """Cells by three dimensions with all three two-way margins: what solving pair by pair would miss."""
    size = range(3)
    cells = {key: 4 + (7 * key[0] + 5 * key[1] + 3 * key[2]) % 11 for key in itertools.product(size, repeat=3)}
    cells[1, 1, 1] = 2
    counts, sums = dict(cells), []
    for axis in range(3):
        for rest in itertools.product(size, repeat=2):
            parts = tuple((*rest[:axis], number, *rest[axis:]) for number in size)
            total = ("all", axis, rest)
            counts[total] = sum(cells[part] for part in parts)
            sums.append(Sum(total, parts))
    hidden = protect(counts, 5, sums).hidden
    known = Knowledge()
    read(known, counts, sums, hidden)
    not_recomputed(known, hidden, 5)


@pytest.mark.parametrize(
    ("counts", "few", "sums", "says"),
    [
        ({"a": -1}, 5, [], "negative"),
        ({"a": 1}, 1, [], "few is 1"),
        ({"a": 7, "b": 3}, 5, [Sum("a", ("b",))], "come to 3 in all, not to 7"),
        ({"a": 7}, 5, [Sum("a", ("b",))], "names b, of which there is no count"),
    ],
)
def test_what_does_not_add_up_is_an_error_and_not_a_table(counts, few, sums, says):
    with pytest.raises(SamspilError, match=says):
        protect(counts, few, sums)


def test_tables_of_many_units_are_protected_in_no_time_when_nothing_is_small():
    """Nothing small anywhere near: nothing is solved, nothing hidden."""
    counts, sums = hierarchy([(50 + n, 60 + n) for n in range(600)], 20)
    assert protect(counts, 5, sums).hidden == frozenset()


def series(days):
    """Indicators over units in a region, day by day: of each unit everybody and the numerator."""
    structure = TableStructure(
        run="made", table="results", cell=("indicator",), day="day", level="level", unit="unit",
        counts=("persons", "met"), everybody=({"count": "persons"},),
        sums=({"total": "persons", "parts": ("met",)},),
        rolls_up=({"from": "municipality", "into": "region"},),
    )  # fmt: skip
    rows = []
    for day, indicators in enumerate(days):
        for name, units in enumerate(indicators):
            of_units = [(max(persons, met), met) for (persons, _), (_, met) in zip(indicators[0], units, strict=True)]
            total = tuple(map(sum, zip(*of_units, strict=True)))
            places = [("municipality", str(place), one) for place, one in enumerate(of_units)]
            for level, unit, (persons, met) in [*places, ("region", "all", total)]:
                row = {"indicator": f"{name}", "day": str(day), "level": level, "unit": unit}
                rows.append({**row, "persons": persons, "met": met})
    return Aggregates("run", [structure], {"results": rows})


units_of_days = st.integers(2, 3).flatmap(
    lambda units: st.lists(
        st.lists(
            st.lists(st.tuples(counts_of_persons, st.integers(0, 9)), min_size=units, max_size=units),
            min_size=2, max_size=2,
        ),
        min_size=1, max_size=3,
    )
)  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(units_of_days)
def test_days_of_one_release_give_no_small_count_away_and_nothing_is_exposed(days):
    """With no earlier release to blame nothing is exposed, also where all are few or all but a few are met."""
    few = 5
    found = publish(series(days), few)
    assert not found.protection.exposed
    hidden, why = found.protection.hidden, found.protection.why
    known = Knowledge()
    read(known, {cell: n for cell, n in found.cells.items() if cell not in found.implied}, found.sums, hidden)
    not_recomputed(known, {cell for cell, reason in why.items() if reason == "small"}, few)
    for cell in hidden - found.implied:
        after = cell._replace(day=str(int(cell.day) + 1))
        assert found.cells.get(after) != found.cells[cell] or after in hidden, f"{after} tells {cell}"
