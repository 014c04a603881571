"""The answer first: in a few plain sentences, how many of those listed had the outcome and what else could be done."""

from __future__ import annotations

from samspil.evaluation.accuracy import AtThreshold
from samspil.evaluation.comparison import Comparison
from samspil.evaluation.costs import Amounts
from samspil.evaluation.figures import Estimate, Unknown
from samspil.evaluation.validation import EventResult, OutcomeResult, Validation
from samspil.reports import words
from samspil.reports.document import Block, Paragraph
from samspil.reports.language import Language


def answer(validation: Validation, language: Language, titles: dict[str, str]) -> tuple[Block, ...]:
    """What the validation found of the model's main outcome, and what must be known before it is believed."""
    population, main = validation.population, validation.main
    title = language.text(main.outcome.title).lower()
    blocks: list[Block] = []
    listed = language(
        "On {day} the list had {listed} of {persons} citizens who could be listed ({share}).",
        day=language.date(validation.as_of),
        listed=language.number(population.listed),
        persons=language.number(population.persons),
        share=language.percent(population.listed / population.persons) if population.persons else words.NONE,
    )
    blocks.append(Paragraph(listed, "lead"))
    if isinstance(main.result, Unknown):
        why = language.reason(main.result, titles)
        unknown = language("The outcome “{outcome}” cannot be assessed: {why}.", outcome=title, why=why)
        return (*blocks, Paragraph(unknown, "warning"))
    if isinstance(main.result, EventResult):
        blocks += [Paragraph(text, "lead") for text in _event(main, main.result, validation, language, titles)]
    elif isinstance(main.result, Amounts):
        blocks.append(Paragraph(amounts(main.result, language), "lead"))
    return (*blocks, Paragraph(language("In brackets: 95% intervals."), "note"))


def _event(
    main: OutcomeResult, result: EventResult, validation: Validation, language: Language, titles: dict[str, str]
) -> list[str]:
    at = result.accuracy.at_threshold
    outcome = language.text(main.outcome.title).lower()
    return [
        *found(at, outcome, validation, language),
        versus_regression(result.comparison, language, titles),
    ]


def found(at: AtThreshold, outcome: str, validation: Validation, language: Language) -> list[str]:
    """How many of the list had the outcome, and how many of all with the outcome were on it."""
    months = language.number(validation.horizon.count)
    if isinstance(at.ppv, Unknown):
        return [language("Nobody is on the list, so there is nothing to find.")]
    of_list = language(
        "Within {months} months {events} of the {listed} on the list had the outcome “{outcome}”: {ppv}, against"
        " {prevalence} of all.",
        months=months,
        events=language.number(at.listed_events),
        listed=language.number(at.listed),
        outcome=outcome,
        ppv=words.share(at.ppv, language),
        prevalence=language.percent(at.events / at.persons),
    )
    if isinstance(at.sensitivity, Unknown):
        return [of_list]
    of_all = language(
        "The list found {sensitivity} of the {events} who had it; {missed} were not on the list.",
        sensitivity=words.share(at.sensitivity, language),
        events=language.number(at.events),
        missed=language.number(at.events - at.listed_events),
    )
    return [f"{of_list} {of_all}"]


def versus_regression(comparison: Comparison | Unknown, language: Language, titles: dict[str, str]) -> str:
    """Whether a regression on the same items would do better, and by how much."""
    if isinstance(comparison, Unknown):
        why = language.reason(comparison, titles)
        return language("What the points cost against a regression cannot be said: {why}.", why=why)
    difference, points, regression = comparison.difference, comparison.points_list, comparison.regression_list
    if isinstance(difference, Unknown) or isinstance(points, Unknown) or isinstance(regression, Unknown):
        why = next(language.reason(u, titles) for u in (difference, points, regression) if isinstance(u, Unknown))
        return language("What the points cost against a regression cannot be said: {why}.", why=why)
    if difference.low > 0:
        verdict = language("A logistic regression on the same items orders the citizens better than the points do")
    elif difference.high < 0:
        verdict = language("The points order the citizens better than a logistic regression on the same items does")
    else:
        verdict = language(
            "A logistic regression on the same items orders the citizens neither better nor worse, beyond chance"
        )
    figures = language(
        "AUC {regression} against {points}, difference {difference}.",
        regression=_auc(comparison.auc_regression, language),
        points=_auc(comparison.auc_points, language),
        difference=words.difference(difference, language),
    )
    same_list = language(
        "A list of the same length drawn by the regression would have found {regression} persons with the outcome"
        " instead of {points}.",
        regression=words.whole(regression.found, language),
        points=words.whole(points.found, language),
    )
    return f"{verdict}: {figures} {same_list}"


def amounts(result: Amounts, language: Language) -> str:
    """How much of the total falls on the list."""
    if isinstance(result.listed_share, Unknown) or not result.listed:
        return language("It cannot be said how much of the amount falls on the list.")
    return language(
        "The {listed} on the list are {listed_share} of all and account for {share} of the total. On average they had"
        " {mean_listed}, the others {mean_others}.",
        listed=language.number(result.listed),
        listed_share=language.percent(result.listed / result.persons),
        share=words.share(result.listed_share, language),
        mean_listed=words.money(result.mean_listed, language),
        mean_others=words.money(result.mean_others, language),
    )


def _auc(figure: Estimate | Unknown, language: Language) -> str:
    return words.NONE if isinstance(figure, Unknown) else language.number(figure.value, 3)
