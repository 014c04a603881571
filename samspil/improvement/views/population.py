"""Leadership's pages of the population: overview, indicators, segments, cost, and the tables to take out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from samspil.access.middleware import Request
from samspil.improvement import (
    network_how,
    network_pages,
    population_cost,
    population_overview,
    population_segments,
    population_strata,
    table_files,
)
from samspil.improvement.bulletins import said
from samspil.improvement.charts import bars
from samspil.improvement.population_words import place_name
from samspil.improvement.queries import population as queries
from samspil.improvement.queries import population_indicators, released_tables
from samspil.improvement.queries.released_tables import Taken


@require_GET
def overview(request: Request) -> HttpResponse:
    """The region in key figures, three aims, and indicators by municipality."""
    segments, cost = queries.newest_segments(request.actor), queries.newest_cost(request.actor)
    sets = population_indicators.sets(request.actor)
    functions = queries.may_see_functions(request.actor)
    context = {
        "segments": segments,
        "cost": cost,
        "key_figures": population_overview.key_figures(segments, cost),
        "aims": population_overview.aims(sets, segments, cost),
        "steps": population_overview.steps(sets, segments, functions=functions),
        "sets": [population_overview.set_rows(each) for each in sets],
        "strata": population_overview.strata_words(segments) if segments is not None else [],
        "top": population_overview.share_of_top(cost) if cost is not None else "",
        "caution": cost.analysis.one_year if cost is not None else None,
        "tab": "overview",
        **_around(request),
    }
    return render(request, "improvement/population/overview.html", context)


@require_GET
def indicator(request: Request, name: str, indicator: str) -> HttpResponse:
    """One indicator: the region's trend, and every municipality."""
    try:
        found = population_indicators.one(request.actor, name, indicator)
    except LookupError as error:
        raise Http404 from error
    (line,) = found.lines
    context = {
        "found": found,
        "bulletin": found.bulletin,
        "row": network_pages.row(line),
        "trend": population_overview.drawn_trend(line),
        "bars": bars.bars(
            f"categories-{indicator}",
            said(line.indicator.title),
            [bars.Bar(each.title, each.persons) for each in line.categories],
        ),
        "municipalities": population_overview.municipalities(found, indicator),
        "how": network_how.how(found, line),
        **_around(request),
    }
    return render(request, "improvement/population/indicator.html", context)


@require_GET
def segments(request: Request) -> HttpResponse:
    """Segments, strata, multimorbidity and the high-need group, of the region or one municipality."""
    found = queries.newest_segments(request.actor)
    context: dict[str, Any] = {"found": found, "tab": "segments", **_around(request)}
    if found is not None:
        unit = request.GET.get("unit", "")
        try:
            programmes = population_segments.programmes(found, unit)
        except LookupError as error:
            raise Http404 from error
        sheets, pyramid = population_strata.strata(found, unit)
        context |= {
            "unit": unit,
            "place": place_name(unit),
            "units": [(each, place_name(each)) for each in found.units],
            "locality": population_segments.locality(found, unit),
            "programmes": programmes,
            "sheets": sheets,
            "pyramid": pyramid,
            "square": population_strata.square(found, unit),
            "several": population_strata.multimorbidity(found, unit),
            "need": population_strata.high_need(found) if not unit else None,
            "tables": released_tables.names_of(found.publication),
        }
    return render(request, "improvement/population/segments.html", context)


@require_GET
def cost(request: Request) -> HttpResponse:
    """What care costs, by sector, person, month and year."""
    found = queries.newest_cost(request.actor)
    context: dict[str, Any] = {"found": found, "tab": "cost", **_around(request)}
    if found is not None:
        drawn, per_citizen = population_cost.sectors(found)
        columns, rows = population_cost.by_municipality(found)
        context |= {
            "caution": (said(found.analysis.one_year.title), said(found.analysis.one_year.says)),
            "sectors": drawn,
            "per_citizen": per_citizen,
            "services": population_cost.services(found),
            "columns": columns,
            "municipalities": rows,
            "groups": population_cost.groups(found),
            "curve": population_cost.curve(found),
            "top": population_overview.share_of_top(found),
            "courses": population_cost.courses(found),
            "moves": population_cost.moves(found),
            "profile": population_cost.profile(found),
            "tables": released_tables.names_of(found.publication),
        }
    return render(request, "improvement/population/cost.html", context)


def _around(request: Request) -> dict[str, bool]:
    """Which ways from here are open to the viewer."""
    return {
        "may_take": queries.may_take_tables(request.actor),
        "may_see_functions": queries.may_see_functions(request.actor),
    }


_FORMS: dict[str, tuple[str, Callable[[Taken], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", table_files.csv_file),
    "parquet": ("application/vnd.apache.parquet", table_files.parquet_file),
}


@require_GET
def table(request: Request, key: str, form: str) -> HttpResponse:
    """A released table as a file."""
    if form not in _FORMS:
        raise Http404
    try:
        taken = released_tables.take(request.actor, key, form)
    except LookupError as error:
        raise Http404 from error
    content_type, made = _FORMS[form]
    answer = HttpResponse(made(taken), content_type=content_type)
    answer["Content-Disposition"] = f'attachment; filename="{key}-{taken.as_of}.{form}"'
    answer["X-Release"] = taken.release
    return answer
