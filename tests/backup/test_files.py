"""Backups of the warehouse: what they hold, what they cost, and what a fault leaves behind."""

import contextlib
import datetime as dt
import json
import stat
import threading

import pytest
from typer.testing import CliRunner

from samspil import verbs
from samspil.backup.contents import FILES, FOLDERS, alone, keep_still
from samspil.backup.manifest import File, from_bytes, to_bytes
from samspil.backup.store import Store
from samspil.cli import app
from samspil.definitions import SamspilError
from samspil.warehouse.home import Home
from samspil.warehouse.sources import changing
from tests.backup.conftest import AS_OF
from tests.backup.seen import flip, kept, tree


def object_of(place, file):
    return place / "files" / file.sha256[:2] / file.sha256


def test_a_restored_home_is_the_home(home, tmp_path):
    verbs.backup(tmp_path / "backups", home=home)
    restored = verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    assert restored.manifest.state == 9
    assert kept(tmp_path / "new") == kept(home)
    assert set(kept(home)) > {"lake/CURRENT", "studies.jsonl", "releases/log.jsonl"}
    assert str(verbs.status(tmp_path / "new", AS_OF)) == str(verbs.status(home, AS_OF))
    assert not verbs.verify_releases(home=tmp_path / "new").faults
    before, after = (verbs.open_run("20161015-daemp", each) for each in (home, tmp_path / "new"))
    assert after.name == before.name
    assert not (tmp_path / "new" / "restoring").exists()


def test_what_identifies_is_for_its_owner_only(home, tmp_path):
    verbs.backup(tmp_path / "backups", home=home)
    verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    for folder in (tmp_path / "backups", tmp_path / "new" / "vault"):
        for path in (folder, *folder.rglob("*")):
            assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_next_backup_copies_what_is_new(home, tmp_path):
    place = tmp_path / "backups"
    first = verbs.backup(place, home=home)
    assert sum(row["copied bytes"] for row in first.rows()) > 100_000
    before = tree(place / "files")
    verbs.switch_off("prescriptions", "a test", home)
    second = verbs.backup(place, home=home)
    assert second.copied == {"lake/CURRENT", "lake/states/000010.json"}
    new = {name: content for name, content in tree(place / "files").items() if name not in before}
    assert sum(len(content) for _mode, content in new.values()) == sum(row["copied bytes"] for row in second.rows())
    assert {name: tree(place / "files")[name] for name in before} == before
    verbs.restore(place, name=first.manifest.name, home=tmp_path / "old")
    verbs.restore(place, home=tmp_path / "new")
    assert verbs.status(tmp_path / "old").state == 9
    assert kept(tmp_path / "new") == kept(home)


