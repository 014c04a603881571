"""What is delivered becomes the same warehouse on each engine, but for the numbers of persons, moments and files.

The same packages are loaded into one warehouse by DuckDB and into another by Spark, and the two are held against each
other: reports, states, rejected rows, and the rows of the lake with CPR numbers in the place of persons' numbers.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import stat
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.warehouse.choice import ENGINES, chosen, using
from samspil.warehouse.contracts import Column, ColumnType, Table
from samspil.warehouse.door import LINE, Door
from samspil.warehouse.engine import connect
from samspil.warehouse.package import TableFile
from samspil.warehouse.rules import read_rows
from samspil.warehouse.state import Days
from tests.engines import same
from tests.warehouse.house import House, moment
from tests.warehouse.packages import ANNA, BO, CARL, Package, as_parquet, cpr
from tests.warehouse.test_files import COLUMNS, INTACT, damaged, visits
from tests.warehouse.test_rows import FLAWS, GOODS, IDENTIFIED, PERIOD

pytestmark = [pytest.mark.slow, pytest.mark.spark]


def odd_rows(source: str, *tables: str) -> Package:
    """Every flaw and every odd good row of some tables, in one delivery with enough good rows."""
    package = Package(source, name=f"odd-{source.replace('_', '-')}", period=PERIOD)
    for number, (name, case) in enumerate({**FLAWS, **GOODS}.items()):
        if case.table in tables:
            known = {IDENTIFIED[case.table]: name} if case.table in IDENTIFIED else {}
            package.add(case.table, **{"cpr": cpr(number), **known, **case.given})
    return package.fill(2000)


def hospital() -> Package:
    package = odd_rows("hospital", "hospital_contact")
    nights = ["2015-03-29T02:30:00", "2015-03-29T03:30:00", "2015-09-25T02:30:00.5", "2015-05-05T08:15:00+0200"]
    for night in [*nights, "2015-05-05T24:00:00", "2015-05-05T23:59:60", "2015-05-05T08:15:00.1234567"]:
        package.add("hospital_contact", contact_id=night, start=night, end=None)
    return package


def drugs() -> Package:
    """CSV with all that CSV may have: a byte order mark, line ends of Windows, newlines in quotes, broken lines."""
    package = odd_rows("prescriptions", "dispensing")
    names = ["Zopiclon, 30", 'Zopi"clon"', "Zopi\nclon", "fvæ v f", "\u00a0Zopiclon ", "\\d+"]
    for name in names:
        package.add("dispensing", name=name)
    content = (package.write(Path(package_folder(), "drugs")) / "dispensing.csv").read_bytes()
    body = content.replace(b"\n", b"\r\n").split(b"\r\n")
    body.insert(7, b"broken")
    body.insert(3, b"")
    package.files["dispensing"] = b"\xef\xbb\xbf" + b"\r\n".join(body)
    rows = len(package.rows["dispensing"]) + 1
    package.describe = lambda descriptor: descriptor["resources"][0].update(rows=rows)
    return package


def numbers() -> Package:
    """Parquet with doubles, moments in UTC to the nanosecond, a dictionary and a column of nothing."""
    rows = visits(400, date=dt.datetime(2015, 5, 5, 22, 30, tzinfo=dt.UTC), fee=10.0)
    fees = [float("nan"), float("inf"), 1e300, -1.5, 1e16, 1.005, 2.675, 0.125, 9.995]
    for row, fee in zip(rows, fees, strict=False):
        row["fee"] = fee
    rows[20]["date"], rows[21]["date"] = dt.datetime(2015, 12, 31, 23, 30, tzinfo=dt.UTC), None
    types = {"date": pa.timestamp("ns", "UTC"), "fee": pa.float64(), "specialty": pa.dictionary(pa.int8(), pa.string())}
    content = as_parquet([*COLUMNS, "note"], rows, {**types, "note": pa.null()})
    return visiting("numbers", content, len(rows))


def visiting(name: str, content: bytes, rows: int) -> Package:
    return Package(
        "health_insurance", name=name, form="parquet", files={"specialist_contact": content},
        describe=lambda descriptor: descriptor["resources"][0].update(rows=rows),
    )  # fmt: skip


def repeats() -> Package:
    package = Package("patient_reported").add("pro_form").add("pro_form", cpr=f"{ANNA[:6]}-{ANNA[6:]}").fill(100)
    return package.add("pro_form", cpr=CARL, occasion="final").add("pro_form", cpr=CARL, occasion="final")


INTEGERS = [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
NUMBERS = [*INTEGERS, pa.float16(), pa.float32(), pa.float64(), pa.decimal128(20, 4), pa.decimal256(50, 4)]
MOMENTS = [pa.timestamp(unit, zone) for unit in ("s", "ms", "us", "ns") for zone in (None, "UTC", "Europe/Copenhagen")]


def every_type(path: Path) -> list[tuple[str, ColumnType]]:
    """Writes a file with a column of each type that Parquet may have; tells how each may be read."""
    columns: dict[str, pa.Array] = {}
    read: list[tuple[str, ColumnType]] = []
    for kind in NUMBERS:
        whole = pa.array([0, 1, 100, None, 127, 12], pa.int32())
        columns[str(kind)] = pa.array(map(Decimal, range(6)), kind) if pa.types.is_decimal(kind) else whole.cast(kind)
        read += [(str(kind), to) for to in ("number", "money")]
        read += [(str(kind), "int")] if kind in INTEGERS else []
    columns["large"] = pa.array([2**64 - 1, 2**63, 2**53 + 1, 10**12, 10**10, 0], pa.uint64())
    columns["halves"] = pa.array([1.005, 2.675, -0.125, float("nan"), 1e10, 9999999999.994])
    read += [(name, to) for name in ("large", "halves") for to in ("number", "money")] + [("large", "int")]
    texts = ["2015-03-29 00:59:59", "2015-03-29 01:00", None, "2015-12-31 23:30", "2015-10-25 00:30", "1900-01-01"]
    for kind in MOMENTS:
        columns[str(kind)] = pa.array([text and moment(text) for text in texts], kind)
        read += [(str(kind), to) for to in ("date", "datetime")]
    pq.write_table(pa.table(columns), path)
    return read


def test_every_type_of_parquet_is_read_alike(tmp_path: Path) -> None:
    read = every_type(tmp_path / "types.parquet")
    found = []
    for name in ENGINES:
        with using(name):
            engine = connect(tmp_path / "tmp", chosen())
            door = Door(engine, tmp_path / "tmp")
            raw = door.open(TableFile("types", tmp_path / "types.parquet", "", 6)).rows
            twice = raw.select(line=LINE, **{f"{column} as {to}": raw[column] for column, to in read})
            contract = Table(kind="register", columns={f"{column} as {to}": Column(type=to) for column, to in read})
            values = read_rows(twice, contract, Days(from_=dt.date.min, to=dt.date.max)).columns
            found.append(twice.select("line", **values).to_pyarrow())
            door.close()
    same(*found)
    assert found[0].num_rows == 6


@pytest.mark.parametrize("name", ENGINES)
def test_numbers_of_rows_do_not_end_at_two_thousand_millions(name: str, tmp_path: Path) -> None:
    pq.write_table(pa.table({"cost": [30, 20, 10, 20]}), tmp_path / "costs.parquet")
    with using(name):
        costs = connect(tmp_path / "tmp", chosen()).read([str(tmp_path / "costs.parquet")], "costs")
        order = ibis.window(order_by=costs.cost.desc())
        large = {
            "row": ibis.row_number().over(order) * 2_000_000_000,
            "rank": ibis.rank().over(order) * 2_000_000_000,
            "dense": ibis.dense_rank().over(order) * 2_000_000_000,
            "part": ibis.ntile(4).over(order) * 2_000_000_000,
        }
        found = {key: sorted(value.to_pyarrow().to_pylist()) for key, value in large.items()}
    thousands = {key: [number // 10**9 for number in numbers] for key, numbers in found.items()}
    assert thousands == {"row": [0, 2, 4, 6], "rank": [0, 2, 2, 6], "dense": [0, 2, 2, 4], "part": [0, 2, 4, 6]}


def later() -> Package:
    month = Package("health_insurance", name="may", period=("2015-05-01", "2015-05-06"))
    month.extracted_at = "2016-01-01T03:00:00+01:00"
    return month.add("specialist_contact", cpr=BO, fee="7").add("specialist_contact", cpr=cpr(4000), date="2015-05-01")


_folder: list[Path] = []


def package_folder() -> Path:
    return _folder[0]


@dataclass
class Loaded:
    """A warehouse that one engine filled, and what was said."""

    house: House
    said: list[tuple[Any, ...]]

    def cpr_of(self) -> dict[int, str]:
        state, vault = self.house.state(), self.house.home / "vault"
        known = pa.concat_tables([pq.read_table(vault / file) for file in state.identity_files])
        return dict(zip(known["person_id"].to_pylist(), known["cpr"].to_pylist(), strict=True))

    def rows(self, name: str) -> pa.Table:
        """The rows of a table with CPR numbers in the place of persons' numbers."""
        found = verbs.tables(self.house.home)[name].to_pyarrow()
        if "person_id" not in found.column_names:
            return found
        place, known = found.column_names.index("person_id"), self.cpr_of()
        return found.set_column(place, "person_id", [[known[number] for number in found["person_id"].to_pylist()]])

    def rejects(self, folder: str) -> dict[str, list[dict[str, Any]]]:
        """Rejected rows by file, in their order; a person's number in a value is replaced by the CPR number."""
        known = {str(number): person for number, person in self.cpr_of().items()}
        found = {}
        for path in sorted((self.house.home / "vault" / folder).glob("*.parquet")):
            rows = pq.read_table(path).to_pylist()
            for row in rows:
                row["value"] = re.sub(r"\d{9,}", lambda m: known.get(m[0], m[0]), row["value"] or "") or row["value"]
            found[path.name] = rows
        return found

    def document(self) -> dict[str, Any]:
        """The document of the state without what differs between any two loads."""
        document = json.loads(self.house.state().model_dump_json())
        document["created_at"] = None
        for delivery in document["deliveries"].values():
            delivery["loaded_at"] = None
        return document


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Loaded]:
    _folder[:] = [tmp_path_factory.mktemp("packages")]
    broken = visiting("broken", damaged(INTACT, 50, 2000), 3000)
    packages = [drugs(), hospital(), numbers(), repeats(), later(), broken]
    folders = [package.write(package_folder() / f"{number:03d}") for number, package in enumerate(packages)]
    loaded = {}
    for engine in ("duckdb", "spark"):
        house = House(tmp_path_factory.mktemp(engine))
        with using(engine):
            report = verbs.ingest(folders, home=house.home)
        said = [(p.name, (p.refused or "").split(": ")[:2], p.rows, p.rejected, p.warnings) for p in report.packages]
        loaded[engine] = Loaded(house, said)
    return loaded


