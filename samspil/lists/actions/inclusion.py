"""From a chosen name to enrolment: invitation, conversation, consent, and the gate before every promise.

    to be invited → invited → conversation held → consented → enrolled
            (or ended, with a coded reason, from anywhere)

Nothing moves by itself; every step is somebody's, with its date. Before anything is promised to the citizen the gate
judges eligibility anew (report 000 L-04, L-06).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen, tell_practice
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen, Membership, Notice
from samspil.access.policy import Resource, Verb
from samspil.access.queries.consent import has_consent
from samspil.lists.actions.checking import require_open_gate
from samspil.lists.models import Entry, Inclusion, Publication, Source, Stage, Step, UnmetNeed
from samspil.lists.names import model_title
from samspil.lists.programme import of_model, rules

#: Steps towards the citizen, and the stage each brings an inclusion to at least.
CONTACTS = {Step.Kind.LETTER: Stage.INVITED, Step.Kind.REMINDER: Stage.INVITED, Step.Kind.PHONE: Stage.INVITED}
_ORDER = (Stage.NOMINATED, Stage.TO_INVITE, Stage.INVITED, Stage.INFORMED, Stage.CONSENTED, Stage.ENROLLED)


def resource_of(inclusion: Inclusion) -> Resource:
    """What the policy is asked about: the inclusion of a citizen, in the practice that runs it."""
    return Resource("inclusion", citizen=inclusion.citizen, practice_id=inclusion.practice_id)


def _require(actor: Actor, verb: Verb, inclusion: Inclusion, detail: str) -> Membership:
    guard.require(actor, verb, resource_of(inclusion), "inclusion", detail=detail)
    assert actor.membership is not None, "only members of an organisation are granted anything here"
    return actor.membership


def choose(actor: Actor, entry: Entry) -> Inclusion:
    """Open the inclusion of a name that a doctor chose to invite; one that runs already goes on."""
    assert actor.membership is not None
    running = Inclusion.objects.filter(citizen=entry.citizen, model=entry.model, ended_at__isnull=True).first()
    if running is not None:
        if running.stage == Stage.NOMINATED:
            _advance(running, running.version, stage=Stage.TO_INVITE, entry=entry)
        _step(running, Step.Kind.CHOSEN, actor.membership)
        return running
    return _open(actor.membership, entry.citizen, entry.model, Source.LIST, Stage.TO_INVITE, entry=entry)


def unchoose(actor: Actor, entry: Entry) -> None:
    """Take an invitation back before anything was done about it. Raises Conflict when something was."""
    running = Inclusion.objects.filter(entry=entry, ended_at__isnull=True).first()
    if running is None:
        return
    done = running.steps.exclude(kind__in=[Step.Kind.CHOSEN, Step.Kind.NOMINATED]).exists()
    if done or running.stage not in {Stage.TO_INVITE, Stage.NOMINATED}:
        raise Conflict(_("%(name)s has been contacted already. End the inclusion with a reason instead.")
                       % {"name": entry.citizen.name})  # fmt: skip
    if running.source == Source.NOMINATION:
        _advance(running, running.version, stage=Stage.NOMINATED, entry=None)
        return
    running.checks.all().delete()
    running.steps.all().delete()
    running.delete()


def open_off_list(actor: Actor, citizen: Citizen, model: str, purpose: str) -> Inclusion:
    """Enter a newly ill citizen of the own practice whom no list names; provisional until judged again.

    Raises Refused, Invalid when the model takes nobody off the list or no purpose is given (report 000
    L-19), and Conflict when an inclusion runs already.
    """
    guard.require(actor, "decide", Resource("inclusion", citizen=citizen), "inclusion", detail=f"{model} off list")
    assert actor.membership is not None
    programme = of_model(model).definition.programme
    model_rules = rules(programme).models.get(model)
    if model_rules is None or not model_rules.off_list:
        raise Invalid("model", _("This target group takes only citizens of the list, or nominated ones."))
    if not purpose.strip():
        raise Invalid("purpose", _("Write what the joint effort is to help with."))
    days = rules(programme).gate.reassess_after_days
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

    Says nothing of what runs already: then the practice is told once more, and the nominator sees the status only of
    what they nominated. Raises Refused, and Invalid without a reason or a practice.
    """
    guard.require(actor, "write", Resource("nomination", citizen=citizen), "inclusion", detail=model)
    assert actor.membership is not None
    if not why.strip():
        raise Invalid("why", _("Write why a joint effort would help."))
    if citizen.practice_id is None or citizen.inactive:
        raise Invalid("cpr", _("The citizen has no practice here, so nobody can take the suggestion up."))
    with transaction.atomic():
        running = Inclusion.objects.filter(citizen=citizen, model=model, ended_at__isnull=True).first()
        if running is None:
            _open(actor.membership, citizen, model, Source.NOMINATION, Stage.NOMINATED, purpose=why.strip())
        else:
            _step(running, Step.Kind.NOMINATED, actor.membership, note=why.strip())
        tell_practice(
            citizen,
            Notice.Kind.INVITATION,
            "nominated",
            name=actor.name,
            organisation=actor.membership.organisation.name,
        )


