"""What would have to be true for an effect to be something else: what was not seen, one practice, another day."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.effects.parts import Estimate, of_rows
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.panel import Panel


@dataclass(frozen=True)
class EValue:
    """How strongly something unseen would have to go with both enrolment and outcome to explain an effect away.

    `ratio` is the effect as a ratio of rates; `of_limit` is the E-value of the interval's end nearest to no effect (1
    when the interval holds it). VanderWeele and Ding 2017.
    """

    ratio: float
    value: float
    of_limit: float


@dataclass(frozen=True)
class Sensitivity:
    """How an outcome's effect holds when something is changed.

    `without_practice` gives the effect by the practice left out (`lowest` and `highest` of them are its ends);
    `by_inclusion` by how citizens were found (`list`, `off_list`); `placebo_date` is the effect of a made-up index day
    before the true one, on time before enrolment alone.
    """

    e_value: EValue | Unknown
    placebo_date: Effect | Unknown
    without_practice: Mapping[str, Effect]
    by_inclusion: Mapping[str, Effect | Unknown]

    @property
    def lowest(self) -> float | None:
        """The lowest effect when one practice is left out."""
        return min((each.estimate.value for each in self.without_practice.values()), default=None)

    @property
    def highest(self) -> float | None:
        """The highest effect when one practice is left out."""
        return max((each.estimate.value for each in self.without_practice.values()), default=None)


def e_value(effect: Effect, *, rare: bool = False) -> EValue | Unknown:
    """How strong something unseen must be, as a ratio of risks with both enrolment and outcome, to be the whole effect.

    A difference becomes a ratio by what those enrolled had, over what they would have had without the programme
    (`treated_after` less the effect). A ratio of hazards is brought to one of risks as for outcomes that are not rare,
    unless `rare` says that fewer than 15 % have it by the end of following (VanderWeele and Ding, Annals of Internal
    Medicine 167 (2017) 268-274, table 2). A ratio below 1 is turned around.
    """
    estimate = effect.estimate
    ratios = [_as_ratio(effect, each, rare) for each in (estimate.value, estimate.low, estimate.high)]
    value, low, high = ratios
    if value is None:
        return Unknown.because(Reason.NO_LEVEL)
    nearest = low if value > 1 else high
    # an end without a ratio lies beyond the estimate, on the far side of no effect
    beyond = nearest is None or (nearest <= 1 if value > 1 else nearest >= 1)
    return EValue(ratio=value, value=_e(value), of_limit=1.0 if beyond or nearest is None else _e(nearest))


def _as_ratio(effect: Effect, of: float, rare: bool) -> float | None:
    if effect.scale != "ratio":
        after = effect.treated_after
        return None if after is None or min(after, after - of) <= 0 else after / (after - of)
    if rare or of <= 0:
        return of if of > 0 else None
    return (1 - math.pow(0.5, math.sqrt(of))) / (1 - math.pow(0.5, math.sqrt(1 / of)))


def _e(ratio: float) -> float:
    above = max(ratio, 1 / ratio)
    return above + math.sqrt(above * (above - 1))


def placebo_date(panel: Panel, estimate: Estimate) -> Effect | Unknown:
    """The effect of an index day in the middle of the time before the true one, on time before enrolment alone.

    Nothing was done then, so an effect there tells that the groups moved apart by themselves. After matching on use
    before the index day it tells less than it seems: the groups were made alike over these very months.
    """
    half = panel.before // panel.period // 2 * panel.period
    if half == 0:
        return Unknown.because(Reason.SHORT_BEFORE, months=panel.before, needed=2 * panel.period)
    frame = panel.frame[panel.frame["since"] < 0]
    frame = frame.assign(since=frame["since"] + half, index_month=frame["index_month"] - half)
    return estimate(replace(panel, frame=frame, before=panel.before - half, after=half))


def without_each_practice(panel: Panel, estimate: Estimate) -> dict[str, Effect]:
    """The effect without each practice that enrolled somebody; a practice without which there is none is absent."""
    frame = panel.frame
    practices = sorted(frame.loc[frame["treated"] == 1, "cluster"].unique())
    found = {str(each): of_rows(panel, (frame["cluster"] != each).to_numpy(bool), estimate) for each in practices}
    return {practice: effect for practice, effect in found.items() if isinstance(effect, Effect)}


def by_inclusion(panel: Panel, inclusion: Mapping[int, str], estimate: Estimate) -> dict[str, Effect | Unknown]:
    """The effect by how those enrolled were found (`list` or `off_list`, by unit), all with everybody compared with.

    Whoever was found by a professional and not by a list was chosen for what no register holds (000 L-42): an effect
    that those alone show is hardly the programme's.
    """
    frame = panel.frame
    kind, compared = frame["unit"].map(inclusion), frame["treated"] == 0
    return {
        each: of_rows(panel, (compared | (kind == each)).to_numpy(bool), estimate)
        for each in sorted(kind[~compared].dropna().unique())
    }
