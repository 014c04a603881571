"""How many are in what, by practice, municipality and region: counts of persons, made ready to be released.

One long table. A combination that nobody is in has no row. The size of a segment stands with the four numbers of its
unit and programme, and says which of them are not measured.
"""

from __future__ import annotations

from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from samspil.population.age_bands import age_band
from samspil.population.attendance_segments import UNKNOWN
from samspil.population.segments import Segmentation
from samspil.population.square import UNDETERMINED
from samspil.population.sums import whole
from samspil.programmes.segments import ProgrammeSegments

SIZE_COLUMNS = (
    "section", "programme", "level", "unit", "key", "key2", "persons",
    "algorithm_positive", "diagnosed", "attending", "referred", "not_measured",
)  # fmt: skip
NUMBERS = ("algorithm_positive", "diagnosed", "attending", "referred")
#: Sections whose rows are sizes of segments, and never stand without the four numbers.
WITH_NUMBERS = ("segment", "segment_region")
LEVELS = ("region", "municipality", "practice")
#: From this many on, conditions and hospitals are told of together.
_MANY = 5


def sizes(found: Segmentation) -> ir.Table:
    """The counts (`SIZE_COLUMNS`) of every section, at every level."""
    persons = found.persons
    counted = [_count(persons, section, programme, key, key2) for section, programme, key, key2 in _sections(found)]
    counted += [_in_groups(persons)]
    # Small already: a row per practice, municipality and key; the levels are sums of these.
    facts = ibis.union(*counted).cache()
    numbers = ibis.union(*(_numbers(found, programme) for programme in found.definitions.programmes)).cache()
    rows = ibis.union(
        *(_at_level(facts, level, ("section", "programme", "key", "key2"), ("persons",)) for level in LEVELS)
    )
    four = ibis.union(*(_at_level(numbers, level, ("programme", "not_measured"), NUMBERS) for level in LEVELS))
    four = four.select(
        "not_measured", *NUMBERS, four_programme=four.programme, four_level=four.level, four_unit=four.unit
    )
    joined = rows.left_join(
        four,
        [
            rows.programme == four.four_programme,
            rows.level == four.four_level,
            rows.unit == four.four_unit,
            rows.section.isin(WITH_NUMBERS),
        ],
    )
    return joined.select(*SIZE_COLUMNS).order_by(list(SIZE_COLUMNS[:6]))


def totals(counted: ir.Table) -> ir.Table:
    """Whom each section is about: section, programme, level, unit, persons. `counted` is a table of `sizes`."""
    return counted.group_by(["section", "programme", "level", "unit"]).aggregate(persons=whole(counted.persons.sum()))


def numbers(counted: ir.Table) -> ir.Table:
    """The four numbers of each programme, once per unit: programme, level, unit, the numbers, not_measured."""
    stated = counted.filter(counted.section == WITH_NUMBERS[0])
    return stated.select("programme", "level", "unit", *NUMBERS, "not_measured").distinct()


def _sections(found: Segmentation) -> Iterator[tuple[str, str | None, ir.Value, ir.Value | None]]:
    """Every section: its name, programme, and what it counts by. A null key leaves a person out of the section."""
    persons, rules = found.persons, found.definitions.rules
    yield "population", None, ibis.literal("all"), None
    for programme in found.definitions.programmes:
        yield from _programme_sections(persons, programme)
    over = persons.age > rules.conditions.over_age.value
    several = (persons.conditions >= rules.conditions.multimorbid.value).ifelse("multimorbid", "not_multimorbid")
    several = ((several == "not_multimorbid") & ~persons.conditions_known).ifelse(UNKNOWN, several)
    yield "multimorbidity", None, _only(over, several), _up_to(persons.conditions)
    young = persons.age.between(rules.conditions.young.from_age, rules.conditions.young.to_age)
    yield "multimorbid_young", None, _only(young, several), None
    yield "programmes", None, persons.programmes.cast("string"), _certain(persons.programmes_known)
    yield "stratum", None, persons.stratum, _certain(persons.stratum_certain)
    axes = [axis.fill_null(UNDETERMINED) for axis in (persons.complexity, persons.self_care)]
    yield "square", None, axes[0], axes[1]
    yield "fragmentation", None, _truth(persons.fragmented), _up_to(persons.hospitals)
    yield (
        "high_need",
        None,
        _truth(persons.high_need),
        (persons.age < rules.high_need.young_under).ifelse("young", "old"),
    )
    yield "high_need_age", None, _only(persons.high_need, age_band(persons.age, rules.high_need.age_bands)), None


