"""Reminders: who promised, who is accountable, then the secretariat; e-mails that say how many and nothing more."""

import datetime as dt
import socketserver
import threading

import pytest
from django.core import mail
from django.test import override_settings
from django.utils import timezone

from samspil import verbs
from samspil.access.actor import system
from samspil.access.errors import Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role
from samspil.config import environment
from samspil.definitions import SamspilError
from samspil.plans.actions import mailing, reminders, work
from samspil.plans.actions.tasks import close_tasks
from samspil.plans.models import PlanTask, Reminder
from samspil.plans.queries.broken import broken_promises
from samspil.plans.working_days import after_working_days
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
#: A Monday without public holidays around it.
MONDAY = dt.date(2026, 11, 2)


def at(day, hour=9):
    return care.moment(day, hour)


class Around:
    """A plan with an accountable doctor, and a nurse who has promised something."""

    def __init__(self):
        self.doctor = care.member(name="Lis Læge")
        self.anna = care.citizen(self.doctor.organisation, "Anna Poulsen")
        self.plan = made.plan(self.anna, self.doctor)
        self.nurse = care.member(role=Role.MUNICIPAL, name="Nanna Friis")

    def ask(self, due, kind="activity", **more):
        return made.ask(self.anna, self.nurse.organisation, self.doctor, kind, due, plan=self.plan, **more)


@pytest.fixture
def around():
    return Around()


def run(day, hour=9):
    return reminders.escalate(system(), at(day, hour))


def told():
    return PlanTask.objects.filter(kind="overdue", task__closed_at__isnull=True)


def test_a_promise_is_reminded_of_then_told_then_reported(around):
    """000 L-08 (L960-976), by the working days of plan_format.yaml: 1, 1 + 2, 1 + 5."""
    about = around.ask(MONDAY)
    steps = {}
    for days in range(12):
        day = MONDAY + days * DAY
        run(day)
        about.refresh_from_db()
        for step in ("reminded_at", "escalated_at", "reported_at"):
            if getattr(about, step) is not None:
                steps.setdefault(step, day)
    assert steps == {
        "reminded_at": MONDAY + DAY,
        "escalated_at": MONDAY + 3 * DAY,
        # Friday to Tuesday is two working days.
        "reported_at": MONDAY + 8 * DAY,
    }


@pytest.mark.parametrize(
    ("due", "late", "cut"),
    [
        (MONDAY, 0, MONDAY),
        (MONDAY, 1, MONDAY - DAY),
        (MONDAY, 3, dt.date(2026, 10, 29) - DAY),
        (dt.date(2026, 4, 7), 1, dt.date(2026, 4, 6)),  # the Tuesday after Easter: due on Thursday is one day late
        (dt.date(2026, 4, 7), 2, dt.date(2026, 3, 31)),
    ],
)
def test_how_late_something_is_counts_working_days(due, late, cut):
    assert reminders.due_until(due, late) == cut


def test_the_accountable_person_is_told_once_and_of_what(around):
    about = around.ask(MONDAY, title="Støttestrømper")
    for days in (3, 3, 4, 5):
        run(MONDAY + days * DAY)
    (task,) = told()
    assert (task.task.holder, task.task.organisation) == (around.doctor.user, around.doctor.organisation)
    assert (task.tells_of, task.plan) == (about, around.plan)
    assert around.nurse.organisation.name in task.task.title


def test_nobody_is_told_of_having_been_told(around):
    about = around.ask(MONDAY)
    for days in (4, 10, 20):
        run(MONDAY + days * DAY)
    assert [each.tells_of for each in told()] == [about]
    assert PlanTask.objects.filter(reported_at__isnull=False).get() == about


def test_who_promised_and_is_accountable_is_not_told_of_the_own_task(around):
    made.ask(around.anna, around.doctor.organisation, around.doctor, "activity", MONDAY, plan=around.plan,
             holder=around.doctor.user)  # fmt: skip
    run(MONDAY + 4 * DAY)
    assert not told().exists()


def test_without_a_plan_whoever_asked_is_told(around):
    made.ask(around.anna, around.nurse.organisation, around.doctor, "answer_referral", MONDAY)
    run(MONDAY + 4 * DAY)
    assert told().get().task.holder == around.doctor.user


def test_an_accountable_person_who_has_left_is_no_dead_end(around):
    around.doctor.until = timezone.localdate() - DAY
    around.doctor.save()
    around.ask(MONDAY)
    run(MONDAY + 4 * DAY)
    task = told().get().task
    assert (task.organisation, task.holder) == (around.doctor.organisation, None)


