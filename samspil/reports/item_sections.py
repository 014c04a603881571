"""What each item adds, and what a regression on the same items makes of them."""

from __future__ import annotations

from collections.abc import Sequence

from samspil.evaluation.comparison import Calibration, Comparison, SameList
from samspil.evaluation.contributions import ItemContribution
from samspil.evaluation.figures import Difference, Share, Unknown
from samspil.evaluation.logistic import Coefficient
from samspil.evaluation.validation import Validation
from samspil.programmes import RiskModel
from samspil.programmes.schema import Item
from samspil.reports import charts, words
from samspil.reports.answers import versus_regression
from samspil.reports.document import Block, Figure, Paragraph, Row, Section, Table, table
from samspil.reports.language import Language
from samspil.reports.small_cells import small


def item_section(validation: Validation, found: Sequence[ItemContribution], name: str, language: Language) -> Section:
    """Each item of the score: how often it gives points, and what would change without it."""
    titles = item_titles(validation.model, language)
    blocks: list[Block] = []
    known = [(item, item.adds) for item in found if isinstance(item.adds, Difference)]
    if known:
        rows = [{"item": titles[i.item], "adds": d.value, "low": d.low, "high": d.high} for i, d in known]
        drawing = charts.items(rows, language, f"{name}-items")
        headings = (language("Item"), language("AUC without"), language("Adds (95% interval)"), language("p"))
        numbers = [
            (
                titles[i.item],
                words.number(i.auc_without, language, 3),
                words.difference(d, language),
                words.p_value(d.p, language),
            )
            for i, d in known
        ]
        shown = table(drawing.title, headings, numbers)
        figure = Figure(f"{name}-items", drawing.title, drawing.description, drawing.svg, shown)
        blocks.append(Row((figure,)))
    blocks.append(_items(found, titles, validation.few, language))
    unused = [titles[i.item] for i in validation.model.items if i.item not in {f.item for f in found}]
    if unused:
        blocks.append(Paragraph(language("Not used: {items}.", items=", ".join(unused)), "note"))
    return Section(f"{name}-item", language("What each item adds"), tuple(blocks))


def _items(found: Sequence[ItemContribution], titles: dict[str, str], few: int, language: Language) -> Table:
    headings = (
        language("Item"),
        language("Has points, of all"),
        language("Has points, of the list"),
        language("Had the outcome, of the list with points"),
        language("Would leave the list without the item"),
        language("Missing"),
    )
    rows = [
        (
            titles[item.item],
            _share(item.with_points, language),
            _share(item.with_points_listed, language),
            words.share(item.ppv_with_points, language) if _enough(item.ppv_with_points, few) else language("too few"),
            _moves(item, language),
            language.number(item.persons_missing),
        )
        for item in found
    ]
    note = language("Items overlap: what one adds depends on the others. Small differences are chance.")
    return table(language("Each item of the score"), headings, rows, note)


def _share(figure: Share | Unknown, language: Language) -> str:
    return words.NONE if isinstance(figure, Unknown) else language.percent(figure.value)


def _enough(figure: Share | Unknown, few: int) -> bool:
    return isinstance(figure, Share) and figure.denominator >= few and not small(figure.numerator, few)


def _moves(item: ItemContribution, language: Language) -> str:
    leave = language.number(item.would_leave)
    if not item.would_enter:
        return leave
    return language("{leave} ({enter} would enter)", leave=leave, enter=language.number(item.would_enter))


def regression_section(
    validation: Validation,
    comparison: Comparison | Unknown,
    name: str,
    language: Language,
    titles: dict[str, str],
) -> Section:
    """What the points cost against a plain regression on the same items."""
    blocks: list[Block] = [Paragraph(versus_regression(comparison, language, titles))]
    if isinstance(comparison, Comparison):
        blocks.append(_trained(comparison, language))
        blocks.append(_side_by_side(comparison, language))
        blocks.append(Row((_calibration(comparison, name, language),)))
        blocks.append(_coefficients(comparison, validation, language))
    return Section(f"{name}-regression", language("What the points cost"), tuple(blocks))


def _trained(comparison: Comparison, language: Language) -> Paragraph:
    text = language(
        "The regression was trained on {persons} citizens on {day}, {events} of whom had the outcome before the date of"
        " the list, and was then tested on the same citizens as the points.",
        persons=language.number(comparison.training_persons),
        day=language.date(comparison.trained_at),
        events=language.number(comparison.training_events),
    )
    if comparison.unseen:
        unseen = language.number(comparison.unseen)
        text += " " + language("{unseen} citizens have a level that nobody had in training.", unseen=unseen)
    return Paragraph(text)


