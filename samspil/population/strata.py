"""The strata of the pyramid: each with owner, services and review interval, and none of them for ever (R-SEG-01, -02).

Report 001 L1700-1705. Only about 15 % of those with most cost are among them the year after (002 L1191-1192), so a
stratum holds from D until its validity ends, and whoever is not found again drops out (STRAT-15).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.criteria import Judge
from samspil.population.time import Months
from samspil.programmes.criteria import Finding
from samspil.programmes.segment_rules import Stratum


def valid_until(day: dt.date, months: int) -> dt.date:
    """The last day on which a stratum found on `day` holds."""
    return Months(months).after(day)


def stratum_of(strata: Sequence[Stratum], judge: Judge) -> tuple[ir.StringValue, ir.BooleanValue]:
    """The first stratum whose criteria hold, the last for everybody left; and whether that is certain.

    It is not certain where a more intensive stratum could not be ruled out because a source is missing.
    """
    cases: list[tuple[ir.BooleanValue, ir.Value]] = []
    certain: list[tuple[ir.BooleanValue, ir.Value]] = []
    for stratum in strata[:-1]:
        if stratum.criteria is None:
            raise SamspilError(f"the stratum `{stratum.stratum}` has no criteria and is not the last")
        holds = judge.rule(stratum.criteria)
        cases.append((holds, ibis.literal(stratum.stratum)))
        certain += [(holds, ibis.literal(True)), (holds.isnull(), ibis.literal(False))]
    return ibis.cases(*cases, else_=strata[-1].stratum), ibis.cases(*certain, else_=True)


def changes(previous: ir.Table, current: ir.Table, column: str) -> ir.Table:
    """Who is new, has moved, is still there or has dropped out between two runs: person_id, before, now, change.

    `column` names what membership is: a stratum, or membership of the high-need group, where false and null are none.
    Membership of the earlier run is never carried on.
    """
    sides = [
        rows.filter(_is_member(rows[column])).select(
            **{f"{side}_id": rows.person_id, side: rows[column].cast("string")}
        )
        for rows, side in ((previous, "before"), (current, "now"))
    ]
    joined = sides[0].outer_join(sides[1], sides[0].before_id == sides[1].now_id)
    return joined.select(
        person_id=ibis.coalesce(joined.before_id, joined.now_id),
        before=joined.before,
        now=joined.now,
        change=ibis.cases(
            (joined.before.isnull(), "new"),
            (joined.now.isnull(), "dropped_out"),
            (joined.before == joined.now, "confirmed"),
            else_="moved",
        ),
    )


def _is_member(value: ir.Value) -> ir.BooleanValue:
    return value.fill_null(False) if value.type().is_boolean() else value.notnull()


@dataclass(frozen=True)
class StratumSheet:
    """What is told of a stratum to those who plan: who, how many, which services, who acts, and how often reviewed."""

    stratum: str
    who: str
    persons: int
    services: str
    who_acts: str
    review_months: int
    basis: str


def sheet(stratum: Stratum, persons: int | None, language: Literal["da", "en"]) -> StratumSheet:
    """The plain-language sheet. Raises SamspilError when how many there are is not known (STRAT-16)."""
    texts = {
        name: str(getattr(text, language)).strip()
        for name, text in (
            ("who", stratum.sheet.who),
            ("services", stratum.sheet.services),
            ("who_acts", stratum.sheet.who_acts),
        )
    }
    empty = [name for name, text in texts.items() if not text]
    if persons is None or empty:
        lacking = ", ".join([*empty, *(["how many"] if persons is None else [])])
        raise SamspilError(f"the sheet of `{stratum.stratum}` is not published: {lacking} is missing")
    return StratumSheet(
        stratum=stratum.stratum,
        persons=persons,
        review_months=stratum.review_months,
        basis=basis(stratum.profile),
        **texts,
    )


def basis(profile: Sequence[Finding]) -> str:
    """Whether a segment is known from numbers only, or from what people tell too (R-SEG-14)."""
    return "quantitative and qualitative" if profile else "quantitative only"
