"""Engine and reference agree on whatever is scored, and both keep the laws that every run must keep."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import tests.reference
from samspil.population import stratify
from samspil.programmes import RiskModel
from tests.population.builders import (
    DAY,
    Region,
    Row,
    Scorer,
    Tables,
    as_ibis,
    by_both,
    engine_runs,
    exclusions_of,
    odense_model,
    points_of,
    scored,
    small_model,
    values_of,
)
from tests.population.strategies import RunCase, odense_runs, runs
from tests.reference import PersonResult

# A run takes the engine some tenths of a second, nearly all of it before the first row is read.
few = settings(deadline=None, max_examples=6, suppress_health_check=[HealthCheck.too_slow])
# A crowd is not made smaller, which would take minutes: the failure tells of its first person instead.
crowds = settings(few, max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])

Results = dict[str, list[PersonResult]]
Runner = Callable[..., Results]


def engine(case: RunCase, tables: Tables | None = None, models: list[RiskModel] | None = None) -> Results:
    models = models or case.models
    switches = {model.model: case.switches[model.model] for model in models}
    return engine_runs(models, case.tables if tables is None else tables, case.as_of, switches)


def reference(case: RunCase, tables: Tables | None = None, models: list[RiskModel] | None = None) -> Results:
    tables = case.tables if tables is None else tables
    return {
        model.model: tests.reference.score(model, tables, case.as_of, case.switches[model.model])
        for model in models or case.models
    }


both = pytest.mark.parametrize("run", [reference, engine])


@dataclass(frozen=True)
class Difference:
    """One thing that two results of the same run tell differently of a person."""

    model: str
    person_id: int
    part: str
    left: object
    right: object


def differences(left: Results, right: Results) -> list[Difference]:
    found = []
    for model in sorted(left.keys() | right.keys()):
        ours = {result.person_id: result for result in left[model]}
        theirs = {result.person_id: result for result in right[model]}
        for person in sorted(ours.keys() | theirs.keys()):
            one, other = ours.get(person), theirs.get(person)
            if one is None or other is None:
                found.append(Difference(model, person, "listed", one, other))
                continue
            parts = vars(one)
            found += [
                Difference(model, person, part, mine, getattr(other, part))
                for part, mine in parts.items()
                if mine != getattr(other, part)
            ]
    return found


def assert_agreement(case: RunCase) -> None:
    """Engine and reference say the same; if not, tell what of whom, and all that is known of the first."""
    found = differences(engine(case), reference(case))
    if found:
        first = found[0].person_id
        known = {
            name: own
            for name, rows in case.tables.items()
            if (own := [row for row in rows if row.get("person_id") == first])
        }
        pytest.fail(f"engine (left) and reference (right) differ: {found}\nrows of person {first}: {known}")


@given(runs())
@settings(few, max_examples=25)
def test_engine_and_reference_agree_on_any_models(case: RunCase) -> None:
    assert_agreement(case)


@given(runs(crowd=True))
@crowds
def test_engine_and_reference_agree_on_any_models_of_a_crowd(case: RunCase) -> None:
    assert_agreement(case)


@given(odense_runs())
@crowds
def test_engine_and_reference_agree_on_the_odense_models(case: RunCase) -> None:
    assert_agreement(case)


@given(case=runs(models=(2,)))
@few
@both
def test_models_scored_together_score_as_each_alone(run: Runner, case: RunCase) -> None:
    together = run(case)
    for model in case.models:
        alone = run(case, models=[model])
        assert differences({model.model: together[model.model]}, alone) == []


@given(case=runs(), order=st.randoms(use_true_random=False))
@few
@both
def test_the_order_of_rows_changes_nothing(run: Runner, case: RunCase, order: Random) -> None:
    shuffled = {name: order.sample(rows, len(rows)) for name, rows in case.tables.items()}
    assert differences(run(case), run(case, shuffled)) == []


@given(case=runs())
@few
@both
def test_what_is_dated_after_d_changes_nothing(run: Runner, case: RunCase) -> None:
    assert differences(run(case), run(case, as_known_at(case.as_of, case.tables))) == []


def as_known_at(as_of: dt.date, tables: Tables) -> dict[str, list[Row]]:
    """The tables as they would have been delivered at D: nothing has begun later, and nothing ended later."""
    return {
        name: [known for row in rows if (known := row_as_known_at(as_of, name, row)) is not None]
        for name, rows in tables.items()
    }


def row_as_known_at(as_of: dt.date, table_name: str, row: Row) -> Row | None:
    """One row as of D; None if there was no such row."""
    if table_name == "person":
        if row["birth_date"] > as_of:
            return None
        later = row["status_date"] is not None and row["status_date"] > as_of
        return {**row, "status": "active", "status_date": None} if later else row
    if table_name == "unemployment_fund":
        return row if row["year"] <= as_of.year else None
    begins = next((row[name] for name in ("date", "start", "from", "opened", "living_since") if name in row), None)
    ends = next((name for name in ("to", "closed") if name in row), None)
    if begins is not None and (begins.date() if isinstance(begins, dt.datetime) else begins) > as_of:
        return None
    return {**row, ends: None} if ends and row[ends] is not None and row[ends] > as_of else row


# Rules of the contract that no Odense model shows

D = dt.date(2015, 10, 15)
COUNT = {"item": "contacts", "measure": "gp_contacts", "with": {"within": "6 months"}}
EVERYBODY = {**COUNT, "bands": [{"at_least": 0, "points": 0}]}
ALONE = {"item": "alone", "measure": "living", "levels": {"partner": 0, "alone": 1}}
SOME_CHILDREN = {"measure": "preschool_children", "with": {}, "at_least": 1}


@by_both
def test_a_count_below_all_bands_gives_0_points(score: Scorer) -> None:
    model = small_model(items=[{**COUNT, "bands": [{"at_least": 2, "points": 3}, {"at_least": 4, "points": 1}]}])
    region = Region(D)
    for times in (0, 1, 2, 3, 4):
        region.citizen(times).gp_contacts(times)
    assert points_of(scored(score, model, region), "contacts") == {0: 0, 1: 0, 2: 3, 3: 3, 4: 1}


@by_both
def test_bands_of_an_amount_are_those_of_the_exact_amount(score: Scorer) -> None:
    fees = {"item": "fees", "measure": "specialist_fees", "with": {"within": "6 months"}}
    model = small_model(items=[{**fees, "bands": [{"at_least": 0, "points": 0}, {"at_least": 100, "points": 1}]}])
    region = Region(D)
    region.citizen(1).specialist("eye", fee="99.60")
    region.citizen(2).specialist("eye", fee="99.60").specialist("eye", fee="0.40")
    region.citizen(3)
    assert points_of(scored(score, model, region), "fees") == {1: 0, 2: 1, 3: 0}


@by_both
def test_a_ladder_is_missing_for_whom_one_of_its_rungs_is_not_known(score: Scorer) -> None:
    ladder = {
        "item": "family",
        "first_of": [
            {"level": "in_job", "measure": "job_active", "points": 2},
            {"level": "children", **SOME_CHILDREN, "points": 1},
        ],
        "otherwise": {"level": "neither", "points": 0},
    }
    region = Region(D)
    region.citizen(1).lives("partner", preschool_children=1)
    region.citizen(2).lives("partner", preschool_children=None)
    region.citizen(3).without_household()
    found = scored(score, small_model(items=[ladder]), region)
    assert {person: result.item("family")[1:] for person, result in found.items()} == {
        1: ("children", 1, "scored"),
        2: (None, None, "missing"),
        3: (None, None, "missing"),
    }
    assert [person for person, result in found.items() if result.incomplete] == [2, 3]


@by_both
def test_an_exclusion_that_is_not_known_of_a_person_is_unchecked(score: Scorer) -> None:
    rule = {"exclusion": "children", "any_of": [SOME_CHILDREN]}
    region = Region(D)
    region.citizen(1).lives("partner", preschool_children=1)
    region.citizen(2).lives("partner", preschool_children=None)
    region.citizen(3).lives("partner", preschool_children=0)
    found = scored(score, small_model(items=[EVERYBODY], exclusions=[rule]), region)
    assert exclusions_of(found) == {1: ["children"], 2: [], 3: []}
    assert {person: result.incomplete for person, result in found.items()} == {1: False, 2: True, 3: False}


@by_both
def test_nobody_is_listed_before_birth(score: Scorer) -> None:
    region = Region(D)
    for number, born in enumerate([D - DAY, D, D + DAY]):
        region.citizen(number, born=born)
    assert set(scored(score, small_model(items=[EVERYBODY]), region)) == {0, 1}


@by_both
def test_the_inactive_are_left_out_of_a_model_without_a_rule_about_them(score: Scorer) -> None:
    student = {"exclusion": "student", "any_of": [{"measure": "education_active"}]}
    region = Region(D)
    region.citizen(1).education()
    region.citizen(2, status="emigrated", status_date=D).education()
    found = scored(score, small_model(items=[EVERYBODY], exclusions=[student]), region)
    assert exclusions_of(found) == {1: ["student"]}


@by_both
def test_a_band_outside_the_target_can_be_switched_into_it(score: Scorer) -> None:
    bands = [{"band": "some", "at_least": 1}, {"band": "many", "at_least": 2, "in_target": False, "switch": "all"}]
    model = small_model(
        items=[{**COUNT, "bands": [{"at_least": 0, "points": 0}, {"at_least": 1, "points": 1}]}, ALONE],
        bands=bands,
        target={"at_least": 0, "source": "000 L1"},
    )
    region = Region(D)
    region.citizen(0)
    region.citizen(1).gp_contacts()
    region.citizen(2).gp_contacts().lives("alone")
    by_default, switched = scored(score, model, region), scored(score, model, region, all=True)
    assert {person: result.band for person, result in by_default.items()} == {0: None, 1: "some", 2: "many"}
    assert {person: result.in_target for person, result in by_default.items()} == {0: True, 1: True, 2: False}
    assert {person: result.in_target for person, result in switched.items()} == {0: True, 1: True, 2: True}


@by_both
def test_a_death_of_unknown_date_is_missing(score: Scorer) -> None:
    rungs = [{"level": "died", "measure": "died", "with": {"within": "6 months"}, "points": 1}]
    item = {"item": "death", "first_of": rungs, "otherwise": {"level": "alive", "points": 0}}
    inactive = {"exclusion": "inactive", "not_active": True}
    region = Region(D)
    region.citizen(1, status="dead", status_date=D)
    region.citizen(2, status="dead", status_date=None)
    region.citizen(3, status="emigrated", status_date=D)
    region.citizen(4, status="dead", status_date=D + DAY)
    found = values_of(scored(score, small_model(items=[item], exclusions=[inactive]), region), "death")
    assert found == {1: "died", 2: None, 3: "alive", 4: "alive"}


# The long format


def test_the_long_format_tells_the_same_as_the_reference() -> None:
    region = Region(D)
    region.citizen(1, age=65).gp_contacts(16).lives("alone", since=D - 10 * DAY).gp_diagnosis("P76")
    region.citizen(2, age=65).without_household().education().benefit("efterloen")
    region.citizen(3, age=30)
    models = [odense_model(name, D) for name in ("sad", "daemp")]
    tables = region.without("prescriptions")
    run = stratify(models, as_ibis(tables), as_of=D)
    columns = (
        "person_id", "provider_number", "model", "version", "as_of", "excluded_by", "score", "band", "in_target",
        "item", "value", "points", "status",
    )  # fmt: skip
    found = run.items().to_pyarrow()
    assert tuple(found.column_names) == columns
    expected = [
        (
            result.person_id, result.provider_number, model.model, model.version, D, result.excluded_by,
            result.score, result.band, result.in_target, item.item,
            None if item.value is None else str(item.value), item.points, item.status,
        )
        for model in models
        for result in tests.reference.score(model, tables, D)
        for item in result.items
    ]  # fmt: skip
    by_place = {(row["model"], row["person_id"], row["item"]): tuple(row.values()) for row in found.to_pylist()}
    assert by_place == {(row[2], row[0], row[9]): row for row in expected}
    assert found.num_rows == len(expected)
