"""Reads the folders of programmes: `programme.yaml`, `models/*.yaml`, and the files that may be beside them.

Those are `outcomes.yaml`, `consent.yaml`, `inclusion.yaml`, `services.yaml`, `plan.yaml`, `indicators.yaml`,
`segments.yaml` and `cohorts.yaml`. A programme whose citizens are not found by lists has no models.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from samspil.definitions import Definition, DefinitionError, Fault, SamspilError, YamlFile, read_yaml, validate
from samspil.programmes.cohorts import COHORTS, Cohort, load_cohorts
from samspil.programmes.consent import CONSENT, Consents, load_consents
from samspil.programmes.dated import change_days, resolve_at
from samspil.programmes.inclusion import Inclusion
from samspil.programmes.indicators import INDICATORS, IndicatorFile, load_indicators
from samspil.programmes.plan import PLAN, ProgrammePlan, load_plan
from samspil.programmes.plan_format import load_plan_format
from samspil.programmes.schema import Outcomes, ProgrammeFile, RiskModel, Text
from samspil.programmes.segments import SEGMENTS, SegmentFile, load_segments
from samspil.programmes.services import SERVICES, Catalogue, load_services

PROGRAMMES = Path(__file__).parent
LoadedT = TypeVar("LoadedT")


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
    services: Catalogue | None = None
    plan: ProgrammePlan | None = None
    indicators: IndicatorFile | None = None
    segments: SegmentFile | None = None
    cohorts: dict[str, Cohort] | None = None

    @property
    def name(self) -> str:
        return self.definition.programme

    @property
    def title(self) -> Text:
        return self.definition.title


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

    Files are read again when one of them was written, and not for every verb that asks. Raises DefinitionError that
    lists every fault of every file.
    """
    root = folder or PROGRAMMES
    return list(_programmes(root, _written(root)))


def _written(root: Path) -> tuple[tuple[Path, int, int, int], ...]:
    """Every definition below `root`, with what changes when it is written."""
    # By depth: a programme may be a link to its folder, which `rglob` would not go into.
    paths = sorted(path for depth in ("", "*/", "*/*/") for path in root.glob(f"{depth}*.yaml"))
    # What an editor leaves as a mark beside a file that is open leads nowhere.
    found = ((path, path.stat()) for path in paths if path.is_file())
    return tuple((path, stat.st_ino, stat.st_mtime_ns, stat.st_size) for path, stat in found)


@functools.lru_cache(maxsize=8)
def _programmes(root: Path, _of: tuple[tuple[Path, int, int, int], ...]) -> tuple[Programme, ...]:
    places = sorted(path.parent for path in root.glob("*/programme.yaml"))
    if not places:
        raise SamspilError(f"{root}: no programme here; a programme is a folder with `programme.yaml`")
    programmes: list[Programme] = []
    faults: list[Fault] = []
    form = _kept(faults, load_plan_format, root)
    for place in places:
        definition = _kept(faults, _load_definition, place)
        if definition is None:
            continue
        paths = sorted((place / "models").glob("*.yaml"))
        models = [model for path in paths if (model := _kept(faults, load_model, path, definition)) is not None]
        # A model that cannot be read would make every mention of it a fault as well.
        sound = models if len(models) == len(paths) else None
        bands = None if sound is None else {model.name: _bands(model) for model in sound}
        services = _kept(faults, load_services, place / SERVICES, bands or None)
        programmes.append(
            Programme(
                definition,
                place,
                tuple(models),
                _kept(faults, _load_outcomes, place / "outcomes.yaml"),
                _kept(faults, load_inclusion, place / "inclusion.yaml", sound),
                _kept(faults, load_consents, place / CONSENT),
                services,
                None if form is None else _kept(faults, load_plan, place / PLAN, services, bands, form),
                _kept(faults, load_indicators, place / INDICATORS, definition.programme),
                segments=_kept(faults, load_segments, place / SEGMENTS, definition.programme, _names(services)),
                cohorts=_kept(faults, load_cohorts, place / COHORTS),
            )
        )
    if faults:
        raise DefinitionError(faults)
    return tuple(programmes)


def _kept(faults: list[Fault], load: Callable[..., LoadedT], path: Path, *more: Any) -> LoadedT | None:
    """What `load` makes of `path`; None when nothing is there, and when it has faults, which are kept."""
    if not path.exists():
        return None
    try:
        return load(path, *more)
    except DefinitionError as error:
        faults += error.faults
        return None


def _load_definition(place: Path) -> ProgrammeFile:
    file = read_yaml(place / "programme.yaml")
    found = validate(file, ProgrammeFile)
    lacking = [name for name in ("expected_list_size", "stale_after_days") if getattr(found, name) is None]
    if lacking and any((place / "models").glob("*.yaml")):
        cause = f"a programme with models says {' and '.join(f'`{name}`' for name in lacking)}"
        raise DefinitionError([file.fault((), cause)])
    return found


def _load_outcomes(path: Path) -> OutcomeFile:
    file = read_yaml(path)
    return OutcomeFile(file, validate(file, Outcomes))


def _names(services: Catalogue | None) -> frozenset[str] | None:
    return None if services is None else frozenset(service.service for service in services.services)


def _bands(model: ModelFile) -> set[str]:
    return {band.band for version in model.versions() for band in version.bands}


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


def set_files(folder: Path | None = None) -> dict[str, IndicatorFile]:
    """Every set of indicators by name. Raises SamspilError when two programmes define the same set."""
    found: dict[str, IndicatorFile] = {}
    for programme in load_programmes(folder):
        file = programme.indicators
        if file is None:
            continue
        if file.name in found:
            raise SamspilError(f"`{file.name}` is defined in {found[file.name].file.path} and {file.file.path}")
        found[file.name] = file
    return found


def find_set(name: str, folder: Path | None = None) -> IndicatorFile:
    """The set of indicators called `name` below `folder`, or of those that come with Samspil.

    Raises SamspilError naming the sets there are.
    """
    files = set_files(folder)
    if name not in files:
        known = ", ".join(sorted(files)) or "none: no programme here has `indicators.yaml`"
        raise SamspilError(f"unknown set of indicators `{name}`; sets are {known}")
    return files[name]
