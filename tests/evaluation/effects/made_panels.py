"""Panels made by hand or by lot, and the plainest estimator, for what takes an estimator and asks it about parts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.figures import Difference, Unknown
from samspil.evaluation.panel import Panel

INDEX = 2024 * 12
OUTCOME = "admissions"


def panel_of(units: pd.DataFrame, rates: np.ndarray, before: int = 12, after: int = 12, period: int = 3) -> Panel:
    """A panel of units (`unit`, `cluster`, `treated`) and their amounts: a row each, a column per month."""
    months = before + after
    frame = pd.DataFrame(
        {
            "unit": np.repeat(units["unit"].to_numpy(), months),
            "cluster": np.repeat(units["cluster"].to_numpy(), months),
            "treated": np.repeat(units["treated"].to_numpy(), months),
            "weight": 1.0,
            "since": np.tile(np.arange(-before, after), len(units)),
            "index_month": INDEX,
            "exposure": 1.0,
            OUTCOME: rates.ravel(),
        }
    )
    frame = frame.assign(person_id=frame["unit"], month=frame["index_month"] + frame["since"])
    return Panel(frame, (OUTCOME,), before, after, period)


def made_panel(effects: dict[str, float], seed: int = 1, per_practice: int = 10, noise: float = 0.1) -> Panel:
    """Practices with an effect (outcomes a year) for those enrolled there; as many others where nobody is enrolled."""
    lot = np.random.default_rng(seed)
    names = [*effects, *(f"other {name}" for name in effects)]
    units = pd.DataFrame({"unit": range(len(names) * per_practice), "cluster": np.repeat(names, per_practice)})
    units = units.assign(treated=units["cluster"].isin(list(effects)).astype(int))
    effect = units["cluster"].map(effects).fillna(0.0).to_numpy() / 12
    level = lot.uniform(0.2, 0.4, len(units))
    rates = level[:, None] + lot.normal(0, noise, (len(units), 24)) + effect[:, None] * (np.arange(24) >= 12)
    return panel_of(units, rates)


def plain(panel: Panel) -> Effect | Unknown:
    """Mean changes of two groups apart, by nothing but means; the interval knows no practices."""
    frame = panel.frame
    after = frame["since"] >= 0
    rate = frame.groupby(["unit", "treated", after.rename("after")])[OUTCOME].mean().unstack("after") * 12
    change = rate[True] - rate[False]
    ones, others = (change[change.index.get_level_values("treated") == group] for group in (1, 0))
    value, error = ones.mean() - others.mean(), float(np.hypot(ones.sem(), others.sem()))
    clusters = int(frame["cluster"].nunique())
    estimate = Difference(float(value), float(value - 1.96 * error), float(value + 1.96 * error), 0.5)
    return Effect(OUTCOME, Design.MATCHED, estimate, len(ones), len(others), clusters)
