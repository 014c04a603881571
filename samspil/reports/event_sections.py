"""An outcome that happens or not: how well the list and the score found it, in all and by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from samspil.evaluation.accuracy import Accuracy, Dimension, Subgroup
from samspil.evaluation.comparison import Comparison
from samspil.evaluation.figures import Share, Unknown
from samspil.evaluation.validation import EventResult, Validation
from samspil.population.funnel import funnel_limits
from samspil.reports import charts, words
from samspil.reports.document import Block, Column, Figure, Paragraph, Row, Section, Table, table
from samspil.reports.language import Language
from samspil.reports.small_cells import Scores, hidden, joined, small

FUNNEL_COVERAGES = (0.95, 0.998)


def main_figures(accuracy: Accuracy, language: Language) -> Table:
    """The figures a clinician asks for first, each with what it means."""
    at = accuracy.at_threshold
    rows = [
        (
            language("Had the outcome, of all"),
            words.share(accuracy.prevalence, language),
            _of(accuracy.prevalence, language),
            language("How frequent it is among those who could be listed"),
        ),
        (
            language("Positive predictive value"),
            words.share(at.ppv, language),
            _of(at.ppv, language),
            language("Share of the list who had the outcome"),
        ),
        (
            language("Sensitivity"),
            words.share(at.sensitivity, language),
            _of(at.sensitivity, language),
            language("Share of those with the outcome who were on the list"),
        ),
        (
            language("Specificity"),
            words.share(at.specificity, language),
            _of(at.specificity, language),
            language("Share of those without the outcome who were not on the list"),
        ),
        (
            language("Number needed to list"),
            words.number(at.number_needed_to_list, language, 1),
            words.NONE,
            language("Citizens on the list for each one who had the outcome"),
        ),
        (
            language("Lift"),
            words.number(at.lift, language, 2),
            words.NONE,
            language("How many times more frequent the outcome is on the list than among all"),
        ),
        (
            language("AUC"),
            words.number(accuracy.auc, language, 3),
            words.NONE,
            language("How often a citizen with the outcome has a higher score than one without; 0.5 is chance"),
        ),
    ]
    headings = (language("Figure"), language("Value (95% interval)"), language("Persons"), language("What it says"))
    shown = tuple(Column(title, numeric=place in (1, 2)) for place, title in enumerate(headings))
    caption = language("The list and the score against what happened")
    return Table(caption, shown, tuple(rows), _note(accuracy, language))


def _note(accuracy: Accuracy, language: Language) -> str:
    if isinstance(accuracy.auc, Unknown):
        return language("AUC cannot be estimated: {why}.", why=language.reason(accuracy.auc))
    return ""


def _of(figure: Share | Unknown, language: Language) -> str:
    if isinstance(figure, Unknown):
        return language.reason(figure)
    found, all_ = words.whole(figure.numerator, language), language.number(figure.denominator)
    return language("{found} of {all}", found=found, all=all_)


def score_figures(result: EventResult, name: str, few: int, language: Language) -> Row:
    """What lists of any length find, and the observed share at each score."""
    scores = joined(result.accuracy.by_score, few)
    return Row((_gain(result, scores, name, language), _by_score(result.accuracy, scores, name, few, language)))


def _gain(result: EventResult, scores: Sequence[Scores], name: str, language: Language) -> Figure:
    persons, events = sum(s.persons for s in scores), sum(s.events for s in scores)
    falling = list(reversed(scores))
    listed = np.cumsum([s.persons for s in falling]) / persons
    found = np.cumsum([s.events for s in falling]) / max(events, 1)
    lists = [
        {"listed": float(a), "found": float(b), "score": s.first}
        for s, a, b in zip(falling, listed, found, strict=True)
    ]
    at, comparison = result.accuracy.at_threshold, result.comparison
    mark = {"listed": at.listed / persons, "found": at.listed_events / max(events, 1)}
    compared = []
    if isinstance(comparison, Comparison):
        curve = comparison.gain_regression
        compared = [{"listed": a, "found": b} for a, b in zip(curve.listed_share, curve.found_share, strict=True)]
    drawing = charts.gain(lists, compared, mark, language, f"{name}-gain")
    headings = [language("Listed from this score up"), language("Share of all listed"), language("Share found")]
    rows = [[str(row["score"]), language.percent(row["listed"]), language.percent(row["found"])] for row in lists]
    if isinstance(comparison, Comparison):
        headings.append(language("Share found by the regression"))
        for row, entry in zip(rows, lists, strict=True):
            row.append(_at_length(compared, entry["listed"], language))
    return Figure(f"{name}-gain", drawing.title, drawing.description, drawing.svg, table(drawing.title, headings, rows))


def _at_length(curve: Sequence[dict[str, float]], listed: float, language: Language) -> str:
    """What the regression's curve finds at a length of list, between its points."""
    found = np.interp(listed, [0.0, *(row["listed"] for row in curve)], [0.0, *(row["found"] for row in curve)])
    return language.percent(float(found))


def _by_score(accuracy: Accuracy, scores: Sequence[Scores], name: str, few: int, language: Language) -> Figure:
    known = [s for s in scores if isinstance(s.observed, Share) and not small(s.events, few)]
    at = accuracy.at_threshold
    rows = [
        {
            "score": s.label,
            "value": s.observed.value,
            "low": s.observed.low,
            "high": s.observed.high,
            "listed": s.listed > 0,
        }
        for s in known
        if isinstance(s.observed, Share)
    ]
    drawing = charts.by_score(rows, at.events / at.persons, language, f"{name}-score")
    headings = [language("Score"), language("Persons"), language("Had the outcome"), language("Share (95% interval)")]
    shown = [
        (s.label, language.number(s.persons), language("too few"), words.NONE)
        if s not in known
        else (s.label, language.number(s.persons), language.number(s.events), words.share(s.observed, language))
        for s in scores
    ]
    note = language("Neighbouring scores are taken together where there are fewer than {few} persons.", few=few)
    numbers = table(drawing.title, headings, shown, note)
    return Figure(f"{name}-score", drawing.title, drawing.description, drawing.svg, numbers)


