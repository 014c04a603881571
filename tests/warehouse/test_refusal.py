"""A delivery loads wholly or not at all: what refuses it, and that a refused one leaves no mark."""

from __future__ import annotations

import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from tests.warehouse.house import House
from tests.warehouse.packages import ANNA, Package, cpr


def visits(bad: int, of: int, name: str = "visits") -> Package:
    """A package of so many rows, the first of them bad."""
    package = Package("health_insurance", name=name)
    for number in range(of):
        package.add("specialist_contact", cpr=cpr(number), specialty="astrologer" if number < bad else "eye")
    return package


def test_two_per_cent_of_bad_rows_load_and_more_refuse(house: House) -> None:
    assert house.load(visits(bad=2, of=100, name="exactly")).rejected == 2
    assert "3 of 149 rows rejected (2.0%, the limit is 2.0%)" in house.refuse(visits(bad=3, of=149, name="above"))
    assert house.counts() == {"specialist_contact": 98}


def test_the_limit_is_counted_over_all_tables_of_a_delivery(house: House) -> None:
    package = Package("prescriptions").fill(150).add("risk_drug")
    package.add("risk_drug", level="red").add("risk_drug", atc="x")
    report = house.load(package)
    assert report.rejected == 2
    assert report.warnings == ["risk_drug: 2 of 3 rows rejected"]


def test_broken_lines_repeats_and_bad_values_count_alike(house: House) -> None:
    package = Package("civil").add("person", cpr=ANNA).add("person", cpr=ANNA).add("person", sex="X").fill(100)
    content = (package.write(house.folder()) / "person.csv").read_bytes() + b"broken\n"
    package.files["person"] = content
    assert "3 of 104 rows rejected" in house.refuse(package)


def test_a_row_with_many_faults_counts_once(house: House) -> None:
    package = Package("health_insurance").add("specialist_contact", cpr="x", date="y", fee="z", specialty="?").fill(50)
    assert house.load(package).rejected == 1


def test_a_table_of_which_no_row_can_be_used_refuses(house: House) -> None:
    package = Package("prescriptions").fill(500).add("risk_drug", level="red")
    refused = house.refuse(package)
    assert "no row of risk_drug could be used" in refused
    assert "risk_drug.level: not one of yellow, orange (1 rows, first in line 2)" in refused


def test_a_table_without_rows_does_not_refuse(house: House) -> None:
    house.load(Package("prescriptions"))
    assert house.counts() == {"dispensing": 0, "risk_drug": 0}


def test_the_report_says_which_faults_were_most_frequent(house: House) -> None:
    package = Package("health_insurance")
    for number, change in enumerate([{"fee": "-1"}] * 9 + [{"date": ""}] * 5 + [{"cpr": "1"}] * 3 + [{"fee": "x"}]):
        package.add("specialist_contact", **{"cpr": cpr(number), **change})
    assert house.refuse(package.fill(10)).endswith(
        "specialist_contact.fee: below 0 (9 rows, first in line 2); "
        "specialist_contact.date: empty (5 rows, first in line 11); "
        "specialist_contact.cpr: not a CPR number (3 rows, first in line 16)"
    )


def test_the_rows_of_a_refused_delivery_are_kept_with_their_faults(house: House) -> None:
    house.refuse(visits(bad=3, of=10))
    rows = house.rejects("visits")
    assert [(row["table"], row["line"], row["column"], row["value"]) for row in rows] == [
        ("specialist_contact", line, "specialty", "astrologer") for line in (2, 3, 4)
    ]
    assert {row["refused"] for row in rows} == {True}
    assert all(row["delivery"].startswith("visits-") for row in rows)


@pytest.mark.parametrize(
    "package",
    [
        visits(bad=60, of=100),
        Package("health_insurance", describe=lambda d: d["resources"][0].update(rows=9)).fill(10),
        Package("prescriptions").fill(500).add("risk_drug", level="red"),
    ],
    ids=["too many bad rows", "wrong number of rows", "a useless table"],
)
def test_a_refused_delivery_leaves_the_warehouse_as_it_was(house: House, package: Package) -> None:
    house.ingest(Package("health_insurance", name="before").fill(20), Package("prescriptions", name="before").fill(20))
    before = {name: content for name, content in house.files().items() if not name.startswith("vault/refused/")}
    house.refuse(package)
    after = {name: content for name, content in house.files().items() if not name.startswith("vault/refused/")}
    assert after == before


def test_persons_known_only_from_a_refused_delivery_are_not_known(house: House) -> None:
    house.load(Package("prescriptions").add("dispensing", cpr=cpr(5000)))
    house.refuse(visits(bad=3, of=10))
    with pytest.raises(SamspilError, match="nobody with this CPR number was delivered"):
        house.person(cpr(9))


def test_a_refused_delivery_can_be_sent_again_mended(house: House) -> None:
    house.refuse(visits(bad=3, of=10))
    house.load(visits(bad=0, of=10))
    assert house.counts() == {"specialist_contact": 10}
    assert {row["refused"] for row in house.rejects("visits")} == {True}


def test_rejects_are_found_by_the_beginning_of_a_deliverys_name(house: House) -> None:
    house.load(visits(bad=1, of=100, name="spring"))
    house.refuse(visits(bad=9, of=100, name="autumn"))
    assert (len(house.rejects("spring")), len(house.rejects("autumn"))) == (1, 9)
    assert len(house.rejects()) == 10
    assert verbs.rejects(home=house.home).column_names == [
        "delivery", "refused", "table", "line", "column", "fault", "value",
    ]  # fmt: skip
    with pytest.raises(SamspilError, match="no delivery called `winter`"):
        house.rejects("winter")
