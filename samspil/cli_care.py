"""The care plane's part of the command line: publish, set up, serve, and the access log."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from samspil.console import console, errors, told

commands = typer.Typer()
access_log = typer.Typer(help="The care plane's access log: is it whole, and its seal.", no_args_is_help=True)
commands.add_typer(access_log, name="access-log")

HomeFolder = Annotated[
    Path | None, typer.Option("--home", envvar="SAMSPIL_HOME", help="Where the data lie.", show_default="var")
]


@commands.command()
def publish(
    run: Annotated[str, typer.Argument(help="The run's name, or the beginning of it (`samspil runs`).")],
    because: Annotated[str, typer.Option(help="Why the criteria changed since the last publication.")] = "",
    wanted: Annotated[int | None, typer.Option(help="How many citizens changed criteria are to find.")] = None,
    home: HomeFolder = None,
) -> None:
    """Bring a run's target persons to the practices' lists. The same run again changes nothing."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("publishing", total=None)
        done = verbs.publish(run, because=because, wanted=wanted, home=home)
    console.print(rich_table(done.rows(), title=f"Published {done.published.run}"))


@commands.command()
def harvest(
    out: Annotated[Path, typer.Option(help="The folder to write to: an empty one, or that of an earlier harvest.")],
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The last day to be told of, YYYY-MM-DD.", show_default="yesterday"),
    ] = None,
    beside: Annotated[
        Path | None,
        typer.Option(help="A folder with team_meeting.csv or programme_cost.csv, which the care plane does not keep."),
    ] = None,
    home: HomeFolder = None,
) -> None:
    """Write what the care plane knows of programmes as a delivery, for `samspil ingest` and then evaluation.

    Courses, services, plans and decisions about names, as days and codes: nobody's words. Only of citizens who have
    agreed to evaluation; what is left out is counted. The folder holds CPR numbers: keep it for yourself, ingest it,
    and delete it. Everybody it tells of can see in the access log that it was made.
    """
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("harvesting", total=None)
        done = verbs.harvest(out, until.date() if until else None, beside=beside, home=home)
    console.print(rich_table(done.rows(), title=f"Harvested {done.first} to {done.until}: {done.citizens} citizens"))
    console.print(
        f"{done.folder} holds CPR numbers. Next: samspil ingest {done.folder}", highlight=False, soft_wrap=True
    )


@commands.command()
def migrate(
    wait: Annotated[int, typer.Option(help="So many minutes to go on trying while others hold a table.", min=0)] = 10,
) -> None:
    """Bring the care plane's database to this version of Samspil; makes it on first use. Others go on meanwhile."""
    from samspil import verbs  # noqa: PLC0415

    with told() as progress:
        progress.add_task("migrating", total=None)
        applied = verbs.migrate(wait=dt.timedelta(minutes=wait), tell=errors.print)
    console.print(f"{len(applied)} migrations applied" if applied else "the database is up to date")


@commands.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.")] = 8000,
    workers: Annotated[int, typer.Option(help="Processes; two per core is plenty.")] = 2,
    threads: Annotated[int, typer.Option(help="Requests that each process answers at once.")] = 4,
    behind_https: Annotated[bool, typer.Option(help="A proxy with TLS stands in front.")] = False,
) -> None:
    """Serve the care plane in the browser."""
    from samspil import verbs  # noqa: PLC0415

    console.print(f"http://{host}:{port}  (stop with Ctrl-C)", highlight=False)
    verbs.serve(host, port, workers=workers, threads=threads, behind_https=behind_https)


@commands.command()
def administrator(
    username: Annotated[str, typer.Argument(help="What the administrator logs in with.")],
    name: Annotated[str, typer.Option(help="The administrator's name.")],
) -> None:
    """Make the first administrator, who makes every other account; prints a password to be changed at once."""
    from samspil import verbs  # noqa: PLC0415

    print(verbs.administrator(username, name))


@commands.command()
def demo(
    runs: Annotated[list[str], typer.Argument(help="Runs of synthetic data to publish, oldest first.")],
    home: HomeFolder = None,
) -> None:
    """Publish runs with made-up people and some weeks of their work. Synthetic data only; needs SAMSPIL_DEMO=1."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("making people and work", total=None)
        made = verbs.demo(runs, home)
    console.print(rich_table(made.rows(), title="Log-ins of the demonstration"))


@commands.command()
def remind(
    mail: Annotated[bool, typer.Option(help="Send e-mails too; without, tell inside Samspil only.")] = True,
) -> None:
    """Remind of tasks by e-mail, and tell of those that nobody does. A second run on the same day does nothing more."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("reminding", total=None)
        done = verbs.remind(mail=mail)
    console.print(rich_table(done.rows(), title="Reminders"))
    if done.months.said:
        errors.print(done.months.said)
    if done.failed:
        said = done.mailed.said if done.mailed is not None else ""
        errors.print(f"{done.failed} e-mails were not taken by the server and are tried again in the next run: {said}")
        raise typer.Exit(1)


@access_log.command("verify")
def access_log_verify(
    seal: Annotated[str | None, typer.Option(help="An earlier seal: what it covered must be unchanged.")] = None,
    seal_file: Annotated[Path | None, typer.Option(help="A file with an earlier seal.", exists=True)] = None,
) -> None:
    """Read the whole access log; rows changed, removed, put in between or cut off end it with status 1.

    The end is compared with the newest kept seal (seals.jsonl in the home), so it is proven up to that one.
    """
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    earlier = seal_file.read_text(encoding="utf-8").strip() if seal_file is not None else seal
    with told() as progress:
        progress.add_task("reading the access log", total=None)
        found = verbs.verify_access_log(earlier)
    console.print(rich_table(found.rows()))
    if not found.whole:
        errors.print("[bold]The access log was tampered with.[/] Keep the database as it is, and tell the officer.")
        raise typer.Exit(1)
    print(found.seal)


@access_log.command("seal")
def access_log_seal() -> None:
    """Print the log's seal, to be kept where whoever runs the database cannot change it; keep it in the home too."""
    from samspil import verbs  # noqa: PLC0415

    print(verbs.seal_access_log())
