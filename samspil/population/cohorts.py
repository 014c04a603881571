"""Cohorts by criteria that change: what each criterion costs, and which version holds for whom (R-COHORT-C).

Report 003 L1882-1886: so many criteria that citizens were hard to find. L2912-2916: the criteria were extended for new
citizens; whoever was taken in before stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.criteria import Judge, are_loaded, uses_of, uses_of_criteria
from samspil.population.engine import citizens, column_names, with_measures
from samspil.population.multimorbidity import condition_columns
from samspil.population.tables import Tables, sources_of
from samspil.population.time import AsOf
from samspil.programmes.cohorts import Cohort, CohortVersion
from samspil.programmes.segment_rules import Conditions


def version_for(cohort: Cohort, enrolled: dt.date) -> CohortVersion:
    """The version that holds for a citizen who came in on a day: the latest decided by then."""
    in_use = [each for each in cohort.versions if not each.describes]
    return [each for each in in_use if each.decided is None or each.decided <= enrolled][-1]


@dataclass(frozen=True)
class Step:
    """One criterion applied after those before it.

    `lost` do not meet it and `unknown` cannot be judged, of those who met all before; `after` are left. `without` is
    how many there would be in the end if this criterion alone were dropped.
    """

    criterion: str
    before: int
    lost: int
    unknown: int
    after: int
    without: int


@dataclass(frozen=True)
class Attrition:
    """How a population becomes a cohort, criterion by criterion, and who left it since."""

    cohort: str
    version: str
    population: int
    steps: tuple[Step, ...]
    preferred: Mapping[str, int]
    by_people: tuple[str, ...]
    drop_outs: Mapping[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def enrolled(self) -> int:
        """How many meet every criterion."""
        return self.steps[-1].after if self.steps else self.population

    @property
    def current(self) -> int:
        """How many are left when those who dropped out are taken off."""
        return self.enrolled - sum(self.drop_outs.values())


def attrition(
    cohort: Cohort, version: CohortVersion, flags: ir.Table, drop_outs: Mapping[str, int] | None = None
) -> Attrition:
    """The criteria applied one by one, from a table with a column of truth values for each (null is unknown).

    Criteria without a column are judged by people and named in `by_people`. Preferred criteria are counted among those
    who belong. Raises SamspilError for a drop-out reason the cohort does not have, or more drop-outs than there are.
    """
    left = dict(drop_outs or {})
    for reason in left:
        if reason not in cohort.drop_out_reasons:
            raise SamspilError(f"unknown reason `{reason}`; reasons are {', '.join(cohort.drop_out_reasons)}")
    present = [each for each in version.criteria if each.criterion in flags.columns]
    applied = [each.criterion for each in present if not each.preferred]
    preferred = [each.criterion for each in present if each.preferred]

    population, steps = applied_in_turn(flags, applied)
    meets = _all_of(flags, applied)
    counted = {name: flags.count(where=meets & flags[name].fill_null(False)) for name in preferred}
    row = flags.aggregate(**counted).to_pyarrow().to_pylist()[0] if counted else {}
    found = Attrition(
        cohort=cohort.cohort,
        version=version.version,
        population=population,
        steps=steps,
        preferred={name: int(row[name] or 0) for name in preferred},
        by_people=tuple(each.criterion for each in version.criteria if each not in present),
        drop_outs=left,
    )
    if found.current < 0:
        raise SamspilError(f"{sum(left.values())} dropped out of {found.enrolled}")
    return found


def applied_in_turn(flags: ir.Table, names: Sequence[str]) -> tuple[int, tuple[Step, ...]]:
    """How many rows there are, and what each criterion leaves of them, from a column of truth values for each."""
    asked: dict[str, ir.Scalar] = {"population": flags.count()}
    for number, name in enumerate(names):
        before = _all_of(flags, names[:number])
        asked |= {
            f"before_{name}": flags.count(where=before),
            f"lost_{name}": flags.count(where=before & ~flags[name].fill_null(True)),
            f"unknown_{name}": flags.count(where=before & flags[name].isnull()),
            f"after_{name}": flags.count(where=_all_of(flags, names[: number + 1])),
            f"without_{name}": flags.count(where=_all_of(flags, [each for each in names if each != name])),
        }
    row = {name: int(value or 0) for name, value in flags.aggregate(**asked).to_pyarrow().to_pylist()[0].items()}
    parts = ("before", "lost", "unknown", "after", "without")
    return row["population"], tuple(Step(name, **{part: row[f"{part}_{name}"] for part in parts}) for name in names)


def _all_of(flags: ir.Table, names: Sequence[str]) -> ir.BooleanValue:
    return ibis.and_(ibis.literal(True), *(flags[name].fill_null(False) for name in names))


def criteria_met(version: CohortVersion, conditions: Conditions, tables: Tables, as_of: dt.date) -> ir.Table:
    """Everybody with a practice at D, with a truth value per criterion that data can judge; null is unknown.

    person_id, provider_number and a column per criterion. One pass over each source table. Raises SamspilError when
    civil registration or general practice is absent, or when a criterion asks for what only a run of segments finds.
    """
    at = AsOf(as_of)
    judged = {each.criterion: each.criteria for each in version.criteria if each.criteria is not None}
    for name, rule in judged.items():
        found = {criterion.found for _, part in rule.parts for criterion in part} - {None, "age", "conditions"}
        if found:
            raise SamspilError(f"the criterion `{name}` asks for `{found.pop()}`, which a cohort cannot look at")
    uses = uses_of(judged.values())
    for condition in conditions.conditions:
        uses += uses_of_criteria(condition.criteria(conditions.within))
    people = citizens(tables, at)
    measured = with_measures(people.filter(people.active), uses, tables, at)
    judge = Judge(measured, column_names(uses), tables)
    counted = judge.on(measured.mutate(**condition_columns(conditions, judge)))
    return counted.people.select(
        "person_id", "provider_number", **{name: counted.rule(rule) for name, rule in judged.items()}
    )


def missing_sources(version: CohortVersion, tables: Tables) -> tuple[str, ...]:
    """The sources that a version's criteria read and that are not there."""
    uses = uses_of(each.criteria for each in version.criteria if each.criteria is not None)
    return sources_of(tuple(table for use in uses if not are_loaded([use], tables) for table in use.tables))
