"""What is written down of the courses of a chunk: enrolment, names looked at, services, plans and what people say."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samspil.synth.arrays import Bools, Ints
from samspil.synth.columns import build, dates, money, text, words
from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS, Programme
from samspil.synth.programme_enrolment import Courses
from samspil.synth.reference import reference
from samspil.synth.sampling import Choice, between, chance, expand, lognormal
from samspil.synth.timeline import OPEN

_PLAN_EVENTS = (
    "plan_activated", "follow_up", "note_written", "note_read", "opened_by_citizen", "goal_by_citizen",
    "relative_took_part",
)  # fmt: skip


def course_tables(
    people: People, health: Health, courses: Courses, programme: Programme, plan: Plan, numbers: pa.Array,
    rng: np.random.Generator,
) -> dict[str, pa.Table]:  # fmt: skip
    """The tables of `integrated_care` that are about persons."""
    listed = chance(rng, _by_arm(lambda arm: reference("programme")["arms"][arm]["list"])[courses.arm], len(courses))
    last = health.last[courses.person]
    return {
        "enrolment": _enrolments(people, health, courses, plan, numbers, listed, rng),
        "list_review": _reviews(people, courses, programme, plan, listed, rng),
        "service_received": _services(people, courses, last, plan, numbers, rng),
        "plan_event": _plan_events(people, courses, last, plan, numbers, rng),
        "perceived_change": _perceived(people, courses, last, plan, numbers, rng),
    }


def _by_arm(figure: Any) -> np.ndarray:
    return np.array([figure(arm) for arm in ARMS])


def _enrolments(
    people: People, health: Health, courses: Courses, plan: Plan, numbers: pa.Array, listed: Bools,
    rng: np.random.Generator,
) -> pa.Table:  # fmt: skip
    rules, size = reference("programme")["enrolment"], len(courses)
    length = lognormal(rng, rules["days"]["median"], rules["days"]["spread"], size).astype(np.int64) + 1
    reasons = [*rules["end_reasons"], rules["gone"]]
    reason = Choice([list(rules["end_reasons"].values())]).draw(rng, 0, size).astype(np.int64)
    stop, last, gone = courses.day + length, health.last[courses.person], health.gone[courses.person]
    cut = (stop > last) & gone
    reason = np.where(cut, len(reasons) - 1, reason)
    stop = np.where(cut, last, np.where(stop > last, OPEN, stop))
    return build(
        "enrolment",
        {
            "cpr": text(courses.person, people.cpr),
            "course_id": numbers,
            "programme": _always(reference("programme")["programme"], size),
            "arm": text(courses.arm, words(ARMS)),
            "provider_number": text(courses.practice, words(plan.practices.provider_number)),
            "from": dates(courses.day, plan.window),
            "to": dates(stop, plan.window),
            "end_reason": text(reason, words(reasons), null=stop == OPEN),
            "inclusion": text(listed, words(["off_list", "list"])),
            "content_version": _always(reference("programme")["content_version"], size),
        },
    )


def _reviews(
    people: People, courses: Courses, programme: Programme, plan: Plan, listed: Bools, rng: np.random.Generator
) -> pa.Table:
    """Names invited some weeks before the course began, and names passed over on the days others were enrolled."""
    rules = reference("programme")["review"]
    invited = np.flatnonzero(listed)
    ahead = between(rng, rules["before"], len(invited))
    asked = np.maximum(courses.day[invited] - ahead, programme.begins[courses.practice[invited]])
    person, day, arm, _ = courses.passed
    reasons = [*rules["reasons"], rules["later"]]
    refused = chance(rng, rules["not_relevant"], len(person))
    why = Choice([list(rules["reasons"].values())]).draw(rng, 0, len(person))
    why = np.where(refused, why, len(reasons) - 1)
    who = np.concatenate([courses.person[invited], person])
    on = np.concatenate([asked, day])
    of_arm = np.concatenate([courses.arm[invited], arm])
    decision = np.concatenate([np.zeros(len(invited), dtype=np.int64), np.where(refused, 1, 2)])
    reason = np.concatenate([np.zeros(len(invited), dtype=np.int64), why])
    order = np.lexsort((on, who))
    return build(
        "list_review",
        {
            "cpr": text(who[order], people.cpr),
            "date": dates(on[order], plan.window),
            "programme": _always(reference("programme")["programme"], len(order)),
            "model": text(of_arm[order], words(ARMS)),
            "decision": text(decision[order], words(["invite", "not_relevant", "later"])),
            "reason": text(reason[order], words(reasons), null=decision[order] == 0),
        },
    )


def _services(
    people: People, courses: Courses, last: Ints, plan: Plan, numbers: pa.Array, rng: np.random.Generator
) -> pa.Table:
    """Services asked for in the first weeks of a course. Promises are kept more in some sectors than in others."""
    rules = reference("programme")["services"]
    listed = [(place, name, rules[arm][name]) for place, arm in enumerate(ARMS) for name in rules[arm]]
    parts = []
    for which, (place, _, service) in enumerate(listed):
        rows = np.flatnonzero(courses.arm == place)
        parts.append(np.stack([rows := rows[chance(rng, service["chance"], len(rows))], np.full(len(rows), which)]))
    course, which = np.concatenate(parts, axis=1)

    def of(key: str) -> np.ndarray:
        values: np.ndarray = np.array([service[key] for _, _, service in listed])[which]
        return values

    asked = courses.day[course] + between(rng, rules["after"], len(course))
    there = asked <= last[course]
    course, which, asked = course[there], which[there], asked[there]
    size, promised = len(course), of("promised")
    kept = chance(rng, of("kept"), size)
    wait = np.where(
        kept, (rng.random(size) * (promised + 1)).astype(np.int64), promised + 1 + rng.integers(0, 40, size)
    )
    started = np.where(chance(rng, rules["begins"], size) & (asked + wait <= last[course]), asked + wait, OPEN)
    over = started + lognormal(rng, rules["lasts"], 0.5, size).astype(np.int64)
    begun, ended = started < OPEN, over <= last[course]
    spread = lognormal(rng, 1.0, 0.35, size)
    minutes = np.maximum(np.round(of("minutes") * spread / 5) * 5, 5).astype(np.int32)
    dkk = np.round(of("cost") * spread / 10) * 10
    no_minutes = ~(begun & ended & chance(rng, rules["measured"]["minutes"], size))
    no_cost = ~(begun & chance(rng, rules["measured"]["cost"], size))
    order = np.lexsort((asked, course))
    table = build(
        "service_received",
        {
            "cpr": text(courses.person[course], people.cpr),
            "course_id": numbers.take(pa.array(course)),
            "date": dates(asked, plan.window),
            "service": text(which, words([name for _, name, _ in listed])),
            "component": _worded(of("component")),
            "sector": _worded(of("sector")),
            "due": dates(asked + promised, plan.window),
            "started": dates(started, plan.window),
            "completed": pa.array(chance(rng, rules["completed"], size), mask=~(begun & ended)),
            "minutes": pa.array(minutes, mask=no_minutes),
            "cost": _money_or_null(dkk, no_cost),
        },
    )
    return table.take(pa.array(order))


def _plan_events(
    people: People, courses: Courses, last: Ints, plan: Plan, numbers: pa.Array, rng: np.random.Generator
) -> pa.Table:
    """What was done with the plans of those who had one. Nothing happens twice on a day in one sector."""
    rules, size = reference("programme")["plan"], len(courses)
    active = np.flatnonzero(chance(rng, rules["activated"]["share"], size))
    since = courses.day[active] + rng.integers(0, rules["activated"]["within"] + 1, len(active))
    more, rank = expand(rng.poisson(rules["follow_up"]["mean"], len(active)))
    held = since[more] + (rank + 1) * rules["follow_up"]["every"] + rng.integers(-14, 15, len(more))
    noted, _ = expand(rng.poisson(rules["notes"]["mean"], len(active)))
    written = since[noted] + rng.integers(1, 240, len(noted))
    read = np.flatnonzero(chance(rng, rules["notes"]["read"], len(noted)))
    read_on = written[read] + rng.integers(0, rules["notes"]["within"] + 1, len(read))
    parts = [
        (active, since, 0),
        (active[more], held, 1),
        (active[noted], written, 2),
        (active[noted][read], read_on, 3),
    ]
    shares = [
        np.full(size, rules["opened_by_citizen"]),
        np.full(size, rules["goal_by_citizen"]),
        _by_arm(lambda arm: rules["relative_took_part"][arm])[courses.arm],
    ]
    for number, share in enumerate(shares, start=4):
        those = np.flatnonzero(chance(rng, share[active], len(active)))
        parts.append((active[those], since[those] + rng.integers(0, 60, len(those)), number))
    course, day = (np.concatenate([part[i] for part in parts]) for i in range(2))
    event = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    sectors = list(rules["sectors"])
    sector = Choice([list(rules["sectors"].values())]).draw(rng, 0, len(course)).astype(np.int64)
    sector = np.where(event < 2, 0, np.where(event > 3, len(sectors), sector))  # the citizen's own have none
    rows = np.unique(np.stack([course, day, event, sector], axis=1)[day <= last[course]], axis=0)
    course, day, event, sector = (rows[:, column] for column in range(4))
    return build(
        "plan_event",
        {
            "cpr": text(courses.person[course], people.cpr),
            "course_id": numbers.take(pa.array(course)),
            "date": dates(day, plan.window),
            "event": text(event, words(_PLAN_EVENTS)),
            "sector": text(np.minimum(sector, len(sectors) - 1), words(sectors), null=sector == len(sectors)),
        },
    )


def _perceived(
    people: People, courses: Courses, last: Ints, plan: Plan, numbers: pa.Array, rng: np.random.Generator
) -> pa.Table:
    """Answers some months after the start, of those who answered."""
    rules = reference("programme")["perceived"]
    day = courses.day + rules["after"] + rng.integers(0, 21, len(courses))
    answers = chance(rng, _by_arm(lambda arm: rules["answers"][arm])[courses.arm], len(courses)) & (day <= last)
    rows = np.flatnonzero(answers)
    items = list(rules["items"])
    course, item = np.repeat(rows, len(items)), np.tile(np.arange(len(items)), len(rows))
    changes = list(rules["changes"][ARMS[0]])
    change = Choice([[rules["changes"][arm][each] for each in changes] for arm in ARMS]).draw(
        rng, courses.arm[course], len(course)
    )
    return build(
        "perceived_change",
        {
            "cpr": text(courses.person[course], people.cpr),
            "course_id": numbers.take(pa.array(course)),
            "date": dates(day[course], plan.window),
            "item": text(item, words(items)),
            "said_by": _worded(np.array(list(rules["items"].values()))[item]),
            "change": text(change, words(changes)),
        },
    )


def _always(word: str, size: int) -> pa.Array:
    return text(np.zeros(size, dtype=np.int32), words([word]))


def _worded(values: np.ndarray) -> pa.Array:
    return pa.array(values.tolist(), pa.string()).dictionary_encode()


def _money_or_null(dkk: np.ndarray, null: Bools) -> pa.Array:
    amounts = money(np.round(dkk * 100).astype(np.int64))
    return pc.if_else(pa.array(null), pa.scalar(None, amounts.type), amounts)
