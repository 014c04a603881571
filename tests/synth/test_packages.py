"""Packages are as the contract of deliveries says."""

import hashlib
import json
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samspil.synth import write_region
from samspil.synth.contract import SOURCES

from .conftest import AS_OF, PERIOD_COLUMN, Written


def _read_back(generated: pa.DataType) -> pa.DataType:
    """The type of a column as a reader of the Parquet file sees it."""
    return pa.string() if pa.types.is_dictionary(generated) else generated


def _descriptor(folder: Path) -> dict:
    return json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("source", SOURCES)
def test_the_descriptor_names_source_period_and_extraction(written: Written, source: str) -> None:
    folder = written.region.folders[source]
    descriptor = _descriptor(folder)
    assert folder == written.out / source
    assert descriptor["name"] == f"{source.replace('_', '-')}-2015-10-01"
    about = descriptor["samspil"]
    assert about["source"] == source
    assert about["contract"] == "1"
    assert about["period"] == {"from": "2011-10-01", "to": "2015-09-30"}
    assert about["extracted_at"] == "2015-10-01T03:00:00+02:00"
    assert about["owner"]
    assert about["legal_basis"]


@pytest.mark.parametrize("source", SOURCES)
def test_every_table_is_there_with_its_hash_rows_and_columns(written: Written, source: str) -> None:
    folder = written.region.folders[source]
    resources = {r["name"]: r for r in _descriptor(folder)["resources"]}
    assert list(resources) == list(SOURCES[source])
    for table, columns in SOURCES[source].items():
        resource = resources[table]
        file = folder / resource["path"]
        assert resource["hash"] == "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
        parquet = pq.ParquetFile(file)
        assert resource["rows"] == parquet.metadata.num_rows == written.region.rows[table] > 0
        assert {f.name: f.type for f in parquet.schema_arrow} == {n: _read_back(t) for n, t in columns.items()}


def test_text_dates_and_money_read_back_plainly(database: duckdb.DuckDBPyConnection) -> None:
    kinds = {row[0]: row[1] for row in database.execute("describe hospital_contact").fetchall()}
    assert kinds["cpr"] == kinds["course_id"] == kinds["action_diagnosis"] == "VARCHAR"
    assert kinds["start"] == "TIMESTAMP"
    assert kinds["cost"] == "DECIMAL(12,2)"
    assert kinds["acute"] == "BOOLEAN"


@pytest.mark.parametrize("table", PERIOD_COLUMN)
def test_rows_lie_inside_the_period(ask, table: str) -> None:
    first, last = ask(f"select min({PERIOD_COLUMN[table]})::date, max({PERIOD_COLUMN[table]})::date from {table}")
    assert date(2011, 10, 1) <= first < date(2011, 11, 15)
    assert date(2015, 8, 15) < last <= AS_OF


def test_winter_time_and_leap_days(tmp_path: Path) -> None:
    region = write_region(tmp_path, persons=50, seed=1, as_of=date(2016, 2, 29), workers=1)
    about = _descriptor(region.folders["civil"])["samspil"]
    assert about["period"] == {"from": "2012-03-01", "to": "2016-02-29"}
    assert about["extracted_at"] == "2016-03-01T03:00:00+01:00"


@pytest.mark.parametrize("persons", [1, 50, 1000])
def test_small_regions_have_every_table_and_a_practice(tmp_path: Path, persons: int) -> None:
    seen: list[tuple[int, int]] = []
    region = write_region(
        tmp_path, persons=persons, seed=3, as_of=AS_OF, progress=lambda done, total: seen.append((done, total))
    )
    assert region.rows["person"] == persons
    assert region.rows["practice"] >= 1
    for source, tables in SOURCES.items():
        for table in tables:
            assert (region.folders[source] / f"{table}.parquet").exists()
    assert seen[-1] == (persons, persons)


def test_a_region_prints_what_was_written(written: Written) -> None:
    assert "20,000 persons" in str(written.region)
    assert "hospital_contact" in str(written.region)
    assert "<table>" in written.region._repr_html_()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"persons": 0}, "persons"),
        ({"persons": 20_000_000}, "persons"),
        ({"seed": -1}, "seed"),
        ({"as_of": date(2060, 1, 1)}, "as_of"),
        ({"workers": 0}, "workers"),
    ],
)
def test_impossible_wishes_are_refused_before_anything_is_written(tmp_path: Path, wrong: dict, message: str) -> None:
    wishes = {"persons": 10, "seed": 1, "as_of": AS_OF, "workers": 1} | wrong
    with pytest.raises(ValueError, match=message):
        write_region(tmp_path / "out", **wishes)
    assert not (tmp_path / "out").exists()


def _bytes(out: Path) -> dict[str, str]:
    files = [*out.rglob("*.parquet"), *out.rglob("*.json")]
    return {str(f.relative_to(out)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    for workers in (1, 2):
        write_region(tmp_path / str(workers), persons=11_000, seed=5, as_of=AS_OF, flaws=True, workers=workers)
    one, two = _bytes(tmp_path / "1"), _bytes(tmp_path / "2")
    assert len(one) == sum(len(tables) for tables in SOURCES.values()) + len(SOURCES) + 3
    assert one == two


def test_another_seed_gives_another_region(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_region(tmp_path / str(seed), persons=200, seed=seed, as_of=AS_OF, workers=1)
    assert _bytes(tmp_path / "1")["civil/person.parquet"] != _bytes(tmp_path / "2")["civil/person.parquet"]


def test_writing_again_replaces_the_deliveries_and_the_list_of_flaws(tmp_path: Path) -> None:
    write_region(tmp_path, persons=1000, seed=1, as_of=AS_OF, flaws=True, workers=1)
    write_region(tmp_path, persons=200, seed=1, as_of=AS_OF, workers=1)
    assert pq.ParquetFile(tmp_path / "civil" / "person.parquet").metadata.num_rows == 200
    assert not (tmp_path / "flaws.json").exists()
