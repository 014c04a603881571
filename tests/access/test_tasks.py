"""Tasks: given by the treating practice, held by an organisation or one of its people, gone when done."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from samspil.access.actions.tasks import close_task, give_task
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, CareTask, Category, Role
from samspil.access.policy import Resource, may, opened_by_task
from samspil.access.queries.tasks import seen_with_task
from samspil.plans.queries.work import work_list
from tests import care

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


@pytest.fixture
def house():
    return care.practice("Lægerne Vestergade")


@pytest.fixture
def anna(house):
    return care.citizen(house, "Anna Poulsen")


@pytest.fixture
def doctor(house):
    return care.member(house, Role.GP)


@pytest.fixture
def nurse():
    return care.member(role=Role.MUNICIPAL, name="Nanna Friis")


def held_tasks(actor):
    """What stands on somebody's work list."""
    return [line.task for line in work_list(actor).lines]


def given(doctor, citizen, nurse, **more):
    return give_task(care.acting(doctor), citizen, nurse.organisation, "Besøg i hjemmet", None, **more)


def test_a_practice_gives_a_task_for_its_own_citizen(anna, doctor, nurse):
    task = given(doctor, anna, nurse)
    assert (task.asked_by, task.holder, task.closed_at) == (doctor.user, None, None)
    assert held_tasks(care.acting(nurse)) == [task]


def test_nobody_gives_a_task_for_somebody_elses_citizen(anna, nurse):
    for actor in (care.actor(Role.GP), care.acting(nurse), care.actor(Role.SECRETARIAT)):
        with pytest.raises(Refused):
            give_task(actor, anna, nurse.organisation, "Besøg", None)


@pytest.mark.parametrize(
    ("title", "due", "field"), [("  ", None, "title"), ("Besøg", TODAY() - DAY, "due")], ids=["no title", "too late"]
)
def test_a_task_says_what_and_not_in_the_past(anna, doctor, nurse, title, due, field):
    with pytest.raises(Invalid) as raised:
        give_task(care.acting(doctor), anna, nurse.organisation, title, due)
    assert raised.value.field == field
    assert not CareTask.objects.exists()


def test_only_where_somebody_can_hold_it(anna, doctor):
    secretariat = care.member(role=Role.SECRETARIAT)
    empty = care.member(role=Role.MUNICIPAL, until=TODAY() - DAY)
    for membership in (secretariat, empty):
        with pytest.raises(Invalid) as raised:
            given(doctor, anna, membership)
        assert raised.value.field == "organisation"


def test_a_person_who_holds_it_works_there(anna, doctor, nurse):
    colleague = care.member(nurse.organisation, Role.MUNICIPAL)
    task = given(doctor, anna, nurse, holder=nurse.user)
    assert held_tasks(care.acting(nurse)) == [task]
    assert held_tasks(care.acting(colleague)) == []
    with pytest.raises(Invalid) as raised:
        given(doctor, anna, nurse, holder=doctor.user)
    assert raised.value.field == "holder"


def test_the_most_urgent_come_first_and_those_without_a_date_last(anna, doctor, nurse):
    actor = care.acting(doctor)
    late = give_task(actor, anna, nurse.organisation, "b", TODAY() + 9 * DAY)
    never = give_task(actor, anna, nurse.organisation, "c", None)
    soon = give_task(actor, anna, nurse.organisation, "a", TODAY())
    assert held_tasks(care.acting(nurse)) == [soon, late, never]


def test_a_look_at_the_tasks_is_logged_once_for_each_citizen(anna, house, doctor, nurse):
    bent = care.citizen(house, "Bent Ravn")
    for citizen in (anna, anna, bent):
        given(doctor, citizen, nurse)
    before = AccessRecord.objects.count()
    held_tasks(care.acting(nurse))
    rows = AccessRecord.objects.order_by("id")[before:]
    assert sorted(row.citizen_id for row in rows) == sorted([anna.pk, bent.pk])
    assert all(row.basis.startswith("task:") for row in rows)


def test_looking_at_many_tasks_takes_few_queries(house, doctor, nurse, django_assert_max_num_queries):
    for _ in range(30):
        given(doctor, care.citizen(house), nurse)
    actor = care.acting(nurse)
    with django_assert_max_num_queries(12):
        assert len(held_tasks(actor)) == 30


def test_done_is_done_and_closes_the_record(anna, doctor, nurse):
    care.consent(anna, "sharing", doctor.user)
    task = given(doctor, anna, nurse)
    actor, record = care.acting(nurse), Resource("citizen_record", anna)
    assert may(actor, "read", record, "care")
    close_task(actor, task)
    assert not may(actor, "read", record, "care")
    assert held_tasks(actor) == []


def test_the_practice_can_take_its_task_back(anna, doctor, nurse):
    task = given(doctor, anna, nurse)
    close_task(care.acting(doctor), task)
    assert held_tasks(care.acting(nurse)) == []


