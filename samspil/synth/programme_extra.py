"""What comes on top for those enrolled, laid after the rows that were there."""

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Ints
from samspil.synth.health import Health
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS
from samspil.synth.programme_enrolment import Courses
from samspil.synth.programme_rows import day_of, person_of
from samspil.synth.reference import reference
from samspil.synth.sampling import expand
from samspil.synth.timeline import YEAR

Tables = dict[str, pa.Table]


def extra(courses: Courses, what: str, health: Health, plan: Plan, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Course and (working) day of what comes on top, at random days while the effect lasts and the citizen is there."""
    yearly, lasts = np.zeros(len(ARMS)), np.zeros(len(ARMS), dtype=np.int64)
    for place, arm in enumerate(ARMS):
        rules = reference("programme")["arms"][arm]["effect"]
        figure = rules.get(what, 0.0)
        yearly[place], lasts[place] = figure["each_year"] if isinstance(figure, dict) else figure, rules["days"]
    first = courses.day + 1
    last = np.minimum(courses.day + lasts[courses.arm], health.last[courses.person])
    days = np.maximum(last - first + 1, 0)
    owner, _ = expand(rng.poisson(yearly[courses.arm] * days / YEAR))
    day = first[owner] + (rng.random(len(owner)) * days[owner]).astype(np.int64)
    moved = plan.window.working_day(day).astype(np.int64)
    later = moved > courses.day[owner]  # a weekend day right after enrolment has no working day before it
    return owner[later], moved[later]


def spells(table: pa.Table, plan: Plan, first: str, last: str) -> tuple[Ints, Ints, Ints]:
    return person_of(table), day_of(table, first, plan.window), day_of(table, last, plan.window)


def joined(table: pa.Table, more: pa.Table) -> pa.Table:
    """A table with more rows after its own."""
    if not more.num_rows:
        return table
    return pa.concat_tables([table, more]).unify_dictionaries().combine_chunks()
