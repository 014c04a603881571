"""Reference data of the synthetic region: the epidemiology, prices and names in `data/*.yaml`.

Numbers live in YAML so that a clinician or an economist can read and question them; code holds only how they
work together.
"""

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from samspil.synth.arrays import Floats


@cache
def reference(name: str) -> dict[str, Any]:
    """The contents of `data/<name>.yaml`. Treat it as read-only: it is shared by everyone in the process."""
    text = files("samspil.synth").joinpath("data", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def at_age(curve: list[float], ages: list[float], age: Floats) -> Floats:
    """Read a curve, given as figures at `ages`, at each person's age in years (straight lines in between,
    flat outside).
    """
    return np.interp(age, ages, curve).astype(np.float32)


def by_sex(values: dict[str, Any], age: Floats, female: np.ndarray, ages: list[float]) -> Floats:
    """Read a pair of curves `women`/`men` at each person's age and sex."""
    return np.where(female, at_age(values["women"], ages, age), at_age(values["men"], ages, age))
