"""What publishing a run leaves behind: eligibility rounds, publications, lists, and where each citizen stands."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from samspil.access.models import Citizen, Organisation


class EligibilityRound(models.Model):
    """One set of criteria of a model, in force from its first publication until the next round.

    When criteria are relaxed or changed a new round begins, with who changed what, why, and how many citizens it
    was to find; its publications say how many it found (report 001 R-CASE-01, Falster).
    """

    programme = models.CharField(max_length=50)
    model = models.CharField(max_length=50)
    number = models.PositiveIntegerField()
    version = models.CharField(max_length=100)
    #: Identifies the criteria: the same digest is the same round.
    digest = models.CharField(max_length=64)
    #: What changed against the round before, in dotted names of the definition: [name, before, after].
    changes = models.JSONField(default=list)
    reason = models.TextField()
    wanted = models.PositiveIntegerField(null=True, blank=True)
    opened_by = models.CharField(max_length=200)
    opened_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["model", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["model", "number"], name="one_round_per_number")]

    def __str__(self) -> str:
        return f"{self.model} {self.number}"


class Publication(models.Model):
    """One model of one run, brought to the practices."""

    run = models.CharField(max_length=200)
    programme = models.CharField(max_length=50)
    model = models.CharField(max_length=50)
    round = models.ForeignKey(EligibilityRound, on_delete=models.PROTECT, related_name="publications")
    as_of = models.DateField()
    #: The model as it was in force, so that every score can be explained for ever.
    definition = models.JSONField()
    #: By source, the day its data were drawn; and which sources were stale or absent.
    data_dates = models.JSONField(default=dict)
    stale = models.JSONField(default=list)
    not_loaded = models.JSONField(default=list)
    #: Items without data, and exclusions that could not be checked.
    missing = models.JSONField(default=list)
    unchecked = models.JSONField(default=list)
    scored = models.PositiveIntegerField()
    in_target = models.PositiveIntegerField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["-as_of", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "model"], name="published_once")]
        indexes: ClassVar = [models.Index(fields=["model", "-as_of"])]

    def __str__(self) -> str:
        return f"{self.model} {self.as_of}"


class RiskList(models.Model):
    """A practice's list from one publication: the whole target group the first time, who is new after that."""

    class Kind(models.TextChoices):
        INITIAL = "initial", _("initial list")
        ACCRUAL = "accrual", _("new on the list")

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="lists")
    practice = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="risk_lists")
    kind = models.CharField(max_length=10, choices=Kind)
    names = models.PositiveIntegerField()
    incomplete = models.PositiveIntegerField()
    #: Names of earlier lists that left the practice's target group with this publication.
    left = models.PositiveIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["-publication__as_of", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["publication", "practice"], name="one_list_each")]

    def __str__(self) -> str:
        return f"{self.publication} {self.practice_id} {self.kind}"


class Standing(models.Model):
    """Where a citizen stands with a model after the latest publication: what the gate checks eligibility against.

    Only whom the model is about has one; who is outside its age has none.
    """

    citizen = models.ForeignKey(Citizen, on_delete=models.CASCADE, related_name="standings")
    model = models.CharField(max_length=50)
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="+")
    score = models.SmallIntegerField()
    band = models.CharField(max_length=30, blank=True)
    in_target = models.BooleanField()
    excluded_by = models.JSONField(default=list)
    incomplete = models.BooleanField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["citizen", "model"], name="one_standing_per_model")]
        indexes: ClassVar = [models.Index(fields=["model", "publication"])]

    def __str__(self) -> str:
        return f"{self.model}: {self.score}"
