"""Random sets of indicators, and populations on whom they have something to say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from samspil.programmes.indicators import IndicatorSet
from samspil.warehouse.contracts import contracts
from tests.population.builders import Row
from tests.population.indicator_builders import small_set
from tests.population.strategies import ATC, GP_KINDS, NPU, SPECIALTIES, day, population, run_days

CHECKS = ("annual_review", "foot_exam", "eye_exam", "smoking_status")
PRACTICES = ("100000", "100001", "100002")
HAPPENING_IN = ("gp_contact", "gp_diagnosis", "specialist_contact", "dispensing", "job", "gp_measurement")
#: The sources that may be missing; the practices' own is where everything begins.
OPTIONAL = ("health_insurance", "prescriptions", "employment", "networks")

_WITHIN = st.sampled_from(["1 month", "6 months", "12 months", "24 months"])
_CODED = {"codes": [NPU[0]], "units": ["mmol/mol"]}


def _reading(measure: str, **given: Any) -> dict[str, Any]:
    return {"measure": measure, "with": given}


def _some(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)


dates = st.one_of(
    st.builds(lambda kinds: _reading("last_gp_contact", kinds=kinds), _some(GP_KINDS)),
    st.builds(lambda checks: _reading("last_check", checks=checks), _some(CHECKS)),
    st.builds(lambda specialties: _reading("last_specialist", specialties=specialties), _some(SPECIALTIES)),
)
values = st.one_of(
    st.just(_reading("last_value", **_CODED)),
    st.builds(lambda within: _reading("last_value", **_CODED, within=within), _WITHIN),
    st.builds(lambda within: _reading("distinct_drugs", within=within), _WITHIN),
)
conditions = st.one_of(
    st.builds(
        lambda within, least: _reading("gp_contacts", within=within) | {"at_least": least},
        _WITHIN, st.sampled_from([1, 5]),
    ),
    st.just(_reading("job_active")),
    st.builds(lambda within: _reading("dispensings", within=within, atc=[ATC[0]]) | {"at_least": 1}, _WITHIN),
    st.just(_reading("preschool_children") | {"at_least": 1}),
    st.just(_reading("last_value", **_CODED) | {"at_least": 48}),
)  # fmt: skip
known = st.lists(st.one_of(dates, st.just(_reading("last_value", **_CODED))), min_size=1, max_size=2)


@st.composite
def ways(draw: st.DrawFn) -> dict[str, Any]:
    """One of the five ways to measure an indicator."""
    way = draw(st.sampled_from(["done", "done", "value", "value", "known", "holds", "bins", "texts"]))
    if way == "done":
        return {"done": {"latest_of": draw(st.lists(dates, min_size=1, max_size=2)), "within": draw(_WITHIN)}}
    if way == "value":
        if draw(st.booleans()):
            compare = draw(st.sampled_from(["at_most", "below", "at_least"]))
            target = {"target": _reading("last_target", **_CODED), "compare": compare}
            return {"value": {"value": _reading("last_value", **_CODED), "own_target": target}}
        limit = draw(st.sampled_from(["below", "at_most", "at_least"]))
        return {"value": {"value": draw(values), limit: draw(st.sampled_from([1, 48]))}}
    if way == "known":
        return {"known": {"known": draw(known)}}
    if way == "holds":
        return {"holds": {"any_of": draw(st.lists(conditions, min_size=1, max_size=2))}}
    if way == "bins":
        title = {"da": "x", "en": "x"}
        bins = [{"category": name, "title": title, "at_least": start} for name, start in (("a", 0), ("b", 48))]
        return {"categories": {"value": draw(values), "bins": bins[draw(st.integers(0, 1)) :]}}
    texts = {name: {"da": name, "en": name} for name in ("ja", "nej")}
    return {"categories": {"value": _reading("last_check_text", checks=["smoking_status"]), "values": texts}}


@st.composite
def indicators(draw: st.DrawFn, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"indicator": name, **draw(ways())}
    found["needs"] = draw(st.sampled_from([["first"], ["second"], ["first", "second"], ["second", "first"]]))
    found["excluded"] = draw(st.lists(conditions, max_size=1))
    found["exceptions"] = [
        {"exception": f"reason_{number}", "any_of": draw(st.lists(conditions, min_size=1, max_size=2))}
        for number in range(draw(st.integers(0, 2)))
    ]
    return found


@dataclass(frozen=True, repr=False)
class IndicatorCase:
    """All that a run of indicators is given on one day. Shown without its rows, which are many."""

    as_of: dt.date
    set_: IndicatorSet
    tables: dict[str, list[Row]]

    def __repr__(self) -> str:
        return f"IndicatorCase({self.as_of}, {self.set_.model_dump(exclude_defaults=True)})"


@st.composite
def indicator_sets(draw: st.DrawFn, as_of: dt.date, most: int) -> IndicatorSet:
    """Any valid set over measures of each kind. Now and then a variable was not collected in the year of D."""
    collected = [{"from": as_of.year - draw(st.sampled_from([0, 3])), "channel": "delivery"}]
    before = [{"from": 2000, "until": as_of.year - 1, "channel": "manual_journal_review"}]
    return small_set(
        indicators=[draw(indicators(f"indicator_{n}")) for n in range(draw(st.integers(1, most)))],
        variables={"first": collected, "second": draw(st.sampled_from([collected, collected, before]))},
        cases=[{"case": "any", "any_of": draw(st.lists(conditions, min_size=1, max_size=3))}],
        age=draw(st.sampled_from([None, [18, 69]])),
        delivering={"table": "gp_contact", "within": draw(_WITHIN)},
        lost={
            "contacts": draw(st.lists(st.one_of(dates, conditions), min_size=1, max_size=2)),
            "within": draw(_WITHIN),
        },
    )


def checks(draw: Random, as_of: dt.date) -> list[Row]:
    return [{"date": day(draw, as_of), "check": draw.choice(CHECKS), "value": draw.choice([None, "ja", "nej", "?"])}]


def targets(draw: Random, as_of: dt.date) -> list[Row]:
    return [{"date": day(draw, as_of), "code": NPU[0], "value": draw.choice([47.9, 48.0, 49.0]), "unit": "mmol/mol"}]


def networks(draw: Random, as_of: dt.date) -> list[Row]:
    """Practices that joined, and perhaps left, some networks about D."""
    found = []
    for network in ("north", "south"):
        for practice in PRACTICES:
            joined = day(draw, as_of)
            left = draw.choice([None, None, max(joined, as_of), max(joined, day(draw, as_of))])
            found.append(
                {"network": network, "provider_number": practice, "joined": joined, "left": left, "agreed_labels": True}
            )
    return draw.sample(found, 4)


@st.composite
def indicator_cases(draw: st.DrawFn, citizens: int = 12, most: int = 4) -> IndicatorCase:
    """A set, and a population of several practices and municipalities that has what it measures."""
    as_of = draw(run_days())
    numbers = Random(draw(st.integers(0, 2**32)))
    tables = population(numbers, as_of, citizens, HAPPENING_IN, most_events=12)
    for person in tables["person"]:
        person["municipality"] = numbers.choice(["461", "480"])
    delivering = PRACTICES[: draw(st.sampled_from([2, 3]))]
    for contact in tables["gp_contact"]:
        contact["provider_number"] = numbers.choice(delivering)
    for person_id in range(1, citizens + 1):
        for name, happening in (("gp_check", checks), ("gp_target", targets)):
            for _ in range(numbers.choice([0, 1, 1, 3])):
                tables[name] += [{"person_id": person_id, **row} for row in happening(numbers, as_of)]
    tables["network_practice"] = networks(numbers, as_of)
    for source in draw(st.sampled_from([(), (), *((source,) for source in OPTIONAL)])):
        for name in contracts()[source].tables:
            del tables[name]
    return IndicatorCase(as_of, draw(indicator_sets(as_of, most)), tables)
