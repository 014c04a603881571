"""What networks and leadership do with figures: notes, meetings, tests of change, the gate before a new function."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Membership
from samspil.improvement.models.figures import FiguresPublication, IndicatorPublication, Network


class NetworkMeeting(models.Model):
    """A meeting of a network; it is cross-sector when more than one sector took part (report 003 1.11)."""

    class Form(models.TextChoices):
        PHYSICAL = "physical", _("physical")
        VIRTUAL = "virtual", _("virtual")

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="meetings")
    held_on = models.DateField()
    #: The day as it was written, where only a month or a season was.
    held_as_written = models.CharField(max_length=40, blank=True)
    minutes = models.PositiveIntegerField()
    form = models.CharField(max_length=10, choices=Form)
    kind = models.CharField(max_length=100, blank=True)
    purpose = models.TextField(blank=True)
    #: Why it was not held after all, or was entered by mistake; it stays in the register and is not counted.
    cancelled = models.TextField(blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.network} {self.held_on}"


class Participation(models.Model):
    """How many took part in a meeting from one sector, in the columns of the register (report 003 L2738-2860)."""

    class Side(models.TextChoices):
        MUNICIPALITY = "municipality", _("municipality")
        HOSPITAL = "hospital", _("hospital")
        GENERAL_PRACTICE = "general_practice", _("general practice")
        OTHERS = "others", _("others")

    meeting = models.ForeignKey(NetworkMeeting, on_delete=models.CASCADE, related_name="participations")
    sector = models.CharField(max_length=30, choices=Side)
    persons = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["meeting", "sector"], name="one_count_per_sector")]

    def __str__(self) -> str:
        return f"{self.sector}: {self.persons}"


class DiscussionNote(models.Model):
    """What was said about a report: of the whole report, or of one indicator. Notes are added, never rewritten."""

    publication = models.ForeignKey(IndicatorPublication, on_delete=models.PROTECT, related_name="notes")
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="notes")
    indicator = models.CharField(max_length=50, blank=True)
    meeting = models.ForeignKey(NetworkMeeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="notes")
    text = models.TextField()
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    #: The author took it back; the place stays, the text is not shown.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "id"]
        indexes: ClassVar = [models.Index(fields=["publication", "network"])]

    def __str__(self) -> str:
        return self.text[:40]


class ChangeTest(models.Model):
    """A small test of change in a network: what was tried, how much of it there was, and what can be concluded."""

    class Conclusion(models.TextChoices):
        """Below the least volume nothing can be concluded (report 003 M-07)."""

        ADOPT = "adopt", _("goes on")
        ADAPT = "adapt", _("goes on, changed")
        ABANDON = "abandon", _("stopped")
        INSUFFICIENT = "insufficient_volume", _("too few to conclude")

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="tests")
    title = models.CharField(max_length=200)
    aim = models.TextField()
    indicator = models.CharField(max_length=50, blank=True)
    #: The least number of times it had to be tried, decided before it began.
    least_volume = models.PositiveIntegerField()
    volume = models.PositiveIntegerField(null=True, blank=True)
    began_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    conclusion = models.CharField(max_length=20, choices=Conclusion, blank=True)
    words = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-began_on", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(conclusion="")
                | models.Q(conclusion="insufficient_volume")
                | models.Q(volume__gte=models.F("least_volume")),
                name="conclusion_needs_volume",
            )
        ]

    def __str__(self) -> str:
        return self.title


class ProposedFunction(models.Model):
    """A new function that somebody wants to create for a stratum: the gate asks first (report 001 T-10, L1123-1136)."""

    class State(models.TextChoices):
        OPEN = "open", _("questions are open")
        PASSED = "passed", _("may be created")
        REFUSED = "refused", _("is not created")

    title = models.CharField(max_length=200)
    about = models.TextField()
    #: The segment or stratum it is for, as `programme/key`, in a publication of segments.
    stratum = models.CharField(max_length=100)
    publication = models.ForeignKey(FiguresPublication, on_delete=models.PROTECT, related_name="+")
    #: How many citizens it can take at a time.
    capacity = models.PositiveIntegerField()
    #: The planner confirmed to have seen estimate, diagnosed, attending and referred side by side (002 STRAT-3).
    confirmed_numbers = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    #: Does it make responsibility more unambiguous than it makes the organisation complex? The decisive parameter.
    decisive = models.TextField(blank=True)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return self.title


class GateAnswer(models.Model):
    """The answer to one question of the gate, from people or from data; the newest counts."""

    function = models.ForeignKey(ProposedFunction, on_delete=models.CASCADE, related_name="answers")
    question = models.CharField(max_length=50)
    satisfied = models.BooleanField()
    words = models.TextField()
    #: What the data said, as it was shown: numbers with numerator and denominator.
    data = models.JSONField(default=dict)
    by = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]

    def __str__(self) -> str:
        return self.question
