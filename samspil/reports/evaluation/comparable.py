"""Are they alike? Who came into the study, for how long they were followed, and how alike the groups are."""

from __future__ import annotations

from collections.abc import Sequence

from samspil.evaluation.balance import BalanceTable, CovariateBalance
from samspil.evaluation.study_cohort import FollowUp
from samspil.population.cohorts import Step
from samspil.reports import evaluation_charts as charts
from samspil.reports import words
from samspil.reports.document import Block, Bullets, Fact, Facts, Figure, Paragraph, Row, Section, Table, columns, table
from samspil.reports.evaluation.in_words import Teller
from samspil.reports.evaluation.shown import withheld
from samspil.reports.language import Language


def comparable(teller: Teller) -> Section:
    """The first result of a study: whether there is anything to compare with."""
    language = teller.language
    return Section(
        "alike",
        language("Are those compared alike?"),
        tuple(_verdict(teller)),
        (_balance(teller), _attrition(teller), _follow_up(teller), _guards(teller)),
    )


def _verdict(teller: Teller) -> list[Block]:
    language, balance, rule = teller.language, teller.result.balance, teller.result.study.balance
    limits = language(
        "Alike means: no difference above {largest} standard deviations after matching, variances between {low} and"
        " {high} times each other, and at least {effective} to compare with, counted by weight.",
        largest=language.number(rule.largest_difference, 2),
        low=language.number(rule.variance_ratio[0], 1),
        high=language.number(rule.variance_ratio[1], 1),
        effective=language.number(rule.smallest_effective),
    )
    if balance.holds:
        text = language("Those compared are alike in everything that the study looks at.")
        return [Paragraph(text, "lead"), Paragraph(limits)]
    text = language("Those compared are not alike enough.")
    what = (
        language("No effect is shown in this report.")
        if withheld(teller.result)
        else language("Effects are shown because somebody asked for it, each with a warning.")
    )
    blocks: list[Block] = [Paragraph(f"{text} {what}", "warning"), Paragraph(limits)]
    if balance.failing:
        failing = tuple(covariate(each, teller) for each in balance.failing)
        blocks += [Paragraph(language("They differ in:")), Bullets(failing)]
    if balance.too_few:
        blocks.append(Paragraph(language("There are too few to compare with.")))
    return blocks


def _balance(teller: Teller) -> Section:
    language, balance, cells = teller.language, teller.result.balance, teller.cells
    facts = Facts(
        (
            Fact(language("Enrolled who meet the criteria"), cells.count(balance.treated)),
            Fact(language("Of these with somebody like them"), cells.count(balance.matched_treated)),
            Fact(language("Candidates (citizens times months)"), cells.count(balance.candidates)),
            Fact(language("Of these compared with"), cells.count(balance.matched)),
            Fact(language("Effective number compared with"), language.number(balance.effective)),
        )
    )
    figures = [*_love(balance, teller), *_overlap(balance, teller)]
    shown = tuple(figures)
    blocks: list[Block] = [facts, *([Row(shown)] if shown else []), _means(balance, teller)]
    return Section("balance", language("Balance before and after matching"), tuple(blocks))


def covariate(name: str, teller: Teller) -> str:
    """What a covariate, or one level of it, is called."""
    of, _, level = name.partition("=")
    language = teller.language
    titles = {each.covariate: language.text(each.title) for each in teller.result.study.covariates}
    title = titles.get(of, of)
    if "=" not in name:
        return title
    return f"{title}: {_level(level, language)}"


def _level(level: str, language: Language) -> str:
    known = {
        "": language("missing"),
        "missing": language("missing"),
        "M": language("man"),
        "F": language("woman"),
        "partner": language("with a partner"),
        "alone": language("lives alone"),
        "newly_alone": language("newly alone"),
    }
    return known.get(level, level.replace("_", " "))


