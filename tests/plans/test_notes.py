"""Notes: to those they concern, seen by the citizen first, read marks, questions that are answered in time."""

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.actor import private
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, OrganisationKind, Role
from samspil.plans.actions import notes
from samspil.plans.models import Addressee, Note, PlanTask
from samspil.plans.queries import notes as reading
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


class Around:
    """A citizen with a plan, and those around: doctor, psychologist, job centre, hospital."""

    def __init__(self):
        self.doctor = care.member(name="Lis Læge")
        self.anna = care.citizen(self.doctor.organisation, "Anna Poulsen")
        self.account = care.citizen_account(self.anna)
        self.plan = made.plan(self.anna, self.doctor)
        self.psychologist = made.provider()
        self.job_centre = made.provider(OrganisationKind.MUNICIPAL_UNIT, "Jobcenter")
        self.hospital = made.provider(OrganisationKind.HOSPITAL_DEPARTMENT, "Geriatrisk")
        self.tasks = [
            made.ask(self.anna, member.organisation, self.doctor, plan=self.plan)
            for member in (self.psychologist, self.job_centre, self.hospital)
        ]

    def let(self, category="", **fields):
        return care.consent(self.anna, "sharing", self.doctor.user, category=category, **fields)

    def citizen(self):
        return private(self.account, Role.CITIZEN)

    def write(self, by, *to, text="Søvnen er bedre", category="health", **more):
        return notes.write(care.acting(by), self.anna, text, category, [one.organisation for one in to], **more)

    def read(self, member):
        return reading.messages_about(care.acting(member), self.anna).told


@pytest.fixture
def around():
    return Around()


def texts(told):
    return [each.note.text for each in told]


def test_nobody_elsewhere_sees_a_note_before_the_citizen_has(around):
    around.let()
    note = around.write(around.doctor, around.psychologist)
    assert texts(around.read(around.psychologist)) == []
    assert texts(around.read(around.doctor)) == ["Søvnen er bedre"]
    notes.shown_to_citizen(around.citizen(), note)
    assert texts(around.read(around.psychologist)) == ["Søvnen er bedre"]
    note.refresh_from_db()
    assert note.shown == Note.Shown.ON_PAGE


def test_a_note_that_was_looked_at_together_is_sent_at_once(around):
    around.let()
    around.write(around.doctor, around.psychologist, shown_together=True)
    assert texts(around.read(around.psychologist)) == ["Søvnen er bedre"]


def test_a_note_can_be_shown_together_later_by_those_who_wrote_it(around):
    around.let()
    note = around.write(around.doctor, around.psychologist)
    with pytest.raises(Refused):
        notes.show_together(care.acting(around.psychologist), note)
    notes.show_together(care.acting(around.doctor), note)
    assert texts(around.read(around.psychologist)) == ["Søvnen er bedre"]


def test_a_note_is_not_answered_before_the_citizen_has_seen_it(around):
    around.let()
    note = around.write(around.doctor, around.psychologist, answer_by=timezone.localdate() + DAY)
    with pytest.raises(Refused):
        reading.one_note(care.acting(around.psychologist), note.pk)
    with pytest.raises(Invalid):
        around.write(around.psychologist, around.doctor, answers=note)
    assert reading.one_note(care.acting(around.doctor), note.pk) == note


def test_who_answers_has_read(around):
    around.let()
    question = around.write(around.doctor, around.hospital, answer_by=timezone.localdate() + DAY, shown_together=True)
    around.write(around.hospital, around.doctor, answers=question)
    assert question.addressees.get().read_by == around.hospital.user


def test_only_those_it_is_addressed_to_read_it(around):
    """A psychologist's note need not reach the job centre (000 L-31)."""
    around.let()
    around.write(around.psychologist, around.doctor, category="mental_health", shown_together=True)
    assert len(around.read(around.doctor)) == 1
    assert around.read(around.job_centre) == []


def test_a_note_to_one_person_is_for_that_person(around):
    around.let()
    colleague = care.member(around.job_centre.organisation, Role.MUNICIPAL)
    to = [(around.job_centre.organisation, around.job_centre.user)]
    notes.write(care.acting(around.doctor), around.anna, "Til dig", "social", to, shown_together=True)
    assert texts(around.read(around.job_centre)) == ["Til dig"]
    assert around.read(colleague) == []


def test_who_may_not_see_the_kind_of_data_is_no_addressee(around):
    around.let("mental_health", organisation=around.psychologist.organisation)
    with pytest.raises(Invalid) as raised:
        around.write(around.doctor, around.job_centre, category="mental_health")
    assert raised.value.field == "addressees"
    assert "Jobcenter" in raised.value.message
    assert not Note.objects.exists()
    around.write(around.doctor, around.psychologist, category="mental_health")