def subgroup_section(validation: Validation, accuracy: Accuracy, name: str, language: Language) -> Section:
    """By sex and age, and by practice."""
    blocks: list[Block] = [
        _groups(accuracy.of("sex"), "sex", validation, language),
        _groups(accuracy.of("age"), "age", validation, language),
    ]
    practices = accuracy.of("practice")
    if practices:
        text = language(
            "Practices stand in the order of their provider numbers. A practice's list depends on who its patients are:"
            " figures outside the funnel are a reason to ask, not a ranking."
        )
        blocks += [Paragraph(text), *_funnel(practices, accuracy, validation, name, language)]
        blocks.append(_groups(practices, "practice", validation, language))
    title = language("By sex, age and practice") if practices else language("By sex and age")
    return Section(f"{name}-groups", title, tuple(blocks))


def _groups(groups: Sequence[Subgroup], dimension: Dimension, validation: Validation, language: Language) -> Table:
    captions = {
        "sex": language("By sex"),
        "age": language("By age at the date of the list"),
        "practice": language("By practice"),
    }
    left_out = hidden(groups, validation.few)
    headings = (
        {"sex": language("Sex"), "age": language("Age"), "practice": language("Practice")}[dimension],
        language("Persons"),
        language("Listed"),
        language("Had the outcome"),
        language("Positive predictive value"),
        language("Sensitivity"),
        language("AUC"),
    )
    rows = [
        (
            _named(group, validation, language),
            language.number(group.at_threshold.persons),
            language.number(group.at_threshold.listed),
            *(
                (language("too few"), words.NONE, words.NONE, words.NONE)
                if group.group in left_out
                else _figures(group, language)
            ),
        )
        for group in groups
    ]
    note = language(
        "“Too few”: fewer than {few} persons with the outcome, on the list or outside it, or one more group that hides"
        " them.",
        few=validation.few,
    )
    return table(captions[dimension], headings, rows, note if left_out else "")


def _figures(group: Subgroup, language: Language) -> tuple[str, str, str, str]:
    at = group.at_threshold
    return (
        language.number(at.events),
        words.share(at.ppv, language, 0),
        words.share(at.sensitivity, language, 0),
        words.number(group.auc, language, 2),
    )


def _named(group: Subgroup, validation: Validation, language: Language) -> str:
    if group.dimension == "practice":
        name = validation.practice_names.get(group.group)
        return f"{group.group} {name}" if name else group.group
    if group.dimension == "sex":
        return {"F": language("Women"), "M": language("Men")}.get(group.group, group.group)
    if group.group.endswith("+"):
        return language("{age} and over", age=group.group[:-1])
    return language("{ages} years", ages=group.group.replace("-", "–"))


def _funnel(
    practices: Sequence[Subgroup], accuracy: Accuracy, validation: Validation, name: str, language: Language
) -> Iterator[Block]:
    left_out = hidden(practices, validation.few)
    ppv = accuracy.at_threshold.ppv
    shown = [group for group in practices if group.group not in left_out and isinstance(group.at_threshold.ppv, Share)]
    if len(shown) < 2 or isinstance(ppv, Unknown) or ppv.numerator == 0:
        yield Paragraph(language("There are too few practices to compare with chance."), "note")
        return
    longest = max(group.at_threshold.listed for group in shown)
    lengths = np.unique(np.linspace(1, longest * 1.1, 60).round().astype(int))
    limits = [
        {"listed": int(length), "low": float(low), "high": float(high), "coverage": coverage}
        for coverage in FUNNEL_COVERAGES
        for length, low, high in zip(lengths, *funnel_limits(ppv.value, lengths, coverage), strict=True)
    ]
    dots = [
        {"listed": group.at_threshold.listed, "share": group.at_threshold.ppv.value}
        for group in shown
        if isinstance(group.at_threshold.ppv, Share)
    ]
    drawing = charts.funnel(dots, limits, ppv.value, language, f"{name}-funnel")
    headings = (
        language("Practice"),
        language("Listed"),
        language("Positive predictive value"),
        language("95% by chance"),
        language("99.8% by chance"),
        language("Where"),
    )
    rows = [_placed(group, ppv.value, validation, language) for group in shown]
    note = language("{count} practices with too few persons are not shown.", count=len(left_out)) if left_out else ""
    numbers = table(drawing.title, headings, rows, note)
    yield Row((Figure(f"{name}-funnel", drawing.title, drawing.description, drawing.svg, numbers),))


def _placed(group: Subgroup, overall: float, validation: Validation, language: Language) -> tuple[str, ...]:
    at = group.at_threshold
    value = at.ppv.value if isinstance(at.ppv, Share) else 0.0
    inner, outer = (
        tuple(float(end[0]) for end in funnel_limits(overall, np.array([at.listed]), coverage))
        for coverage in FUNNEL_COVERAGES
    )
    where = language("as chance")
    if not outer[0] <= value <= outer[1]:
        where = language("outside 99.8%")
    elif not inner[0] <= value <= inner[1]:
        where = language("outside 95%")
    ranges = (f"{language.number(low * 100)}–{language.percent(high, 0)}" for low, high in (inner, outer))
    return (_named(group, validation, language), language.number(at.listed), language.percent(value, 0), *ranges, where)
