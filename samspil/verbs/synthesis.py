"""The verb `synth`: a synthetic region, for trying Samspil without anybody's data."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from samspil.definitions import SamspilError
from samspil.synth import Region, write_region


def synth(
    persons: int,
    out: Path | str,
    *,
    seed: int = 1,
    as_of: dt.date,
    flaws: bool = False,
    programme: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Region:
    """Write one delivery per source of a Danish-like region, with four years of history up to `as_of`.

    The same arguments always give the same bytes. `flaws` injects the dirt real deliveries have, and lists it.
    `programme` adds an integrated-care programme whose true effect is known and written beside the deliveries.
    The folder appears when all of it is written. Raises SamspilError when `out` holds anything already.
    """
    folder = Path(out)
    if persons < 1:
        raise SamspilError(f"a region needs at least one person, not {persons}")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SamspilError(f"{folder} is there already; name a new folder, or remove it first")
    making = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    region = write_region(
        making, persons=persons, seed=seed, as_of=as_of, flaws=flaws, programme=programme, progress=progress
    )
    if folder.exists():
        folder.rmdir()
    making.rename(folder)
    return replace(region, folders={source: folder / path.name for source, path in region.folders.items()})
