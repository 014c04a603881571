"""Finding a citizen, breaking the glass and giving a task."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.access.models import Organisation, User


class CprForm(forms.Form):
    """One CPR number."""

    cpr = forms.CharField(
        label=_("CPR number"),
        max_length=20,
        help_text=_("Ten digits, with or without a hyphen."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class ReasonForm(forms.Form):
    """Why the glass has to be broken."""

    reason = forms.CharField(
        label=_("Why you need to see it now"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The citizen and the data protection officer read what you write."),
    )


class WhereForm(forms.Form):
    """Which organisation is to have the task."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Who is to do it"), empty_label=_("Choose one")
    )

    def __init__(self, organisations: list[Organisation], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=[place.pk for place in organisations])


class TaskForm(forms.Form):
    """What is to be done, by when, and by whom there."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    due = DayField(label=_("By when"), required=False)
    holder = forms.ModelChoiceField(
        User.objects.none(), label=_("A certain person"), required=False, empty_label=_("Anybody there")
    )

    def __init__(self, people: list[User], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["holder"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = User.objects.filter(pk__in=[person.pk for person in people])


class LogInForm(forms.Form):
    """A log-in for the citizen; one that has been used needs the citizen's own word for it."""

    asked = forms.BooleanField(label=_("The citizen is here and has asked for it"), required=False)


class RelativeNameForm(forms.Form):
    """A relative who is to have a log-in."""

    name = forms.CharField(label=_("The relative's name"), max_length=200)
