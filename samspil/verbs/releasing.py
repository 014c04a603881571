"""The verb `release`: tables of a kept run leave their zone, checked, logged, and kept as they left.

Aggregates go to publication with small counts and what would give them away left out; rows about persons go to analysis
without CPR numbers and names. Nothing else goes anywhere, and every attempt is in the log (003 REQ-PRIV-1, -2).
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.programmes.disclosure import load_disclosure
from samspil.verbs.consents import read_consents
from samspil.verbs.releasing_aggregates import described_release, release_tables, run_table
from samspil.verbs.releasing_persons import due_rows, flag_withdrawn, persons_checked, today, write_persons
from samspil.verbs.show import Shown
from samspil.verbs.write import check_target, write_table
from samspil.warehouse.choice import EMBEDDED, using
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.releases import (
    StoredRelease,
    Verified,
    all_releases,
    find_release,
    finish_releases,
    keep_release,
    read_log,
    read_purged,
    refuse,
    verify,
)
from samspil.warehouse.runs import StoredRun, find_run
from samspil.warehouse.sources import changing


@dataclass(frozen=True)
class Release(Shown):
    """A release, shown as the checks it passed."""

    stored: StoredRelease
    lake: Lake

    @property
    def id(self) -> str:
        return self.stored.id

    @property
    def label(self) -> str:
        """What the rows may be called: aggregate, pseudonymous or anonymised."""
        return str(self.stored.description["label"])

    def table(self, name: str) -> ir.Table:
        """One table as it was released, on the lake's engine."""
        if f"{name}.parquet" not in self.stored.description["files"]:
            raise SamspilError(f"the release {self.id} has no table `{name}`")
        return self.lake.engine.read([str(self.stored.file(name))], name)

    def rows(self) -> list[dict[str, Any]]:
        return [dict(check) for check in self.stored.description["checks"]]

    def facts(self) -> list[dict[str, Any]]:
        """What the release is, as names and values."""
        told, first = self.stored.description, self.stored.description["first"]
        zone = told["zone"]
        consents = told.get("consents")
        facts = {
            "made": f"{first['at']} by {first['who']}",
            "purpose": first["purpose"],
            "run": told["run"],
            "tables": ", ".join(told["tables"]),
            "days": ", ".join(told["days"]),
            "zone": f"from {zone['from']} to {zone['to']}",
            "audience": told["audience"],
            "label": told["label"],
            "definitions": ", ".join(f"{name} {digest[:8]}" for name, digest in told["definitions"].items()),
            "read since purged": ", ".join(read_purged(self.lake.home, self.stored)) or "no",
            **({"with written consent": f"{consents['consented']:,}"} if consents else {}),
            **{file: f"sha256 {digest[:16]}" for file, digest in told["files"].items()},
        }
        return [{"what": name, "": value} for name, value in facts.items()]


