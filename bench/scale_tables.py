"""What `scale.py` measured and what the fitted models say of it, as Markdown tables for `docs/scale.md`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from printing import table
from scale_fit import Power, Straight, last_step, power, serial_share, straight, workers
from scale_kept import Kept, Measured
from scale_pace import REFERENCE

GIGABYTE = 1e9
ALL = "all of them"
BY_HAND = "SQL by hand"
#: Cost may grow this much faster than people, and no more. Two sizes are too few to judge by.
LINEAR = 1.05
PREDICTED = (6.0, 80.0, 450.0)


@dataclass(frozen=True)
class Cluster:
    """What is assumed of a cluster that was not measured."""

    #: Processors and memory of one worker.
    cores: int = 16
    memory: int = 64
    #: The share of its processors' time that does work: not waiting for the network, the driver or the last task.
    efficiency: float = 0.5
    night: float = 8.0
    #: What one file of the lake comes to.
    part: float = 128e6


@dataclass(frozen=True)
class Series:
    """One figure of one verb, by size."""

    engine: str
    verb: str
    sizes: Mapping[float, float]

    @property
    def can_grow(self) -> bool:
        return len(self.sizes) > 1

    @property
    def both(self) -> tuple[list[float], list[float]]:
        return list(self.sizes), list(self.sizes.values())


def tables(kept: Kept) -> str:
    """Every table that what was measured is enough for. Raises nothing for a bench that has just begun."""
    if not kept.measured:
        return "nothing was measured yet"
    cores = max(one.cores for one in kept.measured.values())
    even = _even(kept, cores)
    parts = [
        f"{kept.machine}  \n{_when(kept, cores)}",
        "Processor time, s\n\n" + _figures(kept, cores, lambda one: one.cpu, ".1f", total=True),
        "Wall time, s\n\n" + _figures(kept, cores, lambda one: one.wall, ".1f", total=True),
        _paces(kept, cores),
        "Peak memory, GB\n\n" + _figures(kept, cores, lambda one: one.peak / GIGABYTE, ".2f"),
        "Most that lay on the local disk at once, GB\n\n"
        + _figures(kept, cores, lambda one: one.scratch / GIGABYTE, ".2f"),
        "What Spark's tasks wrote for each other, GB\n\n"
        + _figures(kept, cores, lambda one: one.shuffled and one.shuffled / GIGABYTE, ".2f"),
        _lake(kept),
        _by_hand(kept, cores),
        _growth(kept, cores, even),
        _memory(kept, cores, Cluster()),
        _cores(kept),
        _predictions(kept, cores, even, Cluster()),
    ]
    return "\n\n".join(part for part in parts if part)


def series(kept: Kept, cores: int, figure: Callable[[Measured], float | None], total: bool = False) -> list[Series]:
    """One figure of each verb of each engine; `total` adds their sum at those sizes at which all were measured."""
    found, every = [], {one.verb for one in kept.measured.values()}
    for engine in dict.fromkeys(one.engine for one in kept.measured.values()):
        by_verb: dict[str, dict[float, float]] = {}
        for one in kept.of(engine, cores):
            value = figure(one)
            if value is not None:
                by_verb.setdefault(one.verb, {})[one.millions] = value
        verbs = [Series(engine, verb, sizes) for verb, sizes in by_verb.items()]
        found += verbs
        if total and len(verbs) > 1 and {verb.verb for verb in verbs} == every:
            common = sorted(set.intersection(*(set(verb.sizes) for verb in verbs)))
            found.append(Series(engine, ALL, {size: sum(verb.sizes[size] for verb in verbs) for size in common}))
    return [one for one in found if one.sizes]


def _even(kept: Kept, cores: int) -> Callable[[Measured, float], float | None]:
    """Seconds as at the reference's pace, so that hours can be compared.

    Of an engine whose pace is known for two sizes or more, None for its sizes whose pace is not; else as measured.
    """
    sizes: dict[str, set[float]] = {}
    for one in kept.measured.values():
        if one.cores == cores and one.pace is not None:
            sizes.setdefault(one.engine, set()).add(one.millions)

    def seconds(one: Measured, measured: float) -> float | None:
        if len(sizes.get(one.engine, ())) < 2:
            return measured
        return _at_reference(one, measured)

    return seconds


def _at_reference(one: Measured, seconds: float) -> float | None:
    """Seconds of one measurement as they would be at the reference's pace; None when its own is not known."""
    return None if one.pace is None else seconds * one.pace / REFERENCE


