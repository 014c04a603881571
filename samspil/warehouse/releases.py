"""Releases: what left a zone, kept as it left it, and the log of every attempt.

A release is a folder `releases/<id>/` of read-only files with a `release.json` that says what it is. Its id follows
from its content, so the same content is the same release however often it is asked for. `releases/log.jsonl` has one
line for each attempt, refused ones too, and each line holds the hash of the line before: a line that is changed, taken
out or put in breaks the chain. What the log names is a release and nothing else is; the line is written before the
folder gets its name, and whoever comes next finishes what a killed process began.

Nothing here is ever deleted. Releases that read a source that was purged since are flagged when they are listed.
"""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file, sync
from samspil.warehouse.home import Home
from samspil.warehouse.state import read_state

RELEASE = "release.json"
LOG = "log.jsonl"
#: The `previous` of the first line.
FIRST = "0" * 64


@dataclass(frozen=True)
class StoredRelease:
    """A release as it was kept: its id, its folder, and what it says of itself."""

    id: str
    folder: Path
    description: dict[str, Any]

    def file(self, table: str) -> Path:
        return self.folder / f"{table}.parquet"


def releases_folder(home: Home) -> Path:
    """Where releases lie."""
    return home.root / "releases"


def content_id(description: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """The id of a release with this description and these files (their sha256 by name)."""
    content = json.dumps({"description": description, "files": dict(files)}, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def keep_release(
    home: Home, description: Mapping[str, Any], write: Callable[[Path], None], *, who: Mapping[str, Any]
) -> StoredRelease:
    """Keep what `write` puts into an empty folder as a release. The caller is `changing` the home.

    `description` is part of the content; `who` (purpose, name of an outside file) is told of this attempt alone, and of
    the first in `release.json` too. Asked again for the same content, the release that is there is returned.
    """
    root = releases_folder(home)
    root.mkdir(parents=True, exist_ok=True)
    finish_releases(home)
    making = root / ".making"
    making.mkdir()
    try:
        write(making)
    except BaseException:
        shutil.rmtree(making)
        raise
    files = {path.name: sha256(path) for path in sorted(making.iterdir())}
    name = content_id(description, files)
    folder = root / name
    if folder.exists():
        shutil.rmtree(making)
        return again(home, find_release(home, name), who)
    told = {"id": name, **description, "files": files, "first": {"at": _now(), "who": getpass.getuser(), **who}}
    replace_file(making / RELEASE, json.dumps(told, indent=1, ensure_ascii=False).encode())
    for path in making.iterdir():
        sync(path)
        path.chmod(0o444)
    sync(making)
    making.rename(root / f".{name}.new")
    append(home, {"event": "released", "release": name, "sha256": sha256(root / f".{name}.new" / RELEASE), **who})
    finish_releases(home)
    return find_release(home, name)


def again(home: Home, release: StoredRelease, who: Mapping[str, Any]) -> StoredRelease:
    """Log that a release was asked for again, and return it. The caller is `changing` the home."""
    append(home, {"event": "again", "release": release.id, **who})
    return release


def finish_releases(home: Home) -> None:
    """Give their names to releases that are in the log, and remove what killed processes left that is not.

    The caller is `changing` the home.
    """
    root = releases_folder(home)
    begun = [path for path in root.glob(".*") if path.is_dir()]
    if not begun:
        return
    logged = {line["release"] for line in read_log(home) if line["event"] == "released"}
    for path in begun:
        name = path.name.removeprefix(".").removesuffix(".new")
        if name in logged and not (root / name).exists():
            path.rename(root / name)
        else:
            shutil.rmtree(path)
    sync(root)


def refuse(home: Home, what: Mapping[str, Any]) -> None:
    """Log an attempt that was refused. The caller is `changing` the home."""
    append(home, {"event": "refused", **what})


def append(home: Home, entry: Mapping[str, Any]) -> None:
    """Add a line to the log. The caller is `changing` the home.

    Its `event` is `released`, `again` (the same one asked for again), `refused` or `due_for_deletion` (rows).
    """
    path = releases_folder(home) / LOG
    path.parent.mkdir(parents=True, exist_ok=True)
    content = path.read_bytes() if path.exists() else b""
    whole = content[: content.rfind(b"\n") + 1]
    lines = whole.splitlines()
    line = {
        "number": len(lines) + 1,
        "at": _now(),
        "who": getpass.getuser(),
        **entry,
        "previous": hashlib.sha256(lines[-1]).hexdigest() if lines else FIRST,
    }
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        # What a process could not write to its end when the machine stopped was told to nobody.
        os.ftruncate(descriptor, len(whole))
        os.lseek(descriptor, 0, os.SEEK_END)
        os.write(descriptor, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync(path.parent)


def read_log(home: Home) -> list[dict[str, Any]]:
    """Every line of the log, oldest first. Raises SamspilError for a line that cannot be read."""
    path = releases_folder(home) / LOG
    found = []
    for number, line in enumerate(path.read_bytes().split(b"\n")[:-1] if path.exists() else (), 1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            raise SamspilError(
                f"{path}:{number}: this line cannot be read; `samspil releases verify` tells what is wrong"
            ) from error
    return found


def all_releases(home: Home) -> list[StoredRelease]:
    """Every release, in the order in which they were made."""
    found = []
    for line in read_log(home):
        folder = releases_folder(home) / line.get("release", "")
        if line["event"] == "released" and (folder / RELEASE).exists():
            found.append(StoredRelease(line["release"], folder, json.loads((folder / RELEASE).read_bytes())))
    return found


def find_release(home: Home, name: str) -> StoredRelease:
    """The release called `name`, or the only one whose id begins so. Raises SamspilError naming what there is."""
    found = [each for each in all_releases(home) if each.id.startswith(name)] if name else []
    if len(found) != 1:
        known = ", ".join(each.id for each in all_releases(home)) or "none yet"
        raise SamspilError(f"{'no release' if not found else 'several releases'} called `{name}`; releases: {known}")
    return found[0]


def read_purged(home: Home, release: StoredRelease) -> list[str]:
    """The sources that a release read and that were purged since."""
    used = {delivery for found in release.description.get("manifest", {}).values() for delivery in found}
    return sorted({record.source for record in read_state(home).purges if used & set(record.deliveries)})


@dataclass(frozen=True)
class Verified:
    """What is wrong with the store of releases, line by line; `seal` is the hash of the log's last line."""

    faults: list[str]
    releases: int
    lines: int
    seal: str


def verify(home: Home, seal: str | None = None) -> Verified:
    """Check every release and every line of the log against each other.

    `seal` is one that was kept elsewhere: when no line has it, lines were cut off the end of the log since, or it was
    written anew.
    """
    root = releases_folder(home)
    path = root / LOG
    content = path.read_bytes() if path.exists() else b""
    lines = content.split(b"\n")[:-1]
    faults = [f"{LOG}: the last line is not whole"] if content and not content.endswith(b"\n") else []
    previous, seals, expected = FIRST, {FIRST}, {}
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            if entry["previous"] != previous:
                faults.append(f"{LOG}:{number}: a line before this one was changed, taken out or put in")
            if entry["number"] != number:
                faults.append(f"{LOG}:{number}: this line was number {entry['number']} when it was written")
            if entry["event"] == "released":
                expected[entry["release"]] = entry["sha256"]
            if entry["event"] == "due_for_deletion":
                faults += _changed(root, {entry["file"]: entry["sha256"]})
        except (ValueError, KeyError, TypeError):
            faults.append(f"{LOG}:{number}: this line is no line of the log")
        previous = hashlib.sha256(line).hexdigest()
        seals.add(previous)
    if seal is not None and seal not in seals:
        faults.append(f"{LOG}: no line has the seal {seal}: lines were cut off, or the log was written anew")
    for name, digest in expected.items():
        faults += _faults_of(root / name, digest)
    if root.exists():
        known = {*expected, LOG, DUE}
        faults += [
            f"{each.name}: the log does not name it" for each in sorted(root.iterdir()) if each.name not in known
        ]
    return Verified(faults, len(expected), len(lines), previous)


#: Where the rows that are due for deletion are kept, a file for each release and day on which some were flagged.
DUE = "due"


def _faults_of(folder: Path, digest: str) -> list[str]:
    """What is wrong with one release: files changed, missing or put in."""
    description = folder / RELEASE
    name = folder.name
    if not description.exists():
        return [f"{name}: the release is missing" if not folder.exists() else f"{name}/{RELEASE} is missing"]
    if sha256(description) != digest:
        return [f"{name}/{RELEASE} was changed"]
    files = json.loads(description.read_bytes())["files"]
    faults = _changed(folder, files, f"{name}/")
    present = {path.name for path in folder.iterdir()}
    return faults + [f"{name}/{file} was put in" for file in sorted(present - {*files, RELEASE})]


def _changed(folder: Path, files: Mapping[str, str], before: str = "") -> list[str]:
    faults = []
    for file, digest in files.items():
        path = folder / file
        if not path.exists():
            faults.append(f"{before}{file} is missing")
        elif sha256(path) != digest:
            faults.append(f"{before}{file} was changed")
    return faults


def sha256(path: Path) -> str:
    """The sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
