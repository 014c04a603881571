"""The languages of reports: sentences by gettext, and numbers, shares, money and dates as each language writes them.

The sentences in the code are English; `locale/<code>/LC_MESSAGES/samspil.po` holds the others and is read as it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from samspil.evaluation.figures import Unknown

LOCALE = Path(__file__).parent / "locale"
Code = Literal["da", "en"]

_NO_BREAK = "\u00a0"
_MINUS = "\u2212"
_LOCALES = {"da": Locale("da"), "en": Locale("en", "GB")}


class Language:
    """One language of the interface. `Language("da")("{count} persons", count=…)` is a sentence in Danish."""

    def __init__(self, code: Code) -> None:
        self.code: Code = code
        self._locale = _LOCALES[code]
        self._catalog = _catalog(code)

    def __call__(self, sentence: str, **values: object) -> str:
        """The sentence in this language, with its values put in."""
        message = self._catalog.get(sentence)
        translated = message.string if message is not None and isinstance(message.string, str) else ""
        return (translated or sentence).format(**values)

    def text(self, by_language: Mapping[str, str] | object) -> str:
        """A text that comes in both languages, such as a model's title."""
        if isinstance(by_language, Mapping):
            return str(by_language.get(self.code) or next(iter(by_language.values())))
        return str(getattr(by_language, self.code))

    def number(self, value: float | Decimal, digits: int = 0) -> str:
        """A number with so many decimals: `1.234,5` in Danish, `1,234.5` in English."""
        # Rounded first, so that what is rounded to zero has no sign.
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
        pattern = "#,##0." + "0" * digits if digits else "#,##0"
        shown: str = format_decimal(abs(rounded), format=pattern, locale=self._locale)
        return f"{_MINUS}{shown}" if rounded < 0 else shown

    def signed(self, value: float, digits: int = 0) -> str:
        """A number with its sign, plus included."""
        shown = self.number(value, digits)
        return shown if shown.startswith(_MINUS) or round(value, digits) == 0 else f"+{shown}"

    def percent(self, share: float, digits: int = 1) -> str:
        """A share: `43,5 %` in Danish, `43.5%` in English."""
        shown = self.number(share * 100, digits)
        return f"{shown}{_NO_BREAK}%" if self.code == "da" else f"{shown}%"

    def money(self, kroner: float | Decimal) -> str:
        """Whole kroner: `116.070 kr.` in Danish, `DKK 116,070` in English."""
        shown = self.number(kroner)
        return f"{shown}{_NO_BREAK}kr." if self.code == "da" else f"DKK{_NO_BREAK}{shown}"

    def date(self, day: dt.date) -> str:
        """`15-10-2014` in Danish, `15 October 2014` in English."""
        if self.code == "da":
            return day.strftime("%d-%m-%Y")
        return f"{day.day} {self._locale.months['format']['wide'][day.month]} {day.year}"

    def reason(self, unknown: Unknown, titles: Mapping[str, str] | None = None) -> str:
        """Why a figure is unknown, in words. `titles` are what sources are called."""
        named = titles or {}
        mentions = {
            name: self.date(value)
            if isinstance(value, dt.date)
            else self.number(value)
            if isinstance(value, int)
            else named.get(str(value), str(value))
            for name, value in unknown.mentions.items()
        }
        return self(unknown.reason.value, **mentions)


@cache
def _catalog(code: Code) -> Catalog:
    with (LOCALE / code / "LC_MESSAGES" / "samspil.po").open("rb") as file:
        return read_po(file, locale=code)
