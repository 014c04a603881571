"""Whole validations on regions made by hand: who is validated, what is seen, and what cannot be said."""

from __future__ import annotations

import copy
import datetime as dt

import numpy as np
import pytest

from samspil.evaluation import Validation
from samspil.evaluation.comparison import Comparison
from samspil.evaluation.costs import Amounts
from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.validation import EventResult
from samspil.population import Switch
from samspil.population.time import DAY
from samspil.warehouse.contracts import contracts
from tests.evaluation.made_people import BEFORE, ENDS, D, by_lot, covered, validated
from tests.population.builders import Region


def event(validation: Validation, outcome: str = "admission") -> EventResult:
    found = validation.of(outcome)
    assert isinstance(found, EventResult)
    return found


def comparison(validation: Validation) -> Comparison:
    found = event(validation).comparison
    assert isinstance(found, Comparison)
    return found


@pytest.fixture(scope="module")
def region() -> Region:
    """Eight citizens: three on the list, one of them excluded; two of the others are admitted."""
    region = Region(as_of=D)
    region.citizen(1).home_nursing().hospital_contacts(on=D + DAY, cost="100.50")
    region.citizen(2).home_nursing()
    region.citizen(3).home_nursing().benefit("foertidspension").hospital_contacts(on=D + DAY)
    region.citizen(4).hospital_contacts(on=ENDS, cost="0.25").drug("C10AA01", on=ENDS)
    region.citizen(5).hospital_contacts(on=ENDS + DAY)
    region.citizen(6).hospital_contacts(on=D)
    region.citizen(7, status="dead", status_date=ENDS)
    region.citizen(8, status="emigrated", status_date=D + DAY).lives(None)
    return region


@pytest.fixture(scope="module")
def whole(region: Region) -> Validation:
    """The eight with every source."""
    return validated(region)


@pytest.fixture(scope="module")
def lots() -> Region:
    """People by lot, enough of them to train on."""
    return by_lot(20150131)


@pytest.fixture(scope="module")
def of_lots(lots: Region) -> Validation:
    return validated(lots)


class TestWho:
    def test_is_validated(self, whole: Validation) -> None:
        found = whole
        assert found.horizon_ends == ENDS
        assert found.population.persons == 7
        assert found.population.listed == 2
        assert found.population.excluded_persons == 1
        assert found.population.excluded == {"pension": 1}
        assert found.population.emigrated_later == 1
        assert found.population.incomplete == 1
        assert found.model.version == "2"

    def test_has_the_outcome(self, whole: Validation) -> None:
        """The day after D and the last day of the horizon count; D and the day after the horizon do not."""
        at = event(whole).accuracy.at_threshold
        assert (at.persons, at.events, at.listed, at.listed_events) == (7, 2, 2, 1)
        death = event(whole, "death").accuracy.at_threshold
        assert (death.events, death.listed_events) == (1, 0)

    def test_has_which_cost(self, whole: Validation) -> None:
        found = whole.of("cost")
        assert isinstance(found, Amounts)
        assert str(found.total) == "200.75"
        assert str(found.listed_total) == "100.5"

    def test_is_on_the_list_follows_the_switches(self, region: Region) -> None:
        found = validated(region, switches=[Switch("small", "pension", False)])
        assert found.population.persons == 8
        assert found.population.listed == 3
        assert found.population.excluded == {}


class TestData:
    def test_source_that_is_not_loaded(self, region: Region) -> None:
        found = validated(region, without=["hospital"])
        assert found.of("admission") == Unknown.because(Reason.NOT_LOADED, source="hospital")
        assert found.of("cost") == Unknown.because(Reason.NOT_LOADED, source="hospital")
        assert isinstance(found.of("death"), EventResult)

    def test_source_that_ends_before_the_horizon_does(self, region: Region) -> None:
        early = covered(hospital=ENDS - DAY)["data_until"]
        found = validated(region, data_until=early).of("admission")
        assert found == Unknown.because(Reason.ENDS_EARLY, source="hospital", until=ENDS - DAY, horizon_ends=ENDS)
        assert str(found) == "the data of `hospital` end on 2016-01-30, and the horizon ends on 2016-01-31"

    def test_half_an_amount_is_none(self, region: Region) -> None:
        found = validated(region, data_until=covered(prescriptions=D)["data_until"]).of("cost")
        assert isinstance(found, Unknown)
        assert found.reason is Reason.ENDS_EARLY

    def test_source_of_which_nobody_knows_how_far_it_reaches(self, region: Region) -> None:
        found = validated(region, data_until={"civil": ENDS})
        assert found.of("admission") == Unknown.because(Reason.UNTIL_UNKNOWN, source="hospital")

    def test_missing_item_is_named_and_not_zero(self, region: Region) -> None:
        found = validated(region, without=["municipal_care", "employment"])
        assert found.population.missing_items == ("nursing",)
        assert found.population.unchecked == ("pension",)
        assert found.population.incomplete == found.population.persons == 8
        assert [item.item for item in event(found).contributions] == ["contacts", "living"]

    def test_sources_are_listed_with_what_they_are_for(self, region: Region) -> None:
        found = {source.source: source for source in validated(region, without=["employment"]).sources}
        assert set(found) == {"civil", "general_practice", "municipal_care", "employment", "hospital", "prescriptions"}
        assert not found["employment"].loaded
        assert found["hospital"].for_outcomes
        assert not found["municipal_care"].for_outcomes
        assert found["hospital"].data_until == ENDS

    def test_windows_longer_than_the_data_are_named(self, region: Region, whole: Validation) -> None:
        short = dict.fromkeys(contracts(), dt.date(2014, 8, 2))
        found = validated(region, data_from=short)
        (window,) = found.short_windows
        assert (window.part, window.source, window.needed_from) == ("contacts", "general_practice", dt.date(2014, 8, 1))
        assert not whole.short_windows


