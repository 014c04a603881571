"""The verb `cohort`: how a population becomes a cohort, criterion by criterion, and what each criterion costs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from samspil.definitions import SamspilError, read_yaml
from samspil.population.cohorts import Attrition, attrition, criteria_met, missing_sources, version_for
from samspil.population.segment_binding import check_definition
from samspil.programmes import load_programmes
from samspil.programmes.cohorts import COHORTS, Cohort, CohortVersion
from samspil.programmes.segment_rules import load_segment_rules
from samspil.verbs.show import Shown
from samspil.warehouse.choice import EMBEDDED, using
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake


@dataclass
class CohortReport(Shown):
    """The attrition of one version of a cohort on the population at D."""

    cohort: Cohort
    version: CohortVersion
    as_of: dt.date
    attrition: Attrition

    def rows(self) -> list[dict[str, Any]]:
        titles = {each.criterion: each.title.en for each in self.version.criteria}
        return [
            {
                "criterion": titles[step.criterion],
                "before": step.before,
                "lost": step.lost,
                "not known": step.unknown,
                "after": step.after,
                "in the end without it": step.without,
            }
            for step in self.attrition.steps
        ]

    def notes(self) -> list[str]:
        """What the table does not say: preferences, criteria that people judge, and missing sources."""
        titles = {each.criterion: each.title.en for each in self.version.criteria}
        found = [f"of them {titles[name]}: {number:,}" for name, number in self.attrition.preferred.items()]
        found += [f"judged by people, not counted here: {titles[name]}" for name in self.attrition.by_people]
        found += [f"no source `{source}`: what needs it is not known" for source in self.attrition.missing]
        if self.version.describes:
            found.append("this version only describes; nobody is taken in by it")
        return found


@using(EMBEDDED)
def cohort(
    name: str,
    as_of: dt.date,
    *,
    version: str | None = None,
    without: tuple[str, ...] = (),
    state: int | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> CohortReport:
    """The cohort called `name` on the population at D, by the version in force for new citizens or the one named.

    Raises SamspilError for an unknown cohort or version, and when civil registration or general practice is missing.
    """
    folder = Path(programmes) if programmes else None
    known: dict[str, Cohort] = {}
    for programme in load_programmes(folder):
        if programme.cohorts:
            file = read_yaml(programme.folder / COHORTS)
            for place, each in enumerate(programme.cohorts.values()):
                check_definition(file, each, ("cohorts", place))
                known[each.cohort] = each
    if name not in known:
        raise SamspilError(f"unknown cohort `{name}`; cohorts are {', '.join(known) or 'none'}")
    found = known[name]
    chosen = version_for(found, as_of) if version is None else found.version(version)
    lake = Lake.open(Home.find(home), state, without)
    flags = criteria_met(chosen, load_segment_rules(folder).conditions, lake.tables, as_of)
    steps = attrition(found, chosen, flags)
    return CohortReport(found, chosen, as_of, replace(steps, missing=missing_sources(chosen, lake.tables)))
