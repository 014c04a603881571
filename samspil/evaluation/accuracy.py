"""How well a score finds those who later have an outcome: in all, by score, and by practice, sex and age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from samspil.evaluation.cohort import Alike, Cohort, Grouping
from samspil.evaluation.figures import Estimate, Reason, Share, Unknown
from samspil.evaluation.statistics import Bools, Ints, auc, lift, share

Dimension = Literal["practice", "sex", "age"]


@dataclass(frozen=True)
class AtThreshold:
    """The list against what happened.

    `ppv` is the share of those listed who had the outcome, `sensitivity` the share of those with the outcome who
    were listed, `specificity` the share of those without who were not. `number_needed_to_list` is how many are
    listed for each one who has the outcome, and `lift` how much oftener that is than among all.
    """

    persons: int
    events: int
    listed: int
    listed_events: int
    ppv: Share | Unknown
    sensitivity: Share | Unknown
    specificity: Share | Unknown
    number_needed_to_list: Estimate | Unknown
    lift: Estimate | Unknown


@dataclass(frozen=True)
class ScoreRow:
    """Everybody with one score, and how many of them had the outcome."""

    score: int
    persons: int
    listed: int
    events: int
    observed: Share | Unknown


@dataclass(frozen=True)
class Subgroup:
    """One practice, sex or age group. `group` is a provider number, `F`/`M`, or ages such as `65-74` and `85+`."""

    dimension: Dimension
    group: str
    at_threshold: AtThreshold
    auc: Estimate | Unknown


@dataclass(frozen=True)
class Accuracy:
    """How well one score found one outcome."""

    prevalence: Share | Unknown
    auc: Estimate | Unknown
    at_threshold: AtThreshold
    by_score: tuple[ScoreRow, ...]
    subgroups: tuple[Subgroup, ...]

    def of(self, dimension: Dimension) -> tuple[Subgroup, ...]:
        return tuple(group for group in self.subgroups if group.dimension == dimension)


def accuracy(people: Cohort, outcome: str) -> Accuracy:
    """How well the cohort's score found an outcome that happens or not."""
    events = people.events[outcome]
    groupings: list[tuple[Dimension, Alike, Grouping]] = [("sex", people, people.sex), ("age", people, people.age)]
    if people.practices is not None:
        groupings.insert(0, ("practice", people.practices, people.practices.practice))
    return Accuracy(
        prevalence=share(int(people.persons[events].sum()), people.everybody),
        auc=auc(people.score, events, people.persons),
        at_threshold=at_threshold(people.in_target, events, people.persons),
        by_score=tuple(_by_score(people, events)),
        subgroups=tuple(
            _subgroup(dimension, name, rows, outcome, members)
            for dimension, rows, grouping in groupings
            for name, members in _members(grouping)
        ),
    )


def _subgroup(dimension: Dimension, name: str, rows: Alike, outcome: str, members: Ints) -> Subgroup:
    events, persons = rows.events[outcome][members], rows.persons[members]
    listed, score = rows.in_target[members], rows.score[members]
    return Subgroup(dimension, name, at_threshold(listed, events, persons), auc(score, events, persons))


def at_threshold(listed: Bools, events: Bools, persons: Ints) -> AtThreshold:
    """The list against what happened, of so many persons in each row."""
    everybody, in_all, on_list = int(persons.sum()), int(persons[events].sum()), int(persons[listed].sum())
    found = int(persons[listed & events].sum())
    ppv = share(found, on_list) if on_list else Unknown.because(Reason.NONE_LISTED)
    return AtThreshold(
        persons=everybody,
        events=in_all,
        listed=on_list,
        listed_events=found,
        ppv=ppv,
        sensitivity=share(found, in_all) if in_all else Unknown.because(Reason.NO_EVENTS),
        specificity=_specificity(everybody - in_all, on_list - found),
        number_needed_to_list=_needed(ppv),
        lift=lift(on_list, found, in_all, everybody),
    )


def _specificity(without: int, listed_without: int) -> Share | Unknown:
    if not without:
        return Unknown.because(Reason.NO_NON_EVENTS)
    return share(without - listed_without, without)


def _needed(ppv: Share | Unknown) -> Estimate | Unknown:
    if isinstance(ppv, Unknown):
        return ppv
    if ppv.numerator == 0:
        return Unknown.because(Reason.NO_EVENTS_LISTED)
    return Estimate(1 / ppv.value, 1 / ppv.high, 1 / ppv.low)


def _by_score(people: Cohort, events: Bools) -> Iterator[ScoreRow]:
    for score in np.unique(people.score):
        here = people.score == score
        persons, happened = int(people.persons[here].sum()), int(people.persons[here & events].sum())
        listed = int(people.persons[here & people.in_target].sum())
        yield ScoreRow(int(score), persons, listed, happened, share(happened, persons))


def _members(grouping: Grouping) -> Iterator[tuple[str, Ints]]:
    """The rows of each group, for groups that have any."""
    order = np.argsort(grouping.member_of, kind="stable")
    ends = np.cumsum(np.bincount(grouping.member_of, minlength=len(grouping.names)))
    for number, name in enumerate(grouping.names):
        places = order[ends[number - 1] if number else 0 : ends[number]]
        if len(places):
            yield name, places
