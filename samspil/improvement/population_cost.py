"""What care costs, as its page shows it: by sector, concentrated on whom, around an index date, and how it moves.

One year's cost describes and is no need (report 001 R-POP-05, R-SEG-11): every ranking stands with the caution.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samspil.improvement.bulletins import said
from samspil.improvement.charts import bars, columns, lorenz, matrix, stacked
from samspil.improvement.charts.words import decimals, part_of, percent, whole
from samspil.improvement.population_words import amount_words, count_words, kroner, million, place_name
from samspil.improvement.queries.population import Cost
from samspil.improvement.released import MUNICIPALITY, REGION, Row
from samspil.population.concentration import Concentration, concentration, group_names
from samspil.population.cost_change import DEAD, MOVED, NEW, NaiveChange, naive_change, persistence

MOVES = {
    NEW: gettext_lazy("new in the region"),
    DEAD: gettext_lazy("dead"),
    MOVED: gettext_lazy("moved away"),
}


@dataclass(frozen=True)
class ServiceLine:
    """What one service cost. `state` says what is not measured of it."""

    sector: str
    service: str
    persons: str
    units: str
    cost: str
    per_citizen: str
    state: str


@dataclass(frozen=True)
class Money:
    """A sum of amounts. `least`: a part of it is not shown or not measured, so it is at least this."""

    amount: Decimal
    least: bool
    few: bool = False

    @property
    def known(self) -> bool:
        """Whether there is an amount to show at all; nothing of it shown or measured is not nought."""
        return bool(self.amount) or not self.least

    def per(self, persons: int | None) -> str:
        """The amount per citizen in whole kroner."""
        if not persons:
            return ""
        if not self.known:
            return _("too few to show") if self.few else _("not measured")
        words = kroner(self.amount / persons)
        return _("at least %(amount)s") % {"amount": words} if self.least else words


def persons_at(cost: Cost, level: str = REGION, unit: str = REGION) -> int | None:
    """How many citizens a place has."""
    return cost.table("population").of(level, unit).count().value


def spent(cost: Cost, level: str = REGION, unit: str = REGION, sector: str = "") -> Money:
    """What services of a place cost, in one sector or in all."""
    rows = [
        row
        for row in cost.table("sectors").where(level=level, unit=unit, kind="service")
        if not sector or row["sector"] == sector
    ]
    missing = any(
        each["state"] != "measured"
        for each in cost.said["measured"]
        if cost.prices.kind(each["sector"]) == "service" and (not sector or each["sector"] == sector)
    )
    amounts = [row.money("cost") for row in rows]
    known = sum((amount for amount in amounts if amount is not None), Decimal(0))
    unpriced = any(row.number("unpriced") for row in rows)
    few = any(row.hides("cost") for row in rows)
    return Money(known, missing or unpriced or any(amount is None for amount in amounts), few)


def services(cost: Cost) -> list[ServiceLine]:
    """Every service of the region by sector; transfers come last and are in no sum."""
    persons = persons_at(cost)
    states = {(each["sector"], each["service"]): each for each in cost.said["measured"]}
    titles = {each.sector: said(each.title) for each in cost.prices.sectors}
    rows = cost.table("sectors").of(REGION, REGION)
    found = []
    for service in cost.prices.services:
        row = rows.one(sector=service.sector, service=service.service)
        amount = row.money("cost") if row is not None else Decimal(0)
        state = states.get(service.key, {}).get("state", "not_delivered")
        measured = state in {"measured", "partly"}
        units = row.number("units") if row is not None else 0
        found.append(
            ServiceLine(
                sector=titles[service.sector],
                service=said(service.title),
                persons=_persons(row) if state != "not_delivered" else "–",
                units=f"{whole(units)} {said(service.unit)}" if units is not None and state != "not_delivered" else "–",
                cost=amount_words(row, short=True) if measured else _("not measured"),
                per_citizen=kroner(amount / persons) if measured and amount is not None and persons else "–",
                state=_state(state, states.get(service.key, {})),
            )
        )
    return found


def _persons(row: Row | None) -> str:
    return whole(0) if row is None else count_words(row.count())


def _state(state: str, given: dict[str, Any]) -> str:
    match state:
        case "measured":
            return ""
        case "no_price":
            return _("no price is known")
        case "partly":
            return _("delivered from %(first)s to %(last)s") % {"first": given["from"], "last": given["to"]}
        case _:
            return _("not delivered")


def sectors(cost: Cost) -> tuple[stacked.Stacked | None, list[tuple[str, str]]]:
    """The region's cost per citizen by sector, as one bar and as words."""
    persons = persons_at(cost)
    names = list(cost.prices.of_kind("service"))
    titles = {each.sector: said(each.title) for each in cost.prices.sectors}
    parts = [spent(cost, sector=name) for name in names]
    if not persons:
        return None, []
    shown = [
        (titles[name], float(part.amount) / persons) for name, part in zip(names, parts, strict=True) if part.known
    ]
    drawn = stacked.stacked(
        "sectors", _("Cost per citizen by sector, kr."), [title for title, _amount in shown],
        [stacked.Row(_("The whole region"), tuple(amount for _title, amount in shown))],
    )  # fmt: skip
    return drawn, [(titles[name], part.per(persons)) for name, part in zip(names, parts, strict=True)]