class TestNobody:
    def test_to_validate(self) -> None:
        region = Region(as_of=D)
        region.citizen(1, age=4)
        found = validated(region)
        assert found.population.persons == 0
        assert event(found).accuracy.auc == Unknown.because(Reason.FEW_EVENTS, events=0, needed=5)
        assert event(found).accuracy.at_threshold.ppv == Unknown.because(Reason.NONE_LISTED)

    def test_with_the_outcome(self) -> None:
        region = Region(as_of=D)
        for person in range(1, 9):
            region.citizen(person).home_nursing() if person < 4 else region.citizen(person)
        at = event(validated(region)).accuracy.at_threshold
        assert isinstance(at.ppv, Share)
        assert (at.ppv.value, at.ppv.low) == (0, 0)
        assert at.ppv.high > 0.5
        assert at.sensitivity == Unknown.because(Reason.NO_EVENTS)

    def test_on_the_list(self) -> None:
        region = Region(as_of=D)
        for person in range(1, 9):
            region.citizen(person).hospital_contacts(on=D + DAY)
        at = event(validated(region)).accuracy.at_threshold
        assert at.ppv == Unknown.because(Reason.NONE_LISTED)


class TestTraining:
    def test_happens_on_the_day_one_horizon_earlier(self, lots: Region, of_lots: Validation) -> None:
        found = comparison(of_lots)
        assert found.trained_at == BEFORE
        persons = [row["person_id"] for row in lots.tables["person"]]
        pensioners = {row["person_id"] for row in lots.tables["benefit"]}
        assert found.training_persons == len(persons) - len(pensioners)
        admitted = {
            row["person_id"]
            for row in lots.tables["hospital_contact"]
            if BEFORE < row["start"].date() <= D and row["person_id"] not in pensioners
        }
        assert found.training_events == len(admitted)

    def test_never_sees_what_happens_after_d(self, lots: Region, of_lots: Validation) -> None:
        changed = copy.deepcopy(lots)
        lot = np.random.default_rng(1)
        for row in changed.tables["hospital_contact"]:
            if row["start"].date() > D:
                row["start"] += dt.timedelta(days=int(lot.integers(0, 400)))
        for row in changed.tables["person"]:
            row.update(status="active", status_date=None)
        later = changed.tables["person"][:150]
        for row in later:
            changed.add("gp_contact", person_id=row["person_id"], provider_number="100001", date=D + DAY, kind="phone")
        before, after = comparison(of_lots), comparison(validated(changed))
        assert before.coefficients == after.coefficients
        assert before.intercept == after.intercept
        assert before.auc_regression != after.auc_regression

    def test_needs_data_far_enough_back(self, lots: Region) -> None:
        needed = dt.date(2013, 8, 1)
        enough = dict.fromkeys(contracts(), needed)
        assert isinstance(event(validated(lots, data_from=enough)).comparison, Comparison)
        short = dict.fromkeys(contracts(), needed + DAY)
        assert event(validated(lots, data_from=short)).comparison == Unknown.because(
            Reason.BEGINS_LATE, source="general_practice", first=needed + DAY, needed_from=needed
        )

    def test_needs_the_outcome_from_the_first_day(self, lots: Region) -> None:
        since = dict.fromkeys(contracts(), dt.date(2010, 1, 1)) | {"hospital": BEFORE + 2 * DAY}
        found = event(validated(lots, data_from=since)).comparison
        assert isinstance(found, Unknown)
        assert found.mentions["needed_from"] == BEFORE + DAY

    def test_says_when_the_first_day_is_unknown(self, region: Region) -> None:
        found = event(validated(region, data_from={})).comparison
        assert found == Unknown.because(Reason.FROM_UNKNOWN, source="hospital")

    def test_says_when_too_few_had_the_outcome(self, whole: Validation) -> None:
        found = event(whole).comparison
        assert isinstance(found, Unknown)
        assert found.reason is Reason.FEW_TO_TRAIN_ON


def test_the_same_people_in_another_order_give_the_same_result(lots: Region, of_lots: Validation) -> None:
    mixed = copy.deepcopy(lots)
    for rows in mixed.tables.values():
        rows.reverse()
    assert validated(mixed) == of_lots


def test_one_practice_or_none(region: Region, whole: Validation) -> None:
    practices = event(whole).accuracy.of("practice")
    assert [group.group for group in practices] == ["100001"]
    without = validated(region, practices=False)
    assert not event(without).accuracy.of("practice")
    assert without.practice_names == {}


def test_the_main_outcome_is_the_one_named_for_the_model(whole: Validation) -> None:
    assert whole.main.outcome.outcome == "admission"
