"""Who paid what: a ledger whose sums hold to the øre, whatever is divided (001 R-EVAL-06, 5.2 invariant 8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import OERE, Amount, LedgerLine, rounded, total
from samspil.evaluation.economy.spending import BEFORE, RUNNING, Spending
from samspil.programmes.payers import NOT_KNOWN

CONSUMPTION = "consumption"


def divided(amount: Decimal, weights: Mapping[str, int | Decimal]) -> dict[str, Decimal]:
    """An amount in parts as the weights are, to the øre, that add up to the amount.

    Every part is rounded down, and the øre left over go to those who lost most by that (largest remainder; of equals
    the first). Raises SamspilError for negative weights, and where all are zero.
    """
    parts = largest_remainder(int(rounded(amount) / OERE), [Fraction(weight) for weight in weights.values()])
    return {name: part * OERE for name, part in zip(weights, parts, strict=True)}


def largest_remainder(whole: int, weights: list[Fraction]) -> list[int]:
    """A whole number in whole parts as the weights are; no part is more than its exact share rounded up."""
    every = sum(weights, Fraction(0))
    if every <= 0 or min(weights) < 0:
        raise SamspilError("an amount is divided by weights of zero or more, of which one is more than zero")
    sign = -1 if whole < 0 else 1
    exact = [abs(whole) * weight / every for weight in weights]
    parts = [int(share) for share in exact]
    left = abs(whole) - sum(parts)
    by_loss = sorted(range(len(exact)), key=lambda place: parts[place] - exact[place])
    for place in by_loss[:left]:
        parts[place] += 1
    return [sign * part for part in parts]


@dataclass(frozen=True)
class Ledger:
    """Lines with one amount for each payer and kind, in the order of kinds and payers."""

    lines: tuple[LedgerLine, ...]

    @classmethod
    def of(cls, lines: Iterable[LedgerLine]) -> Ledger:
        """A ledger of lines, those of the same payer and kind added."""
        found: dict[tuple[str, str], list[LedgerLine]] = {}
        for line in lines:
            found.setdefault((line.kind, line.payer), []).append(line)
        kinds = (*BEFORE, *RUNNING, CONSUMPTION)
        order = sorted(found, key=lambda key: (kinds.index(key[0]) if key[0] in kinds else len(kinds), key))
        return cls(tuple(_added(found[key]) for key in order))


def _added(lines: list[LedgerLine]) -> LedgerLine:
    return LedgerLine(
        lines[0].payer,
        lines[0].kind,
        total([line.amount for line in lines]),
        sum((line.measured for line in lines), Decimal(0)),
        sum(line.lacking for line in lines),
    )


def arm_ledger(spent: Spending, arm: str) -> Ledger:
    """What one arm cost each payer: its own costs, and its part of those of all arms by courses started.

    The ledgers of all arms add up to what the programme spent, to the øre, once a course has started. A kind that
    nobody wrote down has a line that is not measured, of a payer that is not told.
    """
    return Ledger.of(_lines(spent, arm))


def _lines(spent: Spending, arm: str) -> Iterator[LedgerLine]:
    for each in spent.costs:
        if each.arm == arm:
            yield line(each.payer, each.kind, each.amount, each.lacking)
        elif each.arm is None and any(spent.courses.values()):
            yield line(each.payer, each.kind, divided(each.amount, spent.courses).get(arm, Decimal(0)))
    if not spent.is_known(arm, *BEFORE):
        yield from (LedgerLine(NOT_KNOWN, kind, None) for kind in BEFORE)
    yield from (LedgerLine(NOT_KNOWN, kind, None) for kind in RUNNING if not spent.is_known(arm, kind))


def line(payer: str, kind: str, amount: Amount, lacking: int = 0) -> LedgerLine:
    """A line, not measured when something is lacking of it."""
    return LedgerLine(payer, kind, None if lacking else amount, amount or Decimal(0), lacking)
