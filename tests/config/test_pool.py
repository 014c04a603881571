"""Connections to PostgreSQL: few are shared by many, none is held for long, and who gets none is told."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.test import RequestFactory
from django.utils import translation

from samspil.config import environment
from samspil.web import views
from tests.config import served
from tests.postgresql import Server

# What is asked for has a server of its own.
pytestmark = pytest.mark.once
URL = "postgresql://anna:secret@db.example:5432/samspil"


def described(monkeypatch, tmp_path, url=URL, **variables):
    """The database as settings describe it, with these variables and no others."""
    monkeypatch.setenv("SAMSPIL_DATABASE_URL", url)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return environment.database(tmp_path)


# What is asked for.


def test_a_command_has_one_connection_and_no_limits(monkeypatch, tmp_path):
    found = described(monkeypatch, tmp_path)
    assert (found["CONN_MAX_AGE"], found["CONN_HEALTH_CHECKS"], found["OPTIONS"]) == (60, True, {})
    assert found["DISABLE_SERVER_SIDE_CURSORS"] is False


def test_pages_have_a_pool_and_limits_unless_the_installation_says_otherwise(monkeypatch, tmp_path):
    for name in environment.PAGES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAMSPIL_LOCK_TIMEOUT", "3")
    monkeypatch.setattr(os, "environ", os.environ.copy())
    environment.for_pages()
    found = described(monkeypatch, tmp_path, f"{URL}?sslmode=require&options=-c%20geqo=off")
    assert found["OPTIONS"]["options"] == "-c geqo=off -c statement_timeout=30000 -c lock_timeout=3000"
    assert found["OPTIONS"]["sslmode"] == "require"
    assert (found["OPTIONS"]["pool"]["min_size"], found["OPTIONS"]["pool"]["max_size"]) == (1, 4)
    assert found["CONN_MAX_AGE"] == 0, "a pool and connections that stay with their thread exclude each other"


def test_behind_pgbouncer_there_is_neither_pool_nor_option_nor_cursor_of_the_server(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setenv("SAMSPIL_PGBOUNCER", "1")
    environment.for_pages()
    found = described(monkeypatch, tmp_path)
    assert (found["OPTIONS"], found["DISABLE_SERVER_SIDE_CURSORS"]) == ({}, True)
    with pytest.raises(ImproperlyConfigured, match="leave SAMSPIL_DATABASE_POOL out"):
        described(monkeypatch, tmp_path, SAMSPIL_DATABASE_POOL="1-4")


@pytest.mark.parametrize("value", ["4", "4-2", "0-0", "-", "a-b", "1-4-8", "1-99999"])
def test_what_is_no_pool_is_told_by_name(monkeypatch, value):
    monkeypatch.setenv("SAMSPIL_DATABASE_POOL", value)
    with pytest.raises(ImproperlyConfigured, match="SAMSPIL_DATABASE_POOL"):
        environment.pool()


# What somebody sees whose page finds no connection.


@pytest.mark.parametrize("error", [OperationalError("no"), InterfaceError("closed")], ids=str)
def test_a_database_that_is_away_or_busy_is_told_in_danish_and_not_as_a_fault(error):
    answer = answer_to(error)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
    assert "Databasen svarer ikke lige nu" in answer.text


def test_a_fault_is_told_as_one():
    answer = answer_to(ValueError("x"))
    assert (answer.status_code, "Fejlen er registreret" in answer.text) == (500, True)


@pytest.mark.parametrize(("theirs", "others"), [("da", "en"), ("en", "da")])
def test_nobody_is_told_in_the_language_of_whoever_the_thread_served_before(theirs, others):
    with translation.override(others):
        answer = answer_to(OperationalError("no"), {"Accept-Language": theirs})
    assert f'<html lang="{theirs}">' in answer.text


def answer_to(error, headers=None):
    try:
        raise error
    except type(error):
        return views.server_error(RequestFactory(headers=headers).get("/"))


# As it is served: a server of its own, since it is halted on the way.


@pytest.fixture(scope="module")
def server():
    # What was committed before a crash is there after it, as an operator's server has it: else a lock that a page had
    # given back would be held again.
    running = Server(synchronous_commit="on")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def plane(server, tmp_path_factory):
    """An installation whose pages share two connections among all threads of a process."""
    found = served.environment(
        tmp_path_factory.mktemp("plane"),
        SAMSPIL_DATABASE_URL=server.url,
        SAMSPIL_DATABASE_POOL="1-2",
        SAMSPIL_HTTPS="0",
        PGAPPNAME="pages",
    )
    served.run(found, "samspil", "migrate")
    return found


@contextmanager
def asked(server):
    """What an operator asks of the database meanwhile."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


