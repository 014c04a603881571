"""One synthetic region of 20,000 persons for all tests of the room, and its tables as DuckDB views."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from samspil.synth import Region, write_region
from samspil.synth.contract import SOURCES
from samspil.warehouse.contracts import table

AS_OF = date(2015, 9, 30)
PERSONS, SEED = 20_000, 7
#: The columns marked ◆: their dates lie within the delivery's period.
PERIOD_COLUMN = {
    name: period for tables in SOURCES.values() for name in tables if (period := table(name).period) is not None
}


@dataclass(frozen=True)
class Written:
    """A region on disk."""

    out: Path
    region: Region


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    out = tmp_path_factory.mktemp("region")
    return Written(out, write_region(out, persons=PERSONS, seed=SEED, as_of=AS_OF, workers=1))


@pytest.fixture(scope="session")
def database(written: Written) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for folder in written.region.folders.values():
            for file in folder.glob("*.parquet"):
                connection.execute(f"create view {file.stem} as from '{file}'")
        for name in ("truth", "truth_practices"):
            connection.execute(f"create view {name} as from '{written.out}/{name}.parquet'")
        connection.execute(f"""
            create table citizen as
            select *, date_diff('year', birth_date, date '{AS_OF}')
                - (strftime(birth_date, '%m%d') > strftime(date '{AS_OF}', '%m%d'))::int as age
            from person join truth using (cpr)""")
        yield connection


@pytest.fixture(scope="session")
def ask(database: duckdb.DuckDBPyConnection) -> Callable[[str], Any]:
    """The single value of a query; a row of them when there are several columns."""

    def one(query: str) -> Any:
        row = database.execute(query).fetchone()
        assert row is not None
        return row[0] if len(row) == 1 else row

    return one
