"""Two areas before and after, from published figures alone: a crude difference, and nobody knows how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.evaluation.effects.estimate import LIMITS, Design, Limit
from samspil.evaluation.figures import Reason, Unknown


@dataclass(frozen=True)
class AreaDifference:
    """What the area with a programme changed more than the other. There is no interval, and it is not causal.

    `difference` is in the figures' own unit (percentage points, where they are per cent). `change` and
    `comparison_change` are what each area changed, as a share of where it began; `relative_difference` is the first
    less the second, and `relative_ratio` how much further the area stands than it would have, had it changed as the
    other did. Shares are 0.1 for 10 %, and Unknown where an area began at zero.
    """

    difference: float
    change: float | Unknown
    comparison_change: float | Unknown
    relative_difference: float | Unknown
    relative_ratio: float | Unknown
    design: Design = Design.AREAS

    @property
    def cannot_show(self) -> tuple[Limit, ...]:
        """What the design cannot show, the most important first: that it is not causal."""
        return LIMITS[self.design]


def areas(before: float, after: float, comparison_before: float, comparison_after: float) -> AreaDifference:
    """The crude difference in differences of two published series (report 001 Q-067 and Q-069, R-EVAL-02).

    Where only changes are published, give an index: -7.5 % is `before` 100 and `after` 92.5.
    """
    change = _change(before, after)
    other = _change(comparison_before, comparison_after)
    relative: float | Unknown
    ratio: float | Unknown
    if isinstance(change, Unknown) or isinstance(other, Unknown):
        relative = ratio = Unknown.because(Reason.NO_LEVEL)
    else:
        relative = change - other
        ratio = (1 + change) / (1 + other) - 1 if other > -1 else Unknown.because(Reason.NO_LEVEL)
    return AreaDifference((after - before) - (comparison_after - comparison_before), change, other, relative, ratio)


def _change(before: float, after: float) -> float | Unknown:
    return after / before - 1 if before > 0 else Unknown.because(Reason.NO_LEVEL)
