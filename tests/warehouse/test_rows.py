"""What may be wrong with one row: it is set aside with line, fault and value, and the rest is loaded.

All bad rows of a source stand in one delivery between good ones, so that each test reads one line of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from samspil.warehouse.contracts import table_sources
from tests.warehouse.house import House, day, moment
from tests.warehouse.packages import ANNA, BO, ROWS, Package, cpr

PERIOD = ("2015-01-01", "2015-09-30")


@dataclass(frozen=True)
class Flaw:
    """A row that is good but for `given`, and what is said of it."""

    table: str
    given: dict[str, Any]
    column: str
    fault: str

    @property
    def value(self) -> str | None:
        """The offending value as the owner wrote it."""
        given = self.given[self.column]
        return None if given is None else str(given)


def flaw(table: str, column: str, given: object, fault: str, **others: object) -> Flaw:
    return Flaw(table, {**others, column: given}, column, fault)


NO_CPR, EMPTY = "not a CPR number", "empty"
OUTSIDE = "outside the delivery's period 2015-01-01 – 2015-09-30"
NO_DATE, NO_TIME = "not a date (YYYY-MM-DD)", "not a date and time (YYYY-MM-DDTHH:MM)"
NO_CODE, NO_FORM = "not a code of the contract's form", "not of the contract's form"

FLAWS = {
    # CPR numbers
    "cpr with letters": flaw("dispensing", "cpr", "010150100X", NO_CPR),
    "cpr of nine digits": flaw("dispensing", "cpr", "010150100", NO_CPR),
    "cpr of eleven digits": flaw("dispensing", "cpr", "01015010011", NO_CPR),
    "cpr with a dot": flaw("dispensing", "cpr", "010150.1001", NO_CPR),
    "cpr empty": flaw("dispensing", "cpr", None, NO_CPR),
    "cpr on 31 April": flaw("dispensing", "cpr", "3104501001", NO_CPR),
    "cpr in month 13": flaw("dispensing", "cpr", "0113501001", NO_CPR),
    "cpr on day 0": flaw("dispensing", "cpr", "0001501001", NO_CPR),
    "cpr on 29 February 1951": flaw("dispensing", "cpr", "2902511001", NO_CPR),
    "cpr on 29 February 1900, seventh digit 0": flaw("dispensing", "cpr", "2902000001", NO_CPR),
    "cpr on 29 February 2001, seventh digit 4": flaw("dispensing", "cpr", "2902014001", NO_CPR),
    "cpr on 29 February 1937, seventh digit 9": flaw("dispensing", "cpr", "2902379001", NO_CPR),
    "cpr on 29 February 2057, seventh digit 5": flaw("dispensing", "cpr", "2902575001", NO_CPR),
    "cpr on 29 February 1858, seventh digit 8": flaw("dispensing", "cpr", "2902588001", NO_CPR),
    # Vocabularies and forms
    "unknown sex": flaw("person", "sex", "X", "not one of F, M"),
    "sex in small letters": flaw("person", "sex", "f", "not one of F, M"),
    "unknown status": flaw("person", "status", "missing", "not one of active, dead, emigrated"),
    "unknown origin": flaw("person", "origin", "klingon", "not one of danish, foreign"),
    "municipality of two digits": flaw("person", "municipality", "46", NO_FORM),
    "municipality and more": flaw("person", "municipality", "461x", NO_FORM),
    "unknown kind": flaw("hospital_contact", "kind", "daycase", "not one of inpatient, outpatient, emergency"),
    "diagnosis that is none": flaw("hospital_contact", "action_diagnosis", "1234", NO_CODE),
    "unknown occasion": flaw("pro_form", "occasion", "second", "not one of first, final, other"),
    "chapter alone": flaw("hospital_contact", "action_diagnosis", "DF2", NO_CODE),
    "atc of six characters": flaw("dispensing", "atc", "N06AB0", NO_CODE),
    # Empty
    "birth date empty": flaw("person", "birth_date", None, EMPTY),
    "sex of blanks": flaw("person", "sex", "   ", EMPTY),
    "start empty": flaw("hospital_contact", "start", None, EMPTY),
    "acute empty": flaw("hospital_contact", "acute", None, EMPTY),
    "cost empty": flaw("hospital_contact", "cost", None, EMPTY),
    "date empty": flaw("dispensing", "date", None, EMPTY),
    # Dates
    "a date in Danish": flaw("person", "birth_date", "01-05-1950", NO_DATE),
    "a date that does not exist": flaw("person", "birth_date", "1951-02-29", NO_DATE),
    "a date without zeros": flaw("person", "birth_date", "1950-5-1", NO_DATE),
    "a date with a time": flaw("person", "birth_date", "1950-05-01T10:00:00", NO_DATE),
    "birth before 1850": flaw("person", "birth_date", "1849-12-31", "before 1850-01-01"),
    "a day without a time": flaw("hospital_contact", "start", "2015-05-05", NO_TIME),
    "a time of 25 o'clock": flaw("hospital_contact", "start", "2015-05-05T25:00:00", NO_TIME),
    "a moment that does not exist": flaw("hospital_contact", "start", "2015-02-30T10:00:00", NO_TIME),
    # Numbers
    "children by halves": flaw("household", "preschool_children", "1.5", "not a whole number"),
    "children in words": flaw("household", "preschool_children", "two", "not a whole number"),
    "minus one child": flaw("household", "preschool_children", "-1", "below 0"),
    "21 children": flaw("household", "preschool_children", "21", "above 20"),
    "negative cost": flaw("hospital_contact", "cost", "-0.01", "below 0"),
    "cost with a comma": flaw("hospital_contact", "cost", "12000,00", "not an amount"),
    "cost with an exponent": flaw("hospital_contact", "cost", "1e3", "not an amount"),
    "cost beyond all money": flaw("hospital_contact", "cost", "99999999999.00", "not an amount"),
    "packages in words": flaw("dispensing", "packages", "NaN", "not a number"),
    "acute by a digit": flaw("hospital_contact", "acute", "1", "neither true nor false"),
    "acute in Danish": flaw("hospital_contact", "acute", "ja", "neither true nor false"),
    # Order
    "end before start": flaw("hospital_contact", "end", "2015-05-05T09:59:59", "before `start`"),
    "closed before opened": flaw("outpatient_course", "closed", "2015-01-04", "before `opened`"),
    "used before answered": flaw("pro_form", "used_on", "2015-05-04", "before `date`"),
    "to before from": flaw("sick_leave", "to", "2015-01-04", "before `from`"),
    # The delivery's period
    "the day before the period": flaw("dispensing", "date", "2014-12-31", OUTSIDE),
    "the day after the period": flaw("dispensing", "date", "2015-10-01", OUTSIDE),
    "the last second before the period": flaw("hospital_contact", "start", "2014-12-31T23:59:59", OUTSIDE, end=None),
    "the first moment after the period": flaw("hospital_contact", "start", "2015-10-01T00:00:00", OUTSIDE, end=None),
    "a local day after the period": flaw("hospital_contact", "start", "2015-10-01T00:30:00+02:00", OUTSIDE, end=None),
    "after midnight in Copenhagen": flaw("hospital_contact", "start", "2015-09-30T22:30:00Z", OUTSIDE, end=None),
}  # fmt: skip


@dataclass(frozen=True)
class Good:
    """A row that looks odd and is good: what is given, and what of it lies in the lake."""

    table: str
    given: dict[str, Any]
    kept: dict[str, Any]


def good(table: str, column: str, given: object, kept: object, **others: object) -> Good:
    return Good(table, {**others, column: given}, {column: kept})


GOODS = {
    "code with Danish D and dot": good("hospital_contact", "action_diagnosis", "DF20.0", "F200"),
    "code in small letters": good("hospital_contact", "action_diagnosis", "f20.0", "F200"),
    "code in both": good("hospital_contact", "action_diagnosis", "dF200", "F200"),
    "code of the chapter D": good("hospital_contact", "action_diagnosis", "D50.9", "D509"),
    "code of the chapter D with Danish D": good("hospital_contact", "action_diagnosis", "DD50.9", "D509"),
    "code with blanks": good("hospital_contact", "action_diagnosis", " DI50.9 ", "I509"),
    "the last minute of the period": good(
        "hospital_contact", "start", "2015-09-30T23:59:00", moment("2015-09-30 23:59:00"), end=None
    ),
    "the first moment of the period": good(
        "hospital_contact", "start", "2015-01-01T00:00:00", moment("2015-01-01 00:00:00"), end=None
    ),
    "a moment without seconds": good("hospital_contact", "start", "2015-05-05T08:15", moment("2015-05-05 08:15:00")),
    "a moment with a blank": good("hospital_contact", "start", "2015-05-05 08:15:00", moment("2015-05-05 08:15:00")),
    "summer time in UTC": good("hospital_contact", "start", "2015-05-05T06:15:00Z", moment("2015-05-05 08:15:00")),
    "winter time in UTC": good("hospital_contact", "start", "2015-02-05T06:15:00Z", moment("2015-02-05 07:15:00")),
    "new year's night in UTC": good(
        "hospital_contact", "start", "2014-12-31T23:30:00Z", moment("2015-01-01 00:30:00"), end=None
    ),
    "an offset of other hours": good(
        "hospital_contact", "start", "2015-05-05T00:15:00-06:00", moment("2015-05-05 08:15:00")
    ),
    "still in hospital": good("hospital_contact", "end", None, None),
    "end at the start": good("hospital_contact", "end", "2015-05-05T10:00:00", moment("2015-05-05 10:00:00")),
    "no cost": good("hospital_contact", "cost", "0", Decimal("0.00")),
    "truth in capitals": good("hospital_contact", "acute", "TRUE", True),
    "number with a sign": good("dispensing", "packages", "+2", 2.0),
    "the first day of the period": good("dispensing", "date", "2015-01-01", day("2015-01-01")),
    "the last day of the period": good("dispensing", "date", "2015-09-30", day("2015-09-30")),
    "a text in blanks": good("dispensing", "name", "  Citalopram ", "Citalopram"),
    "a spell of one day": good("sick_leave", "to", "2015-01-05", day("2015-01-05")),
    "an open spell": good("sick_leave", "to", None, None),
    "answers used the same day": good("pro_form", "used_on", "2015-05-05", day("2015-05-05")),
    "answers not used": good("pro_form", "used_on", None, None),
    "a spell from before the period": good("sick_leave", "from", "1990-01-01", day("1990-01-01")),
}  # fmt: skip

#: Tables in which a row is known by these values, so that each test finds its own.
IDENTIFIED = {"hospital_contact": "contact_id", "outpatient_course": "course_id"}


class Shared:
    """One warehouse with a delivery per source that holds every flaw and every odd good row."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.line: dict[str, int] = {}
        cases = {**FLAWS, **GOODS}
        sources = {table_sources()[case.table] for case in cases.values()}
        for source in sources:
            package = Package(source, period=PERIOD)
            for table in sorted({case.table for case in cases.values() if table_sources()[case.table] == source}):
                package.add(table, cpr=cpr(999))
            for number, (name, case) in enumerate(cases.items()):
                if table_sources()[case.table] == source:
                    known = {IDENTIFIED[case.table]: name} if case.table in IDENTIFIED else {}
                    package.add(case.table, **{"cpr": cpr(number), **known, **case.given})
                    self.line[name] = len(package.rows[case.table]) + 1
            house.load(package.fill(1500))
        self.rejects = house.rejects()
        self.rows = {table: house.rows(table) for table in {case.table for case in cases.values()}}
        self.person = {name: house.person(cpr(number)) for number, name in enumerate(cases) if name in GOODS}

    def said_of(self, name: str) -> list[tuple[str, str, str | None]]:
        table = FLAWS[name].table
        found = [row for row in self.rejects if (row["table"], row["line"]) == (table, self.line[name])]
        return [(row["column"], row["fault"], row["value"]) for row in found]


