"""A small warehouse for backups, with something of everything that a home holds."""

import datetime as dt
import shutil

import pytest

from samspil import verbs
from samspil.warehouse.home import Home
from samspil.warehouse.releases import keep_release
from samspil.warehouse.sources import changing
from samspil.warehouse.studies import register

AS_OF = dt.date(2016, 10, 15)


@pytest.fixture(scope="session")
def small_region(tmp_path_factory):
    """The packages of a synthetic region of 300 persons."""
    folder = tmp_path_factory.mktemp("small") / "deliveries"
    verbs.synth(300, folder, seed=3, as_of=AS_OF)
    return folder


@pytest.fixture(scope="session")
def small_home(small_region, tmp_path_factory):
    """A home with the region, a run, a release and a registered study, for reading only."""
    home = tmp_path_factory.mktemp("small-home") / "var"
    assert not verbs.ingest([small_region], home).refused
    verbs.stratify(["daemp"], AS_OF, home=home)
    place = Home.find(home)
    with changing(place):
        register(place, "study", "1", "f" * 64, {}, AS_OF)
        keep_release(
            place, {"manifest": {}}, lambda folder: (folder / "a.csv").write_text("a\n1\n"), who={"purpose": "test"}
        )
    return home


@pytest.fixture
def home(small_home, tmp_path, monkeypatch):
    """A copy of it that a test may change. It has no care plane, whatever database the tests run on."""
    monkeypatch.delenv("SAMSPIL_DATABASE_URL", raising=False)
    return shutil.copytree(small_home, tmp_path / "var")
