"""Releases are kept as they left: the same content once, nothing changed unseen, nothing half-done."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samspil.definitions import SamspilError
from samspil.warehouse.home import Home
from samspil.warehouse.releases import (
    LOG,
    StoredRelease,
    all_releases,
    find_release,
    finish_releases,
    keep_release,
    read_log,
    refuse,
    releases_folder,
    verify,
)
from samspil.warehouse.sources import changing
from tests.warehouse.processes import Kill, Note, Watch, events_that_differ, run

WHO = {"purpose": "a meeting"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def make(home: Home, content: str = "a,b\n1,2\n", **description: Any) -> StoredRelease:
    with changing(home):
        return keep_release(home, {"run": "r", **description}, lambda folder: _write(folder, content), who=WHO)


def _write(folder: Path, content: str) -> None:
    (folder / "results.csv").write_text(content)


def test_a_second_release_of_the_same_content_is_the_same_artefact(home: Home) -> None:
    first, second = make(home), make(home)
    assert first.id == second.id
    assert first.description == second.description
    assert [line["event"] for line in read_log(home)] == ["released", "again"]
    assert make(home, "a,b\n1,3\n").id != first.id
    assert make(home, audience="public").id != first.id
    assert not verify(home).faults


def test_files_of_a_release_are_read_only_and_say_what_they_are(home: Home) -> None:
    made = make(home)
    assert {path.stat().st_mode & 0o222 for path in made.folder.iterdir()} == {0}
    assert made.description["first"]["purpose"] == "a meeting"
    assert list(made.description["files"]) == ["results.csv"]
    assert find_release(home, made.id[:6]).id == made.id


def test_a_refused_attempt_is_logged_with_its_reason(home: Home) -> None:
    with changing(home):
        refuse(home, {"run": "r", "why": "the column `cpr` is a cpr"})
    (line,) = read_log(home)
    assert (line["event"], line["why"]) == ("refused", "the column `cpr` is a cpr")
    assert not all_releases(home)


def test_what_cannot_be_written_leaves_nothing(home: Home) -> None:
    def fail(folder: Path) -> None:
        _write(folder, "half")
        raise SamspilError("the disk is full")

    with pytest.raises(SamspilError, match="full"), changing(home):
        keep_release(home, {"run": "r"}, fail, who=WHO)
    assert not list(releases_folder(home).iterdir())


def change_a_file(home: Home, made: StoredRelease) -> None:
    path = made.folder / "results.csv"
    path.chmod(0o644)
    path.write_text("a,b\n1,9\n")


def take_a_file(home: Home, made: StoredRelease) -> None:
    (made.folder / "results.csv").unlink()


def put_in_a_file(home: Home, made: StoredRelease) -> None:
    (made.folder / "more.csv").write_text("x")


def change_the_description(home: Home, made: StoredRelease) -> None:
    path = made.folder / "release.json"
    path.chmod(0o644)
    path.write_text(path.read_text().replace("a meeting", "research"))


def take_a_release(home: Home, made: StoredRelease) -> None:
    shutil.rmtree(made.folder)


def put_in_a_release(home: Home, made: StoredRelease) -> None:
    shutil.copytree(made.folder, made.folder.with_name("0123456789abcdef"))


def change_a_line(home: Home, made: StoredRelease) -> None:
    rewrite(home, lambda lines: [lines[0].replace("a meeting", "research"), *lines[1:]])


def take_a_line(home: Home, made: StoredRelease) -> None:
    rewrite(home, lambda lines: [lines[0], *lines[2:]])


def put_in_a_line(home: Home, made: StoredRelease) -> None:
    rewrite(home, lambda lines: [lines[0], lines[0], *lines[1:]])


def rewrite(home: Home, change: Callable[[list[str]], list[str]]) -> None:
    path = releases_folder(home) / LOG
    path.write_text("\n".join(change(path.read_text().splitlines())) + "\n")


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (change_a_file, "results.csv was changed"),
        (take_a_file, "results.csv is missing"),
        (put_in_a_file, "more.csv was put in"),
        (change_the_description, "release.json was changed"),
        (take_a_release, "the release is missing"),
        (put_in_a_release, "the log does not name it"),
        (change_a_line, "changed, taken out or put in"),
        (take_a_line, "changed, taken out or put in"),
        (put_in_a_line, "changed, taken out or put in"),
    ],
)
def test_whatever_is_changed_taken_or_put_in_is_found(
    home: Home, tamper: Callable[[Home, StoredRelease], None], says: str
) -> None:
    made = make(home)
    make(home, "another")
    make(home, "a third")
    assert not verify(home).faults
    tamper(home, made)
    assert any(says in fault for fault in verify(home).faults), verify(home).faults


def test_lines_cut_off_the_end_are_found_by_a_seal_kept_elsewhere(home: Home) -> None:
    make(home)
    with changing(home):
        refuse(home, {"why": "too small"})
    seal = verify(home).seal
    assert not verify(home, seal).faults
    rewrite(home, lambda lines: lines[:-1])
    assert not verify(home).faults
    assert "cut off" in verify(home, seal).faults[0]


def test_a_line_that_was_not_written_to_its_end_is_taken_away_by_the_next(home: Home) -> None:
    make(home)
    with (releases_folder(home) / LOG).open("a") as log:
        log.write('{"number": 2, "event": "rel')
    assert "not whole" in verify(home).faults[0]
    make(home, "another")
    assert [line["number"] for line in read_log(home)] == [1, 2]
    assert not verify(home).faults


def test_a_line_that_cannot_be_read_is_named(home: Home) -> None:
    make(home)
    rewrite(home, lambda lines: ["not json"])
    with pytest.raises(SamspilError, match=r"log\.jsonl:1"):
        read_log(home)


def release_in_process(home: Path, act: Callable[[Path], Callable[[int], None]]) -> None:
    sys.addaudithook(Watch(home, act(home)))
    make(Home(home), "killed maybe")


@pytest.mark.slow
def test_a_release_killed_at_any_moment_is_there_wholly_or_not_at_all(tmp_path: Path) -> None:
    base, home, log = tmp_path / "base", tmp_path / "home", tmp_path / "log"
    before = make(Home(base), "before")
    shutil.copytree(base, home)
    assert run(release_in_process, home, Note(log)) == 0
    seen = set()
    for number in events_that_differ(log):
        shutil.rmtree(home)
        shutil.copytree(base, home)
        assert run(release_in_process, home, Kill(number)) == -signal.SIGKILL
        place = Home(home)
        with changing(place):
            finish_releases(place)
        made = all_releases(place)
        seen.add(len(made))
        assert made[0].id == before.id
        assert not verify(place).faults, f"killed at event {number}"
        again = make(place, "killed maybe")
        assert not verify(place).faults
        assert {each.id for each in all_releases(place)} == {before.id, again.id}
        assert json.loads((again.folder / "release.json").read_bytes())["id"] == again.id
    assert seen == {1, 2}
