"""Results by what they are: perceived, measured, estimated or hoped for. They are never added together.

That citizens were content and that they used less care are two findings; a goal is none. Reports that mix them say that
a programme helped before anybody knows (report 002 L1353-1359, L3795-3797).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.statistics import share


class ResultType(StrEnum):
    """What a result is (report 002 EVAL-2). The text is what a reader is told."""

    PERCEIVED = "perceived"
    MEASURED = "measured"
    ESTIMATED = "estimated"
    TARGET = "target"


class Status(StrEnum):
    """How far a result has come (report 002 EVAL-3). The text is what a reader is told."""

    PRELIMINARY = "preliminary"
    REPORTED = "reported"
    FINAL = "final"


@dataclass(frozen=True)
class Change:
    """What was said of one item: improved, unchanged and worsened together, with how many answered (001 R-EVAL-11).

    `cannot_assess` is an answer of its own, and no missing one (000 R-SURV-1). `asked` is None where nobody knows how
    many were asked. Raises SamspilError for negative numbers and for more answers than asked.
    """

    item: str
    said_by: str
    improved: int
    unchanged: int
    worsened: int
    cannot_assess: int
    asked: int | None

    def __post_init__(self) -> None:
        if min(self.improved, self.unchanged, self.worsened, self.cannot_assess) < 0:
            raise SamspilError(f"`{self.item}`: a number of answers is negative; count those who answered")
        if self.asked is not None and self.answers > self.asked:
            raise SamspilError(
                f"`{self.item}`: {self.answers} answers of {self.asked} asked; give how many were asked, or null"
            )

    @property
    def n(self) -> int:
        """How many could say."""
        return self.improved + self.unchanged + self.worsened

    @property
    def answers(self) -> int:
        """How many answered, those who could not assess it included."""
        return self.n + self.cannot_assess

    @property
    def missing(self) -> int | Unknown:
        """How many were asked and did not answer."""
        return Unknown.because(Reason.NOT_STATED) if self.asked is None else self.asked - self.answers

    def among_sayers(self) -> dict[str, Share | Unknown]:
        """`improved`, `unchanged` and `worsened` among those who could say: together 100 %, and never one alone."""
        return {
            name: share(number, self.n) if self.n else Unknown.because(Reason.NO_ANSWERS)
            for name, number in self._said.items()
        }

    def among_asked(self) -> dict[str, Share | Unknown]:
        """The same with `cannot_assess` and `missing` among all asked: together 100 % (001 5.2, invariant 9)."""
        parts = {**self._said, "cannot_assess": self.cannot_assess}
        if self.asked is None or isinstance(self.missing, Unknown):
            return dict.fromkeys((*parts, "missing"), Unknown.because(Reason.NOT_STATED))
        return {name: share(number, self.asked) for name, number in {**parts, "missing": self.missing}.items()}

    @property
    def _said(self) -> dict[str, int]:
        return {"improved": self.improved, "unchanged": self.unchanged, "worsened": self.worsened}


@dataclass(frozen=True)
class PublishedChange:
    """What others printed of one item, in per cent. Counts are not made of it: nobody knows of how many it is a part.

    `worsened` and `unchanged` are None where the source is silent; `rest` says that `unchanged` is what is left of 100
    and not printed. `n` is None unless the source gives it for this very item: report D prints 62 citizens, and 59 % of
    them is no whole number (001 L3645-3651).
    """

    item: str
    said_by: str
    improved: float
    unchanged: float | None
    worsened: float | None
    rest: bool
    n: int | None


def published_change(
    item: str,
    improved: float,
    worsened: float | None,
    unchanged: float | None = None,
    n: int | None = None,
    said_by: str = "citizen",
) -> PublishedChange:
    """A change as others printed it, with what is left of 100 % as unchanged where only the other two are printed.

    Raises SamspilError when the parts are no parts of 100 %.
    """
    printed = [part for part in (improved, unchanged, worsened) if part is not None]
    whole = unchanged is not None and worsened is not None
    if min(printed) < 0 or sum(printed) > 100 + _ROUNDED or (whole and sum(printed) < 100 - _ROUNDED):
        raise SamspilError(f"`{item}`: improved, unchanged and worsened are parts of 100 %: look in the source again")
    rest = unchanged is None and worsened is not None
    left = max(100 - improved - worsened, 0) if rest and worsened is not None else unchanged
    return PublishedChange(item, said_by, improved, left, worsened, rest, n)


#: Three shares that are each printed in whole per cent add up to between 98.5 and 101.5.
_ROUNDED = 1.5


@dataclass(frozen=True)
class Stated:
    """One result with its type. `design` says how it was found.

    `preliminary` results say so wherever they are shown. `report` names the report it was published in, without which
    no result is final (report 002 EVAL-3). `says` is what the source says in words where it gives no number.
    """

    name: str
    kind: ResultType
    design: str
    change: Change | None = None
    value: float | None = None
    unit: str = ""
    n: int | None = None
    preliminary: bool = False
    source: str = ""
    published: PublishedChange | None = None
    report: str = ""
    says: str = ""

    @property
    def status(self) -> Status:
        """How far the result has come: final needs a report."""
        if self.preliminary:
            return Status.PRELIMINARY
        return Status.FINAL if self.report else Status.REPORTED


def finalised(result: Stated, report: str) -> Stated:
    """A result that is final, published in `report`. Raises SamspilError without a reference (report 002 EVAL-3)."""
    if not report.strip():
        raise SamspilError(f"`{result.name}` cannot be final without a report: give the reference it was published in")
    if result.kind is ResultType.TARGET:
        raise SamspilError(f"`{result.name}` is a target, which is no result: it cannot be final")
    return replace(result, preliminary=False, report=report.strip())


def pooled(results: Sequence[Stated]) -> Stated:
    """Answers to one item from several sites or rounds as one result.

    Only what is alike is added: one type, one item, one who said it and one design, and never percentages of an unknown
    number. It is preliminary when a part is. Raises SamspilError for anything else (report 002 EVAL-2).
    """
    if not results:
        raise SamspilError("there are no results to put together: give at least one")
    kinds = sorted({result.kind.value for result in results})
    if len(kinds) > 1:
        raise SamspilError(f"{' and '.join(kinds)} results are never put together: show them apart")
    changes = [result.change for result in results if result.change is not None]
    if len(changes) < len(results):
        name = next(result.name for result in results if result.change is None)
        raise SamspilError(f"`{name}` has no numbers of answers, so it cannot be put together with others")
    alike = {(change.item, change.said_by, result.design) for change, result in zip(changes, results, strict=True)}
    if len(alike) > 1:
        raise SamspilError("only answers to one item, by the same people and found alike, are put together")
    asked = [change.asked for change in changes]
    known = [number for number in asked if number is not None]
    change = Change(
        item=changes[0].item,
        said_by=changes[0].said_by,
        improved=sum(each.improved for each in changes),
        unchanged=sum(each.unchanged for each in changes),
        worsened=sum(each.worsened for each in changes),
        cannot_assess=sum(each.cannot_assess for each in changes),
        asked=sum(known) if len(known) == len(asked) else None,
    )
    preliminary = any(result.preliminary for result in results)
    sources = ", ".join(dict.fromkeys(result.source for result in results if result.source))
    return replace(results[0], change=change, n=change.n, preliminary=preliminary, source=sources, report="")


def exported(result: Stated) -> dict[str, str]:
    """A result as one row for a table, with its type and status in words; what is not known is empty.

    `improved` never stands without its `unchanged`, `worsened` and n (001 R-EVAL-11).
    """
    row = {
        "name": result.name,
        "type": result.kind.value,
        "status": result.status.value,
        "design": result.design,
        "value": _text(result.value),
        "unit": result.unit,
        "n": _text(result.n),
        "says": result.says,
        "source": result.source,
        "report": result.report,
    }
    change, printed = result.change, result.published
    parts = ("improved", "unchanged", "worsened", "cannot_assess", "asked")
    if change is not None:
        row |= {part: _text(getattr(change, part)) for part in parts}
        row |= {"parts_in": "answers", "n": _text(change.n)}
    elif printed is not None:
        row |= {part: _text(getattr(printed, part, None)) for part in parts}
        row |= {"parts_in": "per cent", "n": _text(printed.n)}
    else:
        row |= dict.fromkeys((*parts, "parts_in"), "")
    return row


def _text(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
