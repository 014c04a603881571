"""What a user of the verb `cost` asks for, read; and what was delivered to answer it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.population.codes import CodeRange
from samspil.population.cost_sources import services_of
from samspil.population.indicators import case_of
from samspil.population.tables import source_of
from samspil.population.time import DAY, Period
from samspil.programmes.loader import find_set, set_files
from samspil.programmes.prices import PriceList
from samspil.programmes.schema import Condition
from samspil.warehouse.lake import Lake
from samspil.warehouse.state import Days, unbroken


def diagnosis(within: str, as_of: dt.date, programmes: Path | None = None) -> tuple[Condition, ...]:
    """What makes somebody have a diagnosis: the case definition of a set of indicators, or ranges of ICD-10.

    Raises SamspilError for what is neither.
    """
    if within in set_files(programmes):
        return case_of(find_set(within, programmes).at(as_of), None).any_of
    ranges = [str(each) for each in within.split(",")]
    ranges_in(within)
    wanted = {"measure": "hospital_diagnoses", "with": {"ranges": ranges}, "at_least": 1}
    return (Condition.model_validate(wanted),)


def delivered(lake: Lake) -> dict[str, Days]:
    """By loaded source with a cost, the days that its deliveries cover without a gap up to the last of them."""
    sources = dict.fromkeys(source_of(name) for name in services_of() if name in lake.tables)
    return {source: unbroken([each.period for each in lake.deliveries(source)]) for source in sources}


def covered(days: Days, period: Period) -> bool:
    """Whether every day of a period was delivered."""
    return days.from_ <= period.after + DAY and days.to >= period.until


def what_is_measured(prices: PriceList, lake: Lake, now: Period) -> list[dict[str, Any]]:
    """What is known of each service in the period: sector, service, source, state, from, to.

    States are `measured`, `no_price`, `not_delivered`, and `partly` when not every day was delivered; then `from` and
    `to` are the days that were.
    """
    tables = {key: name for name, keys in services_of().items() for key in keys}
    days = delivered(lake)
    found = []
    for service in prices.services:
        name = tables[service.key]
        source = source_of(name)
        if name not in lake.tables:
            state = "not_delivered"
        elif service.amount == "priced" and not service.prices:
            state = "no_price"
        else:
            state = "measured" if covered(days[source], now) else "partly"
        entry = {"sector": service.sector, "service": service.service, "source": source, "state": state}
        if state == "partly":
            entry |= {"from": days[source].from_.isoformat(), "to": days[source].to.isoformat()}
        found.append(entry)
    return found


def cuts_in(given: Sequence[Decimal | str | int]) -> tuple[Decimal, ...]:
    """Per cent that rise between 0 and 100. Raises SamspilError for anything else."""
    try:
        cuts = tuple(Decimal(str(cut).strip()) for cut in given)
    except InvalidOperation as error:
        raise SamspilError(f"`{given}` are no cuts in per cent such as 1,5,20") from error
    exact = all(cut.is_finite() and cut == cut.quantize(Decimal("0.001")) for cut in cuts)
    if not exact or list(cuts) != sorted(set(cuts)) or any(not 0 < cut < 100 for cut in cuts):
        shown = ",".join(str(cut) for cut in cuts)
        raise SamspilError(f"`{shown}`: cuts are per cent between 0 and 100 that rise, such as 1,5,20")
    return cuts


def ranges_in(text: str) -> list[CodeRange]:
    """Ranges of ICD-10 such as `E10-E14,I20-I25`. Raises SamspilError for anything else."""
    try:
        return [CodeRange.parse(each) for each in text.split(",")]
    except ValueError as error:
        known = ", ".join(sorted(set_files()))
        raise SamspilError(f"{error}; or give a set of indicators: {known}") from error
