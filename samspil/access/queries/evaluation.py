"""Who has agreed to be part of an evaluation, programme by programme; for commands that harvest what was done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from samspil.access.actor import Actor
from samspil.access.models import Consent, ConsentPurpose


class Answer(StrEnum):
    """How a citizen has answered a programme's question about evaluation."""

    YES = "agreed"
    NO = "said no"
    WITHDRAWN = "withdrew"
    EXPIRED = "agreed for a time that is over"
    UNANSWERED = "never answered"


@dataclass(frozen=True)
class Answers:
    """The answers on a day, by citizen's key and programme."""

    known: dict[tuple[int, str], Answer]

    def of(self, citizen_id: int, programme: str) -> Answer:
        """The answer of a citizen; who was not asked, or did not say, is UNANSWERED, which is no yes."""
        return self.known.get((citizen_id, programme), Answer.UNANSWERED)


def evaluation_answers(actor: Actor, day: dt.date) -> Answers:
    """Everybody's answer as it counts on `day`: of several the newest that is in force decides.

    A withdrawal counts from the moment it was made, whatever the day. Leaves the consents with the actor, so that the
    policy need not look each of them up. Two statements at most.
    """
    asked = Consent.objects.filter(purpose=ConsentPurpose.EVALUATION)
    of_citizen: dict[int, list[Consent]] = {}
    by_programme: dict[tuple[int, str], list[Consent]] = {}
    for consent in asked.iterator():
        of_citizen.setdefault(consent.citizen_id, []).append(consent)
        by_programme.setdefault((consent.citizen_id, consent.programme), []).append(consent)
    actor.known.update({("consents", citizen): found for citizen, found in of_citizen.items()})
    return Answers({key: _answer(found, day) for key, found in by_programme.items()})


def _answer(newest_first: list[Consent], day: dt.date) -> Answer:
    decides = next((each for each in newest_first if each.decides(None, None, day)), None)
    if decides is not None:
        return Answer.YES if decides.given else Answer.NO
    if any(each.given and each.withdrawn_at is not None for each in newest_first):
        return Answer.WITHDRAWN
    return Answer.EXPIRED if any(each.given for each in newest_first) else Answer.UNANSWERED
