"""The verb `backup`: both planes as they were at one moment, in one place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil import __version__
from samspil.backup.contents import FILES, FOLDERS, KEYS, alone, files_of, keep_still
from samspil.backup.manifest import FORMAT, Database, File, Manifest
from samspil.backup.store import Store
from samspil.config import dumps
from samspil.config.setup import has_care_plane
from samspil.definitions import SamspilError
from samspil.verbs.show import Shown
from samspil.warehouse.home import Home
from samspil.warehouse.room import Room
from samspil.warehouse.sources import changing
from samspil.warehouse.state import read_state

#: What the database of the care plane is called among the parts.
CARE_PLANE = "care plane"
#: What a backup without what identifies anybody leaves out: the care plane knows its citizens by name.
IDENTIFYING = ("vault", CARE_PLANE)


@dataclass(frozen=True)
class TakenBackup(Shown):
    """A finished backup, what of it was copied, and the names of earlier ones that were removed.

    Where what lies there was read again: files that had been damaged and were copied anew, and those of earlier backups
    that cannot be, as `backup: file`.
    """

    manifest: Manifest
    place: str
    copied: frozenset[str]
    removed: list[str]
    mended: list[str]
    damaged: list[str]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "part": part,
                "files": len(files),
                "bytes": sum(file.size for file in files),
                "copied bytes": sum(file.size for file in files if file.name in self.copied),
            }
            for part, files in by_part(self.manifest).items()
        ] + [{"part": part, "files": "left out"} for part in self.manifest.left_out]


def by_part(manifest: Manifest) -> dict[str, list[File]]:
    """The files of a backup by what they belong to."""
    found: dict[str, list[File]] = {}
    for file in manifest.files:
        first = file.name.partition("/")[0]
        of_database = manifest.database is not None and manifest.database.file == file.name
        found.setdefault(CARE_PLANE if of_database else first, []).append(file)
    return found


def backup(
    to: Path | str,
    *,
    home: Path | str | None = None,
    without_vault: bool = False,
    with_keys: bool = False,
    keep: int | None = None,
    verify: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> TakenBackup:
    """Back both planes up to a folder or a URL of object storage; what lies there already is not copied again.

    The warehouse, and the care plane's database, as they are at one moment: whoever changes the warehouse waits for
    that moment and not for the copying, and nobody waits who works in the care plane. `without_vault` leaves out what
    identifies anybody: the vault and the care plane. `with_keys` takes the keys too, which otherwise are kept
    elsewhere. `keep` removes all but so many backups afterwards. `verify` reads all that lies there again, and what is
    damaged is copied anew as far as it is here: otherwise a content is held to be what its size says. Raises
    SamspilError when there is nothing to back up, when the place or the database cannot be reached, and when another
    backup is being taken.
    """
    place = Home.find(home)
    if keep is not None and keep < 1:
        raise SamspilError(f"at least one backup is kept, not {keep}")
    has_database = has_care_plane(place.root)
    if not place.root.is_dir() or not (has_database or next(files_of(place, ["lake"]), None)):
        raise SamspilError(f"there is nothing in {place.root} to back up")
    store = Store(to)
    with alone(place), Room(place.tmp) as room, ExitStack() as held:
        at = dt.datetime.now(dt.UTC)
        name = store.begin(at)
        left_out = _left_out(place, without_vault=without_vault, with_keys=with_keys)
        database = dumps.source(place.root) if has_database and CARE_PLANE not in left_out else None

        def waiting() -> None:
            progress("another process is changing the warehouse; waiting for it to finish")

        with changing(place, waiting):
            # The seals of the log before the log, and the runs that the database names with nobody to remove them.
            progress("holding both planes still")
            still = keep_still(place, [part for part in (*FILES, *FOLDERS) if part not in left_out], room)
            state = read_state(place).number
            if database is not None:
                dump = room / dumps.FILES[database.kind]
                write = held.enter_context(database.still(dump))
        kept = None
        if database is not None:
            progress("copying the database")
            log = write()
            kept = Database(
                kind=database.kind, file=dump.name, log_rows=log.rows, seal=log.seal,
                log_key=dumps.log_key_name(place.root),
            )  # fmt: skip
            still[kept.file] = dump
        rotten = store.rotten(lambda sha256: progress(f"reading {sha256[:8]} again")) if verify else set()
        files, copied = _copy(still, store, rotten, progress)
        manifest = Manifest(
            format=FORMAT, name=name, samspil=__version__, at=at, state=state, left_out=left_out, database=kept,
            files=files,
        )  # fmt: skip
        store.finish(manifest)
        removed = store.forget(keep) if keep is not None else []
        mended = [file.name for file in files if file.sha256 in rotten]
        damaged = _damaged(store, rotten) if verify else []
    return TakenBackup(manifest, store.url, frozenset(copied), removed, mended, damaged)


def _damaged(store: Store, rotten: set[str]) -> list[str]:
    """What the backups name that is not there any more as it was, as `backup: file`, and manifests that are damaged.

    `rotten` were damaged before this backup, which has copied anew what of them is here.
    """
    found = []
    newest = store.names()[-1]
    sound = (set(store.held()) - rotten) | {file.sha256 for file in store.manifest(newest).files}
    for name in store.names():
        try:
            found += [f"{name}: {file.name}" for file in store.manifest(name).files if file.sha256 not in sound]
        except SamspilError as error:
            found.append(str(error))
    return found


def _left_out(place: Home, *, without_vault: bool, with_keys: bool) -> list[str]:
    """What is there and not wanted."""
    unwanted = [name for name in IDENTIFYING if without_vault] + [name for name in KEYS if not with_keys]
    return [name for name in unwanted if _is_there(place, name)]


def _is_there(place: Home, part: str) -> bool:
    if part == CARE_PLANE:
        return has_care_plane(place.root)
    return next(files_of(place, [part]), None) is not None


def _copy(
    still: dict[str, Path], store: Store, rotten: set[str], progress: Callable[[str], None]
) -> tuple[list[File], list[str]]:
    """Copy what is not there yet, or rotten there; returns every file, and the names of those copied."""
    held = {sha256: size for sha256, size in store.held().items() if sha256 not in rotten}
    files, copied = [], []
    for number, (name, path) in enumerate(still.items(), 1):
        progress(f"copying file {number:,} of {len(still):,}")
        file = File.of(path, name)
        files.append(file)
        if held.get(file.sha256) != file.size:
            store.add(path, file)
            held[file.sha256] = file.size
            copied.append(name)
    return files, copied
