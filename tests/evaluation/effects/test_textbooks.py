"""Published estimates on public data, made again (data and licences: tests/evaluation/data/textbook_README.md)."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from samspil.evaluation.effects.difference import difference
from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.effects.regression import Fit, regress
from samspil.evaluation.effects.staggered import stepped
from samspil.evaluation.figures import Difference, Reason, Unknown
from samspil.evaluation.panel import Panel

DATA = Path(__file__).parent.parent / "data"
QUARTERS = ["Q42010", "Q12011", "Q22011", "Q32011", "Q42011", "Q12012"]
#: The third quarter of 2011, in which California began to ask otherwise.
BEGAN = 3


def error(found: Difference, clusters: int) -> float:
    """The standard error an interval was made from."""
    return (found.high - found.low) / 2 / float(stats.t.ppf(0.975, clusters - 1))


def donors() -> pd.DataFrame:
    rates = pd.read_csv(DATA / "textbook_organ_donations.csv")
    quarter = rates["Quarter"].map(QUARTERS.index)
    asked = (rates["State"] == "California").astype(int)
    return rates.assign(unit=rates["State"], cluster=rates["State"], weight=1.0, quarter=quarter, treated=asked)


def test_wooldridge_example_13_3_prices_of_houses_near_an_incinerator() -> None:
    """A level for houses near by and one for those far away, and a level for each year: -11,863.90."""
    houses = pd.read_csv(DATA / "textbook_kielmc.csv")
    frame = houses.assign(unit=houses["nearinc"], cluster=np.arange(len(houses)), weight=1.0)
    built = (houses["nearinc"] * houses["y81"]).to_numpy(float)
    fit = regress(frame, "rprice", {"built": built}, "y81")
    assert isinstance(fit, Fit)
    assert fit.values["built"] == pytest.approx(-11863.90, abs=0.005)


def test_kessler_and_roth_organ_donors_with_its_error_by_state() -> None:
    """The Effect, chapter 18: -0.022 (0.006)."""
    frame = donors()
    asked = frame["treated"].to_numpy(float) * (frame["quarter"] >= BEGAN)
    fit = regress(frame, "Rate", {"asked": asked.to_numpy(float)}, "quarter")
    assert isinstance(fit, Fit)
    found = fit.difference("asked")
    assert isinstance(found, Difference)
    assert (round(found.value, 3), round(error(found, 27), 3)) == (-0.022, 0.006)
    assert found.high < 0


def test_one_state_that_changed_is_too_few_for_a_study() -> None:
    """The same data as a study: with one cluster enrolled the interval would stand on nothing."""
    frame = donors().assign(
        person_id=lambda rows: rows["unit"],
        index_month=BEGAN,
        month=lambda rows: rows["quarter"],
        since=lambda rows: rows["quarter"] - BEGAN,
        exposure=1.0,
    )
    panel = Panel(frame, ("Rate",), before=3, after=3, period=1)
    assert difference(panel, "Rate") == Unknown.because(Reason.FEW_PRACTICES, practices=1, needed=2)


def test_cheng_and_hoekstra_homicides_by_two_stages_as_did2s_documents_them() -> None:
    """States that began at different times, weighted by population: 0.075142, error 0.03538 by state."""
    states = pd.read_csv(DATA / "textbook_castle.csv")
    began = states[states["post"] == 1].groupby("sid")["year"].min()
    frame = pd.DataFrame(
        {
            "cluster": states["sid"],
            "month": states["year"],
            "start": states["sid"].map(began),
            "persons": states["popwt"],
            # a rate is of a year, and each amount counts as a month's
            "homicides": states["l_homicide"] * states["popwt"] / 12,
        }
    )
    found = stepped(frame, "homicides")
    assert isinstance(found, Effect)
    assert found.design == Design.STEPPED
    assert found.clusters == 50
    assert found.estimate.value == pytest.approx(0.075142, abs=5e-7)
    # did2s does not correct for few clusters: the house does, by 50/49
    assert error(found.estimate, 50) * math.sqrt(49 / 50) == pytest.approx(0.03538, abs=5e-6)
