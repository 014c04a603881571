"""The plans of the crawler's town, with something in every part of them."""

from __future__ import annotations

from django.utils import timezone

from samspil.access.models import Citizen, Membership, Role
from samspil.plans.actions import accountable, activities, contacts, coordination, drafts, goals, links, sections
from samspil.plans.actions.changing import hold, revise
from samspil.plans.models import Pathway
from tests import care
from tests.plans import made as plans

#: What is written in a plan, after the mark of whose it is.
PLAN_WORDS = ("behov", "mål", "indsats", "kontakt", "anden plan", "halvskrevet", "overtagelse", "koordinering")


class Planned:
    """An active plan that was changed since it was put into force, and something that is being written in it."""

    def __init__(
        self, mark: str, citizen: Citizen, doctor: Membership, staff: Membership, others: dict[Role, Membership]
    ) -> None:
        need, words, what, whom, other, half, over, help_with = (f"{mark} {word}" for word in PLAN_WORDS)
        actor, place = care.acting(doctor), others[Role.MUNICIPAL].organisation
        self.plan = plan = plans.plan(citizen, doctor)
        self.pathway = Pathway.objects.create(
            citizen=citizen, programme=plans.PROGRAMME, arm="daemp", practice=doctor.organisation, plan=plan,
            state=Pathway.State.ACTIVE, content_version="1", opened_at=timezone.now(), opened_by=doctor,
        )  # fmt: skip
        revise(actor, hold(plan), "activated", verb="decide")
        sections.write(actor, plan, "needs", 0, need)
        self.goal = goals.add(actor, plan, words=words, domain="somatic", stated_by="professional")
        self.activity = activities.agree(actor, plan, what=what, category="health", party=place, goal=self.goal)
        contacts.add(actor, plan, name=whom, relation="nabo", phone="20 30 40 50")
        self.contact = contacts.add(actor, plan, name=f"{whom} to", relation="datter", phone="20 30 40 51")
        self.link = links.add(actor, plan, kind="hospital_plan", title=other, owner="Afdeling B")
        drafts.keep(actor, plan, "situation", half, 0)
        colleague = care.member(doctor.organisation, Role.GP)
        self.handover = accountable.propose(actor, plan, staff, over)
        self.coordination = coordination.start(
            actor, plan, colleague, kind="relay", need=help_with, ends_when=help_with, circumstances=["misuse"]
        )
        second = care.member(doctor.organisation, Role.PRACTICE_STAFF)
        coordination.start(
            actor, plan, second, kind="relay", need=help_with, ends_when=help_with, circumstances=["misuse"], lead=False
        )
        # Another programme that is still to join the plan.
        plans.pathway(citizen, doctor, programme="copd", arm="")
