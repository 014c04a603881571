"""What a citizen needs on its pages: what each shows, to whom, what its forms take, and what the log has of it."""

from __future__ import annotations

import datetime as dt
import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samspil.access.models import AccessRecord, Membership, Role
from samspil.improvement.actions.assessing import Look
from samspil.improvement.models import NeedAssessment
from samspil.programmes.segment_rules import segment_rules_file
from tests import care
from tests.improvement.needs_house import T_02, Needs, rows
from tests.plans import made

pytestmark = pytest.mark.django_db
SENT = {"known": 0, "profession": "doctor", "method": "subjective", "occasion": "regular"}
#: What the pages say of the vectors of T-02.
SAID = {
    "linked": "Sammenkædet – ingen forløbskoordination",
    "full": "Fuldt integreret – tværfagligt team, løbende dialog og koordinering",
    "coordinated": "Koordineret – tovholder og evt. forløbskoordinator til dele af behandlingen",
    "none": "Intet niveau passer til alle rækker. Det kræver en klinisk vurdering.",
}


@pytest.fixture
def karen() -> Needs:
    return Needs()


@pytest.fixture
def at(karen) -> str:
    return f"/citizens/{karen.karen.pk}/needs/"


def as_(who: Membership) -> Client:
    return care.log_in(Client(), who)


def text(answer) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def of_rows(name: str) -> dict[str, str]:
    return {f"row_{row}": value for row, value in rows(name).items()}


@pytest.mark.parametrize("name", T_02)
def test_t_02_vectors_through_the_form(karen, at, name):
    doctor = as_(karen.doctor)
    shown = doctor.post(at + "integration/", SENT | of_rows(name) | {"look": "1"})
    assert shown.status_code == 200
    assert SAID[name] in text(shown)
    assert not NeedAssessment.objects.exists()
    assert doctor.post(at + "integration/", SENT | of_rows(name)).status_code == 302
    assert SAID[name] in text(doctor.get(at))
    made = NeedAssessment.objects.get()
    page = text(doctor.get(f"{at}{made.pk}/"))
    # The trace: each row with its value and the levels it fits.
    assert "Grad af stabilitet" in page
    assert ("Stabil Sammenkædet, Koordineret" if name in {"linked", "coordinated"} else "Ikke stabil Fuldt") in page


def test_a_row_that_is_left_out_is_said_to_be_missing(karen, at):
    sent = SENT | of_rows("full") | {"row_help": ""}
    assert "Endnu ikke kendt. Der mangler: hjælpebehov." in text(
        as_(karen.doctor).post(at + "integration/", sent | {"look": "1"})
    )


def test_another_level_needs_a_reason_and_keeps_what_was_written(karen, at):
    doctor, sent = as_(karen.doctor), SENT | of_rows("linked") | {"level": "coordinated"}
    answer = doctor.post(at + "integration/", sent)
    assert answer.status_code == 422
    assert "Skriv, hvorfor et andet niveau end det foreslåede er det rette." in text(answer)
    assert 'value="short"' in answer.content.decode()
    assert doctor.post(at + "integration/", sent | {"reason": "Har mistet sin mand"}).status_code == 302
    page = text(doctor.get(at))
    assert "Valgt: Koordineret" in page
    assert "Foreslået: Sammenkædet" in page
    assert "Har mistet sin mand" in page


def test_the_three_kinds_of_complexity_stand_apart_and_no_sum_is_shown(karen, at):
    doctor, sent = as_(karen.doctor), SENT | of_rows("full")
    without = doctor.post(at + "integration/", sent | {"degree_social": "7"})
    assert "Skriv, hvad det ses af." in text(without)
    kinds = {"degree_clinical": "20", "evidence_clinical": "KOL", "degree_social": "7", "evidence_social": "Bolig"}
    assert doctor.post(at + "integration/", sent | kinds).status_code == 302
    page = text(doctor.get(at))
    assert "Klinisk kompleksitet 20 : KOL" in page.replace("20:", "20 :")
    assert "Organisatorisk kompleksitet ikke vurderet" in page
    without_dates_and_cpr = re.sub(r"\d\d-\d\d-\d{4}|\d{6}-?\d{4}", "", page)
    assert not re.search(r"\b27\b", without_dates_and_cpr)


def test_a_missing_side_is_told_and_never_low(karen, at):
    doctor = as_(karen.doctor)
    assert doctor.post(at + "square/", SENT | {"complexity": "high"}).status_code == 302
    page = text(doctor.get(at))
    assert "Kronikerfirkanten Uafklaret" in page
    assert "Egenomsorgskapacitet: uafklaret" in page
    assert "Her er borgeren" not in page


def test_two_methods_are_both_visible_with_who_and_when(karen, at):
    karen.square("high", "high", method="structured", score=45)
    karen.square("high", "low")
    page = text(as_(karen.staff).get(at))
    for words in ("Med et redskab: PAM-13, score 45", "Eget skøn", "Anne Lund, læge, Lægerne Torvet",
                  "To måder at vurdere på siger noget forskelligt."):  # fmt: skip
        assert words in page, words
    assert 'role="img"' in as_(karen.staff).get(at).content.decode()


