"""The same risk lists by Samspil and by what one would write instead, side by side on one machine.

Four processes make both Odense lists at one day from the same Parquet files: Samspil's own command, SQL written by hand
for DuckDB, a pandas script and a Polars script (`by_hand/`). They take turns, their lists must be equal, and wall time,
processor time and peak memory of each are printed with what they mean beside each other.

    python bench/stratify.py                    1,000,000 persons, three turns each
    python bench/stratify.py --scale small      20,000 persons
    python bench/stratify.py --scale denmark    6,000,000 persons: Samspil and the SQL in bounded memory, one turn

The synthetic region is made on the first run and kept in `bench/var/`; `--fresh` makes it again.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from measure import Command, Cost, Failed, environment, interleaved, medians, run
from printing import say, table

HERE = Path(__file__).parent
SAMSPIL = Path(sys.executable).with_name("samspil")
DAY = "2016-10-15"
SEED = 1
GIGABYTE = 1e9

SAMSPIL_RUN, SQL, PANDAS, POLARS = "Samspil", "SQL by hand", "pandas", "Polars"
SCRIPTS = {SQL: "sql_lists.py", PANDAS: "pandas_lists.py", POLARS: "polars_lists.py"}


@dataclass(frozen=True)
class Scale:
    """How many persons, who takes part, how often and in how much memory (None: as each engine likes)."""

    name: str
    persons: int
    contenders: tuple[str, ...] = (SAMSPIL_RUN, SQL, PANDAS, POLARS)
    repetitions: int = 3
    memory: str | None = None
    note: str = ""


SCALES = {
    "small": Scale("small", 20_000),
    "region": Scale("region", 1_000_000),
    "denmark": Scale(
        "denmark",
        6_000_000,
        contenders=(SAMSPIL_RUN, SQL),
        repetitions=1,
        memory="12GB",
        note="pandas and Polars are left out: neither can be told to stay within an amount of memory.",
    ),
}


@dataclass(frozen=True)
class Place:
    """Where one scale keeps its data, its lists and what the processes said."""

    root: Path
    memory: str | None

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def lake(self) -> Path:
        return self.home / "lake" / "data"

    def log(self, name: str) -> Path:
        return self.root / f"{name}.log"

    def environment(self) -> dict[str, str]:
        """The environment every process of the scale gets."""
        limit = {"SAMSPIL_MEMORY": self.memory} if self.memory else {}
        return environment(SAMSPIL_HOME=str(self.home), **limit)

    def lists(self, contender: str) -> Path:
        """The folder with a contender's two lists."""
        if contender == SAMSPIL_RUN:
            (made,) = (self.home / "runs").glob("[!.]*/")
            return made
        return self.root / "lists" / contender.lower().replace(" ", "-")


def make_region(place: Place, persons: int, fresh: bool, day: str = DAY) -> dict[str, Cost]:
    """Synthesise and ingest the region up to `day` unless it is there. Returns what both cost when it was made.

    Raises Failed when something else lies there, which only `fresh` removes.
    """
    record = place.root / "made.json"
    if record.exists() and not fresh:
        made = json.loads(record.read_text())
        if made["persons"] == persons:
            return {step: Cost(**cost) for step, cost in made["costs"].items()}
    if not fresh and place.root.exists() and any(place.root.iterdir()):
        raise Failed(f"{place.root} holds something else than a finished region of {persons:,}; --fresh removes it")
    shutil.rmtree(place.root, ignore_errors=True)
    place.root.mkdir(parents=True)
    deliveries, costs, env = place.root / "deliveries", {}, place.environment()
    say(f"making a region of {persons:,} persons in {place.root} (once)")
    synth: Command = [
        SAMSPIL,
        "synth",
        "--persons",
        str(persons),
        "--seed",
        str(SEED),
        "--as-of",
        day,
        "--out",
        deliveries,
    ]
    costs["synth"] = run(synth, place.log("synth"), env)
    costs["ingest"] = run([SAMSPIL, "ingest", deliveries], place.log("ingest"), env)
    shutil.rmtree(deliveries)
    made = {"persons": persons, "costs": {step: cost.as_dict() for step, cost in costs.items()}}
    record.write_text(json.dumps(made, indent=1))
    return costs


def contender(place: Place, name: str) -> Callable[[], Cost]:
    """A function that makes both lists anew in a fresh process, and measures it."""

    def samspil() -> Cost:
        shutil.rmtree(place.home / "runs", ignore_errors=True)
        command: Command = [SAMSPIL, "stratify", "--model", "sad", "--model", "daemp", "--as-of", DAY]
        return run(command, place.log(name), place.environment())

    def script() -> Cost:
        out = place.lists(name)
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        command: Command = [sys.executable, HERE / "by_hand" / SCRIPTS[name], place.lake, out, DAY]
        return run(command, place.log(name), place.environment())

    return samspil if name == SAMSPIL_RUN else script


