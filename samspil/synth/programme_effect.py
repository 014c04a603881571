"""What the programme does: changes to the rows of those enrolled, from the day after enrolment.

The rows of everybody else, and all rows until the day of enrolment, stay as they are.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import build, dates, digits, moments, text, words
from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS
from samspil.synth.programme_effect_work import add_psychologist, prolong_benefit
from samspil.synth.programme_enrolment import Courses
from samspil.synth.programme_extra import Tables, extra, joined, spells
from samspil.synth.programme_rows import OPEN_SECOND, day_of, is_word, person_of, second_of
from samspil.synth.reference import reference
from samspil.synth.sampling import Choice, between, chance
from samspil.synth.timeline import NEVER, close_spells

_DAY = 86_400
_PER_CHUNK, _ADDED = 10_000_000, 9_000_000  # contact numbers of a chunk, and where those of added contacts begin


def affect(
    tables: Tables, people: People, health: Health, courses: Courses, plan: Plan, chunk: int, rng: np.random.Generator
) -> Tables:
    """The tables of a chunk as they are with the programme."""
    changed = dict(tables)
    _spare_admissions(changed, courses, plan, rng)
    _add_outpatient(changed, people, health, courses, plan, chunk, rng)
    _add_gp_contacts(changed, people, health, courses, plan, rng)
    _add_home_care(changed, people, health, courses, plan, rng)
    prolong_benefit(changed, people, health, courses, plan, rng)
    add_psychologist(changed, people, health, courses, plan, rng)
    return changed


def _spare_admissions(tables: Tables, courses: Courses, plan: Plan, rng: np.random.Generator) -> None:
    """Some acute admissions do not happen, and their diagnoses are not made."""
    contacts, diagnoses = tables["hospital_contact"], tables["hospital_diagnosis"]
    person, day = person_of(contacts), day_of(contacts, "start", plan.window)
    could = is_word(contacts, "kind", "inpatient") & contacts["acute"].to_numpy()
    spared = np.zeros(len(person), dtype=bool)
    for place, arm in enumerate(ARMS):
        rules = reference("programme")["arms"][arm]["effect"]
        if "admissions_spared" in rules:
            within = _within(person, day, courses, place, rules["days"])
            rows = np.flatnonzero(could & within)
            spared[rows[chance(rng, rules["admissions_spared"], len(rows))]] = True
    gone = contacts["contact_id"].filter(pa.array(spared))
    tables["hospital_contact"] = contacts.filter(pa.array(~spared))
    tables["hospital_diagnosis"] = diagnoses.filter(pc.invert(pc.is_in(diagnoses["contact_id"], gone)))


def _add_outpatient(
    tables: Tables, people: People, health: Health, courses: Courses, plan: Plan, chunk: int, rng: np.random.Generator
) -> None:
    """More outpatient contacts, each like one that the citizen (or else anybody) had before."""
    contacts = tables["hospital_contact"]
    models = np.flatnonzero(is_word(contacts, "kind", "outpatient"))
    course, day = extra(courses, "outpatient", health, plan, rng)
    if not len(course) or not len(models):
        return
    person = courses.person[course]
    owner = person_of(contacts)[models]
    low, high = np.searchsorted(owner, person, side="left"), np.searchsorted(owner, person, side="right")
    any_place = rng.integers(0, len(models), len(person))
    own = low + (rng.random(len(person)) * (high - low)).astype(np.int64)
    row = models[np.where(high > low, np.minimum(own, len(models) - 1), any_place)]
    begin, end = second_of(contacts, "start", plan.window)[row], second_of(contacts, "end", plan.window)[row]
    begin_now = day * _DAY + begin % _DAY
    lasts = np.where(end == OPEN_SECOND, 1800, end - begin)
    end_now = np.minimum(begin_now + lasts, (day + 1) * _DAY - 60)
    number = digits(chunk * _PER_CHUNK + _ADDED + np.arange(len(row)), 12, "K")
    like = contacts.take(pa.array(row))
    size = len(row)
    added = {
        "cpr": text(person, people.cpr),
        "contact_id": number,
        "course_id": pa.nulls(size, pa.string()),
        "start": moments(begin_now, plan.window),
        "end": moments(np.maximum(end_now, begin_now), plan.window),
        "acute": pa.array(np.zeros(size, dtype=bool)),
        "ready_for_discharge": pa.nulls(size, pa.timestamp("us")),
    }
    new = build("hospital_contact", {name: _plain(added.get(name, like[name])) for name in contacts.column_names})
    tables["hospital_contact"] = joined(contacts, new)
    diagnosis = build(
        "hospital_diagnosis",
        {
            "cpr": text(person, people.cpr),
            "contact_id": number,
            "date": dates(day, plan.window),
            "diagnosis": _plain(like["action_diagnosis"]),
            "rank": text(np.zeros(size, dtype=np.int32), words(["primary"])),
        },
    )
    tables["hospital_diagnosis"] = joined(tables["hospital_diagnosis"], diagnosis)


def _add_gp_contacts(
    tables: Tables, people: People, health: Health, courses: Courses, plan: Plan, rng: np.random.Generator
) -> None:
    """More contacts with the own doctor; practices that deliver nothing at the time deliver none of these."""
    course, day = extra(courses, "gp_contacts", health, plan, rng)
    person, arm = courses.person[course], courses.arm[course]
    practice = people.practice_on(person, day)
    kinds = sorted({kind for name in ARMS for kind in reference("programme")["arms"][name]["effect"]["gp_kinds"]})
    weights = [[reference("programme")["arms"][name]["effect"]["gp_kinds"].get(k, 0) for k in kinds] for name in ARMS]
    kind = Choice(weights).draw(rng, arm, len(person))
    told = ~plan.care_quality.silent(practice, day)
    new = build(
        "gp_contact",
        {
            "cpr": text(person[told], people.cpr),
            "provider_number": text(practice[told], words(plan.practices.provider_number)),
            "date": dates(day[told], plan.window),
            "kind": text(kind[told], words(kinds)),
        },
    )
    tables["gp_contact"] = joined(tables["gp_contact"], new)


def _add_home_care(
    tables: Tables, people: People, health: Health, courses: Courses, plan: Plan, rng: np.random.Generator
) -> None:
    """Some of those who have no home care, and do not live in a care home, get it for some months."""
    rows = np.flatnonzero(courses.arm == ARMS.index("daemp"))
    rules = reference("programme")["arms"]["daemp"]["effect"]["home_care"]
    rows = rows[chance(rng, rules["share"], len(rows))]
    size = len(rows)
    person = courses.person[rows]
    start = courses.day[rows] + between(rng, rules["begins"], size)
    stop = start + between(rng, rules["lasts"], size)
    personal, practical = (_hours(rng, rules[which], size) for which in ("personal", "practical"))
    for name in ("home_care", "care_home"):
        theirs, begins, ends = spells(tables[name], plan, "from", "to")
        for place, who in enumerate(person):
            mine = (theirs == who) & (ends >= start[place])
            # What comes later ends it the day before; who has some already gets no more.
            stop[place] = min(stop[place], begins[mine].min(initial=NEVER) - 1)
    keep, closed = close_spells(start, stop, health.last[person], health.gone[person])
    new = build(
        "home_care",
        {
            "cpr": text(person[keep], people.cpr),
            "from": dates(start[keep], plan.window),
            "to": dates(closed[keep], plan.window),
            "frequency": text(np.zeros(int(keep.sum()), dtype=np.int32), words(["less_than_daily"])),
            "personal_hours_per_week": pa.array(personal[keep]),
            "practical_hours_per_week": pa.array(practical[keep]),
        },
    )
    tables["home_care"] = joined(tables["home_care"], new)


def _hours(rng: np.random.Generator, limits: Sequence[float], size: int) -> Floats:
    """Hours a week, in whole quarters of an hour."""
    low, high = limits
    hours: Floats = np.round(4 * rng.uniform(low, high, size)) / 4
    return hours


def _within(person: Ints, day: Ints, courses: Courses, arm: int, lasts: int) -> Bools:
    """Rows of those enrolled in an arm while the effect lasts."""
    size = int(max(person.max(initial=0), courses.person.max(initial=0))) + 1
    since = np.full(size, NEVER)
    rows = courses.arm == arm
    since[courses.person[rows]] = courses.day[rows]
    found: Bools = (day > since[person]) & (day <= since[person] + lasts)
    return found


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
