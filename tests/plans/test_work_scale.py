"""Ten thousand open tasks in one unit: a page of the work list asks few questions, and each goes by an index."""

import pytest
from django.db import connection

from bench.open_tasks import fill
from bench.statements import asked_by, looked_at, plan_of, steps
from samspil.access.models import CareTask
from samspil.plans.queries.work import PAGE, work_list
from tests import care
from tests.access.once import made_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

#: Two lists (own, and the unit's), each with tasks that have a day and tasks that have none, and the access log.
STATEMENTS = 10
#: Rows of the tables of tasks that one statement may look at: those of a page, and not those that there are.
AT_MOST = 20 * PAGE
TABLES = {"access_caretask", "plans_plantask"}
FILTERS = [
    {},
    {"whose": "mine"},
    {"whose": "unit"},
    {"overdue": True},
    {"kind": "activity"},
    {"kind": "plain"},
    {"kind": "call_gp", "overdue": True, "whose": "unit"},
]


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    with made_once(django_db_blocker, fill) as nurse:
        yield nurse


@pytest.fixture
def nurse(filled, db):
    return filled


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_a_page_asks_few_questions(nurse, filters):
    found = []
    statements = asked_by(lambda: found.append(work_list(care.acting(nurse), **filters)))
    assert 10 < len(found[0].lines) <= PAGE
    assert len(statements) <= STATEMENTS, "\n".join(statement[:200] for statement in statements)


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's: run with --database postgresql")
def test_each_question_goes_by_an_index(nurse, filters):
    middle = work_list(care.acting(nurse), **filters).following
    for after in ("", middle):
        actor = care.acting(nurse)
        for statement in asked_by(lambda actor=actor, after=after: work_list(actor, after=after, **filters)):
            if not statement.startswith("SELECT"):
                continue
            reading = [step for step in steps(plan_of(statement)) if step.get("Relation Name") in TABLES]
            assert not [step for step in reading if step["Node Type"] == "Seq Scan"], statement[:3000]
            if "kind" not in filters:
                assert max((looked_at(step) for step in reading), default=0) <= AT_MOST, statement[:3000]


def test_the_pages_together_hold_every_task_of_mine_once(nurse):
    seen, after = [], ""
    while True:
        page = work_list(care.acting(nurse), whose="mine", after=after)
        seen += [line.task.pk for line in page.lines]
        after = page.following
        if not after:
            break
    own = CareTask.objects.filter(holder=nurse.user, closed_at__isnull=True)
    assert len(seen) == len(set(seen)) == own.count()


def test_the_page_itself_asks_no_more_than_the_list(nurse, client):
    care.log_in(client, nurse)
    client.get("/work/")
    statements = asked_by(lambda: client.get("/work/"))
    # Session, user, membership and the menu come on top.
    assert len(statements) <= STATEMENTS + 6, "\n".join(statement[:200] for statement in statements)
