"""A place among all is found by many tasks, each with a part of the people, even where most have the same amount."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from samspil.population.ranking import mid_ranks, ranked
from samspil.warehouse.spark.engine import SparkEngine
from samspil.warehouse.spark.session import session

pytestmark = [pytest.mark.slow, pytest.mark.spark]

PEOPLE = 20_000


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SparkEngine]:
    """Spark, which does not join the parts of small tables, as it would not those of large ones."""
    engine = SparkEngine(tmp_path)
    conf = session(tmp_path).conf
    joins = "spark.sql.adaptive.coalescePartitions.enabled"
    conf.set(joins, "false")
    yield engine
    conf.unset(joins)


@pytest.fixture
def people(engine: SparkEngine, tmp_path: Path) -> ir.Table:
    """Half have used nothing, and the others up to 2,000 kroner: there are fewer bands than people, as in a country."""
    chance = random.Random(1)
    amounts = [Decimal(chance.randrange(0, 200_000)) / 100 * (number % 2) for number in range(PEOPLE)]
    persons = [chance.randrange(2**63) for _ in range(PEOPLE)]
    rows = {"person_id": persons, "cost": pa.array(amounts, pa.decimal128(18, 2))}
    path = tmp_path / "people.parquet"
    engine.write(ibis.memtable(pa.table(rows)), str(path))
    return engine.read([str(path)], "people")


def most_rows(engine: SparkEngine, places: ir.Table, column: str, lowest: int, tmp: Path) -> int:
    """The most rows that any one task is handed by others while the lowest place is looked for."""
    context = session(tmp).sparkContext
    context.setJobGroup(str(tmp), "places of everybody")
    assert engine.one(places.aggregate(lowest=places[column].max())) == {"lowest": lowest}
    tracker, store = context.statusTracker(), context._jsc.sc().statusStore()
    stages = {stage for job in tracker.getJobIdsForGroup(str(tmp)) for stage in tracker.getJobInfo(job).stageIds}
    found = []
    for stage in stages:
        tasks = store.taskList(stage, 0, PEOPLE)
        metrics = [tasks.apply(number).taskMetrics() for number in range(tasks.size())]
        found += [each.get().shuffleReadMetrics().recordsRead() for each in metrics if each.isDefined()]
    return max(found)


def test_no_task_is_given_nearly_everybody(engine: SparkEngine, people: ir.Table, tmp_path: Path) -> None:
    assert 0 < most_rows(engine, ranked(people, "cost"), "rank", PEOPLE, tmp_path) < PEOPLE / 3


def test_no_task_is_given_nearly_all_amounts(engine: SparkEngine, people: ir.Table, tmp_path: Path) -> None:
    oere = people.select(oere=(people.cost * 100).cast("int64"))
    dearest = oere.oere.max().to_pyarrow().as_py()
    twice = 2 * PEOPLE - oere.filter(oere.oere == dearest).count().to_pyarrow().as_py() + 1
    assert 0 < most_rows(engine, mid_ranks(oere, "oere"), "twice_the_rank", twice, tmp_path) < PEOPLE / 6


def test_a_sort_of_all_is_given_everybody(engine: SparkEngine, people: ir.Table, tmp_path: Path) -> None:
    """The control: what is looked at above would show it."""
    order = ibis.window(order_by=[people.cost.desc(), people.person_id])
    sorted_at_once = people.mutate(rank=ibis.row_number().over(order).cast("int64") + 1)
    assert most_rows(engine, sorted_at_once, "rank", PEOPLE, tmp_path) == PEOPLE
