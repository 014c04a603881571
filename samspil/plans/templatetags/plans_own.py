"""Filters for the citizen's own pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access.models import Citizen
from samspil.plans.actions.onboarding import needs_of
from samspil.plans.models import Pathway, Plan
from samspil.plans.queries.onboarding import paper_of, ways_of

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


@register.inclusion_tag("plans/_follows.html")
def follows_pathway(pathway: Pathway) -> dict[str, Any]:
    """The same of one pathway, which may have no plan yet."""
    paper = paper_of(pathway.plan) if pathway.plan is not None else None
    return {"ways": [pathway], "paper": paper, "plan": pathway.plan}


@register.inclusion_tag("plans/_needs_interpreter.html")
def interpreter_for(citizen: Citizen) -> dict[str, Any]:
    """Whom to bring when the citizen is talked with; nothing where nobody is needed (report 002 PLAN-13)."""
    return {"needs": needs_of(citizen)}
