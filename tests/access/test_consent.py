"""Consent: each purpose by itself, limited as the citizen wishes, taken back at once, and nothing forgotten."""

import datetime as dt

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from samspil.access.actions.consent import answer_consent, record_consent, withdraw_consent
from samspil.access.actor import private
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Consent, Notice, Role
from samspil.access.policy import Resource, may
from samspil.access.queries.consent import has_consent, standing, standings
from samspil.programmes import consent as texts
from tests import care

pytestmark = pytest.mark.django_db
ODENSE = "odense-ic"
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


def in_force(citizen):
    """Every yes that holds today."""
    return list(Consent.objects.in_force(timezone.localdate()).filter(citizen=citizen, programme=ODENSE))


@pytest.fixture
def house():
    return care.practice("Lægerne Vestergade")


@pytest.fixture
def anna(house):
    return care.citizen(house, "Anna Poulsen")


@pytest.fixture
def self_(anna):
    """Anna, logged in as citizen."""
    return private(care.citizen_account(anna), Role.CITIZEN)


@pytest.fixture
def doctor(house):
    return care.acting(care.member(house, Role.GP, "Lise Holm"))


@pytest.fixture
def nurse(anna, doctor):
    """A municipal nurse with a task for Anna."""
    nurse = care.acting(care.member(role=Role.MUNICIPAL))
    care.task(anna, nurse.organisation, doctor.user)
    return nurse


def state(actor, citizen, purpose):
    return standing(actor, citizen, ODENSE, purpose).state


def test_the_citizen_answers_for_herself(anna, self_):
    answer = record_consent(self_, anna, ODENSE, "participation", True)
    assert (answer.given, answer.since, answer.until) == (True, TODAY(), None)
    assert answer.text_version == texts.consents_of(ODENSE).about("participation").text(TODAY()).version
    assert has_consent(anna, ODENSE, "participation")
    assert in_force(anna) == [answer]


def test_a_relative_answers_with_that_scope_only(anna):
    daughter = private(care.proxy(anna, scopes=("consent",)).relative, Role.RELATIVE)
    reader = private(care.proxy(anna, scopes=("read", "log")).relative, Role.RELATIVE)
    record_consent(daughter, anna, ODENSE, "participation", True)
    with pytest.raises(Refused):
        record_consent(reader, anna, ODENSE, "participation", False)
    assert has_consent(anna, ODENSE, "participation")
    assert Notice.objects.get(citizen=anna).message == "consent_given"


def test_the_own_gp_writes_the_answer_down_in_the_conversation(anna, doctor):
    record_consent(doctor, anna, ODENSE, "one_plan", True)
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.purpose, row.detail) == ("consent", "write", "inclusion", "one_plan")
    assert Notice.objects.get(citizen=anna).values == {"name": "Lise Holm", "purpose": "one_plan"}


@pytest.mark.parametrize("role", [Role.PRACTICE_STAFF, Role.MUNICIPAL, Role.SECRETARIAT, Role.DATA_PROTECTION_OFFICER])
def test_nobody_else_answers_for_a_citizen(anna, house, role):
    actor = care.acting(care.member(house if role == Role.PRACTICE_STAFF else None, role))
    with pytest.raises(Refused):
        record_consent(actor, anna, ODENSE, "participation", True)
    assert not Consent.objects.exists()


def test_the_gp_of_another_practice_does_not(anna):
    with pytest.raises(Refused):
        record_consent(care.actor(Role.GP), anna, ODENSE, "participation", True)


def test_a_new_answer_replaces_the_old_one_and_the_history_stays(anna, self_):
    record_consent(self_, anna, ODENSE, "one_plan", True)
    record_consent(self_, anna, ODENSE, "one_plan", False)
    record_consent(self_, anna, ODENSE, "one_plan", True)
    history = standing(self_, anna, ODENSE, "one_plan").history
    assert [(answer.given, answer.withdrawn_at is None) for answer in history] == [
        (True, True),
        (False, False),
        (True, False),
    ]


def test_a_withdrawal_closes_at_once_and_tells_the_practice(anna, self_, nurse):
    answer = record_consent(self_, anna, ODENSE, "sharing", True)
    record = Resource("citizen_record", anna)
    assert may(nurse, "read", record, "care")
    withdraw_consent(self_, answer)
    nurse.forget()
    assert may(nurse, "read", record, "care").reason == "consent_withdrawn"
    assert not has_consent(anna, ODENSE, "sharing")
    told = Notice.objects.get(organisation=anna.practice)
    assert (told.role, told.about, told.message, told.values["purpose"]) == (
        Role.GP,
        anna,
        "consent_withdrawn",
        "sharing",
    )


