"""Which medicine the citizen takes: every source tells its list, differences are settled by the doctor (002 PLAN-6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actions.notices import tell_citizen
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Category, Citizen, Notice
from samspil.access.policy import Resource
from samspil.plans.actions.tasks import close_tasks, open_task
from samspil.plans.divergence import Divergence, divergences
from samspil.plans.models import MedicineList, PlanTask
from samspil.plans.team import current_plan

KIND = "medication_divergence"
_FIELDS = ("drug", "atc", "dose")


def resource_of(citizen: Citizen) -> Resource:
    """What the policy is asked about: health data."""
    return Resource("medicine_list", citizen, category=Category.HEALTH)


def current_lists(citizen: Citizen) -> list[MedicineList]:
    """The lists in force: the newest one that was agreed, and the newest of each source that came after it."""
    found = list(
        MedicineList.objects.filter(citizen=citizen).select_related("organisation", "by__user").order_by("-at", "-id")
    )
    agreed = next((each for each in found if each.agreed), None)
    current: dict[int, MedicineList] = {}
    for each in found:
        if each is agreed:
            break
        current.setdefault(each.organisation_id, each)
    return ([agreed] if agreed is not None else []) + list(current.values())


def differences(lists: Sequence[MedicineList]) -> list[Divergence]:
    """Where the lists in force do not say the same."""
    return divergences({source_of(each): each.lines for each in lists})


def source_of(one: MedicineList) -> str:
    """Whose list it is, in words."""
    return _("the agreed list") if one.agreed else one.organisation.name


def record(actor: Actor, citizen: Citizen, on: dt.date, lines: Sequence[Mapping[str, str]]) -> MedicineList:
    """Tell which medicine the citizen takes according to one's own organisation, as of a day.

    When the lists in force differ then, the practice gets an urgent task; a second one does not come while it is open.
    Raises Refused, and Invalid for a day ahead and for lines without a drug.
    """
    resource = resource_of(citizen)
    guard.check(actor, "write", resource, "care")
    kept = _lines(lines)
    if on > timezone.localdate():
        raise Invalid("on", _("The day lies ahead. Write the day the list is from."))
    assert actor.membership is not None, "only members of an organisation tell of medicine"
    with transaction.atomic():
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        made = MedicineList.objects.create(
            citizen=citizen,
            organisation=actor.membership.organisation,
            on=on,
            lines=kept,
            by=actor.membership,
            at=timezone.now(),
        )
        _ask_the_doctor(actor, citizen)
        guard.require(actor, "write", resource, "care", detail=f"medicine list {made.pk}")
    actor.forget()
    return made


def agree(actor: Actor, citizen: Citizen, seen: Sequence[int], lines: Sequence[Mapping[str, str]]) -> MedicineList:
    """The doctor settles which medicine holds, having seen the lists `seen`. The citizen is told to follow this one.

    Raises Refused, Invalid, and Conflict when another list has come in since.
    """
    resource = resource_of(citizen)
    guard.check(actor, "decide", resource, "care")
    kept = _lines(lines)
    assert actor.membership is not None, "only a doctor of the practice settles"
    with transaction.atomic():
        Citizen.objects.select_for_update().get(pk=citizen.pk)
        now_there = current_lists(citizen)
        new = [each for each in now_there if each.pk not in seen]
        if new:
            raise Conflict(
                _("%(place)s has told of another list meanwhile. Look at it before you settle.")
                % {"place": source_of(new[0])}
            )
        made = MedicineList.objects.create(
            citizen=citizen,
            organisation=actor.membership.organisation,
            on=timezone.localdate(),
            lines=kept,
            agreed=True,
            by=actor.membership,
            at=timezone.now(),
        )
        close_tasks(task__citizen=citizen, kind=KIND)
        tell_citizen(citizen, Notice.Kind.PLAN, "medicine_agreed", name=actor.name)
        guard.require(actor, "decide", resource, "care", detail=f"medicine list {made.pk}")
    actor.forget()
    return made


def _ask_the_doctor(actor: Actor, citizen: Citizen) -> None:
    """One urgent task for the practice, as long as the lists in force differ; none when they agree again."""
    open_now = PlanTask.objects.filter(task__citizen=citizen, task__closed_at__isnull=True, kind=KIND)
    found = differences(current_lists(citizen))
    if not found:
        close_tasks(task__citizen=citizen, kind=KIND)
        return
    if citizen.practice is None or open_now.exists():
        return
    assert actor.user is not None
    names = ", ".join(each.drug for each in found[:3])
    title = _("The lists differ on: %(drugs)s") % {"drugs": names if len(found) < 4 else f"{names} …"}
    open_task(
        actor.user,
        citizen,
        citizen.practice,
        KIND,
        title,
        timezone.localdate(),
        urgent=True,
        plan=current_plan(citizen),
    )


def _lines(lines: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The lines that say something. An empty list is one: the citizen takes nothing. Raises Invalid."""
    kept = [{name: line.get(name, "").strip() for name in _FIELDS} for line in lines]
    kept = [line for line in kept if any(line.values())]
    for line in kept:
        if not line["drug"]:
            raise Invalid("lines", _("Every line has the name of a drug."))
        if not line["dose"]:
            raise Invalid("lines", _("Write how much of %(drug)s, and when.") % {"drug": line["drug"]})
    return kept
