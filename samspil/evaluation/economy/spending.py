"""What a programme spent until a day, by the source `integrated_care`: its account, its meetings, its services.

Cost is registered in two places (report 000 L1645-1647): on each meeting and each service, and in an account. They are
added, so an amount stands in one of them. A meeting or service without a cost of its own is paid by the account where
that has an amount of the kind for the day; else nobody measured it, and it is counted as lacking.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis import _

from samspil.evaluation.economy.accounts import rounded
from samspil.population.tables import Tables
from samspil.programmes.payers import NOT_KNOWN, TEAM_MEETING

ACCOUNT, MEETINGS, SERVICES, COURSES = "programme_cost", "team_meeting", "service_received", "enrolment"
#: The kinds of cost that a programme has before it runs, and those it has while it runs.
BEFORE = ("development", "implementation")
RUNNING = ("team_meetings", "services", "operation")

Row = dict[str, Any]


@dataclass(frozen=True)
class Spent:
    """One amount: for which arm (None: for all together), of what kind, from whose purse.

    `lacking` counts meetings or services that have no cost and that no account paid for.
    """

    arm: str | None
    kind: str
    payer: str
    amount: Decimal
    lacking: int = 0


@dataclass(frozen=True)
class Spending:
    """Everything a programme spent until a day, and the courses it had started by then.

    `registered` are the kinds whose own table somebody keeps (it has a row of the programme): what is not in it was not
    done. An empty table is nobody's register, and of other kinds no row means that nobody wrote anything down.
    """

    courses: Mapping[str, int]
    costs: tuple[Spent, ...]
    registered: frozenset[str]

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms that have courses or costs, by name."""
        return tuple(sorted({*self.courses, *(each.arm for each in self.costs if each.arm is not None)}))

    def of(self, arm: str | None, *kinds: str) -> list[Spent]:
        """What was spent on one arm alone (None: on all together), of some kinds."""
        return [each for each in self.costs if each.arm == arm and each.kind in kinds]

    def is_known(self, arm: str, *kinds: str) -> bool:
        """Whether anybody wrote down cost of these kinds for an arm or for all: what then has no row was nothing."""
        written = any(self.of(arm, *kinds)) or any(self.of(None, *kinds))
        return written or any(kind in self.registered for kind in kinds)


def spending(tables: Tables, programme: str, until: dt.date, payers: Mapping[str, str]) -> Spending:
    """What a programme spent until a day, that day counted. Tables that are not loaded tell nothing.

    `payers` is who pays for what each sector gives, and for `team_meeting`; without it the payer is `not_known`.
    """
    account = _rows(tables, ACCOUNT, lambda t: (t.programme == programme) & (t["from"] <= until))
    done = [
        *_meetings(tables, programme, until, payers, account),
        *_services(tables, programme, until, payers, account),
    ]
    return Spending(
        courses=_started(tables, programme, until),
        costs=(*(_paid(row, until) for row in account), *done),
        registered=frozenset(each.kind for each in done),
    )


def _rows(tables: Tables, name: str, which: Any) -> list[Row]:
    if name not in tables:
        return []
    table = tables[name]
    found: list[Row] = table.filter(which(table)).to_pyarrow().to_pylist()
    return found


def _started(tables: Tables, programme: str, until: dt.date) -> dict[str, int]:
    """Courses started by arm."""
    if COURSES not in tables:
        return {}
    started = _of_programme(tables, programme, until)
    counted = started.group_by("arm").aggregate(courses=started.course_id.nunique()).order_by("arm")
    return {row["arm"]: row["courses"] for row in counted.to_pyarrow().to_pylist()}


def _of_programme(tables: Tables, programme: str, until: dt.date) -> ir.Table:
    enrolment = tables[COURSES]
    return enrolment.filter((enrolment.programme == programme) & (enrolment["from"] <= until))


def _paid(row: Row, until: dt.date) -> Spent:
    """An amount of the account; of a period that runs past the day, what its days until then come to."""
    return Spent(row["arm"], row["kind"], row["payer"], part_until(row["amount"], row["from"], row["to"], until))


def part_until(amount: Decimal, first: dt.date, last: dt.date, until: dt.date) -> Decimal:
    """What of an amount for the days first to last (both counted) falls on those until a day, to the øre.

    Parts of following days add up to the whole, as each is rounded on what has come since the first day.
    """
    days = (min(last, until) - first).days + 1
    whole = (last - first).days + 1
    return rounded(amount * days / whole) if 0 < days < whole else (amount if days > 0 else Decimal(0))


def _meetings(
    tables: Tables, programme: str, until: dt.date, payers: Mapping[str, str], account: list[Row]
) -> Iterator[Spent]:
    payer = payers.get(TEAM_MEETING, NOT_KNOWN)
    for row in _rows(tables, MEETINGS, lambda t: (t.programme == programme) & (t.date <= until)):
        lacking = row["cost"] is None and not _pays(account, row["arm"], "team_meetings", row["date"])
        yield Spent(row["arm"], "team_meetings", payer, row["cost"] or Decimal(0), int(lacking))


def _services(
    tables: Tables, programme: str, until: dt.date, payers: Mapping[str, str], account: list[Row]
) -> Iterator[Spent]:
    """Services by arm, sector and day. What never began and has no cost was not received: it costs nothing."""
    if SERVICES not in tables or COURSES not in tables:
        return
    courses = _of_programme(tables, programme, until).select("course_id", "arm").distinct()
    asked = tables[SERVICES].inner_join(courses, "course_id")
    asked = asked.mutate(day=ibis.coalesce(asked.started, asked.date), received=asked.started.notnull())
    by_day = asked.filter(asked.day <= until).group_by("arm", "sector", "day")
    found = by_day.aggregate(amount=_.cost.sum(), without=(_.cost.isnull() & _.received).sum())
    for row in found.order_by("arm", "sector", "day").to_pyarrow().to_pylist():
        lacking = 0 if _pays(account, row["arm"], "services", row["day"]) else row["without"]
        payer = payers.get(row["sector"], NOT_KNOWN)
        yield Spent(row["arm"], "services", payer, row["amount"] or Decimal(0), lacking)


def _pays(account: list[Row], arm: str, kind: str, day: dt.date) -> bool:
    """Whether the account has an amount of a kind for an arm, or for all together, on a day."""
    return any(row["kind"] == kind and row["arm"] in {arm, None} and row["from"] <= day <= row["to"] for row in account)
