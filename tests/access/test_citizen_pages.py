"""The citizen's pages through HTTP: answering, taking back, reading who has looked; and the same by proxy and GP."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from samspil.access import guard, log
from samspil.access.actions.consent import record_consent
from samspil.access.actor import private
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Consent, Notice, Role
from samspil.access.policy import Decision, Resource
from samspil.access.queries.log import citizen_log
from tests import care

pytestmark = pytest.mark.django_db
ODENSE = "odense-ic"


@pytest.fixture
def house():
    return care.practice("Lægerne Vestergade")


@pytest.fixture
def anna(house):
    return care.citizen(house, "Anna Poulsen")


@pytest.fixture
def account(anna):
    return care.citizen_account(anna)


@pytest.fixture
def doctor(house):
    return care.member(house, Role.GP, "Lise Holm")


def text(answer):
    """What a page says, without its marks and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# Consents.


def test_a_citizen_answers_limits_and_takes_back(client, anna, account):
    care.log_in(client, account)
    overview = reverse("me-consents")
    assert text(client.get(overview)).count("Ikke besvaret") == 5
    question = reverse("me-consent", args=[ODENSE, "sharing"])
    assert "Må de fagfolk, der har en opgave i din plan, se dine oplysninger?" in text(client.get(question))
    sent = {"answer": "yes", "sectors": ["hospital"], "categories": ["health", "mental_health"]}
    assert client.post(question, sent).url == overview
    page = client.get(overview)
    assert "Ja, til noget af det" in text(page)
    one = Consent.objects.get(category="health")
    assert client.post(reverse("me-consent-withdraw"), {"consent": one.pk}).url == overview
    one.refresh_from_db()
    assert one.withdrawn_at is not None
    assert Consent.objects.get(category="mental_health").withdrawn_at is None
    history = text(client.get(question))
    assert "Ja, sygehus, psykisk helbred" in history
    assert "Anna Poulsen" in history


def test_the_form_remembers_the_answer_that_counts(client, anna, account):
    care.log_in(client, account)
    question = reverse("me-consent", args=[ODENSE, "sharing"])
    client.post(question, {"answer": "yes", "sectors": ["hospital"], "categories": ["health"]})
    boxes = re.findall(r'<input[^>]*value="(\w+)"[^>]*checked', client.get(question).content.decode())
    assert boxes == ["yes", "hospital", "health"]


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ({}, "Vælg ja eller nej."),
        ({"answer": "yes"}, "Vælg mindst én."),
        ({"answer": "yes", "sectors": ["hospital"], "categories": ["health"], "until": "2001-01-01"}, "allerede gået"),
        ({"answer": "yes", "sectors": ["bank"], "categories": ["health"]}, "bank"),
    ],
)
def test_a_form_that_cannot_be_used_says_why_and_changes_nothing(client, account, sent, says):
    care.log_in(client, account)
    answer = client.post(reverse("me-consent", args=[ODENSE, "sharing"]), sent)
    assert answer.status_code == 422
    assert says in text(answer)
    assert not Consent.objects.exists()


def test_a_no_needs_no_limits(client, account):
    care.log_in(client, account)
    assert client.post(reverse("me-consent", args=[ODENSE, "sharing"]), {"answer": "no"}).status_code == 302
    assert Consent.objects.get().given is False


def test_a_question_without_choices_shows_none(client, account):
    care.log_in(client, account)
    page = client.get(reverse("me-consent", args=[ODENSE, "evaluation"])).content.decode()
    assert 'name="sectors"' not in page
    assert 'name="categories"' not in page


@pytest.mark.parametrize(("programme", "purpose"), [(ODENSE, "marketing"), ("nowhere", "sharing")])
def test_a_question_nobody_asks_is_not_found(client, account, programme, purpose):
    care.log_in(client, account)
    assert client.get(reverse("me-consent", args=[programme, purpose])).status_code == 404


def test_somebody_elses_consent_cannot_be_taken_back(client, anna, account, doctor):
    foreign = care.consent(care.citizen(anna.practice), "sharing", doctor.user)
    care.log_in(client, account)
    for number in (foreign.pk, "x", "", "9" * 30):
        assert client.post(reverse("me-consent-withdraw"), {"consent": number}).status_code == 404
    foreign.refresh_from_db()
    assert foreign.active


