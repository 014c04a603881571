"""What a programme holds and pays as a whole: team meetings and its account, in step with the courses started."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal

import numpy as np
import pyarrow as pa

from samspil.synth.contract import schema
from samspil.synth.plan import Plan
from samspil.synth.programme import ARMS, Programme
from samspil.synth.reference import reference
from samspil.synth.sampling import between


def account_tables(programme: Programme, courses: Mapping[str, int], plan: Plan) -> dict[str, pa.Table]:
    """`team_meeting` and `programme_cost` for the courses started in each arm."""
    rng = np.random.default_rng(np.random.SeedSequence(plan.seed, spawn_key=(1, 5)))
    first = plan.window.first + dt.timedelta(days=int(programme.begins.min()))
    return {
        "team_meeting": _meetings(first, courses, plan, rng),
        "programme_cost": _costs(first, courses, plan),
    }


def _meetings(first: dt.date, courses: Mapping[str, int], plan: Plan, rng: np.random.Generator) -> pa.Table:
    """Meetings of each arm's teams, with fewer cases than expected; they cost what the report's did for each course."""
    rules, name = reference("programme")["meetings"], reference("programme")["programme"]
    rows = []
    for arm in ARMS:
        teams = max(1, round(courses[arm] / rules["teams_per_courses"])) if courses[arm] else 0
        days = range(0, (plan.as_of - first).days + 1, rules["every_days"])
        held = sorted((day, team) for team in range(teams) for day in days)
        cost = Decimal(rules["cost_per_course"][arm] * courses[arm]) / max(len(held), 1)
        cases = rng.binomial(rules["room"], rules["expected"] * rules["share"] / rules["room"], len(held))
        minutes = between(rng, rules["minutes"], len(held)) // 15 * 15
        people = between(rng, rules["participants"], len(held))
        for number, (day, _) in enumerate(held):
            rows.append(
                {
                    "meeting_id": f"{arm}-{number + 1:04d}",
                    "programme": name,
                    "arm": arm,
                    "date": first + dt.timedelta(days=day),
                    "minutes": int(minutes[number]),
                    "participants": int(people[number]),
                    "cases": int(cases[number]),
                    "cases_expected": rules["expected"],
                    "cost": round(cost, 2),
                }
            )
    return _table("team_meeting", rows)


def _costs(first: dt.date, courses: Mapping[str, int], plan: Plan) -> pa.Table:
    """Amounts by payer. Development came before the start, implementation in the first year, the rest year by year."""
    rules, name = reference("programme")["account"], reference("programme")["programme"]
    year_before, year_after = first - dt.timedelta(days=365), min(first + dt.timedelta(days=364), plan.as_of)
    started = sum(courses.values())
    spent: list[tuple[str | None, str, dt.date, dt.date, int]] = [
        (None, "development", year_before, first - dt.timedelta(days=1), rules["shared"]["development"] * started),
        (None, "implementation", first, year_after, rules["shared"]["implementation"] * started),
    ]
    for kind in ("services", "operation"):
        for arm in ARMS:
            spent += [(arm, kind, *piece) for piece in _by_year(first, plan.as_of, rules[kind][arm] * courses[arm])]
    rows = [
        {
            "programme": name,
            "arm": arm,
            "payer": payer,
            "kind": kind,
            "from": begin,
            "to": end,
            "amount": round(Decimal(amount) * Decimal(str(share)), 2),
        }
        for arm, kind, begin, end, amount in spent
        for payer, share in rules["payers"][kind].items()
        if amount
    ]
    return _table("programme_cost", rows)


def _by_year(first: dt.date, last: dt.date, amount: int) -> Iterator[tuple[dt.date, dt.date, int]]:
    """An amount divided over calendar years by days; the parts add up to it."""
    whole, paid = (last - first).days + 1, 0
    for year in range(first.year, last.year + 1):
        begin, end = max(first, dt.date(year, 1, 1)), min(last, dt.date(year, 12, 31))
        until = amount * ((end - first).days + 1) // whole
        yield begin, end, until - paid
        paid = until


def _table(name: str, rows: list[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema(name))
