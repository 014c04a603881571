"""Effects, outcome by outcome: what the answer rests on, and everything that tests it."""

from __future__ import annotations

from samspil.evaluation.effects.estimate import Effect, Limit, Verdict
from samspil.evaluation.effects.event_study import EventStudy
from samspil.evaluation.figures import Unknown
from samspil.evaluation.study_result import OutcomeFindings
from samspil.reports import evaluation_charts as charts
from samspil.reports import words
from samspil.reports.document import Block, Column, Figure, Paragraph, Row, Section, Table, table
from samspil.reports.evaluation.events import event_section
from samspil.reports.evaluation.in_words import Teller, digits, finding, said
from samspil.reports.evaluation.sensitivity import sensitivity_section
from samspil.reports.evaluation.shown import withheld
from samspil.reports.language import Language

#: From here on groups moving apart by chance before enrolment is no longer believed.
_APART = 0.05


def effects(teller: Teller) -> Section:
    """Each outcome by itself; nothing where those compared are not alike."""
    language, result = teller.language, teller.result
    title = language("Effects")
    if withheld(result):
        text = language(
            "Effects are not shown: those compared are not alike enough, and a figure would tell of how the groups"
            " differ and not of the programme."
        )
        return Section("effects", title, (Paragraph(text, "warning"),))
    affected = [found for found in result.outcomes if not found.outcome.placebo]
    placebo = [found for found in result.outcomes if found.outcome.placebo]
    text = language(
        "Each outcome has a main effect, which the answer rests on. The other designs look at the same question in"
        " another way: where they agree the answer is safer, and where they do not it is less so."
    )
    sections = [_outcome(found, teller) for found in (*affected, *placebo)]
    sections += [event_section(found, teller) for found in result.events]
    return Section("effects", title, (Paragraph(text),), tuple(sections))


def _outcome(found: OutcomeFindings, teller: Teller) -> Section:
    language, outcome = teller.language, found.outcome
    name, title = f"outcome-{outcome.outcome}", language.text(outcome.title)
    blocks: list[Block] = []
    if isinstance(found.main, Unknown):
        text = language("Cannot be assessed: {why}.", why=teller.reason(found.main))
        return Section(name, title, (Paragraph(text, "warning"),))
    if teller.result.overridden:
        blocks.append(
            Paragraph(language("Those compared are not alike enough: this may not be an effect at all."), "warning")
        )
    about = language(
        "Sector: {sector}. Paid by: {payer}. Hoped for: {hoped}.",
        sector=teller.names.sector(outcome.sector),
        payer=teller.names.payer_of(outcome.sector),
        hoped=teller.hoped(outcome.direction),
    )
    sentence = said(found.verdict, outcome.direction, teller, outcome.aim)
    blocks += [
        Paragraph(about, "note"),
        Paragraph(f"{finding(outcome, found.main, teller)} {_said(found, sentence, teller)}"),
    ]
    blocks += [_before_and_after(found.main, teller), *_over_time(found, name, teller), _designs(found, teller)]
    sections = []
    if found.subgroups:
        sections.append(_subgroups(found, name, teller))
    if found.sensitivity is not None:
        sections.append(sensitivity_section(found, found.sensitivity, name, teller))
    return Section(name, title, tuple(blocks), tuple(sections))


def _said(found: OutcomeFindings, sentence: str, teller: Teller) -> str:
    """What an outcome's effect means: of a placebo, what it tells of those compared."""
    language = teller.language
    if not found.outcome.placebo:
        return sentence
    if found.verdict == Verdict.UNDETERMINED:
        return language("The programme cannot affect this, and no effect is seen. That is as it should be.")
    if found.verdict in {Verdict.CHANGED, Verdict.BETTER, Verdict.WORSE}:
        return language("The programme cannot affect this. That it changed shows that the groups differ unseen.")
    return sentence


def _before_and_after(effect: Effect, teller: Teller) -> Table:
    language, places = teller.language, digits(effect)

    def row(group: str, before: float | None, after: float | None) -> tuple[str, ...]:
        known = before is not None and after is not None
        change = language.signed(after - before, places) if known else words.NONE  # type: ignore[operator]
        return group, *(words.NONE if v is None else language.number(v, places) for v in (before, after)), change

    rows = (
        row(language("Enrolled"), effect.treated_before, effect.treated_after),
        row(language("Compared with"), effect.comparison_before, effect.comparison_after),
    )
    headings = (language("Group"), language("Before"), language("After"), language("Change"))
    return table(language("Before and after, for one citizen and year"), headings, rows)


def _over_time(found: OutcomeFindings, name: str, teller: Teller) -> list[Block]:
    language, study = teller.language, found.event_study
    if isinstance(study, Unknown):
        return [Paragraph(language("Period by period: {why}.", why=teller.reason(study)), "note")]
    if not study.periods:
        return []
    drawn, apart = _figures(study, name, language.text(found.outcome.unit), teller)
    return [Row(drawn), Paragraph(apart)]


