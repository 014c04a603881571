"""Matching 10,000 enrolled among a million candidates, beside R's MatchIt.

    python bench/matching.py                      1,000,000 candidates, three turns each
    python bench/matching.py --candidates 20000 --treated 500

Propensity by logistic regression on eight covariates, then three matches each without replacement, alike in two exact
keys and within a caliper of 0.2. Both are fresh processes that read the same files and write their pairs. They take
turns. Where there is no R with MatchIt, Samspil is measured alone, and that is said.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from statistics import median

from measure import Cost, Failed, interleaved, medians, run
from printing import say, table

HERE = Path(__file__).parent
GIGABYTE = 1e9
SAMSPIL, MATCHIT = "Samspil", "MatchIt"
#: What the issue asks for: wall seconds and bytes.
MOST_WALL, MOST_MEMORY = 60.0, 8e9


def matchit_version() -> str | None:
    """The version of MatchIt that Rscript finds, if any."""
    if shutil.which("Rscript") is None:
        return None
    asked = subprocess.run(
        ["Rscript", "-e", 'cat(as.character(packageVersion("MatchIt")))'], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() if asked.returncode == 0 else None


def machine(matchit: str | None) -> str:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / GIGABYTE
    tools = ", ".join(f"{name} {version(name)}" for name in ("numpy", "pandas", "scikit-learn", "scipy"))
    beside = f"; MatchIt {matchit}" if matchit else ""
    return f"{os.cpu_count()} processors, {memory:.0f} GB; Python {platform.python_version()}, {tools}{beside}"


def results(costs: dict[str, list[Cost]], markdown: bool) -> str:
    """The medians of each, and MatchIt's as multiples of Samspil's."""
    middle = {name: medians(measured) for name, measured in costs.items()}
    heads = ["", "wall, s", "CPU, s", "peak memory, GB", "wall / Samspil", "CPU / Samspil", "memory / Samspil",
             "wall of each turn, s"]  # fmt: skip
    rows, unit = [], middle[SAMSPIL]
    for name, cost in middle.items():
        ratios = (cost.wall / unit.wall, cost.cpu / unit.cpu, cost.peak / unit.peak)
        turns = " ".join(f"{turn.wall:.1f}" for turn in costs[name])
        cells = [f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{cost.peak / GIGABYTE:.2f}"]
        rows.append([name, *cells, *(f"{ratio:.2f}" for ratio in ratios), turns])
    return table(heads, rows, markdown)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=1_000_000)
    parser.add_argument("--treated", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=3, help="turns of each contender")
    parser.add_argument("--var", type=Path, default=HERE / "var", help="where data are kept")
    parser.add_argument("--markdown", action="store_true", help="print tables as Markdown")
    return parser.parse_args()


def main() -> None:
    """Make the people, measure, compare and print."""
    given = arguments()
    place = given.var.absolute() / f"matching-{given.candidates}-{given.treated}-{given.seed}"
    place.mkdir(parents=True, exist_ok=True)
    script, people = HERE / "matching_people.py", place / "people"
    sizes = [str(size) for size in (given.candidates, given.treated, given.seed)]
    run([sys.executable, script, "make", people, *sizes], place / "make.log")
    matchit = matchit_version()
    say(
        f"{given.treated:,} enrolled, three matches each among {given.candidates:,} candidates;"
        " two exact keys, caliper 0.2"
    )
    say(f"{machine(matchit)}\n")

    told: list[dict[str, dict[str, float]]] = []

    def ours() -> Cost:
        cost = run([sys.executable, HERE / "matching_run.py", people, place / "ours.i4"], place / "ours.log")
        told.append(json.loads((place / "ours.log").read_text().splitlines()[-1]))
        return cost

    def theirs() -> Cost:
        return run(["Rscript", HERE / "by_hand" / "matchit.R", people, place / "theirs.i4"], place / "theirs.log")

    contenders: dict[str, Callable[[], Cost]] = {SAMSPIL: ours}
    if matchit is None:
        say("NOT MEASURED: MatchIt, because there is no R with MatchIt here (Debian: r-cran-matchit)\n")
    else:
        contenders[MATCHIT] = theirs
    costs = interleaved(contenders, given.repetitions, lambda _: None)
    say(results(costs, given.markdown) + "\n")
    parts = [[name, f"{median(turn['took'][name] for turn in told):.1f}"] for name in told[-1]["took"]]
    say(table(["of that, in Samspil", "wall, s"], parts, given.markdown) + "\n")
    last = told[-1]
    say(
        f"{last['matched']:,} matched; largest standardised difference {last['before']:.3f} before,"
        f" {last['after']:.3f} after"
    )
    if matchit is not None:
        run([sys.executable, script, "compare", people, place / "ours.i4", place / "theirs.i4"], place / "compare.log")
        say((place / "compare.log").read_text().strip())
        if matchit in ("4.5.1", "4.5.2", "4.5.3"):
            say(f"MatchIt {matchit} does not keep calipers on some systems (mended in 4.5.4): its pairs differ by that")
    middle = medians(costs[SAMSPIL])
    if middle.wall > MOST_WALL or middle.peak > MOST_MEMORY:
        say(f"ABOVE THE AIM of {MOST_WALL:.0f} s and {MOST_MEMORY / GIGABYTE:.0f} GB")


if __name__ == "__main__":
    try:
        main()
    except Failed as error:
        sys.exit(str(error))
