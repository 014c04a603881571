"""Quality networks and patients' answers are optional: without them nothing breaks, and with them rows are checked."""

from __future__ import annotations

from samspil import verbs
from tests.warehouse.house import House, day
from tests.warehouse.packages import ANNA, Package

D = day("2016-01-02")


def delivered(house: House, *more: Package) -> None:
    """What every list needs, and more."""
    needed = [
        Package("civil").add("person").add("household"),
        Package("general_practice").add("practice").add("affiliation"),
    ]
    report = house.ingest(*needed, *more)
    assert [package.refused for package in report.packages] == [None] * len(report.packages)


def test_risk_lists_are_the_same_with_and_without_the_optional_sources(house: House) -> None:
    delivered(house)
    without = verbs.stratify(["daemp"], D, home=house.home)
    delivered(
        house,
        Package("networks").add("network").add("network_practice"),
        Package("patient_reported").add("pro_form"),
    )
    with_them = verbs.stratify(["daemp"], D, home=house.home)
    assert with_them.persons("daemp").execute().equals(without.persons("daemp").execute())
    assert not {"networks", "patient_reported"} & set(without.data_dates)
    assert {"networks", "patient_reported"} <= set(with_them.data_dates)


def test_a_network_without_a_municipality_is_good(house: House) -> None:
    house.load(Package("networks").add("network", municipality=None, kind="health"))
    assert house.rejects() == []
    assert house.counts()["network"] == 1


def test_a_new_register_of_networks_replaces_the_old_one_whole(house: House) -> None:
    old = Package("networks").add("network").add("network_practice").add("network_practice", provider_number="100002")
    house.load(old)
    left = Package("networks", name="newer", extracted_at="2016-02-02T03:00:00+01:00")
    house.load(left.add("network").add("network_practice", left="2015-12-31"))
    assert house.counts()["network_practice"] == 1
    assert house.rows("network_practice")[0]["left"] == day("2015-12-31")


def test_a_practice_cannot_leave_a_network_before_it_joined(house: House) -> None:
    package = Package("networks").add("network")
    for number in range(200):
        package.add("network_practice", provider_number=f"{100100 + number}")
    house.load(package.add("network_practice", joined="2013-01-01", left="2012-12-31"))
    assert [(row["column"], row["fault"]) for row in house.rejects()] == [("left", "before `joined`")]


def test_the_same_form_delivered_twice_counts_once(house: House) -> None:
    package = Package("patient_reported").add("pro_form").add("pro_form", occasion="other").add("pro_form")
    house.load(package.fill(200))
    assert [(row["line"], row["fault"]) for row in house.rejects()] == [(4, "same as line 2")]


def test_answers_come_about_the_person_they_belong_to(house: House) -> None:
    house.load(Package("civil").add("person"))
    house.load(Package("patient_reported").add("pro_form", used_on="2015-05-08"))
    (row,) = house.rows("pro_form")
    assert (row["person_id"], row["used_on"]) == (house.person(ANNA), day("2015-05-08"))


def test_the_optional_sources_can_be_switched_off_and_purged(house: House) -> None:
    delivered(house, Package("networks").add("network"), Package("patient_reported").add("pro_form"))
    verbs.switch_off("networks", "not agreed", house.home)
    verbs.purge("patient_reported", "a wrong consent", house.home)
    off = {source.source: source.switched_off for source in verbs.status(home=house.home, as_of=D).sources}
    assert off["networks"] == "not agreed"
    assert house.counts().get("pro_form", 0) == 0
    verbs.stratify(["daemp"], D, home=house.home)
