"""Charts over time: the golden centre lines of TværSam, breaks of definition, and honesty about few points."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.population.control_charts import Chart, Counted, p_chart, runs, xmr_chart

YEARS = {"2018": 657, "2019": 917, "2020": 1006, "2021": 1283}
#: Mid numerators of Table 2.2 and what a p-chart of them has (report 003-004, 2.3).
TVAERSAM = {
    "review": ((342, 761, 825, 1026), 76.47, (72.9, 80.0)),
    "rehabilitation": ((66, 238, 231, 334), 22.50, (19.0, 26.0)),
    "foot": ((374, 468, 619 + 5, 860), 60.21, (56.1, 64.3)),
    "eye": ((342, 541, 674, 924), 64.22, (60.2, 68.2)),
}


def series(mets: tuple[int, ...], versions: str = "1111") -> list[Counted]:
    return [Counted(year, met, YEARS[year], v) for year, met, v in zip(YEARS, mets, versions, strict=True)]


def values(chart: Chart) -> list[float | None]:
    return [point.value for segment in chart.segments for point in segment.points]


@pytest.mark.parametrize("name", TVAERSAM)
def test_p_chart_of_tvaersam_has_the_golden_centre_and_limits(name: str) -> None:
    mets, centre, limits = TVAERSAM[name]
    (segment,) = p_chart(series(mets), few_points=12).segments
    last = segment.points[-1]
    assert round(100 * segment.centre, 2) == centre
    assert (round(100 * last.low, 1), round(100 * last.high, 1)) == limits


def test_four_points_are_too_few_and_the_chart_says_so() -> None:
    chart = p_chart(series(TVAERSAM["review"][0]), few_points=12)
    (segment,) = chart.segments
    assert (chart.state, segment.state, segment.runs) == ("too_few_points", "too_few_points", None)
    # 2018 lies far below the limits, and is still not called outside.
    assert segment.points[0].value < segment.points[0].low
    assert [point.outside for point in segment.points] == [None] * 4
    assert p_chart(series(TVAERSAM["review"][0]), few_points=4).segments[0].points[0].outside is True


def test_tc3_04_a_break_of_definition_restarts_centre_and_limits() -> None:
    chart = p_chart(series((342, 541, 674, 924), versions="1222"), few_points=2)
    assert chart.breaks == ("2019",)
    first, second = chart.segments
    assert first.centre == pytest.approx(342 / 657)
    assert second.centre == pytest.approx((541 + 674 + 924) / (917 + 1006 + 1283))
    assert (first.state, second.state, chart.state) == ("too_few_points", "enough", "enough")
    assert second == p_chart(series((342, 541, 674, 924), versions="1222")[1:], few_points=2).segments[0]


def test_xmr_limits_are_the_mean_and_2_66_mean_moving_ranges() -> None:
    (segment,) = xmr_chart([Counted(str(n), met, 100) for n, met in enumerate((50, 54, 52, 56))], 4).segments
    assert segment.centre == pytest.approx(0.53)
    width = 2.66 * (0.04 + 0.02 + 0.04) / 3
    assert all((p.low, p.high) == pytest.approx((0.53 - width, 0.53 + width)) for p in segment.points)


def test_one_point_has_a_centre_and_no_limits_of_moving_ranges() -> None:
    (segment,) = xmr_chart([Counted("2021", 50, 100)], few_points=4).segments
    assert (segment.centre, segment.points[0].low) == (0.5, None)


def test_a_period_of_nobody_is_a_gap_and_not_zero() -> None:
    (segment,) = p_chart([Counted("1", 5, 10), Counted("2", 0, 0), Counted("3", 6, 10)], few_points=2).segments
    assert [point.value for point in segment.points] == [0.5, None, 0.6]
    assert segment.points[1].low is None
    assert segment.centre == pytest.approx(0.55)
    assert p_chart([Counted("1", 0, 0)], few_points=1).segments[0].centre is None


def test_more_met_than_persons_is_refused() -> None:
    with pytest.raises(SamspilError, match="2021: 11 of 10"):
        Counted("2021", 11, 10)


def test_no_periods_are_a_chart_without_segments() -> None:
    chart = p_chart([], few_points=3)
    assert (chart.segments, chart.breaks, chart.state) == ((), (), "too_few_points")


def test_a_shift_is_a_long_run_and_few_crossings() -> None:
    found = runs([0.4] * 9 + [0.6] * 9 + [0.41, 0.59])
    shift = runs([n / 20 for n in range(20)])
    assert (shift.longest, shift.crossings) == (10, 1)
    # n = 20: log2 is 4.32, so a run of 7 is still chance; 6 crossings are the 5th percentile of 19 throws.
    assert (shift.longest_by_chance, shift.crossings_by_chance) == (7, 6)
    assert shift.signal
    assert found.signal


def test_points_that_alternate_are_no_signal() -> None:
    found = runs([0.4, 0.6] * 8)
    assert (found.longest, found.crossings, found.signal) == (1, 15, False)


def test_points_on_the_median_do_not_count() -> None:
    assert runs([0.5] * 12).useful == 0
    assert not runs([0.5] * 12).signal


counts = st.integers(1, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(st.tuples(counts, st.sampled_from("12")), max_size=14), st.sampled_from([p_chart, xmr_chart]))
@settings(deadline=None, max_examples=60)
def test_every_segment_is_the_chart_of_its_own_periods_alone(drawn: list, make: object) -> None:
    periods = [Counted(str(place), met, n, version) for place, ((met, n), version) in enumerate(drawn)]
    chart = make(periods, 5)
    parts = [list(group) for _, group in itertools.groupby(periods, key=lambda each: each.version)]
    assert [segment for part in parts for segment in make(part, 5).segments] == list(chart.segments)
    assert values(chart) == [each.share for each in periods]
    for segment in chart.segments:
        low_high = [(p.low, p.high) for p in segment.points if p.low is not None]
        assert all(0 <= low <= segment.centre <= high <= 1 for low, high in low_high)
