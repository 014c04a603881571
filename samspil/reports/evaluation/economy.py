"""What it cost, who paid, and what moved between payers. What nobody measured is said to be so, and is never zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from samspil.evaluation.economy.accounts import Amount, CourseCost, LedgerLine, total
from samspil.evaluation.economy.ledger import CONSUMPTION
from samspil.evaluation.economy.net import Standing, standing
from samspil.evaluation.economy.savings import STATUSES
from samspil.evaluation.economy.shifts import NEW, RELEASED
from samspil.evaluation.figures import Estimate, Unknown
from samspil.reports import evaluation_charts as charts
from samspil.reports import words
from samspil.reports.document import Block, Column, Fact, Facts, Figure, Paragraph, Row, Section, Table, table
from samspil.reports.evaluation.in_words import Teller, said


def economy(teller: Teller) -> Section:
    """Courses, ledger, shifts, net result and savings."""
    language = teller.language
    sections = (_net(teller), _courses(teller), _ledger(teller), _shifts(teller), _savings(teller))
    text = language("All amounts are in DKK. “Not measured” is not zero: nobody wrote it down, or it has no price.")
    return Section("economy", language("What did it cost, and who paid?"), (Paragraph(text, "note"),), sections)


def _amount(amount: Amount, teller: Teller) -> str:
    return teller.not_measured() if amount is None else teller.language.money(amount)


def _estimate(figure: Estimate | Unknown, teller: Teller) -> str:
    if isinstance(figure, Unknown):
        return teller.not_measured(figure)
    language = teller.language
    low, high = language.signed(figure.low), language.signed(figure.high)
    return f"{language.money(figure.value)} ({language('{low} to {high}', low=low, high=high)})"


def _net(teller: Teller) -> Section:
    language, economy = teller.language, teller.result.economy
    net = economy.net_per_course
    neutral = language.money(economy.neutral)
    sentence = {
        Standing.DEARER: language("A course cost more than it may ({neutral}).", neutral=neutral),
        Standing.WITHIN: language("A course cost no more than it may ({neutral}).", neutral=neutral),
        Standing.UNDETERMINED: language(
            "Whether a course cost more than it may ({neutral}) is undetermined.", neutral=neutral
        ),
        Standing.UNKNOWN: language("Whether a course cost more than it may ({neutral}) is not known.", neutral=neutral),
    }[standing(net, economy.neutral)]
    if teller.held_back is not None and not isinstance(net, Unknown):
        sentence = said(teller.held_back, "either", teller)
    own = next((each for each in economy.courses if each.arm == teller.result.study.arm), None)
    overhead = language("none") if economy.overhead is None else language.percent(float(economy.overhead), 0)
    facts = Facts(
        (
            Fact(language("Running a course costs"), _amount(None if own is None else own.running, teller)),
            Fact(language("Citizens used more, per course and year"), _estimate(economy.excess_per_course, teller)),
            Fact(language("Net per course (negative is a cost)"), _estimate(net, teller)),
            Fact(language("Running cost per citizen and year"), _amount(economy.per_citizen_year, teller)),
            Fact(language("Overhead in it"), overhead),
        )
    )
    blocks: list[Block] = [Paragraph(sentence, "lead"), *_warning(teller), facts]
    if not isinstance(net, Unknown):
        label = language("Net per course")
        drawing = charts.intervals(
            [{"label": label, "value": net.value, "low": net.low, "high": net.high}],
            -float(economy.neutral),
            language("Net per course beside the cost-neutral line"),
            language("DKK per course, first year"),
            language(
                "The dot is the estimate with its 95% interval. To the left of the dashed line it costs more than it"
                " may."
            ),
            language,
            "net",
        )
        row = [(label, *(language.money(each) for each in (net.value, net.low, net.high)))]
        headings = (language("Figure"), language("Estimate"), language("Lower end"), language("Upper end"))
        numbers = table(drawing.title, headings, row)
        blocks.append(Row((Figure("net", drawing.title, drawing.description, drawing.svg, numbers),)))
    if economy.counted:
        sectors = ", ".join(teller.names.sector(each) for each in economy.counted)
        text = language(
            "Counted is what citizens used of: {sectors}. What they used of others is not.", sectors=sectors
        )
        blocks.append(Paragraph(text, "note"))
    text = language(
        "The interval is that of what citizens used. The cost of the programme is an account, and no estimate."
    )
    blocks.append(Paragraph(text, "note"))
    return Section("net-result", language("What is left of a course"), tuple(blocks))


def _warning(teller: Teller) -> list[Block]:
    if not teller.result.overridden:
        return []
    text = teller.language("Those compared are not alike enough: this may not be an effect at all.")
    return [Paragraph(text, "warning")]


def _courses(teller: Teller) -> Section:
    language = teller.language
    lines: tuple[tuple[str, Callable[[CourseCost], Amount]], ...] = (
        (language("Team meetings"), lambda each: each.team_meetings),
        (language("Services"), lambda each: each.services),
        (language("Operation"), lambda each: each.operation),
        (language("Running, in all"), lambda each: each.running),
        (language("Own development and implementation"), lambda each: each.own_development),
        (language("Shared development, equal between arms"), lambda each: each.shared_equally),
        (language("Shared development, by courses started"), lambda each: each.shared_by_courses),
        (language("In all, shared equally between arms"), lambda each: each.whole_equally),
        (language("In all, shared by courses started"), lambda each: each.whole_by_courses),
    )
    courses = teller.result.economy.courses
    number = (language("Courses started"), *(teller.cells.count(each.courses) for each in courses))
    rows = [number, *((title, *(_amount(of(each), teller) for each in courses)) for title, of in lines)]
    headings = (language("DKK per course started"), *(_arm(each, teller) for each in courses))
    note = language(
        "Development and implementation stand apart from running it. What all arms had together is divided in two ways,"
        " because it can be: the same to each arm, or the same to each course."
    )
    shown = table(language("What a course cost"), headings, rows, note)
    strong = Table(shown.caption, shown.columns, shown.rows, shown.note, strong=(4, 8, 9))
    blocks: list[Block] = [strong]
    lacking = [
        language(
            "{arm}: {number} of {kind} have no cost, and no account paid for them.",
            arm=_arm(each, teller),
            number=language.number(count),
            kind=_kind(kind, teller).lower(),
        )
        for each in courses
        for kind, count in each.lacking.items()
    ]
    blocks += [Paragraph(text, "note") for text in lacking]
    return Section("courses", language("What a course costs"), tuple(blocks))


def _arm(each: CourseCost, teller: Teller) -> str:
    own = each.arm == teller.result.study.arm
    return teller.language("{arm} (this study)", arm=each.arm.upper()) if own else each.arm.upper()


def _kind(kind: str, teller: Teller) -> str:
    language = teller.language
    return {
        "development": language("Development"),
        "implementation": language("Implementation"),
        "team_meetings": language("Team meetings"),
        "services": language("Services"),
        "operation": language("Operation"),
        CONSUMPTION: language("What citizens used more"),
    }.get(kind, kind.replace("_", " "))


def _ledger(teller: Teller) -> Section:
    language, lines = teller.language, teller.result.economy.ledger
    payers = list(dict.fromkeys(line.payer for line in lines))
    kinds = list(dict.fromkeys(line.kind for line in lines))
    found = {(line.kind, line.payer): line for line in lines}
    rows = [
        (
            _kind(kind, teller),
            *(_cell(found.get((kind, payer)), teller) for payer in payers),
            _sum(lines, teller, kind=kind),
        )
        for kind in kinds
    ]
    if rows:
        every = (*(_sum(lines, teller, payer=payer) for payer in payers), _sum(lines, teller))
        rows.append((language("In all"), *every))
    headings = (language("Kind"), *(teller.names.payer(payer) for payer in payers), language("In all"))
    note = language(
        "What all started courses of this arm cost until the analysis date, and what citizens used more of in a year"
        " if all changed as those of the study did. Where some of it is not measured, “at least” is what is known."
    )
    if not rows:
        text = language("Who paid is not measured.")
        return Section("ledger", language("Who paid"), (Paragraph(text, "warning"),))
    shown = table(language("Account by payer"), headings, rows, note)
    strong = Table(shown.caption, shown.columns, shown.rows, shown.note, strong=(len(rows) - 1,))
    return Section("ledger", language("Who paid"), (strong,))


def _cell(line: LedgerLine | None, teller: Teller) -> str:
    if line is None:
        return words.NONE
    if line.amount is None and line.measured:
        return teller.language("at least {amount}", amount=teller.language.money(line.measured))
    return _amount(line.amount, teller)


def _sum(lines: tuple[LedgerLine, ...], teller: Teller, kind: str | None = None, payer: str | None = None) -> str:
    chosen = [each for each in lines if kind in (None, each.kind) and payer in (None, each.payer)]
    amount = total([each.amount for each in chosen])
    if amount is not None:
        return teller.language.money(amount)
    measured = sum((each.measured if each.amount is None else each.amount for each in chosen), Decimal(0))
    # With what is not measured the whole may be less as well, where citizens used less.
    if measured and all(each.kind != CONSUMPTION for each in chosen if each.amount is None):
        return teller.language("at least {amount}", amount=teller.language.money(measured))
    return teller.not_measured()


def _shifts(teller: Teller) -> Section:
    language, economy = teller.language, teller.result.economy
    title = language("What moved between sectors")
    if not economy.shifts:
        return Section(
            "shifts", title, (Paragraph(language("What citizens used is not measured by sector."), "warning"),)
        )
    rows = [
        (teller.names.sector(each.sector), teller.names.payer(each.payer), _estimate(each.per_course, teller))
        for each in economy.shifts
    ]
    headings = (
        Column(language("Sector")),
        Column(language("Payer")),
        Column(language("Used more, per course and year (95% interval)"), numeric=True),
    )
    caption = language("More or less used by those enrolled than those compared lead one to expect")
    blocks: list[Block] = [*_warning(teller), Table(caption, headings, tuple(rows))]
    drawn = [
        {"label": teller.names.sector(each.sector), "value": each.per_course.value, "low": each.per_course.low,
         "high": each.per_course.high}
        for each in economy.shifts
        if not isinstance(each.per_course, Unknown)
    ]  # fmt: skip
    if drawn:
        drawing = charts.intervals(
            drawn,
            0.0,
            language("More or less used, by sector"),
            language("DKK per course and year"),
            language("To the right of the dashed line more was used, to the left less. Lines are 95% intervals."),
            language,
            "shifts",
        )
        numbers = table(drawing.title, (headings[0].title, headings[2].title), [(row[0], row[2]) for row in rows])
        blocks.append(Row((Figure("shifts", drawing.title, drawing.description, drawing.svg, numbers),)))
    if economy.sector_matrix:
        blocks.append(
            _matrix(economy.sector_matrix, language("From sector to sector, DKK per course and year"), teller)
        )
    if economy.shift_matrix:
        blocks.append(
            _matrix(economy.shift_matrix, language("From payer to payer, DKK per course and year"), teller, True)
        )
    return Section("shifts", title, tuple(blocks))


def _matrix(matrix: Mapping[tuple[str, str], Decimal], caption: str, teller: Teller, payers: bool = False) -> Table:
    """From below each other, to beside each other."""
    language = teller.language
    special = {NEW: language("New, from nobody"), RELEASED: language("Released, to nobody")}

    def name(of: str) -> str:
        return special.get(of) or (teller.names.payer(of) if payers else teller.names.sector(of))

    givers = list(dict.fromkeys(giver for giver, _ in matrix))
    takers = list(dict.fromkeys(taker for _, taker in matrix))
    rows = [
        (
            name(giver),
            *(language.number(matrix[giver, taker]) if (giver, taker) in matrix else words.NONE for taker in takers),
        )
        for giver in givers
    ]
    headings = (language("From"), *(language("To: {name}", name=name(taker)) for taker in takers))
    note = language("Made of the estimates above without their intervals: much of it may be chance.")
    return table(caption, headings, rows, note)


def _savings(teller: Teller) -> Section:
    language, savings = teller.language, teller.result.economy.savings
    statuses = {
        "estimated": language("Estimated: from an effect alone"),
        "released": language("Released: capacity was closed"),
        "reallocated": language("Reallocated: capacity does something else now"),
    }
    title = language("Savings, by how real they are")
    if not savings:
        text = language("No saving is estimated, and nobody states one.")
        return Section("savings", title, (Paragraph(text),))
    rows = [
        (statuses[status], teller.names.payer(each.payer), language.money(each.amount), each.source)
        for status in STATUSES
        for each in savings
        if each.status == status
    ]
    headings = (
        Column(language("Status")),
        Column(language("Payer")),
        Column(language("Amount"), numeric=True),
        Column(language("Source")),
    )
    note = language("They are never added: the same krone may be estimated first, released then and reallocated last.")
    return Section("savings", title, (Table(title, headings, tuple(rows), note),))
