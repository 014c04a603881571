"""Nothing that was committed is lost with a server: the recipe of docs/operating.md, done as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from tests.backup.installation import ROOT, Installation, lines
from tests.postgresql import Server

pytestmark = pytest.mark.slow
_RECIPE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")


def block(begins):
    """The block of the guide whose first line begins so."""
    (found,) = re.findall(rf"```\w*\n# {re.escape(begins)}[^\n]*\n(.*?)```", _RECIPE, re.DOTALL)
    return found


def options():
    """The lines of postgresql.conf, as the server's options; what is committed is on the disk."""
    said = dict(line.split(" = ") for line in re.sub(r" +#.*", "", block("postgresql.conf")).splitlines())
    durable = {"fsync": "on", "full_page_writes": "on"}
    return durable | {name: value.strip().strip("'") for name, value in said.items()}


class Recovered(Server):
    """A new server, made of a base backup and an archive by the guide's commands."""

    def __init__(self, lost, archive):
        self._lost, self._archive = lost, archive
        super().__init__(fsync="on")

    def _initialise(self):
        self._password = self._lost._password
        (base,) = self._archive.glob("base-*")
        known = os.environ | {"ARCHIVE": str(self._archive), "BASE": str(base), "DATA": str(self._data)}
        subprocess.run(["sh", "-ec", block("on the new server")], env=known, check=True, **self._as_user)


class Archive:
    """The machine of the archive: its commands run as the guide has them, against one server."""

    def __init__(self, server):
        self.folder = Path(tempfile.mkdtemp(prefix="samspil-archive-"))
        server._give(self.folder)
        (self.folder / "wal").mkdir()
        server._give(self.folder / "wal")
        found = re.fullmatch(r"postgresql://(\w+):([^@]+)@([\d.]+):(\d+)/postgres", server.url)
        user, password, host, port = found.groups()
        self._known = os.environ | {
            "ARCHIVE": str(self.folder), "PGUSER": user, "PGPASSWORD": password, "PGHOST": host, "PGPORT": port,
            "PATH": f"{server._programs}:{os.environ['PATH']}",
        }  # fmt: skip
        self._as_user = server._as_user
        command = ["sh", "-ec", block("on the machine of the archive, always")]
        self._receiver = subprocess.Popen(command, env=self._known, start_new_session=True, **self._as_user)

    def take_base(self):
        command = ["sh", "-ec", block("on the machine of the archive, every night")]
        subprocess.run(command, env=self._known, check=True, **self._as_user)

    def end_receiver(self):
        if self._receiver.poll() is None:
            os.killpg(self._receiver.pid, signal.SIGTERM)
            self._receiver.wait(60)

    def remove(self):
        self.end_receiver()
        shutil.rmtree(self.folder)


@pytest.fixture
def server():
    started = Server(**options())
    yield started
    started.stop()


@pytest.fixture
def archive(server):
    made = Archive(server)
    with psycopg.connect(server.url, autocommit=True) as connection:
        until = time.monotonic() + 60
        while not connection.execute("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'").fetchall():
            assert time.monotonic() < until
            time.sleep(0.1)
    yield made
    made.remove()


def test_what_was_committed_before_the_server_was_lost_is_there_and_nothing_else(server, archive, tmp_path):
    running = Installation(tmp_path / "var", server.url)
    running.samspil("migrate")
    running.samspil("administrator", "anna", "--name", "Anna Holm")
    archive.take_base()
    at_work, undecided = running.work("go"), running.work("hold")
    told = lines(at_work, 5)
    (open_still,) = lines(undecided, 1)
    running.samspil("access-log", "seal")
    told += lines(at_work, 3)

    os.killpg(server._process.pid, signal.SIGKILL)
    shutil.rmtree(server._folder / "data")
    told += [json.loads(line) for line in at_work.stdout if line.endswith("\n")]
    at_work.wait(60)
    undecided.kill()
    undecided.wait()
    archive.end_receiver()

    new = Recovered(server, archive.folder)
    try:
        again = Installation(tmp_path / "var", new.url)
        assert again.holds(told) == [True] * len(told)
        assert again.holds([open_still]) == [False]
        assert "rows read" in again.samspil("access-log", "verify")
        assert "up to date" in again.samspil("migrate")
        again.samspil("administrator", "bo", "--name", "Bo Holm")
    finally:
        new.stop()
