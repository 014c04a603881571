"""The entry to the synthetic region: make it in chunks, in several processes, and write the deliveries."""

import json
import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from html import escape
from multiprocessing import get_context
from pathlib import Path

from samspil.synth.chunk import Chunk, make_chunk
from samspil.synth.contract import SOURCE_OF
from samspil.synth.flaws import Flaw, file_flaws
from samspil.synth.medicines import risk_drug_table
from samspil.synth.package import Deliveries, TableFile
from samspil.synth.plan import Plan
from samspil.synth.programme_account import account_tables
from samspil.synth.programme_truth import Sums

#: The true effect of a programme, and what each of its citizens used with it and without.
EFFECT, EFFECT_BY_COURSE = "truth_programme.json", "truth_programme.parquet"


@dataclass(frozen=True)
class Region:
    """What was written: the package folder of each source, the rows of each table and the injected flaws."""

    persons: int
    as_of: date
    folders: dict[str, Path]
    rows: dict[str, int]
    flaws: tuple[Flaw, ...] = ()

    def __str__(self) -> str:
        lines = [f"Synthetic region of {self.persons:,} persons as of {self.as_of.isoformat()}"]
        lines += [f"  {source + '.' + table:<38}{rows:>13,}" for source, table, rows in self._table_rows()]
        if self.flaws:
            lines.append(f"  {len(self.flaws):,} flaws injected (see flaws.json)")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        body = "".join(
            f"<tr><td>{source}</td><td>{table}</td><td style='text-align:right'>{rows:,}</td></tr>"
            for source, table, rows in self._table_rows()
        )
        flaws = f"<p>{len(self.flaws):,} flaws injected (see flaws.json)</p>" if self.flaws else ""
        title = escape(f"Synthetic region of {self.persons:,} persons as of {self.as_of.isoformat()}")
        return (
            f"<table><caption>{title}</caption><thead><tr><th>source</th><th>table</th><th>rows</th></tr></thead>"
            f"<tbody>{body}</tbody></table>{flaws}"
        )

    def _table_rows(self) -> Iterator[tuple[str, str, int]]:
        for table, rows in self.rows.items():
            yield SOURCE_OF[table], table, rows


def write_region(
    out: Path,
    *,
    persons: int,
    seed: int,
    as_of: date,
    flaws: bool = False,
    programme: bool = False,
    progress: Callable[[int, int], None] | None = None,
    workers: int | None = None,
) -> Region:
    """Write a synthetic region: one delivery package per source below `out`, and the truth behind them.

    The deliveries follow `contracts/deliveries.md` and cover the four years that end at `as_of`. People are
    invented, with CPR numbers that cannot belong to anybody from before 2007 (they fail modulus 11).
    Everything about a person follows from a latent course of health, which is written to `out/truth.parquet`:
    one row per person with `cpr`, `severity` (0 is an ordinary healthy person), `vulnerability` (standard
    normal) and, for each chronic condition, the date of onset or null. What is true of practices stands in
    `out/truth_practices.parquet`: how much they do of what should be done (see `CareQuality.truth`).

    The same `persons`, `seed` and `as_of` give the same bytes, whatever the number of workers. Only a few
    chunks of persons are in memory at a time (about 1 GB in all; the files' own directories add 0.1 GB per million).

    Args:
        out: folder to write below; made when missing. Deliveries of an earlier run in it are replaced.
        persons: how many people, 1 to 10,000,000, including those who die or emigrate within the four years.
        seed: any whole number from 0.
        as_of: last day of the period; it must lie in the years 1970 to 2057.
        flaws: also inject the dirt of real deliveries, and list every flaw in `out/flaws.json`.
        programme: also let an integrated-care programme run in half of the practices, and deliver the source
            `integrated_care`. Its true effect is written to `out/truth_programme.json`, and to
            `out/truth_programme.parquet` course by course.
        progress: called after each few thousand persons with the number done and the total.
        workers: processes to use; all processors when not given. One makes no extra process.

    Returns:
        The folders by source, the rows by table and the injected flaws.

    Raises:
        ValueError: `persons`, `seed`, `as_of` or `workers` out of range.
        OSError: `out` cannot be written. Packages are then incomplete: they have no `datapackage.json`.
    """
    plan = Plan(persons, seed, as_of, flaws, programme)
    if workers is not None and workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    deliveries = Deliveries(out, plan)
    truth = TableFile(out / "truth.parquet")
    found: list[Flaw] = []
    effects = Sums()
    done = 0
    practices, window = plan.practices, plan.window
    deliveries.add({"practice": practices.table(), "risk_drug": risk_drug_table()})
    deliveries.add(plan.networks.tables(practices, window))
    of_practices = TableFile(out / "truth_practices.parquet")
    of_practices.add(plan.care_quality.truth(practices, window))
    of_practices.close()
    for chunk in _chunks(plan, min(workers or _processors(), plan.chunks)):
        rows = deliveries.rows
        found += [flaw.moved(rows[flaw.table]) for flaw in chunk.flaws]
        deliveries.add(chunk.tables)
        truth.add(chunk.truth)
        if chunk.effect:
            effects.add(chunk.effect)
        done += chunk.persons
        if progress:
            progress(done, persons)
    _close_programme(out, plan, effects, deliveries)
    deliveries.close()
    truth.close()
    (out / "flaws.json").unlink(missing_ok=True)
    if flaws:
        found += file_flaws()
        listed = ",\n".join(json.dumps(flaw.as_json(), ensure_ascii=False) for flaw in found)
        (out / "flaws.json").write_text(f"[\n{listed}\n]\n", encoding="utf-8")
    return Region(persons, as_of, deliveries.folders, deliveries.rows, tuple(found))


def _close_programme(out: Path, plan: Plan, effects: Sums, deliveries: Deliveries) -> None:
    """What is known of a programme when all of its courses are: its account, and its true effect."""
    for name in (EFFECT, EFFECT_BY_COURSE):
        (out / name).unlink(missing_ok=True)
    programme = plan.joint_programme
    if programme is None:
        return
    deliveries.add({"taking_part": programme.table(plan.practices, plan.window)})
    deliveries.add(account_tables(programme, effects.courses, plan))
    by_course = TableFile(out / EFFECT_BY_COURSE)
    for table in effects.tables:
        by_course.add(table)
    by_course.close()
    (out / EFFECT).write_text(effects.as_json(programme, plan), encoding="utf-8")


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _chunks(plan: Plan, workers: int) -> Iterator[Chunk]:
    """The chunks in order. At most two more than there are workers are under way or waiting, so memory stays
    bounded.
    """
    if workers == 1:
        for number in range(plan.chunks):
            yield make_chunk(plan, number)
        return
    # Fresh processes: a copy of one with threads (progress bars, Arrow) may hang.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        waiting: deque[Future[Chunk]] = deque()
        try:
            for number in range(plan.chunks):
                waiting.append(pool.submit(make_chunk, plan, number))
                if len(waiting) > workers + 1:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
