"""The model card, and what a report was made from: model, switches, data and people."""

from __future__ import annotations

import datetime as dt

from samspil.evaluation.costs import Amounts
from samspil.evaluation.figures import Unknown
from samspil.evaluation.model_card import DatedRule, ModelCard
from samspil.evaluation.validation import Validation
from samspil.programmes.schema import Item
from samspil.reports import words
from samspil.reports.document import Block, Bullets, Column, Fact, Facts, Paragraph, Section, Table, table
from samspil.reports.item_sections import item_titles
from samspil.reports.language import Language


def basis_section(validation: Validation, card: ModelCard, report_date: dt.date, language: Language) -> Section:
    """What the figures rest on: dates, versions, data and people, with what is lacking."""
    facts = (
        Fact(language("Model"), f"{language.text(card.model.title)} ({card.model.model})"),
        Fact(language("Version"), language.text(card.model.version_in_words)),
        Fact(language("Date of the list"), language.date(validation.as_of)),
        Fact(language("Outcomes looked for until"), language.date(validation.horizon_ends)),
        Fact(language("Date of the report"), language.date(report_date)),
        Fact(language("Software"), card.software),
    )
    blocks = (Facts(facts), *_warnings(validation, card, language), _sources(validation, card, language))
    people = Section("people", language("Who was validated"), tuple(_people(validation, language)))
    return Section("basis", language("What the report rests on"), blocks, (people,))


def source_titles(card: ModelCard, language: Language) -> dict[str, str]:
    """What the sources are called."""
    return {source.source: language.text(source.title) for source in card.sources}


def _warnings(validation: Validation, card: ModelCard, language: Language) -> list[Block]:
    titles, items = source_titles(card, language), item_titles(validation.model, language)
    items |= {rule.exclusion: language.text(rule.title) for rule in validation.model.exclusions}
    found = [
        language("The source “{source}” is not loaded.", source=titles.get(source.source, source.source))
        for source in validation.sources
        if not source.loaded
    ]
    found += [
        language("The data of “{source}” end before the date of the list.", source=titles.get(s.source, s.source))
        for s in validation.sources
        if s.loaded and s.data_until is not None and s.data_until < validation.as_of
    ]
    found += [
        language(
            "“{part}” looks back to {needed}, but the data of “{source}” begin on {first}: it may count too little.",
            part=items[short.part],
            needed=language.date(short.needed_from),
            source=titles.get(short.source, short.source),
            first=language.date(short.data_from),
        )
        for short in validation.short_windows
    ]
    population = validation.population
    if population.missing_items:
        named = ", ".join(items[item] for item in population.missing_items)
        found.append(language("Missing for everybody: {items}.", items=named))
    if population.unchecked:
        named = ", ".join(items[rule] for rule in population.unchecked)
        found.append(language("Exclusions that could not be checked: {rules}.", rules=named))
    return [Paragraph(text, "warning") for text in found]


def _sources(validation: Validation, card: ModelCard, language: Language) -> Table:
    delivered = {source.source: source for source in card.sources}
    rows = []
    for found in validation.sources:
        source = delivered.get(found.source)
        enough = found.data_until is not None and found.data_until >= validation.horizon_ends
        reaches = language("yes") if enough else language("no")
        rows.append(
            (
                language.text(source.title) if source else found.source,
                source.owner if source else words.NONE,
                language.date(found.data_from) if found.data_from else words.NONE,
                language.date(found.data_until) if found.data_until else words.NONE,
                language.date(source.drawn_on) if source else words.NONE,
                ", ".join(source.deliveries) if source else words.NONE,
                reaches if found.for_outcomes else language("not needed"),
            )
        )
    headings = (
        language("Source"),
        language("Owner"),
        language("Data from"),
        language("Data until"),
        language("Drawn on"),
        language("Deliveries"),
        language("Reaches the end of the horizon"),
    )
    shown = tuple(Column(heading) for heading in headings)
    return Table(language("The data: sources and their versions"), shown, tuple(rows))


def _people(validation: Validation, language: Language) -> list[Block]:
    people = validation.population
    share = language.percent(people.listed / people.persons) if people.persons else words.NONE
    facts = (
        Fact(language("Citizens who could be listed"), language.number(people.persons)),
        Fact(language("On the list"), f"{language.number(people.listed)} ({share})"),
        Fact(language("Excluded by the model"), language.number(people.excluded_persons)),
        Fact(language("Lack an item or a check"), language.number(people.incomplete)),
        Fact(language("of these on the list"), language.number(people.incomplete_listed)),
        Fact(language("Emigrated within the horizon"), language.number(people.emigrated_later)),
    )
    blocks: list[Block] = [Facts(facts)]
    if people.excluded:
        titles = {rule.exclusion: language.text(rule.title) for rule in validation.model.exclusions}
        rows = [(titles[name], language.number(count)) for name, count in people.excluded.items()]
        note = language("A citizen may be excluded for several reasons.")
        blocks.append(table(language("Excluded, by reason"), (language("Reason"), language("Persons")), rows, note))
    return blocks


