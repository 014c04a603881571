"""A small region that many tests read: synthesised and ingested once per worker, never changed by a test."""

import datetime as dt
import shutil

import pytest

from samspil import verbs

REGION_AS_OF = dt.date(2016, 10, 15)


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory):
    """The packages of a synthetic region of 4,000 persons with four years of history."""
    folder = tmp_path_factory.mktemp("region") / "deliveries"
    verbs.synth(4_000, folder, seed=7, as_of=REGION_AS_OF)
    return folder


@pytest.fixture(scope="session")
def region_home(deliveries, tmp_path_factory):
    """A warehouse with the region in it, for reading only."""
    home = tmp_path_factory.mktemp("home") / "var"
    report = verbs.ingest([deliveries], home)
    assert not report.refused, str(report)
    return home


@pytest.fixture
def own_home(region_home, tmp_path):
    """A copy of the region's warehouse that a test may change."""
    home = tmp_path / "var"
    shutil.copytree(region_home, home)
    return home
