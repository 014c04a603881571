"""Triggers that make the database itself refuse to change or remove rows of the access log."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

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
        f"""CREATE TRIGGER access_log_truncate BEFORE TRUNCATE ON {_TABLE}
        FOR EACH STATEMENT EXECUTE FUNCTION access_log_refuse()""",
    ],
}
_REMOVE = {
    "sqlite": ["DROP TRIGGER IF EXISTS access_log_update", "DROP TRIGGER IF EXISTS access_log_delete"],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS access_log_change ON {_TABLE}",
        f"DROP TRIGGER IF EXISTS access_log_truncate ON {_TABLE}",
    ],
}


def install(connection: BaseDatabaseWrapper) -> None:
    """From now on the log can only grow."""
    _run(connection, _INSTALL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """For taking the schema down."""
    _run(connection, _REMOVE)


def _run(connection: BaseDatabaseWrapper, statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)


def install_by_migration(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """As a step of a migration."""
    install(editor.connection)


def remove_by_migration(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """As a step of a migration, backwards."""
    remove(editor.connection)
