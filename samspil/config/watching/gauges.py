"""What is counted when it is asked for: how work and promises stand, over the whole installation and about nobody.

Each figure comes from an index or from a handful of rows, so that it costs the same in a large installation. Promises
not told are joined with the open tasks that are overdue, for which PostgreSQL may read through all promises ever made.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

import django
from django.conf import settings
from django.db import Error, connection
from django.db.models import Count, Max, Q, Sum
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from samspil.access.models import AccessRecord, CareTask, Chain, HeldForm
from samspil.config.watching import readiness
from samspil.config.watching.asking import Asker
from samspil.lists.models import Publication
from samspil.plans.actions.reminders import OVERDUE, due_until
from samspil.plans.models import PlanTask
from samspil.plans.programme import plan_format

#: A database that has not answered by then is told of as one that does not; Prometheus itself waits for ten.
SECONDS = 8.0
_DAY = dt.timedelta(days=1)
#: More than one line of `seals.jsonl` takes.
_TAIL = 16 * 1024


@dataclass(frozen=True)
class Figure:
    """One figure; `value` is None where there is nothing to tell of, such as the age of what never was."""

    name: str
    help: str
    value: float | None
    is_counter: bool = False


@dataclass(frozen=True)
class Found:
    """The figures of the database, and the checks of readiness that fail."""

    figures: list[Figure]
    failing: list[str]


def figures() -> Iterator[Figure]:
    """Every figure of the database at this moment."""
    now = timezone.now()
    today = timezone.localdate(now)
    held = HeldForm.objects.filter(at__gt=now - dt.timedelta(seconds=settings.HELD_FORM_AGE)).count()
    yield Figure("samspil_held_forms", "Forms kept for somebody whose session had expired", held)
    tasks = CareTask.objects.filter(closed_at__isnull=True).aggregate(
        open=Count("pk"), overdue=Count("pk", filter=Q(due__lt=today))
    )
    yield Figure("samspil_tasks_open", "Tasks that nobody has done yet", tasks["open"])
    yield Figure("samspil_tasks_overdue", "Of those, tasks whose day has passed", tasks["overdue"])
    broken = PlanTask.objects.filter(reported_at__isnull=False, task__closed_at__isnull=True).count()
    yield Figure("samspil_promises_broken", "Open promises that the secretariat was told of", broken)
    yield Figure(
        "samspil_promises_not_told",
        "Overdue promises that samspil remind should have told somebody accountable of, and has not",
        _not_told(now, today),
    )
    newest = Publication.objects.aggregate(at=Max("published_at"))["at"]
    yield Figure("samspil_publication_age_seconds", "Since lists were last published", _age(newest, now))
    rows = Chain.objects.aggregate(rows=Sum("length"))["rows"] or 0
    yield Figure("samspil_access_log_rows_total", "Rows ever written to the access log", rows, is_counter=True)
    refused = AccessRecord.objects.filter(outcome=AccessRecord.Outcome.REFUSED, at__gt=now - _DAY).count()
    yield Figure("samspil_access_log_refusals_last_day", "Refusals in the access log of the last 24 hours", refused)


def _not_told(now: dt.datetime, today: dt.date) -> int:
    rules = plan_format().rules
    told = due_until(today, rules.reminder_after_working_days.value + rules.accountable_after_working_days.value)
    come_due = Q(due_at__isnull=True, task__due__lte=told) | Q(due_at__lt=now)
    # The day of a deadline in hours is the task's own, so that only tasks that are due are looked at.
    overdue = PlanTask.objects.filter(task__closed_at__isnull=True, task__due__lte=today, escalated_at__isnull=True)
    return overdue.filter(come_due).exclude(kind=OVERDUE).count()


def seal_age() -> Figure:
    """The age of the newest kept seal; only the end of the file is read."""
    kept = None
    try:
        with settings.LOG_SEALS.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            kept = dt.datetime.fromisoformat(json.loads(file.read().splitlines()[-1])["at"])
    except (OSError, ValueError, LookupError, TypeError):
        pass  # no seal that can be read is no seal
    return Figure("samspil_seal_age_seconds", "Since the access log's seal was last kept", _age(kept, timezone.now()))


def _age(at: dt.datetime | None, now: dt.datetime) -> float | None:
    return (now - at).total_seconds() if at is not None else None


def _find() -> Found:
    failing = readiness.failing()
    if "database" in failing:
        return Found([], failing)
    try:
        return Found(list(figures()), failing)
    except Error:  # as before its migrations
        return Found([], failing)


_asked = Asker(_find)


class Gauges(Collector):
    """The figures as a scrape asks for them. Without a database what needs it is left out."""

    def collect(self) -> Iterable[Metric]:
        try:
            found = _asked.answer(SECONDS)
        except TimeoutError:
            found = Found([], ["database"])
        checks = GaugeMetricFamily("samspil_check_ok", "Whether a check of /ready/ holds", labels=["check"])
        for name in readiness.CHECKS:
            checks.add_metric([name], name not in found.failing)
        yield checks
        yield _build()
        for figure in [*found.figures, seal_age()]:
            if figure.value is not None:
                family = CounterMetricFamily if figure.is_counter else GaugeMetricFamily
                yield family(figure.name, figure.help, value=figure.value)


def _build() -> InfoMetricFamily:
    value = {
        "version": version("samspil"),
        "python": platform.python_version(),
        "django": django.get_version(),
        "database": connection.vendor,
    }
    return InfoMetricFamily("samspil_build", "What is running", value=value)
