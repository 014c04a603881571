"""What somebody had typed when their session expired."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.db import models

from samspil.access.models.people import User


def make_token() -> str:
    """A name for a held form that nobody can guess."""
    return secrets.token_urlsafe(24)


class HeldForm(models.Model):
    """The fields of a form that was sent without a session that is still good. Shown to the same user only."""

    token = models.CharField(max_length=40, unique=True, default=make_token)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="held_forms")
    #: Where the form was sent.
    path = models.TextField()
    #: The values of every field, by its name.
    fields = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-at", "-id"]
        indexes: ClassVar = [models.Index(fields=["at"])]

    def __str__(self) -> str:
        return self.path
