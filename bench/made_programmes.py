"""Programmes made by lot, whose effect is known: what the evaluation must find, and the simple comparison must not.

In each, citizens of the practices that take part are considered once, in a month drawn for them after the practice
began, and enrolled the likelier the more they were admitted lately. So they are at their worst when they begin, and get
better by themselves (regression to the mean; 001 R-EVAL-15). What decides is what is known before the index month:
nothing unseen chooses. The candidates, in practices that never take part, can be compared with at any of the months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from samspil.evaluation.balance import BalanceTable, balance
from samspil.evaluation.covariates import numbers
from samspil.evaluation.figures import Unknown
from samspil.evaluation.matching import match
from samspil.evaluation.panel import COLUMNS, Panel
from samspil.evaluation.propensity import propensity
from samspil.programmes.study import BalanceRule, Bands, Matching

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

OUTCOME = "admissions"
COVARIATES = ("age", "female", "year", "quarter")
#: Months: a year before the first index month, a year in which practices begin and citizens are enrolled, a year after.
YEAR = 12
MONTHS = 3 * YEAR
#: January of the first year.
FIRST = 2022 * 12
ALIKE = ("year", "quarter")
RULE = Matching(
    exact=("female",),
    bands=(Bands(covariate="year", starts=(0, 2, 3, 4, 6)),),
    distance="mahalanobis_within_propensity",
    mahalanobis=ALIKE,
    caliper=0.2,
    ratio=3,
)
#: What most studies do: nearest on the propensity, and nothing else.
PROPENSITY = Matching(exact=("female",), distance="propensity", caliper=0.2, ratio=3)
ALIKE_ENOUGH = BalanceRule(largest_difference=0.1, variance_ratio=(0.5, 2.0), smallest_effective=50)


@dataclass(frozen=True)
class Setting:
    """How a programme is made. Logarithms of rates, except for counts.

    `effect` is what the programme adds to a rate's logarithm, and `later` what it adds besides after three months; both
    are twice as large in practices that begin early as in others, and more for those admitted often. `considered`
    and `candidates` are citizens per practice. `frailty` is the shape of a gamma distribution, `illness`, `practice`
    and `shock` are standard deviations, `lasting` is how illness of one month goes with that of the next, `leaving` the
    share that is no longer followed, month by month, `rule` how those compared are chosen.
    """

    practices: int = 20
    others: int = 20
    considered: int = 400
    candidates: int = 200
    effect: float = -0.25
    later: float = -0.15
    frailty: float = 2.0
    illness: float = 0.7
    lasting: float = 0.85
    practice: float = 0.15
    shock: float = 0.08
    leaving: float = 0.01
    rule: Matching = RULE


@dataclass(frozen=True)
class Made:
    """A programme, made and matched.

    `truth` is the mean effect on those matched, in admissions per citizen and year; `candidates` are citizens.
    """

    panel: Panel
    truth: float
    balance: BalanceTable
    candidates: int


def made_programme(seed: int, setting: Setting | None = None) -> Made:
    """A programme of a seed: made, its enrolled matched by the product's own matching, its panel."""
    setting = setting or Setting()
    lot = np.random.default_rng(seed)
    people = _people(lot, setting)
    rate = _rates(lot, people, setting)
    plain = lot.poisson(rate)
    rows = _considered(lot, people, plain, setting)
    is_treated = rows["treated"].to_numpy(bool)
    chance = propensity(rows, is_treated, COVARIATES)
    assert not isinstance(chance, Unknown), chance
    bands = [np.digitize(rows[each.covariate], each.starts) for each in setting.rule.bands]
    exact = pd.MultiIndex.from_arrays([rows["index"], rows["female"], *bands]).factorize()[0]
    matched = match(is_treated, exact, setting.rule, chance.logit, numbers(rows, ALIKE))
    weight = matched.panel_weights(len(rows))
    chosen = np.flatnonzero(weight)
    units = rows.iloc[chosen].assign(weight=weight[chosen], unit=np.arange(len(chosen)))
    panel, truth = _panel(lot, units, rate, plain, setting)
    return Made(
        panel=panel,
        truth=truth,
        balance=balance(rows, is_treated, matched, COVARIATES, ALIKE_ENOUGH, chance.probability),
        candidates=setting.others * setting.candidates,
    )


def _people(lot: np.random.Generator, setting: Setting) -> pd.DataFrame:
    """Everybody: those who will be considered, in practices that take part, and the candidates in others.

    Their order means nothing: matching takes the first of those equally near.
    """
    practice = lot.permutation(
        np.concatenate(
            [
                np.repeat(np.arange(setting.practices), setting.considered),
                np.repeat(setting.practices + np.arange(setting.others), setting.candidates),
            ]
        )
    )
    begins = np.sort(lot.integers(YEAR, 2 * YEAR - 3, setting.practices))
    takes_part = practice < setting.practices
    return pd.DataFrame(
        {
            "person_id": np.arange(len(practice)),
            "practice": practice,
            "takes_part": takes_part,
            "begins": np.where(takes_part, begins[np.minimum(practice, setting.practices - 1)], -1),
            "age": lot.integers(65, 95, len(practice)).astype(float),
            "female": lot.integers(0, 2, len(practice)),
            "frailty": lot.gamma(setting.frailty, 1 / setting.frailty, len(practice)),
        }
    )


