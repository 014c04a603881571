"""Prescriptions: what each person takes, and every dispensing of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Ints
from samspil.synth.columns import build, dates, money, text, words
from samspil.synth.general_practice import ordered, repeated
from samspil.synth.health import EPISODES, Health, condition_names
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import Choice, chance, expand

_PRICE_LEVELS = np.array([90, 96, 100, 104, 112])  # the price of a package moves with tenders, in percent


@dataclass(frozen=True)
class Use:
    """Somebody takes a medicine from one day to another and collects it at intervals."""

    person: Ints
    medicine: Ints
    start: Ints
    stop: Ints
    every: Ints


def prescription_tables(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> dict[str, pa.Table]:
    """`dispensing` of a chunk."""
    medicines = reference("medicines")["medicines"]
    use = _uses(people, health, medicines, rng)
    first = use.start + (rng.random(len(use.person)) * np.minimum(use.every, 30) * (use.start <= 0)).astype(np.int32)
    times = np.maximum((use.stop - first) // use.every + 1, 0)
    owner, rank = expand(times)
    jitter = rng.integers(-6, 7, len(owner), dtype=np.int8)
    planned = first[owner] + rank * use.every[owner] + jitter
    day: Ints = np.clip(planned, use.start[owner], use.stop[owner])

    course_person, course_day, course_medicine = _courses(people, health, medicines, rng)
    person = np.concatenate([use.person[owner], course_person])
    day = np.concatenate([day, course_day])
    what = np.concatenate([use.medicine[owner], course_medicine])
    seen = health.observed(person, day)
    person, day, what = ordered(person[seen], day[seen], what[seen])

    packages = 1 + Choice([[86, 11, 2, 1]]).draw(rng, 0, len(person)).astype(np.int32)
    level = Choice([[1, 2, 4, 2, 1]]).draw(rng, 0, len(person))
    price = np.array([m["price"] for m in medicines])[:, None] * _PRICE_LEVELS  # øre
    table = build(
        "dispensing",
        {
            "cpr": text(person, people.cpr),
            "date": dates(day, plan.window),
            "atc": text(what, words([m["atc"] for m in medicines])),
            "name": text(what, words([m["name"] for m in medicines])),
            "packages": pa.array(packages),
            "price": money(price[what, level] * packages),
        },
    )
    return {"dispensing": table}


def risk_drug_table() -> pa.Table:
    """The medicines marked yellow or orange."""
    levels = reference("medicines")["risk_drugs"]
    rows = [(atc, level) for level, codes in levels.items() for atc in codes]
    return build("risk_drug", {"atc": words([atc for atc, _ in rows]), "level": words([level for _, level in rows])})


def _uses(people: People, health: Health, medicines: list[dict[str, Any]], rng: np.random.Generator) -> Use:
    """Everyone's lasting medicines: for conditions, after mental episodes, and for other reasons by age."""
    cases, episodes = health.cases, health.episodes
    ages, rules = reference("medicines")["ages"], reference("medicines")["start"]
    severe = np.clip(1 + 0.18 * (health.severity[:, 0] - 0.4), 0.6, 1.5)  # the more ill are treated with more
    by_condition = [np.flatnonzero(cases.condition == place) for place in range(len(condition_names()))]
    by_kind = [np.flatnonzero(episodes.kind == place) for place in range(len(EPISODES))]
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for place, medicine in enumerate(medicines):
        for reason, share in medicine.get("for", {}).items():
            if reason in EPISODES:
                rows = by_kind[EPISODES.index(reason)]
                rows = rows[chance(rng, share, len(rows))]
                person, start = episodes.person[rows], episodes.day[rows] + rng.integers(3, 40, len(rows))
                stop = np.minimum(start + 90 + episodes.length[rows], health.last[person])
            else:
                rows = by_condition[condition_names().index(reason)]
                rows = rows[chance(rng, share * severe[cases.person[rows]], len(rows))]
                person = cases.person[rows]
                late = chance(rng, rules["delayed"], len(rows)) * rng.exponential(rules["delay_years"] * 365, len(rows))
                start = np.maximum(cases.onset[rows] + 7 + late.astype(np.int32), health.first[person])
                stop = _until(start, health.last[person], rng)
            parts.append((person, np.full(len(person), place), start, stop))
        if "regular" in medicine:
            share = at_age(medicine["regular"], ages, people.age) * _allowed(medicine, people)
            person = np.flatnonzero(chance(rng, share * severe, len(people)))
            began = (rng.random(len(person)) * 2600 - 1140).astype(np.int32)
            start = np.maximum(np.maximum(began, health.first[person]), 0)
            parts.append((person, np.full(len(person), place), start, _until(start, health.last[person], rng)))
    person, what, start, stop = (np.concatenate([part[i] for part in parts]).astype(np.int32) for i in range(4))
    allowed = np.stack([_allowed(m, people) for m in medicines], axis=1)[person, what]
    once = np.zeros(len(person), dtype=bool)  # one use of a medicine per person
    once[np.unique(person.astype(np.int64) * len(medicines) + what, return_index=True)[1]] = True
    keep = allowed & once & (start <= stop)
    person, what, start, stop = person[keep], what[keep], start[keep], stop[keep]
    every = np.array([m["every"] for m in medicines])[what] * rng.uniform(0.8, 1.25, len(person))
    return Use(person, what, start, stop, every.astype(np.int32))


def _until(start: Ints, last: Ints, rng: np.random.Generator) -> Ints:
    """When a lasting medicine stops: most go on, about one in ten stops each year."""
    years = rng.exponential(reference("medicines")["start"]["mean_years"], len(start))
    stop: Ints = np.minimum(start + (years * 365).astype(np.int64), last).astype(np.int32)
    return stop


def _allowed(medicine: dict[str, Any], people: People) -> Bools:
    """Whom the medicine is for."""
    if "only" not in medicine:
        return np.ones(len(people), dtype=bool)
    return people.female if medicine["only"] == "women" else ~people.female


def _courses(
    people: People, health: Health, medicines: list[dict[str, Any]], rng: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Short courses: person, day and medicine of each."""
    ages = reference("medicines")["ages"]
    places = [place for place, m in enumerate(medicines) if "courses" in m]
    curves = np.stack([at_age(medicines[place]["courses"], ages, people.age_on(730.0)) for place in places], axis=1)
    total = curves.sum(axis=1)
    rate = total * rng.gamma(1.6, 1 / 1.6, len(people)) * np.exp(0.22 * np.clip(health.severity[:, 0], -2, 3))
    person, day = repeated(rate, health.first, health.last, rng)
    edges = np.cumsum(curves, axis=1) / np.maximum(total, 1e-9)[:, None]
    which = (rng.random((len(person), 1), dtype=np.float32) > edges[person, :-1]).sum(axis=1)
    return person, day, np.array(places)[which]
