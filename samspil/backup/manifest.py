"""What a backup says of itself: every file with its hash, and how the database was.

It is written last, so a backup without one was never finished, and it holds its own hash.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import stat
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from samspil.definitions import SamspilError

FORMAT = 1


class Record(BaseModel):
    """Base of what a manifest consists of."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class File(Record):
    """A file by its name in the home, such as `lake/CURRENT`; `size` is in bytes, `mode` who may read it."""

    name: str
    sha256: str
    size: int
    mode: int

    @field_validator("name")
    @classmethod
    def _inside(cls, name: str) -> str:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            raise ValueError(f"`{name}` leads out of the home")
        return name

    @field_validator("sha256")
    @classmethod
    def _is_hash(cls, sha256: str) -> str:
        if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
            raise ValueError(f"`{sha256}` is no sha256")
        return sha256

    @classmethod
    def of(cls, path: Path, name: str) -> File:
        """What `path` holds, under the name that it has in the home."""
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        found = path.stat()
        return cls(name=name, sha256=sha256, size=found.st_size, mode=stat.S_IMODE(found.st_mode))


class Database(Record):
    """The care plane's database: the file that holds it, and its access log at that moment.

    `log_key` tells one key of the log from another without giving it away; None where no key was found.
    """

    kind: Literal["sqlite", "postgresql"]
    file: str
    log_rows: int
    seal: str
    log_key: str | None


class Manifest(Record):
    """One backup. `state` is that of the warehouse; `left_out` names what was there and was not taken."""

    format: Literal[1]
    name: str
    samspil: str
    at: dt.datetime
    state: int
    left_out: list[str]
    database: Database | None
    files: list[File]


def to_bytes(manifest: Manifest) -> bytes:
    """A manifest with its own hash, as it is kept."""
    content = manifest.model_dump(mode="json")
    return json.dumps({"backup": content, "sha256": _digest(content)}, indent=1).encode()


def from_bytes(content: bytes, where: str) -> Manifest:
    """The manifest read from `where`. Raises SamspilError when it was changed, or another format wrote it."""
    try:
        kept = json.loads(content)
        if kept["sha256"] != _digest(kept["backup"]):
            raise ValueError("it does not have the hash it tells of")
    except (ValueError, KeyError, TypeError) as error:
        raise SamspilError(f"{where} is damaged ({error}); nothing was restored") from error
    if kept["backup"].get("format") != FORMAT:
        raise SamspilError(f"{where} was written by another version of Samspil: {kept['backup'].get('samspil')}")
    try:
        return Manifest.model_validate(kept["backup"])
    except ValidationError as error:
        raise SamspilError(f"{where} cannot be used: {error.errors()[0]['msg']}") from error


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
