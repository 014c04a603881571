"""Was it carried out? A chapter of its own, because good implementation is no effect (001 R-EVAL-14)."""

from __future__ import annotations

from collections.abc import Mapping

from samspil.evaluation.figures import Share, Unknown
from samspil.evaluation.implementation.chapter import PracticeAdoption
from samspil.population.funnel import Spread
from samspil.reports import words
from samspil.reports.document import Block, Column, Paragraph, Section, Table, table
from samspil.reports.evaluation.in_words import Teller


def carried_out(teller: Teller) -> Section:
    """Reach, adoption, fidelity, deadlines, lists, notes, involvement and meetings."""
    language = teller.language
    text = language(
        "This chapter says whether the programme was carried out, and nothing of whether it helped. A programme can be"
        " carried out well without results, and the other way round."
    )
    blocks = (Paragraph(text, "warning"), _main(teller))
    sections = [_received(teller), *_variation(teller), *_practices(teller)]
    return Section("carried-out", language("Was it carried out?"), blocks, tuple(sections))


def _row(title: str, figure: Share | Unknown, teller: Teller, persons: bool = True) -> tuple[str, ...]:
    """A share with what it is a part of. Practices are no persons, and are shown however few they are."""
    if isinstance(figure, Unknown):
        return title, words.NONE, teller.not_measured(figure)
    if persons:
        return title, teller.cells.of(figure), teller.cells.share(figure)
    language = teller.language
    part, whole = language.number(figure.numerator), language.number(figure.denominator)
    return title, language("{part} of {whole}", part=part, whole=whole), words.share(figure, language, 0)


def _headings(first: str, teller: Teller) -> tuple[Column, ...]:
    language = teller.language
    numbers = Column(language("Number"), numeric=True)
    return Column(first), numbers, Column(language("Share (95% interval)"))


def _main(teller: Teller) -> Table:
    language, found = teller.language, teller.result.implementation
    involved = {
        "opened_by_citizen": language("Courses where the citizen opened the plan"),
        "goal_by_citizen": language("Courses with a goal of the citizen's own"),
        "relative_took_part": language("Courses where a relative took part"),
    }
    stages = {
        "trained": language("Practices that are trained"),
        "used": language("Practices that have used it"),
        "active": language("Practices that were active in the days of the study"),
    }
    rows = [
        _row(language("Enrolled of those who could have been (reach)"), found.reach, teller),
        _row(language("Practices with a course (adoption)"), found.adoption, teller, persons=False),
        *(_row(stages[name], each, teller, persons=False) for name, each in found.stages.items() if name in stages),
        _row(language("Courses of the practice with most (concentration)"), found.concentration, teller),
        _row(language("Services begun by the day promised"), found.deadlines, teller),
        *(
            _row(language("– of these: {sector}", sector=teller.names.sector(sector)), each, teller)
            for sector, each in found.deadlines_by_sector.items()
        ),
        _row(language("Names on the lists that were to be invited (precision)"), found.precision, teller),
        _row(language("Notes with a reader"), found.notes_read, teller),
        *(_row(involved.get(kind, kind.replace("_", " ")), each, teller) for kind, each in found.involvement.items()),
        *_meetings(teller),
    ]
    return Table(language("How it was carried out"), _headings(language("What"), teller), tuple(rows))


def _meetings(teller: Teller) -> list[tuple[str, ...]]:
    language, found = teller.language, teller.result.implementation
    if not found.meetings:
        return [(language("Cross-sector meetings"), words.NONE, teller.not_measured())]
    held, cases = found.meetings.get("held"), found.meetings.get("cases")
    rows = [
        (language("Cross-sector meetings held"), words.NONE if held is None else language.number(held), ""),
        (language("Cases taken up there"), words.NONE if cases is None else teller.cells.count(cases), ""),
    ]
    attained = found.cases_attained
    shown = teller.not_measured(attained) if isinstance(attained, Unknown) else language.percent(attained, 0)
    return [*rows, (language("Cases beside those expected"), words.NONE, shown)]


