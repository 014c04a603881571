"""Matched studies by lot, with a known effect: index months, practices, weights, citizens who leave early."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from samspil.evaluation.panel import Panel

#: What a month is worth to those enrolled, by index month (0 is the first) and months since the index, for a year.
Effects = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], npt.NDArray[np.float64]]
FIRST = 2024 * 12


def none(start: npt.NDArray[np.int64], since: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.zeros(len(start))


def steady(effect: float) -> Effects:
    """The same for all and always."""
    return lambda start, since: np.full(len(start), effect)


def made_study(
    seed: int,
    effect: Effects = none,
    *,
    units: int = 120,
    practices: int = 12,
    starts: int = 3,
    practice_spread: float = 1.0,
    noise: float = 1.0,
    trend: float = 0.0,
    whole: bool = False,
    ratio: int = 2,
    before: int = 12,
    after: int = 12,
) -> Panel:
    """`units` enrolled and `ratio` times as many compared with, half of the practices each.

    Citizens differ, practices drift each in their own way by period (which is what clustering is for), and calendar
    months are common to all. `trend` is how much those enrolled rise more in a month, before the index too. Unless
    `whole`, citizens leave at a month drawn by lot and are followed part of the last.
    """
    lot = np.random.default_rng(seed)
    count, months = units * (1 + ratio), before + after
    treated = (np.arange(count) < units).astype(int)
    start = np.concatenate([lot.integers(0, starts, units)] * (1 + ratio))
    practice = lot.integers(0, practices // 2, count) * 2 + treated
    level = lot.gamma(4, 1, count)
    calendar = lot.normal(0, 2, starts + months).cumsum() * 0.3
    drift = lot.normal(0, practice_spread, (practices, months // 3 + 1))
    unit, since = np.repeat(np.arange(count), months), np.tile(np.arange(-before, after), count)
    rate = level[unit] + calendar[start[unit] + since + before] + drift[practice[unit], (since + before) // 3]
    rate = rate + trend * treated[unit] * since + lot.normal(0, noise, len(unit))
    rate = rate + np.where((treated[unit] == 1) & (since >= 0), effect(start[unit], since), 0.0)
    stays = np.full(count, after) if whole else lot.integers(3, after + 4, count)
    exposure = np.where(since == stays[unit] - 1, 1.0 if whole else 0.4, 1.0)
    frame = pd.DataFrame(
        {
            "unit": unit,
            "person_id": unit,
            "cluster": [f"{number:06d}" for number in practice[unit]],
            "treated": treated[unit],
            "index_month": FIRST + start[unit],
            "month": FIRST + start[unit] + since,
            "since": since,
            "weight": np.where(treated[unit] == 1, 1.0, 1 / ratio),
            "exposure": exposure,
            "use": rate / 12 * exposure,
        }
    )
    return Panel(frame[since < stays[unit]].reset_index(drop=True), ("use",), before, after, 3)
