"""The national patient register: contacts, diagnoses and outpatient courses, in the forms hospitals write
them.
"""

from functools import cache

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Ints
from samspil.synth.columns import build, dates, digits, moments, money, oere, text, words
from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import reference
from samspil.synth.sampling import Choice, chance
from samspil.synth.stays import (
    DAY,
    INPATIENT,
    OUTPATIENT,
    Contacts,
    Courses,
    acute_stays,
    diagnosis_codes,
    elective_stays,
    emergency_visits,
    is_psychiatric,
    outpatient_courses,
    together,
    usual_diagnosis,
)
from samspil.synth.timeline import close_spells, without_overlap

_PER_CHUNK = 10_000_000  # room for contact and course numbers within a chunk


def hospital_tables(
    people: People, health: Health, plan: Plan, chunk: int, rng: np.random.Generator
) -> tuple[dict[str, pa.Table], Contacts]:
    """`hospital_contact`, `hospital_diagnosis` and `outpatient_course` of a chunk, and the contacts for other
    sectors.
    """
    courses, visits = outpatient_courses(people, health, plan, rng)
    stays = _without_overlap(
        together([acute_stays(people, health, plan, rng), elective_stays(people, health, plan, rng)])
    )
    contacts = together([stays, emergency_visits(people, health, plan, rng), visits])
    day = contacts.start // DAY
    contacts = contacts.where((day >= 0) & health.observed(contacts.person, day))
    order = np.argsort(contacts.person.astype(np.int64) << 32 | contacts.start, kind="stable")
    contacts = contacts.where(order)

    number = chunk * _PER_CHUNK + np.arange(len(contacts.person))
    contact_id = digits(number, 12, "K")
    form = Choice([reference("hospital")["written_forms"]]).draw(rng, 0, len(number))
    course_id = digits(chunk * _PER_CHUNK + np.arange(len(courses.person)), 12, "F")
    tables = {
        "hospital_contact": _contact_table(people, health, contacts, contact_id, course_id, form, plan, rng),
        "hospital_diagnosis": _diagnosis_table(people, health, contacts, contact_id, form, plan, rng),
        "outpatient_course": _course_table(people, health, courses, course_id, plan),
    }
    return tables, contacts


@cache
def _written() -> pa.Array:
    """Every diagnosis in three written forms: DF200, F20.0 and dF20.0."""
    return words([form for code in diagnosis_codes() for form in ("D" + code.replace(".", ""), code, "d" + code)])


@cache
def _departments() -> tuple[list[str], list[int]]:
    """Names of departments, and which one takes each diagnosis."""
    rules = reference("hospital")["departments"]
    names = list(dict.fromkeys(rules.values()))
    return names, [names.index(rules[code[0]]) for code in diagnosis_codes()]


def _without_overlap(stays: Contacts) -> Contacts:
    """Nobody is admitted twice at once; an emergency visit before a stay is no stay."""
    emergency = stays.where(stays.kind != INPATIENT)
    stays = stays.where(stays.kind == INPATIENT)
    stays = stays.where(np.lexsort((stays.start, stays.person)))
    kept = stays.where(without_overlap(stays.person, stays.start, stays.start + stays.length))
    return together([kept, emergency])


