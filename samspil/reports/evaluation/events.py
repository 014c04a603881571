"""What happens once: to how many, when, and who died first."""

from __future__ import annotations

from samspil.evaluation.effects.time_to_event import EventTimes, Incidence
from samspil.evaluation.figures import Unknown
from samspil.evaluation.study_result import EventFindings
from samspil.reports import evaluation_charts as charts
from samspil.reports import words
from samspil.reports.document import Block, Figure, Paragraph, Row, Section, Table, table
from samspil.reports.evaluation.in_words import Teller, digits, said

#: Months between the rows of the table of numbers at risk.
_STEP = 3


def event_section(found: EventFindings, teller: Teller) -> Section:
    """The hazard ratio in words, the curves, and the numbers at risk."""
    language, event, times = teller.language, found.event, found.times
    name, title = f"event-{event.event}", language.text(event.title)
    if isinstance(times, Unknown):
        text = language("Cannot be assessed: {why}.", why=teller.reason(times))
        return Section(name, title, (Paragraph(text, "warning"),))
    ratio = times.hazard_ratio
    blocks: list[Block] = []
    if teller.result.overridden:
        blocks.append(
            Paragraph(language("Those compared are not alike enough: this may not be an effect at all."), "warning")
        )
    about = language(
        "Sector: {sector}. Paid by: {payer}. Hoped for: {hoped}.",
        sector=teller.names.sector(event.sector),
        payer=teller.names.payer_of(event.sector),
        hoped=teller.hoped(event.direction),
    )
    sentence = language(
        "{design}: hazard ratio {ratio}. Above 1 it happens sooner or more often to those enrolled, below 1 later or"
        " less often.",
        design=language(ratio.design.value),
        ratio=words.number(ratio.estimate, language, digits(ratio)),
    )
    blocks += [Paragraph(about, "note"), Paragraph(f"{sentence} {said(found.verdict, event.direction, teller)}")]
    limits = " ".join(language(limit.value) for limit in ratio.cannot_show)
    blocks += [_numbers(times, teller), _curves(times, name, title, teller)]
    blocks.append(Paragraph(language("What it cannot show: {limits}", limits=limits), "note"))
    return Section(name, title, tuple(blocks))


def _numbers(times: EventTimes, teller: Teller) -> Table:
    language, cells = teller.language, teller.cells
    ratio = times.hazard_ratio
    # Those to whom it happened, those who died and the rest add up to the group.
    groups = [
        (ratio.treated, times.treated_events, times.treated_deaths),
        (ratio.comparison, times.comparison_events, times.comparison_deaths),
    ]
    shown = [
        cells.parts({"event": events, "death": deaths, "rest": max(citizens - events - deaths, 0)})
        for citizens, events, deaths in groups
    ]
    rows = [
        (language("Citizens"), *(cells.count(citizens) for citizens, _, _ in groups)),
        (language("It happened to"), *(each["event"] for each in shown)),
        (language("Died before it happened"), *(each["death"] for each in shown)),
    ]
    headings = (language("Number"), language("Enrolled"), language("Compared with"))
    return table(language("How many it happened to"), headings, rows)


def _curves(times: EventTimes, name: str, title: str, teller: Teller) -> Row:
    language = teller.language
    rows = [
        {"group": group, "month": each.month, "share": each.share, "low": each.low, "high": each.high}
        for group, incidence in (("treated", times.treated), ("comparison", times.comparison))
        for each in incidence
        # A share of few persons tells of single ones, and of nothing else.
        if each.at_risk >= teller.result.few or each.month == 0
    ]
    drawing = charts.incidence(rows, language, f"{name}-incidence", title)
    by_month: dict[int, list[Incidence | None]] = {}
    for place, incidence in enumerate((times.treated, times.comparison)):
        for each in incidence:
            by_month.setdefault(each.month, [None, None])[place] = each
    numbers = [
        (language.number(month), *(cell for each in pair for cell in _at(each, teller)))
        for month, pair in sorted(by_month.items())
        if month % _STEP == 0
    ]
    headings = (
        language("Month"),
        language("Enrolled: share"),
        language("Enrolled: at risk"),
        language("Compared: share"),
        language("Compared: at risk"),
    )
    shown = table(language("Share to whom it has happened, and numbers at risk"), headings, numbers)
    return Row((Figure(f"{name}-incidence", drawing.title, drawing.description, drawing.svg, shown),))


def _at(each: Incidence | None, teller: Teller) -> tuple[str, str]:
    if each is None:
        return words.NONE, words.NONE
    if each.at_risk < teller.result.few and each.month > 0:
        return words.NONE, teller.cells.count(each.at_risk)
    language = teller.language
    low, high = language.number(each.low * 100), language.percent(each.high, 0)
    return f"{language.percent(each.share, 0)} ({low}–{high})", teller.cells.count(each.at_risk)
