"""The versions of a plan, and what is different between any two of them, as far as the reader may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Category
from samspil.access.policy import may
from samspil.plans.actions.changing import purpose_of, resource_of
from samspil.plans.actions.revisions import changed_since_decided, last_decision
from samspil.plans.content import content_of
from samspil.plans.differences import Line, between, lines
from samspil.plans.kinds import only_kinds
from samspil.plans.models import Plan, Revision
from samspil.plans.queries.plan import kinds_open_to
from samspil.plans.words import CHANGES

#: Versions on one page.
PAGE = 50


@dataclass(frozen=True)
class Version:
    """A version with what was done. `why` is shown only to those who see every kind of data."""

    revision: Revision
    what: str
    why: str


@dataclass(frozen=True)
class History:
    """A page of the versions, newest first. `since_decided` is what a material revision now would be about."""

    plan: Plan
    versions: list[Version]
    more: int | None
    may_decide: bool
    since_decided: list[Line]


@dataclass(frozen=True)
class Difference:
    """Two versions side by side; `withheld` when something else changed that the reader may not see."""

    plan: Plan
    older: Version
    newer: Version
    lines: list[Line]
    withheld: bool


def _plan(actor: Actor, key: int, detail: str) -> tuple[Plan, frozenset[Category]]:
    plan = Plan.objects.select_related("citizen", "practice", "accountable__user").get(pk=key)
    resource = resource_of(plan)
    guard.require(actor, "read", resource, purpose_of(actor), detail=detail)
    return plan, kinds_open_to(actor, resource)


def _version(revision: Revision, kinds: frozenset[Category]) -> Version:
    what = str(CHANGES.get(revision.what, revision.what))
    return Version(revision, what, revision.why if len(kinds) == len(Category) else "")


def history(actor: Actor, key: int, before: int | None = None) -> History:
    """The versions of a plan, those before the number `before`. Raises Plan.DoesNotExist and Refused."""
    plan, kinds = _plan(actor, key, "versions")
    found = plan.revisions.select_related("by").defer("content")
    if before is not None:
        found = found.filter(number__lt=before)
    shown = list(found[: PAGE + 1])
    may_decide = bool(may(actor, "decide", resource_of(plan), purpose_of(actor))) and plan.state == Plan.State.ACTIVE
    changed = changed_since_decided(plan) if may_decide else []
    return History(
        plan=plan,
        versions=[_version(each, kinds) for each in shown[:PAGE]],
        more=shown[PAGE - 1].number if len(shown) > PAGE else None,
        may_decide=may_decide,
        since_decided=lines(changed, _decided(plan), content_of(plan)) if changed else [],
    )


def _decided(plan: Plan) -> dict[str, Any]:
    """The content at the last decision, for the names of what has gone since."""
    found = last_decision(plan)
    content: dict[str, Any] = found.content if found is not None else {}
    return content


def difference(actor: Actor, key: int, one: int, other: int) -> Difference:
    """What differs between two versions, in their order. Raises Plan and Revision.DoesNotExist, and Refused."""
    plan, kinds = _plan(actor, key, f"versions {one} {other}")
    older, newer = (plan.revisions.select_related("by").get(number=number) for number in sorted((one, other)))
    before, after = only_kinds(older.content, kinds), only_kinds(newer.content, kinds)
    changes = between(before, after)
    return Difference(
        plan=plan,
        older=_version(older, kinds),
        newer=_version(newer, kinds),
        lines=lines(changes, before, after),
        withheld=len(changes) < len(between(older.content, newer.content)),
    )
