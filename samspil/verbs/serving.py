"""The verbs that set the care plane up and serve it."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import NoReturn

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError


def migrate() -> list[str]:
    """Bring the care plane's database and static files to this version of Samspil. Returns what was applied.

    Raises SamspilError when the database cannot be reached.
    """
    care_plane()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db.utils import OperationalError  # noqa: PLC0415

    try:
        applied = pending()
        call_command("migrate", interactive=False, verbosity=0)
        call_command("createcachetable", verbosity=0)
    except OperationalError as error:
        raise SamspilError(f"the care plane's database cannot be reached: {error}") from error
    call_command("collectstatic", interactive=False, verbosity=0)
    return applied


def pending() -> list[str]:
    """The migrations that are not applied yet, such as `lists.0001_initial`."""
    care_plane()
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.executor import MigrationExecutor  # noqa: PLC0415

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def serve(host: str = "127.0.0.1", port: int = 8000, *, workers: int = 2, behind_https: bool = False) -> NoReturn:
    """Serve the care plane until stopped; this process becomes the server.

    Without TLS in front only this machine itself is served, and so is a demonstration. Raises SamspilError for another
    address then, for settings that must not be put into operation, and when the database is not at this version.
    """
    if not behind_https:
        if not is_loopback(host):
            raise SamspilError(
                f"{host} can be reached from elsewhere, and without TLS everything could be read on the way: put a "
                "proxy with TLS in front and serve with --behind-https"
            )
        os.environ["SAMSPIL_HTTPS"] = "0"
    _check_settings(host)
    waiting = pending()
    if waiting:
        raise SamspilError(
            f"the database lacks {len(waiting)} migrations ({waiting[0]} …): run `samspil migrate` first"
        )
    command = [
        sys.executable, "-m", "gunicorn", "samspil.config.wsgi:application",
        "--bind", f"{host}:{port}", "--workers", str(workers), "--threads", "4",
        "--timeout", "60", "--no-control-socket",
    ]  # fmt: skip
    sys.stdout.flush()
    os.execv(sys.executable, command)


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
