"""The practice's patients by one indicator, and one patient by all of them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.journal import GROUPS, Stand, State, as_published, asked, with_journal
from samspil.improvement.models import LostPatient, OutreachAttempt, PatientFlag
from samspil.improvement.queries.own_overview import Line, one_line
from samspil.improvement.queries.own_practice import (
    PAGE,
    PRINTED,
    Page,
    Patient,
    answers_of,
    attempts_of,
    bulletin,
    complete,
    flags_of,
    log_seen,
    open_list,
    own_patients,
    paged,
    states_of,
)
from samspil.programmes.indicators import Indicator

_FAR = dt.date.min


@dataclass
class Row:
    """One patient on a list of an indicator."""

    citizen: Citizen
    stand: Stand
    flags: list[PatientFlag] = field(default_factory=list)
    outreach: OutreachAttempt | None = None


@dataclass
class Patients:
    """The patients of one indicator that are in one group, and how many there are in each."""

    bulletin: Bulletin
    indicator: Indicator
    line: Line
    counts: dict[str, int]
    group: str
    rows: list[Row]
    page: Page


def patients(
    actor: Actor, name: str, indicator: str, *, group: str = "", page: int | None = None, whole: bool = False
) -> Patients:
    """The practice's patients by one indicator, overdue first, those who have been so longest at the top.

    `group` is one of `GROUPS`; without, the first that has anybody. `whole` is everybody on one page, to print. Each
    patient shown is logged. Raises Refused, and LookupError for a set or an indicator that is not shown.
    """
    decision = open_list(actor)
    found = bulletin(name)
    shown = next((each for each in found.shown if each.indicator == indicator), None)
    if shown is None:
        raise LookupError(indicator)
    answers = answers_of(actor, name)
    rows = []
    for state in states_of(actor, found).filter(indicator=indicator).select_related("citizen"):
        stand = with_journal(as_published(state), answers.get(state.citizen_id, {}), found.set, found.as_of)
        rows.append(Row(state.citizen, stand))
    counted = Counter(row.stand.group for row in rows)
    counts = {each: counted[each] for each in GROUPS if counted[each]}
    chosen = group if group in GROUPS else next(iter(counts), str(State.OVERDUE))
    listed = sorted((row for row in rows if row.stand.group == chosen), key=_order)
    where, part = paged(len(listed), page, PRINTED if whole else PAGE)
    on_page = listed[part]
    keys = [row.citizen.pk for row in on_page]
    log_seen(actor, decision, keys, f"{name}/{indicator}")
    flags, attempts = flags_of(keys, name), attempts_of(actor, name, keys)
    for row in on_page:
        row.flags = flags.get(row.citizen.pk, [])
        row.outreach = next(iter(attempts.get(row.citizen.pk, [])), None)
    return Patients(found, shown, one_line(actor, found, shown), counts, chosen, on_page, where)


def _order(row: Row) -> tuple[dt.date, str, int]:
    """Longest overdue first; who was never seen to have had it done before everybody."""
    return row.stand.since or row.stand.last or _FAR, row.citizen.name, row.citizen.pk


@dataclass
class OnePatient:
    """One patient with every stand of a set, flags, what the journal said and what was tried."""

    bulletin: Bulletin
    citizen: Citizen
    stands: list[tuple[Indicator, Stand]]
    lost: LostPatient | None
    flags: list[PatientFlag]
    attempts: list[OutreachAttempt]
    #: Whether the worksheet asks for anything of the patient.
    asked: bool

    @property
    def newest_attempt(self) -> int:
        """What the page knows of: the newest attempt, 0 for none."""
        return max((each.pk for each in self.attempts), default=0)


def one_patient(actor: Actor, name: str, key: int) -> OnePatient:
    """One of the practice's patients of a set.

    Raises Refused for another practice's, Citizen.DoesNotExist for nobody, and LookupError for who is not in the set,
    has died or has emigrated.
    """
    citizen = Citizen.objects.select_related("practice").get(pk=key)
    guard.require(actor, "read", own_patients(actor, citizen), "improvement", detail=name)
    found = bulletin(name)
    patient = patient_of(actor, found, citizen)
    lost = LostPatient.objects.filter(
        publication=found.publication, citizen=citizen, practice_id=actor.organisation_id
    ).first()
    if citizen.inactive or (not patient.published and lost is None):
        raise LookupError(name)
    return OnePatient(
        bulletin=found,
        citizen=citizen,
        stands=[(each, patient.stands[each.indicator]) for each in found.shown if each.indicator in patient.stands],
        lost=lost,
        flags=flags_of([citizen.pk], name).get(citizen.pk, []),
        attempts=attempts_of(actor, name, [citizen.pk]).get(citizen.pk, []),
        asked=bool(asked(found.set, patient.published)),
    )


def patient_of(actor: Actor, found: Bulletin, citizen: Citizen) -> Patient:
    """All stands of one patient; the caller has asked the policy."""
    patient = Patient(citizen)
    for state in states_of(actor, found).filter(citizen=citizen):
        patient.published[state.indicator] = as_published(state)
    complete(patient, answers_of(actor, found.name, citizen.pk).get(citizen.pk, {}), found)
    return patient
