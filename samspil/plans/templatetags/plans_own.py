"""Filters for the citizen's own pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.plans.models import Plan
from samspil.plans.queries.onboarding import ways_of

register = template.Library()


@register.filter
def long_day(day: dt.date | dt.datetime | None) -> str:
    """A day as one says it, `mandag den 30. november 2026`; of a moment, the day it is here."""
    if day is None:
        return ""
    if isinstance(day, dt.datetime):
        day = timezone.localdate(day)
    parts = {name: date_format(day, code) for name, code in _PARTS.items()}
    return _("%(weekday)s %(number)s %(month)s %(year)s") % parts


_PARTS = {"weekday": "l", "number": "j", "month": "F", "year": "Y"}


@register.inclusion_tag("plans/_follows.html")
def follows(plan: Plan) -> dict[str, Any]:
    """How the citizen of a plan follows it, or that it is not settled, and whether the paper is old."""
    ways, paper = ways_of(plan)
    return {"ways": ways, "paper": paper, "plan": plan}
