"""What happens in hospital: acute and planned stays, emergency visits and outpatient courses."""

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.general_practice import per_condition, repeated
from samspil.synth.health import Health, condition_names, rate_by_quarter
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import Choice, chance, expand, lognormal, scatter

INPATIENT, OUTPATIENT, EMERGENCY = 0, 1, 2
DAY = 86_400


@dataclass(frozen=True)
class Contacts:
    """Hospital contacts. `start` and `length` are in seconds; `diagnosis` is a place in `diagnosis_codes()`."""

    person: Ints
    start: Ints
    length: Ints
    kind: Ints
    acute: Bools
    diagnosis: Ints
    cost: Floats
    course: Ints  # row in the courses, -1 for none

    def where(self, keep: Bools | Ints) -> "Contacts":
        return Contacts(*(getattr(self, field.name)[keep] for field in fields(self)))


@dataclass(frozen=True)
class Courses:
    """Outpatient courses; days. `closed` may lie beyond what the region knows."""

    person: Ints
    opened: Ints
    closed: Ints
    diagnosis: Ints


def together(parts: list[Contacts]) -> Contacts:
    return Contacts(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Contacts)))


@cache
def diagnosis_codes() -> tuple[str, ...]:
    """Every ICD-10 code used, with dot."""
    rules = reference("hospital")
    codes = [code for c in reference("conditions")["conditions"].values() for code in c["icd"]]
    for row in [
        *rules["acute"]["other_causes"],
        rules["emergency"]["diagnoses"],
        rules["elective"]["other_diagnoses"],
        rules["outpatient"]["other_diagnoses"],
        {"O80.9": 1},
    ]:
        codes.extend(row)
    return tuple(dict.fromkeys(codes))


def _place(codes: list[str]) -> Ints:
    return np.array([diagnosis_codes().index(code) for code in codes], dtype=np.int32)


