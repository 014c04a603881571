"""What the programme does to sickness benefit, and to visits to psychologists."""

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Ints
from samspil.synth.columns import build, dates, money, text, words
from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS
from samspil.synth.programme_enrolment import Courses
from samspil.synth.programme_extra import Tables, extra, joined, spells
from samspil.synth.programme_rows import is_word
from samspil.synth.reference import reference
from samspil.synth.sampling import chance
from samspil.synth.timeline import NEVER, OPEN, YEAR, close_spells


def prolong_benefit(
    tables: Tables, people: People, health: Health, courses: Courses, plan: Plan, rng: np.random.Generator
) -> None:
    """Spells of sickness benefit that run at enrolment, and the sick leave they follow from, end later.

    A spell that runs into job clarification stays, and none goes on into the next leave, or past the state pension.
    """
    rules, work = reference("programme")["arms"]["sad"]["effect"]["sickness_benefit"], reference("work")
    longest = work["sick_leave"]["job_clarification_from_day"] - work["sick_leave"]["municipal_pays_from_day"]
    rows = np.flatnonzero(courses.arm == ARMS.index("sad"))
    rows = rows[chance(rng, rules["share"], len(rows))]
    more = np.ceil(rng.exponential(rules["mean_days"], len(rows))).astype(np.int64)
    benefit, leave = tables["benefit"], tables["sick_leave"]
    whose, begins, ends = spells(benefit, plan, "from", "to")
    whose = np.where(is_word(benefit, "kind", "sygedagpenge"), whose, -1)
    whose_leave, leave_begins, leave_ends = spells(leave, plan, "from", "to")
    new_ends, new_leave_ends = ends.copy(), leave_ends.copy()
    for row, days in zip(rows, more, strict=True):
        person, day = courses.person[row], courses.day[row]
        of_benefit = np.flatnonzero((whose == person) & (begins <= day) & (ends >= day) & (ends < OPEN))
        mine = whose_leave == person
        if len(of_benefit) != 1:
            continue
        spell = of_benefit[0]
        of_leave = np.flatnonzero(mine & (leave_ends == ends[spell]) & (leave_begins <= begins[spell]))
        if len(of_leave) != 1:
            continue
        following = leave_begins[mine & (leave_begins > ends[spell])].min(initial=NEVER)
        pension = int(np.ceil(people.birth[person] + work["pension_age"] * YEAR))
        latest = min(following - 1, pension - 1, begins[spell] + longest - 1)
        end = max(ends[spell], min(ends[spell] + days, latest))
        begin, last = (np.array([each]) for each in (begins[spell], health.last[person]))
        _, closed = close_spells(begin, np.array([end]), last, health.gone[[person]])
        new_ends[spell] = new_leave_ends[of_leave[0]] = closed[0]
    tables["benefit"] = _with_ends(benefit, new_ends, plan)
    tables["sick_leave"] = _with_ends(leave, new_leave_ends, plan)


def add_psychologist(
    tables: Tables, people: People, health: Health, courses: Courses, plan: Plan, rng: np.random.Generator
) -> None:
    rules = reference("programme")["arms"]["sad"]["effect"]["psychologist"]
    course, day = extra(courses, "psychologist", health, plan, rng)
    person, size = courses.person[course], len(course)
    new = build(
        "specialist_contact",
        {
            "cpr": text(person, people.cpr),
            "date": dates(day, plan.window),
            "specialty": text(np.zeros(size, dtype=np.int32), words(["psychologist"])),
            "referred_by_gp": pa.array(np.ones(size, dtype=bool)),
            "fee": money(np.full(size, rules["fee"] * 100)),
        },
    )
    tables["specialist_contact"] = joined(tables["specialist_contact"], new)


def _with_ends(table: pa.Table, ends: Ints, plan: Plan) -> pa.Table:
    place = table.schema.get_field_index("to")
    return table.set_column(place, table.schema.field(place), dates(ends, plan.window))
