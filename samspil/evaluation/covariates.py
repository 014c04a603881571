"""Covariates as columns of numbers: what propensities are estimated from, distances measured in and balance judged by.

A number stays as it is; true and false are 1 and 0; every level of a text is a column of 0 and 1. Missing is neither
zero nor average: it is a level of its own (column `name=`), as in R's cobalt, so that those for whom something is
missing are compared with others for whom it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from samspil.definitions import SamspilError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Column:
    """One column: `level` is None for a number, the level of a text, and empty for "is missing".

    `values` has one number per row, NaN where a number is missing (and nowhere else).
    """

    covariate: str
    level: str | None
    values: Floats

    @property
    def name(self) -> str:
        """How the column is named in tables: the covariate, with `=level` where it has levels."""
        return self.covariate if self.level is None else f"{self.covariate}={self.level}"

    @property
    def binary(self) -> bool:
        """Whether it has no other values than 0 and 1: its mean is a share, and says all that its variance could."""
        return bool(np.all((self.values == 0) | (self.values == 1) | np.isnan(self.values)))


def columns(frame: pd.DataFrame, covariates: Sequence[str]) -> tuple[Column, ...]:
    """Every covariate's columns, levels in alphabetical order. A text with two levels has one: for the second.

    Raises SamspilError where the frame lacks a covariate, or has an infinite number.
    """
    found: list[Column] = []
    for name in covariates:
        if name not in frame:
            raise SamspilError(f"the covariate `{name}` is not among the columns: {', '.join(map(str, frame.columns))}")
        found += _of(name, frame[name])
    return tuple(found)


#: What pandas calls objects that are numbers, or true and false.
_NUMBERS = ("boolean", "integer", "floating", "mixed-integer-float", "decimal")


def _of(name: str, series: pd.Series) -> list[Column]:
    absent = series.isna().to_numpy()
    if series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) in _NUMBERS:
        series = pd.to_numeric(series.where(~absent).astype("Float64"))
    missing = [Column(name, "", absent.astype(np.float64))] if absent.any() else []
    if pd.api.types.is_numeric_dtype(series.dtype) or pd.api.types.is_bool_dtype(series.dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        if np.isinf(values).any():
            raise SamspilError(f"the covariate `{name}` is infinite in row {int(np.argmax(np.isinf(values)))}")
        return [Column(name, None, values), *missing]
    codes, levels = pd.factorize(series.astype("str").where(~absent), sort=True)
    shown = range(1, 2) if len(levels) == 2 and not missing else range(len(levels))
    return [Column(name, str(levels[code]), (codes == code).astype(np.float64)) for code in shown] + missing


def numbers(frame: pd.DataFrame, covariates: Sequence[str]) -> Floats:
    """The covariates as a matrix without gaps, one row per row: what a regression or a distance can be taken of.

    Where a number is missing stands the mean of those known, which together with the column for "is missing" lets the
    regression decide what missing means. Columns that say nothing which those before them have not said (one level of
    each text, somebody for whom two things are always missing together) are left out.
    """
    filled = []
    for column in columns(frame, covariates):
        absent = np.isnan(column.values)
        if absent.all():
            continue
        filled.append(np.where(absent, column.values[~absent].mean(), column.values) if absent.any() else column.values)
    matrix = np.column_stack(filled) if filled else np.empty((len(frame), 0))
    kept = _independent(matrix)
    return matrix if len(kept) == matrix.shape[1] else matrix[:, kept]


#: A column whose correlation with those before it leaves less than this share of its variance says nothing new. R's
#: `lm` uses the square root of about the same.
_NOTHING_NEW = 1e-10


def _independent(matrix: Floats) -> list[int]:
    """The columns that are no linear combination of those before them and a constant (Gram-Schmidt by Cholesky)."""
    spread = matrix.std(axis=0)
    varying = [place for place in range(matrix.shape[1]) if spread[place] > 1e-12 * max(1.0, abs(matrix[0, place]))]
    if not varying:
        return []
    standardised = (matrix[:, varying] - matrix[:, varying].mean(axis=0)) / spread[varying]
    correlations = standardised.T @ standardised / len(matrix)
    kept: list[int] = []
    for place in range(len(varying)):
        left = 1.0
        if kept:
            with_kept = correlations[kept, place]
            left -= float(with_kept @ np.linalg.solve(correlations[np.ix_(kept, kept)], with_kept))
        if left > _NOTHING_NEW:
            kept.append(place)
    return [varying[place] for place in kept]
