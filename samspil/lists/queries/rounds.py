"""Eligibility rounds with counts and reasons, and exclusions that were set aside: process, no clinical content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import Resource
from samspil.lists.models import EligibilityCheck, EligibilityRound, Inclusion, Publication, Source
from samspil.lists.names import Bulletin, language, model_title
from samspil.lists.programme import rules

PROCESS = Resource("process")
#: Overrides on one page.
PAGE = 50


@dataclass(frozen=True)
class Change:
    """What changed in the criteria, in words, before and after; None where there was, or is, nothing of it."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class SourceCount:
    """Inclusions from one source: begun, and enrolled."""

    source: Source
    begun: int
    enrolled: int


@dataclass
class RoundLine:
    """One round: what changed, who wanted it and why, how many it was to find and found, and who came in by it."""

    round: EligibilityRound
    changes: list[Change]
    #: In the target group by each of its publications, with the day.
    found: list[tuple[dt.date, int]]
    sources: list[SourceCount]

    @property
    def begun(self) -> int:
        return sum(source.begun for source in self.sources)

    @property
    def enrolled(self) -> int:
        return sum(source.enrolled for source in self.sources)


@dataclass
class ModelRounds:
    """The rounds of one model, first to last."""

    model: str
    title: str
    rounds: list[RoundLine]


def rounds(actor: Actor) -> list[ModelRounds]:
    """Every round of every model (report 001 R-CASE-01). Raises Refused for who may not see the process."""
    guard.require(actor, "read", PROCESS, "improvement")
    publications: dict[int, list[Publication]] = {}
    for publication in Publication.objects.order_by("as_of", "id"):
        publications.setdefault(publication.round_id, []).append(publication)
    rows = Inclusion.objects.order_by().values_list("round_id", "source")
    counts = {
        (key, source): (begun, enrolled)
        for key, source, begun, enrolled in rows.annotate(
            begun=Count("id"), n=Count("id", filter=Q(enrolled_at__isnull=False))
        )
    }
    found: dict[str, ModelRounds] = {}
    for one in EligibilityRound.objects.order_by("model", "number"):
        model = found.setdefault(one.model, ModelRounds(one.model, model_title(one.model), []))
        published = publications.get(one.pk, [])
        # Titles of what was left out are those of the round before.
        earlier = publications.get(model.rounds[-1].round.pk, []) if model.rounds else []
        bulletins = [Bulletin(found[-1]) for found in (published, earlier) if found]
        model.rounds.append(
            RoundLine(
                one,
                [change_in_words(name, before, after, bulletins) for name, before, after in one.changes],
                [(publication.as_of, publication.in_target) for publication in published],
                [SourceCount(source, *counts.get((one.pk, source.value), (0, 0))) for source in Source],
            )
        )
    return list(found.values())


def change_in_words(name: str, before: Any, after: Any, bulletins: Sequence[Bulletin] = ()) -> Change:
    """A change of the definition for people: titles instead of codes where a model of `bulletins` has them."""
    was, now = (None if value is None else _value(value) for value in (before, after))
    return Change(_what(name, bulletins), was, now)


def _what(name: str, bulletins: Sequence[Bulletin]) -> str:
    kind, _dot, rest = name.partition(".")
    code, _dot, part = rest.partition(".")
    parts = {
        "bands": _("points"),
        "levels": _("points"),
        "first_of": _("points"),
        "with": _("what is counted"),
        "enabled": _("in use"),
        "at_least": _("from how much"),
        "in_target": _("in the target group"),
        "any_of": _("when it excludes"),
        "min": _("youngest"),
        "max": _("oldest"),
        "within": _("how far back"),
    }
    said = ", ".join(parts.get(word, word) for word in part.split(".")) if part else ""
    match kind:
        case "target":
            return _("Score needed for the target group")
        case "eligible":
            return _("Age, %(what)s") % {"what": said}
        case "items":
            title = _title(code, [bulletin.item(code) for bulletin in bulletins])
        case "exclusions":
            title = _title(code, [bulletin.exclusion(code) for bulletin in bulletins])
        case "bands":
            title = _title(code, [bulletin.band(code) for bulletin in bulletins])
        case _:
            return name
    return f"{title}: {said}" if said else title


def _title(code: str, titles: Sequence[str]) -> str:
    """The first title that is not the code itself."""
    return next((title for title in titles if title != code), code)


def _value(value: Any) -> str:
    """A value of a definition on one line: a whole criterion by its points, and points as `from 40: 1`."""
    match value:
        case {"bands": [*bands]}:
            return _value(bands)
        case {"first_of": [*rungs]}:
            return _value(rungs)
        case {"levels": {**levels}}:
            return _value(levels)
        case {"level": level, "points": points}:
            return _("%(level)s: %(points)s points") % {"level": level, "points": points}
        case None:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case {"at_least": start, "points": points}:
            return _("from %(start)s: %(points)s points") % {"start": _value(start), "points": points}
        case Mapping():
            return ", ".join(f"{key}: {_value(part)}" for key, part in value.items() if part not in (None, [], {}))
        case list():
            return "; ".join(_value(part) for part in value)
        case float():
            return f"{value:g}"
        case _:
            return str(value)


@dataclass(frozen=True)
class Override:
    """That an exclusion was set aside: where, when and for which coded reason. Not of whom, and not which."""

    practice: str
    model: str
    day: dt.date
    reason: str


def overrides(actor: Actor, before: int | None = None) -> tuple[list[Override], int | None]:
    """A page of overrides, newest first, and the key that the next page begins before; None at the end.

    Raises Refused for who may not see the process.
    """
    guard.require(actor, "read", PROCESS, "improvement")
    checks = EligibilityCheck.objects.exclude(override_reason="").order_by("-id")
    if before is not None:
        checks = checks.filter(id__lt=before)
    keys = ("id", "inclusion__practice__name", "inclusion__model", "inclusion__programme", "at", "override_reason")
    rows = list(checks.values_list(*keys)[: PAGE + 1])
    page = [
        Override(practice, model_title(model), timezone.localdate(at), _reason(programme, reason))
        for _key, practice, model, programme, at, reason in rows[:PAGE]
    ]
    return page, rows[PAGE - 1][0] if len(rows) > PAGE else None


def _reason(programme: str, code: str) -> str:
    known = {found.reason: found.title for found in rules(programme).gate.override_reasons}
    return str(getattr(known[code], language())) if code in known else code