def test_who_has_nothing_to_do_with_the_citizen_is_no_addressee(around):
    around.let()
    stranger = made.provider(OrganisationKind.MUNICIPAL_UNIT)
    with pytest.raises(Invalid):
        around.write(around.doctor, stranger)


def test_a_consent_that_is_withdrawn_closes_notes_that_were_sent(around):
    consent = around.let()
    around.write(around.doctor, around.psychologist, shown_together=True)
    consent.withdrawn_at, consent.withdrawn_by = timezone.now(), around.account
    consent.save()
    assert around.read(around.psychologist) == []


def test_the_author_and_the_citizen_see_who_has_read_it(around):
    around.let()
    around.write(around.doctor, around.psychologist, around.hospital, shown_together=True)
    assert [each.new for each in around.read(around.psychologist)] == [True]
    assert [each.new for each in around.read(around.psychologist)] == [False]
    for told in (around.read(around.doctor)[0], reading.notes_of_citizen(around.citizen(), around.anna).told[0]):
        assert [each.read_by for each in told.addressees] == [around.psychologist.user, None]


def test_the_citizen_says_no_to_an_addressee(around):
    around.let()
    note = around.write(around.doctor, around.psychologist, around.job_centre, answer_by=timezone.localdate() + DAY)
    to = note.addressees.get(organisation=around.job_centre.organisation)
    notes.refuse_addressee(around.citizen(), to)
    notes.shown_to_citizen(around.citizen(), note)
    assert around.read(around.job_centre) == []
    assert len(around.read(around.psychologist)) == 1
    asked = PlanTask.objects.filter(kind="answer_question").values_list("task__organisation__name", flat=True)
    assert list(asked) == [around.psychologist.organisation.name]


def test_a_no_after_it_was_sent_closes_the_note_and_the_question(around):
    around.let()
    note = around.write(around.doctor, around.job_centre, shown_together=True, answer_by=timezone.localdate() + DAY)
    notes.refuse_addressee(around.citizen(), note.addressees.get())
    assert around.read(around.job_centre) == []
    assert PlanTask.objects.get(kind="answer_question").task.closed_at is not None


def test_only_the_citizen_says_no(around):
    around.let()
    note = around.write(around.doctor, around.job_centre, shown_together=True)
    for actor in (care.acting(around.doctor), private(care.user(), Role.CITIZEN)):
        with pytest.raises(Refused):
            notes.refuse_addressee(actor, note.addressees.get())
        with pytest.raises(Refused):
            notes.shown_to_citizen(actor, note)


def test_plan_10_a_question_becomes_a_task_and_its_answer_closes_it(around):
    around.let()
    by = timezone.localdate() + DAY
    question = around.write(around.doctor, around.hospital, text="Kan Anna få Y?", answer_by=by, shown_together=True)
    about = PlanTask.objects.get(note=question)
    assert (about.kind, about.task.organisation, about.task.due) == (
        "answer_question",
        around.hospital.organisation,
        by,
    )
    answer = around.write(around.hospital, around.doctor, text="Ja", answers=question)
    about.task.refresh_from_db()
    assert about.task.closed_at is not None
    # The citizen has seen who writes to whom about what, so that the answer is there at once.
    assert texts(around.read(around.doctor)) == ["Ja", "Kan Anna få Y?"]
    assert answer.shown == Note.Shown.TOGETHER
    told = next(each for each in around.read(around.doctor) if each.note == question)
    assert told.answered_after is not None
    number, answered, median = reading.response_times(timezone.now() - DAY)
    assert (number, answered) == (1, 1)
    assert median == answer.at - Note.objects.get(pk=question.pk).shown_at


@pytest.mark.parametrize("more", ["another kind of data", "another reader"])
def test_an_answer_that_goes_further_than_its_question_waits_for_the_citizen(around, more):
    around.let()
    question = around.write(around.doctor, around.hospital, answer_by=timezone.localdate() + DAY, shown_together=True)
    to = [around.doctor, around.job_centre] if more == "another reader" else [around.doctor]
    category = "social" if more == "another kind of data" else "health"
    answer = around.write(around.hospital, *to, answers=question, category=category)
    assert answer.shown_at is None


def test_who_was_not_asked_does_not_answer(around):
    around.let()
    question = around.write(around.doctor, around.hospital, answer_by=timezone.localdate() + DAY, shown_together=True)
    with pytest.raises(Invalid):
        around.write(around.job_centre, around.doctor, answers=question)


