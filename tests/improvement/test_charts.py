"""Drawings: what is missing is never drawn as 0, breaks break the line, hidden parts stay hidden, axes stay honest."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from samspil.improvement.charts import bars, control, funnel, lorenz, matrix, spark, spread, stacked, trend
from samspil.improvement.charts.base import Area, number_marks, share_axis

DAYS = [dt.date(year, 12, 31) for year in range(2018, 2022)]


@pytest.fixture(autouse=True)
def danish():
    with translation.override("da"):
        yield


def point(day: dt.date, n: int | None = 50, version: str = "v1", why: str = "") -> trend.Point:
    return trend.Point(day, n, 100 if n is not None else None, (0.4, 0.6) if n is not None else None, version, why)


def test_a_gap_is_left_open_and_said_and_is_never_zero():
    drawn = trend.trend("t", "T", [point(DAYS[0]), point(DAYS[1]), point(DAYS[2], None, why="few"), point(DAYS[3])])
    assert len(drawn.lines) == 1
    assert len(drawn.dots) == 3
    assert drawn.gaps == ("31-12-2020: for få til at vise",)
    assert drawn.table.rows[2][1] == "for få til at vise"


def test_no_line_connects_two_versions_of_a_definition():
    drawn = trend.trend("t", "T", [point(day, version="v1" if day.year < 2020 else "v2") for day in DAYS])
    assert len(drawn.lines) == len(drawn.bands) == 2


def test_breaks_between_the_same_days_stand_apart_and_a_test_stands_on_its_own_day():
    breaks = [
        trend.Break(DAYS[1], "definition", "v1 til v2"),
        trend.Break(DAYS[1], "practices", "5 til 8 praksis"),
        trend.Break(dt.date(2020, 7, 1), "test", "Ring"),
        trend.Break(dt.date(2030, 1, 1), "test", "Endnu ikke"),
    ]
    drawn = trend.trend("t", "T", [point(day) for day in DAYS], breaks=breaks)
    assert [(mark.letter, mark.kind) for mark in drawn.marks] == [
        ("A", "definition"),
        ("B", "practices"),
        ("C", "test"),
    ]
    places = [float(mark.x) for mark in drawn.marks]
    assert places == sorted(set(places))
    assert drawn.kinds == {"definition", "practices", "test"}


def test_a_trend_shows_everybody_from_nobody_to_all_so_that_small_changes_stay_small():
    drawn = trend.trend("t", "T", [point(day) for day in DAYS])
    assert [tick.label for tick in drawn.ticks] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]


def test_the_small_trend_needs_two_figures():
    assert spark.spark([point(DAYS[0]), point(DAYS[1], None, why="few")]) is None
    assert spark.spark([point(DAYS[0]), point(DAYS[1])]).words == "50 % den 31-12-2018, 50 % den 31-12-2019"


def limits(*sizes: int) -> list[funnel.Limit]:
    return [funnel.Limit(size, (0.6, 0.8), (0.5, 0.9)) for size in sizes]


def test_the_funnel_names_the_own_practice_and_those_it_is_told_to_and_counts_who_lies_outside():
    practices = [
        funnel.Practice(75, 100), funnel.Practice(20, 50, own=True), funnel.Practice(140, 200, label="Lægerne A"),
    ]  # fmt: skip
    drawn = funnel.funnel("f", "F", practices, limits(50, 100, 200), centre=0.7, hidden=2)
    assert sorted(dot.text for dot in drawn.dots) == ["", "Din praksis", "Lægerne A"]
    assert drawn.outside == 1
    assert drawn.hidden_words == "2 praksis er ikke tegnet: for få patienter til at vise."
    assert [row[0] for row in drawn.table.rows] == ["Din praksis", "En praksis", "Lægerne A"]


def test_a_control_chart_with_few_points_says_so_even_with_limits():
    points = [control.Point(day, 0.5, 0, 0.5, 0.4, 0.6) for day in DAYS]
    assert "4 af de 12 punkter" in control.control("c", "C", points, way="xmr", needed=12).too_few
    assert not control.control("c", "C", points, way="p", needed=4).too_few


def test_lines_of_a_control_chart_do_not_cross_a_break():
    points = [control.Point(day, 0.5, number // 2, 0.5, 0.4, 0.6) for number, day in enumerate(DAYS)]
    drawn = control.control("c", "C", points, way="p", needed=2)
    assert len(drawn.stretches) == 2
    assert len(drawn.breaks) == 1


def test_a_hidden_bar_has_words_and_no_length_and_nobody_is_a_bar_of_no_length():
    drawn = bars.bars("b", "B", [bars.Bar("A", 10), bars.Bar("B", None), bars.Bar("C", 0)])
    assert [(piece.words, piece.width) for piece in drawn.pieces] == [
        ("10", "472.0"), ("for få til at vise", ""), ("0", "0.0"),
    ]  # fmt: skip


def test_a_bar_with_a_hidden_part_is_not_drawn_because_the_others_would_tell_it():
    drawn = stacked.stacked("s", "S", ["X", "Y"], [stacked.Row("en", (3, None)), stacked.Row("to", (1, 3))])
    assert drawn.rows[0].parts == ()
    assert drawn.rows[0].why == "for få til at vise"
    assert [part.words for part in drawn.rows[1].parts] == ["X: 25 %", "Y: 75 %"]


def test_a_hidden_cell_of_a_matrix_has_words_and_no_shade():
    cells = [matrix.Cell("9", 1.0), matrix.Cell("0", 0.0), matrix.Cell(None)]
    drawn = matrix.matrix("m", "M", ["a", "b", "c"], [("x", cells)])
    assert [cell.style for cell in drawn.lines[0].cells] == ["heat-4", "heat-0", "heat-none"]
    assert drawn.lines[0].cells[2].text == "for få til at vise"


@pytest.mark.parametrize("shares", [[0.5], [0.0], [1.0], [0.0, 1.0], [0.71, 0.74], [0.333, 0.334]])
def test_an_axis_of_shares_has_everything_within_it_and_never_more_than_everybody(shares):
    axis, ticks = share_axis(Area(), shares)
    assert axis.low <= min(shares) + 1e-9
    assert axis.high >= max(shares) - 1e-9
    assert 0 <= axis.low < axis.high <= 1
    assert 2 <= len(ticks) <= 8


def test_marks_of_numbers_are_round():
    assert number_marks(0, 264, 5) == (0, 100, 200)


def every_kind():
    """One drawing of each kind, with its template."""
    practices = [funnel.Practice(75, 100), funnel.Practice(20, 50, own=True)]
    return [
        ("trend", trend.trend("a", "A & B", [point(day) for day in DAYS], standard=0.9)),
        ("funnel", funnel.funnel("b", "B", practices, limits(50, 100), centre=0.7)),
        ("control", control.control("c", "C", [control.Point(DAYS[0], 0.5)], way="xmr", needed=12)),
        ("strip", spread.strip("d", "D", spread.Spread(2, 0.4, 0.4, 0.5, 0.6, 0.75), [0.4, 0.75], own=0.4)),
        ("bars", bars.bars("e", "E", [bars.Bar("x", 5, 10, (0.2, 0.8))], standard=0.9)),
        ("stacked", stacked.stacked("f", "F", ["X"], [stacked.Row("en", (3,))])),
        ("lorenz", lorenz.lorenz("g", "G", [(0, 0), (0.5, 0.1), (1, 1)], gini=0.4, people="Borgere", amount="Udgift")),
    ]


@pytest.mark.parametrize(("kind", "drawn"), every_kind(), ids=lambda each: each if isinstance(each, str) else "")
def test_every_drawing_has_a_title_a_description_and_its_numbers_as_a_table(kind, drawn):
    text = render_to_string(f"improvement/charts/_{kind}.html", {"drawing": drawn})
    svg = ET.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    assert svg.get("role") == "img"
    ids = svg.get("aria-labelledby").split()
    found = {element.get("id"): element.text for element in svg}
    assert all(found[each] for each in ids)
    assert "<details" in text
    assert '<th scope="row">' in text
    assert "style=" not in text
