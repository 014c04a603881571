"""For whom a new function may be proposed: strata, the high-need group, and segments of a published run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from samspil.improvement.bulletins import said
from samspil.improvement.models import ProposedFunction
from samspil.improvement.population_segments import SEGMENT_WORDS
from samspil.improvement.population_strata import stratum_count
from samspil.improvement.population_words import total
from samspil.improvement.queries.population import Segments
from samspil.improvement.released import Count, Released, Row
from samspil.population.concordance import Share
from samspil.population.gap import Gap
from samspil.population.gate import Answer, Facts, GateResult, gate
from samspil.population.high_need import Homogeneity
from samspil.population.segment_readings import gap_of
from samspil.programmes.segments import ProgrammeSegments

STRATUM, HIGH_NEED = "stratum", "high_need"
#: The segments of the estimate that a function may be for; nobody makes one for those who are in none.
PROPOSED = ("S1", "S2", "S3a", "S3b")


@dataclass(frozen=True)
class Target:
    """A group of citizens in a publication of segments: its key, its name, and how many they are."""

    key: str
    title: str
    persons: Count
    programme: ProgrammeSegments | None = None


def targets(found: Segments) -> dict[str, Target]:
    """Everything a function may be proposed for, by key."""
    sizes = found.at("")["sizes"]
    made = [
        Target(f"{STRATUM}/{each.stratum}", said(each.title), stratum_count(sizes, each.stratum))
        for each in found.rules.strata
    ]
    members = found.said["high_need"]["members"]
    made.append(Target(f"{HIGH_NEED}/yes", _("The high-need group"), Count(members)))
    for programme in found.programmes:
        for segment in PROPOSED:
            title = f"{said(programme.title)}, {segment}: {SEGMENT_WORDS[segment]}"
            count = sizes.count(section="segment", programme=programme.programme, key=segment)
            made.append(Target(f"{programme.programme}/{segment}", title, count, programme))
    return {each.key: each for each in made}


def facts(found: Segments, target: Target, capacity: int) -> Facts:
    """What the run knows of a group: how many, and of the high-need group how alike by illness."""
    alike = _alike(found.said["high_need"]) if target.key.startswith(f"{HIGH_NEED}/") else None
    return Facts(persons=target.persons.value, needed=capacity, homogeneity=alike)


def _alike(profile: Mapping[str, Any]) -> Homogeneity | None:
    """How alike the high-need group is by illness; None where a part of it is too few to show."""
    given = profile["groups"]
    if any(count is None for count in profile["by_group"].values()) or given["homogeneous"] is None:
        return None
    share = Share(given["share"]["numerator"], given["share"]["denominator"])
    return Homogeneity(given["largest"], share, float(given["entropy"]), bool(given["homogeneous"]))


def four_of(found: Segments, target: Target) -> list[tuple[str, Row | None]]:
    """The four numbers of the target's programme, or of every programme where it is of none (report 002 STRAT-3)."""
    numbers = found.at("")["numbers"]
    programmes = found.programmes if target.programme is None else [target.programme]
    return [(said(each.title), numbers.one(programme=each.programme)) for each in programmes]


def capacity_gap(found: Segments, target: Target, capacity: int) -> Gap | None:
    """The gap of the target's programme against a capacity; None without an estimate, or where a part is hidden."""
    if target.programme is None:
        return None
    name = target.programme.programme
    rows = [row for row in found.at("")["sizes"].where(programme=name) if row["section"] in {"gap", "gap_outside"}]
    numbers = found.at("")["numbers"].one(programme=name)
    if numbers is None or "algorithm_positive" in numbers.text("not_measured") or any(r.count().few for r in rows):
        return None
    ratio: Decimal = found.rules.over_capacity.ratio
    return gap_of([dict(row.values) for row in rows], name, capacity, ratio)


def by_municipality(found: Segments, target: Target) -> list[tuple[str, Count]]:
    """How many of the group live in each municipality, to look at each by itself (report 001 R-SEG-12)."""
    return [(unit, _in(found.at(unit)["sizes"], target)) for unit in found.units]


def _in(sizes: Released, target: Target) -> Count:
    kind, key = target.key.split("/", 1)
    if kind == STRATUM:
        return stratum_count(sizes, key)
    if kind == HIGH_NEED:
        return total(row.count() for row in sizes.where(section=HIGH_NEED, key=key))
    return sizes.count(section="segment", programme=kind, key=key)


def standing(found: Segments, function: ProposedFunction) -> GateResult:
    """Where a proposal stands, with people's newest answers and what the run says."""
    given = {each.question: each for each in reversed(list(function.answers.select_related("by__user")))}
    answers = [Answer(each.question, each.satisfied, each.words, each.by.user.name) for each in given.values()]
    known = {each.question for each in (*found.rules.gate.questions, found.rules.gate.decisive)}
    return gate(
        found.rules.gate,
        [each for each in answers if each.question in known],
        facts(found, targets(found)[function.stratum], function.capacity),
    )
