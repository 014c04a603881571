"""Small tests of change: what is aimed at and how often it has to be tried is decided first (report 003 REQ-QI-1)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.improvement.actions.discussing import writer
from samspil.improvement.models import ChangeTest, Network

#: More trials than this are a slip of the keys.
MOST = 1_000_000


def begin(
    actor: Actor,
    network: Network,
    *,
    title: str,
    aim: str,
    least_volume: int,
    began_on: dt.date,
    indicator: str = "",
) -> ChangeTest:
    """Write down a test before it runs. The least volume cannot be changed afterwards. Raises Refused and Invalid."""
    by = writer(actor, network)
    title, aim = title.strip(), aim.strip()
    if not title:
        raise Invalid("title", _("Give the test a name."))
    if not aim:
        raise Invalid("aim", _("Write what the test is to show."))
    if not 1 <= least_volume <= MOST:
        raise Invalid("least_volume", _("Write how often it has to be tried at least before anything is concluded."))
    return ChangeTest.objects.create(
        network=network,
        title=title,
        aim=aim,
        indicator=indicator,
        least_volume=least_volume,
        began_on=began_on,
        by=by,
    )


@transaction.atomic
def conclude(
    actor: Actor,
    test: ChangeTest,
    version: int,
    *,
    volume: int,
    ended_on: dt.date,
    conclusion: str,
    words: str,
) -> ChangeTest:
    """End a test with what came of it.

    Below the volume decided beforehand the conclusion is `insufficient_volume`, whatever was chosen: with three
    referrals nothing can be said (report 003 L1286-1288, M-07, TC3-30). Raises Refused, Invalid, and Conflict when
    somebody else has ended it.
    """
    writer(actor, test.network)
    if not 0 <= volume <= MOST:
        raise Invalid("volume", _("Write how often it was tried."))
    if ended_on < test.began_on:
        raise Invalid("ended_on", _("The test cannot end before it began."))
    if ended_on > timezone.localdate():
        raise Invalid("ended_on", _("The day lies ahead. Conclude the test when it has ended."))
    if volume < test.least_volume:
        conclusion = ChangeTest.Conclusion.INSUFFICIENT
    if conclusion not in ChangeTest.Conclusion.values:
        raise Invalid("conclusion", _("Choose what you conclude."))
    if not words.strip():
        raise Invalid("words", _("Write what you saw: advantages, disadvantages, what has to be in place."))
    open_still = ChangeTest.objects.filter(pk=test.pk, version=version, conclusion="")
    changed = open_still.update(
        volume=volume, ended_on=ended_on, conclusion=conclusion, words=words.strip(), version=version + 1
    )
    test.refresh_from_db()
    if not changed:
        said = test.get_conclusion_display() or _("changed")
        raise Conflict(_("Somebody was first: the test is “%(what)s” now. Look at it again.") % {"what": said})
    return test
