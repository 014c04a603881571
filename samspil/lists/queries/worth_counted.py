"""Everything about the worth of lists that is counted for a page, asked for once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from samspil.access.models import Membership, Organisation
from samspil.lists.models import EligibilityRound
from samspil.lists.programme import of_model, programme, programmes, rules
from samspil.lists.queries import activity
from samspil.lists.queries.activity import InclusionLine, Names, Reviewed, Scope
from samspil.lists.queries.worth_lines import (
    Cells,
    Clock,
    is_doctor,
    name_counts,
    put_ends,
    put_needs,
    put_sources,
    way_counts,
)
from samspil.lists.worth import Decisions


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to see: one target group, a period, one eligibility round. None is no limit."""

    model: str | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    round_id: int | None = None

    @property
    def in_time(self) -> bool:
        """Whether enrolment can be held against the time that has gone: not of one round alone."""
        return self.round_id is None


def models() -> list[str]:
    """The target groups there are, in their order; those of programmes without a way to enrolment are left out."""
    return [file.name for found in programmes().values() if found.inclusion is not None for file in found.models]


def rounds() -> list[EligibilityRound]:
    """Every eligibility round, for choosing one."""
    return list(EligibilityRound.objects.filter(model__in=models()))


class Counted:
    """Everything that was counted in a scope, asked for once."""

    def __init__(self, wanted: Wanted, practice_id: int | None = None) -> None:
        self.wanted = wanted
        self.today = timezone.localdate()
        self.until = min(wanted.until or self.today, self.today)
        chosen = (wanted.model,) if wanted.model else tuple(models())
        self.programme = programme(of_model(chosen[0]).definition.programme)
        self.rules = rules(self.programme.definition.programme)
        own = [file.name for file in self.programme.models if file.name in chosen]
        self.scope = Scope(tuple(own), wanted.since, wanted.until, wanted.round_id, practice_id)
        self.names = activity.names(self.scope)
        self.reviewed = activity.reviewed(self.scope)
        self.inclusions = activity.inclusions(self.scope)
        self.needs = activity.unmet_needs(self.scope)
        self.of_practice: dict[int, list[InclusionLine]] = {}
        self.of_doctor: dict[tuple[int, int | None], list[InclusionLine]] = {}
        for line in self.inclusions:
            self.of_practice.setdefault(line.practice, []).append(line)
            self.of_doctor.setdefault((line.practice, line.doctor), []).append(line)
        self.times = activity.time_used(self.scope)
        self.first: dict[int, list[dt.date]] = {}
        for (practice, _), day in activity.first_lists(self.scope).items():
            self.first.setdefault(practice, []).append(day)
        self.clock = Clock(self.programme.definition.list_size, self.first, wanted.since, self.until)
        self.doctors = activity.doctors(self.scope)
        self.yields = [
            found
            for found in activity.yields(self.scope, self.rules.review.yield_floor.after)
            if Decisions(found.invited, found.decided - found.invited).under(
                self.rules.review.yield_floor.share, self.rules.review.yield_floor.after
            )
        ]
        self.quiet = self._quiet(practice_id)

    def _quiet(self, practice_id: int | None) -> dict[int, dt.date]:
        """Practices with names waiting where nobody has decided anything for long, and since when (report 000 L-34).

        Judged today and over all time, whatever period is looked at.
        """
        whole = Scope(self.scope.models, practice_id=practice_id)
        unlimited = self.scope == whole
        waiting = self.names if unlimited else activity.names(whole)
        last = activity.last_decisions(whole)
        limit = self.today - dt.timedelta(days=self.rules.worth.quiet_after_days)
        since = {
            practice: last.get(practice) or min(days)
            for practice, days in self.first.items()
            if practice in waiting and waiting[practice].waiting
        }
        return {practice: day for practice, day in since.items() if day <= limit}

    def practices(self) -> list[Organisation]:
        """The practices that have lists, by name."""
        return list(Organisation.objects.filter(pk__in=self.first).order_by("name", "pk"))

    def all_columns(self) -> dict[int, dict[str, int]]:
        """The counts of every practice that has lists, in all columns."""
        reviewed: dict[int, list[Reviewed]] = {}
        for (practice, _), line in self.reviewed.items():
            reviewed.setdefault(practice, []).append(line)
        return {
            practice: {
                **name_counts(self.names.get(practice, Names()), reviewed.get(practice, [])),
                **way_counts(self.of_practice.get(practice, []), self.rules),
            }
            for practice in self.first
        }

    def coded(self, cells: Cells) -> None:
        """Put sources, ends and needs into the cells, beside the row of all."""
        put_sources(cells, self.inclusions, self.rules)
        put_ends(cells, self.inclusions, self.rules)
        put_needs(cells, self.needs, self.rules)

    def there(self) -> list[Membership]:
        """Who worked in a practice in the days that are looked at, or did something; by name."""
        active = {doctor for _, doctor in self.reviewed} | {line.doctor for line in self.inclusions}
        return [doctor for doctor in self.doctors if doctor.pk in active or self._expected_to_work(doctor)]

    def _expected_to_work(self, doctor: Membership) -> bool:
        first = min(self.first.get(doctor.organisation_id, [dt.date.max]))
        return is_doctor(doctor) and doctor.since <= self.until and (doctor.until is None or doctor.until >= first)
