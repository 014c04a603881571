"""The work list of a unit with ten thousand open tasks, beside the same lines fetched with SQL written by hand.

    python -m bench.work_list
    python -m bench.work_list --tasks 1000 --times 50

A PostgreSQL server is started for it, filled (`open_tasks.py`) and deleted afterwards. Samspil's list is measured as
the page asks for it: through the policy, with the access log written for each citizen shown. By hand the same lines
are fetched in one statement, with neither. Before anything is measured, both ways must give the same lines.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import run
from bench.printing import say, table
from bench.web import DURABLE, SAMSPIL, _environment
from tests.postgresql import Server

if TYPE_CHECKING:
    from samspil.access.models import AccessRecord, Membership

#: The lines of a page, in order, with the names that it shows.
BY_HAND = """
    SELECT t.id, t.title, t.due, t.asked_at, c.id, c.name, c.cpr, u.name, p.kind, p.urgent, p.due_at
      FROM ((SELECT * FROM access_caretask
              WHERE organisation_id = %(unit)s AND holder_id = %(user)s AND closed_at IS NULL
              ORDER BY due, id LIMIT 51)
            UNION ALL
            (SELECT * FROM access_caretask
              WHERE organisation_id = %(unit)s AND holder_id IS NULL AND closed_at IS NULL
              ORDER BY due, id LIMIT 51)) AS t
      JOIN access_citizen c ON c.id = t.citizen_id
      JOIN access_user u ON u.id = t.asked_by_id
 LEFT JOIN plans_plantask p ON p.task_id = t.id
     ORDER BY t.due, t.id LIMIT 51
"""
MILLISECONDS = 1e3


def main() -> None:
    """Fill, measure each way in turns, print."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--tasks", type=int, default=10_000)
    words.add_argument("--times", type=int, default=200)
    words.add_argument("--markdown", action="store_true")
    given = words.parse_args()
    server, home = Server(**DURABLE), tempfile.mkdtemp(prefix="samspil-bench-")
    try:
        os.environ.update(_environment(server.url, home))
        run([SAMSPIL, "migrate"], Path(home) / "migrate.log")
        _measure(given)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _measure(given: argparse.Namespace) -> None:
    from samspil.config.setup import care_plane  # noqa: PLC0415

    care_plane()
    from django.db import connection  # noqa: PLC0415

    from bench.open_tasks import fill  # noqa: PLC0415
    from bench.statements import asked_by  # noqa: PLC0415
    from samspil.access import log  # noqa: PLC0415
    from samspil.access.actor import professional  # noqa: PLC0415
    from samspil.access.policy import Decision, Resource  # noqa: PLC0415
    from samspil.plans.queries.work import work_list  # noqa: PLC0415

    nurse = fill(given.tasks)
    who = {"unit": nurse.organisation_id, "user": nurse.user_id}
    after = ""
    for _ in range(5):
        after = work_list(professional(nurse), after=after).following

    def by_hand() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND, who)
            return list(cursor.fetchall())

    first = [(line.task.pk, line.task.due) for line in work_list(professional(nurse)).lines]
    if [(row[0], row[2]) for row in by_hand()[: len(first)]] != first:
        raise SystemExit("the two ways do not give the same lines")
    shown = list(dict.fromkeys(line.task.citizen_id for line in work_list(professional(nurse)).lines))

    def log_row(member: Membership, citizen: int) -> AccessRecord:
        seen = Decision(True, basis="task:1")
        return log.entry(professional(member), "read", Resource("task"), "care", seen, citizen_id=citizen)

    ways: dict[str, Callable[[], object]] = {
        "Samspil, first page": lambda: work_list(professional(nurse)),
        "Samspil, sixth page": lambda: work_list(professional(nurse), after=after),
        "Samspil, mine and overdue": lambda: work_list(professional(nurse), whose="mine", overdue=True),
        "Samspil, one kind": lambda: work_list(professional(nurse), kind="call_gp"),
        "of that, what the access log takes": lambda: log.append([log_row(nurse, key) for key in shown]),
        "SQL by hand, first page, neither policy nor log": by_hand,
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    statements = {name: len(asked_by(way)) for name, way in ways.items()}
    for _ in range(given.times):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    rows = [
        [name, str(statements[name]), _ms(statistics.median(times)), _ms(statistics.quantiles(times, n=20)[-1])]
        for name, times in seconds.items()
    ]
    say(f"{given.tasks:,} open tasks in the unit, 20,000 elsewhere, 20,000 done; {given.times} turns\n")
    say(table(["a page of the work list", "statements", "p50, ms", "p95, ms"], rows, given.markdown))


def _ms(seconds: float) -> str:
    return f"{seconds * MILLISECONDS:.1f}"


if __name__ == "__main__":
    main()
