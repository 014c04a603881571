"""An effect among part of those in a panel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel
from samspil.evaluation.statistics import FEW, Bools

#: An effect on one outcome, estimated from whichever units a panel holds.
Estimate = Callable[[Panel], Effect | Unknown]


def of_rows(panel: Panel, rows: Bools, estimate: Estimate) -> Effect | Unknown:
    """The effect among the units of some rows alone; Unknown with too few of either group.

    Weights stay as they are: what is left out on one side is not made up for on the other.
    """
    part = panel.frame[rows]
    treated = part.drop_duplicates("unit")["treated"]
    fewest = min(int((treated == 1).sum()), int((treated == 0).sum()))
    if fewest < FEW:
        return Unknown.because(Reason.FEW_PERSONS, persons=fewest, needed=FEW)
    return estimate(replace(panel, frame=part))
