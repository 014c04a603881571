"""A whole chain on a real cluster: workers die at work, the driver is small, and one practice has most of the people.

It is done once, with all of that at once, since starting costs more than the work; each test looks at what came of it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.warehouse.embedded import EmbeddedEngine
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.runs import all_runs
from samspil.warehouse.spark.session import settings
from samspil.warehouse.state import read_state
from samspil.warehouse.vault import identities
from tests.conftest import REGION_AS_OF
from tests.engines import same
from tests.spark.cluster import Cluster
from tests.spark.driver import PEOPLE, Driver
from tests.spark.events import lost_tasks, plan_sizes, shuffled_rows

pytestmark = [pytest.mark.slow, pytest.mark.spark]

#: Most of the people's practice, and the code that most contacts have.
SHARE = 0.8
#: What plans of segments need of a driver, and how much of results it may be sent: less than the people who are scored.
MEMORY, RESULTS = "1g", "64k"
SERIAL = "-XX:+UseSerialGC"
#: Workers are quick to start: nothing they do is long enough to be worth compiling well, as a driver's plans are.
QUICK = f"-XX:TieredStopAtLevel=1 {SERIAL}"
CHAIN = (
    "stratify --model daemp --as-of {day} --out {out}/items.csv",
    "lists --model daemp --as-of {day} --out {out}/lists.csv",
    "indicators --set t2d --as-of {day} --by network --since {before} --every '12 months' --out {out}/indicators.csv",
    "validate --model daemp --as-of {before} --out {out}",
    "segments --as-of {day} --by municipality --out {out}/segments.csv",
    "cost --as-of {day} --by municipality --out {out}/cost.csv",
)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    running = Cluster()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small region in which one practice has most of the people, and most diagnoses are one."""
    folder = tmp_path_factory.mktemp("region") / "deliveries"
    verbs.synth(3_000, folder, seed=3, as_of=REGION_AS_OF)
    _gather(folder, "affiliation", "provider_number")
    _gather(folder, "gp_diagnosis", "icpc2")
    return folder


def _gather(folder: Path, table: str, column: str) -> None:
    """Give most rows of a delivered table the value that is the most common already."""
    (path,) = folder.glob(f"*/{table}.parquet")
    rows = pq.read_table(path)
    values = rows[column].to_pylist()
    most = Counter(values).most_common(1)[0][0]
    gathered = [most if number % 10 < SHARE * 10 else value for number, value in enumerate(values)]
    place = rows.schema.get_field_index(column)
    pq.write_table(rows.set_column(place, column, pa.array(gathered, rows.schema.field(column).type)), path)
    descriptor = path.parent / "datapackage.json"
    described = json.loads(descriptor.read_text(encoding="utf-8"))
    for resource in described["resources"]:
        if resource["name"] == table:
            resource["hash"] = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    descriptor.write_text(json.dumps(described, ensure_ascii=False), encoding="utf-8")


@dataclass
class Worked:
    """What came of the chain on the cluster, and on this machine alone."""

    folder: Path
    cluster: Cluster
    said: str
    #: What each command of the chain printed on the cluster, and with the embedded engine.
    printed: tuple[list[str], list[str]]

    @property
    def home(self) -> Path:
        return self.folder / "spark"

    @property
    def alone(self) -> Path:
        """The home that the embedded engine loaded the same deliveries into."""
        return self.folder / "alone"

    @property
    def repeated(self) -> Path:
        """The home of the cluster, on which the embedded engine did the rest of the chain."""
        return self.folder / "repeated"


def commands(home: Path, *verbs_of_chain: str) -> list[str]:
    out = home.with_name(f"{home.name}-out")
    out.mkdir(exist_ok=True)
    before = REGION_AS_OF.replace(year=REGION_AS_OF.year - 1)
    return [command.format(day=REGION_AS_OF, before=before, out=out) for command in verbs_of_chain]


def environment(cluster: Cluster, home: Path, engine: str = "spark", **more: str) -> dict[str, str]:
    own = f"{SERIAL} {settings(home, 'local')['spark.driver.extraJavaOptions']}"
    conf = cluster.settings(
        executor_memory="700m", executor_extraJavaOptions=QUICK, driver_extraJavaOptions=own, driver_memory=MEMORY,
        driver_maxResultSize=RESULTS, sql_autoBroadcastJoinThreshold="16k", eventLog_enabled="true",
        eventLog_compress="false",
        eventLog_rolling_enabled="false", eventLog_dir=str(cluster.folder), sql_shuffle_partitions="6",
        # Sorting looks at some rows of each part first; of a large population they are few, of this one nearly all.
        sql_execution_rangeExchange_sampleSizePerPartition="10",
    )  # fmt: skip
    ours = {"SAMSPIL_SPARK_CONF": str(conf), "SAMSPIL_ENGINE": engine, "SAMSPIL_HOME": str(home)}
    return cluster.environment | ours | more


