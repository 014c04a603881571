"""A kept run of indicators: its tables, what it says of missing data, and how it shows itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.indicator_results import PRACTICE, REGION, Level
from samspil.population.indicator_series import Break, Point, breaks
from samspil.population.indicators import measured_variables
from samspil.programmes.indicators import IndicatorSet
from samspil.verbs.indicator_words import break_note, category_row, day_notes, percent, result_row
from samspil.verbs.kept import fetched
from samspil.verbs.show import Shown
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.runs import StoredRun, find_run

#: What a run of indicators calls itself.
INDICATORS = "indicators"

#: The practices that deliver, by unit and day.
_Delivering = dict[tuple[str, dt.date], set[str]]


@dataclass
class IndicatorRun(Shown):
    """A set of indicators on the population at D, or on several days up to D.

    `table(name)` is one of the kept tables: patients, lost (both at D), results, categories, coverage and practices (on
    every day). `by` and `practice` say which results `rows()` shows.
    """

    stored: StoredRun
    lake: Lake
    by: Level = PRACTICE
    practice: str | None = None

    @property
    def name(self) -> str:
        return self.stored.name

    @property
    def as_of(self) -> dt.date:
        return dt.date.fromisoformat(self.stored.description["as_of"])

    @property
    def days(self) -> list[dt.date]:
        """The days of the series, oldest first."""
        return [dt.date.fromisoformat(day) for day in self.stored.description["days"]]

    @property
    def case(self) -> str:
        """The case definition the population was found by."""
        return str(self.stored.description["case"])

    def definition(self, day: dt.date | None = None) -> IndicatorSet:
        """The set as it was in force on a day of the series, the last when absent."""
        description = self.stored.description
        number = description["days"][(day or self.as_of).isoformat()]["definition"]
        return IndicatorSet.model_validate(description["definitions"][number])

    def not_collected(self, day: dt.date | None = None) -> dict[str, list[str]]:
        """By indicator without an answer on a day: the variables not collected, or the sources that are missing."""
        return dict(self._said(day)["not_collected"])

    def incomplete(self, day: dt.date | None = None) -> dict[str, list[str]]:
        """By indicator, the missing sources it would also look in."""
        return dict(self._said(day)["incomplete"])

    def not_yet_covered(self, day: dt.date | None = None) -> dict[str, str]:
        """By indicator whose window begins before the data do: the day (ISO) from which the data cover it."""
        return dict(self._said(day)["not_yet_covered"])

    def unchecked(self, day: dt.date | None = None) -> list[str]:
        """The missing sources that would also say who belongs, is excluded or excepted, or had a contact."""
        return list(self._said(day)["unchecked"])

    def _said(self, day: dt.date | None) -> Mapping[str, Any]:
        said: Mapping[str, Any] = self.stored.description["days"][(day or self.as_of).isoformat()]
        return said

    def table(self, name: str) -> ir.Table:
        return self.stored.read(self.lake, name)

    def results(self, by: Level | None = None, practice: str | None = None) -> ir.Table:
        """The results of one level, in the order of unit, day and indicator; of one practice when given."""
        return self._of_level("results", by or self.by, practice).order_by(["unit", "as_of", "indicator"])

    def _of_level(self, table: str, by: Level, practice: str | None = None) -> ir.Table:
        rows = self.table(table)
        rows = rows.filter(rows.level == by)
        return rows if practice is None else rows.filter(rows.unit == practice)

    def breaks(self, by: Level, unit: str, indicator: str) -> list[Break]:
        """Where the series of one unit and indicator cannot be compared: another definition, or other practices."""
        return breaks(self._points(self._delivering(by, unit), unit, indicator))

    def _delivering(self, by: Level, unit: str | None = None) -> _Delivering:
        """The practices that deliver, by unit and day; of one unit when given."""
        practices = self._of_level("practices", by, unit)
        found: _Delivering = {}
        for row in fetched(self.lake, practices.filter(practices.delivers)):
            found.setdefault((row["unit"], row["as_of"]), set()).add(row["provider_number"])
        return found

    def _points(self, delivering: _Delivering, unit: str, indicator: str) -> list[Point]:
        """The days on which an indicator is defined, with its version and the practices of the unit that deliver."""
        return [
            Point(day, each.version, frozenset(delivering.get((unit, day), ())))
            for day in self.days
            for each in self.definition(day).indicators
            if each.indicator == indicator
        ]

    def rows(self) -> list[dict[str, Any]]:
        results: dict[tuple[dt.date, str], list[dict[str, Any]]] = {}
        for row in fetched(self.lake, self.results(self.by, self.practice)):
            results.setdefault((row["as_of"], row["indicator"]), []).append(row)
        found = []
        for day in self.days:
            for place, indicator in enumerate(self.definition(day).indicators):
                found += [
                    ((row["unit"], day, place), result_row(row, indicator, len(self.days) > 1))
                    for row in results.get((day, indicator.indicator), ())
                    if indicator.shown
                ]
        return [row for _, row in sorted(found, key=lambda each: each[0])]

    def category_rows(self) -> list[dict[str, Any]]:
        """Persons of each unit at D in each category, of those with one; none where no indicator has categories."""
        rows = self._of_level("categories", self.by, self.practice)
        found: dict[tuple[str, str], dict[str, int]] = {}
        for row in fetched(self.lake, rows.filter(rows.as_of == self.as_of).order_by(["unit", "indicator"])):
            found.setdefault((row["unit"], row["indicator"]), {})[row["category"]] = row["persons"]
        indicators = self.definition().indicators
        return [
            category_row(self.by, unit, each, found[unit, name])
            for unit, name in found
            for each in indicators
            if each.indicator == name
        ]

    def notes(self) -> list[str]:
        """What has to be known to read the results: coverage, what is missing, and breaks in the series."""
        found = [
            f"{row['unit']}: {row['delivering']} of {row['participating']} practices deliver"
            + (f", {row['persons']:,} patients" if row["persons"] is not None else "")
            for row in self.coverage_rows()
        ]
        for day in self.days:
            hidden = {each.indicator for each in self.definition(day).indicators if not each.shown}
            covered = {name: [since] for name, since in self.not_yet_covered(day).items()}
            missing, partly, short = (
                {name: why for name, why in part.items() if name not in hidden}
                for part in (self.not_collected(day), self.incomplete(day), covered)
            )
            found += day_notes(day, missing, partly, short, self.unchecked(day))
        return found + self._break_notes()

    def _break_notes(self) -> list[str]:
        """The breaks of the series shown; by practice that of the practice asked for, otherwise the region's."""
        level = REGION if self.by == PRACTICE and self.practice is None else self.by
        delivering = self._delivering(level, self.practice)
        found: dict[str, None] = {}
        for unit in sorted({unit for unit, _ in delivering}):
            for each in self.definition().indicators:
                points = self._points(delivering, unit, each.indicator)
                found |= {break_note(found_break, unit, each.indicator): None for found_break in breaks(points)}
        return list(found)

    def coverage_rows(self) -> list[dict[str, Any]]:
        """Per unit at D: practices that deliver of those participating, and patients; of all units but practices."""
        rows = self._of_level("coverage", REGION if self.by == PRACTICE else self.by)
        rows = rows.filter(rows.as_of == self.as_of).select("unit", "participating", "delivering", "persons").distinct()
        return fetched(self.lake, rows.order_by("unit"))

    def completeness_rows(self) -> list[dict[str, Any]]:
        """Per variable at D: patients with a value of it, and from when it can be assessed; of the practice, or all."""
        level, unit = (REGION, REGION) if self.practice is None else (PRACTICE, self.practice)
        measured = {variable for each in self.definition().indicators for variable in measured_variables(each)}
        rows = self._of_level("coverage", level, unit)
        return [
            {
                "variable": row["variable"],
                "patients": row["persons"],
                "with a value": "not collected" if row["with_value"] is None else row["with_value"],
                "share": "" if row["with_value"] is None else percent(row["with_value"], row["persons"]),
                "valid from": row["first_valid"],
            }
            for row in fetched(self.lake, rows.filter(rows.as_of == self.as_of).order_by("variable"))
            if row["variable"] in measured
        ]


def open_indicators(name: str, home: Path | str | None = None, by: Level = PRACTICE) -> IndicatorRun:
    """A run of indicators that was kept, by its name or the beginning of it. Raises SamspilError for another run."""
    place = Home.find(home)
    stored = find_run(place, name)
    if stored.description["kind"] != INDICATORS:
        raise SamspilError(f"the run {stored.name} has no indicators; it is a run of `{stored.description['kind']}`")
    return IndicatorRun(stored, Lake.open(place, stored.description["state"]), by)
