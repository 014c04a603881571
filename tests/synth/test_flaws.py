"""Every injected flaw is listed, is where the list says, and nothing else differs from the region without flaws."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from samspil.synth import write_region
from samspil.synth.contract import SOURCES

from .conftest import AS_OF, PERSONS, SEED, Written

Listed = list[dict[str, Any]]


@pytest.fixture(scope="module")
def flawed(tmp_path_factory: pytest.TempPathFactory) -> Written:
    out = tmp_path_factory.mktemp("flawed")
    return Written(out, write_region(out, persons=PERSONS, seed=SEED, as_of=AS_OF, flaws=True, workers=1))


@pytest.fixture(scope="module")
def listed(flawed: Written) -> Listed:
    flaws: Listed = json.loads((flawed.out / "flaws.json").read_text(encoding="utf-8"))
    return flaws


def _table(written: Written, name: str) -> pa.Table:
    source = next(s for s, tables in SOURCES.items() if name in tables)
    return pq.read_table(written.region.folders[source] / f"{name}.parquet")


def test_every_kind_of_flaw_occurs_where_it_should(flawed: Written, listed: Listed) -> None:
    kinds = Counter(flaw["kind"] for flaw in listed)
    assert set(kinds) == {
        "bad_cpr",
        "harmless",
        "duplicate_row",
        "out_of_range",
        "late_row",
        "missing_column",
        "wrong_hash",
    }
    rows = [flaw for flaw in listed if flaw["row"] is not None]
    assert {f["source"] for f in rows} == {"civil", "general_practice", "hospital", "employment", "prescriptions"}
    assert {f["table"] for f in rows if f["kind"] == "duplicate_row"} == {
        "person",
        "affiliation",
        "hospital_contact",
        "sick_leave",
    }
    assert len(listed) == len(flawed.region.flaws)
    per_source = Counter(f["source"] for f in rows)
    for source, count in per_source.items():
        assert count < 0.005 * sum(flawed.region.rows[table] for table in SOURCES[source])


def test_nothing_else_differs(written: Written, flawed: Written, listed: Listed) -> None:
    for tables in SOURCES.values():
        for name in tables:
            clean, dirty = _table(written, name), _table(flawed, name)
            if name == "specialist_contact":
                assert set(clean.column_names) - set(dirty.column_names) == {"referred_by_gp"}
                assert dirty.equals(clean.select(dirty.column_names))
                continue
            mine = [f for f in listed if f["table"] == name and f["row"] is not None]
            repeats = {f["row"] for f in mine if f["kind"] == "duplicate_row"}
            keep = np.ones(dirty.num_rows, dtype=bool)
            keep[sorted(repeats)] = False
            kept = dirty.filter(pa.array(keep))
            assert kept.num_rows == clean.num_rows
            shift = sorted(repeats)
            expected = {(f["row"] - sum(r < f["row"] for r in shift), f["column"]) for f in mine if f["column"]}
            found = set()
            for column in clean.column_names:
                same = pc.equal(clean[column], kept[column])
                both_null = pc.and_(pc.is_null(clean[column]), pc.is_null(kept[column]))
                differs = np.flatnonzero(~pc.fill_null(same, False).to_numpy() & ~both_null.to_numpy())
                found |= {(int(row), column) for row in differs}
            assert found == expected


def test_values_are_as_listed(flawed: Written, listed: Listed) -> None:
    tables = {name: _table(flawed, name) for name in {flaw["table"] for flaw in listed}}
    for flaw in listed:
        if flaw["row"] is None or flaw["column"] is None:
            continue
        value = tables[flaw["table"]][flaw["column"]][flaw["row"]].as_py()
        if hasattr(value, "isoformat"):
            value = value.isoformat()
        assert (value if flaw["value"] is None or isinstance(value, float) else str(value)) == flaw["value"]


def test_repeats_are_exact(flawed: Written, listed: Listed) -> None:
    for name in ("person", "affiliation", "hospital_contact", "sick_leave"):
        table = _table(flawed, name)
        rows = [tuple(row.values()) for row in table.to_pylist()]
        count = Counter(rows)
        repeats = [f["row"] for f in listed if f["table"] == name and f["kind"] == "duplicate_row"]
        assert repeats
        assert all(count[rows[row]] == 2 for row in repeats)


def test_bad_and_harmless_cpr_numbers(listed: Listed) -> None:
    for flaw in listed:
        if flaw["kind"] == "harmless":
            digits = flaw["value"].replace("-", "").replace(" ", "")
            assert len(digits) == 10
            assert digits.isdigit()
            assert digits != flaw["value"]
        elif flaw["kind"] == "bad_cpr":
            value = flaw["value"]
            assert len(value) != 10 or not value.isdigit() or int(value[:2]) > 31


def test_descriptors_tell_the_truth_except_for_the_one_wrong_hash(flawed: Written, listed: Listed) -> None:
    wrong = []
    for source, folder in flawed.region.folders.items():
        for resource in json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))["resources"]:
            file: Path = folder / resource["path"]
            assert resource["rows"] == pq.ParquetFile(file).metadata.num_rows
            if resource["hash"] != "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest():
                wrong.append((source, resource["name"]))
    assert wrong == [("municipal_care", "home_care")]
    assert [(f["source"], f["table"]) for f in listed if f["kind"] == "wrong_hash"] == wrong
    assert [(f["source"], f["table"], f["column"]) for f in listed if f["kind"] == "missing_column"] == [
        ("health_insurance", "specialist_contact", "referred_by_gp")
    ]


def test_late_rows_lie_outside_the_period(listed: Listed) -> None:
    late = [flaw["value"][:10] for flaw in listed if flaw["kind"] == "late_row"]
    assert late
    assert all(not "2011-10-01" <= value <= "2015-09-30" for value in late)
