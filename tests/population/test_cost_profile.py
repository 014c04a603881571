"""Who is in a group of cost, whether they are alike, and the list of one practice that no other practice sees."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pytest

from samspil.definitions import DefinitionError, SamspilError
from samspil.population.cost import costs, per_person
from samspil.population.cost_profile import (
    alike,
    check_analysis,
    having,
    main_diagnosis_groups,
    top_of_practices,
    top_within,
    unloaded,
    use,
)
from samspil.population.engine import citizens
from samspil.population.time import AsOf, Months, Period
from samspil.programmes.cost_analysis import COST_ANALYSIS, load_cost_analysis
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.schema import Condition
from tests.population.builders import Region, as_ibis
from tests.population.cost_cases import shipped_analysis, shipped_prices

D = dt.date(2022, 12, 31)
YEAR = Period(Months(12).before(D), D)
DIABETES = [
    Condition.model_validate({"measure": measure, "with": given, "at_least": 1})
    for measure, given in (
        ("gp_diagnoses", {"within": "60 months", "codes": ["T90"]}),
        ("hospital_diagnoses", {"ranges": ["E10-E14"]}),
    )
]


def rows(table: ibis.Table) -> list[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()


def test_the_main_diagnosis_group_is_the_one_with_most_hospital_cost_in_the_year() -> None:
    region = Region(D)
    region.citizen(1).hospital_contacts(2, diagnosis="I500", cost="300").hospital_contacts(diagnosis="J449", cost="500")
    region.citizen(2).hospital_contacts(diagnosis="J449", cost="10").hospital_contacts(
        9, diagnosis="C500", cost="99", on=YEAR.after
    )
    region.citizen(3).hospital_contacts(diagnosis="U071", cost="5")
    region.citizen(4).hospital_contacts(diagnosis="J449", cost="0").hospital_contacts(diagnosis="I500", cost="0")
    region.citizen(5)
    groups = shipped_analysis().diagnosis_groups
    found = rows(main_diagnosis_groups(as_ibis(region.tables)["hospital_contact"], YEAR, groups))
    # Of the same cost, none here, the first group in the file counts.
    assert {row["person_id"]: row["diagnosis_group"] for row in found} == {
        1: "circulatory", 2: "respiratory", 3: "other", 4: "circulatory",
    }  # fmt: skip


def test_use_counts_contacts_admissions_and_distinct_diagnoses() -> None:
    region = Region(D)
    region.citizen(1).hospital_contacts(2).hospital_contacts(kind="outpatient").gp_contacts(3).specialist("eye").drug(
        "C10AA01"
    )
    for code in ("E110", "E119", "J449"):
        region.add("hospital_diagnosis", person_id=1, contact_id="1", date=D, diagnosis=code, rank="primary")
    tables = as_ibis(region.tables)
    (found,) = rows(use(costs(tables, [YEAR], shipped_prices()), tables["hospital_diagnosis"], YEAR, tables))
    assert found == {"person_id": 1, "admissions": 2.0, "contacts": 7.0, "diagnoses": 2}
    without = as_ibis(region.without("hospital"))
    (found,) = rows(use(costs(without, [YEAR], shipped_prices()), None, YEAR, without))
    assert found == {"person_id": 1, "admissions": None, "contacts": None, "diagnoses": None}


def profile(**persons: int) -> list[dict[str, Any]]:
    return [{"group": "0-1", "diagnosis_group": name, "persons": number} for name, number in persons.items()]


def test_r_pop_04_a_top_group_that_spreads_over_diagnoses_is_not_homogeneous() -> None:
    rule = shipped_analysis().homogeneous
    spread = alike(profile(mental=20, circulatory=20, neoplasms=20, none=20), "0-1", "diagnosis_group", rule)
    assert (spread.share.value, spread.entropy, spread.homogeneous) == (0.25, 2.0, False)
    same = alike(profile(mental=50, none=50), "0-1", "diagnosis_group", rule)
    assert (same.largest, same.homogeneous) == ("mental", True)
    assert alike(profile(mental=5), "1-5", "diagnosis_group", rule).homogeneous is None
    unknown = [{"group": "0-1", "diagnosis_group": None, "persons": 9}]
    assert alike(unknown, "0-1", "diagnosis_group", rule).homogeneous is None


def costly_region() -> Region:
    region = Region(D)
    for number in range(1, 21):
        region.citizen(number).gp_diagnosis("T90").drug("A10BA02", price=str(100 * (number // 2)))
    region.citizen(30).drug("C10AA01", price="99999")
    region.citizen(31, practice="200002").gp_diagnosis("T90").drug("A10BA02", price="88888")
    return region


def own_list(number: int, practice: str = "100001") -> list[dict[str, Any]]:
    tables, at = as_ibis(costly_region().tables), AsOf(D)
    people = citizens(tables, at)
    persons = per_person(people, costs(tables, [YEAR], shipped_prices()), tables, shipped_prices())
    return rows(top_within(persons, having(people, DIABETES, tables, at), practice, number))


def test_r_pop_07_the_list_has_the_15_most_costly_of_the_practice_with_the_diagnosis_alone() -> None:
    found = own_list(shipped_analysis().practice_list.number)
    assert [row["place"] for row in found] == list(range(1, 16))
    assert {row["provider_number"] for row in found} == {"100001"}
    # Two have each cost; the lower number comes first.
    assert [row["person_id"] for row in found[:5]] == [20, 18, 19, 16, 17]


def test_r_pop_07_another_practice_sees_its_own_citizens_only() -> None:
    assert [row["person_id"] for row in own_list(15, "200002")] == [31]
    assert own_list(15, "300003") == []


def test_r_pop_07_each_practice_has_places_of_its_own() -> None:
    tables, at = as_ibis(costly_region().tables), AsOf(D)
    people = citizens(tables, at)
    persons = per_person(people, costs(tables, [YEAR], shipped_prices()), tables, shipped_prices())
    found = rows(top_of_practices(persons, having(people, DIABETES, tables, at), 2))
    assert [(row["provider_number"], row["place"], row["person_id"]) for row in found] == [
        ("100001", 1, 20), ("100001", 2, 18), ("200002", 1, 31),
    ]  # fmt: skip


def test_a_source_that_would_also_tell_of_the_diagnosis_is_named_and_without_any_nobody_can_be_told() -> None:
    tables, at = as_ibis(costly_region().without("hospital")), AsOf(D)
    people = citizens(tables, at)
    assert unloaded(DIABETES, tables) == ["hospital"]
    assert having(people, DIABETES, tables, at).count().execute() == 21
    with pytest.raises(SamspilError, match="cannot be said without the source hospital"):
        having(people, DIABETES[1:], tables, at)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("ranges: [F00-F99]", "ranges: [F0]", "`F0` is not a range of codes"),
        ("percent: [1, 5, 20]", "percent: [5, 1]", "must rise"),
        ("percent: [1, 5, 20]", "percent: [0.0001]", "decimal places"),
        ("starts: [0, 18", "starts: [18", "begins with 0"),
        ("{group: blood", "{group: none", "name what is in no group"),
        ("largest_share: 0.5", "largest_share: 1.5", "less than or equal to 1"),
        ("number: 15", "number: 0", "greater than 0"),
    ],
)
def test_a_fault_in_the_analysis_names_file_line_and_fault(tmp_path: Path, old: str, new: str, fault: str) -> None:
    text = (PROGRAMMES / COST_ANALYSIS).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / COST_ANALYSIS).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError, match=fault) as raised:
        check_analysis(load_cost_analysis(tmp_path))
    assert str(raised.value).startswith(f"{tmp_path / COST_ANALYSIS}:")


def test_the_shipped_analysis_can_be_read() -> None:
    assert check_analysis(load_cost_analysis()).cuts.percent == (Decimal(1), Decimal(5), Decimal(20))
