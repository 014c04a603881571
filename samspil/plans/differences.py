"""What is different between two versions of a plan, in sentences one can read; texts word by word.

    changes = between(older.content, newer.content)      # every leaf that differs, nothing else
    lines(changes, older.content, newer.content)         # "Goal changed: …", grouped by what they are about

Every change of the content is a `Change`, and every `Change` is in one of the lines.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from samspil.access.models import Category
from samspil.plans.models import Activity, Goal, Plan
from samspil.plans.programme import in_words, plan_format, programme_title
from samspil.programmes.in_use import programmes
from samspil.programmes.schema import Text

#: Records by their keys; everything else of the content is one value.
RECORDS = ("sections", "goals", "activities", "contacts", "links")


class Absent:
    """What a record is where it is not there."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


@dataclass(frozen=True)
class Change:
    """A value that differs, and where: `("goals", "12", "words")`. A record that came or went is one change."""

    path: tuple[str, ...]
    before: Any
    after: Any


@dataclass(frozen=True)
class Piece:
    """Some words that are the same, or only in the older or the newer text."""

    kind: Literal["same", "removed", "added"]
    text: str


@dataclass(frozen=True)
class Detail:
    """One field that differs."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass
class Line:
    """What happened to one thing."""

    heading: str
    details: list[Detail] = field(default_factory=list)


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Every value that differs between two contents of a plan."""
    found: list[Change] = []
    for name in dict.fromkeys([*before, *after]):
        old, new = before.get(name, ABSENT), after.get(name, ABSENT)
        if old == new:
            continue
        if name in RECORDS:
            found += _records(name, {} if old is ABSENT else old, {} if new is ABSENT else new)
        else:
            found.append(Change((name,), old, new))
    return found


def _records(name: str, before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    found: list[Change] = []
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key, ABSENT), after.get(key, ABSENT)
        if old is ABSENT or new is ABSENT:
            found.append(Change((name, key), old, new))
            continue
        found += [
            Change((name, key, part), old.get(part, ABSENT), new.get(part, ABSENT))
            for part in dict.fromkeys([*old, *new])
            if old.get(part, ABSENT) != new.get(part, ABSENT)
        ]
    return found


def lines(changes: list[Change], before: dict[str, Any], after: dict[str, Any]) -> list[Line]:
    """The changes in words, those of one thing together. Every change has its detail."""
    found: dict[tuple[str, ...], Line] = {}
    goals = {key: goal["words"] for content in (before, after) for key, goal in content.get("goals", {}).items()}
    for change in changes:
        if len(change.path) == 1:
            (name,) = change.path
            label = str(FIELDS.get(name, name))
            pieces = words_between(_value(name, change.before), _value(name, change.after))
            found[change.path] = Line(label, [Detail("", pieces)])
            continue
        kind, key = change.path[:2]
        line = found.setdefault((kind, key), Line(_heading(kind, key, before, after)))
        if len(change.path) == 3:
            line.details.append(_detail(kind, change.path[2], change.before, change.after, goals))
        else:
            line.details += _whole(kind, change.before, change.after, goals)
    return list(found.values())


def _whole(kind: str, before: Any, after: Any, goals: dict[str, str]) -> list[Detail]:
    """The fields of a record that came or went, as far as they say something."""
    record = before if after is ABSENT else after
    fields = {name: value for name, value in record.items() if value not in (None, "", False)} or record
    return [
        _detail(kind, name, value if after is ABSENT else ABSENT, ABSENT if after is ABSENT else value, goals)
        for name, value in fields.items()
    ]


def _detail(kind: str, name: str, before: Any, after: Any, goals: dict[str, str]) -> Detail:
    if (kind, name) == ("activities", "goal"):
        before, after = (value if value is ABSENT else goals.get(value, "") for value in (before, after))
    label = "" if (kind, name) == ("sections", "text") else str(FIELDS.get(name, name))
    return Detail(label, words_between(_value(name, before, kind), _value(name, after, kind)))


