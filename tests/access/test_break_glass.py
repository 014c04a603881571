"""Emergency access: a reason, an hour, and everybody told; and finding a citizen without a relation."""

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from samspil.access.actions.break_glass import break_glass, review_case
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, BreakGlass, Notice, Role
from samspil.access.policy import Resource, may, policy
from samspil.access.queries.finding import find_citizen, read_cpr
from tests import care

pytestmark = pytest.mark.django_db
REASON = "Fundet bevidstløs i opgangen, kender ikke medicin."


@pytest.fixture
def anna():
    return care.citizen(care.practice(), "Anna Poulsen", cpr="0101461236")


@pytest.fixture
def medic():
    """Somebody in an emergency department, without any relation to Anna."""
    return care.member(role=Role.HOSPITAL, name="Bo Juul")


@pytest.fixture
def officer():
    return care.member(role=Role.DATA_PROTECTION_OFFICER, name="Dorte Lund")


def reads(membership, citizen):
    return bool(may(care.acting(membership), "read", Resource("citizen_record", citizen), "care"))


# The action.


def test_it_opens_the_record_for_the_minutes_of_the_policy(anna, medic):
    before = timezone.now()
    case = break_glass(care.acting(medic), anna, REASON)
    assert case.expires_at - case.opened_at == dt.timedelta(minutes=policy().break_glass.minutes)
    assert case.opened_at >= before
    assert reads(medic, anna)


def test_when_it_has_expired_it_opens_nothing(anna, medic):
    break_glass(care.acting(medic), anna, REASON)
    BreakGlass.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert not reads(medic, anna)


def test_the_citizen_and_the_officer_are_told_why(anna, medic):
    break_glass(care.acting(medic), anna, REASON)
    citizen, officer = Notice.objects.get(citizen=anna), Notice.objects.get(role=Role.DATA_PROTECTION_OFFICER)
    assert officer.about == anna
    for told in (citizen, officer):
        assert told.values["name"] == "Bo Juul"
        assert told.values["reason"] == REASON


def test_it_is_in_the_log_as_an_emergency(anna, medic):
    break_glass(care.acting(medic), anna, REASON)
    row = AccessRecord.objects.get(verb="break_glass")
    assert (row.citizen_id, row.purpose, row.outcome) == (anna.pk, "emergency", "allowed")


@pytest.mark.parametrize("reason", ["", "akut", "   akut          \n\n        akut   "])
def test_a_reason_too_short_opens_nothing(anna, medic, reason):
    with pytest.raises(Invalid) as raised:
        break_glass(care.acting(medic), anna, reason)
    assert raised.value.field == "reason"
    assert not BreakGlass.objects.exists()
    assert not AccessRecord.objects.exists()


def test_access_that_is_still_open_is_not_opened_twice(anna, medic):
    first = break_glass(care.acting(medic), anna, REASON)
    assert break_glass(care.acting(medic), anna, REASON) == first
    assert Notice.objects.filter(citizen=anna).count() == 1
    BreakGlass.objects.update(expires_at=timezone.now())
    assert break_glass(care.acting(medic), anna, REASON) != first


@pytest.mark.parametrize("role", [Role.NGO, Role.SECRETARIAT, Role.ANALYST, Role.DATA_PROTECTION_OFFICER])
def test_who_does_not_treat_is_refused(anna, role):
    with pytest.raises(Refused):
        break_glass(care.actor(role), anna, REASON)
    assert not BreakGlass.objects.exists()


def test_what_was_looked_up_before_is_forgotten(anna, medic):
    actor = care.acting(medic)
    record = Resource("citizen_record", anna)
    assert not may(actor, "read", record, "care")
    break_glass(actor, anna, REASON)
    assert may(actor, "read", record, "care")


# The officer's review.


def test_the_officer_s_finding_stands_and_the_notice_is_read(anna, medic, officer):
    case = break_glass(care.acting(medic), anna, REASON)
    review_case(care.acting(officer), case, "Berettiget.")
    case.refresh_from_db()
    assert (case.finding, case.reviewed_by) == ("Berettiget.", officer.user)
    assert Notice.objects.get(role=Role.DATA_PROTECTION_OFFICER).read_at is not None
    assert Notice.objects.get(citizen=anna).read_at is None
    with pytest.raises(Invalid):
        review_case(care.acting(officer), case, "Alligevel ikke.")


