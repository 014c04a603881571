"""What an administrator fills in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.access.models import Organisation, OrganisationKind, Role


class OrganisationForm(forms.Form):
    """An organisation."""

    kind = forms.ChoiceField(label=_("Kind of organisation"), choices=OrganisationKind.choices)
    name = forms.CharField(label=_("Name"), max_length=200)
    provider_number = forms.CharField(
        label=_("Provider number"), max_length=6, required=False, help_text=_("Six digits; practices only.")
    )
    doctors = forms.IntegerField(
        label=_("Doctors"), min_value=0, max_value=1000, required=False, help_text=_("How many work in the practice.")
    )
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)


class SubjectForm(forms.Form):
    """How an identity provider knows somebody."""

    provider = forms.ChoiceField(label=_("Identity provider"))
    subject = forms.CharField(
        label=_("Subject"), max_length=190, help_text=_("What the provider calls the person (`sub`, or as agreed).")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [(known.id, known.name) for known in settings.IDENTITY_PROVIDERS]


class PersonForm(forms.Form):
    """A new account."""

    name = forms.CharField(label=_("Name"), max_length=200)
    username = forms.CharField(label=_("User name"), max_length=150, help_text=_("Such as initials; small letters."))
    phone = forms.CharField(label=_("Phone"), max_length=30, required=False)
    password = forms.BooleanField(
        label=_("Make a one-time password"),
        required=False,
        initial=True,
        help_text=_("It is shown once. The person chooses another at the first log-in."),
    )
    provider = forms.ChoiceField(label=_("Identity provider"), required=False)
    subject = forms.CharField(
        label=_("Subject"),
        max_length=190,
        required=False,
        help_text=_("What the provider calls the person (`sub`, or as agreed)."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = [("", "–"), *((known.id, known.name) for known in settings.IDENTITY_PROVIDERS)]
        if not settings.IDENTITY_PROVIDERS:
            del self.fields["provider"], self.fields["subject"]


class ForgottenForm(forms.Form):
    """A relative who has forgotten the password."""

    username = forms.CharField(label=_("The relative's user name"), max_length=150, help_text=_("It is in the letter."))
    name = forms.CharField(label=_("The relative's full name"), max_length=200)


class MembershipForm(forms.Form):
    """A role in an organisation for a time."""

    organisation = forms.ModelChoiceField(
        label=_("Organisation"), queryset=Organisation.objects.all(), empty_label=_("Choose one")
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("Choose one")), *((role.value, role.label) for role in Role if role.is_professional)],
    )
    since = DayField(label=_("First day"))
    until = DayField(label=_("Last day"), required=False)


class EndForm(forms.Form):
    """The last day of a membership."""

    until = DayField(label=_("Last day"))