@pytest.mark.parametrize("way", ["done", "closed by its act", "closed by hand"])
def test_what_is_done_is_no_longer_told_of(around, way):
    about = around.ask(MONDAY, "call_gp")
    run(MONDAY + 4 * DAY)
    if way == "done":
        work.done(care.acting(around.nurse), about)
    elif way == "closed by its act":
        close_tasks(plan=around.plan, kind="call_gp")
    else:
        about.task.closed_at = timezone.now()
        about.task.save()
        assert run(MONDAY + 4 * DAY).closed == 1
    assert not told().exists()


def test_what_is_done_in_time_is_nobodys_business(around):
    about = around.ask(MONDAY, "call_gp")
    work.done(care.acting(around.nurse), about)
    assert run(MONDAY + 20 * DAY).citizens == set()


def test_only_the_system_escalates(around):
    for actor in (care.acting(around.doctor), care.actor(Role.SECRETARIAT)):
        for act in (reminders.escalate, mailing.remind_by_mail):
            with pytest.raises(Refused):
                act(actor)


def test_what_was_told_of_whom_is_logged(around):
    around.ask(MONDAY)
    run(MONDAY + 20 * DAY)
    rows = AccessRecord.objects.filter(role="system", resource="task", verb="write")
    assert {row.citizen_id for row in rows} == {around.anna.pk}


def test_the_secretariat_sees_where_and_which_kind_and_no_citizen(around, client):
    around.ask(MONDAY, "call_gp", title="Ring om Annas blodtryk")
    around.ask(MONDAY - DAY, "call_gp")
    around.ask(MONDAY)
    run(MONDAY + 20 * DAY)
    found = broken_promises(care.actor(Role.SECRETARIAT)).rows
    assert [(row.kind, row.number) for row in found] == [("Ring til egen læge", 2), ("Indsats i planen", 1)]
    care.log_in(client, care.member(role=Role.SECRETARIAT))
    page = client.get("/work/broken/").content.decode()
    assert around.nurse.organisation.name in page
    for hidden in ("Anna", "blodtryk", around.anna.cpr):
        assert hidden not in page
    with pytest.raises(Refused):
        broken_promises(care.acting(around.doctor))


def addressed(*members):
    for number, member in enumerate(members):
        member.user.email = f"post{number}@example.dk"
        member.user.save()


def due_now(around, **more):
    return around.ask(timezone.localdate() - DAY, **more)


def test_an_email_says_how_many_tasks_and_nothing_else(around):
    addressed(around.nurse)
    due_now(around, title="Ring om Annas blodtryk")
    due_now(around)
    care.task(around.anna, around.nurse.organisation, around.doctor.user, due=timezone.localdate())
    assert mailing.remind_by_mail(system()).sent == 1
    (sent,) = mail.outbox
    assert sent.subject == "Du har 3 opgaver i Samspil"
    assert sent.to == ["post0@example.dk"]
    text = sent.subject + sent.body
    for hidden in ("Anna", "Poulsen", around.anna.cpr, "blodtryk", "Nanna", "Indsats", around.nurse.organisation.name):
        assert hidden not in text


def test_one_email_a_day_however_often_it_is_run(around):
    addressed(around.nurse)
    due_now(around)
    assert [mailing.remind_by_mail(system()).sent for _ in range(3)] == [1, 0, 0]
    assert mailing.remind_by_mail(system(), timezone.now() + DAY).sent == 1


def test_own_tasks_are_told_to_their_holder_and_the_units_to_everybody_there(around):
    colleague = care.member(around.nurse.organisation, Role.MUNICIPAL)
    addressed(around.nurse, colleague, around.doctor)
    due_now(around, holder=around.nurse.user)
    due_now(around)
    mailing.remind_by_mail(system())
    assert {(sent.to[0], sent.subject) for sent in mail.outbox} == {
        ("post0@example.dk", "Du har 2 opgaver i Samspil"),
        ("post1@example.dk", "Du har 1 opgave i Samspil"),
    }


def test_what_is_due_later_is_not_told_of_yet(around):
    addressed(around.nurse)
    around.ask(after_working_days(timezone.localdate(), 2))
    assert mailing.remind_by_mail(system()).sent == 0
    around.ask(after_working_days(timezone.localdate(), 1))
    assert mailing.remind_by_mail(system()).sent == 1


@pytest.mark.parametrize("why", ["no address", "said no", "account closed", "works there no more"])
def test_who_gets_no_email(around, why):
    if why != "no address":
        addressed(around.nurse)
    if why == "said no":
        mailing.wish(care.acting(around.nurse), wants=False)
    if why == "account closed":
        around.nurse.user.is_active = False
        around.nurse.user.save()
    if why == "works there no more":
        around.nurse.until = timezone.localdate() - DAY
        around.nurse.save()
    due_now(around)
    due_now(around, holder=around.nurse.user)
    assert mailing.remind_by_mail(system()).sent == 0
    assert not Reminder.objects.exists()


