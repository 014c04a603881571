"""Rows by the million: SQL for PostgreSQL that makes each row from its number, in one statement for a kind of row."""

from __future__ import annotations

from typing import Any

from django.core.management.color import no_style
from django.db import connection, models
from django.db.backends.utils import CursorWrapper

FIRST_NAMES = (
    *("Anna", "Bent", "Birthe", "Carl", "Dorte", "Erik", "Gerda", "Hans", "Inge", "Jens"),
    *("Karen", "Lars", "Mette", "Niels", "Olga", "Poul", "Rigmor", "Søren", "Tove", "Åge"),
)
LAST_NAMES = (
    *("Andersen", "Bech", "Christensen", "Dam", "Eriksen", "Frandsen", "Græsholm", "Hansen", "Iversen", "Jensen"),
    *("Kjær", "Larsen", "Møller", "Nielsen", "Olsen", "Poulsen", "Rasmussen", "Sørensen", "Thomsen", "Ågård"),
)


def pick(key: str, what: int, of: int) -> str:
    """SQL: one of 0 … `of`-1, which depends on `key` and on what is picked, and looks random."""
    return f"(hashint8extended(({key})::bigint, {what}) & 9223372036854775807) % {of}"


def insert(cursor: CursorWrapper, model: type[models.Model], rows: str, /, **values: str | None) -> None:
    """Insert what SQL makes of `rows`. A column that is not named has its default; a key of None is the next one."""
    fields = model._meta.local_fields
    assert not (unknown := values.keys() - {field.column for field in fields}), unknown
    found = {field.column: values.get(field.column, _default(field)) for field in fields}
    columns = {column: value for column, value in found.items() if value is not None}
    names = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {", ".join(columns.values())} FROM {rows}')


def _default(field: models.Field[Any, Any]) -> str:
    if field.null:
        return "NULL"
    value = field.get_default()
    return str(value) if isinstance(value, bool | int) else f"'{value}'"


def when(*cases: tuple[str, str], other: str = "NULL") -> str:
    return f"CASE {' '.join(f'WHEN {condition} THEN {value}' for condition, value in cases)} ELSE {other} END"


def name(key: str) -> str:
    """A name that goes with a number."""
    parts = [
        f"(ARRAY[{', '.join(repr(name) for name in names)}])[1 + {pick(key, what, len(names))}]"
        for what, names in ((30, FIRST_NAMES), (31, LAST_NAMES))
    ]
    return " || ' ' || ".join(parts)


def go_on_counting(*made: type[models.Model]) -> None:
    """The next key of each is after the last one that was written."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), made):
            cursor.execute(statement)