def test_the_same_is_said_of_each_delivery(both: dict[str, Loaded]) -> None:
    assert both["spark"].said == both["duckdb"].said
    assert [bool(why[0]) for _, why, *_ in both["duckdb"].said].count(True) == 1


@pytest.mark.parametrize("folder", ["rejects", "refused"])
def test_the_same_rows_are_set_aside_in_the_same_order(both: dict[str, Loaded], folder: str) -> None:
    assert both["spark"].rejects(folder) == both["duckdb"].rejects(folder)


def test_the_state_is_the_same(both: dict[str, Loaded]) -> None:
    assert both["spark"].document() == both["duckdb"].document()


def test_the_rows_of_the_lake_are_the_same(both: dict[str, Loaded]) -> None:
    tables = verbs.tables(both["duckdb"].house.home)
    assert {"hospital_contact", "dispensing", "specialist_contact", "pro_form"} <= set(tables)
    for name in tables:
        same(both["duckdb"].rows(name), both["spark"].rows(name))
    assert both["spark"].rows("specialist_contact").num_rows > 100


def test_spark_reads_what_duckdb_wrote(both: dict[str, Loaded]) -> None:
    mine = both["duckdb"].rows("specialist_contact")
    with using("spark"):
        same(mine, both["duckdb"].rows("specialist_contact"))


