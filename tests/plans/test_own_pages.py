"""The citizen's own plan: what is on it, for whom, in which words, and what happens where there is no plan."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samspil.access.actor import private
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, OrganisationKind, Role
from samspil.plans.actions import goals, notes, sections
from samspil.plans.actions.notes import Addressee
from samspil.plans.models import Contact, Goal, Plan, Revision
from samspil.plans.programme import plan_format
from samspil.plans.queries import own
from tests import care
from tests.plans import made
from tests.plans.own_world import Karen

pytestmark = pytest.mark.django_db


@pytest.fixture
def karen() -> Karen:
    return Karen()


def text_of(answer) -> str:
    """What a reader of the page reads: no tags, one space between words."""
    body = re.search(r"<main.*?</main>", answer.content.decode(), re.S)
    assert body is not None
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body.group())).split())


def read(client, path="/me/plan/") -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return text_of(answer)


def actor_of(karen):
    return private(karen.account, Role.CITIZEN)


def test_the_plan_says_what_happens_next_when_with_whom_and_whom_to_call(karen, client):
    page = read(care.log_in(client, karen.account))
    order = ["Hvad sker der nu", "Samtale om medicinen", "Lise Holm", "66 12 34 56", "Havnegade 4", "Ring Lise Holm"]
    places = [page.find(each) for each in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)
    assert "Gå en tur hver dag" in page
    assert "Besøg hver tirsdag" in page


def test_steps_come_in_the_order_of_their_days(karen):
    found = own.own_plan(actor_of(karen), karen.citizen)
    days = [each.day or timezone.localdate(each.at) for each in found.steps]
    assert days == sorted(days)
    assert {each.kind for each in found.steps} == {"appointment", "own", "follow_up"}


def test_what_others_do_is_kept_or_late_in_words(karen, client):
    found = own.own_plan(actor_of(karen), karen.citizen)
    how = {each.what: each.how for each in found.others}
    assert how == {"Besøg hver tirsdag": "agreed", "Låne en vægt": "late", "Måle blodtryk": "agreed"}
    assert "For sent" in read(care.log_in(client, karen.account))


def test_a_referral_stands_once_and_says_how_far_it_has_come(karen, client):
    sections.write(karen.by_doctor, karen.plan, "situation", 0, "Bor alene.")
    psychologist = made.provider(OrganisationKind.PSYCHOLOGIST, "Psykologerne")
    sent = made.referral(karen.citizen, karen.doctor, psychologist.organisation, plan=karen.plan, goal=karen.goal)
    found = own.own_plan(actor_of(karen), karen.citizen)
    assert [each.who for each in found.others].count("Psykologerne") == 1
    (step,) = [each for each in found.steps if each.kind == "referral"]
    assert step.day == sent.start_due
    assert "De er blevet spurgt" in read(care.log_in(client, karen.account))


def test_coord_17_there_is_always_one_to_call(karen):
    """002 L4274-4275: hard to see who is the primary contact. 001 R-TEAM-02: non-empty for every active citizen."""
    reader = actor_of(karen)
    assert own.own_plan(reader, karen.citizen).call.name == "Lise Holm"
    Contact.objects.all().delete()
    karen.house.phone = "66 12 34 00"
    karen.house.save()
    found = own.own_plan(reader, karen.citizen).call
    assert (found.name, found.phone) == ("Lise Holm", "66 12 34 00")
    Plan.objects.update(state="closed", closed_at=timezone.now())
    assert own.own_plan(reader, karen.citizen).call.name == "Lægerne Havnegade"
    karen.citizen.practice = None
    karen.citizen.save()
    assert own.own_plan(reader, karen.citizen).call.name


def test_team_02_somebody_answers_when_the_accountable_person_is_away(karen):
    plan = karen.plan
    plan.accountable = karen.nurse
    plan.save()
    plan.contacts.all().delete()
    found = own.own_plan(actor_of(karen), karen.citizen).call
    assert (found.name, found.phone) == ("Nanna Friis", "66 77 88 99")
    assert (found.otherwise, found.other_phone) == ("Lægerne Havnegade", "66 12 34 56")


def test_coord_11_one_named_counterpart_in_each_sector_or_the_gap(karen, client):
    """002 L2003-2012, L2974-2979."""
    department = care.organisation(OrganisationKind.HOSPITAL_DEPARTMENT, "Geriatrisk Afdeling")
    made.activity(karen.plan, "Undersøgelse", department)
    team = own.own_plan(actor_of(karen), karen.citizen).team
    assert [(each.name, each.place) for each in team] == [
        ("Lise Holm", "Lægerne Havnegade"),
        ("Nanna Friis", "Hjemmesygeplejen Nord"),
        ("", "Geriatrisk Afdeling"),
    ]
    assert "Der er ikke en fast person endnu" in read(care.log_in(client, karen.account))


def test_plan_14_the_page_says_something_for_every_citizen(client):
    """001 R-PLAN-14: non-empty for every active citizen."""
    doctor = care.member(care.practice("Lægerne Torvet", phone="64 00 00 01"))
    nobody = care.citizen(doctor.organisation, "Uden Plan")
    page = read(care.log_in(client, care.citizen_account(nobody)))
    assert "Du har ingen fælles plan lige nu" in page
    assert "64 00 00 01" in page
    made.pathway(nobody, doctor)
    assert "Du og din læge er ved at lave din plan" in read(client)
    draft = made.plan(nobody, doctor, state=Plan.State.DRAFT, activated_at=None, next_follow_up=None)
    assert "Din plan er ved at blive lavet" in read(client)
    draft.state, draft.closed_at = Plan.State.CLOSED, timezone.now()
    draft.save()
    page = read(client)
    assert "Din plan er slut" in page
    assert "Tilføj et mål" not in page


def test_the_first_page_says_what_happens_next(karen, client):
    page = read(care.log_in(client, karen.account), "/me/")
    assert page.index("Samtale om medicinen") < page.index("66 12 34 56")
    assert "Se hele planen" in page


def test_mm_r5_no_word_that_citizens_reject_stands_on_the_page_or_the_paper(karen, client):
    """002 L2480-2487, L3415-3426."""
    karen.note()
    care.log_in(client, karen.account)
    for path in ("/me/", "/me/plan/", "/me/notes/", "/me/plan/goals/new/", "/me/plan/write/own_words/"):
        found = [word.word for word in plan_format().words_to_avoid(read(client, path))]
        assert not found, (path, found)
    care.log_in(client, karen.secretary)
    paper = read(client, f"/plans/{karen.plan.pk}/paper/")
    assert not plan_format().words_to_avoid(paper)


def test_no_diagnosis_is_a_heading_and_health_is_folded_up(karen, client):
    """002 MM-R5: the citizen can hide diagnoses in social settings."""
    answer = care.log_in(client, karen.account).get("/me/plan/").content.decode()
    headings = " ".join(re.findall(r"<h[1-3].*?</h[1-3]>", answer, re.S))
    assert "hjerte" not in headings.casefold()
    before = answer[: answer.index("Dårligt hjerte")]
    assert before.rfind("<details") > before.rfind("</details")
    assert "<details open" not in answer


def test_what_others_changed_since_the_last_visit_is_told_in_plain_words(karen, client):
    """000 L710-726: the plan was irrelevant or out of date, and nobody told."""
    reader = actor_of(karen)
    assert not own.own_plan(reader, karen.citizen).news
    _yesterday()
    goals.change(karen.by_doctor, karen.goal, 0, words="Jeg vil kunne gå til købmanden igen")
    sections.write(reader, karen.plan, "own_words", 1, "Jeg vil blive boende.")
    found = own.own_plan(reader, karen.citizen)
    assert len(found.news) == 1, "what she changed herself is no news to her"
    assert "Jeg vil kunne gå til bageren igen" in found.news[0].words
    assert found.news[0].who == "Lise Holm, Lægerne Havnegade"
    page = read(care.log_in(client, karen.account))
    assert "Nyt, siden du var her sidst" in page


def test_news_stay_all_day(karen):
    reader = actor_of(karen)
    own.own_plan(reader, karen.citizen)
    _yesterday()
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    assert own.own_plan(reader, karen.citizen).news
    assert own.own_plan(reader, karen.citizen).news


def _yesterday() -> None:
    """Everything so far was done yesterday. The log's own trigger guards its rows, so it is looked away from."""
    moment = timezone.now() - dt.timedelta(days=1)
    Revision.objects.update(at=moment - dt.timedelta(minutes=5))
    with connection.cursor() as cursor:
        _unlocked(cursor, moment)


