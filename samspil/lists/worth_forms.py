"""Choosing what the pages on the worth of lists show."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.lists.models import EligibilityRound
from samspil.lists.names import model_title, version_title
from samspil.lists.queries.worth_counted import Wanted


class ModelForm(forms.Form):
    """One target group: all there is to choose for who sees counts with the small ones hidden."""

    model = forms.ChoiceField(label=_("Target group"), required=False)

    def __init__(self, *args: Any, models: list[str], every: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(model, model_title(model)) for model in models]
        self._field("model").choices = [("", _("All target groups")), *choices] if every else choices

    def _field(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def wanted(self) -> Wanted:
        """What was chosen; nothing of a form with faults."""
        return Wanted(model=self.cleaned_data["model"] or None) if self.is_valid() else Wanted()


class WorthForm(ModelForm):
    """Target group, period and eligibility round."""

    since = DayField(label=_("First day"), required=False)
    until = DayField(label=_("Last day"), required=False)
    round = forms.ChoiceField(label=_("Criteria"), required=False)

    def __init__(self, *args: Any, models: list[str], rounds: list[EligibilityRound], **kwargs: Any) -> None:
        super().__init__(*args, models=models, every=True, **kwargs)
        self._rounds = {str(one.pk): one for one in rounds}
        named = [
            (key, f"{model_title(one.model)}, {one.number}: {version_title(one.model, one.version)}")
            for key, one in self._rounds.items()
        ]
        self._field("round").choices = [("", _("All rounds")), *named]

    def clean(self) -> dict[str, Any]:
        """The period has an order, and a round belongs to its target group."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        since, until = found.get("since"), found.get("until")
        if isinstance(since, dt.date) and isinstance(until, dt.date) and since > until:
            self.add_error("until", _("The last day is before the first."))
        one = self._rounds.get(found.get("round") or "")
        if one is not None and found.get("model") not in {"", None, one.model}:
            self.add_error("round", _("These criteria belong to another target group."))
        return found

    def wanted(self) -> Wanted:
        """What was chosen; a round alone says the target group too. Nothing of a form with faults."""
        if not self.is_valid():
            return Wanted()
        found = self.cleaned_data
        one = self._rounds.get(found["round"])
        return Wanted(
            model=found["model"] or (one.model if one else None),
            since=found["since"],
            until=found["until"],
            round_id=one.pk if one else None,
        )
