"""The verb `models`: which risk models there are, and whether every definition can be used."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil.definitions import DefinitionError, Fault
from samspil.population.binding import check_model, check_outcomes
from samspil.population.cost import check_prices
from samspil.population.cost_profile import check_analysis
from samspil.programmes import ModelFile, load_programmes, model_files
from samspil.programmes.cost_analysis import load_cost_analysis
from samspil.programmes.prices import load_prices
from samspil.verbs.show import Shown


@dataclass(frozen=True)
class Models(Shown):
    """The models found, each in every version it has."""

    files: list[ModelFile]

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "model": version.model,
                "version": version.version,
                "age": _ages(version.eligible.age.min, version.eligible.age.max),
                "items": len(version.items),
                "off by default": ", ".join(item.item for item in version.items if not item.enabled) or "none",
                "most points": sum(item.max_points for item in version.items if item.enabled),
                "target from": version.target.at_least,
                "open questions": len(version.open_questions),
                "source": version.source,
            }
            for file in self.files
            for version in file.versions()
        ]


def _ages(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return "all"
    return f"{low}+" if high is None else f"–{high}" if low is None else f"{low}–{high}"


def models(programmes: Path | str | None = None) -> Models:
    """Read and check every definition below `programmes` (those that come with Samspil when absent).

    Raises DefinitionError that lists the file, line and cause of every fault.
    """
    folder = Path(programmes) if programmes else None
    faults: list[Fault] = []
    files = []
    for programme in load_programmes(folder):
        for model in programme.models:
            try:
                check_model(model)
                files.append(model)
            except DefinitionError as error:
                faults += error.faults
        if programme.outcomes is not None:
            try:
                check_outcomes(programme.outcomes)
            except DefinitionError as error:
                faults += error.faults
    for check in (lambda: check_prices(load_prices(folder)), lambda: check_analysis(load_cost_analysis(folder))):
        try:
            check()
        except DefinitionError as error:
            faults += error.faults
    if faults:
        raise DefinitionError(faults)
    model_files(folder)  # no two of one name
    return Models(files)
