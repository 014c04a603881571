"""The gate: invitation, conversation, consent, enrolment; exclusions that block; off-list and nominated citizens."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from samspil.access.actions.consent import record_consent, withdraw_consent
from samspil.access.actor import private
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Consent, Notice, Organisation, Role
from samspil.lists.actions import checking, ending, opening
from samspil.lists.actions import inclusion as including
from samspil.lists.actions.review import decide
from samspil.lists.models import (
    EligibilityCheck,
    Inclusion,
    Review,
    Source,
    Stage,
    Standing,
    Step,
    UnmetNeed,
)
from samspil.lists.queries import inclusions as queries
from tests import care
from tests.lists import made

pytestmark = pytest.mark.django_db
#: Exclusions of SAD that a doctor is asked about; all answered with no.
NO = dict.fromkeys(("pension", "student", "severe_psychiatric", "substance_case", "long_unemployed"), False)
NO_BUT_STUDENT = {code: no for code, no in NO.items() if code != "student"}


class Clinic:
    """A practice with a doctor, lists of both models, and one citizen of each age."""

    def __init__(self) -> None:
        self.house = care.practice("Lægerne Torvet", doctors=1)
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        care.legal_basis("case_finding")
        self.daemp, self.sad = made.publication("daemp"), made.publication("sad")
        self.entry = made.names(self.daemp, self.house, 1)[0]
        self.old = self.entry.citizen
        made.standing(self.old, self.daemp)
        year = timezone.localdate().year - 40
        self.young = care.citizen(self.house, "Karen Holm", birth_date=dt.date(year, 1, 1))
        self.standing = made.standing(self.young, self.sad, score=2, in_target=False)

    @property
    def actor(self):
        return care.acting(self.doctor)

    def invited(self) -> Inclusion:
        """The citizen of the list, chosen for invitation."""
        decide(self.actor, self.entry, self.entry.version, Review.Kind.INVITE)
        return Inclusion.objects.select_related("citizen").get(entry=self.entry)

    def off_list(self) -> Inclusion:
        """The newly ill citizen, entered."""
        return opening.open_off_list(self.actor, self.young, "sad", "Tilbage til arbejdet")

    def says(self, citizen, purpose: str, given: bool = True) -> Consent:
        """The citizen's answer, recorded by the doctor."""
        return record_consent(self.actor, citizen, made.PROGRAMME, purpose, given)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def enrol(clinic: Clinic, inclusion: Inclusion) -> Inclusion:
    """All the way through the gate."""
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)
    including.hold_conversation(clinic.actor, inclusion, inclusion.version, purpose="Færre steder at ringe")
    clinic.says(inclusion.citizen, "participation")
    including.note_consent(clinic.actor, inclusion, inclusion.version)
    including.enrol(clinic.actor, inclusion, inclusion.version)
    return inclusion


def test_letter_conversation_consent_enrolled(clinic):
    inclusion = enrol(clinic, clinic.invited())
    assert inclusion.stage == Stage.ENROLLED
    assert [step.kind for step in inclusion.steps.all()] == [
        "chosen", "letter", "conversation", "consent", "enrolled"
    ]  # fmt: skip
    assert Notice.objects.filter(citizen=inclusion.citizen, message="invited").count() == 1


def test_the_smallest_consent_is_enough_and_declining_evaluation_blocks_nothing(clinic):
    inclusion = clinic.invited()
    for purpose in ("one_plan", "sharing", "data_exchange", "evaluation"):
        clinic.says(inclusion.citizen, purpose, given=False)
    assert enrol(clinic, inclusion).stage == Stage.ENROLLED


def test_nobody_is_enrolled_without_consent_and_a_withdrawal_closes_at_once(clinic):
    inclusion = clinic.invited()
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.PHONE)
    including.hold_conversation(clinic.actor, inclusion, inclusion.version, purpose="Ro")
    with pytest.raises(Invalid):
        including.note_consent(clinic.actor, inclusion, inclusion.version)
    consent = clinic.says(inclusion.citizen, "participation")
    including.note_consent(clinic.actor, inclusion, inclusion.version)
    citizen = private(care.citizen_account(inclusion.citizen), Role.CITIZEN)
    withdraw_consent(citizen, consent)
    with pytest.raises(Invalid):
        including.enrol(clinic.actor, inclusion, inclusion.version)
    assert queries.opened(clinic.actor, inclusion.pk).withdrawn
    assert queries.running(clinic.actor)[0][0].withdrawn


