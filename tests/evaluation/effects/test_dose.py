"""More or less received, among those enrolled: known slopes, statsmodels' sandwich by hand, and what is missing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from samspil.evaluation.effects.dose import dose
from samspil.evaluation.effects.estimate import Design, Effect, Limit
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel
from tests.evaluation.effects.made_panels import OUTCOME, panel_of


def treated_panel(slope: float, noise: float, units: int = 60, practices: int = 12) -> tuple[Panel, dict[int, float]]:
    """Enrolled units whose yearly rate changes by `slope` for each hour received; the last ten are not enrolled."""
    lot = np.random.default_rng(5)
    frame = pd.DataFrame({"unit": range(units + 10)})
    frame = frame.assign(
        cluster=[f"p{unit % practices}" for unit in frame["unit"]], treated=(frame["unit"] < units) * 1
    )
    received = {unit: float(lot.integers(0, 9)) for unit in range(units)}
    change = np.array([slope * received.get(unit, 0.0) for unit in frame["unit"]]) / 12
    level = lot.uniform(1, 2, len(frame))
    rates = level[:, None] + change[:, None] * (np.arange(24) >= 12) + lot.normal(0, noise, (len(frame), 24))
    return panel_of(frame, rates), received


def test_a_line_without_noise_is_found_exactly_up_to_rounding() -> None:
    panel, received = treated_panel(-0.3, 1e-6)
    found = dose(panel, OUTCOME, received)
    assert isinstance(found, Effect)
    assert found.estimate.value == pytest.approx(-0.3, abs=1e-5)
    assert (found.design, found.treated, found.comparison, found.clusters) == (Design.DOSE, 60, 0, 12)
    assert found.cannot_show[0] is Limit.DOSE


def test_the_interval_is_that_of_a_sandwich_by_hand() -> None:
    panel, received = treated_panel(-0.3, 0.5)
    short = (panel.frame["unit"] % 4 == 0) & (panel.frame["since"] >= 6)
    panel = replace(panel, frame=panel.frame[~short])
    found = dose(panel, OUTCOME, received)
    assert isinstance(found, Effect)
    rows = panel.frame[panel.frame["treated"] == 1]
    sides = rows.groupby(["unit", rows["since"] >= 0])[OUTCOME].agg(["mean", "size"]).unstack()
    change = ((sides["mean"][True] - sides["mean"][False]) * 12).to_numpy()
    weight = (1 / (1 / sides["size"][False] + 1 / sides["size"][True])).to_numpy()
    design = np.column_stack([np.ones(60), [received[unit] for unit in sides.index]])
    bread = np.linalg.inv(design.T @ (design * weight[:, None]))
    line = bread @ design.T @ (weight * change)
    residual = weight * (change - design @ line)
    practice = np.array(sides.index) % 12
    scores = np.array([design[practice == each].T @ residual[practice == each] for each in range(12)])
    factor = 12 / 11 * 59 / 58
    error = math.sqrt(factor * (bread @ scores.T @ scores @ bread)[1, 1])
    assert found.estimate.value == pytest.approx(line[1])
    assert found.estimate.high - found.estimate.value == pytest.approx(stats.t.ppf(0.975, 11) * error)


def test_what_is_not_known_to_be_received_is_not_nothing() -> None:
    panel, received = treated_panel(-0.3, 1e-6)
    known = {unit: hours for unit, hours in received.items() if unit % 2}
    found = dose(panel, OUTCOME, known)
    assert isinstance(found, Effect)
    assert found.treated == 30
    assert found.estimate.value == pytest.approx(-0.3, abs=1e-5)


def test_a_month_that_is_not_known_is_no_month_with_nothing() -> None:
    panel, received = treated_panel(-0.3, 1e-6)
    gap = (panel.frame["since"] == 7) & (panel.frame["unit"] % 3 == 0)
    unknown = replace(panel, frame=panel.frame.assign(**{OUTCOME: panel.frame[OUTCOME].mask(gap)}))
    found, absent = (dose(each, OUTCOME, received) for each in (unknown, replace(panel, frame=panel.frame[~gap])))
    assert isinstance(found, Effect)
    assert found.estimate.value == pytest.approx(-0.3, abs=1e-5)
    assert found == absent


def test_too_few_all_alike_one_practice_or_no_time_after_is_said() -> None:
    panel, received = treated_panel(-0.3, 0.1)
    few = {0: 1.0, 1: 2.0}
    assert dose(panel, OUTCOME, few) == Unknown.because(Reason.FEW_PERSONS, persons=2, needed=5)
    alike = dict.fromkeys(received, 3.0)
    assert dose(panel, OUTCOME, alike) == Unknown.because(Reason.NO_VARIATION)
    one = replace(panel, frame=panel.frame.assign(cluster="p"))
    assert dose(one, OUTCOME, received) == Unknown.because(Reason.FEW_PRACTICES, practices=1, needed=2)
    before = replace(panel, frame=panel.frame[panel.frame["since"] < 0])
    assert dose(before, OUTCOME, received) == Unknown.because(Reason.FEW_PERSONS, persons=0, needed=5)
