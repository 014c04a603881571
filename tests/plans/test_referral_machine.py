"""Random clicks by random people on referrals: nothing is lost, nothing is doubled, nothing happens without a right.

A closed loop is one whose reply was read; until then the referral stands on somebody's list.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, CareTask, Role
from samspil.plans.actions import epicrisis, referrals
from samspil.plans.actions.referral_course import CLOSED, RECEIVER, REFERRER, next_states
from samspil.plans.models import Epicrisis, Referral
from tests import care
from tests.plans import made

pytestmark = pytest.mark.django_db
State = Referral.State
#: Who stands on which side, whatever the referral.
PEOPLE = ("doctor", "staff", "one", "other", "stranger")
STEPS = st.tuples(
    # `go` is whatever the page would offer: so that the walk gets somewhere.
    st.sampled_from([*["go"] * 20, "send", "send", "read", "answer", "rematch", "reply", *State.values]),
    st.sampled_from([*["doctor", "one", "other"] * 3, *PEOPLE]),
    st.integers(0, 7),
    st.sampled_from([0, 0, 0, 0, 1]),
)


class World:
    """A practice, two psychologists, and a practice that has nothing to do with it."""

    def __init__(self) -> None:
        doctor = care.member()
        self.citizen = care.citizen(doctor.organisation)
        members = {
            "doctor": doctor,
            "staff": care.member(doctor.organisation, Role.PRACTICE_STAFF),
            "one": made.provider(),
            "other": made.provider(),
            "stranger": care.member(),
        }
        self.places = {name: each.organisation for name, each in members.items()}
        self.people: dict[str, Actor] = {name: care.acting(each) for name, each in members.items()}
        self.sent = 0
        self.steps: dict[int, list[str]] = {}

    def act(self, what: str, name: str, number: int, stale: int) -> None:
        """One click. What is refused, wrong or too late changes nothing."""
        who = self.people[name]
        who.forget()
        all_of_them = list(Referral.objects.order_by("id"))
        before = self.picture()
        try:
            with transaction.atomic():
                if what == "send":
                    place = self.places["one" if number % 2 else "other"]
                    referrals.send(who, self.citizen, made.PROGRAMME, "psychologist", place, "Stress")
                    assert name == "doctor", "only the doctor refers"
                    self.sent += 1
                elif all_of_them:
                    self.click(who, name, what, all_of_them[number % len(all_of_them)], stale)
        except (Refused, Invalid, Conflict):
            assert self.picture() == before, "what did not happen changed nothing"

    def click(self, who: Actor, name: str, what: str, one: Referral, stale: int) -> None:
        state, version = State(one.state), one.version + stale
        if what == "go":
            offered = [*next_states(who, one), *(["read"] if one.closed_at else [])]
            what = str(offered[one.version % len(offered)]) if offered else "received"
        match what:
            case "read":
                if referrals.read_reply(who, one):
                    assert name in {"doctor", "staff"}
                    assert state in CLOSED
                return
            case "answer":
                referrals.answer(who, one, version, "Ja")
            case "rematch":
                new = self.places["one" if one.to_organisation == self.places["other"] else "other"]
                referrals.rematch(who, one, version, new, "Passer ikke sammen")
                assert name == "doctor"
                self.sent += 1
            case "reply" | "completed":
                epicrisis.write(who, one, version, conclusion="Bedre", nothing_for_gp=True)
            case _:
                reason = {"rejected": "no_capacity", "dropped_out": "tired"}.get(what, "")
                referrals.move(who, one, version, what, reason=reason, words="Ord", right_patient="yes")
        assert not stale, "an old page changes nothing"
        if what == "rematch":
            return
        one.refresh_from_db()
        receiver = who.organisation_id == one.to_organisation_id
        allowed = (RECEIVER if receiver else REFERRER).get(state, ())
        assert name in ({"one", "other"} if receiver else {"doctor", "staff"})
        assert State(one.state) in allowed

    def picture(self) -> tuple[object, ...]:
        """Everything a click can change."""
        return (
            sorted(Referral.objects.values_list("id", "state", "version", "reply_read_at")),
            CareTask.objects.filter(closed_at__isnull=True).count(),
            CareTask.objects.count(),
        )

    def check(self) -> None:
        """What holds after every click."""
        found = list(Referral.objects.all())
        assert len(found) == self.sent, "never lost, never doubled"
        still_open = [each for each in found if each.state not in CLOSED]
        assert len(still_open) <= 1, "sessions are counted in one place at a time"
        for each in found:
            steps = list(each.steps.values_list("state", flat=True))
            assert steps[0] == State.SENT
            assert steps[-1] == each.state
            assert (each.state == State.COMPLETED) == Epicrisis.objects.filter(referral=each).exists()
            for before, after in itertools.pairwise(steps):
                assert after in {*RECEIVER.get(State(before), ()), *REFERRER.get(State(before), ())}
            kinds = Counter(
                CareTask.objects.filter(about__referral=each, closed_at__isnull=True).values_list(
                    "about__kind", flat=True
                )
            )
            closed = each.state in CLOSED
            assert (each.closed_at is not None) == closed
            assert kinds["referral"] == (not closed), "one open task as long as it is open, and none after"
            assert kinds["referral_question"] == (each.state == State.RETURNED)
            assert kinds["referral_reply"] == (closed and each.reply_read_at is None), "closed only when read"
            logged = AccessRecord.objects.filter(
                resource="referral", outcome="allowed", citizen_id=each.citizen_id, verb="write"
            ).values_list("detail", flat=True)
            written = Counter(logged)
            for state, number in Counter(steps[1:]).items():
                assert written[f"referral {each.pk} {state}"] == number, "every step is in the log, once"


@settings(
    max_examples=25, deadline=dt.timedelta(seconds=60), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(STEPS, min_size=5, max_size=25))
def test_random_clicks_by_random_people(db, clicks: list[tuple[str, str, int, int]]) -> None:
    with transaction.atomic():
        world = World()
        world.act("send", "doctor", 1, 0)
        for click in clicks:
            world.act(*click)
            world.check()
        transaction.set_rollback(True)


def test_the_machine_reaches_every_state(db) -> None:
    """So that the random walk is not one of refusals only."""
    world = World()
    ends = {
        "one": ["received", "returned", "!answer", "accepted", "booked", "started", "reply", "!read"],
        "two": ["received", "rejected", "!read"],
        "three": ["received", "accepted", "dropped_out", "!read"],
        "four": ["!withdrawn"],
    }
    reached: set[str] = set()
    for clicks in ends.values():
        world.act("send", "doctor", 1, 0)
        number = Referral.objects.count() - 1
        for click in clicks:
            world.act(click.removeprefix("!"), "doctor" if click.startswith("!") else "one", number, 0)
            world.check()
        reached |= set(Referral.objects.order_by("id").last().steps.values_list("state", flat=True))
    assert reached == set(State.values)
    left = CareTask.objects.filter(closed_at__isnull=True)
    assert list(left.values_list("about__kind", flat=True)) == ["after_service"], "the one that was completed"
