"""A warehouse whose lake lies elsewhere lives as one whose lake lies in its home, and belongs to one home."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.warehouse.claim import WRITER, WRITTEN
from samspil.warehouse.home import LAKE, Home
from samspil.warehouse.sources import changing
from samspil.warehouse.state import commit, read_state
from tests.warehouse.house import House, day
from tests.warehouse.object_storage import BUCKET, object_storage
from tests.warehouse.packages import ANNA, BO, CARL, Package

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(scope="module")
def storage() -> Iterator[str]:
    with object_storage() as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where the lake lies in this test, instead of in its home."""
    if request.param == "s3":
        request.getfixturevalue("storage")
    folder = tmp_path / "mounted" / "lake"
    url = folder.as_uri() if request.param == "folder" else f"s3://{BUCKET}/{tmp_path.name}/lake"
    monkeypatch.setenv(LAKE, url)
    return url


def citizens(name: str = "citizens") -> Package:
    return Package("civil", name=name).add("person", cpr=ANNA).add("person", cpr=BO).add("household", cpr=ANNA)


def practice() -> Package:
    package = Package("general_practice").add("practice").add("affiliation", cpr=ANNA).add("affiliation", cpr=BO)
    return package.add("gp_contact", cpr=ANNA)


def visits(name: str, first: str, last: str, *days: str) -> Package:
    package = Package("health_insurance", name=name, period=(first, last))
    for each in days:
        package.add("specialist_contact", cpr=ANNA, date=each)
    return package


def life(house: House) -> list[Any]:
    """What a warehouse tells of itself while it is filled, replaced in part, read and purged."""
    told: list[Any] = []

    def tell() -> None:
        persons = {house.person(cpr): cpr for cpr in (ANNA, BO, CARL) if cpr in known}
        rows = {
            name: sorted(str({**row, "person_id": persons.get(row.get("person_id"))}) for row in house.rows(name))
            for name in verbs.tables(house.home)
        }
        status = [(row["source"], row["rows"], row["rejected"]) for row in verbs.status(home=house.home).rows()]
        told.extend([house.state().number, rows, status, verbs.runs(house.home)])

    known = {ANNA, BO, CARL}
    drugs = Package("prescriptions", name="drugs").add("dispensing", cpr=CARL).add("dispensing", cpr=ANNA)
    refused = Package("prescriptions", name="refused").add("dispensing", price="dear")
    report = house.ingest(
        citizens(), practice(), drugs, refused, visits("year", "2015-01-01", "2015-12-31", "2015-05-05", "2015-11-05")
    )
    told.append([(part.name, bool(part.refused)) for part in report.packages])
    house.load(visits("autumn", "2015-10-01", "2015-12-31", "2015-10-01", "2015-10-02"))
    tell()
    run = verbs.stratify(["sad", "daemp"], day("2016-01-02"), home=house.home)
    told.extend([run.name, run.rows(), verbs.lineage(run.name, house.home).rows()])
    verbs.switch_off("hospital", "a test", home=house.home)
    record = verbs.purge("prescriptions", "stopped by law", home=house.home)
    told.append([record.rows, record.identities, record.runs])
    known = {ANNA, BO}
    tell()
    return told


