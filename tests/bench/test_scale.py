"""The bench of growth: what it fits, what it measures of a process and its children, and its smallest run."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BENCH = Path(__file__).parents[2] / "bench"
SIZES = [1.0, 2.0, 4.0, 6.0]


@pytest.fixture(scope="module", autouse=True)
def found_in_bench() -> Any:
    """Modules of `bench` are found as its scripts find them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        yield


def fit() -> Any:
    return import_module("scale_fit")


def python(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, BENCH / "scale.py", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@settings(deadline=None)
@given(factor=st.floats(0.1, 1e4), exponent=st.floats(0.2, 2.0))
def test_a_known_power_is_found_again(factor: float, exponent: float) -> None:
    found = fit().power(SIZES, [factor * size**exponent for size in SIZES])
    assert found.exponent == pytest.approx(exponent, abs=1e-9)
    assert found.at(80) == pytest.approx(factor * 80**exponent)
    assert found.farthest == pytest.approx(0, abs=1e-9)


@settings(deadline=None)
@given(fixed=st.floats(0, 1e3), each=st.floats(0.1, 1e3))
def test_a_known_straight_line_is_found_again(fixed: float, each: float) -> None:
    found = fit().straight(SIZES, [fixed + each * size for size in SIZES])
    assert (found.fixed, found.each) == (pytest.approx(fixed, abs=1e-6), pytest.approx(each))
    assert found.at(450) == pytest.approx(fixed + each * 450)


@settings(deadline=None)
@given(fixed=st.floats(0.1, 1e3), each=st.floats(0.1, 1e3))
def test_what_is_fixed_makes_the_exponent_smaller_and_least_between_the_largest(fixed: float, each: float) -> None:
    costs = [fixed + each * size for size in SIZES]
    assert fit().power(SIZES, costs).exponent < fit().last_step(SIZES, costs) < 1


def test_an_interval_holds_a_measurement_that_strays_as_the_others_do() -> None:
    line = fit().straight(SIZES, [10.2, 19.5, 40.9, 59.0])
    low, high = line.interval(3.0)
    assert low < 30 < high
    far_low, far_high = line.interval(450.0)
    assert (far_high - far_low) / 4500 > (high - low) / 30 > 0.04


def test_two_sizes_have_no_interval_and_no_error() -> None:
    assert fit().straight([1, 2], [10, 19]).interval(6) is None
    assert fit().power([1, 2], [10, 19]).error is None


@pytest.mark.parametrize(("sizes", "costs"), [([1], [5]), ([2, 2], [5, 6]), ([1, 2], [0, 6])])
def test_growth_cannot_be_seen_of_one_size_or_of_nothing(sizes: list[float], costs: list[float]) -> None:
    for model in (fit().power, fit().straight, fit().last_step):
        with pytest.raises(ValueError, match=r"growth is seen|not above zero"):
            model(sizes, costs)


@pytest.mark.parametrize(("one", "two", "serial"), [(10, 5, 0.0), (10, 10, 1.0), (10, 7.5, 0.5)])
def test_the_serial_share_by_amdahl(one: float, two: float, serial: float) -> None:
    assert fit().serial_share(one, two) == pytest.approx(serial)


def test_workers_are_rounded_up() -> None:
    assert fit().workers(16 * 3600, hours=1, cores=16, efficiency=0.5) == 2
    assert fit().workers(16 * 3600 + 1, hours=1, cores=16, efficiency=0.5) == 3


def kept(tmp_path: Path, exponent: float) -> Any:
    """Made measurements of one verb on DuckDB whose processor time grows with this exponent."""
    scale_kept = import_module("scale_kept")
    made = scale_kept.Kept(tmp_path / "results.json", machine="a machine")
    for size in SIZES:
        made.add(
            scale_kept.Measured(size, "duckdb", 2, "stratify", 5 * size, 10 * size**exponent, 1e9 * size, 0, None,
                                "12GB", "2026-11-28T07:00+00:00", 0.5)
        )  # fmt: skip
        made.add(scale_kept.Stored(size, "duckdb", int(1e8 * size), int(6e8 * size), 27))
    return made


@pytest.mark.parametrize(("exponent", "says"), [(1.04, "yes"), (1.06, "NO")])
def test_the_promise_is_kept_up_to_its_exponent(tmp_path: Path, exponent: float, says: str) -> None:
    (line,) = [
        line for line in import_module("scale_tables").tables(kept(tmp_path, exponent)).splitlines()
        if line.startswith(f"| duckdb: stratify | {exponent}")
    ]  # fmt: skip
    assert line.endswith(f" 1.00 | {says} |")


def test_two_sizes_are_not_judged(tmp_path: Path) -> None:
    made = kept(tmp_path, 1.5)
    for size in (4.0, 6.0):
        del made.measured[size, "duckdb", 2, "stratify"]
    (line,) = [
        line for line in import_module("scale_tables").tables(made).splitlines() if "stratify | 1.50" in line
    ]  # fmt: skip
    assert line.endswith(" | - |")


def growth(made: Any) -> str:
    """The line of the growth of the one verb that was made up."""
    told = import_module("scale_tables").tables(made).partition("How cost grows")[2]
    return next(line for line in told.splitlines() if line.startswith("| duckdb: stratify"))


def test_growth_is_told_at_one_pace_of_the_machine(tmp_path: Path) -> None:
    """Twice the people take four times the seconds, on a machine that does half as much in each."""
    made = kept(tmp_path, 2.0)
    for size in SIZES:
        made.add(replace(made.measured[size, "duckdb", 2, "stratify"], wall=7 * size**2, pace=120 / size))
    assert growth(made).startswith("| duckdb: stratify | 1.00 | ")
    assert growth(made).endswith(" | 0.0 | 12.0 | 0% | 1.00 | yes |")
    told = import_module("scale_tables").tables(made)
    assert "| duckdb: stratify | 120 | 60 | 30 | 20 |" in told
    assert "| duckdb: stratify | 12.0 | 24.0 | 48.0 | 72.0 |" in told
    assert "| duckdb: stratify | 10.0 | 40.0 | 160.0 | 360.0 |" in told


def test_a_size_whose_pace_is_not_known_is_left_out_when_those_of_two_others_are(tmp_path: Path) -> None:
    made = kept(tmp_path, 2.0)
    line = made.measured[1.0, "duckdb", 2, "stratify"]
    made.add(replace(line, cpu=3.0))
    for size, exponent in ((6.0, "2.62"), (4.0, "1.00"), (2.0, "1.00")):
        made.add(replace(made.measured[size, "duckdb", 2, "stratify"], pace=120 / size))
        assert growth(made).startswith(f"| duckdb: stratify | {exponent} | "), size


def test_a_pace_is_the_mean_of_speeds() -> None:
    """A second at 100 pieces and one at 50 are 150 pieces of work."""
    scale_pace = import_module("scale_pace")
    assert scale_pace.pace([0.01, 0.02]) == pytest.approx(75)
    assert scale_pace.pace([]) is None


def test_one_processor_stands_beside_two(tmp_path: Path) -> None:
    made = kept(tmp_path, 1.0)
    two = made.measured[1.0, "duckdb", 2, "stratify"]
    made.add(replace(two, cores=1, wall=8.0, cpu=8.0))
    told = import_module("scale_tables").tables(made)
    assert "| duckdb: stratify, 1 million | 8.0 | 5.0 | 1.60 | 80% | 1.25 | 25% |" in told


def test_of_several_turns_the_quickest_is_kept(tmp_path: Path) -> None:
    one = kept(tmp_path, 1.0).measured[1.0, "duckdb", 2, "stratify"]
    slow, quick = replace(one, cpu=12.0, wall=4.0), replace(one, cpu=9.0, wall=6.0)
    assert slow.after(None) == slow
    for first, then in ((slow, quick), (quick, slow)):
        assert then.after(first) == replace(quick, turns=2)
    assert slow.after(quick.after(slow)).turns == 3


def test_what_was_kept_is_read_back(tmp_path: Path) -> None:
    made = kept(tmp_path, 1.0)
    found = import_module("scale_kept").Kept.open(made.path)
    assert (found.measured, found.stored, found.machine) == (made.measured, made.stored, made.machine)


def test_predictions_are_the_straight_line_over_the_sum_of_verbs(tmp_path: Path) -> None:
    made = kept(tmp_path, 1.0)
    for size in SIZES:
        one = made.measured[size, "duckdb", 2, "stratify"]
        made.add(replace(one, verb="lists", cpu=26 * size))
    told = import_module("scale_tables").tables(made)
    # 36 s each million; 6e8 bytes each million in parts of 128 MB.
    assert "| 450 | 4.50 | 4.50 to 4.50 | 4.50 | 270 | 2,109 | - | - | - |" in told


def test_the_document_has_the_tables_of_its_measurements() -> None:
    """Every line of every table that `docs/scale.json` is enough for stands in `docs/scale.md`, and no other figure."""
    docs = BENCH.parent / "docs"
    told = import_module("scale_tables").tables(import_module("scale_kept").Kept.open(docs / "scale.json"))
    lines = [line for line in told.splitlines() if line.startswith("|")]
    assert len(lines) > 50
    written = (docs / "scale.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line not in written] == []
    figures = [line for line in written if line.startswith(("| duckdb: ", "| spark: ", "| SQL by hand: "))]
    assert [line for line in figures if line not in lines] == []


def test_what_a_process_leaves_behind_is_measured_as_well(tmp_path: Path) -> None:
    script = tmp_path / "leaves.py"
    script.write_text(
        "import subprocess, sys\n"
        "child = 'import time; kept = bytearray(150_000_000); begun = time.process_time()\\n'\n"
        "child += 'while time.process_time() - begun < 1.0: pass'\n"
        "subprocess.Popen([sys.executable, '-c', child])\n"
    )
    measured = (
        "import os, sys, pathlib; sys.path.insert(0, sys.argv[1]); from scale_tree import run_whole\n"
        "here = pathlib.Path(sys.argv[2]); whole = run_whole([sys.executable, here / 'leaves.py'], here / 'log',"
        " os.environ, here)\n"
        "print(whole.cost.cpu, whole.cost.peak, whole.scratch, whole.pace)"
    )
    told = subprocess.run(
        [sys.executable, "-c", measured, BENCH, tmp_path], capture_output=True, text=True, check=True
    ).stdout.split()
    assert float(told[0]) > 1.0
    assert float(told[1]) > 150e6
    assert int(told[2]) >= script.stat().st_size
    assert 1 < float(told[3]) < 10_000


def test_a_child_that_shares_its_parents_memory_is_counted_once() -> None:
    tree = import_module("scale_tree")
    java = tree.Seen(parent=1, forked=False, size=30_000, resident=12_000)
    made = replace(java, parent=7, forked=True)
    assert tree.memory_of({7: java, 8: made}) == 12_000
    assert tree.memory_of({7: java, 8: replace(made, size=40_000, resident=500)}) == 12_500
    assert tree.memory_of({7: java, 8: replace(made, forked=False)}) == 24_000
    assert tree.memory_of({8: made}) == 12_000


def test_what_tasks_wrote_for_others_is_added_up(tmp_path: Path) -> None:
    task = {"Event": "SparkListenerTaskEnd", "Task Metrics": {"Shuffle Write Metrics": {"Shuffle Bytes Written": 7}}}
    lost = {"Event": "SparkListenerTaskEnd", "Task Metrics": None}
    other = {"Event": "SparkListenerJobEnd", "Job ID": 0}
    lines = [json.dumps(event, separators=(",", ":")) for event in (task, other, lost, task)]
    (tmp_path / "local-1").write_text("\n".join(lines))
    assert import_module("scale_shuffle").shuffled(tmp_path) == 14


@pytest.mark.parametrize("memory", ["12", "0GB", "12 GB", "12g"])
def test_an_amount_of_memory_is_in_gigabytes(memory: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        import_module("scale").arguments(["--memory", memory])
    assert f"`{memory}` is not an amount such as 12GB" in capsys.readouterr().err


def test_two_do_not_measure_at_once(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        told = python("--var", tmp_path)
    assert told.returncode == 1
    assert told.stderr == f"another bench is measuring in {tmp_path}\n"


def test_the_smallest_run_is_measured_once_and_its_home_removed(tmp_path: Path) -> None:
    smallest = ("--millions", 0.002, "--engines", "duckdb", "--verbs", "stratify", "--var", tmp_path)
    first = python(*smallest)
    assert first.returncode == 0, first.stdout + first.stderr
    for begins in ("0.002 million, duckdb, ingest: wall", "0.002 million, duckdb, stratify: wall"):
        assert f"\n{begins}" in first.stdout
    assert "\n| 0.002 | duckdb | " in first.stdout
    assert "SQL by hand: stratify" in first.stdout
    assert not (tmp_path / "duckdb-0.002").exists()
    again = python(*smallest)
    assert again.stdout
    assert first.stdout.endswith(again.stdout)
