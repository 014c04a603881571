"""Living plans for the demonstration: every state that there is, and some weeks of work in other practices."""

from __future__ import annotations

import random

from django.db import transaction
from django.utils import timezone, translation

from samspil.access.actor import system
from samspil.access.demo_clock import Clock
from samspil.access.models import Citizen, Organisation, User
from samspil.plans.actions.reminders import escalate
from samspil.plans.actions.stalled import ask_about_stalled
from samspil.plans.demo import daemp, elsewhere, sad
from samspil.plans.demo.cast import Cast, cast
from samspil.plans.demo.course import Course
from samspil.plans.models import Pathway, Plan


@transaction.atomic
def live(practice: Organisation, *, seed: int = 1) -> int:
    """Make the plans of the demonstration, once; returns how many pathways have a story. All of it, or nothing.

    The pathways are those that the lists' work has opened; the demonstration's citizen has the first story.
    """
    if Plan.objects.exists():
        return 0
    chance, people, told = random.Random(seed), cast(), 0
    with translation.override("da"), Clock(timezone.localdate()) as clock:
        own = User.objects.filter(username="demo-citizen", citizen__isnull=False).values_list("citizen", flat=True)
        for stories, doctor, arm in ((sad.STORIES, people.gp2, "sad"), (daemp.STORIES, people.gp, "daemp")):
            waiting = _pathways(practice, arm, first=own.first())
            for story, pathway in zip(stories, waiting, strict=False):
                story(Course(pathway, doctor, people, clock, chance))
                told += 1
        _without_a_plan(practice, people, clock, chance)
        told += elsewhere.work(practice, people, clock, chance)
    with translation.override("da"):
        escalate(system())
        ask_about_stalled(system())
    return told


def _pathways(practice: Organisation, arm: str, first: int | None) -> list[Pathway]:
    """Those that can have a story, the demonstration's citizen first, then the longest enrolled."""
    found = Pathway.objects.filter(
        practice=practice, citizen__practice=practice, citizen__inactive=False, arm=arm, ended_at__isnull=True
    ).select_related("citizen__practice", "practice")
    return sorted(found, key=lambda each: (each.citizen_id != first, each.opened_at, each.pk))


def _without_a_plan(practice: Organisation, people: Cast, clock: Clock, chance: random.Random) -> None:
    """Somebody outside every programme, who needs one thing."""
    citizen = Citizen.objects.filter(practice=practice, inactive=False, pathways__isnull=True).order_by("name", "pk")
    pathway = Pathway.objects.filter(practice=practice).select_related("citizen").first()
    one = citizen.filter(birth_date__year__lt=timezone.localdate().year - 75).first()
    if one is not None and pathway is not None:
        daemp.simple_referral(Course(pathway, people.gp, people, clock, chance), one)
