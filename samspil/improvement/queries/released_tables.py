"""Released tables to take out: rows exactly as the release has them, and every taking of one logged.

Leadership's zone has no practices (003 L2624-2626): of a release that drawings of networks are made from, the rows of
single practices stay behind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.improvement.models import FiguresPublication, IndicatorPublication, Level, ReleasedTable
from samspil.improvement.queries.population import TABLES


@dataclass(frozen=True)
class Taken:
    """A table with where it comes from."""

    key: str
    release: str
    run: str
    as_of: str
    columns: list[str]
    rows: list[list[Any]]


def names_of(publication: FiguresPublication | IndicatorPublication) -> list[str]:
    """The keys of the tables of a publication, for links."""
    kind = publication.kind if isinstance(publication, FiguresPublication) else publication.set
    return [f"{kind}-{name}" for name in publication.tables.order_by("name").values_list("name", flat=True)]


def take(actor: Actor, key: str, form: str) -> Taken:
    """A table of the newest publication: `segments-sizes`, `cost-groups`, or `t2d-results` of a set of indicators.

    Raises Refused, and LookupError for a table that there is not. The access log has who took what, of which release.
    """
    decision = guard.require(actor, "read", TABLES, "improvement")
    kind, _, name = key.partition("-")
    table = _newest(kind, name)
    if table is None:
        raise LookupError(key)
    publication = table.figures or table.indicators
    assert publication is not None, "a table is of one publication"
    detail = f"{key}.{form} {publication.release}"
    log.append([log.entry(actor, "read", TABLES, "improvement", decision, detail=detail)])
    rows = table.rows
    if "level" in table.columns:
        level = table.columns.index("level")
        rows = [row for row in rows if row[level] != Level.PRACTICE]
    return Taken(key, publication.release, publication.run, publication.as_of.isoformat(), table.columns, rows)


def _newest(kind: str, name: str) -> ReleasedTable | None:
    tables = ReleasedTable.objects.filter(name=name).select_related("figures", "indicators")
    if kind in FiguresPublication.Kind.values:
        newest = FiguresPublication.objects.filter(kind=kind).first()
        return tables.filter(figures=newest).first() if newest is not None else None
    later = IndicatorPublication.objects.filter(set=OuterRef("indicators__set"))
    later = later.filter(as_of__gt=OuterRef("indicators__as_of"))
    own = tables.filter(indicators__set=kind).exclude(Exists(later))
    return own.order_by("-indicators__id").first()
