"""Series of indicators as others have published them: read as printed, with what can and cannot be made of them.

A published share is a whole per cent of so many persons, so that only some numbers of persons can stand behind it.
Danish numbers are read as printed: `1.283` is a thousand and more, `52 %` and `23%` are the same kind of thing
(report 003, A-10). Columns that are not in the order of time are refused until somebody says they are: Table 2.2 of
report 003 has `2019 2018 2020 2021` above values that Bilag 2 prints under `2018 2019 2020 2021` (A-01).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from samspil.definitions import SamspilError
from samspil.population.indicator_series import Break
from samspil.programmes.indicators import IndicatorFile

ValueT = TypeVar("ValueT")

#: The rows of a file that are no indicators.
PERSONS, PRACTICES, SOURCE = "persons", "practices", "source"
#: What a table prints where the value was not ready.
IN_PREPARATION = "under udarbejdelse"


def whole_number(text: str) -> int:
    """A whole number as printed in Danish: `1.283` and `1283` are 1283. Raises ValueError for anything else."""
    plain = text.strip()
    if not re.fullmatch(r"\d+|\d{1,3}(\.\d{3})+", plain):
        raise ValueError(f"`{text}` is not a whole number such as 657 or 1.283")
    return int(plain.replace(".", ""))


@dataclass(frozen=True)
class Percent:
    """A percentage as printed, with the decimals it was printed with: that is how exact it is."""

    value: Fraction
    decimals: int

    @classmethod
    def parse(cls, text: str) -> Percent:
        """Read `52 %`, `23%` or `52,5 %`. Raises ValueError for anything else."""
        found = re.fullmatch(r"(\d+)(?:,(\d+))?\s*%", text.strip())
        if found is None or int(found[1]) > 100:
            raise ValueError(f"`{text}` is not a percentage such as `52 %`")
        decimals = found[2] or ""
        return cls(Fraction(int(found[1] + decimals), 10 ** len(decimals)), len(decimals))

    def __str__(self) -> str:
        return f"{float(self.value):.{self.decimals}f} %"

    def numerators(self, persons: int) -> range:
        """The numbers of `persons` whose share is printed so, rounded half up. Empty when there is none."""
        half = Fraction(1, 2 * 10**self.decimals)
        first = math.ceil((self.value - half) * persons / 100)
        past_last = math.ceil((self.value + half) * persons / 100)
        return range(max(first, 0), min(past_last, persons + 1))

    def numerator(self, persons: int) -> int:
        """The number of `persons` nearest to the printed share."""
        possible = self.numerators(persons)
        nearest = math.floor(self.value * persons / 100 + Fraction(1, 2))
        return min(max(nearest, possible.start), possible.stop - 1)


@dataclass(frozen=True)
class PublishedPoint:
    """One printed value: the share (None where it was in preparation), of how many persons and practices.

    `version` is the definition in force at the end of the year.
    """

    indicator: str
    year: int
    version: str
    printed: Percent | None
    persons: int | None
    practices: int | None
    source: str | None

    @property
    def numerators(self) -> range | None:
        """The numbers of persons that can stand behind the share; None when the share or the persons are not known."""
        if self.printed is None or self.persons is None:
            return None
        return self.printed.numerators(self.persons)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of the share, at the number of persons nearest to it."""
        if self.printed is None or self.persons is None:
            return None
        from statsmodels.stats.proportion import proportion_confint  # noqa: PLC0415 - takes a second to load

        low, high = proportion_confint(self.printed.numerator(self.persons), self.persons, method="wilson")
        return float(low), float(high)


@dataclass(frozen=True)
class Change:
    """The difference of two printed shares, in percentage points with a 95 % interval, and `z` of equal shares.

    Descriptive only: the same persons are counted in both years, other practices took part, and the definition may have
    changed (`breaks` of the series says so).
    """

    first: PublishedPoint
    last: PublishedPoint
    points: float
    low: float
    high: float
    z: float


