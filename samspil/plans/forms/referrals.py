"""Forms of referrals, appointments and replies. What is allowed is decided by the actions."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.access.models import Organisation
from samspil.plans.fitness import Answer, Warned
from samspil.plans.models import Goal, Plan, Referral, ServiceDecision
from samspil.plans.programme import in_words, plan_format
from samspil.programmes.plan_format import Reason
from samspil.programmes.services import Service


def _lines(label: Any, rows: int = 2, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _reasons(found: tuple[Reason, ...]) -> list[tuple[str, str]]:
    return [(each.reason, in_words(each.title)) for each in found]


def _choices(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class SearchForm(forms.Form):
    """What somebody looks for in the catalogue."""

    words = forms.CharField(label=_("What does the citizen need?"), required=False, max_length=100)
    need = forms.ChoiceField(label=_("Need"), required=False, choices=[])
    programme = forms.ChoiceField(label=_("Programme"), required=False, choices=[])
    kind = forms.ChoiceField(label=_("Who provides it"), required=False, choices=[])
    level = forms.ChoiceField(
        label=_("Level"),
        required=False,
        choices=[("", _("All")), ("basic", _("basic")), ("specialised", _("specialised"))],
    )
    municipality = forms.CharField(label=_("Municipality"), required=False, max_length=100)

    def __init__(
        self,
        data: Any,
        *,
        needs: list[tuple[str, str]],
        programmes: list[tuple[str, str]],
        kinds: list[tuple[str, str]],
    ) -> None:
        super().__init__(data, auto_id="search_%s")
        everything = [("", str(_("All")))]
        _choices(self, "need", everything + needs)
        _choices(self, "programme", everything + programmes)
        _choices(self, "kind", everything + kinds)

    @property
    def is_narrowed(self) -> bool:
        """Whether something is asked for that stands behind “narrow it down”."""
        return any(self.data.get(name) for name in ("programme", "kind", "level", "municipality"))


class SendForm(forms.Form):
    """A referral: to whom, two lines, what the receiver needs to know, and that the citizen has agreed."""

    to_organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Send it to"), empty_label="–")
    reason = _lines(_("What do you ask for?"), help_text=_("Two lines are enough. The citizen can read them."))
    goal = forms.ModelChoiceField(
        Goal.objects.none(),
        label=_("Which of the plan's goals does it help with?"),
        required=False,
        empty_label=_("None: a simple referral beside the plan"),
        help_text=_("When it is one service by itself, a simple referral is enough."),
    )
    agreed = forms.BooleanField(label=_("The citizen has agreed to the referral and to what it says"), required=False)

    def __init__(
        self,
        data: Any = None,
        *,
        service: Service,
        providers: list[Organisation],
        plan: Plan | None,
        warned: list[Warned],
        goal: str = "",
    ) -> None:
        super().__init__(data)
        to = self.fields["to_organisation"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = Organisation.objects.filter(pk__in=[each.pk for each in providers])
        if len(providers) == 1:
            to.initial = providers[0]
        goals = self.fields["goal"]
        assert isinstance(goals, forms.ModelChoiceField)
        found = plan.goals.filter(state=Goal.State.OPEN) if plan is not None else Goal.objects.none()
        if plan is None or not found:
            del self.fields["goal"]
        else:
            goals.queryset = found
            goals.initial = goal or found[0].pk
        self.service, self.warned = service, warned
        for warning in warned:
            self._ask(warning)
        for number, asked in enumerate(service.information):
            self.fields[f"information_{number}"] = forms.CharField(
                label=in_words(asked), required=False, max_length=1000
            )
        # The citizen's yes stands last, when all of it can be read.
        self.order_fields([*(name for name in self.fields if name != "agreed"), "agreed"])

    def _ask(self, warning: Warned) -> None:
        title = in_words(warning.title)
        self.fields[f"warning_{warning.condition}"] = forms.ChoiceField(
            label=_("Does the citizen have this: %(condition)s?") % {"condition": title},
            choices=[("no", _("No")), ("yes", _("Yes"))],
            initial="yes" if warning.known else None,
            widget=forms.RadioSelect,
            help_text=in_words(warning.why),
            required=False,
        )
        others = ", ".join(in_words(each.title) for each in warning.alternatives)
        self.fields[f"warning_words_{warning.condition}"] = forms.CharField(
            label=_("Why is this service right anyway?"),
            required=False,
            max_length=1000,
            help_text=_("Only when the answer is yes. Rather choose: %(others)s.") % {"others": others},
        )

    def answers(self) -> list[Answer]:
        """What was answered to the warnings."""
        given = self.cleaned_data
        return [
            Answer(
                warning.condition,
                given[f"warning_{warning.condition}"] == "yes",
                given[f"warning_words_{warning.condition}"].strip(),
            )
            for warning in self.warned
            if given.get(f"warning_{warning.condition}")
        ]

    def information(self) -> dict[str, str]:
        """What the receiver was told, by what it was asked for."""
        return {
            asked.da: str(self.cleaned_data.get(f"information_{number}", ""))
            for number, asked in enumerate(self.service.information)
        }


class NotReferredForm(forms.Form):
    """Why a citizen was not referred to a service."""

    outcome = forms.ChoiceField(
        label=_("What was it?"), choices=ServiceDecision.Outcome.choices, widget=forms.RadioSelect
    )
    decline = forms.ChoiceField(
        label=_("What did the citizen give as the reason?"),
        help_text=_("Only when the citizen declined."),
        choices=[],
        required=False,
    )
    said = forms.CharField(label=_("Why"), required=False, max_length=2000)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="not")
        _choices(self, "decline", [("", "–"), *_reasons(plan_format().decline_reasons)])


class StepForm(forms.Form):
    """One step of a referral: what has to be said with it, by the state it leads to."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, state: str, right_patient: str = "", version: int = 0) -> None:
        super().__init__(data, prefix=state, initial={"version": version})
        form, states = plan_format(), Referral.State
        if state == states.REJECTED:
            self.fields["reason"] = forms.ChoiceField(
                label=_("Why?"), choices=_reasons(form.referral_rejects), widget=forms.RadioSelect
            )
            self.fields["words"] = _lines(_("Where can the citizen be helped instead?"))
        elif state == states.DROPPED_OUT:
            self.fields["reason"] = forms.ChoiceField(
                label=_("Why?"), choices=_reasons(form.dropout_reasons), widget=forms.RadioSelect
            )
            self.fields["words"] = _lines(_("What happened?"), required=False)
        elif state == states.RETURNED:
            self.fields["words"] = _lines(_("What do you need to know?"))
        elif state == states.WITHDRAWN:
            self.fields["words"] = _lines(_("Why is it withdrawn?"))
        elif state == "answer":
            self.fields["words"] = _lines(_("Your answer"))
        elif state == states.STARTED:
            self.fields["on"] = DayField(label=_("Day of the start"), required=False, help_text=_("Empty is today."))
            if not right_patient:
                self.fields["right_patient"] = forms.ChoiceField(
                    label=_("Right patient?"),
                    choices=[(each.answer, in_words(each.title)) for each in form.right_patient],
                    widget=forms.RadioSelect,
                )
        elif state == states.ACCEPTED:
            # Its three buttons are the answer.
            self.fields["right_patient"] = forms.CharField(required=False, widget=forms.HiddenInput)


