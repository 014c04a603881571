"""The answer first: what may be said of each outcome, per aim and payer, and what must be known first."""

from __future__ import annotations

from collections import Counter
from typing import get_args

from samspil.evaluation.economy.net import Standing, standing
from samspil.evaluation.effects.estimate import Effect, Limit, Verdict
from samspil.evaluation.figures import Unknown
from samspil.evaluation.study_result import EventFindings, OutcomeFindings
from samspil.programmes.study import Aim
from samspil.reports import words
from samspil.reports.document import Block, Bullets, Column, Fact, Facts, Paragraph, Section, Table, table
from samspil.reports.evaluation.in_words import Teller, digits, finding, said
from samspil.reports.evaluation.shown import withheld

AIMS: tuple[Aim, ...] = get_args(Aim)


def answer(teller: Teller) -> Section:
    """The first chapter, which many will read alone."""
    language, result = teller.language, teller.result
    blocks: list[Block] = [*_on_top(teller), Paragraph(language.text(result.study.question)), *_in_all(teller)]
    # Told in the answer itself: R-EVAL-4 of report 000 asks for it in every report of an effect.
    blocks.append(Paragraph(language(Limit.UNOBSERVED.value), "warning"))
    blocks.append(_facts(teller))
    sections = [*(_aim(aim, teller) for aim in AIMS), _side_by_side(teller)]
    if any(found.truth is not None for found in result.outcomes):
        sections.append(_truth(teller))
    return Section("answer", language("The answer"), tuple(blocks), tuple(sections))


def _on_top(teller: Teller) -> list[Block]:
    """What a reader must know before the first figure."""
    language, result = teller.language, teller.result
    found: list[Block] = []
    if result.registration.changed_from:
        text = language(
            "This study was changed after it was first registered. It is not the study that was announced; what was"
            " registered before has the fingerprints {before}.",
            before=", ".join(each[:12] for each in result.registration.changed_from),
        )
        found.append(Paragraph(text, "warning"))
    if result.overridden:
        text = language(
            "Those compared are not alike enough. Effects are shown all the same, because somebody asked for it: they"
            " may tell of how the groups differed from the start, and not of the programme."
        )
        found.append(Paragraph(text, "warning"))
    return found


def _in_all(teller: Teller) -> list[Block]:
    language, result = teller.language, teller.result
    if withheld(result):
        titles = ", ".join(_failing(teller)[:6])
        text = language("Whether it helped cannot be told: those compared are not alike enough.")
        blocks: list[Block] = [Paragraph(text, "lead")]
        if titles:
            blocks.append(Paragraph(language("They differ in: {covariates}.", covariates=titles)))
        if result.balance.too_few:
            blocks.append(Paragraph(language("There are too few to compare with.")))
        return blocks
    verdicts = Counter(found.verdict for found in _judged(teller))
    follow_up, minimum = result.cohort.treated_follow_up, result.study.minimum
    if verdicts[Verdict.TOO_EARLY]:
        text = language(
            "It is too early to tell whether it helped: {enough} of those enrolled have been followed for"
            " {months} months or more, and at least {needed} must be. Figures are preliminary.",
            enough=language.percent(follow_up.enough, 0),
            months=language.number(result.study.windows.enough),
            needed=language.percent(minimum.with_enough, 0),
        )
        return [Paragraph(text, "lead")]
    if verdicts[Verdict.TOO_FEW]:
        text = language(
            "Whether it helped cannot be told: there are too few. A study needs at least {citizens} citizens enrolled"
            " in {practices} practices. That no effect is shown does not mean that there is none.",
            citizens=language.number(minimum.treated),
            practices=language.number(minimum.practices),
        )
        return [Paragraph(text, "lead")]
    text = language(
        "Of {all} outcomes {better} changed as hoped and {worse} against what was hoped. {changed} changed without"
        " anything being hoped for. {undetermined} are undetermined: an effect is neither shown nor excluded. That is"
        " not the same as no effect.",
        all=language.number(sum(verdicts.values())),
        better=language.number(verdicts[Verdict.BETTER]),
        worse=language.number(verdicts[Verdict.WORSE]),
        changed=language.number(verdicts[Verdict.CHANGED]),
        undetermined=language.number(verdicts[Verdict.UNDETERMINED]),
    )
    blocks = [Paragraph(text, "lead")]
    if verdicts[Verdict.UNKNOWN]:
        lacking = language("Not measured: {number}.", number=language.number(verdicts[Verdict.UNKNOWN]))
        blocks.append(Paragraph(lacking))
    moved = [found for found in result.outcomes if found.outcome.placebo and _moved(found)]
    if moved:
        titles = ", ".join(language.text(found.outcome.title) for found in moved)
        text = language(
            "An outcome that the programme cannot affect changed as well: {outcomes}. The groups may differ in"
            " something that is not seen here.",
            outcomes=titles,
        )
        blocks.append(Paragraph(text, "warning"))
    return blocks