def test_no_step_is_skipped(clinic):
    inclusion = clinic.invited()
    for act in (including.note_consent, including.enrol):
        with pytest.raises(Conflict):
            act(clinic.actor, inclusion, inclusion.version)
    with pytest.raises(Invalid):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.REMINDER)


def test_a_purpose_is_needed_before_anything_is_promised(clinic):
    inclusion = clinic.invited()
    with pytest.raises(Invalid):
        including.hold_conversation(clinic.actor, inclusion, inclusion.version, purpose="  ")


def test_a_day_ahead_is_no_day_something_was_done(clinic):
    inclusion = clinic.invited()
    with pytest.raises(Invalid):
        including.contact(
            clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER, on=timezone.localdate() + dt.timedelta(days=1)
        )


@pytest.mark.parametrize(("days_ago", "due"), [(13, False), (14, True)])
def test_a_reminder_is_due_so_long_after_the_letter_and_once(clinic, days_ago, due):
    inclusion = clinic.invited()
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER, on=day)
    assert queries.running(clinic.actor)[0][0].reminder_is_due is due
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.REMINDER)
    assert queries.running(clinic.actor)[0][0].reminder is None


# The gate.


def test_eligibility_is_judged_again_before_every_promise(clinic):
    inclusion = clinic.invited()
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)
    clinic.old.inactive = True
    clinic.old.save()
    inclusion = Inclusion.objects.select_related("citizen").get(pk=inclusion.pk)
    with pytest.raises(Invalid, match=r"(shut|lukket)"):
        including.hold_conversation(clinic.actor, inclusion, inclusion.version, purpose="Ro")
    assert inclusion.stage == Stage.INVITED


@pytest.mark.parametrize("code", ["pension", "student", "severe_psychiatric", "substance_case", "long_unemployed"])
def test_an_exclusion_of_the_data_stops_an_off_list_inclusion(clinic, code):
    Standing.objects.filter(pk=clinic.standing.pk).update(excluded_by=[code])
    inclusion = clinic.off_list()
    check = checking.check(clinic.actor, inclusion, inclusion.version, {other: False for other in NO if other != code})
    assert (check.verdict, check.blocked_by) == (EligibilityCheck.Verdict.BLOCKED, [code])
    with pytest.raises(Invalid):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.PHONE)


def test_off_the_list_every_exclusion_must_be_answered_student_or_not(clinic):
    inclusion = clinic.off_list()
    check = checking.check(
        clinic.actor, inclusion, inclusion.version, {code: no for code, no in NO.items() if code != "student"}
    )
    assert (check.verdict, check.unanswered) == (EligibilityCheck.Verdict.UNKNOWN, ["student"])
    with pytest.raises(Invalid):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.PHONE)
    assert checking.check(clinic.actor, inclusion, inclusion.version, {**NO, "student": True}).blocked_by == ["student"]
    assert checking.check(clinic.actor, inclusion, inclusion.version, NO).verdict == EligibilityCheck.Verdict.ELIGIBLE
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.PHONE)


def test_from_the_list_only_what_data_cannot_say_must_be_answered(clinic):
    clinic.sad.unchecked = ["student"]
    clinic.sad.save()
    entry = made.names(clinic.sad, clinic.house, 1, citizen=clinic.young)[0]
    decide(clinic.actor, entry, entry.version, Review.Kind.INVITE)
    inclusion = Inclusion.objects.select_related("citizen").get(entry=entry)
    assert queries.opened(clinic.actor, inclusion.pk).judgement.unanswered == ["student"]


def test_somebody_without_a_score_is_asked_about_everything(clinic):
    Standing.objects.all().delete()
    inclusion = clinic.off_list()
    assert set(queries.opened(clinic.actor, inclusion.pk).judgement.unanswered) == set(NO)


@pytest.mark.parametrize(("age", "blocked"), [(17, ["age"]), (18, []), (65, []), (66, ["age"])])
def test_age_is_judged_at_the_gate(clinic, age, blocked):
    today = timezone.localdate()
    citizen = care.citizen(clinic.house, birth_date=today.replace(year=today.year - age, day=min(today.day, 28)))
    inclusion = opening.open_off_list(clinic.actor, citizen, "sad", "Ro")
    assert checking.check(clinic.actor, inclusion, inclusion.version, NO).blocked_by == blocked