@pytest.fixture(scope="module")
def shared(new_house: Callable[[], House]) -> Shared:
    return Shared(new_house())


@pytest.mark.parametrize("name", FLAWS)
def test_a_bad_row_is_set_aside_with_line_fault_and_value(shared: Shared, name: str) -> None:
    case = FLAWS[name]
    assert shared.said_of(name) == [(case.column, case.fault, case.value)]


def test_bad_rows_and_no_others_are_kept_out_of_the_lake(shared: Shared) -> None:
    loaded = {name: loaded for d in shared.house.state().deliveries.values() for name, loaded in d.tables.items()}
    for table, rows in shared.rows.items():
        flaws = sum(case.table == table for case in FLAWS.values())
        assert (loaded[table].rejected, loaded[table].loaded) == (flaws, len(rows))
        assert loaded[table].rows == flaws + len(rows)


@pytest.mark.parametrize("name", GOODS)
def test_a_good_row_is_kept_in_the_form_of_the_contract(shared: Shared, name: str) -> None:
    case = GOODS[name]
    (row,) = [row for row in shared.rows[case.table] if row["person_id"] == shared.person[name]]
    assert {column: row[column] for column in case.kept} == case.kept


def test_a_row_with_several_faults_tells_them_all(house: House) -> None:
    package = Package("hospital", period=PERIOD).add(
        "hospital_contact", cpr="x", start="2014-05-05T10:00:00", kind="y", cost="-1"
    )
    house.load(package.fill(100))
    assert sorted((row["line"], row["column"]) for row in house.rejects()) == [
        (2, "cost"), (2, "cpr"), (2, "kind"), (2, "start"),
    ]  # fmt: skip
    assert house.state().deliveries[house.rejects()[0]["delivery"]].tables["hospital_contact"].rejected == 1