def _rates(lot: np.random.Generator, people: pd.DataFrame, setting: Setting) -> Floats:
    """Admissions per month to be expected without the programme: a row per citizen, a column per month.

    Frailty stays; illness comes and goes by itself; practices have levels, and half-years of their own; all share
    seasons and a slow rise.
    """
    citizens, practices = len(people), setting.practices + setting.others
    illness = np.empty((citizens, MONTHS))
    illness[:, 0] = lot.normal(0, setting.illness, citizens)
    fresh = setting.illness * np.sqrt(1 - setting.lasting**2)
    for month in range(1, MONTHS):
        illness[:, month] = setting.lasting * illness[:, month - 1] + lot.normal(0, fresh, citizens)
    level = lot.normal(0, setting.practice, (practices, 1))
    shock = np.repeat(lot.normal(0, setting.shock, (practices, MONTHS // 6)), 6, axis=1)
    month = np.arange(MONTHS)
    common = 0.15 * np.cos(2 * np.pi * month / YEAR) + 0.005 * month
    practice = people["practice"].to_numpy()
    own = np.log(people["frailty"].to_numpy()) + 0.02 * (people["age"].to_numpy() - 80)
    log_rate = np.log(0.7 / YEAR) + own[:, None] + illness + (level + shock)[practice] + common
    return np.asarray(np.exp(log_rate))


def _considered(lot: np.random.Generator, people: pd.DataFrame, plain: Ints, setting: Setting) -> pd.DataFrame:
    """Those enrolled, and all candidates at all index months, admitted at least once in the year before."""
    ours = people[people["takes_part"]]
    index = lot.integers(ours["begins"].to_numpy(), 2 * YEAR)
    ours = _with_past(ours.assign(index=index), plain)
    drive = -2.85 + 0.12 * ours["year"] + 0.22 * ours["quarter"] + 0.03 * (ours["age"] - 80) + 0.1 * ours["female"]
    chosen = (lot.uniform(size=len(ours)) < np.exp(drive)) & (ours["year"] > 0)
    others = people[~people["takes_part"]]
    at_all = pd.concat([others.assign(index=month) for month in range(YEAR, 2 * YEAR)])
    at_all = _with_past(at_all, plain)
    both = [ours[chosen].assign(treated=1), at_all[at_all["year"] > 0].assign(treated=0)]
    return pd.concat(both).sort_values(["index", "person_id"], ignore_index=True)


def _with_past(rows: pd.DataFrame, plain: Ints) -> pd.DataFrame:
    """Admissions in the year and in the quarter before the index month."""
    sums = np.concatenate([np.zeros((len(plain), 1), dtype=np.int64), np.cumsum(plain, axis=1)], axis=1)
    who, index = rows["person_id"].to_numpy(), rows["index"].to_numpy()
    year = sums[who, index] - sums[who, index - YEAR]
    quarter = sums[who, index] - sums[who, index - 3]
    return rows.assign(year=year.astype(float), quarter=quarter.astype(float))


def _panel(
    lot: np.random.Generator, units: pd.DataFrame, rate: Floats, plain: Ints, setting: Setting
) -> tuple[Panel, float]:
    """What the units used from a year before to a year after, and what the programme did to those enrolled."""
    since = np.arange(-YEAR, YEAR)
    who, month = units["person_id"].to_numpy()[:, None], units["index"].to_numpy()[:, None] + since
    expected, amount = rate[who, month], plain[who, month]
    early = np.where(units["begins"] < YEAR + 5, 4 / 3, 2 / 3)
    often = np.where(units["quarter"] > 1, 1.2, 0.9)
    added = (setting.effect + setting.later * (since >= 3)) * (since >= 0) * (early * often)[:, None]
    treated = units["treated"].to_numpy(bool)
    changed = np.where(treated[:, None], expected * np.exp(added), expected)
    under_way = treated[:, None] & (since >= 0)
    amount = np.where(under_way, lot.poisson(changed), amount)
    left = lot.geometric(setting.leaving, len(units)) if setting.leaving > 0 else np.full(len(units), YEAR)
    followed = since < left[:, None]
    effect = ((changed - expected) * YEAR)[under_way & followed].mean()
    rows = np.repeat(np.arange(len(units)), len(since)).reshape(month.shape)[followed]
    frame = pd.DataFrame(
        {
            "unit": units["unit"].to_numpy()[rows],
            "person_id": units["person_id"].to_numpy()[rows],
            "cluster": (units["practice"].to_numpy()[rows] + 1).astype(str),
            "treated": units["treated"].to_numpy()[rows],
            "index_month": FIRST + units["index"].to_numpy()[rows],
            "month": FIRST + month[followed],
            "since": np.broadcast_to(since, month.shape)[followed],
            "weight": units["weight"].to_numpy()[rows],
            "exposure": 1.0,
            OUTCOME: amount[followed].astype(float),
        }
    )
    return Panel(frame[[*COLUMNS, OUTCOME]], (OUTCOME,), YEAR, YEAR, 3), float(effect)
