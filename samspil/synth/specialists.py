"""Specialists outside hospital: psychologists, psychiatrists, eye doctors, podiatrists and others."""

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import build, dates, money, oere, text, words
from samspil.synth.general_practice import ordered, per_condition, repeated
from samspil.synth.health import EPISODES, Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import chance, expand

_SPECIALTIES = ("psychologist", "psychiatrist", "eye", "podiatrist", "other")


def specialist_tables(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> dict[str, pa.Table]:
    """`specialist_contact` of a chunk. Day and person are packed with specialty and referral for sorting."""
    rules, window = reference("care")["specialists"], plan.window
    parts = [
        _mental(health, rules["psychologist"], 0, rules["psychologist"]["by_gp"], rng),
        _mental(health, rules["psychiatrist"], 1, rules["psychiatrist"]["by_gp"], rng),
        *_by_rate(people, health, rng),
    ]
    person, day, specialty, referred = (np.concatenate([part[i] for part in parts]) for i in range(4))
    known = day <= health.last[person]
    person, day, specialty, referred = person[known], window.working_day(day[known]), specialty[known], referred[known]
    seen = health.observed(person, day)
    person, day, both = ordered(person[seen], day[seen], (specialty * 2 + referred)[seen])
    specialty, referred = both // 2, both % 2
    fees = np.array([rules["fees"][name] for name in _SPECIALTIES], dtype=np.float64)
    fee = oere(fees[specialty] * np.round(1 + 0.5 * rng.exponential(0.4, len(person)), 1))
    return {
        "specialist_contact": build(
            "specialist_contact",
            {
                "cpr": text(person, people.cpr),
                "date": dates(day, window),
                "specialty": text(specialty, words(_SPECIALTIES)),
                "referred_by_gp": pa.array(referred == 1),
                "fee": money(fee),
            },
        )
    }


def _mental(
    health: Health, rules: dict[str, float], specialty: int, by_gp: float, rng: np.random.Generator
) -> tuple[Ints, Ints, Ints, Bools]:
    """Series of sessions after mental episodes, and follow-up of severe mental illness (yearly chance of a
    series).
    """
    episodes, cases = health.episodes, health.cases
    goes = np.flatnonzero(chance(rng, np.array([rules.get(k, 0) for k in EPISODES])[episodes.kind], len(episodes.day)))
    often = per_condition(rules)[cases.condition]
    owner, day = repeated(often, cases.start, health.last[cases.person], rng)
    who = np.concatenate([episodes.person[goes], cases.person[owner]])
    start = np.concatenate([episodes.day[goes] + rng.integers(14, 90, len(goes)), day])
    sent = chance(rng, by_gp, len(who))
    owner, rank = expand(np.maximum(1, rng.poisson(rules["sessions"], len(who))))
    day = start[owner] + rank * 14 + rng.integers(-3, 4, len(owner))
    return who[owner], np.maximum(day, 0), np.full(len(owner), specialty), sent[owner]


def _by_rate(people: People, health: Health, rng: np.random.Generator) -> list[tuple[Ints, Ints, Ints, Bools]]:
    """Eye doctors, podiatrists and other specialists, by age, severity, diabetes and rheumatoid arthritis."""
    rules, ages = reference("care")["specialists"], reference("care")["ages"]
    middle = (health.first + health.last) // 2
    diabetes = health.has("type_2_diabetes", middle)
    arthritis = health.has("rheumatoid_arthritis", middle)
    rates: list[Floats] = [
        at_age(rules["eye"]["per_year"], ages, people.age) + rules["eye"]["diabetes"] * diabetes,
        rules["podiatrist"]["diabetes"] * diabetes + rules["podiatrist"]["rheumatoid_arthritis"] * arthritis,
        at_age(rules["other"]["per_year"], ages, people.age)
        * np.exp(rules["other"]["severity"] * health.severity[:, 8]),
    ]
    parts = []
    for specialty, rate in enumerate(rates, start=2):
        person, day = repeated(rate, health.first, health.last, rng)
        parts.append(
            (person, day, np.full(len(person), specialty), chance(rng, 0.6 if specialty == 4 else 0.4, len(person)))
        )
    return parts
