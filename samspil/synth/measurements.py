"""Measurements in general practice and the targets agreed with people who have diabetes."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Floats, Ints
from samspil.synth.columns import build, dates, text, words
from samspil.synth.general_practice import ordered, per_condition, repeated
from samspil.synth.health import Health, condition_names
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import chance, lognormal

_ANALYTES = ("hba1c", "systolic", "diastolic", "ldl", "egfr")
_TAKEN_FOR = {
    "hba1c": "hba1c",
    "systolic": "blood_pressure",
    "ldl": "ldl",
    "egfr": "egfr",
}  # diastolic goes with systolic


def measurement_tables(
    people: People, health: Health, plan: Plan, rng: np.random.Generator, for_more: np.random.Generator
) -> dict[str, pa.Table]:
    """`gp_measurement` and `gp_target` of a chunk. `for_more` draws what `more_values` has and moves nothing else."""
    rules = reference("care")["measurements"]
    usual = _usual_values(people, health, rules, rng)
    parts: list[tuple[Ints, Ints, Ints]] = []
    for analyte, reason in _TAKEN_FOR.items():
        person, day = _occasions(people, health, rules, reason, plan, rng)
        place = _ANALYTES.index(analyte)
        parts.append((person, day, np.full(len(person), place)))
        if analyte == "systolic":
            parts.append((person, day, np.full(len(person), place + 1)))
    person, day, analyte_at = (np.concatenate([part[i] for part in parts]) for i in range(3))
    day = plan.window.working_day(day)
    seen = health.observed(person, day) & (people.practice[person] >= 0)
    person, day, what = ordered(person[seen], day[seen], analyte_at[seen])
    noise = np.array([rules[a]["noise"] for a in _ANALYTES], dtype=np.float32)[what]
    value = usual[person, what] + noise * rng.standard_normal(len(person), dtype=np.float32)
    more = [(person, day, what, value), *more_values(people, health, plan, for_more)]
    together = [np.concatenate([part[i] for part in more]) for i in range(4)]
    order = np.lexsort((together[1], together[0]))
    return {
        "gp_measurement": _table("gp_measurement", people, plan, *(column[order] for column in together)),
        "gp_target": _targets(people, health, plan, rules, rng),
    }


def more_values(
    people: People, health: Health, plan: Plan, rng: np.random.Generator
) -> Iterator[tuple[Ints, Ints, Ints, Floats]]:
    """Albumin in urine of people with diabetes, and FEV1 of those with COPD: person, day, analyte and value.

    Of what should be measured each practice measures its share.
    """
    rules, size = reference("quality")["measurements"], len(people)
    albumin, fev1 = rules["urine_albumin"], rules["fev1"]
    kidney = health.has("chronic_kidney_disease", health.last)
    usual = {
        "urine_albumin": np.log(lognormal(rng, albumin["median"], albumin["spread"], size))
        + np.log(albumin["kidney"]) * kidney,
        "fev1": fev1["mean"]
        + fev1["severity"] * health.severity[:, -1]
        + fev1["spread"] * rng.standard_normal(size, dtype=np.float32),
    }
    for name, own in usual.items():
        rule, cases = rules[name], health.cases
        rows = np.flatnonzero(cases.condition == condition_names().index(rule["condition"]))
        often = np.full(len(rows), rule["per_year"], dtype=np.float32)
        owner, day = repeated(often, cases.start[rows], health.last[cases.person[rows]], rng)
        person, day = cases.person[rows][owner], plan.window.working_day(day)
        share = plan.care_quality.share(people.practice_on(person, day), day)
        seen = chance(rng, share, len(day)) & health.observed(person, day) & (people.practice[person] >= 0)
        person, day = person[seen], day[seen]
        value = own[person] + rule["noise"] * rng.standard_normal(len(person), dtype=np.float32)
        what = np.full(len(person), list(_analytes()).index(name))
        yield person, day, what, np.exp(value) if name == "urine_albumin" else value


@cache
def _analytes() -> dict[str, dict[str, Any]]:
    """Code, unit, limits and decimals of everything measured, in the order of the numbers used here."""
    usual = reference("care")["measurements"]
    return {**{name: usual[name] for name in _ANALYTES}, **reference("quality")["measurements"]}


def _table(name: str, people: People, plan: Plan, person: Ints, day: Ints, what: Ints, value: Floats) -> pa.Table:
    """A table of measurements or targets; what a silent practice has is not delivered."""
    told = ~plan.care_quality.silent(people.practice_on(person, day), day)
    person, day, what, value = person[told], day[told], what[told], value[told]
    known = list(_analytes().values())
    low, high, decimals = (np.array([each[key] for each in known])[what] for key in ("low", "high", "decimals"))
    scale = np.where(decimals == 1, 10.0, 1.0)
    rounded = np.round(np.clip(value.astype(np.float64), low, high) * scale) / scale
    units = list(dict.fromkeys(each["unit"] for each in known))
    unit = np.array([units.index(each["unit"]) for each in known])[what]
    return build(
        name,
        {
            "cpr": text(person, people.cpr),
            "date": dates(day, plan.window),
            "code": text(what, words([each["code"] for each in known])),
            "value": pa.array(rounded),
            "unit": text(unit, words(units)),
        },
    )


def _usual_values(people: People, health: Health, rules: dict[str, Any], rng: np.random.Generator) -> Floats:
    """Each person's own level of every analyte, moved by the conditions they have at the end of the period."""
    size = len(people)
    mean = np.array([rules[a]["mean"] for a in _ANALYTES], dtype=np.float32)
    spread = np.array([rules[a]["spread"] for a in _ANALYTES], dtype=np.float32)
    usual = mean + spread * rng.standard_normal((size, len(_ANALYTES)), dtype=np.float32)
    diabetes, hypertension, kidney = (
        health.has(c, health.last) for c in ("type_2_diabetes", "hypertension", "chronic_kidney_disease")
    )
    extra = rules["diabetes"]["hba1c"] + rules["diabetes"]["hba1c_spread"] * (
        0.8 * rng.standard_normal(size, dtype=np.float32) + 0.6 * people.factors["social"]
    )
    usual[:, 0] += np.where(diabetes, np.maximum(extra, 3), 0)
    usual[:, 1] += rules["diabetes"]["systolic"] * diabetes + rules["hypertension"]["systolic"] * hypertension
    usual[:, 2] += rules["hypertension"]["diastolic"] * hypertension
    usual[:, 3] += rules["diabetes"]["ldl"] * diabetes
    usual[:, 4] += rules["kidney"]["egfr"] * kidney - np.maximum(people.age - 40, 0) * 0.55
    return usual