def test_an_email_is_in_the_language_of_who_reads_it(around):
    addressed(around.nurse)
    around.nurse.user.language = "en"
    around.nurse.user.save()
    due_now(around)
    mailing.remind_by_mail(system())
    assert mail.outbox[0].subject == "You have 1 task in Samspil"


def test_nobody_wishes_for_emails_without_an_address(around):
    with pytest.raises(Invalid):
        mailing.wish(care.acting(around.nurse), wants=True)
    with pytest.raises(Refused):
        mailing.wish(care.actor(Role.CITIZEN), wants=False)


def test_the_wish_is_said_on_a_page(client, around):
    addressed(around.nurse)
    care.log_in(client, around.nurse)
    assert "checked" in client.get("/work/reminders/").content.decode()
    assert client.post("/work/reminders/", {}).status_code == 302
    assert "checked" not in client.get("/work/reminders/").content.decode()


class Post(socketserver.StreamRequestHandler):
    """A mail server that takes every e-mail, or none when it is `full`."""

    def handle(self):
        said = iter(self.rfile.readline, b"")
        self.say("220 here")
        for line in said:
            word = line.split()[0].upper()
            if word == b"DATA":
                self.say("354 go on")
                self.server.taken.append(b"".join(iter(self.rfile.readline, b".\r\n")).decode())
                self.say("250 taken")
            elif word == b"QUIT":
                self.say("221 bye")
                return
            elif word == b"RCPT" and self.server.full:
                self.say("452 full")
            else:
                self.say("250 fine")

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def server(monkeypatch):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Post) as serving:
        serving.daemon_threads = True
        serving.taken, serving.full = [], False
        threading.Thread(target=serving.serve_forever, daemon=True).start()
        monkeypatch.setenv("SAMSPIL_SMTP_URL", f"smtp://127.0.0.1:{serving.server_address[1]}")
        monkeypatch.setenv("SAMSPIL_MAIL_FROM", "samspil@example.dk")
        with override_settings(**environment.mail(demo=False)):
            yield serving
        serving.shutdown()


def test_a_real_server_takes_the_email(around, server):
    addressed(around.nurse)
    due_now(around)
    done = verbs.remind()
    assert (done.mailed.sent, done.failed) == (1, 0)
    (taken,) = server.taken
    assert "From: samspil@example.dk" in taken
    assert "To: post0@example.dk" in taken


def test_what_a_server_does_not_take_is_sent_in_the_next_run(around, server):
    addressed(around.nurse)
    due_now(around)
    server.full = True
    done = verbs.remind()
    assert done.failed == 1
    assert "full" in done.mailed.said
    server.full = False
    assert verbs.remind().mailed.sent == 1


def test_a_server_that_is_not_there_is_told_of(around, server):
    server.shutdown()
    server.server_close()
    addressed(around.nurse)
    due_now(around)
    assert verbs.remind().failed == 1


def test_without_a_server_the_command_says_what_to_set(around, monkeypatch):
    monkeypatch.delenv("SAMSPIL_SMTP_URL", raising=False)
    with override_settings(**environment.mail(demo=False)):
        with pytest.raises(SamspilError, match="SAMSPIL_SMTP_URL"):
            verbs.remind()
        around.ask(timezone.localdate() - 30 * DAY)
        done = verbs.remind(mail=False)
    assert done.escalated.reported == 1
    assert done.mailed is None


@pytest.mark.parametrize(
    ("url", "sender", "named"),
    [
        ("http://mail", "a@b.dk", "SAMSPIL_SMTP_URL"),
        ("smtp://", "a@b.dk", "SAMSPIL_SMTP_URL"),
        ("smtp://mail:port", "a@b.dk", "SAMSPIL_SMTP_URL"),
        ("smtp://mail", "", "SAMSPIL_MAIL_FROM"),
    ],
)
def test_settings_of_mail_that_cannot_be_say_which(monkeypatch, url, sender, named):
    monkeypatch.setenv("SAMSPIL_SMTP_URL", url)
    monkeypatch.setenv("SAMSPIL_MAIL_FROM", sender)
    with pytest.raises(Exception, match=named):
        environment.mail(demo=False)


def test_settings_of_mail_are_read_from_one_address(monkeypatch):
    monkeypatch.setenv("SAMSPIL_SMTP_URL", "smtp+starttls://us%40er:pa%3Ass@mail.example.dk")
    monkeypatch.setenv("SAMSPIL_MAIL_FROM", "samspil@example.dk")
    found = environment.mail(demo=True)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("us@er", "pa:ss")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"]) == ("mail.example.dk", 587, True)
