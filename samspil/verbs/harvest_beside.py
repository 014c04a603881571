"""What goes with a harvest though the care plane does not keep it: the accounts, and the meetings of teams.

A harvest replaces all that an earlier delivery told of programmes, so what comes from elsewhere has to go with it.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.warehouse.contracts import Contract

#: Tables without anybody in them. What is about citizens needs their consent, and comes from the care plane alone.
TABLES = ("team_meeting", "programme_cost")


def read_beside(folder: Path, contract: Contract) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table whose CSV file lies in a folder, as text; `samspil ingest` reads and checks the values.

    Raises SamspilError where there is none, and for a file that is not the contract's CSV, naming file and line.
    """
    files = {name: folder / f"{name}.csv" for name in TABLES if (folder / f"{name}.csv").is_file()}
    if not files:
        wanted = " or ".join(f"{name}.csv" for name in TABLES)
        raise SamspilError(f"{folder}: there is no {wanted}; leave out `--beside` when nothing goes with the harvest")
    return {name: _read(path, list(contract.tables[name].columns)) for name, path in files.items()}


def _read(path: Path, columns: list[str]) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            lacking = [name for name in columns if name not in (reader.fieldnames or [])]
            if lacking:
                raise SamspilError(f"{path}:1: the header has no {', '.join(lacking)}; commas stand between columns")
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise SamspilError(f"{path}:{reader.line_num}: as many values as columns are needed")
                rows.append({name: row[name] or None for name in columns})
            return rows
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SamspilError(f"{path}: cannot be read as UTF-8 CSV: {error}") from error
