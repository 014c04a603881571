"""The second engine and the reference agree as the first does: scores of every measure, cost, indicators, segments.

The cases are the same ones that the first engine is tried on, drawn from a fixed seed; a few of them, as Spark takes
seconds where DuckDB takes tenths.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from samspil.programmes import RiskModel
from samspil.warehouse.choice import using
from tests.population.cost_cases import CostCase, cost_cases
from tests.population.indicator_strategies import IndicatorCase, indicator_cases
from tests.population.strategies import (
    EDGES,
    LEVELS,
    NUMBERS,
    POINTS,
    TRUTHS,
    RunCase,
    odense_runs,
    population,
    run_days,
    score_bands,
    tables_of,
)
from tests.population.test_cost import test_engine_and_reference_agree_on_the_cost_table as cost_table
from tests.population.test_indicators_reference import (
    test_engine_and_reference_agree_on_patients_units_coverage_and_who_is_lost as answers,
)
from tests.population.test_reference import assert_agreement
from tests.population.test_segments_reference import Case, cases
from tests.population.test_segments_reference import test_engine_and_reference_find_the_same_of_everybody as everybody

pytestmark = [pytest.mark.spark, pytest.mark.slow]
few = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def spark() -> Iterator[None]:
    with using("spark"):
        yield


@st.composite
def runs_of_every_measure(draw: st.DrawFn) -> RunCase:
    """One model that asks for every measure a model can, each in the ways it can be asked for, on a crowd."""
    as_of = draw(run_days())
    text = {"da": "navn", "en": "name"}

    def item(name: str, forms: list[str], **parts: Any) -> dict[str, Any]:
        says = {language: dict.fromkeys(forms, "so") for language in ("da", "en")}
        return {"item": name, "title": text, "source": "000 L1", "says": says, **parts}

    items = []
    for number in (1, 2):
        for name, parameters in NUMBERS.items():
            bands = [{"at_least": edge, "points": draw(POINTS)} for edge in EDGES.get(name, [1, 2, 3])]
            asked = {"measure": name, "with": draw(parameters), "bands": bands}
            items.append(item(f"{name}_{number}", ["zero", "one", "other"], **asked))
        for name, (parameters, levels) in LEVELS.items():
            asked = {"measure": name, "with": draw(parameters), "levels": {level: draw(POINTS) for level in levels}}
            items.append(item(f"{name}_{number}", list(levels), **asked))
        rungs = [
            {"measure": name, "with": draw(parameters), "level": name, "points": draw(POINTS)}
            for name, parameters in TRUTHS.items()
        ]
        none = {"level": "none_of_them", "points": 0}
        items.append(item(f"ladder_{number}", [*TRUTHS, "none_of_them"], first_of=rungs, otherwise=none))
    exclusions = [
        {"exclusion": name, "title": text, "source": "000 L1", "any_of": [{"measure": name, "with": draw(parameters)}]}
        for name, parameters in TRUTHS.items()
    ]
    model = RiskModel.model_validate(
        {
            "model": "every",
            "title": text,
            "version": "1",
            "source": "000 L1",
            "why": text,
            "eligible": {"age": {"min": None, "max": None}, "source": "000 L1"},
            "exclusions": exclusions,
            "items": items,
            "bands": draw(score_bands()),
            "target": {"at_least": 3, "source": "000 L1"},
        }
    )
    tables = population(Random(draw(st.integers())), as_of, 60, list(dict.fromkeys(tables_of(model))), most_events=40)
    return RunCase(as_of, [model], tables, {"every": {}})


@given(runs_of_every_measure())
@settings(few, max_examples=2)
def test_every_measure(case: RunCase) -> None:
    assert_agreement(case)


@given(odense_runs())
@settings(few, max_examples=2)
def test_the_odense_models_with_their_switches_and_missing_sources(case: RunCase) -> None:
    assert_agreement(case)


@given(cost_cases())
@settings(few, max_examples=2)
def test_cost(case: CostCase) -> None:
    cost_table.hypothesis.inner_test(case)


@given(indicator_cases())
@settings(few, max_examples=2)
def test_indicators(case: IndicatorCase) -> None:
    answers.hypothesis.inner_test(case)


@given(cases())
@settings(few, max_examples=1)
def test_segments(case: Case) -> None:
    everybody.hypothesis.inner_test(case)
