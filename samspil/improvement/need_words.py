"""A citizen's needs in words: what was found, how and by whom, what follows from it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from samspil.access.models import Category
from samspil.improvement.bulletins import said
from samspil.improvement.charts.base import day_words
from samspil.improvement.models import NeedAssessment
from samspil.improvement.need_levels import Row, rows_of, verdict_of
from samspil.improvement.needs import COMPLEXITY, HALVES, SELF_CARE
from samspil.improvement.queries.needs import Needs, Seen, Side, quadrant_of
from samspil.population.square import UNDETERMINED
from samspil.programmes.segment_rules import SegmentRules

_Kind = NeedAssessment.Kind


@dataclass(frozen=True)
class Told:
    """One assessment in words."""

    number: int
    kind: str
    title: str
    #: What was found, in one line each.
    found: list[tuple[str, str]]
    method: str
    subjective: bool
    who: str
    day: str
    occasion: str
    holds: str
    expired: bool
    inputs: list[tuple[str, str, str]]
    rows: list[Row]
    verdict: str
    reason: str
    dimensions: list[tuple[str, str, str]]
    closed: str
    #: Why, by whom and when it was taken back; what it said is not told then.
    withdrawn: str = ""


@dataclass(frozen=True)
class Cell:
    """One quadrant of the drawn square."""

    code: str
    title: str
    here: bool


@dataclass(frozen=True)
class SideWords:
    """One side of the square now, in words."""

    title: str
    value: str
    by_method: list[Told]
    disagree: bool
    due: str


def told_of(seen: Seen, rules: SegmentRules) -> Told:
    """One assessment in words."""
    told, integration = seen.told, seen.told.kind == _Kind.INTEGRATION
    if told.withdrawn_at is not None:
        return _withdrawn(told, rules)
    return Told(
        number=told.pk,
        kind=told.kind,
        title=said(rules.integration.title if integration else rules.square.title),
        found=_found(seen, rules),
        method=method_words(told),
        subjective=seen.subjective,
        who=_who(told, rules),
        day=day_words(timezone.localdate(told.at)),
        occasion=next(
            (said(each.title) for each in rules.assessing.occasions if each.occasion == told.values.get("occasion")), ""
        ),
        holds=day_words(told.valid_until),
        expired=seen.expired,
        inputs=_inputs(seen, rules),
        rows=rows_of(told.result.get("rows", []), rules.integration, set(seen.rows)) if integration else [],
        verdict=verdict_of(seen, rules) if integration else "",
        reason=told.reason if seen.whole else "",
        dimensions=_dimensions(seen, rules),
        closed=_closed(seen, rules),
    )


def _withdrawn(told: NeedAssessment, rules: SegmentRules) -> Told:
    """An assessment that was taken back: that it was there, who made it, and why it is not any more."""
    assert told.withdrawn_by is not None
    assert told.withdrawn_at is not None
    words = _("Taken back by %(who)s %(day)s: %(why)s") % {
        "who": told.withdrawn_by.user.name,
        "day": day_words(timezone.localdate(told.withdrawn_at)),
        "why": told.withdrawn_reason,
    }
    integration = told.kind == _Kind.INTEGRATION
    return Told(
        number=told.pk,
        kind=told.kind,
        title=said(rules.integration.title if integration else rules.square.title),
        found=[],
        method=capfirst(told.get_method_display()),
        subjective=False,
        who=_who(told, rules),
        day=day_words(timezone.localdate(told.at)),
        occasion="",
        holds="–",
        expired=False,
        inputs=[],
        rows=[],
        verdict="",
        reason="",
        dimensions=[],
        closed="",
        withdrawn=words,
    )


def _who(told: NeedAssessment, rules: SegmentRules) -> str:
    return f"{told.by.user.name}, {_profession(told, rules)}, {told.by.organisation.name}"


def square_of(needs: Needs) -> list[list[Cell]]:
    """The square with high complexity above and good self-care to the right; empty for who sees one side only."""
    if not needs.quadrant:
        return []
    cells = {(each.complexity, each.self_care): each for each in needs.rules.square.quadrants}
    return [
        [
            Cell(cell.quadrant, said(cell.title), cell.quadrant == needs.quadrant)
            for self_care in HALVES
            for cell in (cells[complexity, self_care],)
        ]
        for complexity in reversed(HALVES)
    ]


def halves_of(rules: SegmentRules) -> dict[str, str]:
    """What low and high are called on each axis: `complexity_low` and so on."""
    return {f"{name}_{half}": _half(half, name, rules) for name in (COMPLEXITY, SELF_CARE) for half in HALVES}


def quadrant_words(code: str, rules: SegmentRules) -> str:
    """A quadrant's title; undetermined is said in words and never as low."""
    if code == UNDETERMINED:
        return _("Undetermined")
    return next((said(each.title) for each in rules.square.quadrants if each.quadrant == code), code)


