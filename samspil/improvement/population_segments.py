"""Segments as their page shows them: four numbers together, gaps that sum, concordance, strata, the high-need group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samspil.improvement.bulletins import said
from samspil.improvement.charts import bars, matrix
from samspil.improvement.charts.words import decimals, part_of, percent, whole
from samspil.improvement.population_words import (
    FOUR,
    count_words,
    four_numbers,
    place_name,
    share_words,
    total,
)
from samspil.improvement.queries.population import Segments
from samspil.improvement.released import Count, Released
from samspil.population.attendance_segments import SEGMENTS
from samspil.population.four_numbers import estimate_to_demand
from samspil.population.gap import STEPS, Gap
from samspil.population.segment_readings import concordance_of, gap_of
from samspil.programmes.segments import ProgrammeSegments

SEGMENT_WORDS = {
    "S1": gettext_lazy("Diagnosed, has an offer and comes to controls"),
    "S2": gettext_lazy("Diagnosed, comes to controls sometimes or rarely"),
    "S3a": gettext_lazy("Diagnosed, never comes to controls"),
    "S3b": gettext_lazy("Found by the algorithm, not diagnosed"),
    "none": gettext_lazy("Neither diagnosed nor found by the algorithm"),
    "unknown": gettext_lazy("Cannot be said, because a source is missing"),
}
STEP_WORDS = {
    "undiagnosed": gettext_lazy("Found by the algorithm and not diagnosed"),
    "not_eligible": gettext_lazy("Diagnosed and not eligible for the offer"),
    "not_referred": gettext_lazy("Eligible and not referred"),
    "declined": gettext_lazy("Referred and declined"),
    "not_started": gettext_lazy("Referred and not started"),
    "unknown": gettext_lazy("Not known, because a source is missing"),
}


@dataclass(frozen=True)
class SegmentLine:
    """One segment: its name, what it means, how many, their share, and how many the region's own data find."""

    name: str
    about: str
    persons: str
    share: str
    region: str


@dataclass(frozen=True)
class GapWords:
    """The gap between estimate and started, taken apart. `sums` says that the parts add up to it, or why not."""

    estimate: str
    parts: list[tuple[str, str]]
    outside: str
    started: str
    total: str
    sums: str
    drawing: bars.Bars | None


@dataclass(frozen=True)
class Concordance:
    """Recommended against actual level. `relocatable` is a share, and never more than "possibly"."""

    title: str
    drawing: matrix.Matrix | None
    relocatable: str
    words: str


@dataclass(frozen=True)
class Programme:
    """One programme's segments as shown."""

    key: str
    title: str
    four: list[tuple[str, str]]
    ratio: str
    segments: list[SegmentLine]
    gap: GapWords | None
    concordances: list[Concordance]
    stable: str
    individualised: str
    basis: str
    findings: list[tuple[str, str]]
    how: list[tuple[str, str]]


def programmes(found: Segments, unit: str) -> list[Programme]:
    """Every programme's segments in the region or one municipality."""
    tables = found.at(unit)
    return [_programme(found, tables, each) for each in found.programmes]


def _programme(found: Segments, tables: dict[str, Released], programme: ProgrammeSegments) -> Programme:
    sizes, name = tables["sizes"], programme.programme
    numbers = tables["numbers"].one(programme=name)
    everybody = total(row.count() for row in sizes.where(section="segment", programme=name))
    lines = [
        SegmentLine(
            key if key not in {"none", "unknown"} else "–",
            str(SEGMENT_WORDS[key]),
            count_words(count := sizes.count(section="segment", programme=name, key=key)),
            share_words(count, everybody, 1),
            count_words(sizes.count(section="segment_region", programme=name, key=key)) if key != "S3b" else "–",
        )
        for key in SEGMENTS
        if key != "unknown" or sizes.one(section="segment", programme=name, key=key) is not None
    ]
    estimate = numbers.count("algorithm_positive").value if numbers is not None else None
    referred = numbers.count("referred").value if numbers is not None else None
    ratio = estimate_to_demand(estimate, referred)
    return Programme(
        key=programme.key,
        title=said(programme.title),
        four=four_numbers(numbers),
        ratio=decimals(float(ratio), 1) if ratio is not None else "",
        segments=lines,
        gap=_gap(found, tables, programme),
        concordances=[_concordance(sizes, programme, comorbidity=each) for each in (True, False)],
        stable=count_words(sizes.count(section="stable_above", programme=name, key="stable")),
        individualised=said(programme.individualised.title),
        basis=basis_words(programme.profile),
        findings=[(said(each.says), str(each.source)) for each in programme.profile],
        how=_how(found, programme),
    )


def basis_words(profile: Sequence[Any]) -> str:
    """Whether a segment is known from numbers alone (report 001 R-SEG-14)."""
    if profile:
        return _("Numbers, and what people tell")
    return _("Quantitative only: nobody has written down what the group itself tells")


def _how(found: Segments, programme: ProgrammeSegments) -> list[tuple[str, str]]:
    control = programme.control
    measured = found.said["measured"].get(programme.programme, {})
    absent = [str(FOUR[name]) for name, known in measured.items() if not known]
    rows = [
        (_("Diagnosed"), _source(programme.diagnosed)),
        (_("Found by the algorithm"), _source(programme.algorithm)),
        (
            _("Attending"),
            _("at least %(needed)s of %(expected)s expected controls; %(source)s")
            % {"needed": control.needed, "expected": control.expected, "source": _source(control)},
        ),
        (_("Referred"), _source(programme.referral)),
        (_("Recommended level"), _source(programme.recommended[0])),
        (_("Actual level"), _source(programme.actual[0])),
    ]
    if absent:
        rows.append((_("Not measured"), ", ".join(absent)))
    return rows