def test_an_exclusion_is_set_aside_only_with_code_and_words_and_it_is_kept(clinic):
    Standing.objects.filter(pk=clinic.standing.pk).update(excluded_by=["student"])
    inclusion = clinic.off_list()
    checking.check(
        clinic.actor, inclusion, inclusion.version, {code: no for code, no in NO.items() if code != "student"}
    )
    for reason, note in (("", "Afbrudt"), ("data_wrong", " "), ("nonsense", "Afbrudt")):
        with pytest.raises(Invalid):
            checking.override(clinic.actor, inclusion, inclusion.version, reason, note, ["student"])
    kept = checking.override(
        clinic.actor, inclusion, inclusion.version, "data_wrong", "Studiet er afbrudt i maj", ["student"]
    )
    assert (kept.override_reason, kept.blocked_by) == ("data_wrong", ["student"])
    page = care.log_in(Client(), clinic.doctor).get(f"/inclusions/{inclusion.pk}/").content.decode()
    assert "Studiet er afbrudt i maj" in page, "the practice reads why"
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.PHONE)
    # Something new that blocks is not covered by what was set aside before.
    Standing.objects.filter(pk=clinic.standing.pk).update(excluded_by=["student", "pension"])
    with pytest.raises(Invalid):
        including.hold_conversation(clinic.actor, inclusion, inclusion.version, purpose="Ro")


def test_death_and_another_practice_cannot_be_set_aside(clinic):
    inclusion = clinic.off_list()
    clinic.young.inactive = True
    clinic.young.save()
    inclusion = Inclusion.objects.select_related("citizen").get(pk=inclusion.pk)
    with pytest.raises(Invalid):
        checking.override(clinic.actor, inclusion, inclusion.version, "data_wrong", "Nej", ["inactive"])


# Off the list and nominated.


def test_off_list_is_provisional_with_a_purpose_and_only_where_the_model_allows(clinic):
    inclusion = clinic.off_list()
    assert (inclusion.source, inclusion.reassess_on) == (
        Source.NEWLY_ILL,
        timezone.localdate() + dt.timedelta(days=90),
    )
    with pytest.raises(Invalid):
        opening.open_off_list(clinic.actor, clinic.old, "daemp", "Ro")
    with pytest.raises(Invalid):
        opening.open_off_list(clinic.actor, care.citizen(clinic.house), "sad", " ")
    with pytest.raises(Conflict):
        clinic.off_list()


def test_a_provisional_inclusion_is_judged_again(clinic):
    inclusion = clinic.off_list()
    checking.check(clinic.actor, inclusion, inclusion.version, NO)
    with pytest.raises(Invalid):  # nothing new to judge by
        including.reassess(clinic.actor, inclusion, inclusion.version)
    Inclusion.objects.filter(pk=inclusion.pk).update(reassess_on=timezone.localdate())
    inclusion = Inclusion.objects.select_related("citizen").get(pk=inclusion.pk)
    assert queries.running(clinic.actor)[0][0].reassess_is_due
    including.reassess(clinic.actor, inclusion, inclusion.version)
    assert inclusion.reassess_on is None


def test_new_data_ask_for_a_provisional_inclusion_to_be_judged_again(clinic):
    inclusion = clinic.off_list()
    checking.check(clinic.actor, inclusion, inclusion.version, NO)
    assert not queries.running(clinic.actor)[0][0].reassess_is_due
    made.publication("daemp", timezone.localdate(), published_at=timezone.now())
    assert not queries.running(clinic.actor)[0][0].reassess_is_due, "another target group"
    made.publication("sad", timezone.localdate(), published_at=timezone.now())
    assert queries.running(clinic.actor)[0][0].reassess_is_due
    including.reassess(clinic.actor, inclusion, inclusion.version)
    assert not queries.running(clinic.actor)[0][0].reassess_is_due


def test_another_sector_nominates_and_the_practice_decides(clinic):
    nurse = care.member(role=Role.MUNICIPAL)
    opening.nominate(care.acting(nurse), clinic.young, "sad", "Sygemeldt med stress")
    inclusion = Inclusion.objects.select_related("citizen").get()
    assert (inclusion.source, inclusion.stage, inclusion.nominated_by) == (
        Source.NOMINATION,
        Stage.NOMINATED,
        nurse.organisation,
    )
    assert queries.nominated(care.acting(nurse))[0][0].status == "waiting"
    with pytest.raises(Conflict):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)
    opening.accept_nomination(clinic.actor, inclusion, inclusion.version)
    assert queries.nominated(care.acting(nurse))[0][0].status == "taken_up"
    with pytest.raises(Invalid):  # the same gate: every exclusion has to be answered
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)


