"""Triggers that make the database itself refuse to change or remove rows of the access log.

On PostgreSQL a row's trigger comes to every partition with the table's own; the one against TRUNCATE does not, so that
each partition gets it by itself: whoever writes to a partition directly meets both.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper

_TABLE = "access_accessrecord"
_SAYS = "the access log is append-only"
_INSTALL = {
    "sqlite": [
        f"CREATE TRIGGER access_log_{verb} BEFORE {verb} ON {_TABLE} BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
        for verb in ("update", "delete")
    ],
    "postgresql": [
        f"""CREATE OR REPLACE FUNCTION access_log_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$""",
        f"""CREATE TRIGGER access_log_change BEFORE UPDATE OR DELETE ON {_TABLE}
        FOR EACH ROW EXECUTE FUNCTION access_log_refuse()""",
    ],
}
_REMOVE = {
    "sqlite": ["DROP TRIGGER IF EXISTS access_log_update", "DROP TRIGGER IF EXISTS access_log_delete"],
    "postgresql": [f"DROP TRIGGER IF EXISTS access_log_change ON {_TABLE}"],
}


def install(connection: BaseDatabaseWrapper) -> None:
    """From now on the log can only grow."""
    with connection.cursor() as cursor:
        for statement in _INSTALL[connection.vendor]:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            for table in _tables(cursor):
                refuse_truncate(cursor, table)


def remove(connection: BaseDatabaseWrapper) -> None:
    """For taking the schema down."""
    with connection.cursor() as cursor:
        for statement in _REMOVE[connection.vendor]:
            cursor.execute(statement)
        if connection.vendor == "postgresql":
            for table in _tables(cursor):
                cursor.execute(f"DROP TRIGGER IF EXISTS access_log_truncate ON {table}")


def refuse_truncate(cursor: CursorWrapper, table: str) -> None:
    """One table, of the log or a partition of it, cannot be emptied. PostgreSQL only."""
    cursor.execute(
        f"""CREATE OR REPLACE TRIGGER access_log_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse()"""
    )


def _tables(cursor: CursorWrapper) -> list[str]:
    """The log's table and its partitions, where it has any."""
    cursor.execute("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass", [_TABLE])
    return [_TABLE, *(name for (name,) in cursor.fetchall())]


def install_by_migration(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """As a step of a migration."""
    install(editor.connection)


def remove_by_migration(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """As a step of a migration, backwards."""
    remove(editor.connection)
