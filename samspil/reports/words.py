"""Figures in words: values with their intervals, or why there are none."""

from __future__ import annotations

from samspil.evaluation.figures import Difference, Estimate, Share, Unknown
from samspil.reports.language import Language

#: What stands in a table where a figure cannot be given, or is not shown.
NONE = "–"


def share(figure: Share | Estimate | Unknown, language: Language, digits: int = 1) -> str:
    """`43,5 % (39,2–47,9 %)`."""
    if isinstance(figure, Unknown):
        return NONE
    low, high = language.number(figure.low * 100, digits), language.percent(figure.high, digits)
    return f"{language.percent(figure.value, digits)} ({low}–{high})"


def number(figure: Estimate | Unknown, language: Language, digits: int) -> str:
    """`0,675 (0,651–0,699)`, with "to" between ends that may be negative."""
    if isinstance(figure, Unknown):
        return NONE
    low, high = language.number(figure.low, digits), language.number(figure.high, digits)
    between = language("{low} to {high}", low=low, high=high) if figure.low < 0 else f"{low}–{high}"
    return f"{language.number(figure.value, digits)} ({between})"


def difference(figure: Difference | Unknown, language: Language, digits: int = 3) -> str:
    """`+0,009 (0,000 til 0,018)`."""
    if isinstance(figure, Unknown):
        return NONE
    low, high = language.signed(figure.low, digits), language.signed(figure.high, digits)
    return f"{language.signed(figure.value, digits)} ({language('{low} to {high}', low=low, high=high)})"


def money(figure: Estimate | Unknown, language: Language) -> str:
    """`116.070 kr. (103.762–128.378 kr.)`."""
    if isinstance(figure, Unknown):
        return NONE
    low, high = language.number(figure.low), language.money(figure.high)
    if language.code == "en":
        low, high = language.money(figure.low), language.number(figure.high)
    return f"{language.money(figure.value)} ({low}–{high})"


def p_value(p: float, language: Language) -> str:
    """`p = 0,043`, `p < 0,001`."""
    return f"p < {language.number(0.001, 3)}" if p < 0.001 else f"p = {language.number(p, 3)}"


def whole(value: float, language: Language) -> str:
    """A count, with one decimal where persons were counted by expectation."""
    return language.number(value, 0 if float(value).is_integer() else 1)
