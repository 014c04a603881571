"""Services and referrals in words. What nobody has stated is said to be so."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samspil.access.models import OrganisationKind
from samspil.plans.models import Referral
from samspil.plans.programme import in_words, plan_format, programme_title
from samspil.programmes.services import Course, Deadline, SessionLimit

register = template.Library()
_WHY: dict[str, Any] = {
    "need": gettext_lazy("meets the need"),
    "arm": gettext_lazy("made for this target group"),
    "band": gettext_lazy("made for this stratum"),
    "municipality": gettext_lazy("of this municipality"),
    "fast": gettext_lazy("has an agreed start"),
}


@register.filter
def at(found: Mapping[str, Any], key: str) -> Any:
    """What a mapping has under a key; empty for nothing."""
    return found.get(key, "") if found else ""


@register.filter
def provider_words(kind: str) -> str:
    """A kind of provider."""
    return str(OrganisationKind(kind).label)


@register.filter
def programme_words(name: str) -> str:
    """What a programme is called."""
    return programme_title(name)


@register.filter
def level_words(level: str | None) -> str:
    """The level of a service."""
    return {"basic": _("basic"), "specialised": _("specialised")}.get(level or "", _("not stated"))


@register.filter
def why_words(why: str) -> str:
    """Why a service is suggested."""
    return str(_WHY[why])


@register.filter
def deadline_words(deadline: Deadline | None) -> str:
    """When it has started: a number with its unit, or that none is agreed."""
    if deadline is None:
        return _("not agreed")
    number = deadline.number
    said = {
        "working_days": ngettext("within %(number)s working day", "within %(number)s working days", number),
        "days": ngettext("within %(number)s day", "within %(number)s days", number),
        "weeks": ngettext("within %(number)s week", "within %(number)s weeks", number),
        "months": ngettext("within %(number)s month", "within %(number)s months", number),
    }
    return said[deadline.unit] % {"number": number}


@register.filter
def sessions_words(limit: SessionLimit | None) -> str:
    """How many sessions there can be, and how many with a plan of a target group."""
    if limit is None:
        return _("no limit of sessions agreed")
    about = {"number": limit.sessions}
    if limit.per == "course":
        said = _("at most %(number)s sessions in the course") % about
    else:
        said = _("at most %(number)s sessions in a calendar year") % about
    more = [
        _("%(number)s with a plan (%(arm)s)") % {"number": number, "arm": arm.upper()}
        for arm, number in limit.with_plan_of.items()
    ]
    return ", ".join([said, *more])


@register.filter
def course_words(course: Course) -> str:
    """How a course is planned, and the hours in all: `4 weeks, once a week for 2 hours: 8 hours in all`."""
    hours, planned = (number_format(number, 1 if number % 1 else 0) for number in (course.hours, course.hours_planned))
    said = ngettext(
        "%(weeks)s weeks, once a week for %(hours)s hours: %(planned)s hours in all",
        "%(weeks)s weeks, %(number)s times a week for %(hours)s hours: %(planned)s hours in all",
        course.sessions_per_week,
    )
    return said % {"weeks": course.weeks, "number": course.sessions_per_week, "hours": hours, "planned": planned}


@register.filter
def price_words(price: Decimal | None) -> str:
    """What it costs the citizen."""
    if price is None:
        return _("not stated")
    if not price:
        return _("free")
    return _("%(price)s kroner") % {"price": number_format(price, 2 if price % 1 else 0, force_grouping=True)}


@register.filter
def percent(share: float | None) -> str:
    """A share in whole per cent."""
    return "–" if share is None else f"{round(share * 100)} %"


@register.filter
def reason_words(code: str) -> str:
    """Why a citizen declined, or why a referral was rejected or ended."""
    form = plan_format()
    for each in (*form.decline_reasons, *form.referral_rejects, *form.dropout_reasons):
        if each.reason == code:
            return in_words(each.title)
    return code


_WAY = ("sent", "received", "accepted", "booked", "started", "completed")


@register.filter
def way_of(referral: Referral) -> list[tuple[str, str, bool]]:
    """The way of a referral: each state, in words, and whether it was reached. Another end stands last."""
    state = Referral.State
    reached = {step.state for step in referral.steps.all()}
    shown = list(_WAY) if referral.state in _WAY else [each for each in _WAY if each in reached]
    if referral.state not in _WAY:
        shown.append(referral.state)
    return [(each, str(state(each).label), each in reached) for each in shown]
