"""The demonstration's older medical patients (DÆMP), one story for each thing that can happen. Told as in `sad.py`."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from samspil.access.actions.consent import record_consent
from samspil.access.actions.onboarding import give_relative_log_in
from samspil.access.actions.relatives import grant_proxy
from samspil.access.actor import private, professional
from samspil.access.models import Category, Citizen, Role, User
from samspil.plans.actions import (
    accountable,
    appointments,
    coordination,
    medicine,
    notes,
    onboarding,
    own_goals,
    paper,
    pathways,
    plans,
    referrals,
    sections,
    service_decisions,
    stays,
)
from samspil.plans.demo.course import Course, today, working_day_before
from samspil.plans.demo.sad import give_dates
from samspil.plans.models import Goal, Referral
from samspil.plans.working_days import after_working_days

State = Referral.State
_CARD = (
    {"drug": "Furosemid", "atc": "C03CA01", "dose": "40 mg 1 tablet morgen"},
    {"drug": "Metoprolol", "atc": "C07AB02", "dose": "50 mg 1 tablet morgen"},
    {"drug": "Apixaban", "atc": "B01AF02", "dose": "5 mg 1 tablet morgen og aften"},
    {"drug": "Paracetamol", "atc": "N02BE01", "dose": "1 g 3 gange dagligt"},
)


def own_plan(course: Course) -> None:
    """The citizen one can log in as: something next, a note to look at, an own goal, a daughter who reads along."""
    cast = course.cast
    course.ago(75)
    course.agree_to_share()
    course.begin()
    course.fill("stairs")
    account = User.objects.filter(citizen=course.citizen).first()
    if account is not None:
        course.onboard("log_in")
    course.activate(45)
    nursing = course.refer("home_nursing", goal=1)
    company = course.refer("daneage", goal=2)
    course.agree("Du vejer dig hver morgen og skriver tallet i bogen", Category.HEALTH, None, goal=1, due=120)
    course.agree("Din medicin bliver gennemgået sammen med dig", Category.HEALTH, course.doctor, goal=1, due=85)
    course.clock.later(days=1)
    course.receive(nursing, cast.home_nurse)
    course.sessions(nursing, cast.home_nurse, 3, every=7, place="Hjemme hos dig")
    course.ago(40)
    medicine.record(course.by, course.citizen, timezone.localdate(), _CARD)
    course.ago(28)
    course.follow_up("Ingen fald siden sidst. Vægten er stabil. Vil gerne i gang med at komme lidt ud.", 40)
    course.receive(company, cast.ngo)
    course.book(
        company,
        cast.ngo,
        course.moment(after_working_days(today(), 4), 14),
        "Sognegården, Kirkegade 4. Birthe følger dig",
    )
    course.book(nursing, cast.home_nurse, course.moment(after_working_days(today(), 1), 9, 30), "Hjemme hos dig")
    course.working_days_ago(4, 19)
    if account is not None:
        citizen = private(account, Role.CITIZEN)
        own_goals.add(citizen, course.plan, "Jeg vil i kirke juleaften uden at skulle have hjælp på trappen", "social")
        own_goals.confirm(
            citizen, course.plan, {each.pk: each.version for each in course.plan.goals.filter(state=Goal.State.OPEN)}
        )
    course.working_days_ago(1, 11)
    notes.write(
        course.by,
        course.citizen,
        "Vil gerne med på ture, når det ikke er glat. Følges bedst med nogen den første gang.",
        Category.SOCIAL,
        [cast.ngo.organisation],
        referral=company,
        shown_together=True,
    )
    course.clock.later(hours=3)
    notes.write(
        professional(cast.home_nurse),
        course.citizen,
        "Anklerne er lidt tykkere i denne uge, og vægten er gået et halvt kilo op. Jeg kigger forbi igen på mandag.",
        Category.HEALTH,
        [course.doctor.organisation],
        referral=nursing,
    )


def in_hospital(course: Course) -> None:
    """Admitted two days ago; the doctor and home care know it."""
    _with_nursing(course, "breath", 64)
    course.working_days_ago(2, 21)
    stays.admit(professional(course.cast.hospital), course.citizen, timezone.now())


def just_discharged(course: Course) -> None:
    """Home since yesterday: 72 hours to follow up, and home care has not confirmed yet that it has taken over."""
    _with_nursing(course, "memory", 80)
    course.ago(9, 16)
    hospital = professional(course.cast.hospital)
    stay = stays.admit(hospital, course.citizen, timezone.now())
    course.clock.to(today() - dt.timedelta(days=2), 9)
    stays.ready(hospital, stay, timezone.now())
    course.clock.to(today() - dt.timedelta(days=1), 14)
    stay.refresh_from_db()
    stays.discharge(
        hospital, stay, timezone.now(), handover_to=course.cast.home_nurse.organisation,
        words="Ny blodfortyndende medicin. Ophældning i æske, og mål blodtryk to gange om ugen.", joint_visit=True,
    )  # fmt: skip


def medicine_differs(course: Course) -> None:
    """The practice and home care do not say the same of two drugs: an urgent task. The son reads the plan."""
    _with_nursing(course, "memory", 45)
    citizen = course.log_in()
    son = give_relative_log_in(course.by, course.citizen, "Morten Aggerbo").user
    grant_proxy(
        citizen, course.citizen, username=son.username, name=son.name, scopes=["read"], relation="søn"
    )  # fmt: skip
    course.onboard("proxy")
    course.ago(30)
    medicine.record(course.by, course.citizen, timezone.localdate(), _CARD)
    course.working_days_ago(1, 9)
    at_home = [dict(line) for line in _CARD]
    at_home[0]["dose"] = "40 mg 2 tabletter morgen"
    at_home.append({"drug": "Ibuprofen", "atc": "M01AE01", "dose": "400 mg ved behov"})
    medicine.record(professional(course.cast.home_nurse), course.citizen, timezone.localdate(), at_home)


def standing_still(course: Course) -> None:
    """Active, and nothing has moved for two months."""
    course.ago(70)
    course.agree_to_share()
    course.begin()
    course.fill("garden")
    course.activate(80)


def handover_waits(course: Course) -> None:
    """The doctor has asked the home nurse to become accountable; until she answers nothing has changed."""
    _with_nursing(course, "memory", 58)
    course.working_days_ago(1, 11)
    accountable.propose(
        course.by, course.plan, course.cast.home_nurse,
        "Du kommer i hjemmet tre gange om ugen og hører først, når noget ændrer sig.",
    )  # fmt: skip


def with_copd(course: Course) -> None:
    """Two programmes and one plan, a coordinator for whom the need is documented, and all of it on paper."""
    cast = course.cast
    course.ago(62)
    course.agree_to_share()
    course.begin()
    course.fill("breath")
    onboarding.ask_for(course.by, course.citizen, language="da", interpreter="", read_aloud=True)
    course.onboard("paper")
    course.activate(30)
    for purpose in ("participation", "one_plan", "sharing"):
        record_consent(course.by, course.citizen, "copd", purpose, True)
    other = pathways.open_pathway(course.by, course.citizen, "copd", purpose="At få vejret, når jeg skal over gaden.")
    plans.begin(course.by, course.citizen, course.plan.accountable, [other])
    sections.choose_most_limiting(course.by, course.plan, "", "copd")
    course.clock.later(hours=1)
    give_dates(course)
    course.activate(34)
    coordination.start(
        course.by, course.plan, cast.hospital, kind="relay", circumstances=["multimorbidity", "low_self_care"],
        conditions=["copd", "diabetes", "hypertension"],
        need="Fem indlæggelser på et år og fire ambulatorier. Ingen andre kan samle aftalerne på sygehuset.",
        ends_when="Ambulatorierne er samlet på én dag, og der er gået tre måneder uden indlæggelse.",
    )  # fmt: skip
    nursing = course.refer("home_nursing", goal=1)
    course.clock.later(days=1)
    course.receive(nursing, cast.home_nurse)
    course.sessions(nursing, cast.home_nurse, 2, place="Hjemme hos dig")
    paper.print_plan(course.by, course.plan, course.plan.version)
    course.ago(20)
    course.follow_up("Bruger inhalatoren rigtigt nu. Ægtefællen har fået aflastning om torsdagen.", 35)


def geriatric_done(course: Course) -> None:
    """A prompt examination, replied and read; training goes on, and one time was missed, which ended nothing."""
    cast = course.cast
    course.ago(70)
    course.agree_to_share()
    course.begin()
    course.fill("garden")
    course.activate(40)
    examination = course.refer("geriatric_assessment", goal=0)
    training = course.refer("rehabilitation", goal=0)
    course.clock.later(days=1)
    course.receive(examination, cast.hospital)
    course.sessions(examination, cast.hospital, 1, place="Geriatrisk ambulatorium, indgang 20")
    course.complete(examination, cast.hospital, read=True)
    course.receive(training, cast.municipal)
    course.sessions(training, cast.municipal, 2, place="Træningscentret")
    course.ago(26)
    course.follow_up("Geriatrisk afdeling har set på det hele. Træningen er i gang.", 25)
    at = course.moment(working_day_before(today(), 1), 9)
    missed = course.book(training, cast.municipal, at, "Træningscentret")
    course.clock.to(working_day_before(today(), 1), 11)
    appointments.miss(professional(cast.municipal), missed, "Mødte ikke op. Telefonen blev ikke taget.")


def declined_and_not_offered(course: Course) -> None:
    """Three outcomes that look alike: not referred, declined by the citizen, and not offered for health reasons."""
    course.ago(25)
    course.agree_to_share(refused=[("municipality", Category.MENTAL_HEALTH)])
    course.begin()
    course.fill("memory")
    course.activate(45)
    for service, outcome, reason, words in (
        ("daneage", "declined", "group", ""),
        ("rehabilitation", "not_offered_health", "", "Svimmelheden skal undersøges først."),
        ("psychologist_daemp", "not_referred", "", "Vil hellere tale med lægen om det."),
    ):
        service_decisions.decide(
            course.by, course.citizen, "odense-ic", service, outcome, reason=reason, words=words, plan=course.plan
        )
    sent = course.refer("geriatric_assessment")
    course.working_days_ago(7)
    course.move(sent, course.cast.hospital, State.RECEIVED)
    course.working_days_ago(2)
    course.move(sent, course.cast.hospital, State.ACCEPTED, right_patient="yes")


def draft(course: Course) -> None:
    """A plan that was begun last week from the templates, and is not ready yet."""
    course.working_days_ago(4)
    course.begin()
    for section, words in (
        ("own_words", "Jeg vil helst klare mig selv, men trappen er blevet lang."),
        ("needs", "Hjælp til at komme op og ned, og til at huske medicinen."),
    ):
        sections.write(course.by, course.plan, section, 0, words)
    course.compose()


def died(course: Course) -> None:
    """Dead: everything that was promised stops, and nobody is written to."""
    _with_nursing(course, "breath", 90)
    course.ago(15)
    course.end("died", words="Hustruen har fået besked, og vi har talt sammen.")


def moved(course: Course) -> None:
    """Moved away: the nurse's visits stop, and the new doctor has the plan on paper."""
    _with_nursing(course, "garden", 85)
    course.ago(10)
    course.end("moved", words="Planen er sendt med til den nye læge.")


