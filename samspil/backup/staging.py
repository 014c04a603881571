"""Bringing a backup's files into an empty home: first all of them beside their places, each checked, then into them.

What is killed before every file was checked leaves nothing but the folder `restoring`, which the next restore clears.
What is killed after that is gone on with.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from samspil.backup.contents import FILES, FOLDERS, KEYS, files_of, place_of
from samspil.backup.manifest import File, Manifest, from_bytes, to_bytes
from samspil.backup.store import MANIFEST, Store
from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file, sync
from samspil.warehouse.home import Home
from samspil.warehouse.place import Place

#: What says which state of the lake is in force.
POINTER = "CURRENT"


class Staging:
    """The folder `restoring` of a home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.root / "restoring"
        self._files = self.folder / "files"

    def is_whole(self, manifest: Manifest) -> bool:
        """Whether every file of this backup was brought here and checked. Another backup's are no hindrance."""
        path = self.folder / MANIFEST
        return path.exists() and from_bytes(path.read_bytes(), str(path)) == manifest

    def occupied(self, manifest: Manifest) -> str | None:
        """What lies in the home where this backup's files belong; None of an empty home."""
        begun = self.folder / MANIFEST
        if begun.exists():
            return f"{self.folder} with the backup {from_bytes(begun.read_bytes(), str(begun)).name}, half restored"
        wanted = {file.name for file in manifest.files} & set(KEYS)
        parts = [part for part in (*FILES, *FOLDERS) if part not in KEYS or part in wanted]
        for _name, place, there in files_of(self.home, parts):
            return place.address(there)
        database = self._database
        return str(database) if database.exists() else None

    def fill(self, store: Store, manifest: Manifest, told: Callable[[int], None]) -> None:
        """Bring every file here. Raises SamspilError naming one that is damaged; then nothing is left here."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700)
        try:
            for file in manifest.files:
                target = self._files / file.name
                _make_folders(self._files, target.parent)
                store.fetch(file, target, told)
            for folder, _folders, _names in os.walk(self._files):
                sync(Path(folder))
            replace_file(self.folder / MANIFEST, to_bytes(manifest), 0o600)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def path(self, file: str) -> Path:
        """Where a file lies that has no place in the home, such as a dump."""
        return self._files / file

    def move(self, manifest: Manifest) -> None:
        """Put the parts where they belong, the lake last. Raises SamspilError when a place is taken, or one is lost."""
        for part in (self._database.name, *FILES, *FOLDERS):
            brought = self._files / part
            if not brought.exists():
                continue
            if self._lies_elsewhere(part):
                _bring(brought, place_of(self.home, part))
            else:
                _put(brought, self.home.root / part)
        for file in manifest.files:
            part = file.name.partition("/")[0]
            in_home = part in {self._database.name, *FILES, *FOLDERS} and not self._lies_elsewhere(part)
            if not _is((self.home.root if in_home else self._files) / file.name, file):
                raise SamspilError(f"{file.name} is lost; empty {self.home.root} and restore again")

    def _lies_elsewhere(self, part: str) -> bool:
        return self.home.elsewhere is not None and part in {"lake", "runs"}

    @property
    def _database(self) -> Path:
        return self.home.root / "care.sqlite3"

    def remove(self) -> None:
        """The backup is restored: nothing of this folder is needed."""
        (self.folder / MANIFEST).unlink()
        shutil.rmtree(self.folder)
        sync(self.home.root)


def _is(path: Path, file: File) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_size == file.size
    return False


def _make_folders(root: Path, folder: Path) -> None:
    """The vault's folders are for its owner only, as those of `restoring` are."""
    secret = folder == root or folder.relative_to(root).parts[0] == "vault"
    if not folder.exists():
        if folder != root:
            _make_folders(root, folder.parent)
        folder.mkdir(mode=0o700 if secret else 0o755)


def _put(brought: Path, target: Path) -> None:
    try:
        _clear_empty(target)
        brought.rename(target)
    except OSError as error:
        raise SamspilError(f"{target} was written to while the backup was restored: {error.strerror}") from error
    sync(target.parent)


def _bring(folder: Path, place: Place) -> None:
    """Write the files of a folder to a place that nothing can be renamed into; the pointer to the state is last."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    for name in sorted(names, key=lambda name: (name == POINTER, name)):
        place.replace(name, (folder / name).read_bytes())


def _clear_empty(folder: Path) -> None:
    """Remove a folder of nothing but empty folders, as a home has that was made and never used."""
    if folder.is_dir():
        for inner in sorted(folder.rglob("*"), reverse=True):
            inner.rmdir()
        folder.rmdir()