def test_a_review_needs_a_finding_and_the_officer(anna, medic, officer):
    case = break_glass(care.acting(medic), anna, REASON)
    with pytest.raises(Invalid):
        review_case(care.acting(officer), case, "  ")
    with pytest.raises(Refused):
        review_case(care.acting(medic), case, "Det var i orden.")


# Finding a citizen.


@pytest.mark.parametrize("typed", ["0101461236", "010146-1236", " 010146 1236 "])
def test_a_cpr_number_is_read_as_people_write_it(typed):
    assert read_cpr(typed) == "0101461236"


def test_the_check_digit_is_not_asked_for():
    assert read_cpr("010107-9999") == "0101079999"


@pytest.mark.parametrize("typed", ["", "123", "01014612365", "abcdefghij", "٠١٠١٤٦١٢٣٦", "320146-1236", "011346-1236"])
def test_what_is_no_cpr_number_is_told_so(typed):
    with pytest.raises(Invalid) as raised:
        read_cpr(typed)
    assert raised.value.field == "cpr"


def test_a_search_tells_whether_there_is_a_relation_and_is_logged(anna, medic):
    found = find_citizen(care.acting(medic), "010146-1236")
    assert (bool(found.may_read), found.may_read.reason, found.may_break_glass) == (False, "relation", True)
    row = AccessRecord.objects.get()
    assert (row.resource, row.citizen_id, row.outcome) == ("citizen_search", anna.pk, "allowed")


def test_a_search_that_finds_nobody_is_logged_without_the_number(medic):
    with pytest.raises(Invalid):
        find_citizen(care.acting(medic), "010203-1234")
    row = AccessRecord.objects.get()
    assert (row.citizen_id, row.detail) == (None, "nobody found")


@pytest.mark.parametrize("role", [Role.NGO, Role.SECRETARIAT, Role.ANALYST, Role.ADMINISTRATOR, Role.CITIZEN])
def test_who_does_not_treat_cannot_search(anna, role):
    with pytest.raises(Refused):
        find_citizen(care.actor(role), "010146-1236")


# The pages.


def test_the_own_citizen_is_found_and_shown(client, anna):
    care.log_in(client, care.member(anna.practice, Role.GP))
    answer = client.post(reverse("citizen-find"), {"cpr": "010146-1236"})
    assert answer.url == reverse("citizen", args=[anna.pk])


def test_from_search_over_reason_to_the_record(client, anna, medic):
    care.log_in(client, medic)
    page = client.post(reverse("citizen-find"), {"cpr": "010146-1236"})
    way = reverse("break-glass", args=[anna.pk])
    assert way in page.content.decode()
    assert "Anna" not in page.content.decode()
    short = client.post(way, {"reason": "akut"})
    assert short.status_code == 422
    assert "mindst 20 bogstaver" in short.content.decode()
    assert client.post(way, {"reason": REASON}).url == reverse("citizen", args=[anna.pk])
    assert client.get(reverse("citizen", args=[anna.pk])).status_code == 200


def test_who_is_refused_a_record_is_offered_the_glass_if_they_treat(client, anna, medic):
    record, way = reverse("citizen", args=[anna.pk]), reverse("break-glass", args=[anna.pk])
    care.log_in(client, medic)
    refused = client.get(record)
    assert (refused.status_code, way in refused.content.decode()) == (403, True)
    care.log_in(client, care.member(role=Role.SECRETARIAT))
    refused = client.get(record)
    assert (refused.status_code, way in refused.content.decode()) == (403, False)
    assert client.get(way).status_code == 403


def test_nobody_known_and_no_number_are_told_on_the_form(client, medic):
    care.log_in(client, medic)
    for typed, says in (("010203-1234", "kendes ingen"), ("12", "ti cifre")):
        page = client.post(reverse("citizen-find"), {"cpr": typed})
        assert page.status_code == 422
        assert says in page.content.decode()


