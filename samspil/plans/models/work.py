"""What people ask of each other around a citizen: tasks, notes, medicine lists, and stays in hospital."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import CareTask, Category, Citizen, Membership, Organisation, User
from samspil.plans.models.plan import Activity, Goal, Plan
from samspil.plans.models.referral import Referral


class Note(models.Model):
    """Words addressed to those they concern, with marks of who has read them (report 000 L-11, L-13).

    The citizen sees every note, and to whom it goes, before it reaches anybody in another organisation (report 000
    L-31): `shown_at` is null until then. An answer is a note too.
    """

    class Shown(models.TextChoices):
        TOGETHER = "together", _("looked at together")
        ON_PAGE = "on_page", _("on the citizen's own page")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="notes")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    text = models.TextField()
    category = models.CharField(max_length=20, choices=Category)
    answers = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    #: An answer is wanted by then; overdue ones are escalated (report 002 PLAN-10).
    answer_by = models.DateField(null=True, blank=True)
    shown = models.CharField(max_length=10, choices=Shown, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["citizen", "-at"])]

    def __str__(self) -> str:
        return self.text[:50]


class Addressee(models.Model):
    """One to whom a note goes: an organisation, or one person of it. A citizen can say no to each."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="addressees")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: The citizen does not want it to go there.
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["note", "organisation", "user"], name="addressed_once", nulls_distinct=False
            )
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "read_at"])]

    def __str__(self) -> str:
        return f"{self.note_id} to {self.organisation_id}"


class MedicineList(models.Model):
    """What one source says the citizen takes, on a day. Lists that differ raise a task (report 002 PLAN-6, ALG-11)."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="medicine_lists")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    #: [{"drug": …, "atc": …, "dose": …}]
    lines = models.JSONField(default=list)
    #: The list everybody agreed on after a divergence: the one the citizen is to follow.
    agreed = models.BooleanField(default=False)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [models.Index(fields=["citizen", "-on"])]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.on}"


class Stay(models.Model):
    """A stay in hospital as the care plane is told of it: admission, ready to go home, discharge, handover."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="stays")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    admitted_at = models.DateTimeField()
    #: Finished with treatment; what passes until discharge is waiting time (report 001 R-COMM-09).
    ready_at = models.DateTimeField(null=True, blank=True)
    discharged_at = models.DateTimeField(null=True, blank=True)
    #: Who takes over at home, what they need to know, and that they have said that they do: a handover that nobody has
    #: confirmed raises the alarm (report 001 R-COMM-04, R-COMM-08).
    handover_to = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    handover_words = models.TextField(blank=True)
    handover_confirmed_at = models.DateTimeField(null=True, blank=True)
    handover_confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-admitted_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen"], condition=models.Q(discharged_at__isnull=True), name="one_stay_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(discharged_at__isnull=True) | models.Q(discharged_at__gte=models.F("admitted_at")),
                name="stay_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.admitted_at:%Y-%m-%d}"


class PlanTask(models.Model):
    """What a task of `access` is about: its kind, and the promise it belongs to. Every task of this room has one."""

    task = models.OneToOneField(CareTask, on_delete=models.CASCADE, related_name="about")
    #: A kind of `plan_format.yaml`.
    kind = models.CharField(max_length=40)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    note = models.ForeignKey(Note, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    stay = models.ForeignKey(Stay, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks")
    urgent = models.BooleanField(default=False)
    #: The moment a deadline in hours runs out; the task's `due` is its day.
    due_at = models.DateTimeField(null=True, blank=True)
    #: What was answered when it was done, such as that a handover was confirmed.
    answer = models.TextField(blank=True)
    #: Overdue: reminded, then told to the accountable person, then to the secretariat (report 000 L-08).
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    reported_at = models.DateTimeField(null=True, blank=True)
    #: Of a task that tells somebody of a broken promise: the task that was not done. Closed together with it.
    tells_of = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="told")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["kind"]),
            models.Index(fields=["reported_at"], condition=models.Q(reported_at__isnull=False), name="broken_promises"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"


class ReminderWish(models.Model):
    """Whether somebody wants to be reminded by e-mail. Who has said nothing and has an address is reminded."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="reminder_wish")
    wants = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.user_id}: {'yes' if self.wants else 'no'}"


class Reminder(models.Model):
    """An e-mail that was sent about tasks: one for each person and day, whatever is run how often."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    #: How many tasks it told of; nothing else stood in it.
    tasks = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-on", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "on"], name="one_reminder_a_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.on}"