def _received(teller: Teller) -> Section:
    language, found = teller.language, teller.result.implementation
    rows = [_row(teller.names.component(name), figure, teller) for name, figure in found.fidelity.items()]
    blocks: list[Block] = []
    if rows:
        caption = language("Courses that received each part of the programme (fidelity)")
        blocks.append(Table(caption, _headings(language("Part"), teller), tuple(rows)))
    exposure = teller.cells.parts({str(number): courses for number, courses in found.exposure.items()})
    if exposure:
        headings = (language("Services received"), language("Courses"))
        blocks.append(table(language("How much courses received (dose)"), headings, list(exposure.items())))
    if not blocks:
        blocks.append(Paragraph(language("What courses received is not measured."), "warning"))
    return Section("received", language("What courses received"), tuple(blocks))


def _variation(teller: Teller) -> list[Section]:
    language, found = teller.language, teller.result.implementation.variation
    if not found:
        return []
    rows = [(_varies(name, teller), *_spread(each, teller)) for name, each in _known(found).items()]
    few = [_varies(name, teller) for name in found if name not in _known(found)]
    headings = (
        language("What"),
        language("Practices"),
        language("Lowest"),
        language("Median"),
        language("Highest"),
        language("More than chance"),
    )
    note = language(
        "“More than chance” is how many times practices differ more than they would by chance: 1 is chance alone."
    )
    blocks: list[Block] = []
    if rows:
        blocks.append(table(language("How practices differ"), headings, rows, note))
    if few:
        text = language("Too few practices to say how they differ: {what}.", what=", ".join(few))
        blocks.append(Paragraph(text, "note"))
    return [Section("variation", language("Is it done alike everywhere?"), tuple(blocks))]


def _known(found: Mapping[str, Spread]) -> dict[str, Spread]:
    return {name: each for name, each in found.items() if each.quartiles is not None}


def _varies(name: str, teller: Teller) -> str:
    if name == "deadlines":
        return teller.language("Services begun by the day promised")
    return teller.names.component(name)


def _spread(each: Spread, teller: Teller) -> tuple[str, ...]:
    language = teller.language

    def share(value: float | None) -> str:
        return words.NONE if value is None else language.percent(value, 0)

    middle = None if each.quartiles is None else each.quartiles[1]
    more = words.NONE if each.overdispersion is None else language.number(each.overdispersion, 1)
    return language.number(each.units), share(each.least), share(middle), share(each.most), more


def _practices(teller: Teller) -> list[Section]:
    """Practices by number, and not by how well they do."""
    language, practices = teller.language, teller.result.implementation.practices
    if not practices:
        return []
    rows = [_practice(each, teller) for each in practices]
    headings = (
        Column(language("Practice")),
        Column(language("Trained")),
        Column(language("Active")),
        Column(language("Courses"), numeric=True),
        Column(language("Names judged"), numeric=True),
        Column(language("Services asked for"), numeric=True),
        Column(language("Begun by the day promised"), numeric=True),
    )
    note = language("Practices stand by their number. Practices do not have the same patients, and are not ranked.")
    shown = Table(language("Practice by practice"), headings, tuple(rows), note)
    return [Section("practices", language("The practices"), (shown,))]


def _practice(each: PracticeAdoption, teller: Teller) -> tuple[str, ...]:
    language, cells = teller.language, teller.cells
    said = {True: language("yes"), False: language("no"), None: words.NONE}

    def count(number: int | None) -> str:
        return teller.not_measured() if number is None else cells.count(number)

    kept = words.NONE if isinstance(each.kept, Unknown) else cells.share(each.kept)
    return (
        each.provider_number,
        said[each.trained],
        said[each.active],
        count(each.courses),
        count(each.reviewed),
        count(each.services),
        kept,
    )
