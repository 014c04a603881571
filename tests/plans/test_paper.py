"""The plan on paper: what stands on it, that printing is kept, and that a paper that has become old is noticed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, CareTask, Role
from samspil.plans.actions import goals, plans
from samspil.plans.actions.onboarding import ask_for
from samspil.plans.actions.paper import print_plan
from samspil.plans.models import Plan, PlanPrint, PlanTask
from samspil.plans.prints import TASK_KIND
from samspil.plans.working_days import working_days_between
from tests import care
from tests.plans import made
from tests.plans.own_world import Karen

pytestmark = pytest.mark.django_db


@pytest.fixture
def karen() -> Karen:
    made = Karen()
    made.on_paper()
    return made


def waiting(karen) -> list[PlanTask]:
    found = PlanTask.objects.filter(plan=karen.plan, kind=TASK_KIND, task__closed_at__isnull=True)
    return list(found.select_related("task"))


def printed(karen, by=None) -> PlanPrint:
    karen.plan.refresh_from_db()
    return print_plan(by or karen.by_doctor, karen.plan, karen.plan.version)


def test_l_48_the_paper_says_what_the_page_says(karen, client):
    """003 L-48: citizens liked the paper record."""
    page = care.log_in(client, karen.secretary).get(f"/plans/{karen.plan.pk}/paper/").content.decode()
    for each in (
        "Jeg vil kunne gå til bageren igen",
        "Samtale om medicinen",
        "66 12 34 56",
        "Besøg hver tirsdag",
        "Jeg tager to kilo på",
        "Dårligt hjerte",
        "1 tablet om morgenen",
        "Nanna Friis",
    ):
        assert each in page, each


def test_printing_is_kept_with_version_day_and_who_and_stands_in_the_log(karen, client):
    client = care.log_in(client, karen.secretary)
    page = client.post(f"/plans/{karen.plan.pk}/paper/print/", {"version": karen.plan.version, "as": "page"})
    assert page.status_code == 200
    assert "Printet" in page.content.decode()
    made = PlanPrint.objects.get()
    assert (made.version, made.by) == (karen.plan.version, karen.secretary)
    rows = AccessRecord.objects.filter(resource="plan", detail=f"on paper, version {made.version}")
    assert rows.get().user_name == "Susanne Dam"


def test_the_pdf_is_one(karen, client):
    client = care.log_in(client, karen.secretary)
    answer = client.post(f"/plans/{karen.plan.pk}/paper/print/", {"version": karen.plan.version, "as": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_a_plan_that_changed_since_the_print_is_a_task_for_the_practice(karen):
    """000 L710-726: the plan was out of date."""
    printed(karen)
    assert not waiting(karen)
    goals.change(karen.by_doctor, karen.goal, 0, words="Jeg vil kunne gå til købmanden")
    (task,) = waiting(karen)
    assert task.task.organisation == karen.house
    day = timezone.localdate().strftime("%d-%m-%Y")
    assert task.task.title == f"Planen er ændret siden udskrift den {day}"
    assert working_days_between(timezone.localdate(), task.task.due) == 5


def test_ten_changes_are_one_task_and_a_new_print_closes_it(karen):
    printed(karen)
    for number in range(10):
        goals.change(karen.by_doctor, karen.goal, number, measure=f"Trin {number}")
    assert len(waiting(karen)) == 1
    printed(karen)
    assert not waiting(karen)


def test_a_plan_on_paper_that_was_never_printed_is_asked_for(karen):
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    assert len(waiting(karen)) == 1


def test_who_reads_on_the_own_page_gives_nobody_a_task(karen):
    printed(karen)
    karen.pathway.onboarding = "log_in"
    karen.pathway.save()
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    assert not waiting(karen)


def test_a_plan_that_is_being_made_gives_nobody_a_task(karen):
    Plan.objects.update(state="draft")
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    assert not waiting(karen)


def test_the_page_says_that_the_paper_is_old(karen, client):
    printed(karen)
    client = care.log_in(client, karen.secretary)
    at = f"/plans/{karen.plan.pk}/paper/"
    assert "Planen er ændret siden udskrift" not in client.get(at).content.decode()
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    assert "Planen er ændret siden udskrift" in client.get(at).content.decode()


def test_what_changed_meanwhile_is_looked_at_before_it_is_printed(karen):
    version = karen.plan.version
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    with pytest.raises(Conflict):
        print_plan(karen.by_doctor, karen.plan, version)
    assert not PlanPrint.objects.exists()


def test_who_reads_some_kinds_of_data_only_does_not_print(karen, client):
    care.task(karen.citizen, karen.nurse.organisation, karen.doctor.user, holder=karen.nurse.user)
    for who in (karen.nurse, care.member()):
        with pytest.raises(Refused):
            printed(karen, care.acting(who))
        answer = care.log_in(client, who).get(f"/plans/{karen.plan.pk}/paper/")
        assert answer.status_code == 403
        assert "Dårligt hjerte" not in answer.content.decode()


def test_plan_13_the_paper_is_in_the_citizens_language(karen, client):
    ask_for(karen.by_doctor, karen.citizen, language="en", interpreter="", read_aloud=False)
    client = care.log_in(client, karen.secretary)
    page = client.post(f"/plans/{karen.plan.pk}/paper/print/", {"version": karen.plan.version, "as": "page"})
    assert "What happens next" in page.content.decode()


def test_the_task_leads_to_the_page_that_prints(karen, client):
    printed(karen)
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    client = care.log_in(client, karen.secretary)
    assert f"/plans/{karen.plan.pk}/paper/" in client.get("/work/").content.decode()
    assert CareTask.objects.filter(about__kind=TASK_KIND).count() == 1


def test_a_plan_that_is_closed_asks_nobody_to_print_it(karen):
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    assert waiting(karen)
    plans.close(karen.by_doctor, karen.plan, "died")
    assert not waiting(karen)


def test_who_answered_for_a_closed_plan_prints_nothing_of_the_one_after_it(karen, client):
    old, outside = karen.plan, care.member(role=Role.MUNICIPAL)
    care.consent(karen.citizen, "one_plan", karen.doctor.user)
    Plan.objects.filter(pk=old.pk).update(state="closed", closed_at=timezone.now(), accountable=outside)
    newer = made.plan(karen.citizen, karen.doctor, words=False)
    goals.add(karen.by_doctor, newer, words="Jeg vil ud at sejle", domain="social", stated_by="citizen")
    client = care.log_in(client, outside)
    for answer in (
        client.get(f"/plans/{old.pk}/paper/", follow=True),
        client.post(f"/plans/{old.pk}/paper/print/", {"version": old.version, "as": "page"}, follow=True),
    ):
        assert answer.redirect_chain[0][0] == f"/plans/{old.pk}/"
        assert "sejle" not in answer.content.decode()
    assert not PlanPrint.objects.exists()
