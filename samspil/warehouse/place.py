"""Where files lie: a folder of this machine, or object storage. Here is what the warehouse asks of either."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import IO

import pyarrow.dataset as ds

TABLE = ".parquet"


class Place(ABC):
    """A folder of files. Names are relative to it, with slashes; a table is a Parquet file or a folder of its parts.

    Every method raises SamspilError when the place cannot be reached or used.
    """

    url: str

    @abstractmethod
    def below(self, name: str) -> Place:
        """The folder `name` of this place."""

    @abstractmethod
    def address(self, name: str) -> str:
        """What an engine opens."""

    @abstractmethod
    def open(self, name: str) -> contextlib.AbstractContextManager[IO[bytes]]:
        """A file, to be read. Raises FileNotFoundError."""

    @abstractmethod
    def dataset(self, name: str) -> ds.Dataset:
        """A table as Arrow sees it: read column by column, without an engine."""

    @abstractmethod
    def replace(self, name: str, content: bytes) -> None:
        """Write a file whole: after a crash there is the old content or the new, never a part."""

    @abstractmethod
    def create(self, name: str, content: bytes) -> None:
        """Write a file whole that is not there. Raises FileExistsError when it is, whoever wrote it."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Whether there is a file or a folder of this name."""

    @abstractmethod
    def folders(self) -> list[str]:
        """The names of the folders right here."""

    @abstractmethod
    def files(self, below: str = "") -> list[str]:
        """The names of all files, or of those in a folder and its folders, in order."""

    @abstractmethod
    def tables(self, below: str = "") -> list[str]:
        """The names of all tables, those half-written too, in order."""

    @abstractmethod
    def remove(self, name: str) -> None:
        """Remove a file, or a folder with what is in it. Nothing happens when it is not there."""

    @abstractmethod
    def prepare(self, name: str) -> None:
        """Make room for an engine to write the table `name`."""

    @abstractmethod
    def settle(self, name: str) -> None:
        """What an engine wrote as the table `name` is to outlive a loss of power."""

    @abstractmethod
    def make(self) -> None:
        """Make the folder. Object storage has none."""

    @abstractmethod
    def reach(self) -> None:
        """Raises SamspilError when what should be there before anything is written is not: a bucket."""

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError."""
        with self.open(name) as file:
            return file.read()

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        """The contents of small files by their names; those that are not there are left out."""
        found = {}
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                found[name] = self.read(name)
        return found


def outermost(names: Iterable[str]) -> list[str]:
    """The tables that files and folders belong to: of a table in parts, the folder."""
    return sorted({name[: name.index(f"{TABLE}/") + len(TABLE)] if f"{TABLE}/" in name else name for name in names})
