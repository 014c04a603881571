"""The form that the secretariat changes a service with: the fields of `services.yaml`, checked by the same rules."""

from __future__ import annotations

from typing import Any, get_args

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from samspil.access.forms.fields import TicksField
from samspil.access.models import Category, OrganisationKind
from samspil.plans.catalogue import arms_of, conditions_of, offered, own_catalogue, plain, read
from samspil.plans.programme import in_words
from samspil.programmes.services import Format, ProviderKind, Service

FORMATS: dict[str, Any] = {
    "individual": _("individual"),
    "small_group": _("small group"),
    "group": _("group"),
    "online": _("online"),
    "home": _("at home"),
}
UNITS = [
    ("working_days", _("working days")),
    ("days", _("days")),
    ("weeks", _("weeks")),
    ("months", _("months")),
]


def _text(label: Any, *, rows: int = 0, required: bool = True, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=required, help_text=help_text, max_length=4000, widget=widget)


class WhyForm(forms.Form):
    """Why a service is changed, and which version was seen."""

    number = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    why = _text(_("Why is it changed?"), help_text=_("It is kept with your name. Those who refer read it."))


class ServiceForm(WhyForm):
    """One service. What is left empty is not agreed, and is shown as such."""

    service = forms.CharField(
        label=_("Name in addresses and files"),
        max_length=50,
        help_text=_("Small letters and _ only, such as breathing_class. It is never changed."),
    )
    title_da = _text(_("Title in Danish"))
    title_en = _text(_("Title in English"))
    about_da = _text(_("What it is, said to the citizen, in Danish"), rows=4)
    about_en = _text(_("What it is, said to the citizen, in English"), rows=4)
    provider_kind = forms.ChoiceField(label=_("Who provides it"), choices=[])
    level = forms.ChoiceField(
        label=_("Level"),
        choices=[("", _("not stated")), ("basic", _("basic")), ("specialised", _("specialised"))],
        required=False,
    )
    needs = TicksField(label=_("Which needs does it meet?"))
    category = forms.ChoiceField(label=_("The kind of data it tells of"), choices=Category.choices)
    arms = TicksField(label=_("Target groups"), required=False, help_text=_("None is all of the programme."))
    bands = _text(_("Strata"), required=False, help_text=_("With commas between. Empty is all."))
    target_da = _text(_("For whom, in Danish"), required=False)
    target_en = _text(_("For whom, in English"), required=False)
    formats = TicksField(FORMATS.items(), label=_("Form"), required=False)
    start_number = forms.IntegerField(
        label=_("Has started within"), required=False, min_value=1, help_text=_("Empty: no deadline is agreed.")
    )
    start_unit = forms.ChoiceField(label=_("Counted in"), choices=UNITS, required=False)
    sessions = forms.IntegerField(
        label=_("Sessions at most"), required=False, min_value=1, help_text=_("Empty: no limit is agreed.")
    )
    sessions_per = forms.ChoiceField(
        label=_("In each"),
        choices=[("course", _("course")), ("calendar_year", _("calendar year"))],
        required=False,
    )
    price_dkk = forms.DecimalField(
        label=_("Price to the citizen, in kroner"), required=False, min_value=0, help_text=_("Empty: not stated.")
    )
    quality_da = _text(_("Quality, in Danish"), rows=2, required=False)
    quality_en = _text(_("Quality, in English"), rows=2, required=False)
    contact = _text(_("Contact"), required=False)
    municipality = _text(_("Only for citizens of the municipality"), required=False)
    information_da = _text(
        _("What the referral has to tell, in Danish"), rows=3, required=False, help_text=_("One thing on each line.")
    )
    information_en = _text(
        _("The same in English"), rows=3, required=False, help_text=_("As many lines, in the same order.")
    )
    open = _text(_("What is not settled yet"), rows=2, required=False, help_text=_("One thing on each line."))

    def __init__(self, data: Any = None, *, programme: str, service: Service | None = None, number: int = 0) -> None:
        super().__init__(data, initial={"number": number} | (_initial(service) if service is not None else {}))
        self.programme, self.before = programme, service
        kinds = [(kind, OrganisationKind(kind).label) for kind in get_args(ProviderKind)]
        self._choose("provider_kind", kinds)
        self._choose("needs", [(need.need, in_words(need.title)) for need in own_catalogue(programme).needs])
        self._choose("arms", [(arm, arm) for arm in sorted(arms_of(programme))])
        if service is not None:
            self.fields["service"].widget = forms.HiddenInput()
        others = [
            (each.service.service, in_words(each.service.title))
            for each in offered(programme)
            if service is None or each.service.service != service.service
        ]
        for condition in conditions_of(programme):
            self._warn(condition.condition, in_words(condition.title), others)
        self.order_fields([*(name for name in self.fields if name != "why"), "why"])

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _warn(self, condition: str, title: str, others: list[tuple[str, str]]) -> None:
        """Three fields for a condition that may speak against the service."""
        about = {"condition": title}
        rules = self.before.contraindications if self.before is not None else ()
        rule = next((each for each in rules if each.condition == condition), None)
        self.fields[f"against_{condition}_da"] = _text(
            _("Why %(condition)s speaks against it, in Danish") % about,
            required=False,
            help_text=_("Empty: it does not."),
        )
        self.fields[f"against_{condition}_en"] = _text(_("The same in English"), required=False)
        self.fields[f"against_{condition}_instead"] = TicksField(
            others, label=_("Instead, when there is %(condition)s") % about, required=False
        )
        if rule is not None:
            self.initial[f"against_{condition}_da"] = rule.why.da
            self.initial[f"against_{condition}_en"] = rule.why.en
            self.initial[f"against_{condition}_instead"] = list(rule.alternatives)

    def clean(self) -> dict[str, Any]:
        """The same rules as for the file, each fault at the field that holds it."""
        given = super().clean() or {}
        if not self.errors:
            _found, faults = read(self.programme, self.content())
            for place, cause in faults:
                self.add_error(self._field_of(place), cause)
        return given

    def _field_of(self, place: str) -> str | None:
        """The field where what stands at a place of the definition is typed."""
        first, _dot, rest = place.partition(".")
        if place in _FIELDS:
            return _FIELDS[place]
        name = f"{first}_{rest}" if f"{first}_{rest}" in self.fields else _FIELDS.get(first, first)
        if name == "contraindications":
            return next((each for each in self.fields if each.startswith("against_")), None)
        return name if name in self.fields else None

    def content(self) -> dict[str, Any]:
        """The service as plain values, in the form of `services.yaml`. What was not on the form stays as it was."""
        given = self.cleaned_data
        before = plain(self.before) if self.before is not None else {}
        agreed = f"agreed {timezone.localdate().isoformat()}"
        found: dict[str, Any] = {
            "service": given["service"],
            "title": _both(given, "title"),
            "about": _both(given, "about"),
            "provider_kind": given["provider_kind"],
            "level": given["level"] or None,
            "arms": given["arms"],
            "bands": [band.strip() for band in given["bands"].split(",") if band.strip()],
            "new": before.get("new"),
            "course": before.get("course"),
            "needs": given["needs"],
            "target": _both(given, "target"),
            "category": given["category"],
            "start": self._dated("start", {"number": given["start_number"], "unit": given["start_unit"]}, agreed),
            "sessions": self._dated("sessions", {"sessions": given["sessions"], "per": given["sessions_per"]}, agreed),
            "price_dkk": given["price_dkk"],
            "quality": _both(given, "quality"),
            "contact": given["contact"] or None,
            "formats": given["formats"],
            "information": _pairs(given["information_da"], given["information_en"]),
            "contraindications": self._against(agreed),
            "municipality": given["municipality"] or None,
            "open": _lines(given["open"]),
            "source": before.get("source", agreed),
        }
        return {name: value for name, value in found.items() if value is not None}

    def _dated(self, name: str, now: dict[str, Any], agreed: str) -> dict[str, Any] | None:
        """A number with its source: the report's as long as it says the same, else the day it was agreed."""
        if next(iter(now.values())) is None:
            return None
        before = getattr(self.before, name) if self.before is not None else None
        kept = before.model_dump(mode="json") if before is not None else {}
        same = all(kept.get(key) == value for key, value in now.items())
        return {**kept, **now, "source": kept["source"] if same else agreed}

    def _against(self, agreed: str) -> list[dict[str, Any]]:
        kept = {each.condition: each for each in self.before.contraindications} if self.before is not None else {}
        found = []
        for condition in conditions_of(self.programme):
            name, given = f"against_{condition.condition}", self.cleaned_data
            if not given[f"{name}_da"] and not given[f"{name}_en"] and not given[f"{name}_instead"]:
                continue
            before = kept.get(condition.condition)
            found.append(
                {
                    "condition": condition.condition,
                    "why": {"da": given[f"{name}_da"], "en": given[f"{name}_en"]},
                    "alternatives": given[f"{name}_instead"],
                    "source": before.source if before is not None else agreed,
                }
            )
        return found


