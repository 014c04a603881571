"""The verb that brings the care plane's database to this version, beside those who use it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

#: How long one attempt waits for a table. Whoever asks for the table after it waits as long, so it is short.
LOCK_TIMEOUT = "2s"
#: Between two attempts others get on with their work.
PAUSE = dt.timedelta(seconds=3)
WAIT = dt.timedelta(minutes=10)
#: Stands for "migrating" among the advisory locks of the database.
_ALONE = 7_265_316
#: A lock that was not had in time, and two sessions that waited for each other (PostgreSQL's codes of errors).
_IN_THE_WAY = {"55P03", "40P01"}


def migrate(*, wait: dt.timedelta = WAIT, tell: Callable[[str], None] | None = None) -> list[str]:
    """Bring the care plane's database and static files to this version of Samspil. Returns what was applied.

    A change that needs a table for itself gives up after `LOCK_TIMEOUT` and is tried again until `wait` has passed;
    `tell` hears of it. Raises SamspilError when the database cannot be reached, and when it was in use all the time:
    then every change is either done or not begun, and the verb can be given again; the message says by when, if a
    killed run left the access log with an end.
    """
    care_plane()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415
    from django.db.utils import OperationalError  # noqa: PLC0415

    from samspil.access.partitions import make_ahead  # noqa: PLC0415

    tell = tell or (lambda _said: None)
    until = time.monotonic() + wait.total_seconds()
    try:
        with _alone(connection, until, tell):
            applied = pending()
            _apply(connection, until, tell)
            call_command("createcachetable", verbosity=0)
            said = make_ahead(connection).said
            if said:
                tell(said)
    except OperationalError as error:
        raise SamspilError(f"the care plane's database cannot be reached: {error}") from error
    call_command("collectstatic", interactive=False, verbosity=0)
    return applied


def pending() -> list[str]:
    """The migrations that are not applied yet, such as `lists.0001_initial`."""
    care_plane()
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _apply(connection: BaseDatabaseWrapper, until: float, tell: Callable[[str], None]) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db.utils import OperationalError  # noqa: PLC0415

    if connection.vendor != "postgresql":
        call_command("migrate", interactive=False, verbosity=0)
        return
    while True:
        try:
            with connection.cursor() as cursor:
                # Looking through a long log takes as long as it takes, whatever limit the pages have.
                cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'; SET statement_timeout = 0")
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in _IN_THE_WAY:
                raise
            who = _who_is_in_the_way(connection)
            if time.monotonic() >= until:
                raise SamspilError(
                    f"a table of the care plane is in use by others{who}, and was not changed. "
                    f"{_how_far(connection)}: run `samspil migrate` again when there is less to do"
                ) from error
            tell(f"a table is in use by others{who}; nobody waits for it, and it is tried again")
            time.sleep(PAUSE.total_seconds())
        else:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout; RESET statement_timeout")
            return


def _how_far(connection: BaseDatabaseWrapper) -> str:
    """What a change that was given up leaves."""
    from django.utils import timezone  # noqa: PLC0415

    from samspil.access.dividing import closes  # noqa: PLC0415

    end = closes(connection)
    if end is None:
        return "Nothing is half-done"
    return f"Until it is done the access log takes rows until {timezone.localtime(end):%Y-%m-%d} only"


def _who_is_in_the_way(connection: BaseDatabaseWrapper) -> str:
    """The oldest transaction beside this one, which is most likely the one that is waited for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, extract(epoch FROM now() - xact_start)::int FROM pg_stat_activity WHERE xact_start < now() "
            "AND pid <> pg_backend_pid() AND datname = current_database() ORDER BY xact_start LIMIT 1"
        )
        found = cursor.fetchone()
    return f" (process {found[0]} of the database has had a transaction open for {found[1]} s)" if found else ""


@contextmanager
def _alone(connection: BaseDatabaseWrapper, until: float, tell: Callable[[str], None]) -> Iterator[None]:
    """Of several machines that are brought to a version at once, one changes the database and the others find it done.

    Asked for again and again, not waited for: an index that is built beside writers would wait for whoever waits.
    """
    if connection.vendor != "postgresql":
        yield
        return
    while not _took(connection):
        if time.monotonic() >= until:
            raise SamspilError("another `samspil migrate` is running; run it again when that one has ended")
        tell("another `samspil migrate` is running; waiting for it")
        time.sleep(PAUSE.total_seconds())
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_ALONE])


def _took(connection: BaseDatabaseWrapper) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_ALONE])
        return bool(cursor.fetchone()[0])
