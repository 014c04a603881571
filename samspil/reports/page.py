"""HTML pages that stand alone: one file with its style inside, no script and nothing fetched from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from samspil.reports.document import Bullets, Document, Facts, Paragraph, Row, Table
from samspil.reports.language import Language

TEMPLATES = Path(__file__).parent / "templates"


def environment(language: Language, folders: Sequence[Path] = ()) -> Environment:
    """Templates in a language: `base.html` and those of `folders`. Everything put into them is escaped.

    In a template `_` is the language: `{{ _("Practice") }}`, `{{ _.date(day) }}`, `{{ _.percent(share) }}`.
    """
    made = Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["_"] = language
    made.tests.update(
        {
            kind.__name__.lower(): (lambda block, kind=kind: isinstance(block, kind))
            for kind in (Paragraph, Bullets, Table, Facts, Row)
        }
    )
    return made


def render(template: str, language: Language, folders: Sequence[Path] = (), **values: object) -> str:
    """One template, `base.html` or one that extends it, with its values."""
    return environment(language, folders).get_template(template).render(**values)


def document_page(document: Document, language: Language) -> str:
    """A document as a page of its own."""
    return render("document.html", language, document=document)
