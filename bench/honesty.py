"""Whether an evaluation finds what is there: 500 made programmes whose effect is known, evaluated by the product.

    python -m bench.honesty                      500 programmes in two processes
    python -m bench.honesty --programmes 200 --propensity

Each programme is made, matched and estimated as a study is (`made_programmes.py`). Beside the product's estimators
stands the comparison with oneself before, which is what most reports of programmes rest on.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.made_programmes import OUTCOME, PROPENSITY, RULE, Setting, made_programme
from bench.printing import say, table
from samspil.evaluation.effects.difference import before_after, difference
from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.effects.staggered import staggered
from samspil.evaluation.figures import Difference, Unknown
from samspil.evaluation.panel import Panel

ESTIMATORS: dict[str, Callable[[Panel, str], Effect | Unknown]] = {
    "matched difference in differences": difference,
    "staggered starts": staggered,
    "before and after, alone": before_after,
}


@dataclass(frozen=True)
class Evaluated:
    """What was found in one made programme, beside what is true."""

    truth: float
    found: dict[str, Difference]
    enrolled: int
    matched: int
    effective: float
    balanced: bool
    farthest: float


@dataclass(frozen=True)
class Accuracy:
    """How an estimator did over many programmes.

    `bias` is the mean error and `unsure` its standard error; `spread` the standard deviation of errors, which `error`,
    the mean standard error, should be; `coverage` the share of 95 % intervals that hold the truth.
    """

    programmes: int
    mean: float
    bias: float
    unsure: float
    spread: float
    error: float
    coverage: float


def evaluated(seed: int, setting: Setting) -> Evaluated:
    """Make and evaluate one programme."""
    made = made_programme(seed, setting)
    found = {}
    for name, estimator in ESTIMATORS.items():
        effect = estimator(made.panel, OUTCOME)
        if isinstance(effect, Unknown):
            raise ValueError(f"programme {seed}, {name}: {effect}")
        found[name] = effect.estimate
    balance = made.balance
    return Evaluated(
        truth=made.truth,
        found=found,
        enrolled=balance.treated,
        matched=balance.matched_treated,
        effective=balance.effective,
        balanced=balance.holds,
        farthest=max(abs(row.difference_after or 0.0) for row in balance.rows),
    )


def evaluate(seeds: Iterable[int], setting: Setting, processes: int = 1) -> list[Evaluated]:
    """Many programmes, in the order of seeds whatever the processes."""
    one = partial(evaluated, setting=setting)
    if processes == 1:
        return [one(seed) for seed in seeds]
    with ProcessPoolExecutor(processes) as pool:
        return list(pool.map(one, seeds, chunksize=5))


def accuracy(programmes: Sequence[Evaluated], name: str) -> Accuracy:
    """How one estimator did. A standard error is the half of an interval over the normal quantile."""
    truth = np.array([each.truth for each in programmes])
    value, low, high = (
        np.array([getattr(each.found[name], part) for each in programmes]) for part in ("value", "low", "high")
    )
    errors = value - truth
    return Accuracy(
        programmes=len(programmes),
        mean=float(value.mean()),
        bias=float(errors.mean()),
        unsure=float(errors.std(ddof=1)) / math.sqrt(len(errors)),
        spread=float(errors.std(ddof=1)),
        error=float((high - low).mean()) / 2 / 1.96,
        coverage=float(((low <= truth) & (truth <= high)).mean()),
    )


def results(programmes: Sequence[Evaluated], markdown: bool) -> str:
    """The table of all estimators."""
    heads = ["", "mean estimate", "bias", "± of bias", "spread of errors", "mean standard error", "coverage, %"]
    rows = []
    for name in ESTIMATORS:
        each = accuracy(programmes, name)
        figures = (each.mean, each.bias, 1.96 * each.unsure, each.spread, each.error)
        rows.append([name, *(f"{figure:.3f}" for figure in figures), f"{100 * each.coverage:.1f}"])
    return table(heads, rows, markdown)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--programmes", type=int, default=500)
    parser.add_argument("--first", type=int, default=10_000, help="the first seed")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--practices", type=int, default=Setting.practices, help="that take part; as many do not")
    parser.add_argument("--propensity", action="store_true", help="match on the propensity and nothing else")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    return parser.parse_args()


def main() -> None:
    """Make, evaluate, count and print."""
    given = arguments()
    rule = PROPENSITY if given.propensity else RULE
    setting = Setting(practices=given.practices, others=given.practices, rule=rule)
    begun = time.perf_counter()
    programmes = evaluate(range(given.first, given.first + given.programmes), setting, given.processes)
    took = time.perf_counter() - begun

    def mean(part: str) -> float:
        return float(np.mean([getattr(each, part) for each in programmes]))

    say(
        f"{len(programmes)} programmes: {setting.practices} practices that take part and {setting.others} that do not; "
        f"{mean('enrolled'):.0f} enrolled, of whom {mean('matched'):.0f} matched with up to three of "
        f"{setting.others * setting.candidates:,} candidates (effective sample {mean('effective'):.0f}); "
        f"balance holds in {100 * mean('balanced'):.0f} % (farthest covariate {mean('farthest'):.3f} on average)"
    )
    say(f"true effect {mean('truth'):.3f} admissions per citizen and year; {took:.0f} s\n")
    say(results(programmes, given.markdown))


if __name__ == "__main__":
    main()
