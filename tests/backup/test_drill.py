"""The restore drill: an installation that works is backed up, lost, and brought back; on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import json
import shutil

import psycopg
import pytest

from samspil.config import environment
from samspil.config.dumps import postgresql
from tests.backup.installation import Installation, lines
from tests.backup.seen import flip, kept, tree
from tests.postgresql import Server

_numbers = itertools.count(1)
LOG = "access_accessrecord"


@pytest.fixture(scope="module")
def server():
    started = Server()
    yield started
    started.stop()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request):
    """Makes a database that is empty or a copy of another, and gives its URL; None is SQLite in the home."""
    if request.param == "sqlite":
        return lambda _copied=None: None
    started = request.getfixturevalue("server")

    def make(copied=None):
        name = f"drill{next(_numbers)}"
        with psycopg.connect(started.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {_named(copied) if copied else 'template1'}")
        return started.url.rpartition("/")[0] + f"/{name}"

    return make


def _named(url):
    return url.rpartition("/")[2]


@pytest.fixture(scope="module")
def worked(small_home, database, tmp_path_factory):
    """An installation with both planes and an administrator, made once and never changed by a test."""
    home = shutil.copytree(small_home, tmp_path_factory.mktemp("worked") / "var")
    made = Installation(home, database())
    made.samspil("migrate")
    made.samspil("administrator", "anna", "--name", "Anna Holm")
    made.samspil("access-log", "seal")
    return made


@pytest.fixture
def running(worked, database, tmp_path):
    """A copy of it that a test may change."""
    return Installation(shutil.copytree(worked.home, tmp_path / "var"), database(worked.url))


@pytest.fixture
def another(tmp_path, database, running):
    """Makes an empty installation that has the keys, as an operator who kept them elsewhere makes it."""

    def make(name="new", *, keys=True):
        home = tmp_path / name
        home.mkdir(exist_ok=True)
        for key in ("log.key", "secret.key") if keys else ():
            shutil.copy2(running.home / key, home / key)
        return Installation(home, database())

    return make


def planes(installation):
    return kept(installation.home), installation.tables()


@pytest.mark.slow
def test_a_backup_beside_those_who_work_and_another_at_rest(running, another, tmp_path):
    backups = tmp_path / "backups"
    at_work = running.work("go")
    before = lines(at_work, 3)
    running.samspil("backup", "--to", backups)
    after = lines(at_work, 3)
    at_work.kill()
    at_work.wait()
    there = running.tables()

    first = another("first")
    said = first.samspil("restore", backups)
    assert ", 0 faults" in said
    assert "rows read" in first.samspil("access-log", "verify")
    assert kept(first.home) == kept(running.home)
    restored = first.tables()
    assert set(restored[LOG]) < set(there[LOG])
    assert restored["access_user"] == there["access_user"]
    held = first.holds([*before, *after])
    assert held[:3] == [True, True, True]
    assert held == sorted(held, reverse=True)

    running.samspil("backup", "--to", backups)
    second = another("second")
    assert ", 0 faults" in second.samspil("restore", backups)
    assert planes(second) == planes(running)
    status = ("warehouse", "status", "--as-of", "2016-10-15")
    assert second.samspil(*status) == running.samspil(*status)
    assert second.samspil("access-log", "seal") == running.samspil("access-log", "seal")
    assert "up to date" in second.samspil("migrate")


def test_the_manifest_tells_of_the_log(running, tmp_path):
    running.samspil("backup", "--to", tmp_path / "backups")
    (path,) = (tmp_path / "backups").glob("*/backup.json")
    database = json.loads(path.read_bytes())["backup"]["database"]
    assert database["seal"] == running.samspil("access-log", "seal").strip()
    assert database["log_rows"] == len(running.tables()[LOG]) > 0
    assert (running.home / "log.key").read_text() not in path.read_text()


@pytest.mark.slow
def test_a_backup_that_is_killed_leaves_the_earlier_ones_and_the_next_succeeds(running, another, tmp_path):
    backups, new = tmp_path / "backups", another()
    add = ("samspil.backup.store", "Store.add", 3)
    running.killed_at(*add, "backup", "--to", str(backups))
    assert "was not finished" in new.samspil("restore", backups, status=2)
    assert not kept(new.home)
    running.samspil("backup", "--to", backups)
    then = planes(running)
    running.samspil("warehouse", "switch-off", "prescriptions", "--reason", "a test")
    running.samspil("administrator", "bo", "--name", "Bo Holm")
    running.killed_at(add[0], add[1], 1, "backup", "--to", str(backups))
    assert "never finished" in new.samspil("restore", backups)
    assert planes(new) == then
    running.samspil("backup", "--to", backups)
    assert not list((running.home / "tmp").iterdir())
    newer = another("newer")
    newer.samspil("restore", backups)
    assert planes(newer) == planes(running)


@pytest.mark.slow
def test_a_restore_that_is_killed_is_given_again(running, another, tmp_path):
    backups = tmp_path / "backups"
    running.samspil("backup", "--to", backups)
    there = planes(running)
    moments = [
        ("samspil.backup.store", "Store.fetch", 5),
        ("samspil.backup.staging", "_clear_empty", 2),
        ("samspil.backup.staging", "Staging.remove", 0),
    ]
    for number, moment in enumerate(moments):
        new = another(f"new{number}")
        new.killed_at(*moment, "restore", str(backups))
        assert (new.home / "restoring").exists()
        assert ", 0 faults" in new.samspil("restore", backups), moment
        assert planes(new) == there, moment
        assert not (new.home / "restoring").exists()


@pytest.mark.slow
def test_another_backup_is_not_mixed_into_one_half_restored(running, another, tmp_path):
    backups, new = tmp_path / "backups", another()
    running.samspil("backup", "--to", backups)
    new.killed_at("samspil.backup.staging", "Staging.move", 0, "restore", str(backups))
    running.samspil("backup", "--to", backups)
    assert "half restored" in new.samspil("restore", backups, status=2)
    (name, _newer) = sorted(path.parent.name for path in backups.glob("*/backup.json"))
    new.samspil("restore", backups, "--name", name)
    assert planes(new) == planes(running)


def test_a_damaged_database_is_named_before_anything_is_touched(running, another, tmp_path):
    backups, new = tmp_path / "backups", another()
    running.samspil("backup", "--to", backups)
    (path,) = backups.glob("*/backup.json")
    taken = json.loads(path.read_bytes())["backup"]
    (sha256,) = [file["sha256"] for file in taken["files"] if file["name"] == taken["database"]["file"]]
    flip(backups / "files" / sha256[:2] / sha256, 5000)
    before = tree(new.home)
    assert f"{taken['database']['file']} was changed" in new.samspil("restore", backups, status=2)
    assert tree(new.home) == before
    assert not kept(new.home)


def test_what_is_not_empty_is_left_as_it_is(running, another, tmp_path):
    """Its home has no data: what is not empty is the database."""
    backups, used = tmp_path / "backups", another()
    running.samspil("backup", "--to", backups)
    used.samspil("migrate")
    used.samspil("administrator", "bo", "--name", "Bo Holm")
    rows, files = used.tables(), tree(used.home)
    assert "is not empty" in used.samspil("restore", backups, status=2)
    assert tree(used.home) == files
    assert used.tables() == rows


@pytest.mark.slow
def test_the_key_of_the_log_is_asked_for(running, another, tmp_path):
    backups = tmp_path / "backups"
    assert "left out" in running.samspil("backup", "--to", backups)
    without = another("without", keys=False)
    assert "has none: put log.key into" in without.samspil("restore", backups, status=2)
    (without.home / "log.key").write_text("another")
    assert "there is another one" in without.samspil("restore", backups, status=2)
    (without.home / "log.key").unlink()
    said = without.samspil("restore", backups, "--unverified")
    assert "Put log.key into the home before any other command" in said
    assert "secret.key was not there" in said
    assert not (without.home / "log.key").exists()
    shutil.copy2(running.home / "log.key", without.home)
    assert "rows read" in without.samspil("access-log", "verify")

    running.samspil("backup", "--to", backups, "--with-keys")
    brought = another("brought", keys=False)
    assert ", 0 faults" in brought.samspil("restore", backups)
    for key in ("log.key", "secret.key"):
        assert (brought.home / key).read_text() == (running.home / key).read_text()
        assert (brought.home / key).stat().st_mode & 0o777 == 0o600


def test_a_copy_without_the_vault_knows_no_citizen(running, tmp_path):
    backups = tmp_path / "backups"
    running.samspil("backup", "--to", backups, "--without-vault")
    (path,) = backups.glob("*/backup.json")
    taken = json.loads(path.read_bytes())["backup"]
    assert taken["database"] is None
    assert {file["name"].partition("/")[0] for file in taken["files"]} >= {"lake", "runs"}
    assert not {"vault", "care.sqlite3", "care.dump"} & {file["name"].partition("/")[0] for file in taken["files"]}


def test_a_log_that_was_cut_before_the_backup_is_told_of(running, another, tmp_path):
    """The seal in the home is older than the backup, and the end of the log is missing in the database."""
    new = another()
    code = (
        "from samspil.config.setup import care_plane; care_plane();"
        "from django.db import connection; from samspil.access import triggers;"
        "triggers.remove(connection); connection.cursor().execute('DELETE FROM access_accessrecord')"
    )
    running.python(["-c", code], 0)
    running.samspil("backup", "--to", tmp_path / "backups")
    said = new.samspil("restore", tmp_path / "backups", status=1)
    assert "rows at its end are missing" in said


@pytest.mark.slow
def test_databases_of_two_kinds_do_not_fit(home, server, tmp_path):
    plain = Installation(home)
    plain.samspil("migrate")
    plain.samspil("backup", "--to", tmp_path / "backups")
    other = Installation(tmp_path / "new", server.url)
    assert "take SAMSPIL_DATABASE_URL away" in other.samspil("restore", tmp_path / "backups", status=2)


@pytest.mark.slow
def test_programs_that_are_missing_or_too_old_are_told_of(home, server, tmp_path):
    old = tmp_path / "old"
    old.mkdir()
    name = "drill0"
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    running = Installation(home, server.url.rpartition("/")[0] + f"/{name}", SAMSPIL_POSTGRESQL=str(old))
    running.samspil("migrate")
    assert "there is no `pg_dump`" in running.samspil("backup", "--to", tmp_path / "backups", status=2)
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    (old / "pg_dump").chmod(0o755)
    said = " ".join(running.samspil("backup", "--to", tmp_path / "backups", status=2).split())
    assert "pg_dump is of version 9. Install it (Debian: apt-get install postgresql-client-" in said


@pytest.mark.slow
def test_what_an_extension_brought_makes_no_database_full(server, tmp_path, monkeypatch):
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE extended")
    url = server.url.rpartition("/")[0] + "/extended"
    monkeypatch.setenv("SAMSPIL_DATABASE_URL", url)
    settings = environment.database(tmp_path)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE VIEW statistics AS SELECT 1")
        assert not postgresql.is_empty(settings)
        connection.execute("ALTER EXTENSION plpgsql ADD VIEW statistics")
        assert postgresql.is_empty(settings)
