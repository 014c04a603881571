"""How an inclusion ends, with a coded reason, and what a citizen needs whom the programme does not take in.

The pathway of somebody who was enrolled ends with the inclusion, and the inclusion with the pathway.
"""

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
from samspil.plans.actions.pathways import RUNNING, end_with_inclusion
from samspil.plans.models import Pathway


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

    Also after the citizen died or moved. Ends the pathway of somebody enrolled too, unless the citizen has another
    practice now, which carries it on. Raises Refused, Conflict, and Invalid for unknown reasons, a no without why, a
    need without a route, or as long as something is promised in the pathway.
    """
    by = member(actor, "decide", inclusion, f"end {reason}")
    gate = rules(inclusion.programme).gate
    chosen = next((known for known in gate.end_reasons if known.reason == reason), None)
    if chosen is None:
        raise Invalid("reason", _("Choose why it ends."))
    if chosen.asks_why and decline_reason not in {known.reason for known in gate.decline_reasons}:
        raise Invalid("decline_reason", _("Choose what the citizen gave as the reason."))
    with transaction.atomic():
        pathway = running_pathway(inclusion)
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
        if pathway is not None and not _carried_on(inclusion):
            end_with_inclusion(actor, by, pathway, chosen.pathway_end, words)


def running_pathway(inclusion: Inclusion) -> Pathway | None:
    """The pathway that enrolment opened, while it runs."""
    if inclusion.stage != Stage.ENROLLED:
        return None
    return (
        Pathway.objects.filter(
            citizen=inclusion.citizen, programme=inclusion.programme, arm=inclusion.model, state__in=RUNNING
        )
        .select_related("citizen", "plan")
        .first()
    )


def _carried_on(inclusion: Inclusion) -> bool:
    """Whether another practice has the citizen now: what runs there is not for this one to stop (report 000 L-06)."""
    citizen = inclusion.citizen
    return not citizen.inactive and citizen.practice_id not in {None, inclusion.practice_id}


def end_with_pathway(pathway: Pathway, by: Membership, reason: str, words: str) -> None:
    """End the inclusion whose pathway has ended. Part of that act, which has asked the policy and is logged."""
    enrolled = Inclusion.objects.filter(
        citizen=pathway.citizen, programme=pathway.programme, model=pathway.arm, stage=Stage.ENROLLED
    )
    known = {each.reason for each in rules(pathway.programme).gate.end_reasons}
    for inclusion in enrolled.filter(ended_at__isnull=True):
        # A reason for dropping out is one of the ways of stopping on the way.
        code = next((each for each in (reason, pathway.state) if each in known), "other")
        advance(
            inclusion, inclusion.version, stage=Stage.ENDED, ended_at=timezone.now(), end_reason=code, end_note=words
        )
        note(inclusion, Step.Kind.ENDED, by, words=words, reason=code)


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
