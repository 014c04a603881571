"""Places: a folder, memory and a real object storage behave alike, and say in words what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import s3fs.core

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.warehouse.embedded import ROW_GROUP, EmbeddedEngine
from samspil.warehouse.folder import Folder
from samspil.warehouse.home import Home, place
from samspil.warehouse.place import Place
from samspil.warehouse.spark.address import spoken
from samspil.warehouse.storage import Storage
from tests.warehouse.object_storage import BUCKET, closed_storage, driven_to, object_storage

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with object_storage() as address:
        yield address


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def somewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place of each kind."""
    if request.param == "s3":
        request.getfixturevalue("storage")
    return place(
        {
            "folder": str(tmp_path),
            "file": tmp_path.as_uri(),
            "memory": f"memory://{tmp_path.name}",
            "s3": f"s3://{BUCKET}/{tmp_path.name}",
        }[request.param]
    )


def test_a_file_is_written_read_replaced_and_removed(somewhere: Place) -> None:
    with pytest.raises(FileNotFoundError):
        somewhere.read("a/b.json")
    somewhere.replace("a/b.json", b"old")
    somewhere.replace("a/b.json", b"new")
    assert somewhere.read("a/b.json") == b"new"
    assert somewhere.below("a").read("b.json") == b"new"
    with somewhere.open("a/b.json") as file:
        assert file.read(2) == b"ne"
    assert (somewhere.exists("a/b.json"), somewhere.exists("a"), somewhere.exists("b")) == (True, True, False)
    somewhere.remove("a/b.json")
    somewhere.remove("a/b.json")
    assert not somewhere.exists("a/b.json")


def test_of_many_who_create_a_file_one_does(somewhere: Place) -> None:
    def create(number: int) -> int | None:
        try:
            somewhere.create("states/000001.json", str(number).encode())
        except FileExistsError:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        created = [number for number in pool.map(create, range(8)) if number is not None]
    assert len(created) == 1
    assert somewhere.read("states/000001.json") == str(created[0]).encode()


def test_files_folders_and_tables_are_told_by_their_names(somewhere: Place) -> None:
    assert (somewhere.folders(), somewhere.files(), somewhere.tables("data")) == ([], [], [])
    for name in ("data/s/t/one.parquet", "data/s/t/two.parquet/part-0.parquet", "data/s/t/two.parquet/_temporary/x"):
        somewhere.replace(name, b"x")
    somewhere.replace("runs/r/run.json", b"{}")
    somewhere.replace("CURRENT", b"1")
    assert somewhere.folders() == ["data", "runs"]
    assert somewhere.files("runs") == ["runs/r/run.json"]
    assert somewhere.files()[0] == "CURRENT"
    assert len(somewhere.files()) == 5
    assert somewhere.tables("data") == ["data/s/t/one.parquet", "data/s/t/two.parquet"]
    assert somewhere.contents(["CURRENT", "nothing", "runs/r/run.json"]) == {"CURRENT": b"1", "runs/r/run.json": b"{}"}
    somewhere.remove("data/s/t/two.parquet")
    assert somewhere.tables() == ["data/s/t/one.parquet"]


def test_a_table_is_written_and_read_by_the_engine_and_by_arrow(somewhere: Place, tmp_path: Path) -> None:
    engine = EmbeddedEngine(tmp_path / "tmp")
    rows = ibis.memtable({"person_id": [3, 1, 2]})
    somewhere.prepare("data/t.parquet")
    assert engine.write(rows.order_by("person_id"), somewhere.address("data/t.parquet")) == 3
    somewhere.settle("data/t.parquet")
    found = engine.read([somewhere.address("data/t.parquet")], "t")
    assert found.to_pyarrow()["person_id"].to_pylist() == [1, 2, 3]
    assert somewhere.dataset("data/t.parquet").to_table().to_pydict() == {"person_id": [1, 2, 3]}


def test_a_table_in_parts_is_read_as_a_whole(somewhere: Place, tmp_path: Path) -> None:
    """As Spark writes one, with its marks beside the parts."""
    for number in (1, 2):
        buffer = pa.BufferOutputStream()
        pq.write_table(pa.table({"n": [number]}), buffer)
        somewhere.replace(f"t.parquet/part-{number}.parquet", buffer.getvalue().to_pybytes())
    somewhere.replace("t.parquet/_SUCCESS", b"")
    engine = EmbeddedEngine(tmp_path / "tmp")
    assert engine.few(engine.read([somewhere.address("t.parquet")], "t").order_by("n")) == [{"n": 1}, {"n": 2}]
    assert somewhere.dataset("t.parquet").to_table().num_rows == 2