def test_the_gp_writes_answers_down_and_staff_reads_them(client, anna, doctor, house):
    question = reverse("citizen-consent", args=[anna.pk, ODENSE, "participation"])
    care.log_in(client, doctor)
    assert client.post(question, {"answer": "yes"}).url == reverse("citizen-consents", args=[anna.pk])
    care.log_in(client, care.member(house, Role.PRACTICE_STAFF))
    page = client.get(question).content.decode()
    assert 'name="answer"' not in page
    assert client.post(question, {"answer": "no"}).status_code == 403
    assert Consent.objects.get().given is True


def test_a_relative_with_that_scope_answers(client, anna):
    daughter = care.proxy(anna, scopes=("consent",)).relative
    care.log_in(client, daughter)
    assert (
        client.post(reverse("for-consent", args=[anna.pk, ODENSE, "participation"]), {"answer": "yes"}).status_code
        == 302
    )
    assert Consent.objects.get().recorded_by == daughter


def test_each_place_is_for_those_it_belongs_to(client, anna, account, doctor):
    daughter = care.proxy(anna, scopes=("read", "log", "consent")).relative
    mine, for_, practice = (
        reverse("me-consents"),
        reverse("for-consents", args=[anna.pk]),
        reverse("citizen-consents", args=[anna.pk]),
    )
    for who, allowed in ((account, {mine}), (daughter, {for_}), (doctor, {practice})):
        care.log_in(client, who)
        opened = {url for url in (mine, for_, practice) if client.get(url).status_code == 200}
        # A citizen has every right over the own data, also where a relative would stand.
        assert opened - {for_ if who == account else None} == allowed, who


def test_declining_evaluation_keeps_every_page_open(client, anna, account, doctor):
    care.log_in(client, account)
    client.post(reverse("me-consent", args=[ODENSE, "evaluation"]), {"answer": "no"})
    for name in ("me", "me-consents", "me-log", "me-notices", "me-relatives"):
        assert client.get(reverse(name)).status_code == 200
    care.log_in(client, doctor)
    assert client.get(reverse("citizen", args=[anna.pk])).status_code == 200


# Who has looked.


def test_the_log_reads_as_sentences(client, anna, account, doctor):
    guard.require(care.acting(doctor), "read", Resource("citizen_record", anna), "care")
    nosy = care.acting(care.member(role=Role.HOSPITAL, name="Nis Nysgerrig"))
    with pytest.raises(Refused) as raised:
        guard.require(nosy, "read", Resource("citizen_record", anna), "care")
    log.append([raised.value.record])
    care.log_in(client, account)
    page = text(client.get(reverse("me-log")))
    assert (
        "Lise Holm (praktiserende læge, Lægerne Vestergade)" in page or "Lise Holm (læge, Lægerne Vestergade)" in page
    )
    assert "så overblikket over helbred og forløb ." in page or "så overblikket over helbred og forløb." in page
    assert "Hvorfor: det er borgerens egen lægepraksis. Formål: behandling og pleje." in page
    assert "Nis Nysgerrig" in page
    assert "prøvede at se overblikket over helbred og forløb" in page
    assert "Fik ikke adgang" in page


def test_own_looks_are_left_out_unless_asked_for(client, anna, account):
    care.log_in(client, account)
    assert "Ingen har set oplysningerne." in text(client.get(reverse("me-log")))
    assert "så, hvem der har set oplysningerne" in text(client.get(reverse("me-log"), {"own": "1"}))


def test_another_citizen_who_tried_is_shown(client, anna, account):
    other = private(care.citizen_account(care.citizen(anna.practice, "Ole Nabo")), Role.CITIZEN)
    with pytest.raises(Refused) as raised:
        guard.require(other, "read", Resource("citizen_page", anna), "self")
    log.append([raised.value.record])
    care.log_in(client, account)
    assert "Ole Nabo" in text(client.get(reverse("me-log")))


