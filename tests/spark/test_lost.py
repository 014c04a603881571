"""A driver that is killed while it loads, and a cluster that loses every worker: what was there stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from samspil import verbs
from samspil.warehouse.home import Home
from samspil.warehouse.state import read_state
from tests.spark.cluster import Cluster
from tests.spark.driver import Driver
from tests.warehouse.house import House
from tests.warehouse.packages import ANNA, CARL, Package
from tests.warehouse.test_kill import unnamed_files

pytestmark = [pytest.mark.slow, pytest.mark.spark]

LOADING = "later: loading household"


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    running = Cluster(workers=1)
    yield running
    running.stop()


def environment(cluster: Cluster, home: Path) -> dict[str, str]:
    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    conf = cluster.settings(executor_memory="700m", executor_extraJavaOptions=quick, sql_shuffle_partitions="2")
    own = {"SAMSPIL_SPARK_CONF": str(conf), "SAMSPIL_ENGINE": "spark", "SAMSPIL_HOME": str(home)}
    return cluster.environment | own | {"SAMSPIL_SPARK_PATIENCE": "20"}


def test_what_is_lost_in_the_middle_of_a_load_is_loaded_again(cluster: Cluster, tmp_path: Path) -> None:
    house = House(tmp_path)
    house.load(Package("civil", name="before").add("person", cpr=ANNA))
    anna, before = house.person(ANNA), house.state()
    later = Package("civil", name="later", extracted_at="2016-02-02T03:00:00+01:00")
    folder = later.add("person", cpr=ANNA).add("person", cpr=CARL).add("household", cpr=CARL).write(tmp_path / "later")
    command = [f"ingest {folder}"]

    killed = Driver(tmp_path / "killed", environment(cluster, house.home), command, holds=[LOADING])
    killed.wait_before(LOADING)
    killed.kill()
    assert house.state() == before
    assert house.counts() == {"person": 1, "household": 0}
    assert unnamed_files(house.home)

    alone = Driver(tmp_path / "alone", environment(cluster, house.home), command, holds=[LOADING])
    try:
        alone.wait_before(LOADING)
        for worker in cluster.workers:
            cluster.kill(worker)
        alone.let_go(LOADING)
        assert alone.finish() == 2, alone.said
    finally:
        alone.kill()
    said = " ".join(alone.said.split())
    assert f"spark: waiting for workers of {cluster.master} (for 20 seconds)" in said
    assert f"because {cluster.master} has had no worker for 20 seconds" in said
    assert "Traceback" not in said
    assert house.state() == before

    assert verbs.ingest([folder], home=house.home).packages[0].refused is None
    assert house.counts() == {"person": 2, "household": 1}
    assert house.person(ANNA) == anna
    assert unnamed_files(house.home) == set()
    assert list(read_state(Home(house.home)).deliveries)[-1].startswith("later")
