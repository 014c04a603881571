"""The latent course of health that everything else in the region follows from.

Each person has chronic conditions with an onset, a severity that moves from quarter to quarter, episodes of
stress, anxiety and depression, acute admissions, and perhaps a death. Admissions raise severity and the risk
of further admissions and of death: what happened predicts, imperfectly, what will happen.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.special import ndtr

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import dates
from samspil.synth.people import FACTORS, People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, by_sex, reference
from samspil.synth.sampling import Choice, chance, lognormal, scatter
from samspil.synth.timeline import NEVER, QUARTERS, YEAR, Window

EPISODES = ("stress", "anxious", "depressed")


@cache
def condition_names() -> tuple[str, ...]:
    return tuple(reference("conditions")["conditions"])


@dataclass(frozen=True)
class Episodes:
    """Episodes of stress, anxiety and depression, ordered by person and day. `kind` is a place in EPISODES."""

    person: Ints
    day: Ints
    kind: Ints
    length: Ints


@dataclass(frozen=True)
class Cases:
    """Every (person, condition) pair that exists before the person's last day; `start` is the first day of it
    we can see.
    """

    person: Ints
    condition: Ints
    onset: Ints
    start: Ints


@dataclass(frozen=True)
class Health:
    """The latent course of a chunk of people. Rows are persons; columns of matrices are conditions or
    quarters.
    """

    onset: Ints  # day per person and condition, NEVER when it does not come
    severity: Floats  # per person and quarter; 0 is an ordinary healthy person
    admissions: Ints  # acute stays begun per person and quarter
    episodes: Episodes
    died: Ints  # day, NEVER for the living
    first: Ints  # first day with events: birth or the beginning of the period
    last: Ints  # last day with events: death, emigration or the end of the period
    gone: Bools  # died or emigrated within the period
    cases: Cases

    def has(self, condition: str, day: Ints | float) -> Bools:
        """Whether each person has the condition on a day."""
        present: Bools = self.onset[:, condition_names().index(condition)] <= day
        return present

    def count(self, window: Window) -> Ints:
        """Number of conditions per person and quarter."""
        number: Ints = (self.onset[:, :, None] <= window.middles).sum(axis=1)
        return number

    def observed(self, person: Ints, day: Ints) -> Bools:
        """Whether events on these days can have happened: after birth and not after the person's last day."""
        seen: Bools = (day >= self.first[person]) & (day <= self.last[person])
        return seen


def live(people: People, plan: Plan, rng: np.random.Generator) -> Health:
    """Let the people of a chunk live the four years."""
    window, rules = plan.window, reference("health")
    onset = _onsets(people, rng)
    age = people.age_on(window.middles[:, None]).T  # persons x quarters
    severity = _severity(people, onset, window, rng)
    episodes, distress = _episodes(people, severity, age, window, rng)
    severity += reference("health")["episodes"]["lasting"] * distress
    admissions, died = _admissions_and_deaths(people, severity, age, window, rules, rng)
    last = np.minimum(np.minimum(died, people.emigrated), window.days - 1).astype(np.int32)
    died = np.where(died <= people.emigrated, died, NEVER)
    first = np.maximum(people.birth, 0).astype(np.int32)
    person, condition = np.nonzero(onset <= last[:, None])
    begun = onset[person, condition]
    cases = Cases(person.astype(np.int32), condition.astype(np.int32), begun, np.maximum(begun, first[person]))
    alive = episodes.day <= last[episodes.person]
    episodes = Episodes(*(column[alive] for column in (episodes.person, episodes.day, episodes.kind, episodes.length)))
    return Health(
        onset, severity, admissions, episodes, died, first, last, (died < NEVER) | (people.emigrated < NEVER), cases
    )


def truth(people: People, health: Health, plan: Plan) -> pa.Table:
    """The known truth: per person the cpr, latent severity at the end, mental vulnerability and the onset of
    each condition.

    A condition column is the date of onset, null for those who did not get it before their last day.
    """
    columns = {
        "cpr": people.cpr,
        "severity": pa.array(np.round(health.severity[:, -1].astype(np.float64), 3)),
        "vulnerability": pa.array(np.round(people.factors["mental"].astype(np.float64), 3)),
    }
    onset = np.where(health.onset <= health.last[:, None], health.onset, NEVER)
    for place, name in enumerate(condition_names()):
        columns[name] = dates(onset[:, place], plan.window)
    return pa.table(columns)


def _onsets(people: People, rng: np.random.Generator) -> Ints:
    """The day on which each condition comes: the age at which its prevalence curve passes the person's rank."""
    rules = reference("conditions")
    ages = np.asarray(rules["ages"], dtype=float)
    onset = np.full((len(people), len(condition_names())), NEVER, dtype=np.int64)
    for place, condition in enumerate(rules["conditions"].values()):
        weights = condition["factors"]
        own = np.sqrt(1 - sum(w**2 for w in weights.values()))
        liability = own * rng.standard_normal(len(people), dtype=np.float32)
        for factor in FACTORS:
            liability = liability + weights[factor] * people.factors[factor]
        rank = ndtr(-liability)
        for sex, group in (("women", people.female), ("men", ~people.female)):
            curve = (
                np.asarray(condition[sex]) + np.arange(len(ages)) * 1e-9
            )  # strictly rising, so that it can be read backwards
            at = np.interp(rank[group], curve, ages, left=0.0, right=np.inf)
            day = people.birth[group] + np.where(np.isinf(at), 0, at) * YEAR
            onset[group, place] = np.where(np.isinf(at), NEVER, np.maximum(day, people.birth[group]))
    return onset.astype(np.int32)


