"""Several illnesses at once: how many conditions a person has, and from how many on it is multimorbidity (ALG-8).

Report 002 L2376-2378: 38 % of the population over 16 have two or more chronic conditions.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from samspil.population.criteria import Judge, are_loaded, uses_of_criteria
from samspil.programmes.segment_rules import Conditions


def condition_columns(rules: Conditions, judge: Judge) -> dict[str, ir.Value]:
    """The chronic conditions of everybody: `condition_list`, `groups`, `conditions` and `conditions_known`.

    Conditions that are seen count. The count is not `conditions_known` where a source that could show another condition
    is missing.
    """
    each = [(condition, condition.criteria(rules.within)) for condition in rules.conditions]
    has = {condition.condition: judge.any_of(criteria).fill_null(False) for condition, criteria in each}
    known = are_loaded((use for _, criteria in each for use in uses_of_criteria(criteria)), judge.tables)
    count = sum((flag.cast("int16") for flag in list(has.values())[1:]), next(iter(has.values())).cast("int16"))
    groups = {
        group: ibis.or_(*(has[each.condition] for each in rules.conditions if each.group == group))
        for group in rules.groups
        if any(each.group == group for each in rules.conditions)
    }
    return {
        "condition_list": _names(has),
        "groups": _names(groups),
        "conditions": count.cast("int16"),
        "conditions_known": ibis.literal(known),
    }


def _names(flags: dict[str, ir.BooleanValue]) -> ir.ArrayValue:
    named = ibis.array([flag.ifelse(name, ibis.null("string")) for name, flag in flags.items()])
    return named.filter(lambda name: name.notnull())