@pytest.fixture(scope="module")
def at_home(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The life of a warehouse with its lake in its home."""
    return life(House(tmp_path_factory.mktemp("usual")))


def without_moments(told: list[Any]) -> list[Any]:
    """As text, without the moments at which something was done."""
    return [json.loads(json.dumps(each, default=str)) for each in told]


@pytest.mark.slow
def test_a_lake_elsewhere_lives_as_one_in_its_home(at_home: list[Any], elsewhere: str, house: House) -> None:
    assert without_moments(life(house)) == without_moments(at_home)
    home = Home.find(house.home)
    assert {path.name for path in house.home.iterdir()} == {"lock", "tmp", "vault"}
    assert {name.partition("/")[0] for name in home.lake.files()} == {"CURRENT", "WRITER", "data", "states"}
    assert not [name for name in home.lake.files() if "drugs-" in name or "sad" in name]
    assert [name for name in home.lake.files() if name.startswith("data/")] == sorted(
        segment.file
        for source in house.state().sources.values()
        for segments in source.tables.values()
        for segment in segments
    )


KILLED = """
import datetime, os, signal, sys
from samspil import verbs
from samspil.warehouse.folder import Folder
from samspil.warehouse.storage import Storage

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

before, folder, home = sys.argv[1:]
setattr(Folder, before, die)
setattr(Storage, before, die)
if folder == "stratify":
    verbs.stratify(["daemp"], datetime.date(2016, 1, 2), home=home)
else:
    verbs.ingest([folder], home=home)
"""


def killed(before: str, work: Path | str, house: House) -> None:
    """Let another process ingest or stratify, and be killed when it is about to make what it wrote the truth."""
    command = [sys.executable, "-c", KILLED, before, str(work), str(house.home)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "left"),
    [("create", {"data/civil/household", "data/civil/person"}), ("replace", {"data/civil/household", "states"})],
    ids=["before the state", "before the pointer to it"],
)
def test_a_load_killed_between_its_data_and_its_state_changed_nothing(
    before: str, left: set[str], elsewhere: str, house: House
) -> None:
    house.load(citizens())
    lake = Home.find(house.home).lake
    counts, files, anna = house.counts(), set(lake.files()), house.person(ANNA)
    folder = citizens("later").add("person", cpr=CARL).write(house.folder())
    killed(before, folder, house)
    assert left <= {name.rpartition("/")[0] for name in set(lake.files()) - files}
    assert (house.state().number, house.counts(), house.person(ANNA)) == (1, counts, anna)
    verbs.switch_off("hospital", "the next change", home=house.home)
    assert set(lake.files()) == files | {"states/000002.json"}
    assert not verbs.ingest([folder], home=house.home).refused
    assert (house.counts(), house.person(ANNA)) == ({"person": 3, "household": 1}, anna)


@pytest.mark.slow
def test_a_run_killed_before_its_description_is_no_run_and_is_cleared(elsewhere: str, house: House) -> None:
    house.ingest(citizens(), practice())
    runs = Home.find(house.home).runs
    killed("replace", "stratify", house)
    assert runs.files() != []
    assert verbs.runs(house.home) == []
    verbs.switch_off("hospital", "the next change", home=house.home)
    assert runs.files() == []


# Two homes, one lake


def test_a_second_home_reads_a_lake_but_does_not_write_it(elsewhere: str, house: House, tmp_path: Path) -> None:
    house.ingest(citizens(), practice())
    lake = Home.find(house.home).lake
    files = lake.contents(lake.files())
    other = House(tmp_path / "other")
    assert other.counts() == house.counts()
    for change in (
        lambda: other.ingest(citizens("other")),
        lambda: verbs.purge("civil", "a test", home=other.home),
        lambda: verbs.stratify(["daemp"], day("2016-01-02"), home=other.home),
    ):
        with pytest.raises(SamspilError, match=f"is written by {house.home} on .*, not by {other.home}"):
            change()
    assert lake.contents(lake.files()) == files


def test_a_state_that_another_process_wrote_is_not_written_over(elsewhere: str, house: House) -> None:
    """However it came there: a number is taken once."""
    house.load(citizens())
    home = Home.find(house.home)
    with changing(home):
        state = read_state(home)
        home.lake.create("states/000002.json", b"of another process")
        with pytest.raises(
            SamspilError, match=r"another process has written state 2 .* nothing was changed: run again"
        ):
            commit(home, state.next("loaded"))
    assert home.lake.read("states/000002.json") == b"of another process"
    assert house.state() == state


def test_a_home_whose_lake_is_in_it_is_not_written_by_another(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other came when the lake was empty; its claim is seen, though the home was told of no lake."""
    other = House(tmp_path / "other")
    with monkeypatch.context() as patch:
        patch.setenv(LAKE, str(house.home / "lake"))
        other.load(citizens())
    with pytest.raises(SamspilError, match=f"is written by {other.home} on .*, not by {house.home}"):
        house.ingest(practice())


@pytest.mark.parametrize("theirs", ["others", "the same"])
def test_a_vault_is_not_lost_to_the_lake_in_another_home(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theirs: str
) -> None:
    """Whoever has loaded persons and is told of another's lake would clear away what that lake's states do not name."""
    house.load(citizens())
    other = House(tmp_path / "other")
    # Files of the same delivery have the same names; its persons have other numbers.
    other.load(citizens() if theirs == "the same" else Package("civil", name="others").add("person", cpr=CARL))
    vault, lake = other.files("vault"), house.files("lake")
    with monkeypatch.context() as patch:
        patch.setenv(LAKE, str(house.home / "lake"))
        with pytest.raises(SamspilError, match=f"are not those that the vault of {other.home} knows"):
            other.ingest(practice())
    assert other.files("vault") == vault
    assert house.files("lake") == lake
    house.load(practice())
    other.load(practice())


def test_a_copy_of_a_home_that_went_on_does_not_write_the_lake_of_the_first(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.load(citizens())
    copy = House(tmp_path / "copy")
    shutil.copytree(house.home, copy.home)
    copy.load(Package("civil", name="more", period=("2016-01-01", "2016-12-31")).add("person", cpr=CARL))
    with monkeypatch.context() as patch:
        patch.setenv(LAKE, str(house.home / "lake"))
        with pytest.raises(SamspilError, match="or a copy's that has changed since"):
            copy.ingest(practice())
    assert copy.person(CARL)


def test_an_empty_lake_is_not_taken_for_that_of_a_vault_with_persons(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no state names is cleared away, and no state of an empty lake names the vault's identities."""
    house.load(citizens())
    vault = house.files("vault")
    monkeypatch.setenv(LAKE, str(tmp_path / "not mounted"))
    with pytest.raises(SamspilError, match=r"is empty, but .* has loaded deliveries before: is it mounted"):
        house.ingest(practice())
    assert house.files("vault") == vault


def test_a_lake_that_was_copied_elsewhere_with_everything_in_it_goes_on_there(
    elsewhere: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.delenv(LAKE)
        house.load(citizens())
        before = Home.find(house.home).lake
    lake = Home.find(house.home).lake
    for name, content in before.contents(before.files()).items():
        lake.replace(name, content)
    house.load(practice())
    assert house.state().number == 2
    monkeypatch.delenv(LAKE)
    with pytest.raises(
        SamspilError, match=f"the lake of {house.home} is {lake.url}, not {house.home}/lake: set {LAKE}"
    ):
        house.ingest(visits("year", "2015-01-01", "2015-12-31", "2015-05-05"))


def test_what_says_whose_a_lake_is_can_be_written_half(elsewhere: str, house: House) -> None:
    """Killed between the vault's word and the lake's, the next change claims the lake."""
    house.load(citizens())
    home = Home.find(house.home)
    home.lake.remove(WRITER)
    house.load(practice())
    assert json.loads(home.lake.read(WRITER))["id"] == json.loads((home.vault / WRITTEN).read_bytes())["id"]
    assert (home.vault / WRITTEN).stat().st_mode & 0o777 == 0o600
