"""Every text of a definition, with the path to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from samspil.programmes.schema import Text


def texts(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Text]]:
    """Every `Text` inside `part`."""
    if isinstance(part, Text):
        yield path, part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from texts(getattr(part, name), (*path, name))
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from texts(value, (*path, name))
    elif isinstance(part, list | tuple):
        for number, value in enumerate(part):
            yield from texts(value, (*path, number))
