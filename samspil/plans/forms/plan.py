"""Forms of the plan. What is allowed is decided by the actions; a form only reads what was typed."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.access.models import Category, Organisation, OrganisationKind
from samspil.plans.forms.referrals import BookForm
from samspil.plans.models import Activity, Goal, Plan
from samspil.plans.programme import in_words, plan_format
from samspil.plans.queries.plan_parts import Shown
from samspil.plans.templates_of import SuggestedGoal

#: Kinds of organisation that can do something for a citizen.
PARTIES = (
    OrganisationKind.MUNICIPAL_UNIT,
    OrganisationKind.HOSPITAL_DEPARTMENT,
    OrganisationKind.PSYCHOLOGIST,
    OrganisationKind.NGO,
)
CITIZEN = "citizen"


def _text(label: Any, *, rows: int = 2, required: bool = False, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=10_000,
        strip=False,
    )


def mark_of(text: str, not_assessed: bool) -> str:
    """What tells whether a section was touched on a page: only touched ones are saved."""
    return hashlib.sha256(f"{not_assessed}{text}".encode()).hexdigest()[:16]


class SectionForm(forms.Form):
    """One section on a page of several. `was` says what it was when the page was shown."""

    text = _text("", rows=4)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    was = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, shown: Shown, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("prefix", shown.name)
        kwargs.setdefault(
            "initial",
            {
                "text": shown.text,
                "not_assessed": shown.not_assessed,
                "version": shown.version,
                "was": mark_of(shown.text, shown.not_assessed),
            },
        )
        super().__init__(*args, **kwargs)
        self.shown = shown
        self.fields["text"].label = shown.title
        self.fields["text"].help_text = shown.purpose
        self.fields["text"].widget.attrs["data-section"] = shown.name
        if shown.form.may_be_not_assessed:
            self.fields["not_assessed"] = forms.BooleanField(label=_("Not assessed"), required=False)

    @property
    def touched(self) -> bool:
        """Whether something else stands in it than the page showed."""
        given = self.cleaned_data
        text = str(given["text"]).replace("\r\n", "\n").strip()
        return mark_of(text, bool(given.get("not_assessed"))) != str(given["was"])


class GoalForm(forms.Form):
    """A goal, with how one sees that it is reached."""

    words = _text(_("The goal"), required=True, help_text=_("In words that the citizen would use: “I want to …”"))
    domain = forms.ChoiceField(label=_("What it is about"), choices=Goal.Domain.choices, widget=forms.RadioSelect)
    stated_by = forms.ChoiceField(
        label=_("Who says so?"),
        choices=Goal.StatedBy.choices,
        widget=forms.RadioSelect,
        help_text=_("What a professional suggests, the citizen is asked to say yes to."),
    )
    measure = _text(_("How do you see that it is reached?"))
    baseline = _text(_("How is it now?"))
    midterm_on = DayField(label=_("Looked at midway on"), required=False)
    midterm = _text(_("How is it midway?"))
    final_on = DayField(label=_("Looked at finally on"), required=False)
    state = forms.ChoiceField(label=_("Status"), choices=Goal.State.choices)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, new: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if new:
            for name in ("state", "midterm"):
                del self.fields[name]


class ActivityForm(forms.Form):
    """Who does what by when, for which goal."""

    what = forms.CharField(label=_("What is done?"), max_length=300)
    goal = forms.ModelChoiceField(
        label=_("For which goal?"),
        queryset=Goal.objects.none(),
        required=False,
        empty_label="–",
        help_text=_("A duty by law serves no goal."),
    )
    who = forms.ChoiceField(label=_("Who does it?"), choices=[])
    category = forms.ChoiceField(
        label=_("What kind of data does it tell of?"),
        choices=Category.choices,
        help_text=_("Those who may not see this kind do not see the activity."),
    )
    due = DayField(label=_("No later than"), required=False)
    statutory = forms.BooleanField(label=_("A duty by law, such as a meeting at the job centre"), required=False)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goals = plan.goals.exclude(state=Goal.State.LET_GO)
        self.fields["goal"].queryset = goals  # type: ignore[attr-defined]
        self.fields["goal"].label_from_instance = lambda goal: goal.words  # type: ignore[attr-defined]
        self.fields["who"].choices = parties(plan)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What was typed, as the actions take it."""
        found = dict(self.cleaned_data)
        found.pop("version", None)
        who = found.pop("who")
        found["by_citizen"] = who == CITIZEN
        found["party"] = None if who == CITIZEN else Organisation.objects.get(pk=int(who))
        return found


def who_of(activity: Activity) -> str:
    """Who does an activity, as `ActivityForm.who` names it."""
    return CITIZEN if activity.by_citizen else str(activity.party_id)


def parties(plan: Plan) -> list[tuple[str, Any]]:
    """Who can do something: the citizen, the practice, and the organisations of other sectors."""
    found: list[tuple[str, Any]] = [("", "–"), (CITIZEN, _("The citizen")), (str(plan.practice_id), plan.practice.name)]
    others: dict[str, list[tuple[str, str]]] = {}
    for each in Organisation.objects.filter(kind__in=PARTIES).order_by("kind", "name"):
        others.setdefault(each.get_kind_display(), []).append((str(each.pk), each.name))
    return [*found, *((name.capitalize(), own) for name, own in others.items())]