def _judged(teller: Teller) -> list[OutcomeFindings | EventFindings]:
    return [*_outcomes(teller), *teller.result.events]


def _outcomes(teller: Teller) -> list[OutcomeFindings]:
    """The outcomes that a programme can affect."""
    return [found for found in teller.result.outcomes if not found.outcome.placebo]


def _moved(found: OutcomeFindings) -> bool:
    return found.verdict in {Verdict.CHANGED, Verdict.BETTER, Verdict.WORSE}


def _failing(teller: Teller) -> list[str]:
    titles = {each.covariate: teller.language.text(each.title) for each in teller.result.study.covariates}
    named = [titles.get(each.split("=")[0], each) for each in teller.result.balance.failing]
    return list(dict.fromkeys(named))


def _facts(teller: Teller) -> Facts:
    """What R-EVAL-4 of report 000 asks every report of an effect to print."""
    language, result, cells = teller.language, teller.result, teller.cells
    follow_up, balance = result.cohort.treated_follow_up, result.balance
    version = language(
        "{version} ({fingerprint})",
        version=result.study.version,
        fingerprint=result.registration.fingerprint[:12],
    )
    return Facts(
        (
            Fact(language("Enrolled"), cells.count(result.cohort.enrolled)),
            Fact(language("Of these in the comparison"), cells.count(balance.matched_treated)),
            Fact(language("Compared with"), cells.count(balance.matched)),
            Fact(language("Followed less than 6 months"), language.percent(follow_up.under_6_months, 0)),
            Fact(language("Followed less than 12 months"), language.percent(follow_up.under_12_months, 0)),
            Fact(language("Data until"), language.date(result.data_until)),
            Fact(language("Version of the study and its criteria"), version),
            Fact(language("Registered on"), language.date(result.registration.registered_on)),
        )
    )


def _aim(aim: Aim, teller: Teller) -> Section:
    """What was found of one aim, payer by payer. An aim that nothing measures is there, and says so (TC4-13)."""
    language = teller.language
    by_payer: dict[str, list[str]] = {}
    for found in _judged(teller):
        of = found.outcome if isinstance(found, OutcomeFindings) else found.event
        if of.aim == aim:
            payer = teller.names.payer_of(of.sector)
            by_payer.setdefault(payer, []).append(_sentence(found, teller))
    blocks: list[Block] = []
    for payer, sentences in by_payer.items():
        blocks += [Paragraph(language("{payer} pays for:", payer=payer)), Bullets(tuple(sentences))]
    if aim == "cost":
        blocks.append(Paragraph(_net(teller)))
    elif not blocks:
        blocks.append(Paragraph(language("Not measured: the study has no outcome for this aim."), "warning"))
    if aim == "cost" and not by_payer:
        blocks.insert(0, Paragraph(language("Not measured: the study has no outcome for this aim."), "warning"))
    if aim == "experience" and teller.result.stated:
        text = language("What citizens and professionals say stands in a chapter of its own. It is no effect.")
        blocks.append(Paragraph(text, "note"))
    return Section(f"aim-{aim}", teller.aim(aim), tuple(blocks))


def _sentence(found: OutcomeFindings | EventFindings, teller: Teller) -> str:
    language = teller.language
    if isinstance(found, EventFindings):
        title, direction = language.text(found.event.title), found.event.direction
        effect = found.times if isinstance(found.times, Unknown) else found.times.hazard_ratio
    else:
        title, direction, effect = language.text(found.outcome.title), found.outcome.direction, found.main
    if isinstance(effect, Unknown):
        if found.verdict == Verdict.NOT_COMPARABLE:
            return f"{title}: {teller.verdict(found.verdict)}."
        return f"{title}: {teller.not_measured(effect)}."
    if effect.treated < teller.result.few or effect.comparison < teller.result.few:
        return f"{title}: {teller.verdict(Verdict.TOO_FEW)}."
    if isinstance(found, EventFindings):
        return f"{_event(title, effect, teller)} {said(found.verdict, direction, teller)}"
    return f"{finding(found.outcome, effect, teller)} {said(found.verdict, direction, teller, found.outcome.aim)}"


