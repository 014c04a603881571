"""Two machines with one PostgreSQL are one installation: it does not matter which of them answers, or that one dies."""

from __future__ import annotations

import datetime as dt
import os
import re
import signal
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit, urlunsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from samspil.access import log
from samspil.access.models import HeldForm, Organisation, Role
from tests import care
from tests.config import served
from tests.databases import copied

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite serves one machine"),
]
PASSWORD = "kaffe-og-rundstykker"
FORM = {"kind": "ngo", "name": "Besøgsvennerne på Fyn", "provider_number": "", "doctors": "", "phone": "62 21 00 00"}


@pytest.fixture(scope="module")
def database(django_db_setup, django_db_blocker):
    """A database of its own, which this process sees as the servers do; its address."""
    with django_db_blocker.unblock(), copied(connection.settings_dict["NAME"]) as name:
        yield urlunsplit(urlsplit(os.environ["SAMSPIL_DATABASE_URL"])._replace(path=f"/{name}"))


@pytest.fixture(scope="module")
def machines(database, tmp_path_factory):
    """The homes of two machines that share the database and the keys, and nothing else."""
    made = [
        served.environment(
            tmp_path_factory.mktemp("machine"),
            SAMSPIL_DATABASE_URL=database,
            SAMSPIL_HTTPS="0",
            SAMSPIL_SECRET_KEY=settings.SECRET_KEY,
            SAMSPIL_LOG_KEY=settings.LOG_KEY,
        )
        for _ in range(2)
    ]
    for machine in made:
        served.run(machine, "samspil", "migrate")
    return made


@pytest.fixture(scope="module")
def lasting(machines, tmp_path_factory):
    """The server of one machine."""
    with served.Served(machines[0], tmp_path_factory.mktemp("lasting")) as server:
        yield server


@pytest.fixture(scope="module")
def other(machines, tmp_path_factory):
    """The server of the other machine."""
    with served.Served(machines[1], tmp_path_factory.mktemp("other")) as server:
        yield server


@pytest.fixture
def doomed(machines, tmp_path):
    """A server of the other machine that a test kills."""
    with served.Served(machines[1], tmp_path) as server:
        yield server


@pytest.fixture(autouse=True)
def _nobody_tried_before(database):
    cache.clear()


class Browser:
    """Somebody's browser, behind a proxy that gives each request to any of the servers."""

    def __init__(self):
        self.cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.cookies))

    def get(self, server, path, **fields):
        """A page, or with fields what a form sends; where it led is in `url`."""
        address = f"http://127.0.0.1:{server.port}{path}"
        try:
            answer = self._opener.open(address, urlencode(fields).encode() if fields else None, timeout=60)
        except HTTPError as error:
            answer = error
        self.url = answer.url
        return answer.read().decode()

    def send(self, server, path, of, **fields):
        """A form of a page that another server may have given."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(of, path))[1]
        return self.get(server, path, csrfmiddlewaretoken=token, **fields)

    def log_in(self, server, user, password=PASSWORD):
        page = self.send(server, "/accounts/login/", server, login=user.username, password=password)
        for one in self.cookies:
            if one.name == "sessionid" and (session := SessionStore(one.value)).get("_auth_user_id"):
                # The second factor counts as used, since it is not what is tried here.
                session["account_authentication_methods"] = [{"method": "second_factor", "at": 0, "by": "test"}]
                session.save()
        return page


@pytest.fixture
def anna(database):
    return with_password(care.citizen_account(care.citizen(care.practice(), "Anna Poulsen")))


@pytest.fixture
def admin(database):
    return with_password(care.member(role=Role.ADMINISTRATOR, name="Peter Nygårds").user)


def with_password(user):
    user.set_password(PASSWORD)
    user.save()
    return user


def kill(server):
    """Every process of a server is gone without a word."""
    master = server.process.pid
    workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    for process in (master, *map(int, workers)):
        os.kill(process, signal.SIGKILL)
    server.process.wait()


def test_who_logged_in_at_the_one_goes_on_at_the_other_and_is_logged_out_of_both(lasting, other, anna):
    browser = Browser()
    browser.log_in(lasting, anna)
    assert "Anna Poulsen" in browser.get(other, "/")
    browser.send(other, "/accounts/logout/", lasting)
    assert "Anna Poulsen" not in browser.get(lasting, "/")


def test_wrong_passwords_are_counted_over_all_machines(lasting, other, anna):
    for server in (lasting, other, lasting, other, lasting):
        assert "passer ikke sammen" in Browser().log_in(server, anna, "forkert")
    for server in (lasting, other):
        assert "for mange" in Browser().log_in(server, anna).lower()


def test_nothing_is_lost_with_a_machine_that_is_killed(lasting, doomed, admin):
    browser = Browser()
    browser.log_in(doomed, admin)
    browser.send(doomed, "/organisations/new/", lasting, **FORM)
    sent = browser.url
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(doomed, "/organisations/new/"))[1]
    Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
    late = FORM | {"name": "Havens venner"}
    assert "Det, du skrev, er gemt" in browser.get(doomed, "/organisations/new/", csrfmiddlewaretoken=token, **late)
    kill(doomed)
    assert sent.endswith("/organisations/")
    assert Organisation.objects.filter(name=FORM["name"]).count() == 1
    browser.log_in(lasting, admin)
    assert FORM["name"] in browser.get(lasting, "/organisations/")
    assert late["name"] in browser.get(lasting, f"/held/{HeldForm.objects.get().token}/"), "the other gives it back"
    assert log.verify().faults == []


def test_nothing_of_anybodys_work_is_kept_in_a_home(lasting, other, machines):
    """Seals are each machine's own, static files and figures are made anew; keys came from outside."""
    for machine in machines:
        assert {path.name for path in Path(machine["SAMSPIL_HOME"]).iterdir()} <= {"static", "metrics", "seals.jsonl"}


def test_a_machine_with_another_key_of_the_log_is_not_served(machines, database):
    log.append([log.entry(care.actor(Role.GP), "read", log.Resource("citizen_record"), "care", log.Decision(True))])
    told = refused(machines[0] | {"SAMSPIL_LOG_KEY": "a key of its own"}, "serve")
    assert "every machine the same SAMSPIL_LOG_KEY" in told
    assert "SAMSPIL_LOG_KEY" in refused(machines[0] | {"SAMSPIL_LOG_KEY": "a key of its own"}, "remind", "--no-mail")
    assert log.verify().faults == []


def test_a_machine_without_the_static_files_of_this_version_is_not_served(machines, tmp_path):
    told = refused(machines[0] | {"SAMSPIL_HOME": str(tmp_path)}, "serve")
    assert "run `samspil migrate` on it" in told


def refused(machine, *words):
    """What a command says that must fail."""
    with pytest.raises(AssertionError) as found:
        served.run(machine, "samspil", *words)
    return " ".join(str(found.value).split())
