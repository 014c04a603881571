"""Populations made by hand, and the two ways to score them.

    region = Region(as_of=D)
    region.citizen(1, age=40).gp_contacts(15).sick_leave(days=20, begins=ago(100), cause="stress")
    region.tables, region.without("employment")

A citizen who is only born is active, Danish, with a practice, and lives with a partner and no small children.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

import tests.reference
from samspil.population import Switch, stratify
from samspil.programmes import RiskModel, find_model
from samspil.warehouse.choice import chosen
from samspil.warehouse.contracts import ColumnType, contracts, table, table_sources
from samspil.warehouse.engine import connect
from tests.reference import ItemResult, PersonResult

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Row]]
Scorer = Callable[..., list[PersonResult]]

DAY = dt.timedelta(days=1)
NOON = dt.time(12)
LONG_AGO = dt.date(1990, 1, 1)
PRACTICE = "100001"


def years_before(day: dt.date, years: int) -> dt.date:
    """The same calendar day, years earlier; 28 February stands for a 29 February that is not there."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return dt.date(day.year - years, 2, 28)


class Citizen:
    """One person whose rows are added one call at a time. Days are D where nothing else is said."""

    def __init__(self, region: Region, person_id: int) -> None:
        self.region = region
        self.person_id = person_id

    def add(self, table_name: str, **values: Any) -> Citizen:
        self.region.add(table_name, person_id=self.person_id, **values)
        return self

    def _day(self, day: dt.date | None) -> dt.date:
        return self.region.as_of if day is None else day

    def _spell(self, begins: dt.date | None, ends: dt.date | None, days: int | None) -> tuple[dt.date, dt.date | None]:
        """First and last day of a spell of so many days, or of one that is open unless it ends."""
        begins = self._day(begins)
        return begins, ends if days is None else begins + (days - 1) * DAY

    # Civil registration

    def lives(self, living: str | None, *, since: dt.date | None = None, preschool_children: int | None = 0) -> Citizen:
        """The household, in place of what it was."""
        self.without_household()
        return self.add("household", living=living, living_since=since, preschool_children=preschool_children)

    def without_household(self) -> Citizen:
        rows = self.region.tables["household"]
        rows[:] = [row for row in rows if row["person_id"] != self.person_id]
        return self

    # General practice

    def affiliated(self, practice: str, begins: dt.date, ends: dt.date | None = None) -> Citizen:
        return self.add("affiliation", provider_number=practice, **{"from": begins, "to": ends})

    def gp_contacts(self, times: int = 1, *, on: dt.date | None = None, kind: str = "consultation") -> Citizen:
        for _ in range(times):
            self.add("gp_contact", provider_number=PRACTICE, date=self._day(on), kind=kind)
        return self

    def gp_diagnosis(self, icpc2: str, *, on: dt.date | None = None) -> Citizen:
        return self.add("gp_diagnosis", icpc2=icpc2, date=self._day(on))

    # Region: specialists, medicines, hospital

    def specialist(
        self, specialty: str, *, on: dt.date | None = None, referred_by_gp: bool = True, fee: str = "500"
    ) -> Citizen:
        return self.add(
            "specialist_contact",
            date=self._day(on),
            specialty=specialty,
            referred_by_gp=referred_by_gp,
            fee=Decimal(fee),
        )

    def drug(self, atc: str, *, on: dt.date | None = None, price: str = "100") -> Citizen:
        return self.add("dispensing", date=self._day(on), atc=atc, name=None, packages=1.0, price=Decimal(price))

    def drugs(self, number: int, *, on: dt.date | None = None) -> Citizen:
        """So many different drugs, `drug_number(0)` and on."""
        for position in range(number):
            self.drug(drug_number(position), on=on)
        return self

    def hospital_contacts(
        self,
        times: int = 1,
        *,
        on: dt.date | None = None,
        at: dt.time = NOON,
        kind: str = "inpatient",
        acute: bool = True,
        diagnosis: str = "Z000",
        cost: str = "1000",
    ) -> Citizen:
        for _ in range(times):
            self.add(
                "hospital_contact",
                contact_id=f"contact-{len(self.region.tables['hospital_contact'])}",
                course_id=None,
                hospital="OUH",
                department="medicine",
                start=dt.datetime.combine(self._day(on), at),
                end=None,
                kind=kind,
                acute=acute,
                action_diagnosis=diagnosis,
                cost=Decimal(cost),
                ready_for_discharge=None,
            )
        return self

    def hospital_diagnosis(self, diagnosis: str, *, on: dt.date | None = None, rank: str = "primary") -> Citizen:
        return self.add(
            "hospital_diagnosis", contact_id="contact-0", date=self._day(on), diagnosis=diagnosis, rank=rank
        )

    def outpatient_course(self, opened: dt.date | None = None, closed: dt.date | None = None) -> Citizen:
        return self.add(
            "outpatient_course",
            course_id=f"course-{len(self.region.tables['outpatient_course'])}",
            department="medicine",
            opened=self._day(opened),
            closed=closed,
        )

    # Municipality: work and care

    def benefit(self, kind: str, begins: dt.date | None = None, ends: dt.date | None = None) -> Citizen:
        spell = {"from": self._day(begins), "to": ends}
        return self.add("benefit", kind=kind, weekly_amount=Decimal(3000), **spell)

    def sick_leave(
        self,
        *,
        begins: dt.date | None = None,
        ends: dt.date | None = None,
        days: int | None = None,
        cause: str = "andet",
    ) -> Citizen:
        first, last = self._spell(begins, ends, days)
        return self.add("sick_leave", cause=cause, **{"from": first, "to": last})

    def job(self, begins: dt.date | None = None, ends: dt.date | None = None) -> Citizen:
        return self.add("job", weekly_hours=37.0, **{"from": self._day(begins), "to": ends})

    def education(self, begins: dt.date | None = None, ends: dt.date | None = None) -> Citizen:
        return self.add("education", **{"from": self._day(begins), "to": ends})

    def unemployment_fund(self, fund: str, *, year: int | None = None) -> Citizen:
        return self.add("unemployment_fund", year=year or self.region.as_of.year, fund=fund)

    def home_care(self, frequency: str, begins: dt.date | None = None, ends: dt.date | None = None) -> Citizen:
        hours = {"personal_hours_per_week": 3.0, "practical_hours_per_week": 1.0}
        return self.add("home_care", frequency=frequency, **hours, **{"from": self._day(begins), "to": ends})

    def home_nursing(self, begins: dt.date | None = None, ends: dt.date | None = None) -> Citizen:
        return self.add("home_nursing", visits_per_week=2.0, **{"from": self._day(begins), "to": ends})

    def substance_case(self, opened: dt.date | None = None, closed: dt.date | None = None) -> Citizen:
        return self.add("substance_case", opened=self._day(opened), closed=closed)


