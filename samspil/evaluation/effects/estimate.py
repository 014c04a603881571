"""What every effect says of itself: how much, how sure, of how many, by which design, and what that cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from samspil.evaluation.figures import Difference, Unknown
from samspil.programmes.study import Direction


class Design(StrEnum):
    """How an effect was estimated. The text is what a reader is told, and what translations are made from."""

    MATCHED = "Matched difference in differences"
    EVENT_STUDY = "Event study around the index month"
    STAGGERED = "Staggered starts, those not yet started as comparison"
    STEPPED = "Stepped roll-out by practice"
    INTERRUPTED = "Interrupted time series with a comparison series"
    INTERRUPTED_ALONE = "Interrupted time series without comparison"
    BEFORE_AFTER = "Before and after, without comparison"
    AREAS = "Two areas before and after"
    TIME_TO_EVENT = "Time to event, death as competing event"
    DOSE = "More or less received, among those enrolled"


class Limit(StrEnum):
    """What a design cannot show. The text is what a reader is told, and what translations are made from."""

    UNOBSERVED = (
        "Citizens were chosen by people. Differences that no register holds cannot be excluded, and may be the whole"
        " effect."
    )
    TRENDS = "It is taken for granted that both groups would have moved alike without the programme."
    AGGREGATE = "It tells of all citizens of the practices, and not of those enrolled."
    COINCIDENCE = "Whatever else began at the same time counts as the programme's."
    NO_COMPARISON = (
        "It is not causal: there is nobody to compare with. Citizens are found when they are worst, and get better"
        " anyway."
    )
    TWO_AREAS = (
        "It is not causal: two areas differ in more than the programme, and nobody knows how sure the figure is."
    )
    SURVIVAL = "Who leaves the region is no longer followed; whoever left for a reason is missed."
    DOSE = "It is not causal: those who need more receive more."
    LATER = "What comes after the months followed is not seen."


#: What each design cannot show, the most important first.
LIMITS: dict[Design, tuple[Limit, ...]] = {
    Design.MATCHED: (Limit.UNOBSERVED, Limit.TRENDS, Limit.LATER),
    Design.EVENT_STUDY: (Limit.UNOBSERVED, Limit.TRENDS, Limit.LATER),
    Design.STAGGERED: (Limit.UNOBSERVED, Limit.TRENDS, Limit.LATER),
    Design.STEPPED: (Limit.AGGREGATE, Limit.TRENDS, Limit.LATER),
    Design.INTERRUPTED: (Limit.AGGREGATE, Limit.COINCIDENCE, Limit.LATER),
    Design.INTERRUPTED_ALONE: (Limit.NO_COMPARISON, Limit.COINCIDENCE),
    Design.BEFORE_AFTER: (Limit.NO_COMPARISON,),
    Design.AREAS: (Limit.TWO_AREAS,),
    Design.TIME_TO_EVENT: (Limit.UNOBSERVED, Limit.SURVIVAL, Limit.LATER),
    Design.DOSE: (Limit.DOSE, Limit.LATER),
}


@dataclass(frozen=True)
class Effect:
    """An effect on one outcome.

    `estimate` is in the outcome's unit for one citizen and year, unless `scale` says another: `ratio` of hazards or
    rates, or `share` of citizens. `treated` and `comparison` are distinct citizens, `clusters` the practices the
    interval rests on. `treated_before` and `treated_after` are what those enrolled had, `comparison_before` and
    `comparison_after` those compared with (None where a design has no such mean).
    """

    outcome: str
    design: Design
    estimate: Difference
    treated: int
    comparison: int
    clusters: int
    scale: str = "rate"
    treated_before: float | None = None
    treated_after: float | None = None
    comparison_before: float | None = None
    comparison_after: float | None = None

    @property
    def cannot_show(self) -> tuple[Limit, ...]:
        """What the design cannot show, the most important first."""
        return LIMITS[self.design]


class Verdict(StrEnum):
    """What may be said of an effect. The text is what a reader is told, and what translations are made from."""

    TOO_EARLY = "too early to tell"
    NOT_COMPARABLE = "cannot be told: those compared are not alike enough"
    TOO_FEW = "cannot be told: too few citizens or practices"
    UNKNOWN = "not measured"
    UNDETERMINED = "undetermined: an effect is neither shown nor excluded"
    BETTER = "changed as hoped"
    WORSE = "changed against what was hoped"
    CHANGED = "changed"


def verdict(effect: Effect | Unknown, direction: Direction) -> Verdict:
    """What an estimate says beside what was hoped for: undetermined while its interval holds no effect.

    Whether anything may be said at all (balance, follow-up, numbers) is settled before: see `study_result`.
    """
    if isinstance(effect, Unknown):
        return Verdict.UNKNOWN
    nothing = 1.0 if effect.scale == "ratio" else 0.0
    if effect.estimate.low <= nothing <= effect.estimate.high:
        return Verdict.UNDETERMINED
    if direction == "either":
        return Verdict.CHANGED
    return Verdict.BETTER if (effect.estimate.value > nothing) == (direction == "more") else Verdict.WORSE
