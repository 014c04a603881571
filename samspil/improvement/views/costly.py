"""The practice's most costly patients with a disease."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samspil.access.middleware import Request
from samspil.improvement import costly_words
from samspil.improvement.bulletins import said
from samspil.improvement.queries import costly as queries
from samspil.improvement.queries.own_practice import newest


@require_GET
def costs(request: Request) -> HttpResponse:
    """The most costly patients of the practice, for the treating doctor alone."""
    found = queries.costly(request.actor, request.GET.get("set", ""))
    bulletins = {each.name: each for each in newest()}
    own = bulletins.get(found.name)
    flags = {each.flag: each.title for each in own.set.flags} if own is not None else {}
    titles = costly_words.diseases()
    analysis = found.analysis
    context = {
        "found": found,
        "rows": costly_words.rows(found, flags),
        "sets": [(name, titles.get(name, name)) for name in found.sets],
        "title": titles.get(found.name, found.name),
        "caution": (said(analysis.one_year.title), said(analysis.one_year.says)) if analysis is not None else None,
        "number": analysis.practice_list.number if analysis is not None else 0,
        "months": found.publication.definition["months"] if found.publication is not None else 0,
    }
    return render(request, "improvement/quality_costs.html", context)
