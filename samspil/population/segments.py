"""The segments of a population at D: by programme, illness, need and cost, from one pass over each source table.

What each rule means stands in the modules it comes from: attendance_segments, concordance, gap, multimorbidity, strata,
square and high_need.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

import ibis
import ibis.expr.types as ir

from samspil.population import attendance_segments as attendance
from samspil.population import concordance, gap, square, strata
from samspil.population.binding import Use, bind_condition
from samspil.population.criteria import Judge, are_loaded, bind_reading, uses_of, uses_of_criteria
from samspil.population.engine import citizens, column_names, is_loaded, kept_measures
from samspil.population.high_need import members
from samspil.population.multimorbidity import condition_columns
from samspil.population.segment_binding import cost_uses
from samspil.population.tables import Tables, sources_of
from samspil.population.time import AsOf, Months
from samspil.programmes.criteria import Criteria, Criterion
from samspil.programmes.segment_rules import SegmentRules
from samspil.programmes.segments import ProgrammeSegments

#: The columns of `persons` that every run has; each programme adds its own (`PROGRAMME_COLUMNS`).
PERSON_COLUMNS = (
    "person_id", "provider_number", "municipality", "age", "sex",
    "conditions", "conditions_known", "condition_list", "groups", "programmes", "programmes_known",
    "hospitals", "fragmented", "cost", "contacts", "admissions", "high_need",
    "stratum", "stratum_certain", "valid_from", "valid_until", "complexity", "self_care", "quadrant",
)  # fmt: skip
#: What a programme adds, each followed by `_` and the programme's key.
PROGRAMME_COLUMNS = (
    "segment", "segment_region", "estimate", "diagnosed", "attended", "referred", "started",
    "step", "started_outside", "recommended", "recommended_alone", "actual", "stable",
)  # fmt: skip


@dataclass(frozen=True)
class SegmentDefinitions:
    """The shared rules and the programmes' segments, as in force at D."""

    rules: SegmentRules
    programmes: tuple[ProgrammeSegments, ...]

    def uses(self) -> list[Use]:
        """Everything that segments need measured."""
        return [*uses_of_criteria(self._criteria()), *self._readings()]

    def whether(self) -> frozenset[Use]:
        """Of the uses, the counts of which is asked whether there is any, and nothing else."""
        asked = [criterion for criterion in self._criteria() if criterion.measure is not None]
        any_at_all = {bind_condition(criterion.condition) for criterion in asked if criterion.at_least == 1}
        more = {bind_condition(criterion.condition) for criterion in asked if criterion.at_least != 1}
        return frozenset(any_at_all - more - set(self._readings()))

    def _criteria(self) -> list[Criterion]:
        rules, found = self.rules, [each for programme in self.programmes for each in _programme_criteria(programme)]
        found += criteria_of([rules.regional_contact])
        for condition in rules.conditions.conditions:
            found += condition.criteria(rules.conditions.within)
        found += criteria_of(stratum.criteria for stratum in rules.strata if stratum.criteria is not None)
        return found + criteria_of([*rules.square.complexity.inputs, *rules.square.self_care.inputs])

    def _readings(self) -> list[Use]:
        """What is used as a number."""
        found = [use for programme in self.programmes for use in attendance.control_uses(programme.control)]
        found += self.cost_uses(1) + self.cost_uses(2) + self.contact_uses()
        return [*found, bind_reading(self.rules.high_need.admissions), bind_reading(self.rules.fragmentation.hospitals)]

    def cost_uses(self, years: int) -> list[Use]:
        """The uses that add up to the cost of so many of the high-need group's years before D."""
        return cost_uses(self.rules.high_need, years * self.rules.high_need.months)

    def contact_uses(self) -> list[Use]:
        return [bind_reading(reading) for reading in self.rules.high_need.contacts]

    def sources(self) -> tuple[str, ...]:
        """The sources that segments read, beside civil registration and general practice which every run needs."""
        return sources_of(tuple(table for use in self.uses() for table in use.tables))


def criteria_of(rules: Iterable[Criteria]) -> list[Criterion]:
    """The criteria of rules, of every part."""
    return [criterion for rule in rules for _, part in rule.parts for criterion in part]


def _programme_criteria(programme: ProgrammeSegments) -> list[Criterion]:
    rules: list[Criteria] = [programme.diagnosed, programme.algorithm, programme.eligible, programme.stable]
    rules += [*programme.recommended, *programme.comorbidity, *programme.actual]
    referral = programme.referral
    return [*criteria_of(rules), referral.referred, referral.started, referral.declined]


