"""A warehouse for one test, and what tests look for in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from samspil import verbs
from samspil.verbs.deliveries import IngestReport
from samspil.warehouse.home import Home
from samspil.warehouse.load import LoadReport
from samspil.warehouse.state import State, read_state
from tests.warehouse.packages import Package


@dataclass
class House:
    """A home below `root`, and the packages that are delivered to it."""

    root: Path
    delivered: int = 0

    @property
    def home(self) -> Path:
        return self.root / "home"

    def folder(self) -> Path:
        """A new folder for a package."""
        self.delivered += 1
        return self.root / "packages" / f"{self.delivered:03d}"

    def ingest(self, *packages: Package) -> IngestReport:
        """Deliver packages in one call."""
        return verbs.ingest([package.write(self.folder()) for package in packages], home=self.home)

    def load(self, package: Package) -> LoadReport:
        """Deliver one package that must load."""
        report = self.deliver(package)
        assert report.refused is None, report.refused
        return report

    def refuse(self, package: Package) -> str:
        """Deliver one package that must be refused; returns why it was."""
        report = self.deliver(package)
        assert report.refused is not None, "the delivery was loaded"
        return report.refused

    def deliver(self, package: Package) -> LoadReport:
        (report,) = self.ingest(package).packages
        return report

    def state(self) -> State:
        return read_state(Home.find(self.home))

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table of the lake."""
        return verbs.tables(self.home)[table].to_pyarrow().to_pylist()

    def column(self, table: str, name: str) -> list[Any]:
        """One column of a table of the lake, in the order of its values."""
        return sorted(row[name] for row in self.rows(table))

    def counts(self) -> dict[str, int]:
        """The rows of each table that can be read, all columns of them."""
        return {name: len(table.to_pyarrow()) for name, table in verbs.tables(self.home).items()}

    def rejects(self, delivery: str | None = None) -> list[dict[str, Any]]:
        return verbs.rejects(delivery, home=self.home).to_pylist()

    def person(self, cpr: str) -> int:
        return verbs.person_id(cpr, "test", home=self.home)

    def files(self, *below: str) -> dict[str, bytes]:
        """The content of every file of the home, or of some of its folders, by its path."""
        places = [self.home / part for part in below] if below else [self.home]
        found = [path for place in places for path in place.rglob("*") if path.is_file()]
        return {path.relative_to(self.home).as_posix(): path.read_bytes() for path in found}

    def files_with(self, *words: str) -> set[str]:
        """The files of the home in which one of the words stands, those inside Parquet uncompressed."""
        found = set()
        for name, content in self.files().items():
            text = content.decode("utf-8", "replace") + name
            if name.endswith(".parquet"):
                text += str(pq.read_table(self.home / name).to_pylist()) + str(
                    pq.read_metadata(self.home / name).metadata
                )
            if any(word in text for word in words):
                found.add(name)
        return found


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    """A moment as the clock on the wall showed it."""
    return dt.datetime.fromisoformat(text)