def accept_nomination(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """The practice takes a nomination up: the citizen is to be invited. Raises Refused and Conflict."""
    member = _require(actor, "decide", inclusion, "accept nomination")
    _in_stage(inclusion, Stage.NOMINATED)
    with transaction.atomic():
        _advance(inclusion, version, stage=Stage.TO_INVITE)
        _step(inclusion, Step.Kind.CHOSEN, member)


def contact(
    actor: Actor, inclusion: Inclusion, version: int, kind: Step.Kind, *, on: dt.date | None = None, note: str = ""
) -> None:
    """A letter, a reminder or a call, on a day. Also for the practice's staff (report 000 L3124-3128).

    Raises Refused, Conflict, and Invalid when the gate is shut, the day lies ahead, or a reminder comes
    without a letter.
    """
    member = _require(actor, "write", inclusion, kind)
    _in_stage(inclusion, Stage.TO_INVITE, Stage.INVITED)
    day = _not_ahead(on)
    if kind == Step.Kind.REMINDER and not inclusion.steps.filter(kind=Step.Kind.LETTER).exists():
        raise Invalid("kind", _("There is no letter to remind of yet."))
    require_open_gate(inclusion)
    with transaction.atomic():
        _advance(inclusion, version, stage=CONTACTS[kind])
        _step(inclusion, kind, member, on=day, note=note)
        if kind != Step.Kind.PHONE:
            tell_citizen(
                inclusion.citizen,
                Notice.Kind.INVITATION,
                "invited",
                name=member.organisation.name,
                programme=model_title(inclusion.model),
            )


def reminder_due(inclusion: Inclusion, steps: list[Step]) -> dt.date | None:
    """The day from which a reminder is due: so long after the letter, once; None when there is nothing to remind of."""
    letters = [step.on for step in steps if step.kind == Step.Kind.LETTER]
    reminded = any(step.kind in {Step.Kind.REMINDER, Step.Kind.CONVERSATION} for step in steps)
    if inclusion.stage != Stage.INVITED or not letters or reminded:
        return None
    return letters[-1] + dt.timedelta(days=rules(inclusion.programme).gate.reminder_after_days)


def hold_conversation(
    actor: Actor, inclusion: Inclusion, version: int, *, purpose: str, on: dt.date | None = None, note: str = ""
) -> None:
    """The information conversation was held, and what the effort is for. Raises Refused, Conflict, Invalid."""
    member = _require(actor, "decide", inclusion, "conversation")
    _in_stage(inclusion, Stage.TO_INVITE, Stage.INVITED, Stage.INFORMED)
    day = _not_ahead(on)
    if not purpose.strip():
        raise Invalid("purpose", _("Write what the joint effort is to help with, in the citizen's words."))
    require_open_gate(inclusion)
    with transaction.atomic():
        _advance(inclusion, version, stage=Stage.INFORMED, purpose=purpose.strip())
        _step(inclusion, Step.Kind.CONVERSATION, member, on=day, note=note)


def note_consent(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """Go on after the citizen's answers were recorded. Raises Invalid without the smallest consent."""
    member = _require(actor, "decide", inclusion, "consent")
    _in_stage(inclusion, Stage.INFORMED)
    _require_participation(inclusion)
    require_open_gate(inclusion)
    with transaction.atomic():
        _advance(inclusion, version, stage=Stage.CONSENTED)
        _step(inclusion, Step.Kind.CONSENT, member)


def enrol(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """Enrol a citizen who has consented to take part, and to nothing more if so they wish.

    Raises Refused, Conflict, and Invalid when consent is missing or withdrawn, or the gate is shut.
    """
    member = _require(actor, "decide", inclusion, "enrol")
    _in_stage(inclusion, Stage.CONSENTED)
    _require_participation(inclusion)
    require_open_gate(inclusion)
    with transaction.atomic():
        _advance(inclusion, version, stage=Stage.ENROLLED, enrolled_at=timezone.now())
        _step(inclusion, Step.Kind.ENROLLED, member)


def end(
    actor: Actor,
    inclusion: Inclusion,
    version: int,
    reason: str,
    *,
    decline_reason: str = "",
    note: str = "",
    need: str = "",
    route: str = "",
) -> None:
    """End an inclusion with a coded reason; `need` and `route` tell of a need the programme does not meet.

    Raises Refused, Conflict, and Invalid for unknown reasons, a no without why, or a need without a route.
    """
    member = _require(actor, "decide", inclusion, f"end {reason}")
    gate = rules(inclusion.programme).gate
    chosen = next((known for known in gate.end_reasons if known.reason == reason), None)
    if chosen is None:
        raise Invalid("reason", _("Choose why it ends."))
    if chosen.asks_why and decline_reason not in {known.reason for known in gate.decline_reasons}:
        raise Invalid("decline_reason", _("Choose what the citizen gave as the reason."))
    with transaction.atomic():
        _advance(
            inclusion,
            version,
            stage=Stage.ENDED,
            ended_at=timezone.now(),
            end_reason=reason,
            decline_reason=decline_reason if chosen.asks_why else "",
            end_note=note.strip(),
        )
        _step(inclusion, Step.Kind.ENDED, member, reason=reason, note=note)
        if need.strip():
            log_unmet_need(actor, inclusion.citizen, inclusion.model, need, route)


def log_unmet_need(actor: Actor, citizen: Citizen, model: str, need: str, route: str) -> UnmetNeed:
    """Record that somebody who is not taken in needs something, and where they were helped on to (report 000 L-52)."""
    resource = Resource("inclusion", citizen=citizen)
    guard.require(actor, "write", resource, "inclusion", detail=f"{model} unmet need")
    assert actor.membership is not None
    programme = of_model(model).definition.programme
    if route not in {known.route for known in rules(programme).gate.unmet_need_routes}:
        raise Invalid("route", _("Choose where the citizen is helped on to."))
    if not need.strip():
        raise Invalid("need", _("Write what the citizen needs."))
    return UnmetNeed.objects.create(
        citizen=citizen,
        practice=actor.membership.organisation,
        programme=programme,
        model=model,
        need=need.strip(),
        route=route,
        by=actor.membership,
        at=timezone.now(),
    )


def reassess(actor: Actor, inclusion: Inclusion, version: int) -> None:
    """A provisional inclusion is judged again on new data: final when the gate is open, else the doctor decides.

    Raises Refused, Conflict, and Invalid when the gate is shut.
    """
    member = _require(actor, "decide", inclusion, "reassess")
    require_open_gate(inclusion)
    with transaction.atomic():
        _advance(inclusion, version, reassess_on=None)
        _step(inclusion, Step.Kind.REASSESSED, member)


def _open(member: Membership, citizen: Citizen, model: str, source: Source, stage: Stage, **fields: Any) -> Inclusion:
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
                nominated_by=member.organisation if source == Source.NOMINATION else None,
                stage=stage,
                opened_at=timezone.now(),
                opened_by=member,
                **fields,
            )
            kind = Step.Kind.NOMINATED if stage == Stage.NOMINATED else Step.Kind.CHOSEN
            _step(inclusion, kind, member, note=fields.get("purpose", ""))
    except IntegrityError as error:
        raise Conflict(_("An inclusion of %(name)s in this target group is running already.")
                       % {"name": citizen.name}) from error  # fmt: skip
    return inclusion


def _advance(inclusion: Inclusion, version: int, **changes: Any) -> None:
    """Change an inclusion that is still as it was at `version`; a stage never goes back by itself."""
    stage = changes.get("stage")
    if stage in _ORDER and stage != Stage.NOMINATED and inclusion.stage in _ORDER:
        changes["stage"] = max(stage, Stage(inclusion.stage), key=_ORDER.index)
    running = Inclusion.objects.filter(pk=inclusion.pk, version=version, ended_at__isnull=True)
    if not running.update(version=version + 1, **changes):
        raise Conflict(what_happened(inclusion))
    inclusion.refresh_from_db()


def what_happened(inclusion: Inclusion) -> str:
    """What was done with an inclusion last, for whoever came second."""
    last = inclusion.steps.select_related("by__user").order_by("at", "id").last()
    if last is None:
        return _("The inclusion was changed meanwhile. Look at it again.")
    return _("%(who)s was first: %(what)s. Look at it again before you go on.") % {
        "who": last.by.user.name,
        "what": last.get_kind_display(),
    }


def _step(
    inclusion: Inclusion,
    kind: Step.Kind,
    by: Membership,
    *,
    on: dt.date | None = None,
    note: str = "",
    reason: str = "",
) -> Step:
    return Step.objects.create(
        inclusion=inclusion,
        kind=kind,
        on=on or timezone.localdate(),
        note=note.strip(),
        reason=reason,
        by=by,
        at=timezone.now(),
    )


def _in_stage(inclusion: Inclusion, *stages: Stage) -> None:
    if inclusion.stage not in stages:
        raise Conflict(what_happened(inclusion))


def _not_ahead(on: dt.date | None) -> dt.date:
    today = timezone.localdate()
    if on is not None and on > today:
        raise Invalid("on", _("The day lies ahead. Write the day it was done."))
    return on or today


def _require_participation(inclusion: Inclusion) -> None:
    if not has_consent(inclusion.citizen, inclusion.programme, "participation"):
        raise Invalid("", _("The citizen has not consented to taking part, or has withdrawn the consent."))
