"""What services cost: `prices.yaml`, with the sectors that pay, their services, and unit prices by day.

A service is named by its sector and itself, as `hospital_psychiatric` and `hospital_somatic` both have admissions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from samspil.definitions import Definition, DefinitionError, Fault, YamlFile, read_yaml, validate
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.schema import Identifier, Text
from samspil.programmes.services import named_twice

PRICES = "prices.yaml"
#: Where a value is stated (`000 L325-327`), or that no report states it and why it is as it is (`chosen: …`).
Grounds = Annotated[str, StringConstraints(pattern=r"^(\d{3} L\d+(-\d+)?(, ?L\d+(-\d+)?)*|chosen: \S.*)$")]
#: A service's sector and name.
Key = tuple[str, str]


class UnitPrice(Definition):
    """The price of one unit in DKK, from and until days that are both included; either may be open."""

    from_: dt.date = Field(default=dt.date.min, alias="from")
    until: dt.date = dt.date.max
    dkk: Decimal = Field(ge=0, decimal_places=2)
    source: Grounds

    @model_validator(mode="after")
    def _in_order(self) -> UnitPrice:
        if self.until < self.from_:
            raise ValueError("`until` is before `from`")
        return self


class PricedService(Definition):
    """One service of a sector. Its amount is delivered, or is units times a price; without a price it is not measured.

    `unit` says what is counted, in the plural.
    """

    sector: Identifier
    service: Identifier
    title: Text
    unit: Text
    amount: Literal["delivered", "priced"]
    prices: tuple[UnitPrice, ...] = ()

    @model_validator(mode="after")
    def _one_price_a_day(self) -> PricedService:
        if self.amount == "delivered" and self.prices:
            raise ValueError("an amount that is delivered has no `prices`")
        by_day = sorted(self.prices, key=lambda price: price.from_)
        if any(later.from_ <= earlier.until for earlier, later in pairwise(by_day)):
            raise ValueError("two prices are in force on the same day")
        return self

    @property
    def key(self) -> Key:
        return self.sector, self.service


class Sector(Definition):
    """Who pays. `transfer` is money to live on, which is in no total of service cost."""

    sector: Identifier
    kind: Literal["service", "transfer"]
    title: Text


class Psychiatric(Definition):
    """The action diagnoses (ranges of ICD-10 codes) that make a hospital contact psychiatric."""

    ranges: tuple[str, ...] = Field(min_length=1)
    source: Grounds


class PriceList(Definition):
    """Sectors, services and prices, for every day."""

    psychiatric: Psychiatric
    sectors: tuple[Sector, ...] = Field(min_length=1)
    services: tuple[PricedService, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> PriceList:
        named_twice([each.sector for each in self.sectors], "sectors")
        named_twice([".".join(each.key) for each in self.services], "services")
        return self

    def kind(self, sector: str) -> Literal["service", "transfer"]:
        """Whether a sector delivers services or transfers money."""
        return next(each.kind for each in self.sectors if each.sector == sector)

    def of_kind(self, kind: Literal["service", "transfer"]) -> list[str]:
        """The sectors of one kind, in the order of the file."""
        return [each.sector for each in self.sectors if each.kind == kind]

    def service(self, key: Key) -> PricedService:
        """The service of a sector and name."""
        return next(each for each in self.services if each.key == key)


@dataclass(frozen=True)
class PriceFile:
    """A price list and the file it stands in, to name the line of a fault."""

    file: YamlFile
    prices: PriceList


def load_prices(folder: Path | None = None) -> PriceFile:
    """The `prices.yaml` of `folder`, or the one that comes with Samspil when it has none.

    Raises DefinitionError with file, line and cause.
    """
    own = None if folder is None else folder / PRICES
    file = read_yaml(own if own is not None and own.exists() else PROGRAMMES / PRICES)
    prices = validate(file, PriceList)
    faults = list(_unknown_sectors(file, prices))
    if faults:
        raise DefinitionError(faults)
    return PriceFile(file, prices)


def _unknown_sectors(file: YamlFile, prices: PriceList) -> Iterator[Fault]:
    known = {each.sector for each in prices.sectors}
    for position, service in enumerate(prices.services):
        if service.sector not in known:
            cause = f"there is no sector `{service.sector}`; sectors are {', '.join(sorted(known))}"
            yield file.fault(("services", position, "sector"), cause)
