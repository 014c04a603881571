"""A set of indicators that uses a measure wrongly is refused, with the file, the line and the mend."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest

from samspil.definitions import DefinitionError
from samspil.population import indicator_series as series_module
from samspil.population.indicator_binding import check_indicators, uses_of
from samspil.population.indicator_series import indicator_series
from samspil.programmes.indicators import load_indicators
from samspil.programmes.loader import find_set, set_files
from samspil.warehouse.contracts import table_sources
from tests.population.builders import arrow_schema
from tests.population.indicator_builders import small_set, write_set

COUNT = {"measure": "gp_contacts", "with": {"within": "12 months"}}
DAY_OF = {"measure": "last_check", "with": {"checks": ["foot_exam"]}}
TEXTS = {"ja": {"da": "ja", "en": "yes"}}
TITLE = {"da": "x", "en": "x"}


def faults(folder, indicator: dict[str, Any], **parts: Any) -> list[tuple[str, str]]:
    """The line of the file that each fault names, and what it says."""
    file = write_set(small_set([{"indicator": "it", **indicator}], **parts), folder)
    loaded = load_indicators(file, "small")
    with pytest.raises(DefinitionError) as raised:
        check_indicators(loaded)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert {fault.file for fault in raised.value.faults} == {file}
    return [(lines[fault.line - 1].strip(" -"), fault.cause) for fault in raised.value.faults]


GOOD = {"done": {"latest_of": [DAY_OF], "within": "24 months"}}


def test_a_set_whose_measures_fit_has_no_faults(tmp_path):
    check_indicators(load_indicators(write_set(small_set([{"indicator": "it", **GOOD}]), tmp_path), "small"))


TEETH = {"measure": "last_check", "with": {"checks": ["teeth"]}}
WORKING = {"exception": "working", "any_of": [{"measure": "job_active", "at_least": 1}]}


@pytest.mark.parametrize(
    ("indicator", "line", "cause"),
    [
        (
            {"done": {"latest_of": [COUNT], "within": "1 month"}},
            "measure: gp_contacts",
            "gives a number: a day is needed",
        ),
        (
            {"done": {"latest_of": [DAY_OF], "within": "2 years"}},
            "within: 2 years",
            "`2 years` is not a number of months",
        ),
        ({"value": {"value": DAY_OF, "below": 1}}, "measure: last_check", "gives a date: a number is needed"),
        ({"known": {"known": [COUNT]}}, "measure: gp_contacts", "is always known, because no row is a true zero"),
        ({"holds": {"any_of": [COUNT]}}, "measure: gp_contacts", "gives a number: `at_least` is needed"),
        ({"categories": {"value": COUNT, "values": TEXTS}}, "measure: gp_contacts", "gives a number: a text is needed"),
        ({"categories": {"value": {"measure": "living"}, "values": TEXTS}}, "values:", "can be: partner, alone"),
        ({"known": {"known": [{"measure": "no_such"}]}}, "measure: no_such", "unknown measure `no_such`"),
        ({"known": {"known": [TEETH]}}, "teeth", "`checks`: unknown `teeth`; the contract has annual_review"),
        ({**GOOD, "excluded": [COUNT]}, "measure: gp_contacts", "gives a number: `at_least` is needed"),
        ({**GOOD, "exceptions": [WORKING]}, "at_least: 1.0", "`job_active` gives a truth, not a number"),
    ],
)
def test_a_measure_that_does_not_fit_is_a_fault_at_its_line(tmp_path, indicator, line, cause):
    ((named, said),) = faults(tmp_path, indicator)
    assert named == line
    assert cause in said


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"delivering": {"table": "gp_kontakt", "within": "12 months"}}, "delivering: there is no table `gp_kontakt`"),
        (
            {"delivering": {"table": "gp_check", "within": "12 months"}},
            "`gp_check` does not tell which practice did what",
        ),
        ({"delivering": {"table": "gp_contact", "within": "a year"}}, "`within`: `a year` is not a number of months"),
        ({"lost": {"contacts": [COUNT], "within": "12 months"}}, "lost to follow-up: `gp_contacts` gives a number"),
        ({"cases": [{"case": "listed", "any_of": [COUNT]}]}, "case `listed`: `gp_contacts` gives a number"),
    ],
)
def test_who_delivers_who_is_lost_and_who_belongs_are_checked_too(tmp_path, parts, said):
    ((_, cause),) = faults(tmp_path, GOOD, **parts)
    assert said in cause


def test_what_several_indicators_ask_for_is_measured_once():
    set_ = small_set([{"indicator": name, **GOOD} for name in ("one", "other")])
    assert [use.measure.name for use in uses_of(set_, set_.cases[0])] == [
        "gp_diagnoses",
        "last_check",
        "last_gp_contact",
    ]


def test_sets_are_found_by_name_below_a_folder(tmp_path):
    write_set(small_set([{"indicator": "it", **GOOD}]), tmp_path)
    assert list(set_files(tmp_path)) == ["small"]
    assert find_set("small", tmp_path).programme == "small"
    with pytest.raises(Exception, match="unknown set of indicators `big`; sets are small"):
        find_set("big", tmp_path)


def test_a_run_can_be_said_in_the_sql_of_spark(monkeypatch):
    # Databricks speaks the SQL of Spark, and needs no Spark to be asked; what is kept for reuse is written out instead.
    monkeypatch.setattr(ir.Table, "cache", lambda table: table)
    monkeypatch.setattr(series_module, "first_days", lambda *_: {})
    tables = {name: ibis.table(ibis.Schema.from_pyarrow(arrow_schema(name)), name=name) for name in table_sources()}
    declined = {"exception": "declined", "any_of": [{**COUNT, "at_least": 1}]}
    bins = {"value": COUNT, "bins": [{"category": "a", "title": TITLE, "at_least": 0}]}
    set_ = small_set([{"indicator": "it", **GOOD, "exceptions": [declined]}, {"indicator": "bins", "categories": bins}])
    found = indicator_series({dt.date(year, 12, 31): set_ for year in (2021, 2022)}, tables, constant=True)
    for table in found.tables.values():
        assert "SELECT" in ibis.to_sql(table, dialect="databricks")
