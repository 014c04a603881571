"""The programmes of this installation."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from samspil.definitions import SamspilError
from samspil.programmes.loader import Programme, load_programmes


def own_folder() -> Path | None:
    """The installation's own programmes, when it has any: the folder that `SAMSPIL_PROGRAMMES` names."""
    folder = os.environ.get("SAMSPIL_PROGRAMMES")
    return Path(folder) if folder else None


@cache
def programmes() -> dict[str, Programme]:
    """Every programme by name: those of `SAMSPIL_PROGRAMMES`, else those that come with Samspil."""
    return {found.definition.programme: found for found in load_programmes(own_folder())}


def programme(name: str) -> Programme:
    """One programme. Raises SamspilError when its folder is not there any more."""
    if name not in programmes():
        raise SamspilError(f"there is no programme `{name}`; SAMSPIL_PROGRAMMES must hold those that are in use")
    return programmes()[name]