def assert_equal(place: Place, names: tuple[str, ...]) -> str:
    """Compare everybody's lists with Samspil's, in a process of its own. Returns what was compared."""
    others = [place.lists(name) for name in names if name != SAMSPIL_RUN]
    command: Command = [sys.executable, HERE / "compare.py", place.lists(SAMSPIL_RUN), *others]
    run(command, place.log("compare"), place.environment())
    return place.log("compare").read_text().strip().replace("\n", "; ")


def read_through(folder: Path) -> None:
    """Read every file once, so that no contender is the one who brings it into the page cache."""
    for path in folder.rglob("*.parquet"):
        # Spark writes a folder of parts under the name of a file.
        if path.is_file():
            with path.open("rb") as file:
                while file.read(1 << 24):
                    pass


def rows_of(place: Place) -> int:
    """How many rows the lake holds."""
    number = int((place.home / "lake" / "CURRENT").read_text())
    state = json.loads((place.home / "lake" / "states" / f"{number:06d}.json").read_bytes())
    return sum(table["loaded"] for made in state["deliveries"].values() for table in made["tables"].values())


def cost_cells(cost: Cost) -> list[str]:
    return [f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak / GIGABYTE:.2f}"]


def results(costs: dict[str, list[Cost]], markdown: bool) -> str:
    """The medians of every contender, beside the SQL and beside pandas."""
    middle = {name: medians(measured) for name, measured in costs.items()}
    heads = [
        "both lists by", "wall, s", "CPU, s", "peak memory, GB", "wall / SQL", "CPU / SQL", "memory / SQL",
        "times as fast as pandas", "wall of each turn, s",
    ]  # fmt: skip
    rows = []
    for name, cost in middle.items():
        beside = middle[SQL]
        ratios = (cost.wall / beside.wall, cost.cpu / beside.cpu, cost.peak / beside.peak)
        faster = f"{middle[PANDAS].wall / cost.wall:.1f}" if PANDAS in middle else "-"
        turns = " ".join(f"{turn.wall:.1f}" for turn in costs[name])
        rows.append([name, *cost_cells(cost), *(f"{ratio:.2f}" for ratio in ratios), faster, turns])
    return table(heads, rows, markdown)


def machine() -> str:
    """What it was measured on, for a reader of the table."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIGABYTE
    tools = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "ibis-framework", "pandas", "pyarrow", "polars"))
    return f"{os.cpu_count()} processors, {memory:.0f} GB; Python {platform.python_version()}, {tools}"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scale", choices=list(SCALES), default="region")
    parser.add_argument("--persons", type=int, help="another number of persons than the scale's")
    parser.add_argument("--repetitions", type=int, help="turns of each contender")
    parser.add_argument("--memory", help="memory limit of DuckDB in Samspil and in the SQL, such as 8GB")
    parser.add_argument("--var", type=Path, default=HERE / "var", help="where data are kept")
    parser.add_argument("--fresh", action="store_true", help="make the region again")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    return parser.parse_args()


def main() -> None:
    """Make the region, measure, compare and print."""
    given = arguments()
    scale = SCALES[given.scale]
    persons = given.persons or scale.persons
    repetitions = given.repetitions or scale.repetitions
    memory = given.memory or os.environ.get("SAMSPIL_MEMORY") or scale.memory
    folder = scale.name if persons == scale.persons else f"persons-{persons}"
    place = Place(given.var.absolute() / folder, memory)

    made = make_region(place, persons, given.fresh)
    say(f"{persons:,} persons, {rows_of(place):,} rows; seen from {DAY}")
    say(machine())
    say(f"memory limit of DuckDB: {memory or 'its own default'}\n")
    steps = [[step, *cost_cells(cost)] for step, cost in made.items()]
    say(table(["the region, made once", "wall, s", "CPU, s", "peak memory, GB"], steps, given.markdown) + "\n")

    contenders = {name: contender(place, name) for name in scale.contenders}
    read_through(place.lake)
    if repetitions > 1:
        for warm_up in contenders.values():
            warm_up()
    else:
        # A whole turn is too dear when there is one; Samspil's modules are compiled all the same.
        run([SAMSPIL, "models"], place.log("models"), place.environment())
    compared = []
    costs = interleaved(contenders, repetitions, lambda _: compared.append(assert_equal(place, scale.contenders)))

    say(results(costs, given.markdown))
    turns = f"medians of {repetitions} turns after one unmeasured" if repetitions > 1 else "one turn"
    say(f"\n{turns}; lists equal in every turn: {compared[-1]}")
    if scale.note:
        say(scale.note)


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(str(error))
