"""What citizens used more because of the programme: the effects on cost, added without counting a sector twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import Shift
from samspil.evaluation.effects.estimate import Effect
from samspil.evaluation.figures import Estimate, Reason, Unknown
from samspil.programmes.payers import NOT_KNOWN, SEVERAL
from samspil.programmes.study import StudyOutcome

Outcomes = Sequence[StudyOutcome]


def added_outcomes(outcomes: Iterable[StudyOutcome]) -> tuple[StudyOutcome, ...]:
    """The outcomes whose cost can be added: no sector is in two of them.

    Of all such choices the one that counts most sectors; of these the one with most outcomes, which tells most of who
    uses more; of these that which stands first. Placebos are no consumption of the programme's.
    """
    costs = _costs(outcomes)
    best: dict[frozenset[str], tuple[int, ...]] = {frozenset(): ()}
    for place, outcome in enumerate(costs):
        sectors = frozenset(outcome.cost_of)
        for covered, others in list(best.items()):
            if not covered & sectors:
                rival = best.get(covered | sectors, ())
                best[covered | sectors] = max(rival, (*others, place), key=_finest)
    chosen = best[max(best, key=lambda covered: (len(covered), _finest(best[covered])))]
    return tuple(costs[place] for place in chosen)


def outcome_of_all(outcomes: Iterable[StudyOutcome], added: Outcomes) -> StudyOutcome | None:
    """The outcome, if the study has one, that counts just the sectors of those added, all together."""
    sectors = {sector for outcome in added for sector in outcome.cost_of}
    whole = (each for each in _costs(outcomes) if set(each.cost_of) == sectors and each not in added)
    return next(whole, None)


def _costs(outcomes: Iterable[StudyOutcome]) -> list[StudyOutcome]:
    return [each for each in outcomes if each.aim == "cost" and each.cost_of and not each.placebo]


def _finest(places: tuple[int, ...]) -> tuple[int, tuple[int, ...]]:
    return len(places), tuple(-place for place in places)


def shifts_of(
    outcomes: Outcomes, effects: Mapping[str, Effect | Unknown], payers: Mapping[str, str]
) -> tuple[Shift, ...]:
    """Excess consumption of each outcome, for each course and year, with who pays for its sectors.

    An outcome over the sectors of more than one payer is of `several`. Raises SamspilError for an effect that is no
    amount per citizen and year.
    """
    return tuple(Shift(each.sector, _payer(each, payers), _amount(each, effects)) for each in outcomes)


def _payer(outcome: StudyOutcome, payers: Mapping[str, str]) -> str:
    found = {payers.get(sector, NOT_KNOWN) for sector in outcome.cost_of}
    return found.pop() if len(found) == 1 else SEVERAL


def _amount(outcome: StudyOutcome, effects: Mapping[str, Effect | Unknown]) -> Estimate | Unknown:
    effect = effects.get(outcome.outcome, Unknown.because(Reason.CONSUMPTION_NOT_COUNTED))
    if isinstance(effect, Unknown):
        return effect
    if effect.scale != "rate":
        raise SamspilError(
            f"the effect on `{outcome.outcome}` is a {effect.scale}: give its amount per citizen and year, to add it up"
        )
    return _plain(effect)


def excess_per_course(shifts: Sequence[Shift], of_all: Effect | Unknown | None = None) -> Estimate | Unknown:
    """What a citizen used more in a year after the course began, DKK: the sum of the shifts. Negative is less.

    `of_all` is the effect on all these sectors as one outcome, and is what the figure and its interval come from where
    it is given. Effects on the same citizens depend on each other, so their variances do not add up. Without `of_all`
    the ends of the intervals are added: too wide, and never too narrow (the standard error of a sum is at most the sum
    of standard errors, whatever the correlation). Unknown where one of the shifts is, whatever `of_all` says: it would
    be the effect on fewer sectors than it is read as.
    """
    if not shifts:
        return Unknown.because(Reason.CONSUMPTION_NOT_COUNTED)
    value = low = high = 0.0
    for shift in shifts:
        if isinstance(shift.per_course, Unknown):
            return shift.per_course
        value += shift.per_course.value
        low += shift.per_course.low
        high += shift.per_course.high
    if of_all is not None:
        return of_all if isinstance(of_all, Unknown) else _plain(of_all)
    return Estimate(value, low, high)


def _plain(effect: Effect) -> Estimate:
    return Estimate(effect.estimate.value, effect.estimate.low, effect.estimate.high)
