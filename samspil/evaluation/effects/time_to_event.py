"""Time to something that happens once, with death as competing event.

Whoever died cannot have the event any more: to leave them out as if they were still to be followed (Kaplan and Meier)
promises them an event that never comes. Cumulative incidence is by Aalen and Johansen (Scandinavian Journal of
Statistics 5 (1978) 141-150). statsmodels' gives no interval with weights, so it stands here and is tested against that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from samspil.definitions import SamspilError
from samspil.evaluation.effects.cox import hazard_ratio
from samspil.evaluation.effects.estimate import Design, Effect
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.statistics import FEW, Bools, Floats, share

#: How following a citizen ended: it happened, they died before, or following ended before either.
STATES = ("event", "death", "censored")


@dataclass(frozen=True)
class Incidence:
    """The share (0 to 1) of a group to whom it has happened `month` months after the index, and who died first."""

    month: int
    share: float
    low: float
    high: float
    died: float
    at_risk: int


@dataclass(frozen=True)
class EventTimes:
    """Cumulative incidence of both groups (Aalen-Johansen), and the ratio of cause-specific hazards (Cox)."""

    treated: tuple[Incidence, ...]
    comparison: tuple[Incidence, ...]
    hazard_ratio: Effect
    treated_events: int
    comparison_events: int
    treated_deaths: int
    comparison_deaths: int


def event_times(frame: pd.DataFrame, event: str) -> EventTimes | Unknown:
    """The shares to whom it happened, and how much sooner, from one row per `unit`:

    `treated` is 1 or 0; `months` from the index date to what `state` says, in months (a fraction is allowed, 0 or less
    is not); `weight` the matching weight; `cluster` the practice. Raises SamspilError for a state or a number of months
    that cannot be.
    """
    _check(frame, event)
    groups = {is_treated: frame[frame["treated"] == is_treated] for is_treated in (1, 0)}
    events = {group: int((rows["state"] == "event").sum()) for group, rows in groups.items()}
    deaths = {group: int((rows["state"] == "death").sum()) for group, rows in groups.items()}
    if min(events.values()) < FEW:
        return Unknown.because(Reason.FEW_EVENTS, events=min(events.values()), needed=FEW)
    practices = {group: rows["cluster"].nunique() for group, rows in groups.items()}
    if min(practices.values()) < 2:
        return Unknown.because(Reason.FEW_PRACTICES, practices=min(practices.values()), needed=2)
    ratio = hazard_ratio(
        frame["months"].to_numpy(float),
        (frame["state"] == "event").to_numpy(),
        (frame["treated"] == 1).to_numpy(),
        frame["weight"].to_numpy(float),
        pd.factorize(frame["cluster"], sort=True)[0],
    )
    if isinstance(ratio, Unknown):
        return ratio
    return EventTimes(
        treated=incidence(groups[1]),
        comparison=incidence(groups[0]),
        hazard_ratio=Effect(
            outcome=event,
            design=Design.TIME_TO_EVENT,
            estimate=ratio,
            treated=_citizens(groups[1]),
            comparison=_citizens(groups[0]),
            clusters=int(frame["cluster"].nunique()),
            scale="ratio",
        ),
        treated_events=events[1],
        comparison_events=events[0],
        treated_deaths=deaths[1],
        comparison_deaths=deaths[0],
    )


def incidence(group: pd.DataFrame) -> tuple[Incidence, ...]:
    """The cumulative incidence of one group at each whole month at which somebody is still followed.

    The interval leaves out one practice at a time (jackknife), with Student's t of practices less one, on the scale
    log(-log), which stays between 0 and 1. A share of 0 or 1 has Wilson's interval. `at_risk` counts units, unweighted.
    """
    exits = _Exits.of(group)
    everybody, without_one = exits.together(), exits.without_one()
    (happened, died), (left_out, _) = everybody.curves(), without_one.curves()
    practices = len(left_out)
    jackknife = (practices - 1) * np.var(left_out, axis=0)
    told = []
    for month in range(int(exits.times[-1]) + 1):
        at_risk = int((group["months"] >= month).sum())
        place = int(np.searchsorted(exits.times, month, side="right")) - 1
        if place < 0:
            low, high = (0.0, 0.0) if month == 0 else _limits(0.0, 0.0, practices, len(group))
            told.append(Incidence(month, 0.0, low, high, 0.0, at_risk))
            continue
        value = float(happened[0, place])
        low, high = _limits(value, math.sqrt(float(jackknife[place])), practices, len(group))
        told.append(Incidence(month, value, low, high, float(died[0, place]), at_risk))
    return tuple(told)


@dataclass(frozen=True)
class _Exits:
    """Weights of events, of deaths and of all who were followed no longer: a row per practice, a column per moment."""

    times: Floats
    events: Floats
    deaths: Floats
    all: Floats

    @classmethod
    def of(cls, group: pd.DataFrame) -> _Exits:
        times, moment = np.unique(group["months"].to_numpy(float), return_inverse=True)
        practice = pd.factorize(group["cluster"], sort=True)[0]
        weight, state = group["weight"].to_numpy(float), group["state"].to_numpy(str)

        def weights(which: Bools) -> Floats:
            table = np.zeros((practice.max() + 1, len(times)))
            np.add.at(table, (practice, moment), weight * which)
            return table

        return cls(times, weights(state == "event"), weights(state == "death"), weights(state != ""))

    def together(self) -> _Exits:
        """All practices as one."""
        return _Exits(self.times, *(each.sum(axis=0, keepdims=True) for each in (self.events, self.deaths, self.all)))

    def without_one(self) -> _Exits:
        """For each practice, all others as one."""
        return _Exits(self.times, *(each.sum(axis=0) - each for each in (self.events, self.deaths, self.all)))

    def curves(self) -> tuple[Floats, Floats]:
        """Cumulative incidence of event and of death, row by row."""
        at_risk = np.cumsum(self.all[:, ::-1], axis=1)[:, ::-1]
        at_risk = np.where(at_risk > 1e-9, at_risk, np.inf)
        left = np.cumprod(1 - (self.events + self.deaths) / at_risk, axis=1)
        before = np.concatenate([np.ones((len(left), 1)), left[:, :-1]], axis=1)
        return np.cumsum(before * self.events / at_risk, axis=1), np.cumsum(before * self.deaths / at_risk, axis=1)


def _limits(value: float, error: float, practices: int, citizens: int) -> tuple[float, float]:
    if not 1e-12 < value < 1 - 1e-12:
        wilson = share(round(value) * citizens, citizens)
        assert not isinstance(wilson, Unknown)
        return wilson.low, wilson.high
    width = float(stats.t.ppf(0.975, practices - 1)) * error / (value * abs(math.log(value)))
    return value ** math.exp(width), value ** math.exp(-width)


def _citizens(group: pd.DataFrame) -> int:
    return int(group["person_id" if "person_id" in group else "unit"].nunique())


def _check(frame: pd.DataFrame, event: str) -> None:
    unheard_of = sorted(set(frame["state"]) - set(STATES))
    if unheard_of:
        raise SamspilError(f"`{event}`: a state is one of {', '.join(STATES)}, and not `{unheard_of[0]}`")
    if not (frame["months"] > 0).all():
        first = frame.loc[~(frame["months"] > 0), "unit"].iloc[0]
        raise SamspilError(f"`{event}`: unit {first} is not followed after its index date (`months` is not above 0)")