def test_parts_follow_one_another_by_year_and_person(both: dict[str, Loaded]) -> None:
    state = both["spark"].house.state()
    (segment,) = state.sources["prescriptions"].tables["dispensing"]
    parts = sorted((both["spark"].house.home / "lake" / segment.file).glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(part) for part in parts]).to_pylist()
    order = [(row["date"].year, row["person_id"]) for row in rows]
    assert order == sorted(order)
    assert len(rows) == segment.rows


def test_nothing_half_written_is_left_and_the_vault_is_its_owners(both: dict[str, Loaded]) -> None:
    home = both["spark"].house.home
    assert not [path for path in home.rglob("*") if path.name.startswith("_temporary")]
    for path in (home / "vault").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    found = both["spark"].house.files_with(ANNA, CARL, cpr(1500))
    # What a running Spark spills lies in its own folder, and is gone with it.
    assert not [name for name in found if not re.match(r"vault/|tmp/\d+-spark/", name)]


def test_a_lake_of_both_engines_is_one_lake(both: dict[str, Loaded]) -> None:
    """What Spark began DuckDB goes on with: replaced, counted, looked up, purged. Comes last: it changes the lake."""
    house = both["spark"].house
    anna = house.person(ANNA)
    before = house.counts()["specialist_contact"]
    june = Package("health_insurance", name="june", period=("2015-05-06", "2015-05-06"))
    june.extracted_at = "2016-03-01T03:00:00+01:00"
    house.load(june.add("specialist_contact", date="2015-05-06"))
    after = house.counts()["specialist_contact"]
    assert after < before
    shown = {row["source"]: row["rows"] for row in verbs.status(house.home, as_of=dt.date(2016, 1, 2)).rows()}
    assert shown["health_insurance"] == after
    record = verbs.purge("hospital", "stopped by law", home=house.home)
    assert record.identities > 0
    assert house.person(ANNA) == anna
    assert not list((house.home / "lake" / "data" / "hospital").rglob("*.parquet"))
    assert not list((house.home / "vault" / "rejects").glob("odd-hospital*"))
