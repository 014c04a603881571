"""The report of a study: did it help, and what did it cost? Danish or English, HTML or PDF, the answer first.

The same result and language always give the same bytes. Effects are not shown where those compared are not alike:
see `evaluation.shown`.
"""

from __future__ import annotations

from samspil.evaluation.study_result import StudyResult
from samspil.reports import markdown
from samspil.reports.document import Document
from samspil.reports.evaluation.answer import answer
from samspil.reports.evaluation.carried_out import carried_out
from samspil.reports.evaluation.comparable import comparable
from samspil.reports.evaluation.economy import economy
from samspil.reports.evaluation.effects import effects
from samspil.reports.evaluation.in_words import Teller
from samspil.reports.evaluation.method import method
from samspil.reports.evaluation.shown import as_shown
from samspil.reports.evaluation.stated import stated
from samspil.reports.language import Code, Language
from samspil.reports.page import document_page
from samspil.reports.pdf import pdf_of


def to_html(result: StudyResult, language: Code) -> str:
    """The report as one HTML file that needs nothing else."""
    spoken = Language(language)
    return document_page(document(result, spoken), spoken)


def to_markdown(result: StudyResult, language: Code) -> str:
    """The report as Markdown, with the numbers of each chart in place of the chart."""
    return markdown.to_markdown(document(result, Language(language)))


def to_pdf(html: str, name: str) -> bytes:
    """The report of `to_html` on paper; `name` identifies the file, and is the run's. See `pdf.pdf_of`."""
    return pdf_of(html, name)


def document(result: StudyResult, language: Language) -> Document:
    """The answer, what it rests on, effects, economy, implementation, what people say, and how it was done."""
    teller = Teller(as_shown(result), language)
    study = result.study
    return Document(
        title=language.text(study.title),
        subtitle=language(
            "{programme}. Study {study}, version {version} ({fingerprint}). Analysis date {day}, data until {until}."
            " Run {run}.",
            programme=teller.names.programme(),
            study=study.study,
            version=study.version,
            fingerprint=result.registration.fingerprint[:12],
            day=language.date(study.analysis_date),
            until=language.date(result.data_until),
            run=result.run,
        ),
        sections=(
            answer(teller),
            comparable(teller),
            effects(teller),
            economy(teller),
            carried_out(teller),
            stated(teller),
            method(teller),
        ),
    )