def test_a_nominator_learns_nothing_of_what_runs_already(clinic):
    clinic.off_list()
    nurse = care.acting(care.member(role=Role.HOSPITAL))
    opening.nominate(nurse, clinic.young, "sad", "Sygemeldt")
    assert Inclusion.objects.count() == 1
    assert queries.nominated(nurse) == ([], None)
    assert Notice.objects.filter(about=clinic.young, message="nominated").exists()


def test_inviting_a_nominated_citizen_of_the_list_goes_on_with_the_nomination(clinic):
    nurse = care.member(role=Role.MUNICIPAL)
    opening.nominate(care.acting(nurse), clinic.old, "daemp", "Mange indlæggelser")
    inclusion = clinic.invited()
    assert (inclusion.source, inclusion.stage) == (Source.NOMINATION, Stage.TO_INVITE)


# Ends.


@pytest.mark.parametrize("reason", ["no_need", "well_placed", "not_eligible", "wrongly_included", "moved", "died"])
def test_ends_with_a_coded_reason(clinic, reason):
    inclusion = clinic.invited()
    ending.end(clinic.actor, inclusion, inclusion.version, reason)
    assert (inclusion.stage, inclusion.end_reason) == (Stage.ENDED, reason)


def test_who_declines_is_asked_why(clinic):
    inclusion = clinic.invited()
    with pytest.raises(Invalid):
        ending.end(clinic.actor, inclusion, inclusion.version, "declined")
    ending.end(clinic.actor, inclusion, inclusion.version, "declined", decline_reason="no_energy")
    assert inclusion.decline_reason == "no_energy"
    page = care.log_in(Client(), clinic.doctor).get(f"/inclusions/{inclusion.pk}/").content.decode()
    assert "Takkede nej (Har ikke overskud)" in page


def test_an_unmet_need_is_logged_with_where_it_was_helped_on_to(clinic):
    inclusion = clinic.off_list()
    with pytest.raises(Invalid):
        ending.end(clinic.actor, inclusion, inclusion.version, "not_eligible", need="Boligproblemer")
    inclusion.refresh_from_db()
    assert inclusion.ended_at is None, "nothing is half done"
    ending.end(clinic.actor, inclusion, inclusion.version, "not_eligible", need="Boligproblemer", route="municipality")
    assert UnmetNeed.objects.get().route == "municipality"


def test_after_the_end_nothing_more_is_done(clinic):
    inclusion = clinic.invited()
    ending.end(clinic.actor, inclusion, inclusion.version, "no_need")
    with pytest.raises(Conflict):
        ending.end(clinic.actor, inclusion, inclusion.version, "no_need")
    with pytest.raises(Conflict):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)


def test_of_two_who_go_on_the_second_is_told(clinic):
    inclusion = clinic.invited()
    version = inclusion.version
    including.contact(clinic.actor, inclusion, version, Step.Kind.LETTER)
    with pytest.raises(Conflict, match="Anne Lund"):
        including.contact(clinic.actor, inclusion, version, Step.Kind.LETTER)
    assert inclusion.steps.filter(kind=Step.Kind.LETTER).count() == 1


# Who may.


def test_staff_make_contact_and_leave_the_decisions_to_the_doctor(clinic):
    inclusion = clinic.invited()
    nurse = care.acting(care.member(clinic.house, Role.PRACTICE_STAFF))
    including.contact(nurse, inclusion, inclusion.version, Step.Kind.LETTER)
    with pytest.raises(Refused):
        including.hold_conversation(nurse, inclusion, inclusion.version, purpose="Ro")
    with pytest.raises(Refused):
        ending.end(nurse, inclusion, inclusion.version, "no_need")


def test_another_practice_sees_and_does_nothing(clinic):
    inclusion = clinic.invited()
    stranger = care.acting(care.member(role=Role.GP))
    with pytest.raises(Refused):
        queries.opened(stranger, inclusion.pk)
    with pytest.raises(Refused):
        opening.open_off_list(stranger, clinic.young, "sad", "Ro")


# After a citizen has moved.


def moved(clinic: Clinic, citizen) -> tuple:
    """The citizen goes to another practice; its doctor."""
    place = care.practice("Lægerne Havnen")
    citizen.practice = place
    citizen.save()
    return place, care.member(place, Role.GP, "Bo Friis")


