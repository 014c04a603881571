"""The leadership's overview: key figures, three aims side by side, and six steps in order (report 004, 003-004 7.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.improvement import network_pages
from samspil.improvement.bulletins import said
from samspil.improvement.charts import trend
from samspil.improvement.charts.words import percent, whole
from samspil.improvement.network_pages import Row
from samspil.improvement.population_cost import concentrated, moves, persons_at, spent
from samspil.improvement.population_strata import multimorbidity, stratum_count
from samspil.improvement.population_words import count_words, million, place_name, share_words, total
from samspil.improvement.queries.network_report import Line
from samspil.improvement.queries.population import Cost, Segments
from samspil.improvement.queries.population_indicators import SetFigures
from samspil.improvement.shares import gap


@dataclass(frozen=True)
class Aim:
    """One of the three aims. `missing` says why it is not measured; it is never zero (003-004 REQ-G-11, TC4-13)."""

    title: str
    figures: list[tuple[str, str]]
    missing: str


@dataclass(frozen=True)
class Step:
    """One of the six steps of population health management: where it is done, and whether it is."""

    title: str
    about: str
    url: str
    done: bool


@dataclass(frozen=True)
class SetRows:
    """One set as the overview shows it."""

    name: str
    title: str
    rows: list[Row]
    columns: list[str]
    municipalities: list[tuple[str, list[str]]]
    found: SetFigures


def set_rows(found: SetFigures) -> SetRows:
    """A set's indicators of the region, and the shares by municipality in the order of their numbers."""
    shown = [line for line in found.lines if line.indicator.categories is None]
    return SetRows(
        name=found.bulletin.name,
        title=found.bulletin.title,
        rows=[network_pages.row(line) for line in found.lines],
        columns=[said(line.indicator.title) for line in shown],
        municipalities=[
            (place_name(town), [_cell(lines.get(line.indicator.indicator)) for line in shown])
            for town, lines in found.municipalities.items()
        ],
        found=found,
    )


def _cell(line: Line | None) -> str:
    if line is None:
        return "–"
    row = network_pages.row(line)
    return row.share or row.why


def municipalities(found: SetFigures, indicator: str) -> list[tuple[str, Row]]:
    """One indicator in each municipality, in the order of their numbers."""
    return [
        (place_name(town), network_pages.row(lines[indicator]))
        for town, lines in found.municipalities.items()
        if indicator in lines
    ]


def drawn_trend(line: Line) -> trend.Trend | None:
    """The region's series, with its breaks."""
    if line.indicator.categories is not None:
        return None
    breaks = [
        trend.Break(
            after.day, "definition", _("%(before)s to %(after)s") % {"before": before.version, "after": after.version}
        )
        for before, after in zip(line.figures, line.figures[1:], strict=False)
        if before.version != after.version
    ]
    standard = line.indicator.standard
    return trend.trend(
        f"trend-{line.indicator.indicator}",
        said(line.indicator.title),
        network_pages.points(line, line.figures),
        standard=standard.share if standard is not None else None,
        breaks=breaks,
    )


def aims(sets: Sequence[SetFigures], segments: Segments | None, cost: Cost | None) -> list[Aim]:
    """Health of the population, quality of treatment, cost per citizen. "Quality" is the deck's word (B-13)."""
    return [_health(segments), _quality(sets), _cost(cost)]


def _health(segments: Segments | None) -> Aim:
    title = _("Health of the population")
    if segments is None:
        return Aim(title, [], _("No segments have been published."))
    found = multimorbidity(segments, "").words[0]
    ill = total(
        stratum_count(segments.at("")["sizes"], each.stratum) for each in segments.rules.strata if each.criteria
    )
    everybody = segments.at("")["sizes"].count(section="population", key="all")
    figures = [(found[0], f"{found[2] or found[1]}")]
    if ill.value is not None and everybody.value:
        figures.append((_("In a stratum above prevention"), share_words(ill, everybody, 0)))
    return Aim(title, figures, "")


