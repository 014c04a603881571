"""Fields that several forms of this room have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from samspil.access.errors import Invalid


class DayField(forms.DateField):
    """A day, chosen in the browser's calendar or typed."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


class TicksField(forms.MultipleChoiceField):
    """Several of a few things, each with its own box to tick."""

    def __init__(self, choices: Iterable[tuple[str, Any]] = (), **options: Any) -> None:
        super().__init__(choices=list(choices), widget=forms.CheckboxSelectMultiple, **options)


def say(form: forms.BaseForm, error: Invalid) -> None:
    """Show a broken rule at the field to mend, or above the form."""
    form.add_error(error.field if error.field in form.fields else None, error.message)
