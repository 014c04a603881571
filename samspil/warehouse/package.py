"""A delivery as it arrives: a folder with `datapackage.json` and one file per table."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from samspil.definitions import SamspilError
from samspil.warehouse.contracts import Contract, contract_for
from samspil.warehouse.state import Days

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DESCRIPTOR = "datapackage.json"


class Refused(SamspilError):
    """A delivery that is not loaded. Nothing of it was, and what was there before is as it was."""


class _Period(BaseModel):
    from_: dt.date = Field(alias="from")
    to: dt.date


class _Header(BaseModel):
    source: str
    owner: str
    contract: str
    period: _Period
    extracted_at: dt.datetime
    legal_basis: str

    @field_validator("extracted_at")
    @classmethod
    def _in_copenhagen(cls, moment: dt.datetime) -> dt.datetime:
        if not 1900 <= moment.year < 9999:
            raise ValueError("no day on which data can have been drawn")
        return moment.replace(tzinfo=COPENHAGEN) if moment.tzinfo is None else moment.astimezone(COPENHAGEN)


class _Resource(BaseModel):
    name: str
    path: str
    hash: str = Field(pattern=r"^sha256:[0-9a-fA-F]{64}$")
    rows: int = Field(ge=0)


class _Descriptor(BaseModel):
    model_config = ConfigDict(extra="ignore")
    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")
    samspil: _Header
    resources: list[_Resource]


@dataclass(frozen=True)
class TableFile:
    """One table of a package: its file, and what the descriptor says of it."""

    table: str
    path: Path
    sha256: str
    rows: int

    @property
    def is_csv(self) -> bool:
        return self.path.suffix.lower() == ".csv"


@dataclass(frozen=True)
class Package:
    """A package whose descriptor can be read and fits the contract of its source."""

    folder: Path
    name: str
    contract: Contract
    owner: str
    period: Days
    extracted_at: dt.datetime
    legal_basis: str
    tables: dict[str, TableFile]
    fingerprint: str
    warnings: tuple[str, ...]

    @property
    def id(self) -> str:
        """Names the delivery in the warehouse: what its owner called it, and its content."""
        return f"{self.name}-{self.fingerprint[:8]}"


def find_packages(folders: list[Path]) -> list[Path]:
    """The package folders among `folders` and directly below them. Raises SamspilError where there is none."""
    found = []
    for folder in folders:
        if (folder / DESCRIPTOR).exists():
            found.append(folder)
            continue
        below = sorted(path.parent for path in folder.glob(f"*/{DESCRIPTOR}"))
        if not below:
            raise SamspilError(f"{folder}: no {DESCRIPTOR} here or in a folder below")
        found += below
    return found


def open_package(folder: Path) -> Package:
    """Read a package's descriptor. Raises Refused naming the file and what is wrong in it."""
    path = folder / DESCRIPTOR
    try:
        content = json.loads(path.read_bytes())
        descriptor = _Descriptor.model_validate(content)
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        faults = [f"`{'.'.join(map(str, f['loc']))}`: {f['msg']}" for f in error.errors()]
        raise Refused(f"{path}: {'; '.join(faults)}") from error
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path}: not valid JSON: {error}") from error
    header = descriptor.samspil
    try:
        contract = contract_for(header.source, header.contract)
    except SamspilError as error:
        raise Refused(f"{path}: {error}") from error
    if header.period.to < header.period.from_:
        raise Refused(f"{path}: the period ends {header.period.to}, before it begins {header.period.from_}")
    tables: dict[str, TableFile] = {}
    warnings = []
    for resource in descriptor.resources:
        if resource.name not in contract.tables:
            warnings.append(f"the table `{resource.name}` is not in the contract of `{contract.source}`; ignored")
            continue
        if resource.name in tables:
            raise Refused(f"{path}: the table `{resource.name}` is listed twice")
        file = _inside(folder, resource.path, path)
        tables[resource.name] = TableFile(resource.name, file, resource.hash[7:].lower(), resource.rows)
    absent = [name for name in contract.tables if name not in tables]
    if absent:
        raise Refused(f"{path}: missing table {', '.join(absent)}; a table may be empty but not absent")
    canonical = json.dumps(
        [descriptor.name, header.model_dump(mode="json"), [[t.table, t.sha256, t.rows] for t in tables.values()]],
        sort_keys=True,
    )
    return Package(
        folder=folder,
        name=descriptor.name,
        contract=contract,
        owner=header.owner,
        period=Days(from_=header.period.from_, to=header.period.to),
        extracted_at=header.extracted_at,
        legal_basis=header.legal_basis,
        tables=tables,
        fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
        warnings=tuple(warnings),
    )


def _inside(folder: Path, relative: str, descriptor: Path) -> Path:
    """The file at `relative`, which must lie in the package's own folder."""
    pure = PurePosixPath(relative)
    path = folder / pure
    try:
        outside = pure.is_absolute() or ".." in pure.parts or not path.resolve().is_relative_to(folder.resolve())
        there = path.is_file()
    except (OSError, ValueError) as error:
        raise Refused(f"{descriptor}: the path `{relative[:100]}` cannot be one of a file: {error}") from error
    if outside:
        raise Refused(f"{descriptor}: the path `{relative}` leads out of the package")
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise Refused(f"{descriptor}: `{relative}` is neither .csv nor .parquet")
    if not there:
        raise Refused(f"{path}: the file is missing")
    return path


def check_hash(file: TableFile) -> None:
    """Raises Refused when the file is not the one its owner described."""
    with file.path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != file.sha256:
        raise Refused(
            f"{file.path}: wrong hash: the descriptor says sha256:{file.sha256[:12]}…, the file is {found[:12]}…; "
            "it was changed or cut short on its way, ask the owner to send it again"
        )


def csv_header(file: TableFile) -> list[str]:
    """The column names of a CSV file. Raises Refused for what is not a comma-separated UTF-8 header."""
    try:
        with file.path.open("rb") as stream:
            header = next(csv.reader([stream.readline(1_000_000).decode("utf-8-sig")]), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{file.path}:1: the header is not UTF-8 CSV: {error}") from error
    if not header:
        raise Refused(f"{file.path}:1: the header is missing; a table without rows has its header")
    if len(header) == 1 and ";" in header[0]:
        raise Refused(f"{file.path}:1: columns are separated by semicolons; the contract says commas")
    check_names(f"{file.path}:1", header)
    return header


def check_names(place: str, names: Sequence[str]) -> None:
    """Raises Refused where columns cannot be told apart by their names, in capitals or not."""
    if len({name.lower() for name in names}) < len(names) or not all(names):
        raise Refused(f"{place}: a column has no name, or two have the same")


def lines_of_records(file: TableFile) -> Sequence[int]:
    """The line on which each record of a CSV file begins, the header first.

    Records are not lines where a value holds a newline, or an empty line stands between them.
    """
    begins, line = array("q"), 1
    with (
        contextlib.suppress(csv.Error),
        file.path.open(encoding="utf-8-sig", errors="replace", newline="") as stream,
    ):
        reader = csv.reader(stream)
        for record in reader:
            if record:
                begins.append(line)
            line = reader.line_num + 1
    return begins
