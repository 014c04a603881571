"""The command line: `samspil <verb>`. Every verb is a function of `samspil.verbs`; here is only its wording."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from samspil import __version__
from samspil.cli_backup import commands as backups
from samspil.cli_care import commands as care
from samspil.cli_options import (
    Day,
    EngineName,
    HomeFolder,
    Language,
    Models,
    OneModel,
    Practice,
    ProgrammeFolder,
    Switches,
    Without,
)
from samspil.cli_population import commands as population
from samspil.console import console, errors, told
from samspil.definitions import SamspilError

app = typer.Typer(
    name="samspil",
    help="Samspil: one view of the population, explained risk lists, and the work with them.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
warehouse = typer.Typer(
    help="What is in the warehouse: status, rejected rows, lineage; take a source out.", no_args_is_help=True
)
app.add_typer(warehouse, name="warehouse")
app.add_typer(population)
app.add_typer(care)
app.add_typer(backups)


def _version(wanted: bool) -> None:
    if wanted:
        console.print(f"samspil {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Options of every verb."""


@app.command()
def synth(
    persons: Annotated[int, typer.Option(help="How many persons.")],
    as_of: Day,
    out: Annotated[Path, typer.Option(help="A new folder for the deliveries.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    flaws: Annotated[bool, typer.Option("--flaws", help="Inject the dirt of real deliveries, and list it.")] = False,
    programme: Annotated[
        bool, typer.Option("--programme", help="Add an integrated-care programme whose true effect is known.")
    ] = False,
) -> None:
    """Write a synthetic region: one delivery per source, four years of coherent history."""
    from samspil import verbs  # noqa: PLC0415 - the command line answers --help without loading the engine

    columns = (TextColumn("synthesising persons"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors) as progress:
        task = progress.add_task("persons", total=persons)
        region = verbs.synth(
            persons, out, seed=seed, as_of=as_of.date(), flaws=flaws, programme=programme,
            progress=lambda done, total: progress.update(task, completed=done, total=total),
        )  # fmt: skip
    console.print(str(region), highlight=False, markup=False)


@app.command()
def ingest(
    folders: Annotated[list[Path], typer.Argument(help="Packages, or folders of packages.")],
    home: HomeFolder = None,
    engine: EngineName = None,
) -> None:
    """Load deliveries into the warehouse: each wholly or not at all."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        task = progress.add_task("reading", total=None)
        report = verbs.ingest(folders, home, lambda what: progress.update(task, description=what))
    console.print(rich_table(report.rows()))
    if report.refused:
        errors.print(
            f"[bold]{len(report.refused)} of {len(report.packages)} deliveries refused[/]; nothing of them was loaded. "
            "`samspil warehouse rejects` shows rejected rows."
        )
        raise typer.Exit(1)


@warehouse.command("status")
def warehouse_status(
    home: HomeFolder = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to judge freshness on.")
    ] = None,
    programmes: ProgrammeFolder = None,
) -> None:
    """Every source with its owner, the age of its data, and its rows."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    found = verbs.status(home, as_of.date() if as_of else None, programmes)
    console.print(rich_table(found.rows(), title=f"Warehouse, state {found.state}, seen from {found.day}"))
    for purge in found.purges:
        console.print(f"{purge.source} was purged {purge.at:%Y-%m-%d}: {purge.reason}", markup=False)


@warehouse.command("rejects")
def warehouse_rejects(
    delivery: Annotated[str | None, typer.Argument(help="A delivery, or the beginning of its name.")] = None,
    limit: Annotated[int, typer.Option(help="How many rows to show.")] = 20,
    out: Annotated[Path | None, typer.Option(help="Write all of them to a .csv file.")] = None,
    home: HomeFolder = None,
) -> None:
    """Rows that were set aside, with line, fault and the offending value (identifying: handle with care)."""
    import pyarrow.csv as pa_csv  # noqa: PLC0415

    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    found = verbs.rejects(delivery, home)
    if out is not None:
        pa_csv.write_csv(found, out)
    if not len(found):
        console.print("No rows were rejected.")
        return
    counts = found.group_by(["delivery", "refused", "table", "column", "fault"]).aggregate([("line", "count")])
    summary = counts.rename_columns(["delivery", "refused", "table", "column", "fault", "rows"])
    order = [("delivery", "ascending"), ("table", "ascending"), ("rows", "descending")]
    console.print(rich_table(summary.sort_by(order).to_pylist(), title=f"{len(found):,} faults"))
    if limit:
        console.print(rich_table(found.slice(0, limit).to_pylist(), title=f"the first {min(limit, len(found))}"))


@warehouse.command("lineage")
def warehouse_lineage(
    target: Annotated[str, typer.Argument(help="A source, a table, a run, or RUN:MODEL.ITEM.")],
    home: HomeFolder = None,
) -> None:
    """From a figure back to the deliveries it was made of."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    console.print(rich_table(verbs.lineage(target, home).rows(), title=target))


@warehouse.command("switch-off")
def warehouse_switch_off(
    source: str,
    reason: Annotated[str, typer.Option(help="Why; shown wherever the source is missed.")],
    home: HomeFolder = None,
) -> None:
    """Use a source in no run until it is switched on. Its data stay."""
    from samspil import verbs  # noqa: PLC0415

    verbs.switch_off(source, reason, home)
    console.print(f"{source} is switched off; runs report its items as missing.")


@warehouse.command("switch-on")
def warehouse_switch_on(source: str, home: HomeFolder = None) -> None:
    """Use a source again."""
    from samspil import verbs  # noqa: PLC0415

    verbs.switch_on(source, home)
    console.print(f"{source} is switched on.")


@warehouse.command("purge")
def warehouse_purge(
    source: str,
    reason: Annotated[str, typer.Option(help="Why; kept in the record of the purge.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    home: HomeFolder = None,
) -> None:
    """Remove every trace of a source, for good."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    if not yes:
        question = f"Remove everything {source} delivered, and the runs that read it? It cannot be undone."
        typer.confirm(question, abort=True)
    record = verbs.purge(source, reason, home)
    removed = [{"removed": f"rows of {table}", "count": rows} for table, rows in record.rows.items()]
    removed += [
        {"removed": "rejected rows", "count": record.rejected_rows},
        {"removed": "identities no other source has", "count": record.identities},
        {"removed": "deliveries", "count": len(record.deliveries)},
        {"removed": "runs", "count": len(record.runs)},
    ]
    console.print(rich_table(removed, title=f"Purged {source}"))
    console.print("Files written outside the home (--out) were not reached.")


@warehouse.command("person")
def warehouse_person(
    cpr: str,
    purpose: Annotated[str, typer.Option(help="Why you look; logged.")],
    home: HomeFolder = None,
) -> None:
    """The person_id of a CPR number. Crosses into the identity zone; logged."""
    from samspil import verbs  # noqa: PLC0415

    print(verbs.person_id(cpr, purpose, home))


@app.command()
def models(programmes: ProgrammeFolder = None) -> None:
    """List the risk models, and check every definition."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    console.print(rich_table(verbs.models(programmes).rows()))


@app.command()
def stratify(
    model: Models,
    as_of: Day,
    out: Annotated[Path | None, typer.Option(help="A .csv or .parquet file: one row per person and item.")] = None,
    practice: Practice = None,
    switch: Switches = None,
    without: Without = None,
    state: Annotated[int | None, typer.Option(help="Repeat on an earlier state of the warehouse.")] = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
    engine: EngineName = None,
) -> None:
    """Score the population with risk models; the run is kept and can be repeated."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.population import Switch  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("scoring", total=None)
        run = verbs.stratify(
            model, as_of.date(), practice=practice, out=out, switches=[Switch.parse(s) for s in switch or ()],
            without=without or (), state=state, home=home, programmes=programmes,
        )  # fmt: skip
    console.print(rich_table(run.rows(), title=f"Run {run.name}"))
    _say_freshness(run.stale, run.data_dates, run.as_of)
    if out is not None:
        console.print(f"written to {out}", highlight=False)


def _say_freshness(stale: list[str], dates: dict[str, dt.date], as_of: dt.date) -> None:
    for source in stale:
        errors.print(f"[bold]stale:[/] {source} was drawn {dates[source]}, {(as_of - dates[source]).days} days before")


@app.command()
def runs(home: HomeFolder = None) -> None:
    """The names of the runs that were kept."""
    from samspil import verbs  # noqa: PLC0415

    print("\n".join(verbs.runs(home)))


@app.command()
def explain(
    model: OneModel,
    as_of: Day,
    person: Annotated[int, typer.Option(help="A person_id (see `samspil warehouse person`).")],
    language: Language = "en",
    switch: Switches = None,
    without: Without = None,
    state: Annotated[int | None, typer.Option(help="An earlier state of the warehouse.")] = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
) -> None:
    """Why one person has their score: values, points, source and data date."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.population import Switch  # noqa: PLC0415

    console.print(
        verbs.explain(
            model,
            as_of.date(),
            person,
            language=language,
            switches=[Switch.parse(s) for s in switch or ()],
            without=without or (),
            state=state,
            home=home,
            programmes=programmes,
        )
    )


@app.command()
def lists(
    model: OneModel,
    as_of: Day,
    earlier: Annotated[str | None, typer.Option(help="An earlier run: gives the accrual list.")] = None,
    practice: Practice = None,
    out: Annotated[Path | None, typer.Option(help=".csv, .parquet, or .html with --practice.")] = None,
    identified_for: Annotated[
        str | None, typer.Option(help="Add CPR numbers and names, for this purpose; logged.")
    ] = None,
    language: Language = "da",
    practices: Annotated[bool, typer.Option("--practices", help="Print the provider numbers alone.")] = False,
    switch: Switches = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
    engine: EngineName = None,
) -> None:
    """The practices' lists: initial, or new since an earlier run, with who left and why."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.population import Switch  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("making lists", total=None)
        found = verbs.lists(
            model, as_of.date(), earlier=earlier, practice=practice, out=out, identified_for=identified_for,
            language=language, switches=[Switch.parse(s) for s in switch or ()], without=without or (), home=home,
            programmes=programmes,
        )  # fmt: skip
    if practices:
        print("\n".join(practice.provider_number for practice in found.practices))
        return
    console.print(rich_table(found.rows(), title=f"{model}: {found.kind} lists, run {found.run.name}"))
    if found.earlier is not None:
        title = f"{len(found.left)} left the lists since run {found.earlier.name}"
        console.print(rich_table(found.left[:50], title=title) if found.left else title)
    _say_freshness(found.run.stale, found.run.data_dates, found.run.as_of)
    if out is not None:
        console.print(f"written to {out}", highlight=False)


@app.command()
def validate(
    model: OneModel,
    as_of: Day,
    horizon: Annotated[str, typer.Option(help="How far after D to look, such as 12m.")] = "12m",
    out: Annotated[Path | None, typer.Option(help="A folder for the report (HTML and Markdown).")] = None,
    language: Language = "da",
    switch: Switches = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
    engine: EngineName = None,
) -> None:
    """Does the model find the right people? The score at D against what happened after D."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.population import Switch  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    with told() as progress:
        progress.add_task("validating", total=None)
        found = verbs.validate(
            model, as_of.date(), horizon, out=out, language=language, switches=[Switch.parse(s) for s in switch or ()],
            without=without or (), home=home, programmes=programmes,
        )  # fmt: skip
    title = f"{model} at {as_of:%Y-%m-%d}: what happened until {found.validation.horizon_ends}"
    console.print(rich_table(found.rows(), title=title))
    if out is not None:
        console.print(f"report written to {out}", highlight=False)


def main() -> None:
    """Run the command line; a fault of input or use is told in words, without a traceback."""
    try:
        app()
    except SamspilError as error:
        errors.print(str(error), style="red", markup=False, highlight=False)
        sys.exit(2)
