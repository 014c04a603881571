"""The register of studies: which content a study had on which day. Nobody changes the question after the answer.

`studies.jsonl` has one line for each version, and each line holds the hash of the line before: a line that is changed,
taken out or put in breaks the chain.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError
from samspil.warehouse.files import replace_file
from samspil.warehouse.home import Home

REGISTER = "studies.jsonl"
#: The `previous` of the first line.
FIRST = "0" * 64


@dataclass(frozen=True)
class Registered:
    """One version of a study as it was registered: its content by SHA-256, and the day."""

    study: str
    version: str
    fingerprint: str
    day: dt.date


def registered(home: Home, study: str | None = None) -> list[Registered]:
    """Every version in the register, or those of one study, the oldest first.

    Raises SamspilError naming the first line that does not follow from the one before.
    """
    found = []
    previous = FIRST
    for number, line in enumerate(_lines(home), start=1):
        entry = json.loads(line)
        if entry["previous"] != previous:
            raise SamspilError(
                f"{_path(home)}:{number}: the register was changed: this line does not follow the one before"
            )
        previous = _hash(line)
        found.append(
            Registered(entry["study"], entry["version"], entry["fingerprint"], dt.date.fromisoformat(entry["day"]))
        )
    return [each for each in found if study is None or each.study == study]


def register(
    home: Home, study: str, version: str, fingerprint: str, content: dict[str, Any], day: dt.date
) -> Registered:
    """Put a version in the register, or give it as it stands there. The caller is `changing` the home.

    Raises SamspilError when the version is there with other content: what is changed is another version.
    """
    for each in registered(home, study):
        if each.version == version:
            if each.fingerprint != fingerprint:
                raise SamspilError(
                    f"version `{version}` of the study `{study}` was registered on {each.day} with other content"
                    f" ({each.fingerprint[:12]}, now {fingerprint[:12]}): give the changed study a new `version`"
                )
            return each
    lines = _lines(home)
    entry = {
        "study": study,
        "version": version,
        "fingerprint": fingerprint,
        "day": day.isoformat(),
        "content": content,
        "previous": _hash(lines[-1]) if lines else FIRST,
    }
    lines.append(json.dumps(entry, ensure_ascii=False, sort_keys=True))
    replace_file(_path(home), ("\n".join(lines) + "\n").encode())
    return Registered(study, version, fingerprint, day)


def _path(home: Home) -> Path:
    return home.root / REGISTER


def _lines(home: Home) -> list[str]:
    path = _path(home)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _hash(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
