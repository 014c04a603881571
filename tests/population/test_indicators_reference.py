"""Indicators: engine and reference agree on whatever is asked, and results keep the laws of counting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from samspil.population.time import Months
from tests.population.builders import Row
from tests.population.indicator_builders import answers, is_undecidable, rows_of, series, small_set
from tests.population.indicator_strategies import IndicatorCase, indicator_cases
from tests.reference import indicators as reference

# A run takes the engine some tenths of a second, nearly all of it before the first row is read.
few = settings(
    deadline=None,
    max_examples=3,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
STATES = ("met", "not_met", "overdue", "no_data", "not_applicable")


def expected_people(case: IndicatorCase) -> list[reference.Patient]:
    """The patients the reference finds; the engine refuses where it does."""
    try:
        return reference.patients(case.set_, case.tables, case.as_of)
    except reference.Undecidable:
        assert is_undecidable(case.set_, case.tables, case.as_of)
        assume(False)
    raise AssertionError


def close(row: Row) -> dict[str, Any]:
    """A row whose shares may differ in the last digit."""
    return {name: pytest.approx(value) if isinstance(value, float) else value for name, value in row.items()}


@given(indicator_cases())
@settings(few, max_examples=12)
def test_engine_and_reference_agree_on_patients_units_coverage_and_who_is_lost(case: IndicatorCase) -> None:
    people = expected_people(case)
    found = series({case.as_of: case.set_}, case.tables)
    assert answers(found) == {(p.person_id, name): answer for p in people for name, answer in p.answers.items()}
    lost = rows_of(found, "lost", "person_id")
    assert {who: (row["last_contact"], row["reasons"]) for who, row in lost.items()} == {
        p.person_id: p.lost for p in people if p.lost is not None
    }
    units = reference.units(case.set_, case.tables, people, case.as_of)
    told = reference.told_at(case.set_, case.set_.cases[0], case.tables, case.as_of)
    collected = {
        each.indicator: not reference.why_not_collected(case.set_, each, told, case.as_of)
        for each in case.set_.indicators
    }
    results = rows_of(found, "results", "level", "unit", "indicator")
    categories = rows_of(found, "categories", "level", "unit", "indicator", "category")
    coverage = rows_of(found, "coverage", "level", "unit", "variable")
    assert set(results) == {(*unit, name) for unit in units for name in collected}
    for unit, theirs in units.items():
        for indicator in case.set_.indicators:
            name = indicator.indicator
            wanted = reference.results(theirs, indicator, collected[name])
            said = {key: value for key, value in results[*unit, name].items() if value is not None}
            for key in ("set", "as_of", "level", "unit", "indicator", "version"):
                del said[key]
            assert said == close({key: value for key, value in wanted.items() if value is not None}), (unit, name)
            counted = {key[3]: row["persons"] for key, row in categories.items() if key[:3] == (*unit, name)}
            assert {key: n for key, n in counted.items() if n} == reference.categories(theirs, indicator)
        for variable in case.set_.variables:
            row = coverage[*unit, variable.variable]
            assert row["participating"] == len(theirs.participating)
            assert row["delivering"] == len(theirs.delivering)
            assert row["persons"] == (len(theirs.patients) if theirs.delivering else None)
            known = [p.variables.get(variable.variable) for p in theirs.patients]
            if row["with_value"] is not None:
                assert row["with_value"] == sum(map(bool, known))
            else:
                assert not theirs.delivering or not any(known)


@given(indicator_cases())
@few
def test_states_add_up_to_persons_and_practices_and_municipalities_each_to_the_region(case: IndicatorCase) -> None:
    expected_people(case)
    results = rows_of(series({case.as_of: case.set_}, case.tables), "results", "level", "unit", "indicator")
    counted = ("persons", *STATES, "exceptions")
    for row in results.values():
        if row["outcome"] == "not_collected":
            assert all(row[state] is None for state in STATES)
            continue
        assert sum(row[state] for state in STATES) == row["persons"]
        if row["strict_d"] is not None:
            assert row["strict_n"] == row["observed_n"] == row["met"]
            assert row["observed_n"] <= row["observed_d"] <= row["strict_d"] <= row["persons"]
            assert row["strict_d"] - row["observed_d"] <= row["no_data"]
    for level in ("practice", "municipality"):
        for indicator in case.set_.indicators:
            name = indicator.indicator
            region = results["region", "region", name]
            parts = [row for key, row in results.items() if key[0] == level and key[2] == name]
            if region["outcome"] != "not_collected":
                assert [sum(part[each] or 0 for part in parts) for each in counted] == [
                    region[each] for each in counted
                ]


@given(indicator_cases())
@few
def test_a_wider_window_never_lowers_the_share_of_what_was_done(case: IndicatorCase) -> None:
    expected_people(case)
    checks = {"measure": "last_check", "with": {"checks": ["foot_exam", "eye_exam"]}}
    windows = [Months(months) for months in (1, 6, 12, 24)]
    widening = small_set(
        [
            {"indicator": f"in_{within.count}", "done": {"latest_of": [checks], "within": str(within)}}
            for within in windows
        ],
        cases=[case.set_.cases[0].model_dump(by_alias=True)],
        delivering={"table": "gp_contact", "within": "24 months"},
    )
    results = rows_of(series({case.as_of: widening}, case.tables), "results", "indicator", level="region")
    met = [results[f"in_{within.count}"]["met"] or 0 for within in windows]
    assert met == sorted(met)


@given(indicator_cases())
@few
def test_an_exception_never_lowers_a_share_and_never_takes_a_patient_who_is_met(case: IndicatorCase) -> None:
    expected_people(case)
    without = case.set_.model_copy(
        update={"indicators": tuple(each.model_copy(update={"exceptions": ()}) for each in case.set_.indicators)}
    )
    found = rows_of(series({case.as_of: case.set_}, case.tables), "results", "level", "unit", "indicator")
    other = rows_of(series({case.as_of: without}, case.tables), "results", "level", "unit", "indicator")
    for key, row in found.items():
        assert row["met"] == other[key]["met"]
        if row["strict_d"]:
            assert row["strict_n"] / row["strict_d"] >= other[key]["strict_n"] / other[key]["strict_d"]
