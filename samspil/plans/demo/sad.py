"""The demonstration's citizens with stress, anxiety or depression (SAD), one story for each thing that can happen.

A story is told by acts, in the order they would come in. Days are so many before today.
"""

from __future__ import annotations

from samspil.access.actions.consent import record_consent
from samspil.access.actor import professional
from samspil.access.models import Category
from samspil.plans.actions import (
    appointments,
    goals,
    links,
    notes,
    pathways,
    plans,
    referrals,
    service_decisions,
)
from samspil.plans.actions.work import done
from samspil.plans.demo.course import Course, today, working_day_after, working_day_before
from samspil.plans.models import Goal, Referral
from samspil.plans.working_days import after_working_days

State = Referral.State


def sessions_under_way(course: Course) -> None:
    """The psychologist has begun, the job centre has a task, and a note does not go to the job centre."""
    cast = course.cast
    course.ago(52)
    course.agree_to_share()
    course.begin()
    course.fill("tired_teacher")
    course.activate(30)
    sent = course.refer("psychologist")
    course.agree("Samtale med jobcentret om en rolig vej tilbage", Category.EMPLOYMENT, cast.job_centre, goal=1, due=70)
    course.agree("Går en tur hver formiddag", Category.HEALTH, None, due=90)
    course.clock.later(days=1)
    course.receive(sent, cast.psychologist)
    course.clock.later(hours=1)
    course.sessions(sent, cast.psychologist, 4, place="Albanigade 12, 2. sal")
    course.ago(18)
    course.follow_up("Sover to timer mere end i sidste måned. Går tur hver dag. Fortsætter hos psykologen.", 28)
    course.working_days_ago(2, 15)
    citizen = course.log_in()
    course.onboard("log_in")
    kept = notes.write(
        professional(cast.psychologist),
        course.citizen,
        "Vi har talt om, hvad der skete på arbejdet i foråret. Det bliver vigtigt at gå langsomt frem med timerne.",
        Category.MENTAL_HEALTH,
        [course.doctor.organisation, cast.job_centre.organisation],
        referral=sent,
    )
    course.working_days_ago(1, 19)
    notes.refuse_addressee(citizen, kept.addressees.get(organisation=cast.job_centre.organisation))
    notes.shown_to_citizen(citizen, kept)
    course.book(sent, cast.psychologist, course.moment(after_working_days(today(), 3), 13), "Albanigade 12, 2. sal")
    question = notes.write(
        professional(cast.job_centre),
        course.citizen,
        "Hvor mange timer om dagen tror I, der er kræfter til i januar?",
        Category.EMPLOYMENT,
        [(course.doctor.organisation, course.doctor.user)],
        plan=course.plan,
        answer_by=after_working_days(today(), 2),
        shown_together=True,
    )
    course.clock.later(hours=3)
    notes.write(
        course.by,
        course.citizen,
        "En time om dagen, hjemmefra. Jeg ser på det igen om tre uger.",
        Category.EMPLOYMENT,
        [cast.job_centre.organisation],
        answers=question,
        shown_together=True,
    )


def late_and_escalated(course: Course) -> None:
    """Received by the psychologist, and never begun: long past the five working days."""
    course.working_days_ago(19)
    course.agree_to_share()
    course.begin()
    course.fill("young_parent")
    course.activate(60)
    sent = course.refer("psychologist", course.cast.other_psychologist)
    course.clock.later(days=2)
    course.move(sent, course.cast.other_psychologist, State.RECEIVED)


def just_sent(course: Course) -> None:
    """Sent yesterday, from a plan that is still being made."""
    course.working_days_ago(1, 11)
    course.agree_to_share()
    course.begin()
    course.fill("after_loss")
    course.refer("psychologist")


