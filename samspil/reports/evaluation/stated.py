"""What people say, and what others have printed: each with its type, and never added to what was measured."""

from __future__ import annotations

from samspil.evaluation.figures import Unknown
from samspil.evaluation.implementation.results import Change, PublishedChange, ResultType, Stated
from samspil.reports import words
from samspil.reports.document import Block, Column, Paragraph, Section, Table
from samspil.reports.evaluation.in_words import Teller


def stated(teller: Teller) -> Section:
    """Improved, unchanged and worsened always together, with how many answered (001 R-EVAL-11)."""
    language, results = teller.language, teller.result.stated
    title = language("What people say")
    if not results:
        text = language("Not measured: nobody was asked, or no answer was delivered.")
        return Section("stated", title, (Paragraph(text, "warning"),))
    text = language(
        "What somebody perceives is a finding of its own. It is not what was measured, and no effect: those who answer"
        " are often those who are content, and many get better by themselves."
    )
    blocks: list[Block] = [Paragraph(text, "warning")]
    if any(each.preliminary for each in results):
        blocks.append(Paragraph(language("Some results are preliminary. They may change."), "warning"))
    changes = [each for each in results if each.change is not None or each.published is not None]
    if changes:
        blocks.append(_changes(changes, teller))
    others = [each for each in results if each.change is None and each.published is None]
    if others:
        blocks.append(_others(others, teller))
    return Section("stated", title, tuple(blocks))


def _changes(results: list[Stated], teller: Teller) -> Table:
    language = teller.language
    headings = (
        Column(language("Question")),
        Column(language("Said by")),
        Column(language("Type")),
        Column(language("Improved"), numeric=True),
        Column(language("Unchanged"), numeric=True),
        Column(language("Worsened"), numeric=True),
        Column(language("n"), numeric=True),
        Column(language("Could not say"), numeric=True),
        Column(language("Did not answer"), numeric=True),
    )
    rows = []
    for each in results:
        if each.change is not None:
            rows.append(_counted(each, each.change, teller))
        elif each.published is not None:
            rows.append(_printed(each, each.published, teller))
    note = language(
        "Asked afterwards, without anybody to compare with. n is how many could say. Shares are of n, and of those"
        " shown together: improved, unchanged and worsened add up to 100%."
    )
    return Table(language("Improved, unchanged and worsened"), headings, tuple(rows), note)


def _counted(each: Stated, change: Change, teller: Teller) -> tuple[str, ...]:
    language, cells = teller.language, teller.cells
    counts = {"improved": change.improved, "unchanged": change.unchanged, "worsened": change.worsened}
    shown = cells.parts(counts)
    shares = change.among_sayers()
    cells_ = []
    for name, count in counts.items():
        share = shares[name]
        printed = shown[name] == language.number(count)
        of_n = "" if isinstance(share, Unknown) or not printed else f" ({language.percent(share.value, 0)})"
        cells_.append(f"{shown[name]}{of_n}")
    missing = change.missing
    absent = cells.count(missing) if isinstance(missing, int) else teller.not_measured()
    cannot = cells.count(change.cannot_assess)
    return (*_who(each, change.said_by, teller), *cells_, cells.count(change.n), cannot, absent)


def _printed(each: Stated, printed: PublishedChange, teller: Teller) -> tuple[str, ...]:
    language = teller.language

    def percent(value: float | None) -> str:
        return teller.not_measured() if value is None else language.percent(value / 100, 0)

    n = teller.not_measured() if printed.n is None else teller.cells.count(printed.n)
    parts = (percent(printed.improved), percent(printed.unchanged), percent(printed.worsened))
    return (*_who(each, printed.said_by, teller), *parts, n, words.NONE, words.NONE)


def _who(each: Stated, said_by: str, teller: Teller) -> tuple[str, str, str]:
    language = teller.language
    who = {
        "citizen": language("Citizens"),
        "relative": language("Relatives"),
        "professional": language("Professionals"),
    }
    items = {
        "health": language("Health"),
        "wellbeing": language("Well-being"),
        "ability_to_act": language("Being able to act in one's own life"),
        "coordination": language("How well the sectors work together"),
    }
    return items.get(each.name, each.name.replace("_", " ")), who.get(said_by, said_by), _kind(each, teller)


def _kind(each: Stated, teller: Teller) -> str:
    language = teller.language
    kind = {
        ResultType.PERCEIVED: language("Perceived"),
        ResultType.MEASURED: language("Measured"),
        ResultType.ESTIMATED: language("Estimated"),
        ResultType.TARGET: language("Target, which is no result"),
    }[each.kind]
    return language("{kind}, preliminary", kind=kind) if each.preliminary else kind


def _others(results: list[Stated], teller: Teller) -> Table:
    language = teller.language
    headings = (
        Column(language("Result")),
        Column(language("Type")),
        Column(language("Value"), numeric=True),
        Column(language("n"), numeric=True),
        Column(language("How it was found")),
        Column(language("Source")),
    )
    rows = []
    for each in results:
        number = "" if each.value is None else language.number(each.value, 0 if each.value == int(each.value) else 1)
        value = " ".join(part for part in (number, each.unit, each.says) if part) or words.NONE
        n = teller.not_measured() if each.n is None else teller.cells.count(each.n)
        source = each.report or each.source or words.NONE
        rows.append((each.name, _kind(each, teller), value, n, each.design or words.NONE, source))
    return Table(language("Other results, each of its own type"), headings, tuple(rows))
