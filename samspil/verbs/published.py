"""The verb `published_series`: indicators as others have published them, with what can be made of the print."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.population.published import Change, PublishedPoint, PublishedSeries, read_series
from samspil.programmes.indicators import IndicatorFile
from samspil.programmes.loader import find_set
from samspil.verbs.show import Shown

#: The series that comes with the set of type 2 diabetes, in a folder beside its definitions (report 003, Table 2.2).
TVAERSAM = Path("series") / "tvaersam.csv"

#: What must be said beside the change of a published series (report 003 L977-979, A-25).
DESCRIPTIVE = (
    "Changes are descriptive only: the years share persons, practices came and went, and definitions changed where "
    "marked. The first and the last year alone do not tell what happened between."
)


@dataclass
class Published(Shown):
    """A published series, one row per indicator and year, with its breaks and changes."""

    series: PublishedSeries
    definitions: IndicatorFile
    path: Path

    def rows(self) -> list[dict[str, Any]]:
        """One row per indicator and year, `break` marking what changed since the year before."""
        return [self._row(point) for point in self.series.points]

    def _row(self, point: PublishedPoint) -> dict[str, Any]:
        numerators, interval = point.numerators, point.interval
        return {
            "indicator": point.indicator,
            "year": str(point.year),
            "definition": point.version,
            "practices": point.practices,
            "persons": point.persons,
            "printed": "in preparation" if point.printed is None else str(point.printed),
            "numerator": None if numerators is None else f"{numerators[0]}–{numerators[-1]}",
            "95 % interval": None if interval is None else "–".join(f"{100 * end:.1f}" for end in interval),
            "break": "; ".join(
                f"{each.kind} {each.before} → {each.after}"
                for each in self.series.breaks(point.indicator)
                if each.as_of.year == point.year
            ),
        }

    def change_rows(self) -> list[dict[str, Any]]:
        """One row per indicator: the change from the first to the last printed year, in percentage points."""
        changes = [self.series.change(indicator) for indicator in self.series.indicators]
        return [_change_row(change) for change in changes if change is not None]

    def notes(self) -> Sequence[str]:
        """What must be said beside the tables."""
        last = dt.date(max(point.year for point in self.series.points), 12, 31)
        assumed = [
            assumption.en
            for indicator in self.series.indicators
            if any(each.kind == "version" for each in self.series.breaks(indicator))
            for assumption in self.definitions.at(last).indicator(indicator).assumptions
        ]
        return [DESCRIPTIVE, *dict.fromkeys(assumed)]


def _change_row(change: Change) -> dict[str, Any]:
    return {
        "indicator": change.first.indicator,
        "years": f"{change.first.year} → {change.last.year}",
        "printed": f"{change.first.printed} → {change.last.printed}",
        "points": f"{change.points:+.1f}",
        "95 % interval": f"{change.low:.1f}–{change.high:.1f}",
        "z": f"{change.z:.2f}",
        "to be read as": "descriptive only",
    }


def published_series(
    file: Path | None = None,
    *,
    set_name: str = "t2d",
    confirm_order: bool = False,
    programmes: Path | None = None,
) -> Published:
    """A published series of the indicators of a set; without a file the one of TværSam that comes with Samspil.

    `confirm_order` says that the columns are in the order of time although their headings are not. Raises SamspilError
    for a file that cannot be read, and as `read_series` does.
    """
    definitions = find_set(set_name, programmes)
    path = file or definitions.file.path.parent / TVAERSAM
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SamspilError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    return Published(read_series(text, str(path), definitions, confirm_order), definitions, path)
