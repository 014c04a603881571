"""General practice: contacts, diagnoses, measurements, targets and checks."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import build, dates, text, words
from samspil.synth.health import EPISODES, Health, condition_names, rate_by_quarter
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import reference
from samspil.synth.sampling import Choice, chance, expand, scatter
from samspil.synth.timeline import YEAR

_AGE_GROUPS = (18, 65, 80)
_KINDS = ("consultation", "phone", "email", "home_visit", "talk_therapy", "annual_review")
_CONSULTATION, _REVIEW = _KINDS.index("consultation"), _KINDS.index("annual_review")


@dataclass(frozen=True)
class Contacts:
    """Contacts ordered by person and day; `kind` is a place in the vocabulary of kinds."""

    person: Ints
    day: Ints
    kind: Ints


def gp_tables(
    people: People, health: Health, plan: Plan, rng: np.random.Generator, for_quality: np.random.Generator
) -> dict[str, pa.Table]:
    """`gp_contact`, `gp_diagnosis` and `gp_check` of a chunk (measurements and targets are in `measurements.py`).

    `for_quality` decides which annual reviews and checks the practice in question gets done; it moves nothing else.
    """
    planned = _annual_reviews(health, plan, rng)
    contacts = _contacts(people, health, planned, plan, rng)
    diagnoses = _diagnoses(people, health, contacts, plan, rng)
    contacts = reviewed(people, health, planned[0], contacts, plan, for_quality)
    reviews = contacts.kind == _REVIEW
    checks = _checks(people, health, (contacts.person[reviews], contacts.day[reviews]), plan, rng, for_quality)
    told = _told(people, contacts.person, contacts.day, plan)
    contacts = Contacts(contacts.person[told], contacts.day[told], contacts.kind[told])
    contact_table = build(
        "gp_contact",
        {
            "cpr": text(contacts.person, people.cpr),
            "provider_number": text(
                people.practice_on(contacts.person, contacts.day), words(plan.practices.provider_number)
            ),
            "date": dates(contacts.day, plan.window),
            "kind": text(contacts.kind, words(_KINDS)),
        },
    )
    return {"gp_contact": contact_table, "gp_diagnosis": diagnoses, "gp_check": checks}


def _told(people: People, person: Ints, day: Ints, plan: Plan) -> Bools:
    """The rows that are delivered: all but those of practices that deliver nothing at the time."""
    return ~plan.care_quality.silent(people.practice_on(person, day), day)


def reviewed(
    people: People, health: Health, attenders: Ints, contacts: Contacts, plan: Plan, rng: np.random.Generator
) -> Contacts:
    """Contacts with the annual reviews that practices get done.

    Of the reviews planned for those who usually come some become ordinary consultations; some of those who usually
    do not come are reviewed all the same. Thorough practices do more of both.
    """
    rules, kind = reference("quality")["done"], contacts.kind.copy()
    rows = np.flatnonzero(kind == _REVIEW)
    person, day = contacts.person[rows], contacts.day[rows]
    share = plan.care_quality.share(people.practice_on(person, day), day)
    kind[rows[~chance(rng, share ** rules["attenders"], len(rows))]] = _CONSULTATION

    chosen, start = _first_case(health, np.isin(health.cases.condition, _places_of(rules["reviewed"])))
    others = ~np.isin(chosen, attenders)
    person, day = _yearly(chosen[others], start[others], health, plan, rng)
    member = people.practice[person] >= 0
    person, day = person[member], day[member]
    share = plan.care_quality.share(people.practice_on(person, day), day)
    called = chance(rng, share ** rules["others"], len(day))
    extra = np.full(int(called.sum()), _REVIEW)
    return Contacts(
        *ordered(
            np.concatenate([contacts.person, person[called]]),
            np.concatenate([contacts.day, day[called]]),
            np.concatenate([kind, extra]),
        )
    )


def ordered(person: Ints, day: Ints, extra: Ints) -> tuple[Ints, Ints, Ints]:
    """Rows ordered by person and day. `extra` (0 to 65,535) travels along; packing all three in one integer
    sorts fastest.
    """
    key = (person.astype(np.int64) << 32) | (day.astype(np.int64) << 16) | extra
    key.sort()
    return (key >> 32).astype(np.int32), ((key >> 16) & 0xFFFF).astype(np.int32), (key & 0xFFFF).astype(np.int32)


def repeated(per_year: Floats, start: Ints, last: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Events at random days between `start` and `last`, so many a year: the row each belongs to, and its day."""
    days = np.maximum(last - start + 1, 0)
    owner, _ = expand(rng.poisson(per_year * days / YEAR))
    day = start[owner] + (rng.random(len(owner), dtype=np.float32) * days[owner]).astype(np.int32)
    return owner, np.minimum(day, last[owner])


