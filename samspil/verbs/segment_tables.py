"""A run of segments as tables that people read: concordance, gap, strata and the high-need group of the region."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from samspil.definitions import SamspilError
from samspil.population.concordance import Concordance, Share
from samspil.population.four_numbers import NOT_MEASURED
from samspil.verbs.segmenting import SegmentRun


def percent(share: Share | None) -> str:
    """A share with its numerator and denominator: `22.0 % (220 of 1,000)`."""
    if share is None or share.value is None:
        return NOT_MEASURED if share is None else "nobody"
    return f"{100 * share.value:.1f} % ({share.numerator:,} of {share.denominator:,})"


def concordance_rows(run: SegmentRun) -> list[dict[str, Any]]:
    """By programme: how many at hospital might be treated elsewhere, other illness heeded and not."""
    stable = {row["programme"]: row["persons"] for row in run.counts() if row["section"] == "stable_above"}
    found = []
    for programme in run.chosen:
        both, alone = (run.concordance(programme, comorbidity=heeded) for heeded in (True, False))
        found.append(
            {
                "programme": programme,
                "possibly treatable outside hospital": _relocatable(both),
                "without heeding other illness": _relocatable(alone),
                "above recommended": both.above,
                "below recommended": both.below,
                "stable and above": stable.get(programme, 0),
                "not known": both.unknown,
            }
        )
    return found


def _relocatable(found: Concordance) -> str:
    return percent(None if found.unknown and not found.relocatable.denominator else found.relocatable)


def gap_rows(run: SegmentRun, capacity: Mapping[str, int]) -> list[dict[str, Any]]:
    """By programme: the gap between the estimate and those who started, in parts that sum to it."""
    unknown = [name for name in capacity if name not in run.chosen]
    if unknown:
        raise SamspilError(
            f"places are given for `{unknown[0]}`, which is not shown; shown are {', '.join(run.chosen)}"
        )
    found = []
    for programme in run.chosen:
        gap = run.gap(programme, capacity.get(programme))
        if gap is None:
            found.append({"programme": programme, "estimate": NOT_MEASURED})
            continue
        row: dict[str, Any] = {"programme": programme, "estimate": gap.estimate, "started": gap.started}
        row |= {"gap": gap.total, **{name.replace("_", " "): number for name, number in gap.parts.items()}}
        row["started outside"] = -gap.outside
        if gap.capacity is not None:
            ratio = gap.capacity_ratio
            row["places per started"] = "nobody started" if ratio is None else f"{float(ratio):.3f}"
            row["over capacity"] = gap.over_capacity
        found.append(row)
    return found


def stratum_rows(run: SegmentRun) -> list[dict[str, Any]]:
    """By stratum: how many, who answers for it, what it offers, and how often it is reviewed."""
    strata = {each.stratum: each for each in run.definitions.rules.strata}
    unsure = {
        row["key"]: row["persons"]
        for row in run.counts()
        if row["section"] == "stratum" and row["key2"] == "not_certain"
    }
    return [
        {
            "stratum": strata[each.stratum].title.en,
            "persons": each.persons,
            "of them not certain": unsure.get(each.stratum, 0),
            "who acts": each.who_acts,
            "services": each.services,
            "review": f"every {each.review_months} months",
            "basis": each.basis,
        }
        for each in run.sheets()
    ]


def high_need_rows(run: SegmentRun) -> list[dict[str, Any]]:
    """What the high-need group is like, one line a fact."""
    found = run.profile
    contacts, admissions = (found.per_member(number) for number in (found.contacts, found.admissions))
    cost = NOT_MEASURED if found.cost_share is None else f"{100 * found.cost_share:.1f} %"
    facts = {
        "persons": f"{found.members:,} of {found.population:,}",
        "share of cost": f"{cost} ({found.cost:,.0f} of {found.cost_of_all:,.0f} DKK)",
        "still there after a year": percent(found.persistence),
        f"under {run.definitions.rules.high_need.young_under} years": percent(found.under_age),
        "contacts a year": NOT_MEASURED if contacts is None else f"{contacts:.1f}",
        "admissions a year": NOT_MEASURED if admissions is None else f"{admissions:.1f}",
        "chronic conditions": f"{found.diagnoses / found.members:.1f}" if found.members else "nobody",
        "by illness": f"{found.groups.in_words()}; largest {found.groups.largest}, {percent(found.groups.share)}",
        "by age": f"{found.ages.in_words()}; largest {found.ages.largest}, {percent(found.ages.share)}",
    }
    if found.missing:
        facts["cost is without"] = ", ".join(found.missing)
    return [{"high-need group": name, "value": value} for name, value in facts.items()]


def change_rows(run: SegmentRun, earlier: SegmentRun) -> list[dict[str, Any]]:
    """Of the strata and the high-need group: how many are new, confirmed, have moved or dropped out."""
    found = []
    for column in ("stratum", "high_need"):
        rows = run.changes(earlier, column)
        counted = rows.group_by("change").aggregate(persons=rows.count()).to_pyarrow().to_pylist()
        counts = {row["change"]: row["persons"] for row in counted}
        kinds = ("confirmed", "moved", "new", "dropped_out")
        row: dict[str, Any] = {"of": column.replace("_", " ")}
        found.append(row | {kind.replace("_", " "): counts.get(kind, 0) for kind in kinds})
    return found
