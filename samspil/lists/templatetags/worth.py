"""How figures about lists are written: shares with both their numbers, hidden counts, times, expectations."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from samspil.lists.models import EligibilityRound
from samspil.lists.names import version_title
from samspil.lists.worth import Share
from samspil.population.lists import Expectation

register = template.Library()


@register.filter
def shown(count: int | None) -> str | SafeString:
    """A count, or that it is not shown."""
    if count is None:
        return format_html('<span class="withheld">{}</span>', _("hidden"))
    return str(number_format(count))


@register.filter
def percent(value: float | None, decimals: int = 0) -> str:
    """A share from 0 to 1 in per cent; a dash when there is none."""
    return "–" if value is None else _("%(number)s %%") % {"number": _rounded(100 * value, decimals)}


@register.filter
def share(of: Share | None) -> str | SafeString:
    """A share with its numerator and denominator: `12 of 20 (60 %)`."""
    if of is None:
        return shown(None)
    if of.value is None:
        return "–"
    words = {"part": _plain(of.numerator), "whole": _plain(of.denominator), "percent": percent(of.value)}
    return _("%(part)s of %(whole)s (%(percent)s)") % words


@register.filter
def interval(of: tuple[float, float] | None) -> str:
    """An interval of shares: `40–77 %`."""
    if of is None:
        return "–"
    return f"{_rounded(100 * of[0])}–{percent(of[1])}"


def _rounded(value: float, decimals: int = 0) -> str:
    """A number to so many decimals. Django's own formatting would cut the others off, and 53.6 would be 53."""
    return str(number_format(round(value, decimals), decimals))


@register.filter
def criteria(of: EligibilityRound) -> str:
    """What the criteria of a round are called."""
    return version_title(of.model, of.version)


@register.filter
def duration(seconds: float | None) -> str:
    """A time in minutes and seconds, in hours from one hour on."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if whole >= 3600:
        hours = _rounded(whole / 3600, 1)
        return _("%(hours)s hours") % {"hours": hours}
    return _("%(minutes)s min %(seconds)s s") % {"minutes": whole // 60, "seconds": whole % 60}


@register.filter
def expected(of: Expectation | None) -> str:
    """A range of citizens; unknown when the number of doctors is, and a dash where nothing is expected."""
    if of is None:
        return "–"
    if of.low is None or of.high is None:
        return _("unknown number of doctors")
    low, high = round(of.low), round(of.high)
    return str(number_format(low)) if low == high else f"{number_format(low)}–{number_format(high)}"


@register.filter
def doctors(count: int) -> str:
    """So many doctors, in words."""
    return ngettext("%(count)s doctor", "%(count)s doctors", count) % {"count": number_format(count)}


def _plain(number: float) -> str:
    return str(number_format(number, 0 if float(number).is_integer() else 1))
