"""The access log on PostgreSQL is divided by months: nothing is lost at their turn, and each is closed to changes."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, local
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from samspil import verbs
from samspil.access import log, partitions, triggers
from samspil.access.log import CHAINS
from samspil.access.models import AccessRecord, Chain, Role
from samspil.access.partitions import EARLIER, OTHER, make_ahead, month_after
from samspil.access.policy import Decision, Resource
from tests import care, databases
from tests.databases import copied

pytestmark = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's log is one table")
ALLOWED = Decision(True, basis="role")


@pytest.fixture
def divided(django_db_setup, django_db_blocker):
    """A log that is divided and empty, whose tables a test may change for good."""
    with django_db_blocker.unblock(), copied(connection.settings_dict["NAME"]):
        if not connection.introspection.table_names():
            # pytest-django makes no database where none of the chosen tests asks it for one.
            call_command("migrate", verbosity=0)
        yield


@pytest.fixture(scope="module")
def version_before(django_db_setup, django_db_blocker):
    """A database of the version before, whose log is one table."""
    with django_db_blocker.unblock():
        name = databases.made_before()
        yield name
        databases.drop(name)


@contextmanager
def at(moment):
    """What is written is written then."""
    with mock.patch("django.utils.timezone.now", return_value=moment):
        yield


def looks(actor, count):
    resource = Resource("citizen_record")
    log.append([log.entry(actor, "read", resource, "care", ALLOWED) for _ in range(count)])


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def where():
    """How many rows each partition has, of those that have any."""
    return dict(ask("SELECT tableoid::regclass::text, count(*) FROM access_accessrecord GROUP BY 1"))


def names():
    return {
        name
        for (name,) in ask(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'access_accessrecord'::regclass"
        )
    }


def partition_of(moment):
    return f"access_accessrecord_{timezone.localtime(moment):%Y_%m}"


def whole(rows):
    found = log.verify()
    assert (found.rows, found.faults) == (rows, [])


# Months are there before they begin.


def test_the_months_to_come_are_there_from_the_first_day(divided):
    coming = {partition_of(month_after(timezone.now(), number)) for number in range(2, partitions.AHEAD + 1)}
    assert coming | {EARLIER, OTHER} <= names()
    assert make_ahead(connection).made == []


def test_a_month_later_one_more_is_made(divided):
    with at(month_after(timezone.now()) + dt.timedelta(days=3)):
        found = make_ahead(connection)
        assert found.made == [f"{month_after(timezone.now(), partitions.AHEAD):%Y-%m}"]
        assert make_ahead(connection).made == []


def test_the_daily_run_makes_it(divided):
    with at(month_after(timezone.now()) + dt.timedelta(days=3)):
        made = [verbs.remind(mail=False).months.made for _ in range(2)]
    assert [len(months) for months in made] == [1, 0]


def test_the_year_turns_with_the_month():
    december = dt.datetime(2026, 12, 31, 22, 59, tzinfo=dt.UTC)
    assert month_after(december).isoformat() == "2027-01-01T00:00:00+01:00"
    assert month_after(december + dt.timedelta(minutes=1)).isoformat() == "2027-02-01T00:00:00+01:00"
    assert month_after(dt.datetime(2026, 3, 15, tzinfo=dt.UTC), 13).isoformat() == "2027-04-01T00:00:00+02:00"


def test_rows_go_to_their_months_and_the_chain_goes_on(divided):
    doctor, turn = care.actor(Role.GP), month_after(timezone.now(), 3)
    for moment in (timezone.now(), turn - dt.timedelta(microseconds=1), turn):
        with at(moment):
            looks(doctor, 2)
    assert where() == {EARLIER: 2, partition_of(turn - dt.timedelta(days=1)): 2, partition_of(turn): 2}
    whole(6)
    assert len(set(AccessRecord.objects.values_list("pk", flat=True))) == 6


def test_writers_at_the_turn_of_a_month_keep_every_chain_whole(divided):
    doctors, turn = [care.actor(Role.GP) for _ in range(3)], month_after(timezone.now(), 3)

    def write(number):
        try:
            looks(doctors[number % 3], 1 + number % 3)
        finally:
            connection.close()

    def now(moments=iter(range(10_000))):  # noqa: B008 - one row of moments for all threads
        return turn + dt.timedelta(milliseconds=next(moments) - 60)

    with mock.patch("django.utils.timezone.now", side_effect=now), ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(60)))
    assert set(where()) == {partition_of(turn - dt.timedelta(days=1)), partition_of(turn)}
    whole(sum(1 + number % 3 for number in range(60)))


def test_months_are_made_while_others_write(divided):
    doctor = care.actor(Role.GP)

    def write():
        try:
            for _ in range(40):
                looks(doctor, 1)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writing = [pool.submit(write) for _ in range(2)]
        for number in range(1, 6):
            with mock.patch.object(partitions, "AHEAD", partitions.AHEAD + number):
                assert make_ahead(connection).said == ""
        for one in writing:
            one.result()
    whole(80)


def test_two_who_make_months_at_once_make_them_once(divided, monkeypatch):
    read, both = partitions._end, Barrier(2)
    seen = local()

    def read_together(cursor):
        """Both know what is missing before either makes it."""
        found = read(cursor)
        if not hasattr(seen, "before"):
            seen.before = found
            both.wait(30)
        return found

    def make(_number):
        try:
            return make_ahead(connection)
        finally:
            connection.close()

    monkeypatch.setattr(partitions, "_end", read_together)
    monkeypatch.setattr(partitions, "AHEAD", 12)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(make, range(2)))
    assert [one.said for one in found] == ["", ""]
    assert sorted(len(one.made) for one in found)[0] == 0


# What nobody made.


def test_rows_of_a_month_that_nobody_made_are_kept_and_become_its_partition(divided):
    doctor, late = care.actor(Role.GP), month_after(timezone.now(), partitions.AHEAD + 2) + dt.timedelta(days=4)
    with at(late):
        looks(doctor, 3)
        assert where() == {OTHER: 3}
        found = make_ahead(connection)
        begins = month_after(timezone.now(), -1)
        assert (found.made[0], found.said) == (f"{begins:%Y-%m}", "")
        assert where() == {partition_of(begins): 3}
        looks(doctor, 1)
    with at(month_after(late)):
        looks(doctor, 1)
    assert where() == {partition_of(begins): 4, partition_of(month_after(late)): 1}
    whole(5)
    refuses(f"TRUNCATE {partition_of(begins)}")
    refuses(f"DELETE FROM {partition_of(begins)}")
    refuses(f"TRUNCATE {OTHER}")


def test_a_row_from_far_ahead_stops_no_month_and_is_told(divided, caplog):
    doctor = care.actor(Role.GP)
    with at(timezone.now() + dt.timedelta(days=4000)):
        looks(doctor, 1)
    with at(month_after(timezone.now(), 3)):
        found = make_ahead(connection)
        assert (len(found.made), "a clock was or is wrong" in found.said) == (3, True)
    with at(month_after(timezone.now(), 6)):
        looks(doctor, 2)
        assert where() == {OTHER: 1, partition_of(timezone.now()): 2}
    assert "a clock was or is wrong" in caplog.text
    whole(3)


def test_rows_that_came_too_early_and_too_late_stay_together_and_it_is_told(divided):
    doctor, late = care.actor(Role.GP), month_after(timezone.now(), partitions.AHEAD + 2)
    for moment in (timezone.now() + dt.timedelta(days=4000), late):
        with at(moment):
            looks(doctor, 1)
    with at(late):
        found = make_ahead(connection)
        assert (found.made, "Months are not made until then" in found.said) == ([], True)
        looks(doctor, 1)
    assert where() == {OTHER: 3}
    whole(3)


def test_a_row_that_comes_while_its_month_is_made_ends_no_daily_run(divided, monkeypatch):
    """Looked through before the turn of the month, written after it: it does not fit, and fits next time."""
    doctor, turn = care.actor(Role.GP), month_after(timezone.now(), partitions.AHEAD + 3)
    make_late = partitions._make_late

    def at_the_turn(*given):
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write, turn).result()
        make_late(*given)

    def write(moment):
        with at(moment):
            looks(doctor, 1)
        connection.close()

    write(turn - dt.timedelta(minutes=1))
    with monkeypatch.context() as patch, at(turn - dt.timedelta(seconds=1)):
        patch.setattr(partitions, "_make_late", at_the_turn)
        found = make_ahead(connection)
    assert (found.made, "tries again" in found.said) == ([], True)
    with at(turn):
        assert make_ahead(connection).said == ""
    assert OTHER not in where()
    whole(2)


def test_who_reads_for_long_is_not_cut_off_and_the_next_run_makes_the_month(divided, monkeypatch, caplog):
    monkeypatch.setattr(partitions, "LOCK_TIMEOUT", "100ms")
    monkeypatch.setattr(partitions, "AHEAD", 6)

    def read_for_long():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM access_accessrecord")
            yield
        connection.close()
        yield

    with ThreadPoolExecutor(1) as pool:
        reading = read_for_long()
        pool.submit(next, reading).result()
        found = make_ahead(connection)
        assert (found.made, "tries again" in found.said) == ([], True)
        looks(care.actor(Role.GP), 1)
        pool.submit(next, reading).result()
    assert len(make_ahead(connection).made) == 3


# Closed to changes.


def refuses(statement):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "month", [0, 2, partitions.AHEAD + 9], ids=["this month", "a later month", "no month of its own"]
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET user_name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_a_partition_refuses_what_the_log_refuses(month, statement):
    with at(month_after(timezone.now(), month) if month else timezone.now()):
        looks(care.actor(Role.GP), 1)
    (partition,) = where()
    refuses(statement.format(partition))
    refuses(statement.format("access_accessrecord"))


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["DROP TABLE {}", "ALTER TABLE access_accessrecord DETACH PARTITION {}"])
def test_a_month_that_was_taken_away_shows(statement):
    """Who owns the tables can take one away, which no trigger hinders; verifying tells."""
    doctor, second = care.actor(Role.GP), month_after(timezone.now(), 2)
    looks(doctor, 1)
    with at(second):
        looks(doctor, 2)
    with at(month_after(second)):
        looks(doctor, 1)
    ask(statement.format(partition_of(second)))
    (fault,) = log.verify().faults
    assert fault == f"chain {doctor.organisation_id % CHAINS}: row 1 is missing"


@pytest.fixture
def pages_user(divided):
    """The user that the guide to operating makes, whom the pages are served by."""
    guide = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")
    ask(guide.partition("```sql\n")[2].partition("```")[0])
    yield "samspil_pages"
    ask("RESET ROLE")
    ask("DROP OWNED BY samspil_pages; DROP ROLE samspil_pages")


def test_who_serves_the_pages_writes_the_log_and_can_take_no_month_away(pages_user):
    doctor, second = care.actor(Role.GP), partition_of(month_after(timezone.now(), 2))
    ask(f"SET ROLE {pages_user}")
    looks(doctor, 2)
    for statement in (
        f"DROP TABLE {second}",
        f"ALTER TABLE access_accessrecord DETACH PARTITION {second}",
        "ALTER TABLE access_accessrecord DISABLE TRIGGER ALL",
        "DROP TRIGGER access_log_change ON access_accessrecord",
        "UPDATE access_accessrecord SET detail = 'x'",
    ):
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), transaction.atomic():
            ask(statement)
    with mock.patch.object(partitions, "AHEAD", 12):
        assert "permission denied" in make_ahead(connection).said
    whole(2)


@pytest.mark.django_db
@pytest.mark.parametrize("month", [0, 2, partitions.AHEAD + 9], ids=["earlier", "a month", "no month of its own"])
def test_a_position_that_stands_twice_in_a_partition_is_refused_and_in_two_is_told(month):
    doctor = care.actor(Role.GP)
    with at(month_after(timezone.now(), month) if month else timezone.now()):
        looks(doctor, 3)
    twice = AccessRecord.objects.get(position=1)
    twice.pk = None
    with pytest.raises(DatabaseError, match="position"), transaction.atomic():
        twice.save(force_insert=True)
    twice.at = month_after(timezone.now(), 3)
    twice.save(force_insert=True)
    (fault,) = log.verify().faults
    assert fault.startswith(f"chain {doctor.organisation_id % CHAINS}: row 1 stands there twice")


# A log that was one table.


@pytest.fixture
def undivided(version_before, django_db_blocker):
    """The version before in use, with three rows: who wrote them."""
    with django_db_blocker.unblock(), copied(version_before):
        doctor = care.actor(Role.GP)
        looks(doctor, 3)
        yield doctor


def test_a_log_with_rows_is_divided_and_stays_as_it_was(undivided):
    before, seal = list(AccessRecord.objects.order_by("pk").values()), log.seal_now()
    call_command("migrate", verbosity=0)
    assert list(AccessRecord.objects.order_by("pk").values()) == before
    assert log.verify(seal).faults == []
    assert where() == {EARLIER: 3}
    with at(month_after(timezone.now(), 2)):
        looks(undivided, 2)
    assert AccessRecord.objects.order_by("-pk").values_list("pk", flat=True)[0] == before[-1]["id"] + 2
    whole(5)
    refuses(f"DELETE FROM {EARLIER}")
    refuses(f"TRUNCATE {EARLIER}")
    assert Chain.objects.count() == 1


def test_it_has_the_indexes_that_a_new_log_has(undivided):
    call_command("migrate", verbosity=0)
    assert ask("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == [(0,)]
    wanted = {"log_of_citizen", "log_of_user", "log_of_organisation", "log_of_outcome", "log_of_role", "log_by_time"}
    on = dict(
        ask(
            "SELECT relname, count(inhrelid) FROM pg_class LEFT JOIN pg_inherits ON inhparent = oid "
            "WHERE relname LIKE 'log\\_%%' AND relkind = 'I' GROUP BY 1"
        )
    )
    assert on == dict.fromkeys(wanted, len(names()))


def test_a_division_that_was_stopped_is_done_again(undivided, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(triggers, "install", lambda _connection: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            call_command("migrate", verbosity=0)
    with at(month_after(timezone.now(), 2)):
        # Nobody has to come back to it for people to go on.
        looks(undivided, 1)
    call_command("migrate", verbosity=0)
    whole(4)


def test_others_write_while_the_log_is_divided(undivided):
    stop = []

    def write():
        written = 0
        try:
            while not stop:
                looks(undivided, 1)
                written += 1
        finally:
            connection.close()
        return written

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        call_command("migrate", verbosity=0)
        stop.append(True)
        written = writing.result()
    assert written
    whole(3 + written)


@pytest.mark.django_db
def test_the_state_of_the_models_says_what_the_database_is():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
