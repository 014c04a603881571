"""Bringing a run's target persons to the practices' lists. One transaction: everything is there, or nothing.

The first list of a practice is its initial list with the whole target group; after that each publication adds an
accrual list of who is new, marks who left and why, and gives undecided names the newest data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from django.db import transaction

from samspil.access import guard
from samspil.access.actions.people_of_population import citizens_of, practices_of
from samspil.access.actor import Actor
from samspil.definitions import SamspilError
from samspil.lists.actions.publish_model import LISTS, ModelPublication, ModelPublished
from samspil.lists.actions.rounds import open_round
from samspil.lists.handover import Handover, PersonRow
from samspil.lists.models import Entry, Publication


@dataclass
class Published:
    """What publishing a run did, per model, and how many citizens are known now."""

    run: str
    citizens: int = 0
    models: list[ModelPublished] = field(default_factory=list)


def publish(actor: Actor, handover: Handover, *, because: str = "", wanted: int | None = None) -> Published:
    """Publish every model of a run that was not published yet. A run published again changes nothing.

    `because` says why criteria differ from the ones published before, and `wanted` how many citizens they are to
    find; a new eligibility round begins then (report 001 R-CASE-01). Raises Refused when no legal basis is in force,
    and SamspilError for a run older than what is published or changed criteria without a reason.
    """
    decision = guard.require(actor, "write", LISTS, "case_finding")
    known = _published(handover)
    result = Published(handover.run)
    result.models = [ModelPublished(each.model, each.round.number, again=True) for each in known.values()]
    todo = [model for model in handover.models if model.definition.model not in known]
    if not todo:
        return result
    _check_order(handover)
    # The warehouse is read to its end before anything is locked, so that nobody's page waits for it.
    citizens = list(handover.citizens)
    persons = {model.definition.model: list(_needed(model.definition.model, model.persons)) for model in todo}
    with transaction.atomic():
        practices = practices_of(handover.practices)
        # The practices are held from here on, so what another command published meanwhile is there to be seen.
        if _published(handover).keys() != known.keys():
            raise SamspilError(f"the run {handover.run} is being published by another command; it has done so by now")
        _check_order(handover)
        people = citizens_of(citizens, practices, handover.as_of, handover.inactive)
        result.citizens = len(people)
        for model in todo:
            eligibility_round = open_round(actor, model.programme, model.definition, because, wanted)
            rows = persons[model.definition.model]
            one = ModelPublication(actor, decision, handover, model, rows, people, practices)
            result.models.append(one.publish(eligibility_round))
    return result


def _published(handover: Handover) -> dict[str, Publication]:
    """By model, what was published of the run already."""
    return {each.model: each for each in Publication.objects.filter(run=handover.run).select_related("round")}


def _check_order(handover: Handover) -> None:
    """Practices and citizens are shared by every model, so no run may be older than the newest of any."""
    newest = Publication.objects.order_by("-as_of").first()
    if newest is not None and newest.as_of > handover.as_of:
        raise SamspilError(
            f"`{newest.model}` is published as of {newest.as_of} already (run {newest.run}); "
            f"the run {handover.run} of {handover.as_of} is older and would turn lists and citizens back"
        )


def _needed(model: str, persons: Iterable[PersonRow]) -> Iterator[PersonRow]:
    """The rows, without the criteria of whom no list names: they are not looked at, and there are many."""
    active = Entry.objects.filter(model=model, left_at__isnull=True)
    named = set(active.values_list("citizen__person_id", flat=True))
    for row in persons:
        yield row if row.in_target or row.person_id in named else replace(row, criteria={})
