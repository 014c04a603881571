"""How a log that is one table on PostgreSQL becomes one that is divided by months, with its rows where they are.

The table as it is becomes the first partition (`earlier`), up to the end of the next month. What takes long on a
long log (an index, and looking through the rows once) is done first, beside those who read and write; the exchange
itself changes the catalogue alone. Each step can be done again, so that a run that was stopped, or that gave up waiting
for a lock, is followed by another.
"""

from __future__ import annotations

import contextlib
import datetime as dt

from django.db import DatabaseError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from samspil.access import triggers
from samspil.access.operations import index_beside_writers
from samspil.access.partitions import EARLIER, TABLE, create_other, make_ahead, month_after

#: A unique index of a divided table must hold what it is divided by.
_KEY = "access_accessrecord_earlier_key"
_BOUND = "access_log_earlier"


def divide_by_migration(_apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """As a step of a migration that is not one transaction. Does nothing on SQLite."""
    connection = editor.connection
    if connection.vendor != "postgresql":
        return
    if not _is_divided(connection):
        index_beside_writers(connection, _KEY, f"CREATE UNIQUE INDEX CONCURRENTLY {_KEY} ON {TABLE} (id, at)")
        end = _look_through(connection)
        try:
            with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
                _exchange(cursor, end)
                triggers.install(connection)
        except Exception:
            with contextlib.suppress(DatabaseError):
                _take_back(connection)
            raise
    make_ahead(connection)


def closes(connection: BaseDatabaseWrapper) -> dt.datetime | None:
    """When a log takes no more rows whose division was begun and not ended; None otherwise, as of one that is divided.

    It is at least a month ahead, and then the division must have been done again.
    """
    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [_BOUND])
        found = cursor.fetchone()
    return dt.datetime.fromisoformat(found[0].split("'")[1]) if found else None


def _is_divided(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relkind = 'p' FROM pg_class WHERE oid = %s::regclass", [TABLE])
        return bool(cursor.fetchone()[0])


def _look_through(connection: BaseDatabaseWrapper) -> dt.datetime:
    """Where `earlier` ends. That all rows lie before it is written down, so that attaching need not look again."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(at) FROM {TABLE}")
        # The whole next month too: no row is refused if the exchange has to be tried again for days.
        next_month = month_after(timezone.now())
        end = month_after(max(cursor.fetchone()[0] or next_month, next_month))
        cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {_BOUND}")
        cursor.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {_BOUND} CHECK (at < '{end.isoformat()}') NOT VALID")
        cursor.execute(f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT {_BOUND}")
    return end


def _take_back(connection: BaseDatabaseWrapper) -> None:
    """Let the log, which is still one table, take rows for ever again."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS {_BOUND}")


def _exchange(cursor: CursorWrapper, end: dt.datetime) -> None:
    """A divided table under the log's name, and the old one as its first partition."""
    cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
    cursor.execute(f"SELECT last_value + is_called::int FROM {TABLE}_id_seq")
    (following,) = cursor.fetchone()
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index "
        "WHERE indrelid = %s::regclass AND NOT indisunique",
        [TABLE],
    )
    indexes = cursor.fetchall()
    statements = [
        f"DROP TRIGGER access_log_change ON {TABLE}",
        f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_pkey",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {_KEY} PRIMARY KEY USING INDEX {_KEY}",
        f"ALTER TABLE {TABLE} RENAME CONSTRAINT one_row_per_position TO one_row_per_position_earlier",
        f"ALTER TABLE {TABLE} ALTER COLUMN id DROP IDENTITY",
        *(f"ALTER INDEX {name} RENAME TO {name}_earlier" for name, _definition in indexes),
        f"ALTER TABLE {TABLE} RENAME TO {EARLIER}",
        f"CREATE TABLE {TABLE} (LIKE {EARLIER} INCLUDING CONSTRAINTS) PARTITION BY RANGE (at)",
        f"ALTER TABLE {TABLE} DROP CONSTRAINT {_BOUND}",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT {TABLE}_pkey PRIMARY KEY (id, at)",
        *(definition for _name, definition in indexes),
        # A sequence that the column owns, since an identity does not reach partitions before PostgreSQL 17.
        f"CREATE SEQUENCE {TABLE}_id_seq AS bigint START WITH {following} OWNED BY {TABLE}.id",
        f"ALTER TABLE {TABLE} ALTER COLUMN id SET DEFAULT nextval('{TABLE}_id_seq')",
        f"ALTER TABLE {TABLE} ATTACH PARTITION {EARLIER} FOR VALUES FROM (MINVALUE) TO ('{end.isoformat()}')",
        f"ALTER TABLE {EARLIER} DROP CONSTRAINT {_BOUND}",
    ]
    for statement in statements:
        cursor.execute(statement)
    create_other(cursor)
