"""Who pays what: `payers.yaml`, with the payers, and the payer of each sector and of each provider of a programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, Fault, YamlFile, read_yaml, validate
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.prices import Grounds, PriceList, load_prices
from samspil.programmes.schema import Identifier, Text
from samspil.programmes.services import named_twice

PAYERS = "payers.yaml"
#: What cannot be placed with one payer is not left out: it stands under these.
SEVERAL, NOT_KNOWN = "several", "not_known"
#: What a programme's team meetings are called among its providers.
TEAM_MEETING = "team_meeting"


class Payer(Definition):
    """A purse."""

    payer: Identifier
    title: Text


class Pays(Definition):
    """Who pays for a sector, and where that is stated or why it is chosen."""

    sector: Identifier
    payer: Identifier
    source: Grounds


class Payers(Definition):
    """Payers, and what each pays: `sectors` of the price list, and `providers` of what a programme asks for."""

    payers: tuple[Payer, ...] = Field(min_length=1)
    sectors: tuple[Pays, ...] = Field(min_length=1)
    providers: tuple[Pays, ...] = ()

    @model_validator(mode="after")
    def _named_once(self) -> Payers:
        named = [each.payer for each in self.payers]
        named_twice(named, "payers")
        named_twice([each.sector for each in self.sectors], "sectors")
        named_twice([each.sector for each in self.providers], "providers")
        for each in (*self.sectors, *self.providers):
            if each.payer not in named:
                raise ValueError(f"`{each.sector}` is paid by `{each.payer}`, which is not among `payers`")
        for kept in (SEVERAL, NOT_KNOWN):
            if kept not in named:
                raise ValueError(f"`payers` must name `{kept}`, for what cannot be placed")
        by_sector = {each.sector: each.payer for each in self.sectors}
        for each in self.providers:
            if by_sector.get(each.sector, each.payer) != each.payer:
                raise ValueError(f"`{each.sector}` has one payer among `sectors` and another among `providers`")
        return self

    @property
    def by_sector(self) -> dict[str, str]:
        """The payer of every sector and provider."""
        return {each.sector: each.payer for each in (*self.sectors, *self.providers)}

    @property
    def titles(self) -> dict[str, Text]:
        """What people call each payer."""
        return {each.payer: each.title for each in self.payers}


@dataclass(frozen=True)
class PayersFile:
    """Who pays what, and the file that says so."""

    file: YamlFile
    payers: Payers


def load_payers(folder: Path | None = None, prices: PriceList | None = None) -> PayersFile:
    """The `payers.yaml` of `folder`, or the one that comes with Samspil when it has none.

    It names exactly the sectors of the price list (that of `folder` where no other is given). Raises DefinitionError
    with file, line and cause.
    """
    own = None if folder is None else folder / PAYERS
    file = read_yaml(own if own is not None and own.exists() else PROGRAMMES / PAYERS)
    payers = validate(file, Payers)
    faults = list(_other_sectors(file, payers, prices or load_prices(folder).prices))
    if faults:
        raise DefinitionError(faults)
    return PayersFile(file, payers)


def _other_sectors(file: YamlFile, payers: Payers, prices: PriceList) -> Iterator[Fault]:
    priced = {each.sector for each in prices.sectors}
    for position, each in enumerate(payers.sectors):
        if each.sector not in priced:
            yield file.fault(("sectors", position), f"the price list has no sector `{each.sector}`")
    for sector in sorted(priced - {each.sector for each in payers.sectors}):
        yield file.fault(("sectors",), f"nobody is said to pay for the sector `{sector}` of the price list")