def by_municipality(cost: Cost) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Cost per citizen by sector in each municipality, in the order of their numbers; nobody is ranked."""
    names = list(cost.prices.of_kind("service"))
    titles = {each.sector: said(each.title) for each in cost.prices.sectors}
    rows = []
    for unit in cost.table("population").units(MUNICIPALITY):
        persons = persons_at(cost, MUNICIPALITY, unit)
        cells = [count_words(cost.table("population").of(MUNICIPALITY, unit).count())]
        cells.append(spent(cost, MUNICIPALITY, unit).per(persons) or "–")
        cells += [spent(cost, MUNICIPALITY, unit, name).per(persons) or "–" for name in names]
        rows.append((place_name(unit), cells))
    return [_("Citizens"), _("All services"), *(titles[name] for name in names)], rows


@dataclass(frozen=True)
class GroupLine:
    """One group of citizens by rank of cost."""

    group: str
    persons: str
    population: str
    cost: str
    share: str
    relative: str
    admissions: str
    contacts: str


def group_words(group: str) -> str:
    """A group by rank in words: `1-5` is "1–5 % most costly"."""
    if group in MOVES:
        return str(MOVES[group])
    first, last = group.split("-")
    if last == "100":
        return _("The other %(part)s %%") % {"part": decimals(100 - float(first), 0)}
    return _("The %(first)s–%(last)s %% most costly") % {"first": _plain(first), "last": _plain(last)}


def _plain(number: str) -> str:
    return decimals(float(number), 0 if float(number) == int(float(number)) else 1)


def cuts_of(cost: Cost) -> tuple[Decimal, ...]:
    """Per cent of the citizens at which the groups end."""
    return tuple(Decimal(cut) for cut in cost.said["cuts"])


def concentrated(cost: Cost) -> Concentration | None:
    """The region's groups; None where a group is hidden."""
    rows = list(cost.table("groups").of(REGION, REGION).rows)
    if any(row.money("cost") is None or row.count().value is None for row in rows):
        return None
    totals = [{"group": row["group"], "persons": row.count().value, "cost": row.money("cost")} for row in rows]
    return concentration(totals, cuts_of(cost), cost.analysis.one_year)


def groups(cost: Cost) -> list[GroupLine]:
    """The groups of the concentration with what they used."""
    table, found = cost.table("groups").of(REGION, REGION), concentrated(cost)
    shares = {each.group: each for each in found.groups} if found is not None else {}
    lines = []
    for name in group_names(cuts_of(cost)):
        row, of = table.one(group=name), shares.get(name)
        persons = row.count().value if row is not None else None
        lines.append(
            GroupLine(
                group=group_words(name),
                persons=_persons(row),
                population=percent(of.population_share, 1) if of is not None else "–",
                cost=amount_words(row, short=True),
                share=percent(of.cost_share, 0) if of is not None else "–",
                relative=decimals(of.relative, 1) if of is not None and of.relative is not None else "–",
                admissions=_each(row, "admissions", persons),
                contacts=_each(row, "contacts", persons),
            )
        )
    return lines


def _each(row: Row | None, column: str, persons: int | None) -> str:
    number = row.number(column) if row is not None else None
    return decimals(number / persons, 1) if number is not None and persons else "–"


