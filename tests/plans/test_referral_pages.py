"""The pages of services, referrals and deadlines, as somebody walks them."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from samspil.access.models import AccessRecord, Role
from samspil.plans.actions import appointments, service_decisions
from samspil.plans.models import Appointment, CatalogueChange, Referral, ServiceDecision
from samspil.plans.queries.referral_counts import fit_of_services
from tests import care
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db
State = Referral.State


@pytest.fixture
def two() -> Two:
    return Two()


def as_(who) -> Client:
    return care.log_in(Client(), who)


def text_of(answer) -> str:
    assert answer.status_code in {200, 422}, answer.status_code
    return answer.content.decode()


def test_a_doctor_refers_in_three_steps(two: Two) -> None:
    doctor = as_(two.doctor)
    page = text_of(doctor.get(f"/citizens/{two.citizen.pk}/refer/", {"words": "stress"}))
    assert "odense-ic/psychologist" in page
    address = f"/citizens/{two.citizen.pk}/refer/?service=odense-ic/psychologist"
    assert two.receiver.organisation.name in text_of(doctor.get(address))
    unagreed = {"to_organisation": two.receiver.organisation.pk, "reason": "Stress.\nØnsker samtaler."}
    answer = doctor.post(address, unagreed)
    assert answer.status_code == 422
    answer = doctor.post(address, unagreed | {"agreed": "on"})
    sent = Referral.objects.get()
    assert answer["Location"] == f"/referrals/{sent.pk}/"
    assert AccessRecord.objects.filter(resource="referral", verb="give", citizen_id=two.citizen.pk).exists()


def test_the_receiver_clicks_through_and_the_doctor_reads(two: Two) -> None:
    sent = two.send()
    psychologist, doctor = as_(two.receiver), as_(two.doctor)
    assert two.citizen.name in text_of(psychologist.get("/referrals/"))

    def click(who: Client, path: str, **data):
        sent.refresh_from_db()
        answer = who.post(f"/referrals/{sent.pk}/{path}/", data)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        text_of(who.get(f"/referrals/{sent.pk}/"))

    click(psychologist, "to/received", **{"received-version": 0})
    click(psychologist, "to/returned", **{"returned-version": 1, "returned-words": "Er der børn?"})
    click(doctor, "answer", **{"answer-version": 2, "answer-words": "To."})
    click(psychologist, "to/accepted", **{"accepted-version": 3, "accepted-right_patient": "yes"})
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    click(psychologist, "appointments", **{"book-day": tomorrow.isoformat(), "book-time": "10:30"})
    click(psychologist, "to/started", **{"started-version": 5})
    click(psychologist, "reply", **{
        "reply-version": 6, "reply-conclusion": "Sover igen.", "reply-gp_actions": "Ring til borgeren\r\nSe på medicin",
    })  # fmt: skip
    page = text_of(doctor.get(f"/referrals/{sent.pk}/"))
    assert "Sover igen." in page
    click(doctor, "read")
    sent.refresh_from_db()
    assert sent.reply_read_at is not None
    assert two.citizen.name not in text_of(doctor.get("/referrals/?way=sent&show=unread"))


def test_an_old_page_is_told_who_was_first(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED)
    old = {"returned-version": 0, "returned-words": "?"}
    answer = as_(two.receiver).post(f"/referrals/{sent.pk}/to/returned/", old, follow=True)
    assert two.receiver.user.name in text_of(answer)
    sent.refresh_from_db()
    assert sent.state == State.RECEIVED


def test_strangers_see_nothing(two: Two) -> None:
    sent = two.send()
    for who in (made.provider(), care.member(), care.member(role=Role.SECRETARIAT)):
        client = as_(who)
        assert client.get(f"/referrals/{sent.pk}/").status_code == 403
        assert client.post(f"/referrals/{sent.pk}/to/received/", {"received-version": 0}).status_code == 403
        assert client.get(f"/citizens/{two.citizen.pk}/refer/").status_code == 403
    assert as_(two.receiver).get("/referrals/9999/").status_code == 404


def test_l_51_why_somebody_declined_is_written_down_apart(two: Two) -> None:
    doctor = as_(two.doctor)
    address = f"/citizens/{two.citizen.pk}/refer/not/?service=odense-ic/psychologist"
    assert doctor.post(address, {"not-outcome": "declined"}).status_code == 422
    assert doctor.post(address, {"not-outcome": "declined", "not-decline": "too_far"}).status_code == 302
    assert ServiceDecision.objects.get().reason == "too_far"
    assert "For langt væk" in text_of(doctor.get(f"/citizens/{two.citizen.pk}/refer/"))


def test_the_secretariat_changes_a_service_and_everybody_sees_it(two: Two) -> None:
    keeper = as_(care.member(role=Role.SECRETARIAT))
    page = keeper.get("/services/odense-ic/geriatric_assessment/change/")
    form = page.context["form"]
    data = {name: value for name, value in form.initial.items() if value not in (None, "")}
    data |= {"start_number": 0, "start_unit": "working_days", "why": "Aftalt med afdelingen"}
    assert keeper.post("/services/odense-ic/geriatric_assessment/change/", data).status_code == 422
    data |= {"start_number": 3}
    answer = keeper.post("/services/odense-ic/geriatric_assessment/change/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    doctor = as_(two.doctor)
    assert "inden for 3 hverdage" in text_of(doctor.get("/services/odense-ic/geriatric_assessment/"))
    assert doctor.get("/services/odense-ic/geriatric_assessment/change/").status_code == 403
    restored = keeper.post("/services/odense-ic/geriatric_assessment/restore/", {"number": 1, "old": 0, "why": "Fejl"})
    assert restored.status_code == 302
    assert CatalogueChange.objects.count() == 2
    assert "ikke aftalt" in text_of(doctor.get("/services/odense-ic/geriatric_assessment/"))


def test_a_new_service_and_one_that_is_taken_out(two: Two) -> None:
    keeper = as_(care.member(role=Role.SECRETARIAT))
    data = {
        "number": 0, "service": "walking_group", "title_da": "Gåhold", "title_en": "Walking group",
        "about_da": "Du går en tur med andre.", "about_en": "You walk with others.", "provider_kind": "ngo",
        "needs": ["company"], "category": "social", "why": "Nyt tilbud",
    }  # fmt: skip
    assert keeper.post("/services/odense-ic/new/", data | {"service": "Går ikke"}).status_code == 422
    assert keeper.post("/services/odense-ic/new/", data).status_code == 302
    doctor = as_(two.doctor)
    assert "Gåhold" in text_of(doctor.get("/services/", {"words": "ensom"}))
    keeper.post("/services/odense-ic/walking_group/take-out/", {"number": 1, "why": "Ingen plads"})
    assert doctor.get("/services/odense-ic/walking_group/").status_code == 404
    assert "Ingen plads" in text_of(keeper.get("/services/"))


def test_deadlines_are_there_for_all_parties_and_name_no_citizen(two: Two) -> None:
    two.send()
    for who in (two.doctor, two.receiver, care.member(role=Role.SECRETARIAT), care.member(role=Role.TEAM_CHAIR)):
        page = text_of(as_(who).get("/deadlines/"))
        assert two.receiver.organisation.name in page
        assert two.citizen.name not in page
    assert as_(care.member(role=Role.ANALYST)).get("/deadlines/").status_code == 403


def test_pat_7_and_ref_7_who_takes_part_and_whether_referrals_changed_are_told_to_the_secretariat(two: Two) -> None:
    def read(who, address: str) -> str:
        return " ".join(re.sub(r"<[^>]+>", " ", text_of(as_(who).get(address))).split())

    two.to(two.send(), State.RECEIVED, State.ACCEPTED)
    keeper, today = care.member(role=Role.SECRETARIAT), timezone.localdate()
    page = read(keeper, "/deadlines/")
    assert "uden 1 ikke noteret 0 (0 % af 1) 0" in page
    assert "Har henvisningerne ændret sig?" not in page
    period = f"since={today - dt.timedelta(days=10)}&until={today}"
    page = read(keeper, f"/deadlines/?{period}&turn={today}")
    assert "10 dage før den" in page
    assert "mod 1 dag fra og med den dag" in page
    assert f"{two.doctor.organisation.name} Samtaler med en psykolog – 0 1 –" in page
    assert "Vælg en dag i perioden." in read(keeper, f"/deadlines/?{period}&turn={today + dt.timedelta(days=1)}")
    page = read(two.doctor, f"/deadlines/?{period}&turn={today}")
    assert "Hvem deltager?" not in page
    assert "Har henvisningerne ændret sig?" not in page


def test_what_was_not_referred_stands_on_the_plan_and_late_ones_on_the_own_list(two: Two) -> None:
    plan = made.plan(two.citizen, two.doctor)
    sent = two.send(plan=plan, goal=made.goal(plan))
    doctor = as_(two.doctor)
    doctor.post(
        f"/citizens/{two.citizen.pk}/refer/not/?service=odense-ic/daneage",
        {"not-outcome": "not_offered_health", "not-said": "Kan ikke forlade hjemmet"},
    )
    page = text_of(doctor.get(f"/plans/{plan.pk}/"))
    assert "Kan ikke forlade hjemmet" in page
    assert f"/referrals/{sent.pk}/" in page
    assert two.citizen.name not in text_of(doctor.get("/referrals/?way=sent&show=late"))
    Referral.objects.update(start_due=dt.date(2026, 1, 5))
    assert two.citizen.name in text_of(doctor.get("/referrals/?way=sent&show=late"))


def test_a_list_of_referrals_asks_the_database_the_same_however_long_it_is(two: Two, django_assert_max_num_queries):
    for _ in range(8):
        made.referral(care.citizen(two.doctor.organisation), two.doctor, two.receiver.organisation)
    psychologist = as_(two.receiver)
    psychologist.get("/referrals/")
    with django_assert_max_num_queries(25):
        text_of(psychologist.get("/referrals/"))


def test_only_an_appointment_that_has_been_can_be_marked_as_kept(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED, State.ACCEPTED)
    booked = appointments.book(two.psychologist, timezone.now() + dt.timedelta(hours=1), referral=sent)
    psychologist = as_(two.receiver)
    assert f"/appointments/{booked.pk}/kept/" not in text_of(psychologist.get(f"/referrals/{sent.pk}/"))
    Appointment.objects.update(at=timezone.now() - dt.timedelta(hours=1))
    assert f"/appointments/{booked.pk}/kept/" in text_of(psychologist.get(f"/referrals/{sent.pk}/"))
    answer = psychologist.post(f"/appointments/{booked.pk}/kept/", follow=True)
    assert "Noteret som holdt." in text_of(answer)
    sent.refresh_from_db()
    assert sent.state == State.STARTED


def test_ref_6_what_receivers_say_of_fit_comes_back_to_who_keeps_the_catalogue(two: Two) -> None:
    sent = two.to(two.send(), State.RECEIVED)
    two.click(sent, State.ACCEPTED, right_patient="too_ill")
    gp = care.acting(two.doctor)
    service_decisions.decide(gp, two.citizen, made.PROGRAMME, "psychologist", "declined", reason="too_far")
    keeper = care.member(role=Role.SECRETARIAT)
    (row,) = fit_of_services(care.acting(keeper))
    assert (row.too_ill, row.declined, row.share) == (1, 1, 0.0)
    assert "0 % af 1" in text_of(as_(keeper).get("/deadlines/"))
    assert "Rette patient" not in text_of(as_(two.doctor).get("/deadlines/"))


@pytest.mark.parametrize(("role", "told"), [(Role.GP, False), (Role.SECRETARIAT, True)])
def test_where_a_service_is_stated_and_what_is_not_settled_is_for_who_keeps_the_catalogue(
    role: Role, told: bool
) -> None:
    client = care.log_in(Client(), care.member(role=role))
    page = client.get("/services/act-dual-diagnosis/acute_telephone/").content.decode()
    assert ("L2682" in page) is told
    assert ("Falster" in page) is told