def _paces(kept: Kept, cores: int) -> str:
    """How fast the machine was, and what processor time comes to when that is taken out."""
    if not any(one.pace for one in kept.measured.values() if one.cores == cores):
        return ""
    paces = _figures(kept, cores, lambda one: one.pace, ".0f")
    even = _figures(kept, cores, lambda one: _at_reference(one, one.cpu), ".1f", total=True)
    return (
        f"Pace of the machine, pieces of work in a second of a processor\n\n{paces}\n\n"
        f"Processor time at {REFERENCE:g} pieces a second, s\n\n{even}"
    )


def _when(kept: Kept, cores: int) -> str:
    used = [one for one in kept.measured.values() if one.cores == cores]
    loads = [one.load for one in used]
    limits = " and ".join(sorted({one.memory for one in used}))
    return (
        f"measured from {min(one.moment for one in used)} to {max(one.moment for one in used)}, held to {limits}; "
        f"before each run {min(loads):.1f} to {max(loads):.1f} processes wanted one of {cores} processors"
    )


def _figures(kept: Kept, cores: int, figure: Callable[[Measured], float | None], form: str, total: bool = False) -> str:
    """One figure, verbs down and sizes across."""
    rows = series(kept, cores, figure, total)
    sizes = sorted({size for row in rows for size in row.sizes})
    return table(
        ["", *(f"{size:g} million" for size in sizes)],
        [_line(row, [format(row.sizes[size], form) if size in row.sizes else "-" for size in sizes]) for row in rows],
        markdown=True,
    ) if rows else "nothing measured"  # fmt: skip


def _line(row: Series, cells: Sequence[str]) -> list[str]:
    return [f"{row.engine}: {row.verb}", *cells]


def _lake(kept: Kept) -> str:
    rows = [
        [f"{one.millions:g}", one.engine, f"{one.rows:,}", f"{one.bytes / GIGABYTE:.2f}", f"{one.files:,}"]
        for one in sorted(kept.stored.values(), key=lambda one: (one.millions, one.engine))
    ]
    return "The lake\n\n" + table(["millions", "written by", "rows", "GB", "files"], rows, markdown=True)


def _by_hand(kept: Kept, cores: int) -> str:
    rows = []
    for one in kept.of(BY_HAND, cores):
        beside = kept.measured.get((one.millions, "duckdb", cores, one.verb))
        if beside:
            ratios = [f"{beside.wall / one.wall:.2f}", f"{beside.cpu / one.cpu:.2f}", f"{beside.peak / one.peak:.2f}"]
            rows.append([f"{one.millions:g}", f"{one.wall:.1f}", f"{one.cpu:.1f}", *ratios])
    heads = ["millions", "SQL by hand: wall, s", "CPU, s", "Samspil / SQL: wall", "CPU", "memory"]
    return "Both lists by hand, on DuckDB\n\n" + table(heads, rows, markdown=True) if rows else ""


def _growth(kept: Kept, cores: int, even: Callable[[Measured, float], float | None]) -> str:
    """How processor and wall time grow, and whether the promise is kept."""
    walls = series(kept, cores, lambda one: even(one, one.wall), total=True)
    wall = {(one.engine, one.verb): one for one in walls}
    rows = []
    for one in series(kept, cores, lambda one: even(one, one.cpu), total=True):
        if not one.can_grow:
            continue
        by_power, by_line = power(*one.both), straight(*one.both)
        by_wall = power(*wall[one.engine, one.verb].both).exponent
        judged = one.engine == "duckdb" and by_power.error is not None
        kept_it = "-" if not judged else "yes" if by_power.exponent <= LINEAR else "NO"
        cells = [*_power_cells(by_power, last_step(*one.both)), *_line_cells(by_line), f"{by_wall:.2f}", kept_it]
        rows.append(_line(one, cells))
    heads = [
        "", "exponent of CPU", "its error", "between the largest", "farthest off", "fixed, s", "each million, s",
        "farthest off, straight", "exponent of wall", f"≤ {LINEAR}",
    ]  # fmt: skip
    return "How cost grows with people\n\n" + table(heads, rows, markdown=True) if rows else ""


