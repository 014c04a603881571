"""Whether rows about persons name or point out somebody: direct identifiers, and how many look alike.

Taking the CPR number away makes rows pseudonymous and no more (003 REQ-PRIV-2, A-21): whoever has the key, or delivered
the data, finds the person again. `anonymised` is only said of rows that have no key, name nobody, and in which `k`
persons look alike in everything that could be recognised.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import ibis
import ibis.expr.types as ir

from samspil.programmes.disclosure import Disclosure

#: A CPR number as people write it: day, month and year in six digits, and four more. RE2 and Java read it.
CPR_PATTERN = r"(^|[^0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[- ]?[0-9]{4}($|[^0-9])"

#: What rows about persons, or about groups, may be called.
Label = Literal["identifiable", "pseudonymous", "anonymised", "aggregate"]


@dataclass(frozen=True)
class Suspect:
    """A column that names somebody: of which kind, and how that is known."""

    column: str
    kind: str
    why: Literal["name", "values"]


def named_columns(columns: Collection[str], rules: Disclosure) -> list[Suspect]:
    """The columns whose names say that they identify somebody."""
    kinds = {name: each.kind for each in rules.identifiers for name in each.columns}
    return [Suspect(column, kinds[column.lower()], "name") for column in columns if column.lower() in kinds]


def suspicious_values(rows: ir.Table, rules: Disclosure) -> ir.Table | None:
    """One row that counts, by column, the rows that look like a CPR number (`cpr.COLUMN`) or like written text.

    Texts are looked at wherever they are, and whole numbers for CPR numbers that lost their first zero; the person key
    is left out. None when no column could hold either.
    """
    counts: dict[str, ir.Value] = {}
    for column, kind in rows.schema().items():
        if column == rules.person_key:
            continue
        value = rows[column]
        if kind.is_string():
            counts[f"cpr.{column}"] = value.re_search(CPR_PATTERN).sum()
            counts[f"free_text.{column}"] = (value.length() > rules.free_text_over.value).sum()
        elif kind.is_integer():
            counts[f"cpr.{column}"] = value.cast("string").lpad(10, "0").re_search(CPR_PATTERN).sum()
    return rows.aggregate(**{name: count.fill_null(0) for name, count in counts.items()}) if counts else None


def suspects_in(counted: dict[str, int]) -> Iterator[Suspect]:
    """What the counts of `suspicious_values` say."""
    for name, count in counted.items():
        kind, _, column = name.partition(".")
        if count:
            yield Suspect(column, kind, "values")


def recognisable(rows: ir.Table, rules: Disclosure) -> list[str]:
    """Columns by which somebody could be recognised by whoever knows the person: the declared quasi-identifiers."""
    return [name for name in rows.columns if name in rules.quasi_identifiers]


def recognisable_to_source(rows: ir.Table, rules: Disclosure) -> list[str]:
    """As `recognisable`, with days and numbers: whoever delivered the data finds the person again by them (A-21)."""
    declared = set(recognisable(rows, rules))
    exact = {name for name, kind in rows.schema().items() if kind.is_temporal() or kind.is_numeric()}
    return [name for name in rows.columns if name in declared | exact and name != rules.person_key]


def classes(rows: ir.Table, columns: Sequence[str], key: str | None) -> ir.Table:
    """One row per combination of `columns` that somebody has, with `persons`. Unknown is a value like others."""
    counted = rows[key].nunique() if key is not None else rows.count()
    return rows.group_by(list(columns)).aggregate(persons=counted)


def alike(rows: ir.Table, columns: Sequence[str], k: int, key: str | None) -> ir.Table:
    """One row that tells how many look alike: classes, smallest, few_classes, few_persons.

    `smallest` is the size of the smallest class, `few_classes` and `few_persons` what lies in classes below `k`.
    Without columns everybody looks alike. `key` is the column of the person where there are several rows of each, and
    somebody in two classes counts in both.
    """
    found = (
        classes(rows, columns, key) if columns else rows.aggregate(persons=rows[key].nunique() if key else rows.count())
    )
    below = found.persons < k
    return found.aggregate(
        classes=found.count(),
        smallest=found.persons.min(),
        few_classes=below.sum().fill_null(0),
        few_persons=below.ifelse(found.persons, 0).sum().fill_null(0),
    )


def diversity(rows: ir.Table, columns: Sequence[str], sensitive: str) -> ir.Table:
    """One row with `least`: the fewest different values of a sensitive column in a class of those that look alike.

    With 1, whoever knows that somebody is in that class knows the value, however many look alike. Unknown is a value.
    """
    value = rows[sensitive].cast("string").fill_null("")
    if not columns:
        return rows.aggregate(least=value.nunique())
    found = rows.group_by(list(columns)).aggregate(values=value.nunique())
    return found.aggregate(least=found["values"].min())


def label(*, has_key: bool, identifiers: bool, few_persons: int) -> Label:
    """What rows about persons may be called. `few_persons` are those whom fewer than k look like, to the source too."""
    if identifiers:
        return "identifiable"
    return "anonymised" if not has_key and few_persons == 0 else "pseudonymous"


def without_key(rows: ir.Table, rules: Disclosure) -> ir.Table:
    """Rows without the person key, in an order that follows from what is left alone."""
    left = [name for name in rows.columns if name != rules.person_key]
    return rows.select(*left).order_by([ibis.asc(name) for name in left])
