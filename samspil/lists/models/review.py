"""The names of a list, what doctors decided about them, and the pace a practice has set."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Citizen, Membership, Organisation, User
from samspil.lists.models.publishing import Publication, RiskList


class Entry(models.Model):
    """One name on a list: a candidate until a doctor decides, and never more than that (report 001 R-CASE-03)."""

    class State(models.TextChoices):
        OPEN = "open", _("to be reviewed")
        LATER = "later", _("later")
        ASKED = "asked", _("a colleague is asked")
        INVITED = "invited", _("to be invited")
        NOT_RELEVANT = "not_relevant", _("not relevant")

    risk_list = models.ForeignKey(RiskList, on_delete=models.PROTECT, related_name="entries")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="entries")
    model = models.CharField(max_length=50)
    #: The publication whose data the name shows: undecided names follow the newest.
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField()
    band = models.CharField(max_length=30, blank=True)
    arrival = models.CharField(max_length=10)
    incomplete = models.BooleanField()
    #: By item: [value, status, points].
    criteria = models.JSONField()
    state = models.CharField(max_length=15, choices=State, default=State.OPEN)
    #: When a name put off comes back.
    later_until = models.DateField(null=True, blank=True)
    #: The colleague who was asked.
    asked = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: Counts changes of state: who decides on an older count is told what happened instead.
    version = models.PositiveIntegerField(default=0)
    #: When, and why, the citizen left the practice's target group.
    left_at = models.DateField(null=True, blank=True)
    left_reason = models.CharField(max_length=20, blank=True)
    left_detail = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        ordering: ClassVar = ["-score", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["practice", "model", "citizen"],
                condition=models.Q(left_at__isnull=True),
                name="one_name_at_a_time",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["risk_list", "-score", "id"]),
            models.Index(fields=["practice", "model", "state", "-score", "id"]),
            models.Index(fields=["model", "left_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.citizen_id} {self.state}"


class Review(models.Model):
    """One decision about a name: who, when, in how many seconds, and why. An undone one stays, marked as undone."""

    class Kind(models.TextChoices):
        INVITE = "invite", _("invite")
        NOT_RELEVANT = "not_relevant", _("not relevant")
        LATER = "later", _("later")
        ASK = "ask", _("ask a colleague")

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="reviews")
    kind = models.CharField(max_length=15, choices=Kind)
    reason = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    until = models.DateField(null=True, blank=True)
    colleague = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: The name as it was when decided on: state, and whose data.
    state_before = models.CharField(max_length=15)
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="reviews")
    at = models.DateTimeField()
    #: Seconds from the name was shown; null when it is not known, such as after a long pause.
    seconds = models.PositiveIntegerField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["by", "-at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.reason}".strip()


class Capacity(models.Model):
    """How many names a week a doctor wants to be shown. The practice sets the pace (report 000 L-54)."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="capacity")
    names_per_week = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "capacities"

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.names_per_week}"
