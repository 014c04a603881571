"""What every part of a region needs to know before any person is made."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from samspil.synth.care_quality import CareQuality
from samspil.synth.cpr import CprNumbers
from samspil.synth.networks import Networks
from samspil.synth.practices import Practices
from samspil.synth.programme import Programme
from samspil.synth.timeline import Window

CHUNK = 10_000  # persons made together; part of what decides the content, so the same for any number of workers
MOST = 10_000_000  # beyond this the CPR numbers of a birth date run short


@dataclass(frozen=True)
class Plan:
    """The size, the seed and the date of a region, and what follows from them."""

    persons: int
    seed: int
    as_of: date
    flaws: bool = False
    programme: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.persons <= MOST:
            raise ValueError(f"persons must be between 1 and {MOST:,}, not {self.persons:,}")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, not {self.seed}")
        if not 1970 <= self.as_of.year <= 2057:
            raise ValueError(
                f"as_of must lie in the years 1970-2057, for which birth dates have CPR numbers, not {self.as_of}"
            )

    @cached_property
    def window(self) -> Window:
        return Window(self.as_of)

    @cached_property
    def chunks(self) -> int:
        return -(-self.persons // CHUNK)

    def size(self, chunk: int) -> int:
        """The number of persons in a chunk."""
        return min(CHUNK, self.persons - chunk * CHUNK)

    @cached_property
    def practices(self) -> Practices:
        return Practices.found(self.persons, self.seed)

    @cached_property
    def networks(self) -> Networks:
        return Networks.found(self.practices, self.seed)

    @cached_property
    def care_quality(self) -> CareQuality:
        return CareQuality.drawn(self.networks, self.window, self.seed)

    @cached_property
    def joint_programme(self) -> Programme | None:
        """The integrated-care programme, in a region that has one."""
        return Programme.found(self.practices, self.window, self.seed) if self.programme else None

    @cached_property
    def cpr_numbers(self) -> CprNumbers:
        return CprNumbers(self.seed, self.chunks)

    def randomness(self, chunk: int, parts: int) -> list[np.random.Generator]:
        """Independent streams for the parts of one chunk, so that a change in one part leaves the others as
        they were. More parts do not change the streams of the first.
        """
        seeds = np.random.SeedSequence(self.seed, spawn_key=(0, chunk)).spawn(parts)
        return [np.random.Generator(np.random.SFC64(seed)) for seed in seeds]