@dataclass(frozen=True)
class Segmentation:
    """The segments of everybody with a practice at D.

    `persons` has `PERSON_COLUMNS` and each programme's `PROGRAMME_COLUMNS`. `high_need` has who was in the high-need
    group at D or a year before (person_id, before, now), those who died or moved since included. `measured` says of
    each programme which of the four numbers have their sources, and `missing` which sources some rule did without.
    """

    as_of: dt.date
    definitions: SegmentDefinitions
    persons: ir.Table
    high_need: ir.Table
    measured: Mapping[str, Mapping[str, bool]]
    missing: tuple[str, ...]


def segment(definitions: SegmentDefinitions, tables: Tables, as_of: dt.date) -> Segmentation:
    """Put the population at `as_of` into segments, in one pass over each source table.

    A table that is absent from `tables` makes what needs it unknown, never a no. Raises SamspilError when civil
    registration or general practice is absent.
    """
    at = AsOf(as_of)
    uses = definitions.uses()
    everybody = _now_and_before(tables, at, Months(definitions.rules.high_need.months))
    # Kept once: every rule reads its columns from here instead of reading the sources again.
    measured = kept_measures(everybody, uses, tables, at, definitions.whether())
    judge = Judge(measured, column_names(uses), tables)
    with_cost = judge.people.mutate(**_costs(definitions, judge))
    persons = _persons(definitions, judge.on(with_cost.filter(with_cost.now)), at).cache()
    return Segmentation(
        as_of=as_of,
        definitions=definitions,
        persons=persons,
        high_need=_high_need_years(definitions.rules, with_cost, persons),
        measured={programme.programme: _measured(programme, tables) for programme in definitions.programmes},
        missing=sources_of(tuple(table for use in uses for table in use.tables if table not in tables)),
    )


def _now_and_before(tables: Tables, at: AsOf, year: Months) -> ir.Table:
    """Everybody with a practice at D or a year before, and when; age, practice and municipality are those of D."""
    now, earlier = citizens(tables, at), citizens(tables, AsOf(year.before(at.day)))
    now, earlier = now.filter(now.active), earlier.filter(earlier.active)
    described = ("provider_number", "age", "sex", "municipality")
    rows = ibis.union(
        now.select("person_id", *described, now=ibis.literal(True), before=ibis.literal(False)),
        earlier.select(
            "person_id",
            **{name: ibis.literal(None, type=now[name].type()) for name in described},
            now=ibis.literal(False),
            before=ibis.literal(True),
        ),
    )
    return rows.group_by("person_id").aggregate(
        **{name: rows[name].max() for name in described}, now=rows.now.any(), before=rows.before.any()
    )


def _costs(definitions: SegmentDefinitions, judge: Judge) -> dict[str, ir.Value]:
    """Cost of the year before D, and of the year before that; null where no source of cost is there."""
    this, two = (_sum(definitions.cost_uses(years), judge) for years in (1, 2))
    if this is None or two is None:
        nothing = ibis.null("decimal(38, 2)")
        return {"cost": nothing, "cost_before": nothing}
    return {"cost": this, "cost_before": two - this}


def _sum(uses: list[Use], judge: Judge) -> ir.NumericValue | None:
    """The sum of the uses whose source is there; None when none is."""
    numbers = [number for use in uses if (number := judge.number(use)) is not None]
    return reduce(add, numbers) if numbers else None


def _whole_sum(uses: list[Use], judge: Judge) -> ir.IntegerValue:
    """The sum of uses; null when a source is missing."""
    total = _sum(uses, judge) if are_loaded(uses, judge.tables) else None
    return ibis.null("int64") if total is None else total.cast("int64")


