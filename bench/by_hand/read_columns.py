"""Read columns of the lake once, with nothing done to them: `python read_columns.py LAKE COLUMNS`.

`COLUMNS` is JSON: by `source/table`, the columns to read. A checksum over them makes the engine read every
value.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import duckdb


def main(lake: Path, columns: dict[str, list[str]]) -> None:
    """Read each table once, within the memory of `SAMSPIL_MEMORY` when that is set."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    if limit := os.environ.get("SAMSPIL_MEMORY"):
        connection.execute(f"SET memory_limit = '{limit}'")
    for table, names in columns.items():
        values = ", ".join(f'"{name}"' for name in names)
        rows = connection.execute(
            f"SELECT count(*), bit_xor(hash({values})) FROM '{lake / table}/**/*.parquet'"
        ).fetchone()
        print(table, *(rows or ()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
