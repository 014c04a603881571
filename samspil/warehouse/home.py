"""Where Samspil keeps its data, and how a file is replaced so that a crash leaves the old one or the new one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from samspil.definitions import SamspilError


@dataclass(frozen=True)
class Home:
    """The folder `SAMSPIL_HOME` (default `var/` in the current folder).

    `lake` holds pseudonymous tables, `vault` everything that identifies anybody, `runs` results and `tmp` what a
    running command needs. Only `vault` may not be copied to where analysts work.
    """

    root: Path

    @classmethod
    def find(cls, root: Path | str | None = None) -> Home:
        """The home given, else the one of `SAMSPIL_HOME`, else `var/`."""
        return cls(Path(root or os.environ.get("SAMSPIL_HOME") or "var").absolute())

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def runs(self) -> Path:
        return self.root / "runs"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    def create(self) -> None:
        """Make the folders; the vault is for its owner only."""
        for folder in (self.lake / "states", self.lake / "data", self.runs, self.tmp):
            folder.mkdir(parents=True, exist_ok=True)
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
            raise SamspilError(
                f"{self.root} cannot be used as the home of the data: {error.strerror}; "
                "point SAMSPIL_HOME to a folder you may write to"
            ) from error
        with (self.root / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if waiting is not None:
                    waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            self._clear_tmp()
            yield

    def _clear_tmp(self) -> None:
        """Remove what processes that are no more left in `tmp`; each has a folder named by its number."""
        for folder in self.tmp.iterdir():
            owner = folder.name.partition("-")[0]
            if not (owner.isdigit() and _is_running(int(owner))):
                shutil.rmtree(folder, ignore_errors=True)


def _is_running(process: int) -> bool:
    """Whether a process of this number is there, whoever owns it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