def _persons(definitions: SegmentDefinitions, judge: Judge, at: AsOf) -> ir.Table:
    """Everything that is found of everybody, each step from those before it."""
    rules = definitions.rules
    judge = judge.on(_with_high_need(judge.people, rules))
    hospitals = judge.number(bind_reading(rules.fragmentation.hospitals))
    people = judge.people.mutate(
        **condition_columns(rules.conditions, judge),
        hospitals=ibis.null("int64") if hospitals is None else hospitals.cast("int64"),
        contacts=_whole_sum(definitions.contact_uses(), judge),
        admissions=_whole_sum([bind_reading(rules.high_need.admissions)], judge),
    )
    people = people.mutate(fragmented=people.hospitals >= rules.fragmentation.at_least)
    for programme in definitions.programmes:
        people = _with_disease(programme, judge.on(people))
    diagnosed = [people[f"diagnosed_{programme.key}"] for programme in definitions.programmes]
    people = people.mutate(
        programmes=reduce(add, (each.fill_null(False).cast("int16") for each in diagnosed), ibis.literal(0, "int16")),
        programmes_known=ibis.and_(ibis.literal(True), *(each.notnull() for each in diagnosed)),
    )
    for programme in definitions.programmes:
        people = _with_segments(programme, rules, judge.on(people))
    stratum, certain = strata.stratum_of(rules.strata, judge.on(people))
    people = people.mutate(
        stratum=stratum,
        stratum_certain=certain,
        valid_from=ibis.literal(at.day, "date"),
        valid_until=ibis.literal(strata.valid_until(at.day, rules.validity_months.value), "date"),
        complexity=square.half(rules.square.complexity, judge.on(people)),
        self_care=square.half(rules.square.self_care, judge.on(people)),
    )
    people = people.mutate(quadrant=square.quadrant(people.complexity, people.self_care, rules.square))
    own = [f"{name}_{programme.key}" for programme in definitions.programmes for name in PROGRAMME_COLUMNS]
    return people.select(*PERSON_COLUMNS, *own)


def _with_high_need(people: ir.Table, rules: SegmentRules) -> ir.Table:
    """Who is in the high-need group; null where the cost is not known."""
    costly = members(people, "cost", rules.high_need.share).rename(member="person_id")
    joined = people.left_join(costly, people.person_id == costly.member)
    high_need = joined.cost.isnull().ifelse(ibis.null("boolean"), joined.member.notnull())
    return joined.mutate(high_need=high_need).drop("member")


def _with_disease(programme: ProgrammeSegments, judge: Judge) -> ir.Table:
    """Who has the disease, by diagnosis and by estimate."""
    return judge.people.mutate(
        **{
            f"diagnosed_{programme.key}": judge.rule(programme.diagnosed),
            f"estimate_{programme.key}": judge.rule(programme.algorithm),
        }
    )


def _with_segments(programme: ProgrammeSegments, rules: SegmentRules, judge: Judge) -> ir.Table:
    """Attendance, referral, the step towards a service, and the levels of one programme."""
    key, people = programme.key, judge.people
    diagnosed, estimate = people[f"diagnosed_{key}"], people[f"estimate_{key}"]
    referral = programme.referral
    referred, started, declined = (
        judge.holds(each) for each in (referral.referred, referral.started, referral.declined)
    )
    came = attendance.attended(programme.control, judge)
    segment = attendance.segments(programme.control, judge, diagnosed, estimate, came)
    step = gap.step_of(estimate, diagnosed, judge.rule(programme.eligible), referred, started, declined)
    alone = concordance.level_number(programme.recommended, programme, judge)
    other = concordance.level_number(programme.comorbidity, programme, judge)
    both = concordance.raised(alone, other, len(programme.levels) - 1)
    actual = concordance.level_number(programme.actual, programme, judge)
    levels = {"recommended": both, "recommended_alone": alone, "actual": actual}
    columns = {
        "segment": segment,
        "segment_region": attendance.secondary_segments(segment, judge.rule(rules.regional_contact)),
        "attended": came,
        "referred": referred,
        "started": started,
        "step": step,
        "started_outside": started & (step != gap.STARTED).fill_null(True),
        **{
            name: diagnosed.ifelse(concordance.level_name(number, programme), ibis.null("string"))
            for name, number in levels.items()
        },
        "stable": diagnosed.ifelse(judge.rule(programme.stable), ibis.null("boolean")),
    }
    return people.mutate(**{f"{name}_{key}": column for name, column in columns.items()})


def _high_need_years(rules: SegmentRules, with_cost: ir.Table, persons: ir.Table) -> ir.Table:
    """Who is in the high-need group at D, and who was a year before: of everybody there was then."""
    then = members(with_cost.filter(with_cost.before), "cost_before", rules.high_need.share)
    now = persons.filter(persons.high_need).select(now_id="person_id")
    joined = then.outer_join(now, then.person_id == now.now_id)
    return joined.select(
        person_id=ibis.coalesce(joined.person_id, joined.now_id),
        before=joined.person_id.notnull(),
        now=joined.now_id.notnull(),
    )


def _measured(programme: ProgrammeSegments, tables: Tables) -> dict[str, bool]:
    """Which of the four numbers have every source they need."""
    diagnosed = are_loaded(uses_of([programme.diagnosed]), tables)
    return {
        "algorithm_positive": are_loaded(uses_of([programme.algorithm]), tables),
        "diagnosed": diagnosed,
        "attending": diagnosed and are_loaded(attendance.control_uses(programme.control), tables),
        "referred": is_loaded(bind_condition(programme.referral.referred.condition), tables),
    }
