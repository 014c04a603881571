"""Forms of networks. What is allowed is decided by the actions; a form only reads what was typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import DayField
from samspil.improvement.models import ChangeTest, NetworkMeeting, Participation

#: What a form takes of words.
LONG = 4000


def _text(label: Any, rows: int = 3, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), max_length=LONG, **options)


class NoteForm(forms.Form):
    """A note on a report or on one of its indicators."""

    text = _text(_("What was said"))
    meeting = forms.TypedChoiceField(label=_("At the meeting"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, meetings: Sequence[NetworkMeeting] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = [(str(each.pk), _meeting_words(each)) for each in meetings]
        self.fields["meeting"].choices = [("", _("No meeting")), *chosen]  # type: ignore[attr-defined]


def _meeting_words(meeting: NetworkMeeting) -> str:
    day = meeting.held_as_written or date_format(meeting.held_on, "SHORT_DATE_FORMAT")
    return f"{day} {meeting.kind}".strip()


class MeetingForm(forms.Form):
    """A meeting that was held."""

    held_on = forms.CharField(
        label=_("Day"), max_length=40, help_text=_("As you would write it: 14-09-2021, 14. sept. 2021, Forår 2020.")
    )
    kind = forms.CharField(
        label=_("Kind"),
        max_length=100,
        required=False,
        help_text=_("Such as knowledge-sharing meeting or patient conference. Meetings are counted by kind."),
    )
    minutes = forms.CharField(label=_("How long"), max_length=20, help_text=_("30 min or 1,5 t"))
    form = forms.ChoiceField(label=_("Form"), choices=NetworkMeeting.Form.choices, widget=forms.RadioSelect)
    purpose = _text(_("Purpose"), rows=2, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in Participation.Side:
            self.fields[side.value] = forms.IntegerField(
                label=_("From %(sector)s") % {"sector": side.label}, required=False, min_value=0
            )

    def persons(self) -> dict[str, int]:
        """How many took part from each sector."""
        return {side.value: self.cleaned_data.get(side.value) or 0 for side in Participation.Side}


class LinesForm(forms.Form):
    """Several meetings at once, a line each, and how many the source says there were."""

    lines = forms.CharField(
        label=_("One meeting on each line"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=100_000,
        help_text=_(
            "Day; kind; how long; physical or virtual; how many from municipality; hospital; general practice; others; "
            "purpose"
        ),
    )


class StatedForm(forms.Form):
    """A number of meetings that a report states, to hold against the records."""

    stated = forms.IntegerField(label=_("Number a report states"), min_value=0, max_value=100_000)
    kind = forms.ChoiceField(label=_("Of the kind"), required=False)

    def __init__(self, *args: Any, kinds: Sequence[str] = (), **kwargs: Any) -> None:
        # It stands on one page with the form of a meeting, which has a kind too.
        super().__init__(*args, **{"auto_id": "stated_%s", **kwargs})
        named = [(kind, kind) for kind in kinds if kind]
        self.fields["kind"].choices = [("", _("All kinds")), *named]  # type: ignore[attr-defined]


class WhyForm(forms.Form):
    """The reason for striking a meeting out."""

    why = forms.CharField(label=_("Why"), max_length=LONG)


class BeginForm(forms.Form):
    """A test of change, before it runs."""

    title = forms.CharField(label=_("Name of the test"), max_length=200)
    aim = _text(_("What it is to show"))
    indicator = forms.ChoiceField(label=_("Indicator it should move"), required=False)
    least_volume = forms.IntegerField(
        label=_("Least number of times"),
        min_value=1,
        help_text=_("Decide it now: with fewer, nothing can be concluded. It cannot be changed afterwards."),
    )
    began_on = DayField(label=_("Begins on"))

    def __init__(self, *args: Any, indicators: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].choices = [("", _("None")), *indicators]  # type: ignore[attr-defined]


class ConcludeForm(forms.Form):
    """What came of a test of change."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    volume = forms.IntegerField(label=_("How often it was tried"), min_value=0)
    ended_on = DayField(label=_("Ended on"))
    conclusion = forms.ChoiceField(
        label=_("Conclusion"),
        choices=ChangeTest.Conclusion.choices,
        widget=forms.RadioSelect,
        help_text=_("Below the least number it is “too few to conclude”, whatever you choose."),
    )
    words = _text(_("What you saw: advantages, disadvantages, what has to be in place"))
