"""The care plane's commands as an operator meets them, each in its own process on a database of its own."""

from __future__ import annotations

import datetime as dt
import os
import socket
import subprocess
import sys
import urllib.request
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from samspil import verbs

DAY, LATER = dt.date(2016, 4, 15), dt.date(2016, 10, 15)
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def plane(own_database, region_home, tmp_path_factory):
    """A home with two runs, and the environment of an operator's shell."""
    home = tmp_path_factory.mktemp("plane") / "home"
    home.mkdir()
    for part in ("lake", "vault", "runs", "tmp"):
        (home / part).symlink_to(region_home / part)
    runs = [verbs.stratify(["sad", "daemp"], day, home=region_home).name for day in (DAY, LATER)]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMSPIL_", "DJANGO_"))}
    return kept | {"SAMSPIL_HOME": str(home), "RUNS": " ".join(runs)} | own_database


@pytest.fixture(scope="module")
def own_database():
    """An empty database beside the one of the tests: a file in the home, or one of the PostgreSQL server."""
    url = os.environ.get("SAMSPIL_DATABASE_URL")
    if url is None:
        yield {}
        return
    name = f"commands_{uuid.uuid4().hex[:8]}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield {"SAMSPIL_DATABASE_URL": urlunsplit(parts._replace(path=f"/{name}"))}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def samspil(plane, *arguments, **more):
    """One command: (exit code, standard output, standard error)."""
    done = subprocess.run(
        [sys.executable, "-m", "samspil", *arguments], env=plane | more, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_from_an_empty_database_to_a_served_page(plane):
    early, late = plane["RUNS"].split()
    status, _out, told = samspil(plane, "serve")
    assert status == 2, "not before the database is there"
    assert "samspil migrate" in told
    assert "migrations applied" in samspil(plane, "migrate")[1]
    assert "up to date" in samspil(plane, "migrate")[1]

    status, _out, told = samspil(plane, "publish", early)
    assert (status, "no legal basis" in told) == (2, True)
    assert "Traceback" not in told
    status, _out, told = samspil(plane, "demo", early)
    assert (status, "SAMSPIL_DEMO=1" in told) == (2, True)

    status, out, told = samspil(plane, "demo", early, late, SAMSPIL_DEMO="1")
    assert status == 0, told
    assert "data protection officer" not in out
    assert "dpo" in out
    assert "nothing changed" in samspil(plane, "publish", late)[1]
    status, out, _told = samspil(plane, "access-log", "verify")
    assert (status, "samspil-log" in out) == (0, True)
    _serves(plane)


def test_an_administrator_is_made_once(plane):
    samspil(plane, "migrate")
    status, password, _told = samspil(plane, "administrator", "anna", "--name", "Anna Holm")
    assert (status, len(password.strip())) == (0, 23)
    status, _out, told = samspil(plane, "administrator", "anna", "--name", "Anna Holm")
    assert (status, "Traceback" in told) == (2, False)


def test_without_tls_only_this_machine_is_served(plane):
    status, _out, told = samspil(plane, "serve", "--host", "0.0.0.0")
    assert (status, "--behind-https" in told) == (2, True)


def test_a_demonstration_is_served_to_nobody_else(plane):
    demo = {"SAMSPIL_DEMO": "1"}
    status, _out, told = samspil(plane, "serve", "--behind-https", **demo, SAMSPIL_HOSTS="samspil.example")
    assert (status, "samspil.E001" in told, "Traceback" in told) == (2, True, False)
    status, _out, told = samspil(plane, "serve", "--behind-https", "--host", "0.0.0.0", **demo)
    assert (status, "without a password" in told) == (2, True)


def test_a_database_that_cannot_be_reached_is_told_in_words(plane):
    status, _out, told = samspil(plane, "migrate", SAMSPIL_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert (status, "cannot be reached" in told, "Traceback" in told) == (2, True, False)


def test_a_database_address_that_is_none_is_told_in_words(plane):
    status, _out, told = samspil(plane, "migrate", SAMSPIL_DATABASE_URL="mysql://nobody@localhost/none")
    assert (status, "postgresql://" in told, "Traceback" in told) == (2, True, False)


def _serves(plane) -> None:
    """The server answers with a page, its style and its scripts, and a refusal for who is not logged in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "samspil", "serve", "--port", str(port), "--workers", "1"],
        env=plane,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        said = next(line for line in server.stderr if "Listening at" in line or "Error" in line)
        assert "Listening" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            page = answer.read().decode()
        assert '<html lang="da">' in page
        for asset in ("vendor/dkfds/css", "vendor/htmx"):
            start = page.index(f"/static/{asset}")
            address = page[start : page.index('"', start)]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{address}") as answer:
                assert "immutable" in answer.headers["Cache-Control"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/lists/") as answer:
            assert "/accounts/login/" in answer.url
    finally:
        server.terminate()
        server.wait(60)
