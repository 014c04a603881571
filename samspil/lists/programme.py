"""The programmes whose lists are published, and what each says about review and inclusion."""

from __future__ import annotations

import datetime as dt
from functools import cache

from samspil.definitions import SamspilError
from samspil.programmes import Programme
from samspil.programmes.in_use import programme, programmes
from samspil.programmes.inclusion import Inclusion
from samspil.programmes.schema import Text

__all__ = ["of_model", "programme", "programmes", "rules", "titles"]


def rules(name: str) -> Inclusion:
    """What a programme says about review and inclusion. Raises SamspilError when it says nothing."""
    found = programme(name).inclusion
    if found is None:
        raise SamspilError(f"the programme `{name}` has no inclusion.yaml; its lists cannot be reviewed without")
    return found


def of_model(model: str) -> Programme:
    """The programme of a model. Raises SamspilError when there is none."""
    for found in programmes().values():
        if any(file.name == model for file in found.models):
            return found
    raise SamspilError(f"no programme has the model `{model}`")


@cache
def titles() -> dict[str, Text]:
    """What every model is called, as defined now."""
    return {file.name: file.at(dt.date.max).title for found in programmes().values() for file in found.models}


@cache
def versions() -> dict[tuple[str, str], Text]:
    """What every version of every model is called, by model and version."""
    files = (file for found in programmes().values() for file in found.models)
    return {(file.name, found.version): found.version_in_words for file in files for found in file.versions()}
