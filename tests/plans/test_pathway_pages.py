"""The pages of plans as a list, their beginning, follow-ups, accountable person, coordinators, and ends."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from samspil.access.errors import Invalid
from samspil.access.models import Role
from samspil.plans.actions import accountable
from samspil.plans.actions.pathways import open_from_record
from samspil.plans.models import Coordination, Handover, Pathway, Plan
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Place:
    """A doctor who is logged in, and a citizen enrolled in a programme."""

    def __init__(self) -> None:
        self.doctor = care.member(care.practice("Lægerne Torvet", phone="65 43 21 09"), Role.GP, "Anne Lund")
        self.colleague = care.member(self.doctor.organisation, Role.GP, "Bo Friis")
        self.citizen = care.citizen(self.doctor.organisation, "Karen Holm")
        for purpose in ("participation", "one_plan"):
            care.consent(self.citizen, purpose, self.doctor.user)
        self.client = care.log_in(Client(), self.doctor)

    def begin(self) -> str:
        return f"/citizens/{self.citizen.pk}/plan/begin/"

    def plan(self) -> Plan:
        found = made.plan(self.citizen, self.doctor)
        made.pathway(self.citizen, self.doctor, plan=found)
        return found


@pytest.fixture
def place() -> Place:
    return Place()


def text(answer) -> str:
    return answer.content.decode()


def test_from_enrolment_to_a_follow_up_by_the_pages(place):
    way = made.pathway(place.citizen, place.doctor)
    page = text(place.client.get("/plans/"))
    assert "Karen Holm" in page
    page = text(place.client.get(place.begin()))
    assert 'type="radio"' in page
    assert "checked" not in page.partition('name="accountable"')[2].partition("</form>")[0], "nobody is preselected"
    assert place.client.post(place.begin(), {"pathways": [way.pk]}).status_code == 422
    answer = place.client.post(place.begin(), {"pathways": [way.pk], "accountable": place.colleague.pk})
    plan = Plan.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/plans/{plan.pk}/")
    at = f"/plans/{plan.pk}/follow-ups/"
    day = (timezone.localdate() + 30 * DAY).isoformat()
    answer = place.client.post(at, {"activate": "1", "next_follow_up": day})
    assert answer.status_code == 422
    made.up_to_standard(plan)
    assert place.client.post(at, {"activate": "1", "next_follow_up": day}).status_code == 302
    today = timezone.localdate().isoformat()
    given = {"held_on": today, "words": "Det går fremad", "next_on": day}
    assert place.client.post(at, given | {"words": ""}).status_code == 422
    assert place.client.post(at, given).status_code == 302
    assert "Det går fremad" in text(place.client.get(at))


def test_who_begins_no_plans_is_led_to_the_record_instead(place):
    made.pathway(place.citizen, place.doctor)
    secretary = care.member(place.doctor.organisation, Role.PRACTICE_STAFF, "Lone Brandt")
    for who, begins in ((place.doctor, True), (secretary, False)):
        client = care.log_in(Client(), who)
        page = client.get("/plans/").content.decode()
        address = place.begin() if begins else f"/citizens/{place.citizen.pk}/"
        assert f'<a href="{address}">Karen Holm</a>' in page
        assert client.get(address).status_code == 200


def test_another_programme_is_taken_into_the_plan_there_is(place):
    care.consent(place.citizen, "participation", place.doctor.user, programme="copd")
    plan = place.plan()
    at = f"/citizens/{place.citizen.pk}/pathways/new/"
    assert "copd" in text(place.client.get(at))
    assert place.client.post(at, {"programme": "copd"})["Location"] == place.begin()
    way = Pathway.objects.get(programme="copd")
    assert "Anne Lund" in text(place.client.get(place.begin()))
    assert place.client.post(place.begin(), {"pathways": [way.pk]}).status_code == 302
    way.refresh_from_db()
    assert way.plan == plan


def test_nobody_comes_into_a_programme_with_a_gate_beside_it(place):
    """Consent alone opens no pathway where eligibility is judged first (report 000 L-04)."""
    care.consent(place.citizen, "participation", place.doctor.user)
    at = f"/citizens/{place.citizen.pk}/pathways/new/"
    assert "odense-ic" not in text(place.client.get(at))
    assert place.client.post(at, {"programme": "odense-ic"}).status_code == 422
    with pytest.raises(Invalid):
        open_from_record(care.acting(place.doctor), place.citizen, "odense-ic")
    assert not Pathway.objects.exists()


def test_a_programme_without_lists_is_begun_from_the_record(place):
    """The citizen's record, the programme, its consent, the pathway, the plan: nobody has to be on a list."""
    at = f"/citizens/{place.citizen.pk}/"
    consents, own = at + "consents/", care.log_in(Client(), care.citizen_account(place.citizen))
    assert "KOL" not in text(place.client.get(consents))
    assert at + "pathways/new/" in text(place.client.get(at))
    asked = consents + "copd/participation/"
    assert asked in text(place.client.get(at + "pathways/new/"))
    assert place.client.post(at + "pathways/new/", {"programme": "copd"}).status_code == 422
    assert not Pathway.objects.exists()
    assert place.client.post(asked, {"answer": "yes"})["Location"] == consents
    page = text(place.client.get(at + "pathways/new/"))
    assert asked not in page
    assert 'value="copd"' in page
    assert place.client.post(at + "pathways/new/", {"programme": "copd"})["Location"] == place.begin()
    way = Pathway.objects.get()
    given = {"pathways": [way.pk], "accountable": place.doctor.pk}
    plan = place.client.post(place.begin(), given)["Location"]
    assert "KOL" in text(place.client.get(plan))
    assert "Træning i kommunen" in text(place.client.get(plan + "compose/"))
    # The citizen answers the other questions at home.
    assert "/me/consents/copd/sharing/" in text(own.get("/me/consents/"))


