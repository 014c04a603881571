"""Patients whom the practice has lost sight of, and what has been tried to reach them (report 003 L941-944)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import F

from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.models import LostPatient, OutreachAttempt, PatientFlag, PatientState
from samspil.improvement.queries.own_practice import (
    PAGE,
    PRINTED,
    Page,
    attempts_of,
    bulletin,
    flags_of,
    log_seen,
    open_list,
    paged,
    states_of,
)
from samspil.improvement.reaching import GROUPS, group_of
from samspil.programmes.indicators import Indicator

_State = PatientState.State


@dataclass
class Row:
    """A patient who is lost, or was and is back."""

    citizen: Citizen
    lost: LostPatient | None
    group: str
    attempts: list[OutreachAttempt]
    flags: list[PatientFlag] = field(default_factory=list)
    #: What is overdue.
    overdue: list[Indicator] = field(default_factory=list)

    @property
    def newest_attempt(self) -> int:
        """What the page knows of: the newest attempt, 0 for none."""
        return max((each.pk for each in self.attempts), default=0)


@dataclass
class Lost:
    """The list of a set, by what became of the attempts."""

    bulletin: Bulletin
    counts: dict[str, int]
    group: str
    rows: list[Row]
    page: Page


def lost(actor: Actor, name: str, *, group: str = "", page: int | None = None, whole: bool = False) -> Lost:
    """Who is lost to follow-up, and who came back, in one of the groups of `reaching`.

    Who has a flag that stops outreach stands apart, and is not on the list to be called. Each patient shown is logged.
    Raises Refused, and LookupError for a set that was never published.
    """
    decision = open_list(actor)
    found = bulletin(name)
    rows = _rows(actor, found)
    counted = Counter(row.group for row in rows)
    counts = {each: counted[each] for each in GROUPS if counted[each]}
    chosen = group if group in GROUPS else next(iter(counts), GROUPS[0])
    listed = [row for row in rows if row.group == chosen]
    where, part = paged(len(listed), page, PRINTED if whole else PAGE)
    on_page = listed[part]
    keys = [row.citizen.pk for row in on_page]
    log_seen(actor, decision, keys, f"{name}/lost")
    titles = {each.indicator: each for each in found.shown}
    overdue: dict[int, list[Indicator]] = {}
    for state in states_of(actor, found).filter(citizen__in=keys, state=_State.OVERDUE):
        if state.indicator in titles:
            overdue.setdefault(state.citizen_id, []).append(titles[state.indicator])
    for row in on_page:
        row.overdue = overdue.get(row.citizen.pk, [])
    return Lost(found, counts, chosen, on_page, where)


def _rows(actor: Actor, found: Bulletin) -> list[Row]:
    """Everybody on the list, those without any contact known first, and those who were on it when they were tried."""
    attempts = attempts_of(actor, found.name)
    of_today = {"citizen__practice_id": F("practice_id"), "citizen__inactive": False}
    now = LostPatient.objects.filter(
        publication=found.publication, practice_id=actor.organisation_id, **of_today
    ).select_related("citizen")
    lost_now = sorted(
        now, key=lambda each: (each.last_contact is not None, each.last_contact, each.citizen.name, each.pk)
    )
    were = [key for key, tried in attempts.items() if any(each.lost for each in tried)]
    gone = {each.citizen_id for each in lost_now}
    came_back = Citizen.objects.filter(
        pk__in=[key for key in were if key not in gone], practice_id=actor.organisation_id, inactive=False
    ).order_by("name", "pk")
    people = [(each.citizen, each) for each in lost_now] + [(citizen, None) for citizen in came_back]
    flags = flags_of([citizen.pk for citizen, _lost in people], found.name)
    stopping = {each.flag for each in found.set.flags if each.stops_outreach}
    rows = []
    for citizen, of_now in people:
        tried, said = attempts.get(citizen.pk, []), flags.get(citizen.pk, [])
        stopped = any(flag.flag in stopping for flag in said)
        rows.append(Row(citizen, of_now, group_of(tried, of_now, stopped=stopped), tried, said))
    return rows
