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

from samspil.backup.contents import KEYS, parts_of
from samspil.backup.manifest import File, Manifest, from_bytes, to_bytes
from samspil.backup.store import MANIFEST, Store
from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file, sync
from samspil.warehouse.home import Home


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
        for name, path in {**parts_of(self.home), "care.sqlite3": self.home.root / "care.sqlite3"}.items():
            if path.is_file() and (name not in KEYS or name in wanted):
                return str(path)
            if path.is_dir() and (found := next((each for each in path.rglob("*") if each.is_file()), None)):
                return str(found)
        return None

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
        places = {**parts_of(self.home), "care.sqlite3": self.home.root / "care.sqlite3"}
        for name, place in places.items():
            part = self._files / name
            if not part.exists():
                continue
            try:
                _clear_empty(place)
                place.parent.mkdir(parents=True, exist_ok=True)
                part.rename(place)
            except OSError as error:
                raise SamspilError(f"{place} was written to while the backup was restored: {error.strerror}") from error
            sync(place.parent)
        for file in manifest.files:
            first, _, rest = file.name.partition("/")
            place = places[first] / rest if first in places else self._files / first
            if not _is(place, file):
                raise SamspilError(f"{place} is lost; empty {self.home.root} and restore again")

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


def _clear_empty(folder: Path) -> None:
    """Remove a folder of nothing but empty folders, as a home has that was made and never used."""
    if folder.is_dir():
        for inner in sorted(folder.rglob("*"), reverse=True):
            inner.rmdir()
        folder.rmdir()
