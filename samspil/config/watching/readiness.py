"""Whether this process can answer requests now, asked so that nothing is written and little is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from samspil.access.models import AccessRecord


def failing() -> list[str]:
    """Which of `CHECKS` do not hold, by name. Without a database what needs it is not asked."""
    failed = []
    for name, holds in CHECKS.items():
        try:
            good = holds()
        except Error:
            good = False
        if not good:
            failed.append(name)
            if name == "database":
                break
    return failed


def _home() -> bool:
    """SQLite writes beside its file. With PostgreSQL the application goes on: a seal that is not kept is warned of."""
    return connection.vendor != "sqlite" or os.access(Path(connection.settings_dict["NAME"]).parent, os.W_OK)


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


@cache
def _migrations_here() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.nodes)


def _migrations() -> bool:
    """A database that is ahead of this process is one that is being brought to the next version, and serves."""
    applied = MigrationRecorder.Migration.objects.values_list("app", "name")
    return _migrations_here() <= set(applied)


def _cache() -> bool:
    """Without its table no log-in can be throttled, and so nobody logs in."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE 1 = 0")
    return True


def _log() -> bool:
    """Whoever cannot be logged is shown nothing: a standby, or a user that may only read, answers no request."""
    if connection.vendor == "sqlite":
        return os.access(connection.settings_dict["NAME"], os.W_OK)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege(%s, 'INSERT') AND current_setting('transaction_read_only') = 'off'",
            [AccessRecord._meta.db_table],
        )
        return bool(cursor.fetchone()[0])


#: In the order they are asked.
CHECKS: dict[str, Callable[[], bool]] = {
    "home": _home,
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
    "log": _log,
}
