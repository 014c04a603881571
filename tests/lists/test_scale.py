"""A region's million citizens and quarter of a million names: pages ask few questions, and each goes by an index.

The database is one of its own, filled once for this module and dropped after it; every test's changes are rolled back.
What a page asks is judged by the plan that PostgreSQL follows for it, so these tests need PostgreSQL.
"""

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models import Exists, OuterRef

from bench.statements import asked_by, looked_at, plan_of, steps, tables_over
from bench.town import Size, fill
from samspil.access.models import Citizen, Membership
from samspil.lists.models import Entry, Inclusion, Stage
from tests import care
from tests.databases import copied

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="plans are PostgreSQL's: run with --database postgresql"
    ),
]

SIZE = Size(log_rows=100_000)
#: A table of so many rows is read through an index or not at all.
LARGE = 10_000
#: And no statement looks at more rows of such tables than this: what a practice or a citizen has, not what there is.
AT_MOST = 3_000
PRACTICE = 1


@pytest.fixture(scope="module")
def town(django_db_setup, django_db_blocker):
    """The database of this module, in place of the one that other tests use."""
    with django_db_blocker.unblock(), copied("template1"):
        call_command("migrate", verbosity=0)
        fill(SIZE)
        yield


@pytest.fixture
def doctor(town, db, client):
    """A client logged in as a doctor of the practice."""
    return care.log_in(client, Membership.objects.get(pk=2 * PRACTICE))


@pytest.fixture
def citizen(town, db, client):
    """A client logged in as a citizen whom many have looked at."""
    return care.log_in(client, Citizen.objects.filter(account__isnull=False).order_by("pk")[0].account)


def included():
    """An enrolled citizen of the practice."""
    return Inclusion.objects.filter(practice=PRACTICE, citizen__practice=PRACTICE, stage=Stage.ENROLLED)[0]


def an_entry():
    return Entry.objects.filter(
        practice=PRACTICE, citizen__practice=PRACTICE, model="daemp", state=Entry.State.OPEN, left_at=None
    )[0]


def page(client, address, **options):
    """What a page asks when somebody has been there before: the session is known, and definitions have been read."""
    seen = client.get(address, **options)
    assert seen.status_code == 200, seen.status_code
    return asked_by(lambda: client.get(address, **options))


def judge(statements, at_most):
    """That there are few statements, and that each finds what it needs by an index."""
    large = tables_over(LARGE)
    assert {"access_citizen", "lists_entry", "access_accessrecord"} <= large
    for statement in statements:
        if statement.startswith("INSERT"):
            continue
        reading = [step for step in steps(plan_of(statement)) if step.get("Relation Name") in large]
        scanned = [step["Relation Name"] for step in reading if step["Node Type"] == "Seq Scan"]
        assert not scanned, (scanned, statement[:5000])
        rows = sum(looked_at(step) for step in reading)
        assert rows <= AT_MOST, (rows, statement[:5000])
    assert len(statements) <= at_most, "\n".join(statement[-200:] for statement in statements)


def test_what_was_filled_in_fits_together(town, db):
    assert Citizen.objects.count() == SIZE.citizens
    assert Entry.objects.count() == SIZE.entries
    astray = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.many_to_one or field.one_to_one:
                there = field.related_model.objects.filter(pk=OuterRef(field.attname))
                found = model.objects.filter(**{f"{field.attname}__isnull": False}).exclude(Exists(there))
                astray += [str(field)] if found.exists() else []
    assert not astray


@pytest.mark.parametrize("show", ["waiting", "later", "asked", "decided", "left", "all"])
def test_a_list(doctor, show):
    judge(page(doctor, f"/lists/daemp/?show={show}"), at_most=12)


def test_the_second_page_of_a_list(doctor):
    first = doctor.get("/lists/daemp/")
    following = first.context["more"]
    assert following
    judge(page(doctor, f"/lists/daemp/?after={following}"), at_most=12)


def test_one_list_only(doctor):
    judge(page(doctor, f"/lists/sad/?list={SIZE.practices + PRACTICE}"), at_most=12)


def test_a_citizen(doctor):
    judge(page(doctor, f"/citizens/{included().citizen_id}/"), at_most=12)


def test_all_lists(doctor):
    judge(page(doctor, "/lists/"), at_most=12)


def test_the_next_name(doctor):
    judge(page(doctor, "/lists/daemp/review/"), at_most=16)


def test_one_name(doctor):
    judge(page(doctor, f"/lists/names/{an_entry().pk}/"), at_most=16)


@pytest.mark.parametrize("kind", ["invite", "not_relevant", "later", "ask"])
def test_a_decision(doctor, kind):
    entry = an_entry()
    given = {"kind": kind, "version": entry.version, "reason": "too_complex", "colleague": 2 * PRACTICE - 1}
    doctor.get("/lists/daemp/review/")
    judge(asked_by(lambda: doctor.post(f"/lists/names/{entry.pk}/", given)), at_most=28)
    entry.refresh_from_db()
    assert entry.version == 1


def test_consents_at_the_practice(doctor):
    judge(page(doctor, f"/citizens/{included().citizen_id}/consents/"), at_most=10)


def test_inclusions(doctor):
    judge(page(doctor, "/inclusions/"), at_most=10)


def test_one_inclusion(doctor):
    judge(page(doctor, f"/inclusions/{included().pk}/"), at_most=18)


def test_the_own_page(citizen):
    # What happens next comes from plan, referrals and appointments, and that the plan was read is logged for itself.
    judge(page(citizen, "/me/"), at_most=18)


def test_the_own_log(citizen):
    judge(page(citizen, "/me/log/"), at_most=12)


def test_the_own_figures(doctor):
    judge(page(doctor, "/worth/own/"), at_most=16)
