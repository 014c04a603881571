"""What a look into the journal makes of a patient's state: plain rules, for the practice's own pages alone.

The published figures are never changed by it; pages show what it would make of them beside what was published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils import timezone

from samspil.improvement.models import JournalAnswer, PatientState
from samspil.population.time import Months
from samspil.programmes.indicators import IndicatorSet

State = PatientState.State
#: What lists are filtered by: a state, or an exception, which is shown apart from "not done" (report 003 L-31).
EXCEPTION = "exception"
GROUPS = (State.OVERDUE, State.NO_DATA, State.NOT_MET, EXCEPTION, State.MET, State.NOT_APPLICABLE)
#: The newest answer of one citizen, by variable.
Newest = Mapping[str, JournalAnswer]


@dataclass(frozen=True)
class Stand:
    """Where a patient stands with an indicator: by data, or by what the journal says."""

    indicator: str
    state: str
    exception: str = ""
    last: dt.date | None = None
    since: dt.date | None = None
    value: float | None = None
    target: float | None = None
    category: str = ""
    #: The answer that it rests on; None when it is as published.
    answer: JournalAnswer | None = None

    @property
    def group(self) -> str:
        """What it is listed under."""
        open_to = self.state not in {State.MET, State.NOT_APPLICABLE}
        return EXCEPTION if self.exception and open_to else self.state

    @property
    def in_strict(self) -> bool:
        """Whether the patient is in the denominator of the strict share."""
        return self.group not in {EXCEPTION, State.NOT_APPLICABLE}

    @property
    def in_observed(self) -> bool:
        """Whether the patient is in the denominator of the observed share."""
        return self.in_strict and self.state != State.NO_DATA


def as_published(state: PatientState) -> Stand:
    """A stand without any look into the journal."""
    return Stand(
        state.indicator, state.state, state.exception, state.last, state.since, state.value, state.target,
        state.category,
    )  # fmt: skip


def newest_answers(answers: Iterable[JournalAnswer]) -> dict[int, dict[str, JournalAnswer]]:
    """By citizen and variable the newest answer, which counts."""
    found: dict[int, dict[str, JournalAnswer]] = {}
    for answer in sorted(answers, key=lambda each: (each.at, each.pk)):
        found.setdefault(answer.citizen_id, {})[answer.variable] = answer
    return found


def with_journal(stand: Stand, answers: Newest, of: IndicatorSet, as_of: dt.date) -> Stand:
    """What the newest answer about something the indicator needs makes of it.

    Data that are newer than the answer count instead, an indicator that does not apply stays so, and something done
    that lies too long ago by now is overdue (report 003 L-28, L-31).
    """
    if not answers or stand.state == State.NOT_APPLICABLE:
        return stand
    indicator = of.indicator(stand.indicator)
    given = [answers[name] for name in indicator.needs if name in answers]
    if not given:
        return stand
    answer = max(given, key=lambda each: (each.at, each.pk))
    meaning = _meaning(of, answer)
    if meaning is None or _data_are_newer(stand, answer, as_of):
        return stand
    if meaning == EXCEPTION:
        return replace(stand, state=_open(stand), exception=answer.answer, answer=answer)
    if meaning == State.NOT_MET:
        late = State.OVERDUE if indicator.done is not None else State.NOT_MET
        return replace(stand, state=late, exception="", answer=answer)
    done, last = indicator.done, _latest(stand.last, answer.on)
    if done is not None and last is not None:
        since = Months.parse(done.within).after(last)
        if last <= Months.parse(done.within).before(as_of):
            return replace(stand, state=State.OVERDUE, exception="", last=last, since=since, answer=answer)
    return replace(stand, state=State.MET, exception="", last=last, since=None, answer=answer)


def _meaning(of: IndicatorSet, answer: JournalAnswer) -> str | None:
    """What an answer means; None for a question or an answer that the set has no more."""
    for question in of.worksheet:
        if question.variable == answer.variable:
            return question.states.get(answer.answer)
    return None


def _open(stand: Stand) -> str:
    """The state behind an exception: why somebody is not met, which is not that they are."""
    return State.NOT_MET if stand.state == State.MET else stand.state


def _data_are_newer(stand: Stand, answer: JournalAnswer, as_of: dt.date) -> bool:
    """Whether the data tell of a later day than the answer does."""
    told = answer.on or timezone.localdate(answer.at)
    if stand.last is not None:
        return stand.last > told
    # Met without a day is as of the day of the figures; not found in the data is nothing to go by.
    return stand.state == State.MET and as_of >= told


def _latest(one: dt.date | None, other: dt.date | None) -> dt.date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def asked(of: IndicatorSet, stands: Mapping[str, Stand]) -> list[str]:
    """The variables of the worksheet that the data do not know of one patient, by their published states.

    A variable is known when an indicator that needs it, and was computed, is not without data for the patient; one that
    no indicator needs, and one that nobody delivers that year, is never known. Whoever an indicator does not apply to
    is not asked for it.
    """
    found = []
    for question in of.worksheet:
        states = [
            stands[each.indicator].state for each in of.indicators
            if question.variable in each.needs and each.indicator in stands
        ]  # fmt: skip
        if not any(state != State.NO_DATA for state in states):
            found.append(question.variable)
    return found
