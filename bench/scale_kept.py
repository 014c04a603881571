"""What was measured, one record for each verb, kept in a JSON file as it comes so that a broken run goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

#: What was measured: millions of persons, engine, processors, verb.
Key = tuple[float, str, int, str]


@dataclass(frozen=True)
class Measured:
    """What one verb cost for so many millions of persons. Seconds and bytes; None where it was not measured.

    `peak` is memory, `scratch` the most that lay in the home's `tmp`, `shuffled` what Spark's tasks wrote for others.
    `moment` and `load` are when it began, and how many processes wanted a processor in the minute before; `pace` is how
    fast the machine was (`scale_pace`). Of several `turns` this is the one with the least processor time: what else a
    machine does only adds.
    """

    millions: float
    engine: str
    cores: int
    verb: str
    wall: float
    cpu: float
    peak: float
    scratch: int
    shuffled: int | None
    memory: str
    moment: str
    load: float
    turns: int = 1
    pace: float | None = None

    @property
    def key(self) -> Key:
        return self.millions, self.engine, self.cores, self.verb

    def after(self, earlier: Measured | None) -> Measured:
        """The better of two, as one of more turns."""
        if earlier is None:
            return self
        return replace(min(self, earlier, key=lambda one: one.cpu), turns=self.turns + earlier.turns)


@dataclass(frozen=True)
class Stored:
    """What an engine's lake of so many millions holds."""

    millions: float
    engine: str
    rows: int
    bytes: int
    files: int


@dataclass
class Kept:
    """All that was measured so far; `add` writes it down at once."""

    path: Path
    measured: dict[Key, Measured] = field(default_factory=dict)
    stored: dict[tuple[float, str], Stored] = field(default_factory=dict)
    machine: str = ""

    @classmethod
    def open(cls, path: Path) -> Kept:
        """What the file holds, or nothing yet."""
        kept = cls(path)
        if path.exists():
            found = json.loads(path.read_bytes())
            kept.machine = found["machine"]
            kept.measured = {one.key: one for one in (Measured(**record) for record in found["measured"])}
            kept.stored = {(one.millions, one.engine): one for one in (Stored(**record) for record in found["stored"])}
        return kept

    def add(self, one: Measured | Stored) -> None:
        if isinstance(one, Measured):
            self.measured[one.key] = one
        else:
            self.stored[one.millions, one.engine] = one
        content = {
            "machine": self.machine,
            "measured": [asdict(record) for record in self.measured.values()],
            "stored": [asdict(record) for record in self.stored.values()],
        }
        making = self.path.with_suffix(".new")
        making.write_text(json.dumps(content, indent=1))
        making.replace(self.path)

    def of(self, engine: str, cores: int) -> Iterator[Measured]:
        """What was measured of an engine on so many processors, smaller sizes first."""
        found = [one for one in self.measured.values() if (one.engine, one.cores) == (engine, cores)]
        yield from sorted(found, key=lambda one: one.millions)