def curve(cost: Cost) -> lorenz.Lorenz | None:
    """The Lorenz curve of the citizens' own cost."""
    rows = sorted(cost.table("lorenz").of(REGION, REGION).rows, key=lambda row: int(row["point"]))
    known = [(row.count().value, row.money("cost")) for row in rows]
    points = [(persons, float(amount)) for persons, amount in known if persons is not None and amount is not None]
    if not points or not points[-1][1]:
        return None
    everybody, everything = points[-1]
    drawn = [(0.0, 0.0), *((persons / everybody, amount / everything) for persons, amount in points)]
    return lorenz.lorenz(
        "concentration", _("How cost is spread over citizens"), drawn, gini=cost.gini,
        people=_("Citizens, from the least costly to the most"), amount=_("Share of the cost"),
    )  # fmt: skip


def courses(cost: Cost) -> list[columns.Columns]:
    """Cost per citizen and month around the first known diagnosis, by sector, for each illness."""
    table = cost.table("course").of(REGION, REGION)
    names = list(cost.prices.of_kind("service"))
    titles = {each.sector: said(each.title) for each in cost.prices.sectors}
    found = []
    for illness in cost.analysis.courses.illnesses:
        by_month: dict[int, dict[str, Row]] = {}
        for row in table.where(course=illness.course):
            by_month.setdefault(int(row["month"]), {})[row["sector"]] = row
        given = [_column(month, rows, names) for month, rows in sorted(by_month.items())]
        given = [each for each in given if each is not None]
        there = [name for name in names if any(name in rows for rows in by_month.values())]
        place = [name in there for name in names]
        shown = [
            columns.Column(each.label, tuple(p for p, keep in zip(each.parts, place, strict=True) if keep), each.beside)
            for each in given
            if each is not None
        ]
        mark = next((number for number, each in enumerate(shown) if each.label == "0"), None)
        drawn = columns.columns(
            f"course-{illness.course}", said(illness.title), [titles[name] for name in there], shown,
            across=_("Months from the first known diagnosis"), unit=_("Kr. per citizen and month"), mark=mark,
            mark_words=_("the month of the diagnosis"), beside=(_("Citizens observed"),),
        )  # fmt: skip
        if drawn is not None:
            found.append(drawn)
    return found


def _column(month: int, rows: dict[str, Row], names: Sequence[str]) -> columns.Column | None:
    """A month; None where nobody could be observed in it."""
    observed = next((row.count("observed").value for row in rows.values()), None)
    if not observed:
        return None
    parts: list[float | None] = []
    for name in names:
        row = rows.get(name)
        amount = row.money("cost") if row is not None else Decimal(0)
        parts.append(None if amount is None else float(amount) / observed)
    return columns.Column(f"+{month}" if month > 0 else str(month), tuple(parts), (whole(observed),))


@dataclass(frozen=True)
class Moves:
    """How citizens moved between groups of cost in a year."""

    drawing: matrix.Matrix | None
    persistence: str
    fall: str
    everybody: str


def moves(cost: Cost) -> Moves | None:
    """The transitions with persistence and the naive change; None where the period before is not known."""
    rows = list(cost.table("transitions").of(REGION, REGION).rows)
    if not cost.said["before_is_known"] or not rows:
        return None
    names = list(group_names(cuts_of(cost)))
    begins, ends = [*names, NEW], [*names, DEAD, MOVED]
    cells = {(row["from_group"], row["to_group"]): row.count() for row in rows}
    lines = []
    for begin in begins:
        own = [cells.get((begin, end)) for end in ends]
        known = [count.value for count in own if count is not None and count.value is not None]
        whole_row = sum(known) if not any(count is not None and count.few for count in own) else None
        line = []
        for count in own:
            if count is None:
                line.append(matrix.Cell(whole(0), 0.0))
            elif count.value is None:
                line.append(matrix.Cell(None))
            else:
                share = count.value / whole_row if whole_row else None
                line.append(matrix.Cell(whole(count.value), share, percent(share) if share is not None else ""))
        lines.append((group_words(begin), line))
    drawing = matrix.matrix(
        "transitions", _("From one year to the next"), [group_words(end) for end in ends], lines,
        corner=_("The year before ↓ · this year →"),
    )  # fmt: skip
    top = names[0]
    chosen = [row for row in rows if row["from_group"] == top]
    plain = [
        {
            **row.values,
            "persons": row.count().value or 0,
            "cost_before": row.money("cost_before") or Decimal(0),
            "cost_after": row.money("cost_after") or Decimal(0),
        }
        for row in rows
        if row.count().value is not None
    ]
    stay = ""
    if not any(row.count().few for row in chosen):
        again = persistence(plain, top)
        if again.value is not None:
            stay = f"{percent(again.value)} ({part_of(again.numerator, again.denominator)})"
    change = naive_change(plain, top, cost.analysis.one_year) if not _hidden_stayers(rows) else None
    return Moves(drawing, stay, _change(change, chosen=True), _change(change, chosen=False))


