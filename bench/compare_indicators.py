"""Whether indicators counted by hand are those of a run: `python compare_indicators.py RUN FOUND...`.


Compared are the persons and who is met, for every practice and indicator that was counted by hand. The first that
differ are told, and fail.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb


class Differs(AssertionError):
    """Counts that should be the same and are not."""


def assert_same(run: Path, found: Path) -> int:
    """Raise Differs unless every count is that of the run, and no practice is left out. Returns how many counts."""
    kept = f"(SELECT * FROM '{run / 'results.parquet'}' WHERE level = 'practice' AND outcome <> 'not_collected')"
    counted = f"'{found / 'indicators.parquet'}'"
    wanted = f"(SELECT * FROM {kept} WHERE persons > 0 AND indicator IN (SELECT indicator FROM {counted}))"
    different = duckdb.sql(f"""
        SELECT unit, indicator, r.persons, h.persons, r.met, h.met
        FROM {wanted} r FULL JOIN {counted} h USING (unit, indicator)
        WHERE r.persons IS DISTINCT FROM h.persons OR r.met IS DISTINCT FROM h.met
        ORDER BY ALL LIMIT 5""").fetchall()
    if different:
        rows = "\n".join(f"  {row}" for row in different)
        raise Differs(f"{found}: unit, indicator, persons here and there, met here and there\n{rows}")
    (count,) = duckdb.sql(f"SELECT count(*) FROM {counted}").fetchone() or (0,)
    return int(count)


if __name__ == "__main__":
    for folder in sys.argv[2:]:
        print(f"{Path(folder).name} {assert_same(Path(sys.argv[1]), Path(folder)):,} counts")