def _means(balance: BalanceTable, teller: Teller) -> Table:
    language = teller.language
    rows = [_row(row, teller) for row in balance.rows]
    headings = columns(
        language("Known before enrolment"),
        language("Enrolled"),
        language("All candidates"),
        language("Compared with"),
        language("Difference before"),
        language("Difference after"),
        language("Variance ratio"),
    )
    note = language(
        "Means and shares. Enrolled are those with somebody like them. Differences are in standard deviations of all"
        " enrolled. The variance ratio is after matching; shares have none. Rows set off are not alike enough."
    )
    failing = tuple(place for place, row in enumerate(balance.rows) if row.covariate in balance.failing)
    return Table(language("Covariates before and after matching"), headings, tuple(rows), note, failing)


def _row(row: CovariateBalance, teller: Teller) -> tuple[str, ...]:
    language = teller.language

    def number(value: float | None, signed: bool = False) -> str:
        if value is None:
            return words.NONE
        return language.signed(value, 2) if signed else language.number(value, 2)

    return (
        covariate(row.covariate, teller),
        number(row.matched_treated_mean),
        number(row.candidates_mean),
        number(row.matched_mean),
        number(row.difference_before, signed=True),
        number(row.difference_after, signed=True),
        number(row.variance_ratio_after),
    )


def _love(balance: BalanceTable, teller: Teller) -> list[Figure]:
    language = teller.language
    rows = [
        {
            "covariate": covariate(row.covariate, teller),
            "before": row.difference_before,
            "after": row.difference_after,
        }
        for row in balance.rows
        if row.difference_before is not None
    ]
    if not rows:
        return []
    drawing = charts.love(rows, teller.result.study.balance.largest_difference, language, "love")
    numbers = [(row["covariate"], *(_signed(row[of], language) for of in ("before", "after"))) for row in rows]
    headings = (language("Known before enrolment"), language("Before matching"), language("After matching"))
    shown = table(drawing.title, headings, numbers)  # type: ignore[arg-type]
    return [Figure("love", drawing.title, drawing.description, drawing.svg, shown)]


def _signed(value: object, language: Language) -> str:
    return language.signed(value, 3) if isinstance(value, float) else words.NONE


def _overlap(balance: BalanceTable, teller: Teller) -> list[Figure]:
    language, cells = teller.language, teller.cells
    bins = balance.overlap
    totals = [sum(each.treated for each in bins), sum(e.candidates for e in bins), sum(e.matched for e in bins)]
    if not bins or not all(totals):
        return []
    label = [f"{language.percent(each.low, 1)}" for each in bins]
    rows = [
        {
            "place": place,
            "label": label[place],
            "treated": each.treated / totals[0],
            "candidates": each.candidates / totals[1],
            "matched": each.matched / totals[2],
        }
        for place, each in enumerate(bins)
    ]
    drawing = charts.overlap(rows, language, "overlap")
    numbers = [
        (
            f"{language.number(each.low * 100, 1)}–{language.percent(each.high, 1)}",
            cells.count(each.treated),
            cells.count(each.candidates),
            words.NONE if 0 < each.matched < teller.result.few else language.number(each.matched, 0),
        )
        for each in bins
    ]
    headings = (
        language("Propensity"),
        language("Enrolled"),
        language("All candidates"),
        language("Compared with, by weight"),
    )
    shown = table(drawing.title, headings, numbers)
    return [Figure("overlap", drawing.title, drawing.description, drawing.svg, shown)]


def _attrition(teller: Teller) -> Section:
    language, cohort = teller.language, teller.result.cohort
    note = language(
        "“This one alone” is how many more there would have been in the end without this criterion. Who cannot be"
        " judged lacks the data for it and is not counted as meeting it."
    )
    sides = (
        _steps(language("Those enrolled, criterion by criterion"), cohort.treated_steps, teller, ""),
        _steps(
            language("Candidates, criterion by criterion (citizens times months)"), cohort.candidate_steps, teller, note
        ),
    )
    people = language(
        "{enrolled} were enrolled in the days of the study. {candidates} other citizens could have been compared with.",
        enrolled=teller.cells.count(cohort.enrolled),
        candidates=teller.cells.count(cohort.candidate_citizens),
    )
    return Section("attrition", language("Who came into the study"), (Paragraph(people), *sides))


