"""The gate before a new function, as its pages show it: each question with what data say and what people answered."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from samspil.improvement.bulletins import said
from samspil.improvement.charts.words import decimals, part_of, whole
from samspil.improvement.models import GateAnswer
from samspil.improvement.population_words import count_words, four_numbers, place_name
from samspil.improvement.queries.functions import Opened
from samspil.improvement.targets import by_municipality, capacity_gap, facts, four_of
from samspil.programmes.segment_rules import GateQuestion


@dataclass(frozen=True)
class Question:
    """One question: its words, what data answer, what people answered, and what counts."""

    key: str
    title: str
    source: str
    decisive: bool
    yes_or_no: bool
    data: str
    data_yes: bool | None
    answers: list[GateAnswer]
    state: str
    open: bool
    refused: bool


def questions(found: Opened) -> list[Question]:
    """The five questions and the decisive one, in order."""
    gate = found.segments.rules.gate
    return [_question(found, each, decisive=each is gate.decisive) for each in (*gate.questions, gate.decisive)]


def _question(found: Opened, asked: GateQuestion, *, decisive: bool) -> Question:
    data, data_yes = _data(found, asked)
    counting = next((each for each in found.result.answers if each.question == asked.question), None)
    if counting is None:
        state = _("open")
    elif asked.answered == "in_words":
        state = _("answered")
    else:
        state = _("no") if counting.yes is False else _("yes")
    return Question(
        key=asked.question,
        title=said(asked.title),
        source=str(asked.source),
        decisive=decisive,
        yes_or_no=asked.answered == "yes_or_no",
        data=data,
        data_yes=data_yes,
        answers=found.answers.get(asked.question, []),
        state=state,
        open=counting is None,
        refused=counting is not None and counting.yes is False,
    )


def _data(found: Opened, asked: GateQuestion) -> tuple[str, bool | None]:
    """What the run answers of a question, in words with its numbers."""
    known = facts(found.segments, found.target, found.function.capacity)
    if asked.from_data == "enough":
        if known.persons is None or known.needed is None:
            return _("How many there are is too few to show, so people answer."), None
        words = _("There are %(persons)s citizens, and the function can take %(needed)s.")
        return words % {"persons": whole(known.persons), "needed": whole(known.needed)}, known.persons >= known.needed
    if asked.from_data == "homogeneous":
        alike = known.homogeneity
        if alike is None or alike.homogeneous is None or alike.largest is None:
            return _("The published figures do not say how alike this group is, so people answer."), None
        groups = found.segments.rules.conditions.groups
        largest = said(groups[alike.largest]) if alike.largest in groups else alike.largest
        words = _("The largest group of illness, %(largest)s, is %(share)s; the spread is %(bits)s bits.")
        share = part_of(alike.share.numerator, alike.share.denominator)
        return words % {"largest": largest, "share": share, "bits": decimals(alike.entropy, 2)}, alike.homogeneous
    return "", None


def four(found: Opened) -> list[tuple[str, list[tuple[str, str]]]]:
    """The four numbers, of the programme or of all programmes."""
    return [(title, four_numbers(row)) for title, row in four_of(found.segments, found.target)]


def capacity_words(found: Opened) -> tuple[str, bool]:
    """Places against those who started, and whether that is more than is asked for (report 002 L1097-1110)."""
    gap = capacity_gap(found.segments, found.target, found.function.capacity)
    if gap is None:
        return "", False
    figures = {"capacity": whole(found.function.capacity), "started": whole(gap.started)}
    if gap.over_capacity:
        return _(
            "%(capacity)s places against %(started)s who started an offer: places may stand empty, as where "
            "municipalities built what the estimate said."
        ) % figures, True
    return _("%(capacity)s places against %(started)s who started an offer.") % figures, False


def places(found: Opened) -> list[tuple[str, str, str]]:
    """The group in each municipality by itself, and whether there are enough there (report 001 R-SEG-12)."""
    rows = []
    for unit, count in by_municipality(found.segments, found.target):
        enough = "–"
        if count.value is not None:
            enough = _("enough by itself") if count.value >= found.function.capacity else _("not enough by itself")
        rows.append((place_name(unit), count_words(count), enough))
    return rows


def process(found: Opened) -> list[str]:
    """What to ask on the way there (report 001 T-11)."""
    return [said(each.title) for each in found.segments.rules.gate.process]
