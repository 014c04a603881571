"""What an installation tells the care plane through environment variables, read and checked in one place."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

#: Processes that serve pages share few connections, and no page holds one for long. Commands take one, and their time.
PAGES = {"SAMSPIL_DATABASE_POOL": "1-4", "SAMSPIL_STATEMENT_TIMEOUT": "30", "SAMSPIL_LOCK_TIMEOUT": "10"}
#: Whoever finds every connection in use waits so long for one, and is told then. A pool that could not connect for so
#: long leaves it to the next who asks, so that it is not waiting longer and longer when the database is back.
POOL_SECONDS = 5.0

#: A token of so many characters is not guessed.
TOKEN_LENGTH = 32


def flag(name: str, default: bool) -> bool:
    """A switch: `1`/`yes`/`on`/`true` or `0`/`no`/`off`/`false`. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "yes", "on", "true"}:
        return True
    if value in {"0", "no", "off", "false"}:
        return False
    raise ImproperlyConfigured(f"{name} is `{value}`; it can be 1 or 0")


def number(name: str, default: int) -> int:
    """A count, zero or more. Raises ImproperlyConfigured for anything else."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is `{value}`; it can be 0, 1, 2 …")
    return int(value)


def words(name: str, default: str) -> list[str]:
    """A comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def token(name: str) -> str:
    """A secret that a program sends; empty for none. Raises ImproperlyConfigured for one that could be guessed."""
    value = os.environ.get(name, "").strip()
    if value and len(value) < TOKEN_LENGTH:
        raise ImproperlyConfigured(f"{name} is too short: {TOKEN_LENGTH} characters or more, as `openssl rand -hex 32`")
    return value


def secret(home: Path, name: str, variable: str) -> str:
    """A secret from the environment, else from a file of the home that is made, for its owner only, on first use.

    Of several processes that make it at once, one makes it for all: the file appears with the secret in it. Raises
    ImproperlyConfigured when it can neither be read nor made, and for a file with nothing in it.
    """
    given = os.environ.get(variable)
    if given:
        return given
    path = home / name
    try:
        if not path.exists():
            home.mkdir(parents=True, exist_ok=True)
            _make_secret(path)
        found = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ImproperlyConfigured(f"{path} cannot be read or made ({error}); set {variable} instead") from error
    if not found:
        raise ImproperlyConfigured(f"{path} is empty; put the key back, or set {variable}")
    return found


def _make_secret(path: Path) -> None:
    """Written beside it first, and put in place whole; a file that is there by then stays."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(name, path)
    finally:
        Path(name).unlink()


def database(home: Path, variable: str = "SAMSPIL_DATABASE_URL") -> dict[str, Any]:
    """Django's description of the database: `postgresql://user:password@host:port/name`, else SQLite in the home."""
    url = os.environ.get(variable, "")
    if not url:
        home.mkdir(parents=True, exist_ok=True)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(home / "care.sqlite3"),
            "OPTIONS": {
                # A writer takes the lock when it begins, so that two writers wait for each other instead of failing.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
            # A file, not memory: several threads and processes meet in it, as they do in use.
            "TEST": {"NAME": str(home / "test.sqlite3")},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{variable} must look like postgresql://user:password@host:5432/name")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    bouncer, pooled = flag("SAMSPIL_PGBOUNCER", default=False), pool()
    if bouncer and pooled:
        raise ImproperlyConfigured("SAMSPIL_PGBOUNCER keeps the connections already: leave SAMSPIL_DATABASE_POOL out")
    if pooled:
        options["pool"] = pooled
    if not bouncer:
        # PgBouncer hands on no such options; behind it they are settings of the database's user.
        given = [options.pop("options", ""), _limit("statement_timeout"), _limit("lock_timeout")]
        options |= {"options": said} if (said := " ".join(filter(None, given))) else {}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or ""),
        # A pool has the connection back after each request; without one it stays with its thread.
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": True,
        # A cursor of the server ends with its transaction, and then PgBouncer gives the connection to somebody else.
        "DISABLE_SERVER_SIDE_CURSORS": bouncer,
        "OPTIONS": options,
    }


def for_pages() -> None:
    """What processes that serve pages are told where the installation says nothing: see `PAGES`."""
    if flag("SAMSPIL_PGBOUNCER", default=False):
        os.environ.setdefault("SAMSPIL_DATABASE_POOL", "0")
    for name, value in PAGES.items():
        os.environ.setdefault(name, value)


def pool(variable: str = "SAMSPIL_DATABASE_POOL") -> dict[str, Any] | None:
    """A pool of so many connections, such as `1-4`: at least, and at most; `0` or nothing is none.

    Raises ImproperlyConfigured for anything else.
    """
    value = os.environ.get(variable, "").strip()
    if value in {"", "0"}:
        return None
    found = re.fullmatch(r"(\d{1,4})-(\d{1,4})", value)
    least, most = (int(found[1]), int(found[2])) if found else (1, 0)
    if not (least <= most and most > 0):
        raise ImproperlyConfigured(f"{variable} is `{value}`; it must look like 1-4, at least and at most, or be 0")
    return {"min_size": least, "max_size": most, "timeout": POOL_SECONDS, "reconnect_timeout": POOL_SECONDS}


def _limit(name: str) -> str:
    """A limit of the database in seconds, as `SAMSPIL_STATEMENT_TIMEOUT` or `SAMSPIL_LOCK_TIMEOUT` say; 0 is none."""
    seconds = number(f"SAMSPIL_{name.upper()}", default=0)
    return f"-c {name}={seconds * 1000}" if seconds else ""


def mail(demo: bool, variable: str = "SAMSPIL_SMTP_URL") -> dict[str, Any]:
    """Django's settings of e-mail: `smtp://user:password@host:25`, `smtps://…` or `smtp+starttls://…`.

    Without it a demonstration prints e-mails, and nothing else sends any (`samspil remind` says so). Raises
    ImproperlyConfigured for what is no such address, and when no sender is named (`SAMSPIL_MAIL_FROM`).
    """
    sender = os.environ.get("SAMSPIL_MAIL_FROM", "").strip()
    url = os.environ.get(variable, "").strip()
    if not url:
        backend = "console" if demo else "dummy"
        return {
            "EMAIL_BACKEND": f"django.core.mail.backends.{backend}.EmailBackend",
            "DEFAULT_FROM_EMAIL": sender or "samspil@localhost",
            "MAIL_IS_SENT": demo,
        }
    ports = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"{variable}: the port is no number") from error
    if parts.scheme not in ports or not parts.hostname:
        raise ImproperlyConfigured(
            f"{variable} must look like smtp://user:password@host:25, smtps://… or smtp+starttls://…"
        )
    if "@" not in sender:
        raise ImproperlyConfigured("SAMSPIL_MAIL_FROM must name the address that e-mails come from")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_TIMEOUT": 20,
        "DEFAULT_FROM_EMAIL": sender,
        "MAIL_IS_SENT": True,
    }
