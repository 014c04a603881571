"""The verb `segments --explain`: every rule of the segments as it met one person, to be followed by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.population.binding import Use
from samspil.population.engine import citizens, column_names, is_loaded, with_measures
from samspil.population.segment_words import Person, Told, explained
from samspil.population.time import AsOf
from samspil.verbs.segmenting import SegmentRun, segments
from samspil.verbs.show import Shown, as_text
from samspil.warehouse.choice import EMBEDDED, using


@dataclass(frozen=True)
class SegmentExplanation(Shown):
    """Every rule of the segments as it met one person."""

    person: int
    provider_number: str
    as_of: dt.date
    told: tuple[Told, ...]
    missing: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "part": each.part,
                "rule": each.rule,
                "test": each.test,
                "value": "missing" if each.value is None and each.says == "not known" else each.value,
                "says": each.says,
                "report": each.source,
            }
            for each in self.told
        ]

    def __str__(self) -> str:
        head = f"Segments of person {self.person}, practice {self.provider_number}, {self.as_of}\n"
        tail = "".join(f"no source `{source}`\n" for source in self.missing)
        return head + as_text(self.rows()) + tail


@using(EMBEDDED)
def explain_segments(
    person: int,
    as_of: dt.date,
    *,
    without: Sequence[str] = (),
    state: int | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> SegmentExplanation:
    """Why a person (a `person_id`) is in their segments at D: every rule with its value, and what is missing.

    Raises SamspilError for somebody without a practice at D, dead or emigrated.
    """
    run = segments(as_of, without=without, state=state, home=home, programmes=programmes)
    people = run.persons()
    rows = people.filter(people.person_id == person).to_pyarrow().to_pylist()
    if not rows:
        raise SamspilError(
            f"person {person} has no segments on {as_of}: unknown, without a practice, dead or emigrated"
        )
    return SegmentExplanation(
        person=person,
        provider_number=rows[0]["provider_number"],
        as_of=as_of,
        told=tuple(explained(run.definitions, Person(_values(run, person), rows[0]))),
        missing=tuple(run.missing),
    )


def _values(run: SegmentRun, person: int) -> dict[Use, Any]:
    """What was measured of one person, computed anew from their rows alone; without those of missing sources."""
    lake, at = run.lake, AsOf(run.as_of)
    own = {
        name: rows.filter(rows.person_id == person) if "person_id" in rows.columns else rows
        for name, rows in lake.tables.items()
    }
    uses = run.definitions.uses()
    people = citizens(own, at)
    row = with_measures(people.filter(people.active), uses, own, at).to_pyarrow().to_pylist()[0]
    return {use: row[name] for use, name in column_names(uses).items() if is_loaded(use, own)}
