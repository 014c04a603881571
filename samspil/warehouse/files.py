"""Files of this machine: replaced so that a crash leaves the old content or the new, removed, brought to the disk."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path


def replace_file(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file whole: after a crash there is the old content or the new, never a part."""
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync(path.parent)


def create_file(path: Path, content: bytes) -> None:
    """Write a file whole that is not there. Raises FileExistsError when it is; of two writers one gets that."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        if path.exists():
            raise FileExistsError(path)
        replace_file(path, content)
    finally:
        os.close(folder)


def remove(path: Path) -> None:
    """Remove a file, or a folder with what is in it."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def sync_all(path: Path) -> None:
    """Make sure that a file, or a folder and the files in it, are on the disk."""
    if path.is_dir():
        for part in path.iterdir():
            sync(part)
    sync(path)


def sync(path: Path) -> None:
    """Make sure that a file, or a folder's entries, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