def returned_with_a_question(course: Course) -> None:
    """The clinic of occupational medicine needs to know more before it says yes."""
    course.ago(20)
    course.agree_to_share()
    course.begin()
    course.fill("warehouse")
    course.activate(40)
    sent = course.refer("occupational_medicine", goal=0)
    course.working_days_ago(3)
    course.move(sent, course.cast.occupational, State.RECEIVED)
    course.clock.later(hours=2)
    course.move(
        sent, course.cast.occupational, State.RETURNED,
        words="Hvilke opgaver har borgeren haft det sidste år, og er der talt med arbejdspladsen?",
    )  # fmt: skip


def rejected_and_another_way(course: Course) -> None:
    """Psychiatry says where the citizen is helped better; a service was declined, and one did not fit."""
    course.ago(33)
    course.agree_to_share()
    course.begin()
    course.fill("young_parent")
    course.activate(35)
    sent = course.refer("psychiatry")
    course.clock.later(days=3)
    course.move(sent, course.cast.occupational, State.RECEIVED)
    course.clock.later(days=2)
    course.move(
        sent, course.cast.occupational, State.REJECTED, reason="other_effort",
        words="Samtaler hos psykolog bør prøves først. Henvis gerne igen, hvis det ikke er bedre om tre måneder.",
    )  # fmt: skip
    course.working_days_ago(3)
    referrals.read_reply(course.by, sent)
    again = course.refer("psychologist")
    course.clock.later(hours=2)
    course.receive(again, course.cast.psychologist)
    course.book(again, course.cast.psychologist, course.moment(after_working_days(today(), 2), 10), "Albanigade 12")
    service_decisions.decide(
        course.by, course.citizen, "odense-ic", "job_centre", "declined", reason="no_energy", plan=course.plan
    )
    service_decisions.decide(
        course.by, course.citizen, "odense-ic", "occupational_medicine", "not_referred",
        words="Arbejdet er ikke en del af årsagen.", plan=course.plan,
    )  # fmt: skip


def reply_to_read(course: Course) -> None:
    """The psychologist is done, and the reply lies unread on the work list."""
    course.ago(95)
    course.agree_to_share()
    course.begin()
    course.fill("after_loss")
    course.activate(30)
    sent = course.refer("psychologist")
    course.clock.later(days=1)
    course.receive(sent, course.cast.psychologist)
    course.sessions(sent, course.cast.psychologist, 5)
    course.ago(40)
    course.follow_up("Synger med igen og er begyndt tre timer om dagen.", 60)
    course.working_days_ago(1, 14)
    course.complete(sent, course.cast.psychologist, read=False)


def completed(course: Course) -> None:
    """From the first conversation to the end, with every promise kept."""
    course.ago(120)
    course.agree_to_share()
    course.begin()
    course.fill("after_loss")
    course.activate(30)
    sent = course.refer("psychologist")
    course.clock.later(days=1)
    course.receive(sent, course.cast.psychologist)
    course.sessions(sent, course.cast.psychologist, 6)
    course.ago(60)
    course.follow_up("Har det meget bedre og vil gerne slutte, når psykologen er færdig.", 42)
    course.complete(sent, course.cast.psychologist, read=True)
    course.ago(9)
    for each in course.plan.tasks.filter(task__closed_at__isnull=True, kind="gp_action"):
        done(course.by, each, "Gjort ved opfølgningen.")
    course.end("completed", words="Du har nået det, du ville. Ring til os, hvis det bliver svært igen.")


def stopped(course: Course) -> None:
    """The citizen did not want to go on; the job centre's task stops with it."""
    course.ago(60)
    course.agree_to_share()
    course.begin()
    course.fill("warehouse")
    course.activate(40)
    course.agree("Samtale om nye opgaver på arbejdspladsen", Category.EMPLOYMENT, course.cast.job_centre, due=40)
    course.ago(12)
    course.end("withdrawn", "other_worries", "Du har sagt, at andet fylder mere nu. Du kan begynde igen, når du vil.")


