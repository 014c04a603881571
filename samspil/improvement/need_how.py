"""How what is said of a citizen's needs comes about: the rules, where they were read, and what is not asked."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.improvement.bulletins import said
from samspil.improvement.need_levels import level_short
from samspil.improvement.needs import COMPLEXITY, SELF_CARE
from samspil.improvement.queries.needs import Asked
from samspil.programmes.consent import Category
from samspil.programmes.schema import Text
from samspil.programmes.segment_rules import Profession, SegmentRules


@dataclass(frozen=True)
class How:
    """What the page says about its own rules. `rows` are (characteristic, value, levels)."""

    square: str
    square_source: str
    integration: str
    integration_source: str
    months: int
    rows: list[tuple[str, str, str]]


def how_of(rules: SegmentRules) -> How:
    """The rules as in force."""
    table = rules.integration
    return How(
        square=said(rules.square.title),
        square_source=str(rules.square.source or ""),
        integration=said(table.title),
        integration_source=str(table.source or ""),
        months=int(rules.validity_months.value),
        rows=[
            (said(row.title), said(value.title), ", ".join(level_short(level, table) for level in value.levels))
            for row in table.rows
            for value in row.values
        ],
    )


def left_out(asked: Asked, profession: Profession) -> dict[str, str]:
    """What is not asked: `clinical` for other professions, and `closed` for kinds of data that are not open."""
    square, table, reach = asked.rules.square, asked.rules.integration, asked.reach
    axes = {COMPLEXITY: square.complexity, SELF_CARE: square.self_care}
    mine: list[tuple[Text, Category | None, bool]] = [
        (each.title, each.category, each.clinical) for name, each in axes.items() if name in reach.sides
    ]
    if SELF_CARE in reach.sides:
        mine += [(each.title, each.category, each.clinical) for each in square.self_care_inputs]
    theirs = [(each.title, each.category, each.clinical) for each in table.rows]
    theirs += [(each.title, each.category, each.clinical) for each in table.dimensions]
    found = {}
    for kind, fields in (("square", mine), ("integration", theirs)):
        closed = [title for title, category, _clinical in fields if not reach.open(category)]
        clinical = [title for title, _category, is_clinical in fields if is_clinical and not profession.clinical]
        found[f"{kind}_closed"] = ", ".join(said(each) for each in closed)
        found[f"{kind}_clinical"] = ", ".join(said(each) for each in clinical if each not in closed)
    return found
