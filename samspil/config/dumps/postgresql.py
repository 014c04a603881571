"""PostgreSQL: a dump of one snapshot, and its return into an empty database in one transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from samspil.config.dumps import heads, programs
from samspil.definitions import SamspilError

_NOT_OURS = "('pg_catalog', 'information_schema')"


@contextlib.contextmanager
def still(settings: dict[str, Any], target: Path) -> Iterator[Callable[[], heads.LogThen]]:
    """Hold a snapshot that `pg_dump` and the look at the log share; see `Source.still`."""
    with _connected(settings) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        # The transaction waits for the dump, however long that takes; pages have limits, and this is none.
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        connection.execute("SET LOCAL statement_timeout = 0")
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()")

        def write() -> heads.LogThen:
            log = heads.read(connection.execute)
            program = programs.find("pg_dump", _version(connection))
            words = [str(program), "--format=custom", f"--snapshot={snapshot}", "--no-owner", "--no-privileges"]
            target.touch(0o600)
            programs.run([*words, f"--file={target}", f"--dbname={_told(settings)}"], settings["PASSWORD"])
            return log

        yield write


def is_empty(settings: dict[str, Any]) -> bool:
    """Whether there is nothing in the database. Raises SamspilError when it cannot be reached."""
    with _connected(settings) as connection:
        ((found,),) = connection.execute(
            "SELECT count(*) FROM pg_class JOIN pg_namespace AS place ON place.oid = relnamespace "
            f"WHERE nspname NOT IN {_NOT_OURS} AND nspname NOT LIKE 'pg\\_%' "
            # What an extension brought, such as the views of pg_stat_statements, is nobody's data.
            "AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')"
        )
        return not found


def log_of(settings: dict[str, Any]) -> heads.LogThen | None:
    """The access log that the database holds; None when it is no database of the care plane."""
    with _connected(settings) as connection:
        try:
            return heads.read(connection.execute)
        except psycopg.errors.UndefinedTable:
            return None


def check(settings: dict[str, Any]) -> None:
    """Raises SamspilError when there is no program to restore with."""
    with _connected(settings) as connection:
        programs.find("pg_restore", _version(connection))


def restore(settings: dict[str, Any], dump: Path) -> None:
    """Bring a dump into the empty database, wholly or not at all. What is in it belongs to who connects."""
    with _connected(settings) as connection:
        program = programs.find("pg_restore", _version(connection))
    words = [str(program), "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges"]
    programs.run([*words, f"--dbname={_told(settings)}", str(dump)], settings["PASSWORD"])


@contextlib.contextmanager
def _connected(settings: dict[str, Any]) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(_told(settings), password=settings["PASSWORD"] or None) as connection:
            yield connection
    except psycopg.Error as error:
        raise SamspilError(f"the care plane's database cannot be read: {error}".strip()) from error


def _version(connection: psycopg.Connection[Any]) -> int:
    return connection.info.server_version // 10_000


def _told(settings: dict[str, Any]) -> str:
    """How the database is reached, in libpq's words and without the password: others see a program's words."""
    known = {default.keyword.decode() for default in Conninfo.get_defaults()}
    options = {name: value for name, value in settings["OPTIONS"].items() if name in known}
    named = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"], "dbname": settings["NAME"]}
    return make_conninfo(**options, **{name: value for name, value in named.items() if value})