def dropped_out(course: Course) -> None:
    """The form did not fit: dropped out at one provider, withdrawn at another, and the course goes on."""
    course.ago(48)
    course.agree_to_share()
    course.begin()
    course.fill("warehouse")
    course.activate(60)
    sent = course.refer("psychologist", course.cast.other_psychologist)
    course.clock.later(days=1)
    course.receive(sent, course.cast.other_psychologist)
    course.sessions(sent, course.cast.other_psychologist, 1)
    missed = course.book(sent, course.cast.other_psychologist, course.moment(working_day_before(today(), 20), 9))
    course.clock.to(working_day_before(today(), 20), 15)
    appointments.miss(professional(course.cast.other_psychologist), missed, "Ringede to gange uden svar.")
    course.clock.later(days=3)
    course.move(sent, course.cast.other_psychologist, State.DROPPED_OUT, reason="unfit_form")
    clinic = course.refer("occupational_medicine")
    course.clock.later(days=4)
    course.move(clinic, course.doctor, State.WITHDRAWN, words="Borgeren er begyndt i et nyt job og ønsker det ikke.")


def with_diabetes(course: Course) -> None:
    """Two programmes and one plan: stress, and type 2 diabetes; another plan pulls the other way."""
    course.ago(55)
    course.agree_to_share()
    course.begin()
    course.fill("tired_teacher")
    course.activate(30)
    sent = course.refer("psychologist", course.cast.other_psychologist)
    course.agree("Går en tur hver formiddag", Category.HEALTH, None, due=120)
    course.agree("Samtale om en rolig vej tilbage", Category.EMPLOYMENT, course.cast.job_centre, goal=1, due=75)
    course.agree("Taler med sin leder om skemaet", Category.EMPLOYMENT, None, goal=1, due=80)
    course.clock.later(days=1)
    course.receive(sent, course.cast.other_psychologist)
    course.sessions(sent, course.cast.other_psychologist, 3)
    course.ago(27)
    for asked in ("participation", "one_plan", "sharing"):
        record_consent(course.by, course.citizen, "type-2-diabetes", asked, True)
    other = pathways.open_pathway(
        course.by,
        course.citizen,
        "type-2-diabetes",
        purpose="At forstå, hvad jeg skal spise, uden at det fylder det hele.",
    )
    plans.begin(course.by, course.citizen, course.plan.accountable, [other])
    give_dates(course)
    links.add(
        course.by, course.plan, kind="employment_plan", title="Aftale om virksomhedspraktik", owner="Jobcentret",
        conflict="Praktikken ligger samtidig med samtalerne hos psykologen.",
    )  # fmt: skip
    links.add(course.by, course.plan, kind="chronic_care_plan", title="Forløbsplan for diabetes", owner="Lægeklinikken")
    course.activate(45)
    course.refer("diabetes_course", programme="type-2-diabetes", goal=0)


def give_dates(course: Course) -> None:
    """Where things are now, and when they are looked at again: some programmes ask it of every goal."""
    halfway = working_day_after(today() + (today() - working_day_before(today(), 30)))
    for goal in course.plan.goals.filter(state=Goal.State.OPEN).order_by("id"):
        goals.change(
            course.by, goal, goal.version, baseline="Som beskrevet ved den første samtale", midterm_on=halfway,
            final_on=after_working_days(halfway, 40),
        )  # fmt: skip


def wrongly_included(course: Course) -> None:
    """It turned out that the citizen should not have been asked, and was told so."""
    course.ago(30)
    course.end(
        "wrongly_included", words="Du er ved en fejl blevet spurgt. Det beklager vi, og du skal ikke gøre noget."
    )


STORIES = (
    sessions_under_way,
    late_and_escalated,
    returned_with_a_question,
    reply_to_read,
    rejected_and_another_way,
    with_diabetes,
    completed,
    dropped_out,
    just_sent,
    stopped,
    wrongly_included,
)
