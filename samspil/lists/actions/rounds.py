"""Eligibility rounds: the same criteria stay one round; changed criteria begin a new one and need a reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from samspil.access.actor import Actor
from samspil.definitions import SamspilError
from samspil.lists.models import EligibilityRound, Publication
from samspil.programmes import RiskModel

#: Parts of a definition that decide who is found; titles and sentences do not.
_DECIDING = ("eligible", "exclusions", "items", "bands", "target")
_WORDS = {"title", "says", "source", "note", "open_questions", "special_category"}


def open_round(
    actor: Actor, programme: str, definition: RiskModel, because: str = "", wanted: int | None = None
) -> EligibilityRound:
    """The round of these criteria: the current one when nothing changed, else a new one.

    Raises SamspilError, naming what changed, when criteria differ from the current round and no reason is given.
    """
    criteria = _criteria(definition)
    digest = hashlib.sha256(json.dumps(criteria, sort_keys=True).encode()).hexdigest()
    current = EligibilityRound.objects.filter(model=definition.model).order_by("-number").first()
    if current is not None and current.digest == digest:
        return current
    changes: list[list[Any]] = []
    if current is not None:
        last = Publication.objects.filter(round=current).order_by("-as_of", "-id").first()
        before = _criteria(RiskModel.model_validate(last.definition)) if last is not None else {}
        changes = differences(before, criteria)
        if not because.strip():
            names = ", ".join(str(change[0]) for change in changes[:5])
            raise SamspilError(
                f"the criteria of `{definition.model}` differ from round {current.number} ({names}); "
                "say why with --because, and a new round begins"
            )
    return EligibilityRound.objects.create(
        programme=programme,
        model=definition.model,
        number=current.number + 1 if current is not None else 1,
        version=definition.version,
        digest=digest,
        changes=changes,
        reason=because.strip(),
        wanted=wanted,
        opened_by=actor.name,
        opened_at=timezone.now(),
    )


def _criteria(definition: RiskModel) -> dict[str, Any]:
    whole = definition.model_dump(mode="json", by_alias=True)
    return {part: _without_words(whole[part]) for part in _DECIDING}


def _without_words(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _without_words(value) for key, value in part.items() if key not in _WORDS}
    if isinstance(part, list):
        return [_without_words(value) for value in part]
    return part


def differences(before: Any, after: Any, name: str = "") -> list[list[Any]]:
    """What changed between two definitions: [dotted name, before, after], in the order of the later one."""
    return list(_differences(before, after, name))


def _differences(before: Any, after: Any, name: str) -> Iterator[list[Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            yield from _differences(before.get(key), after.get(key), f"{name}.{key}".strip("."))
    elif isinstance(before, list) and isinstance(after, list) and _named(before) and _named(after):
        one, other = _by_name(before), _by_name(after)
        yield from _differences(one, other, name)
    elif before != after:
        yield [name, before, after]


def _name(part: Any) -> str | None:
    keys = ("item", "exclusion", "band", "level")
    return next((str(part[key]) for key in keys if isinstance(part, dict) and key in part), None)


def _named(parts: list[Any]) -> bool:
    return all(_name(part) is not None for part in parts)


def _by_name(parts: list[Any]) -> dict[str, Any]:
    return {str(_name(part)): part for part in parts}
