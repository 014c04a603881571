"""A small points model, cohorts made by hand or by lot, and regions for whole validations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from samspil.evaluation import Validation, validate
from samspil.evaluation.cohort import ByPractice, Cohort, Grouping
from samspil.evaluation.statistics import Bools, Floats, Ints, Moments
from samspil.population.time import DAY, Months
from samspil.programmes import ModelFile, RiskModel, find_model, load_model
from samspil.programmes.schema import Outcomes
from samspil.warehouse.contracts import contracts
from tests.population.builders import Region, as_ibis

D = dt.date(2015, 1, 31)
BEFORE = dt.date(2014, 1, 31)
ENDS = dt.date(2016, 1, 31)

OUTCOMES = Outcomes.model_validate(
    {
        "source": "000 L1",
        "age_groups": [18, 50, 65],
        "few": 5,
        "outcomes": [
            {
                "outcome": "admission",
                "title": {"da": "Indlæggelse", "en": "Admission"},
                "why": {"da": "Derfor.", "en": "Because."},
                "main_for": ["small"],
                "any_of": [
                    {"measure": "hospital_contacts", "with": {"acute": True, "within": "horizon"}, "at_least": 1}
                ],
            },
            {
                "outcome": "death",
                "title": {"da": "Død", "en": "Death"},
                "why": {"da": "Derfor.", "en": "Because."},
                "any_of": [{"measure": "died", "with": {"within": "horizon"}}],
            },
            {
                "outcome": "cost",
                "title": {"da": "Udgifter", "en": "Cost"},
                "why": {"da": "Derfor.", "en": "Because."},
                "sum_of": [
                    {"measure": "hospital_cost", "with": {"within": "horizon"}},
                    {"measure": "dispensing_prices", "with": {"within": "horizon"}},
                ],
            },
        ],
    }
)


@cache
def model_file() -> ModelFile:
    """The small model as a file."""
    return load_model(Path(__file__).parent / "small.yaml", find_model("daemp").programme)


def small_model() -> RiskModel:
    """The small model as in force at D."""
    return model_file().at(D)


def cohort_of(
    model: RiskModel,
    categories: Mapping[str, Sequence[int] | Ints],
    points: Mapping[str, Sequence[int]],
    events: Bools,
    *,
    as_of: dt.date = D,
    practice: Sequence[str] | None = None,
    persons: Sequence[int] | Ints | None = None,
) -> Cohort:
    """A cohort whose items have these levels, worth `points` by level; the outcome is called `event`.

    A row is one person, or so many `persons`.
    """
    size = np.ones(len(events), dtype=np.int64) if persons is None else np.asarray(persons)
    codes = {item: np.asarray(levels) for item, levels in categories.items()}
    earned = {item: np.where(codes[item] < 0, 0, np.asarray(points[item])[codes[item]]) for item in codes}
    score = sum(earned.values(), np.zeros(len(events), dtype=np.int64))
    alike: dict[str, Any] = {
        "persons": size,
        "score": score,
        "in_target": score >= model.target.at_least,
        "events": {"event": np.asarray(events)},
    }
    nobody = np.zeros(len(events), dtype=np.int64)
    return Cohort(
        **alike,
        as_of=as_of,
        model=model,
        incomplete=nobody,
        emigrated_later=nobody,
        age=Grouping(("0-49", "50+"), np.arange(len(events)) % 3 // 2),
        sex=Grouping(("F", "M"), np.arange(len(events)) % 2),
        practices=ByPractice(**alike, practice=grouping(practice)) if practice else None,
        points=earned,
        categories=codes,
        amounts={},
        excluded={},
        excluded_persons=0,
        unchecked=(),
        missing=(),
    )


def grouping(names: Sequence[str]) -> Grouping:
    """The groups that rows belong to by name."""
    found = sorted(set(names))
    return Grouping(tuple(found), np.array([found.index(name) for name in names]))


def moments(values: Sequence[float] | Floats) -> Moments:
    """What is kept of these values."""
    exact = [Fraction(value) for value in np.asarray(values).tolist()]
    return Moments(len(exact), sum(exact, Fraction(0)), sum((value**2 for value in exact), Fraction(0)))


def leaves(found: Any) -> list[float]:
    """Every number of a result, in order."""
    if is_dataclass(found):
        return [number for field in fields(found) for number in leaves(getattr(found, field.name))]
    if isinstance(found, tuple):
        return [number for part in found for number in leaves(part)]
    return [float(found)] if isinstance(found, int | float) else []


def by_lot(seed: int, persons: int = 400) -> Region:
    """People with contacts, nursing, admissions, costs and deaths before and after D."""
    lot = np.random.default_rng(seed)
    region = Region(as_of=D)
    for person in range(1, persons + 1):
        died = lot.random() < 0.05
        citizen = region.citizen(
            person,
            age=int(lot.integers(20, 90)),
            practice=str(lot.choice(["100001", "100002", "100003"])),
            status="dead" if died else "active",
            status_date=D + int(lot.integers(1, 360)) * DAY if died else None,
        )
        if lot.random() < 0.3:
            citizen.lives("alone", since=dt.date(2010, 1, 1))
        if lot.random() < 0.05:
            citizen.benefit("foertidspension", begins=dt.date(2010, 1, 1))
        ill = lot.random() < 0.3
        if ill and lot.random() < 0.6:
            citizen.home_nursing(begins=dt.date(2013, 1, 1))
        for day in (BEFORE, D):
            citizen.gp_contacts(int(lot.integers(0, 5 if ill else 3)), on=day - int(lot.integers(0, 150)) * DAY)
            if lot.random() < (0.5 if ill else 0.15):
                cost = str(Decimal(int(lot.integers(100, 9_000_000))) / 100)
                citizen.hospital_contacts(on=day + int(lot.integers(1, 360)) * DAY, cost=cost)
    region.add("practice", provider_number="100001", name="Lægerne Ærø", municipality="461", doctors=2)
    return region


def covered(**until: dt.date) -> dict[str, dict[str, dt.date]]:
    """How far the sources reach: to the end of the horizon, and far back, unless said otherwise."""
    return {
        "data_until": dict.fromkeys(contracts(), ENDS) | until,
        "data_from": dict.fromkeys(contracts(), dt.date(2010, 1, 1)),
    }


def validated(region: Region, *, without: Sequence[str] = (), **options: Any) -> Validation:
    """The small model validated on a region at D."""
    given = covered() | options
    tables = as_ibis(region.without(*without))
    return validate(model_file(), OUTCOMES, tables, D, Months(12), **given)
