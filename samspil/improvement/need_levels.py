"""The need for integration in words: each row with the levels it fits, the level that follows, and how it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from samspil.improvement.bulletins import said
from samspil.improvement.queries.needs import Seen
from samspil.population.integration import Need
from samspil.programmes.segment_rules import IntegrationTable, SegmentRules


@dataclass(frozen=True)
class Row:
    """One row of the table: its value, and the levels that the value fits."""

    title: str
    value: str
    levels: str


def preview_of(need: Need, table: IntegrationTable) -> tuple[list[Row], str]:
    """What values that are not saved yet would give: each row with the levels it fits, and the verdict."""
    result: dict[str, Any] = {
        "level": need.level,
        "consistent": list(need.consistent),
        "rows": [{"row": row.row, "value": row.value, "levels": list(row.levels)} for row in need.rows],
    }
    return rows_of(result["rows"], table, {row.row for row in need.rows}), _proposal(result, table)


def level_words(code: str | None, table: IntegrationTable) -> str:
    """A level's title as the table says it."""
    return next((said(each.title) for each in table.levels if each.level == code), code or "")


def level_short(code: str, table: IntegrationTable) -> str:
    """The name of a level, without what it consists of."""
    return level_words(code, table).partition(" – ")[0]


def movement_of(seen: Seen, drawn: Sequence[Seen], table: IntegrationTable) -> str:
    """Whether the level was stepped up or down since the assessment before (report 001 R-SEG-13)."""
    order = {each.level: number for number, each in enumerate(table.levels)}
    known = [each for each in drawn if each.level in order]
    place = next((number for number, each in enumerate(known) if each.told.pk == seen.told.pk), None)
    if place is None or place + 1 >= len(known):
        return ""
    now, before = order[known[place].level or ""], order[known[place + 1].level or ""]
    if now == before:
        return ""
    return _("stepped up") if now > before else _("stepped down")


def rows_of(rows: Sequence[Mapping[str, Any]], table: IntegrationTable, open_rows: set[str]) -> list[Row]:
    """Each row in words; the value of one that is not open to the reader is not told."""
    known = {each.row: each for each in table.rows}
    found = []
    for row in rows:
        of = known.get(row["row"])
        title = said(of.title) if of is not None else row["row"]
        if row["value"] is None:
            found.append(Row(title, _("not known"), "–"))
        elif row["row"] not in open_rows:
            found.append(Row(title, _("not shown to you"), "–"))
        else:
            values = {each.value: said(each.title) for each in of.values} if of is not None else {}
            levels = ", ".join(level_short(level, table) for level in row["levels"])
            found.append(Row(title, values.get(row["value"], row["value"]), levels))
    return found


def verdict_of(seen: Seen, rules: SegmentRules) -> str:
    """The level that was proposed or chosen; words where none follows or it is not to be seen."""
    table, result = rules.integration, seen.told.result
    if not seen.whole:
        return _("Not shown: it rests on something that is not open to you.")
    if seen.told.override:
        proposed = _proposal(result, table)
        return _("Chosen: %(level)s. Proposed: %(proposed)s") % {
            "level": level_words(seen.told.override, table),
            "proposed": proposed,
        }
    return _proposal(result, table)


def _proposal(result: Mapping[str, Any], table: IntegrationTable) -> str:
    if result.get("level"):
        return level_words(result["level"], table)
    titles = {each.row: said(each.title) for each in table.rows}
    missing = [titles.get(row["row"], row["row"]) for row in result.get("rows", []) if row["value"] is None]
    if missing:
        return _("Not known yet. Missing: %(rows)s.") % {"rows": ", ".join(missing).lower()}
    return _("No level fits all the rows. It takes a clinical judgement.")
