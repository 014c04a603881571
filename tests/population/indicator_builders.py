"""Sets of indicators written in a few words, and the two ways to compute them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from samspil.definitions import SamspilError
from samspil.population.indicator_series import Series, indicator_series
from samspil.programmes.indicators import IndicatorSet
from tests.population.builders import LONG_AGO, PRACTICE, Citizen, Region, Row, Tables, as_ibis
from tests.reference import indicators as reference

TEXT = {"da": "navn", "en": "name"}
_SAID = {"title": TEXT, "source": "000 L1"}
_EVERY_YEAR = [{"from": 1900, "channel": "delivery"}]
#: Everybody with a GP diagnosis of diabetes.
LISTED = {
    "case": "listed",
    "any_of": [{"measure": "gp_diagnoses", "with": {"codes": ["T90"]}, "at_least": 1}],
}


def small_set(
    indicators: Sequence[Mapping[str, Any]],
    *,
    variables: Mapping[str, Any] | None = None,
    cases: Sequence[Mapping[str, Any]] = (LISTED,),
    delivering: Mapping[str, Any] | None = None,
    lost: Mapping[str, Any] | None = None,
    **parts: Any,
) -> IndicatorSet:
    """A set written as in YAML; what is said of it is filled in, and the variables `v` and `w` are always collected."""
    in_words = {"why": TEXT, "numerator": TEXT, "denominator": TEXT, "review": "2030-01-01"}
    common = {"version": "v1", "needs": ["v"], "direction": "up", "missing": "strict", **in_words, **_SAID}
    whole = {
        "set": "small",
        "few": 5,
        "few_points": 12,
        "cases": [{"about": TEXT, **_SAID, **case} for case in cases],
        "delivering": delivering or {"table": "gp_contact", "within": "12 months"},
        "lost": {"source": "000 L1", **(lost or {"contacts": [{"measure": "last_gp_contact"}], "within": "12 months"})},
        "variables": [
            {"variable": name, "purpose": TEXT, "domain": TEXT, "collected": collected, **_SAID}
            for name, collected in (variables or {"v": _EVERY_YEAR, "w": _EVERY_YEAR}).items()
        ],
        "indicators": [
            {
                **common,
                **each,
                "exceptions": [{**_SAID, **exception} for exception in each.get("exceptions", ())],
            }
            for each in indicators
        ],
        **_SAID,
        **parts,
    }
    return IndicatorSet.model_validate(whole)


class Practices(Region):
    """A region whose practices deliver: each has had a contact on D, with somebody who belongs nowhere."""

    def __init__(self, as_of: dt.date, *practices: str) -> None:
        super().__init__(as_of)
        for practice in practices or (PRACTICE,):
            self.delivers(practice, as_of)

    def delivers(self, practice: str, day: dt.date) -> None:
        self.add("gp_contact", person_id=0, provider_number=practice, date=day, kind="consultation")

    def patient(self, person_id: int, *, practice: str | None = PRACTICE, municipality: str = "461") -> Citizen:
        """A citizen with diabetes known to the practice long ago."""
        citizen = self.citizen(person_id, practice=practice)
        self.tables["person"][-1]["municipality"] = municipality
        return citizen.gp_diagnosis("T90", on=LONG_AGO)

    def patients(self, number: int, practice: str = PRACTICE) -> list[Citizen]:
        first = len(self.tables["person"]) + 1
        return [self.patient(first + place, practice=practice) for place in range(number)]

    def member(self, network: str, practice: str, joined: dt.date, left: dt.date | None = None) -> None:
        self.add(
            "network_practice", network=network, provider_number=practice, joined=joined, left=left, agreed_labels=True
        )


def check(citizen: Citizen, kind: str, on: dt.date, value: str | None = None) -> Citizen:
    return citizen.add("gp_check", date=on, check=kind, value=value)


def measured(citizen: Citizen, code: str, value: float, on: dt.date, unit: str = "mmHg") -> Citizen:
    return citizen.add("gp_measurement", date=on, code=code, value=value, unit=unit)


def series(sets: Mapping[dt.date, IndicatorSet], tables: Tables, **options: Any) -> Series:
    return indicator_series(sets, as_ibis(tables), **options)


def rows_of(found: Series, table: str, *keys: str, **wanted: Any) -> dict[Any, Row]:
    """The rows of one kept table that have the wanted values, by their values of `keys`."""
    rows = found.tables[table].to_pyarrow().to_pylist()
    chosen = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    by_key = {tuple(row[key] for key in keys) if len(keys) > 1 else row[keys[0]]: row for row in chosen}
    assert len(by_key) == len(chosen), f"{keys} do not tell the rows of {table} apart"
    return by_key


def answers(found: Series) -> dict[tuple[int, str], reference.Answer]:
    """The engine's answers in the reference's form, by person and indicator."""
    fields = reference.Answer._fields
    return {
        key: reference.Answer(*(row[name] for name in fields))
        for key, row in rows_of(found, "patients", "person_id", "indicator").items()
    }


def states(set_: IndicatorSet, region: Region, as_of: dt.date | None = None) -> dict[int, str]:
    """The state of everybody by the first indicator of a set."""
    name = set_.indicators[0].indicator
    day = as_of or region.as_of
    found = answers(series({day: set_}, region.tables))
    return {person: answer.state for (person, indicator), answer in found.items() if indicator == name}


def result(set_: IndicatorSet, region: Region, level: str = "region", unit: str = "region", **options: Any) -> Row:
    """The result of one unit and the first indicator of a set."""
    found = series({region.as_of: set_}, region.tables, **options)
    return rows_of(found, "results", "indicator", level=level, unit=unit)[set_.indicators[0].indicator]


def is_undecidable(set_: IndicatorSet, tables: Tables, as_of: dt.date) -> bool:
    """Whether the engine refuses, because nobody can say who belongs."""
    try:
        series({as_of: set_}, tables)
    except SamspilError as error:
        return "who belongs" in str(error)
    return False


def write_set(set_: IndicatorSet, folder: Path) -> Path:
    """A programme `small` below `folder` whose `indicators.yaml` says what the set says. Returns that file."""
    place = folder / "small"
    place.mkdir(parents=True, exist_ok=True)
    programme = {"programme": "small", "title": TEXT, "source": "000 L1"}
    (place / "programme.yaml").write_text(yaml.safe_dump(programme), encoding="utf-8")
    content = set_.model_dump(mode="json", by_alias=True, exclude_none=True)
    file = place / "indicators.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file
