"""A long access log in no time: rows made by the database itself, for tests of how searches go about it."""

import datetime as dt
from itertools import pairwise

from django.db import connection

#: How rows are spread: of so many rows one is of each, so a citizen of 20,000 has ten rows of 200,000.
CITIZENS, USERS, ORGANISATIONS = 20_000, 500, 100
#: Users and citizens are numbered from here, so that none has the number of a record that a test makes.
FIRST = 1_000_000
#: One row in so many was refused; one in so many is the officer's.
REFUSED_EVERY, OFFICER_EVERY = 50, 1000

_COLUMNS = (
    "chain, position, at, user_id, user_name, role, organisation_id, organisation_name, verb, resource, detail, "
    "citizen_id, purpose, basis, outcome, reason, digest"
)
_VALUES = f"""
    100 + n % 16, n / 16, {{at}}, {FIRST} + n % {USERS}, 'Somebody',
    CASE WHEN n % {OFFICER_EVERY} = 0 THEN 'dpo' ELSE 'gp' END,
    n % {ORGANISATIONS}, 'Somewhere', 'read', 'citizen_record', '', {FIRST} + (n * 7919) % {CITIZENS}, 'care',
    'treating_practice', CASE WHEN n % {REFUSED_EVERY} = 0 THEN 'refused' ELSE 'allowed' END, '', ''
"""
_AT = {
    "postgresql": "timestamptz '2026-06-01' - n * interval '2 minutes'",
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', '2026-06-01', '-' || (n * 2) || ' minutes')",
}
_NUMBERS = {
    "postgresql": "generate_series(0, {last}) AS numbers(n)",
    "sqlite": "(WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {last}) "
    "SELECT n FROM numbers)",
}


def fill_log(rows: int) -> None:
    """Add `rows` rows, one every two minutes back in time from 1 June 2026; they are not chained.

    On PostgreSQL they lie in the partitions of their months, as a log does that has been used for years.
    """
    vendor = connection.vendor
    with connection.cursor() as cursor:
        if vendor == "postgresql":
            _divide(cursor)
        cursor.execute(
            f"INSERT INTO access_accessrecord ({_COLUMNS}) SELECT {_VALUES.format(at=_AT[vendor])} "
            f"FROM {_NUMBERS[vendor].format(last=rows - 1)}"
        )
        cursor.execute("ANALYZE access_accessrecord")


def _divide(cursor) -> None:
    """Months from May 2025 to June 2026, in place of the partition of everything earlier."""
    cursor.execute("ALTER TABLE access_accessrecord DETACH PARTITION access_accessrecord_earlier")
    months = [dt.date(2025 + number // 12, number % 12 + 1, 1) for number in range(4, 19)]
    for begins, ends in pairwise(months):
        name = f"access_accessrecord_{begins:%Y_%m}"
        cursor.execute(
            f"CREATE TABLE {name} PARTITION OF access_accessrecord FOR VALUES FROM ('{begins}') TO ('{ends}')"
        )
        cursor.execute(f"CREATE UNIQUE INDEX ON {name} (chain, position)")