#: Places of a definition whose field is called something else.
_FIELDS = {
    "start": "start_number",
    "start.number": "start_number",
    "sessions": "sessions",
    "sessions.sessions": "sessions",
    "sessions.per": "sessions_per",
    "title": "title_da",
    "about": "about_da",
    "target": "target_da",
    "quality": "quality_da",
    "information": "information_en",
}


def _both(given: dict[str, Any], name: str) -> dict[str, str] | None:
    """A text in both languages; None when neither is there."""
    da, en = given[f"{name}_da"].strip(), given[f"{name}_en"].strip()
    return {"da": da, "en": en or da} if da or en else None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pairs(danish: str, english: str) -> list[dict[str, str]]:
    """Lines side by side; a line without its English keeps the Danish."""
    da, en = _lines(danish), _lines(english)
    return [{"da": line, "en": en[number] if number < len(en) else line} for number, line in enumerate(da)]


def _initial(service: Service) -> dict[str, Any]:
    """The fields of a service as they are."""
    texts = {"title": service.title, "about": service.about, "target": service.target, "quality": service.quality}
    found: dict[str, Any] = {
        f"{name}_{language}": getattr(text, language) if text is not None else ""
        for name, text in texts.items()
        for language in ("da", "en")
    }
    for language in ("da", "en"):
        found[f"information_{language}"] = "\n".join(getattr(each, language) for each in service.information)
    start, sessions = service.start, service.sessions
    return found | {
        "service": service.service,
        "provider_kind": service.provider_kind,
        "level": service.level or "",
        "needs": list(service.needs),
        "category": service.category,
        "arms": list(service.arms),
        "bands": ", ".join(service.bands),
        "formats": list(service.formats),
        "start_number": start.number if start is not None else None,
        "start_unit": start.unit if start is not None else "working_days",
        "sessions": sessions.sessions if sessions is not None else None,
        "sessions_per": sessions.per if sessions is not None else "course",
        "price_dkk": service.price_dkk,
        "contact": service.contact or "",
        "municipality": service.municipality or "",
        "open": "\n".join(service.open),
    }


assert set(FORMATS) == set(get_args(Format)), "every format has its words"
