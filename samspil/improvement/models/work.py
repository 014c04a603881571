"""What practices do with their figures: reaching out, reviewing journals, and saying what no data can know."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Citizen, Membership, Organisation


class OutreachAttempt(models.Model):
    """One attempt to reach a patient who is overdue or lost to follow-up, and what came of it (report 003 L-29)."""

    class Channel(models.TextChoices):
        PHONE = "phone", _("phone")
        LETTER = "letter", _("letter")
        MESSAGE = "message", _("message")
        VISIT = "visit", _("visit")
        IN_PRACTICE = "in_practice", _("when the patient came anyway")

    class Outcome(models.TextChoices):
        """`declined` and the like are shown apart from "not done" (report 003 L-31)."""

        BOOKED = "booked", _("an appointment is made")
        BACK = "back", _("came back")
        NO_ANSWER = "no_answer", _("no answer")
        DECLINED = "declined", _("declined")
        DONE_ELSEWHERE = "done_elsewhere", _("done elsewhere")
        NOT_REACHABLE = "not_reachable", _("cannot be reached")
        MOVED = "moved", _("has moved or changed practice")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    set = models.CharField(max_length=50)
    on = models.DateField()
    channel = models.CharField(max_length=15, choices=Channel)
    outcome = models.CharField(max_length=15, choices=Outcome)
    words = models.TextField(blank=True)
    #: The patient was lost to follow-up when it was tried, so that coming back is seen (report 003 L-29).
    lost = models.BooleanField(default=False)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [models.Index(fields=["practice", "set", "citizen"])]

    def __str__(self) -> str:
        return f"{self.on} {self.outcome}"


class JournalAnswer(models.Model):
    """What a look into the journal said of one variable that data do not have; the newest answer counts."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    set = models.CharField(max_length=50)
    variable = models.CharField(max_length=50)
    answer = models.CharField(max_length=50)
    #: The day it was done, where the question is dated.
    on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["practice", "set", "citizen", "variable"])]

    def __str__(self) -> str:
        return f"{self.variable}: {self.answer}"


class JournalReview(models.Model):
    """One sitting with the worksheet and how long it took: manual work is to become less year by year (003 L-28)."""

    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    set = models.CharField(max_length=50)
    on = models.DateField()
    minutes = models.PositiveIntegerField()
    patients = models.PositiveIntegerField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["-on", "-id"]
        indexes: ClassVar = [models.Index(fields=["practice", "set"])]

    def __str__(self) -> str:
        return f"{self.on}: {self.minutes} min"


class PatientFlag(models.Model):
    """What a professional says of a patient and no data can, such as "vulnerable". Never inferred (003 L999-1013)."""

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    set = models.CharField(max_length=50)
    flag = models.CharField(max_length=50)
    reason = models.TextField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    removed_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen", "set", "flag"],
                condition=models.Q(removed_at__isnull=True),
                name="flag_once",
            )
        ]

    def __str__(self) -> str:
        return self.flag


class NeedAssessment(models.Model):
    """A professional's assessment of what a citizen needs: self-care and complexity, or the need for integration.

    Several stand beside each other, with who assessed, when and how; none replaces another (report 002 STRAT-7, -9).
    """

    class Kind(models.TextChoices):
        SQUARE = "square", _("complexity and self-care")
        INTEGRATION = "integration", _("need for integration")

    class Method(models.TextChoices):
        STRUCTURED = "structured", _("with an instrument")
        SUBJECTIVE = "subjective", _("own judgement")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    method = models.CharField(max_length=12, choices=Method)
    #: The assessor's profession: more than doctors assess, and some fields are clinical (report 002 STRAT-7, -18).
    profession = models.CharField(max_length=30)
    #: The values given, by row or axis, and which of the nine groups of self-care inputs were looked at.
    values = models.JSONField()
    #: What followed from them: quadrant or level with the trace, as it was shown.
    result = models.JSONField()
    #: A higher level than the least intensive consistent one, and why (report 001 R-SEG-05).
    override = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: After this day it is to be made again; an assessment is never permanent (report 002 STRAT-15).
    valid_until = models.DateField()
    #: Taken back by those who made it, such as one about somebody else: what it said is no longer told.
    withdrawn_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["citizen", "kind", "-at"])]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(override="") | ~models.Q(reason=""), name="override_has_reason")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"
