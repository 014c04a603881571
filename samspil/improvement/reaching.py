"""What became of reaching out: the groups that the list of lost patients is read in (report 003 L-29, L-31)."""

from __future__ import annotations

from collections.abc import Sequence

from samspil.improvement.models import LostPatient, OutreachAttempt

_Outcome = OutreachAttempt.Outcome

#: Nobody has tried; tried and waiting; back; an answer that is not "not done"; not to be sought out.
NOT_TRIED, WAITING, BACK, ANSWERED, STOPPED = GROUPS = ("not_tried", "waiting", "back", "answered", "stopped")
#: Outcomes after which nobody is called again for now, which is something else than not done.
FINAL = frozenset({_Outcome.DECLINED, _Outcome.DONE_ELSEWHERE, _Outcome.NOT_REACHABLE, _Outcome.MOVED})


def group_of(attempts: Sequence[OutreachAttempt], lost: LostPatient | None, *, stopped: bool) -> str:
    """Where a patient stands; `attempts` are the newest first, `lost` is none when the data do not miss a contact.

    Who was lost when somebody tried, and is not any more, is back whatever the last outcome was: a contact is seen.
    What was tried up to the last contact belongs to an earlier time.
    """
    if lost is None:
        return BACK
    if stopped:
        return STOPPED
    since = lost.last_contact
    if not attempts or (since is not None and attempts[0].on <= since):
        return NOT_TRIED
    outcome = attempts[0].outcome
    if outcome == _Outcome.BACK:
        return BACK
    return ANSWERED if outcome in FINAL else WAITING
