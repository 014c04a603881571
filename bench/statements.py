"""What a page asks of the database: its statements, and for each the plan that PostgreSQL follows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

#: Where a transaction begins and ends is no question.
TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE SAVEPOINT")
Plan = Mapping[str, Any]


def asked_by(ask: Callable[[], object]) -> list[str]:
    """The statements that something sends to the database, without those that only begin and end transactions."""
    with CaptureQueriesContext(connection) as captured:
        ask()
    return [query["sql"] for query in captured if not query["sql"].startswith(TRANSACTION_CONTROL)]


def plan_of(statement: str) -> Plan:
    """How PostgreSQL carries a statement out, with the rows that each step met; what it changes is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}")
        said = cursor.fetchone()[0]
        transaction.set_rollback(True)
    plan: Plan = (json.loads(said) if isinstance(said, str) else said)[0]["Plan"]
    return plan


def steps(plan: Plan) -> Iterator[Plan]:
    """Every step of a plan."""
    yield plan
    for step in plan.get("Plans", ()):
        yield from steps(step)


def looked_at(step: Plan) -> int:
    """How many rows a step read, used or not."""
    unused = sum(step.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
    return round((step["Actual Rows"] + unused) * step["Actual Loops"])


def tables_over(rows: int) -> set[str]:
    """The tables and partitions that hold more rows than that, by the database's own estimate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND reltuples > %s", [rows])
        return {name for (name,) in cursor.fetchall()}
