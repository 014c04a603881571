"""The verb that reminds of tasks and tells of promises that nobody keeps; a timer runs it every working morning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.access_log import check_log_key
from samspil.verbs.show import Shown

if TYPE_CHECKING:
    from samspil.access.partitions import Months
    from samspil.plans.actions.mailing import Mailed
    from samspil.plans.actions.reminders import Escalated


@dataclass
class Reminding(Shown):
    """What a run did. `mailed` is None when it was asked to send nothing."""

    escalated: Escalated
    mailed: Mailed | None
    #: Partitions of the access log that were made ahead (PostgreSQL).
    months: Months
    #: Plans that stand still whose accountable person was asked to look at them.
    stalled: int = 0

    @property
    def failed(self) -> int:
        """E-mails that the server did not take; the next run tries them again."""
        return self.mailed.failed if self.mailed is not None else 0

    def rows(self) -> list[dict[str, Any]]:
        sent = self.mailed.sent if self.mailed is not None else 0
        return [
            {"what": "e-mails sent", "number": sent},
            {"what": "plans that stand still, of which somebody was told", "number": self.stalled},
            {"what": "tasks whose holder was reminded", "number": self.escalated.reminded},
            {"what": "tasks that somebody accountable was told of", "number": self.escalated.told},
            {"what": "tasks that the secretariat sees now", "number": self.escalated.reported},
            {"what": "e-mails not sent", "number": self.failed},
            {"what": "months of the access log made ahead", "number": len(self.months.made)},
        ]


def remind(*, mail: bool = True) -> Reminding:
    """Take every step that has come due for tasks, and send the e-mails of the day; again the same day, nothing more.

    On PostgreSQL the months to come of the access log are made as well. Raises SamspilError when e-mails are wanted and
    there is nowhere to give them, when the database cannot be read, and for another key than that of the access log.
    """
    care_plane()
    from django.conf import settings  # noqa: PLC0415 - Django's records can be loaded only when it is set up
    from django.db import DatabaseError, connection  # noqa: PLC0415

    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.access.partitions import make_ahead  # noqa: PLC0415
    from samspil.plans.actions.mailing import remind_by_mail  # noqa: PLC0415
    from samspil.plans.actions.reminders import escalate  # noqa: PLC0415
    from samspil.plans.actions.stalled import ask_about_stalled  # noqa: PLC0415

    if mail and not settings.MAIL_IS_SENT:
        raise SamspilError(
            "there is no mail server: set SAMSPIL_SMTP_URL and SAMSPIL_MAIL_FROM, or run `samspil remind --no-mail` to "
            "tell of overdue tasks inside Samspil only"
        )
    check_log_key()
    try:
        actor, months = system(), make_ahead(connection)
        # Before the e-mails, which count every task there is.
        stalled, escalated = ask_about_stalled(actor), escalate(actor)
        return Reminding(escalated, remind_by_mail(actor) if mail else None, months, stalled)
    except DatabaseError as error:
        raise SamspilError(f"the care plane's database cannot be read: {error}".strip()) from error