@pytest.fixture(scope="module")
def worked(cluster: Cluster, packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """The chain, in which one worker is killed while rows are loaded, and another while people are scored."""
    folder = tmp_path_factory.mktemp("cluster")
    home, alone, repeated = folder / "spark", folder / "alone", folder / "repeated"
    loading = "civil: loading household"
    by_cluster = [str(packages / name) for name in ("civil", "general_practice")]
    # What the cluster loads is enough to lose a worker in; engines share a lake.
    chain = [f"ingest {' '.join(by_cluster)}", f"ingest {packages} --engine duckdb", *commands(home, *CHAIN), "collect"]
    driver = Driver(folder / "driver", environment(cluster, home), chain, holds=(loading, "stratify"))
    try:
        first, second = cluster.workers
        driver.kill_worker_at_work(cluster, first, loading)
        cluster.add_worker()
        driver.kill_worker_at_work(cluster, second, "stratify")
        assert driver.finish() == 0, driver.said
    finally:
        driver.kill()
    verbs.ingest([*map(Path, by_cluster), packages], home=alone)
    shutil.copytree(home, repeated, ignore=shutil.ignore_patterns("runs"))
    embedded = environment(cluster, repeated, "duckdb")
    repeating = Driver(folder / "repeating", embedded, commands(repeated, *CHAIN))
    assert repeating.finish() == 0, repeating.said
    return Worked(folder, cluster, driver.said, (driver.printed()[-len(CHAIN) - 1 : -1], repeating.printed()))


def of_people(home: Path) -> dict[str, pa.Table]:
    """The tables of a lake, with people's CPR numbers in place of their random ones."""
    lake = Lake.open(Home(home))
    known = identities(lake.engine, lake.home, lake.state).rename(number="person_id")

    def named(rows: ir.Table) -> ir.Table:
        return rows.left_join(known, rows.person_id == known.number).drop("person_id", "number")

    return {
        name: (named(rows) if "person_id" in rows.columns else rows).to_pyarrow() for name, rows in lake.tables.items()
    }


def test_killed_workers_were_at_work(worked: Worked) -> None:
    assert lost_tasks(worked.cluster.folder) >= 2


def test_the_lake_holds_what_one_machine_loads(worked: Worked) -> None:
    ours, theirs = of_people(worked.home), of_people(worked.alone)
    assert set(ours) == set(theirs)
    for name, rows in ours.items():
        same(rows, theirs[name])


def test_a_person_has_one_number_whoever_drew_it(worked: Worked) -> None:
    """A worker that is lost and asked again would draw others."""
    lake = Lake.open(Home(worked.home))
    known = identities(lake.engine, lake.home, lake.state).to_pyarrow().to_pydict()
    assert len(set(known["cpr"])) == len(set(known["person_id"])) == len(known["cpr"]) > 0
    for name, rows in lake.tables.items():
        if "person_id" in rows.columns:
            strangers = set(rows.person_id.to_pyarrow().to_pylist()) - set(known["person_id"])
            assert not strangers, name


def test_runs_and_files_are_those_of_one_machine(worked: Worked, tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path)
    ours, theirs = (
        {path.relative_to(home / "runs"): path for path in sorted((home / "runs").glob("*/*.parquet"))}
        for home in (worked.home, worked.repeated)
    )
    assert list(ours) == list(theirs)
    assert len({path.parent for path in ours}) == 4
    for name, path in ours.items():
        same(engine.read([str(path)], "ours").to_pyarrow(), engine.read([str(theirs[name])], "theirs").to_pyarrow())
    described = [
        [run.description | {"engine": None} for run in sorted(all_runs(Home.find(home)), key=lambda run: run.name)]
        for home in (worked.home, worked.repeated)
    ]
    assert described[0] == described[1]
    files = [path.name for path in sorted((worked.folder / "spark-out").iterdir())]
    assert {"items.csv", "lists.csv", "indicators.csv", "segments.csv", "cost.csv"} < set(files)
    assert len(files) == len(CHAIN) + 1, "validate writes a page and a text"
    for name in files:
        ours_now, theirs_now = ((worked.folder / f"{home}-out" / name).read_bytes() for home in ("spark", "repeated"))
        assert ours_now == theirs_now, name


def test_commands_print_the_same(worked: Worked) -> None:
    ours, theirs = worked.printed
    assert len(ours) == len(theirs) == len(CHAIN)
    for one, other in zip(ours, theirs, strict=True):
        assert len(one.splitlines()) > 2, "more than the command"
        assert one.replace(f"{worked.home}-out", "") == other.replace(f"{worked.repeated}-out", "")


def test_no_half_file_is_left_behind(worked: Worked) -> None:
    state = read_state(Home(worked.home))
    assert set(state.deliveries) == set(read_state(Home(worked.alone)).deliveries)
    named = {s.file for source in state.sources.values() for t in source.tables.values() for s in t}
    named |= {
        *state.identity_files,
        *(f"{kind}/{d}.parquet" for d in state.deliveries for kind in ("rejects", "names")),
    }
    for root in (worked.home / "lake" / "data", worked.home / "vault"):
        for path in root.rglob("*.parquet"):
            within = path.relative_to(worked.home / root.relative_to(worked.home).parts[0])
            assert {part.as_posix() for part in (within, *within.parents)} & named, within
    assert not list(worked.home.rglob("_temporary"))


def test_the_people_would_not_fit_into_the_driver(worked: Worked) -> None:
    """The control: who asks the driver for everybody is refused, under the limit that the chain ran with."""
    assert "collecting everybody: " in worked.said
    assert "spark.driver.maxResultSize" in worked.said


def test_no_verb_asks_for_rows_with_people_all_at_once(worked: Worked) -> None:
    """But for the control above."""
    assert len([line for line in worked.said.splitlines() if line.startswith(PEOPLE)]) == 1


def test_no_task_has_nearly_all_the_rows(worked: Worked) -> None:
    """One practice has most of the people and one code most of the contacts; sums are made in two steps."""
    large = [rows for rows in shuffled_rows(worked.cluster.folder) if len(rows) > 3 and sum(rows) > 2_000]
    assert large
    assert max(max(rows) / sum(rows) for rows in large) < 0.6


def test_no_large_plan_is_written_out(worked: Worked) -> None:
    """Written at each stage, the plans of segments and cost took longer than their work."""
    assert 0 < max(plan_sizes(worked.cluster.folder)) < 30
