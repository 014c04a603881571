"""Codes and texts of this room in the language of who reads the page."""

from __future__ import annotations

from django import template
from django.utils.translation import get_language

from samspil.access import words
from samspil.programmes.schema import Text

register = template.Library()
register.filter("sector_words", words.sector)
register.filter("category_words", words.category)


@register.filter
def said(text: Text) -> str:
    """A text of a definition."""
    return text.da if (get_language() or "da").startswith("da") else text.en
