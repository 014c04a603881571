"""A report on paper: the page as a PDF with page numbers. Nothing is fetched; the same page gives the same bytes."""

from __future__ import annotations

from typing import Any

from samspil.definitions import SamspilError
from samspil.reports.page import TEMPLATES


def pdf_of(html: str, name: str) -> bytes:
    """The PDF of a page, tagged so that a screen reader reads it in order (PDF/UA-1).

    `name` identifies the file in place of a random number. Raises SamspilError where the machine lacks what PDFs are
    made with; the page can be printed all the same.
    """
    try:
        from weasyprint import HTML  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise SamspilError(
            "PDFs need WeasyPrint and the library Pango; print the page instead. To have PDFs, install the library "
            "(Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0)."
        ) from error
    style = (TEMPLATES / "paper.css").read_text(encoding="utf-8")
    # Last in the page, so that it goes before the page's own style.
    page = HTML(string=html.replace("</head>", f"<style>{style}</style></head>", 1), url_fetcher=_nothing)
    made: bytes = page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=name.encode())
    return made


def _nothing(url: str) -> Any:
    """A report holds all it needs: no text in it makes the machine fetch anything."""
    raise ValueError(f"a report on paper fetches nothing: {url}")
