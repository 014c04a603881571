"""A page of templates as a PDF, for paper. Nothing is fetched from anywhere while it is made but the fonts we have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from samspil.definitions import SamspilError

_FOLDER = "vendor/dkfds/fonts/IBMPlexSans/complete/woff2"


def pdf_of(template: str, context: Mapping[str, Any]) -> bytes:
    """The PDF of a template, tagged so that a screen reader reads it in order (PDF/UA-1).

    The template has its style in itself; the design system's font is there as `Plan`. Raises SamspilError where the
    machine lacks what PDFs are made with; a page can be printed all the same.
    """
    html = render_to_string(template, dict(context))
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise SamspilError(
            "PDFs need WeasyPrint and the library Pango; print the page instead. To have PDFs, install the library "
            "(Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)."
        ) from error
    fonts = FontConfiguration()
    sheet = CSS(string=_faces(), font_config=fonts, url_fetcher=_only_fonts)
    page = HTML(string=html, url_fetcher=_only_fonts)
    made: bytes = page.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    return made


def _only_fonts(url: str) -> Any:
    """The fonts of the design system, and nothing else: no text of a plan makes the server fetch anything."""
    from weasyprint.urls import URLFetcherResponse  # noqa: PLC0415

    known = {path.as_uri(): path for path in _font_files().values()}
    if url not in known:
        raise ValueError(f"a page on paper fetches nothing: {url}")
    return URLFetcherResponse(url, known[url].read_bytes(), {"Content-Type": "font/woff2"})


@cache
def _font_files() -> dict[str, Path]:
    """The design system's fonts by weight; none where the assets are not made, and then the machine's own are used."""
    found = {
        weight: finders.find(f"{_FOLDER}/IBMPlexSans-{name}.woff2")
        for weight, name in (("normal", "Regular"), ("bold", "SemiBold"))
    }
    return {weight: Path(path) for weight, path in found.items() if isinstance(path, str)}


def _faces() -> str:
    return "".join(
        f"@font-face {{ font-family: Plan; font-weight: {weight}; src: url({path.as_uri()}); }}\n"
        for weight, path in _font_files().items()
    )
