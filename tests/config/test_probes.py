"""`/health/`, `/ready/` and `/metrics`: who is answered, and what they are told."""

from __future__ import annotations

import logging
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.db import Error, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext

from samspil.access.models import AccessRecord
from samspil.config import environment
from samspil.config.watching import asking, probes, readiness
from tests import care

TOKEN = "t" * environment.TOKEN_LENGTH
VIA_PROXY = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
#: Where a request comes from, what it carries, and what each address answers.
VISITORS = {
    "this machine": ("127.0.0.1", {}, 200, 200, 200),
    "this machine over IPv6": ("::1", {}, 200, 200, 200),
    "somebody through a proxy on this machine": ("127.0.0.1", VIA_PROXY, 200, 200, 404),
    "somebody through a proxy that says little": ("127.0.0.1", {"Via": "1.1 proxy"}, 200, 200, 404),
    "somebody elsewhere": ("203.0.113.7", {}, 200, 200, 404),
    "a socket without an address": ("", {}, 200, 200, 404),
    "somebody elsewhere who says they are here": ("203.0.113.7", {"X-Forwarded-For": "127.0.0.1"}, 200, 200, 404),
    "whoever has the token": ("203.0.113.7", BEARER, 200, 200, 200),
    "whoever has it, through a proxy": ("127.0.0.1", BEARER | VIA_PROXY, 200, 200, 200),
    "whoever has another": ("203.0.113.7", {"Authorization": f"Bearer {TOKEN}x"}, 200, 200, 404),
    "whoever has none": ("203.0.113.7", {"Authorization": "Bearer "}, 200, 200, 404),
    "whoever has one in Danish": ("203.0.113.7", {"Authorization": "Bearer ø"}, 200, 200, 404),
}


