"""Judging eligibility: what the newest data say, what the doctor answered, and what stands in the way.

Every exclusion is looked at, also for citizens who come off the list (report 000 L-04). What data cannot tell must be
answered; for somebody off the list everything must, because data lag behind a new illness or a new student.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from samspil.access.models import Citizen
from samspil.lists.models import EligibilityCheck, Publication, Source, Standing
from samspil.lists.names import Bulletin

#: Blocks that no reason can set aside.
FINAL = ("inactive", "other_practice")


@dataclass(frozen=True)
class Question:
    """One exclusion at the gate: what data say of it (True, False or, when they are silent, None), and the answer."""

    code: str
    title: str
    by_data: bool | None
    answer: bool | None
    must_answer: bool


@dataclass
class Judgement:
    """What was found: verdict, what blocks, what is not known, and the questions with their answers."""

    publication: Publication | None
    questions: list[Question] = field(default_factory=list)
    blocked_by: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    #: The newest score; None when the citizen has none.
    score: int | None = None

    @property
    def verdict(self) -> EligibilityCheck.Verdict:
        """Blocked when anything blocks; unknown when something is not answered; else eligible."""
        if self.blocked_by:
            return EligibilityCheck.Verdict.BLOCKED
        return EligibilityCheck.Verdict.UNKNOWN if self.unanswered else EligibilityCheck.Verdict.ELIGIBLE


def judge(
    citizen: Citizen,
    bulletin: Bulletin,
    standing: Standing | None,
    *,
    practice_id: int,
    source: str,
    answers: Mapping[str, bool],
    today: dt.date,
) -> Judgement:
    """Judge a citizen against the model of the newest publication. Looks nothing up and writes nothing."""
    found = Judgement(bulletin.publication)
    if citizen.inactive:
        found.blocked_by.append("inactive")
    if citizen.practice_id != practice_id:
        found.blocked_by.append("other_practice")
    limits, age = bulletin.model.eligible.age, citizen.age(today)
    if (limits.min is not None and age < limits.min) or (limits.max is not None and age > limits.max):
        found.blocked_by.append("age")
    if standing is not None:
        found.score = standing.score
        # Who comes from a list belongs to the target group by the score; others come for another reason.
        if source == Source.LIST and standing.score < bulletin.model.target.at_least:
            found.blocked_by.append("not_in_target")
    unchecked = set(bulletin.publication.unchecked)
    for rule in bulletin.model.exclusions:
        if not rule.enabled or rule.not_active:
            continue
        code = rule.exclusion
        by_data = None if standing is None or code in unchecked else code in standing.excluded_by
        answer = answers.get(code)
        must = by_data is None or (by_data is False and source != Source.LIST)
        found.questions.append(Question(code, bulletin.exclusion(code), by_data, answer, must))
        if by_data or answer:
            found.blocked_by.append(code)
        elif must and answer is None:
            found.unanswered.append(code)
    return found
