"""Pages by key of what is told in time: the next begins after the last row shown, however much there is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
SIZE = 50
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Rows of one page, and the key that the next one begins after; empty when there is none."""

    rows: list[Row]
    following: str


def to_number(text: str) -> int | None:
    """The number of a record from an address or a form; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def page_of(rows: QuerySet[Row], after: str = "", size: int = SIZE, moment: str = "at") -> Page[Row]:
    """The page of `rows`, newest first, that begins after the key `after`. A key that is none gives the first page.

    `moment` is the field that says when.
    """
    key = _read(after)
    if key is not None:
        at, number = key
        # Said twice so that the database can go straight to the place: first by time, then among the same moment.
        rows = rows.filter(**{f"{moment}__lte": at}).filter(Q(**{f"{moment}__lt": at}) | Q(id__lt=number))
    found = list(rows.order_by(f"-{moment}", "-id")[: size + 1])
    following = _write(getattr(found[size - 1], moment), found[size - 1].pk) if len(found) > size else ""
    return Page(found[:size], following)


def _write(at: dt.datetime, number: int) -> str:
    return f"{(at - _EPOCH) // dt.timedelta(microseconds=1)}-{number}"


def _read(key: str) -> tuple[dt.datetime, int] | None:
    at, _, number = key.partition("-")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit() and len(key) < 40):
        return None
    try:
        return _EPOCH + dt.timedelta(microseconds=int(at)), min(int(number), 2**63 - 1)
    except OverflowError:
        return None
