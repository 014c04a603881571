"""The one work list: everything somebody is asked to do, in order, and each task finished by the act that owns it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role
from samspil.plans.actions import activities, work
from samspil.plans.models import Activity
from samspil.plans.queries.work import PAGE, work_list
from samspil.plans.task_kinds import how, kind_choices, kind_title
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


@pytest.fixture
def doctor():
    return care.member(name="Lis Læge")


@pytest.fixture
def anna(doctor):
    return care.citizen(doctor.organisation, "Anna Poulsen")


@pytest.fixture
def nurse():
    return care.member(role=Role.MUNICIPAL, name="Nanna Friis")


def titles(membership, **filters):
    return [line.task.title for line in work_list(care.acting(membership), **filters).lines]


def test_tasks_given_by_hand_and_promises_of_plans_stand_on_one_list(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user, title="Besøg i hjemmet")
    made.ask(anna, nurse.organisation, doctor, "activity", TODAY(), title="Støttestrømper")
    assert titles(nurse) == ["Støttestrømper", "Besøg i hjemmet"]


def test_the_longest_overdue_comes_first_and_what_has_no_day_last(anna, doctor, nurse):
    for title, due in (("uden", None), ("om lidt", TODAY() + DAY), ("længe siden", TODAY() - 9 * DAY)):
        made.ask(anna, nurse.organisation, doctor, due=due, title=title)
    made.ask(anna, nurse.organisation, doctor, due=TODAY() - DAY, title="min i går", holder=nurse.user)
    lines = work_list(care.acting(nurse)).lines
    assert [line.task.title for line in lines] == ["længe siden", "min i går", "om lidt", "uden"]
    assert [line.overdue for line in lines] == [True, True, False, False]


def test_a_deadline_in_hours_is_overdue_the_same_day(anna, doctor, nurse):
    gone = timezone.now() - dt.timedelta(minutes=1)
    made.ask(anna, nurse.organisation, doctor, due=TODAY(), due_at=gone)
    assert work_list(care.acting(nurse)).lines[0].overdue


def test_mine_my_units_overdue_and_kind(anna, doctor, nurse):
    colleague = care.member(nurse.organisation, Role.MUNICIPAL)
    made.ask(anna, nurse.organisation, doctor, title="enhed", due=TODAY() - DAY)
    made.ask(anna, nurse.organisation, doctor, "activity", title="min", holder=nurse.user)
    made.ask(anna, nurse.organisation, doctor, title="kollegas", holder=colleague.user)
    care.task(anna, nurse.organisation, doctor.user, title="i hånden")
    assert titles(nurse) == ["enhed", "min", "i hånden"]
    assert titles(nurse, whose="mine") == ["min"]
    assert titles(nurse, whose="unit") == ["enhed", "i hånden"]
    assert titles(nurse, overdue=True) == ["enhed"]
    assert titles(nurse, kind="activity") == ["min"]
    assert titles(nurse, kind="plain") == ["i hånden"]


def test_pages_follow_each_other_without_a_gap_or_a_double(anna, doctor, nurse):
    for number in range(PAGE + 20):
        due = TODAY() + (number // 7) * DAY if number < 60 else None
        holder = nurse.user if number % 3 == 0 else None
        made.ask(anna, nurse.organisation, doctor, due=due, title=f"{number}", holder=holder)
    actor = care.acting(nurse)
    first = work_list(actor)
    second = work_list(actor, after=first.following)
    assert (len(first.lines), len(second.lines), second.following) == (PAGE, 20, "")
    seen = [line.task.pk for line in (*first.lines, *second.lines)]
    assert len(set(seen)) == PAGE + 20
    assert [line.task.due is None for line in second.lines] == [False] * 10 + [True] * 10


@pytest.mark.parametrize("key", ["", "x", "2026-13-01.4", ".", ".x", "2026-01-01.99999999999999999999"])
def test_a_key_that_is_none_gives_the_first_page(anna, doctor, nurse, key):
    made.ask(anna, nurse.organisation, doctor)
    assert len(work_list(care.acting(nurse), after=key).lines) == 1


def test_every_citizen_shown_is_logged_and_nobody_else(anna, doctor, nurse):
    bent = care.citizen(doctor.organisation)
    for citizen in (anna, anna, bent):
        made.ask(citizen, nurse.organisation, doctor)
    before = AccessRecord.objects.count()
    work_list(care.acting(nurse))
    rows = AccessRecord.objects.order_by("id")[before:]
    assert sorted(row.citizen_id for row in rows) == sorted([anna.pk, bent.pk])


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ANALYST, Role.ADMINISTRATOR, Role.CITIZEN])
def test_who_holds_no_tasks_has_no_work_list(role):
    with pytest.raises(Refused):
        work_list(care.actor(role))


def test_an_activity_is_done_when_who_promised_it_says_so(anna, doctor, nurse):
    plan = made.plan(anna, doctor)
    activity = activities.agree(
        care.acting(doctor),
        plan,
        what="Støttestrømper",
        category="health",
        goal=made.goal(plan),
        party=nurse.organisation,
    )
    about = activity.tasks.get()
    assert work.done(care.acting(nurse), about)
    activity.refresh_from_db()
    assert (activity.state, activity.done_by) == (Activity.State.DONE, nurse.user)
    assert titles(nurse) == []
    assert not work.done(care.acting(nurse), about)


def test_somebody_elses_task_is_not_done_by_me(anna, doctor, nurse):
    about = made.ask(anna, nurse.organisation, doctor)
    with pytest.raises(Refused):
        work.done(care.actor(Role.MUNICIPAL), about)
    about.task.refresh_from_db()
    assert about.task.closed_at is None


def test_what_has_its_own_page_is_not_done_by_a_click(anna, doctor, nurse):
    about = made.ask(anna, nurse.organisation, doctor, "answer_question")
    with pytest.raises(Invalid):
        work.done(care.acting(nurse), about)


def test_a_kind_that_asks_for_an_answer_gets_one(anna, doctor, nurse):
    about = made.ask(anna, nurse.organisation, doctor, "missed_contact")
    with pytest.raises(Invalid) as raised:
        work.done(care.acting(nurse), about, " ")
    assert raised.value.field == "answer"
    assert work.done(care.acting(nurse), about, "Har ringet. Kommer i morgen.")
    about.refresh_from_db()
    assert about.answer == "Har ringet. Kommer i morgen."


def test_a_task_given_by_hand_is_done_as_before(anna, doctor, nurse):
    task = care.task(anna, nurse.organisation, doctor.user)
    assert work.done(care.acting(nurse), task)
    task.refresh_from_db()
    assert task.closed_at is not None
    assert not work.done(care.acting(nurse), task)


def test_every_kind_of_the_format_has_a_way_to_be_done():
    assert {how(kind) for kind, _title in kind_choices()} == {"click", "answer", "page"}
    codes = {kind for kind, _title in kind_choices()}
    # 002 COORD-2 (L1765-1777): a coordinator's seven; 001 R-TEAM-22 (L275-280): a pathway partner's six.
    assert {"contact_person", "assess_referred", "follow_up_no_show", "call_gp", "send_message", "guide_by_phone",
            "arrange_meeting"} <= codes  # fmt: skip
    assert {"facilitate_dialogue", "uncover_wishes", "guide_to_offers", "coordinate_appointments", "accompany",
            "companion"} <= codes  # fmt: skip


def test_the_list_is_worked_through_by_clicks(client, anna, doctor, nurse):
    care.log_in(client, nurse)
    about = made.ask(anna, nurse.organisation, doctor, "call_gp", TODAY() - DAY, urgent=True)
    with translation.override("da"):
        page = client.get("/work/?whose=unit").content.decode()
    assert "Ring til egen læge" in page
    assert "Anna Poulsen" in page
    answer = client.post(f"/work/{about.task_id}/", {"back": "/work/?whose=unit"})
    assert answer.url == "/work/?whose=unit"
    assert "Ring til egen læge" in client.get(answer.url).content.decode()  # said once, as done
    assert f'id="task-{about.task_id}"' not in client.get(answer.url).content.decode()


def test_which_goal_is_to_be_looked_at_is_on_the_line(client, anna, doctor):
    plan = made.plan(anna, doctor)
    for words in ("Jeg vil ned til roserne", "Jeg vil være hjemme"):
        made.ask(
            anna,
            doctor.organisation,
            doctor,
            "goal_midway",
            TODAY(),
            title="Set",
            plan=plan,
            goal=made.goal(plan, words),
        )
    page = care.log_in(client, doctor).get("/work/").content.decode()
    assert ": “Jeg vil ned til roserne”" in page
    assert ": “Jeg vil være hjemme”" in page


@pytest.mark.parametrize("language", ["da", "en"])
def test_a_line_says_nothing_twice_in_any_language(anna, doctor, language):
    with translation.override("da"):
        made.ask(anna, doctor.organisation, doctor, "follow_up", TODAY(), title=kind_title("follow_up"))
    with translation.override(language):
        (line,) = work_list(care.acting(doctor)).lines
        assert line.words == ""
        assert line.title == kind_title("follow_up")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/work/", "/lists/"])
def test_a_click_leads_back_to_the_list_and_nowhere_else(client, anna, doctor, nurse, back):
    care.log_in(client, nurse)
    about = made.ask(anna, nurse.organisation, doctor, "call_gp")
    assert client.post(f"/work/{about.task_id}/", {"back": back}).url == reverse("work")


def test_an_answer_that_is_missing_is_asked_for_on_the_page(client, anna, doctor, nurse):
    care.log_in(client, nurse)
    about = made.ask(anna, nurse.organisation, doctor, "missed_contact")
    assert client.get(f"/work/{about.task_id}/").status_code == 200
    assert client.post(f"/work/{about.task_id}/", {"answer": ""}).status_code == 422
    assert client.post(f"/work/{about.task_id}/", {"answer": "Er ringet op"}).url == reverse("work")