def card_section(card: ModelCard, validation: Validation, language: Language) -> Section:
    """The model card."""
    model = card.model
    age = model.eligible.age
    ages = {
        (True, True): language("{min}–{max} years", min=age.min, max=age.max),
        (True, False): language("{min} years and over", min=age.min),
        (False, True): language("up to {max} years", max=age.max),
        (False, False): language("all ages"),
    }[age.min is not None, age.max is not None]
    eligible = language("Active in the civil register, with a practice at the date of the list, {ages}.", ages=ages)
    target = language(
        "The target group is {points} points or more (source {source}).",
        points=model.target.at_least,
        source=model.target.source,
    )
    left_out = [language.text(band.title) for band in model.bands if not band.in_target]
    if left_out:
        target += " " + language("Left out of it: {bands}.", bands=", ".join(left_out))
    purpose = (
        Paragraph(language.text(model.why)),
        Paragraph(f"{eligible} {target}"),
        Paragraph(
            language(
                "File {file} of the programme “{programme}”; source {source}.",
                file=card.file,
                programme=language.text(card.programme),
                source=model.source,
            ),
            "note",
        ),
    )
    sections = [
        Section("card-items", language("Items and points"), (_items(model.items, language),)),
        Section("card-exclusions", language("Exclusions"), (_exclusions(card, language),)),
        Section("card-readings", language("Readings, dates and switches"), tuple(_readings(card, language))),
        Section("card-validation", language("How well it did"), (_main_figures(card, validation, language),)),
        Section("card-limits", language("Limits"), (Bullets(limits(language)),)),
    ]
    return Section("card", language("Model card"), purpose, tuple(sections))


def _main_figures(card: ModelCard, validation: Validation, language: Language) -> Table:
    """One line for each outcome: the figures that a later version of the model would be compared with."""
    headings = (
        language("Outcome"),
        language("AUC"),
        language("Positive predictive value"),
        language("Sensitivity"),
        language("Share of the total borne by the list"),
    )
    rows = []
    for found in validation.outcomes:
        title = language.text(found.outcome.title)
        if isinstance(found.result, Unknown):
            why = language.reason(found.result, source_titles(card, language))
            rows.append((f"{title}: {why}", *[words.NONE] * 4))
        elif isinstance(found.result, Amounts):
            rows.append((title, *[words.NONE] * 3, words.share(found.result.listed_share, language)))
        else:
            accuracy = found.result.accuracy
            at = accuracy.at_threshold
            shares = (words.share(at.ppv, language), words.share(at.sensitivity, language))
            rows.append((title, words.number(accuracy.auc, language, 3), *shares, words.NONE))
    caption = language(
        "Validated on {persons} citizens on {as_of}, outcomes until {until}",
        persons=language.number(validation.population.persons),
        as_of=language.date(validation.as_of),
        until=language.date(validation.horizon_ends),
    )
    return table(caption, headings, rows)


def limits(language: Language) -> tuple[str, ...]:
    """What the model is not."""
    return (
        language("The score is a sum of points that professionals agreed on. It is not a prediction of the outcome."),
        language("A human decides. Nobody is enrolled, excluded or referred by a list or a score."),
        language("Missing is not zero: a missing item gives no points, and the citizen is marked as incomplete."),
        language("Items that use special-category data are off unless a documented justification switches them on."),
        language("A model that was right on these data may be wrong elsewhere, later, or once lists are acted upon."),
    )


def _items(items: tuple[Item, ...], language: Language) -> Table:
    headings = (language("Item"), language("Points"), language("Source"), language("Use"))
    rows = tuple(
        (language.text(item.title), _points(item, language), item.source, _use(item, language)) for item in items
    )
    shown = tuple(Column(heading) for heading in headings)
    return Table(language("Each item with its points"), shown, rows)


def _points(item: Item, language: Language) -> str:
    if item.first_of is not None and item.otherwise is not None:
        says = item.says[language.code]
        levels = [(rung.level, rung.points) for rung in item.first_of]
        levels.append((item.otherwise.level, item.otherwise.points))
        return "; ".join(f"{says[level]}: {points}" for level, points in levels)
    if item.levels is not None:
        says = item.says[language.code]
        return "; ".join(f"{says[level]}: {points}" for level, points in item.levels.items())
    bands = [language("from {value}: {points}", value=f"{b.at_least:g}", points=b.points) for b in item.bands or ()]
    return "; ".join(bands)


def _use(item: Item, language: Language) -> str:
    used = language("on") if item.enabled else language("off")
    if item.special_category:
        used += ". " + language("Special category of personal data: {why}", why=item.special_category)
    return used


def _exclusions(card: ModelCard, language: Language) -> Block:
    if not card.model.exclusions:
        return Paragraph(language("The source prints no exclusions, and the model has none."))
    headings = (language("Exclusion"), language("Source"), language("Use"), language("Note"))
    rows = tuple(
        (language.text(rule.title), rule.source, language("on") if rule.enabled else language("off"), rule.note or "")
        for rule in card.model.exclusions
    )
    return Table(language("Who is left out"), tuple(Column(heading) for heading in headings), rows)


def _readings(card: ModelCard, language: Language) -> list[Block]:
    blocks: list[Block] = []
    questions = tuple(
        (name, question.printed, question.reading, question.lines)
        for name, question in card.model.open_questions.items()
    )
    if questions:
        headings = (
            language("Question"),
            language("What the source prints"),
            language("The reading in force"),
            language("Source"),
        )
        caption = language("Where the source can be read in more than one way")
        blocks.append(Table(caption, tuple(Column(heading) for heading in headings), questions))
    if card.dated_rules:
        blocks.append(_dated(card.dated_rules, language))
    if card.switches:
        blocks.append(
            Bullets(tuple(f"{switch}: {switch.because}" if switch.because else str(switch) for switch in card.switches))
        )
    else:
        blocks.append(Paragraph(language("No switch was set: the model is as its file has it.")))
    return blocks


def _dated(rules: tuple[DatedRule, ...], language: Language) -> Table:
    headings = (language("Value"), language("Is"), language("From"), language("Until"), language("In force"))
    rows = tuple(
        (
            rule.place,
            rule.value,
            language.date(rule.from_) if rule.from_ else words.NONE,
            language.date(rule.until) if rule.until else words.NONE,
            language("yes") if rule.in_force else language("no"),
        )
        for rule in rules
    )
    return Table(language("Values that change with time"), tuple(Column(heading) for heading in headings), rows)
