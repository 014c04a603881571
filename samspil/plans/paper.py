"""A page of templates as a PDF, for paper. Nothing is fetched from anywhere while it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from django.template.loader import render_to_string

from samspil.definitions import SamspilError


def pdf_of(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a template, which has its style in itself.

    Raises SamspilError where the machine lacks what PDFs are made with; a page can be printed all the same.
    """
    html = render_to_string(template, dict(context))
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise SamspilError("PDFs need WeasyPrint and the library Pango; print the page instead") from error
    made: bytes = HTML(string=html, url_fetcher=_nothing_from_outside).write_pdf()
    return made


def _nothing_from_outside(url: str, *_args: object, **_options: object) -> NoReturn:
    raise ValueError(f"a page on paper fetches nothing: {url}")
