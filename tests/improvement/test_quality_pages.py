"""The practice's own quality on its pages: what each shows, to whom, and what the access log has of it."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.test import Client
from django.utils import timezone

from samspil.access.models import AccessRecord, Citizen, Role
from samspil.improvement.actions.flagging import set_flag
from samspil.improvement.actions.outreach import record_attempt
from samspil.improvement.actions.reviewing import answer
from samspil.improvement.models import IndicatorResult, JournalAnswer, JournalReview, OutreachAttempt, PatientFlag
from samspil.improvement.views.worksheet import SITTINGS
from tests import care
from tests.improvement import made
from tests.improvement.quality_house import SET, House

pytestmark = pytest.mark.django_db
FOOT = "podiatrist_last_two_years"


@pytest.fixture
def house() -> House:
    found = House()
    found.figures()
    return found


@pytest.fixture
def client(house) -> Client:
    return care.log_in(Client(), house.staff)


def text(answer) -> str:
    """What a page says, without its tags."""
    plain = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return " ".join(html.unescape(plain).split())


def seen() -> list[tuple[int, str]]:
    """Who was seen by whom of the practice, in the log."""
    rows = AccessRecord.objects.filter(resource="quality_patients", verb="read", outcome="allowed")
    return [(row.citizen_id, row.detail) for row in rows.filter(citizen_id__isnull=False)]


def addresses(citizen: Citizen) -> list[str]:
    """Every page of the room that is about patients."""
    pages = ("foot_exam/", "lost/", "worksheet/", "screening/", f"patients/{citizen.pk}/", f"worksheet/{citizen.pk}/")
    return [f"/quality/{SET}/{page}" for page in pages]


def test_the_overview_says_share_interval_gap_and_what_is_missing(house, client):
    said = text(client.get("/quality/"))
    # 42 of 56: two of the 58 have a reason that is shown apart. 95 % of 56 is 53.2, so that 12 more are needed.
    for words in ("75 % 42 af 56", "95 %-interval 62–84 %", "Standard 95 %. Der mangler 12", "10 overskredet",
                  "6 uden data", "2 af dem med en kendt årsag", "84 % af dem med data",
                  "Kvalitetsklynge Nord: 68 %", "15 uden aftalt mål", "Tal fra 31-12-2022"):  # fmt: skip
        assert words in said, words
    assert seen() == []


def test_golden_359_more_foot_exams_are_needed(house, client):
    """1,283 patients of 2021 with 67 % of feet examined, against the standard of 95 %."""
    IndicatorResult.objects.filter(indicator="foot_exam").delete()
    made.result(house.publication, house.house, "foot_exam", met=860, overdue=423)
    assert "Der mangler 359" in text(client.get("/quality/t2d/"))


def test_an_indicator_without_standard_is_neither_good_nor_bad(house, client):
    page = client.get("/quality/t2d/").content.decode()
    assert "Ingen standard." in page
    assert "alert-success" not in page
    assert "badge-error" not in page


def test_a_hidden_figure_of_the_network_is_words_and_never_a_number(house, client):
    said = text(client.get("/quality/t2d/"))
    assert "Kvalitetsklynge Nord: for få til at vise" in said
    assert "3 af 4" not in said


def test_what_was_not_collected_is_said_in_words_and_never_zero(house, client):
    IndicatorResult.objects.filter(indicator="systolic").update(outcome="not_collected", met=None, persons=None)
    said = text(client.get("/quality/t2d/"))
    assert "Systolisk blodtryk under 130 mmHg Ikke indsamlet" in said
    assert "0 % 0" not in said


def test_the_series_breaks_where_the_definition_changes_and_has_its_figures_behind_it(house, client):
    page = client.get("/quality/t2d/")
    assert "Linjen er brudt, hvor definitionen blev ændret." in text(page)
    assert "31-12-2018 58 % 30 af 52 v1" in text(page)


def test_l33_every_figure_tells_how_it_is_computed(house, client):
    said = text(client.get("/quality/t2d/foot_exam/"))
    for words in ("Det, der tælles", "Ud af", "v2, skal ses efter", "Patienter uden data tæller som ikke opfyldt",
                  "leverancer fra sektorerne", "52 af 58", "Kan vurderes fra 01-01-2019", "95 % (STD-5",
                  "Ingen svar fra journalen ændrer det."):  # fmt: skip
        assert words in said, words


def test_u_alb_is_shown_in_its_categories(house, client):
    assert "30 til under 300 mg/døgn 22 % 9 af 40" in text(client.get("/quality/t2d/"))


def test_tc3_36_above_own_target_and_no_target_set(house, client):
    house.patient("Over Mål", hba1c_own_target=("not_met", {"value": 60.0, "target": 53.0}))
    house.patient("Uden Mål", hba1c_own_target=("not_applicable", {"value": 60.0}))
    above = text(client.get("/quality/t2d/hba1c_own_target/"))
    assert "Over Mål" in above
    assert "Over eget mål" in above
    assert "60 mmol/mol 53 mmol/mol" in above
    assert "Uden Mål" not in above
    without = text(client.get("/quality/t2d/hba1c_own_target/?show=not_applicable"))
    assert "Uden Mål" in without
    assert "Intet mål aftalt" in without


def test_overdue_patients_come_first_longest_ago_at_the_top(house, client):
    house.patient("Anna Sen", foot_exam=("overdue", {"since": dt.date(2022, 9, 1)}))
    house.patient("Åge Tidlig", foot_exam=("overdue", {"since": dt.date(2021, 3, 1), "last": dt.date(2019, 3, 1)}))
    house.patient("Ukendt", foot_exam="no_data")
    said = text(client.get("/quality/t2d/foot_exam/"))
    assert said.index("Åge Tidlig") < said.index("Anna Sen")
    assert "Overskredet siden 01-03-2021" in said
    assert "Ukendt" not in said


def test_flags_and_the_last_outreach_stand_at_the_patient(house, client):
    karen = house.patient("Karen Holm", foot_exam="overdue")
    set_flag(house.actor, karen, SET, "vulnerable", "Bor alene")
    record_attempt(house.actor, karen, SET, "letter", "no_answer", on=dt.date(2023, 1, 5))
    said = text(client.get("/quality/t2d/foot_exam/"))
    assert "Sårbar" in said
    assert "05-01-2023, brev: svarer ikke" in said


def test_l30_on_a_shared_screen_numbers_stand_for_names(house, client):
    karen = house.patient("Karen Holm", foot_exam=("overdue", {"since": dt.date(2022, 3, 1)}))
    set_flag(house.actor, karen, SET, "vulnerable", "Bor alene")
    answer(house.actor, karen, SET, {FOOT: ("not_done", None)})
    page = client.get("/quality/t2d/foot_exam/?shared=1").content.decode()
    main = page[page.index("<main") :]
    for hidden in ("Karen Holm", karen.cpr, karen.cpr_text, f"/{karen.pk}/", "Sårbar", "Sanne Sekretær"):
        assert hidden not in main, hidden
    assert "Patient 1" in main
    assert (karen.pk, "t2d/foot_exam") in seen()


def test_a_page_logs_each_patient_it_shows_and_no_other(house, client):
    house.many(120)
    client.get("/quality/t2d/foot_exam/?show=met")
    assert len(seen()) == 50
    client.get("/quality/t2d/foot_exam/?show=met&page=2")
    assert len({citizen for citizen, _detail in seen()}) == 60
    client.get("/quality/t2d/foot_exam/?show=met&whole=1")
    assert len(seen()) == 50 + 10 + 60


def test_a_page_that_is_not_there_is_the_nearest(house, client):
    house.many(60)
    for page in ("0", "-1", "99", "x"):
        assert client.get(f"/quality/t2d/foot_exam/?show=met&page={page}").status_code == 200


def test_tc3_18_another_practice_sees_neither_the_patient_nor_the_list(house, client):
    karen = house.patient("Karen Holm", foot_exam="overdue")
    made.lost(house.publication, karen)
    stranger = care.log_in(Client(), care.member(role=Role.GP))
    for address in addresses(karen):
        answer = stranger.get(address)
        assert answer.status_code == (403 if f"/{karen.pk}/" in address else 200)
        assert "Karen Holm" not in answer.content.decode()
    assert "42 af 56" not in text(stranger.get("/quality/t2d/"))
    post = {"known": 0, "channel": "phone", "outcome": "no_answer"}
    assert stranger.post(f"/quality/t2d/patients/{karen.pk}/attempt/", post).status_code == 403
    assert not OutreachAttempt.objects.exists()


def test_who_moved_away_or_died_is_shown_no_more(house, client):
    for change in ({"practice": care.practice()}, {"inactive": True}):
        gone = house.patient("Karen Holm", foot_exam="overdue", eye_exam="no_data")
        made.lost(house.publication, gone)
        Citizen.objects.filter(pk=gone.pk).update(**change)
        for address in addresses(gone)[:4]:
            assert "Karen Holm" not in text(client.get(address))
        assert client.get(f"/quality/t2d/patients/{gone.pk}/").status_code in {403, 404}


def test_without_a_legal_basis_the_figures_stay_and_the_patients_close(house, client):
    karen = house.patient("Karen Holm", foot_exam="overdue")
    answer(house.actor, karen, SET, {FOOT: ("declined", None)})
    house.basis.revoked_at = timezone.now()
    house.basis.save()
    said = text(client.get("/quality/t2d/"))
    assert "42 af 56" in said
    assert "Der er ikke hjemmel" in said
    assert "Med journalgennemgang" not in said
    for address in addresses(karen):
        assert client.get(address).status_code == 403


def test_a_basis_for_another_kind_of_data_opens_no_patients(house, client):
    karen = house.patient("Karen Holm", foot_exam="overdue")
    house.basis.categories = ["social"]
    house.basis.save()
    assert {client.get(address).status_code for address in addresses(karen)} == {403}


@pytest.mark.parametrize("role", [Role.MUNICIPAL, Role.HOSPITAL, Role.LEADERSHIP, Role.ANALYST, Role.SECRETARIAT])
def test_p1_nobody_but_general_practice_sees_individual_data(house, role):
    karen = house.patient("Karen Holm", foot_exam="overdue")
    who = care.log_in(Client(), care.member(role=role))
    assert {who.get(address).status_code for address in ["/quality/", *addresses(karen)]} == {403}


def test_unknown_sets_indicators_and_patients_are_not_found(house, client):
    healthy = care.citizen(house.house)
    for address in ("nothing/", "t2d/nothing/", "t2d/hba1c_twice_above/", "nothing/lost/", "nothing/worksheet/",
                    "nothing/screening/", f"t2d/patients/{healthy.pk}/", "t2d/patients/999999/",
                    "t2d/worksheet/999999/"):  # fmt: skip
        assert client.get(f"/quality/{address}").status_code == 404, address


def test_an_attempt_is_noted_from_the_row_and_from_the_patient_s_page(house, client):
    karen = house.patient("Karen Holm", annual_review="overdue")
    made.lost(house.publication, karen)
    at = f"/quality/t2d/patients/{karen.pk}/attempt/"
    page = client.get("/quality/t2d/lost/").content.decode()
    assert f'action="{at}"' in page
    sent = client.post(at, {"known": 0, "channel": "phone", "outcome": "no_answer", "back": "not_tried"})
    assert sent["Location"] == "/quality/t2d/lost/?show=not_tried"
    wrong = client.post(at, {"known": 99, "channel": "phone", "outcome": "booked", "on": "2150-01-01"})
    assert wrong.status_code == 422
    assert "Dagen ligger ude i fremtiden" in text(wrong)
    second = client.post(at, {"known": 0, "channel": "phone", "outcome": "booked"}, follow=True)
    assert "Sanne Sekretær kom først" in text(second)
    assert "telefon: svarer ikke" in text(second).lower()
    assert OutreachAttempt.objects.count() == 1


def test_the_worksheet_goes_from_patient_to_patient(house, client):
    known = {"annual_review": "met", "eye_exam": "met", "municipal_rehabilitation": "met", "smoking_registered": "met"}
    anna, birthe = (house.patient(name, foot_exam="no_data", **known) for name in ("Anna", "Birthe"))
    page = client.get(f"/quality/t2d/worksheet/{anna.pk}/").content.decode()
    assert page.count("<legend") == 1
    assert "autofocus" in page
    given = {"known": 0, FOOT: "done", f"{FOOT}_on": "2022-04-04"}
    sent = client.post(f"/quality/t2d/worksheet/{anna.pk}/", given)
    assert sent["Location"] == f"/quality/t2d/worksheet/{birthe.pk}/"
    wrong = client.post(f"/quality/t2d/worksheet/{birthe.pk}/", {"known": 0, FOOT: "done"})
    assert wrong.status_code == 422
    assert "Skriv den dag, det blev gjort." in text(wrong)
    last = client.post(f"/quality/t2d/worksheet/{birthe.pk}/", {"known": 0, FOOT: "declined"})
    assert last["Location"] == "/quality/t2d/worksheet/"
    # The time since the first was opened, and both patients, are there to be noted.
    assert 'name="patients" value="2"' in client.get("/quality/t2d/worksheet/").content.decode()
    client.post("/quality/t2d/worksheet/", {"minutes": 12, "patients": 2})
    assert JournalReview.objects.get().minutes == 12
    said = text(client.get("/quality/t2d/worksheet/"))
    assert "0 tilbage" in said
    assert f"{timezone.localdate().year} 12 2 6,0 1" in said


def test_a_sitting_that_nobody_ended_yesterday_is_over(house, client):
    karen = house.patient("Karen Holm", foot_exam="no_data")
    client.get(f"/quality/t2d/worksheet/{karen.pk}/")
    assert 'name="minutes" value="1"' in client.get("/quality/t2d/worksheet/").content.decode()
    session = client.session
    session[SITTINGS] = {SET: (timezone.now() - dt.timedelta(days=1)).isoformat()}
    session.save()
    assert 'name="minutes" value' not in client.get("/quality/t2d/worksheet/").content.decode()


def test_what_the_data_know_can_be_answered_all_the_same(house, client):
    karen = house.patient("Karen Holm", foot_exam=("overdue", {"last": dt.date(2020, 3, 1)}))
    at = f"/quality/t2d/worksheet/{karen.pk}/?all=1"
    assert FOOT in client.get(at).content.decode()
    sent = client.post(at, {"known": 0, FOOT: "declined"})
    assert sent["Location"] == f"/quality/t2d/patients/{karen.pk}/"
    assert "Patienten har sagt nej tak fra journalen, Sanne Sekretær" in text(client.get(sent["Location"]))
    assert JournalAnswer.objects.count() == 1


def test_a_suggestion_leads_the_doctor_to_the_referral(house, client):
    karen = house.patient("Karen Holm", annual_review="met", eye_exam="overdue", foot_exam="met")
    assert "Henvis" not in text(client.get("/quality/t2d/screening/")).partition("Hvorfor")[2]
    client = care.log_in(Client(), house.doctor)
    page = client.get("/quality/t2d/screening/").content.decode()
    assert f'href="/citizens/{karen.pk}/refer/?service=type-2-diabetes/same_day_screening"' in page
    assert client.get(f"/citizens/{karen.pk}/refer/?service=type-2-diabetes/same_day_screening").status_code == 200
    assert "lægen beslutter" in text(client.get("/quality/t2d/screening/"))


def test_flags_are_set_and_taken_away_on_the_citizen_s_page(house, client):
    karen = house.patient("Karen Holm", foot_exam="overdue")
    at = f"/citizens/{karen.pk}/flags/"
    assert client.post(at, {"flag": "t2d/vulnerable", "reason": ""}).status_code == 422
    assert client.post(at, {"flag": "t2d/vulnerable", "reason": "Bor alene"}).status_code == 302
    flag = PatientFlag.objects.get()
    assert "Bor alene" in text(client.get(at))
    client.post(f"{at}{flag.pk}/away/", {"reason": ""})
    assert PatientFlag.objects.get().removed_at is None
    client.post(f"{at}{flag.pk}/away/", {"reason": "Har fået hjælp"})
    assert "Har fået hjælp" in text(client.get(at))
    assert at in client.get(f"/citizens/{karen.pk}/").content.decode()


@pytest.mark.parametrize("name", ["copd", "heart"])
def test_other_sets_are_configuration_alone(house, client, name):
    """Every page of a set that this code has never heard of."""
    publication = made.publication(name)
    karen = house.patient("Karen Holm")
    for indicator in made.definition(name).indicators:
        made.state(publication, karen, indicator.indicator, "no_data")
        made.result(publication, house.house, indicator.indicator, met=10, not_met=5, no_data=1)
    made.lost(publication, karen)
    for address in addresses(karen):
        path = address.replace("t2d", name).replace("foot_exam", made.definition(name).indicators[0].indicator)
        assert "Karen Holm" in text(client.get(path)) or "screening" in path, path
    page = client.get(f"/quality/{name}/").content.decode()
    assert 'href="/quality/t2d/"' in page


def test_a_stale_source_is_told_on_every_page(house, client):
    house.publication.stale = ["general_practice"]
    house.publication.save()
    karen = house.patient("Karen Holm", foot_exam="overdue")
    for address in ["/quality/t2d/", *addresses(karen)[:4]]:
        assert "Nogle data er gamle" in text(client.get(address)), address


def test_before_anything_is_published_the_page_says_so():
    staff = care.member(role=Role.PRACTICE_STAFF)
    assert "Der er ikke offentliggjort nogen tal endnu." in text(care.log_in(Client(), staff).get("/quality/"))


#: Statements of what any page asks first: the session, the account, the capacity, and the chain of the log.
AROUND = 8


@pytest.mark.parametrize("page", range(7))
def test_a_page_takes_few_statements_with_300_patients(house, client, django_assert_max_num_queries, page):
    people = house.many(300)
    for each in people[:40]:
        made.lost(house.publication, each)
        record_attempt(house.actor, each, SET, "phone", "no_answer")
        answer(house.actor, each, SET, {FOOT: ("declined", None)})
        set_flag(house.actor, each, SET, "vulnerable", "Bor alene")
    address = ["/quality/t2d/", *addresses(people[0])][page]
    client.get(address)
    with django_assert_max_num_queries(14 + AROUND):
        assert client.get(address).status_code == 200
