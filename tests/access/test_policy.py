"""The policy, grant by grant: who is let in, on what basis, and why not."""

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.actor import ANONYMOUS, private
from samspil.access.models import BreakGlass, Category, Role
from samspil.access.policy import Resource, could, may, policy
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
    return care.acting(care.member(house, Role.GP))


@pytest.fixture
def nurse():
    return care.acting(care.member(role=Role.MUNICIPAL))


def dated(fields):
    """Days counted from the day a test runs on, which may be a later one than that on which it was found."""
    return {name: TODAY() + value if isinstance(value, dt.timedelta) else value for name, value in fields.items()}


def sees(actor, citizen, category=None):
    return may(actor, "read", Resource("citizen_record", citizen, category=category), "care")


def shares(citizen, doctor, **limits):
    return care.consent(citizen, "sharing", doctor.user, **limits)


def outcome(decision):
    """`allowed` or the reason."""
    return "allowed" if decision else decision.reason


# The treating practice.


def test_the_own_practice_sees_its_citizen_and_no_other(house, anna, doctor):
    assert sees(doctor, anna).basis == "treating_practice"
    assert outcome(sees(doctor, care.citizen(care.practice()))) == "relation"
    assert outcome(sees(doctor, care.citizen(None))) == "relation"


def test_a_list_is_for_the_own_practice_and_needs_a_legal_basis(house, doctor):
    own, other = Resource("practice_list", practice_id=house.pk), Resource("practice_list", practice_id=house.pk + 1)
    assert outcome(may(doctor, "read", own, "case_finding")) == "no_basis"
    doctor.forget()
    basis = care.legal_basis("case_finding")
    assert may(doctor, "read", own, "case_finding").basis == f"legal_basis:{basis.pk}"
    assert outcome(may(doctor, "read", other, "case_finding")) == "relation"


def test_staff_reads_the_list_and_the_doctor_decides(house, doctor):
    care.legal_basis("case_finding")
    staff = care.acting(care.member(house, Role.PRACTICE_STAFF))
    own = Resource("practice_list", practice_id=house.pk)
    assert may(staff, "read", own, "case_finding")
    assert outcome(may(staff, "decide", own, "case_finding")) == "role"
    assert may(doctor, "decide", own, "case_finding")


def test_the_list_is_for_case_finding_and_for_nothing_else(house, doctor):
    care.legal_basis("case_finding")
    own = Resource("practice_list", practice_id=house.pk)
    assert outcome(may(doctor, "read", own, "improvement")) == "role"


@pytest.mark.parametrize(
    ("since", "until", "revoked", "answer"),
    [
        (-10, None, False, "allowed"),
        (-10, 0, False, "allowed"),
        (0, 0, False, "allowed"),
        (-10, -1, False, "basis_expired"),
        (1, None, False, "basis_expired"),
        (-10, None, True, "basis_expired"),
    ],
)
def test_an_expired_or_revoked_legal_basis_closes_the_flow(house, doctor, since, until, revoked, answer):
    care.legal_basis(
        "case_finding",
        since=TODAY() + since * DAY,
        until=None if until is None else TODAY() + until * DAY,
        revoked_at=timezone.now() if revoked else None,
    )
    own = Resource("practice_list", practice_id=house.pk)
    assert outcome(may(doctor, "read", own, "case_finding")) == answer


def test_a_legal_basis_opens_for_the_sectors_and_data_it_names(anna, nurse):
    care.legal_basis("statutory_care", sectors=["municipality"], categories=["social"])
    hospital = care.acting(care.member(role=Role.HOSPITAL))
    assert sees(nurse, anna, Category.SOCIAL)
    assert outcome(sees(nurse, anna, Category.HEALTH)) == "relation"
    assert not sees(hospital, anna, Category.SOCIAL)


# Tasks and consent.


def test_a_task_with_consent_opens_the_record(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user)
    assert outcome(sees(nurse, anna)) == "no_consent"
    nurse.forget()
    consent = shares(anna, doctor)
    assert sees(nurse, anna).basis == f"consent:{consent.pk}"


def test_a_task_with_a_legal_basis_opens_the_record_without_consent(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user)
    care.legal_basis("care")
    assert sees(nurse, anna).basis.startswith("legal_basis:")


def test_consent_without_a_task_opens_nothing(anna, doctor, nurse):
    shares(anna, doctor)
    assert outcome(sees(nurse, anna)) == "relation"


def test_a_finished_task_closes_the_record(anna, doctor, nurse):
    shares(anna, doctor)
    care.task(anna, nurse.organisation, doctor.user, closed_at=timezone.now())
    assert outcome(sees(nurse, anna)) == "relation"


def test_a_task_that_a_colleague_holds_opens_nothing(anna, doctor, nurse):
    shares(anna, doctor)
    colleague = care.acting(care.member(nurse.organisation, Role.MUNICIPAL))
    care.task(anna, nurse.organisation, doctor.user, holder=colleague.user)
    assert outcome(sees(nurse, anna)) == "relation"
    assert sees(colleague, anna)


def test_a_task_shows_itself_without_any_consent(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user)
    assert may(nurse, "read", Resource("task", anna), "care")


