"""Whose a lake is: a home that is told of another's lake may read it and is refused to change it.

Persons are numbered by the vault of a home, so rows that another home loads would be other persons', and each would
clear away what the other is just writing; what no state of the lake names is cleared away in the vault too. The lake
says whose it is in `WRITER`, the vault which lake it wrote in `lake.json`. Whoever only reads needs neither.
"""

from __future__ import annotations

import json
import platform
import secrets
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file
from samspil.warehouse.folder import Folder
from samspil.warehouse.home import LAKE, Home
from samspil.warehouse.state import read_state

WRITER, WRITTEN = "WRITER", "lake.json"


def claim(home: Home) -> None:
    """Make sure that the lake is this home's. The caller holds the home's lock.

    Raises SamspilError when it is another home's, when this home's lies elsewhere, and when its states do not name the
    persons that the vault knows: what they do not name would be cleared away.
    """
    lake, record = home.lake, home.vault / WRITTEN
    # A lake in its home has no address of its own, so that a home can be moved as it is.
    place = lake.url if home.elsewhere else None
    mine = json.loads(record.read_bytes()) if record.exists() else None
    if mine is not None and mine["lake"] not in (None, lake.url):
        raise SamspilError(
            f"the lake of {home.root} is {mine['lake']}, not {lake.url}: set {LAKE} to it; if it was moved with all "
            f"that lies in it, write where to into {record}"
        )
    there = _writer(lake.contents([WRITER]).get(WRITER))
    if there is None:
        if home.elsewhere:
            lake.reach()
            _see_that_persons_are_the_vaults(home)
        mine = {"lake": place, "id": mine["id"] if mine else secrets.token_hex(8)}
        _write_down(record, mine)
        try:
            lake.create(WRITER, _sign(home, mine["id"]))
        except FileExistsError:
            # Another home was quicker.
            there = _writer(lake.read(WRITER))
        else:
            return
    assert there is not None
    if mine is None or there["id"] != mine["id"] or _lies_with_another(home, mine, there):
        raise SamspilError(
            f"{lake.url} is written by {there['home']} on {there['machine']}, not by {home.root}: use that home, or "
            f"another lake ({LAKE}). Of a copy, or when that home is no more, remove {lake.address(WRITER)}"
        )
    if mine["lake"] != place:
        _write_down(record, mine | {"lake": place})
    if there["lake"] != lake.url:
        lake.replace(WRITER, _sign(home, mine["id"]))


def _lies_with_another(home: Home, mine: dict[str, Any], there: dict[str, Any]) -> bool:
    """Whether a home that has its lake in it is told of the lake where another writes it, whose copy the home is."""
    return mine["lake"] is None and bool(home.elsewhere) and there["lake"] == home.lake.url and not _is_own(home)


def _is_own(home: Home) -> bool:
    return isinstance(home.lake, Folder) and home.lake.path == home.root / "lake"


def _see_that_persons_are_the_vaults(home: Home) -> None:
    """Raises SamspilError unless the lake's state names the persons of this home's vault, or neither knows any."""
    known = set(Folder(home.vault).tables("identities"))
    if not home.lake.exists("CURRENT"):
        if known:
            raise SamspilError(
                f"{home.lake.url} is empty, but {home.root} has loaded deliveries before: is it mounted, is {LAKE} "
                "right? To move a lake, copy everything in it there first"
            )
        return
    named = set(read_state(home).identity_files)
    if not named <= known or (known and not named):
        raise SamspilError(
            f"{home.lake.url} has rows of persons whom the vault of {home.root} does not know: it is another home's, "
            f"or the vault is; is {LAKE} right?"
        )


def _writer(written: bytes | None) -> dict[str, Any] | None:
    """What `WRITER` says. Before it said where the lake lies it was written for lakes outside their homes alone."""
    return None if written is None else {"lake": None, **json.loads(written)}


def _sign(home: Home, own: str) -> bytes:
    there = {"id": own, "home": str(home.root), "machine": platform.node(), "lake": home.lake.url}
    return json.dumps(there, indent=1, ensure_ascii=False).encode()


def _write_down(record: Path, mine: dict[str, Any]) -> None:
    replace_file(record, json.dumps(mine, indent=1).encode(), 0o600)