def _side_by_side(comparison: Comparison, language: Language) -> Table:
    points, regression = comparison.points_list, comparison.regression_list
    rows = [
        (
            language("AUC"),
            words.number(comparison.auc_points, language, 3),
            words.number(comparison.auc_regression, language, 3),
        ),
        (language("Listed"), _listed(points, language), _listed(regression, language)),
        (language("Found"), _found(points, language), _found(regression, language)),
        (
            language("Positive predictive value"),
            _of_list(points, "ppv", language),
            _of_list(regression, "ppv", language),
        ),
        (
            language("Sensitivity"),
            _of_list(points, "sensitivity", language),
            _of_list(regression, "sensitivity", language),
        ),
        (
            language("Calibration: intercept (right is 0)"),
            _fit(comparison.calibration_points, "intercept", language),
            _fit(comparison.calibration_regression, "intercept", language),
        ),
        (
            language("Calibration: slope (right is 1)"),
            _fit(comparison.calibration_points, "slope", language),
            _fit(comparison.calibration_regression, "slope", language),
        ),
    ]
    difference = comparison.difference
    note = ""
    if isinstance(difference, Difference):
        note = language(
            "Difference of AUC, regression minus points: {difference}, {p} (DeLong, paired).",
            difference=words.difference(difference, language),
            p=words.p_value(difference.p, language),
        )
    if isinstance(regression, SameList) and regression.tied:
        note += " " + language(
            "{tied} citizens are tied at the end of the regression's list ({places} of them on it), as if by lot.",
            tied=language.number(regression.tied),
            places=language.number(regression.places),
        )
    headings = ("", language("The points"), language("Regression"))
    return table(language("Points and regression on the same citizens"), headings, rows, note.strip())


def _listed(found: SameList | Unknown, language: Language) -> str:
    return words.NONE if isinstance(found, Unknown) else language.number(found.listed)


def _found(found: SameList | Unknown, language: Language) -> str:
    return words.NONE if isinstance(found, Unknown) else words.whole(found.found, language)


def _of_list(found: SameList | Unknown, figure: str, language: Language) -> str:
    return words.NONE if isinstance(found, Unknown) else words.share(getattr(found, figure), language)


def _fit(calibration: Calibration | None, figure: str, language: Language) -> str:
    return words.NONE if calibration is None else words.number(getattr(calibration, figure), language, 2)


def _calibration(comparison: Comparison, name: str, language: Language) -> Figure:
    both = {"points": comparison.calibration_points, "regression": comparison.calibration_regression}
    groups = [
        (of, group, group.observed)
        for of, calibration in both.items()
        if calibration is not None
        for group in calibration.groups
        if isinstance(group.observed, Share)
    ]
    drawn = [
        {"of": of, "predicted": group.predicted, "share": seen.value, "low": seen.low, "high": seen.high}
        for of, group, seen in groups
    ]
    drawing = charts.calibrations(drawn, language, f"{name}-calibration")
    names = {"points": language("The points"), "regression": language("Regression")}
    headings = (language("Prediction by"), language("Persons"), language("Predicted share"), language("Observed share"))
    numbers = [
        (names[of], language.number(group.persons), language.percent(group.predicted), words.share(seen, language))
        for of, group, seen in groups
    ]
    return Figure(
        f"{name}-calibration", drawing.title, drawing.description, drawing.svg, table(drawing.title, headings, numbers)
    )


def _coefficients(comparison: Comparison, validation: Validation, language: Language) -> Table:
    items = {item.item: item for item in validation.model.items}
    titles = item_titles(validation.model, language)
    headings = (
        language("Item and level"),
        language("Persons in training"),
        language("Points"),
        language("Points by the regression"),
        language("Log odds (95% interval)"),
    )
    rows = [
        (
            f"{titles[c.item]}: {_level(c, items[c.item], language)}",
            language.number(c.persons),
            words.NONE if c.points is None else language.signed(c.points) if c.log_odds else language.number(0),
            words.NONE if c.worth is None else language.signed(c.worth, 1) if c.log_odds else language.number(0),
            _log_odds(c, titles, language),
        )
        for c in comparison.coefficients
    ]
    note = language(
        "Points are those beyond the level with the fewest. Points by the regression are its log odds divided by those"
        " of one point of the whole score: what the level would be worth if the regression gave the points."
    )
    return table(language("The regression beside the points"), headings, rows, note)


def _log_odds(coefficient: Coefficient, titles: dict[str, str], language: Language) -> str:
    if coefficient.same_as is not None:
        return language("as {item}", item=titles[coefficient.same_as])
    if coefficient.log_odds is None:
        return language("reference")
    return words.number(coefficient.log_odds, language, 2)


def _level(coefficient: Coefficient, item: Item, language: Language) -> str:
    """A band by its values, or a level by what the definition says of it."""
    if coefficient.points is None:
        return language("missing")
    if item.bands is None:
        return item.says[language.code][coefficient.level]
    starts = [band.at_least for band in item.bands]
    if coefficient.level == "":
        return language("less than {value}", value=f"{starts[0]:g}")
    start = float(coefficient.level)
    after = next((other for other in starts if other > start), None)
    if after is None:
        return language("{value} or more", value=f"{start:g}")
    last = after - 1
    return f"{start:g}" if last == start else f"{start:g}–{last:g}"


def item_titles(model: RiskModel, language: Language) -> dict[str, str]:
    """What the items are called."""
    return {item.item: language.text(item.title) for item in model.items}
