"""An installation as it is run, watched: it says what happened and nothing about anybody, whatever fails."""

from __future__ import annotations

import json
import os
import re
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import psycopg
import pytest

from tests.config import served, watched_people

pytestmark = pytest.mark.slow
CPR, FOREIGN_CPR, PASSWORD = watched_people.CPR, watched_people.FOREIGN_CPR, watched_people.PASSWORD
TYPED = "Ravnemoder"
#: Keys that every line has, and those that a line about a request has too.
ALWAYS = {"at", "level", "logger", "process", "message"}
OF_A_REQUEST = {"request", "route", "method", "status", "duration_ms", "statements", "database_ms"}


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    """The environment of an installation with pages that fail: SQLite in its home, or a database of its own."""
    home = tmp_path_factory.mktemp("plane")
    variables = {"DJANGO_SETTINGS_MODULE": "tests.config.watched_settings", "SAMSPIL_HTTPS": "0"}
    url = os.environ.get("SAMSPIL_DATABASE_URL")
    if url is None:
        yield served.environment(home, **variables)
        return
    name = f"served_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    own = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    yield served.environment(home, SAMSPIL_DATABASE_URL=own, **variables)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def people(plane):
    """Who is there, and a session of the doctor."""
    served.run(plane, "samspil", "migrate")
    return json.loads(served.run(plane, "tests.config.watched_people"))


@pytest.fixture(scope="module")
def driven(plane, people, tmp_path_factory):
    """A server that many pages were asked of and that has ended, its metrics, and the statuses it answered with."""
    statuses = {}
    with served.Served(plane, tmp_path_factory.mktemp("driven"), workers=2) as server:
        _drive(server, people, statuses)
        _status, _headers, metrics = server.ask("/metrics")
    return server, metrics, statuses


def _drive(server, people, statuses):
    session = {"Cookie": f"sessionid={people['session']}"}

    def ask(name, path, **more):
        statuses[name] = server.ask(path, **more)[0]

    def send(name, path, fields, headers, csrf=True):
        _status, found, _text = server.ask(path, headers=headers)
        token = re.search(r"csrftoken=(\w+)", found.get("set-cookie", ""))
        cookies = [headers.get("Cookie", ""), f"csrftoken={token[1]}" if token else ""]
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(filter(None, cookies)),
            "Origin": f"http://127.0.0.1:{server.port}",
        }
        body = urlencode(fields | ({"csrfmiddlewaretoken": token[1]} if csrf and token else {}))
        ask(name, path, method="POST", body=body, headers=sent)

    ask("front", "/")
    ask("citizen", f"/citizens/{people['own']}/", headers=session)
    ask("refused", f"/citizens/{people['foreign']}/", headers=session)
    ask("no address", f"/citizens/{CPR}{quote(TYPED)}/{CPR[:6]}-{CPR[6:]}/?q={quote(watched_people.NAME)}&cpr={CPR}")
    ask("a number of a citizen that is none", f"/citizens/{CPR}/?q={CPR}", headers=session)
    send("wrong password", "/accounts/login/", {"login": people["user"], "password": f"{TYPED}{CPR}"}, {})
    send("wrong user", "/accounts/login/", {"login": watched_people.NAME, "password": TYPED}, {})
    send("right password", "/accounts/login/", {"login": people["user"], "password": PASSWORD}, {})
    send("forged", "/accounts/login/", {"login": TYPED}, {}, csrf=False)
    send("form error", "/citizens/find/", {"cpr": f"{CPR} {TYPED}"}, session)
    for how in ("exception", "chained", "integrity", "statement", "suspicious", "thread", "warning", "library", "ours"):
        ask(how, f"/fail/{how}/?q={quote(TYPED)}", headers=session | {"X-Request-ID": CPR.zfill(16)})
    ask("wrong host", "/", headers={"Host": f"{TYPED}.example"})
    ask("nul", f"/people/?q=%00{CPR}")
    ask("static", f"/static/{TYPED}.css")
    ask("odd method", "/", method=TYPED.upper())
    server.raw(f"GET /{CPR} {TYPED}\r\n\r\n".encode())
    server.raw(f"GET / HTTP/1.1\r\nHost: x\r\n{watched_people.NAME}: y\r\n\r\n".encode())


def test_every_page_answered_as_it_should(driven):
    _server, _metrics, statuses = driven
    assert statuses == {
        "front": 200,
        "citizen": 200,
        "refused": 403,
        "no address": 404,
        "a number of a citizen that is none": 404,
        "wrong password": 200,
        "wrong user": 200,
        "right password": 302,
        "forged": 403,
        "form error": 422,
        "exception": 500,
        "chained": 500,
        "integrity": 500,
        "statement": 500,
        "suspicious": 400,
        "thread": 200,
        "warning": 200,
        "library": 200,
        "ours": 200,
        "wrong host": 400,
        "nul": 400,
        "static": 404,
        "odd method": 403,
    }


