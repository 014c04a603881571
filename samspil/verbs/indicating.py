"""The verb `indicators`: a programme's indicators on the population of the warehouse, kept as a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.indicator_binding import check_indicators, measuring_uses
from samspil.population.indicator_results import LEVELS, PRACTICE, Level
from samspil.population.indicator_series import Series, days_of, indicator_series
from samspil.population.indicators import case_of
from samspil.population.tables import sources_of
from samspil.population.time import Months
from samspil.programmes.loader import find_set
from samspil.verbs.indicator_run import INDICATORS, IndicatorRun
from samspil.verbs.kept import described, fingerprint, kept
from samspil.verbs.scoring import check_practice
from samspil.verbs.write import check_target, write_table
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake

#: How far apart the days of a series are where nothing is said.
EVERY = "3 months"


def indicators(
    name: str,
    as_of: dt.date,
    *,
    by: Level = PRACTICE,
    case: str | None = None,
    since: dt.date | None = None,
    every: str | None = None,
    practice: str | None = None,
    constant: bool = False,
    without: Sequence[str] = (),
    out: Path | str | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> IndicatorRun:
    """A set of indicators on the population at `as_of`, and on the days before it down to `since`, one `every` so long.

    On each day the definition in force then is used. `case` is one of the set's case definitions, the first when
    absent; `constant` leaves only the practices that deliver on every day. The run is kept under a name that the same
    definitions, data and days always give; asked again it is read, not computed. `out` (`.csv` or `.parquet`) receives
    the results of the level `by`, of one `practice` when given. Raises SamspilError for an unknown set, case, level,
    source or practice, for `every` without `since`, and when a source without which nobody is known is missing.
    """
    if out is not None:
        check_target(Path(out))
    if by not in LEVELS:
        raise SamspilError(f"results are by {', '.join(LEVELS)}, not by `{by}`")
    if practice is not None and by != PRACTICE:
        raise SamspilError(f"one practice has results by practice, not by {by}: leave out one of the two")
    if every is not None and since is None:
        raise SamspilError("a series needs its first day: say `--since` with `--every`")
    file = find_set(name, Path(programmes) if programmes else None)
    check_indicators(file)
    lake = Lake.open(Home.find(home), without=without)
    check_practice(lake, practice)
    sets = {day: file.at(day) for day in days_of(as_of, since, _months(every or EVERY))}
    chosen = case_of(sets[as_of], case).case
    definitions = {day: found.model_dump(mode="json", by_alias=True) for day, found in sets.items()}
    asked = {"case": chosen, "constant": constant, "days": {str(day): found for day, found in definitions.items()}}
    description = {
        **described(lake, INDICATORS, as_of, {name: fingerprint(lake, as_of, asked)}),
        "set": name,
        "file": file.file.path.name,
        "case": chosen,
        "constant": constant,
    }

    def make() -> Mapping[str, ir.Table]:
        series = indicator_series(sets, lake.tables, chosen, constant)
        description.update(_days(series, definitions))
        return series.tables

    run = IndicatorRun(kept(lake, description, make), lake, by, practice)
    if out is not None:
        write_table(lake.engine, run.results(by, practice), Path(out))
    return run


def _months(text: str) -> Months:
    try:
        return Months.parse(text)
    except ValueError as error:
        raise SamspilError(f"`--every`: {error}") from error


def _days(series: Series, definitions: Mapping[dt.date, dict[str, Any]]) -> dict[str, Any]:
    """What a run says of each of its days; a definition that is in force on several days is kept once."""
    distinct: list[dict[str, Any]] = []
    days = {}
    for measured in series.days:
        definition = definitions[measured.at.day]
        if definition not in distinct:
            distinct.append(definition)
        days[measured.at.day.isoformat()] = {
            "definition": distinct.index(definition),
            "not_collected": measured.not_collected,
            "incomplete": measured.incomplete,
            "not_yet_covered": {name: str(day) for name, day in measured.not_yet_covered.items()},
            "unchecked": measured.unchecked,
        }
    figures = {
        f"{measured.set_.set_}.{each.indicator}": {
            "rule": each.source,
            "sources": sources_of(tuple(table for use in measuring_uses(each) for table in use.tables)),
        }
        for measured in series.days
        for each in measured.set_.indicators
    }
    return {"days": days, "definitions": distinct, "figures": figures}
