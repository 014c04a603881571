"""The report of a validation: does the model find the right people? Danish or English, HTML or Markdown.

The same validation, card, day and language always give the same bytes.
"""

from __future__ import annotations

import datetime as dt

from samspil.evaluation.costs import Amounts
from samspil.evaluation.figures import Unknown
from samspil.evaluation.model_card import ModelCard
from samspil.evaluation.validation import OutcomeResult, Validation
from samspil.reports import answers, charts, markdown, words
from samspil.reports.card_sections import basis_section, card_section, source_titles
from samspil.reports.document import Block, Bullets, Document, Figure, Paragraph, Row, Section, table
from samspil.reports.event_sections import main_figures, score_figures, subgroup_section
from samspil.reports.item_sections import item_section, regression_section
from samspil.reports.language import Code, Language
from samspil.reports.page import document_page


def to_html(validation: Validation, card: ModelCard, language: Code, report_date: dt.date) -> str:
    """The report as one HTML file that needs nothing else."""
    spoken = Language(language)
    return document_page(document(validation, card, spoken, report_date), spoken)


def to_markdown(validation: Validation, card: ModelCard, language: Code, report_date: dt.date) -> str:
    """The report as Markdown, with the numbers of each chart in place of the chart."""
    return markdown.to_markdown(document(validation, card, Language(language), report_date))


def document(validation: Validation, card: ModelCard, language: Language, report_date: dt.date) -> Document:
    """The answer first, then what it rests on, each outcome, the model card, and how it was done."""
    titles = source_titles(card, language)
    main = validation.main
    ordered = [main, *(found for found in validation.outcomes if found is not main)]
    return Document(
        title=language("Does the model find the right people?"),
        subtitle=language(
            "{model}. Criteria: {version}. List of {as_of}, outcomes until {until}. Report of {report}.",
            model=language.text(card.model.title),
            version=language.text(card.model.version_in_words),
            as_of=language.date(validation.as_of),
            until=language.date(validation.horizon_ends),
            report=language.date(report_date),
        ),
        sections=(
            Section("answer", language("The answer"), answers.answer(validation, language, titles)),
            basis_section(validation, card, report_date, language),
            *(_outcome(found, validation, language, titles) for found in ordered),
            card_section(card, validation, language),
            Section("method", language("How it was done"), (Bullets(_method(validation, language)),)),
        ),
    )


def _outcome(found: OutcomeResult, validation: Validation, language: Language, titles: dict[str, str]) -> Section:
    name, title = f"outcome-{found.outcome.outcome}", language.text(found.outcome.title)
    blocks: list[Block] = [Paragraph(language.text(found.outcome.why))]
    if found.outcome.note is not None:
        blocks.append(Paragraph(language.text(found.outcome.note), "note"))
    if isinstance(found.result, Unknown):
        why = language.reason(found.result, titles)
        blocks.append(Paragraph(language("Cannot be assessed: {why}.", why=why), "warning"))
        return Section(name, title, tuple(blocks))
    if isinstance(found.result, Amounts):
        return Section(name, title, (*blocks, *_amounts(found.result, name, language)))
    result = found.result
    at = result.accuracy.at_threshold
    if not at.persons:
        return Section(name, title, (*blocks, Paragraph(language("Nobody could be listed."), "warning")))
    if found is not validation.main:
        blocks += [Paragraph(sentence) for sentence in answers.found(at, title.lower(), validation, language)]
    blocks.append(main_figures(result.accuracy, language))
    if not at.events:
        blocks.append(Paragraph(language("Nobody had the outcome, so there is nothing more to show."), "note"))
        return Section(name, title, tuple(blocks))
    blocks.append(score_figures(result, name, validation.few, language))
    sections = (
        item_section(validation, result.contributions, name, language),
        regression_section(validation, result.comparison, name, language, titles),
        subgroup_section(validation, result.accuracy, name, language),
    )
    return Section(name, title, tuple(blocks), sections)


def _amounts(result: Amounts, name: str, language: Language) -> list[Block]:
    rows = [
        (language("Total"), language.money(result.total)),
        (language("Of this on the list"), language.money(result.listed_total)),
        (language("Share of the total borne by the list"), words.share(result.listed_share, language)),
        (language("Mean per citizen on the list"), words.money(result.mean_listed, language)),
        (language("Mean per citizen not on the list"), words.money(result.mean_others, language)),
        (language("Difference of means"), words.money(result.difference, language)),
        (language("Rank correlation of score and amount"), words.number(result.correlation, language, 3)),
    ]
    note = language("Intervals of means are normal: right for large groups, though single amounts are very skewed.")
    headings = (language("Figure"), language("Value (95% interval)"))
    blocks: list[Block] = [
        Paragraph(answers.amounts(result, language)),
        table(language("Amounts after the date of the list"), headings, rows, note),
    ]
    known = [row for row in result.by_score if not isinstance(row.mean, Unknown)]
    if known:
        drawn = [
            {
                "score": str(row.score),
                "value": row.mean.value,
                "low": row.mean.low,
                "high": row.mean.high,
                "listed": row.listed > 0,
            }
            for row in known
            if not isinstance(row.mean, Unknown)
        ]
        drawing = charts.money_by_score(drawn, float(result.total) / result.persons, language, f"{name}-score")
        numbers = [
            (str(row.score), language.number(row.persons), words.money(row.mean, language))
            if row in known
            else (str(row.score), language("too few"), words.NONE)
            for row in result.by_score
        ]
        shown = table(drawing.title, (language("Score"), language("Persons"), language("Mean (95% interval)")), numbers)
        blocks.append(Row((Figure(f"{name}-score", drawing.title, drawing.description, drawing.svg, shown),)))
    return blocks


def _method(validation: Validation, language: Language) -> tuple[str, ...]:
    before = language.date(validation.horizon.before(validation.as_of))
    as_of = language.date(validation.as_of)
    return (
        language(
            "Validated are those whom the model could list on {as_of}: eligible and not excluded. Outcomes are those"
            " from the day after until {until}, both included. Nothing after the date of the list enters the score.",
            as_of=as_of,
            until=language.date(validation.horizon_ends),
        ),
        language(
            "Who died or emigrated within the horizon is counted as the data have it: without the outcome, if it had"
            " not come before."
        ),
        language(
            "Intervals are 95%. Shares: Wilson 1927 (Newcombe 1998). AUC and its differences: DeLong 1988, paired on"
            " the same citizens. Lift: delta method on the log scale. Rank correlation: Bonett and Wright 2000. Nothing"
            " is corrected for the number of comparisons."
        ),
        language(
            "The regression is a plain logistic regression on the levels and bands of the same items, a missing value"
            " being a level of its own. It was trained on the citizens of {before} with outcomes until {as_of}, and"
            " tested on those of {as_of}; many are the same persons. A ridge so weak (C = 100) that only"
            " levels where all or none had the outcome feel it keeps its coefficients finite.",
            before=before,
            as_of=as_of,
        ),
        language(
            "Both dates are scored with the model as in force on {as_of} and with the data as delivered now. Civil"
            " status and household are known as they are today: who has moved in with somebody or been left alone since"
            " then is missing on the earlier dates, so that the level “missing” knows a little of what came later.",
            as_of=as_of,
        ),
        language(
            "The funnel's limits are binomial around the overall share (Spiegelhalter 2005). They say what chance does"
            " to practices with the same patients, and practices do not have the same patients."
        ),
        language(
            "Groups that would speak of fewer than {few} persons with the outcome are not shown, nor a group they could"
            " be found by. Figures of everybody together are shown as they are.",
            few=validation.few,
        ),
    )
