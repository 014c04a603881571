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
from samspil.plans.models import Pathway, Referral


def live(practice: Organisation) -> int:
    """Make the plans of the demonstration; returns how many stories were told. Each is told once, whole or not at all.

    The pathways are those that the lists' work has opened; the demonstration's citizen has the first story. One that
    was broken off goes on where it was.
    """
    people, told = cast(), 0
    own = User.objects.filter(username="demo-citizen", citizen__isnull=False).values_list("citizen", flat=True).first()
    with translation.override("da"), Clock(timezone.localdate()) as clock:
        for stories, doctor, arm in ((sad.STORIES, people.gp2, "sad"), (daemp.STORIES, people.gp, "daemp")):
            begun, waiting = _pathways(practice, arm, first=own)
            for story, pathway in zip(stories[begun:], waiting, strict=False):
                with transaction.atomic():
                    story(Course(pathway, doctor, people, clock, random.Random(story.__name__)))
                told += 1
        told += _without_a_plan(practice, people, clock)
        told += elsewhere.work(practice, people, clock)
    if told:
        with translation.override("da"):
            escalate(system())
            ask_about_stalled(system())
    return told


def _pathways(practice: Organisation, arm: str, first: int | None) -> tuple[int, list[Pathway]]:
    """How many have a story, and those that can have one: the demonstration's citizen, then the longest enrolled."""
    every = Pathway.objects.filter(practice=practice, arm=arm).select_related("citizen__practice", "practice")
    waiting = [
        each
        for each in every.filter(plan__isnull=True, ended_at__isnull=True)
        if each.citizen.practice_id == practice.pk and not each.citizen.inactive
    ]
    begun = every.exclude(plan__isnull=True, ended_at__isnull=True).count()
    return begun, sorted(waiting, key=lambda each: (each.citizen_id != first, each.opened_at, each.pk))


def _without_a_plan(practice: Organisation, people: Cast, clock: Clock) -> int:
    """Somebody outside every programme, who needs one thing."""
    if Referral.objects.filter(from_organisation=practice, plan__isnull=True).exists():
        return 0
    citizens = Citizen.objects.filter(practice=practice, inactive=False, pathways__isnull=True).order_by("name", "pk")
    pathway = Pathway.objects.filter(practice=practice).select_related("citizen").first()
    one = citizens.filter(birth_date__year__lt=timezone.localdate().year - 75).first()
    if one is None or pathway is None:
        return 0
    with transaction.atomic():
        daemp.simple_referral(Course(pathway, people.gp, people, clock, random.Random("simple")), one)
    return 1
