"""Employment: benefits, sick leaves, jobs, education and unemployment funds, as the job centre knows them."""

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Ints
from samspil.synth.columns import build, dates, money, text, words
from samspil.synth.health import Health
from samspil.synth.labour import (
    CAUSES,
    DAGPENGE,
    FLEKSJOB,
    JOB,
    KONTANT,
    NONE,
    STATES,
    STUDENT,
    Spells,
    pension_day,
    sick_leaves,
    working_lives,
)
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import at_age, reference
from samspil.synth.sampling import Choice, chance
from samspil.synth.timeline import NEVER, YEAR, close_spells


def employment_tables(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> dict[str, pa.Table]:
    """All tables of the employment source for a chunk."""
    lives = working_lives(people, health, plan, rng)
    leaves = sick_leaves(people, health, lives, plan, rng)
    lives = _job_lost(leaves, lives, rng)
    return {
        "benefit": _benefits(people, health, lives, leaves, plan),
        "sick_leave": _leave_table(people, health, leaves, plan),
        "job": _jobs(people, health, lives, plan, rng),
        "education": _education(people, health, lives, plan),
        "unemployment_fund": _funds(people, health, lives, plan, rng),
    }


def _job_lost(leaves: Spells, lives: Spells, rng: np.random.Generator) -> Spells:
    """Some long sick leaves end the job: the job spell then ends when job clarification begins."""
    rules = reference("work")["sick_leave"]
    limit = rules["job_clarification_from_day"]
    rows = (leaves.stop - leaves.start + 1 > limit) & chance(rng, rules["job_lost"], len(leaves.start))
    ends = np.full(int(max(leaves.person.max(initial=0), lives.person.max(initial=0))) + 1, NEVER)
    ends[leaves.person[rows]] = leaves.start[rows] + limit - 1
    end = ends[lives.person]
    hit = (lives.state == JOB) & (lives.start < end) & (lives.stop > end)
    return Spells(lives.person, lives.start, np.where(hit, end, lives.stop), lives.state)


def _known(spells: Spells, health: Health) -> Spells:
    """The spells as they are known: ordered, closed at death or emigration, open when still running."""
    keep, stop = close_spells(spells.start, spells.stop, health.last[spells.person], health.gone[spells.person])
    keep &= stop >= 0
    known = Spells(spells.person, spells.start, stop, spells.state).where(keep)
    return known.where(np.lexsort((known.start, known.person)))


def _joined(parts: list[Spells]) -> Spells:
    return Spells(
        *(
            np.concatenate([getattr(part, name) for part in parts]).astype(np.int32)
            for name in ("person", "start", "stop", "state")
        )
    )


def _benefits(people: People, health: Health, lives: Spells, leaves: Spells, plan: Plan) -> pa.Table:
    """Benefits of the working lives, of long sick leaves and of pensioners; `state` becomes a place in the
    benefit kinds.
    """
    amounts = reference("work")["weekly_amount"]
    kinds = list(amounts)
    parts = []
    for place, name in enumerate(STATES):
        if place in (NONE, JOB) or name == "self_supporting":
            continue
        mine = lives.where(lives.state == place)
        if place == STUDENT:
            eighteen = (people.birth + 18 * YEAR).astype(np.int32)[mine.person]
            start = np.maximum(mine.start, eighteen)
            parts.append(
                Spells(mine.person, start, mine.stop, np.full(len(start), kinds.index("su"))).where(start <= mine.stop)
            )
        elif place == KONTANT:
            young = mine.start - people.birth[mine.person] < 30 * YEAR
            parts.append(
                Spells(
                    mine.person,
                    mine.start,
                    mine.stop,
                    np.where(young, kinds.index("uddannelseshjaelp"), kinds.index("kontanthjaelp")),
                )
            )
        else:
            parts.append(Spells(mine.person, mine.start, mine.stop, np.full(len(mine.start), kinds.index(name))))
    rules = reference("work")["sick_leave"]
    paid, clarified = rules["municipal_pays_from_day"], rules["job_clarification_from_day"]
    long = leaves.where(leaves.stop - leaves.start + 1 > paid)
    parts.append(
        Spells(
            long.person,
            long.start + paid,
            np.minimum(long.stop, long.start + clarified - 1),
            np.full(len(long.start), kinds.index("sygedagpenge")),
        )
    )
    longer = leaves.where(leaves.stop - leaves.start + 1 > clarified)
    parts.append(
        Spells(
            longer.person,
            longer.start + clarified,
            longer.stop,
            np.full(len(longer.start), kinds.index("jobafklaring")),
        )
    )
    everyone = np.arange(len(people))
    parts.append(
        Spells(
            everyone,
            pension_day(people),
            np.full(len(people), NEVER),
            np.full(len(people), kinds.index("folkepension")),
        )
    )
    known = _known(_joined(parts), health)
    oere = np.array([amounts[kind] * 100 for kind in kinds])
    return build(
        "benefit",
        {
            "cpr": text(known.person, people.cpr),
            "kind": text(known.state, words(kinds)),
            "from": dates(known.start, plan.window),
            "to": dates(known.stop, plan.window),
            "weekly_amount": money(oere[known.state]),
        },
    )


def _leave_table(people: People, health: Health, leaves: Spells, plan: Plan) -> pa.Table:
    known = _known(leaves, health)
    return build(
        "sick_leave",
        {
            "cpr": text(known.person, people.cpr),
            "from": dates(known.start, plan.window),
            "to": dates(known.stop, plan.window),
            "cause": text(known.state, words(CAUSES)),
        },
    )


def _jobs(people: People, health: Health, lives: Spells, plan: Plan, rng: np.random.Generator) -> pa.Table:
    """Jobs, jobs of students beside their studies, flexible jobs, and pensioners who work on."""
    work, rules = reference("work"), reference("work")["long_weeks"]
    jobs = lives.where((lives.state == JOB) | (lives.state == FLEKSJOB))
    students = lives.where(lives.state == STUDENT)
    students = students.where(chance(rng, work["student_job"], len(students.start)))
    ages = work["working_pensioners"]
    works_on = chance(
        rng, at_age(ages["share"], ages["ages"], people.age) * (people.age >= work["pension_age"]), len(people)
    )
    old = np.flatnonzero(works_on)
    since = pension_day(people)[old]
    elder = Spells(old, since, since + rng.integers(100, 2500, len(old)), np.full(len(old), NONE))
    known = _known(_joined([jobs, students, elder]), health)
    size = len(known.start)
    part_time = chance(rng, rules["part_time_share"], size)
    hours = np.where(
        part_time, rng.integers(rules["part_time"][0], rules["part_time"][1] + 1, size), rules["full_time"]
    )
    hours = np.where(known.state == FLEKSJOB, rng.integers(rules["fleksjob"][0], rules["fleksjob"][1] + 1, size), hours)
    few = rng.integers(rules["student"][0], rules["student"][1] + 1, size)
    hours = np.where((known.state == STUDENT) | (known.state == NONE), few, hours)
    return build(
        "job",
        {
            "cpr": text(known.person, people.cpr),
            "from": dates(known.start, plan.window),
            "to": dates(known.stop, plan.window),
            "weekly_hours": pa.array(hours.astype(np.float64)),
        },
    )


def _education(people: People, health: Health, lives: Spells, plan: Plan) -> pa.Table:
    known = _known(lives.where(lives.state == STUDENT), health)
    return build(
        "education",
        {
            "cpr": text(known.person, people.cpr),
            "from": dates(known.start, plan.window),
            "to": dates(known.stop, plan.window),
        },
    )


def _funds(people: People, health: Health, lives: Spells, plan: Plan, rng: np.random.Generator) -> pa.Table:
    """Membership of an unemployment fund in each calendar year, for those who work or have dagpenge that
    year.
    """
    rules, window = reference("work")["funds"], plan.window
    fund = Choice([list(rules["shares"].values())]).draw(rng, 0, len(people))
    member = chance(rng, rules["members"], len(people))
    working = lives.where(np.isin(lives.state, (JOB, DAGPENGE)))
    rows: list[tuple[Ints, Ints]] = []
    for year in range(window.first.year, plan.as_of.year + 1):
        first = window.day_of(plan.as_of.replace(year=year, month=1, day=1))
        there = (working.start <= first + 364) & (working.stop >= first) & (health.last[working.person] >= first)
        person = np.unique(working.person[there])
        person = person[member[person]]
        rows.append((person, np.full(len(person), year)))
    person, year_of = (np.concatenate([row[i] for row in rows]) for i in range(2))
    order = np.lexsort((year_of, person))
    person, year_of = person[order], year_of[order]
    return build(
        "unemployment_fund",
        {
            "cpr": text(person, people.cpr),
            "year": pa.array(year_of.astype(np.int32)),
            "fund": text(fund[person], words(list(rules["shares"]))),
        },
    )
