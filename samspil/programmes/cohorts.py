"""What a programme's `cohorts.yaml` may say: who belongs to a cohort, in versions that hold for new citizens only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pydantic import Field, model_validator

from samspil.definitions import Definition, DefinitionError, SamspilError, read_yaml, validate
from samspil.programmes.criteria import Criteria
from samspil.programmes.schema import Identifier, SourceRef, Text

COHORTS = "cohorts.yaml"


class CohortCriterion(Definition):
    """One criterion. Where data cannot judge it, `criteria` is absent and a person does.

    `preferred` ones exclude nobody.
    """

    criterion: Identifier
    title: Text
    source: SourceRef
    criteria: Criteria | None = None
    preferred: bool = False


class CohortVersion(Definition):
    """The criteria as decided on a day; the first version has none and holds from the beginning.

    `describes: true` is how the cohort was told of afterwards, or could be: nobody is taken in by it.
    """

    version: Identifier
    title: Text
    decided: dt.date | None = None
    describes: bool = False
    source: SourceRef
    criteria: tuple[CohortCriterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> CohortVersion:
        names = [each.criterion for each in self.criteria]
        if len(set(names)) < len(names):
            raise ValueError("`criteria` names a criterion twice")
        return self


class Cohort(Definition):
    """A cohort in all its versions, oldest first."""

    cohort: Identifier
    title: Text
    source: SourceRef
    drop_out_reasons: dict[Identifier, Text] = Field(default_factory=dict)
    versions: tuple[CohortVersion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_first(self) -> Cohort:
        in_use = [each for each in self.versions if not each.describes]
        if not in_use or in_use[0].decided is not None:
            raise ValueError("`versions` begin with one that has no `decided`: it holds from the beginning")
        days = [each.decided for each in in_use[1:]]
        known = [day for day in days if day is not None]
        if len(known) < len(days) or known != sorted(set(known)):
            raise ValueError("`versions`: each after the first has `decided`, later than the one before")
        return self

    def version(self, name: str) -> CohortVersion:
        """The version called `name`. Raises SamspilError naming those there are."""
        found = {each.version: each for each in self.versions}
        if name not in found:
            raise SamspilError(f"the cohort `{self.cohort}` has no version `{name}`; versions are {', '.join(found)}")
        return found[name]


class Cohorts(Definition):
    """The whole of `cohorts.yaml`."""

    cohorts: tuple[Cohort, ...] = Field(min_length=1)


def load_cohorts(path: Path) -> dict[str, Cohort]:
    """The cohorts of one `cohorts.yaml` by name. Raises DefinitionError with file, line and cause."""
    file = read_yaml(path)
    found = validate(file, Cohorts).cohorts
    names = [each.cohort for each in found]
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DefinitionError([file.fault(("cohorts", place), f"the cohort `{name}` is defined twice")])
    return {each.cohort: each for each in found}