def test_the_new_practice_begins_anew_and_does_not_reach_the_old_inclusion(clinic):
    old = clinic.off_list()
    _place, doctor = moved(clinic, clinic.young)
    with pytest.raises(Refused):
        queries.opened(care.acting(doctor), old.pk)
    new = opening.open_off_list(care.acting(doctor), clinic.young, "sad", "Ro")
    assert {old.practice_id, new.practice_id} == set(Inclusion.objects.values_list("practice_id", flat=True))
    assert [each.inclusion for each in queries.running(care.acting(doctor))[0]] == [new]


def test_the_old_practice_ends_its_inclusion_with_the_need_it_knows_of(clinic):
    old = clinic.off_list()
    moved(clinic, clinic.young)
    old = Inclusion.objects.select_related("citizen").get(pk=old.pk)
    assert queries.running(clinic.actor)[0][0].gone
    ending.end(clinic.actor, old, old.version, "moved", need="Ny læge bør se på det", route="own_practice")
    assert UnmetNeed.objects.count() == 1


def test_inviting_at_the_new_practice_does_not_go_on_with_the_old_inclusion(clinic):
    old = clinic.invited()
    place, doctor = moved(clinic, clinic.old)
    entry = made.entry(made.risk_list(clinic.daemp, place), clinic.old)
    decide(care.acting(doctor), entry, entry.version, Review.Kind.INVITE)
    assert Inclusion.objects.exclude(pk=old.pk).get().practice == place
    assert old.steps.count() == 1


def test_what_ended_is_no_concern_of_the_practice_that_was_left(clinic):
    old = clinic.off_list()
    ending.end(clinic.actor, old, old.version, "no_need")
    assert queries.running(clinic.actor, ended=True)[0]
    moved(clinic, clinic.young)
    assert queries.running(clinic.actor, ended=True) == ([], None)
    with pytest.raises(Refused):
        queries.opened(clinic.actor, old.pk)


def test_a_long_work_list_is_paged_without_losing_or_repeating_anybody(clinic, monkeypatch):
    monkeypatch.setattr(queries, "PAGE", 2)
    all_of_them = {made.inclusion(clinic.doctor).pk for _ in range(5)}
    seen, before = [], None
    while True:
        page, before = queries.running(clinic.actor, before=before)
        seen += [each.inclusion.pk for each in page]
        if before is None:
            break
    assert (set(seen), len(seen)) == (all_of_them, 5)


# Letters.


def letters_of(clinic: Clinic, inclusion: Inclusion) -> int:
    return care.log_in(Client(), clinic.doctor).get(f"/inclusions/{inclusion.pk}/letters/letter/").status_code


def test_a_letter_is_written_only_while_the_gate_is_open_and_the_invitation_on(clinic):
    off_list, invited = clinic.off_list(), clinic.invited()
    assert letters_of(clinic, off_list) == 302, "nothing is answered yet"
    assert letters_of(clinic, invited) == 200
    ending.end(clinic.actor, invited, invited.version, "no_need")
    assert letters_of(clinic, invited) == 302


def test_the_letter_speaks_the_citizens_language_and_names_the_programme(clinic):
    inclusion = clinic.invited()
    assert "Integrated Care i Odense" in queries.letter(clinic.actor, inclusion.pk, "letter")[1]
    account = care.citizen_account(clinic.old)
    account.language = "en"
    account.save()
    assert queries.letter(clinic.actor, inclusion.pk, "letter")[1].startswith("Dear")


def test_a_letter_of_a_practice_without_a_phone_number_leaves_room_for_it_and_says_so(clinic):
    inclusion = clinic.invited()
    client, address = care.log_in(Client(), clinic.doctor), f"/inclusions/{inclusion.pk}/letters/letter/"
    page = client.get(address).content.decode()
    assert "Ring til os på ________, så" in page
    assert "Praksis har intet telefonnummer her" in page
    Organisation.objects.update(phone="12 34 56 78")
    page = client.get(address).content.decode()
    assert "Ring til os på 12 34 56 78, så" in page
    assert "telefonnummer" not in page


# Judging on what is there now.


def test_a_citizen_of_the_list_whose_score_has_fallen_is_not_simply_let_through(clinic):
    Standing.objects.filter(citizen=clinic.old).update(score=3, in_target=False)
    inclusion = clinic.invited()
    with pytest.raises(Invalid):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)
    checking.override(clinic.actor, inclusion, inclusion.version, "need_outweighs", "Faldt i går", ["not_in_target"])
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)