def test_who_is_in_a_programme_sees_its_questions_and_others_do_not(place):
    own = care.log_in(Client(), care.citizen_account(place.citizen))
    assert "/me/consents/copd/" not in text(own.get("/me/consents/"))
    way = made.pathway(place.citizen, place.doctor, programme="copd")
    page = text(own.get("/me/consents/"))
    assert "/me/consents/copd/participation/" in page
    assert "KOL</p>" in page, "two programmes ask: it says which"
    Pathway.objects.filter(pk=way.pk).update(state="moved", ended_at=timezone.now())
    assert "/me/consents/copd/" not in text(own.get("/me/consents/"))


@pytest.mark.parametrize("role", [Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO])
def test_whoever_answered_for_a_plan_reads_notices_whatever_the_sector(place, role):
    other = care.member(role=role)
    plan = made.plan(place.citizen, other)
    handover = accountable.propose(care.acting(place.doctor), plan, place.colleague, "Flyttet")
    accountable.answer(care.acting(place.colleague), handover, accept=True)
    theirs = care.log_in(Client(), other)
    assert 'href="/notices/"' in text(theirs.get("/plans/"))
    assert "Bo Friis" in text(theirs.get("/notices/"))


def test_ending_asks_about_every_promise(place):
    plan = place.plan()
    way = plan.pathways.get()
    care.consent(place.citizen, "sharing", place.doctor.user)
    sent = made.referral(
        place.citizen, place.doctor, made.provider().organisation, plan=plan, goal=made.goal(plan), arm="sad"
    )
    at = f"/pathways/{way.pk}/"
    assert f"referral-{sent.pk}" in text(place.client.get(at))
    given = {"version": way.version, "reason": "completed"}
    answer = place.client.post(at + "end/", given)
    assert answer.status_code == 422
    answer = place.client.post(at + "end/", given | {f"referral-{sent.pk}": "go_on"})
    assert answer.status_code == 302
    plan.refresh_from_db()
    assert plan.state == Plan.State.CLOSED


def test_of_somebody_who_has_died_no_promise_is_asked_about(place):
    plan = place.plan()
    care.task(place.citizen, place.doctor.organisation, place.doctor.user)
    made.referral(place.citizen, place.doctor, made.provider().organisation, plan=plan, goal=made.goal(plan), arm="sad")
    way = plan.pathways.get()
    answer = place.client.post(f"/pathways/{way.pk}/end/", {"version": way.version, "reason": "died"})
    assert answer.status_code == 302


def test_who_stops_is_asked_why(place):
    way = place.plan().pathways.get()
    at = f"/pathways/{way.pk}/end/"
    given = {"version": way.version, "reason": "withdrawn"}
    assert place.client.post(at, given).status_code == 422
    assert place.client.post(at, given | {"why": "motivation"}).status_code == 302
    way.refresh_from_db()
    assert (way.state, way.end_reason) == ("withdrawn", "motivation")


