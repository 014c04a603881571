"""Segments, person by person, in plain Python: what each rule says of one person, with None for not known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from samspil.population.segments import SegmentDefinitions
from samspil.programmes.criteria import Criteria, Criterion
from samspil.programmes.segment_rules import Axis
from samspil.programmes.segments import LevelRule, ProgrammeSegments
from tests.reference.measures import MEASURES, NEEDS
from tests.reference.rules_of_time import Row, age, months_before
from tests.reference.scoring import is_active, own_rows, practice_at

Tables = Mapping[str, Sequence[Row]]
Truth = bool | None


def everybody(definitions: SegmentDefinitions, tables: Tables, as_of: dt.date) -> dict[int, dict[str, Any]]:
    """What is found of everybody with a practice at D, by person id."""
    year = definitions.rules.high_need.months
    earlier = months_before(as_of, year)
    rows = {person["person_id"]: own_rows(tables, person["person_id"]) for person in tables["person"]}
    now = {p["person_id"]: p for p in tables["person"] if belongs(p, rows[p["person_id"]], as_of)}
    before = {p["person_id"]: p for p in tables["person"] if belongs(p, rows[p["person_id"]], earlier)}
    costs = {person: cost_of(definitions, rows[person], as_of, year) for person in now}
    costs_before = {
        person: None
        if (two := cost_of(definitions, rows[person], as_of, 2 * year)) is None
        else two - (cost_of(definitions, rows[person], as_of, year) or 0)
        for person in before
    }
    share = Fraction(definitions.rules.high_need.share)
    members, members_before = most(costs, share), most(costs_before, share)
    found = {}
    for person, civil in now.items():
        has_cost = costs[person] is not None
        known: dict[str, Any] = {"age": age(civil["birth_date"], as_of), "cost": costs[person]}
        known["high_need"] = person in members if has_cost else None
        found[person] = _Person(definitions, rows[person], as_of, known).all()
    return {person: {**row, "before": person in members_before} for person, row in found.items()} | {
        person: {"only_before": True, "before": True} for person in members_before if person not in found
    }


def belongs(person: Row, rows: Mapping[str, list[Row]], day: dt.date) -> bool:
    return person["birth_date"] <= day and is_active(person, day) and practice_at(rows, day) is not None


def cost_of(definitions: SegmentDefinitions, rows: Mapping[str, list[Row]], as_of: dt.date, months: int) -> Any:
    """The cost of the last so many months, of the sources that are there; None when none is."""
    amounts = [
        MEASURES[name](rows, as_of, within=f"{months} months")
        for name in definitions.rules.high_need.cost
        if all(table in rows for table in NEEDS[name])
    ]
    return sum(amounts, Decimal(0)) if amounts else None


def most(costs: Mapping[int, Any], share: Fraction) -> set[int]:
    """The ceil(share · N) with most cost; of equals the lower person id. Nobody when cost is not known."""
    if any(cost is None for cost in costs.values()):
        return set()
    ranked = sorted(costs, key=lambda person: (-costs[person], person))
    return set(ranked[: ceil(share * len(ranked))])


class _Person:
    """One person, whose findings are added step by step to `known`."""

    def __init__(
        self, definitions: SegmentDefinitions, rows: Mapping[str, list[Row]], as_of: dt.date, known: dict[str, Any]
    ) -> None:
        self.definitions, self.rows, self.as_of, self.known = definitions, rows, as_of, known

    def measure(self, name: str, given: Mapping[str, Any]) -> Any:
        if any(table not in self.rows for table in NEEDS[name]):
            return None
        return MEASURES[name](self.rows, self.as_of, **given)

    def test(self, criterion: Criterion) -> Truth:
        if criterion.measure is not None:
            value = self.measure(criterion.measure, criterion.with_)
        else:
            value = self.known[criterion.found or ""]
        if value is None:
            return None
        may_grow = not self.known.get(f"{criterion.found}_known", True)
        if criterion.at_least is not None:
            return True if value >= criterion.at_least else None if may_grow else False
        if criterion.at_most is not None:
            return False if value > criterion.at_most else None if may_grow else True
        return bool(value)

    def rule(self, rule: Criteria) -> Truth:
        parts = [any_true([self.test(each) for each in rule.any_of])] if rule.any_of else []
        parts += [self.test(each) for each in rule.all_of]
        parts += [opposite(self.test(each)) for each in rule.none_of]
        return opposite(any_true([opposite(part) for part in parts]))

    def all(self) -> dict[str, Any]:
        rules, known = self.definitions.rules, self.known
        tests = {
            each.condition: [self.test(criterion) for criterion in each.criteria(rules.conditions.within)]
            for each in rules.conditions.conditions
        }
        known["condition_list"] = [name for name, found in tests.items() if True in found]
        known["conditions"] = len(known["condition_list"])
        known["conditions_known"] = all(None not in found for found in tests.values())
        hospitals = rules.fragmentation.hospitals
        known["hospitals"] = self.measure(hospitals.measure, hospitals.with_)
        for programme in self.definitions.programmes:
            known[f"diagnosed_{programme.key}"] = self.rule(programme.diagnosed)
            known[f"estimate_{programme.key}"] = self.rule(programme.algorithm)
        diagnosed = [known[f"diagnosed_{each.key}"] for each in self.definitions.programmes]
        known["programmes"] = diagnosed.count(True)
        known["programmes_known"] = None not in diagnosed
        for programme in self.definitions.programmes:
            self.programme(programme)
        self.stratum()
        known["complexity"], known["self_care"] = (
            self.half(axis) for axis in (rules.square.complexity, rules.square.self_care)
        )
        return known

    def programme(self, programme: ProgrammeSegments) -> None:
        key, known = programme.key, self.known
        diagnosed, estimate = known[f"diagnosed_{key}"], known[f"estimate_{key}"]
        counts = [self.measure(each.measure, each.with_) for each in programme.control.sum_of]
        came = sum(count for count in counts if count is not None)
        enough = Fraction(came, programme.control.expected) >= Fraction(programme.control.cut)
        if diagnosed:
            less = "S2" if came else "S3a"
            segment = "S1" if enough else "unknown" if None in counts else less
        else:
            segment = "unknown" if diagnosed is None or estimate is None else "S3b" if estimate else "none"
        known[f"segment_{key}"] = segment
        contact = self.rule(self.definitions.rules.regional_contact)
        if segment not in {"S1", "S2", "S3a"}:
            known[f"segment_region_{key}"] = "unknown" if segment == "unknown" else "none"
        else:
            known[f"segment_region_{key}"] = "unknown" if contact is None else segment if contact else "none"
        known[f"step_{key}"] = self.step(programme, diagnosed, estimate)
        levels = [level.level for level in programme.levels]
        alone, other = self.level(programme.recommended, levels), self.level(programme.comorbidity, levels)
        both = levels[-1] if levels[-1] in {alone, other} else None
        if both is None and alone is not None and other is not None:
            both = levels[max(levels.index(alone), levels.index(other))]
        found = {"recommended_alone": alone, "recommended": both, "actual": self.level(programme.actual, levels)}
        for name, level in found.items():
            known[f"{name}_{key}"] = level if diagnosed else None
        known[f"stable_{key}"] = self.rule(programme.stable) if diagnosed else None

    def step(self, programme: ProgrammeSegments, diagnosed: Truth, estimate: Truth) -> str | None:
        if not estimate:
            return None
        referral = programme.referral
        passed = (
            ("undiagnosed", diagnosed),
            ("not_eligible", self.rule(programme.eligible)),
            ("not_referred", self.test(referral.referred)),
        )
        for name, holds in passed:
            if not holds:
                return "unknown" if holds is None else name
        started, declined = self.test(referral.started), self.test(referral.declined)
        if started:
            return "started"
        if declined:
            return "declined"
        return "unknown" if None in {started, declined} else "not_started"

    def level(self, rules: Sequence[LevelRule], levels: Sequence[str]) -> str | None:
        for rule in rules:
            holds = self.rule(rule)
            if holds is not False:
                return rule.level if holds else None
        return levels[0]

    def stratum(self) -> None:
        certain = True
        for stratum in self.definitions.rules.strata:
            holds = True if stratum.criteria is None else self.rule(stratum.criteria)
            if holds:
                self.known |= {"stratum": stratum.stratum, "stratum_certain": certain}
                return
            certain = certain and holds is False

    def half(self, axis: Axis) -> str | None:
        tests = [self.rule(each) for each in axis.inputs]
        if tests.count(True) >= axis.cut:
            return axis.reaching
        if tests.count(True) + tests.count(None) >= axis.cut:
            return None
        return "low" if axis.reaching == "high" else "high"


def any_true(tests: Sequence[Truth]) -> Truth:
    return True if True in tests else None if None in tests else False


def opposite(test: Truth) -> Truth:
    return None if test is None else not test
