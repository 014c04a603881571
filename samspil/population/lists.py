"""Lists from runs: who is on a practice's list, who is new on it, and who left it and why.

The first list of a practice is the initial list; later ones are accrual lists of those who are new, because they
are worked with, and paid, differently (report 000 L4067-4089, R-STRAT-4).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from samspil.population.engine import citizens, is_active
from samspil.population.stratification import NO_CODES
from samspil.population.tables import Tables
from samspil.population.time import AsOf
from samspil.population.words import Criterion
from samspil.programmes import RiskModel
from samspil.programmes.schema import ExpectedListSize

INITIAL, NEW, MOVED_IN = "initial", "new", "moved_in"


@dataclass(frozen=True)
class Expectation:
    """How long a practice's list is expected to be, and the rule it follows from."""

    doctors: int | None
    years: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Entry:
    """One name on a list, with every criterion of the score in words.

    `also_on` names the other models of the same run whose target group the person belongs to: at 65 both Odense
    models may list somebody (report 000, A-34). `cpr` and `name` are there only when the list was asked for with
    identities.
    """

    person_id: int
    provider_number: str
    score: int
    band: str | None
    arrival: str
    incomplete: bool
    age: int
    sex: str
    criteria: list[Criterion]
    also_on: tuple[str, ...] = ()
    cpr: str | None = None
    name: str | None = None

    @property
    def earned(self) -> list[Criterion]:
        """The criteria that gave points, the weightiest first."""
        return sorted((c for c in self.criteria if c.points), key=lambda c: -(c.points or 0))

    @property
    def reasons(self) -> str:
        """The criteria that gave points, in words on one line."""
        return "; ".join(f"{c.words} ({c.points})" for c in self.earned)


@dataclass(frozen=True)
class Practice:
    """The length of one practice's list against what is expected."""

    provider_number: str
    name: str | None
    doctors: int | None
    scored: int
    listed: int
    incomplete: int
    left: int
    expected: Expectation


def on_list(persons: ir.Table) -> ir.Table:
    """The persons in target, with `arrival` initial: a practice's whole list."""
    return persons.filter(persons.in_target).mutate(arrival=ibis.literal(INITIAL))


def accrual(persons: ir.Table, earlier: ir.Table) -> ir.Table:
    """The persons in target now who were not on the same practice's list in the earlier run.

    `arrival` is `new` for who was on no list, and `moved_in` for who came from another practice's list.
    """
    before = earlier.filter(earlier.in_target).select(
        known_id=earlier.person_id, known_provider=earlier.provider_number
    )
    now = persons.filter(persons.in_target)
    both = now.left_join(before, now.person_id == before.known_id)
    arrival = both.known_id.isnull().ifelse(NEW, MOVED_IN)
    newcomer = both.known_id.isnull() | (both.known_provider != both.provider_number)
    return both.filter(newcomer).select(*(both[name] for name in persons.columns), arrival=arrival)


def leavers(model: RiskModel, persons: ir.Table, earlier: ir.Table, tables: Tables, as_of: dt.date) -> ir.Table:
    """Who was on a list in the earlier run and is not on the same list now, and why.

    person_id, provider_number (of the list that was left), score_before, score, reason and `detail`: the new
    practice, the exclusions, or the items whose points fell. Reasons: `no_practice`, `inactive`, `age`,
    `moved`, `excluded`, `lower_score`, `band_left_out`.
    """
    now = persons.select(
        now_id=persons.person_id,
        now_provider=persons.provider_number,
        now_score=persons.score,
        now_target=persons.in_target,
        now_excluded=persons.excluded_by,
        **{f"now_{item.item}": persons[f"points_{item.item}"].fill_null(0) for item in model.items},
    )
    at = AsOf(as_of)
    person, practice = tables["person"], citizens(tables, at)
    known = person.select(known_id=person.person_id, known_active=is_active(person, at))
    listed = practice.select(listed_id=practice.person_id)
    before = earlier.filter(earlier.in_target)
    rows = before.left_join(now, before.person_id == now.now_id)
    rows = rows.left_join(known, rows.person_id == known.known_id)
    rows = rows.left_join(listed, rows.person_id == listed.listed_id)
    stayed = (rows.now_target & (rows.now_provider == rows.provider_number)).fill_null(False)
    rows = rows.filter(~stayed)
    excluded = (rows.now_excluded.length() > 0).fill_null(False)
    reason = ibis.cases(
        (~rows.known_active.fill_null(False), "inactive"),
        (rows.listed_id.isnull(), "no_practice"),
        (rows.now_id.isnull(), "age"),
        (excluded, "excluded"),
        (rows.now_score < model.target.at_least, "lower_score"),
        (~rows.now_target, "band_left_out"),
        else_="moved",
    )
    fell = [
        (rows[f"now_{item.item}"] < rows[f"points_{item.item}"].fill_null(0)).ifelse(ibis.array([item.item]), NO_CODES)
        for item in model.items
    ]
    lower = NO_CODES.concat(*fell)
    detail = ibis.cases(
        (reason == "moved", rows.now_provider),
        (reason == "excluded", rows.now_excluded.join(";")),
        (reason == "lower_score", lower.join(";")),
    )
    return rows.select(
        rows.person_id,
        rows.provider_number,
        score_before=rows.score,
        score=rows.now_score,
        reason=reason,
        detail=detail,
    )


def expected_size(rule: ExpectedListSize, doctors: int | None, days: int | None = None) -> Expectation:
    """The expected length of a list: per doctor and year, in proportion to `days` for an accrual list.

    `days` None is an initial list, held against a whole year. Unknown doctors give no expectation, not zero.
    """
    years = 1.0 if days is None else days / 365.25
    if not doctors:
        return Expectation(doctors, years, None, None)
    return Expectation(doctors, years, rule.min * doctors * years, rule.max * doctors * years)


def sizes(listed: ir.Table, persons: ir.Table, tables: Tables) -> ir.Table:
    """Per practice: provider_number, name, doctors, citizens scored, on the list, and of these incomplete.

    Every practice that has anybody scored, or that is delivered, is there; no ranking is implied.
    """
    scored = persons.group_by("provider_number").aggregate(scored=persons.count())
    on = listed.group_by("provider_number").aggregate(
        listed=listed.count(), incomplete=listed.incomplete.cast("int64").sum()
    )
    every = scored.select("provider_number")
    if "practice" in tables:
        practice = tables["practice"]
        every = every.union(practice.select("provider_number"), distinct=True)
        every = every.left_join(practice.select("provider_number", "name", "doctors"), "provider_number")
        every = every.select("provider_number", "name", "doctors")
    else:
        every = every.mutate(name=ibis.null("string"), doctors=ibis.null("int64"))
    return (
        every.left_join(scored, "provider_number")
        .drop("provider_number_right")
        .left_join(on, "provider_number")
        .select(
            "provider_number",
            "name",
            "doctors",
            scored=ibis._.scored.fill_null(0),
            listed=ibis._.listed.fill_null(0),
            incomplete=ibis._.incomplete.fill_null(0),
        )
        .order_by("provider_number")
    )
