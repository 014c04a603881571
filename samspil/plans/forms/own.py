"""Forms of the citizen's own plan, and of how a citizen follows it. What is allowed is decided by the actions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.plans.models import Goal, Pathway, Plan, ReadingNeeds
from samspil.plans.programme import in_words, plan_format
from samspil.plans.words import TAKES_ON


def _about() -> list[tuple[str, str]]:
    """What a goal can be about, as the citizen's page calls it."""
    found = []
    for domain in Goal.Domain.values:
        known = plan_format().section(domain)
        found.append((domain, in_words(known.citizen_title) if known is not None else domain))
    return found


class OwnGoalForm(forms.Form):
    """A goal in the citizen's words."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)
    words = forms.CharField(
        label=_("What do you want to be able to do?"),
        help_text=_("Write it as you would say it. For example: I want to be able to walk to the shop again."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    domain = forms.ChoiceField(label=_("What is it mostly about?"), choices=_about, widget=forms.RadioSelect)


class OwnTextForm(forms.Form):
    """A text that the citizen writes."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    text = forms.CharField(label=_("Your text"), required=False, widget=forms.Textarea(attrs={"rows": 6}))


class InvolvementForm(forms.Form):
    """How much to take on now. `before` is what the page showed."""

    before = forms.CharField(required=False, widget=forms.HiddenInput)
    involvement = forms.ChoiceField(
        label=_("How much do you want to take on right now?"),
        choices=[(code, TAKES_ON[code]) for code in Plan.Involvement.values],
        widget=forms.RadioSelect,
    )


class OnboardingForm(forms.Form):
    """How the citizen follows the plan."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    how = forms.ChoiceField(
        label=_("How does the citizen follow the plan?"),
        choices=Pathway.Onboarding.choices,
        widget=forms.RadioSelect,
    )
    on = DayField(label=_("Settled on"), required=False, help_text=_("Left empty: today."))


class NeedsForm(forms.Form):
    """How the citizen wants to be told things."""

    language = forms.ChoiceField(label=_("Language of letters and prints"), choices=ReadingNeeds.Language.choices)
    interpreter = forms.CharField(
        label=_("An interpreter is needed for"),
        required=False,
        max_length=50,
        help_text=_("The language, for example Arabic."),
    )
    read_aloud = forms.BooleanField(label=_("Somebody has to read it aloud"), required=False)

    def __init__(self, *args: Any, needs: ReadingNeeds | None = None, **kwargs: Any) -> None:
        if needs is not None:
            kwargs["initial"] = {
                "language": needs.language,
                "interpreter": needs.interpreter,
                "read_aloud": needs.read_aloud,
            }
        super().__init__(*args, **kwargs)