def _figures(study: EventStudy, name: str, unit: str, teller: Teller) -> tuple[tuple[Figure, ...], str]:
    language, months = teller.language, teller.result.study.windows.period
    levels = [{"period": p.period, "treated": p.treated, "comparison": p.comparison} for p in study.periods]
    nothing = {"value": 0.0, "low": 0.0, "high": 0.0}
    effects_ = [
        {"period": p.period, **(nothing if p.effect is None else _ends(p.effect.value, p.effect.low, p.effect.high))}
        for p in study.periods
    ]
    first = charts.levels(levels, unit, months, language, f"{name}-levels")
    second = charts.effects_by_period(effects_, unit, months, language, f"{name}-periods")
    places = 0 if max(abs(p.treated) for p in study.periods) >= 100 else 2
    rows = [
        (
            _months(p.period, months, language),
            language.number(p.treated, places),
            language.number(p.comparison, places),
            language("held against") if p.effect is None else words.difference(p.effect, language, places),
        )
        for p in study.periods
    ]
    headings = (language("Months"), language("Enrolled"), language("Compared with"), language("Difference"))
    tables = (
        table(first.title, headings[:3], [row[:3] for row in rows]),
        table(second.title, (headings[0], headings[3]), [(row[0], row[3]) for row in rows]),
    )
    figures = tuple(
        Figure(f"{name}-{end}", drawing.title, drawing.description, drawing.svg, shown)
        for end, drawing, shown in zip(("levels", "periods"), (first, second), tables, strict=True)
    )
    return figures, _pre_trend(study, teller)


def _ends(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def _months(period: int, months: int, language: Language) -> str:
    """The months of a period, counted from enrolment: `−3 to −1`, `0 to 2`."""
    first = period * months
    last = first + months - 1
    if first == last:
        return language.number(first)
    return language("{low} to {high}", low=language.number(first), high=language.number(last))


def _pre_trend(study: EventStudy, teller: Teller) -> str:
    language, p = teller.language, study.pre_trend_p
    if isinstance(p, Unknown):
        return language(
            "Whether the groups moved alike before enrolment cannot be tested: {why}.", why=teller.reason(p)
        )
    shown = words.p_value(p, language)
    if p < _APART:
        return language(
            "The groups did not move alike before enrolment ({p}). What is seen afterwards may have begun before.",
            p=shown,
        )
    return language(
        "That the groups moved alike before enrolment is not contradicted ({p}). With few citizens it would hardly be.",
        p=shown,
    )


def _designs(found: OutcomeFindings, teller: Teller) -> Table:
    """All designs side by side, the main one first; the naive one last, and called wrong."""
    language = teller.language
    named: list[tuple[str, Effect | Unknown]] = [
        (language("Matched difference in differences"), found.main),
        (language("Staggered starts"), found.staggered),
        (language("Stepped roll-out"), found.stepped),
        (language("Interrupted series"), found.interrupted),
        (language("One service more"), found.dose),
        (language("Before and after"), found.naive),
    ]
    told: set[Limit] = set()
    rows = []
    for name, effect in named:
        if isinstance(effect, Unknown):
            none = (words.NONE, words.NONE)
            rows.append((name, language("Cannot be given: {why}.", why=teller.reason(effect)), *none, words.NONE))
            continue
        new = [language(limit.value) for limit in effect.cannot_show if limit not in told]
        told |= set(effect.cannot_show)
        shown = teller.effect(effect)
        limits = " ".join(new) if new else language("As above.")
        clusters = language.number(effect.clusters)
        rows.append((_design(effect, found, teller), shown, teller.enrolled_and_compared(effect), clusters, limits))
    headings = (
        Column(language("Design")),
        Column(language("Effect (95% interval)")),
        Column(language("Enrolled / compared"), numeric=True),
        Column(language("Practices"), numeric=True),
        Column(language("What it cannot show")),
    )
    note = language(
        "The last row is what a plain comparison of before and after would have said. It is wrong: citizens are"
        " enrolled when they are worst, and most get better by themselves."
    )
    return Table(language("The same question in other ways"), headings, tuple(rows), note)


def _design(effect: Effect, found: OutcomeFindings, teller: Teller) -> str:
    """What a design is called; the main one and the naive one are told apart from the others."""
    language = teller.language
    name = language(effect.design.value)
    if effect is found.main:
        return language("Main effect: {design}", design=name)
    return language("Wrong: {design}", design=name) if effect is found.naive else name


def _subgroups(found: OutcomeFindings, name: str, teller: Teller) -> Section:
    language = teller.language
    titles = {each.subgroup: language.text(each.title) for each in teller.result.study.subgroups}
    rows = []
    for each in found.subgroups:
        title = titles.get(each.subgroup, each.subgroup)
        for label, effect in ((title, each.inside), (language("All others than: {group}", group=title), each.outside)):
            n = words.NONE if isinstance(effect, Unknown) else teller.enrolled_and_compared(effect)
            rows.append((label, teller.effect(effect), n))
    headings = (
        Column(language("Group")),
        Column(language("Effect (95% interval)")),
        Column(language("Enrolled / compared"), numeric=True),
    )
    note = language(
        "An effect in one group and none in the other does not prove that they differ. The more groups are looked at,"
        " the more differ by chance."
    )
    shown = Table(language("Effects in subgroups and outside them"), headings, tuple(rows), note)
    return Section(f"{name}-groups", language("Did it help some and not others?"), (shown,))
