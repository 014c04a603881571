"""How fast the machine was while something was measured on it: a fixed piece of work, done again each second.

Hours of one rented machine differ by twice: others share its caches, its memory and the other half of each processor.
Seconds of processors measured in different hours can only be compared with what the same piece took beside them.
"""

from __future__ import annotations

import random
import time
from statistics import fmean

#: Numbers in no order, and so many that sorting them leaves the nearest cache: a little of what the measured do.
_NUMBERS = random.Random(1).sample(range(1_000_000), 50_000)

#: Pieces in a second that seconds of different hours are told at: a round number, and no machine's own.
REFERENCE = 100.0


def piece() -> float:
    """Do the piece once. The seconds of a processor that it took, about a hundredth."""
    begun = time.thread_time()
    sorted(_NUMBERS)
    return time.thread_time() - begun


def pace(pieces: list[float]) -> float | None:
    """Pieces that a processor did in a second, over the whole time; None when none was done.

    Speeds are averaged and not durations: seconds of processors times this is how much work was done in them.
    """
    return fmean(1 / one for one in pieces) if pieces else None