def _power_cells(by_power: Power, step: float) -> list[str]:
    error = "-" if by_power.error is None else f"{by_power.error:.2f}"
    return [f"{by_power.exponent:.2f}", error, f"{step:.2f}", f"{by_power.farthest:.0%}"]


def _line_cells(by_line: Straight) -> list[str]:
    return [f"{by_line.fixed:.1f}", f"{by_line.each:.1f}", f"{by_line.farthest:.0%}"]


def _memory(kept: Kept, cores: int, machine: Cluster) -> str:
    """How memory grows on the engine that works in one, and how many people one machine so holds without its disk."""
    rows = []
    for one in series(kept, cores, lambda one: one.peak / GIGABYTE):
        if one.engine == "duckdb" and one.can_grow:
            line = straight(*one.both)
            holds = f"{(machine.memory - line.fixed) / line.each:.0f}"
            rows.append(_line(one, [f"{line.fixed:.2f}", f"{line.each:.2f}", f"{line.farthest:.0%}", holds]))
    heads = ["", "fixed, GB", "each million, GB", "farthest off", f"millions in {machine.memory} GB"]
    return "How memory grows with people\n\n" + table(heads, rows, markdown=True) if rows else ""


def _cores(kept: Kept) -> str:
    """One processor beside two."""
    rows = []
    for two in kept.measured.values():
        one = kept.measured.get((two.millions, two.engine, 1, two.verb))
        if two.cores != 2 or one is None:
            continue
        share = serial_share(one.wall, two.wall)
        rows.append(
            [f"{two.engine}: {two.verb}, {two.millions:g} million", f"{one.wall:.1f}", f"{two.wall:.1f}",
             f"{one.wall / two.wall:.2f}", f"{one.wall / two.wall / 2:.0%}", f"{two.cpu / one.cpu:.2f}", f"{share:.0%}"]
        )  # fmt: skip
    heads = ["", "wall on 1, s", "on 2, s", "times as fast", "efficiency", "CPU on 2 / on 1", "serial by Amdahl"]
    return "One processor and two\n\n" + table(heads, rows, markdown=True) if rows else ""


def _predictions(kept: Kept, cores: int, even: Callable[[Measured, float], float | None], cluster: Cluster) -> str:
    """What all verbs together, each once, would take for populations that were not measured."""
    parts = []
    for one in series(kept, cores, lambda one: even(one, one.cpu), total=True):
        if one.verb == ALL and one.can_grow:
            rows = [_predicted(kept, cores, one, size, cluster) for size in PREDICTED]
            heads = [
                "millions", "CPU, hours", "95 % of runs", "by the power model", "lake, GB", "files", "shuffled, GB",
                "workers for one hour", f"for a night of {cluster.night:g} hours",
            ]  # fmt: skip
            parts.append(f"Predicted for {one.engine}, all verbs once\n\n" + table(heads, rows, markdown=True))
    return "\n\n".join(parts)


def _predicted(kept: Kept, cores: int, one: Series, size: float, cluster: Cluster) -> list[str]:
    by_line, by_power = straight(*one.both).at(size), power(*one.both).at(size)
    interval = straight(*one.both).interval(size)
    stored = max((lake for lake in kept.stored.values() if lake.engine == one.engine), key=lambda lake: lake.millions)
    lake = stored.bytes / stored.millions * size
    shuffles = [each for each in series(kept, cores, lambda one: one.shuffled, total=True) if each.verb == ALL]
    shuffled = f"{straight(*shuffles[0].both).at(size) / GIGABYTE:,.0f}" if one.engine == "spark" and shuffles else "-"
    # The larger of the two: a power below one would promise that large runs cost next to nothing more.
    most = max(by_line, by_power)
    needed = [
        f"{workers(most, hours, cluster.cores, cluster.efficiency):,}" if one.engine == "spark" else "-"
        for hours in (1.0, cluster.night)
    ]
    return [
        f"{size:g}",
        _hours(by_line),
        f"{_hours(interval[0])} to {_hours(interval[1])}" if interval else "-",
        _hours(by_power),
        f"{lake / GIGABYTE:,.0f}",
        f"{max(stored.files, round(lake / cluster.part)):,}",
        shuffled,
        *needed,
    ]


def _hours(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours:,.0f}" if hours >= 10 else f"{hours:.2f}"
