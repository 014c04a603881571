"""The gate before a new function is created: five questions and the parameter that decides (T-10, T-11).

Report 001 L1123-1136. Data answer what data can: whether there are enough of the right people, and whether they are
alike. People answer the rest, by name. It is closed until everything is answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from samspil.definitions import SamspilError
from samspil.population.high_need import Homogeneity
from samspil.programmes.segment_rules import Gate, GateQuestion, Locality


@dataclass(frozen=True)
class Facts:
    """What a run knows of the group: how many there are, how many the function needs, and how alike they are."""

    persons: int | None = None
    needed: int | None = None
    homogeneity: Homogeneity | None = None


@dataclass(frozen=True)
class Answer:
    """What was answered, by whom. `by` is `data` where a run answered."""

    question: str
    yes: bool | None
    words: str
    by: str


@dataclass(frozen=True)
class GateResult:
    """Where a proposal stands: what is answered, what is open, and whether it may go on."""

    answers: tuple[Answer, ...]
    open: tuple[str, ...]
    refused: tuple[str, ...]


def from_data(question: GateQuestion, facts: Facts) -> Answer | None:
    """What a run answers of a question; None where it cannot."""
    if question.from_data == "enough" and facts.persons is not None and facts.needed is not None:
        words = f"{facts.persons:,} persons; the function needs {facts.needed:,}"
        return Answer(question.question, facts.persons >= facts.needed, words, "data")
    alike = facts.homogeneity
    if question.from_data == "homogeneous" and alike is not None and alike.homogeneous is not None:
        words = (
            f"{alike.in_words()}: the largest group, {alike.largest}, is {alike.share.numerator} of "
            f"{alike.share.denominator}; entropy {alike.entropy:.2f} bits"
        )
        return Answer(question.question, alike.homogeneous, words, "data")
    return None


def gate(definition: Gate, given: Sequence[Answer], facts: Facts) -> GateResult:
    """Where a proposal stands with the answers given by people and the facts of a run.

    A person's answer goes before that of data. Raises SamspilError for an answer to no question, without a name, or
    without yes or no, or words, as the question asks.
    """
    questions = {each.question: each for each in (*definition.questions, definition.decisive)}
    answers: dict[str, Answer] = {}
    for name, question in questions.items():
        found = from_data(question, facts)
        if found is not None:
            answers[name] = found
    for answer in given:
        asked = questions.get(answer.question)
        if asked is None:
            raise SamspilError(f"the gate has no question `{answer.question}`; questions are {', '.join(questions)}")
        if not answer.by.strip() or answer.by == "data":
            raise SamspilError(f"`{answer.question}`: an answer says who gives it")
        if asked.answered == "yes_or_no" and answer.yes is None:
            raise SamspilError(f"`{answer.question}` is answered with yes or no")
        if asked.answered == "in_words" and not answer.words.strip():
            raise SamspilError(f"`{answer.question}` is answered in words")
        answers[answer.question] = answer
    return GateResult(
        answers=tuple(answers[name] for name in questions if name in answers),
        open=tuple(name for name in questions if name not in answers),
        refused=tuple(name for name, answer in answers.items() if answer.yes is False),
    )


def sub_segments(definition: Gate, facts: Mapping[str, Facts]) -> dict[str, tuple[Answer, ...]]:
    """What data answer of each sub-segment by itself: one bounded function does not meet them all (R-SEG-12)."""
    return {
        name: tuple(found for question in definition.questions if (found := from_data(question, of)) is not None)
        for name, of in facts.items()
    }


def locality_warning(persons: int, rule: Locality) -> str | None:
    """What to think of before working with a locality of this size; None when it is as recommended (R-SEG-09)."""
    if rule.at_least <= persons <= rule.at_most:
        return None
    kind = "larger" if persons > rule.at_most else "smaller"
    return f"{persons:,} citizens: {kind} than the {rule.at_least:,}–{rule.at_most:,} that localities were formed with"
