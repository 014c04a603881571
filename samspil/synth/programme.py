"""The integrated-care programme of a region: which practices take part since when, and how readily each enrols.

What the programme does to citizens is in `programme_enrolment.py` and `programme_effect.py`, what is written of it in
`programme_tables.py` and `programme_account.py`, and what is known of its true effect in `programme_truth.py`.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from samspil.synth.arrays import Floats, Ints
from samspil.synth.columns import build, dates, text, words
from samspil.synth.practices import Practices
from samspil.synth.reference import reference
from samspil.synth.sampling import between
from samspil.synth.timeline import NEVER, OPEN, Window

ARMS = ("daemp", "sad")


@dataclass(frozen=True)
class Programme:
    """One element per practice. Days count from the first day of the period; `NEVER` for those that take no part.

    `keenness` is how readily a practice enrols beside an ordinary one. `study` are the first and last day on which
    somebody is enrolled who counts in the study.
    """

    begins: Ints
    trained: Ints
    first_used: Ints
    keenness: Floats
    study: tuple[int, int]

    @classmethod
    def found(cls, practices: Practices, window: Window, seed: int) -> "Programme":
        """Who takes part in a region: about half of the practices, and one of them at least."""
        rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(1, 4)))
        rules, size = reference("programme")["practices"], len(practices.doctors)
        joins = np.zeros(size, dtype=bool)
        joins[rng.permutation(size)[: max(1, round(rules["takes_part"] * size))]] = True
        end = window.days - 1
        begins = rng.integers(end - rules["starts"][0], end - rules["starts"][1] + 1, size)
        study = _study_days(window)
        keenness = np.exp(rules["keenness"] * rng.standard_normal(size))
        lists = np.diff(np.r_[0, practices.reach]) * joins
        leader = int(np.argmax(lists))
        begins[leader] = min(begins[leader], study[0])
        # Citizens times days, as readily as they are enrolled: what the leader must outweigh to get its share.
        others = lists * np.maximum(study[1] - np.maximum(begins, study[0]), 0) * keenness
        others[leader] = 0
        wanted = rules["leader_share"] / (1 - rules["leader_share"]) * others.sum()
        keenness[leader] = max(wanted / (lists[leader] * (study[1] - study[0])), 1.0)
        trained = begins + between(rng, rules["training"], size)
        trained = np.where(rng.random(size) < rules["trained"], trained, OPEN)
        first_used = begins + between(rng, rules["first_used"], size)
        return cls(
            np.where(joins, begins, NEVER).astype(np.int32),
            trained.astype(np.int32),
            first_used.astype(np.int32),
            keenness,
            study,
        )

    def table(self, practices: Practices, window: Window) -> pa.Table:
        """`taking_part`."""
        rows = np.flatnonzero(self.begins < NEVER)
        return build(
            "taking_part",
            {
                "programme": text(np.zeros(len(rows), dtype=np.int32), words([reference("programme")["programme"]])),
                "provider_number": words(practices.provider_number).take(pa.array(rows)),
                "from": dates(self.begins[rows], window),
                "to": dates(np.full(len(rows), OPEN), window),
                "trained": dates(self.trained[rows], window),
                "first_used": dates(self.first_used[rows], window),
            },
        )


def _study_days(window: Window) -> tuple[int, int]:
    """First and last day of enrolment that counts: whole months, so that enough of them can be followed."""
    rules = reference("programme")["enrolment"]["study"]
    after = window.as_of + dt.timedelta(days=1)
    return window.day_of(months_after(after, -rules["from_months"])), window.day_of(
        months_after(after, -rules["to_months"])
    ) - 1


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day some months later (or earlier); the last day of the month where it has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    for last in range(day.day, day.day - 4, -1):
        try:
            return dt.date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")