def test_only_what_was_seen_is_set_aside(clinic):
    Standing.objects.filter(pk=clinic.standing.pk).update(excluded_by=["student", "substance_case"])
    inclusion = clinic.off_list()
    with pytest.raises(Conflict):
        checking.override(clinic.actor, inclusion, inclusion.version, "data_wrong", "Studiet er slut", ["student"])


def test_two_doctors_answers_do_not_overwrite_each_other(clinic):
    inclusion = clinic.off_list()
    version = inclusion.version
    checking.check(clinic.actor, inclusion, version, NO)
    with pytest.raises(Conflict):
        checking.check(clinic.actor, inclusion, version, NO_BUT_STUDENT)


def test_after_the_end_nothing_is_judged(clinic):
    inclusion = clinic.off_list()
    ending.end(clinic.actor, inclusion, inclusion.version, "no_need")
    with pytest.raises(Conflict):
        checking.check(clinic.actor, inclusion, inclusion.version, NO)


def test_what_is_refused_by_a_rule_is_not_logged_as_done(clinic):
    inclusion = clinic.off_list()
    before = AccessRecord.objects.filter(outcome="allowed").count()
    with pytest.raises(Invalid):
        including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)
    with pytest.raises(Invalid):
        ending.end(clinic.actor, inclusion, inclusion.version, "nonsense")
    assert AccessRecord.objects.filter(outcome="allowed").count() == before


# Pages.


def test_the_whole_way_by_the_pages(clinic):
    client = care.log_in(Client(), clinic.doctor)
    answer = client.post("/inclusions/new/", {"cpr": clinic.young.cpr, "model": "sad", "purpose": "Tilbage til job"})
    assert answer.status_code == 302
    here = answer["Location"]
    number = Inclusion.objects.get().pk

    def post(address: str, **given) -> int:
        version = Inclusion.objects.get().version
        prefix = address.split("/", maxsplit=1)[0].replace("-", "_")
        data = {f"{prefix}-{name}": value for name, value in {"version": version, **given}.items()}
        return client.post(f"/inclusions/{number}/{address}/", data).status_code

    assert post("contact", kind="letter") == 422, "the gate is shut until the exclusions are answered"
    assert post("check", **{f"answer_{code}": "no" for code in NO}) == 302
    assert post("contact", kind="letter") == 302
    assert client.get(f"/inclusions/{number}/letters/letter/").status_code == 200
    assert post("conversation", purpose="Tilbage til job") == 302
    assert post("go-on/consent") == 422
    clinic.says(clinic.young, "participation")
    assert post("go-on/consent") == 302
    assert post("go-on/enrol") == 302
    assert post("go-on/reassess") == 422, "the day has not come"
    made.publication("sad", timezone.localdate(), published_at=timezone.now())
    assert post("go-on/reassess") == 302
    assert client.get(here).status_code == 200
    assert post("end", reason="withdrew") == 422
    assert post("end", reason="withdrew", decline_reason="no_energy") == 302
    for address in ("/inclusions/", "/inclusions/?show=ended", here, f"/citizens/{clinic.young.pk}/"):
        assert client.get(address).status_code == 200
    assert client.get("/inclusions/999999/").status_code == 404


def test_nominating_by_the_page(clinic):
    client = care.log_in(Client(), care.member(role=Role.NGO))
    assert client.get("/nominations/").status_code == 200
    sent = {"cpr": clinic.young.cpr_text, "model": "sad", "why": "Står alene med det hele"}
    assert client.post("/nominations/", sent | {"cpr": "0101010000"}).status_code == 422
    assert client.post("/nominations/", sent).status_code == 302
    page = client.get("/nominations/").content.decode()
    assert clinic.young.cpr_text in page
    assert clinic.young.name not in page, "a number is not turned into a name"


def test_the_citizens_own_page_tells_the_status_and_no_score(clinic):
    inclusion = clinic.invited()
    client = care.log_in(Client(), care.citizen_account(clinic.old))
    assert "Den ældre medicinske patient" not in client.get("/me/").content.decode(), "nothing before the invitation"
    including.contact(clinic.actor, inclusion, inclusion.version, Step.Kind.LETTER)
    page = client.get("/me/").content.decode()
    assert "Lægerne Torvet" in page
    assert "point" not in page


def test_an_effort_that_never_reached_the_citizen_is_not_told_of(clinic):
    inclusion = clinic.invited()
    ending.end(clinic.actor, inclusion, inclusion.version, "no_need")
    page = care.log_in(Client(), care.citizen_account(clinic.old)).get("/me/").content.decode()
    assert "Den ældre medicinske patient" not in page