def test_an_end_decided_on_an_old_page_is_a_conflict_in_words(place):
    way = place.plan().pathways.get()
    Pathway.objects.filter(pk=way.pk).update(version=7)
    answer = place.client.post(f"/pathways/{way.pk}/end/", {"version": 0, "reason": "completed"})
    assert answer["Location"] == f"/pathways/{way.pk}/"


def test_handing_over_by_the_pages(place):
    plan = place.plan()
    nurse = care.member(role=Role.MUNICIPAL, name="Carl Holm")
    at = f"/plans/{plan.pk}/accountable/?organisation={nurse.organisation_id}"
    assert "Carl Holm" in text(place.client.get(at))
    assert place.client.post(at, {"to": nurse.pk, "why": ""}).status_code == 422
    assert place.client.post(at, {"to": nurse.pk, "why": "Bor på plejehjem"}).status_code == 302
    handover = Handover.objects.get()
    theirs = care.log_in(Client(), nurse)
    assert f"/handovers/{handover.pk}/" in text(theirs.get("/plans/"))
    assert "Bor på plejehjem" in text(theirs.get(f"/handovers/{handover.pk}/"))
    assert theirs.get(f"/plans/{plan.pk}/accountable/").status_code == 403
    assert theirs.post(f"/handovers/{handover.pk}/", {"accept": "yes"}).status_code == 302
    plan.refresh_from_db()
    assert plan.accountable == nurse
    assert theirs.get(f"/plans/{plan.pk}/accountable/").status_code == 200
    assert "Karen Holm" in text(theirs.get("/plans/"))


def test_a_proposal_is_taken_back_by_a_button(place):
    plan = place.plan()
    handover = accountable.propose(care.acting(place.doctor), plan, place.colleague, "Ferie")
    assert place.client.post(f"/handovers/{handover.pk}/withdraw/").status_code == 302
    assert place.client.post(f"/handovers/{handover.pk}/withdraw/").status_code == 302
    handover.refresh_from_db()
    assert (handover.accepted, handover.answered_at is not None) == (None, True)


def test_a_coordinator_by_the_pages(place):
    plan = place.plan()
    at = f"/plans/{plan.pk}/coordination/"
    given = {
        "coordinator": place.colleague.pk,
        "circumstances": ["low_self_care"],
        "need": "Finder ikke selv vej",
        "ends_when": "Når det er lært",
        "kind": "relay",
        "review_on": (timezone.localdate() + 30 * DAY).isoformat(),
    }
    assert place.client.get(at).status_code == 200
    assert place.client.post(at, given | {"circumstances": []}).status_code == 422
    assert place.client.post(at, given).status_code == 302
    found = Coordination.objects.get()
    assert found.lead, "the first one leads"
    review = f"/coordinations/{found.pk}/review/"
    place.client.post(review, {"words": "Stadig brug", "review_on": "rubbish", "goes_on": "1"})
    found.refresh_from_db()
    assert found.ended_on is None, "what cannot be read ends nothing"
    place.client.post(review, {"words": "Klarer sig selv", "stops": "1"})
    found.refresh_from_db()
    assert found.ended_on == timezone.localdate()


def test_the_record_leads_to_the_plan(place):
    assert "/pathways/new/" in text(place.client.get(f"/citizens/{place.citizen.pk}/"))
    plan = place.plan()
    assert f"/plans/{plan.pk}/" in text(place.client.get(f"/citizens/{place.citizen.pk}/"))


def test_the_secretariat_sees_numbers_and_no_name(place):
    place.plan()
    page = text(care.log_in(Client(), care.member(role=Role.SECRETARIAT)).get("/plans/standing-still/"))
    assert "Lægerne Torvet" in page
    assert "Karen Holm" not in page


@pytest.mark.parametrize(
    "address",
    [
        "/pathways/{way}/",
        "/plans/{plan}/follow-ups/",
        "/plans/{plan}/accountable/",
        "/plans/{plan}/coordination/",
        "/citizens/{citizen}/plan/begin/",
        "/citizens/{citizen}/pathways/new/",
    ],
)
def test_strangers_meet_nothing(place, address):
    plan = place.plan()
    path = address.format(way=plan.pathways.get().pk, plan=plan.pk, citizen=place.citizen.pk)
    assert place.client.get(path).status_code == 200
    for role in (Role.GP, Role.MUNICIPAL, Role.SECRETARIAT):
        answer = care.log_in(Client(), care.member(role=role)).get(path)
        assert answer.status_code == 403
        assert "Karen Holm" not in text(answer)