def test_tc3_13_cpr_numbers_are_the_same_with_hyphen_blanks_or_neither(house: House) -> None:
    package = Package("prescriptions")
    for written in (ANNA, f"{ANNA[:6]}-{ANNA[6:]}", f" {ANNA[:6]} {ANNA[6:]} ", f"{ANNA}\t"):
        package.add("dispensing", cpr=written)
    house.load(package)
    assert {row["person_id"] for row in house.rows("dispensing")} == {house.person(ANNA)}
    assert house.person(f"{ANNA[:6]}-{ANNA[6:]}") == house.person(ANNA)


def test_the_night_the_clocks_go_back_has_its_hours_in_order(house: House) -> None:
    """From 02:50 summer time to 02:10 winter time are twenty minutes."""
    night = {"start": "2015-10-25T02:50:00+02:00", "end": "2015-10-25T02:10:00+01:00"}
    house.load(Package("hospital").add("hospital_contact", **night).fill(100))
    assert house.rejects() == []


# Repeats


def test_an_exact_repeat_is_set_aside_where_rows_are_known_by_their_values(house: House) -> None:
    package = Package("employment").add("sick_leave").add("sick_leave", cpr=BO).add("sick_leave")
    package.add("sick_leave", to=None).add("sick_leave", to=None)
    house.load(package.fill(200))
    assert [(row["line"], row["fault"]) for row in house.rejects()] == [
        (4, "same as line 2"),
        (6, "same as line 5"),
    ]
    assert house.counts()["sick_leave"] == 3


