"""A database that is stopped and started again under a running server, which comes back by itself."""

from __future__ import annotations

import json
import signal
import subprocess

import pytest

from tests.config import served
from tests.postgresql import Server

# It has a server of its own.
pytestmark = [pytest.mark.slow, pytest.mark.once]


@pytest.fixture
def database():
    server = Server()
    yield server
    server.stop()


def stop(database):
    """As a fast shutdown does; what is there stays."""
    database._process.send_signal(signal.SIGINT)
    database._process.wait(60)


def start(database):
    """On the same port with the same data."""
    database._process = subprocess.Popen(
        database._process.args,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **database._as_user,
    )
    assert database._answers()


@pytest.mark.parametrize("pool", ["", "1-4"])
def test_probes_while_the_database_is_away(database, tmp_path, pool):
    plane = served.environment(tmp_path, SAMSPIL_DATABASE_URL=database.url, SAMSPIL_DATABASE_POOL=pool)
    served.run(plane, "samspil", "migrate")
    with served.Served(plane, tmp_path) as server:
        server.wait_for("/ready/", 200)
        assert 'samspil_check_ok{check="database"} 1.0' in server.ask("/metrics")[2]
        assert server.ask("/accounts/login/")[0] == 200

        stop(database)
        told = server.wait_for("/ready/", 503)
        assert json.loads(told) == {"status": "not ready", "failed": ["database"]}
        assert server.ask("/health/")[0] == 200
        status, _headers, metrics = server.ask("/metrics")
        assert status == 200
        assert 'samspil_check_ok{check="database"} 0.0' in metrics
        assert "samspil_tasks_open" not in metrics
        assert server.ask("/accounts/login/", headers={"Cookie": "sessionid=abcdefgh"})[0] >= 500

        start(database)
        server.wait_for("/ready/", 200)
        assert server.ask("/accounts/login/", headers={"Cookie": "sessionid=abcdefgh"})[0] == 200
        assert "samspil_tasks_open" in server.ask("/metrics")[2]

    said = [line["message"] for line in server.lines if line["logger"].endswith("probes")]
    assert said == ["not ready: database", "ready again"]
    assert not [line for line in server.lines if line["message"].startswith("503") and "exception" not in line]
    port = database.url.rpartition(":")[2].partition("/")[0]
    for secret in (database._password, f":{port}", f"port {port}"):
        assert secret not in server.printed + told + metrics
