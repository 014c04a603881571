"""The access log's months on PostgreSQL, each a partition that is made before its month begins.

The partitions follow each other without a gap: `earlier` holds everything up to the end of the month after that in
which the log was divided, then comes a month at a time. What belongs to a month that nobody made goes to the partition
`other`, so that nothing is lost and nobody's page fails; the next time months are made, that partition becomes theirs,
with all its rows where they are, and a new `other` takes its place. No row is ever moved.

A unique index of a partitioned table must hold the column it is divided by. So the database sees to it that a position
of a chain stands once within a partition; over all of them it is the lock on the chain's head that does (`log.append`),
and verifying that tells.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
from dataclasses import dataclass, field

from django.db import IntegrityError, OperationalError, ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from samspil.access.triggers import refuse_truncate

TABLE = "access_accessrecord"
EARLIER, OTHER = f"{TABLE}_earlier", f"{TABLE}_other"
#: So many months after the present one are made ahead: nothing is late when the daily run fails for a quarter.
AHEAD = 3
#: Whoever makes months waits so long for those who use the log, who wait behind it meanwhile; the next run tries again.
LOCK_TIMEOUT = "2s"
_UPPER = re.compile(r"TO \('(?P<end>[^']+)'\)")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Months:
    """The months that were made, as `2026-12`, and what is wrong, as why others were not made (empty: nothing is)."""

    made: list[str] = field(default_factory=list)
    said: str = ""


def make_ahead(connection: BaseDatabaseWrapper) -> Months:
    """Make the partitions up to `AHEAD` months after the present one; those that are there stay.

    What cannot be made is told and logged, never raised: the log goes on in `other`. Does nothing on a database whose
    log is one table.
    """
    if connection.vendor != "postgresql":
        return Months()
    wanted = month_after(timezone.now(), AHEAD + 1)
    try:
        with connection.cursor() as cursor:
            end = _end(cursor)
        if end is None or end >= wanted:
            return Months()
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            found = _make(cursor, wanted)
    # A row of the next month may come while rows are looked through: then they do not fit into the month, this time.
    except (IntegrityError, OperationalError, ProgrammingError) as error:
        found = Months(
            said=f"months of the access log could not be made now; the next run tries again: {error}".strip()
        )
    if found.said:
        _logger.warning(found.said)
    return found


def _make(cursor: CursorWrapper, wanted: dt.datetime) -> Months:
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    # One at a time, and nobody who reads or writes waits for that; what is there is read again behind the lock.
    cursor.execute(f"LOCK TABLE {TABLE} IN SHARE UPDATE EXCLUSIVE MODE")
    end = _end(cursor)
    assert end is not None
    cursor.execute(f"SELECT max(at), count(*) FILTER (WHERE at < %s) FROM {OTHER}", [wanted])
    newest, late = cursor.fetchone()
    made, said = [], ""
    if newest is not None and month_after(newest) > month_after(timezone.now()):
        said = f"the access log has a row of {newest:%Y-%m-%d %H:%M}, which is not yet: a clock was or is wrong"
        if late:
            # A partition holds what its months hold, and no row is moved.
            return Months(said=f"{said}. Months are not made until then, and rows go on in {OTHER}")
    elif newest is not None:
        until = month_after(newest)
        _make_late(cursor, end, until)
        made.append(f"{timezone.localtime(end):%Y-%m}")
        end = until
    while end < wanted:
        until = month_after(end)
        _create(cursor, _name(end), f"FOR VALUES FROM ('{end.isoformat()}') TO ('{until.isoformat()}')")
        made.append(f"{timezone.localtime(end):%Y-%m}")
        end = until
    return Months(made, said)


def _make_late(cursor: CursorWrapper, end: dt.datetime, until: dt.datetime) -> None:
    """`other` becomes the partition of the months that its rows are of."""
    cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {OTHER}")
    cursor.execute(f"ALTER TABLE {OTHER} RENAME TO {_name(end)}")
    cursor.execute(
        f"ALTER TABLE {TABLE} ATTACH PARTITION {_name(end)} "
        f"FOR VALUES FROM ('{end.isoformat()}') TO ('{until.isoformat()}')"
    )
    create_other(cursor)


def create_other(cursor: CursorWrapper) -> None:
    """The partition of rows whose month nobody made."""
    _create(cursor, OTHER, "DEFAULT")


def _create(cursor: CursorWrapper, name: str, values: str) -> None:
    cursor.execute(f"CREATE TABLE {name} PARTITION OF {TABLE} {values}")
    cursor.execute(f"CREATE UNIQUE INDEX ON {name} (chain, position)")
    refuse_truncate(cursor, name)


def _name(begins: dt.datetime) -> str:
    return f"{TABLE}_{timezone.localtime(begins):%Y_%m}"


def _end(cursor: CursorWrapper) -> dt.datetime | None:
    """Where the last month ends, read from the database itself; None where the log is not divided."""
    cursor.execute(
        "SELECT pg_get_expr(part.relpartbound, part.oid) FROM pg_inherits "
        "JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = %s::regclass",
        [TABLE],
    )
    bounds = [_UPPER.search(text) for (text,) in cursor.fetchall()]
    return max((dt.datetime.fromisoformat(found["end"]) for found in bounds if found), default=None)


def month_after(moment: dt.datetime, months: int = 1) -> dt.datetime:
    """When the month begins that is so many months after that of `moment`, by the calendar of the pages."""
    here = timezone.localtime(moment)
    years, month = divmod(here.month - 1 + months, 12)
    return timezone.make_aware(dt.datetime.combine(dt.date(here.year + years, month + 1, 1), dt.time.min))
