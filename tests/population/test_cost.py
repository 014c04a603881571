"""What care costs: engine and reference agree, parts add up to wholes to the øre, and what is unknown is not zero."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import Any

import ibis
import pytest
from hypothesis import HealthCheck, given, settings
from ibis.config import Config

from samspil.definitions import DefinitionError, SamspilError
from samspil.population.cost import (
    COLUMNS,
    check_prices,
    costs,
    costs_by_sector,
    monthly,
    per_person,
    periods_before,
    unlinked,
)
from samspil.population.engine import citizens
from samspil.population.time import AsOf, Months, Period
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.prices import PRICES, PriceList, load_prices
from tests.population.builders import DAY, LONG_AGO, Region, as_ibis
from tests.population.cost_cases import CostCase, cost_cases, plain, price_list, shipped_prices
from tests.reference.cost import Cell, cost_cells

D = dt.date(2022, 12, 31)
# A run takes the engine half a second, nearly all of it before the first row is read: few examples with many persons.
few = settings(deadline=None, max_examples=4, suppress_health_check=[HealthCheck.too_slow])


def rows(table: ibis.Table) -> list[dict[str, Any]]:
    return table.to_pyarrow().to_pylist()


def by_service(region: Region, months: int = 12, prices: PriceList | None = None) -> dict[tuple[str, str], Any]:
    """Units and cost of everybody over all months, by sector and service."""
    table = monthly(as_ibis(region.tables), AsOf(region.as_of), Months(months), prices or shipped_prices())
    totals = table.group_by("sector", "service").aggregate(units=table.units.sum(), cost=table.cost.sum())
    return {(row["sector"], row["service"]): (row["units"], row["cost"]) for row in rows(totals)}


def by_month(region: Region, months: int, prices: PriceList | None = None) -> dict[dt.date, Decimal | None]:
    table = monthly(as_ibis(region.tables), AsOf(region.as_of), Months(months), prices or shipped_prices())
    return {row["month"]: row["cost"] for row in rows(table.order_by("month"))}


def rehabilitation(region: Region, **days: dt.date | None) -> None:
    empty: dict[str, Any] = {"referred": D, "started": None, "ended": None, "outcome": None}
    region.add("rehabilitation", person_id=1, offer="kol", level="basic", **(empty | days))


# Against the reference


def engine_cells(case: CostCase) -> dict[tuple[int, dt.date, str, str], Cell]:
    periods = [Period(after, until) for after, until in zip(case.ends, case.ends[1:], strict=False)]
    found = costs(as_ibis(case.tables), periods, case.prices)
    assert tuple(found.columns) == COLUMNS
    return {
        (row["person_id"], row["period"], row["sector"], row["service"]): Cell(
            Fraction(row["units"]), Fraction(row["unpriced"]), row["cost"]
        )
        for row in rows(found)
    }


@given(cost_cases())
@settings(few, max_examples=8)
def test_engine_and_reference_agree_on_the_cost_table(case: CostCase) -> None:
    found, expected = engine_cells(case), cost_cells(case.tables, case.ends, plain(case.prices))
    assert found.keys() == expected.keys()
    assert {key: cell.cost for key, cell in found.items()} == {key: cell.cost for key, cell in expected.items()}
    for key, cell in found.items():
        assert float(cell.units) == pytest.approx(float(expected[key].units)), key
        assert float(cell.unpriced) == pytest.approx(float(expected[key].unpriced)), key


@given(cost_cases())
@few
def test_months_add_up_to_the_period_to_the_oere(case: CostCase) -> None:
    whole = CostCase(case.as_of, [case.ends[0], case.ends[-1]], case.tables, case.prices)
    added: dict[tuple[int, str, str], Decimal] = {}
    for (person, _, *service), cell in engine_cells(case).items():
        if cell.cost is not None:
            key = (person, *service)
            added[key] = added.get(key, Decimal(0)) + cell.cost
    together = {(p, *service): cell.cost for (p, _, *service), cell in engine_cells(whole).items()}
    assert added == {key: cost for key, cost in together.items() if cost is not None}


@given(cost_cases())
@few
def test_by_sector_are_the_services_added_up_in_one_row_each(case: CostCase) -> None:
    periods = [Period(after, until) for after, until in zip(case.ends, case.ends[1:], strict=False)]
    found = rows(costs_by_sector(as_ibis(case.tables), periods, case.prices))
    added: dict[tuple[int, dt.date, str], tuple[Decimal | None, Fraction]] = {}
    for (person, period, sector, _), cell in cost_cells(case.tables, case.ends, plain(case.prices)).items():
        cost, unpriced = added.get((person, period, sector), (None, Fraction(0)))
        cost = cost if cell.cost is None else cell.cost + (cost or 0)
        added[person, period, sector] = cost, unpriced + cell.unpriced
    by_sector = {(row["person_id"], row["period"], row["sector"]): row for row in found}
    assert len(by_sector) == len(found)
    assert {key: row["cost"] for key, row in by_sector.items()} == {key: cost for key, (cost, _) in added.items()}
    for key, row in by_sector.items():
        assert row["unpriced"] == pytest.approx(float(added[key][1]), abs=1e-3), key


@given(cost_cases())
@few
def test_sectors_add_up_to_the_persons_total_and_citizens_with_unlinked_to_everything(case: CostCase) -> None:
    tables, at = as_ibis(case.tables), AsOf(case.as_of)
    found = costs(tables, [Period(case.ends[0], case.as_of)], case.prices)
    people = citizens(tables, at)
    persons = rows(per_person(people.filter(people.active), found, tables, case.prices))
    services = case.prices.of_kind("service")
    for row in persons:
        assert row["total"] == sum((row[sector] or 0 for sector in services), Decimal(0))
    outside = rows(unlinked(tables, at, found))
    of_citizens = sum((row["total"] + (row["transfers"] or 0) for row in persons), Decimal(0))
    of_others = sum((row["cost"] or 0 for row in outside), Decimal(0))
    assert of_citizens + of_others == sum((row["cost"] or 0 for row in rows(found)), Decimal(0))


# Rules, one at a time


def test_what_was_delivered_is_used_as_it_is() -> None:
    region = Region(D)
    region.citizen(1).specialist("eye", fee="512.35").drug("C10AA01", price="99.95")
    region.tables["benefit"].append(
        {"person_id": 1, "kind": "su", "from": D - 13 * DAY, "to": None, "weekly_amount": Decimal("1500.00")}
    )
    found = by_service(region)
    assert found["specialists", "eye"] == (1.0, Decimal("512.35"))
    assert found["medicines", "dispensing"] == (1.0, Decimal("99.95"))
    assert found["labour_market", "su"] == (pytest.approx(2.0), Decimal("3000.00"))


def test_a_hospital_contact_is_psychiatric_by_its_action_diagnosis() -> None:
    region = Region(D)
    region.citizen(1).hospital_contacts(diagnosis="F200", cost="700").hospital_contacts(diagnosis="G300", cost="50")
    assert by_service(region) == {
        ("hospital_psychiatric", "inpatient"): (1.0, Decimal("700.00")),
        ("hospital_somatic", "inpatient"): (1.0, Decimal("50.00")),
    }


def test_units_cost_the_price_of_their_day() -> None:
    prices = price_list(
        consultation=[{"from": dt.date(2022, 1, 1), "dkk": 150}, {"until": dt.date(2021, 12, 31), "dkk": 140}]
    )
    region = Region(D)
    region.citizen(1).gp_contacts(2, on=dt.date(2021, 12, 31)).gp_contacts(on=dt.date(2022, 1, 1))
    assert by_service(region, 24, prices)["general_practice", "consultation"] == (3.0, Decimal("430.00"))


def test_a_service_without_a_price_is_counted_and_not_measured() -> None:
    region = Region(D)
    region.citizen(1).substance_case(D - 9 * DAY)
    assert by_service(region)["social", "substance_case"] == (pytest.approx(10.0), None)
    tables, at = as_ibis(region.tables), AsOf(D)
    found = monthly(tables, at, Months(12), shipped_prices())
    (person,) = rows(per_person(citizens(tables, at), found, tables, shipped_prices()))
    assert (person["social"], person["total"], person["incomplete"]) == (None, Decimal(0), True)
    assert person["municipal_care"] == Decimal(0)


def test_days_without_a_price_are_unpriced_and_the_others_cost() -> None:
    prices = price_list(care_home=[{"from": D - 4 * DAY, "dkk": 1000}])
    region = Region(D)
    region.citizen(1).add("care_home", **{"from": D - 9 * DAY, "to": None})
    (row,) = rows(monthly(as_ibis(region.tables), AsOf(D), Months(1), prices))
    assert (row["units"], row["unpriced"], row["cost"]) == (pytest.approx(10), pytest.approx(5), Decimal("5000.00"))


def test_a_spell_is_divided_over_months_by_days_and_no_oere_is_lost() -> None:
    region = Region(D)
    region.citizen(1).add(
        "benefit", kind="su", weekly_amount=Decimal("100.00"), **{"from": dt.date(2022, 10, 30), "to": D}
    )
    found = by_month(region, 3)
    # 2, 32 and 63 days at 100/7 a day: 28.571… , 457.142… and 900.
    assert found == {
        dt.date(2022, 10, 31): Decimal("28.57"),
        dt.date(2022, 11, 30): Decimal("428.57"),
        dt.date(2022, 12, 31): Decimal("442.86"),
    }
    assert sum(found.values()) == Decimal("900.00")


def test_a_month_of_a_spell_costs_the_same_however_many_months_are_asked_for() -> None:
    region = Region(D)
    region.citizen(1).add("benefit", kind="su", weekly_amount=Decimal("33.33"), **{"from": LONG_AGO, "to": None})
    year, quarter = by_month(region, 12), by_month(region, 3)
    assert {month: year[month] for month in quarter} == quarter


def test_a_course_of_rehabilitation_costs_once_on_the_day_it_starts_and_nothing_before() -> None:
    region = Region(D)
    region.citizen(1)
    rehabilitation(region, started=None)
    assert by_service(region) == {}
    rehabilitation(region, referred=D - 40 * DAY, started=D - 20 * DAY, ended=D - DAY, outcome="dropped_out")
    assert by_service(region)["municipal_health", "rehabilitation"] == (1.0, Decimal("8000.00"))


def test_a_sector_that_was_not_delivered_is_null_and_not_zero() -> None:
    region = Region(D)
    region.citizen(1).gp_contacts()
    tables, at = as_ibis(region.without("hospital", "employment")), AsOf(D)
    found = monthly(tables, at, Months(12), shipped_prices())
    (person,) = rows(per_person(citizens(tables, at), found, tables, shipped_prices()))
    assert (person["hospital_somatic"], person["transfers"]) == (None, None)
    assert (person["medicines"], person["total"]) == (Decimal(0), Decimal("150.00"))


def test_transfers_are_in_no_total() -> None:
    region = Region(D)
    region.citizen(1).benefit("su", D - 6 * DAY).gp_contacts(kind="phone")
    tables, at = as_ibis(region.tables), AsOf(D)
    found = monthly(tables, at, Months(12), shipped_prices())
    (person,) = rows(per_person(citizens(tables, at), found, tables, shipped_prices()))
    assert (person["total"], person["transfers"]) == (Decimal("30.00"), Decimal("3000.00"))


def test_rows_of_nobody_in_the_population_are_unlinked_with_the_reason() -> None:
    region = Region(D)
    region.citizen(1).gp_contacts()
    region.citizen(2, status="dead", status_date=D).gp_contacts()
    region.citizen(3, practice=None).gp_contacts()
    region.citizen(4, status="dead", status_date=D + DAY).gp_contacts()
    region.citizen(5, status="emigrated").gp_contacts()
    region.add("gp_contact", person_id=99, provider_number="100001", date=D, kind="phone")
    tables, at = as_ibis(region.tables), AsOf(D)
    found = rows(unlinked(tables, at, monthly(tables, at, Months(1), shipped_prices())))
    assert {row["reason"]: (row["persons"], row["cost"]) for row in found} == {
        "dead": (1, Decimal("150.00")),
        "emigrated": (1, Decimal("150.00")),
        "no_practice": (1, Decimal("150.00")),
        "not_registered": (1, Decimal("30.00")),
    }


def test_months_are_counted_from_d_with_clamped_ends() -> None:
    ends = [period.until for period in periods_before(AsOf(dt.date(2016, 3, 31)), Months(1), 3)]
    assert ends == [dt.date(2016, 1, 31), dt.date(2016, 2, 29), dt.date(2016, 3, 31)]


def test_periods_with_a_gap_are_refused() -> None:
    region = Region(D)
    gap = [Period(D - 60 * DAY, D - 31 * DAY), Period(D - 30 * DAY, D)]
    with pytest.raises(SamspilError, match="follow each other"):
        costs(as_ibis(region.tables), gap, shipped_prices())


def test_without_any_source_of_cost_there_is_no_cost() -> None:
    tables = {name: table for name, table in as_ibis(Region(D).tables).items() if name in {"person", "affiliation"}}
    with pytest.raises(SamspilError, match="no cost without one of the sources"):
        monthly(tables, AsOf(D), Months(1), shipped_prices())


class SparkOptions(Config):
    treat_nan_as_null: bool = False


def test_the_cost_table_compiles_for_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    # What the backend would set when it is loaded; here its compiler is used alone.
    monkeypatch.setattr(ibis.options, "pyspark", SparkOptions())
    tables, at = as_ibis(Region(D).tables), AsOf(D)
    found = monthly(tables, at, Months(12), shipped_prices())
    people = citizens(tables, at)
    assert "EXPLODE" in ibis.to_sql(per_person(people, found, tables, shipped_prices()), dialect="pyspark")


# The price list


def edited(tmp_path: Any, old: str, new: str) -> Any:
    text = (PROGRAMMES / PRICES).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / PRICES).write_text(text.replace(old, new, 1), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("service: phone", "service: fax", "no delivery tells of the service `fax`"),
        ("service: phone", "service: fax", "the service `phone` of the sector `general_practice` is missing"),
        ("ranges: [F00-F99]", "ranges: [F00]", "`F00` is not a range of codes"),
        ("sector: social, service", "sector: sozial, service", "there is no sector `sozial`"),
        ("dkk: 30.00", "dkk: -1", "greater than or equal to 0"),
        ("dkk: 30.00", "dkk: 30.001", "decimal place"),
        ("prices: [{from: 2010-01-01, dkk: 30.00", "prices: [{dkk: 1, source: '001 L1'}, {dkk: 30.00", "same day"),
        ("delivered, title: {da: Psykolog", "delivered, prices: [{dkk: 1, source: '001 L1'}], title: {da: Psykolog",
         "an amount that is delivered has no `prices`"),
        ("chosen: a fifth of a consultation", "a fifth", "pattern"),
    ],
)  # fmt: skip
def test_a_fault_in_prices_names_file_line_and_fault(tmp_path: Any, old: str, new: str, fault: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        check_prices(load_prices(edited(tmp_path, old, new)))
    faults = [str(each) for each in raised.value.faults]
    assert any(fault in each for each in faults), faults
    assert all(each.startswith(f"{tmp_path / PRICES}:") and int(each.split(":")[1]) > 1 for each in faults)


def test_every_shipped_price_says_why_it_is_as_it_is() -> None:
    prices = [price for service in shipped_prices().services for price in service.prices]
    assert prices
    assert all(price.source.startswith("chosen: ") or price.source[:3].isdigit() for price in prices)
