"""Where people stand on the labour market, quarter by quarter, and their sick leaves."""

from dataclasses import dataclass

import numpy as np

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.health import EPISODES, Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import Choice, chance, lognormal, scatter
from samspil.synth.timeline import NEVER, QUARTERS, YEAR, without_overlap

STATES = (
    "none",
    "job",
    "student",
    "a_dagpenge",
    "kontanthjaelp",
    "ressourceforloeb",
    "revalidering",
    "fleksjob",
    "foertidspension",
    "midlertidig_arbejdsmarkedsydelse",
    "saerlig_uddannelsesydelse",
    "self_supporting",
    "efterloen",
)
NONE, JOB, STUDENT, DAGPENGE, KONTANT = range(5)
FLEKSJOB, EFTERLOEN = STATES.index("fleksjob"), STATES.index("efterloen")
CAUSES = ("stress", "angst", "depression", "andre_psykiske", "andet")


@dataclass(frozen=True)
class Spells:
    """Spells with a state (or cause), ordered by person and first day; `stop` is the last day and may lie in
    the future.
    """

    person: Ints
    start: Ints
    stop: Ints
    state: Ints

    def where(self, keep: Bools | Ints) -> "Spells":
        return Spells(self.person[keep], self.start[keep], self.stop[keep], self.state[keep])


