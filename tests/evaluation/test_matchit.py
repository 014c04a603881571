"""Matching and balance agree with R's MatchIt on Lalonde's data, setting by setting."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samspil.evaluation.balance import balance
from samspil.evaluation.matching import Matched
from tests.evaluation import lalonde
from tests.evaluation.lalonde import COVARIATES, FOLDER, RULE, Setting

each_setting = pytest.mark.parametrize("setting", lalonde.settings(), ids=lambda setting: setting.setting)


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    return lalonde.read()


def figures(frame: pd.DataFrame, matched: Matched) -> pd.DataFrame:
    """Our balance table in the words of balance.csv."""
    table = balance(frame, lalonde.treated(frame), matched, COVARIATES, RULE, None)
    return pd.DataFrame(
        {
            # R joins a level to its covariate's name.
            "covariate": [row.covariate.replace("=", "") for row in table.rows],
            "treated_before": [row.treated_mean for row in table.rows],
            "candidates_before": [row.candidates_mean for row in table.rows],
            "difference_before": [row.difference_before for row in table.rows],
            "ratio_before": [row.variance_ratio_before for row in table.rows],
            "treated_after": [row.matched_treated_mean for row in table.rows],
            "comparison_after": [row.matched_mean for row in table.rows],
            "difference_after": [row.difference_after for row in table.rows],
            "ratio_after": [row.variance_ratio_after for row in table.rows],
        }
    )


def test_propensity_agrees_with_r(frame: pd.DataFrame) -> None:
    told = pd.read_csv(FOLDER / "scores.csv")
    ours = lalonde.fitted(frame)
    # R's glm ends its search when the deviance changes by less than 1e-8 of itself, which is sooner than ours.
    np.testing.assert_allclose(ours.logit, told["logit"], atol=1e-7)
    np.testing.assert_allclose(ours.probability, told["probability"], atol=1e-8)


@each_setting
def test_pairs_agree_with_matchit(frame: pd.DataFrame, setting: Setting) -> None:
    assert lalonde.by_kind(frame, setting.match(frame)) == lalonde.by_kind(frame, lalonde.pairs_of(FOLDER, setting))


@each_setting
def test_balance_agrees_with_matchit(frame: pd.DataFrame, setting: Setting) -> None:
    """All figures for MatchIt's own pairs; for ours those that do not hang on who of equal people was taken."""
    told = pd.read_csv(FOLDER / "balance.csv")
    told = told[told["setting"] == setting.setting].drop(columns="setting").reset_index(drop=True)
    of_theirs = figures(frame, lalonde.pairs_of(FOLDER, setting))
    pd.testing.assert_frame_equal(of_theirs, told, rtol=1e-9, atol=1e-9, check_dtype=False)
    of_ours = figures(frame, setting.match(frame))
    if setting.rule.replacement:
        of_ours, told = of_ours.drop(columns="ratio_after"), told.drop(columns="ratio_after")
    pd.testing.assert_frame_equal(of_ours, told, rtol=1e-9, atol=1e-9, check_dtype=False)


@each_setting
def test_sizes_and_weights_agree_with_matchit(frame: pd.DataFrame, setting: Setting) -> None:
    told = pd.read_csv(FOLDER / "sizes.csv").set_index("setting").loc[setting.setting]
    enrolled = lalonde.treated(frame)
    theirs = lalonde.pairs_of(FOLDER, setting)
    table = balance(frame, enrolled, theirs, COVARIATES, RULE, None)
    weights = theirs.weights(len(frame))[~enrolled]
    assert (table.matched_treated, table.matched) == (told["matched_treated"], told["matched"])
    assert table.effective == pytest.approx(told["effective"], rel=1e-9)
    assert weights.sum() == pytest.approx(told["weights"], rel=1e-9)
    assert weights.max() == pytest.approx(told["largest_weight"], rel=1e-9)
    if not setting.rule.replacement:
        ours = balance(frame, enrolled, setting.match(frame), COVARIATES, RULE, None)
        assert (ours.matched_treated, ours.matched) == (told["matched_treated"], told["matched"])
        assert ours.effective == pytest.approx(told["effective"], rel=1e-9)


def matchit_version() -> str | None:
    """The version of MatchIt that is installed here, if any."""
    if shutil.which("Rscript") is None:
        return None
    asked = subprocess.run(
        ["Rscript", "-e", 'cat(as.character(packageVersion("MatchIt")))'], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() if asked.returncode == 0 else None


def test_pairs_agree_with_the_matchit_of_this_machine(frame: pd.DataFrame, tmp_path: Path) -> None:
    version = matchit_version()
    if version is None:
        pytest.skip("NOT COMPARED WITH MATCHIT ITSELF: there is no R with MatchIt here (Debian: r-cran-matchit)")
    command = ["Rscript", str(FOLDER / "matchit.R"), str(FOLDER), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    differing = [
        setting.setting
        for setting in lalonde.settings()
        if lalonde.by_kind(frame, setting.match(frame)) != lalonde.by_kind(frame, lalonde.pairs_of(tmp_path, setting))
    ]
    assert differing == [], f"MatchIt {version}"
