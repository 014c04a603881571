"""A place that backups lie in: a folder, or object storage by its URL.

    20261128T031500Z/begun          it was begun
    20261128T031500Z/backup.json    it was finished: its manifest
    files/4f/4f7a…                  what backups hold, each content once, by its sha256

A file that an earlier backup holds is not copied again, so a backup costs what is new. Nothing is ever changed in
place: a backup that is killed leaves those before it as they were. One place is for one installation.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from samspil.backup.manifest import File, Manifest, from_bytes, to_bytes
from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file, sync

MANIFEST, BEGUN, FILES = "backup.json", "begun", "files"
_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
_PART = 1 << 20


class Store:
    """The backups at one URL. Every method raises SamspilError when the place cannot be reached."""

    def __init__(self, url: Path | str) -> None:
        self.url = str(url)
        with self._reached():
            self._fs, self._root = _opened(self.url)

    def names(self) -> list[str]:
        """The finished backups, oldest first."""
        return [name for name in self._all() if self._has(name, MANIFEST)]

    def unfinished(self) -> list[str]:
        """Backups that were begun and not finished."""
        return [name for name in self._all() if not self._has(name, MANIFEST)]

    def begin(self, at: dt.datetime) -> str:
        """Begin a backup; returns its name. Nothing restores it before it is finished."""
        moment, taken = f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}", set(self._all())
        name = next(
            name
            for number in itertools.count(1)
            if (name := moment if number == 1 else f"{moment}-{number}") not in taken
        )
        self._put(f"{name}/{BEGUN}", at.isoformat().encode())
        return name

    def held(self) -> dict[str, int]:
        """The contents that lie here: their sizes in bytes by their sha256."""
        with self._reached():
            found = self._fs.find(self._path(FILES), detail=True)
        return {path.rpartition("/")[2]: int(info["size"]) for path, info in found.items()}

    def rotten(self, told: Callable[[str], None] = lambda _: None) -> set[str]:
        """The contents here that are not what their names say any more, by those names; every one is read."""
        found = set()
        for sha256 in self.held():
            told(sha256)
            with self._reached(), self._fs.open(self._path(_content(sha256)), "rb") as reading:
                digest = hashlib.file_digest(reading, "sha256")
            if digest.hexdigest() != sha256:
                found.add(sha256)
        return found

    def add(self, path: Path, file: File) -> None:
        """Copy the content of `path`, which is `file`, to this place; it is there whole or not at all."""
        target = self._path(_content(file.sha256))
        with self._reached():
            if self._is_local:
                _copy_whole(path, Path(target))
            else:
                self._fs.put_file(str(path), target)

    def finish(self, manifest: Manifest) -> None:
        """Write a backup's manifest: from now on it can be restored."""
        self._put(f"{manifest.name}/{MANIFEST}", to_bytes(manifest))

    def manifest(self, name: str | None = None) -> Manifest:
        """What a finished backup says of itself: the one called `name`, else the newest.

        Raises SamspilError when there is none, when it was not finished, and when its manifest is damaged.
        """
        names = self.names()
        begun = self.unfinished()
        if name in begun or (not names and begun):
            raise SamspilError(
                f"the backup {name or begun[-1]} in {self.url} was not finished and cannot be restored; "
                f"finished ones: {', '.join(names) or 'none'}"
            )
        if not names or name not in {None, *names}:
            raise SamspilError(f"no backup{f' {name}' if name else ''} in {self.url}: {', '.join(names) or 'none'}")
        where = f"{name or names[-1]}/{MANIFEST}"
        with self._reached():
            content = self._fs.cat_file(self._path(where))
        return from_bytes(content, f"{self.url}: {where}")

    def fetch(self, file: File, target: Path, told: Callable[[int], None] = lambda _: None) -> None:
        """Write `file` to `target`. Raises SamspilError naming it when its content is missing or was changed.

        `told` is called with the bytes of each part that was read.
        """
        digest = hashlib.sha256()
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with self._reached(), os.fdopen(descriptor, "wb") as writing:
            try:
                with self._fs.open(self._path(_content(file.sha256)), "rb") as reading:
                    while part := reading.read(_PART):
                        digest.update(part)
                        writing.write(part)
                        told(len(part))
            except FileNotFoundError as error:
                raise SamspilError(f"{self.url}: {file.name} is missing ({_content(file.sha256)})") from error
            writing.flush()
            os.fsync(descriptor)
        if digest.hexdigest() != file.sha256:
            raise SamspilError(f"{self.url}: {file.name} was changed ({_content(file.sha256)})")
        target.chmod(file.mode)

    def forget(self, keep: int) -> list[str]:
        """Remove all finished backups but the newest `keep`, what was left unfinished, and what no backup names.

        Returns the names of the finished ones removed. A backup disappears before what it names. The caller is the
        only one that writes here.
        """
        names, begun = self.names(), self.unfinished()
        gone = names[: max(len(names) - keep, 0)]
        needed = {file.sha256 for name in names[len(gone) :] for file in self.manifest(name).files}
        with self._reached():
            for name in [*begun, *gone]:
                for part in (MANIFEST, BEGUN):
                    if self._has(name, part):
                        self._fs.rm_file(self._path(f"{name}/{part}"))
                if self._is_local:
                    Path(self._path(name)).rmdir()
            for path in self._fs.find(self._path(FILES)):
                if path.rpartition("/")[2] not in needed:
                    self._fs.rm_file(path)
            self._fs.invalidate_cache()
        return gone

    # The place

    @property
    def _is_local(self) -> bool:
        return isinstance(self._fs, LocalFileSystem)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}"

    def _all(self) -> list[str]:
        with self._reached():
            self._fs.invalidate_cache()
            try:
                found = self._fs.ls(self._root, detail=False)
            except FileNotFoundError:
                return []
        return sorted(name for path in found if _NAME.fullmatch(name := path.rstrip("/").rpartition("/")[2]))

    def _has(self, name: str, part: str) -> bool:
        with self._reached():
            return bool(self._fs.exists(self._path(f"{name}/{part}")))

    def _put(self, name: str, content: bytes) -> None:
        with self._reached():
            if self._is_local:
                path = Path(self._path(name))
                _make_folder(path.parent)
                replace_file(path, content, 0o600)
            else:
                self._fs.pipe_file(self._path(name), content)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except SamspilError:
            raise
        except Exception as error:  # every driver of a storage has errors of its own
            raise SamspilError(f"{self.url} cannot be used for backups: {error}") from error


def _opened(url: str) -> tuple[AbstractFileSystem, str]:
    fs, root = url_to_fs(url)
    return fs, root.rstrip("/")


def _content(sha256: str) -> str:
    return f"{FILES}/{sha256[:2]}/{sha256}"


def _make_folder(folder: Path) -> None:
    """For their owner only: backups hold what identifies people."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)


def _copy_whole(path: Path, target: Path) -> None:
    _make_folder(target.parent)
    temporary = target.with_name(f".{target.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with path.open("rb") as reading, os.fdopen(descriptor, "wb") as writing:
        shutil.copyfileobj(reading, writing, _PART)
        writing.flush()
        os.fsync(descriptor)
    temporary.replace(target)
    sync(target.parent)
