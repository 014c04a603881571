"""The part of the command line that keeps copies of everything: backup and restore."""

from __future__ import annotations

from typing import Annotated

import typer

from samspil.cli_options import HomeFolder
from samspil.console import console, errors, told

commands = typer.Typer()


@commands.command()
def backup(
    to: Annotated[str, typer.Option(help="A folder, or a URL of object storage such as s3://bucket/samspil.")],
    without_vault: Annotated[
        bool, typer.Option("--without-vault", help="Leave out what identifies anybody: the vault and the care plane.")
    ] = False,
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help="Take the keys too. Better: keep them apart, where backups are not.")
    ] = False,
    keep: Annotated[
        int | None, typer.Option(help="Remove all but so many backups afterwards.", show_default="all", min=1)
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read again what lies there, and copy anew what is damaged.")
    ] = False,
    home: HomeFolder = None,
) -> None:
    """Back up the warehouse and the care plane as they are at one moment; only what is new is copied.

    With --verify, status 1 when an earlier backup is damaged and what it lacks is no longer here.
    """
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        task = progress.add_task("backing up", total=None)
        done = verbs.backup(
            to, home=home, without_vault=without_vault, with_keys=with_keys, keep=keep, verify=verify,
            progress=lambda what: progress.update(task, description=what),
        )  # fmt: skip
    title = f"Backup {done.manifest.name} of state {done.manifest.state} in {done.place}"
    console.print(rich_table(done.rows(), title=title))
    for name in done.removed:
        console.print(f"removed {name}", highlight=False)
    for name in done.mended:
        console.print(f"{name} was damaged there and was copied anew", markup=False, highlight=False)
    for name in done.damaged:
        errors.print(f"{name}: damaged or missing, and not here any more", style="red", markup=False, highlight=False)
    if done.damaged:
        raise typer.Exit(1)


@commands.command()
def restore(
    source: Annotated[str, typer.Argument(help="Where the backups lie.")],
    name: Annotated[
        str | None, typer.Option(help="The backup, such as 20261128T031500Z.", show_default="the newest")
    ] = None,
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Without the key of the access log, which then proves nothing.")
    ] = False,
    home: HomeFolder = None,
) -> None:
    """Bring a backup into an empty home and database, and read the access log; status 1 when that is not whole."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        task = progress.add_task("restoring", total=None)
        done = verbs.restore(
            source, name=name, home=home, unverified=unverified,
            progress=lambda what: progress.update(task, description=what),
        )  # fmt: skip
    title = f"Restored {done.manifest.name}, state {done.manifest.state}, to {done.home.root}"
    console.print(rich_table(done.rows(), title=title))
    for later in done.unfinished:
        console.print(f"{later} is newer and was never finished.", highlight=False)
    for line in done.next_steps():
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if done.log is not None:
        console.print(f"The access log: {done.log.rows:,} rows, {len(done.log.faults)} faults", highlight=False)
        for fault in done.log.faults:
            errors.print(fault, style="red", markup=False, highlight=False)
    if not done.whole:
        raise typer.Exit(1)
