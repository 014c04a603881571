"""How an inclusion begins: from a list, off the list, or nominated by another sector; and taking a choice back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_practice
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen, Membership, Notice
from samspil.access.policy import Resource
from samspil.lists.actions.course import advance, done, hold, in_stage, member, note
from samspil.lists.models import Entry, Inclusion, Publication, Source, Stage, Step
from samspil.lists.programme import of_model, rules


def running_in(practice_id: int | None, citizen: Citizen, model: str) -> Inclusion | None:
    """The inclusion under way in a practice. One that another practice has not ended yet is no concern of this one."""
    running = Inclusion.objects.filter(citizen=citizen, model=model, practice_id=practice_id, ended_at__isnull=True)
    return running.select_related("citizen").first()


def choose(actor: Actor, entry: Entry) -> Inclusion:
    """Open the inclusion of a name that a doctor chose to invite; one that runs already goes on.

    The caller has asked the policy about the name.
    """
    assert actor.membership is not None
    running = running_in(entry.practice_id, entry.citizen, entry.model)
    if running is None:
        return _open(actor.membership, entry.citizen, entry.model, Source.LIST, Stage.TO_INVITE, entry=entry)
    advance(running, running.version, stage=Stage.TO_INVITE, entry=entry)
    note(running, Step.Kind.CHOSEN, actor.membership)
    return running


def unchoose(entry: Entry) -> None:
    """Take a choice back before anything was done about it. Raises Conflict when something was.

    The caller has asked the policy about the name, and is in a transaction.
    """
    inclusion = Inclusion.objects.select_for_update().filter(entry=entry).order_by("-opened_at", "-id").first()
    if inclusion is None:
        return
    kinds = set(inclusion.steps.values_list("kind", flat=True))
    begun = kinds - {Step.Kind.CHOSEN, Step.Kind.NOMINATED} or inclusion.checks.exists()
    if begun or inclusion.stage != Stage.TO_INVITE:
        words = _("Something has been done about %(name)s already. End the inclusion with a reason instead.")
        raise Conflict(words % {"name": entry.citizen.name})
    if inclusion.source == Source.LIST:
        inclusion.steps.all().delete()
        inclusion.delete()
    else:
        before = Stage.NOMINATED if inclusion.source == Source.NOMINATION else Stage.TO_INVITE
        advance(inclusion, inclusion.version, stage=before, entry=None)


def open_off_list(actor: Actor, citizen: Citizen, model: str, purpose: str) -> Inclusion:
    """Enter a newly ill citizen of the own practice whom no list names; provisional until judged again.

    Raises Refused, Invalid when the model takes nobody off the list or no purpose is given (report 000 L-19), and
    Conflict when an inclusion runs already.
    """
    resource, detail = Resource("inclusion", citizen=citizen), f"{model} off list"
    guard.check(actor, "decide", resource, "inclusion", detail=detail)
    assert actor.membership is not None
    programme = of_model(model).definition.programme
    model_rules = rules(programme).models.get(model)
    if model_rules is None or not model_rules.off_list:
        raise Invalid("model", _("This target group takes only citizens of the list, or nominated ones."))
    if not purpose.strip():
        raise Invalid("purpose", _("Write what the joint effort is to help with."))
    days = rules(programme).gate.reassess_after_days
    with transaction.atomic():
        # The citizen first and the log after, as every act on an inclusion: two that wait for each other never end.
        hold(citizen)
        guard.require(actor, "decide", resource, "inclusion", detail=detail)
        return _open(
            actor.membership,
            citizen,
            model,
            Source.NEWLY_ILL,
            Stage.TO_INVITE,
            purpose=purpose.strip(),
            reassess_on=timezone.localdate() + dt.timedelta(days=days),
        )


def nominate(actor: Actor, citizen: Citizen, model: str, why: str) -> None:
    """Suggest a citizen to their practice, from another sector. The practice decides, through the same gate.

    Says nothing of what runs already, nor of why nobody can take the suggestion up: then the practice is told once
    more, or nobody is. Raises Refused, and Invalid without a reason.
    """
    resource = Resource("nomination", citizen=citizen)
    guard.check(actor, "write", resource, "inclusion", detail=model)
    assert actor.membership is not None
    if not why.strip():
        raise Invalid("why", _("Write why a joint effort would help."))
    with transaction.atomic():
        hold(citizen)
        guard.require(actor, "write", resource, "inclusion", detail=model)
        if citizen.practice_id is None or citizen.inactive:
            return
        running = running_in(citizen.practice_id, citizen, model)
        if running is None:
            try:
                _open(actor.membership, citizen, model, Source.NOMINATION, Stage.NOMINATED, purpose=why.strip())
            except Conflict:  # somebody else opened one this very moment
                running = running_in(citizen.practice_id, citizen, model)
        if running is not None:
            note(running, Step.Kind.NOMINATED, actor.membership, words=why)
        place = actor.membership.organisation.name
        tell_practice(citizen, Notice.Kind.INVITATION, "nominated", name=actor.name, organisation=place)


def accept_nomination(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """The practice takes a nomination up: the citizen is to be invited. Raises Refused and Conflict."""
    by = member(actor, "decide", inclusion, "accept nomination")
    in_stage(inclusion, Stage.NOMINATED)
    with transaction.atomic():
        advance(inclusion, version, stage=Stage.TO_INVITE)
        note(inclusion, Step.Kind.CHOSEN, by)
        done(actor, "decide", inclusion, "accept nomination")


def _open(by: Membership, citizen: Citizen, model: str, source: Source, stage: Stage, **fields: Any) -> Inclusion:
    newest = Publication.objects.filter(model=model).select_related("round").order_by("-as_of", "-id").first()
    if newest is None:
        raise Invalid("", _("No lists of this target group have been published yet."))
    assert citizen.practice_id is not None, "who has no practice is in nobody's reach"
    try:
        with transaction.atomic():
            inclusion = Inclusion.objects.create(
                citizen=citizen,
                programme=newest.programme,
                model=model,
                practice_id=citizen.practice_id,
                source=source,
                round=newest.round,
                model_version=newest.round.version,
                nominated_by=by.organisation if source == Source.NOMINATION else None,
                stage=stage,
                opened_at=timezone.now(),
                opened_by=by,
                **fields,
            )
            kind = Step.Kind.NOMINATED if stage == Stage.NOMINATED else Step.Kind.CHOSEN
            note(inclusion, kind, by, words=fields.get("purpose", ""))
    except IntegrityError as error:
        words = _("An inclusion of %(name)s in this target group is running already.")
        raise Conflict(words % {"name": citizen.name}) from error
    return inclusion
