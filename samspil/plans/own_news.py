"""What has changed in a plan, told to the citizen in plain sentences: what, who did it, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access.models import Role, User
from samspil.plans.differences import ABSENT, Change, between
from samspil.plans.models import Activity, Goal, Plan, Revision
from samspil.plans.programme import in_words, plan_format

#: Revisions that are told one by one; of more, what differs between the first and the last of them.
MOST_REVISIONS = 40


@dataclass(frozen=True)
class News:
    """One change, by whom and on which day. `who` is empty when several people had a part in it."""

    words: str
    who: str
    on: dt.date


def news_since(plan: Plan, since: dt.datetime, reader: User | None) -> list[News]:
    """What others have changed since a moment, the newest first, each thing once."""
    newer = list(plan.revisions.filter(at__gt=since).select_related("by").order_by("number")[: MOST_REVISIONS + 1])
    if not newer:
        return []
    before = plan.revisions.filter(number__lt=newer[0].number).order_by("-number").first()
    old: dict[str, Any] = before.content if before is not None else {}
    found: dict[tuple[str, ...], News] = {}
    if len(newer) > MOST_REVISIONS:
        last = plan.revisions.order_by("-number")[0]
        for change in between(old, last.content):
            _tell(found, change, last.content, old, "", timezone.localdate(last.at))
        return list(found.values())
    for revision in newer:
        if reader is None or revision.by_id != reader.pk:
            for change in between(old, revision.content):
                _tell(found, change, revision.content, old, _who(revision), timezone.localdate(revision.at))
        old = revision.content
    return sorted(found.values(), key=lambda news: news.on, reverse=True)


def changes_by_others(plan: Plan, goals: Collection[int]) -> dict[int, News]:
    """For each of these goals the newest change of its words, or of how far it is, by somebody else than the citizen.

    Only while it is the newest: what the citizen changed after that, the citizen has seen.
    """
    if not goals:
        return {}
    found: dict[int, News] = {}
    settled: set[int] = set()
    after: Revision | None = None
    revisions = plan.revisions.select_related("by").order_by("-number")
    for revision in revisions[:MOST_REVISIONS]:
        if after is not None:
            _goals_between(revision.content, after, goals, settled, found)
        if settled >= set(goals):
            break
        after = revision
    return found


def _goals_between(
    older: dict[str, Any], newer: Revision, goals: Collection[int], settled: set[int], found: dict[int, News]
) -> None:
    for key in set(goals) - settled:
        old, new = older.get("goals", {}).get(str(key)), newer.content.get("goals", {}).get(str(key))
        if old == new or old is None or new is None:
            continue
        settled.add(key)
        if newer.role != Role.CITIZEN:
            changed = [Change(("goals", str(key), name), old.get(name), new[name]) for name in new]
            words = [_goal(each, new, old) for each in changed if each.before != each.after]
            if any(words):
                text = next(each for each in words if each)
                found[key] = News(text, _who(newer), timezone.localdate(newer.at))


def _who(revision: Revision) -> str:
    return ", ".join(filter(None, [revision.by.name, revision.organisation]))


def _tell(
    found: dict[tuple[str, ...], News],
    change: Change,
    new: dict[str, Any],
    old: dict[str, Any],
    who: str,
    on: dt.date,
) -> None:
    words = _words(change, new, old)
    if words:
        # What is told later about the same thing takes the place of what was told before.
        key = change.path[:2]
        found.pop(key, None)
        found[key] = News(words, who, on)


def _words(change: Change, new: dict[str, Any], old: dict[str, Any]) -> str:
    """A change in a sentence; empty for what the citizen need not be told of."""
    match change.path[0]:
        case "sections":
            known = plan_format().section(change.path[1])
            title = in_words(known.citizen_title) if known is not None else change.path[1]
            return _("The text “%(title)s” was written anew.") % {"title": title}
        case "goals":
            key = change.path[1]
            return _goal(change, new.get("goals", {}).get(key), old.get("goals", {}).get(key))
        case "activities":
            key = change.path[1]
            return _activity(change, new.get("activities", {}).get(key), old.get("activities", {}).get(key))
        case "contacts":
            return _contact(change, new.get("contacts", {}), old.get("contacts", {}))
        case "links":
            known_now = new.get("links", {}).get(change.path[1])
            return _("Another plan is mentioned: %(title)s.") % known_now if known_now else ""
        case _:
            return _whole(change)


def _contact(change: Change, now: dict[str, Any], before: dict[str, Any]) -> str:
    key = change.path[1]
    if change.after is ABSENT:
        return _("%(name)s is not among those to call any more.") % {"name": before[key]["name"]}
    called = {"name": now[key]["name"], "relation": now[key]["relation"]}
    return _("You can call %(name)s, %(relation)s.") % called


def _whole(change: Change) -> str:
    match change.path[0], change.after:
        case "accountable", str(name):
            return _("%(name)s is now the one who keeps your plan together.") % {"name": name}
        case "next_follow_up", str(day):
            on = date_format(dt.date.fromisoformat(day), "SHORT_DATE_FORMAT")
            return _("You talk about how the plan is going next on %(day)s.") % {"day": on}
        case "state", Plan.State.ACTIVE:
            return _("The plan counts from now on.")
        case "state", Plan.State.CLOSED:
            return _("The plan has ended.")
        case "involvement", str(code) if code:
            return _("It was chosen how much you take on now.")
        case _:
            return ""


def _goal(change: Change, now: Any, before: Any) -> str:
    if now is None:
        return ""
    if before is None:
        return _("A new goal: “%(goal)s”") % {"goal": now["words"]}
    match change.path[-1]:
        case "words":
            return _("The goal “%(before)s” now says “%(after)s”") % {"before": before["words"], "after": now["words"]}
        case "state":
            return _("The goal “%(goal)s”: %(state)s") % {"goal": now["words"], "state": _label(Goal.State, now)}
        case "stated_by":
            return ""
        case _:
            return _("More was written about the goal “%(goal)s”") % {"goal": now["words"]}


def _activity(change: Change, now: Any, before: Any) -> str:
    if now is None:
        return ""
    who = now["party"] or _("you")
    if before is None:
        return _("New in the plan: %(what)s (%(who)s)") % {"what": now["what"], "who": who}
    if change.path[-1] == "state":
        return _("%(what)s (%(who)s): %(state)s") % {
            "what": now["what"],
            "who": who,
            "state": _label(Activity.State, now),
        }
    return _("Changed in the plan: %(what)s (%(who)s)") % {"what": now["what"], "who": who}


def _label(states: Any, now: dict[str, Any]) -> str:
    return str(dict(states.choices).get(now["state"], now["state"]))
