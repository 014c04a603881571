"""A harvest as a delivery: one folder that the warehouse can load, whole or not at all.

The files hold CPR numbers: folder and files are for their owner only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from samspil.definitions import SamspilError
from samspil.warehouse.contracts import Contract, Table
from samspil.warehouse.files import replace_file, sync
from samspil.warehouse.package import COPENHAGEN, DESCRIPTOR

_TYPES = {
    "date": pa.date32(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "money": pa.decimal128(12, 2),
}


@dataclass(frozen=True)
class Header:
    """What the descriptor says of a harvest; `first` and `until` are the days it covers, both of them included."""

    owner: str
    first: dt.date
    until: dt.date
    legal_basis: str

    @property
    def extracted_at(self) -> dt.datetime:
        """The end of the last day, whenever the harvest was made: so the same data give the same bytes."""
        return dt.datetime.combine(self.until, dt.time(23, 59, 59), COPENHAGEN)


def check_folder(folder: Path, contract: Contract) -> None:
    """Raises SamspilError for a folder that cannot be written to, or that holds something else than a harvest."""
    own = {DESCRIPTOR, *(f"{name}.parquet" for name in contract.tables)}
    own |= {f".{name}.new" for name in own}
    try:
        if not folder.exists():
            return
        others = sorted(path.name for path in folder.iterdir() if path.name not in own)
        if not others and (folder / DESCRIPTOR).exists() and _source(folder) != contract.source:
            others = [f"a delivery of `{_source(folder)}`"]
    except NotADirectoryError as error:
        raise SamspilError(f"{folder}: is a file; `--out` names a folder") from error
    except OSError as error:
        raise SamspilError(f"{folder}: cannot be read: {error.strerror}") from error
    if others:
        raise SamspilError(f"{folder}: holds {others[0]} already; harvest into an empty folder, or that of a harvest")


def _source(folder: Path) -> str:
    """Whose delivery lies in a folder; `?` for a descriptor that cannot be read."""
    try:
        return str(json.loads((folder / DESCRIPTOR).read_bytes())["samspil"]["source"])
    except (ValueError, LookupError, TypeError):
        return "?"


def write_package(
    folder: Path, contract: Contract, header: Header, tables: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Write every table of the contract, those without rows empty, in place of what an earlier harvest left.

    The descriptor goes first and comes last: without it nothing is loaded, so a harvest that is killed leaves nothing
    that could be. The same rows give the same bytes.
    """
    check_folder(folder, contract)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        (folder / DESCRIPTOR).unlink(missing_ok=True)
        sync(folder)
        resources = []
        for name, table in contract.tables.items():
            rows = tables.get(name, [])
            content = as_parquet(table, rows)
            replace_file(folder / f"{name}.parquet", content, mode=0o600)
            digest = hashlib.sha256(content).hexdigest()
            resources.append({"name": name, "path": f"{name}.parquet", "hash": f"sha256:{digest}", "rows": len(rows)})
        text = json.dumps(_descriptor(contract, header, resources), ensure_ascii=False, indent=2) + "\n"
        replace_file(folder / DESCRIPTOR, text.encode(), mode=0o600)
    except OSError as error:
        raise SamspilError(f"{folder}: cannot be written to: {error.strerror}") from error


def as_parquet(table: Table, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows as a Parquet file with exactly the columns of the contract; a column of texts stays one."""
    columns = {}
    for name, column in table.columns.items():
        values = [row[name] for row in rows]
        texts = any(isinstance(value, str) for value in values)
        columns[name] = pa.array(values, pa.string() if texts else _TYPES.get(column.type, pa.string()))
    written = pa.table(columns)
    stream = io.BytesIO()
    pq.write_table(written, stream, compression="zstd", store_schema=False)
    return stream.getvalue()


def _descriptor(contract: Contract, header: Header, resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": f"{contract.source.replace('_', '-')}-{header.until.isoformat()}",
        "samspil": {
            "source": contract.source,
            "owner": header.owner,
            "contract": contract.contract,
            "period": {"from": header.first.isoformat(), "to": header.until.isoformat()},
            "extracted_at": header.extracted_at.isoformat(),
            "legal_basis": header.legal_basis,
        },
        "resources": resources,
    }
