"""Random people do random things with one citizen's pathways, plan, handovers and coordinators, in any order.

After every step: at most one current plan, exactly one accountable person in it, an active plan with a next follow-up,
at most one pathway per programme, and one lead among the coordinators. Whatever changed something was allowed by the
policy and left a row in the log; what was refused changed nothing and would leave its row as well.

Further machines, such as that of referrals, add their acts by `ACTS` and what must hold by `INVARIANTS`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role
from samspil.plans.actions import accountable, coordination, pathways, plans
from samspil.plans.models import Coordination, Handover, Pathway, Plan, Revision
from tests import care
from tests.plans import made

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PROGRAMMES = ("odense-ic", "copd", "multimorbidity")
STATES = ("completed", "withdrawn", "wrongly_included", "died", "moved")


class World:
    """One citizen, and everybody who may or may not have to do with them."""

    def __init__(self) -> None:
        house = care.practice()
        self.doctor = care.member(house, Role.GP, "Anne Lund")
        self.citizen = care.citizen(house)
        self.strangers = [
            care.member(role=role)
            for role in (Role.GP, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.SECRETARIAT, Role.ADMINISTRATOR)
        ]
        self.people = [
            self.doctor,
            care.member(house, Role.GP, "Bo Friis"),
            care.member(house, Role.PRACTICE_STAFF, "Dorte Dam"),
            care.member(role=Role.MUNICIPAL, name="Carl Holm"),
        ]
        for programme in PROGRAMMES:
            care.consent(self.citizen, "participation", self.doctor.user, programme=programme)
        care.consent(self.citizen, "one_plan", self.doctor.user)

    @property
    def everybody(self) -> list[Any]:
        return [*self.people, *self.strangers]

    def plan(self) -> Plan | None:
        return Plan.objects.filter(citizen=self.citizen).order_by("closed_at", "pk").last()

    def current(self) -> Plan | None:
        return Plan.objects.filter(citizen=self.citizen, closed_at__isnull=True).first()


def _open(world: World, actor: Actor, pick: int) -> None:
    pathways.open_pathway(actor, world.citizen, PROGRAMMES[pick % len(PROGRAMMES)])


def _begin(world: World, actor: Actor, pick: int) -> None:
    ways = list(Pathway.objects.filter(citizen=world.citizen).order_by("pk"))
    plan = plans.begin(actor, world.citizen, world.everybody[pick % len(world.everybody)], ways[-1 - pick % 2 :])
    if not plan.sections.exists():
        made.up_to_standard(plan)
        day = timezone.localdate()
        plan.goals.update(baseline="Går 200 meter", midterm_on=day, final_on=day)


def _activate(world: World, actor: Actor, pick: int) -> None:
    if plan := world.plan():
        plans.activate(actor, plan, timezone.localdate() + dt.timedelta(days=pick % 40 - 5))


def _follow_up(world: World, actor: Actor, pick: int) -> None:
    if plan := world.plan():
        plans.hold_follow_up(
            actor, plan, timezone.localdate(), "Talt sammen", timezone.localdate() + dt.timedelta(days=pick % 40 - 5)
        )


def _end(world: World, actor: Actor, pick: int) -> None:
    ways = list(Pathway.objects.filter(citizen=world.citizen).order_by("pk"))
    if ways:
        way = ways[pick % len(ways)]
        state = STATES[pick % len(STATES)]
        reason = "motivation" if state == "withdrawn" else ""
        pathways.end(actor, way, max(0, way.version - (pick % 5 == 4)), state, reason=reason, words="Det er sagt")


def _close(world: World, actor: Actor, pick: int) -> None:
    if plan := world.plan():
        plans.close(actor, plan, "completed", words="Det er sagt")


def _propose(world: World, actor: Actor, pick: int) -> None:
    if plan := world.plan():
        accountable.propose(actor, plan, world.everybody[pick % len(world.everybody)], "Flyttet på plejehjem")


def _answer(world: World, actor: Actor, pick: int) -> None:
    found = Handover.objects.select_related("plan__citizen", "task").last()
    if found is not None:
        accountable.answer(actor, found, accept=pick % 3 > 0, words="Kender ikke borgeren")


def _take_back(world: World, actor: Actor, pick: int) -> None:
    found = Handover.objects.select_related("plan__citizen", "task").last()
    if found is not None:
        accountable.withdraw(actor, found)


def _coordinate(world: World, actor: Actor, pick: int) -> None:
    if plan := world.plan():
        coordination.start(
            actor,
            plan,
            world.everybody[pick % len(world.everybody)],
            kind="relay",
            need="Finder ikke selv vej",
            ends_when="Når det er lært",
            circumstances=["low_self_care"] if pick % 4 else [],
            lead=pick % 2 == 0,
        )


def _coordinator_act(act: Callable[[Actor, Coordination], None]) -> Callable[[World, Actor, int], None]:
    def do(world: World, actor: Actor, pick: int) -> None:
        found = list(Coordination.objects.select_related("plan__citizen", "coordinator__user").order_by("pk"))
        if found:
            act(actor, found[pick % len(found)])

    return do


ACTS: dict[str, Callable[[World, Actor, int], None]] = {
    "open": _open,
    "begin": _begin,
    "activate": _activate,
    "follow_up": _follow_up,
    "end": _end,
    "close": _close,
    "propose": _propose,
    "answer": _answer,
    "take_back": _take_back,
    "coordinate": _coordinate,
    "lead": _coordinator_act(coordination.make_lead),
    "stop": _coordinator_act(lambda actor, found: coordination.end(actor, found, "Ikke brug for mere")),
    "review": _coordinator_act(
        lambda actor, found: coordination.review(
            actor, found, timezone.localdate() + dt.timedelta(days=30), "Stadig brug for det"
        )
    ),
}


def _one_current_plan(world: World) -> None:
    current = Plan.objects.filter(citizen=world.citizen, closed_at__isnull=True)
    assert current.count() <= 1
    for plan in Plan.objects.filter(citizen=world.citizen):
        running = plan.pathways.filter(state__in=pathways.RUNNING).exists()
        assert running == (plan.closed_at is None), "a plan is closed with its last pathway, and not before"


def _one_accountable(world: World) -> None:
    for plan in Plan.objects.filter(citizen=world.citizen):
        assert plan.accountable_id is not None
        assert plan.handovers.filter(answered_at__isnull=True).count() <= (plan.closed_at is None)
        taken = plan.handovers.filter(accepted=True).order_by("answered_at", "pk").last()
        if taken is not None:
            assert plan.accountable_id == taken.to_member_id, "whoever accepted last is the one"
        open_follow_ups = plan.tasks.filter(kind="follow_up", task__closed_at__isnull=True)
        assert open_follow_ups.count() == (plan.state == Plan.State.ACTIVE)
        for about in open_follow_ups:
            assert about.task.holder_id == plan.accountable.user_id
            assert about.task.due == plan.next_follow_up


def _pathways_in_order(world: World) -> None:
    ways = list(Pathway.objects.filter(citizen=world.citizen).select_related("plan"))
    running = [way.programme for way in ways if way.state in pathways.RUNNING]
    assert len(running) == len(set(running))
    for way in ways:
        assert (way.ended_at is None) == (way.state in pathways.RUNNING)
        assert (way.end_reason != "") == (way.ended_at is not None)
        if way.state == Pathway.State.ACTIVE:
            assert way.plan is not None
            assert way.plan.state == Plan.State.ACTIVE


def _one_lead(world: World) -> None:
    for plan in Plan.objects.filter(citizen=world.citizen):
        current = plan.coordinations.filter(ended_on__isnull=True)
        assert current.filter(lead=True).count() == min(1, current.count())


def _every_version_is_kept(world: World) -> None:
    for plan in Plan.objects.filter(citizen=world.citizen):
        numbers = list(Revision.objects.filter(plan=plan).order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, plan.version + 1))


INVARIANTS: tuple[Callable[[World], None], ...] = (
    _one_current_plan,
    _one_accountable,
    _pathways_in_order,
    _one_lead,
    _every_version_is_kept,
)
#: The records that an act changes: what they hold before and after tells whether anything happened.
CHANGED = (Pathway, Plan, Handover, Coordination)


def state_of(world: World) -> list[Any]:
    """Everything that the acts can change, as it is in the database."""
    return [list(model.objects.order_by("pk").values()) for model in CHANGED]


#: Those who have to do with the citizen act more often than strangers: otherwise little would happen.
actors = st.one_of(st.integers(0, 1), st.integers(0, 3), st.integers(0, 8))
steps = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), actors, st.integers(0, 59)), min_size=1, max_size=20)


#: The way through by the rules, step by step: random acts begin somewhere on it, so that they have somewhere to go.
WAY = (
    ("open", 0, 0),
    ("begin", 0, 0),
    ("activate", 0, 30),
    ("open", 1, 1),
    ("begin", 1, 0),
    ("activate", 1, 31),
    ("coordinate", 0, 2),
    ("propose", 0, 3),
    ("answer", 3, 1),
    ("follow_up", 3, 30),
    ("coordinate", 3, 1),
    ("review", 3, 0),
    ("propose", 3, 0),
    ("end", 3, 0),
    ("close", 0, 0),
)


@given(st.integers(0, len(WAY)), steps)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_acts_by_random_people(begun, taken):
    with transaction.atomic():
        world = World()
        for step in WAY[:begun]:
            ACTS[step[0]](world, care.acting(world.everybody[step[1]]), step[2])
        for step in taken:
            _step(world, *step)
        transaction.set_rollback(True)


def _step(world: World, act: str, who: int, pick: int) -> None:
    """One act, and what has to hold whatever came of it."""
    member = world.everybody[who % len(world.everybody)]
    before, logged = state_of(world), AccessRecord.objects.count()
    fault: Exception | None = None
    try:
        with transaction.atomic():
            ACTS[act](world, care.acting(member), pick)
    except (Invalid, Conflict, Refused) as error:
        fault = error
    after = state_of(world)
    if fault is not None:
        assert after == before, f"{act} was refused and changed something"
    if isinstance(fault, Refused):
        assert (fault.record.outcome, fault.record.citizen_id) == ("refused", world.citizen.pk)
    if after != before:
        assert AccessRecord.objects.count() > logged, f"{act} left no row in the log"
        row = AccessRecord.objects.order_by("-pk")[0]
        assert (row.user_id, row.citizen_id, row.outcome) == (member.user_id, world.citizen.pk, "allowed")
        # Those who are named may work in the plan; a stranger only once they have been named, with the citizen's yes.
        assert member not in world.strangers or row.basis.startswith(("consent:", "task:")), f"{act} by a stranger"
    for holds in INVARIANTS:
        holds(world)


def test_a_walk_by_the_rules_comes_all_the_way():
    """A walk by the rules, so that the random ones are known to have somewhere to go."""
    world = World()
    for act, who, pick in WAY:
        before = state_of(world)
        _step(world, act, who, pick)
        assert state_of(world) != before, act
    assert world.current() is None
    assert set(Pathway.objects.values_list("state", flat=True)) == {"completed"}