def test_within_one_request_the_withdrawal_counts_too(anna, doctor, house):
    """The actor who withdraws must not go on with what was looked up before."""
    municipal = care.acting(care.member(role=Role.MUNICIPAL))
    care.task(anna, municipal.organisation, doctor.user)
    answer = record_consent(doctor, anna, ODENSE, "sharing", True)
    key = ("consents", anna.pk)
    doctor.known[key] = [answer]
    withdraw_consent(doctor, answer)
    assert doctor.known == {}


def test_taking_back_twice_is_taking_back_once(anna, self_):
    answer = record_consent(self_, anna, ODENSE, "sharing", True)
    withdraw_consent(self_, answer)
    first = Consent.objects.get(pk=answer.pk).withdrawn_at
    withdraw_consent(self_, answer)
    assert Consent.objects.get(pk=answer.pk).withdrawn_at == first
    assert Notice.objects.filter(organisation=anna.practice).count() == 1


def test_the_practice_is_not_told_what_it_wrote_down_itself(anna, doctor):
    withdraw_consent(doctor, record_consent(doctor, anna, ODENSE, "sharing", True))
    assert not Notice.objects.filter(organisation=anna.practice).exists()
    assert [told.message for told in Notice.objects.filter(citizen=anna).order_by("id")] == [
        "consent_given",
        "consent_withdrawn",
    ]


def test_a_citizen_without_a_practice_can_withdraw(self_, anna):
    anna.practice = None
    anna.save()
    withdraw_consent(self_, record_consent(self_, anna, ODENSE, "sharing", True))
    assert not Notice.objects.exists()


# Limits.


def test_a_yes_to_some_is_a_yes_to_each_of_them_with_each_kind(anna, self_):
    answers = answer_consent(
        self_, anna, ODENSE, "sharing", True, sectors=["municipality", "hospital"], categories=["health"]
    )
    assert [(answer.sector, answer.category) for answer in answers] == [
        ("hospital", "health"),
        ("municipality", "health"),
    ]
    assert state(self_, anna, "sharing") == "limited"


def test_everything_chosen_is_no_limit(anna, self_):
    asked = texts.consents_of(ODENSE).about("sharing")
    (answer,) = answer_consent(
        self_, anna, ODENSE, "sharing", True, sectors=asked.recipients, categories=asked.categories
    )
    assert (answer.sector, answer.category) == ("", "")
    assert state(self_, anna, "sharing") == "yes"


def test_a_narrower_answer_to_the_whole_question_closes_the_rest(anna, self_, nurse):
    answer_consent(self_, anna, ODENSE, "sharing", True)
    answer_consent(self_, anna, ODENSE, "sharing", True, sectors=["hospital"])
    assert not may(nurse, "read", Resource("citizen_record", anna), "care")
    assert not has_consent(anna, ODENSE, "sharing", nurse.organisation)


def test_no_to_one_recipient_stands_beside_yes_to_all(anna, self_, nurse):
    record_consent(self_, anna, ODENSE, "sharing", True)
    record_consent(self_, anna, ODENSE, "sharing", False, sector="municipality")
    hospital = care.acting(care.member(role=Role.HOSPITAL))
    assert not has_consent(anna, ODENSE, "sharing", nurse.organisation)
    assert has_consent(anna, ODENSE, "sharing", hospital.organisation, "health")
    assert state(self_, anna, "sharing") == "limited"


def test_a_broader_answer_replaces_the_narrower(anna, self_, nurse):
    record_consent(self_, anna, ODENSE, "sharing", False, organisation=nurse.organisation)
    record_consent(self_, anna, ODENSE, "sharing", True, sector="municipality")
    assert has_consent(anna, ODENSE, "sharing", nurse.organisation)
    assert Consent.objects.filter(withdrawn_at__isnull=True).count() == 1


def test_an_answer_about_one_thing_leaves_other_things_alone(anna, self_):
    record_consent(self_, anna, ODENSE, "sharing", True, sector="hospital", category="health")
    record_consent(self_, anna, ODENSE, "sharing", False, sector="hospital", category="social")
    record_consent(self_, anna, ODENSE, "sharing", False, sector="municipality")
    assert len(in_force(anna)) == 1


