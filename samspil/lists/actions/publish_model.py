"""Bringing one model of a run to the practices: standings, who left, who stays, and who is new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from samspil.access import guard
from samspil.access.actions.people_of_population import BATCH, Known, batches
from samspil.access.actor import Actor
from samspil.access.policy import Decision, Resource
from samspil.lists.handover import Handover, ModelHandover, PersonRow
from samspil.lists.models import EligibilityRound, Entry, Publication, RiskList, Standing

LISTS = Resource("practice_list")
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


@dataclass(frozen=True, slots=True)
class _Active:
    """A name that stands on some practice's list of the model now."""

    entry: int
    practice: int
    undecided: bool
    earned: dict[str, int]


class ModelPublication:
    """Publishes one model: standings first, then who left, who stays, and who is new."""

    def __init__(
        self,
        actor: Actor,
        decision: Decision,
        handover: Handover,
        model: ModelHandover,
        persons: Sequence[PersonRow],
        people: dict[int, Known],
        practices: dict[str, int],
    ) -> None:
        self.actor, self.decision, self.handover, self.model = actor, decision, handover, model
        self.persons, self.people, self.practices = persons, people, practices
        self.name = model.definition.model
        self.scored = 0
        #: Of those who are on a list already, how they stand now.
        self.standings: dict[int, PersonRow] = {}
        self.targets: dict[int, PersonRow] = {}
        self.scored_in: set[int] = set()

    def publish(self, eligibility_round: EligibilityRound) -> ModelPublished:
        """Write everything that belongs to the model; names that doctors may be deciding about come last."""
        publication = self._publication(eligibility_round)
        result = ModelPublished(self.name, publication.round.number)
        active = self._active()
        self._standings(publication, active)
        gone = self._gone(active)
        self._add(active, publication, Counter(active[person].practice for person in gone), result)
        self._leave(active, gone, result)
        self._refresh(active, publication, result)
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
        for batch in batches(self.persons):
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

    def _gone(self, active: dict[int, _Active]) -> dict[int, tuple[str, str]]:
        """By person, why a name leaves its practice's list."""
        return {
            person: self._why_left(person, name) for person, name in active.items() if not self._stays(person, name)
        }

    def _leave(self, active: dict[int, _Active], gone: dict[int, tuple[str, str]], result: ModelPublished) -> None:
        """Mark who left, and why."""
        alike: dict[tuple[str, str], list[int]] = {}
        for person, why in gone.items():
            alike.setdefault(why, []).append(active[person].entry)
        for (reason, detail), left in alike.items():
            for keys in batches(left):
                Entry.objects.filter(pk__in=keys).update(
                    left_at=self.handover.as_of,
                    left_reason=reason,
                    left_detail=detail[:200],
                    version=F("version") + 1,
                )
        result.left = len(gone)

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
        """Give undecided names that stay the newest score and criteria.

        Whoever has one of them open decides on old data, and is told so by the version.
        """
        rows = {
            name.entry: self.targets[person]
            for person, name in active.items()
            if name.undecided and self._stays(person, name)
        }
        for keys in batches(rows):
            fresh = list(Entry.objects.select_for_update().filter(pk__in=keys, state__in=_UNDECIDED).defer("criteria"))
            for entry in fresh:
                row = rows[entry.pk]
                entry.publication, entry.version = publication, entry.version + 1
                entry.score, entry.band, entry.incomplete = row.score, row.band or "", row.incomplete
                entry.criteria = row.criteria
            # Rows that are there already: an update with a case for each of them takes many times as long.
            Entry.objects.bulk_create(
                fresh,
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=["publication", "version", "score", "band", "incomplete", "criteria"],
            )
            result.refreshed += len(fresh)

    def _add(
        self, active: dict[int, _Active], publication: Publication, left: Mapping[int, int], result: ModelPublished
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
        for batch in batches(self._entries(news, lists, active, publication)):
            Entry.objects.bulk_create(batch)
            guard.seen(
                self.actor,
                "write",
                LISTS,
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
