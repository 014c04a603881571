"""Steps of migrations that let others read and write meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import AddIndex


class AddIndexBesideWriters(AddIndexConcurrently):
    """An index that is built while others write, on PostgreSQL; on SQLite an ordinary one.

    The migration must have `atomic = False`. What a run left behind that was stopped is built again.
    """

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)
            return
        if not schema_editor.collect_sql:
            drop_if_invalid(schema_editor.connection, self.index.name)
        with waiting_for_others(schema_editor.connection):
            super().database_forwards(app_label, schema_editor, from_state, to_state)


def index_beside_writers(connection: BaseDatabaseWrapper, name: str, statement: str) -> None:
    """The same for an index that is written as SQL; one that is there and whole stays. PostgreSQL only."""
    drop_if_invalid(connection, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
        missing = cursor.fetchone()[0]
    if missing:
        with waiting_for_others(connection), connection.cursor() as cursor:
            cursor.execute(statement)


def drop_if_invalid(connection: BaseDatabaseWrapper, name: str) -> None:
    """An index whose building was stopped stands there, is kept up to date, and serves nobody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT true FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid", [name])
        if cursor.fetchone():
            cursor.execute(f"DROP INDEX {name}")


@contextmanager
def waiting_for_others(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """An index is built concurrently by waiting for every transaction that is open, with nobody waiting behind it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        (before,) = cursor.fetchone()
        cursor.execute("SET lock_timeout = 0")
        try:
            yield
        finally:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