def test_the_log_is_paged_by_key_and_filtered_by_organisation(client, anna, account, doctor):
    hospital = care.acting(care.member(role=Role.HOSPITAL, name="Bo Juul"))
    for actor, count in ((care.acting(doctor), 70), (hospital, 20)):
        resource, decision = Resource("citizen_record", anna), Decision(True, basis="role")
        log.append([log.entry(actor, "read", resource, "care", decision) for _ in range(count)])
    care.log_in(client, account)
    first = client.get(reverse("me-log"))
    assert first.content.decode().count('log-line"') == 50
    older = re.search(r'href="(\?[^"]*after=[^"]+)"', first.content.decode()).group(1).replace("&amp;", "&")
    second = client.get(reverse("me-log") + older)
    assert second.content.decode().count('log-line"') == 40
    assert "after=" not in second.content.decode()
    own = client.get(reverse("me-log"), {"organisation": hospital.organisation_id})
    assert own.content.decode().count('log-line"') == 20
    assert "Lise Holm" not in text(own)


def test_paging_shows_every_row_once_also_within_one_moment(anna, account, doctor):
    now = timezone.now()
    rows = [
        log.entry(care.acting(doctor), "read", Resource("citizen_record", anna), "care", Decision(True, basis="role"))
        for _ in range(130)
    ]
    for number, row in enumerate(rows):
        row.at = now - dt.timedelta(seconds=number // 60)
    log.append(rows)
    actor, after, shown = private(account, Role.CITIZEN), "", []
    while True:
        page = citizen_log(actor, anna, after=after)
        shown += [line.record.pk for line in page.lines]
        after = page.following
        if not after:
            break
    assert len(shown) == len(set(shown)) == 130


@pytest.mark.parametrize("key", ["x", "1-", "-1", "1-2-3", "9" * 39, "99999999999999999999-1", "1" * 50 + "-1", "٣-٣"])
def test_a_key_that_is_none_shows_the_first_page(client, anna, account, doctor, key):
    guard.require(care.acting(doctor), "read", Resource("citizen_record", anna), "care")
    care.log_in(client, account)
    assert "Lise Holm" in text(client.get(reverse("me-log"), {"after": key}))


@pytest.mark.parametrize("organisation", ["x", "-1", "9" * 30])
def test_an_organisation_that_is_none_is_no_filter(client, account, organisation):
    care.log_in(client, account)
    assert client.get(reverse("me-log"), {"organisation": organisation}).status_code == 200


def test_a_legal_basis_is_named(client, anna, account):
    basis = care.legal_basis("statutory_care", title="Sundhedsloven § 42")
    nurse = care.acting(care.member(role=Role.MUNICIPAL))
    guard.require(nurse, "read", Resource("citizen_record", anna), "care")
    care.log_in(client, account)
    assert f"retsgrundlag ({basis.title})" in text(client.get(reverse("me-log")))


def test_the_log_in_english(client, anna, account, doctor):
    guard.require(care.acting(doctor), "read", Resource("citizen_record", anna), "care")
    care.log_in(client, account)
    page = text(client.get(reverse("me-log"), headers={"accept-language": "en"}))
    assert "Lise Holm (GP, Lægerne Vestergade) saw the overview of health and care" in page


def test_nobody_else_reads_a_citizen_s_log(client, anna, doctor):
    care.log_in(client, doctor)
    assert client.get(reverse("me-log")).status_code == 403
    assert client.get(reverse("for-log", args=[anna.pk])).status_code == 403
    daughter = care.proxy(anna, scopes=("log",)).relative
    care.log_in(client, daughter)
    assert client.get(reverse("for-log", args=[anna.pk])).status_code == 200
    assert client.get(reverse("for-log", args=[care.citizen(anna.practice).pk])).status_code == 403
    assert client.get(reverse("for-log", args=[10**9])).status_code == 404


# Notices.


def test_a_citizen_reads_notices_and_marks_them(client, anna, account, doctor):
    record_consent(care.acting(doctor), anna, ODENSE, "one_plan", True)
    care.log_in(client, account)
    page = text(client.get(reverse("me-notices")))
    assert "Lise Holm har skrevet ned, at svaret er ja til: én fælles plan." in page
    told = Notice.objects.get(citizen=anna)
    assert client.post(reverse("me-notices"), {"notice": told.pk}).status_code == 302
    told.refresh_from_db()
    assert told.read_at is not None
    assert "Markér som læst" not in text(client.get(reverse("me-notices")))


def test_a_relative_reads_notices_and_marks_none(client, anna, doctor):
    record_consent(care.acting(doctor), anna, ODENSE, "one_plan", True)
    care.log_in(client, care.proxy(anna, scopes=("read",)).relative)
    way = reverse("for-notices", args=[anna.pk])
    assert "Markér som læst" not in text(client.get(way))
    assert client.post(way, {"notice": Notice.objects.get().pk}).status_code == 403


def test_the_practice_is_told_of_a_withdrawal_and_the_look_is_logged(client, anna, account, doctor):
    answer = record_consent(private(account, Role.CITIZEN), anna, ODENSE, "sharing", True)
    care.log_in(client, account)
    client.post(reverse("me-consent-withdraw"), {"consent": answer.pk})
    care.log_in(client, doctor)
    page = text(client.get(reverse("notices")))
    assert "Anna Poulsen har trukket samtykket tilbage til: at dele oplysninger" in page
    assert AccessRecord.objects.filter(resource="notices", citizen_id=anna.pk, user_id=doctor.user_id).count() == 1
    told = Notice.objects.get(organisation=anna.practice)
    care.log_in(client, care.member(role=Role.GP))
    assert "Anna Poulsen" not in text(client.get(reverse("notices")))
    assert client.post(reverse("notices"), {"notice": told.pk}).status_code == 403


def test_the_practice_is_not_told_of_somebody_who_has_moved(client, anna, account, doctor):
    answer = record_consent(private(account, Role.CITIZEN), anna, ODENSE, "sharing", True)
    care.log_in(client, account)
    client.post(reverse("me-consent-withdraw"), {"consent": answer.pk})
    anna.practice = care.practice()
    anna.save()
    care.log_in(client, doctor)
    assert "Anna Poulsen" not in text(client.get(reverse("notices")))


def test_marking_a_notice_about_a_citizen_is_logged_once(client, anna, account, doctor):
    answer = record_consent(private(account, Role.CITIZEN), anna, ODENSE, "sharing", True)
    care.log_in(client, account)
    for _ in range(2):
        client.post(reverse("me-consent-withdraw"), {"consent": answer.pk})
    told = Notice.objects.get(organisation=anna.practice)
    care.log_in(client, doctor)
    for _ in range(2):
        assert client.post(reverse("notices"), {"notice": told.pk}).status_code == 302
    rows = AccessRecord.objects.filter(citizen_id=anna.pk, verb="write")
    assert rows.filter(resource="notices", user_id=doctor.user_id).count() == 1
    assert rows.filter(resource="consent").count() == 2, "given and withdrawn, each once"


def test_a_notice_about_somebody_who_has_moved_is_nobody_elses_to_mark(client, anna, doctor):
    told = Notice.objects.create(
        role=Role.GP, organisation=anna.practice, about=anna, kind="consent", message="x", at=timezone.now()
    )
    new = care.member(care.practice(), Role.GP)
    anna.practice = new.organisation
    anna.save()
    for member in (doctor, new):
        care.log_in(client, member)
        assert client.post(reverse("notices"), {"notice": told.pk}).status_code == 403


def test_older_notices_stand_on_the_next_page(client, anna, account):
    now = timezone.now()
    for number in range(60):
        at = now - dt.timedelta(hours=number)
        Notice.objects.create(citizen=anna, kind="task", message=f"besked {number:02}", at=at)
    care.log_in(client, account)
    first = client.get(reverse("me-notices")).content.decode()
    assert ("besked 49" in first, "besked 50" in first) == (True, False)
    older = re.search(r'href="(\?after=[^"]*)">Ældre beskeder', first)[1]
    second = client.get(reverse("me-notices") + older).content.decode()
    assert ("besked 49" in second, "besked 50" in second, "besked 59" in second) == (False, True, True)
    assert "Ældre beskeder" not in second


def test_foreign_notices_are_not_marked(client, anna, account):
    stranger = care.user()
    own = Notice.objects.create(user=stranger, kind="proxy", message="proxy_granted", at=timezone.now())
    care.log_in(client, account)
    assert client.post(reverse("notices"), {"notice": own.pk}).status_code == 403
    assert client.post(reverse("me-notices"), {"notice": own.pk}).status_code == 404
    assert client.post(reverse("me-notices"), {"notice": "x"}).status_code == 404
