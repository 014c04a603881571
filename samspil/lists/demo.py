"""The demonstration's weeks of work: made-up doctors go through their lists and invite, talk and enrol."""

from __future__ import annotations

import datetime as dt
import random

from django.utils import timezone

from samspil.access.actions.consent import record_consent
from samspil.access.actor import professional
from samspil.access.demo_clock import Clock
from samspil.access.models import Citizen, Membership, Organisation, OrganisationKind, Role, User
from samspil.lists.actions import checking, ending, inclusion, review
from samspil.lists.models import Entry, Inclusion, Review, Stage, Step, UnmetNeed
from samspil.lists.programme import rules
from samspil.plans.models import Pathway

#: What doctors decide, and how often; the rest is not relevant for one of the coded reasons.
_INVITED, _LATER = 0.45, 0.1
_NAMES = (
    "Anders Kjær",
    "Birgit Holm",
    "Claus Frandsen",
    "Ditte Skov",
    "Erik Toft",
    "Hanne Ravn",
    "Ivan Bech",
    "Jytte Lind",
)
#: What citizens say that the joint effort is to help with, by the list they were found on.
_PURPOSES = {
    "sad": (
        "At få ro i hovedet og komme tilbage til arbejdet i mit eget tempo.",
        "Én at tale med, og at jobcentret og lægen siger det samme.",
        "At sove igen, og at nogen holder styr på aftalerne for mig.",
    ),
    "daemp": (
        "Færre steder at ringe, og en plan for ugen.",
        "At blive boende hjemme og ikke på hospitalet igen.",
        "Styr på medicinen, og at de taler sammen om mig.",
    ),
}


def work(untouched: Organisation, clock: Clock, *, seed: int = 1) -> int:
    """Let every practice but `untouched` go through part of its names; one hardly begins. Returns names decided.

    It takes each some weeks from the clock's moment on, or until now.
    """
    began = clock.moment
    chance = random.Random(seed)
    practices = Organisation.objects.filter(kind=OrganisationKind.PRACTICE, risk_lists__isnull=False).distinct()
    decided = 0
    for number, practice in enumerate(practices.exclude(pk=untouched.pk).order_by("pk")):
        clock.to(timezone.localdate(began))
        clock.later(days=chance.randint(1, 6), hours=chance.randint(0, 5))
        doctor = _doctor(practice, number)
        share = 0.03 if number == 0 else chance.uniform(0.3, 1.0)
        waiting = list(
            Entry.objects.filter(practice=practice, state=Entry.State.OPEN, left_at__isnull=True)
            .select_related("citizen", "publication")
            .order_by("model", "-score", "id")
        )
        for entry in waiting:
            if chance.random() < share:
                _decide(doctor, entry, chance)
                clock.later(minutes=chance.randint(1, 90))
                decided += 1
        for begun in Inclusion.objects.filter(
            practice=practice, citizen__practice=practice, stage=Stage.TO_INVITE
        ).select_related("citizen"):
            _go_on(doctor, begun, chance, clock)
    return decided


