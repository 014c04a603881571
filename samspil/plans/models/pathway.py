"""A citizen's way through a programme, and who has been shown how to follow the plan."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Citizen, Membership, Organisation
from samspil.plans.models.plan import Plan


class Pathway(models.Model):
    """One citizen in one programme, from enrolment until it ends. Several share the citizen's one plan.

    A pathway never ends by itself, neither on a day nor because somebody did not come (001 R-PLAN-06, 5.2 no. 5).
    """

    class State(models.TextChoices):
        ENROLMENT = "enrolment", _("enrolled, the plan is being made")
        ACTIVE = "active", _("active")
        COMPLETED = "completed", _("completed")
        WITHDRAWN = "withdrawn", _("withdrawn")
        WRONGLY_INCLUDED = "wrongly_included", _("wrongly included")
        DIED = "died", _("died")
        MOVED = "moved", _("moved")

    class Onboarding(models.TextChoices):
        """How the citizen follows the plan; settled at the first conversation (report 000 L-28)."""

        LOG_IN = "log_in", _("own log-in, tried at the conversation")
        PROXY = "proxy", _("a relative with a power of proxy")
        PAPER = "paper", _("on paper")

    citizen = models.ForeignKey(Citizen, on_delete=models.PROTECT, related_name="pathways")
    programme = models.CharField(max_length=50)
    #: The target group of the programme, as `sad` or `daemp`; empty where a programme has one only.
    arm = models.CharField(max_length=50, blank=True)
    #: The stratum the citizen was in at enrolment; templates can depend on it.
    band = models.CharField(max_length=30, blank=True)
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="pathways")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="pathways")
    state = models.CharField(max_length=20, choices=State, default=State.ENROLMENT)
    #: What the joint effort is for, in the citizen's words (report 000 L-19).
    purpose = models.TextField(blank=True)
    #: A digest of the programme's content when it began, so that evaluation can tell versions apart (report 000 L-07).
    content_version = models.CharField(max_length=64)
    onboarded_on = models.DateField(null=True, blank=True)
    onboarding = models.CharField(max_length=10, choices=Onboarding, blank=True)
    onboarded_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    #: Why it ended, a code of `plan_format.yaml`, and what the citizen was told.
    end_reason = models.CharField(max_length=40, blank=True)
    end_note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["citizen", "programme"],
                condition=models.Q(ended_at__isnull=True),
                name="one_pathway_per_programme",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["practice", "state"]), models.Index(fields=["programme", "state"])]

    def __str__(self) -> str:
        return f"{self.programme} {self.arm} {self.citizen_id} {self.state}"


class ReadingNeeds(models.Model):
    """How a citizen wants to be told things; asked once, at the first conversation (report 002 PLAN-13)."""

    class Language(models.TextChoices):
        DANISH = "da", _("Danish")
        ENGLISH = "en", _("English")

    citizen = models.OneToOneField(Citizen, on_delete=models.PROTECT, related_name="reading_needs")
    #: The language of what is printed.
    language = models.CharField(max_length=5, choices=Language, default=Language.DANISH)
    #: The language that somebody has to interpret; empty when nobody has to.
    interpreter = models.CharField(max_length=50, blank=True)
    #: Cannot read it alone: somebody reads it aloud.
    read_aloud = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "reading needs"

    def __str__(self) -> str:
        return f"{self.citizen_id} {self.language}"


class PlanPrint(models.Model):
    """The plan as it was printed for a citizen who reads it on paper: which version, when, and by whom."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="prints")
    #: The plan's version when it was printed; a newer one makes the paper old.
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["plan", "-at"])]

    def __str__(self) -> str:
        return f"{self.plan_id} no. {self.version}"
