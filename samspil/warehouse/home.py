"""Where Samspil keeps its data, and who may change them."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fsspec.core import split_protocol
from fsspec.implementations.local import LocalFileSystem

from samspil.definitions import SamspilError
from samspil.warehouse.folder import Folder
from samspil.warehouse.place import Place
from samspil.warehouse.room import clear
from samspil.warehouse.storage import Storage, reached

#: The variable with the URL of a lake that does not lie in its home.
LAKE = "SAMSPIL_LAKE"


def place(url: str | Path) -> Place:
    """The place at a path or a URL. Raises SamspilError when nothing is known of its kind, or its driver is missing."""
    protocol, path = split_protocol(str(url))
    if protocol in {None, "file", "local"}:
        return Folder(Path(LocalFileSystem._strip_protocol(str(url)) if protocol else path).absolute())
    reached(str(url))
    return Storage(str(url).rstrip("/"))


@dataclass(frozen=True)
class Home:
    """The folder `SAMSPIL_HOME` (default `var/` in the current folder), and the lake that belongs to it.

    `lake` holds pseudonymous tables, `vault` everything that identifies anybody, `runs` results and `tmp` what a
    running command needs. Only `vault` may not be copied to where analysts work.

    The lake may lie elsewhere, at the URL of `SAMSPIL_LAKE`, and then results lie beside it: the workers of a cluster
    write both. The vault stays here, since its files are for their owner only, and so does the lock: object storage
    has neither.
    """

    root: Path
    elsewhere: str | None = None

    @classmethod
    def find(cls, root: Path | str | None = None) -> Home:
        """The home given, else the one of `SAMSPIL_HOME`, else `var/`; its lake is where `SAMSPIL_LAKE` says."""
        found = Path(root or os.environ.get("SAMSPIL_HOME") or "var").absolute()
        return cls(found, os.environ.get(LAKE) or None)

    @cached_property
    def lake(self) -> Place:
        return place(self.elsewhere or self.root / "lake")

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @cached_property
    def runs(self) -> Place:
        return self.lake.below("runs") if self.elsewhere else Folder(self.root / "runs")

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    def create(self) -> None:
        """Make the folders; the vault is for its owner only."""
        for folder in (self.lake.below("states"), self.lake.below("data"), self.runs):
            folder.make()
        self.tmp.mkdir(parents=True, exist_ok=True)
        self.vault.mkdir(mode=0o700, exist_ok=True)
        self.vault.chmod(0o700)

    @contextlib.contextmanager
    def writing(self, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Be the only process that changes this home; a second one waits, and `waiting` is called once.

        What an earlier process left half-written when it died is cleared away first.
        """
        try:
            self.create()
        except OSError as error:
            where = f" with its lake at {self.elsewhere}" if self.elsewhere else ""
            raise SamspilError(
                f"{self.root}{where} cannot be used as the home of the data: {error.strerror}; "
                f"point SAMSPIL_HOME{f' and {LAKE}' if where else ''} to a folder you may write to"
            ) from error
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting is not None:
                    waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            clear(self.tmp)
            yield
