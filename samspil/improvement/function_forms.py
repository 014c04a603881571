"""Forms of the gate before a new function. What is allowed is decided by the actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.improvement.population_words import count_words
from samspil.improvement.targets import Target

LONG = 4000
_SURE = [("yes", _("Yes")), ("no", _("No"))]


class ProposeForm(forms.Form):
    """A new function, and whom it is for."""

    title = forms.CharField(label=_("Name of the function"), max_length=200)
    target = forms.ChoiceField(label=_("For whom"), help_text=_("From the newest published segments."))
    capacity = forms.IntegerField(label=_("How many citizens it can take at a time"), min_value=1)
    about = forms.CharField(label=_("What it is to do"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, targets: Iterable[Target] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.key, f"{each.title} ({count_words(each.persons)})") for each in targets]
        self.fields["target"].choices = [("", "–"), *choices]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The answer to one question: yes or no where it is asked so, and the reason."""

    known = forms.IntegerField(widget=forms.HiddenInput)
    yes = forms.ChoiceField(label=_("Answer"), choices=_SURE, widget=forms.RadioSelect, required=False)
    words = forms.CharField(
        label=_("Reason"), max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, yes_or_no: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not yes_or_no:
            del self.fields["yes"]
            self.fields["words"].label = _("Answer")

    def said_yes(self) -> bool | None:
        """The answer; None where there is none."""
        given = self.cleaned_data.get("yes")
        return None if not given else given == "yes"


class KnownForm(forms.Form):
    """A click on what the page showed: the version that was seen."""

    known = forms.IntegerField(widget=forms.HiddenInput)
    create = forms.ChoiceField(choices=_SURE, required=False)
