"""The people of a validation: those alike are counted by the engine, and sums are those of the persons."""

from __future__ import annotations

import copy
import datetime as dt
from collections import defaultdict
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from scipy.stats import rankdata

from samspil.evaluation.cohort import Cohort, cohort
from samspil.population import stratify
from samspil.population.time import DAY, Period
from tests.evaluation.made_people import ENDS, OUTCOMES, D, by_lot, moments, small_model
from tests.population.builders import Region, as_ibis

#: Øre whose square is beyond 64 bits.
DEAR = "99999999.99"


@pytest.fixture(scope="module")
def region() -> Region:
    region = by_lot(3, 80)
    region.citizen(81, age=40).home_nursing().hospital_contacts(on=D + DAY, cost=DEAR)
    return region


def of(region: Region) -> Cohort:
    return cohort(small_model(), OUTCOMES, as_ibis(region.tables), D, Period(D, ENDS))


def kinds(people: Cohort) -> list[tuple[Any, ...]]:
    """What the rows are, without how many persons they stand for."""
    columns = [people.score, people.in_target, people.age.member_of, people.sex.member_of, *people.events.values()]
    columns += [*people.points.values(), *people.categories.values()]
    return list(zip(*(column.tolist() for column in columns), strict=True))


def costs_of(region: Region) -> dict[int, int]:
    """Øre of each person in the horizon."""
    spent: dict[int, int] = defaultdict(int)
    for row in region.tables["hospital_contact"]:
        if D < _day(row["start"]) <= ENDS:
            spent[row["person_id"]] += int(Decimal(row["cost"]) * 100)
    return spent


def _day(moment: dt.datetime) -> dt.date:
    return moment.date()


def test_twice_the_people_are_the_same_rows(region: Region, engine: str) -> None:
    twice = copy.deepcopy(region)
    for rows in twice.tables.values():
        rows += [row | {"person_id": row["person_id"] + 1000} for row in rows if "person_id" in row]
    once, both = of(region), of(twice)
    assert len(once.persons) < once.everybody
    assert kinds(both) == kinds(once)
    assert both.persons.tolist() == (2 * once.persons).tolist()
    assert both.incomplete.tolist() == (2 * once.incomplete).tolist()
    assert once.practices is not None
    assert both.practices is not None
    assert both.practices.persons.tolist() == (2 * once.practices.persons).tolist()
    assert both.practices.practice.names == once.practices.practice.names


def test_every_way_of_counting_counts_everybody(region: Region, engine: str) -> None:
    people = of(region)
    assert people.practices is not None
    ways = (people.persons, people.practices.persons, people.amounts["cost"].persons)
    assert {int(way.sum()) for way in ways} == {people.everybody}
    whole, by_practice = (
        {outcome: int(rows.persons[rows.in_target & had].sum()) for outcome, had in rows.events.items()}
        for rows in (people, people.practices)
    )
    assert whole == by_practice
    assert whole["admission"] > 0


def test_sums_of_an_amount_are_those_of_the_persons(region: Region, engine: str) -> None:
    spent = costs_of(region)
    run = stratify([small_model()], as_ibis(region.tables), D)
    persons = [row for row in run.persons("small").to_pyarrow().to_pylist() if not row["excluded_by"]]
    oere = [spent[row["person_id"]] for row in persons]
    ranks = (2 * rankdata(oere)).astype(int)
    of_score = [(row["score"], row["in_target"]) for row in persons]
    found = of(region).amounts["cost"]
    assert list(zip(found.score.tolist(), found.in_target.tolist(), strict=True)) == sorted(set(of_score))
    for row, kind in enumerate(sorted(set(of_score))):
        here = [place for place, other in enumerate(of_score) if other == kind]
        assert found.amounts[row] == moments([oere[place] for place in here]), kind
        assert found.ranks[row] == sum(int(ranks[place]) for place in here), kind
    assert found.ties == sum(int(t) ** 3 - int(t) for t in np.unique(oere, return_counts=True)[1])
    assert max(oere) ** 2 > 2**63
