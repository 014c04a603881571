"""Counts and shares of persons as a report of a study prints them: none small, none found by subtraction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samspil.evaluation.figures import Share, Unknown
from samspil.population.cohorts import Step
from samspil.reports import words
from samspil.reports.language import Language
from samspil.reports.small_cells import small


class Cells:
    """How the counts of one report are printed. `few` is the least number of persons that is printed, but for zero."""

    def __init__(self, few: int, language: Language) -> None:
        self._few, self._language = few, language

    def count(self, number: float) -> str:
        """A count that stands alone: `12`, or `fewer than 5`."""
        return self.too_few if small(number, self._few) else self._language.number(number)

    @property
    def too_few(self) -> str:
        """What stands where a count is too small."""
        language = self._language
        return language("fewer than {few}", few=self._few)

    def parts(self, counts: Mapping[str, int]) -> dict[str, str]:
        """Counts that add up to a known total: a lone small one takes the smallest of the others with it."""
        hidden = hidden_parts(list(counts.values()), self._few)
        return {
            name: self._part(count) if place in hidden else self._language.number(count)
            for place, (name, count) in enumerate(counts.items())
        }

    def _part(self, count: int) -> str:
        language = self._language
        return self.too_few if small(count, self._few) else language("not shown")

    def share(self, figure: Share | Unknown, digits: int = 0) -> str:
        """A share with its interval; "too few" where it or what is left of it would speak of few persons."""
        if isinstance(figure, Unknown):
            return words.NONE
        language = self._language
        return language("too few") if self.speaks_of_few(figure) else words.share(figure, language, digits)

    def of(self, figure: Share | Unknown) -> str:
        """The numerator and denominator of a share: `41 of 120`."""
        if isinstance(figure, Unknown):
            return words.NONE
        language = self._language
        if self.speaks_of_few(figure):
            return language("too few")
        part, whole = language.number(figure.numerator), language.number(figure.denominator)
        return language("{part} of {whole}", part=part, whole=whole)

    def speaks_of_few(self, figure: Share) -> bool:
        """Whether a share tells of fewer persons than are printed."""
        part, whole = figure.numerator, figure.denominator
        return whole < self._few or small(part, self._few) or small(whole - part, self._few)

    def steps(self, steps: Sequence[Step]) -> list[tuple[str, str, str, str]]:
        """Of each criterion: who was left out by it, who could not be judged, who was left, and who it costs alone.

        Those lost add up with those left to those before, so that two are hidden where one must be, and what is left is
        not printed between them.
        """
        lost = [step.lost + step.unknown for step in steps]
        hidden = hidden_parts(lost, self._few)
        first, last = min(hidden, default=len(steps)), max(hidden, default=-1)
        rows = []
        for place, step in enumerate(steps):
            between = first <= place < last
            alone = max(step.without - steps[-1].after, 0)
            if place in hidden:
                of_lost, of_unknown, of_alone = self._part(lost[place]), words.NONE, self._part(alone)
            else:
                both = self.parts({"lost": step.lost, "unknown": step.unknown})
                of_lost, of_unknown = both["lost"], both["unknown"]
                of_alone = self.count(alone)
            left = words.NONE if between else self.count(step.after)
            rows.append((of_lost, of_unknown, left, of_alone))
        return rows


def hidden_parts(counts: Sequence[int], few: int) -> frozenset[int]:
    """The places of parts of a known total that are not printed: the small ones, and one more with a lone one."""
    found = {place for place, count in enumerate(counts) if small(count, few)}
    others = [place for place, count in enumerate(counts) if place not in found and count > 0]
    if len(found) == 1 and others:
        found.add(min(others, key=lambda place: (counts[place], place)))
    return frozenset(found)
