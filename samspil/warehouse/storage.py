"""Object storage by its URL (`s3://bucket/prefix` and others), through the driver that fsspec has for its kind.

The driver reads its own settings: keys, regions, addresses. Object storage can neither rename nor lock: a file appears
there whole when its writer closes it, and what must not be written twice is created on condition that it is not there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any

import pyarrow.dataset as ds
from fsspec import AbstractFileSystem
from fsspec.core import split_protocol, url_to_fs
from fsspec.implementations.dirfs import DirFileSystem

from samspil.definitions import SamspilError
from samspil.warehouse.place import TABLE, Place, outermost

#: What to install for a kind of object storage.
_DRIVERS = {
    "s3": "s3fs", "s3a": "s3fs", "abfs": "adlfs", "abfss": "adlfs", "az": "adlfs", "gs": "gcsfs", "gcs": "gcsfs"
}  # fmt: skip


class ByRange(DirFileSystem):  # type: ignore[misc]
    """A storage whose files are read at no other bytes than those asked for.

    Drivers read ahead, many megabytes at a time. Whoever reads Parquet knows which columns and groups of rows it
    needs, and would be given nearly the whole file instead.
    """

    def __init__(self, files: AbstractFileSystem) -> None:
        super().__init__(fo="", fs=files)
        self.protocol = files.protocol

    def open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        return self.fs.open(path, mode, **({"cache_type": "none"} if mode == "rb" else {}), **options)


def is_remote(address: str) -> bool:
    """Whether an address is that of object storage, and not of a file here."""
    return "://" in address


def reached(url: str) -> tuple[AbstractFileSystem, str]:
    """The driver of a URL, and the path it knows it by. Raises SamspilError for a kind of URL that it cannot reach.

    What others write is seen at once: nothing is remembered of what lies there.
    """
    protocol, _ = split_protocol(url)
    try:
        files, path = url_to_fs(url, use_listings_cache=False)
    except ImportError as error:
        driver = _DRIVERS.get(protocol)
        mend = f"pip install {driver}" if driver else str(error)
        raise SamspilError(f"{url}: the driver of `{protocol}://` is not installed: {mend}") from error
    except ValueError as error:
        raise SamspilError(f"{url}: nothing is known of `{protocol}://`; use a folder, file:// or s3://") from error
    except Exception as error:  # every driver has errors of its own
        raise SamspilError(f"{url} cannot be reached: {error}") from error
    return files, path.rstrip("/")


@dataclass(frozen=True)
class Storage(Place):
    """A prefix of object storage."""

    url: str

    def below(self, name: str) -> Storage:
        return Storage(f"{self.url}/{name}")

    def address(self, name: str) -> str:
        return f"{self.url}/{name}"

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        with self._used(), self._files.open(self._path(name), "rb") as file:
            yield file

    def dataset(self, name: str) -> ds.Dataset:
        with self._used():
            return ds.dataset(self._path(name), filesystem=ByRange(self._files), format="parquet")

    def read(self, name: str) -> bytes:
        with self._used():
            return bytes(self._files.cat_file(self._path(name)))

    def contents(self, names: Iterable[str]) -> dict[str, bytes]:
        paths = {self._path(name): name for name in names}
        with self._used():
            found = self._files.cat(list(paths), on_error="return") if paths else {}
            for content in found.values():
                if isinstance(content, Exception) and not isinstance(content, FileNotFoundError):
                    raise content
        return {paths[path]: content for path, content in found.items() if isinstance(content, bytes)}

    def replace(self, name: str, content: bytes) -> None:
        with self._used():
            self._files.pipe_file(self._path(name), content)

    def create(self, name: str, content: bytes) -> None:
        with self._used():
            self._files.pipe_file(self._path(name), content, mode="create")

    def exists(self, name: str) -> bool:
        with self._used():
            return bool(self._files.exists(self._path(name)))

    def folders(self) -> list[str]:
        with self._used():
            try:
                found = self._files.ls(self._root, detail=True)
            except FileNotFoundError:
                return []
        return sorted(each["name"].rstrip("/").rpartition("/")[2] for each in found if each["type"] == "directory")

    def files(self, below: str = "") -> list[str]:
        with self._used():
            found = self._files.find(self._path(below))
        return sorted(path.removeprefix(f"{self._root}/") for path in found)

    def tables(self, below: str = "") -> list[str]:
        # What a writer left is seen as the files of a table; folders are not there by themselves.
        return outermost(name for name in self.files(below) if TABLE in name)

    def remove(self, name: str) -> None:
        with self._used(), contextlib.suppress(FileNotFoundError):
            self._files.rm(self._path(name), recursive=True)

    def prepare(self, name: str) -> None:
        """A name is all that there is to a folder here."""

    def settle(self, name: str) -> None:
        """The storage answered that it has it."""

    def make(self) -> None:
        """A name is all that there is to a folder here."""

    def reach(self) -> None:
        container = self._root.lstrip("/").partition("/")[0]
        with self._used():
            # What lies in memory has no bucket.
            if self._files.protocol != "memory" and not self._files.exists(container):
                raise SamspilError(f"{self.url}: there is no `{container}`, or you may not see it; make it first")

    @property
    def _files(self) -> AbstractFileSystem:
        return reached(self.url)[0]

    @property
    def _root(self) -> str:
        return reached(self.url)[1]

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")

    @contextlib.contextmanager
    def _used(self) -> Iterator[None]:
        try:
            yield
        except (SamspilError, FileNotFoundError, FileExistsError):
            raise
        except PermissionError as error:
            raise SamspilError(f"{self.url}: no right to do this there: {error}") from error
        except Exception as error:  # every driver of a storage has errors of its own
            raise SamspilError(f"{self.url} cannot be reached: {error}") from error
