"""Whose a lake is that lies outside its home: of two homes that are told of the same one, the second is refused.

Persons are numbered by the vault of a home, so rows that another home loads would be other persons', and each would
clear away what the other is just writing; what no state of the lake names is cleared away in the vault too. The lake
says whose it is in `WRITER`, the vault which lake it wrote in `lake.json`. Whoever only reads needs neither. A lake
that lies in its home says nothing, and whoever is told of it is known by its persons.
"""

from __future__ import annotations

import json
import platform
import secrets

import pyarrow.dataset as ds

from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file
from samspil.warehouse.folder import Folder
from samspil.warehouse.home import LAKE, Home
from samspil.warehouse.state import State, all_states, read_state

WRITER, WRITTEN = "WRITER", "lake.json"


def claim(home: Home) -> None:
    """Make sure that the lake is this home's. The caller holds the home's lock.

    Raises SamspilError when it is another home's, when this home's lies elsewhere, and when its persons are not those
    that the vault knows.
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
        _see_that_persons_are_the_vaults(home)
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


def _see_that_persons_are_the_vaults(home: Home) -> None:
    """Raises SamspilError unless the lake's states name what this vault has, and its rows are of persons it knows."""
    vault = Folder(home.vault)
    has = set(vault.tables("identities"))
    if not home.lake.exists("CURRENT"):
        if has:
            raise SamspilError(
                f"{home.lake.url} is empty, but {home.root} has loaded deliveries before: is it mounted, is {LAKE} "
                "right? To move a lake, copy everything in it there first"
            )
        return
    state = read_state(home)
    named = {file for each in all_states(home) for file in each.identity_files}
    if not set(state.identity_files) <= has <= named or not _knows_a_person(home, vault, state):
        raise SamspilError(
            f"the persons in {home.lake.url} are not those that the vault of {home.root} knows: it is another home's, "
            f"or a copy's that has changed since; is {LAKE} right?"
        )


def _knows_a_person(home: Home, vault: Folder, state: State) -> bool:
    """Whether the vault knows the first person who is met in the lake, if any: two vaults number nobody alike."""
    segments = [each for source in state.sources.values() for table in source.tables.values() for each in table]
    for segment in segments:
        rows = home.lake.dataset(segment.file)
        met = rows.head(1, columns=["person_id"]).to_pylist() if "person_id" in rows.schema.names else []
        if met:
            known = ds.field("person_id") == met[0]["person_id"]
            return any(vault.dataset(file).count_rows(filter=known) for file in state.identity_files)
    return True
