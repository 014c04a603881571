"""Municipal care: home care, home nursing, care homes, rehabilitation and substance cases."""

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Floats, Ints
from samspil.synth.columns import build, dates, text, words
from samspil.synth.general_practice import per_condition, repeated
from samspil.synth.health import Health, condition_names
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.reference import reference
from samspil.synth.sampling import Choice, chance, lognormal
from samspil.synth.stays import DAY, INPATIENT, Contacts
from samspil.synth.timeline import NEVER, OPEN, QUARTERS, YEAR, Window, close_spells, without_overlap

_LEVELS = ("less_than_daily", "daily", "more_than_daily")
_CARE_HOME = len(_LEVELS) + 1


def municipal_tables(
    people: People, health: Health, contacts: Contacts, plan: Plan, rng: np.random.Generator
) -> dict[str, pa.Table]:
    """All tables of the municipal source for a chunk; hospital contacts lead to nursing and rehabilitation."""
    need = _need(people, health, plan.window, rng)
    level = _care_level(need)
    care = _runs(level, plan.window, rng)
    rows = (contacts.kind == INPATIENT) & contacts.acute
    stay_person = contacts.person[rows]
    home_day = ((contacts.start + contacts.length)[rows] // DAY).astype(np.int32)
    return {
        "home_care": _home_care(people, health, care, plan, rng),
        "home_nursing": _home_nursing(people, health, need, level, (stay_person, home_day), plan, rng),
        "substance_case": _substance_cases(people, health, plan, rng),
        "rehabilitation": _rehabilitation(people, health, (stay_person, home_day), plan, rng),
        "care_home": _care_homes(people, health, care, plan),
    }


def _need(people: People, health: Health, window: Window, rng: np.random.Generator) -> Floats:
    """Latent need of care per person and quarter."""
    rules, size = reference("municipal")["need"], len(people)
    age = people.age_on(window.middles[:, None]).T
    dementia = health.onset[:, condition_names().index("dementia"), None] <= window.middles
    own = rules["noise"] * rng.standard_normal(size, dtype=np.float32) + rules["alone"] * people.alone
    need = rules["per_year_of_age"] * np.clip(age - 65, -15, 40) + rules["severity"] * health.severity
    total: Floats = need + rules["dementia"] * dementia + own[:, None]
    return total


def _care_level(need: Floats) -> Ints:
    """0 none, 1-3 the levels of home care, 4 care home. Need seldom falls once care has begun; nobody leaves
    a care home.
    """
    rules = reference("municipal")["home_care"]
    level = np.searchsorted([*rules["levels"].values(), rules["care_home"]], need.ravel(), side="right").reshape(
        need.shape
    )
    for quarter in range(1, QUARTERS):
        before = level[:, quarter - 1]
        eased = need[:, quarter] + 0.35 < need[:, quarter - 1]
        level[:, quarter] = np.maximum(level[:, quarter], np.where((before == _CARE_HOME) | ~eased, before, 0))
    return level.astype(np.int8)


def _runs(level: Ints, window: Window, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Person, first day, last day and level of every run of quarters at the same level above 0."""
    size = len(level)
    phase = rng.integers(0, 91, size)
    changes = np.concatenate([np.ones((size, 1), dtype=bool), level[:, 1:] != level[:, :-1]], axis=1)
    person, quarter = np.nonzero(changes)
    before = 1 + rng.exponential(reference("municipal")["home_care"]["mean_years_before"] * YEAR, len(person)).astype(
        np.int32
    )
    start = np.where(quarter == 0, -before, window.edges[quarter] + phase[person] - 91)
    stop = np.where(np.r_[person[1:] != person[:-1], True], NEVER, np.r_[start[1:], 0] - 1)
    rows = level[person, quarter] > 0
    return person[rows], start[rows], stop[rows], level[person, quarter][rows]


def _home_care(
    people: People, health: Health, care: tuple[Ints, Ints, Ints, Ints], plan: Plan, rng: np.random.Generator
) -> pa.Table:
    rules = reference("municipal")["home_care"]
    person, start, stop, level = (column[care[3] < _CARE_HOME] for column in care)
    keep, stop = close_spells(start, stop, health.last[person], health.gone[person])
    person, start, stop, place = person[keep], start[keep], stop[keep], level[keep] - 1
    personal, practical = (
        np.array([rules[key][name] for name in _LEVELS])[place] * lognormal(rng, 1.0, rules["spread"], len(place))
        for key in ("personal_hours", "practical_hours")
    )
    return build(
        "home_care",
        {
            "cpr": text(person, people.cpr),
            "from": dates(start, plan.window),
            "to": dates(stop, plan.window),
            "frequency": text(place, words(_LEVELS)),
            "personal_hours_per_week": pa.array(_quarters(personal)),
            "practical_hours_per_week": pa.array(_quarters(practical)),
        },
    )


def _quarters(hours: Floats) -> Floats:
    """Hours in whole quarters of an hour."""
    return np.round(hours.astype(np.float64) * 4) / 4


def _home_nursing(
    people: People,
    health: Health,
    need: Floats,
    level: Ints,
    discharges: tuple[Ints, Ints],
    plan: Plan,
    rng: np.random.Generator,
) -> pa.Table:
    """Standing home nursing of those with most need at home, and spells of some weeks after acute stays."""
    rules = reference("municipal")["home_nursing"]
    own = 0.4 * rng.standard_normal(len(people), dtype=np.float32)
    nursed = np.maximum.accumulate(need + own[:, None] > rules["need"], axis=1) & (level < _CARE_HOME)
    person, start, stop, _ = _runs(nursed.astype(np.int8), plan.window, rng)
    stay_person, home_day = discharges
    sent = chance(rng, rules["after_admission"], len(home_day)) & (people.age[stay_person] >= 55)
    person = np.concatenate([person, stay_person[sent]])
    lasts = lognormal(rng, rules["after_days"], 0.7, int(sent.sum())).astype(np.int32) + 7
    start = np.concatenate([start, home_day[sent]])
    stop = np.concatenate([stop, home_day[sent] + lasts])
    order = np.lexsort((start, person))
    person, start, stop = person[order], start[order], stop[order]
    alone = without_overlap(person, start, stop)
    person, start, stop = person[alone], start[alone], stop[alone]
    keep, stop = close_spells(start, stop, health.last[person], health.gone[person])
    person, start, stop = person[keep], start[keep], stop[keep]
    visits = 1.0 + rng.poisson(rules["visits"], len(person))
    return build(
        "home_nursing",
        {
            "cpr": text(person, people.cpr),
            "from": dates(start, plan.window),
            "to": dates(stop, plan.window),
            "visits_per_week": pa.array(visits),
        },
    )


def _care_homes(people: People, health: Health, care: tuple[Ints, Ints, Ints, Ints], plan: Plan) -> pa.Table:
    person, start, stop = (column[care[3] == _CARE_HOME] for column in care[:3])
    keep, stop = close_spells(start, stop, health.last[person], health.gone[person])
    return build(
        "care_home",
        {
            "cpr": text(person[keep], people.cpr),
            "from": dates(start[keep], plan.window),
            "to": dates(stop[keep], plan.window),
        },
    )


def _substance_cases(people: People, health: Health, plan: Plan, rng: np.random.Generator) -> pa.Table:
    rules, cases = reference("municipal")["substance_case"], health.cases
    rows = np.flatnonzero(
        (cases.condition == condition_names().index("substance_use"))
        & chance(rng, rules["share"], len(cases.condition))
    )
    person = cases.person[rows]
    start = np.maximum(cases.onset[rows], -700)
    opened = start + (rng.random(len(rows)) * np.maximum(health.last[person] - start, 0)).astype(np.int32)
    closed = opened + 1 + lognormal(rng, rules["median_days"], 0.8, len(rows)).astype(np.int32)
    closed = np.where(chance(rng, rules["open"], len(rows)), NEVER, closed)
    keep, closed = close_spells(opened, closed, health.last[person], health.gone[person])
    keep &= (closed >= 0) & (people.age_on(0.0)[person] >= 15)
    return build(
        "substance_case",
        {
            "cpr": text(person[keep], people.cpr),
            "opened": dates(opened[keep], plan.window),
            "closed": dates(closed[keep], plan.window),
        },
    )


def _rehabilitation(
    people: People, health: Health, discharges: tuple[Ints, Ints], plan: Plan, rng: np.random.Generator
) -> pa.Table:
    """Referrals to health offers when a condition begins or later, and to rehabilitation after acute stays."""
    rules, cases = reference("municipal")["rehabilitation"], health.cases
    offers = list(rules["offers"])
    first = per_condition({o["condition"]: o["first"] for o in rules["offers"].values()})[cases.condition]
    yearly = per_condition({o["condition"]: o["yearly"] for o in rules["offers"].values()})[cases.condition]
    offer_of = per_condition({o["condition"]: place for place, o in enumerate(rules["offers"].values())}).astype(
        np.int32
    )
    new = np.flatnonzero((cases.onset >= 0) & chance(rng, first, len(first)))
    owner, day = repeated(yearly, cases.start, health.last[cases.person], rng)
    after = np.flatnonzero(chance(rng, rules["after_admission"], len(discharges[1])))
    person = np.concatenate([cases.person[new], cases.person[owner], discharges[0][after]])
    referred = np.concatenate([cases.onset[new] + 14, day, discharges[1][after]])
    offer = np.concatenate(
        [offer_of[cases.condition[new]], offer_of[cases.condition[owner]], np.full(len(after), len(offers))]
    )
    keep = (referred <= health.last[person]) & (people.age[person] >= 18)
    person, referred, offer = person[keep], referred[keep], offer[keep]
    order = np.lexsort((referred, person))
    person, referred, offer = person[order], referred[order], offer[order]

    size, last = len(person), health.last[person]
    outcome = Choice([list(rules["outcomes"].values())]).draw(rng, 0, size)
    begins = outcome < 2  # completed or dropped out
    started = referred + lognormal(rng, rules["wait_days"], 0.6, size).astype(np.int32)
    full = lognormal(rng, rules["days"], 0.3, size)
    ended = started + 1 + (np.where(outcome == 1, rng.uniform(0.1, 0.7, size), 1) * full).astype(np.int32)
    undecided = np.where(begins, ended > last, started > last)
    return build(
        "rehabilitation",
        {
            "cpr": text(person, people.cpr),
            "offer": text(offer, words([*offers, rules["after_offer"]])),
            "referred": dates(referred, plan.window),
            "started": dates(np.where(begins & (started <= last), started, OPEN), plan.window),
            "ended": dates(np.where(begins & (ended <= last), ended, OPEN), plan.window),
            "outcome": text(outcome, words(list(rules["outcomes"])), null=undecided),
            "level": text(chance(rng, rules["specialised"], size), words(["basic", "specialised"])),
        },
    )
