"""Several people click in the same moment: one is first, the others are told, and nothing is doubled."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.models import CareTask, Membership, Role
from samspil.plans.actions import appointments, referrals
from samspil.plans.models import Appointment, Referral, ReferralStep
from tests import care
from tests.plans import made
from tests.plans.test_referrals import Two

pytestmark = pytest.mark.django_db(transaction=True)
State = Referral.State


def at_once(people: list[Membership], act: Callable[[Membership], object]) -> list[str]:
    """Everybody does it in the same moment; what came of it for each."""
    start, outcomes = threading.Barrier(len(people)), []

    def do(who: Membership) -> None:
        start.wait()
        try:
            act(who)
            outcomes.append("done")
        except (Conflict, Invalid):
            outcomes.append("told")
        except BaseException as error:
            outcomes.append(repr(error))
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.fixture
def two(transactional_db) -> Two:
    return Two()


def colleagues(of: Membership) -> list[Membership]:
    """Three who work in the same place, in the same role."""
    return [of, *(care.member(of.organisation, Role(of.role)) for _ in range(2))]


def test_three_doctors_refer_at_once_and_one_referral_is_sent(two: Two) -> None:
    sent = at_once(colleagues(two.doctor), lambda who: made.referral(two.citizen, who, two.receiver.organisation))
    assert sent == ["done", "told", "told"]
    assert Referral.objects.count() == CareTask.objects.filter(about__kind="referral").count() == 1


def test_three_accept_at_once_and_it_is_accepted_once(two: Two) -> None:
    one = two.to(two.send(), State.RECEIVED)

    def accept(who: Membership) -> None:
        referrals.move(care.acting(who), Referral.objects.get(pk=one.pk), one.version, "accepted", right_patient="yes")

    assert at_once(colleagues(two.receiver), accept) == ["done", "told", "told"]
    assert ReferralStep.objects.filter(state=State.ACCEPTED).count() == 1


def test_the_referrer_withdraws_while_the_receiver_accepts(two: Two) -> None:
    one = two.to(two.send(), State.RECEIVED)

    def click(who: Membership) -> None:
        state = "accepted" if who == two.receiver else "withdrawn"
        fresh = Referral.objects.get(pk=one.pk)
        referrals.move(care.acting(who), fresh, one.version, state, words="Bedre", right_patient="yes")

    assert at_once([two.receiver, two.doctor], click) == ["done", "told"]
    one.refresh_from_db()
    still_open = CareTask.objects.filter(about__kind="referral", closed_at__isnull=True).exists()
    assert still_open == (one.state == State.ACCEPTED)


def test_the_last_session_is_agreed_once(two: Two) -> None:
    one = two.to(two.send(), State.RECEIVED, State.ACCEPTED, State.STARTED)
    Appointment.objects.bulk_create(
        Appointment(
            citizen=one.citizen, referral=one, organisation=one.to_organisation, what="Samtale", category="health",
            at=timezone.now() - dt.timedelta(days=1), state="kept", by=two.receiver, made_at=timezone.now(),
        )
        for _ in range(9)
    )  # fmt: skip

    def book(who: Membership) -> None:
        at = timezone.now() + dt.timedelta(days=1)
        appointments.book(care.acting(who), at, referral=Referral.objects.get(pk=one.pk))

    assert at_once(colleagues(two.receiver), book) == ["done", "told", "told"]
    assert Appointment.objects.filter(state="planned").count() == 1