class Region:
    """Some citizens as all sources tell of them; every table is present, empty where nothing happened."""

    def __init__(self, as_of: dt.date) -> None:
        self.as_of = as_of
        self.tables: dict[str, list[Row]] = {name: [] for name in table_sources()}

    def add(self, table_name: str, **values: Any) -> None:
        assert set(values) == set(table(table_name).lake_columns), f"{table_name}: {sorted(values)}"
        self.tables[table_name].append(values)

    def citizen(
        self,
        person_id: int = 1,
        *,
        age: int | None = None,
        born: dt.date | None = None,
        status: str = "active",
        status_date: dt.date | None = None,
        origin: str | None = "danish",
        practice: str | None = PRACTICE,
    ) -> Citizen:
        """A new citizen, born so as to be `age` today (it is the birthday) or on the day `born`."""
        self.add(
            "person",
            person_id=person_id,
            birth_date=born or years_before(self.as_of, 40 if age is None else age),
            sex="F",
            municipality="461",
            status=status,
            status_date=status_date,
            origin=origin,
        )
        citizen = Citizen(self, person_id).lives("partner", since=LONG_AGO)
        if practice is not None:
            citizen.affiliated(practice, LONG_AGO)
        return citizen

    def risk_drug(self, atc: str, level: str) -> None:
        self.add("risk_drug", atc=atc, level=level)

    def without(self, *sources: str) -> dict[str, list[Row]]:
        """The tables when some sources are not loaded."""
        return without(self.tables, *sources)


def without(tables: Tables, *sources: str) -> dict[str, Sequence[Row]]:
    """The tables that are left when some sources are not loaded."""
    absent = {name for source in sources for name in contracts()[source].tables}
    return {name: rows for name, rows in tables.items() if name not in absent}


def drug_number(position: int) -> str:
    """One of many ATC codes, none of them a psychotropic."""
    return f"C10AA{position:02}"


# Scoring: the reference and the engine, called in the same way.

_ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    "cpr": pa.int64(),
    "text": pa.string(),
    "code": pa.string(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us"),
    "int": pa.int64(),
    "number": pa.float64(),
    "money": pa.decimal128(12, 2),
    "bool": pa.bool_(),
}


@cache
def arrow_schema(table_name: str) -> pa.Schema:
    """The types of a table in the lake, from its contract."""
    contract = table(table_name)
    names = {"person_id": "cpr"}
    return pa.schema(
        [(column, _ARROW_TYPES[contract.columns[names.get(column, column)].type]) for column in contract.lake_columns]
    )


@cache
def _empty(table_name: str) -> ir.Table:
    return _connection().create_table(f"no_{table_name}", arrow_schema(table_name).empty_table())


@cache
def _connection() -> ibis.BaseBackend:
    return ibis.duckdb.connect(threads=1)


@cache
def _spark() -> Any:
    """Ibis's view of Spark; `spark` has to be the chosen engine."""
    return connect(Path(tempfile.mkdtemp(prefix="samspil-spark-")), "spark").backend


def _on_spark(name: str, rows: pa.Table) -> ir.Table:
    _spark()._session.createDataFrame(rows).createOrReplaceTempView(name)
    return _spark().table(name)


