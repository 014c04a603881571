"""What an installation is protected by when nobody has said otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client

from samspil.access.models import HeldForm, Role
from samspil.config import environment
from tests import care

ROOT = Path(__file__).parents[2]


def django(home, *words, **variables):
    """A command in a fresh installation, with nothing set but what a test says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAMSPIL_")}
    environment |= {"SAMSPIL_HOME": str(home), "DJANGO_SETTINGS_MODULE": "samspil.config.settings"} | variables
    return subprocess.run(
        [sys.executable, "-m", "django", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


PRINT = """
from django.conf import settings
names = ("DEBUG", "DEMO", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
         "CSRF_COOKIE_SECURE", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE", "LANGUAGE_COOKIE_SECURE",
         "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "ALLOWED_HOSTS")
print({name: getattr(settings, name) for name in names})
"""


def test_an_installation_that_says_nothing_passes_djangos_own_deployment_check(tmp_path):
    done = django(tmp_path, "check", "--deploy", "--fail-level", "WARNING")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_cookies_go_over_https_only_and_no_script_reads_them(tmp_path):
    done = django(tmp_path, "shell", "--verbosity", "0", "--command", PRINT)
    assert done.returncode == 0, done.stderr
    assert eval(done.stdout) == {
        "DEBUG": False,
        "DEMO": False,
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_HTTPONLY": True,
        "CSRF_COOKIE_SAMESITE": "Strict",
        "LANGUAGE_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 365 * 24 * 3600,
        "ALLOWED_HOSTS": ["localhost", "127.0.0.1", "[::1]"],
    }


def test_a_demonstration_served_to_others_does_not_pass(tmp_path):
    done = django(tmp_path, "check", "--deploy", SAMSPIL_DEMO="1", SAMSPIL_HOSTS="samspil.example")
    assert done.returncode == 1
    assert "samspil.E001" in done.stderr


def test_keys_are_made_once_and_for_the_owner_only(tmp_path):
    for _ in range(2):
        assert django(tmp_path, "check").returncode == 0
    for name in ("secret.key", "log.key"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600


def test_of_many_who_make_a_key_at_once_one_makes_it(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: environment.secret(tmp_path / "home", "a.key", "SAMSPIL_NO_KEY"), range(32)))
    assert len(set(made)) == 1
    assert len(made[0]) > 60
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["a.key"]


@pytest.mark.parametrize("content", ["", " \n"])
def test_a_key_with_nothing_in_it_is_refused(tmp_path, content):
    (tmp_path / "log.key").write_text(content)
    done = django(tmp_path, "check")
    assert done.returncode != 0
    assert "log.key is empty" in done.stderr


@pytest.mark.parametrize(
    "variables", [{"SAMSPIL_HTTPS": "maybe"}, {"SAMSPIL_PROXIES": "-1"}, {"SAMSPIL_DATABASE_URL": "mysql://x"}]
)
def test_a_setting_that_cannot_be_read_is_told_by_name(tmp_path, variables):
    done = django(tmp_path, "check", **variables)
    assert done.returncode != 0
    assert next(iter(variables)) in done.stderr


@pytest.mark.django_db
class TestEveryAnswer:
    def test_only_our_own_scripts_and_styles_run(self, client):
        policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
        directives = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
        assert "unsafe" not in policy
        assert "*" not in policy
        assert directives["default-src"] == "'none'"
        assert directives["script-src"] == directives["style-src"] == directives["connect-src"] == "'self'"
        assert directives["base-uri"] == directives["frame-ancestors"] == "'none'"
        assert directives["form-action"] == "'self'"

    def test_it_is_framed_by_nobody_and_tells_no_one_where_somebody_was(self, client):
        headers = client.get("/").headers
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"

    def test_session_and_token_cookies_are_closed_to_scripts(self, client):
        user = care.user()
        user.set_password("kaffe-og-rundstykker")
        user.save()
        client.get("/accounts/login/")
        client.post("/accounts/login/", {"login": user.username, "password": "kaffe-og-rundstykker"})
        for name in ("sessionid", "csrftoken", "last_user", "django_language"):
            assert client.cookies[name]["httponly"], name
            assert client.cookies[name]["samesite"] in {"Lax", "Strict"}, name

    def test_forms_need_the_token_of_our_own_page(self):
        browser = Client(enforce_csrf_checks=True)
        for path in ("/accounts/login/", "/language/", "/accounts/logout/", "/people/new/"):
            assert browser.post(path, {"a": "b"}).status_code == 403, path

    def test_more_than_any_form_holds_is_not_read(self, client):
        care.log_in(client, care.member(role=Role.ADMINISTRATOR))
        answer = client.post("/organisations/new/", {"name": "x" * (django_settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)})
        assert answer.status_code == 413
        assert "Det var for meget på én gang" in answer.text

    def test_a_form_with_a_file_is_refused_before_the_file_is_read(self, client):
        head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.txt"\r\n\r\n'
        sent = BytesIO(head + b"x" * 4 * 1024 * 1024 + b"\r\n--b--\r\n")
        size = len(sent.getvalue())
        form = {"CONTENT_TYPE": "multipart/form-data; boundary=b", "CONTENT_LENGTH": str(size), "wsgi.input": sent}
        answer = client.generic("POST", "/accounts/login/", **form)
        assert (answer.status_code, "kunne ikke læses" in answer.text) == (400, True)
        assert sent.tell() < size / 8

    def test_more_fields_than_any_form_has_are_not_read(self, client):
        care.log_in(client, care.member(role=Role.ADMINISTRATOR))
        fields = {f"f{number}": "1" for number in range(django_settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
        answer = client.post("/organisations/new/", "&".join(fields), content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413

    @pytest.mark.parametrize("path", ["/people/?q=%00", "/people/?after=%00", "/organisations/?q=a%00", "/held/%00/"])
    def test_a_nul_character_in_an_address_is_not_read(self, client, path):
        care.log_in(client, care.member(role=Role.ADMINISTRATOR))
        answer = client.get(path)
        assert (answer.status_code, "kunne ikke læses" in answer.text) == (400, True)

    def test_a_nul_character_in_a_form_is_neither_read_nor_kept(self, client):
        care.log_in(client, care.member(role=Role.ADMINISTRATOR))
        assert client.post("/organisations/new/", {"name": "a\0b"}).status_code == 400
        user = care.user()
        user.set_password("kaffe-og-rundstykker")
        user.save()
        client.post("/accounts/login/", {"login": user.username, "password": "kaffe-og-rundstykker"})
        client.cookies.pop("sessionid")
        assert client.post("/organisations/new/", {"name": "a\0b"}).status_code == 400
        assert not HeldForm.objects.exists()

    def test_a_nul_character_in_a_cookie_is_not_read(self, client):
        client.cookies["sessionid"] = "abcdefgh\0"
        assert client.get("/").status_code == 400

    def test_what_somebody_logged_in_sees_is_kept_nowhere(self, client):
        assert "no-store" not in client.get("/").headers.get("Cache-Control", "")
        house = care.practice()
        anna = care.citizen(house)
        care.log_in(client, care.member(house))
        letter = client.post(f"/citizens/{anna.pk}/log-in/")
        for answer in (letter, client.get("/"), client.get("/citizens/find/"), client.get("/findes-ikke/")):
            assert "no-store" in answer.headers["Cache-Control"]

    def test_a_host_that_is_not_ours_is_not_served(self, client):
        answer = client.get("/", headers={"Host": "elsewhere.example"})
        assert answer.status_code == 400
        assert "kunne ikke læses" in answer.text
