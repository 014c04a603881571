"""Reads the folders of programmes: `programme.yaml`, `models/*.yaml`, and the files that may be beside them.

Those are `outcomes.yaml`, `consent.yaml` and `inclusion.yaml`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samspil.definitions import Definition, DefinitionError, SamspilError, YamlFile, read_yaml, validate
from samspil.programmes.consent import CONSENT, Consents, load_consents
from samspil.programmes.dated import change_days, resolve_at
from samspil.programmes.inclusion import Inclusion
from samspil.programmes.schema import Outcomes, ProgrammeFile, RiskModel

PROGRAMMES = Path(__file__).parent


class _Name(Definition, extra="ignore"):
    model: str


@dataclass(frozen=True)
class ModelFile:
    """A risk model as its file stands, with all its dated values."""

    file: YamlFile
    programme: ProgrammeFile

    @property
    def name(self) -> str:
        return validate(self.file, _Name).model

    def at(self, day: dt.date) -> RiskModel:
        """The model as in force on `day`. Raises DefinitionError with file, line and cause."""
        return validate(self.file, RiskModel, resolve_at(self.file, day))

    def versions(self) -> list[RiskModel]:
        """The model before, and after, each day on which something in it changes."""
        days = change_days(self.file)
        before = [days[0] - dt.timedelta(days=1)] if days else [dt.date.max]
        return [self.at(day) for day in before + days]


@dataclass(frozen=True)
class OutcomeFile:
    """The outcomes that a programme's models are validated against."""

    file: YamlFile
    outcomes: Outcomes


@dataclass(frozen=True)
class Programme:
    """One programme folder."""

    definition: ProgrammeFile
    folder: Path
    models: tuple[ModelFile, ...]
    outcomes: OutcomeFile | None
    inclusion: Inclusion | None = None
    consents: Consents | None = None


def load_model(path: Path, programme: ProgrammeFile) -> ModelFile:
    """One model file, valid in every version it has. Raises DefinitionError with file, line and cause."""
    found = ModelFile(read_yaml(path), programme)
    found.versions()
    return found


def load_inclusion(path: Path, models: Sequence[ModelFile] | None) -> Inclusion:
    """One `inclusion.yaml`, which may name the programme's models and their items only; None leaves that unchecked.

    Raises DefinitionError with file, line and cause.
    """
    file = read_yaml(path)
    found = validate(file, Inclusion)
    if models is None:
        return found
    items = {model.name: {item.item for version in model.versions() for item in version.items} for model in models}
    faults = []
    for name, rules in found.models.items():
        if name not in items:
            faults.append(file.fault(("models", name), f"there is no model `{name}` in this programme"))
            continue
        for number, going_on in enumerate(rules.going_on):
            if going_on.item not in items[name]:
                place = ("models", name, "going_on", number, "item")
                faults.append(file.fault(place, f"`{name}` has no item `{going_on.item}`"))
        faults += [
            file.fault(("models", name, "categories", item), f"`{name}` has no item `{item}`")
            for item in rules.categories
            if item not in items[name]
        ]
    if faults:
        raise DefinitionError(faults)
    return found


def load_programmes(folder: Path | None = None) -> list[Programme]:
    """Every programme below `folder` (those that come with Samspil when absent).

    Raises DefinitionError that lists every fault of every file.
    """
    root = folder or PROGRAMMES
    places = sorted(path.parent for path in root.glob("*/programme.yaml"))
    if not places:
        raise SamspilError(f"{root}: no programme here; a programme is a folder with `programme.yaml`")
    programmes, faults = [], []
    for place in places:
        try:
            definition = validate(read_yaml(place / "programme.yaml"), ProgrammeFile)
        except DefinitionError as error:
            faults += error.faults
            continue
        models, outcomes, inclusion, consents = [], None, None, None
        for path in sorted((place / "models").glob("*.yaml")):
            try:
                models.append(load_model(path, definition))
            except DefinitionError as error:
                faults += error.faults
        if (place / "outcomes.yaml").exists():
            try:
                file = read_yaml(place / "outcomes.yaml")
                outcomes = OutcomeFile(file, validate(file, Outcomes))
            except DefinitionError as error:
                faults += error.faults
        if (place / "inclusion.yaml").exists():
            try:
                # A model that cannot be read would make every mention of it a fault as well.
                inclusion = load_inclusion(place / "inclusion.yaml", None if faults else models)
            except DefinitionError as error:
                faults += error.faults
        if (place / CONSENT).exists():
            try:
                consents = load_consents(place / CONSENT)
            except DefinitionError as error:
                faults += error.faults
        programmes.append(Programme(definition, place, tuple(models), outcomes, inclusion, consents))
    if faults:
        raise DefinitionError(faults)
    return programmes


def model_files(folder: Path | None = None) -> dict[str, ModelFile]:
    """Every risk model by name. Raises SamspilError when two files define the same model."""
    found: dict[str, ModelFile] = {}
    for programme in load_programmes(folder):
        for model in programme.models:
            if model.name in found:
                raise SamspilError(f"`{model.name}` is defined in {found[model.name].file.path} and {model.file.path}")
            found[model.name] = model
    return found


def pick_model(name: str, files: dict[str, ModelFile]) -> ModelFile:
    """The model called `name` among `files`. Raises SamspilError naming the models there are."""
    if name not in files:
        raise SamspilError(f"unknown model `{name}`; models are {', '.join(sorted(files))}")
    return files[name]


def find_model(name: str, folder: Path | None = None) -> ModelFile:
    """The model called `name` below `folder`, or of those that come with Samspil."""
    return pick_model(name, model_files(folder))
