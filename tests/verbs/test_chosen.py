"""Which verbs follow the chosen engine, and which run inside the process whatever is chosen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from samspil import verbs
from samspil.programmes.loader import PROGRAMMES
from samspil.warehouse import lake, load
from samspil.warehouse.choice import using
from tests.warehouse.packages import ANNA, Package

D = dt.date(2016, 10, 15)
STUDY = PROGRAMMES / "odense-ic" / "studies" / "daemp.yaml"


class Asked(Exception):
    """Somebody asked for an engine."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No engine starts; whoever asks for one is told its name."""

    def connect(_tmp: Path, name: str) -> NoReturn:
        raise Asked(name)

    for module in (lake, load):
        monkeypatch.setattr(module, "connect", connect)


FOLLOW: dict[str, Callable[[Path], Any]] = {
    "stratify": lambda home: verbs.stratify(["daemp"], D, home=home),
    "lists": lambda home: verbs.lists("daemp", D, home=home),
    "validate": lambda home: verbs.validate("daemp", dt.date(2015, 10, 15), home=home),
    "indicators": lambda home: verbs.indicators("t2d", D, home=home),
    "segments": lambda home: verbs.segments(D, home=home),
    "cost": lambda home: verbs.cost(D, home=home),
    "tables": lambda home: verbs.tables(home)["person"],
}
EMBEDDED: dict[str, Callable[[Path], Any]] = {
    "explain": lambda home: verbs.explain("daemp", D, 1, home=home),
    "segments --explain": lambda home: verbs.explain_segments(1, D, home=home),
    "cohort": lambda home: verbs.cohort("sdsp", D, home=home),
    "evaluate": lambda home: verbs.evaluate(STUDY, home=home),
    "person": lambda home: verbs.person_id(ANNA, "a test", home=home),
}
LEAVE: dict[str, Callable[[str, Path], Any]] = {
    "publish": lambda run, home: verbs.publish(run, home=home),
    "release": lambda run, home: verbs.release(run, ["daemp"], audience="analyst", purpose="a test", home=home),
}


@pytest.mark.parametrize("name", FOLLOW)
def test_what_is_about_a_whole_population_runs_on_the_chosen_engine(name: str, region_home: Path, asked: None) -> None:
    for engine in ("spark", "duckdb"):
        with using(engine), pytest.raises(Asked, match=f"^{engine}$"):
            FOLLOW[name](region_home)


def test_deliveries_are_loaded_by_the_chosen_engine(tmp_path: Path, asked: None) -> None:
    folder = Package("civil").add("person", cpr=ANNA).write(tmp_path / "delivery")
    with using("spark"), pytest.raises(Asked, match=r"^spark$"):
        verbs.ingest([folder], home=tmp_path / "home")


@pytest.mark.parametrize("name", EMBEDDED)
def test_what_looks_at_one_person_or_hands_rows_to_libraries_runs_in_the_process(
    name: str, own_home: Path, asked: None
) -> None:
    with using("spark"), pytest.raises(Asked, match=r"^duckdb$"):
        EMBEDDED[name](own_home)


@pytest.mark.django_db
@pytest.mark.parametrize("name", LEAVE)
def test_kept_runs_of_another_engine_leave_through_the_process(
    name: str, own_home: Path, request: pytest.FixtureRequest
) -> None:
    run = verbs.stratify(["daemp"], D, home=own_home).name
    request.getfixturevalue("asked")
    with using("spark"), pytest.raises(Asked, match=r"^duckdb$"):
        LEAVE[name](run, own_home)


def test_a_lake_keeps_the_engine_it_was_opened_with(own_home: Path, asked: None) -> None:
    with using("spark"):
        opened = lake.Lake.open(lake.Home.find(own_home))
    with pytest.raises(Asked, match=r"^spark$"):
        opened.tables  # noqa: B018 - asking is enough