class RematchForm(forms.Form):
    """Going on with another provider."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    to_organisation = forms.ModelChoiceField(Organisation.objects.none(), label=_("Go on with"), empty_label="–")
    words = _lines(_("Why, and what matters in the new match?"))

    def __init__(self, data: Any = None, *, referral: Referral, version: int = 0) -> None:
        super().__init__(data, prefix="rematch", initial={"version": version})
        to = self.fields["to_organisation"]
        assert isinstance(to, forms.ModelChoiceField)
        others = Organisation.objects.filter(kind=referral.to_organisation.kind).exclude(pk=referral.to_organisation_id)
        to.queryset = others


class BookForm(forms.Form):
    """A time for the citizen to be somewhere."""

    day = DayField(label=_("Day"))
    time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Where"), required=False, max_length=200)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="book")

    def at(self) -> dt.datetime:
        """The moment that was agreed."""
        return timezone.make_aware(dt.datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class MissedForm(forms.Form):
    """What is known of why somebody did not come."""

    words = forms.CharField(required=False, max_length=200)


class EpicrisisForm(forms.Form):
    """The reply: the conclusion stands first, then what the GP must do."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    conclusion = _lines(
        _("Conclusion"), 3, help_text=_("What came of it, in one short paragraph. It is read first, often alone.")
    )
    gp_actions = _lines(
        _("What the GP must do"),
        3,
        required=False,
        help_text=_("One thing on each line. Each becomes a task of the practice."),
    )
    nothing_for_gp = forms.BooleanField(label=_("The GP needs to do nothing"), required=False)
    course = _lines(_("The course"), 4, required=False, help_text=_("Only what is of use to those who go on."))

    def __init__(self, data: Any = None, *, version: int = 0) -> None:
        super().__init__(data, prefix="reply", initial={"version": version})


class PeriodForm(forms.Form):
    """From when, and until when, referrals were sent."""

    since = DayField(label=_("Sent from"), required=False)
    until = DayField(label=_("Until"), required=False)


class ComparedPeriodForm(PeriodForm):
    """A period, and the day in it on which something changed."""

    turn = DayField(
        label=_("Compare before and from"),
        required=False,
        help_text=_("For example the day an agreement came into force."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        since, until, turn = given.get("since"), given.get("until"), given.get("turn")
        if turn and ((since and turn <= since) or (until and turn > until)):
            self.add_error("turn", _("Choose a day within the period."))
        return given
