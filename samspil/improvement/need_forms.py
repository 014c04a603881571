"""Forms of what a citizen needs: only the fields that are open to who fills them in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from samspil.access.paging import to_number
from samspil.improvement.actions.assessing import BEARINGS, IntegrationGiven, Look, Made, SquareGiven
from samspil.improvement.bulletins import said
from samspil.improvement.models import NeedAssessment
from samspil.improvement.need_levels import level_words
from samspil.improvement.need_words import bearing_words
from samspil.improvement.needs import COMPLEXITY, SELF_CARE
from samspil.improvement.queries.needs import Asked
from samspil.programmes.segment_rules import Profession

#: What a form takes of words, and of the largest degree of complexity.
LONG, SHORT, MOST = 2000, 300, 99


class NeedForm(forms.Form):
    """What every assessment says. `known` is the newest assessment that was there when the page was shown."""

    known = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    profession = forms.CharField(max_length=30, widget=forms.HiddenInput)
    method = forms.ChoiceField(
        label=_("How do you assess?"),
        choices=[(code, capfirst(label)) for code, label in NeedAssessment.Method.choices],
        widget=forms.RadioSelect,
        help_text=_("Your own judgement is as welcome as an instrument. It is shown which of them it was."),
    )
    occasion = forms.ChoiceField(label=_("Why now?"))

    def __init__(self, *args: Any, asked: Asked, profession: Profession, **kwargs: Any) -> None:
        initial = {"known": asked.known, "profession": profession.profession}
        super().__init__(*args, **kwargs)
        self.initial = initial
        self.asked, self.of = asked, profession
        self._choices("occasion", [(each.occasion, said(each.title)) for each in asked.rules.assessing.occasions])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def open(self, *, clinical: bool) -> bool:
        """Whether a field is for the profession that assesses."""
        return self.of.clinical or not clinical

    def sent(self, name: str) -> str:
        """What was sent, also under a name that is not offered: the action refuses it, and it is not passed over."""
        return str(self.cleaned_data.get(name) or "") if name in self.fields else str(self.data.get(name, ""))

    @property
    def made(self) -> Made:
        given = self.cleaned_data
        return Made(given["method"], given["profession"], given["occasion"])


class WithdrawForm(forms.Form):
    """Taking an assessment back."""

    reason = forms.CharField(label=_("Why is it taken back?"), max_length=LONG)


class SquareForm(NeedForm):
    """Complexity and self-care, as far as the sector works with them."""

    instrument = forms.CharField(
        label=_("Which instrument"),
        required=False,
        max_length=100,
        help_text=_("When you used one, such as PAM-13. A side that it does not measure is assessed by itself."),
    )
    score = forms.DecimalField(
        label=_("Its score"), required=False, min_value=0, max_digits=8, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}), localize=True,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, axis in self.asked.reach.axes.items():
            if self.open(clinical=axis.clinical):
                self.fields[name] = forms.ChoiceField(
                    label=said(axis.title),
                    choices=[("low", said(axis.low)), ("high", said(axis.high)), ("", gettext("Not assessed"))],
                    widget=forms.RadioSelect,
                    required=False,
                    initial="",
                )
        self.inputs = [each for each in self.asked.reach.inputs if self.open(clinical=each.clinical)]
        for each in self.inputs:
            self.fields[f"input_{each.input}"] = forms.ChoiceField(
                label=said(each.title),
                choices=[("", gettext("not looked at")), *((code, bearing_words(code)) for code in BEARINGS)],
                required=False,
            )
            if not each.recorded:
                self.fields[f"words_{each.input}"] = forms.CharField(
                    label=gettext("What was seen"), required=False, max_length=SHORT
                )

    @property
    def sides(self) -> list[BoundField]:
        """The axes that are asked about."""
        return [self[name] for name in (COMPLEXITY, SELF_CARE) if name in self.fields]

    @property
    def looks(self) -> list[tuple[str, BoundField, BoundField | None, str]]:
        """What can be looked at: its title, what it does, what was seen, or what is known already."""
        citizen = self.asked.citizen
        recorded = {
            "age": gettext("%(age)s years") % {"age": citizen.age(timezone.localdate())},
            "sex": citizen.get_sex_display(),
        }
        return [
            (
                said(each.title),
                self[f"input_{each.input}"],
                None if each.recorded else self[f"words_{each.input}"],
                recorded.get(each.input, ""),
            )
            for each in self.inputs
        ]

    def clean(self) -> dict[str, Any]:
        """Words about something say what it means for self-care, too."""
        given = super().clean() or self.cleaned_data
        for each in self.inputs:
            if given.get(f"words_{each.input}") and not given.get(f"input_{each.input}"):
                self.add_error(f"input_{each.input}", gettext("Say what it means for self-care."))
        return given

    def given(self) -> SquareGiven:
        """What was filled in."""
        data, every = self.cleaned_data, self.asked.rules.square.self_care_inputs
        return SquareGiven(
            complexity=self.sent(COMPLEXITY) or None,
            self_care=self.sent(SELF_CARE) or None,
            inputs={
                each.input: Look(self.sent(f"input_{each.input}"), self.sent(f"words_{each.input}")[:SHORT])
                for each in every
                if self.sent(f"input_{each.input}")
            },
            instrument=data["instrument"],
            score=data["score"],
        )


class IntegrationForm(NeedForm):
    """Six characteristics, three kinds of complexity, and the level."""

    level = forms.ChoiceField(label=_("Level"), required=False, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why another level than the proposed one"), required=False, max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("More than is needed is costly, and a burden to those who manage by themselves."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table, reach = self.asked.rules.integration, self.asked.reach
        self.row_names = [each.row for each in reach.rows if self.open(clinical=each.clinical)]
        for row in reach.rows:
            if row.row in self.row_names:
                self.fields[f"row_{row.row}"] = forms.ChoiceField(
                    label=said(row.title),
                    choices=[*((each.value, said(each.title)) for each in row.values), ("", gettext("not known"))],
                    widget=forms.RadioSelect,
                    required=False,
                    initial="",
                )
        self.kinds = [each for each in reach.dimensions if self.open(clinical=each.clinical)]
        for each in self.kinds:
            self.fields[f"degree_{each.dimension}"] = forms.IntegerField(
                label=said(each.title), required=False, min_value=0, max_value=MOST, help_text=said(each.about),
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            self.fields[f"evidence_{each.dimension}"] = forms.CharField(
                label=gettext("What it is seen from"), required=False, max_length=SHORT
            )
        levels = [(each.level, level_words(each.level, table)) for each in table.levels]
        self._choices("level", [("", gettext("The one that is proposed")), *levels])

    @property
    def rows(self) -> list[BoundField]:
        """The characteristics that are asked about."""
        return [self[f"row_{name}"] for name in self.row_names]

    @property
    def degrees(self) -> list[tuple[BoundField, BoundField]]:
        """The kinds of complexity, each with its evidence."""
        return [(self[f"degree_{each.dimension}"], self[f"evidence_{each.dimension}"]) for each in self.kinds]

    def given(self) -> IntegrationGiven:
        """What was filled in."""
        table = self.asked.rules.integration
        return IntegrationGiven(
            rows={each.row: self.sent(f"row_{each.row}") or None for each in table.rows},
            complexity={each.dimension: self._degree(each.dimension) for each in table.dimensions},
            evidence={each.dimension: self.sent(f"evidence_{each.dimension}")[:SHORT] for each in table.dimensions},
            level=self.cleaned_data["level"],
            reason=self.cleaned_data["reason"],
        )

    def _degree(self, dimension: str) -> int | None:
        name = f"degree_{dimension}"
        if name in self.fields:
            return self.cleaned_data.get(name)
        return to_number(self.data.get(name, ""))