@pytest.mark.parametrize(
    ("limits", "category", "answer"),
    [
        ({}, None, "allowed"),
        ({"sector": "municipality"}, None, "allowed"),
        ({"sector": "hospital"}, None, "no_consent"),
        ({"category": "social"}, Category.SOCIAL, "allowed"),
        ({"category": "social"}, Category.HEALTH, "no_consent"),
        ({"category": "social"}, None, "allowed"),
        ({"until": 0 * DAY}, None, "allowed"),
        ({"until": -DAY}, None, "no_consent"),
        ({"since": DAY}, None, "no_consent"),
        ({"given": False}, None, "no_consent"),
        ({"withdrawn_at": timezone.now()}, None, "consent_withdrawn"),
        ({"withdrawn_at": timezone.now(), "sector": "hospital"}, None, "no_consent"),
    ],
)
def test_consent_reaches_as_far_as_it_says(anna, doctor, nurse, limits, category, answer):
    care.task(anna, nurse.organisation, doctor.user)
    shares(anna, doctor, **dated(limits))
    assert outcome(sees(nurse, anna, category)) == answer


def test_consent_to_one_organisation_is_for_that_one(anna, doctor, nurse):
    other = care.acting(care.member(role=Role.MUNICIPAL))
    for actor in (nurse, other):
        care.task(anna, actor.organisation, doctor.user)
    shares(anna, doctor, organisation=nurse.organisation)
    assert sees(nurse, anna)
    assert outcome(sees(other, anna)) == "no_consent"


def test_of_two_answers_about_the_same_the_newer_counts(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user)
    hospital = care.acting(care.member(role=Role.HOSPITAL))
    care.task(anna, hospital.organisation, doctor.user)
    shares(anna, doctor)
    shares(anna, doctor, given=False, sector="municipality")
    assert outcome(sees(nurse, anna)) == "no_consent"
    assert sees(hospital, anna)
    shares(anna, doctor, organisation=nurse.organisation)
    nurse.forget()
    assert sees(nurse, anna)


def test_a_no_to_one_kind_of_data_closes_that_kind_only(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user)
    shares(anna, doctor)
    shares(anna, doctor, given=False, category="mental_health")
    assert sees(nurse, anna)
    assert sees(nurse, anna, Category.HEALTH)
    assert outcome(sees(nurse, anna, Category.MENTAL_HEALTH)) == "no_consent"


def test_consent_to_something_else_is_no_consent_to_sharing(anna, doctor, nurse):
    care.task(anna, nurse.organisation, doctor.user)
    care.consent(anna, "participation", doctor.user)
    assert outcome(sees(nurse, anna)) == "no_consent"


# Emergency.


def broken(actor, citizen, *, minutes):
    now = timezone.now()
    return BreakGlass.objects.create(
        citizen=citizen,
        membership=actor.membership,
        reason="bevidstløs",
        opened_at=now - dt.timedelta(hours=1),
        expires_at=now + dt.timedelta(minutes=minutes),
    )


def test_broken_glass_opens_one_record_to_one_person_until_it_expires(anna, nurse):
    case = broken(nurse, anna, minutes=1)
    assert sees(nurse, anna).basis == f"break_glass:{case.pk}"
    assert outcome(sees(nurse, care.citizen(anna.practice))) == "relation"
    colleague = care.acting(care.member(nurse.organisation, Role.MUNICIPAL))
    assert outcome(sees(colleague, anna)) == "relation"


def test_expired_glass_opens_nothing(anna, nurse):
    broken(nurse, anna, minutes=-1)
    assert outcome(sees(nurse, anna)) == "relation"


def test_a_dispensation_for_some_kinds_of_data_opens_the_list_for_those_alone(anna, doctor):
    """The list is there; who reads it asks for each kind by itself."""
    own = {"practice_id": anna.practice_id}
    care.legal_basis("case_finding", categories=["employment"])
    care.legal_basis("case_finding", categories=["social"], until=TODAY() - DAY)
    assert may(doctor, "read", Resource("practice_list", **own), "case_finding")
    answers = {
        category: outcome(may(doctor, "read", Resource("practice_list", **own, category=category), "case_finding"))
        for category in Category
    }
    assert answers == {
        Category.EMPLOYMENT: "allowed",
        Category.SOCIAL: "basis_expired",
        Category.HEALTH: "no_basis",
        Category.MENTAL_HEALTH: "no_basis",
    }


def test_broken_glass_opens_reading_only(anna, nurse):
    broken(nurse, anna, minutes=60)
    assert not may(nurse, "write", Resource("task", anna), "care")
    assert not may(nurse, "read", Resource("consent", anna), "inclusion")


@pytest.mark.parametrize("role", [Role.NGO, Role.SECRETARIAT, Role.ANALYST, Role.TEAM_CHAIR, Role.ADMINISTRATOR])
def test_who_does_not_treat_cannot_break_the_glass(anna, role):
    actor = care.actor(role)
    assert outcome(may(actor, "break_glass", Resource("citizen_record", anna), "emergency")) == "role"


# Citizens and relatives.