def test_only_the_bytes_that_are_needed_are_asked_of_object_storage(
    storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, lake = EmbeddedEngine(tmp_path), place(f"s3://{BUCKET}/ranges")
    address = lake.address("t.parquet")
    numbers = ibis.range(10 * ROW_GROUP).unnest().name("person_id").as_table()
    engine.write(numbers.mutate(cost=numbers.person_id.hash(), more=(numbers.person_id + 1).hash()), address)
    asked = []
    fetch = s3fs.core.S3File._fetch_range

    def counted(file: s3fs.core.S3File, start: int, end: int) -> bytes:
        asked.append(end - start)
        return fetch(file, start, end)

    monkeypatch.setattr(s3fs.core.S3File, "_fetch_range", counted)
    size = s3fs.S3FileSystem().info(address)["size"]
    rows = engine.read([address], "t")
    some = rows.filter(rows.person_id.between(5, 9))
    assert engine.one(some.aggregate(rows=some.count(), cost=some.cost.max()))["rows"] == 5
    # Two of three columns of one of ten groups of rows, and the description of all.
    assert 0 < sum(asked) < size / 10


def test_a_path_and_its_url_are_the_same_place(tmp_path: Path) -> None:
    folder = tmp_path / "en mappe"
    assert place(folder) == place(str(folder)) == place(f"file://{folder}") == Folder(folder)


def test_the_lake_lies_in_the_home_unless_it_is_said_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.find(tmp_path)
    assert (home.lake, home.runs) == (Folder(tmp_path / "lake"), Folder(tmp_path / "runs"))
    monkeypatch.setenv("SAMSPIL_LAKE", "memory://region/lake")
    home = Home.find(tmp_path)
    assert (home.lake, home.runs) == (Storage("memory://region/lake"), Storage("memory://region/lake/runs"))
    assert home.vault == tmp_path / "vault"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/data/lake/t.parquet", "file:///data/lake/t.parquet"),
        ("s3://bucket/lake/t.parquet", "s3a://bucket/lake/t.parquet"),
        ("gcs://bucket/lake", "gs://bucket/lake"),
        ("abfss://lake@region.dfs.core.windows.net/t", "abfss://lake@region.dfs.core.windows.net/t"),
    ],
)
def test_spark_is_told_of_a_place_in_its_own_words(address: str, words: str) -> None:
    assert spoken(address) == words


# What is wrong, in words


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nix://bucket/lake", "nothing is known of `nix://`; use a folder, file:// or s3://"),
        ("abfs://container/lake", "the driver of `abfs://` is not installed: pip install adlfs"),
    ],
)
def test_an_unknown_kind_of_url_and_a_missing_driver_are_told(
    url: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMSPIL_LAKE", url)
    with pytest.raises(SamspilError) as told:
        verbs.status(home=tmp_path)
    assert str(told.value) == f"{url}: {words}"


def test_a_bucket_that_is_not_there_is_told_and_not_taken_for_an_empty_lake(
    storage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMSPIL_LAKE", "s3://nowhere/lake")
    for verb in (verbs.status, lambda home: verbs.switch_off("hospital", "a test", home=home)):
        with pytest.raises(SamspilError, match="s3://nowhere/lake: there is no `nowhere`, or you may not see it"):
            verb(home=tmp_path)


def test_a_storage_that_lets_nobody_in_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSPIL_LAKE", f"s3://{BUCKET}/lake")
    with closed_storage(), pytest.raises(SamspilError, match=f"s3://{BUCKET}/lake: no right to do this there"):
        verbs.status(home=tmp_path)


def test_a_storage_that_does_not_answer_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMSPIL_LAKE", f"s3://{BUCKET}/lake")
    with driven_to("http://127.0.0.1:9"), pytest.raises(SamspilError, match="lake cannot be reached: "):
        verbs.status(home=tmp_path)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SAMSPIL_LAKE", str(tmp_path / "file" / "lake"))
    with pytest.raises(SamspilError, match="point SAMSPIL_HOME and SAMSPIL_LAKE to a folder you may write to"):
        verbs.switch_off("hospital", "a test", home=tmp_path / "home")
