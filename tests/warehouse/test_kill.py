"""A process killed at any moment leaves the state before or the state after, and nothing in between."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from samspil import verbs
from samspil.verbs.scoring import runs
from samspil.warehouse.home import Home
from samspil.warehouse.place import outermost
from samspil.warehouse.state import State, all_states
from tests.warehouse.house import House, day
from tests.warehouse.packages import ANNA, BO, CARL, Package, cpr
from tests.warehouse.processes import Kill, Note, events_that_differ, ingest, ingest_in_parts, purge, run

#: As many moments are tried: all of the last ones, in which a change becomes the truth, and some of those before.
MOMENTS, LAST = 20, 10


def moments(log: Path) -> list[int]:
    found = events_that_differ(log)
    first, last = found[:-LAST], found[-LAST:]
    step = max(1, -(-len(first) // (MOMENTS - LAST)))
    return first[::step] + last


def unnamed_files(home: Path) -> set[str]:
    """Files of the lake's data and of the vault that no state names, and files half-written."""
    named = {"access.jsonl"}
    for state in all_states(Home(home)):
        named |= {s.file for source in state.sources.values() for t in source.tables.values() for s in t}
        named |= set(state.identity_files)
        named |= {f"{kind}/{delivery}.parquet" for delivery in state.deliveries for kind in ("rejects", "names")}
    found = set()
    for root in (home / "lake", home / "vault"):
        files = set(outermost(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()))
        found |= {name for name in files - named if not name.startswith(("states/0", "refused/")) and name != "CURRENT"}
    return found


@pytest.mark.slow
def test_an_ingest_killed_at_any_moment_can_be_done_again(tmp_path: Path) -> None:
    base = House(tmp_path / "base")
    base.load(Package("civil", name="before").add("person", cpr=ANNA).add("person", cpr=BO))
    anna, before = base.person(ANNA), base.counts()
    later = Package("civil", name="later", extracted_at="2016-02-02T03:00:00+01:00")
    later.add("person", cpr=ANNA).add("person", cpr=CARL, sex="X").fill(60).add("household", cpr=cpr(2000))
    folder, after = later.write(tmp_path / "later"), {"person": 61, "household": 1}

    house = House(tmp_path)
    log = tmp_path / "log"
    shutil.copytree(base.home, house.home)
    assert run(ingest, house.home, folder, Note(log)) == 0
    assert house.counts() == after
    seen: set[int] = set()
    for number in moments(log):
        shutil.rmtree(house.home)
        shutil.copytree(base.home, house.home)
        assert run(ingest, house.home, folder, Kill(number)) == -signal.SIGKILL
        state = house.state().number
        seen.add(state)
        assert house.counts() == {1: before, 2: after}[state], f"killed at event {number}"
        report = verbs.ingest([folder], home=house.home)
        assert [(part.refused, part.unchanged) for part in report.packages] == [(None, state == 2)]
        assert (house.state().number, house.counts()) == (2, after)
        assert house.person(ANNA) == anna
        assert unnamed_files(house.home) == set(), f"left behind when killed at event {number}"
        assert not list((house.home / "tmp").iterdir())
    assert 1 in seen


@pytest.mark.slow
@pytest.mark.parametrize("work", [ingest, ingest_in_parts], ids=["whole", "in parts"])
def test_a_first_ingest_killed_at_any_moment_can_be_done_again(tmp_path: Path, work: Callable[..., None]) -> None:
    house, log = House(tmp_path), tmp_path / "log"
    folder = Package("health_insurance").fill(60).write(tmp_path / "first")
    assert run(work, house.home, folder, Note(log)) == 0
    for number in moments(log)[::3]:
        shutil.rmtree(house.home)
        assert run(work, house.home, folder, Kill(number)) == -signal.SIGKILL
        state = house.state().number
        assert house.counts() == ({"specialist_contact": 60} if state else {})
        assert not verbs.ingest([folder], home=house.home).refused
        assert house.counts() == {"specialist_contact": 60}
        assert unnamed_files(house.home) == set()


def citizens() -> Package:
    return Package("civil").add("person", cpr=ANNA).add("household", cpr=ANNA)


def practice() -> Package:
    return Package("general_practice").add("practice").add("affiliation", cpr=ANNA).add("gp_contact", cpr=ANNA)


DRUG = "Rarodrugin"


@pytest.mark.slow
def test_a_purge_killed_at_any_moment_is_finished_by_the_next_change(tmp_path: Path) -> None:
    """Either everything is there still, or the purge is decided and the next change completes it."""
    base = House(tmp_path / "base")
    drugs = Package("prescriptions", name="drugs").add("dispensing", cpr=ANNA, name=DRUG)
    drugs.add("dispensing", cpr=CARL, name=DRUG, packages="many").fill(60)
    refused = Package("prescriptions", name="refused").add("dispensing", price=DRUG)
    base.ingest(citizens(), practice(), drugs, refused)
    made = verbs.stratify(["sad", "daemp"], day("2016-01-02"), home=base.home)
    assert runs(base.home) == [made.name]
    before = base.state()
    traces = (DRUG, "drugs-", "refused-", CARL, "Citalopram")

    house, log = House(tmp_path), tmp_path / "log"
    shutil.copytree(base.home, house.home)
    assert run(purge, house.home, "prescriptions", Note(log)) == 0
    decided: set[bool] = set()
    for number in events_that_differ(log):
        shutil.rmtree(house.home)
        shutil.copytree(base.home, house.home)
        assert run(purge, house.home, "prescriptions", Kill(number)) == -signal.SIGKILL
        state = house.state()
        decided.add(state.number > before.number)
        if state.number == before.number:
            assert untouched(house, base, state)
            continue
        assert "dispensing" not in verbs.tables(house.home)
        verbs.switch_off("hospital", "the next change", home=house.home)
        found = house.files_with(*traces)
        assert {name for name in found if not name.startswith("lake/states/")} == set(), f"killed at event {number}"
        assert unnamed_files(house.home) == set()
        assert house.files_with(DRUG, CARL, "Citalopram") == set()
        assert [path.name for path in (house.home / "runs").iterdir()] == [], f"killed at event {number}"
        assert all(record.finished for record in house.state().purges)
    assert decided == {True, False}


def untouched(house: House, base: House, state: State) -> bool:
    """Whether everything a state holds is as it was."""
    now, before = house.files("lake/data", "vault", "runs"), base.files("lake/data", "vault", "runs")
    return state == base.state() and all(now.get(name) == content for name, content in before.items())
