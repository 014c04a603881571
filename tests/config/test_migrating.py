"""`samspil migrate` beside those who use the database: it gives way, tells, and comes back."""

from __future__ import annotations

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone

from samspil import verbs
from samspil.access import dividing, log
from samspil.access.models import AccessRecord, Role
from samspil.access.partitions import month_after
from samspil.access.policy import Decision, Resource
from samspil.definitions import SamspilError
from samspil.verbs import migrating
from tests import care, databases

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has one writer at a time")
AT_ONCE = dt.timedelta(0)


@pytest.fixture(scope="module")
def template(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        name = databases.made_before()
        yield name
        databases.drop(name)


@pytest.fixture
def version_before(template, django_db_blocker, monkeypatch, settings, tmp_path):
    """A database that lacks a migration which needs the access log for itself; nobody waits for long."""
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(migrating, "PAUSE", dt.timedelta(milliseconds=50))
    settings.STATIC_ROOT = tmp_path
    with django_db_blocker.unblock(), databases.copied(template):
        yield


@pytest.fixture
def somebody():
    """A session of its own, in a thread of its own: `somebody(what)` is done there."""
    with ThreadPoolExecutor(1) as pool:
        yield lambda what: pool.submit(what).result()
        pool.submit(hang_up).result()


def hang_up():
    connection.close()


def begin_to_read():
    connection.set_autocommit(False)
    assert AccessRecord.objects.count() == 0


def go_on_reading():
    assert AccessRecord.objects.count() == 0


def end_reading():
    connection.rollback()
    connection.set_autocommit(True)


def test_a_table_that_somebody_reads_for_long_is_given_up_and_nothing_is_half_done(version_before, somebody):
    somebody(begin_to_read)
    with pytest.raises(SamspilError, match=r"in use by others \(process \d+ .*run `samspil migrate` again"):
        verbs.migrate(wait=AT_ONCE)
    assert migrating.pending() == ["access.0006_log_by_month"]
    somebody(go_on_reading)
    somebody(end_reading)
    assert verbs.migrate(wait=AT_ONCE) == ["access.0006_log_by_month"]
    assert verbs.migrate(wait=AT_ONCE) == []


def test_of_a_killed_division_people_work_on_for_a_month_and_it_is_told_until_when(
    version_before, somebody, monkeypatch
):
    """Killed after all rows were seen to lie before an end, and before the table was exchanged: the end stands."""
    exchange = dividing._exchange

    def while_somebody_reads(*given):
        somebody(begin_to_read)
        exchange(*given)

    with monkeypatch.context() as patch:
        patch.setattr(dividing, "_exchange", while_somebody_reads)
        patch.setattr(dividing, "_take_back", lambda _connection: None)
        with pytest.raises(SamspilError, match=f"takes rows until {month_after(timezone.now(), 2):%Y-%m-%d} only"):
            verbs.migrate(wait=AT_ONCE)
    somebody(end_reading)
    with mock.patch("django.utils.timezone.now", return_value=month_after(timezone.now(), 2) - dt.timedelta(days=1)):
        log.append([log.entry(care.actor(Role.GP), "read", Resource("citizen_record"), "care", Decision(True, "role"))])
    assert verbs.migrate(wait=AT_ONCE) == ["access.0006_log_by_month"]
    assert log.verify().faults == []


def test_a_limit_that_is_meant_for_pages_does_not_cut_a_change_off(version_before, monkeypatch):
    seen = []
    divide = dividing.divide_by_migration

    def look(*given):
        with connection.cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            seen.extend(cursor.fetchone())
        divide(*given)

    migration = import_module("samspil.access.migrations.0006_log_by_month").Migration
    monkeypatch.setattr(migration.operations[0], "code", look)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '30s'")
    verbs.migrate()
    assert seen == ["0"]


def test_others_read_on_while_it_tries_again_and_then_it_is_done(version_before, somebody):
    somebody(begin_to_read)
    told, others = [], 0

    def migrate():
        try:
            return verbs.migrate(tell=told.append)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        migrated = pool.submit(migrate)
        until = time.monotonic() + 60
        while len(told) < 3 and not migrated.done() and time.monotonic() < until:
            with transaction.atomic(), connection.cursor() as cursor:
                # Whoever queued behind a change that waits for somebody would wait for that somebody.
                cursor.execute("SET LOCAL statement_timeout = '10s'")
                cursor.execute("SELECT count(*) FROM access_accessrecord")
                others += 1
        assert not migrated.done()
        assert (len(told) >= 3, others > 3) == (True, True)
        somebody(end_reading)
        assert migrated.result() == ["access.0006_log_by_month"]
    assert "tried again" in told[0]


def test_of_two_at_once_one_changes_the_database_and_the_other_finds_it_done(version_before):
    def migrate(_number):
        try:
            return verbs.migrate()
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        found = sorted(pool.map(migrate, range(3)))
    assert found == [[], [], ["access.0006_log_by_month"]]


def test_who_will_not_wait_for_another_is_told(version_before, somebody):
    assert somebody(lambda: migrating._took(connection))
    with pytest.raises(SamspilError, match="another `samspil migrate` is running"):
        verbs.migrate(wait=AT_ONCE)


def test_what_comes_after_is_as_patient_as_before(version_before):
    verbs.migrate()
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
