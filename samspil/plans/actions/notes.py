"""Notes: addressed to those they concern, seen by the citizen first, and answered in time.

A note reaches another organisation when the citizen has seen to whom it goes: looked at together, or on the citizen's
own page (report 000 L-31). Each addressee is checked against consent and law for the kind of data when the note is
written, and again whenever it is read. An answer that stays among those of the question, about the same kind of data,
goes at once: the citizen has seen who writes to whom about what (002 PLAN-10 wants fast answers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard, words
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Category, Citizen, Organisation, Role, User
from samspil.access.policy import Resource
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.models import Activity, Addressee, Coordination, Note, Plan, Referral
from samspil.plans.programme import plan_format
from samspil.plans.team import current_plan, team_of, would_see
from samspil.plans.working_days import after_working_days

#: To whom a note goes: an organisation, or one person of it.
To = tuple[Organisation, User | None]


def write(
    actor: Actor,
    citizen: Citizen,
    text: str,
    category: str,
    addressees: Sequence[To | Organisation],
    *,
    plan: Plan | None = None,
    activity: Activity | None = None,
    referral: Referral | None = None,
    answers: Note | None = None,
    answer_by: dt.date | None = None,
    shown_together: bool = False,
) -> Note:
    """Write a note to those it concerns. With `answer_by` it is a question, and the addressees get a task to answer.

    The addressees belong to those around the citizen, and each may see the kind of data `category`. `shown_together`
    says that the citizen has looked at it with the author. Raises Refused, Invalid, and Conflict for a question that
    has been answered by the actor's organisation before.
    """
    category = _category(category)
    to = _distinct(addressees)
    plan = plan or current_plan(citizen)
    resource = Resource("note", citizen, category=category, named=named_in(plan))
    guard.check(actor, "write", resource, "care")
    assert actor.membership is not None, "only members of an organisation write notes"
    if not text.strip():
        raise Invalid("text", _("Write the note."))
    if answers is not None:
        _may_answer(actor, answers, citizen)
    if not to:
        raise Invalid("addressees", _("Choose at least one who is to read it."))
    if answer_by is not None and answer_by < timezone.localdate():
        raise Invalid("answer_by", _("The day has already passed."))
    _may_be_told(actor, citizen, category, to)
    now = timezone.now()
    with transaction.atomic():
        note = Note.objects.create(
            citizen=citizen,
            plan=plan,
            activity=activity,
            referral=referral,
            text=text.strip(),
            category=category,
            answers=answers,
            answer_by=answer_by,
            by=actor.membership,
            at=now,
        )
        Addressee.objects.bulk_create([Addressee(note=note, organisation=place, user=user) for place, user in to])
        if answers is not None:
            _answered(actor, answers, now)
        if shown_together:
            _share(note, Note.Shown.TOGETHER, now)
        elif answers is not None and _stays_among(note, answers, to):
            _share(note, Note.Shown(answers.shown), now)
        guard.require(actor, "write", resource, "care", detail=f"note {note.pk}")
    actor.forget()
    return note


def require_writer(actor: Actor, citizen: Citizen) -> None:
    """That the actor may write notes about the citizen at all, before anything is shown or marked. Raises Refused."""
    guard.check(actor, "write", Resource("note", citizen, named=named_in(current_plan(citizen))), "care")


def answer_by_default(today: dt.date) -> dt.date:
    """The last day on which a question of today is answered in time, by `plan_format.yaml`."""
    return after_working_days(today, plan_format().rules.question_answer_working_days.value)


def show_together(actor: Actor, note: Note) -> None:
    """The author, or a colleague, has looked at the note with the citizen: from now on it is shared.

    A second time changes nothing. Raises Refused.
    """
    resource = Resource("note", note.citizen, category=Category(note.category), named=named_in(note.plan))
    guard.check(actor, "write", resource, "care", detail=f"note {note.pk}")
    if note.by.organisation_id != actor.organisation_id:
        guard.refuse(actor, "write", resource, "care", "relation")
    with transaction.atomic():
        held = Note.objects.select_for_update(of=("self",)).select_related("citizen", "by__user").get(pk=note.pk)
        if held.shown_at is None:
            _share(held, Note.Shown.TOGETHER, timezone.now())
            guard.require(actor, "write", resource, "care", detail=f"note {note.pk} shown")


def shown_to_citizen(actor: Actor, note: Note) -> None:
    """The citizen has seen, on the own page, to whom the note goes: from now on it is shared. Raises Refused.

    Who was refused before that never sees it. A second time changes nothing.
    """
    resource = Resource("note", note.citizen)
    guard.check(actor, "write", resource, "self", detail=f"note {note.pk}")
    with transaction.atomic():
        held = Note.objects.select_for_update(of=("self",)).select_related("citizen", "by__user").get(pk=note.pk)
        if held.shown_at is None:
            _share(held, Note.Shown.ON_PAGE, timezone.now())
            guard.require(actor, "write", resource, "self", detail=f"note {note.pk} shown")


def refuse_addressee(actor: Actor, addressee: Addressee) -> None:
    """The citizen does not want the note to go there. What was read before cannot be unread. Raises Refused.

    A second time changes nothing.
    """
    note = addressee.note
    resource = Resource("note", note.citizen)
    guard.check(actor, "write", resource, "self", detail=f"addressee {addressee.pk}")
    if actor.role != Role.CITIZEN:
        guard.refuse(actor, "write", resource, "self", "role")
    with transaction.atomic():
        # The note is held, so that a no that comes together with the showing counts.
        Note.objects.select_for_update().get(pk=note.pk)
        if Addressee.objects.filter(pk=addressee.pk, refused_at__isnull=True).update(refused_at=timezone.now()):
            about = {"note": note, "kind": "answer_question", "task__organisation": addressee.organisation_id}
            still = note.addressees.filter(organisation=addressee.organisation_id, refused_at__isnull=True)
            if addressee.user_id is not None:
                close_tasks(**about, task__holder=addressee.user_id)
            elif not still.exists():
                close_tasks(**about)
            else:
                close_tasks(**about, task__holder__isnull=True)
            guard.require(actor, "write", resource, "self", detail=f"addressee {addressee.pk}")
    addressee.refresh_from_db()


def _share(note: Note, shown: Note.Shown, now: dt.datetime) -> None:
    """The note is there for its addressees, and the asked have a task."""
    note.shown, note.shown_at = shown, now
    note.save(update_fields=["shown", "shown_at"])
    if note.answer_by is None:
        return
    for each in note.addressees.filter(refused_at__isnull=True).select_related("organisation", "user"):
        if each.organisation_id == note.by.organisation_id and each.user_id is None:
            continue  # nobody asks themselves
        title = _("Question from %(name)s, %(place)s") % {
            "name": note.by.user.name,
            "place": note.by.organisation.name,
        }
        open_task(
            note.by.user, note.citizen, each.organisation, "answer_question", title, note.answer_by,
            holder=each.user, plan=note.plan, note=note,
        )  # fmt: skip


def _answered(actor: Actor, question: Note, now: dt.datetime) -> None:
    """Who answers has read the question, and their organisation has nothing more to do about it."""
    close_tasks(note=question, kind="answer_question", task__organisation=actor.organisation)
    asked = question.addressees.filter(organisation=actor.organisation, read_at__isnull=True, refused_at__isnull=True)
    asked.filter(Q(user__isnull=True) | Q(user=actor.user)).update(read_at=now, read_by=actor.user)


def _stays_among(note: Note, question: Note, to: list[To]) -> bool:
    """Whether an answer goes to those of the question only, about the same kind of data, and was agreed to as that."""
    if question.shown_at is None or note.category != question.category:
        return False
    circle: set[tuple[int, int | None]] = {(question.by.organisation_id, None)}
    for each in question.addressees.all():
        if each.refused_at is None:
            circle.add((each.organisation_id, each.user_id))
    return all((place.pk, None) in circle or (place.pk, user and user.pk) in circle for place, user in to)


def _may_answer(actor: Actor, question: Note, citizen: Citizen) -> None:
    """Who was asked answers, and the asker's own people may add to it. Raises Invalid and Conflict."""
    own = question.by.organisation_id == actor.organisation_id
    asked = [
        each
        for each in question.addressees.all()
        if each.organisation_id == actor.organisation_id and each.user_id in {None, actor.user_id}
    ]
    if question.citizen_id != citizen.pk or not (own or asked):
        raise Invalid("answers", _("The question was not put to you."))
    if not own and (question.shown_at is None or all(each.refused_at is not None for each in asked)):
        raise Invalid("answers", _("The citizen has not let the question go to you."))
    assert actor.membership is not None, "only members of an organisation write notes"
    here = actor.membership.organisation
    first = question.replies.filter(by__organisation=here).select_related("by__user").first()
    if not own and first is not None and first.by.user_id != actor.user_id and question.answer_by is not None:
        raise Conflict(_("%(name)s has answered already. Read that first.") % {"name": first.by.user.name})