def test_a_new_assessment_is_asked_for_when_the_last_no_longer_holds(karen, at):
    karen.square(at=dt.date(2020, 3, 1))
    karen.integration(rows("full"), at=dt.date(2020, 3, 1))
    page = text(as_(karen.doctor).get(at))
    assert page.count("Det er tid til en ny vurdering: Den seneste gjaldt til 01-03-2021.") == 3
    made = NeedAssessment.objects.first()
    assert "Den gjaldt til 01-03-2021. Det er tid til en ny vurdering." in text(
        as_(karen.doctor).get(f"{at}{made.pk}/")
    )


def test_effort_is_stepped_up_and_down(karen, at):
    for days, name in ((90, "linked"), (60, "full"), (30, "coordinated")):
        karen.integration(rows(name), at=timezone.localdate() - dt.timedelta(days=days))
    page = text(as_(karen.doctor).get(at))
    assert page.index("trappet ned") < page.index("trappet op")


def test_strat_18_a_pedagogue_is_not_asked_what_is_clinical_and_refused_when_it_is_sent(karen, at):
    worker = as_(karen.with_task(Role.MUNICIPAL))
    assert "Hvilken faggruppe vurderer du som?" in text(worker.get(at + "square/"))
    page = worker.get(at + "square/?as=pedagogue")
    assert "Overlades til kliniske faggrupper: Komorbiditet, herunder psykisk sygdom." in text(page)
    assert 'name="input_comorbidity"' not in page.content.decode()
    assert 'name="input_comorbidity"' in worker.get(at + "square/?as=nurse").content.decode()
    sent = SENT | {"profession": "pedagogue", "self_care": "low"}
    refused = worker.post(at + "square/", sent | {"input_comorbidity": "burdens", "words_comorbidity": "Angst"})
    assert refused.status_code == 403
    assert AccessRecord.objects.filter(
        resource="need_assessment", verb="write", outcome="refused", reason="role"
    ).exists()
    for clinical in ({"row_complexity": "complex"}, {"degree_clinical": "2", "evidence_clinical": "KOL"}):
        assert worker.post(at + "integration/", SENT | {"profession": "pedagogue"} | clinical).status_code == 403
    assert not NeedAssessment.objects.exists()
    assert worker.post(at + "square/", sent).status_code == 302
    # Who has assessed once is not asked again.
    assert "Du vurderer som pædagog" in text(worker.get(at + "square/"))


def test_strat_10_a_municipality_works_with_self_care_and_a_hospital_with_complexity(karen, at):
    karen.square("high", "low")
    municipal, hospital = as_(karen.with_task(Role.MUNICIPAL)), as_(karen.with_task(Role.HOSPITAL))
    page = text(municipal.get(at))
    assert "Egenomsorgskapacitet: lav" in page
    assert "Sygdomskompleksitet" not in page.partition("Hvordan kommer det frem?")[0]
    assert 'name="complexity"' not in municipal.get(at + "square/?as=nurse").content.decode()
    page = text(hospital.get(at))
    assert "Sygdomskompleksitet: høj" in page
    assert "Egenomsorgskapacitet" not in page
    assert 'name="self_care"' not in hospital.get(at + "square/?as=doctor").content.decode()
    assert municipal.post(at + "square/", SENT | {"profession": "nurse", "complexity": "low"}).status_code == 403


def test_strat_8_ethnicity_is_shown_to_those_only_who_may_see_it(karen, at):
    told = karen.square(inputs={"ethnicity": Look("burdens", "Flygtet fra Bosnien"), "age": Look("none")})
    one = f"{at}{told.pk}/"
    assert "Flygtet fra Bosnien" in text(as_(karen.doctor).get(one))
    nurse = as_(karen.with_task(Role.MUNICIPAL, category="health"))
    page = text(nurse.get(one))
    assert "Flygtet" not in page
    assert "Etnicitet" not in page
    assert "Noget af det vises ikke for dig: sociale forhold" in page
    assert 'name="input_ethnicity"' not in nurse.get(at + "square/?as=nurse").content.decode()


def test_what_is_not_of_the_own_side_is_not_found(karen, at):
    made = karen.square("high", None)
    assert as_(karen.with_task(Role.MUNICIPAL)).get(f"{at}{made.pk}/").status_code == 404
    assert as_(karen.with_task(Role.HOSPITAL)).get(f"{at}{made.pk}/").status_code == 200
    other = care.citizen(karen.house)
    assert as_(karen.doctor).get(f"/citizens/{other.pk}/needs/{made.pk}/").status_code == 404


def test_who_was_first_is_told_and_what_was_written_is_still_there(karen, at):
    karen.square("low", "low")
    doctor = as_(care.member(karen.house, Role.GP, "Bo Berg"))
    sent = SENT | {"complexity": "high", "input_network": "burdens", "words_network": "Ser ingen"}
    answer = doctor.post(at + "square/", sent)
    assert answer.status_code == 409
    assert "Anne Lund har lavet en vurdering, mens du skrev." in text(answer)
    page = answer.content.decode()
    assert 'value="Ser ingen"' in page
    known = re.search(r'name="known" value="(\d+)"', page).group(1)
    assert doctor.post(at + "square/", sent | {"known": known}).status_code == 302
    assert NeedAssessment.objects.count() == 2


