"""The flags of one citizen: those that are set, those that were, and which there are."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.access.policy import may
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.models import PatientFlag
from samspil.improvement.queries.own_practice import flags_about, newest, own_patients


@dataclass(frozen=True)
class Told:
    """One flag of the citizen in words."""

    flag: PatientFlag
    title: str
    set: str


@dataclass(frozen=True)
class Choice:
    """A flag that can be set: its set and code, its words, and what it means."""

    key: str
    title: str
    about: str


@dataclass
class Flags:
    """Everything the page of a citizen's flags shows."""

    citizen: Citizen
    now: list[Told]
    earlier: list[Told]
    choices: list[Choice]
    may_write: bool
    treats: bool


def flags(actor: Actor, key: int) -> Flags:
    """A citizen's flags, for the practice, and for a municipal professional with a task.

    Raises Citizen.DoesNotExist, and Refused.
    """
    citizen = Citizen.objects.select_related("practice").get(pk=key)
    resource = flags_about(citizen)
    guard.require(actor, "read", resource, "care")
    sets = {each.name: each for each in newest()}
    found = PatientFlag.objects.filter(citizen=citizen).select_related(
        "by__user", "by__organisation", "removed_by__user", "removed_by__organisation"
    )
    told = [_told(each, sets) for each in found]
    taken = {(each.flag.set, each.flag.flag) for each in told if each.flag.removed_at is None}
    return Flags(
        citizen=citizen,
        now=[each for each in told if each.flag.removed_at is None],
        earlier=[each for each in told if each.flag.removed_at is not None],
        choices=[
            Choice(f"{name}/{flag.flag}", _with_set(said(flag.title), bulletin.title, len(sets)), said(flag.about))
            for name, bulletin in sets.items()
            for flag in bulletin.set.flags
            if (name, flag.flag) not in taken
        ],
        may_write=bool(may(actor, "write", resource, "care")),
        treats=bool(may(actor, "read", own_patients(actor, citizen), "improvement")),
    )


def _told(flag: PatientFlag, sets: dict[str, Bulletin]) -> Told:
    bulletin = sets.get(flag.set)
    return Told(flag, bulletin.flag_title(flag.flag) if bulletin else flag.flag, bulletin.title if bulletin else "")


def _with_set(title: str, of: str, sets: int) -> str:
    """The set is said where there are several."""
    return f"{title} ({of})" if sets > 1 else title
