"""Forms of pathways, plans begun and followed up, the accountable person, and coordinators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField, TicksField
from samspil.access.models import Membership, Organisation
from samspil.plans.ends import end_reasons, why_reasons
from samspil.plans.models import Coordination, Pathway
from samspil.plans.programme import in_words, plan_format
from samspil.plans.promises import ANSWERS, Promise


def _text(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=4000, **options)


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One person by name; nobody is chosen beforehand (report 001 R-TEAM-01)."""

    def __init__(self, people: Sequence[Membership], **options: Any) -> None:
        found = Membership.objects.filter(pk__in=[each.pk for each in people]).select_related("user", "organisation")
        super().__init__(
            found.order_by("user__name", "pk"), widget=forms.RadioSelect, empty_label=None, initial=None, **options
        )

    def label_from_instance(self, obj: Membership) -> str:
        return f"{obj.user.name}, {obj.get_role_display()}, {obj.organisation.name}"


class PlaceForm(forms.Form):
    """Where somebody works who is to be named."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Somebody who works elsewhere"), empty_label=_("Choose where")
    )

    def __init__(self, organisations: Iterable[Organisation], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organisation.objects.filter(pk__in=[place.pk for place in organisations])


class PathwayForm(forms.Form):
    """A programme for a citizen whom no list has found."""

    programme = forms.ChoiceField(label=_("Programme"), choices=[], widget=forms.RadioSelect)
    purpose = _text(_("What the joint effort is to help with, in the citizen's words"), required=False)

    def __init__(self, programmes: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["programme"].choices = list(programmes)  # type: ignore[attr-defined]


class BeginForm(forms.Form):
    """Which programmes the plan is for, and who is accountable for it."""

    pathways = TicksField(label=_("The plan is for"))

    def __init__(
        self, pathways: Sequence[tuple[int, str]], people: Sequence[Membership] | None, data: Any = None
    ) -> None:
        super().__init__(data, initial={"pathways": [key for key, _title in pathways]})
        self.fields["pathways"].choices = [(str(key), title) for key, title in pathways]  # type: ignore[attr-defined]
        if people is not None:
            self.fields["accountable"] = PersonField(people, label=_("Who is accountable for the plan?"))


class ActivateForm(forms.Form):
    """The day that is agreed when a plan is put into force."""

    next_follow_up = DayField(label=_("Next follow-up, agreed with the citizen"))


class FollowUpForm(forms.Form):
    """A follow-up that was held, and the next one."""

    held_on = DayField(label=_("Day of the follow-up"))
    words = _text(_("What came of it"), help_text=_("Everybody who works in the whole plan reads it."))
    next_on = DayField(label=_("Next follow-up, agreed with the citizen"))


class HandoverForm(forms.Form):
    """Whom to ask to be accountable, and why."""

    why = _text(_("Why, and what there is to take over"))

    def __init__(self, people: Sequence[Membership], data: Any = None) -> None:
        super().__init__(data)
        self.fields["to"] = PersonField(people, label=_("Who is asked?"))
        self.order_fields(["to", "why"])


class AnswerForm(forms.Form):
    """The receiver's answer."""

    accept = forms.ChoiceField(
        label=_("Will you be the accountable person?"),
        choices=[("yes", _("Yes, I take it over")), ("no", _("No"))],
        widget=forms.RadioSelect,
    )
    words = _text(_("Why not?"), required=False, help_text=_("Only when you answer no. The sender reads it."))


class CoordinatorForm(forms.Form):
    """A coordinator: who, why, until what, and when it is looked at again."""

    circumstances = TicksField(label=_("Special circumstances that you have documented"), required=False)
    conditions = TicksField(label=_("Chronic conditions that you have looked at"), required=False)
    need = _text(_("What is the coordinator to do, that the others cannot?"))
    ends_when = _text(_("What has to be reached for the coordinator to stop?"), rows=2)
    kind = forms.ChoiceField(
        label=_("How does the coordinator work?"), choices=Coordination.Kind.choices, widget=forms.RadioSelect
    )
    review_on = DayField(label=_("When do you look at whether it is still needed?"))
    lead = forms.BooleanField(label=_("Leads, when there are several coordinators"), required=False, initial=True)

    def __init__(self, people: Sequence[Membership], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        rules = plan_format().coordination
        choices = {
            "circumstances": [(each.circumstance, in_words(each.title)) for each in rules.special_circumstances],
            "conditions": [(each.condition, in_words(each.title)) for each in rules.chronic_conditions],
        }
        for name, found in choices.items():
            self.fields[name].choices = found  # type: ignore[attr-defined]
        self.fields["coordinator"] = PersonField(people, label=_("Who is the coordinator?"))
        self.order_fields(["circumstances", "conditions", "coordinator"])


class ReviewForm(forms.Form):
    """Looking at a coordinator again."""

    words = forms.CharField(label=_("What did you find?"), max_length=2000)
    review_on = DayField(label=_("Look at it again on"), required=False, help_text=_("Not when the coordinator stops."))


#: The fields of an end that are no promise.
_OWN = frozenset({"version", "reason", "why", "words"})


class EndPathwayForm(forms.Form):
    """How a pathway ends, and what happens to everything that is still promised."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = forms.ChoiceField(label=_("Why does it end?"), choices=[], widget=forms.RadioSelect)
    why = forms.ChoiceField(
        label=_("What made the citizen stop?"),
        help_text=_("Only when the citizen wanted to stop."),
        choices=[],
        required=False,
    )
    words = _text(
        _("What has the citizen been told?"),
        required=False,
        help_text=_("Has to be there when something stops, and when it was a mistake of ours."),
    )

    def __init__(self, promises: Sequence[Promise], data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["reason"].choices = [(each.reason, in_words(each.title)) for each in end_reasons()]  # type: ignore[attr-defined]
        self.fields["why"].choices = [("", "–"), *why_reasons().items()]  # type: ignore[attr-defined]
        for promise in promises:
            who = f" ({promise.who})" if promise.who else ""
            self.fields[promise.key] = forms.ChoiceField(
                label=f"{promise.what}{who}", choices=list(ANSWERS.items()), widget=forms.RadioSelect
            )
        self.order_fields(["version", *(promise.key for promise in promises)])

    def clean(self) -> dict[str, Any]:
        """Of somebody who has died nothing has to be answered: everything stops."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("reason") == Pathway.State.DIED:
            for name in self.fields:
                if name not in _OWN and name in self.errors:
                    del self.errors[name]
        return given

    def answers(self) -> dict[str, str]:
        """What was answered, by the key of each promise."""
        return {name: value for name, value in self.cleaned_data.items() if name not in _OWN and value}

    def asks_why(self) -> bool:
        """Whether the chosen reason wants to know what made the citizen stop."""
        chosen = next((each for each in end_reasons() if each.reason == self.cleaned_data.get("reason")), None)
        return chosen is not None and chosen.asks_why