@pytest.fixture(autouse=True)
def _token(settings):
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A machine with much to do is no database that is away."""
    monkeypatch.setattr(probes, "SECONDS", 60.0)


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", VISITORS)
def test_what_a_visitor_without_a_log_in_gets(client, visitor):
    address, headers, *wanted = VISITORS[visitor]
    found = [client.get(path, headers=headers, REMOTE_ADDR=address).status_code for path in probes._ADDRESSES]
    assert found == wanted


@pytest.mark.django_db
def test_without_a_token_none_opens_the_metrics(client, settings):
    settings.METRICS_TOKEN = ""
    for given in ("Bearer ", "Bearer", "", f"Bearer {TOKEN}"):
        answer = client.get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="203.0.113.7")
        assert answer.status_code == 404


@pytest.mark.django_db
def test_to_others_the_metrics_are_an_address_that_does_not_exist(client):
    asked = [client.get(path, REMOTE_ADDR="203.0.113.7") for path in ("/metrics", "/findes-ikke")]
    pages = [re.sub(r"[A-Za-z0-9]{64}", "token", answer.text) for answer in asked]
    assert pages[0] == pages[1]
    assert [answer.status_code for answer in asked] == [404, 404]


@pytest.mark.django_db
class TestEveryProbe:
    paths = pytest.mark.parametrize("path", list(probes._ADDRESSES))

    @paths
    def test_it_needs_no_host_name_and_no_tls(self, client, settings, path):
        settings.SECURE_SSL_REDIRECT = True
        settings.ALLOWED_HOSTS = ["samspil.example"]
        assert client.get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
        assert client.get("/accounts/login/", headers={"Host": "samspil.example"}).status_code == 301
        assert client.get("/accounts/login/", headers={"Host": "10.0.0.7:8000"}).status_code == 400

    @paths
    def test_it_leaves_nothing_behind(self, client, path):
        before = (AccessRecord.objects.count(), Session.objects.count())
        answer = client.get(path)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert not answer.cookies
        assert (AccessRecord.objects.count(), Session.objects.count()) == before

    @paths
    def test_somebody_who_is_stopped_elsewhere_is_not_stopped_here(self, client, path):
        """A password to be changed, and no second factor yet: whoever is logged in is not looked at."""
        user = care.member().user
        user.password_is_temporary = True
        user.save()
        client.force_login(user)
        assert client.get(path).status_code == 200

    @paths
    def test_it_is_read_and_nothing_else(self, client, path):
        assert client.head(path).status_code == 200
        assert client.post(path, {"a": "b"}).status_code == 405

    @paths
    def test_only_the_whole_address_is_answered(self, client, path):
        assert client.get(f"{path}x").status_code == 404


def test_health_asks_nothing_of_the_database(client):
    """Without the mark that opens the database, any statement would fail."""
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_readiness_asks_little_and_writes_nothing():
    readiness.failing()  # the files of migrations are read once
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert readiness.failing() == []
    assert len(asked) == (4 if connection.vendor == "postgresql" else 3)
    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}


@pytest.mark.django_db(transaction=True)
class TestReadiness:
    def failing(self, client):
        answer = client.get("/ready/")
        assert answer.status_code == (503 if answer.json()["status"] == "not ready" else 200)
        return answer.json().get("failed")

    def test_a_migration_that_waits_is_not_ready(self, client):
        row = MigrationRecorder.Migration.objects.filter(app="lists").latest("pk")
        row.delete()
        try:
            assert self.failing(client) == ["migrations"]
        finally:
            row.save(force_insert=True)
        assert self.failing(client) is None

    def test_a_database_that_is_ahead_is_ready(self, client):
        ahead = MigrationRecorder.Migration.objects.create(app="lists", name="9999_of_the_next_version")
        try:
            assert self.failing(client) is None
        finally:
            ahead.delete()

    def test_without_the_table_that_counts_wrong_passwords_it_is_not_ready(self, client):
        table = django_settings.CACHES["default"]["LOCATION"]
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} RENAME TO put_away")
            try:
                assert self.failing(client) == ["cache"]
            finally:
                cursor.execute(f"ALTER TABLE put_away RENAME TO {table}")

    @pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no users")
    def test_a_database_that_may_only_be_read_is_not_ready(self, client):
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
            try:
                assert self.failing(client) == ["log"]
            finally:
                cursor.execute("SET transaction_read_only = off")
                cursor.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")

    @pytest.mark.skipif(connection.vendor == "postgresql", reason="PostgreSQL writes elsewhere than in the home")
    def test_a_home_that_cannot_be_written_is_not_ready(self, client, monkeypatch):
        monkeypatch.setattr(readiness.os, "access", lambda *_: False)
        assert self.failing(client) == ["home", "log"]


class TestToldOf:
    def answer(self, client, monkeypatch, ask):
        monkeypatch.setattr(probes, "_asked", asking.Asker(ask))
        return client.get("/ready/")

    def test_a_failure_names_the_check_and_nothing_else(self, client, monkeypatch):
        def refused():
            raise Error('connection to server at "10.0.0.9", port 5432 failed: password of samspil')

        monkeypatch.setitem(readiness.CHECKS, "database", refused)
        answer = self.answer(client, monkeypatch, readiness.failing)
        assert (answer.status_code, answer.json()) == (503, {"status": "not ready", "failed": ["database"]})

    def test_it_is_logged_when_it_changes_and_not_for_each_probe(self, client, monkeypatch, caplog):
        caplog.set_level(logging.INFO)
        monkeypatch.setattr(probes, "_told", [])
        for found in ([], ["cache"], ["cache"], ["cache", "log"], [], []):
            self.answer(client, monkeypatch, lambda found=found: found)
        said = [record.getMessage() for record in caplog.records if record.name == probes.__name__]
        assert said == ["not ready: cache", "not ready: cache, log", "ready again"]

    def test_a_database_that_never_answers_is_not_waited_for_and_is_asked_once(self, client, monkeypatch):
        answered, asked = threading.Event(), []

        def hang():
            asked.append(1)
            answered.wait(60)
            return []

        monkeypatch.setattr(probes, "SECONDS", 0.05)
        monkeypatch.setattr(probes, "_asked", asking.Asker(hang))
        try:
            with ThreadPoolExecutor(4) as pool:
                found = list(pool.map(lambda _: probes.tell_readiness().status_code, range(8)))
            assert found == [503] * 8
            assert len(asked) == 1
            assert client.get("/health/").status_code == 200
        finally:
            answered.set()
        monkeypatch.setattr(probes, "SECONDS", 30)
        assert probes.tell_readiness().status_code == 200
