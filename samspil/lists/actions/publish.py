"""Bringing a run's target persons to the practices' lists. One transaction: everything is there, or nothing.

The first list of a practice is its initial list with the whole target group; after that each publication adds an
accrual list of who is new, marks who left and why, and gives undecided names the newest data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.utils import timezone

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Citizen, Organisation, OrganisationKind
from samspil.access.policy import Decision, Resource
from samspil.definitions import SamspilError
from samspil.lists.actions.rounds import open_round
from samspil.lists.handover import Handover, ModelHandover, PersonRow, PracticeRow
from samspil.lists.models import EligibilityRound, Entry, Publication, RiskList, Standing

#: Rows written at a time; a longer statement is no faster.
BATCH = 2000
T = TypeVar("T")
_LISTS = Resource("practice_list")
_UNDECIDED = (Entry.State.OPEN, Entry.State.LATER, Entry.State.ASKED)


@dataclass
class ModelPublished:
    """What publishing one model did. `again` is a model of a run that had been published before."""

    model: str
    round: int
    initial_lists: int = 0
    initial_names: int = 0
    accrual_lists: int = 0
    new_names: int = 0
    refreshed: int = 0
    left: int = 0
    again: bool = False


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
    decision = guard.require(actor, "write", _LISTS, "case_finding")
    result = Published(handover.run)
    with transaction.atomic():
        known = {publication.model: publication for publication in Publication.objects.filter(run=handover.run)}
        todo = [model for model in handover.models if model.definition.model not in known]
        for publication in known.values():
            result.models.append(_again(publication))
        if todo:
            for model in todo:
                _check_order(handover, model)
            practices = _practices(handover.practices)
            people = _citizens(handover, practices)
            result.citizens = len(people)
            for model in todo:
                eligibility_round = open_round(actor, model.programme, model.definition, because, wanted)
                result.models.append(
                    _Model(actor, decision, handover, model, people, practices).publish(eligibility_round)
                )
    return result


def _again(publication: Publication) -> ModelPublished:
    return ModelPublished(publication.model, publication.round.number, again=True)


def _check_order(handover: Handover, model: ModelHandover) -> None:
    newest = Publication.objects.filter(model=model.definition.model).order_by("-as_of").first()
    if newest is not None and newest.as_of > handover.as_of:
        raise SamspilError(
            f"`{model.definition.model}` is published as of {newest.as_of} already (run {newest.run}); "
            f"the run {handover.run} of {handover.as_of} is older and would turn the lists back"
        )


def _practices(rows: Iterable[PracticeRow]) -> dict[str, int]:
    """Every practice known by its provider number, made or renamed as delivered. Returns their keys."""
    practices = [
        Organisation(
            kind=OrganisationKind.PRACTICE,
            sector=OrganisationKind.PRACTICE.sector,
            provider_number=row.provider_number,
            name=row.name or row.provider_number,
            doctors=row.doctors,
        )
        for row in rows
    ]
    Organisation.objects.bulk_create(
        practices, update_conflicts=True, unique_fields=["provider_number"], update_fields=["name", "doctors"]
    )
    known = Organisation.objects.filter(provider_number__isnull=False)
    return {number or "": key for number, key in known.values_list("provider_number", "pk")}


@dataclass(frozen=True)
class _Known:
    """A citizen as known now: key and practice."""

    citizen: int
    practice: int


def _citizens(handover: Handover, practices: dict[str, int]) -> dict[int, _Known]:
    """Every citizen of the run, made or brought up to date; who has no practice any more loses it.

    Returns by person id. A name that a delivery left empty does not overwrite one that is known.
    """
    before = dict(Citizen.objects.values_list("person_id", "practice_id"))
    seen: dict[int, int] = {}
    for batch in _batches(handover.citizens):
        made = []
        for row in batch:
            practice = practices[row.provider_number]
            seen[row.person_id] = practice
            made.append(
                Citizen(
                    person_id=row.person_id,
                    cpr=row.cpr,
                    name=row.name or row.cpr[:6],
                    birth_date=row.birth_date,
                    sex=row.sex,
                    practice_id=practice,
                    practice_since=handover.as_of,
                    inactive=row.person_id in handover.inactive,
                )
            )
        moved = [citizen for citizen in made if before.get(citizen.person_id) != citizen.practice_id]
        stayed = [citizen for citizen in made if before.get(citizen.person_id) == citizen.practice_id]
        fields = ["cpr", "name", "birth_date", "sex", "inactive"]
        for group, extra in ((moved, ["practice", "practice_since"]), (stayed, [])):
            Citizen.objects.bulk_create(
                group, update_conflicts=True, unique_fields=["person_id"], update_fields=[*fields, *extra]
            )
    gone = [person for person, practice in before.items() if practice is not None and person not in seen]
    for chunk in _batches(gone):
        Citizen.objects.filter(person_id__in=chunk).update(practice=None, practice_since=None)
        Citizen.objects.filter(person_id__in=[p for p in chunk if p in handover.inactive]).update(inactive=True)
    keys = dict(Citizen.objects.values_list("person_id", "pk"))
    return {person: _Known(keys[person], practice) for person, practice in seen.items()}


@dataclass(frozen=True)
class _Active:
    """A name that stands on some practice's list of the model now."""

    entry: int
    practice: int
    undecided: bool
    earned: dict[str, int]