def _heading(kind: str, key: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    """What a line is about, and whether it came, went, or changed."""
    old, new = before.get(kind, {}).get(key), after.get(kind, {}).get(key)
    if kind == "sections":
        known = plan_format().section(key)
        return in_words(known.title) if known is not None else key
    name = _name_of(kind, new or old)
    happened = HAPPENED[kind]["added" if old is None else "removed" if new is None else "changed"]
    return str(happened) % {"name": name}


def _name_of(kind: str, record: dict[str, Any]) -> str:
    name = {"goals": "words", "activities": "what", "contacts": "name", "links": "title"}[kind]
    return str(record.get(name, ""))


def words_between(before: str, after: str) -> tuple[Piece, ...]:
    """Two texts word by word."""
    old, new = _split(before), _split(after)
    found: list[Piece] = []
    for what, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(Piece("same", "".join(old[i:j])))
            continue
        if j > i:
            found.append(Piece("removed", "".join(old[i:j])))
        if m > k:
            found.append(Piece("added", "".join(new[k:m])))
    return tuple(found)


def _split(text: str) -> list[str]:
    """Words with the space after them, so that both texts can be put together again."""
    return re.findall(r"\S+\s*|\s+", text)


def _value(name: str, value: Any, kind: str = "") -> str:
    """A value in words."""
    if value is ABSENT or value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_on") or name in {"due", "next_follow_up"}:
        return date_format(dt.date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if name == "programmes":
        return ", ".join(programme_title(each.split("/")[0]) for each in value)
    choices = _CHOICES.get((kind, name)) or _CHOICES.get(("", name))
    if choices is not None:
        return str(dict(choices.choices).get(value, value))
    named = _NAMED.get(name)
    known = named(str(value)) if named is not None else None
    return in_words(known) if known is not None else str(value)


def _link(code: str) -> Text | None:
    return next((each.title for each in plan_format().links if each.kind == code), None)


def _condition(code: str) -> Text | None:
    return next((each.title for each in plan_format().coordination.chronic_conditions if each.condition == code), None)


def _programme(name: str) -> Text | None:
    found = programmes().get(name)
    return found.definition.title if found is not None else None


def _service(name: str) -> Text | None:
    catalogues = [found.services for found in programmes().values() if found.services is not None]
    return next((each.title for own in catalogues for each in own.services if each.service == name), None)


#: Codes that have a title somewhere: what it is, None for one that is there no more.
_NAMED: dict[str, Callable[[str], Text | None]] = {
    "kind": _link,
    "most_limiting": _condition,
    "programme": _programme,
    "service": _service,
}


_CHOICES: dict[tuple[str, str], Any] = {
    ("", "state"): Plan.State,
    ("goals", "state"): Goal.State,
    ("activities", "state"): Activity.State,
    ("", "stated_by"): Goal.StatedBy,
    ("", "domain"): Goal.Domain,
    ("", "category"): Category,
    ("", "involvement"): Plan.Involvement,
}
HAPPENED: dict[str, dict[str, Promise]] = {
    "goals": {
        "added": gettext_lazy("Goal added: %(name)s"),
        "changed": gettext_lazy("Goal changed: %(name)s"),
        "removed": gettext_lazy("Goal removed: %(name)s"),
    },
    "activities": {
        "added": gettext_lazy("Activity added: %(name)s"),
        "changed": gettext_lazy("Activity changed: %(name)s"),
        "removed": gettext_lazy("Activity removed: %(name)s"),
    },
    "contacts": {
        "added": gettext_lazy("Contact added: %(name)s"),
        "changed": gettext_lazy("Contact changed: %(name)s"),
        "removed": gettext_lazy("Contact removed: %(name)s"),
    },
    "links": {
        "added": gettext_lazy("Other plan added: %(name)s"),
        "changed": gettext_lazy("Other plan changed: %(name)s"),
        "removed": gettext_lazy("Other plan removed: %(name)s"),
    },
}
FIELDS: dict[str, Promise] = {
    "state": gettext_lazy("Status"),
    "accountable": gettext_lazy("Accountable person"),
    "most_limiting": gettext_lazy("What limits most"),
    "involvement": gettext_lazy("How much the citizen takes on"),
    "next_follow_up": gettext_lazy("Next follow-up"),
    "confirmed": gettext_lazy("The citizen has said yes to the goals"),
    "programmes": gettext_lazy("Programmes"),
    "not_assessed": gettext_lazy("Not assessed"),
    "words": gettext_lazy("Goal in words"),
    "stated_by": gettext_lazy("Stated by"),
    "domain": gettext_lazy("Concerns"),
    "measure": gettext_lazy("How we see it"),
    "baseline": gettext_lazy("How it is now"),
    "midterm_on": gettext_lazy("Evaluated midway on"),
    "midterm": gettext_lazy("Midway"),
    "final_on": gettext_lazy("Evaluated finally on"),
    "what": gettext_lazy("What is done"),
    "goal": gettext_lazy("For the goal"),
    "programme": gettext_lazy("Programme"),
    "service": gettext_lazy("Service"),
    "category": gettext_lazy("Kind of data"),
    "party": gettext_lazy("Responsible"),
    "holder": gettext_lazy("Person"),
    "by_citizen": gettext_lazy("The citizen does it"),
    "due": gettext_lazy("No later than"),
    "statutory": gettext_lazy("Duty by law"),
    "name": gettext_lazy("Name"),
    "relation": gettext_lazy("Who it is"),
    "phone": gettext_lazy("Telephone"),
    "when": pgettext_lazy("hours to call", "When"),
    "first": gettext_lazy("Called first"),
    "is_relative": gettext_lazy("A relative"),
    "kind": gettext_lazy("Kind of plan"),
    "title": gettext_lazy("Title"),
    "owner": gettext_lazy("Kept by"),
    "conflict": gettext_lazy("Where the plans pull apart"),
}
