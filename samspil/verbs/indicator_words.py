"""Results of indicators as people read them on the command line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from samspil.population.indicator_results import COMPUTED, NO_PERSONS, NOT_COLLECTED, REGION
from samspil.population.indicator_series import Break
from samspil.population.wilson import gap_to_standard
from samspil.programmes.indicators import Indicator


def result_row(row: Mapping[str, Any], indicator: Indicator, series: bool) -> dict[str, Any]:
    """One row of `results` for a table; with its day in a `series`, and its unit where there are several."""
    shown: dict[str, Any] = {"as of": row["as_of"]} if series else {}
    if row["level"] != REGION:
        shown |= {row["level"]: row["unit"]}
    shown |= {"indicator": row["indicator"], "version": row["version"]}
    words = {NOT_COLLECTED: "not collected", NO_PERSONS: "no persons"}
    if row["outcome"] != COMPUTED:
        shown |= {"share": words[row["outcome"]]}
    elif indicator.categories is not None:
        shown |= {"share": "categories"}
    else:
        shown |= {
            "share": percent(row["strict_n"], row["strict_d"]),
            "95 %": _interval(row["strict_low"], row["strict_high"]),
            "n/d": f"{row['strict_n']}/{row['strict_d']}",
            "observed": f"{percent(row['observed_n'], row['observed_d'])} of {row['observed_d']}",
        }
    counted = ("persons", "met", "not_met", "overdue", "no_data", "not_applicable", "exceptions")
    shown |= {name.replace("_", " "): row[name] for name in counted}
    shown["standard"] = _standard(row, indicator)
    return shown


def category_row(level: str, unit: str, indicator: Indicator, persons: Mapping[str, int]) -> dict[str, Any]:
    """How many of a unit's persons are in each category of an indicator, in the order of the definition."""
    found = indicator.categories
    names = [] if found is None else [*(each.category for each in found.bins), *found.values]
    total = sum(persons.values())
    shares = ", ".join(f"{name} {persons[name]} ({percent(persons[name], total)})" for name in names)
    return {level: unit, "indicator": indicator.indicator, "with a value": total, "categories": shares}


def percent(n: int, d: int) -> str:
    """A share as the reports print it: in whole percent, half up. Nothing of nobody."""
    return f"{(200 * n + d) // (2 * d)} %" if d else "–"


def _interval(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{100 * low:.1f}–{100 * high:.1f}"


def _standard(row: Mapping[str, Any], indicator: Indicator) -> str:
    """Whether the standard is met by the share of the indicator's own policy of missing data."""
    if indicator.standard is None:
        return "no standard"
    aim = f"{100 * indicator.standard.share:g} %" + (" observed" if indicator.missing == "observed" else "")
    n, d = row[f"{indicator.missing}_n"], row[f"{indicator.missing}_d"]
    if row["outcome"] != COMPUTED or not d:
        return aim
    gap = gap_to_standard(n, d, indicator.standard.share, indicator.direction)
    if gap.met:
        return f"{aim}: met"
    return f"{aim}: {gap.missing} {'too few' if indicator.direction == 'up' else 'too many'}"


def day_notes(
    day: dt.date,
    not_collected: Mapping[str, Sequence[str]],
    incomplete: Mapping[str, Sequence[str]],
    not_yet_covered: Mapping[str, Sequence[str]],
    unchecked: Sequence[str],
) -> list[str]:
    """What was missing on one day, in sentences; indicators that miss the same stand together."""
    found = [
        f"{day}: no answer for {', '.join(names)}: nothing of {', '.join(why)} was collected"
        for why, names in _by_reason(not_collected)
    ]
    found += [
        f"{day}: {', '.join(names)} incomplete without {', '.join(why)}: who is not met there is without data"
        for why, names in _by_reason(incomplete)
    ]
    found += [
        f"{day}: the data do not reach back as far as {', '.join(names)}: the share is too low before {why[0]}"
        for why, names in _by_reason(not_yet_covered)
    ]
    if unchecked:
        found.append(
            f"{day}: not looked for in {', '.join(unchecked)}: the disease, exceptions, exclusions or contacts"
        )
    return found


def _by_reason(reasons: Mapping[str, Sequence[str]]) -> list[tuple[tuple[str, ...], list[str]]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for name, why in reasons.items():
        found.setdefault(tuple(why), []).append(name)
    return list(found.items())


def break_note(found: Break, unit: str, indicator: str) -> str:
    """A break of a series in a sentence: a definition is every unit's, and practices are every indicator's."""
    if found.kind == "version":
        return f"{found.as_of}: break, {indicator} is defined anew: {found.before} → {found.after}"
    changed = f"{len(found.joined)} joined, {len(found.left)} left"
    return f"{found.as_of}: break, {found.before} → {found.after} practices of {unit} deliver ({changed})"
