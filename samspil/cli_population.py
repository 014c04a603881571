"""The verbs that know a population: indicators, segments, cost, and what may leave the analysis zone."""

from __future__ import annotations

import typer

commands = typer.Typer()
