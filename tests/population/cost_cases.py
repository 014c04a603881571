"""Price lists and populations with cost, for tests: by hand and at random."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from hypothesis import strategies as st

from samspil.population.cost import check_prices
from samspil.programmes.cost_analysis import CostAnalysis, load_cost_analysis
from samspil.programmes.prices import PriceList, load_prices
from samspil.warehouse.contracts import contracts
from tests.population.builders import DAY, Row
from tests.population.strategies import missing_sources, named_spell, population, run_days
from tests.reference.rules_of_time import months_before

#: What happens in a population with cost.
COSTLY = (
    "gp_contact", "specialist_contact", "dispensing", "hospital_contact", "benefit", "home_nursing", "home_care",
    "substance_case", "rehabilitation",
)  # fmt: skip


@cache
def shipped_prices() -> PriceList:
    return check_prices(load_prices())


@cache
def shipped_analysis() -> CostAnalysis:
    return load_cost_analysis().analysis


def price_list(**prices: Sequence[Mapping[str, Any]]) -> PriceList:
    """The shipped list with other prices of the services named."""
    content = shipped_prices().model_dump(by_alias=True)
    for service in content["services"]:
        if service["service"] in prices:
            service["prices"] = [{"source": "chosen: a test", **price} for price in prices[service["service"]]]
    return PriceList.model_validate(content)


def plain(prices: PriceList) -> dict[tuple[str, str], list[tuple[dt.date, dt.date, Decimal]]]:
    """A price list as the reference reads it."""
    return {each.key: [(p.from_, p.until, p.dkk) for p in each.prices] for each in prices.services}


@st.composite
def some_prices(draw: st.DrawFn, as_of: dt.date) -> list[dict[str, Any]]:
    """None, one or two prices that begin and end about D, with or without days between them."""
    days = sorted(draw(st.lists(st.integers(-900, 10), min_size=1, max_size=3, unique=True)))
    starts = [as_of + day * DAY for day in days]
    amounts = st.sampled_from(["0", "0.01", "33.33", "100", "450.50"])
    found = [
        {"from": first, "until": then - draw(st.sampled_from([1, 30])) * DAY, "dkk": draw(amounts)}
        for first, then in zip(starts, [*starts[1:], as_of + 400 * DAY], strict=True)
    ]
    return [price for price in found if price["from"] <= price["until"]][: draw(st.integers(0, 3))]


@dataclass(frozen=True)
class CostCase:
    """A day, the ends of the periods up to it (the first is the day before them), tables and prices."""

    as_of: dt.date
    ends: list[dt.date]
    tables: dict[str, list[Row]]
    prices: PriceList


@st.composite
def cost_cases(draw: st.DrawFn, citizens: int = 12) -> CostCase:
    """A few citizens to whom costly things happen, with sources that may be missing and prices that change."""
    as_of = draw(run_days())
    numbers = Random(draw(st.integers(0, 10_000)))
    tables = population(numbers, as_of, citizens, COSTLY, most_events=12)
    tables["care_home"] = [
        {"person_id": person, **numbers.choice([named_spell(numbers, as_of)[0]])}
        for person in range(1, citizens + 3)
        if numbers.random() < 0.5
    ]
    for row in tables["home_care"]:
        row["personal_hours_per_week"] = numbers.choice([0.0, 0.25, 3.5, 168.0])
    for row in tables["rehabilitation"]:
        row["started"] = numbers.choice([None, row["referred"], row["referred"] + 20 * DAY])
    for source in draw(missing_sources()):
        for name in contracts()[source].tables:
            del tables[name]
    priced = [each.service for each in shipped_prices().services if each.amount == "priced"]
    prices = price_list(**{name: draw(some_prices(as_of)) for name in priced})
    months = draw(st.sampled_from([1, 3, 12]))
    ends = [months_before(as_of, number) for number in range(months, 0, -1)]
    return CostCase(as_of, [*ends, as_of], tables, prices)
