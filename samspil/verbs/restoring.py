"""The verb `restore`: a backup is brought into an empty home and an empty database, and checked there."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samspil.backup.contents import KEYS, LOG_KEY, SECRET_KEY, alone
from samspil.backup.manifest import Database, Manifest
from samspil.backup.staging import Staging
from samspil.backup.store import Store
from samspil.config import dumps
from samspil.config.dumps import postgresql
from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.verbs.backing_up import by_part
from samspil.verbs.show import Shown
from samspil.warehouse.home import Home

if TYPE_CHECKING:
    from samspil.access.log import Verification


@dataclass(frozen=True)
class Restored(Shown):
    """What was restored. `pending` are migrations to run; `log` is None where the access log was not read.

    `lacking` are keys that were neither in the backup nor in the home.
    """

    manifest: Manifest
    home: Home
    lacking: list[str]
    unfinished: list[str]
    pending: list[str]
    log: Verification | None

    @property
    def whole(self) -> bool:
        """Whether nothing of the access log is missing or was changed, so far as it was read."""
        return self.log is None or not self.log.faults

    def next_steps(self) -> list[str]:
        """What is left to do, in words."""
        steps = []
        if LOG_KEY in self.lacking:
            steps.append("Put log.key into the home before any other command: it would make a new one.")
        if SECRET_KEY in self.lacking:
            steps.append(
                "secret.key was not there: put it into the home in place of the new one, or everybody logs in anew and "
                "the next harvest numbers its courses anew."
            )
        if self.manifest.database is not None:
            steps.append("Next: samspil migrate" + (", then samspil access-log verify" if self.log is None else ""))
        if "vault" in self.manifest.left_out:
            steps.append("There is no vault: nobody can be identified, and nothing more can be ingested.")
        return steps

    def rows(self) -> list[dict[str, Any]]:
        return [
            {"part": part, "files": len(files), "bytes": sum(file.size for file in files)}
            for part, files in by_part(self.manifest).items()
        ] + [{"part": part, "files": "not in the backup"} for part in self.manifest.left_out]


def restore(
    source: Path | str,
    *,
    name: str | None = None,
    home: Path | str | None = None,
    unverified: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Restored:
    """Bring a backup, the newest or the one called `name`, into an empty home and an empty database.

    Every file is checked before anything of it is put in its place, and the access log is read against its seal
    afterwards. What was killed half-way is given again: it begins anew, or goes on. `unverified` restores without the
    key of the access log, and reads nothing of it. Raises SamspilError when home or database are not empty, when the
    backup was not finished or a file of it is damaged, and when that key is not there; then nothing was changed.
    """
    place = Home.find(home)
    store = Store(source)
    manifest = store.manifest(name)
    staging = Staging(place)
    whole = staging.is_whole(manifest)
    if not whole:
        _check_empty(staging, manifest)
    if manifest.database is not None:
        _check_database(manifest, manifest.database, place, again=whole, unverified=unverified)
    place.root.mkdir(parents=True, exist_ok=True)
    lacking = [key for key in manifest.left_out if key in KEYS and not _is_known(place, key)]
    with alone(place):
        if not whole:
            total, done = sum(file.size for file in manifest.files), 0

            def told(read: int) -> None:
                nonlocal done
                done += read
                progress(f"copying and checking: {done // 2**20:,} of {total // 2**20:,} MiB")

            staging.fill(store, manifest, told)
        staging.move(manifest)
        if manifest.database is not None and manifest.database.kind == "postgresql":
            progress("restoring the database")
            _restore_dump(manifest.database, place, staging)
        staging.remove()
    pending: list[str] = []
    log = None
    if manifest.database is not None and not unverified:
        pending, log = _checked(manifest.database, place, progress)
    unfinished = [each for each in store.unfinished() if each > manifest.name]
    return Restored(manifest, place, lacking, unfinished, pending, log)


def _is_known(place: Home, key: str) -> bool:
    variable = {LOG_KEY: "SAMSPIL_LOG_KEY", SECRET_KEY: "SAMSPIL_SECRET_KEY"}[key]
    return bool(os.environ.get(variable)) or (place.root / key).exists()


def _check_empty(staging: Staging, manifest: Manifest) -> None:
    found = staging.occupied(manifest)
    if found is not None:
        raise SamspilError(f"{staging.home.root} is not empty: there is {found}; restore into a new home (--home)")


def _check_database(manifest: Manifest, kept: Database, place: Home, *, again: bool, unverified: bool) -> None:
    """Raises SamspilError when the database to restore into will not do, or the log's key is not there."""
    from django.conf import settings as ours  # noqa: PLC0415

    if ours.configured and place.root != ours.HOME:
        raise SamspilError(f"this process works with {ours.HOME} already; restore in a process of its own")
    if dumps.kind() != kept.kind:
        raise SamspilError(
            f"the backup's database is of {kept.kind}, and {dumps.kind()} would be restored into: "
            + ("set SAMSPIL_DATABASE_URL" if kept.kind == "postgresql" else "take SAMSPIL_DATABASE_URL away")
        )
    brings_key = any(file.name == LOG_KEY for file in manifest.files)
    if not brings_key and not unverified:
        _check_key(kept, place)
    if kept.kind == "postgresql":
        settings = dumps.source(place.root).settings
        postgresql.check(settings)
        if not postgresql.is_empty(settings) and not (again and _is_restored(kept, settings)):
            raise SamspilError("the database of SAMSPIL_DATABASE_URL is not empty; restore into a new one (createdb)")


def _check_key(kept: Database, place: Home) -> None:
    found = dumps.log_key_name(place.root)
    if kept.log_key is None or found == kept.log_key:
        return
    lacks = f"{place.root} has none" if found is None else "there is another one"
    raise SamspilError(
        f"the access log of the backup was written with a key that is not in the backup, and {lacks}: put log.key into "
        f"{place.root} or set SAMSPIL_LOG_KEY, and restore again. Without the key the log proves nothing (--unverified)"
    )


def _is_restored(kept: Database, settings: dict[str, Any]) -> bool:
    """Whether the database holds the log that the backup tells of: an earlier restore came as far as this."""
    log = postgresql.log_of(settings)
    return log is not None and log.rows == kept.log_rows and log.seal == kept.seal


def _restore_dump(kept: Database, place: Home, staging: Staging) -> None:
    settings = dumps.source(place.root).settings
    if postgresql.is_empty(settings):
        postgresql.restore(settings, staging.path(kept.file))


def _checked(kept: Database, place: Home, progress: Callable[[str], None]) -> tuple[list[str], Verification | None]:
    """The migrations to run, and, where there are none, what reading the access log against the backup's seal found."""
    care_plane(place.root)
    from samspil.access import log  # noqa: PLC0415 - Django's records can be loaded only when it is set up
    from samspil.verbs.migrating import pending  # noqa: PLC0415

    waiting = pending()
    if waiting:
        return waiting, None
    progress("reading the access log")
    return [], log.verify(kept.seal)
