"""Where two lists of medicine do not say the same: a drug that one has and the other has not, or another dose.

Pure comparison of plain lines, `{"drug": …, "atc": …, "dose": …}`. Two lines are the same drug when they have the same
ATC code; where one of them has no code, when the names are the same. Letter case, spaces and commas in numbers differ
without meaning anything; whatever else differs does, because citizens who are told two things stop taking their
medicine altogether (report 002 L2659-2662, ALG-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Line = Mapping[str, str]


@dataclass(frozen=True)
class Divergence:
    """One drug that the sources do not agree on: what each says, by the source; None where it is not on the list."""

    drug: str
    doses: Mapping[str, str | None]


def divergences(lists: Mapping[str, Sequence[Line]]) -> list[Divergence]:
    """The drugs on which the lists differ, by the name of each source. One list cannot differ, and none cannot.

    A drug that stands on one list several times, such as a morning and an evening dose, has all its doses together.
    """
    if len(lists) < 2:
        return []
    groups = _groups(lists)
    found = []
    for lines in groups:
        doses = {source: _together([line.get("dose", "") for own, line in lines if own == source]) for source in lists}
        if len({None if dose is None else _plain(dose) for dose in doses.values()}) > 1:
            found.append(Divergence(_name([line for _source, line in lines]), doses))
    return sorted(found, key=lambda each: each.drug.casefold())


def _groups(lists: Mapping[str, Sequence[Line]]) -> list[list[tuple[str, Line]]]:
    """The lines of every list, those of the same drug together."""
    every = [(source, line) for source, lines in lists.items() for line in lines]
    codes_of: dict[str, str] = {}
    for _source, line in every:
        code, name = _code(line), _plain(line.get("drug", ""))
        if code and name:
            codes_of.setdefault(name, code)
    groups: dict[str, list[tuple[str, Line]]] = {}
    for source, line in every:
        name = _plain(line.get("drug", ""))
        key = _code(line) or codes_of.get(name) or f"name {name}"
        groups.setdefault(key, []).append((source, line))
    return list(groups.values())


def _code(line: Line) -> str:
    return line.get("atc", "").replace(" ", "").upper()


def _plain(text: str) -> str:
    """What is left when spaces, letter case and the way of writing a decimal are taken away."""
    lower = re.sub(r"(?<=\d),(?=\d)", ".", text.casefold())
    lower = re.sub(r"(?<=\d)\s+(?=[a-zæøåµ])", "", lower)
    return re.sub(r"\s+", " ", lower).strip(" .;")


def _together(doses: list[str]) -> str | None:
    """All doses of one drug on one list, in an order that does not matter; None when it is not on the list."""
    return " + ".join(sorted(dose.strip() for dose in doses)) if doses else None


def _name(lines: list[Line]) -> str:
    return next((line["drug"].strip() for line in lines if line.get("drug", "").strip()), lines[0].get("atc", ""))
