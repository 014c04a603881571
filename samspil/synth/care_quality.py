"""How much of what patients with chronic disease should have is done, by practice and day: the known truth of quality.

Practices differ, those in a quality network improve, and a few deliver nothing for a time.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import expit

from samspil.synth.arrays import Bools, Floats, Ints
from samspil.synth.columns import dates, words
from samspil.synth.networks import Networks
from samspil.synth.practices import Practices
from samspil.synth.reference import reference
from samspil.synth.timeline import NEVER, OPEN, YEAR, Window


@dataclass(frozen=True)
class CareQuality:
    """One element per practice. Days count from the first day of the period."""

    quality: Floats  # log odds beside an average practice
    joined: Ints  # day, NEVER for those in no network
    left: Ints
    silent_from: Ints  # first and last day without deliveries; NEVER for those who always deliver
    silent_to: Ints

    @classmethod
    def drawn(cls, networks: Networks, window: Window, seed: int) -> "CareQuality":
        """The quality of every practice of a region."""
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 3)))
        size = len(networks.network)
        quality = reference("quality")["done"]["quality"] * rng.standard_normal(size)
        silent_from, silent_to = _silent(size, window, rng)
        return cls(quality, networks.joined, networks.left, silent_from, silent_to)

    def share(self, practice: Ints, day: Ints) -> Floats:
        """The share (0 to 1) of what should be done that each practice does on a day."""
        rules = reference("quality")["done"]
        years = np.clip(
            (np.minimum(day, self.left[practice]) - self.joined[practice]) / YEAR / rules["ramp_years"], 0, 1
        )
        odds = rules["level"] + self.quality[practice] + rules["yearly"] * day / YEAR + rules["network"] * years
        done: Floats = expit(odds).astype(np.float32)
        return done

    def silent(self, practice: Ints, day: Ints) -> Bools:
        """Whether the practice delivers nothing about a day. People without a practice (-1) have nobody who does."""
        hushed: Bools = (day >= self.silent_from[practice]) & (day <= self.silent_to[practice]) | (practice < 0)
        return hushed

    def truth(self, practices: Practices, window: Window) -> pa.Table:
        """The known truth: per practice its quality, the share it does on the first and the last day, and its silence.

        `quality` is on the scale of log odds, 0 for an average practice. `silent_from` and `silent_to` are null for
        practices that deliver all the time; `silent_to` is the last day of the period for those that stopped.
        """
        everybody = np.arange(len(self.quality))
        first, last = np.zeros_like(everybody), np.full_like(everybody, window.days - 1)
        ends = np.where(self.silent_from == NEVER, OPEN, self.silent_to)
        return pa.table(
            {
                "provider_number": words(practices.provider_number),
                "quality": pa.array(np.round(self.quality, 3)),
                "share_first": pa.array(np.round(self.share(everybody, first).astype(float), 3)),
                "share_last": pa.array(np.round(self.share(everybody, last).astype(float), 3)),
                "silent_from": dates(self.silent_from, window),
                "silent_to": dates(ends, window),
            }
        )


def _silent(size: int, window: Window, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """First and last day on which each practice delivers nothing; NEVER and -1 for those who always deliver."""
    rules = reference("quality")["silent"]
    first, last = np.full(size, NEVER, dtype=np.int32), np.full(size, -1, dtype=np.int32)
    if size < rules["fewest"]:
        return first, last
    end = window.days - 1
    kinds, weights = list(rules["kinds"]), np.array(list(rules["kinds"].values()), dtype=float)
    for practice in rng.choice(size, max(1, round(rules["share"] * size)), replace=False):
        kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
        if kind == "late":
            first[practice], last[practice] = 0, rng.integers(*rules["late_days"])
        elif kind == "gap":
            first[practice] = rng.integers(*rules["gap_from"])
            last[practice] = first[practice] + rng.integers(*rules["gap_days"])
        else:
            first[practice], last[practice] = end - rng.integers(*rules["stopped_days"]), end
    return first, last