def test_every_look_is_in_the_log_and_so_is_every_refusal(karen, at):
    made = karen.square()
    doctor, stranger = as_(karen.doctor), as_(care.member(role=Role.GP))
    for address in (at, f"{at}{made.pk}/", at + "square/", at + "integration/"):
        before = AccessRecord.objects.count()
        assert doctor.get(address).status_code == 200
        assert stranger.get(address).status_code == 403
        rows_ = AccessRecord.objects.order_by("pk")[before:]
        assert [(row.resource, row.outcome, row.citizen_id) for row in rows_] == [
            ("need_assessment", "allowed", karen.karen.pk), ("need_assessment", "refused", karen.karen.pk)
        ]  # fmt: skip


def test_the_record_leads_to_the_needs_for_who_may_see_them(karen, at):
    record = f"/citizens/{karen.karen.pk}/"
    for who in (karen.doctor, karen.staff, karen.with_task(Role.MUNICIPAL), karen.with_task(Role.HOSPITAL)):
        assert f'href="{at}"' in as_(who).get(record).content.decode()


def test_statements_do_not_grow_with_the_assessments(karen, at):
    def statements(who: Membership) -> int:
        client = as_(who)
        # The first page of a log-in writes the session and may begin a chain of the log.
        client.get(at)
        with CaptureQueriesContext(connection) as found:
            assert client.get(at).status_code == 200
        return len([each for each in found.captured_queries if "SAVEPOINT" not in each["sql"]])

    nurse = karen.with_task(Role.MUNICIPAL)
    karen.square()
    few = (statements(karen.doctor), statements(nurse))
    made = NeedAssessment.objects.get()
    NeedAssessment.objects.bulk_create(
        NeedAssessment(
            citizen=karen.karen, kind=made.kind, method=made.method, profession="doctor", values=made.values,
            result=made.result, by=made.by, at=made.at - dt.timedelta(days=each), valid_until=made.valid_until,
        )
        for each in range(300)
    )  # fmt: skip
    many = (statements(karen.doctor), statements(nurse))
    assert many == few
    assert max(many) <= 14
    page = as_(karen.doctor).get(at).content.decode()
    following = re.search(r'href="\?after=([^"#]+)#history"', page).group(1)
    assert as_(karen.doctor).get(f"{at}?after={following}").status_code == 200


def test_a_coordinator_whom_the_plan_names_is_led_to_the_needs_from_the_plan(karen, at):
    coordinator = karen.others[Role.MUNICIPAL]
    plan = made.plan(karen.karen, coordinator)
    care.consent(karen.karen, "one_plan", karen.doctor.user)
    nurse = as_(coordinator)
    assert f'href="{at}"' in nurse.get(f"/plans/{plan.pk}/").content.decode()
    assert nurse.post(at + "square/", SENT | {"profession": "nurse", "self_care": "low"}).status_code == 302
    assert "Egenomsorgskapacitet: lav" in text(nurse.get(at))
    # Named for one citizen is named for no other.
    assert nurse.get(f"/citizens/{care.citizen(karen.house).pk}/needs/").status_code == 403


def test_an_installation_s_own_professions_and_words_are_used(karen, at, tmp_path, monkeypatch):
    found = segment_rules_file().read_text(encoding="utf-8")
    (tmp_path / "segments.yaml").write_text(found.replace("da: Kronikerfirkanten", "da: Firkanten"), encoding="utf-8")
    monkeypatch.setenv("SAMSPIL_PROGRAMMES", str(tmp_path))
    assert "Firkanten: Karen Holm" in text(as_(karen.doctor).get(at + "square/"))


def test_an_assessment_of_somebody_else_is_taken_back_and_says_nothing_any_more(karen, at):
    told = karen.square(inputs={"substance_use": Look("burdens", "Drikker dagligt")})
    doctor, nurse = as_(karen.doctor), as_(karen.with_task(Role.MUNICIPAL))
    assert "Træk tilbage" not in text(nurse.get(f"{at}{told.pk}/"))
    assert "Træk tilbage" in text(doctor.get(f"{at}{told.pk}/"))
    without = doctor.post(f"{at}{told.pk}/withdraw/", {"reason": ""}, follow=True)
    assert "Skriv hvorfor." in text(without)
    after = text(doctor.post(f"{at}{told.pk}/withdraw/", {"reason": "Det var en anden Karen"}, follow=True))
    assert "Vurderingen er trukket tilbage." in after
    assert "Trukket tilbage af Anne Lund" in after
    assert "Kronikerfirkanten Uafklaret" in after
    for reader in (doctor, nurse):
        page = text(reader.get(f"{at}{told.pk}/"))
        assert "Det var en anden Karen" in page
        assert "Drikker dagligt" not in page
        assert "Lav" not in page