def test_every_damaged_file_is_named_and_nothing_is_restored(home, tmp_path):
    place, new = tmp_path / "backups", tmp_path / "new"
    taken = verbs.backup(place, home=home)
    store = Store(place)
    for file in taken.manifest.files:
        flip(object_of(place, file), file.size // 2)
        with pytest.raises(SamspilError, match="was changed") as error:
            store.fetch(file, tmp_path / "one")
        assert file.name in str(error.value)
        flip(object_of(place, file), file.size // 2)
    last = taken.manifest.files[-1]
    flip(object_of(place, last))
    with pytest.raises(SamspilError, match=last.name):
        verbs.restore(place, home=new)
    assert tree(new) == {}
    flip(object_of(place, last))
    object_of(place, last).unlink()
    with pytest.raises(SamspilError, match=f"{last.name} is missing"):
        verbs.restore(place, home=new)
    verbs.backup(place, home=home)
    verbs.restore(place, home=new)
    assert kept(new) == kept(home)


def test_what_is_damaged_is_copied_anew_when_it_is_read_again(home, tmp_path):
    """Of the same size, it is taken for whole by whoever does not read it."""
    place = tmp_path / "backups"
    taken = verbs.backup(place, home=home)
    file = next(file for file in taken.manifest.files if file.name.startswith("lake/data/"))
    flip(object_of(place, file), file.size // 2)
    assert verbs.backup(place, home=home).copied.isdisjoint({file.name})
    found = verbs.backup(place, home=home, verify=True)
    assert (found.mended, found.damaged) == ([file.name], [])
    verbs.restore(place, name=taken.manifest.name, home=tmp_path / "new")
    assert kept(tmp_path / "new") == kept(home)
    assert verbs.backup(place, home=home, verify=True).mended == []


def test_what_is_damaged_and_here_no_more_is_told_with_the_backups_that_lack_it(home, tmp_path):
    place, run = tmp_path / "backups", CliRunner()
    first = verbs.backup(place, home=home).manifest
    file = next(file for file in first.files if file.name == "studies.jsonl")
    (home / "studies.jsonl").write_text("", encoding="utf-8")
    flip(object_of(place, file))
    for harm in (None, object_of(place, file).unlink):
        if harm is not None:
            harm()
        told = run.invoke(app, ["backup", "--to", str(place), "--home", str(home), "--verify"])
        assert (told.exit_code, f"{first.name}: studies.jsonl: damaged or missing" in told.output) == (1, True)
    told = run.invoke(app, ["backup", "--to", str(place), "--home", str(home), "--verify", "--keep", "1"])
    assert told.exit_code == 0


def test_a_damaged_manifest_of_an_earlier_backup_is_told_when_asked_for_and_stops_no_new_one(home, tmp_path):
    place = tmp_path / "backups"
    first = verbs.backup(place, home=home).manifest.name
    (place / first / "backup.json").write_text("{", encoding="utf-8")
    assert verbs.backup(place, home=home).damaged == []
    (told,) = verbs.backup(place, home=home, verify=True).damaged
    assert f"{first}/backup.json is damaged" in told


def test_a_damaged_manifest_is_named(home, tmp_path):
    taken = verbs.backup(tmp_path / "backups", home=home)
    manifest = tmp_path / "backups" / taken.manifest.name / "backup.json"
    whole = manifest.read_bytes()
    for position in range(0, len(whole), 97):
        flip(manifest, position)
        # A bit in the space between two words changes nothing.
        with contextlib.suppress(SamspilError):
            assert from_bytes(manifest.read_bytes(), "it") == taken.manifest
        manifest.write_bytes(whole)
    manifest.write_bytes(whole[:-20])
    with pytest.raises(SamspilError, match=r"backup\.json is damaged"):
        verbs.restore(tmp_path / "backups", home=tmp_path / "new")


def test_a_manifest_cannot_lead_out_of_the_home(home, tmp_path):
    taken = verbs.backup(tmp_path / "backups", home=home)
    for name in ("../outside", "/etc/passwd", "lake/../../outside"):
        file = taken.manifest.files[0].model_copy(update={"name": name})
        bad = taken.manifest.model_copy(update={"files": [file]})
        with pytest.raises(SamspilError, match="leads out of the home"):
            from_bytes(to_bytes(bad), "it")


@pytest.mark.parametrize("there", ["lake/data/x.parquet", "vault/access.jsonl", "studies.jsonl", "care.sqlite3"])
def test_a_home_that_is_not_empty_is_left_as_it_is(home, tmp_path, there):
    verbs.backup(tmp_path / "backups", home=home)
    path = tmp_path / "new" / there
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(SamspilError, match=f"is not empty: there is .*{path.name}"):
        verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    assert set(tree(tmp_path / "new")) == {there}


def test_a_home_that_was_made_and_never_used_is_empty(home, tmp_path):
    verbs.backup(tmp_path / "backups", home=home)
    new = Home(tmp_path / "new")
    with changing(new):
        pass
    verbs.restore(tmp_path / "backups", home=new.root)
    assert kept(new.root) == kept(home)


def test_without_the_vault_a_backup_identifies_nobody(home, tmp_path):
    taken = verbs.backup(tmp_path / "backups", home=home, without_vault=True)
    assert taken.manifest.left_out == ["vault"]
    assert not [file for file in taken.manifest.files if file.name.startswith("vault")]
    restored = verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    assert not list((tmp_path / "new" / "vault").glob("*"))
    assert "nobody can be identified" in " ".join(restored.next_steps())
    assert str(verbs.status(tmp_path / "new", AS_OF)) == str(verbs.status(home, AS_OF))


def test_old_backups_are_removed_with_what_they_alone_held(home, tmp_path):
    place = tmp_path / "backups"
    first = verbs.backup(place, home=home)
    verbs.purge("prescriptions", "stopped by law", home)
    second = verbs.backup(place, home=home, keep=1)
    assert second.removed == [first.manifest.name]
    assert Store(place).names() == [second.manifest.name]
    held = {path.name for path in (place / "files").rglob("*") if path.is_file()}
    assert held == {file.sha256 for file in second.manifest.files}
    verbs.restore(place, home=tmp_path / "new")
    assert kept(tmp_path / "new") == kept(home)
    with pytest.raises(SamspilError, match="at least one"):
        verbs.backup(place, home=home, keep=0)


def test_what_was_never_finished_is_not_restored(home, tmp_path):
    store = Store(tmp_path / "backups")
    begun = store.begin(dt.datetime(2026, 11, 28, 3, 15, tzinfo=dt.UTC))
    assert begun == "20261128T031500Z"
    with pytest.raises(SamspilError, match=r"20261128T031500Z .*was not finished"):
        verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    taken = verbs.backup(tmp_path / "backups", home=home)
    with pytest.raises(SamspilError, match=f"was not finished.*finished ones: {taken.manifest.name}"):
        verbs.restore(tmp_path / "backups", name=begun, home=tmp_path / "new")
    later = store.begin(dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    assert verbs.restore(tmp_path / "backups", home=tmp_path / "new").unfinished == [later]


def test_two_backups_of_one_second_have_two_names(tmp_path):
    at = dt.datetime(2026, 11, 28, 3, 15, tzinfo=dt.UTC)
    store = Store(tmp_path)
    assert [store.begin(at) for _ in range(3)] == ["20261128T031500Z", "20261128T031500Z-2", "20261128T031500Z-3"]


def test_a_place_without_backups_says_so(home, tmp_path):
    with pytest.raises(SamspilError, match="no backup in"):
        verbs.restore(tmp_path / "nowhere", home=tmp_path / "new")
    with pytest.raises(SamspilError, match="cannot be used for backups"):
        verbs.backup("nosuchprotocol://x", home=home)
    with pytest.raises(SamspilError, match="there is nothing in"):
        verbs.backup(tmp_path / "backups", home=tmp_path / "no-home")


# Beside those who change the warehouse


def test_a_purge_does_not_reach_a_backup_that_holds_its_picture(home, tmp_path):
    place, room = Home.find(home), tmp_path / "room"
    room.mkdir()
    with changing(place):
        still = keep_still(place, (*FILES, *FOLDERS), room)
    before = {name: File.of(path, name) for name, path in still.items()}
    verbs.purge("prescriptions", "stopped by law", home)
    assert {name: File.of(path, name) for name, path in still.items()} == before


def test_a_backup_waits_for_an_ingest_and_holds_the_state_after_it(home, tmp_path):
    said, done = [], []
    waits = threading.Event()

    def tell(what):
        said.append(what)
        if "waiting" in what:
            waits.set()

    with changing(Home.find(home)):
        thread = threading.Thread(
            target=lambda: done.append(verbs.backup(tmp_path / "backups", home=home, progress=tell))
        )
        thread.start()
        assert waits.wait(30)
        half = home / "lake" / "data" / "half.parquet"
        half.write_bytes(b"half-written")
        half.unlink()
        assert not done
    thread.join(60)
    assert done[0].manifest.state == 9


def test_half_written_files_are_in_no_backup(home, tmp_path):
    (home / "lake" / "data" / "half.parquet").write_bytes(b"half-written")
    (home / "runs" / ".run.new").mkdir()
    (home / "runs" / ".run.new" / "half.parquet").write_bytes(b"half-written")
    (home / "lake" / "states" / "000010.json").write_text(json.dumps({"number": 10}))
    taken = verbs.backup(tmp_path / "backups", home=home)
    names = {file.name for file in taken.manifest.files}
    assert not [name for name in names if "half" in name or "000010" in name]


def test_two_backups_at_once_are_one_too_many(home, tmp_path):
    with alone(Home.find(home)), pytest.raises(SamspilError, match="another process is backing up or restoring"):
        verbs.backup(tmp_path / "backups", home=home)


def test_a_lake_elsewhere_is_backed_up_and_restored_to_where_the_lake_is(home, small_region, tmp_path, monkeypatch):
    inside = verbs.backup(tmp_path / "backups", home=home)
    monkeypatch.setenv("SAMSPIL_LAKE", f"file://{tmp_path / 'away'}")
    verbs.restore(tmp_path / "backups", home=tmp_path / "new")
    assert not (tmp_path / "new" / "lake").exists()
    assert set(tree(tmp_path / "away")) == {
        name.removeprefix("lake/") for name in kept(home) if name.startswith(("lake/", "runs/"))
    }
    assert verbs.open_run("20161015-daemp", tmp_path / "new").name.startswith("20161015-daemp")
    with pytest.raises(SamspilError, match="is not empty"):
        verbs.restore(tmp_path / "backups", home=tmp_path / "newer")
    assert not verbs.ingest([small_region], tmp_path / "new").refused
    again = verbs.backup(tmp_path / "backups", home=tmp_path / "new")
    assert not again.copied
    assert {file.name for file in again.manifest.files} == {file.name for file in inside.manifest.files}
    monkeypatch.delenv("SAMSPIL_LAKE")
    verbs.restore(tmp_path / "backups", home=tmp_path / "back")
    assert {name: content for name, (_mode, content) in kept(tmp_path / "back").items()} == {
        name: content for name, (_mode, content) in kept(home).items()
    }