def sides_of(needs: Needs) -> list[SideWords]:
    """The sides of the square that the reader sees, in words."""
    return [_side(each, needs.rules) for each in needs.sides]


def due_words(last: Seen | None) -> str:
    """That a new assessment is due, where the newest no longer holds."""
    if last is None:
        return ""
    return _("A new assessment is due: the last one held until %(day)s.") % {"day": day_words(last.told.valid_until)}


def categories_words(codes: Sequence[str]) -> str:
    """Kinds of data in words."""
    return ", ".join(str(Category(each).label) for each in codes)


def _side(side: Side, rules: SegmentRules) -> SideWords:
    axis = rules.square.complexity if side.axis == COMPLEXITY else rules.square.self_care
    return SideWords(
        title=said(axis.title),
        value=_half(side.value, side.axis, rules) if side.value else _("Undetermined"),
        by_method=[told_of(each, rules) for each in side.by_method],
        disagree=side.disagree,
        due=due_words(side.last),
    )


def _half(value: str | None, axis: str, rules: SegmentRules) -> str:
    of = rules.square.complexity if axis == COMPLEXITY else rules.square.self_care
    return {"low": said(of.low), "high": said(of.high)}.get(value or "", _("Not assessed"))


def _found(seen: Seen, rules: SegmentRules) -> list[tuple[str, str]]:
    if seen.told.kind == _Kind.INTEGRATION:
        return [(said(rules.integration.title), verdict_of(seen, rules))]
    square = rules.square
    titles = {COMPLEXITY: said(square.complexity.title), SELF_CARE: said(square.self_care.title)}
    lines = [(titles[axis], _half(value, axis, rules)) for axis, value in seen.axes.items()]
    if seen.whole:
        lines.append((said(square.title), quadrant_words(quadrant_of(seen, rules), rules)))
    return lines


def method_words(told: NeedAssessment) -> str:
    """How it was assessed, with the instrument and its score."""
    words = capfirst(told.get_method_display())
    instrument, score = told.values.get("instrument", ""), told.values.get("score")
    if not instrument:
        return words
    with_score = f"{instrument}, {_('score')} {number_format(score)}" if score is not None else instrument
    return f"{words}: {with_score}"


def _profession(told: NeedAssessment, rules: SegmentRules) -> str:
    known = {each.profession: each.title for each in rules.assessing.professions}
    title = said(known[told.profession]) if told.profession in known else told.profession
    return title.lower()


def _inputs(seen: Seen, rules: SegmentRules) -> list[tuple[str, str, str]]:
    titles = {each.input: said(each.title) for each in rules.square.self_care_inputs}
    order = list(titles)
    known = sorted(seen.inputs.items(), key=lambda each: order.index(each[0]) if each[0] in order else len(order))
    return [(titles.get(name, name), bearing_words(look["bearing"]), look["words"]) for name, look in known]


def bearing_words(code: str) -> str:
    """What something that was looked at does to self-care."""
    return {
        "supports": _("supports self-care"),
        "none": _("makes no difference"),
        "burdens": _("makes self-care harder"),
    }.get(code, code)


def _dimensions(seen: Seen, rules: SegmentRules) -> list[tuple[str, str, str]]:
    """Each kind of complexity by itself; they are never added up."""
    return [
        (
            said(each.title),
            _("not assessed") if seen.degrees[each.dimension] is None else str(seen.degrees[each.dimension]),
            seen.evidence.get(each.dimension, ""),
        )
        for each in rules.integration.dimensions
        if each.dimension in seen.degrees
    ]


def _closed(seen: Seen, rules: SegmentRules) -> str:
    kinds = {each.input: each.category for each in rules.square.self_care_inputs}
    kinds |= {each.row: each.category for each in rules.integration.rows}
    codes = sorted({kinds[name] or "health" for name in seen.closed if name in kinds})
    return categories_words(codes)
