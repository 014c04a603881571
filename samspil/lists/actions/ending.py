"""How an inclusion ends, with a coded reason, and what a citizen needs whom the programme does not take in."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Membership
from samspil.lists.actions.course import advance, done, member, note
from samspil.lists.models import Inclusion, Review, Stage, Step, UnmetNeed
from samspil.lists.programme import of_model, rules


def end(
    actor: Actor,
    inclusion: Inclusion,
    version: int,
    reason: str,
    *,
    decline_reason: str = "",
    words: str = "",
    need: str = "",
    route: str = "",
) -> None:
    """End an inclusion with a coded reason; `need` and `route` tell of a need the programme does not meet.

    Also after the citizen died or moved. Raises Refused, Conflict, and Invalid for unknown reasons, a no without why,
    or a need without a route.
    """
    by = member(actor, "decide", inclusion, f"end {reason}")
    gate = rules(inclusion.programme).gate
    chosen = next((known for known in gate.end_reasons if known.reason == reason), None)
    if chosen is None:
        raise Invalid("reason", _("Choose why it ends."))
    if chosen.asks_why and decline_reason not in {known.reason for known in gate.decline_reasons}:
        raise Invalid("decline_reason", _("Choose what the citizen gave as the reason."))
    with transaction.atomic():
        advance(
            inclusion,
            version,
            stage=Stage.ENDED,
            ended_at=timezone.now(),
            end_reason=reason,
            decline_reason=decline_reason if chosen.asks_why else "",
            end_note=words.strip(),
        )
        note(inclusion, Step.Kind.ENDED, by, words=words, reason=reason)
        record_need(by, inclusion.citizen, inclusion.model, need, route)
        done(actor, "decide", inclusion, f"end {reason}")


def record_need(
    by: Membership, citizen: Citizen, model: str, need: str, route: str, review: Review | None = None
) -> None:
    """Record what somebody who is not taken in needs, and where they are helped on to (report 000 L-52).

    Nothing is recorded without a need. The caller has asked the policy about the act that this belongs to. Raises
    Invalid for a need without a route.
    """
    if not need.strip():
        return
    programme = of_model(model).definition.programme
    if route not in {known.route for known in rules(programme).gate.unmet_need_routes}:
        raise Invalid("route", _("Choose where the citizen is helped on to."))
    UnmetNeed.objects.create(
        citizen=citizen,
        practice=by.organisation,
        programme=programme,
        model=model,
        need=need.strip(),
        route=route,
        review=review,
        by=by,
        at=timezone.now(),
    )