def _severity(people: People, onset: Ints, window: Window, rng: np.random.Generator) -> Floats:
    rules = reference("health")["severity"]
    size = len(people)
    base = rules["somatic"] * people.factors["somatic"] + rules["social"] * people.factors["social"]
    severity = np.repeat(base.astype(np.float32)[:, None], QUARTERS, axis=1)
    for place, condition in enumerate(reference("conditions")["conditions"].values()):
        if condition["severity"]:
            severity += np.float32(condition["severity"]) * (onset[:, place, None] <= window.middles)
    ill = (onset <= 0).any(axis=1)
    pace = rules["yearly"] * ill * rng.exponential(1, size)
    walk = np.cumsum(rng.standard_normal((size, QUARTERS), dtype=np.float32), axis=1) * np.float32(rules["walk"])
    severity += walk - walk[:, :1] + (pace[:, None] * window.middles / YEAR).astype(np.float32)
    return severity


def _episodes(
    people: People, severity: Floats, age: Floats, window: Window, rng: np.random.Generator
) -> tuple[Episodes, Floats]:
    """Mental episodes, and distress (0-1) per person and quarter while one runs."""
    rules, size = reference("health")["episodes"], len(people)
    ages = reference("health")["ages"]
    base = at_age(rules["per_year"], ages, age) / 4 * np.where(people.female, rules["women"], 1)[:, None]
    base *= (np.where(people.alone, rules["alone"], 1) * np.where(people.preschool > 0, rules["preschool"], 1))[:, None]
    rate = base * np.exp(rules["vulnerability"] * people.factors["mental"][:, None] + rules["severity"] * severity)
    began = np.zeros((size, QUARTERS), dtype=np.int32)
    recent = np.zeros(size, dtype=np.float32)
    for quarter in range(QUARTERS):
        adult = age[:, quarter] >= 16
        began[:, quarter] = chance(rng, rate[:, quarter] * np.exp(rules["recent"] * recent) * adult, size)
        recent = np.maximum(recent * 0.65, began[:, quarter])
    person, day = scatter(rng, began, window.edges)
    kind = Choice([list(rules["kinds"].values())]).draw(rng, 0, len(person))
    median = np.array([rules["median_days"][name] for name in EPISODES], dtype=np.float32)[kind]
    length = np.clip(lognormal(rng, median, rules["spread"], len(person)), 20, 900).astype(np.int32)
    middle = window.middles
    runs = (day[:, None] <= middle + 45) & (day[:, None] + length[:, None] > middle - 45)
    distress = np.zeros((size, QUARTERS), dtype=np.float32)
    np.maximum.at(distress, person, runs.astype(np.float32))
    return Episodes(person, day, kind, length), distress


def _admissions_and_deaths(
    people: People, severity: Floats, age: Floats, window: Window, rules: dict[str, Any], rng: np.random.Generator
) -> tuple[Ints, Ints]:
    """Walk through the quarters: admissions raise severity (changed in place), later admissions and the risk
    of death.
    """
    size, ages = len(people), rules["ages"]
    stay, death, step = rules["acute_admission"], rules["death"], rules["severity"]["after_admission"]
    stay_base = at_age(stay["per_year"], ages, age) / 4 * (age > 0)
    men = np.where(people.female, 1, death["men"])
    death_base = at_age(death["per_year"], ages, age) / 4 * (age > 0) * men[:, None]
    admissions = np.zeros((size, QUARTERS), dtype=np.int32)
    died = np.full(size, NEVER, dtype=np.int32)
    recent, gained = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.float32)
    for quarter in range(QUARTERS):
        severity[:, quarter] += gained
        now = severity[:, quarter]
        rate = stay_base[:, quarter] * np.exp(stay["severity"] * now + stay["recent"] * np.minimum(recent, 3))
        admissions[:, quarter] = np.minimum(rng.poisson(np.minimum(rate, 2.5)), 6)
        new = admissions[:, quarter]
        hazard = death_base[:, quarter] * np.exp(
            death["severity"] * now + death["admission"] * np.minimum(new, 2) + death["recent"] * np.minimum(recent, 3)
        )
        dies = chance(rng, np.minimum(hazard, 0.9), size) & (died == NEVER)
        low, high = window.edges[quarter], window.edges[quarter + 1]
        day = np.maximum(rng.integers(low, high, size), np.maximum(people.birth, 0))
        died = np.where(dies & (day < high), day, died).astype(np.int32)
        recent = recent * 0.5 + new
        gained += np.float32(step) * new
    return admissions, died


def rate_by_quarter(
    people: People, curve: dict[str, list[float]] | list[float], ages: list[float], window: Window
) -> Floats:
    """A yearly rate given by age (and perhaps sex), as the expected number per person and quarter; 0 before
    birth.
    """
    age = people.age_on(window.middles[:, None]).T
    curves = curve if isinstance(curve, dict) else {"women": curve, "men": curve}
    return by_sex(curves, age, people.female[:, None], ages) / 4 * (age > 0)
