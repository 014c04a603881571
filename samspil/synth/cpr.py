"""CPR numbers that belong to nobody.

A CPR number is DDMMYY plus four digits. The seventh digit says the century together with the year: 0-3 the
1900s; 4 and 9 the 2000s for years 00-36, else the 1900s; 5-8 the 2000s for years 00-57, else the 1800s. The
last digit is odd for men and even for women.

**Privacy by construction.** Until October 2007 every number issued satisfied modulus 11 (weights 4 3 2 7 6 5
4 3 2 1). All numbers made here fail it, so none of them coincides with a real number issued before 2007.
(Since then a few numbers without a valid check have been issued for birth dates that ran out, mostly 1
January 1965 and 1966.)
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from samspil.synth.arrays import Bools, Ints
from samspil.synth.timeline import Window

_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_KINDS_FROM = (1900, 1937, 2000, 2037)  # birth years from which other seventh digits are used


def _seventh_digits(year: int) -> tuple[int, ...]:
    """The seventh digits used for a birth year."""
    if year < 1900:
        return (5, 6, 7, 8)
    if year < 1937:
        return (0, 1, 2, 3)
    if year < 2000:
        return (0, 1, 2, 3, 4, 9)
    return (4, 5, 6, 7, 8, 9) if year < 2037 else (5, 6, 7, 8)


@dataclass(frozen=True)
class CprNumbers:
    """Deals out numbers so that every chunk of the region has its own, without asking the other chunks.

    For one birth date and sex the usable numbers are shuffled once (by `seed`) and dealt in turn to the
    `chunks` chunks.
    """

    seed: int
    chunks: int

    def deal(self, birth: Ints, female: Bools, chunk: int, window: Window) -> tuple[Ints, Ints]:
        """Numbers (as integers) for people born on the given days, and their birth days.

        When a date has no number left for this chunk, the person is born on the nearest earlier date that
        has.
        """
        decks, sizes = _decks(self.seed)
        birth, male = birth.astype(np.int64), (~female).astype(np.int64)
        number = np.full(len(birth), -1, dtype=np.int64)
        taken: dict[tuple[int, int], int] = {}
        waiting = np.arange(len(birth))
        while len(waiting):
            day, month, year = _calendar(birth[waiting] + window.epoch)
            figures = (day // 10, day % 10, month // 10, month % 10, year // 10 % 10, year % 10)
            remainder = sum(w * f for w, f in zip(_WEIGHTS, figures, strict=False)) % 11
            kind = np.searchsorted(_KINDS_FROM, year, side="right")
            sex = male[waiting]
            turn = _turns(birth[waiting], sex, taken)
            place, size = turn * self.chunks + chunk, sizes[kind, sex, remainder]
            fits = place < size
            cut = (birth[waiting] * 7919 + sex) % size  # where the date's deck is cut, so that dates differ
            serial = decks[kind, sex, remainder, (place + cut) % size]
            full = (day * 10_000 + month * 100 + year % 100) * 10_000 + serial
            number[waiting[fits]] = full[fits]
            waiting = waiting[~fits]
            birth[waiting] -= 1
        return number, birth.astype(np.int32)


@cache
def _decks(seed: int) -> tuple[Ints, Ints]:
    """Shuffled last-four-digit numbers per (kind of year, sex, remainder of the date), and how many there
    are.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 0)))
    serial = np.arange(10_000)
    figures = np.stack([serial // 1000, serial // 100 % 10, serial // 10 % 10, serial % 10])
    remainder = (np.array(_WEIGHTS[6:]) @ figures) % 11
    decks, sizes = np.zeros((5, 2, 11, 6000), dtype=np.int32), np.zeros((5, 2, 11), dtype=np.int32)
    for kind, year in enumerate((1858, *_KINDS_FROM)):
        allowed = np.isin(figures[0], _seventh_digits(year))
        for male in (0, 1):
            for of_date in range(11):
                usable = rng.permutation(serial[allowed & (serial % 2 == male) & ((remainder + of_date) % 11 != 0)])
                sizes[kind, male, of_date] = len(usable)
                decks[kind, male, of_date, : len(usable)] = usable
    return decks, sizes


def _turns(birth: Ints, sex: Ints, taken: dict[tuple[int, int], int]) -> Ints:
    """Rank of each person among those of the same birth date and sex, counting on from `taken`, which is
    brought up to date.
    """
    key = birth * 2 + sex
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]]
    start = np.flatnonzero(first)
    count = np.diff(np.r_[start, len(ordered)])
    pairs = [(int(k) // 2, int(k) % 2) for k in ordered[start]]
    base = np.array([taken.get(pair, 0) for pair in pairs], dtype=np.int64)
    taken.update({pair: int(b + c) for pair, b, c in zip(pairs, base, count, strict=True)})
    turn = np.empty(len(key), dtype=np.int64)
    turn[order] = np.arange(len(key)) - np.repeat(start, count) + np.repeat(base, count)
    return turn


def _calendar(since_1970: Ints) -> tuple[Ints, Ints, Ints]:
    """Day, month and year of dates given as days from 1 January 1970."""
    dates = since_1970.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (dates - months).astype(np.int64) + 1
    return day, month, year
