"""Room on the disk for what a running command needs, below the `tmp` of its home, gone when it is done.

Whoever made a room holds a lock on it for as long as it is needed, and a killed process holds none. So whoever clears
away what killed ones left sees which are in use, by another container or another machine too, where the number of a
process says nothing.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

#: Beside the room and not in it, whose user may make it anew. A file, since no folder of NFS can be locked.
_LOCK, _ROOM = "lock", "room"


class Room:
    """A new, empty folder at `path`, for this process and its owner only, until it leaves."""

    def __init__(self, tmp: Path) -> None:
        tmp.mkdir(parents=True, exist_ok=True)
        self._owner = os.getpid()
        self._folder, self._lock = _held(tmp)
        self.path = self._folder / _ROOM
        self.path.mkdir(mode=0o700)

    def __enter__(self) -> Path:
        return self.path

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Remove the folder. Does nothing a second time, and in a process that was forked off."""
        if os.getpid() == self._owner and self._lock is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


def clear(tmp: Path) -> None:
    """Remove the rooms that nobody is in."""
    for folder in tmp.iterdir():
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _held(tmp: Path) -> tuple[Path, int | None]:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=tmp))
        lock = _lock(folder)
        if lock is not None and folder.exists():
            return folder, lock
        # Somebody cleared it away before it was held.
        if lock is not None:
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """The lock on a folder, held; None when another holds it, and of what is gone, no folder, or another user's."""
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
