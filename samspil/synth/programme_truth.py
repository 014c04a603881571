"""The true effect: what those enrolled used with the programme, beside what the same citizens would have used without.

Both are counted by the same plain sums over rows, defined as the programme's studies define their outcomes: amounts
from the index date (the day of enrolment) until the citizen is followed no more, for each citizen-year.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa

from samspil.programmes.prices import load_prices
from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import dates, digits, text, words
from samspil.synth.health import Health
from samspil.synth.people import People
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS, Programme, months_after
from samspil.synth.programme_enrolment import Courses
from samspil.synth.programme_rows import day_of, is_word, person_of
from samspil.synth.reference import reference
from samspil.synth.timeline import OPEN

#: Months that those enrolled are followed, as the studies do.
FOLLOWED = 12
_GP = "general_practice"

Amounts = dict[str, Floats]


@dataclass(frozen=True)
class Truth:
    """One row per course: what the citizen used, by outcome, `before` (the year until enrolment), `with` and `without`.

    `years` is how long the citizen was followed, `counts` whether the course began in the study's days.
    """

    arm: Ints
    years: Floats
    counts: Bools
    before: Amounts
    without: Amounts
    with_it: Amounts
    table: pa.Table


def truth_of(
    without: Mapping[str, pa.Table], with_it: Mapping[str, pa.Table], people: People, health: Health, courses: Courses,
    programme: Programme, plan: Plan, numbers: pa.Array,
) -> Truth:  # fmt: skip
    """The truth about the courses of a chunk."""
    first = courses.day
    window = plan.window
    ends = [window.day_of(months_after(window.first + dt.timedelta(days=int(day)), FOLLOWED)) - 1 for day in first]
    whole = np.array(ends, dtype=np.int64)
    last = np.minimum(whole, health.last[courses.person])
    years = (last - first + 1) / (whole - first + 1) * FOLLOWED / 12
    counts = (first >= programme.study[0]) & (first <= programme.study[1])
    before = amounts(without, courses.person, first - 365, first - 1, len(people), plan)
    base = amounts(without, courses.person, first, last, len(people), plan)
    real = amounts(with_it, courses.person, first, last, len(people), plan)
    columns: dict[str, pa.Array] = {
        "cpr": people.cpr.take(pa.array(courses.person)),
        "course_id": numbers,
        "arm": text(courses.arm, words(ARMS)).cast(pa.string()),
        "index_date": dates(first, window),
        "followed_until": dates(last, window),
        "years": pa.array(years),
        "in_study": pa.array(counts),
    }
    for name in real:
        columns |= {f"{name}_without": pa.array(base[name]), f"{name}_with": pa.array(real[name])}
    return Truth(courses.arm, years, counts, before, base, real, pa.table(columns))


def amounts(tables: Mapping[str, pa.Table], person: Ints, first: Ints, last: Ints, persons: int, plan: Plan) -> Amounts:
    """What some persons (each once) used from a first to a last day, by outcome of the studies."""
    count = _Count(person, first, last, persons, plan)
    hospital, gp = tables["hospital_contact"], tables["gp_contact"]
    specialist, care, benefit = tables["specialist_contact"], tables["home_care"], tables["benefit"]
    inpatient = is_word(hospital, "kind", "inpatient")
    kinds = gp["kind"].combine_chunks().dictionary.to_pylist()
    by_kind = {kind: count.events(gp, "date", is_word(gp, "kind", kind)) for kind in kinds}
    sick = is_word(benefit, "kind", "sygedagpenge")
    hours = care["personal_hours_per_week"].to_numpy() + care["practical_hours_per_week"].to_numpy()
    used = {
        "acute_admissions": count.events(hospital, "start", inpatient & hospital["acute"].to_numpy()),
        "bed_days": count.days(hospital, "start", "end", inpatient, nights=True),
        "outpatient": count.events(hospital, "start", is_word(hospital, "kind", "outpatient")),
        "hospital_cost": count.events(hospital, "start", None, _dkk(hospital, "cost")),
        "gp_contacts": count.events(gp, "date"),
        "gp_cost": sum((number * _price(_GP, kind) for kind, number in by_kind.items()), np.zeros(len(person))),
        "eye_specialist": count.events(specialist, "date", is_word(specialist, "specialty", "eye")),
        "psychologist": count.events(specialist, "date", is_word(specialist, "specialty", "psychologist")),
        "home_care_hours": count.days(care, "from", "to", None, hours / 7),
        "sickness_benefit_days": count.days(benefit, "from", "to", sick),
        "benefit_cost": count.days(benefit, "from", "to", None, _dkk(benefit, "weekly_amount") / 7),
    }
    medicines = count.events(tables["dispensing"], "date", None, _dkk(tables["dispensing"], "price"))
    fees = count.events(specialist, "date", None, _dkk(specialist, "fee"))
    used["health_cost"] = used["gp_cost"] + fees + medicines
    used["municipal_cost"] = used["home_care_hours"] * _price("municipal_care", "home_care") + _other_care(
        tables, count
    )
    return used


def _other_care(tables: Mapping[str, pa.Table], count: "_Count") -> Floats:
    """DKK for home nursing, care homes and rehabilitation."""
    nursing, home, offers = tables["home_nursing"], tables["care_home"], tables["rehabilitation"]
    visits = count.days(nursing, "from", "to", None, nursing["visits_per_week"].to_numpy() / 7)
    dkk: Floats = (
        visits * _price("municipal_care", "home_nursing")
        + count.days(home, "from", "to") * _price("municipal_care", "care_home")
        + count.events(offers, "started") * _price("municipal_health", "rehabilitation")
    )
    return dkk


class _Count:
    """Sums over the rows of some persons between each one's first and last day."""

    def __init__(self, person: Ints, first: Ints, last: Ints, persons: int, plan: Plan) -> None:
        self._window, self._size = plan.window, len(person)
        self._place = np.full(persons, -1, dtype=np.int64)
        self._place[person] = np.arange(len(person))
        self._first, self._last = first, last

    def events(self, table: pa.Table, day: str, which: Bools | None = None, worth: Floats | None = None) -> Floats:
        rows, place = self._mine(table, which)
        on = day_of(table, day, self._window)[rows]
        inside = (on >= self._first[place]) & (on <= self._last[place])
        weights = np.ones(int(inside.sum())) if worth is None else worth[rows][inside]
        total: Floats = np.bincount(place[inside], weights, self._size).astype(float)
        return total

    def days(
        self, table: pa.Table, begins: str, ends: str, which: Bools | None = None, worth: Floats | None = None,
        *, nights: bool = False,
    ) -> Floats:  # fmt: skip
        """Days of spells, both ends counted; of stays the nights, so that the day of discharge does not count."""
        rows, place = self._mine(table, which)
        begin, end = day_of(table, begins, self._window)[rows], day_of(table, ends, self._window)[rows]
        end = np.where(end < OPEN, end - nights, end)
        inside = np.minimum(end, self._last[place]) - np.maximum(begin, self._first[place]) + 1
        weights = np.maximum(inside, 0) * (1.0 if worth is None else worth[rows])
        total: Floats = np.bincount(place, weights, self._size).astype(float)
        return total

    def _mine(self, table: pa.Table, which: Bools | None) -> tuple[Ints, Ints]:
        place = self._place[person_of(table)]
        rows = np.flatnonzero(place >= 0 if which is None else (place >= 0) & which)
        return rows, place[rows]