def _event(title: str, effect: Effect, teller: Teller) -> str:
    language = teller.language
    return language(
        "{event}: at any time it happens {ratio} times as often among those enrolled as among those compared with.",
        event=title,
        ratio=words.number(effect.estimate, language, digits(effect)),
    )


def _net(teller: Teller) -> str:
    language, economy = teller.language, teller.result.economy
    net = economy.net_per_course
    if isinstance(net, Unknown):
        return language("What a course costs or saves in all: {why}.", why=teller.not_measured(net))
    shown = language(
        "The net result of a course in its first year is {net} (95% interval {low} to {high}): what it costs to run and"
        " what citizens used more, taken together. A negative amount is a cost.",
        net=language.money(net.value),
        low=language.signed(net.low),
        high=language.signed(net.high),
    )
    if teller.held_back is not None:
        return f"{shown} {said(teller.held_back, 'either', teller)}"
    stands = {
        Standing.DEARER: language("It cost more than it may for the programme to be cost-neutral."),
        Standing.WITHIN: language("It cost no more than it may."),
        Standing.UNDETERMINED: language("Whether it pays for itself is undetermined."),
        Standing.UNKNOWN: language("Whether it pays for itself is not known."),
    }[standing(net, economy.neutral)]
    return f"{shown} {stands}"


def _side_by_side(teller: Teller) -> Section:
    language = teller.language
    headings = (
        Column(language("Aim")),
        Column(language("Outcome")),
        Column(language("Payer")),
        Column(language("Hoped for")),
        Column(language("Effect (95% interval)")),
        Column(language("What may be said")),
    )
    rows: list[tuple[str, ...]] = []
    for aim in AIMS:
        of_aim = [_row(found, teller) for found in _judged(teller) if _aim_of(found) == aim]
        lacking = (words.NONE, words.NONE, words.NONE, words.NONE, language("not measured"))
        rows += [(teller.aim(aim), *row) for row in of_aim or [lacking]]
    caption = language("Health, experience and cost side by side")
    note = language(
        "Effects are for one citizen and year in the unit of the outcome. For what happens once, the effect is a ratio:"
        " 1 is no effect."
    )
    shown = Table(caption, headings, tuple(rows), note)
    return Section("aims", language("The three aims side by side"), (shown,))


def _aim_of(found: OutcomeFindings | EventFindings) -> Aim:
    return found.outcome.aim if isinstance(found, OutcomeFindings) else found.event.aim


def _row(found: OutcomeFindings | EventFindings, teller: Teller) -> tuple[str, ...]:
    language = teller.language
    if isinstance(found, EventFindings):
        of: object = found.times if isinstance(found.times, Unknown) else found.times.hazard_ratio
        title, sector, direction = found.event.title, found.event.sector, found.event.direction
    else:
        of, title, sector, direction = found.main, found.outcome.title, found.outcome.sector, found.outcome.direction
    effect = words.NONE if isinstance(of, Unknown) else teller.effect(of)  # type: ignore[arg-type]
    payer = teller.names.payer_of(sector)
    return language.text(title), payer, teller.hoped(direction), effect, teller.verdict(found.verdict)


def _truth(teller: Teller) -> Section:
    """The truth beside the estimates: what only a made-up programme can show."""
    language = teller.language
    rows = []
    for found in teller.result.outcomes:
        if found.truth is None:
            continue
        if isinstance(found.main, Unknown):
            shown, true, holds = words.NONE, language.signed(found.truth, 2), words.NONE
        else:
            places, estimate = digits(found.main), found.main.estimate
            shown, true = teller.effect(found.main), language.signed(found.truth, places)
            holds = language("yes") if estimate.low <= found.truth <= estimate.high else language("no")
        rows.append((language.text(found.outcome.title), shown, true, holds))
    headings = (
        language("Outcome"),
        language("Estimate (95% interval)"),
        language("True effect"),
        language("Does the interval hold it?"),
    )
    text = language("The true effect is known because the programme is made up. In a real one nobody knows it.")
    caption = language("Estimates beside the truth")
    return Section(
        "truth", language("What the true effect is"), (Paragraph(text, "warning"), table(caption, headings, rows))
    )
