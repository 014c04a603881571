"""All indicators and all segments of a population, beside reading the tables they need and beside what one would write.

    python bench/population.py                    1,000,000 persons, three turns each
    python bench/population.py --persons 20000

Samspil makes every set of indicators and all segments at one day through its verbs, in one process, and keeps them. The
unit is a process that does nothing but read every column they use once. By hand, SQL on DuckDB counts five of the
indicators by practice, and pandas three; their counts must be those of Samspil. They take turns on the same files.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measure import Command, Cost, Failed, interleaved, medians, run
from printing import say, table
from stratify import GIGABYTE, HERE, Place, cost_cells, machine, make_region, read_through, rows_of

#: The first year in which every variable is delivered.
DAY = "2022-12-31"
SAMSPIL, READING, SQL, PANDAS = (
    "Samspil, all of them",
    "reading the columns",
    "SQL, five by hand",
    "pandas, three by hand",
)
BY_HAND = {SQL: "sql_indicators.py", PANDAS: "pandas_indicators.py"}

#: What indicators and segments read, column by column.
COLUMNS = {
    "civil/person": ["person_id", "birth_date", "sex", "municipality", "status", "status_date"],
    "employment/benefit": ["person_id", "kind", "from", "to"],
    "general_practice/affiliation": ["person_id", "provider_number", "from", "to"],
    "general_practice/gp_check": ["person_id", "date", "check", "value"],
    "general_practice/gp_contact": ["person_id", "provider_number", "date", "kind"],
    "general_practice/gp_diagnosis": ["person_id", "date", "icpc2"],
    "general_practice/gp_measurement": ["person_id", "date", "code", "value", "unit"],
    "general_practice/gp_target": ["person_id", "date", "code", "value", "unit"],
    "health_insurance/specialist_contact": ["person_id", "date", "specialty", "fee"],
    "hospital/hospital_contact": ["person_id", "start", "kind", "acute", "action_diagnosis", "hospital", "cost"],
    "hospital/hospital_diagnosis": ["person_id", "date", "diagnosis"],
    "municipal_care/home_care": ["person_id", "from", "to"],
    "municipal_care/home_nursing": ["person_id", "from", "to"],
    "municipal_care/rehabilitation": ["person_id", "offer", "referred", "started", "ended", "outcome", "level"],
    "municipal_care/substance_case": ["person_id", "opened", "closed"],
    "networks/network_practice": ["network", "provider_number", "joined", "left"],
    "patient_reported/pro_form": ["person_id", "date", "instrument", "occasion", "used_on"],
    "prescriptions/dispensing": ["person_id", "date", "atc", "price"],
}


@dataclass
class Turns:
    """The contenders, and what Samspil said of its parts in each turn."""

    place: Place
    parts: list[Mapping[str, Mapping[str, float]]]

    def contenders(self) -> dict[str, Callable[[], Cost]]:
        return {READING: self.reading, SAMSPIL: self.samspil, **{name: self.by_hand(name) for name in BY_HAND}}

    def samspil(self) -> Cost:
        shutil.rmtree(self.place.home / "runs", ignore_errors=True)
        command: Command = [sys.executable, HERE / "population_run.py", self.place.home, DAY]
        cost = run(command, self.place.log("samspil"), self.place.environment())
        self.parts.append(json.loads(self.place.log("samspil").read_text().splitlines()[-1]))
        return cost

    def reading(self) -> Cost:
        script = HERE / "by_hand" / "read_columns.py"
        command: Command = [sys.executable, script, self.place.lake, json.dumps(COLUMNS)]
        return run(command, self.place.log("reading"), self.place.environment())

    def by_hand(self, name: str) -> Callable[[], Cost]:
        def script() -> Cost:
            out = self.out(name)
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir(parents=True)
            command: Command = [sys.executable, HERE / "by_hand" / BY_HAND[name], self.place.lake, out, DAY]
            return run(command, self.place.log(out.name), self.place.environment())

        return script

    def out(self, name: str) -> Path:
        return self.place.root / "counts" / BY_HAND[name].removesuffix(".py")

    def compare(self) -> str:
        """Compare what was counted by hand with Samspil's, in a process of its own. Returns what was compared."""
        kept = self.place.home / "runs" / str(self.parts[-1]["t2d"]["run"])
        command: Command = [sys.executable, HERE / "compare_indicators.py", kept, *map(self.out, BY_HAND)]
        run(command, self.place.log("compare"), self.place.environment())
        return self.place.log("compare").read_text().strip().replace("\n", "; ")


def results(costs: Mapping[str, list[Cost]], markdown: bool) -> str:
    """The medians of every contender, beside reading alone."""
    middle = {name: medians(measured) for name, measured in costs.items()}
    unit = middle[READING]
    heads = ["", "wall, s", "CPU, s", "peak memory, GB", "wall / reading", "CPU / reading", "wall of each turn, s"]
    rows = []
    for name, cost in middle.items():
        ratios = [f"{cost.wall / unit.wall:.1f}", f"{cost.cpu / unit.cpu:.1f}"]
        rows.append([name, *cost_cells(cost), *ratios, " ".join(f"{turn.wall:.1f}" for turn in costs[name])])
    return table(heads, rows, markdown)


def parts(told: list[Mapping[str, Mapping[str, float]]], markdown: bool) -> str:
    """What each set and the segments took of it, medians of the turns."""
    rows = [
        [name, *(f"{median(turn[name][figure] for turn in told):.1f}" for figure in ("wall", "cpu"))]
        for name in told[0]
    ]
    return table(["of that, in Samspil", "wall, s", "CPU, s"], rows, markdown)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--persons", type=int, default=1_000_000)
    parser.add_argument("--repetitions", type=int, default=3, help="turns of each contender")
    parser.add_argument("--memory", help="memory limit of DuckDB, such as 8GB")
    parser.add_argument("--var", type=Path, default=HERE / "var", help="where data are kept")
    parser.add_argument("--fresh", action="store_true", help="make the region again")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    return parser.parse_args()


def main() -> None:
    """Make the region, measure, compare and print."""
    given = arguments()
    place = Place(given.var.absolute() / f"population-{given.persons}", given.memory)
    make_region(place, given.persons, given.fresh, DAY)
    size = sum(path.stat().st_size for path in place.lake.rglob("*.parquet")) / GIGABYTE
    say(f"{given.persons:,} persons, {rows_of(place):,} rows in {size:.2f} GB; seen from {DAY}")
    say(f"{machine()}\n")

    turns = Turns(place, [])
    contenders = turns.contenders()
    read_through(place.lake)
    if given.repetitions > 1:
        for warm_up in contenders.values():
            warm_up()
        turns.parts.clear()
    compared = []
    costs = interleaved(contenders, given.repetitions, lambda _: compared.append(turns.compare()))
    say(results(costs, given.markdown) + "\n")
    say(parts(turns.parts, given.markdown))
    say(f"\ncounts equal in every turn: {compared[-1]}")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(str(error))