def simple_referral(course: Course, citizen: Citizen) -> None:
    """One service and no plan: a simple referral is enough."""
    course.working_days_ago(3)
    sent = referrals.send(
        course.by, citizen, "odense-ic", "daneage", course.cast.ngo.organisation,
        "Savner selskab efter flytning. Kan lide at gå ture.",
    )  # fmt: skip
    course.clock.later(days=1)
    course.move(sent, course.cast.ngo, State.RECEIVED)


def _with_nursing(course: Course, text: str, days: int) -> None:
    """An active plan with a home nurse who comes."""
    course.ago(days)
    course.agree_to_share()
    course.begin()
    course.fill(text)
    course.activate(60)
    nursing = course.refer("home_nursing", goal=0)
    course.clock.later(days=1)
    course.receive(nursing, course.cast.home_nurse)
    course.sessions(nursing, course.cast.home_nurse, 2, place="Hjemme hos dig")
    course.ago(24)
    course.follow_up("Sygeplejersken kommer som aftalt. Det går stille og roligt, og vi fortsætter.", 48)


STORIES = (
    own_plan,
    in_hospital,
    just_discharged,
    medicine_differs,
    handover_waits,
    with_copd,
    geriatric_done,
    standing_still,
    declined_and_not_offered,
    draft,
    died,
    moved,
)