def working_lives(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> Spells:
    """Spells of work, study and benefits from the age of 16 to the pension age, without gaps or overlaps.

    A person moves at most once a quarter. Illness, mental distress and social disadvantage make it likelier
    to leave work and harder to come back.
    """
    states = _states(people, health, plan, rng)
    spells = _spells(people, states, plan, rng)
    pension = pension_day(people)
    starts_school = (people.birth + reference("work")["leaving_school"] * YEAR).astype(np.int32)
    start = np.maximum(spells.start, starts_school[spells.person])
    stop = np.minimum(spells.stop, pension[spells.person] - 1)
    return Spells(spells.person, start, stop, spells.state).where((spells.state != NONE) & (start <= stop))


def pension_day(people: People) -> Ints:
    """The first day of the state pension: the 65th birthday."""
    day: Ints = np.ceil(people.birth + reference("work")["pension_age"] * YEAR).astype(np.int32)
    return day


def _risk(people: People, health: Health) -> Floats:
    """Risk on the labour market per person and quarter; 0 for the ordinary healthy."""
    weights, factors = reference("work")["risk"], people.factors
    severe = health.has("schizophrenia", 0) | health.has("bipolar_disorder", 0)
    lasting = weights["social"] * factors["social"] + weights["mental"] * factors["mental"]
    lasting = lasting + weights["severe_mental"] * severe + weights["level"]
    risk: Floats = np.clip(weights["severity"] * health.severity + lasting[:, None], -2, 3)
    return risk


def _states(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> Ints:
    rules, size = reference("work"), len(people)
    risk = _risk(people, health)
    quarter_days = plan.window.middles
    age = people.age_on(quarter_days[:, None]).T
    age0 = np.maximum(age[:, 0], rules["leaving_school"])
    weights = np.stack(
        [
            at_age(rules["start"][name], rules["ages"], age0) * np.exp(rules["start_risk"][name] * risk[:, 0])
            if name in rules["start"]
            else np.zeros(size)
            for name in STATES
        ],
        axis=1,
    )
    edges = np.cumsum(weights, axis=1)
    state = (edges < (rng.random(size) * edges[:, -1])[:, None]).sum(axis=1)
    leave = np.array([rules["leave"][name]["chance"] if name in rules["leave"] else 0 for name in STATES])
    slope = np.array([rules["leave"][name]["risk"] if name in rules["leave"] else 0 for name in STATES])
    to = Choice(
        [[rules["leave"].get(name, {"to": {name: 1}})["to"].get(other, 0) for other in STATES] for name in STATES]
    )
    states = np.zeros((size, QUARTERS), dtype=np.int8)
    for quarter in range(QUARTERS):
        if quarter:
            moves = chance(rng, np.minimum(leave[state] * np.exp(slope[state] * risk[:, quarter]), 0.9), size)
            moves &= ~((state == STUDENT) & (age[:, quarter] < 18.5))
            target = to.draw(rng, state, size)
            retires = (age[:, quarter] >= rules["early_retirement_age"]) & ((state == JOB) | (state == DAGPENGE))
            retires &= chance(rng, rules["early_retirement"], size)
            state = np.where(retires, EFTERLOEN, np.where(moves, target, state))
        young = age[:, quarter] < rules["leaving_school"]
        state = np.where(young, STUDENT, state)
        states[:, quarter] = np.where(young, NONE, state)
    return states


def _spells(people: People, states: Ints, plan: Plan, rng: np.random.Generator) -> Spells:
    """Runs of the same state. Each person's quarters begin on the person's own day, so that changes spread
    evenly.
    """
    size, edges = len(people), plan.window.edges
    phase = rng.integers(0, 91, size)
    changes = np.concatenate([np.ones((size, 1), dtype=bool), states[:, 1:] != states[:, :-1]], axis=1)
    person, quarter = np.nonzero(changes)
    before = rng.exponential(reference("work")["mean_years_before"] * YEAR, len(person)).astype(np.int32)
    start = np.where(quarter == 0, -before, edges[quarter] + phase[person] - 91)
    last_of_person = np.r_[person[1:] != person[:-1], True]
    stop = np.where(last_of_person, NEVER, np.r_[start[1:], 0] - 1)
    return Spells(person.astype(np.int32), start.astype(np.int32), stop.astype(np.int32), states[person, quarter])


def sick_leaves(people: People, health: Health, lives: Spells, plan: Plan, rng: np.random.Generator) -> Spells:
    """Sick leaves of people with work or dagpenge; `state` is the cause. They never overlap."""
    rules, window = reference("work")["sick_leave"], plan.window
    age = people.age_on(window.middles[:, None]).T
    grown = (age >= 18) & (age < reference("work")["pension_age"])
    own = rng.gamma(1 / rules["spread_between"], rules["spread_between"], len(people)) * np.exp(
        rules["social"] * people.factors["social"] + rules["mental"] * people.factors["mental"]
    )
    rate = rules["per_year"] / 4 * own[:, None] * np.exp(rules["severity"] * np.minimum(health.severity, 3))
    person, day = scatter(rng, rng.poisson(rate * grown), window.edges)
    stay_person, stay_day = scatter(rng, rng.binomial(health.admissions, rules["admission"]), window.edges)
    person, day = np.concatenate([person, stay_person]), np.concatenate([day, stay_day])
    length = lognormal(rng, rules["median_days"], rules["spread"], len(person))
    cause = np.where(
        chance(rng, rules["mental_without_episode"], len(person)),
        Choice([[1, 1, 1, 1]]).draw(rng, 0, len(person)),
        CAUSES.index("andet"),
    )

    episodes = health.episodes
    rows = np.flatnonzero(
        chance(rng, np.array([rules["episode"][k] for k in EPISODES])[episodes.kind], len(episodes.day))
    )
    began = episodes.day[rows] + rng.integers(0, 30, len(rows))
    lasts = np.maximum(episodes.length[rows] * rules["episode_share_of_length"] * rng.uniform(0.3, 1.5, len(rows)), 5)
    coded = np.array([CAUSES.index(rules["cause"][k]) for k in EPISODES])[episodes.kind[rows]]
    coded = np.where(chance(rng, rules["other_mental"], len(rows)), CAUSES.index("andre_psykiske"), coded)
    again = np.flatnonzero(chance(rng, rules["relapse"], len(rows)))
    again_day = began[again] + lasts[again].astype(np.int32) + rng.integers(20, 200, len(again))
    person = np.concatenate([person, episodes.person[rows], episodes.person[rows][again]]).astype(np.int32)
    day = np.concatenate([day, began, again_day]).astype(np.int32)
    length = np.concatenate([length, lasts, lasts[again] * rng.uniform(0.3, 1.2, len(again))])
    cause = np.concatenate([cause, coded, coded[again]])

    order = np.lexsort((day, person))
    leaves = Spells(person, day, day + np.clip(length, 1, 720).astype(np.int32) - 1, cause).where(order)
    leaves = leaves.where(_has_work(leaves, lives) & (leaves.start <= health.last[leaves.person]))
    return leaves.where(without_overlap(leaves.person, leaves.start, leaves.stop))


def _has_work(leaves: Spells, lives: Spells) -> Bools:
    """Whether the person has a job, a fleksjob or dagpenge on the first day of the leave."""
    shift = 2**32
    place = (
        np.searchsorted(
            lives.person.astype(np.int64) * shift + lives.start + shift // 2,
            leaves.person.astype(np.int64) * shift + leaves.start + shift // 2,
            side="right",
        )
        - 1
    )
    if not len(lives.person):
        return np.zeros(len(leaves.person), dtype=bool)
    found = np.maximum(place, 0)
    fits = (place >= 0) & (lives.person[found] == leaves.person) & (lives.stop[found] >= leaves.start)
    works: Bools = fits & np.isin(lives.state[found], (JOB, FLEKSJOB, DAGPENGE))
    return works
