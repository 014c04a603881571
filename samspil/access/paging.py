"""Pages of the access log by key: the next page begins after the last row shown, however long the log is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from samspil.access.models import AccessRecord

SIZE = 50
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Page:
    """Rows of one page, and the key that the next one begins after; empty when there is none."""

    rows: list[AccessRecord]
    following: str


def to_number(text: str) -> int | None:
    """The number of a record from an address or a form; None for what cannot be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def page_of(rows: QuerySet[AccessRecord], after: str = "", size: int = SIZE) -> Page:
    """The page of `rows`, newest first, that begins after the key `after`. A key that is none gives the first page."""
    key = _read(after)
    if key is not None:
        at, number = key
        # Said twice so that the database can go straight to the place: first by time, then among the same moment.
        rows = rows.filter(at__lte=at).filter(Q(at__lt=at) | Q(id__lt=number))
    found = list(rows.order_by("-at", "-id")[: size + 1])
    following = _write(found[size - 1]) if len(found) > size else ""
    return Page(found[:size], following)


def _write(record: AccessRecord) -> str:
    return f"{(record.at - _EPOCH) // dt.timedelta(microseconds=1)}-{record.pk}"


def _read(key: str) -> tuple[dt.datetime, int] | None:
    at, _, number = key.partition("-")
    if not (at.isascii() and at.isdigit() and number.isascii() and number.isdigit() and len(key) < 40):
        return None
    try:
        return _EPOCH + dt.timedelta(microseconds=int(at)), min(int(number), 2**63 - 1)
    except OverflowError:
        return None
