"""What writing in a part of a plan is made of: the kind of data it tells of, the plan that is open, the version.

Each section, goal and activity has a version of its own. Whoever saves from an older one is shown both texts and
chooses; their own is kept as a draft, so that nothing is lost.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Category, User
from samspil.access.policy import Resource
from samspil.plans.actions.changing import hold, purpose_of, resource_of
from samspil.plans.models import Draft, Goal, Plan, Revision

#: More letters than anybody reads; the guidance about length stands in `plan_format.yaml`.
MOST_LETTERS = 10_000


class WrittenMeanwhile(Conflict):
    """Somebody else saved the same part first. Nothing was changed; `own` is kept as a draft beside `theirs`."""

    def __init__(self, *, theirs: str, own: str, by: User, at: dt.datetime, version: int) -> None:
        self.theirs, self.own, self.by, self.at, self.version = theirs, own, by, at, version
        super().__init__(
            _("%(who)s saved the same part at %(when)s. Look at both texts and save again; yours is kept.")
            % {"who": by.name, "when": timezone.localtime(at).strftime("%H:%M")}
        )


def part(plan: Plan, category: str | None) -> Resource:
    """What the policy is asked about: a part of a plan that tells of one kind of data; None is told of no kind."""
    return replace(resource_of(plan), category=Category(category) if category else None)


def check_write(actor: Actor, plan: Plan, category: str | None, detail: str) -> None:
    """That the actor may write in this part of the plan. Nothing is logged yet. Raises Refused."""
    guard.check(actor, "write", part(plan, category), purpose_of(actor), detail=detail)


def hold_open(plan: Plan) -> Plan:
    """The plan as it is now, kept from changing until the transaction is over. Raises Conflict for a closed one."""
    held = hold(plan)
    if held.state == Plan.State.CLOSED:
        raise Conflict(_("The plan is closed. Nothing more is written in it."))
    return held


def tidy(text: str) -> str:
    """A text as it is kept: line ends as one, and nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def read_text(field: str, text: str, *, needed: str = "", most: int = MOST_LETTERS) -> str:
    """A text that was typed. Raises Invalid with the sentence `needed` when there is none, and when it is too long."""
    found = tidy(text)
    if needed and not found:
        raise Invalid(field, needed)
    if len(found) > most:
        raise Invalid(field, _("The text is too long: at most %(most)d letters.") % {"most": most})
    return found


def goal_in(plan: Plan, goal: Goal | None) -> Goal | None:
    """A goal of this plan that is still worked on. Raises Invalid for any other."""
    if goal is None:
        return None
    found = Goal.objects.filter(pk=goal.pk, plan=plan).first()
    if found is None or found.state == Goal.State.LET_GO:
        raise Invalid("goal", _("Choose a goal of this plan that is still worked on."))
    return found


def keep_draft(actor: Actor, plan: Plan, place: str, text: str, base: int) -> None:
    """Keep what somebody wrote and could not save. Part of a larger act, which has asked the policy."""
    assert actor.user is not None, "the policy lets nobody write who is not logged in"
    Draft.objects.update_or_create(
        plan=plan, user=actor.user, section=place, defaults={"text": text, "base": base, "at": timezone.now()}
    )


def drop_draft(actor: Actor, plan: Plan, place: str) -> None:
    """What was kept is saved, or not wanted any more."""
    Draft.objects.filter(plan=plan, user=actor.user, section=place).delete()


def last_change_of(plan: Plan, kind: str, key: int) -> Revision | None:
    """The revision in which a goal, an activity or another record became as it is now."""
    found: Revision | None = None
    for revision in plan.revisions.select_related("by").order_by("-number").iterator(chunk_size=20):
        record = revision.content.get(kind, {}).get(str(key))
        if found is not None and record != found.content.get(kind, {}).get(str(key)):
            break
        found = revision
    return found