def test_nothing_it_printed_tells_of_anybody(driven, people):
    server, metrics, _statuses = driven
    told = server.printed + metrics
    secrets = [
        CPR, f"{CPR[:6]}-{CPR[6:]}", FOREIGN_CPR, TYPED, PASSWORD, people["session"], people["user"],
        *watched_people.NAME.split(), *watched_people.FOREIGN.split(), *watched_people.DOCTOR.split(),
    ]  # fmt: skip
    assert [secret for secret in secrets if secret.casefold() in told.casefold()] == []
    for address in re.findall(r".*127\.0\.0\.1.*", told):
        assert "Listening at" in address or "stop with Ctrl-C" in address


def test_every_line_is_json_with_the_keys_that_are_agreed(driven):
    server, _metrics, _statuses = driven
    lines = server.lines
    assert [line for line in lines if ALWAYS - set(line)] == []
    of_requests = [line for line in lines if line["logger"] == "samspil.request"]
    assert [line for line in of_requests if set(line) != ALWAYS | OF_A_REQUEST] == []
    assert {line["route"] for line in of_requests} >= {"front", "citizen", "fail", "account_login", "unknown", "static"}
    assert not [line for line in of_requests if "/" in line["route"]]


def test_what_failed_is_told_by_its_type_and_its_place(driven):
    server, _metrics, _statuses = driven
    failed = [line for line in server.lines if "exception" in line]
    kinds = {line["exception"][0]["type"]: line for line in failed}
    assert {"builtins.ValueError", "builtins.RuntimeError", "django.db.utils.IntegrityError"} <= set(kinds)
    assert [each["type"] for each in kinds["builtins.RuntimeError"]["exception"]] == [
        "builtins.RuntimeError",
        "builtins.KeyError",
    ]
    frames = kinds["builtins.ValueError"]["exception"][0]["frames"]
    assert any(frame.startswith("tests/config/watched_urls.py:") for frame in frames)
    assert "500 Internal Server Error" in {line["message"] for line in failed}
    assert "a thread ended" in {line["message"] for line in failed}
    assert not [line for line in failed if str(served.ROOT) in json.dumps(line)]


def test_the_lines_of_a_request_share_its_number(driven):
    server, _metrics, _statuses = driven
    lines = server.lines
    failed = next(line for line in lines if line["message"] == "500 Internal Server Error")
    answered = [line for line in lines if line.get("request") == failed["request"] and line.get("status") == 500]
    assert [line["route"] for line in answered] == ["fail"]


def test_processes_count_together(driven):
    _server, metrics, _statuses = driven
    count = {}
    for line in metrics.splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            count[name] = float(value)
    assert count['samspil_requests_total{method="GET",route="fail",status="5xx"}'] == 4
    assert count['samspil_requests_total{method="other",route="front",status="4xx"}'] == 1
    assert count['samspil_log_ins_total{outcome="failed"}'] == 2
    assert count["samspil_requests_in_flight"] == 0
    assert count["samspil_access_log_refusals_last_day"] == 1
    assert count['samspil_check_ok{check="database"}'] == 1


def test_a_process_that_is_killed_is_no_longer_under_way_and_what_it_counted_stays(plane, people, tmp_path):
    folder = tmp_path / "counted"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"of an earlier server")
    with served.Served(plane | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}, tmp_path) as server:
        server.ask("/")
        worker = next(line["process"] for line in server.lines if line["logger"] == "samspil.request")
        with ThreadPoolExecutor(1) as pool:
            hanging = pool.submit(server.ask, "/fail/hang/")
            wait_for_metric(server, "samspil_requests_in_flight 1.0")
            os.kill(worker, signal.SIGKILL)
            assert isinstance(hanging.exception(), OSError | HTTPException)
        server.wait_for("/ready/", 200)
        server.ask("/")
        wait_for_metric(server, "samspil_requests_in_flight 0.0")
        _status, _headers, metrics = server.ask("/metrics")
    assert 'samspil_requests_total{method="GET",route="front",status="2xx"} 2.0' in metrics


def wait_for_metric(server, line):
    """Ask until the metrics have this line."""
    until = time.monotonic() + served.SECONDS_TO_START
    while line not in server.ask("/metrics")[2].splitlines():
        assert time.monotonic() < until, line
        time.sleep(0.05)
