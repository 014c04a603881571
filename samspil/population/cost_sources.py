"""How each source's rows become units and cost: events on their day, spells divided over periods by days.

A spell is rounded on what it has cost since it began (or since its price changed), so that parts always add up to the
whole to the øre: the months of a year to the year, and the months of a spell to the spell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache

import ibis
import ibis.expr.types as ir

from samspil.population.codes import CodeRange
from samspil.population.tables import allowed_values
from samspil.population.time import Period
from samspil.programmes.prices import Key, PriceList, UnitPrice

#: The type of an amount in DKK.
MONEY = "decimal(18, 2)"

_DAY = dt.timedelta(days=1)
#: Amounts are counted in thousandths of an øre a week until they are rounded, units in thousandths of one a week.
_WEEK = 7 * 1000


@cache
def services_of() -> dict[str, tuple[Key, ...]]:
    """By source table, the services (sector and name) that its rows can be."""
    hospital = ("hospital_somatic", "hospital_psychiatric")
    kinds = allowed_values("hospital_contact.kind")
    return {
        "hospital_contact": tuple((sector, kind) for sector in hospital for kind in kinds),
        "gp_contact": tuple(("general_practice", kind) for kind in allowed_values("gp_contact.kind")),
        "specialist_contact": tuple(("specialists", kind) for kind in allowed_values("specialist_contact.specialty")),
        "dispensing": (("medicines", "dispensing"),),
        "rehabilitation": (("municipal_health", "rehabilitation"),),
        "home_care": (("municipal_care", "home_care"),),
        "home_nursing": (("municipal_care", "home_nursing"),),
        "care_home": (("municipal_care", "care_home"),),
        "substance_case": (("social", "substance_case"),),
        "benefit": tuple(("labour_market", kind) for kind in allowed_values("benefit.kind")),
    }


# Events


def _hospital(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    psychiatric = ibis.or_(
        *(CodeRange.parse(each).contains(rows.action_diagnosis) for each in prices.psychiatric.ranges)
    )
    sector = psychiatric.ifelse("hospital_psychiatric", "hospital_somatic")
    return _events(rows, rows.start, periods, sector, rows.kind, rows.cost)


def _general_practice(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    branches = [
        (
            (rows.kind == service) & rows.date.between(ibis.literal(price.from_), ibis.literal(price.until)),
            ibis.literal(price.dkk, type=MONEY),
        )
        for sector, service in services_of()["gp_contact"]
        for price in prices.service((sector, service)).prices
    ]
    cost = ibis.cases(*branches) if branches else ibis.null(MONEY)
    return _events(rows, rows.date, periods, ibis.literal("general_practice"), rows.kind, cost)


def _specialists(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    return _events(rows, rows.date, periods, ibis.literal("specialists"), rows.specialty, rows.fee)


def _medicines(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    return _events(rows, rows.date, periods, ibis.literal("medicines"), ibis.literal("dispensing"), rows.price)


def _rehabilitation(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    key = ("municipal_health", "rehabilitation")
    branches = [
        (
            rows.started.between(ibis.literal(price.from_), ibis.literal(price.until)),
            ibis.literal(price.dkk, type=MONEY),
        )
        for price in prices.service(key).prices
    ]
    cost = ibis.cases(*branches) if branches else ibis.null(MONEY)
    return _events(rows, rows.started, periods, ibis.literal(key[0]), ibis.literal(key[1]), cost)


def _events(
    rows: ir.Table,
    moment: ir.Value,
    periods: Sequence[Period],
    sector: ir.StringValue,
    service: ir.StringValue,
    cost: ir.DecimalValue,
) -> ir.Table:
    """One row per event in the periods, with its cost or null."""
    day = moment.date() if moment.type().is_timestamp() else moment
    whole = Period(periods[0].after, periods[-1].until)
    return rows.filter(whole.contains(moment)).select(
        "person_id",
        period=_end_of_period(day, [each.until for each in periods]),
        sector=sector,
        service=service,
        units=ibis.literal(1.0),
        unpriced=cost.isnull().ifelse(1.0, 0.0),
        cost=cost.cast(MONEY),
    )


def _end_of_period(day: ir.DateValue, ends: Sequence[dt.date]) -> ir.DateValue:
    """The first of the days, which rise, that is not before `day`."""
    return first_not_before(day, ends, [ibis.literal(end) for end in ends])


def first_not_before(day: ir.DateValue, ends: Sequence[dt.date], values: Sequence[ir.Value]) -> ir.Value:
    """The value that belongs to the first of the rising days `ends` that is not before `day`; the last for later days.

    Found by halving, as there may be many.
    """
    if len(ends) == 1:
        return values[0]
    middle = len(ends) // 2
    return (day <= ibis.literal(ends[middle - 1])).ifelse(
        first_not_before(day, ends[:middle], values[:middle]), first_not_before(day, ends[middle:], values[middle:])
    )


# Spells


def _priced_spells(key: Key, begins: str, ends: str, per_week: Callable[[ir.Table], ir.NumericValue]) -> Reader:
    """A reader of spells with so many units a week, at the price of the day."""

    def read(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
        thousandths = (per_week(rows) * 1000).round().cast("int64")
        pieces = _pieces(periods, prices.service(key).prices)
        rows = rows.mutate(piece=ibis.literal(pieces, type=_PIECE).unnest(), thousandths=thousandths)
        weekly = rows.thousandths * rows.piece["oere"]
        sector, service = (ibis.literal(part) for part in key)
        return _spells(rows, rows[begins], rows[ends], sector, service, rows.thousandths / 1000, weekly)

    return read


def _benefits(rows: ir.Table, periods: Sequence[Period], prices: PriceList) -> ir.Table:
    rows = rows.mutate(piece=ibis.literal(_pieces(periods), type=_PIECE).unnest())
    weekly = (rows.weekly_amount * 100).cast("int64") * 1000
    sector, one = ibis.literal("labour_market"), ibis.literal(1.0)
    return _spells(rows, rows["from"], rows.to, sector, rows.kind, one, weekly)


_PIECE = "array<struct<first: date, last: date, period: date, since: date, oere: int64>>"


def _pieces(periods: Sequence[Period], prices: Sequence[UnitPrice] | None = None) -> list[dict[str, object]]:
    """Every period, cut where the price changes; `since` is the first day of that price. Null where there is none.

    Without `prices` nothing is priced by the unit, and nothing is cut.
    """
    spans = [(dt.date.min, dt.date.max, None)] if prices is None else list(_spans(prices))
    return [
        {
            "first": max(period.after + _DAY, since),
            "last": min(period.until, until),
            "period": period.until,
            "since": since,
            "oere": None if price is None else int(price * 100),
        }
        for period in periods
        for since, until, price in spans
        if max(period.after + _DAY, since) <= min(period.until, until)
    ]


def _spans(prices: Sequence[UnitPrice]) -> list[tuple[dt.date, dt.date, Decimal | None]]:
    """All days, divided by the price in force; None between prices."""
    spans: list[tuple[dt.date, dt.date, Decimal | None]] = []
    free = dt.date.min
    for price in sorted(prices, key=lambda each: each.from_):
        if free < price.from_:
            spans.append((free, price.from_ - _DAY, None))
        spans.append((price.from_, price.until, price.dkk))
        if price.until == dt.date.max:
            return spans
        free = price.until + _DAY
    return [*spans, (free, dt.date.max, None)]


def _spells(
    rows: ir.Table,
    begins: ir.DateValue,
    ends: ir.DateValue,
    sector: ir.StringValue,
    service: ir.StringValue,
    units_per_week: ir.NumericValue,
    weekly: ir.IntegerValue,
) -> ir.Table:
    """One row per spell and piece that share days. `weekly` is thousandths of an øre a week, null without a price."""
    first, last, since = (rows.piece[name] for name in ("first", "last", "since"))
    begin = ibis.greatest(begins, since)
    stop = ibis.least(ends.fill_null(last), last)
    through = stop.delta(begin, unit="day") + 1
    before = ibis.greatest(first.delta(begin, unit="day"), 0)
    oere = _rounded(weekly * through) - _rounded(weekly * before)
    units = units_per_week * (through - before) / 7
    return rows.filter(stop >= ibis.greatest(first, begin)).select(
        "person_id",
        period=rows.piece["period"],
        sector=sector,
        service=service,
        units=units,
        unpriced=weekly.isnull().ifelse(units, 0.0),
        cost=oere * ibis.literal(Decimal("0.01"), type=MONEY),
    )


def units_added_up(units: ir.FloatingColumn) -> ir.FloatingScalar:
    """Units of several rows. They are added up in whole parts, so that no order of rows changes the last digit."""
    return (units * _WEEK).round().cast("int64").sum() / _WEEK


def _rounded(amount: ir.IntegerValue) -> ir.IntegerValue:
    """What so many thousandths of an øre a week, times days, come to in whole øre: halves up."""
    return (amount * 2 + _WEEK) // (2 * _WEEK)


Reader = Callable[[ir.Table, Sequence[Period], PriceList], ir.Table]
READERS: dict[str, Reader] = {
    "hospital_contact": _hospital,
    "gp_contact": _general_practice,
    "specialist_contact": _specialists,
    "dispensing": _medicines,
    "rehabilitation": _rehabilitation,
    "home_care": _priced_spells(
        ("municipal_care", "home_care"),
        "from",
        "to",
        lambda rows: rows.personal_hours_per_week + rows.practical_hours_per_week,
    ),
    "home_nursing": _priced_spells(("municipal_care", "home_nursing"), "from", "to", lambda rows: rows.visits_per_week),
    "care_home": _priced_spells(("municipal_care", "care_home"), "from", "to", lambda rows: ibis.literal(7.0)),
    "substance_case": _priced_spells(("social", "substance_case"), "opened", "closed", lambda rows: ibis.literal(7.0)),
    "benefit": _benefits,
}
