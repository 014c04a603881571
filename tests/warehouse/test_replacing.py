"""A delivery replaces what the same source sent earlier for the same period."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from samspil import verbs
from samspil.warehouse.state import Days, Segment
from tests.warehouse.house import House, day
from tests.warehouse.packages import ANNA, BO, Package, cpr

DAY = dt.timedelta(days=1)
FIRST = dt.date(2015, 1, 1)


def drawn(month: int) -> str:
    return f"2016-{month:02d}-02T03:00:00+01:00"


def visits(name: str, first: str, last: str, dates: list[str], fee: str = "1", month: int = 1) -> Package:
    """A delivery of visits for a period; the fee tells which delivery a row came with."""
    package = Package("health_insurance", name=name, period=(first, last), extracted_at=drawn(month))
    for date in dates:
        package.add("specialist_contact", date=date, fee=fee)
    return package


def by_day(house: House) -> dict[str, int]:
    """By day, the fee of its visit."""
    return {str(row["date"]): int(row["fee"]) for row in house.rows("specialist_contact")}


# The same again


def test_the_same_delivery_twice_changes_nothing(house: House) -> None:
    package = visits("a", "2015-01-01", "2015-12-31", ["2015-05-05"])
    house.load(package)
    before = house.files()
    report = house.deliver(package)
    assert (report.unchanged, report.refused) == (True, None)
    assert house.files() == before
    assert house.state().number == 1


def test_a_delivery_that_was_replaced_does_not_come_back_by_being_sent_again(house: House) -> None:
    first = visits("a", "2015-01-01", "2015-12-31", ["2015-05-05"])
    house.load(first)
    house.load(visits("b", "2015-01-01", "2015-12-31", ["2015-06-06"], month=2))
    assert house.deliver(first).unchanged
    assert list(by_day(house)) == ["2015-06-06"]


def test_the_same_rows_in_another_file_are_loaded_once(house: House) -> None:
    for form in ("csv", "parquet"):
        house.load(Package("health_insurance", form=form).add("specialist_contact"))
    assert house.counts() == {"specialist_contact": 1}


# Periods

periods = st.tuples(st.integers(0, 30), st.integers(0, 12)).map(
    lambda pair: Days(from_=FIRST + pair[0] * DAY, to=FIRST + (pair[0] + pair[1]) * DAY)
)


def days_of(parts: list[Days]) -> list[dt.date]:
    return [part.from_ + n * DAY for part in parts for n in range((part.to - part.from_).days + 1)]


@given(periods, periods)
def test_a_period_without_another_has_the_days_of_the_one_and_not_of_the_other(one: Days, other: Days) -> None:
    left = days_of(one.minus(other))
    assert left == [date for date in days_of([one]) if date not in days_of([other])]


@given(st.lists(periods, min_size=1, max_size=8))
def test_each_day_comes_from_the_last_delivery_that_covers_it(deliveries: list[Days]) -> None:
    segments: list[Segment] = []
    expected: dict[dt.date, str] = {}
    for number, period in enumerate(deliveries):
        segments = [left for segment in segments if (left := segment.without(period))]
        segments.append(Segment(file="", delivery=str(number), rows=0, in_force=[period]))
        expected |= dict.fromkeys(days_of([period]), str(number))
    found = [(date, segment.delivery) for segment in segments for date in days_of(segment.in_force or [])]
    assert len(found) == len(dict(found))
    assert dict(found) == expected


def test_a_segment_of_a_table_without_a_period_is_replaced_whole() -> None:
    assert Segment(file="", delivery="a", rows=0).without(Days(from_=FIRST, to=FIRST)) is None


def test_nothing_is_left_of_a_period_that_is_covered_by_two() -> None:
    segment = Segment(file="", delivery="a", rows=0, in_force=[Days(from_=FIRST, to=FIRST + 9 * DAY)])
    half = segment.without(Days(from_=FIRST, to=FIRST + 4 * DAY))
    assert half is not None
    assert half.without(Days(from_=FIRST + 5 * DAY, to=FIRST + 20 * DAY)) is None


def test_overlapping_deliveries_end_to_end(house: House) -> None:
    """Each delivery has a visit on the 1st and 15th of its months; the reference is a dict by day."""
    expected: dict[str, int] = {}
    for number, (first, last) in enumerate([(1, 6), (4, 9), (2, 2), (5, 5), (11, 12), (1, 1)], 1):
        dates = [f"2015-{month:02d}-{date}" for month in range(first, last + 1) for date in ("01", "15")]
        package = visits(f"d{number}", f"2015-{first:02d}-01", f"2015-{last:02d}-28", dates, str(number), number)
        house.load(package)
        covered = {date for date in expected if f"2015-{first:02d}-01" <= date <= f"2015-{last:02d}-28"}
        expected = {date: fee for date, fee in expected.items() if date not in covered} | dict.fromkeys(dates, number)
    assert by_day(house) == expected


def test_days_of_a_timestamp_are_replaced_from_midnight_to_midnight(house: House) -> None:
    house.load(
        Package("hospital", period=("2015-01-01", "2015-12-31"))
        .add("hospital_contact", contact_id="before", start="2015-05-04T23:59:59", end=None)
        .add("hospital_contact", contact_id="first", start="2015-05-05T00:00:00", end=None)
        .add("hospital_contact", contact_id="last", start="2015-05-05T23:59:59", end=None)
        .add("hospital_contact", contact_id="after", start="2015-05-06T00:00:00", end=None)
    )
    house.load(Package("hospital", period=("2015-05-05", "2015-05-05"), extracted_at=drawn(2)))
    assert house.column("hospital_contact", "contact_id") == ["after", "before"]


def test_a_row_on_a_day_that_a_later_delivery_left_empty_is_gone(house: House) -> None:
    house.load(visits("a", "2015-01-01", "2015-12-31", ["2015-05-05", "2015-06-06"]))
    house.load(visits("b", "2015-05-01", "2015-05-31", [], month=2))
    assert list(by_day(house)) == ["2015-06-06"]


def test_an_earlier_state_can_still_be_read(house: House) -> None:
    house.load(visits("a", "2015-01-01", "2015-12-31", ["2015-05-05"]))
    house.load(visits("b", "2015-01-01", "2015-12-31", ["2015-06-06"], month=2))
    (row,) = verbs.tables(house.home, state=1)["specialist_contact"].to_pyarrow().to_pylist()
    assert row["date"] == day("2015-05-05")


# Tables without a period


def test_tables_without_a_period_are_replaced_whole(house: House) -> None:
    house.load(Package("civil", period=("2014-01-01", "2014-12-31")).add("person", cpr=ANNA).add("person", cpr=BO))
    house.load(Package("civil", period=("2015-01-01", "2015-12-31"), extracted_at=drawn(2)).add("person", cpr=BO))
    assert house.column("person", "person_id") == [house.person(BO)]


def test_an_open_spell_is_closed_by_a_later_delivery(house: House) -> None:
    house.load(Package("employment").add("sick_leave", to=None))
    assert house.column("sick_leave", "to") == [None]
    house.load(Package("employment", extracted_at=drawn(2)).add("sick_leave", to="2015-02-02"))
    assert house.column("sick_leave", "to") == [day("2015-02-02")]


# An older extract


def test_an_older_extract_that_replaces_a_newer_warns(house: House) -> None:
    house.load(visits("new", "2015-01-01", "2015-12-31", ["2015-05-05"], month=3))
    report = house.load(visits("old", "2015-06-01", "2016-05-31", ["2015-06-06"], month=2))
    (warning,) = report.warnings
    assert "drawn 2016-02-02, before the delivery new (2016-03-02)" in warning


def test_an_older_extract_for_another_period_does_not_warn(house: House) -> None:
    house.load(visits("new", "2015-01-01", "2015-12-31", ["2015-05-05"], month=3))
    assert house.load(visits("old", "2014-01-01", "2014-12-31", ["2014-06-06"], month=2)).warnings == []


def test_an_older_extract_for_another_period_warns_when_it_replaces_a_whole_table(house: House) -> None:
    """Persons have no period: last year's list would silently take the place of this year's."""
    this_year = Package("civil", period=("2015-01-01", "2015-12-31"), extracted_at=drawn(3))
    last_year = Package("civil", period=("2014-01-01", "2014-12-31"), extracted_at=drawn(2))
    house.load(this_year.add("person", status="dead"))
    report = house.load(last_year.add("person"))
    assert any("before the delivery" in warning for warning in report.warnings)


# Several packages


def test_the_order_of_packages_in_a_call_does_not_matter(house: House) -> None:
    packages = [
        visits("a", "2015-01-01", "2015-12-31", ["2015-05-05", "2015-08-08"], "1", month=1),
        visits("b", "2015-05-01", "2015-05-31", ["2015-05-06"], "2", month=2),
        visits("c", "2015-05-06", "2015-05-06", ["2015-05-06"], "3", month=3),
    ]
    folders = [package.write(house.folder()) for package in packages]
    for number, order in enumerate(([2, 1, 0], [1, 2, 0])):
        home = house.root / f"home-{number}"
        report = verbs.ingest([folders[place] for place in order], home=home)
        assert [part.name for part in report.packages] == ["a", "b", "c"]
        assert not any(part.warnings for part in report.packages)
        rows = verbs.tables(home)["specialist_contact"].to_pyarrow().to_pylist()
        assert {str(row["date"]): int(row["fee"]) for row in rows} == {"2015-08-08": 1, "2015-05-06": 3}


def test_a_refused_package_does_not_keep_the_others_from_loading(house: House) -> None:
    bad = visits("bad", "2015-01-01", "2015-12-31", ["not a date"])
    unreadable = Package("civil", describe=lambda d: d.pop("samspil"))
    report = house.ingest(bad, unreadable, Package("prescriptions").add("dispensing"))
    assert len(report.packages) == 3
    assert {part.folder.name for part in report.refused} == {"001", "002"}
    assert house.counts() == {"dispensing": 1, "risk_drug": 0}


def test_a_folder_of_packages_is_all_of_them(house: House) -> None:
    parent = house.root / "from-region"
    visits("a", "2015-01-01", "2015-12-31", ["2015-05-05"]).write(parent / "a")
    Package("prescriptions").add("dispensing", cpr=cpr(7)).write(parent / "b")
    (parent / "a-folder-without-a-package").mkdir()
    (parent / "letter.txt").write_text("Here are the data.")
    report = verbs.ingest([parent], home=house.home)
    assert sorted(part.source for part in report.packages) == ["health_insurance", "prescriptions"]
    assert house.counts() == {"specialist_contact": 1, "dispensing": 1, "risk_drug": 0}


def test_a_package_named_twice_is_loaded_once(house: House) -> None:
    folder = visits("a", "2015-01-01", "2015-12-31", ["2015-05-05"]).write(house.folder())
    report = verbs.ingest([folder, str(folder), folder.parent], home=house.home)
    assert [part.unchanged for part in report.packages] == [False, True, True]
    assert house.state().number == 1