def test_the_second_to_answer_is_told_who_was_first(around):
    around.let()
    colleague = care.member(around.hospital.organisation, Role.HOSPITAL)
    question = around.write(around.doctor, around.hospital, answer_by=timezone.localdate() + DAY, shown_together=True)
    around.write(around.hospital, around.doctor, answers=question)
    with pytest.raises(Conflict) as raised:
        around.write(colleague, around.doctor, answers=question)
    assert around.hospital.user.name in raised.value.message


@pytest.mark.parametrize(
    ("field", "change"),
    [("text", {"text": " "}), ("category", {"category": "love"}), ("answer_by", {"answer_by": dt.date(2020, 1, 1)})],
)
def test_a_note_says_something_about_something_in_time(around, field, change):
    around.let()
    with pytest.raises(Invalid) as raised:
        around.write(around.doctor, around.hospital, **change)
    assert raised.value.field == field


def test_a_note_goes_to_somebody(around):
    with pytest.raises(Invalid) as raised:
        around.write(around.doctor)
    assert raised.value.field == "addressees"


def test_a_stranger_neither_reads_nor_writes(around):
    around.let()
    around.write(around.doctor, around.hospital, shown_together=True)
    for stranger in (care.member(), care.member(role=Role.HOSPITAL), care.member(role=Role.SECRETARIAT)):
        with pytest.raises(Refused):
            reading.messages_about(care.acting(stranger), around.anna)
        with pytest.raises(Refused):
            around.write(stranger, around.hospital)


def test_plan_5_a_message_of_the_hospital_is_read_by_citizen_doctor_and_municipality_alone(around):
    """002 PLAN-5 (L2007-2008)."""
    around.let()
    around.write(around.hospital, around.doctor, around.job_centre, text="Samme besked", shown_together=True)
    assert texts(around.read(around.doctor)) == texts(around.read(around.job_centre)) == ["Samme besked"]
    assert texts(reading.notes_of_citizen(around.citizen(), around.anna).told) == ["Samme besked"]
    assert around.read(around.psychologist) == []


def test_reading_and_writing_are_logged(around):
    around.let()
    around.write(around.doctor, around.hospital, shown_together=True)
    around.read(around.hospital)
    rows = AccessRecord.objects.filter(resource="note", outcome="allowed").values_list("verb", "basis")
    assert [verb for verb, _basis in rows.order_by("id")] == ["write", "read"]
    assert rows.filter(basis__startswith="consent:").exists()


def test_a_page_of_many_notes_takes_as_many_questions_as_one_of_few(around, django_assert_max_num_queries):
    around.let()
    for number in range(25):
        around.write(around.doctor, around.hospital, around.psychologist, text=f"{number}", shown_together=True)
    around.read(around.hospital)
    with django_assert_max_num_queries(32):
        assert len(around.read(around.hospital)) == 25


def test_writing_reading_and_answering_on_the_page(client, around):
    around.let()
    care.log_in(client, around.doctor)
    at = f"/citizens/{around.anna.pk}/notes/"
    assert client.post(at, {"text": "", "category": "health"}).status_code == 422
    given = {
        "text": "Kan Anna få Y?",
        "category": "health",
        "addressees": [str(around.hospital.organisation_id)],
        "question": "on",
    }
    assert client.post(at, given).status_code == 302
    note = Note.objects.get()
    assert client.get(at).context["found"].told[0].waits_for_citizen
    assert client.post(f"/notes/{note.pk}/together/").status_code == 302
    care.log_in(client, around.hospital)
    page = client.get(f"{at}?answer={note.pk}").content.decode()
    assert "Kan Anna få Y?" in page
    reply = {"text": "Ja", "category": "health", "addressees": [str(note.by.organisation_id)], "answers": note.pk}
    assert client.post(at, reply).status_code == 302
    assert Note.objects.get(text="Ja").shown_at is not None
    assert Addressee.objects.get(note=note).read_by == around.hospital.user


def test_an_answer_to_a_note_of_somebody_else_is_not_begun(client, around):
    around.let()
    note = around.write(around.doctor, around.hospital, shown_together=True)
    care.log_in(client, around.job_centre)
    assert client.get(f"/citizens/{around.anna.pk}/notes/?answer={note.pk}").status_code == 403
    other = care.citizen(around.doctor.organisation)
    care.log_in(client, around.doctor)
    assert client.get(f"/citizens/{other.pk}/notes/?answer={note.pk}").status_code == 404