def _steps(caption: str, steps: Sequence[Step], teller: Teller, note: str) -> Table:
    language = teller.language
    titles = {each.criterion: language.text(each.title) for each in teller.result.study.criteria}
    rows = [
        (titles.get(step.criterion, step.criterion.replace("_", " ")), *shown)
        for step, shown in zip(steps, teller.cells.steps(steps), strict=True)
    ]
    headings = (
        language("Criterion"),
        language("Left out"),
        language("Cannot be judged"),
        language("Left"),
        language("This one alone"),
    )
    return table(caption, headings, rows, note)


def _guards(teller: Teller) -> Section:
    language, cells, cohort = teller.language, teller.cells, teller.result.cohort
    titles = {
        "index_after_death": language("Dead or gone before the index month"),
        "enrolled_before": language("In a course of the programme already"),
        "index_after_use": language("A service of the course began before the course"),
        "recorded_late": language("The course is dated before the practice took part"),
    }
    rows = [
        (titles.get(guard.name, guard.name.replace("_", " ")), cells.count(guard.citizens)) for guard in cohort.guards
    ]
    text = language(
        "Whoever must live for some time before being enrolled is given that time as a gift, and seems to live longer."
        " Those below were therefore set aside. Everybody compared with has an index month of their own."
    )
    how = {"list": language("Found by the list"), "off_list": language("Found by a professional")}
    found = teller.cells.parts(cohort.by_inclusion)
    shown = [(how.get(name, name.replace("_", " ")), number) for name, number in found.items()]
    by_month = [(month, cells.count(number)) for month, number in cohort.index_months.items()]
    blocks: list[Block] = [
        Paragraph(text),
        table(language("Set aside"), (language("Why"), language("Citizens")), rows),
        table(language("How those enrolled were found"), (language("How"), language("Citizens")), shown),
        table(language("When they were enrolled"), (language("Month"), language("Citizens")), by_month),
    ]
    return Section("guards", language("Nobody is given time as a gift"), tuple(blocks))


def _follow_up(teller: Teller) -> Section:
    language, cohort = teller.language, teller.result.cohort
    groups = (cohort.treated_follow_up, cohort.comparison_follow_up)
    rows = [
        (language("Citizens"), *(teller.cells.count(each.citizens) for each in groups)),
        (language("Mean months followed"), *(language.number(each.mean_months, 1) for each in groups)),
        (language("Less than 6 months"), *(language.percent(each.under_6_months, 0) for each in groups)),
        (language("Less than 12 months"), *(language.percent(each.under_12_months, 0) for each in groups)),
        (
            language("At least {months} months, or until death", months=teller.result.study.windows.enough),
            *(language.percent(each.enough, 0) for each in groups),
        ),
    ]
    ends = _ends(groups, teller)
    headings = (language("Follow-up"), language("Enrolled"), language("Compared with"))
    text = language(
        "Data reach to {until}. Nothing is known of what came later.", until=language.date(teller.result.data_until)
    )
    return Section(
        "follow-up",
        language("How long they were followed"),
        (
            Paragraph(text),
            table(language("Months followed"), headings, rows),
            table(language("How following them ended"), (language("Why it ended"), *headings[1:]), ends),
        ),
    )


def _ends(groups: tuple[FollowUp, FollowUp], teller: Teller) -> list[tuple[str, ...]]:
    language = teller.language
    titles = {
        "window": language("Followed for all the months of the study"),
        "data_end": language("The data end"),
        "death": language("Died"),
        "left_region": language("Left the region"),
        "enrolled": language("Were enrolled themselves later"),
    }
    names = list(dict.fromkeys([*titles, *groups[0].ended, *groups[1].ended]))
    shown = [teller.cells.parts(each.ended) for each in groups]
    return [
        (titles.get(name, name.replace("_", " ")), *(each.get(name, language.number(0)) for each in shown))
        for name in names
        if any(name in each.ended for each in groups)
    ]