OPEN = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pages'"
#: A page that asks the database although nobody is logged in: how often somebody tried is counted there.
LOG_IN = "/accounts/login/"


def log_in_wrongly(running):
    """Somebody who is nobody tries to log in; the status of the answer."""
    _status, headers, _page = running.ask(LOG_IN)
    token = re.search(r"csrftoken=(\w+)", headers["set-cookie"])[1]
    sent = {
        "Cookie": f"csrftoken={token}",
        "Origin": f"http://127.0.0.1:{running.port}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    return running.ask(LOG_IN, "POST", f"login=nobody&password=x&csrfmiddlewaretoken={token}", sent)[0]


@pytest.mark.slow
class TestServed:
    def test_many_threads_share_few_connections(self, server, plane, tmp_path):
        with served.Served(plane, tmp_path, workers=2) as running, asked(server) as ask:
            most = 0
            with ThreadPoolExecutor(16) as pool:
                answers = [pool.submit(log_in_wrongly, running) for _ in range(20)]
                while not all(answer.done() for answer in answers):
                    most = max(most, ask(OPEN)[0][0])
            # Tries of one name are counted one after another; who waits too long for it, on a busy machine, is put off.
            assert 200 in (found := {answer.result() for answer in answers})
            assert found <= {200, 429}
            assert 0 < most <= 4, "two for each of two processes"

    def test_limits_are_those_of_the_pages(self, server, plane, tmp_path):
        limits = textwrap.dedent("""
            from samspil.config import wsgi
            from django.db import connection
            with connection.cursor() as cursor:
                for name in ("statement_timeout", "lock_timeout"):
                    cursor.execute(f"SHOW {name}")
                    print(cursor.fetchone()[0])
            connection.close_pool()
        """)
        done = subprocess.run([sys.executable, "-c", limits], env=plane, capture_output=True, text=True, check=True)
        assert done.stdout.split() == ["30s", "10s"]

    def test_a_server_that_was_restarted_is_not_noticed_by_the_next_request(self, server, plane, tmp_path):
        with served.Served(plane, tmp_path, workers=1) as running:
            assert log_in_wrongly(running) == 200
            server.halt()
            status, headers, page = running.ask(LOG_IN, headers={"Cookie": "sessionid=abcdefgh"})
            assert (status, headers.get("retry-after"), "Databasen svarer ikke" in page) == (503, "10", True)
            server.resume()
            assert log_in_wrongly(running) == 200
            server.halt()
            server.resume()
            assert log_in_wrongly(running) == 200, "nobody asked while it was away"

    def test_who_finds_every_connection_in_use_is_told_and_does_not_wait_for_ever(self, server, plane, tmp_path):
        with served.Served(plane, tmp_path, workers=1) as running, asked(server) as ask:
            with psycopg.connect(server.url) as busy:
                # Whoever tries to log in waits for this table, with the connection in hand.
                busy.execute("LOCK TABLE cache")
                with ThreadPoolExecutor(4) as pool:
                    answers = [pool.submit(log_in_wrongly, running) for _ in range(4)]
                    statuses = [answer.result() for answer in answers]
                assert ask(OPEN)[0][0] <= 2
            assert statuses == [503] * 4, "two had no connection after five seconds, two no lock after ten"
            assert log_in_wrongly(running) == 200