def _occasions(
    people: People, health: Health, rules: dict[str, Any], reason: str, plan: Plan, rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Person and day of each time something is measured: follow-up of conditions, and screening of adults."""
    cases = health.cases
    often = per_condition(rules["per_year"][reason])[cases.condition]
    rows = np.flatnonzero(often > 0)
    person = cases.person[rows]
    owner, day = repeated(often[rows], cases.start[rows], health.last[person], rng)
    ages = reference("care")["ages"]
    general = at_age(rules["screening"][reason], ages, people.age)
    screened, screening_day = repeated(general, health.first, health.last, rng)
    return np.concatenate([person[owner], screened]), np.concatenate([day, screening_day])


def _targets(people: People, health: Health, plan: Plan, rules: dict[str, Any], rng: np.random.Generator) -> pa.Table:
    """Targets for HbA1c, systolic pressure and LDL, recorded once or twice for part of those with diabetes."""
    cases = health.cases
    rows = np.flatnonzero(
        (cases.condition == condition_names().index("type_2_diabetes"))
        & chance(rng, rules["targets_share"], len(cases.condition))
    )
    person = cases.person[rows]
    owner, day = repeated(np.full(len(rows), 0.5, dtype=np.float32), cases.start[rows], health.last[person], rng)
    kinds = [_ANALYTES.index(name) for name in rules["targets"]]
    person, day = np.repeat(person[owner], len(kinds)), np.repeat(plan.window.working_day(day), len(kinds))
    what = np.tile(kinds, len(owner))
    seen = health.observed(person, day) & (people.practice[person] >= 0)
    person, day, what = ordered(person[seen], day[seen], what[seen])
    options = np.zeros((len(_ANALYTES), 3))
    options[kinds] = list(rules["targets"].values())
    own = rng.integers(0, 3, len(people))  # ambitious, usual or gentle: the same for all of a person's targets
    return _table("gp_target", people, plan, person, day, what, options[what, own[person]])
