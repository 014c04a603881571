"""Quality networks: neighbouring practices that look at their figures together."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Bools, Ints
from samspil.synth.columns import build, dates, text, words
from samspil.synth.practices import Practices
from samspil.synth.reference import reference
from samspil.synth.sampling import chance
from samspil.synth.timeline import NEVER, OPEN, Window


@dataclass(frozen=True)
class Networks:
    """The quality networks of the region. The arrays have one element per practice, which is in one network at most.

    `network` is -1 for a practice outside all of them, `joined` then `NEVER`; `left` is the day from which those
    that left no longer belong, else `OPEN`. Days count from the first day of the period.
    """

    name: tuple[str, ...]
    municipality: Ints
    network: Ints
    joined: Ints
    left: Ints
    agreed_labels: Bools

    @classmethod
    def found(cls, practices: Practices, seed: int) -> "Networks":
        """Networks that cover most of the practices; in a region of one practice, one network of one."""
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 2)))
        rules, size = reference("quality")["networks"], len(practices.doctors)
        most = max(1, size // rules["fewest_practices"])
        count = min(max(2, round(size / rules["practices_per_network"])), most)
        network = (np.arange(size) * count // size).astype(np.int32)
        starts = rng.integers(rules["starts"][0], rules["starts"][1], count)
        member = chance(rng, rules["member"], size)
        early = chance(rng, rules["from_the_start"], size)
        later = rng.integers(rules["later"][0], rules["later"][1], size)
        leaves = rng.integers(*rules["leaves"])
        agreed = chance(rng, rules["agreed_labels"], size)
        founders = np.searchsorted(
            network, np.arange(count)
        )  # the first practice of each network is there from the start
        member[founders], early[founders] = True, True
        joined = np.where(member, np.where(early, starts[network], later), NEVER).astype(np.int32)
        left = np.full(size, OPEN, dtype=np.int32)
        may_leave = np.setdiff1d(np.flatnonzero(member & early), founders)
        if len(may_leave):
            left[may_leave[0]] = leaves
        middle = [int(np.median(np.flatnonzero(network == number))) for number in range(count)]
        municipality = practices.municipality[middle]
        return cls(
            _names(municipality), municipality, np.where(member, network, -1).astype(np.int32), joined, left, agreed
        )

    def tables(self, practices: Practices, window: Window) -> dict[str, pa.Table]:
        """`network` and `network_practice`."""
        numbers = words([m["number"] for m in reference("region")["municipalities"]])
        identifiers = words([f"kvalitet-{number:02d}" for number in range(1, len(self.name) + 1)])
        members = np.flatnonzero(self.network >= 0)
        return {
            "network": build(
                "network",
                {
                    "network": identifiers,
                    "name": words(self.name),
                    "municipality": numbers.take(pa.array(self.municipality)),
                    "kind": text(np.zeros(len(self.name), dtype=np.int32), words(["quality"])),
                },
            ),
            "network_practice": build(
                "network_practice",
                {
                    "network": text(self.network[members], identifiers),
                    "provider_number": words(practices.provider_number).take(pa.array(members)),
                    "joined": dates(self.joined[members], window),
                    "left": dates(self.left[members], window),
                    "agreed_labels": pa.array(self.agreed_labels[members]),
                },
            ),
        }


def _names(municipality: Ints) -> tuple[str, ...]:
    """Names after the town in the middle, with a number where it has several."""
    towns = [reference("region")["municipalities"][place]["name"] for place in municipality]
    names = []
    for number, town in enumerate(towns):
        which = f" {towns[: number + 1].count(town)}" if towns.count(town) > 1 else ""
        names.append(f"Kvalitetsnetværk {town}{which}")
    return tuple(names)
