"""Matching by Samspil, as `matching.py` measures it: `python matching_run.py FOLDER OUT`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
from matching_people import COVARIATES, read

from samspil.evaluation.balance import balance
from samspil.evaluation.matching import match
from samspil.evaluation.propensity import Propensity, propensity
from samspil.programmes.study import BalanceRule, Matching

RATIO, CALIPER = 3, 0.2


def main(folder: Path, out: Path) -> None:
    """Propensity, pairs and balance by Samspil. Prints what the parts took."""
    took = {}
    begun = time.perf_counter()

    def lap(name: str) -> None:
        nonlocal begun
        took[name], begun = time.perf_counter() - begun, time.perf_counter()

    frame = read(folder)
    treated = frame["treated"].to_numpy() == 1
    lap("reading")
    fitted = propensity(frame, treated, COVARIATES)
    assert isinstance(fitted, Propensity)
    lap("propensity")
    exact = (frame["sex"] * 10 + frame["band"]).to_numpy().astype(np.int64)
    pairs = match(treated, exact, Matching(caliper=CALIPER, ratio=RATIO), fitted.logit)
    np.column_stack([pairs.treated, pairs.comparison]).astype("<i4").tofile(out)
    lap("matching")
    rule = BalanceRule(largest_difference=0.1, variance_ratio=(0.5, 2.0), smallest_effective=50)
    table = balance(frame, treated, pairs, COVARIATES, rule, fitted.probability)
    lap("balance")
    before = max(abs(row.difference_before or 0) for row in table.rows)
    after = max(abs(row.difference_after or 0) for row in table.rows)
    told = {"pairs": len(pairs.treated), "matched": table.matched_treated, "before": before, "after": after}
    print(json.dumps({"took": took, **told}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