@pytest.mark.parametrize(
    ("purpose", "limits"),
    [
        ("participation", {"sector": "hospital"}),
        ("evaluation", {"category": "health"}),
        ("sharing", {"sector": "bank"}),
    ],
)
def test_a_limit_that_is_not_asked_for_is_refused(anna, self_, purpose, limits):
    with pytest.raises(Invalid):
        record_consent(self_, anna, ODENSE, purpose, True, **limits)


@pytest.mark.parametrize(("programme", "purpose"), [(ODENSE, "marketing"), ("nowhere", "sharing")])
def test_what_nobody_asks_cannot_be_answered(anna, self_, programme, purpose):
    with pytest.raises(Invalid):
        answer_consent(self_, anna, programme, purpose, True)
    assert standing(self_, anna, programme, purpose) is None


# Periods.


def test_a_yes_can_be_given_an_end(anna, self_):
    record_consent(self_, anna, ODENSE, "sharing", True, until=TODAY() + 30 * DAY)
    assert state(self_, anna, "sharing") == "yes"
    Consent.objects.update(since=TODAY() - 9 * DAY, until=TODAY() - DAY)
    assert state(self_, anna, "sharing") == "expired"
    assert in_force(anna) == []


def test_an_end_in_the_past_is_refused(anna, self_):
    with pytest.raises(Invalid) as raised:
        record_consent(self_, anna, ODENSE, "sharing", True, until=TODAY() - DAY)
    assert raised.value.field == "until"


def test_the_programme_s_period_is_the_longest(anna, self_, monkeypatch):
    asked = texts.consents_of(ODENSE).about("sharing").model_copy(update={"months": 6})
    monkeypatch.setattr("samspil.access.actions.consent.question", lambda programme, purpose: asked)
    half_a_year = TODAY() + relativedelta(months=6)
    assert record_consent(self_, anna, ODENSE, "sharing", True).until == half_a_year
    assert record_consent(self_, anna, ODENSE, "sharing", True, until=half_a_year + DAY).until == half_a_year
    assert record_consent(self_, anna, ODENSE, "sharing", True, until=TODAY()).until == TODAY()
    assert record_consent(self_, anna, ODENSE, "sharing", False).until is None


# Care with the smallest consent.


def test_declining_evaluation_and_data_exchange_blocks_nothing(anna, self_, doctor, nurse):
    record_consent(self_, anna, ODENSE, "participation", True)
    record_consent(self_, anna, ODENSE, "sharing", True)
    for purpose in ("evaluation", "data_exchange"):
        record_consent(self_, anna, ODENSE, purpose, False)
    assert has_consent(anna, ODENSE, "participation")
    assert may(doctor, "read", Resource("citizen_record", anna), "care")
    assert may(doctor, "decide", Resource("inclusion", anna), "inclusion")
    assert may(nurse, "read", Resource("citizen_record", anna), "care")


def test_declining_everything_leaves_the_own_practice_as_it_was(anna, self_, doctor):
    for asked in texts.consents_of(ODENSE).asked:
        record_consent(self_, anna, ODENSE, asked.purpose, False)
    assert may(doctor, "read", Resource("citizen_record", anna), "care")
    assert {one.state for one in standings(self_, anna)} == {"no"}


def test_a_citizen_who_was_never_asked_has_answered_nothing(anna, self_):
    found = standings(self_, anna)
    assert [one.asked.purpose for one in found] == [asked.purpose for asked in texts.consents_of(ODENSE).asked]
    assert {one.state for one in found} == {"unanswered"}


def test_a_programme_without_lists_asks_only_those_it_concerns(anna, self_, monkeypatch):
    assert {one.programme for one in standings(self_, anna)} == {ODENSE}
    monkeypatch.setattr("samspil.access.asked.CONCERNS", [lambda citizen: {"copd"} if citizen == anna else set()])
    assert {one.programme for one in standings(self_, anna)} == {"copd", ODENSE}


def test_an_answer_given_stays_to_be_seen(anna, self_):
    record_consent(self_, anna, "multimorbidity", "participation", False)
    assert {one.programme for one in standings(self_, anna)} == {"multimorbidity", ODENSE}


def test_an_answer_taken_back_is_told_apart_from_one_never_given(anna, self_):
    withdraw_consent(self_, record_consent(self_, anna, ODENSE, "participation", True))
    assert state(self_, anna, "participation") == "withdrawn"
    record_consent(self_, anna, ODENSE, "participation", False)
    assert state(self_, anna, "participation") == "no"
