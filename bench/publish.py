"""Publish one run of a made-up region, and say what it took: a process of its own for the benchmark of the care plane.

    python -m bench.publish --run 2      the second run: one in five is judged anew, one in a hundred has moved

The database is the one of `SAMSPIL_DATABASE_URL`. The last line printed is JSON.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import time
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from bench.results import Result, results
from samspil.access.handover import CitizenRow, PracticeRow
from samspil.config.setup import care_plane
from samspil.lists.handover import Handover, ModelHandover, PersonRow
from samspil.programmes import RiskModel, find_model

FIRST_DAY = dt.date(2026, 1, 15)
PROGRAMME = "odense-ic"
#: Which fifths of the citizens a model judges, and how many of a hundred of them are in its target group.
JUDGED = {"daemp": (range(1), 50), "sad": (range(1, 4), 25)}
RESULTS = 400


@dataclass(frozen=True)
class Region:
    """The region as one run sees it. From run to run `changed` of a hundred results and `moved` citizens differ."""

    citizens: int
    practices: int
    run: int
    changed: int = 20
    moved: int = 1

    @property
    def day(self) -> dt.date:
        return FIRST_DAY + dt.timedelta(days=180 * (self.run - 1))

    def hand_over(self) -> Handover:
        """The run, as the population plane hands it over."""
        definitions = [find_model(model).at(self.day) for model in JUDGED]
        return Handover(
            run=f"{self.day}-bench",
            as_of=self.day,
            data_dates={"civil": self.day, "general_practice": self.day},
            stale=[],
            not_loaded=[],
            practices=[PracticeRow(f"{number:06d}", f"Lægehus {number}", 2) for number in range(self.practices)],
            citizens=self._citizens(),
            models=[ModelHandover(PROGRAMME, model, [], [], self._persons(model)) for model in definitions],
        )

    def _edition(self, person: int, what: str, share: int) -> int:
        """The run in which something about a person changed last, when `share` of a hundred change from run to run."""
        changes = [run for run in range(2, self.run + 1) if _luck(person, f"{what} {run}", 100) < share]
        return changes[-1] if changes else 1

    def _citizens(self) -> Iterator[CitizenRow]:
        for person in range(self.citizens):
            edition = self._edition(person, "moved", self.moved)
            yield CitizenRow(
                person_id=person,
                cpr=f"{person:010d}",
                name=f"Borger {person}",
                birth_date=dt.date(1950, 1, 1) + dt.timedelta(days=person % 10_000),
                sex="F" if person % 2 else "M",
                provider_number=f"{_luck(person, f'practice {edition}', self.practices):06d}",
            )

    def _persons(self, model: RiskModel) -> Iterator[PersonRow]:
        parts, in_target = JUDGED[model.model]
        inside, outside = (results(model, RESULTS, in_target=inside) for inside in (True, False))
        for person in range(self.citizens):
            if person % 5 in parts:
                edition = self._edition(person, "judged", self.changed)
                found = inside if _luck(person, f"in {edition}", 100) < in_target else outside
                yield _row(person, found[_luck(person, f"result {edition}", RESULTS)])


def _luck(person: int, what: str, of: int) -> int:
    """A number below `of` that depends on person and matter alone, and looks random."""
    return zlib.crc32(f"{what} {person}".encode()) % of


def _row(person: int, found: Result) -> PersonRow:
    return PersonRow(
        person_id=person,
        score=found.score,
        band=found.band or None,
        in_target=found.in_target,
        excluded_by=[],
        incomplete=found.incomplete,
        # Rows that are read from files share nothing.
        criteria={item: list(value) for item, value in found.criteria.items()},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--citizens", type=int, default=1_000_000)
    parser.add_argument("--practices", type=int, default=620)
    parser.add_argument("--run", type=int, default=1)
    given = parser.parse_args()
    care_plane()
    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.access.models import LegalBasis  # noqa: PLC0415
    from samspil.lists.actions.publish import publish  # noqa: PLC0415

    LegalBasis.objects.get_or_create(
        kind=LegalBasis.Kind.DISPENSATION, title="Dispensation", jurisdiction="Danmark",
        purposes=["case_finding"], since=dt.date(2010, 1, 1),
    )  # fmt: skip
    handover = Region(given.citizens, given.practices, given.run).hand_over()
    begun = time.perf_counter()
    done = publish(system(), handover)
    print(json.dumps({"seconds": time.perf_counter() - begun, "models": [asdict(model) for model in done.models]}))


if __name__ == "__main__":
    main()
