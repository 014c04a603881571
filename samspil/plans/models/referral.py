"""Referrals that come back: each state a click of the receiver's, closed when the referrer has read the reply."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Category, Citizen, Membership, Organisation, User
from samspil.plans.models.plan import Activity, Plan


class Referral(models.Model):
    """A citizen is asked to be received by a provider for a service. Without a plan it is a simple referral."""

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        RECEIVED = "received", _("received")
        RETURNED = "returned", _("returned with a question")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("rejected")
        BOOKED = "booked", _("booked")
        STARTED = "started", _("started")
        COMPLETED = "completed", _("completed")
        DROPPED_OUT = "dropped_out", _("dropped out")
        WITHDRAWN = "withdrawn", _("withdrawn by the referrer")

    class RightPatient(models.TextChoices):
        YES = "yes", _("yes")
        TOO_ILL = "too_ill", _("too ill")
        TOO_WELL = "too_well", _("too well")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="referrals")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="referrals")
    activity = models.OneToOneField(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="referral")
    programme = models.CharField(max_length=50)
    arm = models.CharField(max_length=50, blank=True)
    #: The citizen's stratum when it was sent: patterns of referral are counted by it (report 002 REF-7).
    band = models.CharField(max_length=30, blank=True)
    service = models.CharField(max_length=50)
    #: The service as it was defined when it was sent.
    definition = models.JSONField()
    category = models.CharField(max_length=20, choices=Category)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="referrals")
    from_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="referrals_sent")
    to_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="referrals_received")
    #: What the referrer asks for, and what the receiver needs to know.
    reason = models.TextField()
    information = models.JSONField(default=dict)
    #: A warning about the service that the referrer saw and answered, see `fitness.py`.
    warnings = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State, default=State.SENT)
    sent_at = models.DateTimeField()
    #: The last working day on which it has to have started; null when nothing was agreed, never invented.
    start_due = models.DateField(null=True, blank=True)
    started_on = models.DateField(null=True, blank=True)
    right_patient = models.CharField(max_length=10, choices=RightPatient, blank=True)
    #: Why it was rejected, dropped or withdrawn: a code of `plan_format.yaml`.
    outcome_reason = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    #: When the referrer has read the reply: only then the loop is closed.
    reply_read_at = models.DateTimeField(null=True, blank=True)
    reply_read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: The referral it goes on from: another provider, without losing sessions or time (report 000 L-33).
    continues = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by"
    )
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-sent_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["to_organisation", "state"]),
            models.Index(fields=["from_organisation", "state"]),
            models.Index(fields=["citizen", "state"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen", "programme", "service", "to_organisation"],
                condition=models.Q(closed_at__isnull=True),
                name="one_open_referral_to_a_provider",
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.state}"


class ReferralStep(models.Model):
    """A state that a referral came to: when, by whom, and what was said."""

    referral = models.ForeignKey(Referral, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=12, choices=Referral.State)
    on = models.DateField()
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.referral_id} {self.state}"


class Appointment(models.Model):
    """A time the citizen is to be somewhere. Kept ones count as sessions; a missed one gives a task, ends nothing."""

    class State(models.TextChoices):
        PLANNED = "planned", _("agreed")
        KEPT = "kept", _("kept")
        MISSED = "missed", _("did not come")
        CANCELLED = "cancelled", _("cancelled")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="appointments")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    what = models.CharField(max_length=200)
    category = models.CharField(max_length=20, choices=Category)
    at = models.DateTimeField()
    minutes = models.PositiveIntegerField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["citizen", "at"]), models.Index(fields=["organisation", "at"])]

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d %H:%M}"


class Epicrisis(models.Model):
    """The reply at the end: the conclusion first, then what the GP must do (report 003 L831-841)."""

    referral = models.OneToOneField(Referral, on_delete=models.PROTECT, related_name="epicrisis")
    conclusion = models.TextField()
    #: What the GP must go on with, one act each; empty only when `nothing_for_gp` says so.
    gp_actions = models.JSONField(default=list)
    nothing_for_gp = models.BooleanField(default=False)
    course = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "epicrises"
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(conclusion=""), name="conclusion_comes_first"),
        ]

    def __str__(self) -> str:
        return self.conclusion[:50]


class ServiceDecision(models.Model):
    """Why a citizen was not referred to a service: three outcomes that are never mixed."""

    class Outcome(models.TextChoices):
        NOT_REFERRED = "not_referred", _("not referred")
        DECLINED = "declined", _("declined by the citizen")
        NOT_OFFERED_HEALTH = "not_offered_health", _("not offered for health reasons")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="service_decisions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="service_decisions")
    programme = models.CharField(max_length=50)
    service = models.CharField(max_length=50)
    category = models.CharField(max_length=20, choices=Category)
    outcome = models.CharField(max_length=20, choices=Outcome)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.service} {self.outcome}"


class CatalogueChange(models.Model):
    """A service as the secretariat changed it, or took it out; the newest is in force, all are kept."""

    programme = models.CharField(max_length=50)
    service = models.CharField(max_length=50)
    number = models.PositiveIntegerField()
    #: The whole service, in the form of `services.yaml`; null takes it out of the catalogue.
    definition = models.JSONField(null=True, blank=True)
    why = models.TextField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["programme", "service", "number"], name="changes_are_counted")
        ]

    def __str__(self) -> str:
        return f"{self.service} no. {self.number}"
