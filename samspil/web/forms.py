"""How forms look in the Danish design system, without a word about it in any form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.forms.widgets import Input

_CHOICES = forms.RadioSelect | forms.CheckboxSelectMultiple
_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "form-checkbox"),
    (forms.RadioSelect, "form-radio"),
    (forms.CheckboxInput, "form-checkbox"),
    (forms.Select, "form-select"),
    (forms.Textarea, "form-input"),
    (forms.HiddenInput, ""),
    (Input, "form-input"),
)


class DesignedField(BoundField):
    """A field whose control has the design system's class, and no placeholder: labels say what a field is for."""

    def as_widget(
        self, widget: forms.Widget | None = None, attrs: dict[str, Any] | None = None, only_initial: bool = False
    ) -> Any:
        used = widget or self.field.widget
        if isinstance(used, _CHOICES):
            used.template_name = "web/forms/choices.html"
        return super().as_widget(used, attrs, only_initial)

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        found: dict[str, Any] = super().build_widget_attrs(attrs, widget)
        used = widget or self.field.widget
        design = next((name for kind, name in _CLASSES if isinstance(used, kind)), "")
        names = " ".join(filter(None, (used.attrs.get("class", ""), design)))
        return found | {"placeholder": False} | ({"class": names} if names else {})

    @property
    def is_single_checkbox(self) -> bool:
        """Its label stands behind it."""
        return isinstance(self.field.widget, forms.CheckboxInput)


class Renderer(DjangoTemplates):
    """Renders `{{ form }}` and `{{ field.as_field_group }}`."""

    form_template_name = "web/forms/form.html"
    field_template_name = "web/forms/field.html"
    bound_field_class = DesignedField
