"""PostgreSQL's own programs, which write and read its dumps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from samspil.definitions import SamspilError

#: A folder with the programs, before every other place.
FOLDER = "SAMSPIL_POSTGRESQL"


def find(program: str, server: int) -> Path:
    """`pg_dump` or `pg_restore` for a server of this major version, which an older program refuses.

    Looked for in the folder that SAMSPIL_POSTGRESQL names, else on PATH and where Debian puts them. Raises
    SamspilError that says what to install.
    """
    passed = []
    for path in _places(program):
        version = _major(path)
        if version >= server:
            return path
        passed.append(f"; {path} is of version {version}")
    raise SamspilError(
        f"there is no `{program}` for a PostgreSQL server of version {server}{''.join(passed)}. Install it (Debian: "
        f"apt-get install postgresql-client-{server}), or name the folder of the programs in {FOLDER}"
    )


def run(words: list[str], password: str) -> None:
    """Run a program of PostgreSQL's. Raises SamspilError with what it says when it fails."""
    known = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run(words, env=known, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SamspilError(f"{Path(words[0]).name} failed: {done.stderr.strip()}")


def _places(program: str) -> Iterator[Path]:
    if folder := os.environ.get(FOLDER):
        path = Path(folder) / program
        if path.exists():
            yield path
        return
    if found := shutil.which(program):
        yield Path(found)
    yield from sorted(
        Path("/usr/lib/postgresql").glob(f"[0-9]*/bin/{program}"),
        key=lambda path: float(path.parents[1].name),
        reverse=True,
    )


def _major(path: Path) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0
