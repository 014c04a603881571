"""The PDF of the plan on paper: tagged, with all the words, fetching nothing, and not needed to print."""

from __future__ import annotations

import builtins
import re
import zlib

import pytest

from samspil.definitions import SamspilError
from samspil.plans import paper
from samspil.plans.actions import contacts, goals, sections
from tests import care
from tests.plans import made
from tests.plans.desk import Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    goals.add(desk.actor, desk.plan, words="Jeg vil gå i haven", domain="somatic", stated_by="citizen")
    contacts.add(desk.actor, desk.plan, name="Dorte Holm", relation="datter", phone="20 30 40 50")
    sections.write(desk.actor, desk.plan, "crisis_signs", 0, "Jeg går ikke ud")
    return desk


def text_of(pdf: bytes) -> str:
    """The words of a PDF: its glyphs read with the table of each of its fonts; in one of them they are right."""
    streams = list(_unpacked(pdf))
    shown = [
        "".join(part.decode() for part in re.findall(rb"<([0-9A-Fa-f]*)>", found)).lower()
        for stream in streams
        for found in re.findall(rb"\[(.*?)\]\s*TJ", stream, re.DOTALL)
    ]
    read = []
    for stream in streams:
        letters = {
            glyph.decode().lower(): bytes.fromhex(text.decode()).decode("utf-16-be", "replace")
            for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL)
            for glyph, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block)
        }
        if letters:
            read += ["".join(letters.get(glyph, "") for glyph in re.findall("....", glyphs)) for glyphs in shown]
    return "\n".join(read)


def pdf(desk):
    """The PDF as the doctor has it made."""
    desk.plan.refresh_from_db()
    return desk.client().post(desk.address("paper/print/"), {"version": desk.plan.version, "as": "pdf"})


def test_the_page_of_the_plan_leads_to_the_paper_those_who_may_print_it(desk):
    assert desk.address("paper/") in desk.client().get(desk.address()).content.decode()
    desk.shares()
    made.activity(desk.plan, "Besøg", desk.helper.organisation, holder=desk.helper.user)
    care.task(desk.citizen, desk.helper.organisation, desk.doctor.user, holder=desk.helper.user)
    page = desk.client(desk.helper).get(desk.address())
    assert page.status_code == 200
    assert desk.address("paper/") not in page.content.decode()


def test_the_pdf_is_tagged_and_has_the_words(desk):
    answer = pdf(desk)
    assert answer["Content-Type"] == "application/pdf"
    found = answer.content
    assert found.startswith(b"%PDF-")
    packed = b"".join(_unpacked(found))
    assert b"/StructTreeRoot" in found + packed
    assert b"pdfuaid" in found + packed
    text = text_of(found)
    for words in ("Karen Holm", "20 30 40 50", "haven", "Jeg går ikke ud"):
        assert words in text


def _unpacked(pdf: bytes):
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(found.group(1))
        except zlib.error:
            yield found.group(1)


def test_nothing_is_fetched_whatever_stands_in_a_plan(desk):
    with pytest.raises(ValueError, match="fetches nothing"):
        paper._only_fonts("http://127.0.0.1/secret")
    with pytest.raises(ValueError, match="fetches nothing"):
        paper._only_fonts("file:///etc/passwd")
    sections.write(desk.actor, desk.plan, "own_words", 0, '<img src="http://127.0.0.1/x"><style>@import "x"</style>')
    assert "<img" in text_of(pdf(desk).content)


def test_a_machine_without_pango_is_told_what_to_install(desk, monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **named):
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SamspilError, match="libpango"):
        paper.pdf_of("plans/_own_phone.html", {"phone": "65 12 34 56"})
    answer = pdf(desk)
    assert answer["Content-Type"].startswith("text/html")
    text = answer.content.decode()
    assert "Der kan ikke laves en PDF her" in text
    assert "Jeg vil gå i haven" in text
