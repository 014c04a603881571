"""Options that several verbs of the command line share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

import typer

from samspil.warehouse.choice import ENGINES, VARIABLE, using

Day = Annotated[dt.datetime, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day D, YYYY-MM-DD.")]
Models = Annotated[list[str], typer.Option("--model", help="A risk model; give it again for several.")]
OneModel = Annotated[str, typer.Option("--model", help="The risk model.")]
HomeFolder = Annotated[
    Path | None, typer.Option("--home", envvar="SAMSPIL_HOME", help="Where the data lie.", show_default="var")
]
ProgrammeFolder = Annotated[
    Path | None,
    typer.Option("--programmes", envvar="SAMSPIL_PROGRAMMES", help="Your own programmes in place of the built-in."),
]
Switches = Annotated[
    list[str] | None,
    typer.Option("--switch", help="Such as `daemp.open_courses=off` or `sad.origin=on:why it is justified`."),
]
Without = Annotated[list[str] | None, typer.Option("--without", help="Leave a source out of this run.")]
Practice = Annotated[str | None, typer.Option("--practice", help="Only this provider number.")]
Language = Annotated[Literal["da", "en"], typer.Option("--language", help="Danish or English.")]


def _use(context: typer.Context, name: str | None) -> None:
    """Use the engine until the command ends."""
    context.with_resource(using(name))


EngineName = Annotated[
    str | None,
    typer.Option(
        "--engine",
        envvar=VARIABLE,
        callback=_use,
        expose_value=False,
        help=f"What computes: {' or '.join(ENGINES)}. Results are the same.",
        show_default=ENGINES[0],
    ),
]
