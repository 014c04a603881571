"""Inclusions under way: the practice's work list, one of them with its steps, and what a nominator may follow."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db.models import Max, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard, log
from samspil.access.actor import Actor
from samspil.access.errors import Invalid
from samspil.access.models import Citizen, Consent, User
from samspil.access.policy import Resource, may
from samspil.access.queries.consent import Standing as ConsentStanding
from samspil.access.queries.consent import standings
from samspil.access.queries.finding import read_cpr
from samspil.lists.actions.checking import (
    judgement_now,
    latest_check,
    require_open_gate,
    set_aside,
    still_blocked,
    words_of,
)
from samspil.lists.actions.course import in_stage
from samspil.lists.actions.inclusion import reminder_due
from samspil.lists.gate import Judgement
from samspil.lists.models import EligibilityCheck, Inclusion, Publication, Source, Stage, Step
from samspil.lists.names import language, model_title, version_title
from samspil.lists.programme import programme, rules


@dataclass
class Running:
    """An inclusion on the practice's work list, and what it waits for."""

    inclusion: Inclusion
    title: str
    reminder: dt.date | None
    #: Days on which something is due that have come.
    reminder_is_due: bool
    #: A provisional one whose day has come, or for which there are newer data to judge by (report 000 L-05).
    reassess_is_due: bool
    withdrawn: bool
    #: Dead, emigrated or with another practice now: the inclusion has to be ended.
    gone: bool


def own_inclusions(actor: Actor) -> Resource:
    """The inclusions of the practice somebody works in."""
    return Resource("inclusion", practice_id=actor.organisation_id)


def may_enter(actor: Actor) -> bool:
    """Whether the actor may enter a newly ill citizen, for showing the button."""
    return bool(may(actor, "decide", own_inclusions(actor), "inclusion"))


#: Inclusions on one page.
PAGE = 100


def running(actor: Actor, *, ended: bool = False, before: int | None = None) -> tuple[list[Running], int | None]:
    """A page of the own practice's inclusions under way, or of those that ended, the newest first.

    `before` is the key that the page before ended with; the second answer is the one for the next page. Every citizen
    shown is logged. Raises Refused.
    """
    resource = own_inclusions(actor)
    decision = guard.require(actor, "read", resource, "inclusion")
    found = (
        Inclusion.objects.filter(practice_id=actor.organisation_id, ended_at__isnull=not ended)
        .select_related("citizen", "nominated_by")
        .prefetch_related("steps")
        .order_by("-id")
    )
    if before is not None:
        found = found.filter(pk__lt=before)
    if ended:
        # What has ended concerns the practice only as long as the citizen is its own.
        found = found.filter(citizen__practice_id=actor.organisation_id)
    shown, more = _page(list(found[: PAGE + 1]))
    guard.seen(actor, "read", resource, "inclusion", decision, {each.citizen_id for each in shown})
    return _in_words(shown), more


def _page(found: list[Inclusion]) -> tuple[list[Inclusion], int | None]:
    """What is shown, and where the next page begins when there is one."""
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def _in_words(inclusions: list[Inclusion]) -> list[Running]:
    today = timezone.localdate()
    consenting = set(
        Consent.objects.in_force(today)
        .filter(citizen__in={each.citizen_id for each in inclusions}, purpose="participation")
        .values_list("citizen_id", "programme")
    )
    models = {each.model for each in inclusions if each.reassess_on is not None}
    published = Publication.objects.filter(model__in=models).order_by().values_list("model")
    newest = dict(published.annotate(Max("published_at"))) if models else {}
    result = []
    for each in inclusions:
        reminder = reminder_due(each, list(each.steps.all()))
        result.append(
            Running(
                inclusion=each,
                title=model_title(each.model),
                reminder=reminder,
                reminder_is_due=reminder is not None and reminder <= today,
                reassess_is_due=each.reassess_on is not None
                and each.ended_at is None
                and (each.reassess_on <= today or newest[each.model] > each.opened_at),
                withdrawn=each.stage in {Stage.CONSENTED, Stage.ENROLLED}
                and (each.citizen_id, each.programme) not in consenting,
                gone=each.citizen.inactive or each.citizen.practice_id != each.practice_id,
            )
        )
    return result


@dataclass
class Opened:
    """One inclusion with everything its page shows."""

    inclusion: Inclusion
    title: str
    version: str
    steps: list[Step]
    judgement: Judgement
    #: What blocks now and is not set aside, and what is not answered, in words.
    blocked: list[str]
    aside: list[str]
    unanswered: list[str]
    check: EligibilityCheck | None
    reminder: dt.date | None
    may_decide: bool
    may_write: bool
    #: Whether the citizen is the practice's patient still: then there is more to see than this inclusion.
    treats: bool
    consents: list[ConsentStanding] = field(default_factory=list)
    withdrawn: bool = False

    @property
    def gate_open(self) -> bool:
        """Whether something may be promised to the citizen now."""
        return not self.blocked and not self.unanswered

    @property
    def end_reason(self) -> str:
        """Why it ended, in words."""
        known = rules(self.inclusion.programme).gate.end_reasons
        return next((getattr(r.title, language()) for r in known if r.reason == self.inclusion.end_reason), "")

    @property
    def decline_reason(self) -> str:
        """What the citizen gave as the reason, in words."""
        known = rules(self.inclusion.programme).gate.decline_reasons
        return next((getattr(r.title, language()) for r in known if r.reason == self.inclusion.decline_reason), "")


