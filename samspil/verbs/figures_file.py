"""Every figure of a result as plain values, so that each number of a report can be found again."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel

from samspil.evaluation.figures import Unknown


def figures(result: Any) -> Any:
    """A result as values that JSON can hold: dataclasses by field, money as text, and what is unknown by its reason."""
    if isinstance(result, Unknown):
        return {"unknown": str(result)}
    if isinstance(result, BaseModel):
        return result.model_dump(mode="json", by_alias=True)
    if dataclasses.is_dataclass(result):
        return {field.name: figures(getattr(result, field.name)) for field in dataclasses.fields(result)}
    if isinstance(result, Enum):
        return result.value
    if isinstance(result, Mapping):
        return {_key(key): figures(value) for key, value in result.items()}
    if isinstance(result, list | tuple):
        return [figures(each) for each in result]
    if isinstance(result, Decimal | dt.date):
        return str(result)
    return result


def _key(key: Any) -> str:
    return " -> ".join(map(str, key)) if isinstance(key, tuple) else str(key)
