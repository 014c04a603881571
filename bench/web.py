"""The care plane under twenty users at once, at a region's million citizens, beside the same data fetched by hand.

    python -m bench.web                      1,000,000 citizens, 250,000 names, a log of 1,000,000 rows
    python -m bench.web --citizens 20000 --entries 5000 --log-rows 20000 --users 4

A PostgreSQL server is started for it, filled (`town.py`) and deleted afterwards. `samspil serve` answers; users
without a pause to think ask for one kind of page at a time, first alone and then all at once. After each kind, psycopg
fetches the same data as often with SQL written by hand (`by_hand/care.py`). An answer that is not the page that was
asked for is an error, and ends the benchmark with status 1. At the end whole runs are published (`publish.py`).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import psycopg

from bench.load import Measured, Visitor, Wrong, drive
from bench.measure import Failed, environment, run
from bench.printing import say, table
from tests.postgresql import NoServer, Server

if TYPE_CHECKING:
    from bench.pages import Do, Kind

ROOT = Path(__file__).parent.parent
SAMSPIL = Path(sys.executable).with_name("samspil")
#: As an installation would run it: what was written down survives a crash, and there is some memory to work in.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
    "max_wal_size": "8GB",
}
WORKERS = 2
#: Requests of one user alone, of each kind.
ALONE = 10
#: And of pages over all practices: more than there are processes, each of which has things to load first.
AGGREGATES = 2 * WORKERS + 1
SECONDS_TO_START = 60
MILLISECONDS, GIGABYTE = 1e3, 1e9


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--citizens", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=250_000, help="names on the lists")
    parser.add_argument("--log-rows", type=int, default=1_000_000, help="rows of the access log")
    parser.add_argument("--users", type=int, default=20, help="users at once")
    parser.add_argument("--requests", type=int, default=25, help="requests of each user, of each kind")
    parser.add_argument("--practices", type=int, default=620)
    parser.add_argument("--no-publish", action="store_true", help="leave publishing out")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    return parser.parse_args()


def main() -> None:
    """Fill, serve, ask, publish and print."""
    given = arguments()
    say(f"{given.citizens:,} citizens, {given.entries:,} names, {given.log_rows:,} rows in the access log")
    say(machine())
    say(f"processes at work here before, averaged over five minutes: {os.getloadavg()[1]:.1f}\n")
    server, home = Server(**DURABLE), tempfile.mkdtemp(prefix="samspil-bench-")
    try:
        wrong = _pages(given, server.url, home)
        if not given.no_publish:
            _publish(given, server.url, home)
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)
    if wrong:
        raise Failed(f"{len(wrong)} requests were not answered as they should be, such as {wrong[0]}")


def _pages(given: argparse.Namespace, url: str, home: str) -> list[str]:
    """Ask for pages and print what it took. Returns what went wrong."""
    os.environ.update(_environment(url, home))
    run([SAMSPIL, "migrate"], Path(home) / "migrate.log")
    from samspil.config.setup import care_plane  # noqa: PLC0415

    care_plane()
    from bench import pages  # noqa: PLC0415
    from bench.town import Size, fill  # noqa: PLC0415

    begun = time.perf_counter()
    fill(Size(given.citizens, given.entries, given.log_rows, max(given.practices, pages.practices_for(given.users))))
    say(f"filled in {time.perf_counter() - begun:.0f} s\n")
    with serving(home) as (port, process):
        kinds = pages.kinds(given.users, port, url)
        at_once = f"{given.users} users at once"
        heads = [
            at_once, "statements", "requests", "errors", "p50, ms", "p95, ms", "requests/s", "alone: p50, ms",
            "by hand: p50, ms", "p95, ms", "requests/s", "p50 / by hand",
        ]  # fmt: skip
        rows, wrong = [], []
        for kind in kinds:
            row, faults = _kind(kind, given.requests)
            rows.append(row)
            wrong += faults
        turns, faults = _in_turn(kinds, given.requests)
        wrong += faults
        say(table(heads, [*rows, turns], given.markdown))
        memory = _memory(process.pid)
        say(f"\nmemory of the server with {WORKERS} processes: {memory / GIGABYTE:.2f} GB" if memory else "")
        rows = []
        for kind in pages.for_all_practices(port):
            alone = drive(kind.users, AGGREGATES)
            wrong += alone.wrong
            rows.append([kind.name, str(kind.statements), f"{alone.p50:.2f}"])
        say("\n" + table(["counted over all practices, one user alone", "statements", "p50, s"], rows, given.markdown))
    return wrong


def _kind(kind: Kind, times: int) -> tuple[list[str], list[str]]:
    """One line about one kind of page, and what went wrong."""
    for do in kind.before or [*kind.users, *kind.hands]:
        do()
    alone = drive(kind.users[:1], min(ALONE, times))
    served = drive(kind.users, times)
    hand = drive(kind.hands, times)
    wrong = [*alone.wrong, *served.wrong, *hand.wrong]
    row = [
        kind.name, str(kind.statements), *_cells(served), _ms(alone.p50),
        _ms(hand.p50), _ms(hand.p95), f"{hand.rate:.0f}", f"{served.p50 / hand.p50:.0f}",
    ]  # fmt: skip
    return row, wrong


def _in_turn(kinds: list[Kind], times: int) -> tuple[list[str], list[str]]:
    """Every user does one kind after the other, so that all kinds are asked for at the same time."""
    works = [cycle(dos) for dos in zip(*(kind.users for kind in kinds), strict=True)]

    def user(work: Iterator[Do]) -> Do:
        def go_on() -> None:
            next(work)()

        return go_on

    served = drive([user(work) for work in works], times)
    return ["all of these in turn", "-", *_cells(served), *["-"] * 5], list(served.wrong)


def _cells(measured: Measured) -> list[str]:
    counts = [str(len(measured.seconds)), str(len(measured.wrong))]
    return [*counts, _ms(measured.p50), _ms(measured.p95), f"{measured.rate:.0f}"]


def _ms(seconds: float) -> str:
    return f"{seconds * MILLISECONDS:.0f}" if seconds >= 0.01 else f"{seconds * MILLISECONDS:.1f}"


@contextmanager
def serving(home: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """`samspil serve` on a free port, until it is needed no more. Raises Failed when it does not answer."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = Path(home) / "serve.log"
    with log.open("wb") as told:
        command = [SAMSPIL, "serve", "--port", str(port), "--workers", str(WORKERS)]
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT, env=environment()
        )
    try:
        _wait(port, process, log)
        yield port, process
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            Visitor(port, "").get("/accounts/login/", "</html>")
        except Wrong as error:
            if process.poll() is not None or time.monotonic() > until:
                raise Failed(f"the server does not answer: {error}\n{log.read_text(errors='replace')}") from error
            time.sleep(0.1)
        else:
            return