def opened(actor: Actor, key: int) -> Opened:
    """One inclusion. Raises Inclusion.DoesNotExist, and Refused for another practice's."""
    found = (
        Inclusion.objects.select_related("citizen__practice", "practice", "nominated_by", "round")
        .prefetch_related(Prefetch("steps", Step.objects.select_related("by__user")))
        .get(pk=key)
    )
    resource = Resource("inclusion", citizen=found.citizen, practice_id=found.practice_id)
    if found.ended_at is not None and found.citizen.practice_id != found.practice_id:
        guard.refuse(actor, "read", resource, "inclusion", "relation")
    guard.require(actor, "read", resource, "inclusion", detail=found.model)
    judgement = judgement_now(found)
    steps = list(found.steps.all())
    treats = bool(may(actor, "read", Resource("consent", citizen=found.citizen), "inclusion"))
    asked = [each for each in standings(actor, found.citizen) if each.programme == found.programme] if treats else []
    takes_part = not treats or any(each.asked.purpose == "participation" and each.given for each in asked)
    return Opened(
        inclusion=found,
        title=model_title(found.model),
        version=version_title(found.model, found.model_version),
        steps=steps,
        judgement=judgement,
        blocked=[words_of(judgement, code) for code in still_blocked(found, judgement)],
        aside=[words_of(judgement, code) for code in judgement.blocked_by if code in set_aside(found)],
        unanswered=[words_of(judgement, code) for code in judgement.unanswered],
        check=latest_check(found),
        reminder=reminder_due(found, steps),
        may_decide=bool(may(actor, "decide", resource, "inclusion")),
        may_write=bool(may(actor, "write", resource, "inclusion")),
        treats=treats,
        consents=asked,
        withdrawn=found.stage in {Stage.CONSENTED, Stage.ENROLLED} and not takes_part,
    )


def citizen_to_nominate(actor: Actor, typed: str) -> Citizen:
    """The citizen with a CPR number, for a nomination; a number that is nobody's is logged too.

    Raises Refused, and Invalid for nobody's number.
    """
    decision = guard.check(actor, "write", Resource("nomination"), "inclusion")
    citizen = Citizen.objects.filter(cpr=read_cpr(typed)).first()
    if citizen is None:
        log.append([log.entry(actor, "write", Resource("nomination"), "inclusion", decision, detail="nobody found")])
        raise Invalid("cpr", _("Nobody with this CPR number is known here. Check the digits."))
    return citizen


@dataclass
class Nominated:
    """What a nominator may know of a nomination: the CPR number they gave, when, and the status in a word."""

    inclusion: Inclusion
    title: str

    @property
    def status(self) -> str:
        """`waiting`, `taken_up` or `ended`; nothing of why."""
        if self.inclusion.ended_at is not None:
            return "ended"
        return "waiting" if self.inclusion.stage == Stage.NOMINATED else "taken_up"


def nominated(actor: Actor, *, before: int | None = None) -> tuple[list[Nominated], int | None]:
    """A page of what the actor's organisation nominated, as `running`. Raises Refused."""
    resource = Resource("nomination", nominated_by=actor.organisation_id)
    decision = guard.require(actor, "read", resource, "inclusion")
    own = Inclusion.objects.filter(nominated_by_id=actor.organisation_id, source=Source.NOMINATION)
    if before is not None:
        own = own.filter(pk__lt=before)
    found, more = _page(list(own.select_related("citizen").order_by("-id")[: PAGE + 1]))
    guard.seen(actor, "read", resource, "inclusion", decision, {each.citizen_id for each in found})
    return [Nominated(each, model_title(each.model)) for each in found], more


def letter(actor: Actor, key: int, kind: str) -> tuple[Inclusion, str]:
    """The text of a letter to the citizen, filled in, in the citizen's language; a letter is a promise.

    Raises Refused, Inclusion.DoesNotExist, Conflict when the invitation is over, and Invalid when the gate is shut.
    """
    found = Inclusion.objects.select_related("citizen", "practice").get(pk=key)
    resource = Resource("inclusion", citizen=found.citizen, practice_id=found.practice_id)
    guard.check(actor, "read", resource, "inclusion", detail=kind)
    in_stage(found, Stage.TO_INVITE, Stage.INVITED)
    require_open_gate(found)
    guard.require(actor, "read", resource, "inclusion", detail=kind)
    letters = rules(found.programme).gate.letters
    text = letters.reminder if kind == Step.Kind.REMINDER else letters.invitation
    account = User.objects.filter(citizen=found.citizen).first()
    code = "en" if account is not None and account.language == "en" else "da"
    filled = getattr(text, code).format(
        name=found.citizen.name,
        programme=getattr(programme(found.programme).definition.title, code),
        practice=found.practice.name,
        phone=found.practice.phone or "________",
    )
    return found, filled