@using(EMBEDDED)
def release(
    run: str,
    tables: Sequence[str],
    *,
    audience: str,
    purpose: str,
    out: Path | str | None = None,
    consents: Path | str | None = None,
    on: dt.date | None = None,
    practice_code: bool | None = None,
    key: bool = True,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> Release:
    """Release tables of a kept run to an audience, for a purpose. Asked again, the same release is returned.

    `out` receives the one table that is released, as `.csv` or `.parquet`. For rows about persons: `consents` is a
    file (see `read_consents`), and only whose written consent is in force `on` the day (today) is in the release;
    `practice_code` says whether the practice is told (as the audience may know); without `key` there is no person_id.
    Raises SamspilError that names table, column and mend when a check fails; that is logged too.
    """
    if out is not None:
        check_target(Path(out))
        if len(tables) != 1:
            raise SamspilError("a file holds one table: release one, or leave out the file")
    if not purpose.strip():
        raise SamspilError("a release needs a purpose")
    rules = load_disclosure(Path(programmes) if programmes else None)
    place = Home.find(home)
    stored = find_run(place, run)
    lake = Lake.open(place, stored.description["state"])
    who = {"purpose": purpose.strip(), **({"out": Path(out).name} if out is not None else {})}
    with changing(place), _refusals(place, stored, tables, audience, who):
        receiver = rules.audience(audience)
        if receiver is None:
            known = ", ".join(each.audience for each in rules.audiences)
            raise SamspilError(f"unknown audience `{audience}`; audiences are {known}")
        about_persons = [name for name in tables if rules.person_key in run_table(stored, lake, name).columns]
        if receiver.zone == "publication":
            if about_persons:
                raise SamspilError(
                    f"table `{about_persons[0]}` has rows about persons (column `{rules.person_key}`), and publication "
                    "has figures of groups alone: release a table of aggregates, or choose an audience in analysis"
                )
            found = release_tables(lake, stored, tables, receiver, rules, who=who)
        else:
            others = [name for name in tables if name not in about_persons]
            if others:
                raise SamspilError(
                    f"table `{others[0]}` has no rows about persons: choose an audience in publication, where small "
                    "counts are left out"
                )
            plan = persons_checked(
                lake, {name: run_table(stored, lake, name) for name in tables}, receiver, rules,
                consents=Path(consents) if consents is not None else None, on=on or today(),
                practice_code=practice_code, key=key, purpose=purpose,
            )  # fmt: skip
            description = {
                **described_release(stored, tables, receiver, rules),
                "label": plan.label,
                **plan.description,
            }
            found = keep_release(
                place, description, lambda folder: write_persons(lake, plan, folder), who={**who, **plan.who}
            )
    result = Release(found, lake)
    if out is not None:
        write_table(lake.engine, result.table(tables[0]), Path(out))
    return result


@contextlib.contextmanager
def _refusals(
    home: Home, run: StoredRun, tables: Sequence[str], audience: str, who: Mapping[str, Any]
) -> Iterator[None]:
    """Log what is refused, and why."""
    try:
        yield
    except SamspilError as error:
        refuse(home, {"run": run.name, "tables": list(tables), "audience": audience, "why": str(error), **who})
        raise


@dataclass(frozen=True)
class Releases(Shown):
    """Every release, and how often one was asked for in vain."""

    home: Home

    @property
    def refused(self) -> int:
        return sum(line["event"] == "refused" for line in read_log(self.home))

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "release": each.id,
                "made": each.description["first"]["at"][:10],
                "run": each.description["run"],
                "tables": ", ".join(each.description["tables"]),
                "audience": each.description["audience"],
                "zone": each.description["zone"]["to"],
                "label": each.description["label"],
                "purpose": each.description["first"]["purpose"],
                "read since purged": ", ".join(read_purged(self.home, each)) or "no",
            }
            for each in all_releases(self.home)
        ]


def releases(home: Path | str | None = None) -> Releases:
    """Every release that was made, oldest first."""
    return Releases(Home.find(home))


@using(EMBEDDED)
def open_release(name: str, home: Path | str | None = None) -> Release:
    """A release by its id, or the beginning of it. Raises SamspilError for none or several."""
    place = Home.find(home)
    return Release(find_release(place, name), Lake.open(place))


def verify_releases(seal: str | None = None, home: Path | str | None = None) -> Verified:
    """Check that no release and no line of the log was changed, taken away or put in.

    `seal` is one that was kept elsewhere: it shows that the log's end was not cut off.
    """
    place = Home.find(home)
    with changing(place):
        finish_releases(place)
        return verify(place, seal)


@dataclass(frozen=True)
class DueForDeletion(Shown):
    """Rows that receivers of earlier releases have to delete, because consent was withdrawn since."""

    found: list[dict[str, Any]]

    def rows(self) -> list[dict[str, Any]]:
        return self.found


@using(EMBEDDED)
def due_for_deletion(
    consents: Path | str | None = None,
    *,
    on: dt.date | None = None,
    purpose: str = "rows due for deletion",
    home: Path | str | None = None,
) -> DueForDeletion:
    """Rows of earlier releases whose consent was withdrawn; a file of `consents` is looked through first, as of a day.

    The person_ids stand in the file that each row names, in the home's `releases/`.
    """
    place = Home.find(home)
    lake = Lake.open(place)
    if consents is not None:
        with changing(place):
            flag_withdrawn(lake, read_consents(Path(consents), lake, on or today(), purpose))
    return DueForDeletion(
        [
            {
                "release": due.release.id,
                "audience": due.release.description["audience"],
                "tables": ", ".join(due.release.description["tables"]),
                "persons": due.persons,
                "withdrawn by": due.on,
                "person_ids in": f"releases/{due.file.parent.name}/{due.file.name}",
            }
            for due in due_rows(lake)
        ]
    )
