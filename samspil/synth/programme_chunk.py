"""One chunk of a region with a programme: who is enrolled, what changes, and what is written of it."""

import numpy as np
import pyarrow as pa

from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.programme_effect import affect
from samspil.synth.programme_enrolment import enrol
from samspil.synth.programme_tables import course_tables
from samspil.synth.programme_truth import Truth, course_numbers, truth_of


def with_programme(
    tables: dict[str, pa.Table], people: People, health: Health, plan: Plan, chunk: int, rng: np.random.Generator
) -> tuple[dict[str, pa.Table], Truth | None]:
    """The tables of a chunk with the programme's own and its effect, and what is true of it.

    In a region without a programme the tables stay as they are.
    """
    programme = plan.joint_programme
    if programme is None:
        return tables, None
    for_enrolment, for_effect, for_records = rng.spawn(3)
    courses = enrol(people, health, programme, tables, plan, for_enrolment)
    numbers = course_numbers(chunk, len(courses))
    changed = affect(tables, people, health, courses, plan, chunk, for_effect)
    truth = truth_of(tables, changed, people, health, courses, programme, plan, numbers)
    changed |= course_tables(people, health, courses, programme, plan, numbers, for_records)
    return changed, truth
