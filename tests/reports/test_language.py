"""The languages of reports: numbers, dates and complete translations."""

from __future__ import annotations

import ast
import datetime as dt
import re
from decimal import Decimal
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from samspil.evaluation.effects.estimate import Design, Limit, Verdict
from samspil.evaluation.figures import Reason, Unknown
from samspil.reports import page
from samspil.reports.language import LOCALE, Language

DANISH, ENGLISH = Language("da"), Language("en")


def sentences() -> set[str]:
    """Every sentence that the code, the templates and the words of evaluation ask a language for."""
    found = {each.value for kind in (Reason, Design, Limit, Verdict) for each in kind}
    for path in page.TEMPLATES.parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute) and node.args:
                (first, *_) = node.args
                called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if (
                    called in {"language", "words", "spoken"}
                    and isinstance(first, ast.Constant)
                    and isinstance(first.value, str)
                ):
                    found.add(first.value)
    for template in page.TEMPLATES.glob("*.html"):
        found |= set(re.findall(r'\b_\("([^"]+)"', template.read_text(encoding="utf-8")))
    return found


def danish() -> dict[str, str]:
    with (LOCALE / "da" / "LC_MESSAGES" / "samspil.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale="da") if message.id}


def test_every_sentence_has_its_danish_and_no_danish_is_left_over() -> None:
    translated = {sentence for sentence, text in danish().items() if text}
    assert sentences() - translated == set()
    assert set(danish()) - sentences() == set()


def test_translations_mention_the_same_values() -> None:
    for sentence, text in danish().items():
        mentioned, kept = ({name for _, name, _, _ in Formatter().parse(part) if name} for part in (sentence, text))
        assert mentioned == kept, sentence


@pytest.mark.parametrize(
    ("value", "digits", "in_danish", "in_english"),
    [
        (1234.56, 1, "1.234,6", "1,234.6"),
        (-0.04, 1, "0,0", "0.0"),
        (-12.3, 1, "−12,3", "−12.3"),
        (Decimal("145802779.18"), 0, "145.802.779", "145,802,779"),
        (0.125, 2, "0,12", "0.12"),
        (3, 0, "3", "3"),
    ],
)
def test_numbers(value: float | Decimal, digits: int, in_danish: str, in_english: str) -> None:
    assert DANISH.number(value, digits) == in_danish
    assert ENGLISH.number(value, digits) == in_english


def test_shares_money_and_dates() -> None:
    assert DANISH.percent(0.435) == "43,5\u00a0%"
    assert ENGLISH.percent(0.435) == "43.5%"
    assert DANISH.money(116070.4) == "116.070\u00a0kr."
    assert ENGLISH.money(116070.4) == "DKK\u00a0116,070"
    assert DANISH.date(dt.date(2015, 3, 1)) == "01-03-2015"
    assert ENGLISH.date(dt.date(2015, 3, 1)) == "1 March 2015"
    assert [DANISH.signed(value, 1) for value in (0.24, 0.0, -0.01, -0.3)] == ["+0,2", "0,0", "0,0", "−0,3"]


def test_reasons_in_words() -> None:
    early = Unknown.because(
        Reason.ENDS_EARLY, source="hospital", until=dt.date(2015, 9, 30), horizon_ends=dt.date(2016, 1, 31)
    )
    assert DANISH.reason(early, {"hospital": "Landspatientregisteret"}) == (
        "data fra »Landspatientregisteret« slutter 30-09-2015, og horisonten slutter 31-01-2016"
    )
    assert ENGLISH.reason(Unknown.because(Reason.FEW_EVENTS, events=1, needed=5)) == (
        "there are too few persons with the outcome (1; at least 5 are needed)"
    )
