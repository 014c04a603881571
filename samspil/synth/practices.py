"""The general practices of the region and who belongs to which."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Floats, Ints
from samspil.synth.columns import build, words
from samspil.synth.reference import reference


@dataclass(frozen=True)
class Practices:
    """All practices of the region, lined up so that neighbours lie close to each other.

    Citizens are lined up the same way by municipality; the practice that covers a citizen's place on the line
    (0 to 1) is the one to go to. Lists are thus proportional to the number of doctors whatever the size of
    the region.
    """

    provider_number: tuple[str, ...]
    name: tuple[str, ...]
    municipality: Ints
    doctors: Ints
    reach: Floats  # where on the line each practice ends

    @classmethod
    def found(cls, persons: int, seed: int) -> "Practices":
        """The practices for a region of that many persons: one doctor per 1,600, at least one practice."""
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 1)))
        rules = reference("region")["practices"]
        doctors_left = max(1, round(persons * rules["present"] / rules["citizens_per_doctor"]))
        sizes: list[int] = []
        while doctors_left:
            drawn = 1 + int(rng.choice(len(rules["doctors"]), p=rules["doctors"]))
            sizes.append(min(drawn, doctors_left))
            doctors_left -= sizes[-1]
        doctors = np.array(sizes, dtype=np.int32)
        spread = np.clip(1 + rules["list_size_spread"] * rng.standard_normal(len(doctors)), 0.7, 1.3)
        reach = np.cumsum(doctors * spread) / np.sum(doctors * spread)
        middle = reach - np.diff(np.r_[0, reach]) / 2
        municipality = np.searchsorted(municipality_line(), middle, side="right").astype(np.int32)
        numbers = np.sort(rng.choice(np.arange(20_000, 100_000), len(doctors), replace=False))
        return cls(
            tuple(f"{number:06d}" for number in numbers),
            tuple(_names(rng, doctors, municipality)),
            municipality,
            doctors,
            reach,
        )

    def at(self, place: Floats) -> Ints:
        """The practice that covers each place on the line."""
        return np.minimum(np.searchsorted(self.reach, place, side="right"), len(self.doctors) - 1).astype(np.int32)

    def table(self) -> pa.Table:
        numbers = words([m["number"] for m in reference("region")["municipalities"]])
        return build(
            "practice",
            {
                "provider_number": words(self.provider_number),
                "name": words(self.name),
                "municipality": numbers.take(pa.array(self.municipality)),
                "doctors": pa.array(self.doctors),
            },
        )


def municipality_line() -> Floats:
    """Where each municipality ends on the line from 0 to 1, by inhabitants."""
    inhabitants = np.array([m["inhabitants"] for m in reference("region")["municipalities"]], dtype=float)
    line: Floats = np.cumsum(inhabitants) / inhabitants.sum()
    return line


def _names(rng: np.random.Generator, doctors: Ints, municipality: Ints) -> list[str]:
    rules, people = reference("region")["practices"], reference("names")["danish"]
    towns = [m["name"] for m in reference("region")["municipalities"]]
    names = []
    for count, place in zip(doctors, municipality, strict=True):
        given = people["women" if rng.random() < 0.5 else "men"]
        form = rules["single" if count == 1 and rng.random() < 0.6 else "forms"]
        words_of_name = {
            "street": _pick(rng, rules["streets"]),
            "given": _pick(rng, given),
            "family": _pick(rng, people["family"]),
        }
        names.append(_pick(rng, form).format(**words_of_name) + f", {towns[place]}")
    return names


def _pick(rng: np.random.Generator, alternatives: list[str]) -> str:
    return alternatives[int(rng.integers(len(alternatives)))]
