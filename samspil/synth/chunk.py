"""One chunk of the region: some thousand people and every row about them, made from the chunk's own random
streams.
"""

from dataclasses import dataclass

import pyarrow as pa

from samspil.synth.flaws import Flaw, inject
from samspil.synth.general_practice import gp_tables
from samspil.synth.health import live, truth
from samspil.synth.hospital import hospital_tables
from samspil.synth.measurements import measurement_tables
from samspil.synth.medicines import prescription_tables
from samspil.synth.municipal import municipal_tables
from samspil.synth.people import civil_tables, draw_people
from samspil.synth.plan import Plan
from samspil.synth.programme_chunk import with_programme
from samspil.synth.programme_truth import Truth
from samspil.synth.questionnaires import questionnaire_tables
from samspil.synth.specialists import specialist_tables
from samspil.synth.work import employment_tables


@dataclass(frozen=True)
class Chunk:
    """Tables by name with the rows about the chunk's people, the truth about them, and injected flaws (rows
    within the chunk). `effect` is the truth about the courses of a programme, in a region that has one.
    """

    persons: int
    tables: dict[str, pa.Table]
    truth: pa.Table
    flaws: list[Flaw]
    effect: Truth | None = None


def make_chunk(plan: Plan, number: int) -> Chunk:
    """Make chunk `number` of the region. The same plan and number always give the same rows."""
    (
        for_people,
        for_health,
        for_gp,
        for_values,
        for_medicines,
        for_specialists,
        for_hospital,
        for_work,
        for_care,
        for_flaws,
        for_quality,
        for_more_values,
        for_answers,
        for_programme,
    ) = plan.randomness(number, 14)
    people = draw_people(plan, number, for_people)
    health = live(people, plan, for_health)
    hospital, contacts = hospital_tables(people, health, plan, number, for_hospital)
    tables = {
        **civil_tables(people, health.died, plan),
        **gp_tables(people, health, plan, for_gp, for_quality),
        **measurement_tables(people, health, plan, for_values, for_more_values),
        **specialist_tables(people, health, plan, for_specialists),
        **prescription_tables(people, health, plan, for_medicines),
        **hospital,
        **employment_tables(people, health, plan, for_work),
        **municipal_tables(people, health, contacts, plan, for_care),
        **questionnaire_tables(people, health, plan, for_answers),
    }
    tables, effect = with_programme(tables, people, health, plan, number, for_programme)
    flaws: list[Flaw] = []
    if plan.flaws:
        tables, flaws = inject(tables, plan, for_flaws)
    return Chunk(len(people), tables, truth(people, health, plan), flaws, effect)