def _unlocked(cursor, moment) -> None:
    table = AccessRecord._meta.db_table
    if connection.vendor == "postgresql":
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET at = %s", [moment])
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
    triggers = cursor.fetchall()
    for name, _sql in triggers:
        cursor.execute(f"DROP TRIGGER {name}")
    cursor.execute(f"UPDATE {table} SET at = %s", [moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(" ")])
    for _name, sql in triggers:
        cursor.execute(sql)


def test_a_professionals_change_of_a_goal_is_seen_until_the_citizen_changes_it(karen):
    reader = actor_of(karen)
    changed = goals.change(karen.by_doctor, karen.goal, 0, words="Jeg vil kunne gå til købmanden")
    (shown,) = own.own_plan(reader, karen.citizen).goals
    assert shown.changed is not None
    assert shown.changed.who == "Lise Holm, Lægerne Havnegade"
    goals.change(reader, changed, 1, words="Jeg vil kunne gå til bageren")
    (shown,) = own.own_plan(reader, karen.citizen).goals
    assert shown.changed is None


def test_goals_that_changed_are_asked_about_again(karen, client):
    """000 L-28: goals confirmed by the patient."""
    reader = actor_of(karen)
    goals.confirm(reader, karen.plan, {karen.goal.pk: 0})
    assert "Ja, det er mine mål" not in read(care.log_in(client, karen.account))
    goals.change(karen.by_doctor, karen.goal, 0, words="Jeg vil kunne gå til købmanden")
    assert "Ja, det er mine mål" in read(client)
    client.post("/me/plan/goals/confirm/", {"read": [f"{karen.goal.pk}-1"]})
    assert "Ja, det er mine mål" not in read(client)