def _source(rule: Any) -> str:
    """Where a rule stands, in words."""
    if rule.source is not None:
        return _("report %(source)s") % {"source": rule.source}
    return _("chosen; the reason stands in the programme's segments.yaml")


def _gap(found: Segments, tables: dict[str, Released], programme: ProgrammeSegments) -> GapWords | None:
    """The gap of a programme; None where there is no estimate to take apart."""
    sizes, name = tables["sizes"], programme.programme
    numbers = tables["numbers"].one(programme=name)
    if numbers is None or "algorithm_positive" in numbers.text("not_measured"):
        return None
    parts = {step: sizes.count(section="gap", programme=name, key=step) for step in STEPS}
    unknown = sizes.one(section="gap", programme=name, key="unknown")
    if unknown is not None:
        parts["unknown"] = unknown.count()
    outside = total(row.count() for row in sizes.where(section="gap_outside", programme=name))
    shown = [(str(STEP_WORDS[step]), count) for step, count in parts.items() if step != "started"]
    hidden = outside.few or any(count.few for count in parts.values())
    whole_gap: Gap | None = None
    if not hidden:
        rows = [dict(row.values) for row in sizes.where(programme=name)]
        rows = [row for row in rows if row["persons"] is not None]
        whole_gap = gap_of(rows, name, None, found.rules.over_capacity.ratio)
    return GapWords(
        estimate=count_words(numbers.count("algorithm_positive")),
        parts=[(label, count_words(count)) for label, count in shown],
        outside=count_words(outside),
        started=count_words(total([parts["started"], outside])),
        total=whole(whole_gap.total) if whole_gap is not None else "",
        sums=_sums(whole_gap),
        drawing=bars.bars(
            f"gap-{programme.key}",
            _("From the estimate to those who started: %(title)s") % {"title": said(programme.title)},
            [
                *(bars.Bar(label, count.value) for label, count in shown),
                bars.Bar(_("Started an offer"), parts["started"].value),
            ],
        ),
    )


def _sums(gap: Gap | None) -> str:
    if gap is None:
        return _("Some parts are too few to show, so the sum is not shown either: it would tell them.")
    return _("%(parts)s stop on the way, less %(outside)s who started outside the estimate: a gap of %(total)s.") % {
        "parts": whole(sum(gap.parts.values())),
        "outside": whole(gap.outside),
        "total": whole(gap.total),
    }


def _concordance(sizes: Released, programme: ProgrammeSegments, *, comorbidity: bool) -> Concordance:
    section = "concordance" if comorbidity else "concordance_alone"
    rows = list(sizes.where(section=section, programme=programme.programme))
    levels = {level.level: said(level.title) for level in programme.levels}
    unknown = any("unknown" in {row["key"], row["key2"]} for row in rows)
    names = [*levels, *(["unknown"] if unknown else [])]
    titles = levels | {"unknown": _("not known")}
    counts = {(row["key"], row["key2"]): row.count() for row in rows}
    everybody = total(counts.values()).value
    lines = []
    for recommended in names:
        cells = []
        for actual in names:
            count = counts.get((recommended, actual), Count(0))
            weight = count.value / everybody if count.value is not None and everybody else None
            text = None if count.few else count_words(count)
            cells.append(matrix.Cell(text, weight, "" if recommended != actual else _("as recommended")))
        lines.append((titles[recommended], cells))
    title = _("Other illness is heeded") if comorbidity else _("Other illness is left out")
    drawing = matrix.matrix(
        f"concordance-{section}-{programme.key}", title, [titles[name] for name in names], lines,
        corner=_("Recommended ↓ · treated at →"),
    )  # fmt: skip
    if any(count.few for count in counts.values()):
        return Concordance(title, drawing if rows else None, "", _("Too few to say how many might be moved."))
    found = concordance_of([dict(row.values) for row in rows], programme, comorbidity=comorbidity)
    movable = found.relocatable
    if not movable.denominator:
        return Concordance(title, drawing if rows else None, "", _("Nobody is treated at hospital."))
    words = _("%(of)s treated at hospital could possibly be treated outside it, if the criteria were followed.")
    if not comorbidity:
        words += " " + _("Other illness is not part of this, so it is too high.")
    placed = _("%(above)s are treated above, %(below)s below what is recommended.") % {
        "above": whole(found.above),
        "below": whole(found.below),
    }
    of = part_of(movable.numerator, movable.denominator)
    return Concordance(
        title, drawing, _("possibly %(share)s") % {"share": percent(movable.value)}, f"{words % {'of': of}} {placed}"
    )


def locality(found: Segments, unit: str) -> str:
    """Whether a municipality is as large as localities were formed with; empty when it is, or its size is hidden."""
    persons = found.at(unit)["sizes"].count(section="population", key="all").value if unit else None
    rule = found.rules.locality
    if persons is None or rule.at_least <= persons <= rule.at_most:
        return ""
    words = (
        _("%(unit)s has %(persons)s citizens: more than the %(least)s to %(most)s that localities are formed with.")
        if persons > rule.at_most
        else _(
            "%(unit)s has %(persons)s citizens: fewer than the %(least)s to %(most)s that localities are formed with."
        )
    )
    return words % {
        "unit": place_name(unit),
        "persons": whole(persons),
        "least": whole(rule.at_least),
        "most": whole(rule.at_most),
    }
