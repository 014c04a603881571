"""Who is enrolled when: citizens who are eligible, by what they used until the day before."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS, Programme
from samspil.synth.programme_rows import Events, day_of, is_word, person_of
from samspil.synth.reference import reference
from samspil.synth.sampling import chance
from samspil.synth.timeline import NEVER

_MONTH = 30
_QUARTER, _YEAR = 92, 365


@dataclass(frozen=True)
class Courses:
    """One element per course, ordered by day and person. A citizen has one course at most.

    `arm` is a place in ARMS, `practice` the citizen's on `day`. `passed` are names that a doctor looked at and did not
    invite: person, day, arm and practice.
    """

    person: Ints
    day: Ints
    arm: Ints
    practice: Ints
    passed: tuple[Ints, Ints, Ints, Ints]

    def __len__(self) -> int:
        return len(self.person)


class Past:
    """What is known of the citizens of a chunk on a day, from the rows themselves."""

    def __init__(self, tables: dict[str, pa.Table], plan: Plan) -> None:
        window = plan.window
        hospital, gp = tables["hospital_contact"], tables["gp_contact"]
        acute = hospital["acute"].to_numpy()
        self.acute = Events.of(person_of(hospital)[acute], day_of(hospital, "start", window)[acute])
        self.gp = Events.of(person_of(gp), day_of(gp, "date", window))
        specialist = tables["specialist_contact"]
        psychologist = is_word(specialist, "specialty", "psychologist")
        self.psychologist = Events.of(
            person_of(specialist)[psychologist], day_of(specialist, "date", window)[psychologist]
        )
        benefit = tables["benefit"]
        sick = is_word(benefit, "kind", "sygedagpenge")
        self.sick_person = person_of(benefit)[sick]
        self.sick_from, self.sick_to = (day_of(benefit, name, window)[sick] for name in ("from", "to"))

    def sick(self, persons: int, on: Ints) -> tuple[Bools, Ints]:
        """Whether each person is on sickness benefit on a day, and the days on it in the quarter until then."""
        day = on[self.sick_person]
        now, days = np.zeros(persons, dtype=bool), np.zeros(persons, dtype=np.int64)
        now[self.sick_person[(self.sick_from <= day) & (self.sick_to >= day)]] = True
        inside = np.minimum(self.sick_to, day) - np.maximum(self.sick_from, day - _QUARTER + 1) + 1
        np.add.at(days, self.sick_person, np.maximum(inside, 0))
        return now, days


def enrol(
    people: People, health: Health, programme: Programme, tables: dict[str, pa.Table], plan: Plan,
    rng: np.random.Generator,
) -> Courses:  # fmt: skip
    """Walk through the months: in each, everybody eligible on a day of it may be enrolled on that day."""
    past, size, rules = Past(tables, plan), len(people), reference("programme")
    begun = int(programme.begins.min())
    enrolled, arm_of = np.full(size, NEVER), np.zeros(size, dtype=np.int64)
    everybody = np.arange(size)
    passed: list[tuple[Ints, Ints, Ints, Ints]] = []
    for first in range(max(begun, _YEAR), plan.window.days, _MONTH):
        day = np.minimum(first + rng.integers(0, _MONTH, size), plan.window.days - 1)
        practice = people.practice_on(everybody, day)
        stays = (practice >= 0) & (people.practice_on(everybody, day - 1) == practice)
        there = stays & (programme.begins[practice] <= day) & health.observed(everybody, day) & (enrolled == NEVER)
        for place, arm in enumerate(ARMS):
            fits, listed, known = eligible(arm, people, past, day - 1)
            fits, listed = (each & there & (enrolled == NEVER) for each in (fits, listed))
            odds = chances(arm, known, day, programme) * programme.keenness[practice]
            hit = fits & chance(rng, np.minimum(odds, rules["enrolment"]["most"]), size)
            enrolled[hit], arm_of[hit] = day[hit], place
            seen = _looked_at(listed & ~hit, rules["arms"][arm]["list"] * int(hit.sum()), rng)
            passed.append((seen, day[seen], np.full(len(seen), place), practice[seen]))
    rows = np.flatnonzero(enrolled < NEVER)
    rows = rows[np.lexsort((rows, enrolled[rows]))]
    columns = [np.concatenate([part[i] for part in passed] or [np.zeros(0, dtype=np.int64)]) for i in range(4)]
    return Courses(
        rows,
        enrolled[rows],
        arm_of[rows],
        people.practice_on(rows, enrolled[rows]),
        (columns[0], columns[1], columns[2], columns[3]),
    )


def _looked_at(listed: Bools, invited: float, rng: np.random.Generator) -> Ints:
    """Who is looked at and not invited: so many that the share invited is the precision of the list."""
    precision, there = reference("programme")["review"]["precision"], np.flatnonzero(listed)
    some = min(rng.poisson(invited * (1 / precision - 1)), len(there))
    return np.sort(rng.choice(there, some, replace=False))


def eligible(arm: str, people: People, past: Past, on: Ints) -> tuple[Bools, Bools, dict[str, Ints]]:
    """Who meets the study's criteria on a day, with a margin of days for birthdays; who may stand on a list without
    meeting them; and what was known of each on that day.
    """
    everybody, (youngest, oldest) = np.arange(len(people)), reference("programme")["arms"][arm]["age"]
    age = people.age_on(on)
    fits = (age >= youngest + 0.01) & (age < oldest + 0.99)
    known = {"gp_year": past.gp.between(everybody, on - _YEAR + 1, on)}
    if arm == "daemp":
        known["acute_quarter"] = past.acute.between(everybody, on - _QUARTER + 1, on)
        known["acute_year"] = past.acute.between(everybody, on - _YEAR + 1, on)
        return fits & (known["acute_year"] >= 1), fits, known
    now, known["benefit_quarter"] = past.sick(len(people), on)
    known["psychologist_year"] = past.psychologist.between(everybody, on - _YEAR + 1, on)
    return fits & now, fits & (known["benefit_quarter"] > 0), known


def chances(arm: str, known: dict[str, Ints], day: Ints, programme: Programme) -> Floats:
    """The chance of being enrolled in the month, of somebody eligible in an ordinary practice."""
    rules, times = reference("programme")["arms"][arm], reference("programme")["enrolment"]
    score = sum(rule["each"] * np.minimum(known[name], rule["most"]) for name, rule in rules["by"].items())
    first, last = programme.study
    season = np.where(day < first, times["before"], np.where(day > last, times["after"], 1.0))
    odds: Floats = rules["monthly"] * season * np.exp(score)
    return odds
