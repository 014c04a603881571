"""Forms of the work list, notes, medicine and stays. What is allowed is decided by the actions; a form only reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField, TicksField
from samspil.access.models import Category, Membership, Organisation, User
from samspil.plans.programme import plan_format
from samspil.plans.queries.work import PLAIN
from samspil.plans.task_kinds import kind_choices
from samspil.plans.team import Team


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day, each in a field of its own."""

    def __init__(self, **options: Any) -> None:
        day: dict[str, Any] = {"type": "date", "class": "form-input", "aria-label": _("Day")}
        time: dict[str, Any] = {"type": "time", "class": "form-input", "aria-label": _("Time of day")}
        widget = forms.SplitDateTimeWidget(
            date_attrs=day,
            time_attrs=time,
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )
        super().__init__(widget=widget, input_date_formats=["%Y-%m-%d", "%d-%m-%Y"], **options)


class FilterForm(forms.Form):
    """What of the work list is shown."""

    whose = forms.ChoiceField(
        label=_("Whose"),
        required=False,
        choices=[("all", _("mine and my unit's")), ("mine", _("mine only")), ("unit", _("my unit's only"))],
    )
    kind = forms.ChoiceField(label=_("Kind of task"), required=False)
    overdue = forms.BooleanField(label=_("Overdue only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = [("", _("every kind")), (PLAIN, _("given by hand")), *kind_choices()]


class AnswerForm(forms.Form):
    """What came of a task."""

    answer = forms.CharField(
        label=_("What came of it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}), strip=True
    )


class JointVisitForm(forms.Form):
    """A joint home visit that was held."""

    gp = forms.BooleanField(label=_("The doctor was there"), required=False)
    home_nurse = forms.BooleanField(label=_("The home nurse was there"), required=False)
    reason = forms.CharField(label=_("Why one of them was not there"), required=False, max_length=500)
    words = forms.CharField(
        label=_("What you agreed with the citizen"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class WishForm(forms.Form):
    """Whether to be reminded by e-mail."""

    wants = forms.BooleanField(
        label=_("E-mail me once a day when tasks are overdue or due soon"),
        required=False,
        help_text=_("The e-mail says how many tasks there are, and nothing about any citizen."),
    )


def _key(organisation: Organisation, user: User | None = None) -> str:
    return f"{organisation.pk}-{user.pk}" if user is not None else str(organisation.pk)


class NoteForm(forms.Form):
    """A note to those it concerns."""

    text = forms.CharField(label=_("The note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))
    category = forms.ChoiceField(
        label=_("What it is about"),
        widget=forms.RadioSelect,
        choices=Category.choices,
        help_text=_("Decides who may read it."),
    )
    addressees = TicksField(label=_("Who is to read it"), help_text=_("Only these, and the citizen, see the note."))
    question = forms.BooleanField(label=_("I need an answer"), required=False)
    shown_together = forms.BooleanField(
        label=_("The citizen has seen it together with me, and who is to read it"),
        required=False,
        help_text=_("Otherwise it is sent when the citizen has seen it on their own page."),
    )
    answers = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, team: Team, own: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pairs: dict[str, tuple[Organisation, User | None]] = {}
        choices = []
        places = {place.pk: place for place in (*team.organisations, own.organisation)}
        for place in places.values():
            if place.pk != own.organisation_id:
                self.pairs[_key(place)] = (place, None)
                choices.append((_key(place), place.name))
            for person in team.people:
                if person.organisation_id == place.pk and person.user.pk != own.user_id:
                    self.pairs[_key(place, person.user)] = (place, person.user)
                    choices.append((_key(place, person.user), f"{person.user.name}, {place.name}"))
        field = self.fields["addressees"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices
        words = plan_format().rules.note_words.value
        self.fields["text"].help_text = _(
            "Facts, what is needed, and what you ask for. At most about %(words)s words, so that it is read."
        ) % {"words": words}

    def to(self) -> list[tuple[Organisation, User | None]]:
        """The chosen addressees."""
        return [self.pairs[key] for key in self.cleaned_data["addressees"]]


class MedicineLineForm(forms.Form):
    """One drug."""

    drug = forms.CharField(label=_("Drug"), required=False, max_length=100)
    atc = forms.CharField(label=_("ATC code"), required=False, max_length=10)
    dose = forms.CharField(label=_("Dose"), required=False, max_length=100)


#: More lines than anybody takes drugs; a list can be sent again with more.
_EMPTY_LINES = 5
MedicineLines = forms.formset_factory(MedicineLineForm, extra=_EMPTY_LINES, max_num=100, validate_max=True)


class MedicineForm(forms.Form):
    """The day a list is from."""

    on = DayField(label=_("The list is from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate


class AgreeForm(forms.Form):
    """Which lists the doctor has looked at."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_seen(self) -> list[int]:
        numbers = str(self.cleaned_data["seen"]).split(",")
        return [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 19]


class AdmissionForm(forms.Form):
    """A citizen who was admitted."""

    cpr = forms.CharField(
        label=_("CPR number"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    admitted_at = MomentField(label=_("Admitted"))


class ReadyForm(forms.Form):
    """When the treatment was finished."""

    ready_at = MomentField(label=_("Treatment finished"))


class DischargeForm(forms.Form):
    """A discharge and the handover to home care."""

    discharged_at = MomentField(label=_("Discharged"))
    handover_to = forms.ModelChoiceField(
        Organisation.objects.none(),
        label=_("Home care that takes over"),
        required=False,
        empty_label=_("no home care is needed"),
        help_text=_("They confirm that they have taken over. If nobody does, you are told."),
    )
    words = forms.CharField(
        label=_("What home care needs to know"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    joint_visit = forms.BooleanField(label=_("Doctor and home nurse visit the citizen together"), required=False)

    def __init__(self, *args: Any, units: Sequence[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["handover_to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=[unit.pk for unit in units])