def _quality(sets: Sequence[SetFigures]) -> Aim:
    title = _("Quality of treatment")
    figures = []
    for each in sets:
        shares = [(line.first(line.newest), line.indicator) for line in each.lines if line.indicator.standard]
        known = [(share, indicator) for share, indicator in shares if share is not None and share.d]
        if known:
            reached = sum(gap(share, indicator) == 0 for share, indicator in known)
            words = ngettext(
                "%(reached)s of %(count)s standard reached", "%(reached)s of %(count)s standards reached", len(known)
            )
            figures.append((each.bulletin.title, words % {"reached": reached, "count": len(known)}))
    if figures:
        return Aim(title, figures, "")
    reason = _("No indicator with a standard has figures.") if sets else _("No indicators have been published.")
    return Aim(title, [], reason)


def _cost(cost: Cost | None) -> Aim:
    title = _("Cost per citizen")
    if cost is None:
        return Aim(title, [], _("No cost has been published."))
    persons = persons_at(cost)
    if not persons:
        return Aim(title, [], _("Nobody to share the cost between."))
    words = _("In %(months)s months, services alone") % {"months": cost.months}
    return Aim(title, [(words, spent(cost).per(persons))], "")


def key_figures(segments: Segments | None, cost: Cost | None) -> list[tuple[str, str]]:
    """The region in a few numbers."""
    found: list[tuple[str, str]] = []
    if segments is not None:
        found.append((_("Citizens"), count_words(segments.at("")["sizes"].count(section="population", key="all"))))
        found += [
            (label, f"{count} ({share})" if share else count)
            for label, count, share in multimorbidity(segments, "").words[:3:2]
        ]
    elif cost is not None:
        persons = persons_at(cost)
        found.append((_("Citizens"), whole(persons) if persons is not None else _("not measured")))
    if cost is not None:
        found.append((_("Cost of services in %(months)s months") % {"months": cost.months}, _least(cost)))
        moved = moves(cost)
        if moved is not None and moved.persistence:
            found.append((_("Still most costly a year later"), moved.persistence))
    return found


def _least(cost: Cost) -> str:
    money = spent(cost)
    return _("at least %(amount)s") % {"amount": million(money.amount)} if money.least else million(money.amount)


def strata_words(segments: Segments) -> list[tuple[str, str, str]]:
    """The strata in a line each: title, citizens, share."""
    sizes = segments.at("")["sizes"]
    counts = [(said(each.title), stratum_count(sizes, each.stratum)) for each in segments.rules.strata]
    everybody = total(count for _title, count in counts)
    return [(title, count_words(count), share_words(count, everybody, 1)) for title, count in counts]


def share_of_top(cost: Cost) -> str:
    """What the most costly group stands for, in words; empty where it is not known."""
    found = concentrated(cost)
    if found is None or found.groups[0].cost_share is None:
        return ""
    top = found.groups[0]
    return _("%(part)s of the citizens stand for %(share)s of the cost.") % {
        "part": percent(top.population_share, 1),
        "share": percent(top.cost_share),
    }


def steps(sets: Sequence[SetFigures], segments: Segments | None, *, functions: bool) -> list[Step]:
    """The six steps; nobody proposes anything (4) before 1 to 3 are there (003-004 REQ-G-10)."""
    there = segments is not None
    return [
        Step(_("Who the population is"), _("Size, age, municipalities"), f"{reverse('population-segments')}", there),
        Step(_("Its state of health"), _("Illness and indicators"), "#indicators", bool(sets)),
        Step(
            _("Stratification"),
            _("Segments with rules one can follow"),
            f"{reverse('population-segments')}#strata",
            there,
        ),
        Step(
            _("Choose what to do for whom"),
            _("The gate before a new function"),
            reverse("population-functions") if functions else "",
            False,
        ),
        Step(_("Carry out and follow"), _("Meetings and tests of change in networks"), reverse("networks"), False),
        Step(_("Develop and secure quality"), _("Indicators against their standards"), "#indicators", bool(sets)),
    ]
