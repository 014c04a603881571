"""The verbs that know a population: indicators, segments, cost, and what may leave the analysis zone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from samspil.cli_options import HomeFolder, Language, Practice, ProgrammeFolder, Without
from samspil.console import console, told
from samspil.definitions import SamspilError

commands = typer.Typer()


@commands.command()
def indicators(
    name: Annotated[str | None, typer.Option("--set", help="The set of indicators, such as t2d.")] = None,
    as_of: Annotated[
        dt.datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day D, YYYY-MM-DD.")
    ] = None,
    by: Annotated[
        Literal["practice", "network", "municipality", "region"], typer.Option(help="Whose results to show.")
    ] = "practice",
    case: Annotated[str | None, typer.Option(help="How the disease is known; the set's first when absent.")] = None,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="A series: from about this day to D.")
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="How far apart the days of a series are.", show_default="3m")
    ] = None,
    practice: Practice = None,
    constant: Annotated[
        bool, typer.Option("--constant", help="Only practices that deliver on every day of the series.")
    ] = False,
    sets: Annotated[bool, typer.Option("--sets", help="List the sets of indicators, and check them.")] = False,
    explain: Annotated[str | None, typer.Option(help="How one indicator of the set is computed.")] = None,
    language: Language = "en",
    out: Annotated[Path | None, typer.Option(help="A .csv or .parquet file: the results of --by.")] = None,
    without: Without = None,
    home: HomeFolder = None,
    programmes: ProgrammeFolder = None,
) -> None:
    """Indicators of quality: who is met, overdue or without data, with shares, intervals and coverage."""
    from samspil import verbs  # noqa: PLC0415
    from samspil.verbs.show import rich_table  # noqa: PLC0415

    if sets:
        console.print(rich_table(verbs.indicator_sets(programmes).rows(), title="Sets of indicators"))
        return
    if name is None:
        raise SamspilError("say which set of indicators: `--set`; `samspil indicators --sets` lists them")
    if explain is not None:
        day = as_of.date() if as_of else dt.date.today()  # noqa: DTZ011 - the user's own day
        found = verbs.explain_indicator(name, explain, day, language=language, programmes=programmes)
        console.print(rich_table(found.rows(), title=f"{name} at {day}"))
        return
    if as_of is None:
        raise SamspilError("say on which day: `--as-of YYYY-MM-DD`")
    with told() as progress:
        progress.add_task("measuring", total=None)
        run = verbs.indicators(
            name, as_of.date(), by=by, case=case, since=since.date() if since else None, every=every,
            practice=practice, constant=constant, without=without or (), out=out, home=home, programmes=programmes,
        )  # fmt: skip
    when = f"at {run.as_of}" if len(run.days) == 1 else f"from {run.days[0]} to {run.as_of}"
    title = f"{run.definition().title.en} by {by}, {when}; who has it: {run.case}. Run {run.name}"
    console.print(rich_table(run.rows(), title=title))
    categories = run.category_rows()
    if categories:
        console.print(rich_table(categories, title=f"Persons by category at {run.as_of}"))
    whose = f"practice {practice}" if practice else "all practices that deliver"
    console.print(rich_table(run.completeness_rows(), title=f"Completeness at {run.as_of}, {whose}"))
    for note in run.notes():
        console.print(note, highlight=False, markup=False)
    if out is not None:
        console.print(f"written to {out}", highlight=False)
