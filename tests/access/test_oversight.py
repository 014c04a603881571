"""The officer's pages: searching the whole log, and legal bases."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from samspil.access import guard, log
from samspil.access.actions.legal_bases import record_legal_basis, revoke_legal_basis
from samspil.access.actions.people import NewPerson, create_person, new_one_time_password
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, LegalBasis, Role
from samspil.access.policy import Resource, may
from samspil.access.queries.log import Search, search_log
from tests import care

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
DAY = dt.timedelta(days=1)


@pytest.fixture
def anna():
    return care.citizen(care.practice("Lægerne Vestergade"), "Anna Poulsen", cpr="0101461236")


@pytest.fixture
def doctor(anna):
    return care.acting(care.member(anna.practice, Role.GP, "Lise Holm"))


@pytest.fixture
def officer():
    return care.member(role=Role.DATA_PROTECTION_OFFICER, name="Dorte Lund")


@pytest.fixture
def looks(anna, doctor):
    """One look of the doctor, one refused of a hospital."""
    guard.require(doctor, "read", Resource("citizen_record", anna), "care")
    medic = care.acting(care.member(role=Role.HOSPITAL, name="Bo Juul"))
    with pytest.raises(Refused) as raised:
        guard.require(medic, "read", Resource("citizen_record", anna), "care")
    log.append([raised.value.record])
    return doctor, medic


def names(officer, **search):
    lines = search_log(care.acting(officer), Search(**search)).lines
    return [line.record.user_name for line in lines if line.record.resource != "access_log"]


# Searching.


def test_each_field_narrows_the_search(officer, looks, anna):
    doctor, medic = looks
    assert names(officer) == ["Bo Juul", "Lise Holm"]
    assert names(officer, username=doctor.user.username) == ["Lise Holm"]
    assert names(officer, username="nobody") == []
    assert names(officer, organisation=medic.organisation_id) == ["Bo Juul"]
    assert names(officer, outcome="refused") == ["Bo Juul"]
    assert names(officer, role="gp") == ["Lise Holm"]
    assert names(officer, role="gp", outcome="refused") == []
    assert names(officer, since=TODAY(), until=TODAY()) == ["Bo Juul", "Lise Holm"]
    assert names(officer, since=TODAY() + DAY) == []
    assert names(officer, until=TODAY() - DAY) == []
    assert names(officer, citizen=10**9) == []


def test_a_search_for_one_citizen_is_itself_logged(officer, looks, anna):
    assert len(names(officer, citizen=anna.pk)) == 2
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.citizen_id, row.purpose) == ("access_log", anna.pk, "oversight")


def test_a_search_for_nobody_in_particular_is_logged_too(client, officer, looks):
    names(officer, role="gp")
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.citizen_id, row.user_id) == ("access_log", "read", None, officer.user_id)
    care.log_in(client, officer)
    client.post(reverse("oversight-log-citizen"), {"who-cpr": "010203-1234"})
    assert AccessRecord.objects.filter(resource="access_log", detail="nobody found").exists()


def test_the_page_says_what_was_changed_in_words(client, officer, doctor, anna):
    admin = care.acting(care.member(role=Role.ADMINISTRATOR))
    person, _password = create_person(admin, NewPerson("lob", "Lone Bræ"))
    new_one_time_password(admin, person)
    guard.require(doctor, "read", Resource("citizen_record", anna), "care", detail="daemp undo")
    care.log_in(client, officer)
    page = client.get(reverse("oversight-log")).content.decode()
    assert f"konto nr. {person.pk} oprettet" in page
    assert f"ny adgangskode til konto nr. {person.pk}" in page
    assert "daemp undo" not in page
    assert "new password" not in page


@pytest.mark.parametrize("role", [Role.GP, Role.SECRETARIAT, Role.ADMINISTRATOR, Role.ANALYST, Role.CITIZEN])
def test_only_the_officer_searches_the_log(role):
    with pytest.raises(Refused):
        search_log(care.actor(role), Search())


def test_the_page_finds_a_citizen_without_the_number_in_the_address(client, officer, looks, anna):
    care.log_in(client, officer)
    assert "Anna Poulsen" not in client.get(reverse("oversight-log")).content.decode()
    answer = client.post(reverse("oversight-log-citizen"), {"who-cpr": "010146-1236"})
    assert answer.url == f"{reverse('oversight-log')}?citizen={anna.pk}"
    page = client.get(answer.url).content.decode()
    assert "Kun rækker om Anna Poulsen." in page
    assert "0101461236" not in page
    for typed, says in (("010203-1234", "kendes ingen"), ("1", "ti cifre")):
        refused = client.post(reverse("oversight-log-citizen"), {"who-cpr": typed})
        assert refused.status_code == 422
        assert says in refused.content.decode()


def test_the_page_searches_and_says_what_it_cannot_use(client, officer, looks):
    care.log_in(client, officer)
    page = client.get(reverse("oversight-log"), {"outcome": "refused"}).content.decode()
    assert "Bo Juul" in page
    assert "Lise Holm" not in page
    wrong = client.get(reverse("oversight-log"), {"outcome": "whatever", "since": "yesterday", "citizen": "x"})
    assert wrong.status_code == 200
    assert "form-error-message" in wrong.content.decode()


def test_the_pages_of_the_log_keep_the_search(client, officer, doctor, anna):
    for _ in range(51):
        guard.require(doctor, "read", Resource("citizen_record", anna), "care")
    care.log_in(client, officer)
    page = client.get(reverse("oversight-log"), {"role": "gp"}).content.decode()
    assert "?role=gp&amp;after=" in page


def test_others_do_not_see_the_page(client, doctor):
    care.log_in(client, doctor.membership)
    for name in ("oversight-log", "break-glass-cases", "legal-bases", "legal-basis-new"):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("oversight-log-citizen"), {"who-cpr": "010146-1236"}).status_code == 403


# Legal bases.


def recorded(actor, **more):
    fields = {
        "kind": "dispensation",
        "title": "Frikommune Odense",
        "jurisdiction": "Odense Kommune",
        "purposes": ["case_finding"],
        "since": TODAY(),
    }
    return record_legal_basis(actor, **fields | more)


def test_a_legal_basis_opens_and_revoking_closes_at_once(officer, doctor, anna):
    actor, own = care.acting(officer), Resource("practice_list", practice_id=anna.practice_id)
    basis = recorded(actor)
    assert may(doctor, "read", own, "case_finding").basis == f"legal_basis:{basis.pk}"
    revoke_legal_basis(actor, basis)
    revoke_legal_basis(actor, basis)
    doctor.forget()
    assert may(doctor, "read", own, "case_finding").reason == "basis_expired"
    rows = AccessRecord.objects.filter(resource="legal_basis")
    assert [row.detail for row in rows.order_by("id")] == [str(basis.pk), f"{basis.pk} revoked"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"purposes": []}, "purposes"),
        ({"purposes": ["marketing"]}, "purposes"),
        ({"sectors": ["bank"]}, ""),
        ({"categories": ["money"]}, ""),
        ({"until": TODAY() - DAY}, "until"),
        ({"title": " "}, "title"),
        ({"kind": "wish"}, "kind"),
    ],
)
def test_a_legal_basis_that_says_nothing_is_refused(officer, change, field):
    with pytest.raises(Invalid) as raised:
        recorded(care.acting(officer), **change)
    assert raised.value.field == field
    assert not LegalBasis.objects.exists()


@pytest.mark.parametrize("role", [Role.SECRETARIAT, Role.GP, Role.ADMINISTRATOR])
def test_only_the_officer_records_and_revokes(officer, role):
    basis = recorded(care.acting(officer))
    with pytest.raises(Refused):
        recorded(care.actor(role))
    with pytest.raises(Refused):
        revoke_legal_basis(care.actor(role), basis)


def test_the_page_shows_the_state_of_each(client, officer):
    care.legal_basis("case_finding", title="Gammel", until=TODAY() - DAY)
    care.legal_basis("case_finding", title="Ny", since=TODAY() + DAY)
    care.legal_basis("care", title="Nu", sectors=["hospital"], categories=["health"])
    care.log_in(client, officer)
    page = client.get(reverse("legal-bases")).content.decode()
    for state in ("Udløbet", "Ikke endnu", "Gælder"):
        assert state in page
    care.log_in(client, care.member(role=Role.SECRETARIAT))
    page = client.get(reverse("legal-bases")).content.decode()
    assert "Gammel" in page
    assert "Ophæv" not in page


def test_recording_and_revoking_on_the_page(client, officer):
    care.log_in(client, officer)
    way = reverse("legal-basis-new")
    assert client.post(way, {"title": "Frikommune"}).status_code == 422
    sent = {
        "kind": "statute",
        "title": "Sundhedsloven",
        "jurisdiction": "Danmark",
        "purposes": ["care"],
        "since": TODAY().isoformat(),
    }
    backwards = client.post(way, sent | {"until": (TODAY() - DAY).isoformat()})
    assert backwards.status_code == 422
    assert client.post(way, sent).url == reverse("legal-bases")
    basis = LegalBasis.objects.get()
    assert (basis.recorded_by, basis.sectors) == (officer.user, [])
    assert client.post(reverse("legal-basis-revoke", args=[basis.pk])).url == reverse("legal-bases")
    assert "Ophævet" in client.get(reverse("legal-bases")).content.decode()
