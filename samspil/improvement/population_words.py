"""What pages about the population say of counts and amounts: a number, "too few to show", or "not measured"."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samspil.improvement.charts.words import decimals, percent, whole
from samspil.improvement.released import Count, Row

#: What the levels of care and sectors are called.
SECTORS = {
    "general_practice": gettext_lazy("General practice"),
    "municipality": gettext_lazy("The municipality"),
    "region": gettext_lazy("The region"),
}
FOUR = {
    "algorithm_positive": gettext_lazy("Found by the algorithm (estimate)"),
    "diagnosed": gettext_lazy("Diagnosed"),
    "attending": gettext_lazy("Attending controls"),
    "referred": gettext_lazy("Referred"),
}


def count_words(count: Count) -> str:
    """A count of persons in words."""
    if count.value is not None:
        return whole(count.value)
    return _("too few to show") if count.few else _("not measured")


def total(counts: Iterable[Count]) -> Count:
    """The sum of counts; too few to show where one of them is, as the rest would tell it."""
    found = list(counts)
    if any(count.few for count in found):
        return Count(None, few=True)
    known = [count.value for count in found if count.value is not None]
    return Count(sum(known)) if len(known) == len(found) else Count(None)


def share_words(part: Count, of: Count, places: int = 0) -> str:
    """A share in per cent; empty where one of the counts is not shown."""
    return percent(part.value / of.value, places) if part.value is not None and of.value else ""


def kroner(amount: Decimal | float | None) -> str:
    """An amount in whole kroner."""
    return "" if amount is None else _("%(amount)s kr.") % {"amount": whole(float(amount))}


def million(amount: Decimal | float | None) -> str:
    """An amount in millions of kroner with one decimal."""
    return "" if amount is None else _("%(amount)s m kr.") % {"amount": decimals(float(amount) / 1_000_000, 1)}


def amount_words(row: Row | None, column: str = "cost", *, short: bool = False) -> str:
    """An amount of a row in words; nothing was spent where there is no row."""
    if row is None:
        return kroner(0)
    amount = row.money(column)
    if amount is not None:
        return million(amount) if short else kroner(amount)
    return _("too few to show") if row.hides(column) else _("not measured")


def four_numbers(row: Row | None) -> list[tuple[str, str]]:
    """The four numbers with their names, always together (report 002 STRAT-3); what is not measured says so."""
    if row is None:
        return [(str(name), _("not measured")) for name in FOUR.values()]
    return [(str(name), count_words(row.count(column))) for column, name in FOUR.items()]


def place_name(unit: str) -> str:
    """What the region, or a municipality by its number, is called."""
    return _("The whole region") if unit in {"", "region"} else _("Municipality %(number)s") % {"number": unit}
