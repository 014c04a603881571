"""Who is in a group of cost: by age, by main diagnosis, and by what was used; and whether they are alike.

Most of the costly spread over diagnoses and ages (001 L1067-1069, L1081-1084), so a group that is not homogeneous says
that one team for all of it is no answer (gate question 3, L1123-1131).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from samspil.definitions import DefinitionError, Fault, SamspilError
from samspil.population.binding import bind_condition
from samspil.population.codes import CodeRange
from samspil.population.cost_sources import MONEY
from samspil.population.engine import column_names, is_loaded, with_measures
from samspil.population.high_need import Homogeneity, homogeneity
from samspil.population.tables import Tables, source_of
from samspil.population.time import AsOf, Period
from samspil.programmes.cost_analysis import Caution, CostAnalysis, CostAnalysisFile, DiagnosisGroups, Homogeneous
from samspil.programmes.schema import Condition

#: The main group of who had hospital contacts in no group's ranges, and of who had none.
OTHER, NONE = "other", "none"
#: Services whose units are admissions, and sectors whose units are contacts with somebody.
_ADMISSION = "inpatient"
_CONTACTS = {"hospital_contact": ("hospital_somatic", "hospital_psychiatric"), "gp_contact": ("general_practice",),
             "specialist_contact": ("specialists",)}  # fmt: skip


def check_analysis(file: CostAnalysisFile) -> CostAnalysis:
    """The analysis, when its ranges of codes can be read.

    Raises DefinitionError with file, line and cause.
    """
    faults: list[Fault] = []
    for position, group in enumerate(file.analysis.diagnosis_groups.groups):
        for number, text in enumerate(group.ranges):
            try:
                CodeRange.parse(text)
            except ValueError as error:
                faults.append(file.file.fault(("diagnosis_groups", "groups", position, "ranges", number), str(error)))
    for position, illness in enumerate(file.analysis.courses.illnesses):
        for number, text in enumerate(illness.ranges):
            try:
                CodeRange.parse(text)
            except ValueError as error:
                faults.append(file.file.fault(("courses", "illnesses", position, "ranges", number), str(error)))
    if faults:
        raise DefinitionError(faults)
    return file.analysis


def main_diagnosis_groups(contacts: ir.Table, period: Period, groups: DiagnosisGroups) -> ir.Table:
    """`person_id` and `diagnosis_group`: the group with most cost by action diagnosis of the contacts that start then.

    Of groups with the same cost the first in the file counts, so that each person is in one. Persons without contacts
    have no row.
    """
    rows = contacts.filter(period.contains(contacts.start))
    ranges = {group.group: [CodeRange.parse(each) for each in group.ranges] for group in groups.groups}
    inside = {
        name: ibis.or_(*(each.contains(rows.action_diagnosis) for each in each_range))
        for name, each_range in ranges.items()
    }
    spent = rows.group_by("person_id").aggregate(
        **{f"spent_{name}": rows.cost.sum(where=condition) for name, condition in inside.items()},
        spent_other=rows.cost.sum(where=~ibis.or_(*inside.values())),
    )
    columns = {name: spent[f"spent_{name}"] for name in (*inside, OTHER)}
    least = ibis.literal(-1).cast(MONEY)
    most = ibis.greatest(*(column.cast(MONEY).fill_null(least) for column in columns.values()))
    main = ibis.cases(*((column == most, name) for name, column in columns.items()), else_=OTHER)
    return spent.select("person_id", diagnosis_group=main)


def use(rows: ir.Table, diagnoses: ir.Table | None, period: Period, tables: Tables) -> ir.Table:
    """What persons used in the period: `person_id`, `admissions`, `contacts`, `diagnoses`.

    `rows` is a cost table, `diagnoses` the hospital diagnoses. Contacts are those with hospital, general practice and
    specialists; diagnoses are categories of three characters (report 002, ALG-4: contacts, admissions, diagnoses).
    What was not delivered is null.
    """
    hospital = rows.sector.isin(_CONTACTS["hospital_contact"])
    every_contact = [sector for sectors in _CONTACTS.values() for sector in sectors]
    nothing = ibis.null("float64")
    counted = rows.group_by("person_id").aggregate(
        admissions=rows.units.sum(where=hospital & (rows.service == _ADMISSION)).fill_null(0.0)
        if "hospital_contact" in tables
        else nothing,
        contacts=rows.units.sum(where=rows.sector.isin(every_contact)).fill_null(0.0)
        if set(_CONTACTS) <= set(tables)
        else nothing,
    )
    if diagnoses is None:
        return counted.mutate(diagnoses=ibis.null("int64"))
    seen = diagnoses.filter(period.contains(diagnoses.date))
    each = seen.group_by("person_id").aggregate(diagnoses=seen.diagnosis.substr(0, 3).nunique())
    joined = counted.left_join(each, counted.person_id == each.person_id)
    return joined.select(
        person_id=counted.person_id,
        admissions=counted.admissions,
        contacts=counted.contacts,
        diagnoses=each.diagnoses.fill_null(0),
    )


def profile(persons: ir.Table) -> ir.Table:
    """One row per group of cost, age band and main diagnosis group that somebody is in: `persons`, `cost`."""
    return persons.group_by("group", "age_band", "diagnosis_group").aggregate(
        persons=persons.count(), cost=persons.total.sum().cast(MONEY)
    )


def alike(rows: Sequence[dict[str, Any]], group: str, part: str, rule: Homogeneous) -> Homogeneity:
    """How alike a group of cost is by `age_band` or `diagnosis_group`; `rows` are those of `profile`.

    Not known where the parts are not, as the diagnosis groups without the source `hospital`.
    """
    counts: dict[str, int] = {}
    for row in rows:
        if row["group"] == group and row[part] is not None:
            counts[row[part]] = counts.get(row[part], 0) + row["persons"]
    return homogeneity(counts, rule.largest_share)


def having(people: ir.Table, any_of: Sequence[Condition], tables: Tables, at: AsOf) -> ir.Table:
    """`person_id` of the people of whom any condition holds at D.

    A condition whose source is not loaded finds nobody, and `unloaded` names it. Raises SamspilError when that is so of
    all of them.
    """
    uses = [bind_condition(condition) for condition in any_of]
    names = column_names(uses)
    measured = with_measures(people.select("person_id"), uses, tables, at)
    holds = [
        measured[names[use]] if condition.at_least is None else measured[names[use]] >= condition.at_least
        for use, condition in zip(uses, any_of, strict=True)
        if is_loaded(use, tables)
    ]
    if not holds:
        sources = ", ".join(unloaded(any_of, tables))
        raise SamspilError(f"who has the diagnosis cannot be said without the source {sources}: deliver it")
    return measured.filter(ibis.or_(*holds).fill_null(False)).select("person_id")


def unloaded(any_of: Sequence[Condition], tables: Tables) -> list[str]:
    """The sources that conditions need and that are not loaded, each once."""
    needed = (table for condition in any_of for table in bind_condition(condition).tables)
    return list(dict.fromkeys(source_of(table) for table in needed if table not in tables))


@dataclass(frozen=True)
class CostRanking:
    """Citizens by one period's cost, which never come without the caution that it is not a need.

    `unchecked` names the sources that would also tell who has the diagnosis, and are not loaded.
    """

    rows: ir.Table
    caution: Caution
    unchecked: tuple[str, ...] = ()


def top_of_practices(persons: ir.Table, diagnosed: ir.Table, number: int) -> ir.Table:
    """The `number` most costly citizens of each practice among the diagnosed, with their `place` in it (R-POP-07).

    `persons` is a run's table of persons, `diagnosed` has `person_id`. Those with the same cost come by `person_id`.
    Rows are for the practice of their `provider_number` alone, which treats them (001 L2129-2134).
    """
    ill = persons.semi_join(diagnosed, "person_id")
    own = ibis.window(group_by=ill.provider_number, order_by=[ill.total.desc(), ill.person_id.asc()])
    placed = ill.mutate(place=ibis.row_number().over(own).cast("int64") + 1)
    return placed.filter(placed.place <= number).order_by(["provider_number", "place"])


def top_within(persons: ir.Table, diagnosed: ir.Table, practice: str, number: int) -> ir.Table:
    """The `number` most costly citizens of one practice among the diagnosed; no other practice's citizens are read."""
    return top_of_practices(persons.filter(persons.provider_number == practice), diagnosed, number)
