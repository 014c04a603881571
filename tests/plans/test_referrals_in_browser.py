"""Referring in a browser, from need to the reply that was read; and the pages as axe and a phone see them."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from samspil.access.models import Role
from samspil.plans.actions import appointments, epicrisis
from samspil.plans.models import Referral
from tests import care
from tests.in_browser import be, look
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db(transaction=True)
State = Referral.State


class Town(Two):
    """A doctor, a citizen and a psychologist with names."""

    def __init__(self) -> None:
        self.doctor = care.member(care.practice("Lægerne Vestergade"), Role.GP, "Lise Holm")
        self.citizen = care.citizen(self.doctor.organisation, "Anna Poulsen", cpr="0101461236", phone="12 34 56 78")
        self.receiver = made.provider(name="Psykologerne Torvet")
        self.gp, self.psychologist = care.acting(self.doctor), care.acting(self.receiver)


@pytest.fixture
def town(transactional_db) -> Town:
    return Town()


def test_from_need_to_the_reply_that_was_read(page, live_server, town) -> None:
    be(page, live_server, town.doctor)
    page.goto(f"/citizens/{town.citizen.pk}/refer/")
    page.get_by_label("Hvad har borgeren brug for?").fill("stress")
    page.get_by_role("button", name="Søg").click()
    page.get_by_role("link", name="Samtaler med en psykolog").first.click()
    page.get_by_label("Hvad ønsker du hjælp til?").fill("Stress efter skilsmisse.\nØnsker samtaler.")
    page.get_by_role("checkbox", name="Borgeren har sagt ja").check(force=True)
    page.get_by_role("button", name="Send henvisningen").click()
    page.get_by_text("Henvisningen er sendt.").wait_for()

    be(page, live_server, town.receiver)
    page.goto("/referrals/")
    page.get_by_role("link", name="Anna Poulsen").click()
    page.get_by_role("button", name="Modtaget").click()
    page.get_by_role("button", name="Ja", exact=True).click()
    day = timezone.localdate() + dt.timedelta(days=1)
    page.get_by_label("Dag", exact=True).fill(day.isoformat())
    page.get_by_label("Klokkeslæt").fill("10:30")
    page.get_by_role("button", name="Aftal tiden").click()
    page.get_by_text("Tiden er aftalt.").wait_for()
    page.get_by_role("button", name="Begyndt").click()
    page.get_by_text("Afslut med et svar").click()
    page.get_by_label("Konklusion").fill("Sover igen og er tilbage på arbejde.")
    page.get_by_label("Det skal lægen gøre").fill("Ring til Anna om en måned")
    page.get_by_role("button", name="Send svaret og afslut").click()
    page.get_by_text("Henvisningen er gennemført.").wait_for()

    be(page, live_server, town.doctor)
    page.goto("/referrals/?way=sent&show=unread")
    page.get_by_role("link", name="Anna Poulsen").click()
    page.get_by_text("Sover igen og er tilbage på arbejde.").first.wait_for()
    page.get_by_role("button", name="Jeg har læst").click()
    page.get_by_text("Henvisningen er lukket.").first.wait_for()
    assert Referral.objects.get().reply_read_by == town.doctor.user


def test_every_page_is_accessible_and_fits_a_phone(page, live_server, axe, town) -> None:
    waiting = town.to(town.send(), State.RECEIVED)
    nurse = made.provider("municipal_unit", "Sygeplejen Syd")
    started = made.referral(town.citizen, town.doctor, nurse.organisation, "home_nursing")
    nurse_now = care.acting(nurse)
    for state in (State.RECEIVED, State.ACCEPTED):
        town.psychologist, kept = nurse_now, town.psychologist
        town.click(started, state, right_patient="yes" if state == State.ACCEPTED else "")
        town.psychologist = kept
    appointments.book(nurse_now, timezone.now() + dt.timedelta(days=2), referral=started, place="I hjemmet")
    heart = made.provider("hospital_department", "Geriatrisk ambulatorium")
    done = made.referral(town.citizen, town.doctor, heart.organisation, "geriatric_assessment")
    town.psychologist = care.acting(heart)
    town.to(done, State.RECEIVED, State.ACCEPTED, State.STARTED)
    epicrisis.write(town.psychologist, done, done.version, conclusion="Ingen ny sygdom.", gp_actions=["Kontrol af tal"])

    be(page, live_server, town.receiver)
    look(
        page,
        axe,
        [
            "/referrals/",
            f"/referrals/{waiting.pk}/",
            "/services/",
            "/services/?words=ensom",
            "/services/odense-ic/psychologist/",
        ],
    )
    be(page, live_server, nurse)
    look(page, axe, [f"/referrals/{started.pk}/"])
    be(page, live_server, town.doctor)
    refer = f"/citizens/{town.citizen.pk}/refer/"
    look(page, axe, [refer, f"{refer}?need=talk", f"{refer}?service=odense-ic/talk_therapy", "/referrals/?way=sent"])
    look(page, axe, [f"/referrals/{done.pk}/", "/deadlines/"])
    be(page, live_server, care.member(role=Role.SECRETARIAT))
    compared = f"/deadlines/?turn={timezone.localdate()}"
    look(page, axe, ["/services/odense-ic/psychologist/", "/services/odense-ic/psychologist/change/", "/services/"])
    look(page, axe, ["/deadlines/", compared])
