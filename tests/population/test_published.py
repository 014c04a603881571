"""Published series are read as printed: Table 2.2 and Bilag 2 of report 003, and what can stand behind the shares."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.population.published import Percent, PublishedSeries, read_series, whole_number
from samspil.programmes.loader import PROGRAMMES, find_set

FOLDER = PROGRAMMES / "type-2-diabetes" / "series"
HEAD = "row,title,2018,2019\n"


def read(text: str, *, confirm_order: bool = False) -> PublishedSeries:
    return read_series(text, "tal.csv", find_set("t2d"), confirm_order)


@cache
def tvaersam() -> PublishedSeries:
    return read((FOLDER / "tvaersam.csv").read_text(encoding="utf-8"))


def printed(series: PublishedSeries, indicator: str) -> dict[int, str]:
    return {point.year: str(point.printed) for point in series.of(indicator)}


def test_the_shipped_series_has_the_values_of_table_2_2_in_the_order_of_bilag_2() -> None:
    assert {name: list(printed(tvaersam(), name).values()) for name in tvaersam().indicators} == {
        "annual_review": ["52 %", "83 %", "82 %", "80 %"],
        "municipal_rehabilitation": ["10 %", "26 %", "23 %", "26 %"],
        "foot_exam": ["57 %", "51 %", "62 %", "67 %"],
        "eye_exam": ["52 %", "59 %", "67 %", "72 %"],
    }
    about = [(point.year, point.persons, point.practices) for point in tvaersam().of("eye_exam")]
    assert about == [(2018, 657, 5), (2019, 917, 8), (2020, 1006, 9), (2021, 1283, 10)]


def test_tc3_03_columns_out_of_order_are_refused_until_they_are_confirmed() -> None:
    text = (FOLDER / "tvaersam-table-2-2.csv").read_text(encoding="utf-8")
    with pytest.raises(SamspilError, match=r"tal.csv:1: column order not chronological: .* 2019, 2018, 2020, 2021"):
        read(text)
    confirmed = read(text, confirm_order=True)
    assert printed(confirmed, "annual_review") == {2018: "52 %", 2019: "83 %", 2020: "82 %", 2021: "80 %"}
    assert {name: printed(confirmed, name) for name in confirmed.indicators} == {
        name: printed(tvaersam(), name) for name in tvaersam().indicators
    }


@pytest.mark.parametrize(("text", "number"), [("1.283", 1283), ("1.006", 1006), ("657", 657), ("1.283.004", 1283004)])
def test_tc3_38_whole_numbers_are_danish(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", ["1.28", "12.83", "1,283", "-5", "", "1 283"])
def test_what_is_no_danish_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a whole number such as 657 or 1\.283"):
        whole_number(text)


@pytest.mark.parametrize(("text", "value"), [("52 %", 52), ("23%", 23), ("52,5 %", 52.5), (" 100 % ", 100)])
def test_tc3_39_both_ways_to_write_a_percentage(text: str, value: float) -> None:
    assert float(Percent.parse(text).value) == value


@pytest.mark.parametrize("text", ["52", "101 %", "52.5 %", "% 52"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a percentage such as `52 %`"):
        Percent.parse(text)


@pytest.mark.parametrize(
    ("indicator", "year", "first", "last", "low", "high"),
    [
        ("annual_review", 2018, 339, 344, 48.2, 55.9),
        ("annual_review", 2019, 757, 765, 80.4, 85.3),
        ("annual_review", 2020, 820, 829, 79.5, 84.3),
        ("annual_review", 2021, 1020, 1032, 77.7, 82.1),
        ("municipal_rehabilitation", 2018, 63, 68, 8.0, 12.6),
        ("municipal_rehabilitation", 2019, 234, 243, 23.2, 28.9),
        ("municipal_rehabilitation", 2020, 227, 236, 20.5, 25.7),
        ("municipal_rehabilitation", 2021, 328, 339, 23.7, 28.5),
        ("foot_exam", 2018, 372, 377, 53.1, 60.7),
        ("foot_exam", 2019, 464, 472, 47.8, 54.3),
        ("foot_exam", 2020, 619, 628, 59.0, 65.0),
        ("foot_exam", 2021, 854, 866, 64.4, 69.5),
        ("eye_exam", 2018, 339, 344, 48.2, 55.9),
        ("eye_exam", 2019, 537, 545, 55.8, 62.1),
        ("eye_exam", 2020, 669, 679, 64.0, 69.8),
        ("eye_exam", 2021, 918, 930, 69.5, 74.4),
    ],
)
def test_the_persons_who_can_stand_behind_a_printed_share_and_its_interval(
    indicator: str, year: int, first: int, last: int, low: float, high: float
) -> None:
    (point,) = [point for point in tvaersam().of(indicator) if point.year == year]
    assert point.numerators == range(first, last + 1)
    assert point.interval is not None
    assert tuple(round(100 * end, 1) for end in point.interval) == (low, high)


@given(st.integers(1, 2000).flatmap(lambda persons: st.tuples(st.integers(0, persons), st.just(persons))))
def test_exactly_the_numbers_that_round_to_the_printed_share_are_possible(case: tuple[int, int]) -> None:
    number, persons = case
    share = Percent.parse(f"{(200 * number + persons) // (2 * persons)} %")  # rounded half up
    possible = share.numerators(persons)
    assert number in possible
    assert share.numerator(persons) in possible
    assert all((200 * x + persons) // (2 * persons) == share.value for x in possible)
    assert (200 * possible.stop + persons) // (2 * persons) != share.value or possible.stop > persons


@pytest.mark.parametrize(
    ("indicator", "points", "low", "high", "z"),
    [
        ("annual_review", 27.9, 23.5, 32.3, 12.76),
        ("municipal_rehabilitation", 16.0, 12.7, 19.3, 8.24),
        ("foot_exam", 10.1, 5.5, 14.7, 4.38),
        ("eye_exam", 20.0, 15.4, 24.5, 8.74),
    ],
)
def test_the_change_from_2018_to_2021(indicator: str, points: float, low: float, high: float, z: float) -> None:
    change = tvaersam().change(indicator)
    assert change is not None
    assert (change.first.year, change.last.year) == (2018, 2021)
    found = (round(change.points, 1), round(change.low, 1), round(change.high, 1), round(change.z, 2))
    assert found == (points, low, high, z)


def test_eyes_and_feet_break_between_2018_and_2019_and_practices_change_every_year() -> None:
    breaks = {
        name: [(each.as_of.year, each.kind, each.before, each.after) for each in tvaersam().breaks(name)]
        for name in tvaersam().indicators
    }
    practices = [(2019, "practices", "5", "8"), (2020, "practices", "8", "9"), (2021, "practices", "9", "10")]
    assert breaks["annual_review"] == breaks["municipal_rehabilitation"] == practices
    assert breaks["foot_exam"] == breaks["eye_exam"] == [(2019, "version", "v1", "v2"), *practices]


def test_what_was_in_preparation_has_no_value() -> None:
    series = read(HEAD + "annual_review,,52 %,Under udarbejdelse\npersons,,657,917\n")
    assert [point.printed for point in series.of("annual_review")][1] is None
    assert series.change("annual_review") is None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n", "tal.csv:1: the first line must be `row,title` and the years"),
        ("row,title,nu\n", "tal.csv:1: `nu` is not a year"),
        ("row,title,2018,2018\n", "tal.csv:1: each year must stand once"),
        (HEAD + "persons,,657\n", "tal.csv:2: 3 cells, but the first line has 4"),
        (HEAD + "persons,,1,2\npersons,,1,2\n", "tal.csv:3: the row `persons` is there twice"),
        (HEAD + "happiness,,1 %,2 %\n", "tal.csv:2: `t2d` has no indicator `happiness`; it has annual_review"),
        (HEAD + "eye_exam,,52,59 %\n", "tal.csv:2: `52` is not a percentage"),
        (HEAD + "eye_exam,,52 %,59 %\npersons,,1.28,917\n", "tal.csv:3: `1.28` is not a whole number"),
        (
            HEAD + "eye_exam,,52 %,59 %\npersons,,3,917\n",
            "tal.csv:2: no number of 3 persons is 52 %; check both in 2018",
        ),
    ],
)
def test_a_fault_names_the_line(text: str, told: str) -> None:
    with pytest.raises(SamspilError) as failure:
        read(text)
    assert told in str(failure.value)


def test_the_verb_shows_the_break_and_calls_the_change_descriptive() -> None:
    found = verbs.published_series()
    (row,) = [row for row in found.rows() if row["indicator"] == "eye_exam" and row["year"] == "2019"]
    assert row["break"] == "version v1 → v2; practices 5 → 8"
    assert {row["to be read as"] for row in found.change_rows()} == {"descriptive only"}
    assert any("window behind the printed values of 2018 is unconfirmed" in note for note in found.notes())


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SamspilError, match=r"none\.csv: cannot be read as UTF-8 text"):
        verbs.published_series(tmp_path / "none.csv")


def test_the_window_of_2018_is_another_definition_than_that_of_2019() -> None:
    versions = {point.year: point.version for point in tvaersam().of("foot_exam")}
    file = find_set("t2d")
    for year, window in ((2018, "12 months"), (2019, "24 months")):
        indicator = file.at(dt.date(year, 12, 31)).indicator("foot_exam")
        assert indicator.done is not None
        assert (indicator.done.within, indicator.version) == (window, versions[year])
