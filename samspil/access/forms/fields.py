"""Fields that several forms of this room have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from samspil.access.errors import Invalid

#: Days that something here can be about. Beyond the calendar's own ends lies no day before and no day after.
YEARS = range(1850, 2200)
#: The largest number that a record can have.
LARGEST = 2**63 - 1


class PlausibleDateField(forms.DateField):
    """A day of our time; another is no date."""

    def to_python(self, value: Any) -> dt.date | None:
        day: dt.date | None = super().to_python(value)
        if day is not None and day.year not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class DayField(PlausibleDateField):
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