def test_nobody_finishes_somebody_elses_task(anna, doctor, nurse):
    mine = given(doctor, anna, nurse, holder=nurse.user)
    colleague = care.member(nurse.organisation, Role.MUNICIPAL)
    given(doctor, anna, nurse, holder=colleague.user)
    for actor in (care.acting(colleague), care.actor(Role.MUNICIPAL), care.actor(Role.GP), care.actor(Role.ANALYST)):
        with pytest.raises(Refused):
            close_task(actor, mine)
    mine.refresh_from_db()
    assert mine.closed_at is None


def test_done_twice_is_done_once(anna, doctor, nurse):
    task = given(doctor, anna, nurse)
    actor = care.acting(nurse)
    close_task(actor, task)
    task.refresh_from_db()
    first = task.closed_at
    close_task(actor, task)
    task.refresh_from_db()
    assert task.closed_at == first


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ANALYST, Role.DATA_PROTECTION_OFFICER, Role.CITIZEN])
def test_who_holds_no_tasks_has_no_page_of_them(role):
    with pytest.raises(Refused):
        held_tasks(care.actor(role))


def test_a_task_that_was_done_is_nobody_elses_to_finish_and_leaves_one_row(anna, doctor, nurse):
    task = given(doctor, anna, nurse)
    for _ in range(2):
        close_task(care.acting(nurse), task)
        task.refresh_from_db()
    row = AccessRecord.objects.get(detail=f"task {task.pk}")
    assert (row.verb, row.basis) == ("write", f"task:{task.pk}")


# What the task would open.


def seen(doctor, anna, nurse):
    everything, found = seen_with_task(care.acting(doctor), anna, nurse.organisation)
    return everything, [(one.category, one.why) for one in found]


def test_what_a_task_opens_is_what_the_policy_says(anna, doctor, nurse):
    with translation.override("en"):
        assert seen(doctor, anna, nurse) == (False, [])
        care.consent(anna, "sharing", doctor.user, category="social")
        care.legal_basis("care", sectors=["municipality"], categories=["health"])
        care.legal_basis("care", sectors=["hospital"])
        assert seen(doctor, anna, nurse) == (
            False,
            [("health", "there is a legal basis"), ("social matters", "the citizen has consented")],
        )
        care.consent(anna, "sharing", doctor.user)
        assert seen(doctor, anna, nurse)[0]


def test_it_is_what_they_see_when_the_task_is_there(anna, doctor, nurse):
    care.consent(anna, "sharing", doctor.user, category="social")
    opened = opened_by_task(nurse.organisation, anna)
    given(doctor, anna, nurse)
    for category in Category:
        record = Resource("citizen_record", anna, category=category)
        assert bool(may(care.acting(nurse), "read", record, "care")) is (category in opened)


def test_a_look_at_what_a_task_opens_is_logged_as_one_at_the_consents(anna, doctor, nurse):
    seen(doctor, anna, nurse)
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.citizen_id) == ("consent", "read", anna.pk)


# The pages.


def test_a_task_is_given_in_two_steps_and_finished_with_a_click(client, anna, doctor, nurse):
    care.log_in(client, doctor)
    way = reverse("task-new", args=[anna.pk])
    assert nurse.organisation.name in client.get(way).content.decode()
    second = f"{way}?organisation={nurse.organisation.pk}"
    page = client.get(second).content.decode()
    assert "Nanna Friis" in page
    assert "ikke sagt ja til at dele" in page
    care.consent(anna, "sharing", doctor.user, sector="municipality")
    assert "De kan se oplysningerne, så længe opgaven er åben" in client.get(second).content.decode()
    assert client.post(second, {"title": "", "due": ""}).status_code == 422
    sent = {"title": "Besøg i hjemmet", "due": TODAY().isoformat(), "holder": nurse.user.pk}
    assert client.post(second, sent).url == reverse("citizen", args=[anna.pk])
    task = CareTask.objects.get()
    care.log_in(client, nurse)
    page = client.get(reverse("work")).content.decode()
    assert "Besøg i hjemmet" in page
    assert "Anna Poulsen" in page
    assert client.post(reverse("work-task", args=[task.pk])).url == reverse("work")
    assert "Der er ingen åbne opgaver." in client.get(reverse("work")).content.decode()


def test_a_form_for_a_foreign_citizen_or_place_is_not_shown(client, anna, nurse):
    care.log_in(client, care.member(role=Role.GP))
    assert client.get(reverse("task-new", args=[anna.pk])).status_code == 403
    care.log_in(client, care.member(anna.practice, Role.GP))
    assert client.get(reverse("task-new", args=[10**9])).status_code == 404
    assert client.post(f"{reverse('task-new', args=[anna.pk])}?organisation=999999999", {}).status_code == 404