def _contact_table(
    people: People,
    health: Health,
    contacts: Contacts,
    contact_id: pa.Array,
    course_id: pa.Array,
    form: Ints,
    plan: Plan,
    rng: np.random.Generator,
) -> pa.Table:
    rules, window, size = reference("hospital"), plan.window, len(contacts.person)
    start = window.existing_clock(contacts.start)
    leave = np.maximum(window.existing_clock(start + contacts.length), start + 300)
    departure = (health.last[contacts.person].astype(np.int64) + 1) * DAY - 60  # the last minute of the last day
    gone = health.gone[contacts.person]
    end = np.maximum(np.where(gone, np.minimum(leave, departure), leave), start)
    still_in = end >= window.days * DAY
    lasted = np.clip((np.minimum(end, window.days * DAY) - start) / np.maximum(contacts.length, 60), 0.05, 1)
    cost = contacts.cost * np.where(contacts.kind == INPATIENT, 0.35 + 0.65 * lasted, 1)

    old = people.age_on(0.0)[contacts.person] >= 63
    waits = old & (contacts.kind == INPATIENT) & (end - start > 3 * DAY) & chance(rng, rules["acute"]["waiting"], size)
    ready = start + ((end - start) * rng.uniform(0.55, 0.92, size) // 60 * 60).astype(np.int64)
    ready = window.existing_clock(ready)
    waits &= (ready < window.days * DAY) & (ready <= end)
    hospitals = list(rules["hospitals"])
    usual = Choice([[rules["hospitals"][h] for h in hospitals[:3]]]).draw(rng, 0, len(people))
    psychiatric = is_psychiatric()[contacts.diagnosis]
    place = np.where(psychiatric, len(hospitals) - 1, usual[contacts.person])
    names, takes = _departments()
    has_course = contacts.kind == OUTPATIENT
    return build(
        "hospital_contact",
        {
            "cpr": text(contacts.person, people.cpr),
            "contact_id": contact_id,
            "course_id": text(np.where(has_course, contacts.course, 0), course_id, null=~has_course),
            "hospital": text(place, words(hospitals)),
            "department": text(np.array(takes)[contacts.diagnosis], words(names)),
            "start": moments(start, window),
            "end": moments(end, window, null=still_in),
            "kind": text(contacts.kind, words(["inpatient", "outpatient", "emergency"])),
            "acute": pa.array(contacts.acute),
            "action_diagnosis": text(contacts.diagnosis * 3 + form, _written()),
            "cost": money(oere(np.round(cost))),
            "ready_for_discharge": moments(ready, window, null=~waits),
        },
    )


def _diagnosis_table(
    people: People,
    health: Health,
    contacts: Contacts,
    contact_id: pa.Array,
    form: Ints,
    plan: Plan,
    rng: np.random.Generator,
) -> pa.Table:
    """The action diagnosis of every contact, and after it the other conditions of those admitted."""
    stays = np.flatnonzero(contacts.kind == INPATIENT)
    day = (contacts.start // DAY).astype(np.int32)
    active = health.onset[contacts.person[stays]] <= day[stays, None]
    other = active & (usual_diagnosis() != contacts.diagnosis[stays, None])
    other &= chance(rng, reference("hospital")["secondary"], other.shape)
    row, condition = np.nonzero(other)
    size = len(contacts.person)
    contact = np.concatenate([np.arange(size), stays[row]])
    secondary = np.arange(len(contact)) >= size
    diagnosis = np.concatenate([contacts.diagnosis, usual_diagnosis()[condition]])
    order = np.argsort(contact * 2 + secondary, kind="stable")
    contact, secondary, diagnosis = contact[order], secondary[order], diagnosis[order]
    return build(
        "hospital_diagnosis",
        {
            "cpr": text(contacts.person[contact], people.cpr),
            "contact_id": contact_id.take(pa.array(contact)),
            "date": dates(day[contact], plan.window),
            "diagnosis": text(diagnosis * 3 + form[contact], _written()),
            "rank": text(secondary, words(["primary", "secondary"])),
        },
    )


def _course_table(people: People, health: Health, courses: Courses, course_id: pa.Array, plan: Plan) -> pa.Table:
    """Courses that were open at some time in the period."""
    keep, closed = close_spells(
        courses.opened, courses.closed, health.last[courses.person], health.gone[courses.person]
    )
    keep &= courses.closed >= 0
    names, takes = _departments()
    rows = np.flatnonzero(keep)
    rows = rows[np.lexsort((courses.opened[rows], courses.person[rows]))]
    department = np.array(takes)[courses.diagnosis[rows]]
    return build(
        "outpatient_course",
        {
            "cpr": text(courses.person[rows], people.cpr),
            "course_id": course_id.take(pa.array(rows)),
            "department": text(department, words(names)),
            "opened": dates(courses.opened[rows], plan.window),
            "closed": dates(closed[rows], plan.window),
        },
    )
