"""The most costly patients as their page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.improvement.bulletins import said
from samspil.improvement.charts.words import whole
from samspil.improvement.models import FiguresPublication
from samspil.improvement.patient_words import age_words
from samspil.improvement.population_words import kroner
from samspil.improvement.queries.costly import Costly, CostlyList
from samspil.programmes.in_use import programmes
from samspil.programmes.prices import PriceList
from samspil.programmes.schema import Text


@dataclass(frozen=True)
class CostlyRow:
    """One patient."""

    rank: str
    name: str
    cpr: str
    age: str
    record: str
    quality: str
    cost: str
    before: str
    sectors: list[tuple[str, str]]
    waiting: str
    flags: list[str]


def rows(found: CostlyList, flag_titles: dict[str, Text]) -> list[CostlyRow]:
    """Every patient of the list."""
    titles = sector_titles(found.publication) if found.publication is not None else {}
    return [_row(each, found, titles, flag_titles) for each in found.rows]


def diseases() -> dict[str, str]:
    """What the diseases of this installation's sets of indicators are called, by the name of the set."""
    files = [each.indicators for each in programmes().values() if each.indicators is not None]
    return {file.name: said(file.at(timezone.localdate()).title) for file in files}


def sector_titles(publication: FiguresPublication) -> dict[str, str]:
    """What the sectors are called, in the order of the price list."""
    prices = PriceList.model_validate(publication.definition["prices"])
    return {each.sector: said(each.title) for each in prices.sectors}


def _row(each: Costly, found: CostlyList, titles: dict[str, str], flag_titles: dict[str, Text]) -> CostlyRow:
    patient = each.patient
    citizen = patient.citizen
    return CostlyRow(
        rank=whole(patient.rank),
        name=citizen.name,
        cpr=citizen.cpr_text,
        age=age_words(citizen),
        record=reverse("citizen", args=[citizen.pk]),
        quality=reverse("quality-patient", args=[found.name, citizen.pk]) if each.waiting is not None else "",
        cost=kroner(patient.cost),
        before=_before(patient.cost, patient.before),
        sectors=[
            (title, kroner(Decimal(patient.sectors[sector])))
            for sector, title in titles.items()
            if sector in patient.sectors
        ],
        waiting=_waiting(each),
        flags=[said(flag_titles[flag.flag]) if flag.flag in flag_titles else flag.flag for flag in each.flags],
    )


def _before(cost: Decimal, before: Decimal | None) -> str:
    if before is None:
        return _("not known")
    return kroner(before)


def _waiting(each: Costly) -> str:
    if each.waiting is None:
        return _("not known")
    words = ngettext("%(count)s indicator waits", "%(count)s indicators wait", each.waiting) % {"count": each.waiting}
    return f"{words}; {_('lost to follow-up')}" if each.lost else words