@cache
def _condition_diagnoses() -> Ints:
    """Five diagnoses to draw from for each condition: the usual one three times, then others."""
    rows = []
    for condition in reference("conditions")["conditions"].values():
        icd = condition["icd"]
        rows.append(_place([icd[0], icd[0], icd[0], icd[len(icd) // 2], icd[-1]]))
    return np.stack(rows)


def usual_diagnosis() -> Ints:
    """For each condition, the place of its usual diagnosis."""
    usual: Ints = _condition_diagnoses()[:, 0]
    return usual


def is_psychiatric() -> Bools:
    """For each diagnosis, whether it is treated in psychiatry (F10 and up; organic disorders are not)."""
    return np.array([code[0] == "F" and code[1] != "0" for code in diagnosis_codes()])


def _drawn(weights: list[dict[str, float]], group: Ints, rng: np.random.Generator) -> Ints:
    """A diagnosis for each element, by the weights of its group."""
    codes = list(dict.fromkeys(code for row in weights for code in row))
    choice = Choice([[row.get(code, 0) for code in codes] for row in weights])
    drawn: Ints = _place(codes)[choice.draw(rng, group, len(group))]
    return drawn


def _clock(day: Ints, hours: Floats) -> Ints:
    """Seconds from a day and an hour of the day, to the minute."""
    seconds: Ints = day.astype(np.int64) * DAY + (np.clip(hours, 0, 23.95) * 60).astype(np.int64) * 60
    return seconds


def acute_stays(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> Contacts:
    """Acute stays as the course of health has them, readmissions within 30 days, and emergency visits before
    a stay.
    """
    rules = reference("hospital")["acute"]
    person, day = scatter(rng, health.admissions, plan.window.edges)
    stays = _acute(people, health, person, day, rules, rng)
    parts, latest = [stays], stays
    for _ in range(3):
        age = people.age_on(0)[latest.person]
        risk = np.where(age >= 65, rules["readmission"]["from_65"], rules["readmission"]["under_65"])
        back = chance(rng, risk + rules["readmission"]["severity"] * health.severity[latest.person, 8], len(age))
        home = (latest.start[back] + latest.length[back]) // DAY
        latest = _acute(people, health, latest.person[back], home + rng.integers(1, 30, len(home)), rules, rng)
        parts.append(latest)
    stays = together(parts)
    first = stays.where(chance(rng, rules["emergency_first"], len(stays.person)))
    hours = rng.integers(1, 6, len(first.person)) * 3600
    visit = Contacts(
        first.person,
        np.maximum(first.start - hours, first.start // DAY * DAY),
        hours // 2,
        np.full(len(hours), EMERGENCY),
        np.ones(len(hours), dtype=bool),
        first.diagnosis,
        reference("hospital")["emergency"]["cost"] * lognormal(rng, 1.0, 0.4, len(hours)),
        first.course,
    )
    return together([stays, visit])


def _acute(
    people: People, health: Health, person: Ints, day: Ints, rules: dict[str, Any], rng: np.random.Generator
) -> Contacts:
    size = len(person)
    active = health.onset[person] <= day[:, None]
    weights = np.cumsum(
        active * per_condition({n: c["admission"] for n, c in reference("conditions")["conditions"].items()}), axis=1
    )
    own = weights[:, -1] > rng.random(size) * (weights[:, -1] + rules["other_weight"])
    which = (weights <= (rng.random(size) * weights[:, -1])[:, None]).sum(axis=1)
    which = np.minimum(which, len(condition_names()) - 1)
    age = people.age_of(person, day)
    other = _drawn(rules["other_causes"], np.searchsorted((18, 65), age, side="right"), rng)
    diagnosis = np.where(own, _condition_diagnoses()[which, rng.integers(0, 5, size)], other)
    median = at_age(rules["median_days"], reference("hospital")["ages"], age) * np.exp(
        rules["severity"] * health.severity[person, 8]
    )
    median = median * np.where(is_psychiatric()[diagnosis], rules["psychiatric_days"], 1)
    days = np.clip(lognormal(rng, median, rules["spread"], size), 0.15, 300)
    cost = (rules["base_cost"] + rules["day_cost"] * days * np.where(is_psychiatric()[diagnosis], 0.55, 1)) * lognormal(
        rng, 1.0, rules["cost_spread"], size
    )
    hour = (rng.normal(14, 5.5, size) % 24).astype(np.float32)
    return Contacts(
        person,
        _clock(day, hour),
        (days * DAY).astype(np.int64) // 60 * 60,
        np.full(size, INPATIENT),
        np.ones(size, dtype=bool),
        diagnosis,
        cost,
        np.full(size, -1),
    )


def emergency_visits(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> Contacts:
    """Visits to an emergency department that do not lead to a stay."""
    rules = reference("hospital")["emergency"]
    rate = rate_by_quarter(people, rules["per_year"], reference("hospital")["ages"], plan.window)
    rate = rate * np.exp(rules["severity"] * np.minimum(health.severity, 3))
    rate[health.has("substance_use", health.last)] *= 1 + rules["substance"]
    person, day = scatter(rng, rng.poisson(rate), plan.window.edges)
    size = len(person)
    diagnosis = _drawn([rules["diagnoses"]], np.zeros(size, dtype=np.int32), rng)
    start = _clock(day, (rng.normal(16, 5.5, size) % 24).astype(np.float32))
    return Contacts(
        person,
        start,
        rng.integers(40, 300, size) * 60,
        np.full(size, EMERGENCY),
        np.ones(size, dtype=bool),
        diagnosis,
        rules["cost"] * lognormal(rng, 1.0, 0.4, size),
        np.full(size, -1),
    )


def elective_stays(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> Contacts:
    """Planned stays for conditions, births and other operations."""
    rules, cases, window = reference("hospital")["elective"], health.cases, plan.window
    ages = reference("hospital")["ages"]
    owner, day = repeated(per_condition(rules["for"])[cases.condition], cases.start, health.last[cases.person], rng)
    condition = cases.condition[owner]
    diagnosis = _condition_diagnoses()[condition, rng.integers(0, 5, len(owner))]
    parts = [(cases.person[owner], window.working_day(day), diagnosis)]
    age = people.age_on(window.days / 2)
    births = at_age(rules["births"]["per_year"], rules["births"]["ages"], age) * people.female
    births = births * np.where(people.alone, rules["births_women_alone"], 1.2)
    owner, day = repeated(births, health.first, health.last, rng)
    parts.append((owner, day, np.full(len(owner), diagnosis_codes().index("O80.9"))))
    owner, day = repeated(at_age(rules["other"], ages, people.age), health.first, health.last, rng)
    parts.append(
        (owner, window.working_day(day), _drawn([rules["other_diagnoses"]], np.zeros(len(owner), dtype=np.int32), rng))
    )
    person, day, diagnosis = (np.concatenate([part[i] for part in parts]) for i in range(3))
    size = len(person)
    days = np.clip(lognormal(rng, rules["median_days"], rules["spread"], size), 0.2, 60)
    cost = (rules["base_cost"] + rules["day_cost"] * days) * lognormal(rng, 1.0, rules["cost_spread"], size)
    return Contacts(
        person,
        _clock(day, rng.uniform(6.5, 10, size)),
        (days * DAY).astype(np.int64) // 60 * 60,
        np.full(size, INPATIENT),
        np.zeros(size, dtype=bool),
        diagnosis,
        cost,
        np.full(size, -1),
    )


def outpatient_courses(
    people: People, health: Health, plan: Plan, rng: np.random.Generator
) -> tuple[Courses, Contacts]:
    """Outpatient courses, some begun before the period, and their visits."""
    rules, cases, window = reference("hospital")["outpatient"], health.cases, plan.window
    care = [c["outpatient"] for c in reference("conditions")["conditions"].values()]
    often, visits, price = (np.array([c[key] for c in care], dtype=np.float32) for key in ("courses", "visits", "cost"))
    severity = np.exp(rules["severity"] * np.clip(health.severity[:, 8], -2, 3.5))

    begin = np.maximum(cases.onset, -400)
    owner, opened = repeated(often[cases.condition] * severity[cases.person], begin, health.last[cases.person], rng)
    condition = cases.condition[owner]
    by_condition = (
        cases.person[owner],
        opened,
        _condition_diagnoses()[condition, rng.integers(0, 5, len(owner))],
        visits[condition],
        price[condition],
    )
    rate = at_age(rules["other"], reference("hospital")["ages"], people.age) * severity
    owner, opened = repeated(rate, np.maximum(people.birth, -400), health.last, rng)
    size = len(owner)
    by_other = (
        owner,
        opened,
        _drawn([rules["other_diagnoses"]], np.zeros(size, dtype=np.int32), rng),
        np.full(size, rules["other_visits"]),
        np.full(size, float(rules["other_cost"])),
    )
    person, opened, diagnosis, mean_visits, mean_cost = (
        np.concatenate([a, b]) for a, b in zip(by_condition, by_other, strict=True)
    )

    size, spread = len(person), rules["visit_spread"]
    count = np.clip(np.round(lognormal(rng, mean_visits * np.exp(-(spread**2) / 2), spread, size)), 1, 120).astype(
        np.int32
    )
    pace = rules["days_between"] * lognormal(rng, 1.0, 0.5, size)
    course_cost = mean_cost * lognormal(rng, 1.0, rules["cost_spread"], size)
    owner, rank = expand(count)
    day = opened[owner] + ((rank + rng.random(len(owner), dtype=np.float32) * 0.8) * pace[owner]).astype(np.int32)
    final = opened + (count * pace).astype(np.int32)
    forgotten = chance(rng, rules["left_open"], size)
    closed = final + np.where(forgotten, rng.exponential(500, size), rng.exponential(30, size)).astype(np.int32)
    within = (day >= 0) & (day <= health.last[person[owner]])
    owner, day = owner[within], window.working_day(day[within])
    within = health.observed(person[owner], day) & (day >= opened[owner])
    owner, day = owner[within], day[within]
    visits_size = len(owner)
    contacts = Contacts(
        person[owner],
        _clock(day, rng.uniform(8, 15.5, visits_size)),
        rng.integers(15, 150, visits_size) * 60,
        np.full(visits_size, OUTPATIENT),
        np.zeros(visits_size, dtype=bool),
        diagnosis[owner],
        course_cost[owner] * lognormal(rng, 1.0, 0.3, visits_size),
        owner,
    )
    return Courses(person, opened, closed, diagnosis), contacts