def test_a_repeat_is_found_however_its_cpr_number_is_written(house: House) -> None:
    leave = Package("employment").add("sick_leave").add("sick_leave", cpr=f"{ANNA[:6]}-{ANNA[6:]}")
    house.load(leave.fill(100))
    assert [row["line"] for row in house.rejects()] == [3]


def test_a_repeat_of_a_row_that_was_set_aside_is_a_first(house: House) -> None:
    leave = Package("employment").add("sick_leave", to="1990-01-01").add("sick_leave")
    house.load(leave.fill(100))
    assert [row["line"] for row in house.rejects()] == [2]
    assert house.counts()["sick_leave"] == 1


def test_two_contacts_of_a_day_are_two_contacts(house: House) -> None:
    house.load(Package("general_practice").add("gp_contact").add("gp_contact"))
    assert house.counts()["gp_contact"] == 2


def test_the_second_of_two_different_rows_for_one_person_is_set_aside(house: House) -> None:
    package = Package("civil").add("person").add("person", sex="M", given_name="Anders").add("person", cpr=BO)
    house.load(package.fill(100))
    assert [(row["line"], row["fault"]) for row in house.rejects()] == [(3, "same as line 2")]
    assert [row["sex"] for row in house.rows("person") if row["person_id"] == house.person(ANNA)] == ["F"]
    assert not house.files_with("Anders")


def test_lines_of_repeats_are_those_of_the_file_after_broken_lines(house: House) -> None:
    package = Package("civil").add("person", cpr=ANNA).add("person", cpr=BO).add("person", cpr=ANNA).fill(200)
    content = (package.write(house.folder()) / "person.csv").read_bytes().split(b"\n")
    content.insert(2, b"broken")
    package.files["person"] = b"\n".join(content)
    house.load(package)
    assert [(row["line"], row["fault"]) for row in house.rejects()] == [
        (3, "missing columns"),
        (5, "same as line 2"),
    ]


def test_every_table_has_a_good_row_in_these_tests(house: House) -> None:
    """The rows that other tests build on are good in every table."""
    packages = {source: Package(source, form="parquet") for source in table_sources().values()}
    for table, source in table_sources().items():
        packages[source].add(table)
    report = house.ingest(*packages.values())
    assert [(part.refused, part.rejected, part.warnings) for part in report.packages] == [(None, 0, [])] * len(packages)
    assert house.counts() == dict.fromkeys(ROWS, 1)


def test_dates_and_amounts_have_the_contracts_types_in_the_lake(shared: Shared) -> None:
    row = shared.rows["hospital_contact"][0]
    kinds = {name: type(row[name]) for name in ("person_id", "start", "acute", "cost", "contact_id")}
    assert kinds == {"person_id": int, "start": dt.datetime, "acute": bool, "cost": Decimal, "contact_id": str}
