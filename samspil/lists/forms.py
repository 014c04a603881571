"""Forms of the lists. What is allowed is decided by the actions; a form only reads what was typed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import LARGEST, PlausibleDateField
from samspil.lists.gate import Question
from samspil.lists.models import Review, Step
from samspil.lists.names import language
from samspil.lists.programme import programmes, rules
from samspil.lists.programme import titles as model_titles


def _date(label: Any, *, required: bool = False, help_text: Any = "") -> forms.DateField:
    return PlausibleDateField(
        label=label, required=required, help_text=help_text, widget=forms.DateInput(attrs={"inputmode": "numeric"})
    )


class DecisionForm(forms.Form):
    """A press of a key or a button about one name."""

    kind = forms.ChoiceField(choices=Review.Kind.choices)
    version = forms.IntegerField(min_value=0)
    reason = forms.CharField(required=False, max_length=40)
    note = forms.CharField(required=False, max_length=2000)
    until = PlausibleDateField(required=False)
    colleague = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    need = forms.CharField(required=False, max_length=2000)
    route = forms.CharField(required=False, max_length=30)
    shown = forms.CharField(required=False, max_length=400)
    of_list = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)


class PaceForm(forms.Form):
    """How many names a week."""

    names_per_week = forms.IntegerField(
        label=_("Names a week"),
        required=False,
        help_text=_("How many names you want to go through in a week. Leave it empty for no limit."),
    )


class OffListForm(forms.Form):
    """A newly ill citizen who is on no list."""

    cpr = forms.CharField(label=_("CPR number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    model = forms.ChoiceField(label=_("Target group"), choices=[])
    purpose = forms.CharField(
        label=_("What is the joint effort to help with?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [
            (name, getattr(model_titles()[name], language()))
            for found in programmes().values()
            if found.inclusion is not None
            for name, model in found.inclusion.models.items()
            if model.off_list
        ]
        self.fields["model"].choices = chosen  # type: ignore[attr-defined]


class NominationForm(forms.Form):
    """A citizen suggested by another sector."""

    cpr = forms.CharField(label=_("CPR number"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    model = forms.ChoiceField(label=_("Target group"), choices=[])
    why = forms.CharField(
        label=_("Why would a joint effort help?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (name, getattr(model_titles()[name], language()))
            for found in programmes().values()
            if found.inclusion is not None
            for name in found.inclusion.models
        ]


class VersionForm(forms.Form):
    """What a step was decided on: the inclusion as it was shown."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ContactForm(VersionForm):
    """A letter, a reminder or a call."""

    kind = forms.ChoiceField(
        label=_("What was done"),
        choices=[(kind.value, kind.label) for kind in (Step.Kind.LETTER, Step.Kind.REMINDER, Step.Kind.PHONE)],
        widget=forms.RadioSelect,
        initial=Step.Kind.LETTER,
    )
    on = _date(_("Day"), help_text=_("Empty is today."))
    note = forms.CharField(label=_("Note"), required=False, max_length=2000)


class ConversationForm(VersionForm):
    """The information conversation."""

    on = _date(_("Day of the conversation"), help_text=_("Empty is today."))
    purpose = forms.CharField(
        label=_("What the joint effort is to help with"),
        help_text=_("In the citizen's own words, as far as possible."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class CheckForm(VersionForm):
    """One question for each exclusion that has to be answered, or may be."""

    def __init__(self, *args: Any, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            if question.by_data:
                continue
            unknown = question.by_data is None
            self.fields[f"answer_{question.code}"] = forms.ChoiceField(
                label=question.title,
                choices=[("no", _("No")), ("yes", _("Yes"))],
                widget=forms.RadioSelect,
                required=question.must_answer,
                initial={True: "yes", False: "no"}.get(question.answer) if question.answer is not None else None,
                help_text=_("The data do not say. Ask the citizen.") if unknown else _("The data say no."),
            )

    def answers(self) -> dict[str, bool]:
        """What was answered, by exclusion."""
        return {
            name.removeprefix("answer_"): value == "yes"
            for name, value in self.cleaned_data.items()
            if name.startswith("answer_") and value
        }


class OverrideForm(VersionForm):
    """Setting an exclusion aside. `seen` holds what stood in the way when the page was shown."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=400)

    reason = forms.ChoiceField(label=_("Reason"), choices=[], widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("What do you know that the data do not say?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )

    def __init__(self, *args: Any, programme: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = rules(programme).gate.override_reasons
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (each.reason, getattr(each.title, language())) for each in known
        ]


class EndForm(VersionForm):
    """Ending an inclusion."""

    reason = forms.ChoiceField(label=_("Why does it end?"), choices=[], widget=forms.RadioSelect)
    decline_reason = forms.ChoiceField(
        label=_("What did the citizen give as the reason?"),
        help_text=_("Only when the citizen declined or withdrew."),
        choices=[],
        required=False,
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=2000)
    need = forms.CharField(
        label=_("Does the citizen need something else?"),
        help_text=_("What it is. Leave it empty when there is nothing."),
        required=False,
        max_length=2000,
    )
    route = forms.ChoiceField(label=_("Where is the citizen helped on to?"), choices=[], required=False)

    def __init__(self, *args: Any, programme: str, enrolled: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        gate, code = rules(programme).gate, language()
        choices: dict[str, list[tuple[str, Any]]] = {
            "reason": [
                (each.reason, getattr(each.title, code))
                for each in gate.end_reasons
                if enrolled or not each.enrolled_only
            ],
            "decline_reason": [("", "–"), *((each.reason, getattr(each.title, code)) for each in gate.decline_reasons)],
            "route": [("", "–"), *((each.route, getattr(each.title, code)) for each in gate.unmet_need_routes)],
        }
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]
