"""What many tests share.

A small region, synthesised and ingested once per worker and never changed by a test; the programs that tests of the
pages start. Where the application keeps its data during tests is decided earlier, in `tests/environment.py`.
"""

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import override_settings
from playwright.sync_api import expect, sync_playwright

from samspil import verbs
from samspil.access import triggers
from tests.in_browser import is_fault

REGION_AS_OF = dt.date(2016, 10, 15)
ROOT = Path(__file__).parent.parent
#: The folders of tests of what the care plane keeps. Backups, which are not here, bring databases of both kinds.
CARE_PLANE = {"config", "access", "lists", "plans", "improvement", "web"}
# Not earlier, as `tests/environment.py` is: what it imports of Samspil is to be counted as covered.
pytest_plugins = ["tests.engines"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Which tests CI runs on which database, said by markers, so that none is left out of both runs."""
    for item in items:
        if item.path.relative_to(ROOT).parts[1] in CARE_PLANE:
            item.add_marker("care_plane")
        if "browser" in item.fixturenames:
            item.add_marker("once")


@pytest.fixture(scope="session", autouse=True)
def plain_static_files():
    """Files of the pages under their own names; those with hashes in them exist only after `collectstatic`."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES=django_settings.STORAGES | {"staticfiles": plain}):
        yield


@pytest.fixture(scope="session", autouse=True)
def flush_may_empty_the_log():
    """Tests with real transactions are followed by Django's flush, which the append-only log would refuse.

    The seals go with the log: no later one would fit them.
    """
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_the_log_too(operations, statements):
        triggers.remove(operations.connection)
        try:
            return flush(operations, statements)
        finally:
            triggers.install(operations.connection)
            django_settings.LOG_SEALS.unlink(missing_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_the_log_too)
        yield


@pytest.fixture(scope="session")
def chromium():
    """The path of the Chromium that `make test` makes sure of."""
    found = subprocess.run(["sh", "scripts/browser.sh"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    return found.stdout.strip()


@pytest.fixture(scope="session")
def node():
    """The path of the Node that goes with `node_modules`; run it in the checkout's folder."""
    path = ROOT / ".assets" / "node"
    assert path.exists(), "run `make .assets/ready-dev` first"
    return str(path)


@pytest.fixture(scope="session")
def axe():
    """The source of axe-core, which judges whether a page is accessible, to run inside a page."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def browser(chromium, monkeypatch, transactional_db):
    """A Chromium. Playwright runs a loop in this thread, in which Django would otherwise refuse the database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    # A machine with much to do may need longer than five seconds for what is expected; nothing else waits for it.
    expect.set_options(timeout=30_000)
    cache.clear()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()
        # Django keeps connections apart by loop, so nobody else could close the one that was opened in this one.
        connections.close_all()


@pytest.fixture
def page(browser, live_server):
    """A page whose console stays empty: what our own policy of contents forbids would show there."""
    opened = browser.new_page(base_url=live_server.url, locale="da-DK")
    said = []
    opened.on("console", lambda message: said.append(message.text) if is_fault(message) else None)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    assert not said


@pytest.fixture(scope="session")
def deliveries(tmp_path_factory):
    """The packages of a synthetic region of 4,000 persons with four years of history."""
    folder = tmp_path_factory.mktemp("region") / "deliveries"
    verbs.synth(4_000, folder, seed=7, as_of=REGION_AS_OF)
    return folder


@pytest.fixture(scope="session")
def region_home(deliveries, tmp_path_factory):
    """A warehouse with the region in it, for reading only."""
    home = tmp_path_factory.mktemp("home") / "var"
    report = verbs.ingest([deliveries], home)
    assert not report.refused, str(report)
    return home


@pytest.fixture
def own_home(region_home, tmp_path):
    """A copy of the region's warehouse that a test may change."""
    home = tmp_path / "var"
    shutil.copytree(region_home, home)
    return home
