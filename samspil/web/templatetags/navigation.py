"""The menu, as a template tag."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from samspil.web.navigation import Item, menu_of

register = template.Library()


@register.simple_tag(takes_context=True)
def menu(context: Context) -> list[Item]:
    """The places that whoever is acting can go to."""
    request: Any = context.get("request")
    if request is None or not hasattr(request, "actor"):
        return []
    return menu_of(request)