def _may_be_told(actor: Actor, citizen: Citizen, category: Category, to: list[To]) -> None:
    """That each addressee belongs to the team and may see this kind of data. Raises Invalid with the reason."""
    team = team_of(citizen)
    for place, user in to:
        if place.pk != actor.organisation_id and not team.has(place):
            raise Invalid("addressees", _("%(place)s has nothing to do with the citizen.") % {"place": place.name})
        resource = Resource("note", citizen, category=category, addressed=frozenset({place.pk}))
        answer = would_see(place, resource, user)
        if not answer:
            raise Invalid(
                "addressees",
                _("%(place)s may not read about %(category)s: %(reason)s.")
                % {"place": place.name, "category": words.category(category), "reason": words.reason(answer.reason)},
            )


def named_in(plan: Plan | None) -> frozenset[int]:
    """Those whom the plan names."""
    if plan is None:
        return frozenset()
    found = Coordination.objects.filter(plan=plan, ended_on__isnull=True).values_list("coordinator_id", flat=True)
    return frozenset({plan.accountable_id, *found})


def _distinct(addressees: Sequence[To | Organisation]) -> list[To]:
    pairs: dict[tuple[int, int | None], To] = {}
    for each in addressees:
        place, user = (each, None) if isinstance(each, Organisation) else each
        pairs.setdefault((place.pk, user.pk if user is not None else None), (place, user))
    return list(pairs.values())


def _category(code: str) -> Category:
    if code not in Category.values:
        raise Invalid("category", _("Choose what the note is about."))
    return Category(code)
