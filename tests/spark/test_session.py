"""How a Spark session is configured, and what is said when it does not begin."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from samspil.definitions import SamspilError
from samspil.warehouse.spark import session as sessions
from samspil.warehouse.spark.session import session, settings
from samspil.warehouse.spark.waiting import Waiting, patience, watch

CLUSTER = "spark://node:7077"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SAMSPIL_SPARK_MASTER", "SAMSPIL_SPARK_CONF", "SAMSPIL_SPARK_PATIENCE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def conf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of settings."""
    path = tmp_path / "spark.conf"
    monkeypatch.setenv("SAMSPIL_SPARK_CONF", str(path))
    return path


# Settings


def test_a_file_has_one_setting_on_a_line_as_sparks_own_has(conf: Path, tmp_path: Path) -> None:
    conf.write_text(
        "# memory\n\nspark.executor.memory 4g\nspark.executor.cores=2\nspark.driver.memory\t1g\n"
        "spark.executor.extraJavaOptions -Da=1 -Db=2\n",
        encoding="utf-8",
    )
    found = settings(tmp_path, CLUSTER)
    assert found["spark.executor.memory"] == "4g"
    assert found["spark.executor.cores"] == "2"
    assert found["spark.driver.memory"] == "1g"
    assert found["spark.executor.extraJavaOptions"] == "-Da=1 -Db=2"


def test_the_usual_can_be_changed(conf: Path, tmp_path: Path) -> None:
    conf.write_text("spark.sql.files.maxPartitionBytes 64MB\n", encoding="utf-8")
    assert settings(tmp_path, CLUSTER)["spark.sql.files.maxPartitionBytes"] == "64MB"


@pytest.mark.parametrize("name", ["spark.sql.session.timeZone", "spark.sql.ansi.enabled", "spark.speculation"])
def test_what_results_depend_on_cannot_be_changed(conf: Path, tmp_path: Path, name: str) -> None:
    conf.write_text(f"spark.executor.memory 4g\n{name} other\n", encoding="utf-8")
    with pytest.raises(SamspilError, match=rf"spark\.conf:2: results depend on `{name}`"):
        settings(tmp_path, CLUSTER)


def test_the_file_does_not_say_where_the_cluster_is(conf: Path, tmp_path: Path) -> None:
    conf.write_text("spark.master spark://other:7077\n", encoding="utf-8")
    assert settings(tmp_path, CLUSTER)["spark.master"] == CLUSTER


@pytest.mark.parametrize("line", ["executor.memory 4g", "spark.executor.memory", "spark.executor.memory="])
def test_a_line_that_is_no_setting_is_named(conf: Path, tmp_path: Path, line: str) -> None:
    conf.write_text(f"{line}\n", encoding="utf-8")
    with pytest.raises(SamspilError, match=rf"spark\.conf:1: `{line}` is no setting"):
        settings(tmp_path, CLUSTER)


def test_a_file_of_settings_that_is_not_there_is_named(conf: Path, tmp_path: Path) -> None:
    with pytest.raises(SamspilError, match=r"spark\.conf \(SAMSPIL_SPARK_CONF\) cannot be read: No such file"):
        settings(tmp_path, CLUSTER)


def test_what_workers_put_on_their_disks_is_encrypted(tmp_path: Path) -> None:
    assert settings(tmp_path, CLUSTER)["spark.io.encryption.enabled"] == "true"


# Beginning


def test_without_pyspark_the_mend_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "pyspark"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SamspilError, match=r"the engine spark is not installed: pip install 'samspil\[spark\]'"):
        session(tmp_path)


@pytest.fixture
def no_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """No session runs, whatever other tests began."""
    sql = pytest.importorskip("pyspark.sql")
    monkeypatch.setattr(sql.SparkSession, "getActiveSession", lambda: None)


@pytest.mark.usefixtures("no_session")
@pytest.mark.spark
def test_an_address_where_nobody_answers_is_told_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        master = f"spark://127.0.0.1:{probe.getsockname()[1]}"
        monkeypatch.setenv("SAMSPIL_SPARK_MASTER", master)
        with pytest.raises(SamspilError, match=rf"nobody answers at {master} \(SAMSPIL_SPARK_MASTER\): .*refused"):
            session(tmp_path)


