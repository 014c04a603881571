"""The need for integration by six characteristics of a pathway, and complexity in its three kinds (R-SEG-04 to -06).

Report 001, table 3.2 after Leutz (L934-969): a value may fit several levels; the least intensive level that all rows
fit is proposed, and where none does a human judges. Nothing is settled silently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from samspil.definitions import SamspilError
from samspil.programmes.segment_rules import IntegrationTable

#: What is said when no level fits every row.
NO_LEVEL = "no consistent level, clinical judgement"


@dataclass(frozen=True)
class Row:
    """What one characteristic says; a value that is not known fits no level in particular."""

    row: str
    value: str | None
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Need:
    """The need for integration: the least intensive consistent level, or none, and what each row says."""

    level: str | None
    consistent: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """The rows whose value is not known."""
        return tuple(row.row for row in self.rows if row.value is None)

    @property
    def verdict(self) -> str:
        if self.level is not None:
            return self.level
        return f"not known yet: {', '.join(self.missing)}" if self.missing else NO_LEVEL


def need_for_integration(values: Mapping[str, str | None], table: IntegrationTable) -> Need:
    """The need that the values of the rows speak for; a row that is left out is not known.

    While a row is not known no level is proposed. Raises SamspilError for a row or a value the table does not have.
    """
    known = {row.row: {value.value: value.levels for value in row.values} for row in table.rows}
    for name, value in values.items():
        if name not in known:
            raise SamspilError(f"the table has no row `{name}`; rows are {', '.join(known)}")
        if value is not None and value not in known[name]:
            raise SamspilError(f"`{name}` cannot be `{value}`; it is one of {', '.join(known[name])}")
    rows = tuple(
        Row(name, value, () if value is None else known[name][value]) for name in known for value in (values.get(name),)
    )
    told = [set(row.levels) for row in rows if row.value is not None]
    fitting = set.intersection(*told) if told else set()
    consistent = tuple(each.level for each in table.levels if each.level in fitting)
    whole = all(row.value is not None for row in rows)
    return Need(consistent[0] if whole and consistent else None, consistent, rows)


@dataclass(frozen=True)
class Choice:
    """The level a professional chose, and why, where it is not the one proposed."""

    level: str
    need: Need
    reason: str | None
    user: str | None


def choose(
    need: Need, level: str, table: IntegrationTable, *, reason: str | None = None, user: str | None = None
) -> Choice:
    """A professional's choice. The proposed level needs no words; every other needs a reason and a user.

    More than needed is costly and a burden to the self-reliant (report 001 L920-922, L974-977). Raises SamspilError for
    another level without both, and for a level the table does not have.
    """
    levels = [each.level for each in table.levels]
    if level not in levels:
        raise SamspilError(f"there is no level `{level}`; levels are {', '.join(levels)}")
    if level != need.level and not ((reason or "").strip() and (user or "").strip()):
        proposed = f"`{need.level}` is proposed" if need.level is not None else need.verdict
        raise SamspilError(f"{proposed}: choosing `{level}` needs a reason and who chooses it")
    return Choice(level, need, reason, user)


@dataclass(frozen=True)
class Complexity:
    """Clinical, social and organisational complexity, each 0 and up with its evidence, and never one score.

    They call for different solutions (report 001 L128-129, L1004-1006). None is not assessed.
    """

    clinical: int | None
    social: int | None
    organisational: int | None
    evidence: Mapping[str, str]

    def __post_init__(self) -> None:
        for name in COMPLEXITY:
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 0):
                raise SamspilError(f"{name} complexity is a whole number from 0, or None where it is not assessed")
            if value and not self.evidence.get(name, "").strip():
                raise SamspilError(f"{name} complexity is {value}: say what it is seen from")


COMPLEXITY = ("clinical", "social", "organisational")


def complexity(given: Any, evidence: Mapping[str, str]) -> Complexity:
    """Complexity from its three dimensions by name. Raises SamspilError for one number in their place."""
    if not isinstance(given, Mapping) or set(given) != set(COMPLEXITY):
        raise SamspilError(f"complexity is recorded as {', '.join(COMPLEXITY)}, each by itself; a sum is no substitute")
    return Complexity(**{name: given[name] for name in COMPLEXITY}, evidence=dict(evidence))
