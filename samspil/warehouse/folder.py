"""A folder of this machine, or one that is mounted: what was written there outlives a crash and a loss of power."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow.dataset as ds

from samspil.warehouse.files import create_file, remove, replace_file, sync, sync_all
from samspil.warehouse.place import TABLE, Place, outermost


@dataclass(frozen=True)
class Folder(Place):
    """A folder of this machine, or one that is mounted."""

    path: Path

    @property
    def url(self) -> str:  # type: ignore[override]
        return str(self.path)

    def below(self, name: str) -> Folder:
        return Folder(self.path / name)

    def address(self, name: str) -> str:
        return str(self.path / name)

    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        return (self.path / name).open("rb")

    def dataset(self, name: str) -> ds.Dataset:
        return ds.dataset(self.path / name, format="parquet")

    def replace(self, name: str, content: bytes) -> None:
        self.prepare(name)
        replace_file(self.path / name, content)

    def create(self, name: str, content: bytes) -> None:
        self.prepare(name)
        create_file(self.path / name, content)

    def exists(self, name: str) -> bool:
        return (self.path / name).exists()

    def folders(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir() if path.is_dir()) if self.path.is_dir() else []

    def files(self, below: str = "") -> list[str]:
        found = (self.path / below).rglob("*")
        return sorted(path.relative_to(self.path).as_posix() for path in found if path.is_file())

    def tables(self, below: str = "") -> list[str]:
        found = (self.path / below).rglob(f"*{TABLE}")
        return outermost(path.relative_to(self.path).as_posix() for path in found)

    def remove(self, name: str) -> None:
        remove(self.path / name)

    def prepare(self, name: str) -> None:
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)

    def settle(self, name: str) -> None:
        sync_all(self.path / name)
        for folder in (self.path / name).parents:
            if folder == self.path.parent:
                break
            sync(folder)

    def make(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)

    def reach(self) -> None:
        """A folder is made when something is written."""
