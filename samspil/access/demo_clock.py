"""The demonstration's clock: acts run as if it were then, so that a made-up past looks like one. Used by it alone."""

from __future__ import annotations

import datetime as dt
from types import TracebackType
from typing import Self

from django.utils import timezone

_REAL = timezone.now


class Clock:
    """While it is entered, `timezone.now()` tells the clock's moment, and never one that lies ahead.

    with Clock(day) as clock:   # nine in the morning of that day
        …
        clock.later(days=3)

    Every rule, record and row of the access log reads the time there, so an act of three weeks ago is one in every
    respect. It holds for the whole process: for a command that fills a demonstration, never for one that serves.
    """

    def __init__(self, day: dt.date, hour: int = 9) -> None:
        self._moment = _REAL()
        self.to(day, hour)

    @property
    def moment(self) -> dt.datetime:
        """The moment it tells now; a second passes with each look, so that acts come one after another."""
        self._moment = min(self._moment + dt.timedelta(seconds=1), _REAL())
        return self._moment

    def to(self, day: dt.date, hour: int = 9, minute: int = 0) -> None:
        """Go to an hour of a day; one that lies ahead is now."""
        wanted = timezone.make_aware(dt.datetime.combine(day, dt.time(hour, minute)))
        self._moment = min(wanted, _REAL())

    def later(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> None:
        """Let time pass, until now at the latest."""
        self._moment = min(self._moment + dt.timedelta(days=days, hours=hours, minutes=minutes), _REAL())

    def __enter__(self) -> Self:
        timezone.now = lambda: self.moment
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        timezone.now = _REAL
