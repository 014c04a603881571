"""Whose a lake is that lies outside its home: of two homes that are told of the same one, the second is refused.

Persons are numbered by the vault of a home, so rows that another home loads would be other persons', and each would
clear away what the other is just writing. The lake says whose it is in `WRITER`, the vault which lake it wrote in
`lake.json`. Whoever only reads needs neither.
"""

from __future__ import annotations

import json
import platform
import secrets

from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file
from samspil.warehouse.home import LAKE, Home

WRITER, WRITTEN = "WRITER", "lake.json"


def claim(home: Home) -> None:
    """Make sure that the lake is this home's. The caller holds the home's lock.

    Raises SamspilError when it is another home's, when this home's lies elsewhere, and when it is empty though the
    vault knows persons: what no state of the lake names is cleared away, and the vault would be.
    """
    lake, record = home.lake, home.vault / WRITTEN
    mine = json.loads(record.read_bytes()) if record.exists() else None
    if mine is not None and mine["lake"] != lake.url:
        raise SamspilError(
            f"the lake of {home.root} is {mine['lake']}, not {lake.url}: set {LAKE} to it; if it was moved with all "
            f"that lies in it, write where to into {record}"
        )
    written = lake.contents([WRITER]).get(WRITER)
    if written is None:
        if home.elsewhere is None:
            # It lies in its home, and the home's lock is enough.
            return
        lake.reach()
        if not lake.exists("CURRENT") and any((home.vault / "identities").glob("*")):
            raise SamspilError(
                f"{lake.url} is empty, but {home.root} has loaded deliveries before: is it mounted, is {LAKE} right? "
                "To move a lake, copy everything in it there first"
            )
        mine = mine or {"lake": lake.url, "id": secrets.token_hex(8)}
        replace_file(record, json.dumps(mine, indent=1).encode(), 0o600)
        there = {"id": mine["id"], "home": str(home.root), "machine": platform.node()}
        try:
            lake.create(WRITER, json.dumps(there, indent=1, ensure_ascii=False).encode())
        except FileExistsError:
            # Another home was quicker.
            written = lake.read(WRITER)
        else:
            return
    there = json.loads(written)
    if mine is None or there["id"] != mine["id"]:
        raise SamspilError(
            f"{lake.url} is written by {there['home']} on {there['machine']}, not by {home.root}: use that home, or "
            f"another lake ({LAKE}). Of a copy, or when that home is no more, remove {lake.address(WRITER)}"
        )
