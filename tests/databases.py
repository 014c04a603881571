"""PostgreSQL databases of a test's own, whose tables it may change for good."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

#: The version whose access log is one table.
BEFORE = [("access", "0005_cluster_leadership")]


@contextmanager
def copied(template: str, *, keep: bool = False) -> Iterator[str]:
    """A copy of a database in place of the one that other tests use, for this process and its threads."""
    usual, own = connection.settings_dict["NAME"], f"own_{uuid.uuid4().hex[:8]}"
    _with_nobody_there(
        # Threads of other tests may have stayed, and a database that somebody is connected to cannot be copied.
        f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        f"WHERE datname = '{template}' AND pid <> pg_backend_pid()",
        f'CREATE DATABASE "{own}" TEMPLATE "{template}"',
    )
    connection.settings_dict["NAME"] = own
    try:
        # Its log is sealed apart: a seal of the one fits the other no more as soon as either has a new row.
        with tempfile.TemporaryDirectory() as folder, override_settings(LOG_SEALS=Path(folder) / "seals.jsonl"):
            yield own
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        if not keep:
            drop(own)


def made_before() -> str:
    """A database of the version `BEFORE`; its name. Whoever made it drops it."""
    with copied("template1", keep=True) as name:
        executor = MigrationExecutor(connection)
        executor.migrate([node for node in executor.loader.graph.leaf_nodes() if node[0] != "access"] + BEFORE)
    return name


def drop(name: str) -> None:
    """Whoever is connected to it is thrown out."""
    _with_nobody_there(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _with_nobody_there(*statements: str) -> None:
    connection.close()
    with connection._nodb_cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