def per_condition(figures: dict[str, float]) -> Floats:
    """Figures given for some conditions as one element per condition, 0 for the others."""
    return np.array([figures.get(name, 0) for name in condition_names()], dtype=np.float32)


def _annual_reviews(health: Health, plan: Plan, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Person and day of annual reviews of chronic conditions: about a year apart, one per person at a time."""
    cases = health.cases
    attends = chance(rng, per_condition(reference("care")["annual_review"])[cases.condition], len(cases.person))
    chosen, start = _first_case(health, attends)
    return _yearly(chosen, start, health, plan, rng)


def _first_case(health: Health, which: Bools) -> tuple[Ints, Ints]:
    """The persons of some cases, each once, and the first day on which we can see one of these cases."""
    chosen, first_row = np.unique(health.cases.person[which], return_index=True)
    return chosen, health.cases.start[which][first_row]


def _yearly(chosen: Ints, since: Ints, health: Health, plan: Plan, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Person and day of visits about a year apart, the first within a year; one in ten is missed."""
    start = since + rng.integers(0, 365, len(chosen))
    owner, rank = expand(np.maximum((health.last[chosen] - start) // 365 + 1, 0))
    planned = start[owner] + rank * 365 + rng.integers(-30, 31, len(owner))
    person = chosen[owner]
    day = plan.window.working_day(np.clip(planned, health.first[person], health.last[person]))
    seen = health.observed(person, day) & chance(rng, 0.9, len(day))
    return person[seen], day[seen]


def _places_of(conditions: list[str]) -> list[int]:
    """The columns of some conditions."""
    return [condition_names().index(name) for name in conditions]


def _contacts(
    people: People, health: Health, reviews: tuple[Ints, Ints], plan: Plan, rng: np.random.Generator
) -> Contacts:
    rules, window, size = reference("care")["gp_contacts"], plan.window, len(people)
    rate = rate_by_quarter(people, rules, reference("care")["ages"], window)
    own = rng.gamma(1 / rules["spread"], rules["spread"], size) * np.exp(
        rules["vulnerability"] * people.factors["mental"]
    )
    rate = (
        rate
        * own[:, None]
        * np.exp(rules["severity"] * np.clip(health.severity - rules["severity_from"], 0, rules["severity_most"]))
    )
    before = np.concatenate([np.zeros((size, 1)), health.admissions[:, :-1]], axis=1)
    rate += rules["admission"] * np.minimum(health.admissions + 0.6 * before, 3)
    rate += rules["chronic"] * health.count(window)
    episodes = health.episodes
    for lag in (0, 91):
        quarter = np.searchsorted(window.edges, episodes.day + lag, side="right") - 1
        runs = (quarter < rate.shape[1]) & ((episodes.length > lag) | (lag == 0))
        np.add.at(rate, (episodes.person[runs], quarter[runs]), rules["episode"] / (1 + (lag > 0)))
    rate[people.practice < 0] = 0
    person, any_day = scatter(rng, rng.poisson(rate), window.edges)
    day = window.working_day(any_day)
    seen = health.observed(person, day)
    person, day = person[seen], day[seen]
    group = np.searchsorted(_AGE_GROUPS, people.age_on(0), side="right")
    kind = Choice([[row[k] for k in _KINDS[:4]] for row in rules["kinds"]]).draw(rng, group[person], len(person))

    talks = rng.poisson(np.array([rules["talk_therapy"][k] for k in EPISODES])[episodes.kind])
    owner, _ = expand(talks)
    talk_person = episodes.person[owner]
    talk_day = episodes.day[owner] + 7 + (rng.random(len(owner)) * 90).astype(np.int32)
    seen = (talk_day <= health.last[talk_person]) & (people.practice[talk_person] >= 0)
    talk_person, talk_day = talk_person[seen], window.working_day(talk_day[seen])
    member = people.practice[reviews[0]] >= 0
    all_person = np.concatenate([person, talk_person, reviews[0][member]])
    all_day = np.concatenate([day, talk_day, reviews[1][member]])
    all_kind = np.concatenate([kind, np.full(len(talk_person), 4), np.full(int(member.sum()), 5)])
    return Contacts(*ordered(all_person, all_day, all_kind))


def _diagnoses(people: People, health: Health, contacts: Contacts, plan: Plan, rng: np.random.Generator) -> pa.Table:
    """Codes: of chronic conditions now and then since their onset, of episodes at their start, of what passes
    at contacts.
    """
    window, rules = plan.window, reference("care")["gp_diagnosis"]
    conditions = list(reference("conditions")["conditions"].values())
    codes: list[str] = []

    cases = health.cases
    choices = [_places(codes, c["icpc"]) for c in conditions]
    often = np.array([c["recorded"] for c in conditions], dtype=np.float32)[cases.condition]
    owner, day = repeated(often, cases.start, health.last[cases.person], rng)
    new = np.flatnonzero(chance(rng, 0.85, len(cases.person)) & (cases.onset >= 0) & (often > 0.1))
    owner, day = np.concatenate([owner, new]), np.concatenate([day, cases.onset[new]])
    # The first code is the usual one; others stand for stages and variants.
    variant = rng.integers(0, 5, len(owner))
    table = np.array([[c[0], c[0], c[0], c[len(c) // 2], c[-1]] for c in choices])
    parts = [(cases.person[owner], day, table[cases.condition[owner], variant])]

    episodes = health.episodes
    coded = np.flatnonzero(
        chance(rng, np.array([rules["episode_coded"][k] for k in EPISODES])[episodes.kind], len(episodes.day))
    )
    table = np.array([_places(codes, rules["episode_codes"][k]) for k in EPISODES])
    drawn = table[episodes.kind[coded], rng.integers(0, table.shape[1], len(coded))]
    parts.append((episodes.person[coded], episodes.day[coded], drawn))

    at = np.flatnonzero(chance(rng, rules["acute_share"], len(contacts.day)) & (contacts.kind < 4))
    lists = [_places(codes, list(row)) for row in rules["acute"]]
    width = max(len(row) for row in lists)
    pad = [row + [row[0]] * (width - len(row)) for row in lists]
    weights = [list(row.values()) + [0] * (width - len(row)) for row in rules["acute"]]
    group = np.searchsorted((18, 65), people.age_on(0), side="right")[contacts.person[at]]
    drawn = np.array(pad)[group, Choice(weights).draw(rng, group, len(at))]
    parts.append((contacts.person[at], contacts.day[at], drawn))

    person, day, code = (np.concatenate([part[i] for part in parts]) for i in range(3))
    seen = health.observed(person, day) & (people.practice[person] >= 0)
    person, day, code = ordered(person[seen], window.working_day(day[seen]), code[seen])
    seen = health.observed(person, day) & _told(people, person, day, plan)
    return build(
        "gp_diagnosis",
        {
            "cpr": text(person[seen], people.cpr),
            "date": dates(day[seen], window),
            "icpc2": text(code[seen], words(codes)),
        },
    )


def _places(codes: list[str], wanted: list[str]) -> list[int]:
    """The place of each wanted code in the vocabulary, which grows as needed."""
    for code in wanted:
        if code not in codes:
            codes.append(code)
    return [codes.index(code) for code in wanted]


def _checks(
    people: People,
    health: Health,
    reviews: tuple[Ints, Ints],
    plan: Plan,
    rng: np.random.Generator,
    for_quality: np.random.Generator,
) -> pa.Table:
    """Annual reviews, and foot, eye and smoking checks of people with diabetes (smoking also in COPD).

    Of the checks that should be made the practice makes its share; a silent practice delivers none.
    """
    window, rules, cases = plan.window, reference("care")["checks"], health.cases
    more = reference("quality")["done"]["more_checks"]
    names, values = ["annual_review"], [""]
    parts = [(*reviews, np.zeros(len(reviews[0]), dtype=np.int32), np.zeros(len(reviews[0]), dtype=np.int32))]
    diabetes, copd = (cases.condition == condition_names().index(name) for name in ("type_2_diabetes", "copd"))
    groups: dict[str, Bools] = {"foot_exam": diabetes, "eye_exam": diabetes, "smoking_status": diabetes | copd}
    for name, group in groups.items():
        rows = np.flatnonzero(group)
        person, outcome = cases.person[rows], rules[name.split("_")[0] + "_values"]
        result = np.array(_places(values, list(outcome)))
        for often, draws in ((rules[name], rng), (more[name], for_quality)):
            owner, day = repeated(
                np.full(len(rows), often, dtype=np.float32), cases.start[rows], health.last[person], draws
            )
            drawn = Choice([list(outcome.values())]).draw(draws, 0, len(owner))
            share = plan.care_quality.share(people.practice_on(person[owner], day), day)
            made = chance(for_quality, share, len(day))
            parts.append((person[owner][made], day[made], np.full(int(made.sum()), len(names)), result[drawn][made]))
        names.append(name)
    person, day, check, value = (np.concatenate([part[i] for part in parts]) for i in range(4))
    day = window.working_day(day)
    seen = health.observed(person, day) & (people.practice[person] >= 0)
    seen &= _told(people, person, day, plan)
    person, day, both = ordered(person[seen], day[seen], (check * 64 + value)[seen])
    check, value = both // 64, both % 64
    return build(
        "gp_check",
        {
            "cpr": text(person, people.cpr),
            "date": dates(day, window),
            "check": text(check, words(names)),
            "value": text(value, words(values), null=value == 0),
        },
    )
