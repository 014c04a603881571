"""Five indicators by hand-written SQL (`indicators.sql`) on DuckDB: `python sql_indicators.py LAKE OUT DAY`."""

from __future__ import annotations

import datetime as dt
import os
import sys
from pathlib import Path
from string import Template

import duckdb
from dateutil.relativedelta import relativedelta


def main(lake: Path, out: Path, day: dt.date) -> None:
    """Write `indicators.parquet` to `out`, within the memory of `SAMSPIL_MEMORY` when that is set."""
    months = {"quarter_ago": 3, "half_year_ago": 6, "year_ago": 12, "two_years_ago": 24}
    days = {"day": day, **{name: day - relativedelta(months=count) for name, count in months.items()}}
    sql = Template(Path(__file__).with_name("indicators.sql").read_text("utf-8")).substitute(
        {name: f"DATE '{value}'" for name, value in days.items()}, lake=lake, out=out / "indicators.parquet"
    )
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    if limit := os.environ.get("SAMSPIL_MEMORY"):
        connection.execute(f"SET memory_limit = '{limit}'")
        connection.execute(f"SET temp_directory = '{out / 'spill'}'")
    connection.execute(sql)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), dt.date.fromisoformat(sys.argv[3]))