def test_a_citizen_sees_the_own_page_and_nobody_elses(anna):
    own = private(care.citizen_account(anna), Role.CITIZEN)
    other = care.citizen(anna.practice)
    for kind in ("citizen_page", "citizen_log", "consent", "proxies", "notices"):
        assert may(own, "read", Resource(kind, anna), "self").basis == "self"
        assert outcome(may(own, "read", Resource(kind, other), "self")) == "relation"


def test_somebody_who_works_here_and_is_a_citizen_has_the_rights_of_the_capacity_chosen(anna, house):
    account = care.citizen_account(anna)
    worker = care.acting(care.member(care.practice(), Role.GP, who=account))
    assert outcome(may(worker, "read", Resource("citizen_page", anna), "self")) == "role"
    assert outcome(sees(worker, anna)) == "relation"


@pytest.mark.parametrize(
    ("scope", "kind", "verb"),
    [
        ("read", "citizen_page", "read"),
        ("read", "notices", "read"),
        ("read", "plan", "read"),
        ("log", "citizen_log", "read"),
        ("consent", "consent", "read"),
        ("consent", "consent", "write"),
    ],
)
def test_each_scope_of_a_proxy_opens_its_own(anna, scope, kind, verb):
    proxy = care.proxy(anna, scopes=(scope,))
    daughter = private(proxy.relative, Role.RELATIVE)
    asked = [
        ("citizen_page", "read"),
        ("notices", "read"),
        ("plan", "read"),
        ("plan", "write"),
        ("citizen_log", "read"),
        ("consent", "read"),
        ("consent", "write"),
        ("proxies", "read"),
        ("proxies", "write"),
    ]
    opened = {(k, v) for k, v in asked if may(daughter, v, Resource(k, anna), "self")}
    assert (kind, verb) in opened
    grants = {
        (grant.resource, verb)
        for grant in policy().grants
        for verb in grant.verbs
        if grant.relation == "proxy" and grant.scope == scope
    }
    assert opened == grants


@pytest.mark.parametrize(
    "ended",
    [{"until": -DAY}, {"since": DAY}, {"revoked_at": timezone.now()}],
    ids=["expired", "not yet", "revoked"],
)
def test_a_proxy_that_is_not_in_force_opens_nothing(anna, ended):
    proxy = care.proxy(anna, scopes=("read", "log", "consent"), **dated(ended))
    daughter = private(proxy.relative, Role.RELATIVE)
    assert outcome(may(daughter, "read", Resource("citizen_page", anna), "self")) == "relation"


# Those who never see a citizen.


@pytest.mark.parametrize(
    ("role", "grants"),
    [
        (Role.SECRETARIAT, []),
        (Role.ANALYST, []),
        (Role.TEAM_CHAIR, []),
        (Role.ADMINISTRATOR, []),
        (Role.DATA_PROTECTION_OFFICER, []),
        # That a task is overdue, without what it is about.
        (Role.SYSTEM, ["reminding"]),
    ],
)
def test_some_roles_have_no_grant_to_any_clinical_content(role, grants):
    clinical = {
        *("citizen_record", "citizen_page", "inclusion", "consent", "nomination", "task", "notices"),
        *("plan", "note", "referral", "medicine_list", "stay"),
    }
    held = [grant.grant for grant in policy().grants if role in grant.roles and grant.resource in clinical]
    assert held == grants


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.ANALYST])
def test_secretariat_and_analyst_see_no_citizen_even_with_task_consent_and_basis(anna, doctor, role):
    actor = care.actor(role)
    care.task(anna, actor.organisation, doctor.user)
    shares(anna, doctor)
    care.legal_basis("care", "statutory_care", "case_finding")
    assert outcome(sees(actor, anna)) == "role"
    assert (
        outcome(may(actor, "read", Resource("practice_list", practice_id=anna.practice_id), "case_finding")) == "role"
    )


def test_nobody_is_let_in_without_logging_in(anna):
    for grant in policy().grants:
        for verb in grant.verbs:
            assert outcome(may(ANONYMOUS, verb, Resource(grant.resource, anna), grant.purpose)) == "role"


def test_nobody_without_an_organisation_is_anybodys_own_practice():
    stray, nobodys = care.actor(Role.CITIZEN), care.citizen(None)
    assert outcome(sees(stray, nobodys)) == "role"
    assert not any(grant.relation == "own_practice" and Role.CITIZEN in grant.roles for grant in policy().grants)


# The file itself.


def test_what_a_role_could_do_at_all():
    nurse = care.actor(Role.MUNICIPAL)
    assert could(nurse, "read", "task", "care")
    assert not could(nurse, "decide", "practice_list", "case_finding")


def test_a_refusal_tells_what_came_nearest(anna, doctor, nurse):
    assert outcome(sees(nurse, anna)) == "relation"
    nurse.forget()
    care.task(anna, nurse.organisation, doctor.user)
    assert outcome(sees(nurse, anna)) == "no_consent"
    nurse.forget()
    care.legal_basis("care", until=TODAY() - DAY)
    assert outcome(sees(nurse, anna)) == "basis_expired"