class _Model:
    """Publishes one model: standings first, then who left, who stays, and who is new."""

    def __init__(
        self,
        actor: Actor,
        decision: Decision,
        handover: Handover,
        model: ModelHandover,
        people: dict[int, _Known],
        practices: dict[str, int],
    ) -> None:
        self.actor, self.decision, self.handover, self.model = actor, decision, handover, model
        self.people, self.practices = people, practices
        self.name = model.definition.model
        self.scored = 0
        #: Of those who are on a list already, how they stand now.
        self.standings: dict[int, PersonRow] = {}
        self.targets: dict[int, PersonRow] = {}
        self.scored_in: set[int] = set()

    def publish(self, eligibility_round: EligibilityRound) -> ModelPublished:
        """Write everything that belongs to the model."""
        publication = self._publication(eligibility_round)
        result = ModelPublished(self.name, publication.round.number)
        active = self._active()
        self._standings(publication, active)
        left_per_practice = self._leave(active, result)
        self._refresh(active, publication, result)
        self._add(active, publication, left_per_practice, result)
        publication.scored = self.scored
        publication.in_target = len(self.targets)
        publication.save(update_fields=["scored", "in_target"])
        return result

    def _publication(self, eligibility_round: EligibilityRound) -> Publication:
        handover, model = self.handover, self.model
        return Publication.objects.create(
            run=handover.run,
            programme=model.programme,
            model=self.name,
            round=eligibility_round,
            as_of=handover.as_of,
            definition=model.definition.model_dump(mode="json", by_alias=True),
            data_dates={source: day.isoformat() for source, day in handover.data_dates.items()},
            stale=handover.stale,
            not_loaded=handover.not_loaded,
            missing=model.missing,
            unchecked=model.unchecked,
            scored=0,
            in_target=0,
            published_at=timezone.now(),
            published_by=self.actor.name,
        )

    def _standings(self, publication: Publication, active: dict[int, _Active]) -> None:
        """Where everybody the model is about stands; standings of an earlier publication are gone."""
        Standing.objects.filter(model=self.name).delete()
        for batch in _batches(self.model.persons):
            rows = [row for row in batch if row.person_id in self.people]
            Standing.objects.bulk_create(
                [
                    Standing(
                        citizen_id=self.people[row.person_id].citizen,
                        model=self.name,
                        publication=publication,
                        score=row.score,
                        band=row.band or "",
                        in_target=row.in_target,
                        excluded_by=row.excluded_by,
                        incomplete=row.incomplete,
                    )
                    for row in rows
                ]
            )
            self.scored += len(rows)
            for row in rows:
                if row.person_id in active:
                    self.standings[row.person_id] = row
                self.scored_in.add(self.people[row.person_id].practice)
                if row.in_target:
                    self.targets[row.person_id] = row

    def _active(self) -> dict[int, _Active]:
        entries = Entry.objects.filter(model=self.name, left_at__isnull=True)
        rows = entries.values_list("citizen__person_id", "pk", "practice_id", "state", "criteria")
        return {
            person: _Active(key, practice, state in _UNDECIDED, _points(criteria))
            for person, key, practice, state, criteria in rows.iterator()
        }

    def _stays(self, person: int, active: _Active) -> bool:
        return person in self.targets and self.people[person].practice == active.practice

    def _leave(self, active: dict[int, _Active], result: ModelPublished) -> dict[int, int]:
        """Mark who left, and why. Returns how many left each practice's list."""
        left: dict[int, int] = {}
        gone = []
        for person, name in active.items():
            if self._stays(person, name):
                continue
            reason, detail = self._why_left(person, name)
            gone.append(Entry(pk=name.entry, left_at=self.handover.as_of, left_reason=reason, left_detail=detail[:200]))
            left[name.practice] = left.get(name.practice, 0) + 1
        Entry.objects.bulk_update(gone, ["left_at", "left_reason", "left_detail"], batch_size=500)
        result.left = len(gone)
        return left

    def _why_left(self, person: int, name: _Active) -> tuple[str, str]:
        """Reason and detail, in the words of `samspil.population.lists.leavers`."""
        known, now = self.people.get(person), self.standings.get(person)
        if person in self.handover.inactive:
            return "inactive", ""
        if known is None:
            return "no_practice", ""
        if now is None:
            return "age", ""
        if now.excluded_by:
            return "excluded", ";".join(now.excluded_by)
        if now.score < self.model.definition.target.at_least:
            points = _points(now.criteria)
            fell = [
                item.item
                for item in self.model.definition.items
                if points.get(item.item, 0) < name.earned.get(item.item, 0)
            ]
            return "lower_score", ";".join(fell)
        if not now.in_target:
            return "band_left_out", ""
        numbers = {key: number for number, key in self.practices.items()}
        return "moved", numbers[known.practice]

    def _refresh(self, active: dict[int, _Active], publication: Publication, result: ModelPublished) -> None:
        """Give undecided names that stay the newest score and criteria."""
        fresh = []
        for person, name in active.items():
            if name.undecided and self._stays(person, name):
                row = self.targets[person]
                fresh.append(
                    Entry(
                        pk=name.entry,
                        publication=publication,
                        score=row.score,
                        band=row.band or "",
                        incomplete=row.incomplete,
                        criteria=row.criteria,
                    )
                )
        Entry.objects.bulk_update(fresh, ["publication", "score", "band", "incomplete", "criteria"], batch_size=500)
        result.refreshed = len(fresh)

    def _add(
        self, active: dict[int, _Active], publication: Publication, left: dict[int, int], result: ModelPublished
    ) -> None:
        """One list for each practice with anybody scored, and a name for each who is not on it yet."""
        begun = set(
            RiskList.objects.filter(publication__model=self.name).values_list("practice_id", flat=True).distinct()
        )
        news: dict[int, list[tuple[int, PersonRow]]] = {practice: [] for practice in self.scored_in | set(left)}
        for person, row in self.targets.items():
            name = active.get(person)
            if name is None or not self._stays(person, name):
                news[self.people[person].practice].append((person, row))
        lists = {
            practice: RiskList(
                publication=publication,
                practice_id=practice,
                kind=RiskList.Kind.ACCRUAL if practice in begun else RiskList.Kind.INITIAL,
                names=len(rows),
                incomplete=sum(row.incomplete for _, row in rows),
                left=left.get(practice, 0),
            )
            for practice, rows in sorted(news.items())
        }
        RiskList.objects.bulk_create(lists.values(), batch_size=BATCH)
        for batch in _batches(self._entries(news, lists, active, publication)):
            Entry.objects.bulk_create(batch)
            guard.seen(
                self.actor,
                "write",
                _LISTS,
                "case_finding",
                self.decision,
                [entry.citizen_id for entry in batch],
                detail=f"{self.name} {self.handover.as_of}",
            )
        for risk_list in lists.values():
            if risk_list.kind == RiskList.Kind.INITIAL:
                result.initial_lists += 1
                result.initial_names += risk_list.names
            else:
                result.accrual_lists += 1
                result.new_names += risk_list.names

    def _entries(
        self,
        news: dict[int, list[tuple[int, PersonRow]]],
        lists: dict[int, RiskList],
        active: dict[int, _Active],
        publication: Publication,
    ) -> Iterator[Entry]:
        for practice, rows in news.items():
            risk_list = lists[practice]
            for person, row in rows:
                new = "moved_in" if person in active else "new"
                yield Entry(
                    risk_list=risk_list,
                    practice_id=practice,
                    citizen_id=self.people[person].citizen,
                    model=self.name,
                    publication=publication,
                    score=row.score,
                    band=row.band or "",
                    arrival="initial" if risk_list.kind == RiskList.Kind.INITIAL else new,
                    incomplete=row.incomplete,
                    criteria=row.criteria,
                )


def _points(criteria: dict[str, list[object]]) -> dict[str, int]:
    """The points of each item of a stored result; missing is none."""
    return {item: int(points) for item, (_, _, points) in criteria.items() if isinstance(points, int) and points}


def _batches(rows: Iterable[T]) -> Iterator[list[T]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch
