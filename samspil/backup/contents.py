"""What of a home belongs to a backup, and a picture of it that later changes do not reach.

Data files are never changed once they are written, so the picture holds them by another link and costs nothing. Files
that grow or are rewritten are copied; they are small.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from samspil.definitions import SamspilError
from samspil.warehouse.home import Home
from samspil.warehouse.releases import finish_releases, releases_folder
from samspil.warehouse.studies import REGISTER

#: Kept apart from what they protect, unless asked for.
LOG_KEY = "log.key"
KEYS = (LOG_KEY, "secret.key")
SEALS = "seals.jsonl"
_IMMUTABLE = ".parquet"


def folders_of(home: Home) -> dict[str, Path]:
    """The folders that a backup holds, by their names in it."""
    return {"runs": home.runs, "releases": releases_folder(home), "vault": home.vault, "lake": home.lake}


def parts_of(home: Home) -> dict[str, Path]:
    """Everything that a backup can hold of a home, by its name in the backup; some of it may not be there."""
    files = {name: home.root / name for name in (REGISTER, SEALS, *KEYS)}
    return {**files, **folders_of(home)}


def files_of(home: Home, parts: list[str]) -> Iterator[tuple[str, Path]]:
    """The files of these parts, by their names in a backup and in order."""
    for name in parts:
        path = parts_of(home)[name]
        if path.is_file():
            yield name, path
        for file in sorted(path.rglob("*")) if path.is_dir() else ():
            if file.is_file():
                yield f"{name}/{file.relative_to(path).as_posix()}", file


def keep_still(home: Home, parts: list[str], folder: Path) -> dict[str, Path]:
    """Put a picture of these parts into an empty folder; returns its files by their names. The caller is `changing`."""
    finish_releases(home)
    still = {}
    for name, path in files_of(home, parts):
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _link_or_copy(path, target)
        still[name] = target
    return still


def _link_or_copy(path: Path, target: Path) -> None:
    if _IMMUTABLE in path.name or any(parent.suffix == _IMMUTABLE for parent in path.parents):
        try:
            target.hardlink_to(path)
        except OSError:  # another file system, or one without links
            pass
        else:
            return
    shutil.copy2(path, target)


@contextlib.contextmanager
def room_for_picture(home: Home) -> Iterator[Path]:
    """A folder of `tmp` for this process alone, gone afterwards; what a killed one leaves, the next change clears."""
    home.tmp.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-backup-", dir=home.tmp))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def alone(home: Home) -> Iterator[None]:
    """Be the only process that backs this home up or restores it. Raises SamspilError when another does."""
    descriptor = os.open(home.root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise SamspilError(f"another process is backing up or restoring {home.root}") from error
    finally:
        os.close(descriptor)
