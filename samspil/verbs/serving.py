"""The verb that serves the care plane."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import NoReturn

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.access_log import check_log_key
from samspil.verbs.migrating import pending


def serve(
    host: str = "127.0.0.1", port: int = 8000, *, workers: int = 2, threads: int = 4, behind_https: bool = False
) -> NoReturn:
    """Serve the care plane until stopped; this process becomes the server. Its log is JSON unless a terminal reads it.

    Without TLS in front only this machine itself is served, and so is a demonstration. Raises SamspilError for another
    address then, for settings that must not be put into operation, when the database or this machine's static files are
    not at this version, and for another key than the access log was written with.
    """
    if not behind_https:
        if not is_loopback(host):
            raise SamspilError(
                f"{host} can be reached from elsewhere, and without TLS everything could be read on the way: put a "
                "proxy with TLS in front and serve with --behind-https"
            )
        os.environ["SAMSPIL_HTTPS"] = "0"
    os.environ.setdefault("SAMSPIL_LOG", "text" if sys.stderr.isatty() else "json")
    _check_settings(host)
    waiting = pending()
    if waiting:
        raise SamspilError(
            f"the database lacks {len(waiting)} migrations ({waiting[0]} …): run `samspil migrate` first"
        )
    check_log_key()
    _check_static_files()
    _make_metrics_folder(port)
    command = [
        sys.executable, "-m", "gunicorn", "samspil.config.wsgi:application",
        "--config", "python:samspil.config.watching.served",
        "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", str(threads),
        "--timeout", "60", "--no-control-socket",
    ]  # fmt: skip
    sys.stdout.flush()
    os.execv(sys.executable, command)


def _check_static_files() -> None:
    """Raises SamspilError for a machine whose static files are not there, or are those of an earlier version."""
    from django.contrib.staticfiles import finders  # noqa: PLC0415
    from django.contrib.staticfiles.storage import staticfiles_storage  # noqa: PLC0415

    kept = getattr(staticfiles_storage, "hashed_files", {})
    wanted = (path for finder in finders.get_finders() for path, _storage in finder.list([]))
    if any(path not in kept for path in wanted):
        raise SamspilError("this machine lacks static files of this version: run `samspil migrate` on it first")


def _make_metrics_folder(port: int) -> None:
    """Where the processes of this server keep what they count. Raises SamspilError when it cannot be made."""
    from django.conf import settings  # noqa: PLC0415

    folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(settings.HOME / "metrics" / str(port))))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SamspilError(
            f"{folder} cannot be made for what is counted ({error.strerror}); set PROMETHEUS_MULTIPROC_DIR to a folder "
            "that may be written to"
        ) from error


def _check_settings(host: str) -> None:
    """Raises SamspilError with the first thing that Django's check before deployment calls an error."""
    care_plane()
    from django.conf import settings  # noqa: PLC0415
    from django.core import checks  # noqa: PLC0415

    found = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=True)
    fault = next((check for check in found if check.is_serious()), None)
    if fault is not None:
        raise SamspilError(f"{fault.msg} {fault.hint or ''} ({fault.id})")
    if settings.DEMO and not is_loopback(host):
        raise SamspilError(f"SAMSPIL_DEMO lets everybody in without a password, and {host} can be reached by others")


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
