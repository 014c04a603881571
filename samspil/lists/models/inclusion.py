"""From invitation to enrolment: a citizen's way through the gate, with every step and every check."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Citizen, Membership, Organisation
from samspil.lists.models.publishing import EligibilityRound, Publication
from samspil.lists.models.review import Entry, Review


class Source(models.TextChoices):
    """Where an inclusion came from; kept for ever (report 001 R-CASE-01)."""

    LIST = "list", _("risk list")
    NEWLY_ILL = "newly_ill", _("newly ill, off the list")
    NOMINATION = "nomination", _("nominated by another sector")


class Stage(models.TextChoices):
    """How far an inclusion has come."""

    NOMINATED = "nominated", _("nominated")
    TO_INVITE = "to_invite", _("to be invited")
    INVITED = "invited", _("invited")
    INFORMED = "informed", _("conversation held")
    CONSENTED = "consented", _("consented")
    ENROLLED = "enrolled", _("enrolled")
    ENDED = "ended", _("ended")


class Inclusion(models.Model):
    """One citizen's way from being chosen to being enrolled in a programme, or to a good reason for not being."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="inclusions")
    programme = models.CharField(max_length=50)
    model = models.CharField(max_length=50)
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="inclusions")
    source = models.CharField(max_length=15, choices=Source)
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, null=True, blank=True, related_name="inclusions")
    round = models.ForeignKey(EligibilityRound, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: The version of the criteria in force when it began.
    model_version = models.CharField(max_length=100)
    nominated_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    stage = models.CharField(max_length=12, choices=Stage)
    #: What the joint effort is for, in words (report 000 L-19). Needed before anything is promised.
    purpose = models.TextField(blank=True)
    #: Provisional until judged again on that day (report 000 L-05).
    reassess_on = models.DateField(null=True, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=30, blank=True)
    decline_reason = models.CharField(max_length=30, blank=True)
    end_note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen", "model", "practice"],
                condition=models.Q(ended_at__isnull=True),
                name="one_running_inclusion",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["practice", "stage"]),
            models.Index(fields=["nominated_by", "-opened_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.citizen_id} {self.stage}"


class Step(models.Model):
    """Something that was done on the way: a letter, a call, a conversation, a promise, an end."""

    class Kind(models.TextChoices):
        NOMINATED = "nominated", _("nominated")
        CHOSEN = "chosen", _("chosen for invitation")
        LETTER = "letter", _("invitation sent")
        REMINDER = "reminder", _("reminder sent")
        PHONE = "phone", _("phoned")
        CONVERSATION = "conversation", _("information conversation")
        CONSENT = "consent", _("consent")
        ENROLLED = "enrolled", _("enrolled")
        OVERRIDE = "override", _("exclusion set aside")
        REASSESSED = "reassessed", _("judged again")
        ENDED = "ended", _("ended")

    inclusion = models.ForeignKey(Inclusion, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=15, choices=Kind)
    on = models.DateField()
    note = models.TextField(blank=True)
    reason = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"


class EligibilityCheck(models.Model):
    """One check at the gate: what the data said, what the doctor answered, and what stood in the way."""

    class Verdict(models.TextChoices):
        ELIGIBLE = "eligible", _("eligible")
        BLOCKED = "blocked", _("an exclusion stands in the way")
        UNKNOWN = "unknown", _("cannot be judged yet")

    inclusion = models.ForeignKey(Inclusion, on_delete=models.PROTECT, related_name="checks")
    #: The publication whose data were looked at; null when the citizen has no standing.
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict)
    #: Codes of what blocks: exclusions of the model, `age`, `inactive`, `other_practice`.
    blocked_by = models.JSONField(default=list)
    #: What could not be known from data and is not answered.
    unanswered = models.JSONField(default=list)
    #: By exclusion, what the doctor answered where data were silent.
    answers = models.JSONField(default=dict)
    #: Why what blocks was set aside; empty when it was not.
    override_reason = models.CharField(max_length=40, blank=True)
    override_note = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return self.verdict


class UnmetNeed(models.Model):
    """Somebody who was not taken in and yet needs something, and where they were helped on to (report 000 L-52)."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="unmet_needs")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    programme = models.CharField(max_length=50)
    model = models.CharField(max_length=50)
    need = models.TextField()
    route = models.CharField(max_length=30)
    #: The decision about a name that it was told with; null when it was told at the end of an inclusion.
    review = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, blank=True, related_name="needs")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.model}: {self.route}"
