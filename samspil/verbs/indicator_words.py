"""Results of indicators as people read them on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samspil.population.indicator_results import COMPUTED, NO_PERSONS, NOT_COLLECTED
from samspil.population.wilson import gap_to_standard
from samspil.programmes.indicators import Indicator


def result_row(row: Mapping[str, Any], indicator: Indicator, series: bool) -> dict[str, Any]:
    """One row of `results` for a table; with its day in a `series`."""
    shown: dict[str, Any] = {"as of": row["as_of"]} if series else {}
    shown |= {row["level"]: row["unit"], "indicator": row["indicator"], "version": row["version"]}
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
