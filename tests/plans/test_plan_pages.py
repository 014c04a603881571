"""The plan's pages: one screen for the doctor, what others may see of it, and every form."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from samspil.access.models import AccessRecord, Role
from samspil.plans.actions import activities, contacts, goals, links, plans, sections
from samspil.plans.models import Activity, Appointment, Contact, Draft, Goal, PlanLink, PlanTask, Section
from tests import care
from tests.plans import made
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return Desk()


def full(desk: Desk) -> Goal:
    """A plan with something in every part."""
    goal = goals.add(desk.actor, desk.plan, words="Jeg vil sove om natten", domain="mental", stated_by="professional")
    agreed = {"category": "health", "goal": goal, "due": desk.later()}
    activities.agree(desk.actor, desk.plan, what="Samtale", party=desk.house, **agreed)
    activities.agree(desk.actor, desk.plan, what="Besøg i hjemmet", party=desk.helper.organisation, **agreed)
    activities.agree(desk.actor, desk.plan, what="En tur hver dag", category="health", by_citizen=True)
    activities.agree(
        desk.actor, desk.plan, what="Møde i jobcentret", category="employment", statutory=True, party=desk.house
    )
    contacts.add(desk.actor, desk.plan, name="Dorte Holm", relation="datter", phone="20 30 40 50", is_relative=True)
    links.add(
        desk.actor,
        desk.plan,
        kind="employment_plan",
        title="Min Plan",
        owner="Jobcentret",
        conflict="Vil have 37 timer",
    )
    sections.write(desk.actor, desk.plan, "mental", 0, "Sover tre timer")
    sections.write(desk.actor, desk.plan, "employment", 0, "Sygemeldt siden maj")
    sections.write(desk.actor, desk.plan, "crisis_signs", 0, "Går ikke ud")
    return goal


PAGES = [
    "", "write/citizen/", "write/domain/", "write/crisis/", "write/involvement/", "write/duties/", "goals/new/",
    "activities/new/", "compose/", "contacts/new/", "links/new/", "versions/", "versions/difference/?from=1&to=5",
    "texts/", "texts/?language=en", "paper/",
]  # fmt: skip


def test_an_open_task_about_a_goal_says_which(desk):
    goals.add(
        desk.actor, desk.plan, words="Jeg vil ned til roserne", domain="somatic", stated_by="citizen",
        midterm_on=desk.later(30),
    )  # fmt: skip
    page = desk.client().get(f"/plans/{desk.plan.pk}/").content.decode()
    assert "halvvejs: “Jeg vil ned til roserne”" in page


def test_no_two_things_on_the_plan_have_the_same_id(desk):
    full(desk)
    ids = re.findall(r' id="([^"]*)"', desk.client().get(f"/plans/{desk.plan.pk}/").content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_every_page_opens_for_the_doctor_and_says_whose_plan_it_is(desk):
    goal = full(desk)
    client = desk.client()
    for page in [*PAGES, f"goals/{goal.pk}/", f"activities/{Activity.objects.first().pk}/"]:
        answer = client.get(desk.address(page))
        assert answer.status_code == 200, page
        assert "Karen Holm" in answer.content.decode(), page


def test_the_page_shows_the_whole_plan_to_the_practice(desk):
    full(desk)
    text = desk.client().get(desk.address()).content.decode()
    for words in ("Anne Lund", "Jeg vil sove om natten", "Hjemmeplejen", "Møde i jobcentret", "Dorte Holm", "Min Plan",
                  "Vil have 37 timer", "Sover tre timer", "Tekst om what_matters"):  # fmt: skip
        assert words in text
    assert AccessRecord.objects.filter(resource="plan", verb="read", citizen_id=desk.citizen.pk).exists()


def test_who_has_a_task_sees_the_kinds_the_citizen_shares_and_always_the_own_task(desk):
    full(desk)
    desk.shares(category="health")
    text = desk.client(desk.helper).get(desk.address()).content.decode()
    assert "Besøg i hjemmet" in text
    assert "Tekst om what_matters" in text
    for hidden in ("Sover tre timer", "Sygemeldt siden maj", "Møde i jobcentret", "Min Plan", "Jeg vil sove om natten"):
        assert hidden not in text
    # The texts about mind and work, the goal, the duty and the other plan.
    assert "5 dele vises ikke" in text


def test_what_came_of_a_follow_up_is_for_those_who_work_in_the_whole_plan_and_for_the_citizen(desk):
    full(desk)
    desk.shares(category="health")
    plans.hold_follow_up(desk.actor, desk.plan, desk.today, "Har talt om misbruget", desk.later())
    assert "misbruget" in desk.client().get(desk.address()).content.decode()
    assert "misbruget" in desk.client(desk.own.user).get(desk.address()).content.decode()
    assert "misbruget" not in desk.client(desk.helper).get(desk.address()).content.decode()


def test_a_plan_is_not_there_for_others_and_a_task_without_consent_opens_nothing(desk):
    full(desk)
    assert desk.client(made.provider()).get(desk.address()).status_code == 403
    assert desk.client(desk.helper).get(desk.address()).status_code == 403
    assert desk.client().get("/plans/999999/").status_code == 404


def test_the_citizen_reads_all_of_the_own_plan(desk):
    full(desk)
    text = desk.client(desk.own.user).get(desk.address()).content.decode()
    assert "Sover tre timer" in text
    assert "Min Plan" in text


def test_the_practice_agrees_a_time_of_the_plan_itself_and_the_citizen_sees_it(desk):
    full(desk)
    page, day = desk.address("appointments/new/"), desk.later(3).isoformat()
    assert page in desk.client().get(desk.address()).content.decode()
    given = {"book-what": "Snak om medicinen", "book-category": "health", "book-day": day, "book-time": "10:30"}
    past = given | {"book-day": (desk.today - dt.timedelta(days=1)).isoformat()}
    assert desk.client().post(page, past).status_code == 422
    assert desk.client().post(page, given).status_code == 302
    made_now = Appointment.objects.get(what="Snak om medicinen")
    assert (made_now.plan, made_now.referral, made_now.organisation) == (desk.plan, None, desk.house)
    own = desk.client(desk.own.user)
    assert "Snak om medicinen" in own.get("/me/plan/").content.decode()
    for who in (desk.own.user, desk.helper):
        desk.shares()
        assert "appointments/new" not in desk.client(who).get(desk.address()).content.decode()
        assert desk.client(who).get(page).status_code == 403
        assert desk.client(who).post(page, given).status_code == 403


def test_a_time_of_the_plan_stands_there_until_somebody_says_whether_the_citizen_came(desk):
    full(desk)
    two_days_ago = timezone.now() - dt.timedelta(days=2)
    been = made.appointment(desk.citizen, desk.doctor, plan=desk.plan, category="health", at=two_days_ago)
    at = f"/appointments/{been.pk}/"
    page = desk.client().get(desk.address()).content.decode()
    assert f"{at}kept/" in page
    assert f"{at}missed/" in page
    desk.shares()
    assert at not in desk.client(desk.helper).get(desk.address()).content.decode()
    assert desk.client(desk.helper).post(f"{at}missed/").status_code == 403
    assert desk.client().post(f"{at}missed/")["Location"] == desk.address()
    assert PlanTask.objects.filter(plan=desk.plan, kind="missed_contact", task__closed_at__isnull=True).exists()
    assert at not in desk.client().get(desk.address()).content.decode()


def test_a_page_costs_the_same_number_of_statements_however_much_there_is(desk, django_assert_max_num_queries):
    goal = full(desk)
    client = desk.client()
    client.get(desk.address())
    for number in range(15):
        activities.agree(
            desk.actor,
            desk.plan,
            what=f"Samtale {number}",
            category="health",
            goal=goal,
            party=desk.house,
            due=desk.later(),
        )
    with django_assert_max_num_queries(60):
        client.get(desk.address())


def test_texts_of_a_group_are_saved_together_and_what_was_not_touched_is_left_alone(desk):
    client, page = desk.client(), desk.address("write/citizen/")
    first = _values(client.get(page))
    sections.write(desk.staff, desk.plan, "situation", _version(desk, "situation"), "Bor alene")
    answer = client.post(page, first | {"needs-text": "Hjælp til at sove"})
    assert answer.status_code == 302
    assert _text(desk, "needs") == "Hjælp til at sove"
    assert _text(desk, "situation") == "Bor alene"


def test_who_saves_second_sees_both_texts_and_saves_again(desk):
    client, page = desk.client(), desk.address("write/citizen/")
    first = _values(client.get(page))
    sections.write(desk.staff, desk.plan, "needs", _version(desk, "needs"), "Bos tekst")
    answer = client.post(page, first | {"needs-text": "Annes tekst", "own_words-text": "Jeg er træt"})
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Bos tekst" in text
    assert "Annes tekst" in text
    assert "Bo Friis" in text
    assert _text(desk, "needs") == "Bos tekst"
    assert _text(desk, "own_words") == "Jeg er træt"
    assert Draft.objects.get(section="needs").text == "Annes tekst"
    again = _values(answer) | {"needs-text": "Bos tekst. Annes tekst"}
    assert client.post(page, again).status_code == 302
    assert _text(desk, "needs") == "Bos tekst. Annes tekst"
    assert not Draft.objects.exists()


def test_a_draft_is_offered_and_gone_on_with_or_thrown_away(desk):
    client = desk.client()
    answer = client.post(desk.address("draft/needs/"), {"text": "Halvt skrevet", "base": _version(desk, "needs")})
    assert answer.status_code == 204
    page = desk.address("write/citizen/")
    assert "Halvt skrevet" in client.get(page).content.decode()
    assert _values(client.get(page + "?continue=needs"))["needs-text"] == "Halvt skrevet"
    assert client.post(desk.address("draft/needs/"), {"throw_away": "1"}).status_code == 302
    assert "Halvt skrevet" not in client.get(page).content.decode()
    assert client.post(desk.address("draft/needs/"), {"text": "x", "base": "y"}).status_code == 400


def test_goals_and_activities_are_written_on_their_pages(desk):
    client = desk.client()
    given = {"words": "Jeg vil gå til stranden", "domain": "somatic", "stated_by": "professional"}
    assert client.post(desk.address("goals/new/"), given).status_code == 302
    goal = Goal.objects.get()
    change = given | {"state": "open", "midterm": "", "version": goal.version, "measure": "Kommer ned til vandet"}
    assert client.post(desk.address(f"goals/{goal.pk}/"), change).status_code == 302
    assert client.post(desk.address(f"goals/{goal.pk}/"), change | {"measure": "Andet"}).status_code == 409
    goal.refresh_from_db()
    read = f"{goal.pk}-{goal.version}"
    client.post(desk.address("goals/confirm/"), {"goal": [read]})
    goal.refresh_from_db()
    assert goal.stated_by == "citizen"
    new = {"what": "Genoptræning", "goal": goal.pk, "who": desk.helper.organisation_id, "category": "health"}
    assert client.post(desk.address("activities/new/"), new | {"due": desk.later().isoformat()}).status_code == 302
    activity = Activity.objects.get()
    assert activity.party == desk.helper.organisation
    moved = new | {"who": "citizen", "version": 0, "due": ""}
    assert client.post(desk.address(f"activities/{activity.pk}/"), moved).status_code == 302
    assert client.post(desk.address(f"activities/{activity.pk}/"), moved | {"what": "Andet"}).status_code == 409
    assert client.post(desk.address(f"activities/{activity.pk}/state/"), {"state": "done"}).status_code == 302
    activity.refresh_from_db()
    assert (activity.state, activity.by_citizen) == ("done", True)
    assert client.post(desk.address("activities/new/"), {"what": ""}).status_code == 422


def test_contacts_and_other_plans_are_added_and_removed(desk):
    client = desk.client()
    given = {"name": "Dorte", "relation": "datter", "phone": "20 30 40 50"}
    assert client.post(desk.address("contacts/new/"), given).status_code == 302
    assert client.post(desk.address("contacts/new/"), given | {"name": "Eva", "first": "on"}).status_code == 302
    assert client.post(desk.address("contacts/new/"), given | {"phone": "aften"}).status_code == 422
    dorte, eva = Contact.objects.get(name="Dorte"), Contact.objects.get(name="Eva")
    assert (dorte.first, eva.first) == (False, True)
    client.post(desk.address(f"contacts/{dorte.pk}/first/"))
    client.post(desk.address(f"contacts/{eva.pk}/remove/"))
    assert list(Contact.objects.values_list("name", "first")) == [("Dorte", True)]
    link = {"kind": "treatment_plan", "title": "Behandlingsplan", "owner": "Afdeling B"}
    assert client.post(desk.address("links/new/"), link).status_code == 302
    made_link = PlanLink.objects.get()
    page = desk.address(f"links/{made_link.pk}/")
    assert client.get(page).status_code == 200
    assert client.post(page, {"conflict": "To slags træning", "before": ""}).status_code == 302
    assert client.post(page, {"conflict": "Noget andet", "before": ""}).status_code == 422
    assert "To slags træning" in client.get(desk.address()).content.decode()
    client.post(desk.address(f"links/{made_link.pk}/remove/"))
    assert not PlanLink.objects.exists()


def test_involvement_and_what_limits_most_are_chosen(desk):
    client = desk.client()
    client.post(desk.address("involvement/"), {"involvement": "others", "before": ""})
    client.post(desk.address("involvement/"), {"involvement": "myself", "before": "together"})
    client.post(desk.address("most-limiting/"), {"condition": "copd", "before": ""})
    desk.plan.refresh_from_db()
    assert (desk.plan.involvement, desk.plan.most_limiting) == ("others", "copd")
    assert "KOL" in client.get(desk.address()).content.decode()


def test_suggestions_are_added_only_when_ticked(desk):
    client, page = desk.client(), desk.address("compose/")
    key = "odense-ic/sad/everyday"
    answer = client.post(page, {f"goal:{key}": "on", f"do:{key}/small_steps": "on"})
    assert answer.status_code == 302
    assert [(goal.stated_by, goal.activities.count()) for goal in Goal.objects.all()] == [("professional", 1)]
    untold = client.post(page, {"goal:odense-ic/sad/calm": "on", "do:odense-ic/sad/calm/psychologist": "on"})
    assert untold.status_code == 422


def test_a_material_revision_is_noted_with_its_reason(desk):
    from samspil.plans.actions.changing import hold, revise  # noqa: PLC0415

    revise(desk.actor, hold(desk.plan), "activated", verb="decide")
    client, page = desk.client(), desk.address("versions/material/")
    goals.add(desk.actor, desk.plan, words="Jeg vil sove", domain="mental", stated_by="citizen")
    desk.plan.refresh_from_db()
    assert client.post(page, {"why": "", "seen": desk.plan.version}).status_code == 422
    assert client.post(page, {"why": "Nyt fælles mål", "seen": desk.plan.version}).status_code == 302
    text = client.get(desk.address("versions/")).content.decode()
    assert "Nyt fælles mål" in text
    assert desk.client(desk.nurse).post(page, {"why": "Igen", "seen": 9}).status_code == 403


def test_staff_write_and_relatives_do_not(desk):
    relative = care.user("Dorte Holm")
    care.proxy(desk.citizen, relative)
    assert desk.client(relative).get(desk.address()).status_code == 200
    for rest in ("write/citizen/", "goals/new/", "activities/new/", "compose/", "contacts/new/", "links/new/"):
        assert desk.client(relative).get(desk.address(rest)).status_code == 403, rest
    assert desk.client(desk.nurse).get(desk.address("write/citizen/")).status_code == 200
    assert desk.nurse.role == Role.PRACTICE_STAFF
    assert reverse("plan", args=[desk.plan.pk]) == desk.address()


def test_a_note_of_the_day_is_told(desk):
    sections.write(desk.actor, desk.plan, "citizen_part", 0, "Går en tur")
    assert timezone.localdate().strftime("%d-%m-%Y") in desk.client().get(desk.address()).content.decode()


def _version(desk: Desk, section: str) -> int:
    found = Section.objects.filter(plan=desk.plan, section=section).first()
    return found.version if found is not None else 0


def _text(desk: Desk, section: str) -> str:
    return Section.objects.get(plan=desk.plan, section=section).text


def _values(answer) -> dict[str, str]:
    """What the forms of a page hold."""
    found = {}
    for form, _met in answer.context["forms"]:
        for field in form:
            if field.value() is not False:
                found[field.html_name] = "" if field.value() is None else field.value()
    return found
