"""What each verb costs as the population grows, on DuckDB and on Spark, and what that says of larger ones.

    python bench/scale.py                                1, 2, 4 and 6 million persons on both engines
    python bench/scale.py --millions 1 2 --engines duckdb
    python bench/scale.py --table                        only the tables, of what was measured
    python bench/scale.py --table --results docs/scale.json

Every verb is a fresh process and makes its run itself. What was measured is kept in `results.json` in `--var`, or where
`--results` says (`docs/scale.json` is what docs/scale.md tells of), and is not measured again; deliveries are made once
for each size. SQL by hand makes the same lists beside `stratify`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import fcntl
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from measure import Command, Failed, run
from printing import say
from scale_kept import Kept, Key, Measured, Stored
from scale_shuffle import settings, shuffled
from scale_tree import bytes_in, run_whole
from stratify import DAY, HERE, SAMSPIL, SEED, Place, machine, read_through, rows_of

ENGINES = ("duckdb", "spark")
BY_HAND = "SQL by hand"
INGEST, STRATIFY = "ingest", "stratify"
VERBS: dict[str, list[str]] = {
    INGEST: [],
    STRATIFY: ["--model", "sad", "--model", "daemp", "--as-of", DAY],
    "lists": ["--model", "daemp", "--as-of", DAY, "--out", "lists.parquet"],
    "indicators": ["--set", "t2d", "--as-of", DAY],
    "segments": ["--as-of", DAY],
    "cost": ["--as-of", DAY],
}


@dataclass(frozen=True)
class Bench:
    """Where data lie, what measured processes may use, and what was measured so far."""

    var: Path
    deliveries: Path
    memory: str
    cores: int
    kept: Kept
    again: bool
    #: What was measured since the bench began, in this turn and those before it.
    turns: dict[Key, Measured] = field(default_factory=dict)

    def place(self, engine: str, millions: float) -> Place:
        return Place(self.var / f"{engine}-{millions:g}", self.memory)

    def wanted(self, millions: float, engine: str, verbs: Sequence[str]) -> list[str]:
        """The verbs that were not measured yet."""
        return [verb for verb in verbs if self.again or (millions, engine, self.cores, verb) not in self.kept.measured]

    def measure(self, engine: str, verb: str, millions: float, command: Command, scratch: Path) -> None:
        """Run one command, and keep and say what it cost. Raises Failed when it fails."""
        place = self.place("duckdb" if engine == BY_HAND else engine, millions)
        events = place.root / "events"
        shutil.rmtree(events, ignore_errors=True)
        events.mkdir(parents=True)
        env = place.environment() | settings(events, self.memory) | {"SAMSPIL_ENGINE": engine}
        moment, (load, _, _) = dt.datetime.now(dt.UTC).isoformat(timespec="minutes"), os.getloadavg()
        whole = run_whole(command, place.log(verb), env, scratch)
        one = Measured(
            millions=millions,
            engine=engine,
            cores=self.cores,
            verb=verb,
            wall=whole.cost.wall,
            cpu=whole.cost.cpu,
            peak=whole.cost.peak,
            scratch=whole.scratch,
            shuffled=shuffled(events) if engine == "spark" else None,
            memory=self.memory,
            moment=moment,
            load=load,
            pace=whole.pace,
        )
        self.turns[one.key] = best = one.after(self.turns.get(one.key))
        self.kept.add(best)
        say(
            f"{millions:g} million, {engine}, {verb}: wall {one.wall:.1f} s, CPU {one.cpu:.1f} s, "
            f"{one.peak / 1e9:.2f} GB (load before {load:.1f}, pace {one.pace or 0:.0f})"
        )


def deliveries_of(bench: Bench, millions: float) -> Path:
    """The deliveries of so many millions, made on first use."""
    folder = bench.deliveries / f"deliveries-{millions:g}"
    if not folder.exists():
        say(f"making {millions:g} million persons in {folder} (once)")
        persons = str(round(millions * 1_000_000))
        synth: Command = [SAMSPIL, "synth", "--persons", persons, "--seed", str(SEED), "--as-of", DAY, "--out", folder]
        bench.deliveries.mkdir(parents=True, exist_ok=True)
        run(synth, bench.var / "synth.log")
    return folder


def measure_size(bench: Bench, engine: str, millions: float, verbs: Sequence[str], keep: bool) -> None:
    """Every verb that is still to be measured, on a home of its own that is removed afterwards unless `keep`."""
    wanted = bench.wanted(millions, engine, verbs)
    by_hand = bench.wanted(millions, BY_HAND, [STRATIFY]) if engine == "duckdb" and STRATIFY in verbs else []
    if not wanted and not by_hand:
        return
    place = bench.place(engine, millions)
    if INGEST in wanted or not place.lake.exists():
        shutil.rmtree(place.root, ignore_errors=True)
        place.root.mkdir(parents=True)
        folder = deliveries_of(bench, millions)
        read_through(folder)
        bench.measure(engine, INGEST, millions, [SAMSPIL, INGEST, folder], place.home / "tmp")
        files = sum(1 for path in place.lake.rglob("*.parquet") if path.is_file())
        bench.kept.add(Stored(millions, engine, rows_of(place), bytes_in(place.lake), files))
    read_through(place.lake)
    for verb in [verb for verb in VERBS if verb in wanted and verb != INGEST]:
        shutil.rmtree(place.home / "runs", ignore_errors=True)
        options = [str(place.root / word) if word.endswith(".parquet") else word for word in VERBS[verb]]
        try:
            bench.measure(engine, verb, millions, [SAMSPIL, verb, *options], place.home / "tmp")
        except Failed as failure:
            say(f"{millions:g} million, {engine}, {verb}: FAILED, and the others go on\n{failure}")
    if by_hand:
        out = place.root / "by-hand"
        out.mkdir(exist_ok=True)
        command: Command = [sys.executable, HERE / "by_hand" / "sql_lists.py", place.lake, out, DAY]
        bench.measure(BY_HAND, STRATIFY, millions, command, out / "spill")
    if not keep:
        shutil.rmtree(place.root)


def gigabytes(text: str) -> str:
    """An amount of memory that both engines understand."""
    if not re.fullmatch(r"[1-9][0-9]*GB", text):
        raise argparse.ArgumentTypeError(f"`{text}` is not an amount such as 12GB")
    return text


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--millions", type=float, nargs="+", default=[1, 2, 4, 6], help="millions of persons")
    parser.add_argument("--engines", choices=ENGINES, nargs="+", default=list(ENGINES))
    parser.add_argument("--verbs", choices=list(VERBS), nargs="+", default=list(VERBS))
    parser.add_argument("--memory", type=gigabytes, default="12GB", help="limit of DuckDB, and heap of Spark's Java")
    parser.add_argument("--cores", type=int, default=os.cpu_count(), help="processors that may be used")
    parser.add_argument("--var", type=Path, default=HERE / "var" / "scale", help="where homes and results are kept")
    parser.add_argument(
        "--deliveries", type=Path, help="where deliveries-1 and others lie or are made; --var when absent"
    )
    parser.add_argument("--results", type=Path, help="what was measured, and where more is kept; in --var when absent")
    parser.add_argument("--keep", action="store_true", help="keep the homes")
    parser.add_argument(
        "--turns", type=int, default=1, help="how often; the turn with the least processor time is kept"
    )
    parser.add_argument("--again", action="store_true", help="measure what was measured before")
    parser.add_argument("--table", action="store_true", help="print the tables alone")
    return parser.parse_args(given)


def main() -> None:
    """Measure what is missing, and print what all of it says."""
    given = arguments()
    var = given.var.absolute()
    var.mkdir(parents=True, exist_ok=True)
    # Two benches at once would measure each other, and each forget what the other kept.
    alone = (var / "lock").open("w")
    if not given.table:
        try:
            fcntl.flock(alone, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failed(f"another bench is measuring in {var}") from error
    kept = Kept.open(given.results or var / "results.json")
    if not given.table:
        # One way for both engines, and for Java's own threads, to have so many processors.
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: given.cores])
        kept.machine = machine()
        deliveries = (given.deliveries or var).absolute()
        bench = Bench(var, deliveries, given.memory, given.cores, kept, given.again)
        for engine in given.engines:
            # A slow hour of the machine is one of every size.
            for turn in range(given.turns):
                for millions in given.millions:
                    measure_size(
                        replace(bench, again=given.again or turn > 0), engine, millions, given.verbs, given.keep
                    )
    # Nothing is measured any more, so what is needed to compute may be loaded.
    from scale_tables import tables  # noqa: PLC0415

    say(tables(kept))


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(str(error))
