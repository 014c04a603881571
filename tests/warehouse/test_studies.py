"""The register of studies: pre-registered by hash, and a changed study is a new version."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from samspil.definitions import SamspilError
from samspil.warehouse.home import Home
from samspil.warehouse.studies import REGISTER, register, registered

DAY = dt.date(2026, 1, 1)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = Home(tmp_path)
    place.create()
    return place


def put(home: Home, version: str, fingerprint: str, day: dt.date = DAY, study: str = "daemp") -> dt.date:
    return register(home, study, version, fingerprint, {"version": version}, day).day


def test_a_study_keeps_the_day_it_was_first_registered_on(home: Home) -> None:
    put(home, "1", "a")
    assert put(home, "1", "a", DAY + dt.timedelta(days=30)) == DAY
    assert len(registered(home, "daemp")) == 1


def test_changed_content_needs_a_new_version(home: Home) -> None:
    put(home, "1", "a")
    with pytest.raises(SamspilError, match=r"version `1` of the study `daemp` was registered on 2026-01-01 with other"):
        put(home, "1", "b")
    put(home, "2", "b")
    assert [each.fingerprint for each in registered(home, "daemp")] == ["a", "b"]


def test_studies_do_not_know_of_each_other(home: Home) -> None:
    put(home, "1", "a")
    put(home, "1", "b", study="sad")
    assert [each.fingerprint for each in registered(home, "sad")] == ["b"]
    assert len(registered(home)) == 2


@pytest.mark.parametrize("change", ["content", "order", "out"])
def test_a_register_that_was_changed_is_told(home: Home, change: str) -> None:
    for version in ("1", "2", "3"):
        put(home, version, version)
    path = home.root / REGISTER
    lines = path.read_text(encoding="utf-8").splitlines()
    if change == "content":
        lines[0] = lines[0].replace('"fingerprint": "1"', '"fingerprint": "9"')
    elif change == "order":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        del lines[1]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(SamspilError, match=r"studies.jsonl:2: the register was changed"):
        registered(home)
