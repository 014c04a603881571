"""The demonstration's weeks of work: made-up doctors go through their lists and invite, talk and enrol."""

from __future__ import annotations

import random

from django.utils import timezone

from samspil.access.actions.consent import record_consent
from samspil.access.actor import professional
from samspil.access.models import Membership, Organisation, OrganisationKind, Role, User
from samspil.lists.actions import checking, ending, inclusion, review
from samspil.lists.models import Entry, Inclusion, Review, Stage, Step, UnmetNeed
from samspil.lists.programme import rules

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


def work(untouched: Organisation, *, seed: int = 1) -> int:
    """Let every practice but `untouched` go through part of its names; one hardly begins. Returns names decided."""
    chance = random.Random(seed)
    practices = Organisation.objects.filter(kind=OrganisationKind.PRACTICE, risk_lists__isnull=False).distinct()
    decided = 0
    for number, practice in enumerate(practices.exclude(pk=untouched.pk).order_by("pk")):
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
                decided += 1
        for begun in Inclusion.objects.filter(
            practice=practice, citizen__practice=practice, stage=Stage.TO_INVITE
        ).select_related("citizen"):
            _go_on(doctor, begun, chance)
    return decided


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


def _go_on(doctor: Membership, begun: Inclusion, chance: random.Random) -> None:
    """Some are written to, some of these come, some of these say yes."""
    actor, luck = professional(doctor), chance.random()
    answers = {question.code: False for question in checking.judgement_now(begun).questions if not question.by_data}
    checking.check(actor, begun, begun.version, answers)
    if checking.still_blocked(begun, checking.judgement_now(begun)) or luck < 0.2:
        return
    inclusion.contact(actor, begun, begun.version, Step.Kind.LETTER)
    if luck < 0.4:
        return
    inclusion.hold_conversation(actor, begun, begun.version, purpose="Færre steder at ringe, og en plan for ugen.")
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
        return
    for purpose, given in (("participation", True), ("one_plan", True), ("evaluation", chance.random() < 0.7)):
        record_consent(actor, begun.citizen, begun.programme, purpose, given)
    inclusion.note_consent(actor, begun, begun.version)
    inclusion.enrol(actor, begun, begun.version)