def _memory(process: int) -> float:
    """Bytes that a process and its children hold, what they share counted once; 0 where the system does not tell."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    (pss,) = (int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return pss * 1024 + sum(_memory(int(child)) for child in children)


def _publish(given: argparse.Namespace, url: str, home: str) -> None:
    """Publish two runs into a database of their own, and the second once more; print what each took."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE published")
    env = environment(**_environment(urlunsplit(urlsplit(url)._replace(path="/published")), home))
    run([SAMSPIL, "migrate"], Path(home) / "migrate.log", env)
    rows = []
    for name, number in (("the first run", 1), ("the next, a fifth changed", 2), ("the next once more", 2)):
        log = Path(home) / "publish.log"
        sizes = ["--citizens", str(given.citizens), "--practices", str(given.practices), "--run", str(number)]
        cost = run([sys.executable, "-m", "bench.publish", *sizes], log, env)
        told = json.loads(log.read_text().splitlines()[-1])
        counts = [sum(model[count] for model in told["models"]) for count in _PUBLISHED]
        rows.append(
            [name, f"{told['seconds']:.0f}", f"{cost.cpu:.0f}", f"{cost.peak / GIGABYTE:.2f}", *map(_count, counts)]
        )
    heads = ["publishing", "wall, s", "CPU, s", "peak memory, GB", *_PUBLISHED.values()]
    say("\n" + table(heads, rows, given.markdown))


#: What publishing counts, and what it is called in the table.
_PUBLISHED = {"initial_names": "first names", "new_names": "new", "refreshed": "brought up to date", "left": "left"}


def _count(number: int) -> str:
    return f"{number:,}"


def _environment(url: str, home: str) -> Mapping[str, str]:
    return {"SAMSPIL_DATABASE_URL": url, "SAMSPIL_HOME": home, "SAMSPIL_HTTPS": "0"}


def machine() -> str:
    """What it was measured on, for a reader of the table."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIGABYTE
    tools = ", ".join(f"{name} {version(name)}" for name in ("django", "gunicorn", "psycopg"))
    return (
        f"{os.cpu_count()} processors for server, database and users alike, {memory:.0f} GB; "
        f"Python {platform.python_version()}, {tools}"
    )


if __name__ == "__main__":
    try:
        main()
    except (Failed, NoServer) as error:
        sys.exit(str(error))