class AppointmentForm(BookForm):
    """A time that belongs to the plan and to no referral, such as a talk at the practice."""

    what = forms.CharField(label=_("What is it about?"), max_length=200)
    category = forms.ChoiceField(
        label=_("What kind of data does it tell of?"),
        choices=Category.choices,
        help_text=_("Those who may not see this kind do not see the appointment."),
    )
    field_order = ("what", "category", "day", "time", "place")


class ContactForm(forms.Form):
    """Somebody to call."""

    name = forms.CharField(label=_("Name"), max_length=200)
    relation = forms.CharField(label=_("Who is it?"), help_text=_("Such as home nurse, or daughter."), max_length=100)
    phone = forms.CharField(label=_("Telephone"), max_length=30, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    when = forms.CharField(
        label=_("When can they be called?"), help_text=_("Such as weekdays 8 to 15."), max_length=200, required=False
    )
    is_relative = forms.BooleanField(label=_("A relative or somebody close"), required=False)
    first = forms.BooleanField(label=_("The one to call first"), required=False)


class LinkForm(forms.Form):
    """Another plan."""

    kind = forms.ChoiceField(label=_("Kind of plan"), choices=[])
    title = forms.CharField(label=_("What it is called"), max_length=200)
    owner = forms.CharField(label=_("Who keeps it"), max_length=200)
    conflict = _text(_("Where the two plans do not go together"), help_text=_("Empty when they do."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (each.kind, in_words(each.title)) for each in plan_format().links
        ]


class ConflictForm(forms.Form):
    """Where another plan does not go together with this one."""

    conflict = _text(_("Where the two plans do not go together"), help_text=_("Empty when they do."))
    before = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)


class InvolvementForm(forms.Form):
    """How much the citizen takes on now."""

    involvement = forms.ChoiceField(
        label=_("How much does the citizen want to take on now?"),
        choices=Plan.Involvement.choices,
        widget=forms.RadioSelect,
    )
    before = forms.CharField(widget=forms.HiddenInput, required=False)


class MostLimitingForm(forms.Form):
    """What limits the citizen most."""

    condition = forms.ChoiceField(label=_("What limits the citizen most?"), choices=[], required=False)
    other = forms.CharField(label=_("Or in the citizen's own words"), max_length=50, required=False)
    # Stands on one page with `InvolvementForm.before`.
    before = forms.CharField(widget=forms.HiddenInput(attrs={"id": "id_most_limiting_before"}), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = plan_format().coordination.chronic_conditions
        self.fields["condition"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            *((each.condition, in_words(each.title)) for each in known),
        ]

    @property
    def chosen(self) -> str:
        """The citizen's own words count before the list."""
        return str(self.cleaned_data["other"] or self.cleaned_data["condition"])


class MaterialForm(forms.Form):
    """A joint decision about the plan."""

    why = _text(_("What was decided together, and why?"), rows=3, required=True)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ComposeForm(forms.Form):
    """What the templates suggest, each with a box; who does it, where somebody has to be chosen."""

    def __init__(self, suggested: list[SuggestedGoal], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.suggested = suggested
        places: dict[str, list[Organisation]] = {}
        for each in Organisation.objects.filter(kind__in=PARTIES).order_by("name"):
            places.setdefault(each.kind, []).append(each)
        for goal in suggested:
            if goal.existing is None:
                self.fields[f"goal:{goal.key}"] = forms.BooleanField(label=goal.words, required=False)
            for activity in goal.activities:
                self.fields[f"do:{activity.key}"] = forms.BooleanField(label=activity.what, required=False)
                if activity.party in PARTIES:
                    own = [(str(each.pk), each.name) for each in places.get(activity.party, [])]
                    # With one there is nothing to choose; with several nobody is chosen silently.
                    choices = own if len(own) == 1 else [("", "–"), *own]
                    self.fields[f"who:{activity.key}"] = forms.ChoiceField(
                        label=_("Who does it?"), choices=choices, required=False
                    )

    @property
    def rows(self) -> list[tuple[SuggestedGoal, Any, list[tuple[Any, Any, Any]]]]:
        """Each goal with its box, and its activities with theirs."""
        return [
            (
                goal,
                self[f"goal:{goal.key}"] if goal.existing is None else None,
                [
                    (
                        each,
                        self[f"do:{each.key}"],
                        self[f"who:{each.key}"] if f"who:{each.key}" in self.fields else None,
                    )
                    for each in goal.activities
                ],
            )
            for goal in self.suggested
        ]

    def chosen_goals(self) -> set[str]:
        """The keys of the goals that were ticked."""
        return {
            name.removeprefix("goal:") for name, value in self.cleaned_data.items() if name[:5] == "goal:" and value
        }

    def chosen(self) -> dict[str, Organisation | None]:
        """The keys of the activities that were ticked, with who does them."""
        ticked = [name.removeprefix("do:") for name, value in self.cleaned_data.items() if name[:3] == "do:" and value]
        wanted = {key: str(self.cleaned_data.get(f"who:{key}") or "") for key in ticked}
        known = {str(each.pk): each for each in Organisation.objects.filter(pk__in=filter(None, wanted.values()))}
        return {key: known.get(place) for key, place in wanted.items()}
