"""Searching the log, reviewing emergency access and recording legal bases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access import words
from samspil.access.forms.fields import DayField, TicksField
from samspil.access.models import AccessRecord, Category, LegalBasis, Organisation, Role, Sector
from samspil.access.policy import basis_purposes
from samspil.access.queries.log import Search


class SearchForm(forms.Form):
    """What the officer looks for. The citizen is chosen apart, so that no CPR number stands in an address."""

    citizen = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)
    username = forms.CharField(label=_("User name"), required=False, max_length=150)
    organisation = forms.ModelChoiceField(
        Organisation.objects.all(), label=_("Organisation"), required=False, empty_label=_("Any organisation")
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("Any outcome")), *AccessRecord.Outcome.choices]
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("Any role")), *Role.choices])
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("To"), required=False)

    def search(self) -> Search:
        """The search that was asked for; fields that cannot be used are left out, and the form says so."""
        self.is_valid()
        found = self.cleaned_data
        organisation = found.get("organisation")
        return Search(
            citizen=found.get("citizen"),
            username=found.get("username", ""),
            organisation=organisation.pk if organisation is not None else None,
            outcome=found.get("outcome", ""),
            role=found.get("role", ""),
            since=found.get("since"),
            until=found.get("until"),
        )


class FindingForm(forms.Form):
    """What the officer found."""

    finding = forms.CharField(label=_("What you found"), max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))


class LegalBasisForm(forms.Form):
    """A new legal basis."""

    kind = forms.ChoiceField(label=_("Kind"), choices=LegalBasis.Kind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    reference = forms.CharField(
        label=_("Reference"), max_length=200, required=False, help_text=_("Case number, or section of the act.")
    )
    jurisdiction = forms.CharField(
        label=_("Where it holds"),
        max_length=100,
        help_text=_(
            "Such as a municipality, a region or Denmark. Written down for people to read; it limits nothing here."
        ),
    )
    purposes = TicksField(
        label=_("What it is for"),
        error_messages={"required": _("Choose at least one thing that the legal basis is for.")},
    )
    sectors = TicksField(
        choices=Sector.choices, label=_("Whom it opens for"), required=False, help_text=_("None ticked means all.")
    )
    categories = TicksField(
        choices=Category.choices, label=_("Which data"), required=False, help_text=_("None ticked means all.")
    )
    since = DayField(label=_("From"))
    until = DayField(label=_("To"), required=False, help_text=_("Empty means until it is revoked."))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        purposes = self.fields["purposes"]
        assert isinstance(purposes, forms.MultipleChoiceField)
        purposes.choices = [(code, words.basis_purpose(code)) for code in basis_purposes()]
