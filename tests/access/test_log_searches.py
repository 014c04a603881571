"""Long logs stay searchable: every search goes by an index and looks at few rows, however many there are.

The rows of a citizen, user, organisation or role lie together in an index, newest first, so that what a search looks at
grows with what it asks for and not with the log.
"""

import datetime as dt
import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from samspil.access.models import Role, User
from samspil.access.queries.log import Search, citizen_log, organisations_in_log, search_log
from tests import care
from tests.access.many_rows import FIRST, fill_log

ROWS = 200_000
#: No search may look at more rows of the log than this; a page has 50.
AT_MOST = 3_000
#: A month with fewer rows is one page of the database, and read whole rather than through an index.
NEARLY_EMPTY = 50
#: A key in the middle of the log.
MIDDLE = f"{int(dt.datetime(2026, 1, 15, tzinfo=dt.UTC).timestamp() * 1_000_000)}-{ROWS}"

SEARCHES = {
    "everything": {},
    "a citizen": {"citizen": FIRST + 77},
    "a user": {"username": "seven"},
    "an organisation": {"organisation": 7},
    "refused": {"outcome": "refused"},
    "a common role": {"role": "gp"},
    "a rare role": {"role": "dpo"},
    "a role nobody has": {"role": "analyst"},
    "a period": {"since": dt.date(2025, 12, 1), "until": dt.date(2025, 12, 31)},
    "a day": {"since": dt.date(2025, 12, 1), "until": dt.date(2025, 12, 1)},
    "refused at an organisation": {"organisation": 50, "outcome": "refused"},
    "never refused at an organisation": {"organisation": 7, "outcome": "refused"},
    "a user in a period": {"username": "seven", "since": dt.date(2025, 12, 1), "until": dt.date(2026, 2, 1)},
    "a citizen by a user": {"citizen": FIRST + 77, "username": "seven"},
    "an organisation and a rare role": {"organisation": 0, "role": "dpo"},
    "everything at once": {
        "citizen": FIRST + 77,
        "username": "seven",
        "organisation": 7,
        "outcome": "allowed",
        "role": "gp",
        "since": dt.date(2025, 1, 1),
        "until": dt.date(2026, 2, 1),
    },
}


@pytest.fixture(scope="module")
def long_log(django_db_setup, django_db_blocker):
    """The log filled once for the module, and emptied again with everything that was made beside it."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            fill_log(ROWS)
            account = care.user("Seven", pk=FIRST + 7)
            User.objects.filter(pk=account.pk).update(username="seven")
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture
def officer(long_log, db):
    return care.acting(care.member(role=Role.DATA_PROTECTION_OFFICER))


def plans(ask):
    """What `ask` reads from the log, each query as the plan that the database followed for it."""
    with CaptureQueriesContext(connection) as queries:
        ask()
    found = [
        query["sql"]
        for query in queries
        if query["sql"].startswith("SELECT") and 'FROM "access_accessrecord"' in query["sql"]
    ]
    assert found
    plans = []
    for sql in found:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + sql)
                plan = cursor.fetchone()[0]
                plans.append((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])
            else:
                cursor.execute("EXPLAIN QUERY PLAN " + sql)
                plans.append([row[3] for row in cursor.fetchall()])
    return plans


def nodes(plan):
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def looked_at(node):
    return (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]


def months_read(ask):
    """The partitions that a search looked into."""
    reading = [node for plan in plans(ask) for node in nodes(plan) if node.get("Actual Loops")]
    return {node["Relation Name"] for node in reading if "Relation Name" in node}


def assert_bounded(ask):
    for plan in plans(ask):
        if connection.vendor != "postgresql":
            scans = [step for step in plan if step.startswith("SCAN access_accessrecord") and "USING" not in step]
            assert not scans, plan
            continue
        reading = [node for node in nodes(plan) if node.get("Relation Name", "").startswith("access_accessrecord")]
        whole = [(node["Relation Name"], looked_at(node)) for node in reading if node["Node Type"] == "Seq Scan"]
        assert not [(name, rows) for name, rows in whole if rows > NEARLY_EMPTY], whole
        rows = sum(looked_at(node) for node in reading)
        assert rows <= AT_MOST, (rows, [node["Node Type"] for node in nodes(plan)])


@pytest.mark.parametrize("name", SEARCHES)
@pytest.mark.parametrize("after", ["", MIDDLE], ids=["first page", "a page in the middle"])
def test_the_officer_s_searches(officer, name, after):
    assert_bounded(lambda: search_log(officer, Search(**SEARCHES[name]), after))


@pytest.mark.parametrize("options", [{}, {"organisation": 3}, {"own": True}, {"after": MIDDLE}], ids=str)
def test_the_citizen_s_page(long_log, db, options):
    anna = care.citizen(care.practice(), pk=FIRST + 77)
    actor = care.actor(Role.CITIZEN)
    actor.user.citizen = anna
    assert_bounded(lambda: citizen_log(actor, anna, **options))
    assert_bounded(lambda: organisations_in_log(anna))


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's log is one table")
def test_a_period_is_looked_for_in_its_months_alone(officer):
    december = months_read(lambda: search_log(officer, Search(since=dt.date(2025, 12, 2), until=dt.date(2025, 12, 30))))
    assert december == {"access_accessrecord_2025_12"}
    turn = months_read(lambda: search_log(officer, Search(since=dt.date(2025, 11, 1), until=dt.date(2026, 1, 1))))
    assert turn == {"access_accessrecord_2026_01"}, "the newest month fills the page; no earlier one is opened"


def test_the_rows_are_what_the_plans_were_made_for(officer):
    found = search_log(officer, Search(organisation=7)).lines
    assert len(found) == 50
    assert {line.record.organisation_id for line in found} == {7}
    assert len(search_log(officer, Search(citizen=10**9)).lines) == 0
    assert len(search_log(officer, Search(citizen=FIRST + 77)).lines) == 10