def as_ibis(tables: Tables) -> dict[str, ir.Table]:
    """The tables as typed tables of DuckDB, or of Spark where it is the chosen engine; used before the next call."""
    typed = {name: pa.Table.from_pylist(list(rows), schema=arrow_schema(name)) for name, rows in tables.items()}
    if chosen() == "spark":
        return {name: _on_spark(name, rows) for name, rows in typed.items()}
    return {
        name: _connection().create_table(name, rows, overwrite=True) if rows.num_rows else _empty(name)
        for name, rows in typed.items()
    }


def engine_runs(
    models: Sequence[RiskModel],
    tables: Tables,
    as_of: dt.date,
    switches: Mapping[str, Mapping[str, bool]] | None = None,
) -> dict[str, list[PersonResult]]:
    """What the engine says of each model of one run, in the reference's form. `switches` are by model."""
    chosen = [
        Switch(model=model, name=name, enabled=enabled, because="a test")
        for model, settings in (switches or {}).items()
        for name, enabled in settings.items()
    ]
    run = stratify(models, as_ibis(tables), as_of=as_of, switches=chosen)
    return {
        model.model: [
            _person_result(model, row)
            for row in run.persons(model.model).order_by("person_id").to_pyarrow().to_pylist()
        ]
        for model in models
    }


def _person_result(model: RiskModel, row: Row) -> PersonResult:
    parts = ("person_id", "provider_number", "excluded_by", "score", "band", "in_target", "incomplete")
    items = [
        ItemResult(item.item, *(row[f"{part}_{item.item}"] for part in ("value", "points", "status")))
        for item in model.items
    ]
    return PersonResult(**{part: row[part] for part in parts}, items=items)


def engine_score(
    model: RiskModel, tables: Tables, as_of: dt.date, switches: Mapping[str, bool] | None = None
) -> list[PersonResult]:
    """The engine, called as the reference is."""
    return engine_runs([model], tables, as_of, {model.model: switches or {}})[model.model]


#: Every golden case holds for the reference and for the engine alike.
by_both = pytest.mark.parametrize("score", [tests.reference.score, engine_score], ids=["reference", "engine"])


@cache
def odense_model(name: str, as_of: dt.date) -> RiskModel:
    """One of the Odense models as in force on a day."""
    return find_model(name).at(as_of)


def small_model(**parts: Any) -> RiskModel:
    """A model of a few parts, written as in YAML; titles, sources and sentences are filled in."""
    text = {"da": "navn", "en": "name"}
    described = {"title": text, "source": "000 L1"}
    items = []
    for item in parts.pop("items"):
        rungs = [rung["level"] for rung in (*item.get("first_of", ()), item.get("otherwise", {"level": "none"}))]
        forms = dict.fromkeys(["zero", "one", "other", *item.get("levels", ()), *rungs], "so")
        items.append({**described, "says": {"da": forms, "en": forms}, **item})
    whole = {"model": "small", "version": "1", "why": text, "eligible": {"age": {}, "source": "000 L1"}}
    whole |= {"target": {"at_least": 1, "source": "000 L1"}, **described, **parts, "items": items}
    for part in ("exclusions", "bands"):
        whole[part] = [{**described, **each} for each in whole.get(part, ())]
    for band in whole["bands"]:
        del band["source"]
    return RiskModel.model_validate(whole)


def scored(
    score: Scorer,
    model: str | RiskModel,
    region: Region,
    *,
    only: Collection[str] = (),
    without: Sequence[str] = (),
    **switches: bool,
) -> dict[int, PersonResult]:
    """A model (an Odense model by name, as in force at D) on the citizens of a region, by person id.

    `only` names the items and exclusions that a test is about; a run of a few of them is quick.
    """
    in_force = odense_model(model, region.as_of) if isinstance(model, str) else model
    if only:
        items = tuple(item for item in in_force.items if item.item in only)
        exclusions = tuple(rule for rule in in_force.exclusions if rule.exclusion in only)
        assert len(items) + len(exclusions) == len(only), f"not all of {only} are parts of {in_force.model}"
        in_force = in_force.model_copy(update={"items": items, "exclusions": exclusions})
    found = score(in_force, region.without(*without), region.as_of, switches)
    return {result.person_id: result for result in found}


def points_of(results: Mapping[int, PersonResult], item: str) -> dict[int, int | None]:
    """The points of one item, by person."""
    return {person: result.points(item) for person, result in results.items()}


def values_of(results: Mapping[int, PersonResult], item: str) -> dict[int, int | str | None]:
    """The value of one item, by person."""
    return {person: result.item(item).value for person, result in results.items()}


def exclusions_of(results: Mapping[int, PersonResult]) -> dict[int, list[str]]:
    """What excludes each person."""
    return {person: result.excluded_by for person, result in results.items()}


def spells_around(day: dt.date) -> dict[int, tuple[dt.date, dt.date | None]]:
    """First and last days of spells by number: those of `ACTIVE_SPELLS` are active on the day."""
    return {
        1: (day - 100 * DAY, None),
        2: (day - 100 * DAY, day + 100 * DAY),
        3: (day - 100 * DAY, day),
        4: (day, day),
        5: (day, None),
        6: (day - 100 * DAY, day - DAY),
        7: (day + DAY, None),
    }


ACTIVE_SPELLS = {1, 2, 3, 4, 5}