@pytest.mark.usefixtures("no_session")
@pytest.mark.spark
@pytest.mark.parametrize("master", ["spark://node", "spark://:7077", "spark://node:port"])
def test_an_address_without_host_or_port_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, master: str) -> None:
    monkeypatch.setenv("SAMSPIL_SPARK_MASTER", master)
    with pytest.raises(SamspilError, match=f"{master} .* is no address of a cluster"):
        session(tmp_path)


def test_secrets_of_a_cluster_stand_on_no_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Java is told of a file that only its owner reads, and that is gone when Java has read it."""
    monkeypatch.delenv("PYSPARK_SUBMIT_ARGS", raising=False)
    folder = tmp_path / "a folder"
    given = {"spark.local.dir": str(folder), "spark.authenticate.secret": "not for all", "spark.x": r"a\b"}
    with sessions._private_file(given):
        words = os.environ["PYSPARK_SUBMIT_ARGS"]
        assert words == f"--properties-file '{folder}/settings.conf' pyspark-shell"
        assert (folder / "settings.conf").stat().st_mode & 0o777 == 0o600
        assert "spark.authenticate.secret not for all\nspark.x a\\\\b\n" in (folder / "settings.conf").read_text()
    assert "PYSPARK_SUBMIT_ARGS" not in os.environ
    assert list(folder.iterdir()) == []


class Foreign:
    """A session that others began, with one setting of theirs."""

    def __init__(self, **settings: str) -> None:
        self.conf = {**sessions._FIXED, **{name.replace("_", "."): value for name, value in settings.items()}}


@pytest.mark.spark
def test_a_session_that_others_began_is_used_unless_results_would_differ(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sql = pytest.importorskip("pyspark.sql")
    fit, unfit = Foreign(), Foreign(spark_sql_ansi_enabled="false")
    monkeypatch.setattr(sql.SparkSession, "getActiveSession", lambda: fit)
    assert session(tmp_path) is fit
    monkeypatch.setattr(sql.SparkSession, "getActiveSession", lambda: unfit)
    with pytest.raises(SamspilError, match=r"begun elsewhere .* `spark\.sql\.ansi\.enabled` false"):
        session(tmp_path)


# Waiting for workers


class Context:
    """A context with one job and no executor; it ends when the job was cancelled."""

    def __init__(self) -> None:
        self._jsc = SimpleNamespace(sc=lambda: self)
        self.cancelled: list[tuple[int, str]] = []

    def statusTracker(self) -> Context:  # noqa: N802 - Spark's own names
        return self

    def getActiveJobsIds(self) -> list[int]:  # noqa: N802
        if self.cancelled:
            raise ConnectionError
        return [7]

    def getExecutorMemoryStatus(self) -> Context:  # noqa: N802
        return self

    def size(self) -> int:
        return 1

    def cancelJob(self, job: int, reason: str) -> None:  # noqa: N802
        self.cancelled.append((job, reason))


def test_work_that_waits_for_nobody_is_broken_off_with_the_reason() -> None:
    context = Context()
    watch(context, CLUSTER, 0.1).join(timeout=60)
    assert context.cancelled == [(7, "because spark://node:7077 has had no worker for 0 seconds")]


def test_a_wait_for_workers_is_told_once_and_has_an_end() -> None:
    waiting = Waiting(patience=60)
    looks = [(0, True, 0), (10, True, 0), (16, True, 0), (30, True, 0), (59, True, 0), (61, True, 0)]
    assert [waiting.look(*look) for look in looks] == [None, None, "tell", None, None, "give up"]


@pytest.mark.parametrize(("is_working", "workers"), [(False, 0), (True, 1)])
def test_who_has_a_worker_or_nothing_to_do_waits_for_nobody(is_working: bool, workers: int) -> None:
    waiting = Waiting(patience=60)
    assert waiting.look(0, True, 0) is None
    assert waiting.look(59, is_working, workers) is None
    assert waiting.look(61, True, 0) is None
    assert waiting.look(80, True, 0) == "tell"


@pytest.mark.parametrize("text", ["soon", "0", "-5", "nan"])
def test_patience_is_a_number_of_seconds(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    assert patience() == 600
    monkeypatch.setenv("SAMSPIL_SPARK_PATIENCE", text)
    with pytest.raises(SamspilError, match=f"SAMSPIL_SPARK_PATIENCE is `{text}`"):
        patience()
