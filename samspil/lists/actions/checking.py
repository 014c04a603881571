"""Checking eligibility at the gate, and setting an exclusion aside."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Membership
from samspil.lists.actions.course import advance, done, hold, member, note
from samspil.lists.gate import FINAL, Judgement, judge
from samspil.lists.models import EligibilityCheck, Inclusion, Publication, Standing, Step
from samspil.lists.names import Bulletin
from samspil.lists.programme import rules


def latest_check(inclusion: Inclusion) -> EligibilityCheck | None:
    """The newest check of an inclusion."""
    return inclusion.checks.order_by("-at", "-id").first()


def judgement_now(inclusion: Inclusion, answers: Mapping[str, bool] | None = None) -> Judgement:
    """What the newest published data and the answers say today; without `answers`, those of the latest check."""
    if answers is None:
        check = latest_check(inclusion)
        answers = check.answers if check is not None else {}
    publication = Publication.objects.filter(model=inclusion.model).order_by("-as_of", "-id").first()
    assert publication is not None, "an inclusion begins after a publication"
    # What data say after the citizen changed practice is not for the practice that was left.
    stayed = inclusion.citizen.practice_id == inclusion.practice_id
    standings = Standing.objects.filter(citizen=inclusion.citizen, model=inclusion.model)
    standing = standings.first() if stayed else None
    return judge(
        inclusion.citizen,
        Bulletin(publication),
        standing,
        practice_id=inclusion.practice_id,
        source=inclusion.source,
        answers=answers,
        today=timezone.localdate(),
    )


def check(actor: Actor, inclusion: Inclusion, version: int, answers: Mapping[str, bool]) -> EligibilityCheck:
    """Judge eligibility with the doctor's answers, and keep what was found.

    Raises Refused, and Conflict when somebody else was first or the inclusion has ended.
    """
    by = member(actor, "decide", inclusion, "eligibility")
    with transaction.atomic():
        hold(inclusion.citizen)
        found = judgement_now(inclusion, answers)
        known = {question.code for question in found.questions}
        advance(inclusion, version)
        made = _keep(inclusion, found, {code: answer for code, answer in answers.items() if code in known}, by)
        done(actor, "decide", inclusion, "eligibility")
    return made


def override(
    actor: Actor, inclusion: Inclusion, version: int, reason: str, words: str, seen: Collection[str]
) -> EligibilityCheck:
    """Set aside what blocks and was seen, with a coded reason and words; reported to the secretariat (000 L-04).

    Raises Refused, Conflict when something else blocks by now, and Invalid when nothing can be set aside, or reason
    or words are missing.
    """
    by = member(actor, "decide", inclusion, f"override {reason}")
    if reason not in {known.reason for known in rules(inclusion.programme).gate.override_reasons}:
        raise Invalid("reason", _("Choose why the exclusion is set aside."))
    if not words.strip():
        raise Invalid("note", _("Write what you know that the data do not say."))
    latest = latest_check(inclusion)
    with transaction.atomic():
        hold(inclusion.citizen)
        found = judgement_now(inclusion)
        if not found.blocked_by:
            raise Invalid("", _("Nothing stands in the way."))
        if set(found.blocked_by) & set(FINAL):
            raise Invalid("", _("This cannot be set aside: the citizen is dead, has moved away or has another doctor."))
        if not set(found.blocked_by) <= set(seen):
            raise Conflict(_("Something else stands in the way by now. Look at it again."))
        advance(inclusion, version)
        answers = latest.answers if latest else {}
        made = _keep(inclusion, found, answers, by, override_reason=reason, override_note=words.strip())
        note(inclusion, Step.Kind.OVERRIDE, by, words=words, reason=reason)
        done(actor, "decide", inclusion, f"override {reason}")
    return made


def _keep(
    inclusion: Inclusion, found: Judgement, answers: Mapping[str, bool], by: Membership, **override: str
) -> EligibilityCheck:
    return EligibilityCheck.objects.create(
        inclusion=inclusion,
        publication=found.publication,
        verdict=found.verdict,
        blocked_by=found.blocked_by,
        unanswered=found.unanswered,
        answers=dict(answers),
        by=by,
        at=timezone.now(),
        **override,
    )


def set_aside(inclusion: Inclusion) -> set[str]:
    """What a doctor has set aside in this inclusion."""
    overridden = inclusion.checks.exclude(override_reason="").values_list("blocked_by", flat=True)
    return {code for codes in overridden for code in codes}


def still_blocked(inclusion: Inclusion, found: Judgement) -> list[str]:
    """What blocks now and has not been set aside."""
    aside = set_aside(inclusion) if found.blocked_by else set()
    return [code for code in found.blocked_by if code in FINAL or code not in aside]


def require_open_gate(inclusion: Inclusion) -> None:
    """Judge anew, on the newest data. Raises Invalid, naming what stands in the way or is not answered."""
    found = judgement_now(inclusion)
    blocked = still_blocked(inclusion, found)
    if blocked:
        raise Invalid(
            "", _("The gate is shut: %(reasons)s.") % {"reasons": "; ".join(words_of(found, code) for code in blocked)}
        )
    if found.unanswered:
        raise Invalid(
            "",
            _("Answer first: %(questions)s.")
            % {"questions": "; ".join(words_of(found, code) for code in found.unanswered)},
        )


def words_of(found: Judgement, code: str) -> str:
    """What blocks, in words."""
    if code == "inactive":
        return _("the citizen is dead or has left the country")
    if code == "other_practice":
        return _("the citizen has another practice")
    if code == "age":
        return _("the citizen's age lies outside the target group")
    if code == "not_in_target":
        return _("the score no longer reaches the target group")
    return next((question.title for question in found.questions if question.code == code), code)
