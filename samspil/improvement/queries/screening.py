"""Same-day screening: whom a doctor may think of, and why (report 003 R-SDS-1 to 4). A doctor decides and refers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from samspil.access.actor import Actor
from samspil.access.models import Citizen
from samspil.access.policy import Resource, may
from samspil.improvement.bulletins import Bulletin
from samspil.improvement.journal import EXCEPTION
from samspil.improvement.models import PatientFlag
from samspil.improvement.queries.own_practice import (
    PAGE,
    PRINTED,
    Page,
    Patient,
    bulletin,
    everybody,
    flags_of,
    log_seen,
    open_list,
    paged,
)
from samspil.population.suggestions import Suggested, suggest
from samspil.programmes import indicators as definitions


@dataclass
class Row:
    """A patient for whom something is suggested."""

    citizen: Citizen
    suggested: Suggested
    flags: list[PatientFlag]
    #: Whether something that it rests on is from the journal.
    from_journal: bool


@dataclass
class Screening:
    """The patients of one suggestion, and how many each has."""

    bulletin: Bulletin
    counts: dict[str, int]
    suggestion: definitions.Suggestion | None
    rows: list[Row]
    page: Page
    may_refer: bool
    #: Indicators that suggestions ask for and that nobody collected.
    not_collected: list[definitions.Indicator]


def screening(actor: Actor, name: str, *, show: str = "", page: int | None = None, whole: bool = False) -> Screening:
    """The practice's patients by suggestion, those with most reasons first. Each patient shown is logged.

    Whoever declined an examination, or had it done elsewhere, is not counted as without it. Raises Refused, and
    LookupError for a set that was never published.
    """
    decision = open_list(actor)
    found = bulletin(name)
    patients = everybody(actor, found, [each.indicator for each in found.set.indicators if _read(found, each)])
    flags = flags_of([each.citizen.pk for each in patients], name) if found.set.flags else {}
    without = [each for each in found.set.indicators if _read(found, each) and found.not_collected(each)]
    names = [each.indicator for each in without]
    rows = []
    for patient in patients:
        row = _row(patient, found, flags.get(patient.citizen.pk, []), names)
        if row is not None:
            rows.append(row)
    counted = Counter(row.suggested.suggestion.suggestion for row in rows)
    chosen = _chosen(found, counted, show)
    listed = [row for row in rows if chosen is not None and row.suggested.suggestion.suggestion == chosen.suggestion]
    listed.sort(key=lambda row: -len(row.suggested.reasons) - len(row.suggested.flagged))
    where, part = paged(len(listed), page, PRINTED if whole else PAGE)
    on_page = listed[part]
    log_seen(actor, decision, [row.citizen.pk for row in on_page], f"{name}/screening")
    return Screening(
        bulletin=found,
        counts={each.suggestion: counted[each.suggestion] for each in found.set.suggestions},
        suggestion=chosen,
        rows=on_page,
        page=where,
        may_refer=any(may(actor, "give", Resource("referral", row.citizen), "care") for row in on_page[:1]),
        not_collected=without,
    )


def _chosen(found: Bulletin, counted: Counter[str], show: str) -> definitions.Suggestion | None:
    """The suggestion that is asked for, the first with anybody otherwise."""
    known = {each.suggestion: each for each in found.set.suggestions}
    if show in known:
        return known[show]
    return next((each for name, each in known.items() if counted[name]), next(iter(known.values()), None))


def _row(patient: Patient, found: Bulletin, flags: list[PatientFlag], not_collected: list[str]) -> Row | None:
    states: dict[str, definitions.State] = {}
    for name, stand in patient.stands.items():
        # A reason why it was not done is an answer: nobody is suggested a screening for what they declined.
        answered = stand.group == EXCEPTION and stand.answer is not None
        states[name] = "not_applicable" if answered else stand.state  # type: ignore[assignment]
    known = {each.flag for each in found.set.flags}
    suggested = suggest(found.set, states, {flag.flag for flag in flags} & known, not_collected)
    if suggested is None:
        return None
    read = {reason.code.partition(":")[0] for reason in suggested.reasons}
    journal = any(patient.stands[name].answer is not None for name in read if name in patient.stands)
    return Row(patient.citizen, suggested, flags, journal)


def _read(found: Bulletin, indicator: definitions.Indicator) -> bool:
    """Whether a suggestion asks for the indicator."""
    return any(
        clause.state is not None and clause.state.indicator == indicator.indicator
        for suggestion in found.set.suggestions
        for clause in (*suggestion.all_of, *suggestion.any_of)
    )