def _hidden_stayers(rows: Iterable[Row]) -> bool:
    """Whether somebody who was there in both years is hidden, so that sums would be too low."""
    return any(row.count().few for row in rows if row["from_group"] != NEW and row["to_group"] not in {DEAD, MOVED})


def _change(found: NaiveChange | None, *, chosen: bool) -> str:
    if found is None:
        return ""
    of = found.chosen if chosen else found.everybody
    if of.relative is None:
        return ""
    return _("%(before)s to %(after)s, %(change)s") % {
        "before": million(of.before),
        "after": million(of.after),
        "change": percent(of.relative) if of.relative < 0 else f"+{percent(of.relative)}",
    }


@dataclass(frozen=True)
class Profile:
    """What the most costly group is like, by age and by main illness."""

    group: str
    ages: bars.Bars | None
    illnesses: bars.Bars | None
    alike: str
    left_out: str


def profile(cost: Cost) -> Profile | None:
    """The most costly group's ages and illnesses, and whether it is alike (report 001 R-POP-04)."""
    top = group_names(cuts_of(cost))[0]
    rows = list(cost.table("profile").of(REGION, REGION).where(group=top))
    in_all = cost.table("groups").of(REGION, REGION).count(group=top).value
    if not rows or in_all is None:
        return None
    titles = {each.group: said(each.title) for each in cost.analysis.diagnosis_groups.groups}
    titles |= {"other": _("Other"), "none": _("No hospital contact")}
    ages, illnesses = _sums(rows, "age_band"), _sums(rows, "diagnosis_group")
    shown = sum(ages.values())
    hidden = in_all - shown
    words = _("%(count)s citizens are in combinations that are too few to show and are in no bar.")
    return Profile(
        group=group_words(top),
        ages=bars.bars("cost-ages", _("By age"), [bars.Bar(name, ages[name]) for name in sorted(ages, key=_first)]),
        illnesses=bars.bars(
            "cost-illnesses", _("By main illness at hospital"),
            [bars.Bar(title, illnesses[name]) for name, title in titles.items() if name in illnesses],
        ),
        alike=_alike(illnesses, in_all, hidden, cost.analysis.homogeneous.largest_share, titles),
        left_out=words % {"count": whole(hidden)} if hidden else "",
    )  # fmt: skip


def _first(band: str) -> int:
    return int(band.rstrip("+").split("-")[0])


def _sums(rows: Iterable[Row], column: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        value = row.count().value
        if value is not None and row[column] is not None:
            found[row[column]] = found.get(row[column], 0) + value
    return found


def _alike(counts: dict[str, int], in_all: int, hidden: int, least: Decimal, titles: dict[str, str]) -> str:
    """Homogeneous by the largest part; not known where what is hidden would decide it."""
    if not counts:
        return _("Whether they are alike is not known.")
    largest = max(sorted(counts), key=lambda name: counts[name])
    figures = {
        "largest": titles.get(largest, largest),
        "share": part_of(counts[largest], in_all),
        "least": percent(float(least)),
    }
    if counts[largest] >= least * in_all:
        return _("Alike: the largest group, %(largest)s, has at least %(share)s; %(least)s are needed.") % figures
    if counts[largest] + hidden < least * in_all:
        return _("Not alike: the largest group, %(largest)s, has about %(share)s; %(least)s are needed.") % figures
    return _("Whether they are alike cannot be said: too much is too few to show.")
