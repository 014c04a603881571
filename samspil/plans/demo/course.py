"""One citizen's course in the demonstration: every line is an act of this room, at a moment of the clock."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from samspil.access.actions.consent import record_consent
from samspil.access.actions.onboarding import give_log_in
from samspil.access.actor import Actor, private, professional
from samspil.access.demo_clock import Clock
from samspil.access.models import Membership, Role
from samspil.plans.actions import (
    activities,
    appointments,
    composing,
    contacts,
    epicrisis,
    goals,
    onboarding,
    pathways,
    plans,
    referrals,
    sections,
)
from samspil.plans.demo.cast import Cast
from samspil.plans.demo.texts import PlanText, texts
from samspil.plans.models import Activity, Appointment, Goal, Pathway, Plan, Referral
from samspil.plans.promises import promises_of
from samspil.plans.templates_of import suggestions
from samspil.plans.working_days import after_working_days, is_working_day

_DAY = dt.timedelta(days=1)


class Course:
    """A citizen with a pathway, whoever decides in the practice, and what is done one thing after the other."""

    def __init__(self, pathway: Pathway, doctor: Membership, cast: Cast, clock: Clock, chance: random.Random) -> None:
        self.pathway, self.citizen, self.doctor = pathway, pathway.citizen, doctor
        self.cast, self.clock, self.chance = cast, clock, chance
        self._plan: Plan | None = None

    @property
    def plan(self) -> Plan:
        """The plan as it is now."""
        assert self._plan is not None, "the story begins a plan first"
        self._plan.refresh_from_db()
        return self._plan

    @property
    def by(self) -> Actor:
        """The doctor, with nothing looked up yet."""
        return professional(self.doctor)

    @property
    def phone(self) -> str:
        """The practice's number, or one that is made up."""
        return self.doctor.organisation.phone or "65 43 21 00"

    # When ------------------------------------------------------------------------------------------------------------

    def ago(self, days: int, hour: int = 10) -> None:
        """Go to the last working day that is at least so many days ago, and not before the pathway began."""
        day = max(today() - _DAY * days, timezone.localdate(self.pathway.opened_at))
        while not is_working_day(day) and day > timezone.localdate(self.pathway.opened_at):
            day -= _DAY
        self.clock.to(day, hour, self.chance.randint(0, 50))

    def working_days_ago(self, number: int, hour: int = 10) -> None:
        """Go to the day that lies so many working days before the last one that has begun."""
        self.clock.to(working_day_before(today(), number), hour, self.chance.randint(0, 50))

    # The citizen -----------------------------------------------------------------------------------------------------

    def log_in(self) -> Actor:
        """The citizen's own log-in, made and tried at the conversation; the citizen, acting.

        That it was tried is written here: the demonstration cannot type a password for anybody.
        """
        account = give_log_in(self.by, self.citizen).user
        account.last_login, account.password_is_temporary = timezone.now(), False
        account.save(update_fields=["last_login", "password_is_temporary"])
        return private(account, Role.CITIZEN)

    def onboard(self, how: str) -> None:
        """How the citizen follows the plan is settled."""
        self.pathway.refresh_from_db()
        onboarding.onboard(self.by, self.pathway, self.pathway.version, how)

    # The plan --------------------------------------------------------------------------------------------------------

    def agree_to_share(self, *, refused: Sequence[tuple[str, str]] = (), programme: str = "odense-ic") -> None:
        """The citizen says yes to sharing with those who have a task; `refused` are sectors and kinds of data."""
        record_consent(self.by, self.citizen, programme, "sharing", True)
        for sector, category in refused:
            record_consent(self.by, self.citizen, programme, "sharing", False, sector=sector, category=category)

    def begin(self, accountable: Membership | None = None) -> Plan:
        """Begin the plan; the doctor is accountable when nobody else is chosen."""
        self._plan = plans.begin(self.by, self.citizen, accountable or self.doctor, [self.pathway])
        return self._plan

    def fill(self, text: str | PlanText) -> None:
        """Write the plan as the citizen and the doctor did: texts, goals, how much to take on, whom to call."""
        found = texts().plan(text) if isinstance(text, str) else text
        for section, words in found.sections.items():
            sections.write(self.by, self.plan, section, 0, words.replace("{phone}", self.phone))
            self.clock.later(minutes=2)
        for section in found.not_assessed:
            sections.write(self.by, self.plan, section, 0, "", not_assessed=True)
        sections.choose_involvement(self.by, self.plan, "", found.involvement)
        for goal in found.goals:
            goals.add(
                self.by, self.plan, words=goal.words, domain=goal.domain, stated_by=Goal.StatedBy.CITIZEN,
                measure=goal.measure,
            )  # fmt: skip
        name, place = self.doctor.user.name, self.doctor.organisation.name
        contacts.add(self.by, self.plan, name=name, relation=f"tovholder, {place}", phone=self.phone, first=True)
        for each in found.contacts:
            contacts.add(
                self.by, self.plan, name=each.name, relation=each.relation, phone=each.phone, is_relative=each.relative
            )

    def compose(self) -> None:
        """Tick the first goals that the templates suggest, with what the citizen does alone."""
        found = [goal for goal in suggestions(self.plan) if goal.existing is None][:2]
        own = {each.key: None for goal in found for each in goal.activities if each.party == "citizen"}
        composing.compose(self.by, self.plan, [goal.key for goal in found], own)

    def confirm_goals(self) -> None:
        """The goals are read aloud, and the citizen says yes."""
        plan = self.plan
        open_goals = plan.goals.filter(state=Goal.State.OPEN)
        goals.confirm(self.by, plan, {goal.pk: goal.version for goal in open_goals})

    def activate(self, follow_up_in_days: int = 30) -> None:
        """Put the plan into force, with the next follow-up so many days from then."""
        self.confirm_goals()
        plans.activate(self.by, self.plan, working_day_after(timezone.localdate() + _DAY * follow_up_in_days))

    def follow_up(self, words: str, next_in_days: int) -> None:
        """A follow-up was held today."""
        day = timezone.localdate()
        plans.hold_follow_up(self.by, self.plan, day, words, working_day_after(day + _DAY * next_in_days))

    def agree(self, what: str, category: str, party: Membership | None, *, goal: int = 0, due: int = 21) -> Activity:
        """Agree on something that a party does, or the citizen when there is none; due so many days from now."""
        return activities.agree(
            self.by,
            self.plan,
            what=what,
            category=category,
            goal=self.goal(goal),
            party=party.organisation if party is not None else None,
            by_citizen=party is None,
            due=working_day_after(timezone.localdate() + _DAY * due),
        )

    def goal(self, number: int) -> Goal:
        """The plan's goal of a number, from 0."""
        return self.plan.goals.order_by("id")[number]

    # Referrals -------------------------------------------------------------------------------------------------------

    def refer(
        self, service: str, to: Membership | None = None, *, goal: int = 0, programme: str = "odense-ic", **fields: Any
    ) -> Referral:
        """Send a referral of the plan for one of its goals."""
        receiver = to or self.cast.provider(service)
        sent = referrals.send(
            self.by,
            self.citizen,
            programme,
            service,
            receiver.organisation,
            texts().reasons[service],
            plan=self._plan,
            goal=self.goal(goal) if self._plan is not None else None,
            arm=self.pathway.arm if programme == "odense-ic" else "",
            band=self.pathway.band,
            **fields,
        )
        self._date(sent)
        return sent

    def _date(self, sent: Referral) -> None:
        """An activity for which no start is agreed gets the day that doctor and citizen expect it to be over by."""
        if sent.activity is not None and sent.activity.due is None:
            due = working_day_after(timezone.localdate() + _DAY * 120)
            activities.change(self.by, sent.activity, sent.activity.version, due=due)

    def move(self, sent: Referral, receiver: Membership, state: str, **fields: Any) -> None:
        """One click of the receiver's, or the referrer's."""
        sent.refresh_from_db()
        referrals.move(professional(receiver), sent, sent.version, state, **fields)

    def receive(self, sent: Referral, receiver: Membership) -> None:
        """Received and accepted on the same day."""
        self.move(sent, receiver, Referral.State.RECEIVED)
        self.clock.later(minutes=20)
        self.move(sent, receiver, Referral.State.ACCEPTED, right_patient="yes")

    def book(self, sent: Referral, receiver: Membership, at: dt.datetime, place: str = "") -> Appointment:
        """A time agreed with the citizen."""
        sent.refresh_from_db()
        return appointments.book(
            professional(receiver), at, referral=sent, minutes=50, place=place, holder=receiver.user
        )

    def sessions(self, sent: Referral, receiver: Membership, number: int, *, every: int = 7, place: str = "") -> None:
        """So many sessions, one each week from the clock's day on; each is kept. One that lies ahead stays agreed."""
        for _number in range(number):
            at = self.moment(working_day_after(timezone.localdate()), 13)
            if at <= timezone.now():
                at = self.moment(after_working_days(timezone.localdate(), 1), 13)
            made = self.book(sent, receiver, at, place)
            self.clock.to(timezone.localdate(at), 14)
            if timezone.now() < at:
                return
            appointments.keep(professional(receiver), made)
            self.clock.later(days=every)
            self.clock.to(timezone.localdate(), 10)

    def complete(self, sent: Referral, receiver: Membership, *, read: bool) -> None:
        """The reply: conclusion first, then what the GP goes on with."""
        sent.refresh_from_db()
        replies = texts().replies
        reply = self.chance.choice(replies.get(sent.service, replies["other"]))
        epicrisis.write(
            professional(receiver),
            sent,
            sent.version,
            conclusion=reply.conclusion,
            gp_actions=reply.gp_actions,
            course=reply.course,
        )
        if read:
            self.clock.later(days=1)
            referrals.read_reply(self.by, sent)

    def end(self, state: str, reason: str = "", words: str = "", answer: str = "stop") -> None:
        """End the pathway; whatever is promised still stops, or goes on."""
        self.pathway.refresh_from_db()
        answers = {promise.key: answer for promise in promises_of(self.pathway, last=True)}
        pathways.end(self.by, self.pathway, self.pathway.version, state, reason=reason, words=words, answers=answers)

    @staticmethod
    def moment(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
        """An hour of a day, where we are."""
        return timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))


def today() -> dt.date:
    """The real day, whatever the clock says."""
    return timezone.localdate(dt.datetime.now(tz=dt.UTC))


def working_day_after(day: dt.date) -> dt.date:
    """The day, or the first working day after it."""
    return day if is_working_day(day) else after_working_days(day, 1)


def working_day_before(day: dt.date, number: int) -> dt.date:
    """So many working days before the last working day that has begun."""
    while True:
        if is_working_day(day):
            if number == 0:
                return day
            number -= 1
        day -= _DAY
