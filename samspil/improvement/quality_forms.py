"""Forms of the practice's own quality pages. What is allowed is decided by the actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.models import OutreachAttempt
from samspil.improvement.queries.flags import Choice
from samspil.improvement.queries.worksheet import Question

#: What a form takes of words.
LONG = 2000


class AttemptForm(forms.Form):
    """An attempt to reach a patient. `known` is the newest attempt that the page showed."""

    known = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("How"), choices=OutreachAttempt.Channel.choices)
    outcome = forms.ChoiceField(
        label=_("What came of it"), choices=[("", _("Choose")), *OutreachAttempt.Outcome.choices]
    )
    on = DayField(label=_("Day"), required=False, help_text=_("Empty is today."))
    words = forms.CharField(label=_("Note"), required=False, max_length=LONG)


class SheetForm(forms.Form):
    """The questions of the worksheet for one patient; `known` is the newest answer that the page showed."""

    known = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, found: Bulletin, questions: list[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.questions = questions
        for question in questions:
            asked = question.reviewed
            before = question.answer
            self.fields[asked.variable] = forms.ChoiceField(
                label=said(asked.question),
                choices=[(each.code, each.title) for each in found.answers(asked)],
                widget=forms.RadioSelect,
                required=False,
                initial=before.answer if before is not None else None,
            )
            if asked.asks_day:
                self.fields[f"{asked.variable}_on"] = DayField(
                    label=_("The day it was done"),
                    required=False,
                    initial=before.on if before is not None else None,
                )
        first = next((each.reviewed.variable for each in questions), None)
        if first is not None:
            self.fields[first].widget.attrs["autofocus"] = True

    def given(self) -> dict[str, tuple[str, dt.date | None]]:
        """What was answered, and is not as it was before."""
        found: dict[str, tuple[str, dt.date | None]] = {}
        for question in self.questions:
            name, before = question.reviewed.variable, question.answer
            code, on = self.cleaned_data.get(name, ""), self.cleaned_data.get(f"{name}_on")
            same = before is not None and (before.answer, before.on) == (code, on)
            if code and (question.open or not same):
                found[name] = (code, on)
        return found


class SittingForm(forms.Form):
    """How long a sitting took."""

    minutes = forms.IntegerField(label=_("Minutes"), widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    patients = forms.IntegerField(
        label=_("Patients"), min_value=0, max_value=100_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    on = DayField(label=_("Day"), required=False, help_text=_("Empty is today."))


class FlagForm(forms.Form):
    """Setting a flag."""

    flag = forms.ChoiceField(label=_("What do you know of the citizen?"), choices=[], widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why"),
        help_text=_("The practice reads it, and municipal professionals with a task for the citizen."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=LONG,
    )

    def __init__(self, *args: Any, choices: list[Choice], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["flag"].choices = [(each.key, each.title) for each in choices]  # type: ignore[attr-defined]


class FlagAwayForm(forms.Form):
    """Taking a flag away."""

    reason = forms.CharField(label=_("Why is it taken away?"), max_length=LONG)