def take_in(
    doctor: Membership, model: str, number: int, clock: Clock, *, first: Citizen | None = None, seed: int = 1
) -> int:
    """Let a doctor take in so many of the practice's names, here and there on the list; `first` before all others.

    They are enrolled one after the other between the clock's moment and a fortnight ago. Returns how many there were.
    """
    chance, began = random.Random(seed), clock.moment
    span = max((_days_until_now(began) - 24) // max(number, 1), 0)
    names = Entry.objects.filter(
        practice=doctor.organisation, model=model, state=Entry.State.OPEN, left_at__isnull=True
    )
    waiting = list(names.select_related("citizen", "publication").order_by("-score", "id"))
    waiting = [entry for entry in waiting if entry.citizen == first] + [
        entry for rank, entry in enumerate(waiting) if rank % 3 == 1 and entry.citizen != first
    ]
    done = 0
    for entry in waiting:
        if done == number:
            break
        clock.to(timezone.localdate(began))
        clock.later(days=done * span + chance.randint(0, 2), hours=chance.randint(0, 5))
        review.decide(professional(doctor), entry, entry.version, Review.Kind.INVITE)
        done += _enrol(doctor, Inclusion.objects.select_related("citizen").get(entry=entry), chance, clock)
    return done


def _days_until_now(began: dt.datetime) -> int:
    return (dt.datetime.now(tz=dt.UTC) - began).days


def _enrol(doctor: Membership, begun: Inclusion, chance: random.Random, clock: Clock) -> bool:
    """The whole way of somebody who says yes; False when the gate is shut, or for who is in the programme already."""
    actor = professional(doctor)
    if _takes_part(begun):
        return False
    answers = {question.code: False for question in checking.judgement_now(begun).questions if not question.by_data}
    checking.check(actor, begun, begun.version, answers)
    if checking.still_blocked(begun, checking.judgement_now(begun)):
        return False
    inclusion.contact(actor, begun, begun.version, Step.Kind.LETTER)
    clock.later(days=chance.randint(5, 9))
    inclusion.hold_conversation(actor, begun, begun.version, purpose=chance.choice(_PURPOSES[begun.model]))
    _say_yes(doctor, begun, chance)
    return True


def _takes_part(begun: Inclusion) -> bool:
    """Whether the citizen has a course in the programme, by the other list."""
    return Pathway.objects.filter(citizen=begun.citizen, programme=begun.programme, ended_at__isnull=True).exists()


def _say_yes(doctor: Membership, begun: Inclusion, chance: random.Random) -> None:
    """The citizen agrees to take part, and to one plan; to being counted not always."""
    actor = professional(doctor)
    for purpose, given in (("participation", True), ("one_plan", True), ("evaluation", chance.random() < 0.7)):
        record_consent(actor, begun.citizen, begun.programme, purpose, given)
    inclusion.note_consent(actor, begun, begun.version)
    inclusion.enrol(actor, begun, begun.version)


def _doctor(practice: Organisation, number: int) -> Membership:
    username = f"demo-work-{practice.pk}"
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_user(username, _NAMES[number % len(_NAMES)])
        return Membership.objects.create(user=user, organisation=practice, role=Role.GP, since=timezone.localdate())
    return Membership.objects.get(user=user, organisation=practice)


def _decide(doctor: Membership, entry: Entry, chance: random.Random) -> None:
    actor, luck = professional(doctor), chance.random()
    if luck < _INVITED:
        made = review.decide(actor, entry, entry.version, Review.Kind.INVITE)
    elif luck < _INVITED + _LATER:
        made = review.decide(actor, entry, entry.version, Review.Kind.LATER)
    else:
        reasons = [known.reason for known in rules(entry.publication.programme).review.reasons]
        made = review.decide(actor, entry, entry.version, Review.Kind.NOT_RELEVANT, reason=chance.choice(reasons))
    Review.objects.filter(pk=made.pk).update(seconds=chance.randint(15, 240))


def _go_on(doctor: Membership, begun: Inclusion, chance: random.Random, clock: Clock) -> None:
    """Some are written to, some of these come, some of these say yes. Who stands on two lists is asked once."""
    actor, luck = professional(doctor), chance.random()
    if _takes_part(begun):
        return
    clock.later(hours=chance.randint(1, 8))
    answers = {question.code: False for question in checking.judgement_now(begun).questions if not question.by_data}
    checking.check(actor, begun, begun.version, answers)
    if checking.still_blocked(begun, checking.judgement_now(begun)) or luck < 0.2:
        return
    inclusion.contact(actor, begun, begun.version, Step.Kind.LETTER)
    if luck < 0.4:
        return
    written = clock.moment
    clock.later(days=chance.randint(6, 21))
    inclusion.hold_conversation(actor, begun, begun.version, purpose=chance.choice(_PURPOSES[begun.model]))
    if luck < 0.65:
        gate = rules(begun.programme).gate
        declined = chance.random() < 0.6
        ending.end(
            actor,
            begun,
            begun.version,
            "declined" if declined else "no_need",
            decline_reason=chance.choice(gate.decline_reasons).reason if declined else "",
            need="" if UnmetNeed.objects.count() > 8 else "Hjælp til transport",
            route="municipality",
        )
    else:
        _say_yes(doctor, begun, chance)
    clock.to(timezone.localdate(written), hour=timezone.localtime(written).hour)
