"""What moved between sectors: where one uses less and another more (001 R-EVAL-06; 002 ECON-2).

The law of the matrix: a row adds up to what that sector saved, a column to what that sector took on. What was saved and
taken on in equal amounts moved; what was saved beyond that is `released`, and what was taken on beyond it is `new`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from samspil.evaluation.economy.accounts import OERE, Shift, rounded
from samspil.evaluation.economy.ledger import largest_remainder
from samspil.evaluation.figures import Unknown

#: Where what no other took on went, and where what no other saved came from.
RELEASED, NEW = "released", "new"
Matrix = dict[tuple[str, str], Decimal]


def shift_matrix(shifts: Sequence[Shift]) -> Matrix:
    """What moved by (from payer, to payer), DKK for each course and year; within one payer where its sectors differ.

    Made of point estimates, which may well be chance: intervals stand with the shifts. Empty while any shift is
    unknown, since what moved there would look new or released.
    """
    return _matrix(shifts, [each.payer for each in shifts])


def sector_matrix(shifts: Sequence[Shift]) -> Matrix:
    """What moved by (from sector, to sector): see `shift_matrix`, which it adds up to."""
    return _matrix(shifts, [each.sector for each in shifts])


def _matrix(shifts: Sequence[Shift], names: list[str]) -> Matrix:
    changes = []
    for each in shifts:
        if isinstance(each.per_course, Unknown):
            return {}
        changes.append(rounded(Decimal(each.per_course.value)))
    matrix: Matrix = {}
    for (giver, taker), amount in moved(changes).items():
        cell = (_name(names, giver, NEW), _name(names, taker, RELEASED))
        matrix[cell] = matrix.get(cell, Decimal(0)) + amount
    return matrix


def _name(names: list[str], place: int | None, else_: str) -> str:
    return else_ if place is None else names[place]


def moved(changes: Sequence[Decimal]) -> dict[tuple[int | None, int | None], Decimal]:
    """What moved between places, of which each has a change in use (less is negative), DKK to the øre.

    Keys are (from, to); from None is new, to None is released. Nobody can see who took over from whom, so what each
    gave is divided between those who took as they took. Rows add up to what was saved and columns to what was taken on.
    """
    oere = [int(rounded(change) / OERE) for change in changes]
    saved = {place: -change for place, change in enumerate(oere) if change < 0}
    taken = {place: change for place, change in enumerate(oere) if change > 0}
    both = min(sum(saved.values()), sum(taken.values()))
    cells: dict[tuple[int | None, int | None], int] = {}
    given, left = _shares(both, saved), _shares(both, taken)
    for giver, amount in given.items():
        cells[giver, None] = saved[giver] - amount
        for taker, part in _shares(amount, left).items():
            cells[giver, taker] = part
            left[taker] -= part
    received = _shares(both, taken)
    for taker, change in taken.items():
        cells[None, taker] = change - received[taker]
    return {cell: amount * OERE for cell, amount in cells.items() if amount}


def _shares(whole: int, weights: dict[int, int]) -> dict[int, int]:
    if whole == 0 or not any(weights.values()):
        return dict.fromkeys(weights, 0)
    parts = largest_remainder(whole, [Fraction(weight) for weight in weights.values()])
    return dict(zip(weights, parts, strict=True))
