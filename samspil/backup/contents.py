"""What of a home belongs to a backup, and a picture of it that later changes do not reach.

Data files are never changed once they are written, so the picture holds them by another link and costs nothing. Files
that grow or are rewritten are copied; they are small. A lake that lies elsewhere is copied whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from samspil.definitions import SamspilError
from samspil.warehouse.claim import WRITER, WRITTEN
from samspil.warehouse.folder import Folder
from samspil.warehouse.home import Home
from samspil.warehouse.place import TABLE, Place
from samspil.warehouse.releases import finish_releases, releases_folder
from samspil.warehouse.studies import REGISTER

LOG_KEY, SECRET_KEY = "log.key", "secret.key"
#: Kept apart from what they protect, unless asked for.
KEYS = (LOG_KEY, SECRET_KEY)
SEALS = "seals.jsonl"
#: Single files of a home, and its folders with the lake last: what is restored half-way has no state yet.
FILES = (REGISTER, SEALS, *KEYS)
FOLDERS = ("runs", "releases", "vault", "lake")
#: What the parts of a home are called in the lake or the vault and belongs to neither: results beside a lake that lies
#: elsewhere are a part of their own, and a restored lake is claimed by its own home.
_NOT_OF_IT = {"lake": ("runs/", WRITER), "vault": (WRITTEN,)}


def place_of(home: Home, part: str) -> Place:
    """Where a folder of the home lies, or for a single file the home."""
    match part:
        case "lake":
            return home.lake
        case "runs":
            return home.runs
        case "releases":
            return Folder(releases_folder(home))
        case "vault":
            return Folder(home.vault)
        case _:
            return Folder(home.root)


def files_of(home: Home, parts: Iterable[str]) -> Iterator[tuple[str, Place, str]]:
    """The files of these parts in order: the name in a backup, the place, and the name there."""
    for part in parts:
        place = place_of(home, part)
        if part in FILES:
            if place.exists(part):
                yield part, place, part
            continue
        for name in place.files():
            if not name.startswith(_NOT_OF_IT.get(part, ())):
                yield f"{part}/{name}", place, name


def keep_still(home: Home, parts: Iterable[str], folder: Path) -> dict[str, Path]:
    """Put a picture of these parts into an empty folder; returns its files by their names. The caller is `changing`."""
    finish_releases(home)
    still = {}
    for name, place, there in files_of(home, parts):
        target = folder / name
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if isinstance(place, Folder):
            _link_or_copy(place.path / there, target, is_table=TABLE in there)
        else:
            with place.open(there) as reading, target.open("wb") as writing:
                shutil.copyfileobj(reading, writing)
        still[name] = target
    return still


def _link_or_copy(path: Path, target: Path, *, is_table: bool) -> None:
    if is_table:
        try:
            target.hardlink_to(path)
        except OSError:  # another file system, or one without links
            pass
        else:
            return
    shutil.copy2(path, target)


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
