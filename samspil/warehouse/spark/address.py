"""Addresses in the words of Spark, which reaches object storage through Hadoop's connectors and not through fsspec."""

from __future__ import annotations

#: The kinds of URL that Hadoop calls something else.
_CALLED = {"s3": "s3a", "gcs": "gs"}


def spoken(address: str) -> str:
    """What Spark is to open. A path is one of its machines, whatever a cluster takes an address without a kind for."""
    kind, separator, rest = address.partition("://")
    if not separator:
        return f"file://{address}"
    return f"{_CALLED.get(kind, kind)}://{rest}"
