"""What a package says of itself, and what it is refused for before a row of it is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from tests.warehouse.house import House
from tests.warehouse.packages import ANNA, Package

Descriptor = dict[str, Any]


def visits(describe: Callable[[Descriptor], object] = lambda d: None, **said: Any) -> Package:
    """A package of one table and one row."""
    return Package("health_insurance", describe=describe, **said).add("specialist_contact")


def resource(**said: Any) -> Callable[[Descriptor], object]:
    return lambda descriptor: descriptor["resources"][0].update(said)


def header(**said: Any) -> Callable[[Descriptor], object]:
    return lambda descriptor: descriptor["samspil"].update(said)


def without(*keys: str) -> Callable[[Descriptor], object]:
    def remove(descriptor: Descriptor) -> None:
        for key in keys[:-1]:
            descriptor = descriptor[key]
        del descriptor[keys[-1]]

    return remove


REFUSED = {
    "wrong hash": (resource(hash=f"sha256:{'0' * 64}"), "specialist_contact.csv: wrong hash"),
    "hash of another kind": (resource(hash=f"md5:{'0' * 32}"), "`resources.0.hash`"),
    "more rows than it says": (resource(rows=0), "specialist_contact.csv: 1 rows, the descriptor says 0"),
    "fewer rows than it says": (resource(rows=2), "specialist_contact.csv: 1 rows, the descriptor says 2"),
    "negative number of rows": (resource(rows=-1), "`resources.0.rows`"),
    "unknown source": (header(source="astrology"), "unknown source `astrology`; known sources are civil, "),
    "unknown contract version": (header(contract="2"), "unknown contract version `2` of source `health_insurance`"),
    "missing table": (lambda d: d.update(resources=[]), "missing table specialist_contact"),
    "table listed twice": (lambda d: d["resources"].append(d["resources"][0]), "`specialist_contact` is listed twice"),
    "no name": (without("name"), "`name`"),
    "name that is a path": (lambda d: d.update(name="../outside"), "`name`"),
    "no header": (without("samspil"), "`samspil`"),
    "no source": (without("samspil", "source"), "`samspil.source`"),
    "no owner": (without("samspil", "owner"), "`samspil.owner`"),
    "no contract": (without("samspil", "contract"), "`samspil.contract`"),
    "no period": (without("samspil", "period"), "`samspil.period`"),
    "no end of the period": (without("samspil", "period", "to"), "`samspil.period.to`"),
    "no day of extraction": (without("samspil", "extracted_at"), "`samspil.extracted_at`"),
    "no legal basis": (without("samspil", "legal_basis"), "`samspil.legal_basis`"),
    "no resources": (without("resources"), "`resources`"),
    "period reversed": (
        header(period={"from": "2015-12-31", "to": "2015-01-01"}),
        "the period ends 2015-01-01, before it begins 2015-12-31",
    ),
    "period with a day that does not exist": (
        header(period={"from": "2015-02-30", "to": "2015-12-31"}),
        "period.from`",
    ),
    "extracted at the end of time": (header(extracted_at="9999-12-31T23:59:59Z"), "extracted_at"),
    "extracted at the beginning of time": (header(extracted_at="0001-01-01T00:00:00+05:00"), "extracted_at"),
    "path to a folder above": (resource(path="../specialist_contact.csv"), "leads out of the package"),
    "path through a folder above": (resource(path="a/../../x.csv"), "leads out of the package"),
    "absolute path": (resource(path="/tmp/specialist_contact.csv"), "leads out of the package"),
    "path to nothing": (resource(path="gone.csv"), "gone.csv: the file is missing"),
    "path to a folder": (resource(path="."), "neither .csv nor .parquet"),
    "path with a character no file can have": (resource(path="a\0.csv"), "path"),
    "path longer than any file's": (resource(path=f"{'a' * 300}.csv"), "path"),
    "neither CSV nor Parquet": (resource(path="specialist_contact.xlsx"), "neither .csv nor .parquet"),
}


@pytest.mark.parametrize(("describe", "why"), REFUSED.values(), ids=REFUSED.keys())
def test_a_descriptor_that_cannot_be_used_refuses_the_delivery(
    house: House, describe: Callable[[Descriptor], object], why: str
) -> None:
    assert why in house.refuse(visits(describe))
    assert house.state().number == 0


NOT_JSON = {
    "bad JSON": b'{"name": ',
    "empty": b"",
    "a list": b"[]",
    "null": b"null",
    "not UTF-8": '{"name": "å"}'.encode("latin-1"),
    "nested without end": b"[" * 100_000,
}


@pytest.mark.parametrize("content", NOT_JSON.values(), ids=NOT_JSON.keys())
def test_a_descriptor_that_is_no_json_object_refuses_the_delivery(house: House, content: bytes) -> None:
    folder = visits().write(house.folder())
    (folder / "datapackage.json").write_bytes(content)
    (report,) = verbs.ingest([folder], home=house.home).packages
    assert report.refused is not None
    assert "datapackage.json" in report.refused


def test_a_symlink_out_of_the_package_refuses_the_delivery(house: House) -> None:
    folder = visits().write(house.folder())
    outside = folder / "specialist_contact.csv"
    outside.rename(house.root / "outside.csv")
    outside.symlink_to(house.root / "outside.csv")
    (report,) = verbs.ingest([folder], home=house.home).packages
    assert "leads out of the package" in str(report.refused)


def test_the_descriptor_may_begin_with_a_byte_order_mark(house: House) -> None:
    folder = visits().write(house.folder())
    descriptor = folder / "datapackage.json"
    descriptor.write_bytes(b"\xef\xbb\xbf" + descriptor.read_bytes())
    (report,) = verbs.ingest([folder], home=house.home).packages
    assert report.refused is None


def test_a_table_that_is_not_in_the_contract_is_ignored_with_a_warning(house: House) -> None:
    report = house.load(visits(lambda d: d["resources"].append({**d["resources"][0], "name": "horoscope"})))
    assert report.warnings == ["the table `horoscope` is not in the contract of `health_insurance`; ignored"]
    assert list(house.counts()) == ["specialist_contact"]


def test_a_period_may_end_in_a_year_far_away(house: House) -> None:
    package = Package("hospital", period=("1977-01-01", "9999-12-31")).add("hospital_contact")
    house.load(package)
    assert house.counts()["hospital_contact"] == 1


def test_an_extract_without_an_offset_was_drawn_on_the_day_it_says(house: House) -> None:
    house.load(visits(header(extracted_at="2016-01-02T00:30:00")))
    (delivery,) = house.state().deliveries.values()
    assert delivery.data_date.isoformat() == "2016-01-02"


def test_the_day_of_an_extract_is_that_of_copenhagen(house: House) -> None:
    house.load(visits(header(extracted_at="2016-01-01T23:30:00Z")))
    (delivery,) = house.state().deliveries.values()
    assert delivery.data_date.isoformat() == "2016-01-02"


def test_characters_with_a_meaning_to_the_engine_may_stand_in_the_name_of_a_folder(house: House) -> None:
    folder = house.root / "o'brien [1] *?"
    (report,) = verbs.ingest([visits().write(folder)], home=house.home).packages
    assert report.refused is None
    assert house.counts() == {"specialist_contact": 1}


def test_a_folder_without_a_package_is_an_error_that_names_it(house: House, tmp_path: Path) -> None:
    with pytest.raises(SamspilError, match=r"nothing-here: no datapackage\.json"):
        verbs.ingest([tmp_path / "nothing-here"], home=house.home)


def test_what_a_delivery_says_of_itself_is_kept(house: House) -> None:
    package = Package("health_insurance", name="visits-1", owner="Region Syddanmark").add(
        "specialist_contact", cpr=ANNA
    )
    house.load(package)
    (kept,) = house.state().deliveries.values()
    assert (kept.name, kept.source, kept.owner, kept.legal_basis) == (
        "visits-1", "health_insurance", "Region Syddanmark", "dispensation-2014-07",
    )  # fmt: skip
    assert json.loads(kept.model_dump_json())["tables"]["specialist_contact"]["loaded"] == 1