@dataclass(frozen=True)
class PublishedSeries:
    """The points of a file, by indicator in the order of the file and then by year."""

    points: tuple[PublishedPoint, ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(point.indicator for point in self.points))

    def of(self, indicator: str) -> tuple[PublishedPoint, ...]:
        """The points of one indicator, oldest first."""
        return tuple(point for point in self.points if point.indicator == indicator)

    def breaks(self, indicator: str) -> list[Break]:
        """Where two years in a row cannot be compared: another definition, or another number of practices."""
        found = []
        for before, after in pairwise(self.of(indicator)):
            day = dt.date(after.year, 12, 31)
            if before.version != after.version:
                found.append(Break(day, "version", before.version, after.version))
            if None not in (before.practices, after.practices) and before.practices != after.practices:
                found.append(Break(day, "practices", str(before.practices), str(after.practices)))
        return found

    def change(self, indicator: str) -> Change | None:
        """The change from the first to the last year with a value; None when there are not two of them."""
        from statsmodels.stats.proportion import (  # noqa: PLC0415 - takes a second to load
            confint_proportions_2indep,
            proportions_ztest,
        )

        known = [
            (point, point.printed.numerator(point.persons), point.persons)
            for point in self.of(indicator)
            if point.printed is not None and point.persons is not None
        ]
        if len(known) < 2:
            return None
        (first, x_first, n_first), (last, x_last, n_last) = known[0], known[-1]
        low, high = confint_proportions_2indep(x_last, n_last, x_first, n_first, method="wald", compare="diff")
        z, _ = proportions_ztest([x_last, x_first], [n_last, n_first])
        difference = x_last / n_last - x_first / n_first
        return Change(first, last, 100 * difference, 100 * float(low), 100 * float(high), float(z))


def read_series(text: str, place: str, definitions: IndicatorFile, confirm_order: bool = False) -> PublishedSeries:
    """The series printed in a CSV text with the columns `row`, `title` and one per year.

    A row is an indicator of `definitions`, or `persons`, `practices` or `source`. `place` names the text in errors.
    With `confirm_order` the columns are in the order of time whatever the years above them say: the smallest year
    belongs to the first. Raises SamspilError with line and mend for columns that are not chronological, unknown rows,
    what is not a number, and a share that no number of persons gives.
    """
    rows = list(csv.reader(io.StringIO(text)))
    if not rows or rows[0][:2] != ["row", "title"]:
        raise SamspilError(f"{place}:1: the first line must be `row,title` and the years")
    years = _years(rows[0][2:], place, confirm_order)
    cells: dict[str, list[str]] = {}
    lines: dict[str, int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not row:
            continue
        if len(row) != len(rows[0]):
            raise SamspilError(f"{place}:{line}: {len(row)} cells, but the first line has {len(rows[0])}")
        if row[0] in cells:
            raise SamspilError(f"{place}:{line}: the row `{row[0]}` is there twice")
        cells[row[0]], lines[row[0]] = row[2:], line
    for name in cells:
        _check_row(name, f"{place}:{lines[name]}", definitions)

    def number(row: str, column: int) -> int | None:
        text = cells[row][column] if row in cells else ""
        return _read(whole_number, text, f"{place}:{lines.get(row)}")

    points = []
    for name in (name for name in cells if name not in (PERSONS, PRACTICES, SOURCE)):
        for column, year in enumerate(years):
            here = f"{place}:{lines[name]}"
            printed = _read(Percent.parse, cells[name][column], here)
            persons = number(PERSONS, column)
            if printed is not None and persons is not None and not printed.numerators(persons):
                raise SamspilError(f"{here}: no number of {persons} persons is {printed}; check both in {year}")
            source = (cells[SOURCE][column].strip() or None) if SOURCE in cells else None
            version = definitions.at(dt.date(year, 12, 31)).indicator(name).version
            points.append(PublishedPoint(name, year, version, printed, persons, number(PRACTICES, column), source))
    return PublishedSeries(tuple(points))


def _years(printed: Sequence[str], place: str, confirm_order: bool) -> list[int]:
    """The years of the columns, in the order of the columns."""
    years = []
    for text in printed:
        if not re.fullmatch(r"(19|20)\d\d", text.strip()):
            raise SamspilError(f"{place}:1: `{text}` is not a year; after `row` and `title` stand the years")
        years.append(int(text))
    if len(set(years)) != len(years) or not years:
        raise SamspilError(f"{place}:1: each year must stand once")
    if years != sorted(years) and not confirm_order:
        stands, sorted_ = (", ".join(map(str, each)) for each in (years, sorted(years)))
        raise SamspilError(
            f"{place}:1: column order not chronological: the years stand as {stands}. Put the columns in order; or, "
            f"where another print shows that only the headings are mixed up, confirm that they are {sorted_} "
            "(`--confirm-order`)"
        )
    return sorted(years)


def _check_row(name: str, here: str, definitions: IndicatorFile) -> None:
    known = [each.indicator for each in definitions.at(dt.date.max).indicators]
    if name not in (*known, PERSONS, PRACTICES, SOURCE):
        raise SamspilError(f"{here}: `{definitions.name}` has no indicator `{name}`; it has {', '.join(known)}")


def _read(read: Callable[[str], ValueT], text: str, here: str) -> ValueT | None:
    """A cell read; None when it is empty or was in preparation."""
    if not text.strip() or text.strip().lower() == IN_PREPARATION:
        return None
    try:
        return read(text)
    except ValueError as error:
        raise SamspilError(f"{here}: {error}") from error