def test_a_relative_reads_the_same_and_changes_nothing(karen, client):
    """002 PAT-3; 000 L-30."""
    daughter = care.user("Dorte Holm")
    care.proxy(karen.citizen, daughter, ("read",))
    client = care.log_in(client, daughter)
    page = read(client, f"/for/{karen.citizen.pk}/plan/")
    assert "Jeg vil kunne gå til bageren igen" in page
    assert "Du kan læse den og ikke ændre noget" in page
    for button in ("Tilføj et mål", "Giv slip", "Jeg har gjort det", "Ja, det er mine mål", "Gem"):
        assert button not in page
    assert client.post(f"/me/plan/goals/{karen.goal.pk}/let-go/", {"version": 0}).status_code == 403
    assert Goal.objects.get(pk=karen.goal.pk).state == Goal.State.OPEN


def test_a_relative_without_that_power_sees_nothing(karen, client):
    other = care.user("Anden pårørende")
    care.proxy(karen.citizen, other, ("consent",))
    answer = care.log_in(client, other).get(f"/for/{karen.citizen.pk}/plan/")
    assert answer.status_code == 403
    assert "bageren" not in answer.content.decode()


def test_another_citizen_sees_nothing(karen, client):
    stranger = care.citizen_account(care.citizen(karen.house, "En Anden"))
    with pytest.raises(Refused):
        own.own_plan(private(stranger, Role.CITIZEN), karen.citizen)
    page = read(care.log_in(client, stranger))
    assert "bageren" not in page


def test_plan_7_every_look_at_the_own_plan_is_logged(karen, client):
    """000 R-PLAN-7: whether citizens have looked more than once is measured."""
    client = care.log_in(client, karen.account)
    client.get("/me/plan/")
    client.get("/me/plan/")
    rows = AccessRecord.objects.filter(resource="plan", verb="read", user_id=karen.account.pk, purpose="self")
    assert rows.count() == 2


def test_l_31_the_citizen_sees_to_whom_a_note_goes_and_can_say_no_before_it_is_sent(karen, client):
    """000 L598-608."""
    note = karen.note()
    client = care.log_in(client, karen.account)
    assert "En note om dig venter på dig" in read(client)
    page = read(client, "/me/notes/")
    assert "Karen har hævede ben" in page
    assert "Ikke til Hjemmesygeplejen Nord" in page
    (to,) = note.addressees.all()
    client.post(f"/me/notes/{note.pk}/share/", {"not_to": [to.pk]})
    to.refresh_from_db()
    note.refresh_from_db()
    assert to.refused_at is not None
    assert note.shown_at is not None
    assert "du sagde nej" in read(client, "/me/notes/")


def test_the_citizen_sees_who_has_read_a_note_and_can_stop_it_later(karen, client):
    note = karen.note()
    client = care.log_in(client, karen.account)
    client.post(f"/me/notes/{note.pk}/share/", {})
    assert "ikke læst endnu" in read(client, "/me/notes/")
    Addressee.objects.update(read_at=timezone.now(), read_by=karen.nurse.user)
    assert "læst af Nanna Friis" in read(client, "/me/notes/")
    (to,) = note.addressees.all()
    client.post(f"/me/notes/addressees/{to.pk}/refuse/")
    to.refresh_from_db()
    assert to.refused_at is not None


def test_nobody_lets_go_of_another_citizens_note(karen, client):
    note = karen.note()
    stranger = care.citizen_account(care.citizen(karen.house, "En Anden"))
    client = care.log_in(client, stranger)
    assert client.post(f"/me/notes/{note.pk}/share/", {}).status_code == 404
    (to,) = note.addressees.all()
    assert client.post(f"/me/notes/addressees/{to.pk}/refuse/").status_code == 404
    to.refresh_from_db()
    assert to.refused_at is None
    notes.shown_to_citizen(actor_of(karen), note)


def test_the_page_is_read_in_english_too(karen, client):
    client = care.log_in(client, karen.account)
    client.cookies["django_language"] = "en"
    page = read(client)
    assert "What happens next" in page
    assert "What you say yourself" in page


def test_the_page_costs_the_same_however_much_is_in_the_plan(karen):
    reader = actor_of(karen)
    with CaptureQueriesContext(connection) as few:
        own.own_plan(reader, karen.citizen)
    for number in range(30):
        made.activity(karen.plan, f"Øvelse {number}", karen.nurse.organisation, holder=karen.nurse.user)
        made.goal(karen.plan, f"Mål {number}")
        made.appointment(karen.citizen, karen.doctor, days=number + 1)
    with CaptureQueriesContext(connection) as many:
        own.own_plan(private(karen.account, Role.CITIZEN), karen.citizen)
    assert len(many) <= len(few) + 1
