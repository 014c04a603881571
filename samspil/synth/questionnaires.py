"""What patients answer: questionnaires of people with diabetes, and whether anybody used the answers."""

import numpy as np
import pyarrow as pa

from samspil.synth.columns import build, dates, text, words
from samspil.synth.general_practice import ordered
from samspil.synth.health import Health, condition_names
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import reference
from samspil.synth.sampling import Choice, chance, expand, lognormal
from samspil.synth.timeline import OPEN

_OCCASIONS = ("first", "final", "other")
_FIRST, _FINAL, _OTHER = range(3)


def questionnaire_tables(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> dict[str, pa.Table]:
    """`pro_form` of a chunk: courses of a first form, perhaps others, and for most a final one (report 003 L2594-2618).

    A form is used on the day it is answered or within some weeks, or never.
    """
    rules, cases = reference("quality")["questionnaires"], health.cases
    rows = np.flatnonzero(cases.condition == condition_names().index(rules["condition"]))
    rows = rows[chance(rng, rules["takes_part"], len(rows))]
    who, since = cases.person[rows], cases.start[rows]
    sector = Choice([list(rules["sectors"].values())]).draw(rng, 0, len(rows))
    begins = since + (rng.random(len(rows)) * np.maximum(health.last[who] - since + 1, 0)).astype(np.int32)
    lasts = lognormal(rng, rules["course_days"], 0.4, len(rows)).astype(np.int32) + 1
    between, _ = expand(rng.poisson(rules["others"], len(rows)))
    ends = np.flatnonzero(chance(rng, rules["final"], len(rows)))
    course = np.concatenate([np.arange(len(rows)), between, ends])
    occasion = np.repeat([_FIRST, _OTHER, _FINAL], [len(rows), len(between), len(ends)])
    within = (begins + 1)[between] + (rng.random(len(between)) * (lasts - 1)[between]).astype(np.int32)
    day = np.concatenate([begins, within, (begins + lasts)[ends]])
    person = who[course]
    seen = day <= health.last[person]
    person, day, both = ordered(person[seen], day[seen], (sector[course] * len(_OCCASIONS) + occasion)[seen])
    new = np.ones(len(day), dtype=bool)
    new[1:] = (np.diff(person) != 0) | (np.diff(day) != 0) | (np.diff(both) != 0)
    person, day, both = person[new], day[new], both[new]
    used = day + rng.integers(0, rules["used_within"] + 1, len(day))
    used = np.where(chance(rng, rules["used"], len(day)) & (used <= health.last[person]), used, OPEN)
    return {
        "pro_form": build(
            "pro_form",
            {
                "cpr": text(person, people.cpr),
                "date": dates(day, plan.window),
                "sector": text(both // len(_OCCASIONS), words(list(rules["sectors"]))),
                "instrument": text(np.zeros(len(day), dtype=np.int32), words([rules["instrument"]])),
                "occasion": text(both % len(_OCCASIONS), words(_OCCASIONS)),
                "used_on": dates(used, plan.window),
            },
        )
    }
