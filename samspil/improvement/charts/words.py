"""How numbers of figures are written in the page's language."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def whole(count: float) -> str:
    """A count with the language's mark of thousands: `1.283`."""
    return str(number_format(round(count), 0, force_grouping=True))


def decimals(value: float, places: int = 1) -> str:
    """A number to so many decimals, rounded and not cut off."""
    return str(number_format(round(value, places), places, force_grouping=True))


def percent(share: float | None, places: int = 0) -> str:
    """A share from 0 to 1 in per cent; a dash when there is none."""
    return "–" if share is None else _("%(number)s %%") % {"number": decimals(100 * share, places)}


def interval(low: float, high: float, places: int = 0) -> str:
    """An interval of shares: `72–80 %`."""
    return f"{decimals(100 * low, places)}–{percent(high, places)}"


def part_of(n: int, d: int) -> str:
    """A numerator with its denominator: `1.026 of 1.283`."""
    return _("%(part)s of %(whole)s") % {"part": whole(n), "whole": whole(d)}
