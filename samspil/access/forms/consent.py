"""Answering one question of consent, and giving a relative a power of proxy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access import words
from samspil.access.forms.fields import DayField, TicksField
from samspil.access.models import ProxyScope
from samspil.access.queries.consent import Standing


class AnswerForm(forms.Form):
    """Yes or no; with a yes, to whom, what and until when."""

    answer = forms.ChoiceField(
        label=_("The answer"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    sectors = TicksField(
        label=_("Who may see it"),
        help_text=_("Counts for a yes only."),
        error_messages={"required": _("Choose at least one. If nobody may see it, answer no.")},
    )
    categories = TicksField(
        label=_("What they may see"),
        help_text=_("Counts for a yes only."),
        error_messages={"required": _("Choose at least one. If nothing may be seen, answer no.")},
    )
    until = DayField(
        label=_("The last day it holds"),
        required=False,
        help_text=_("Empty means until it is taken back. It can be taken back at any time."),
    )

    def __init__(self, standing: Standing, data: Any = None) -> None:
        asked = standing.asked
        earlier = {
            "answer": {"yes": "yes", "limited": "yes", "no": "no"}.get(standing.state, ""),
            "sectors": sorted(standing.sectors) or list(asked.recipients),
            "categories": sorted(standing.categories) or list(asked.categories),
        }
        super().__init__(data, initial=earlier)
        for name, codes, in_words in (
            ("sectors", asked.recipients, words.sector),
            ("categories", asked.categories, words.category),
        ):
            if codes:
                self._ticks(name).choices = [(code, in_words(code).capitalize()) for code in codes]
                # A yes to nobody, or to nothing, is no yes; a no needs no limits.
                self.fields[name].required = data is None or data.get("answer") != "no"
            else:
                del self.fields[name]

    def _ticks(self, name: str) -> forms.MultipleChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        return field


class ProxyForm(forms.Form):
    """Whom, for what and how long."""

    username = forms.CharField(label=_("The relative's user name"), max_length=150, help_text=_("Ask your relative."))
    name = forms.CharField(label=_("The relative's full name"), max_length=200)
    relation = forms.CharField(
        label=_("What you are to each other"),
        max_length=100,
        required=False,
        help_text=_("Such as daughter or friend."),
    )
    scopes = TicksField(
        choices=ProxyScope.choices,
        label=_("What the relative may do"),
        error_messages={"required": _("Choose at least one thing that the relative may do.")},
    )
    until = DayField(label=_("The last day"), required=False, help_text=_("Empty means until you take it back."))