def _dkk(table: pa.Table, column: str) -> Floats:
    amount: Floats = table[column].cast(pa.float64()).to_numpy()
    return amount


@cache
def _price(sector: str, service: str) -> float:
    """The last price of a service in the programmes' price list."""
    return float(load_prices().prices.service((sector, service)).prices[-1].dkk)


class Sums:
    """The truth of all chunks added up, in their order."""

    def __init__(self) -> None:
        self._parts: list[Truth] = []

    def add(self, part: Truth) -> None:
        self._parts.append(part)

    @property
    def courses(self) -> dict[str, int]:
        """Courses started, by arm."""
        return {arm: sum(int((part.arm == place).sum()) for part in self._parts) for place, arm in enumerate(ARMS)}

    @property
    def tables(self) -> list[pa.Table]:
        """What each citizen used with the programme and without, chunk by chunk."""
        return [part.table for part in self._parts]

    def as_json(self, programme: Programme, plan: Plan) -> str:
        """The true effect by arm and outcome, of those enrolled in the study's days, for each citizen-year."""
        first, last = (plan.window.first + dt.timedelta(days=int(day)) for day in programme.study)
        told = {
            "programme": reference("programme")["programme"],
            "enrolled": {"from": first.isoformat(), "to": last.isoformat()},
            "followed_months": FOLLOWED,
            "arms": {arm: self._arm(place) for place, arm in enumerate(ARMS)},
        }
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"

    def _arm(self, place: int) -> dict[str, object]:
        rows = [part.counts & (part.arm == place) for part in self._parts]
        years = sum(float(part.years[mine].sum()) for part, mine in zip(self._parts, rows, strict=True))
        enrolled = sum(int(mine.sum()) for mine in rows)
        outcomes: dict[str, dict[str, float]] = {}
        for name in self._parts[0].with_it if self._parts and years else ():
            with_it, without, before = (
                sum(float(getattr(part, which)[name][mine].sum()) for part, mine in zip(self._parts, rows, strict=True))
                for which in ("with_it", "without", "before")
            )
            outcomes[name] = {
                "effect": round((with_it - without) / years, 6),
                "with": round(with_it / years, 6),
                "without": round(without / years, 6),
                "year_before": round(before / enrolled, 6),
            }
        return {
            "courses": self.courses[ARMS[place]],
            "in_study": enrolled,
            "citizen_years": round(years, 6),
            "outcomes": outcomes,
        }


def course_numbers(chunk: int, size: int) -> pa.Array:
    """What the courses of a chunk are called."""
    return digits(chunk * 100_000 + np.arange(size), 9, "IC")
