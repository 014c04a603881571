"""The people of `matching.py`: making them, reading them, and comparing the pairs that were made of them.

    python matching_people.py make FOLDER CANDIDATES TREATED SEED
    python matching_people.py compare FOLDER OURS THEIRS

People are columns of 8-byte floats in a file each, which both Python and R read at once. Pairs are two columns of
4-byte integers: rows, from 0, of one enrolled and of one compared with.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

#: What is known of everybody. Alike exactly are `sex`, and `band` of the age besides.
COVARIATES = ("age", "sex", "alone", "acute", "gp", "drugs", "nursing", "hours")


def make(folder: Path, candidates: int, treated: int, seed: int) -> None:
    """People of whom those who use most are most likely to be enrolled; so many are, drawn by their likelihood."""
    lot = np.random.default_rng(seed)
    size = candidates + treated
    age = np.floor(np.clip(lot.normal(74, 9, size), 65, 104))
    frailty = lot.gamma(1.0, 1.0, size) * (1 + (age - 65) / 40)
    people = {
        "age": age,
        "sex": lot.integers(0, 2, size),
        "alone": lot.random(size) < 0.25 + (age - 65) / 100,
        "acute": lot.poisson(0.5 * frailty),
        "gp": lot.poisson(4 + 3 * frailty),
        "drugs": lot.poisson(3 + 2 * frailty),
        "nursing": lot.random(size) < 0.05 * frailty / (1 + 0.05 * frailty),
        "hours": np.where(lot.random(size) < 0.15, np.round(lot.exponential(60, size) * frailty, 1), 0.0),
        "band": np.searchsorted([75, 85], age, side="right"),
    }
    log_odds = 0.02 * (age - 74) + 0.35 * people["acute"] + 0.05 * people["drugs"] + 0.4 * people["nursing"]
    # The largest of log odds plus Gumbel noise are a draw without replacement by the odds.
    enrolled = np.zeros(size)
    enrolled[np.argpartition(-(log_odds + lot.gumbel(size=size)), treated)[:treated]] = 1
    folder.mkdir(parents=True, exist_ok=True)
    for name, column in {"treated": enrolled, **people}.items():
        np.asarray(column, dtype="<f8").tofile(folder / f"{name}.f8")


def read(folder: Path) -> pd.DataFrame:
    names = ("treated", *COVARIATES, "band")
    return pd.DataFrame({name: np.fromfile(folder / f"{name}.f8", dtype="<f8") for name in names})


def compare(folder: Path, ours: Path, theirs: Path) -> None:
    """How many pairs are the same, people who are equal in every covariate counted as one. Prints a sentence."""
    kind = read(folder).groupby(list(COVARIATES)).ngroup().to_numpy()
    counted = []
    for path in (ours, theirs):
        pairs = np.fromfile(path, dtype="<i4").reshape(-1, 2)
        of_kind = np.column_stack([pairs[:, 0], kind[pairs[:, 1]]])
        unique, counts = np.unique(of_kind, axis=0, return_counts=True)
        counted.append(pd.Series(counts, index=pd.MultiIndex.from_arrays(unique.T)))
    both = pd.concat(counted, axis=1, keys=["ours", "theirs"]).fillna(0)
    same = int(both.min(axis=1).sum())
    print(f"{int(both['ours'].sum()):,} pairs by Samspil, {int(both['theirs'].sum()):,} by MatchIt, {same:,} the same")


if __name__ == "__main__":
    verb, where, *rest = sys.argv[1:]
    if verb == "make":
        make(Path(where), *map(int, rest))
    else:
        compare(Path(where), Path(rest[0]), Path(rest[1]))
