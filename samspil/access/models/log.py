"""The access log: append-only rows, chained so that a changed or missing row shows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Chain(models.Model):
    """The head of one chain of log rows. Several chains let organisations write at the same time."""

    number = models.PositiveSmallIntegerField(primary_key=True)
    length = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return f"{self.number}: {self.length}"


class AccessRecord(models.Model):
    """One look at, or change of, one citizen's data, or a refusal of it.

    Plain values, not keys to other tables: the row must say the same thing for ever, whatever becomes of the people
    and organisations it names. Triggers in the database refuse to change or delete a row.

    On PostgreSQL the table is divided by months (`partitions.py`): there `one_row_per_position` holds within each, and
    an index that is added later has to be built month by month.
    """

    class Outcome(models.TextChoices):
        ALLOWED = "allowed", _("allowed")
        REFUSED = "refused", _("refused")

    chain = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    at = models.DateTimeField()
    user_id = models.BigIntegerField(null=True)
    user_name = models.CharField(max_length=200)
    role = models.CharField(max_length=20)
    organisation_id = models.BigIntegerField(null=True)
    organisation_name = models.CharField(max_length=200)
    verb = models.CharField(max_length=20)
    resource = models.CharField(max_length=40)
    #: What exactly, such as the number of a list; never content.
    detail = models.CharField(max_length=200)
    citizen_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=30)
    basis = models.CharField(max_length=200)
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["chain", "position"], name="one_row_per_position")]
        indexes: ClassVar = [
            models.Index(fields=["citizen_id", "-at"], name="log_of_citizen"),
            models.Index(fields=["user_id", "-at"], name="log_of_user"),
            models.Index(fields=["organisation_id", "-at"], name="log_of_organisation"),
            models.Index(fields=["outcome", "-at"], name="log_of_outcome"),
            models.Index(fields=["role", "-at"], name="log_of_role"),
            models.Index(fields=["-at", "-id"], name="log_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.user_name} {self.verb} {self.resource}"
