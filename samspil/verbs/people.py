"""Practices and identified citizens of the warehouse, as publishing hands them to the care plane."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from samspil.access.handover import CitizenRow, PracticeRow
from samspil.population.engine import citizens
from samspil.population.time import AsOf
from samspil.warehouse.lake import Lake
from samspil.warehouse.vault import names_of


def practices_at(lake: Lake, as_of: dt.date) -> list[PracticeRow]:
    """The practices as delivered, and those that are only known from their citizens."""
    tables = lake.tables
    known: dict[str, PracticeRow] = {}
    if "practice" in tables:
        for row in tables["practice"].select("provider_number", "name", "doctors").to_pyarrow().to_pylist():
            known[row["provider_number"]] = PracticeRow(**row)
    people = citizens(tables, AsOf(as_of))
    for number in people.select("provider_number").distinct().to_pyarrow()["provider_number"].to_pylist():
        known.setdefault(number, PracticeRow(number, None, None))
    return [known[number] for number in sorted(known)]


def citizens_at(lake: Lake, as_of: dt.date, purpose: str) -> Iterator[CitizenRow]:
    """Everybody with a practice at `as_of`, identified for a purpose; read in order, and logged in the vault."""
    person = lake.tables["person"].select("person_id", "birth_date")
    people = citizens(lake.tables, AsOf(as_of)).join(person, "person_id").order_by("person_id").to_pyarrow()
    names = names_of(lake.engine, lake.home, lake.state, people["person_id"].to_pylist(), purpose)
    for batch in people.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            cpr, name = names[row["person_id"]]
            yield CitizenRow(
                person_id=row["person_id"],
                cpr=cpr,
                name=name,
                birth_date=row["birth_date"],
                sex=row["sex"] or "",
                provider_number=row["provider_number"],
            )
