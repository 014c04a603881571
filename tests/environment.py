"""Where the application under test keeps its data, decided before its settings are read.

A plugin and not part of `conftest.py`, because Django's settings are read before any `conftest.py`. What the caller's
shell says of Samspil is forgotten first: no test may meet somebody's data or depend on their settings.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Generator

import pytest

from tests.postgresql import NoServer, Server

#: How tests are run, which is the caller's to say; all other variables say what an installation is like.
KEPT = {"SAMSPIL_CHROMIUM", "SAMSPIL_MEMORY", "SAMSPIL_REQUIRE_SPARK", "SAMSPIL_TEST_POSTGRESQL"}
DATABASE = "SAMSPIL_DATABASE_URL"

_servers: list[Server] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="what the care plane's tests run against; a PostgreSQL server is started for the run and deleted after it",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """A wrapper, so that it comes before the plugin that reads Django's settings."""
    _prepare(early_config.known_args_namespace.database)
    return (yield)


def pytest_unconfigure() -> None:
    while _servers:
        _servers.pop().stop()


def pytest_report_header(config: pytest.Config) -> str:
    return f"database: {config.getoption('database')}"


def _prepare(database: str) -> None:
    """A home for this process; a database for this process and the workers that it starts."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    inherited = {DATABASE} if is_worker else set()
    for name in [name for name in os.environ if name.startswith("SAMSPIL_") and name not in KEPT | inherited]:
        del os.environ[name]
    home = tempfile.mkdtemp(prefix="samspil-home-")
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    os.environ["SAMSPIL_HOME"] = home
    os.environ["SAMSPIL_HTTPS"] = "0"  # the tests' client and servers speak plain HTTP
    if database == "postgresql" and not is_worker:
        try:
            _servers.append(Server())
        except NoServer as error:
            raise pytest.UsageError(str(error)) from error
        os.environ[DATABASE] = _servers[-1].url
