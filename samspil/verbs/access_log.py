"""The verbs of the access log: is it whole, and its seal for keeping elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.show import Shown

if TYPE_CHECKING:
    from samspil.access.log import Verification


@dataclass
class VerifiedLog(Shown):
    """What reading the whole log found. `seal` is the log's seal at that moment."""

    verification: Verification

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, removed or put in between."""
        return not self.verification.faults

    @property
    def seal(self) -> str:
        return self.verification.seal

    def rows(self) -> list[dict[str, Any]]:
        return [{"fault": fault} for fault in self.verification.faults] or [
            {"rows read": self.verification.rows, "faults": 0}
        ]


def verify_access_log(seal: str | None = None) -> VerifiedLog:
    """Read the whole access log and check every chain, and what the newest kept seal covered.

    With an earlier seal, also what that one covered. When all is unchanged, the seal of now is kept too. Raises
    SamspilError when a seal, or the database, cannot be read.
    """
    with _log():
        from samspil.access import log, seals  # noqa: PLC0415 - Django's records can be loaded only when it is set up

        found = VerifiedLog(log.verify(seal))
        if found.whole:
            seals.keep(found.seal)
        return found


def seal_access_log() -> str:
    """The log's seal now: one line to keep where whoever runs the database cannot change it. It is kept here too.

    Raises SamspilError when the database cannot be read.
    """
    with _log():
        from samspil.access import log, seals  # noqa: PLC0415

        seal = log.seal_now()
        seals.keep(seal)
        return seal


def check_log_key() -> None:
    """Raises SamspilError when the log was written with another key: a row more would look as if it were forged."""
    with _log():
        from samspil.access import log  # noqa: PLC0415

        if not log.key_fits():
            raise SamspilError(
                "the access log was written with another key: give every machine the same SAMSPIL_LOG_KEY, or the same "
                "log.key in its home. If this is the right one, `samspil access-log verify` tells what was changed"
            )


@contextmanager
def _log() -> Iterator[None]:
    care_plane()
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        yield
    except DatabaseError as error:
        raise SamspilError(f"the access log cannot be read: {error}".strip()) from error
