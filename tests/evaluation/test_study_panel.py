"""How long citizens are followed and what they used: engine and an obvious reference agree, month by month."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from samspil.evaluation.candidates import candidates
from samspil.evaluation.courses import courses
from samspil.evaluation.following import follow_up, followed
from samspil.evaluation.study_panel import TOTAL_COST, BuiltPanel, build_panel
from samspil.population.cost import check_prices
from samspil.programmes.prices import load_prices
from tests.evaluation.made_study import DAY, OTHERS, TREATED, UNTIL, bound, enrol, programme
from tests.population.builders import Region, as_ibis

LAID = dt.date(2014, 10, 1)
BEGINS = dt.date(2014, 6, 15)


def units_of(region: Region, until: dt.date = UNTIL, **changes: Any) -> pd.DataFrame:
    study, tables = bound(**changes), as_ibis(region.tables)
    found = courses(study.study, tables)
    frame = candidates(study, found, tables).frame
    return followed(frame.assign(weight=1.0), study.study, found, tables, until)


def built(region: Region, units: pd.DataFrame) -> BuiltPanel:
    return build_panel(bound(), units, as_ibis(region.tables), check_prices(load_prices()), BEGINS)


def first_of(month: int) -> dt.date:
    """The first day of a month counted from the one index dates are laid on."""
    number = LAID.year * 12 + LAID.month - 1 + month
    return dt.date(number // 12, number % 12 + 1, 1)


@pytest.mark.parametrize("seed", range(3))
def test_engine_and_reference_agree_on_the_panel(seed: int) -> None:
    region = programme(seed)
    units = units_of(region)
    found = built(region, units).panel.frame
    engine = {(row["unit"], row["since"]): row for row in found.to_dict("records")}
    for unit in units.to_dict("records"):
        contacts = [row for row in region.tables["gp_contact"] if row["person_id"] == unit["person_id"]]
        for month in range(-6, 6):
            first, after = first_of(month), first_of(month + 1)
            move = unit["index_date"] - LAID
            days = [first + n * DAY + move for n in range((after - first).days)]
            seen = [day for day in days if BEGINS <= day <= unit["last"]]
            share = len(seen) / len(days)
            if share < 1 and unit["ended"] not in ("death", "data_end"):
                share = 0.0
            row = engine.get((unit["unit"], month))
            assert (row is not None) == (share > 0)
            if row is not None:
                used = [each for each in contacts if each["date"] in days]
                prices = {"consultation": 150, "phone": 30, "home_visit": 300}
                assert row["exposure"] == pytest.approx(share)
                assert row["contacts_made"] == len(used)
                assert row["gp_cost"] == row[TOTAL_COST] == sum(prices[each["kind"]] for each in used)


def case(**person: Any) -> Region:
    """One enrolled on 1 March 2015, and one to compare with."""
    region = programme(0, citizens=0)
    region.citizen(1, age=70, practice=TREATED[0]).gp_contacts(on=dt.date(2015, 1, 1))
    region.citizen(2, age=70, practice=OTHERS[0], **person).gp_contacts(on=dt.date(2015, 1, 1))
    enrol(region, 1, TREATED[0], dt.date(2015, 3, 1))
    return region


@pytest.mark.parametrize(
    ("person", "last", "ended"),
    [
        ({}, dt.date(2015, 8, 31), "window"),
        ({"status": "dead", "status_date": dt.date(2015, 5, 9)}, dt.date(2015, 5, 9), "death"),
        ({"status": "emigrated", "status_date": dt.date(2015, 5, 9)}, dt.date(2015, 5, 8), "left_region"),
        ({"status": "dead", "status_date": dt.date(2015, 9, 1)}, dt.date(2015, 8, 31), "window"),
    ],
)
def test_following_ends_with_the_window_death_or_leaving(person: dict[str, Any], last: dt.date, ended: str) -> None:
    compared = units_of(case(**person)).set_index("person_id").loc[2]
    assert (compared["last"], compared["ended"]) == (last, ended)


def test_following_ends_where_data_end() -> None:
    """000 L-41: support data ended in October, and the rest of the year is not known."""
    frame = units_of(case(), until=dt.date(2015, 6, 30))
    assert set(frame["last"]) == {dt.date(2015, 6, 30)}
    assert set(frame["ended"]) == {"data_end"}


def test_who_is_enrolled_later_is_compared_until_the_day_before() -> None:
    region = case()
    region.add(
        "taking_part", programme="odense-ic", provider_number=OTHERS[0], trained=None, first_used=None,
        **{"from": dt.date(2015, 4, 10), "to": None},
    )  # fmt: skip
    enrol(region, 2, OTHERS[0], dt.date(2015, 5, 20))
    study = {"comparison": {"from": "not_yet_treated"}, "enrolled": {"from": LAID, "to": dt.date(2015, 4, 30)}}
    compared = units_of(region, **study).set_index("person_id").loc[2]
    assert (compared["last"], compared["ended"]) == (dt.date(2015, 4, 9), "enrolled")


def test_follow_up_is_told_in_shares_of_citizens() -> None:
    """R-EVAL-4: the share followed under six months and under twelve is printed; who died was followed to the end."""
    region = case(status="dead", status_date=dt.date(2015, 5, 9))
    units = units_of(region, windows={"before": 6, "after": 12, "period": 3, "enough": 6})
    told = follow_up(units[units["treated"] == 0], bound().study)
    assert (told.citizens, told.under_6_months, told.under_12_months, told.enough) == (1, 1.0, 1.0, 1.0)
    assert told.ended == {"death": 1}
    own = follow_up(units[units["treated"] == 1], bound().study)
    assert (own.under_6_months, own.under_12_months) == (0.0, 1.0)
    assert own.mean_months == pytest.approx(306 / (365.25 / 12))


def test_the_month_of_the_first_event_is_counted_from_the_index_date() -> None:
    region = case()
    region.tables["gp_contact"] += [
        {"person_id": 1, "provider_number": "1", "date": dt.date(2015, month, 1), "kind": "home_visit"}
        for month in (2, 5, 6)
    ]
    units = units_of(region)
    own = int(units.loc[units["person_id"] == 1, "unit"].iloc[0])
    # From 1 March laid on 1 October, 1 May is 61 days on: the first day of the third month.
    assert built(region, units).first["home_visit"] == {own: 2}


def test_money_has_one_price_whatever_the_day() -> None:
    """A change of price is no effect: all is valued at the prices of the day index dates are laid on."""
    prices = check_prices(load_prices())
    consultation = next(each for each in prices.services if each.key == ("general_practice", "consultation"))
    assert consultation.prices[0].dkk == Decimal(150)
    assert calendar.monthrange(2014, 10)[1] == 31
    frame = built(case(), units_of(case())).panel.frame
    assert set(frame.loc[frame["gp_cost"] > 0, "gp_cost"]) == {150.0}


def test_an_outcome_whose_source_is_absent_is_not_measured() -> None:
    region, study = case(), bound()
    tables = as_ibis(region.without("municipal_care"))
    units = units_of(region)
    found = build_panel(study, units, tables, check_prices(load_prices()), BEGINS)
    assert found.unknown == {}
    costed = bound(outcomes=[*_outcomes(), _municipal()])
    found = build_panel(costed, units, tables, check_prices(load_prices()), BEGINS)
    assert str(found.unknown["care_cost"]) == "the source `municipal_care` is not loaded"
    assert "care_cost" not in found.panel.outcomes


def _outcomes() -> list[dict[str, Any]]:
    return [each.model_dump(by_alias=True, exclude_none=True) for each in bound().study.outcomes]


def _municipal() -> dict[str, Any]:
    return {**_outcomes()[1], "outcome": "care_cost", "sector": "municipal_care", "cost_of": ["municipal_care"]}
