"""Effects in words and numbers, as every chapter of the report says them."""

from __future__ import annotations

import datetime as dt

from samspil.evaluation.effects.estimate import Effect, Verdict
from samspil.evaluation.figures import Difference, Unknown
from samspil.evaluation.study_result import StudyResult
from samspil.programmes.study import Aim, Direction, StudyOutcome
from samspil.reports import words
from samspil.reports.evaluation.cells import Cells
from samspil.reports.evaluation.names import Names
from samspil.reports.language import Language
from samspil.reports.small_cells import small

#: What a reason mentions that counts persons.
_COUNTS = ("persons", "events", "non_events")


class Teller:
    """What chapters share: the result, its language, what things are called and how counts are printed."""

    def __init__(self, result: StudyResult, language: Language) -> None:
        self.result, self.language = result, language
        self.names, self.cells = Names(result, language), Cells(result.few, language)

    @property
    def held_back(self) -> Verdict | None:
        """Why nothing may be said yet of the study's effects, nor of what is made of them: too early, or too few."""
        said_of = {found.verdict for found in self.result.outcomes}
        return next((each for each in (Verdict.TOO_EARLY, Verdict.TOO_FEW) if each in said_of), None)

    def reason(self, unknown: Unknown) -> str:
        """Why a figure is unknown, without telling how few persons there are."""
        shown = {
            name: self.cells.too_few
            if type(value) is int and small(value, self.result.few) and name in _COUNTS
            else value
            for name, value in unknown.mentions.items()
        }
        return self.language.reason(Unknown.because(unknown.reason, **shown), self.names.sources)

    def not_measured(self, unknown: Unknown | None = None) -> str:
        """What stands for a figure that there is none of, with the reason where there is one."""
        words = self.language
        return words("not measured") if unknown is None else words("not measured: {why}", why=self.reason(unknown))

    def verdict(self, verdict: Verdict) -> str:
        """What may be said of an effect, in a table."""
        return self.language(verdict.value)

    def aim(self, aim: Aim) -> str:
        """One of the three aims."""
        words = self.language
        return {
            "health": words("Health"),
            "experience": words("Experience"),
            "cost": words("Cost per citizen"),
        }[aim]

    def hoped(self, direction: Direction) -> str:
        """Which way an outcome was hoped to move."""
        words = self.language
        return {
            "fewer": words("a decrease"),
            "more": words("an increase"),
            "either": words("no particular direction"),
        }[direction]

    def enrolled_and_compared(self, effect: Effect) -> str:
        """How many an effect rests on: `412 / 1.180`."""
        return f"{self.cells.count(effect.treated)} / {self.cells.count(effect.comparison)}"

    def effect(self, effect: Effect | Unknown) -> str:
        """An effect with its interval; the reason where there is none."""
        if isinstance(effect, Unknown):
            return self.reason(effect)
        if self._few(effect):
            return self.language("too few")
        return interval(effect.estimate, effect.scale, digits(effect), self.language)

    def _few(self, effect: Effect) -> bool:
        # A design without comparison compares with nobody, which tells of nobody.
        return effect.treated < self.result.few or small(effect.comparison, self.result.few)


def digits(effect: Effect) -> int:
    """How many decimals are worth printing: the fewer, the larger the numbers are."""
    if effect.scale != "rate":
        return 2 if effect.scale == "ratio" else 1
    estimate = effect.estimate
    largest = max(abs(each) for each in (estimate.value, estimate.low, estimate.high))
    return 0 if largest >= 100 else 1 if largest >= 10 else 2


def interval(estimate: Difference, scale: str, places: int, language: Language) -> str:
    """`−0,42 (−0,80 til −0,04)`, a ratio without signs, a share in percentage points."""
    if scale == "ratio":
        return words.number(estimate, language, places)
    factor = 100 if scale == "share" else 1
    value, low, high = (
        language.signed(each * factor, places) for each in (estimate.value, estimate.low, estimate.high)
    )
    shown = f"{value} ({language('{low} to {high}', low=low, high=high)})"
    return language("{value} percentage points", value=shown) if scale == "share" else shown


def finding(outcome: StudyOutcome, effect: Effect, teller: Teller) -> str:
    """How much lower or higher an outcome is than those compared lead to expect."""
    language, estimate = teller.language, effect.estimate
    values = {
        "outcome": language.text(outcome.title),
        "amount": language.number(abs(estimate.value), digits(effect)),
        "unit": language.text(outcome.unit),
        "interval": language(
            "{low} to {high}",
            low=language.signed(estimate.low, digits(effect)),
            high=language.signed(estimate.high, digits(effect)),
        ),
    }
    if estimate.value < 0:
        return language(
            "{outcome}: {amount} {unit} lower than those compared lead one to expect (95% interval {interval}).",
            **values,
        )
    return language(
        "{outcome}: {amount} {unit} higher than those compared lead one to expect (95% interval {interval}).", **values
    )


def said(verdict: Verdict, direction: Direction, teller: Teller, aim: Aim = "health") -> str:
    """A verdict as a sentence. A cost that rose is told as what it is: a normal result (001 R-EVAL-01)."""
    language = teller.language
    hoped = teller.hoped(direction)
    sentence = {
        Verdict.BETTER: language("This is what was hoped for: {hoped}.", hoped=hoped),
        Verdict.WORSE: language("This goes against what was hoped for: {hoped}.", hoped=hoped),
        Verdict.CHANGED: language("It has changed; nothing was hoped for either way."),
        Verdict.UNDETERMINED: language("Undetermined: an effect is neither shown nor excluded."),
        Verdict.TOO_EARLY: language("Too early to tell: the figure is preliminary and may turn."),
        Verdict.TOO_FEW: language("Cannot be told: too few citizens or practices."),
        Verdict.NOT_COMPARABLE: language("Cannot be told: those compared are not alike enough."),
        Verdict.UNKNOWN: language("Not measured."),
    }[verdict]
    if verdict == Verdict.WORSE and aim == "cost":
        return f"{sentence} {language('A higher cost is a normal result, and is told like any other.')}"
    return sentence


def day(value: dt.date | None, language: Language) -> str:
    """A day, or what stands where there is none."""
    return words.NONE if value is None else language.date(value)
