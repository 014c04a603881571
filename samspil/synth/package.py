"""Writing deliveries: one folder per source with a Parquet file per table and its datapackage.json."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from samspil.synth.contract import CONTRACT, PROGRAMME_SOURCE, PROGRAMME_TABLES, SOURCES
from samspil.synth.flaws import WRONG_HASH
from samspil.synth.plan import Plan
from samspil.synth.reference import reference

_ROW_GROUP = 200_000  # rows gathered before they are written; large tables come in larger pieces anyway
_UNIQUE = {"contact_id"}  # columns without repeats are not worth a dictionary


class TableFile:
    """A Parquet file that grows by pieces. Small pieces are gathered into row groups."""

    def __init__(self, path: Path) -> None:
        self.path, self.rows = path, 0
        self._waiting: list[pa.Table] = []
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table)
        self.rows += table.num_rows
        if sum(piece.num_rows for piece in self._waiting) >= _ROW_GROUP:
            self._write()

    def close(self) -> None:
        self._write()
        if self._writer:
            self._writer.close()

    def _write(self) -> None:
        if not self._waiting:
            return
        table = self._waiting[0]
        if len(self._waiting) > 1:
            table = pa.concat_tables(self._waiting).unify_dictionaries().combine_chunks()
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self.path,
                table.schema,
                compression="zstd",
                compression_level=1,
                store_schema=False,
                store_decimal_as_integer=True,
                use_dictionary=[c for c in table.column_names if c not in _UNIQUE],
            )
        self._writer.write_table(table, row_group_size=max(table.num_rows, 1))
        self._waiting = []


class Deliveries:
    """The delivery packages of all sources below `out`, written table by table.

    A package is complete when its datapackage.json is there: that file is removed first and written last.
    """

    def __init__(self, out: Path, plan: Plan) -> None:
        self.plan = plan
        self._sources = SOURCES | ({PROGRAMME_SOURCE: PROGRAMME_TABLES} if plan.programme else {})
        self.folders = {source: out / source for source in self._sources}
        self._files: dict[str, TableFile] = {}
        for source, folder in self.folders.items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "datapackage.json").unlink(missing_ok=True)
            self._files |= {table: TableFile(folder / f"{table}.parquet") for table in self._sources[source]}

    @property
    def rows(self) -> dict[str, int]:
        """Rows per table so far."""
        return {name: file.rows for name, file in self._files.items()}

    def add(self, tables: dict[str, pa.Table]) -> None:
        for name, table in tables.items():
            self._files[name].add(table)

    def close(self) -> None:
        """Finish every file and describe each package."""
        for file in self._files.values():
            file.close()
        for source, folder in self.folders.items():
            text = json.dumps(self._descriptor(source), ensure_ascii=False, indent=2) + "\n"
            (folder / "datapackage.json").write_text(text, encoding="utf-8")

    def _descriptor(self, source: str) -> dict[str, Any]:
        window, owner = self.plan.window, reference("region")["owners"][source]
        resources = []
        for table in self._sources[source]:
            file = self._files[table]
            digest = _sha256(file.path)
            if self.plan.flaws and table == WRONG_HASH:
                digest = digest[::-1]
            resources.append({"name": table, "path": file.path.name, "hash": f"sha256:{digest}", "rows": file.rows})
        return {
            "name": f"{source.replace('_', '-')}-{window.extracted_at.date().isoformat()}",
            "samspil": {
                "source": source,
                "owner": owner["owner"],
                "contract": CONTRACT[source],
                "period": {"from": window.first.isoformat(), "to": window.as_of.isoformat()},
                "extracted_at": window.extracted_at.isoformat(),
                "legal_basis": owner["legal_basis"],
            },
            "resources": resources,
        }


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
