"""Rows about persons on their way into analysis: without names, by consent, and called what they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population import anonymity
from samspil.population.disclosure import small
from samspil.programmes.disclosure import Audience, Disclosure
from samspil.verbs.consents import ConsentFile, read_consents
from samspil.verbs.release_checks import NOBODY_NAMED, check_identifiers, one_row
from samspil.verbs.write import write_table
from samspil.warehouse.lake import Lake
from samspil.warehouse.releases import DUE, StoredRelease, all_releases, append, read_log, releases_folder, sha256


@dataclass(frozen=True)
class PersonRelease:
    """Tables that may leave, what they may be called, and what is said of them and of this attempt."""

    tables: Mapping[str, ir.Table]
    label: anonymity.Label
    description: Mapping[str, Any]
    who: Mapping[str, Any]


def today() -> dt.date:
    """The day it is in Denmark."""
    return dt.datetime.now(ZoneInfo("Europe/Copenhagen")).date()


def persons_checked(
    lake: Lake,
    tables: Mapping[str, ir.Table],
    audience: Audience,
    rules: Disclosure,
    *,
    consents: Path | None,
    on: dt.date,
    practice_code: bool | None,
    key: bool,
    purpose: str,
) -> PersonRelease:
    """Tables about persons without what names them, for an audience in analysis.

    With `consents`, only persons whose written consent is in force `on` the day are left, and the others are counted as
    approached (003 P-5, TC3-19); rows whose consent was withdrawn since are flagged in earlier releases (TC3-20).
    Raises SamspilError for a column that names somebody, and for a practice code that the audience may not have.
    """
    if practice_code and not audience.practice_code:
        raise SamspilError(
            f"{audience.audience} may not be told the practice (`{rules.practice_code}`): release without it"
        )
    told = audience.practice_code if practice_code is None else practice_code
    description: dict[str, Any] = {"practice_code": told, "key": key}
    who: dict[str, Any] = {}
    checks: list[dict[str, Any]] = []
    given = None
    if consents is not None:
        given = read_consents(consents, lake, on, purpose)
        flag_withdrawn(lake, given)
        counts = _approached(lake, given, rules.few.value)
        description["consents"] = counts
        who |= {"consents": given.sha256, "on": on.isoformat()}
        checks.append({"check": "consent", "outcome": "passed", "found": _in_words(counts)})
    found, few_in_all, worst = {}, 0, []
    for name, table in tables.items():
        rows = table
        if not told and rules.practice_code in rows.columns:
            rows = rows.drop(rules.practice_code)
        check_identifiers(lake, name, rows, rules)
        if given is not None:
            rows = rows.semi_join(given.rows.filter(given.rows.in_force), rules.person_key)
        worst += _alike(lake, name, rows, rules)
        few_in_all += _few(lake, rows, rules, anonymity.recognisable_to_source(rows, rules))
        found[name] = rows if key else anonymity.without_key(rows, rules)
    label = anonymity.label(has_key=key, identifiers=False, few_persons=few_in_all)
    checks = [NOBODY_NAMED, *checks, *worst, {"check": "anonymised", "outcome": label, "found": _why(label, key)}]
    return PersonRelease(found, label, {**description, "checks": checks}, who)


def write_persons(lake: Lake, plan: PersonRelease, folder: Path) -> None:
    """Write the tables of a release by the engine, in an order that is always the same."""
    for name, rows in plan.tables.items():
        order = [ibis.asc(column) for column, kind in rows.schema().items() if not kind.is_array()]
        write_table(lake.engine, rows.order_by(order), folder / f"{name}.parquet")


def _alike(lake: Lake, name: str, rows: ir.Table, rules: Disclosure) -> list[dict[str, Any]]:
    """How many look alike in what many know of them, and whether looking alike tells a value."""
    columns = anonymity.recognisable(rows, rules)
    counts = one_row(lake, anonymity.alike(rows, columns, rules.k.value, rules.person_key))
    by = ", ".join(columns) or "nothing"
    few, less = counts["few_persons"], f"fewer than {rules.k.value}"
    found = [
        {
            "check": f"alike in {name}",
            "outcome": "passed" if not few else "few alike",
            "found": f"by {by}: {few:,} persons in groups of {less}; the smallest has {counts['smallest'] or 0:,}",
        }
    ]
    texts = [
        column
        for column, kind in rows.schema().items()
        if kind.is_string() and column not in columns and column not in rules.quasi_identifiers
    ]
    one_value = [column for column in texts if one_row(lake, anonymity.diversity(rows, columns, column))["least"] == 1]
    if one_value:
        told = f"everybody in some group has the same {', '.join(one_value)}"
        found.append({"check": f"diversity in {name}", "outcome": "one value", "found": told})
    return found


def _few(lake: Lake, rows: ir.Table, rules: Disclosure, columns: list[str]) -> int:
    return one_row(lake, anonymity.alike(rows, columns, rules.k.value, rules.person_key))["few_persons"]


def _why(label: anonymity.Label, key: bool) -> str:
    if label == "anonymised":
        return "no key, and k persons are alike in every column that could be recognised"
    if key:
        return "the vault has the key to person_id, so the rows are pseudonymous"
    return "whoever delivered the data can recognise persons by days and values, so the rows are pseudonymous"


def _approached(lake: Lake, given: ConsentFile, few: int) -> dict[str, int | None]:
    """How many were approached, and how many consented; the former is null when those without consent are few."""
    rows = given.rows
    counts = one_row(lake, rows.aggregate(approached=rows.count(), consented=rows.in_force.sum().fill_null(0)))
    without = counts["approached"] - counts["consented"]
    return {**counts, "approached": None if small(without, few) else counts["approached"]}


def _in_words(counts: Mapping[str, int | None]) -> str:
    approached = "some more" if counts["approached"] is None else f"{counts['approached']:,}"
    return f"{counts['consented']:,} with written consent in force, of {approached} approached"


def flag_withdrawn(lake: Lake, given: ConsentFile) -> None:
    """Flag, in releases that were made by consent, the rows of persons who withdrew it since (TC3-20).

    The caller is `changing` the home. Releases are not touched: whose rows are to be deleted lies in a file beside them
    that the log names. The same rows are flagged once.
    """
    home = lake.home
    withdrawn = given.rows.filter(given.rows.withdrawn.notnull()).select("person_id", "withdrawn")
    logged = {line["file"] for line in read_log(home) if line["event"] == "due_for_deletion"}
    for each in all_releases(home):
        if "consents" not in each.description or not each.description["key"]:
            continue
        released = [
            lake.engine.read([str(each.file(name))], name).select("person_id") for name in each.description["tables"]
        ]
        persons = ibis.union(*released).distinct()
        due = withdrawn.semi_join(persons, "person_id").order_by("person_id")
        count = one_row(lake, due.aggregate(persons=due.count()))["persons"]
        if not count:
            continue
        folder = releases_folder(home) / DUE
        folder.mkdir(mode=0o700, exist_ok=True)
        making = folder / f".{each.id}.parquet"
        write_table(lake.engine, due, making)
        digest = sha256(making)
        file = f"{DUE}/{each.id}-{digest[:12]}.parquet"
        if file in logged:
            making.unlink()
            continue
        making.chmod(0o444)
        making.rename(releases_folder(home) / file)
        append(
            home,
            {"event": "due_for_deletion", "release": each.id, "file": file, "sha256": digest, "persons": count,
             "on": given.on.isoformat(), "consents": given.sha256},
        )  # fmt: skip


@dataclass(frozen=True)
class Due:
    """Rows of one release that its receiver has to delete: of how many persons, and in which file they are named."""

    release: StoredRelease
    persons: int
    on: dt.date
    file: Path


def due_rows(lake: Lake) -> list[Due]:
    """By release, the newest flag of rows that are due for deletion."""
    releases = {each.id: each for each in all_releases(lake.home)}
    newest: dict[str, Due] = {}
    for line in read_log(lake.home):
        if line["event"] == "due_for_deletion":
            file = releases_folder(lake.home) / line["file"]
            due = Due(releases[line["release"]], line["persons"], dt.date.fromisoformat(line["on"]), file)
            newest[line["release"]] = due
    return list(newest.values())