def _programme_sections(
    persons: ir.Table, programme: ProgrammeSegments
) -> Iterator[tuple[str, str, ir.Value, ir.Value | None]]:
    key, name = programme.key, programme.programme
    yield "segment", name, persons[f"segment_{key}"], None
    yield "segment_region", name, persons[f"segment_region_{key}"], None
    yield "gap", name, persons[f"step_{key}"], None
    yield "gap_outside", name, _only(persons[f"started_outside_{key}"], ibis.literal("started")), None
    diagnosed, actual = persons[f"diagnosed_{key}"], persons[f"actual_{key}"].fill_null(UNKNOWN)
    for section, column in (("concordance", "recommended"), ("concordance_alone", "recommended_alone")):
        yield section, name, _only(diagnosed, persons[f"{column}_{key}"].fill_null(UNKNOWN)), actual
    above = persons[f"recommended_{key}"] != persons[f"actual_{key}"]
    moving = (persons[f"recommended_{key}"].isin(programme.primary)) & ~persons[f"actual_{key}"].isin(programme.primary)
    yield "stable_above", name, _only(above & moving & persons[f"stable_{key}"], ibis.literal("stable")), None


def _only(wanted: ir.BooleanValue, key: ir.Value) -> ir.StringValue:
    return wanted.fill_null(False).ifelse(key, ibis.null("string"))


def _truth(value: ir.BooleanValue) -> ir.StringValue:
    return ibis.cases((value, "yes"), (value.isnull(), UNKNOWN), else_="no")


def _certain(value: ir.BooleanValue) -> ir.StringValue:
    return value.ifelse("certain", "not_certain")


def _up_to(number: ir.IntegerValue) -> ir.StringValue:
    return ibis.cases((number >= _MANY, f"{_MANY}+"), (number.isnull(), UNKNOWN), else_=number.cast("string"))


def _count(persons: ir.Table, section: str, programme: str | None, key: ir.Value, key2: ir.Value | None) -> ir.Table:
    nothing = ibis.null("string")
    rows = persons.select(
        "provider_number",
        "municipality",
        section=ibis.literal(section),
        programme=nothing if programme is None else ibis.literal(programme),
        key=key.cast("string"),
        key2=nothing if key2 is None else key2.cast("string"),
    )
    rows = rows.filter(rows.key.notnull())
    return rows.group_by(list(rows.columns)).aggregate(persons=rows.count())


def _in_groups(persons: ir.Table) -> ir.Table:
    """The high-need members by diagnosis group; one member may stand in several."""
    members = persons.filter(persons.high_need)
    each = members.select("provider_number", "municipality", key=members.groups.unnest())
    nothing = ibis.null("string")
    rows = each.select(
        "provider_number", "municipality",
        section=ibis.literal("high_need_group"), programme=nothing, key=each.key, key2=nothing,
    )  # fmt: skip
    return rows.group_by(list(rows.columns)).aggregate(persons=rows.count())


def _numbers(found: Segmentation, programme: ProgrammeSegments) -> ir.Table:
    """The four numbers of a programme by practice and municipality; null where their sources are not there."""
    persons, key = found.persons, programme.key
    measured = found.measured[programme.programme]
    flags = {
        "algorithm_positive": persons[f"estimate_{key}"],
        "diagnosed": persons[f"diagnosed_{key}"],
        "attending": persons[f"segment_{key}"].isin(("S1", "S2")),
        "referred": persons[f"referred_{key}"],
    }
    sums = {name: flag.fill_null(False).cast("int64").sum() for name, flag in flags.items() if measured[name]}
    absent = [name for name in NUMBERS if not measured[name]]
    rows = persons.group_by(["provider_number", "municipality"]).aggregate(**sums)
    return rows.select(
        "provider_number",
        "municipality",
        *sums,
        **{name: ibis.null("int64") for name in absent},
        programme=ibis.literal(programme.programme),
        not_measured=ibis.literal(";".join(absent)),
    ).select("provider_number", "municipality", *NUMBERS, "programme", "not_measured")


def _at_level(rows: ir.Table, level: str, keys: tuple[str, ...], numbers: tuple[str, ...]) -> ir.Table:
    unit = {
        "region": ibis.literal("region"),
        "municipality": rows.municipality,
        "practice": rows.provider_number,
    }[level]
    named = rows.select(*keys, *numbers, level=ibis.literal(level), unit=unit)
    by = [*keys, "level", "unit"]
    return named.group_by(by).aggregate(**{name: named[name].sum().cast("int64") for name in numbers})