def test_the_officer_s_cases_can_be_reviewed_on_the_page(client, anna, medic, officer):
    case = break_glass(care.acting(medic), anna, REASON)
    care.log_in(client, officer)
    page = client.get(reverse("break-glass-cases")).content.decode()
    assert "Anna Poulsen" in page
    assert REASON in page
    assert AccessRecord.objects.filter(resource="break_glass", verb="read", citizen_id=anna.pk).count() == 1
    way = reverse("break-glass-review", args=[case.pk])
    assert client.post(way, {f"{case.pk}-finding": ""}).status_code == 422
    assert client.post(way, {f"{case.pk}-finding": "Berettiget."}).status_code == 302
    assert "Berettiget." not in client.get(reverse("break-glass-cases")).content.decode()
    assert "Berettiget." in client.get(reverse("break-glass-cases"), {"reviewed": 1}).content.decode()
    again = client.post(way, {f"{case.pk}-finding": "Igen."})
    assert again.status_code == 422


def test_the_officer_is_told_whom_a_notice_on_the_page_does_not_reach(client, anna, medic, officer):
    break_glass(care.acting(medic), anna, REASON)
    care.log_in(client, officer)
    assert "har intet login" in client.get(reverse("break-glass-cases")).content.decode()
    care.citizen_account(anna)
    assert "har intet login" not in client.get(reverse("break-glass-cases")).content.decode()


def test_a_case_is_reviewed_once_and_leaves_one_row(client, anna, medic, officer):
    case = break_glass(care.acting(medic), anna, REASON)
    review_case(care.acting(officer), case, "Berettiget.")
    with pytest.raises(Invalid):
        review_case(care.acting(officer), case, "Igen.")
    assert AccessRecord.objects.filter(resource="break_glass", verb="write").count() == 1
    care.log_in(client, officer)
    way = reverse("break-glass-review", args=[case.pk])
    assert "allerede" in client.post(way, {f"{case.pk}-finding": "Igen."}).content.decode()


def test_every_case_to_review_can_be_reached(client, medic, officer):
    house = care.practice()
    now = timezone.now()
    for number in range(120):
        BreakGlass.objects.create(
            citizen=care.citizen(house, f"Borger nummer {number:03}"),
            membership=medic,
            reason=REASON,
            opened_at=now - dt.timedelta(minutes=number % 7),
            expires_at=now,
            reviewed_at=now if number % 40 == 0 else None,
        )
    care.log_in(client, officer)
    way, met = reverse("break-glass-cases"), []
    while way:
        page = client.get(way).content.decode()
        met += re.findall(r"<h2[^>]*>[^<]*– (Borger nummer \d+)", page)
        older = re.search(r'href="([^"]*)">Ældre sager', page)
        way = html.unescape(older[1]) if older else ""
    assert len(met) == len(set(met)) == 117
    assert "Borger nummer 040" in client.get(reverse("break-glass-cases"), {"reviewed": 1}).content.decode()


def test_the_officer_is_told_on_every_page_how_many_cases_wait(client, anna, medic, officer):
    break_glass(care.acting(medic), anna, REASON)
    care.log_in(client, officer)
    badge = '<span class="badge badge-info">1</span>'
    with CaptureQueriesContext(connection) as said:
        assert badge in client.get("/").content.decode()
    assert len([query for query in said if "access_breakglass" in query["sql"]]) == 1
    page = client.get(reverse("notices")).content.decode()
    assert badge in page
    assert REASON in page
    assert medic.user.name in page
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.citizen_id) == ("officer_notices", "read", anna.pk)
    told = Notice.objects.get(role=Role.DATA_PROTECTION_OFFICER)
    client.post(reverse("notices"), {"notice": told.pk})
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.citizen_id) == ("officer_notices", "write", anna.pk)
    care.log_in(client, medic)
    with CaptureQueriesContext(connection) as said:
        assert "badge-info" not in client.get("/").content.decode()
    assert not [query for query in said if "access_breakglass" in query["sql"]]


def test_the_record_of_nobody_is_not_found(client, medic):
    care.log_in(client, medic)
    assert client.get(reverse("break-glass", args=[10**9])).status_code == 404
