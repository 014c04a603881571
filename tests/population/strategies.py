"""Random populations, risk models and runs, crowded around the days and codes where rules change.

What happens to a citizen is rows of a table, without `person_id`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from hypothesis import strategies as st

from samspil.programmes import RiskModel
from samspil.warehouse.contracts import contracts, table_sources
from tests.population.builders import DAY, LONG_AGO, Row, odense_model, years_before
from tests.reference.measures import NEEDS
from tests.reference.rules_of_time import months_before

CROWD = 40
MONTHS = (1, 2, 6, 12, 24)
AGES = (0, 17, 18, 65, 66, 69, 70)
GP_KINDS = ("consultation", "phone", "email")
ICPC2 = ("P01", "P76", "P7601", "P03", "K86")
ICD10 = (
    "F20", "F200", "F2001", "F199", "F1999", "F205", "F29", "F299", "F2999", "F300", "F319", "F31", "F32",
    "F320", "F321", "F33", "F330", "F331", "F34", "E109", "D500",
)  # fmt: skip
RANGES = ("F20.0-F29.9", "DF30.0-DF31.9", "f20-f29", "F20.5-F29.0", "F32.1-F33.0", "D50.0-D50.9", "E10-E10")
ATC = ("N05BA01", "N05AH03", "N06AB04", "C10AA01", "C10AA05", "A10BA02")
BENEFITS = ("a_dagpenge", "kontanthjaelp", "uddannelseshjaelp", "ressourceforloeb", "jobafklaring",
            "midlertidig_arbejdsmarkedsydelse", "saerlig_uddannelsesydelse", "foertidspension", "efterloen",
            "su")  # fmt: skip
CAUSES = ("stress", "angst", "depression", "andre_psykiske", "andet")
SPECIALTIES = ("psychologist", "psychiatrist", "eye")
FUNDS = ("FTF", "BUPL", "Lærernes", "DSA", "3F")
FREQUENCIES = ("less_than_daily", "daily", "more_than_daily")
NPU = ("NPU27300", "NPU01568")
OFFERS = ("diabetesskole", "genoptraening")
REHAB_OUTCOMES = ("completed", "declined")
HOSPITAL_KINDS = ("inpatient", "outpatient", "emergency")

#: Days on which the rules of time, or the models, have an edge.
RUN_DAYS = [
    dt.date.fromisoformat(day)
    for day in (
        "2015-09-30", "2015-10-01", "2015-10-15", "2015-08-31", "2015-03-30", "2015-12-31", "2016-01-01",
        "2016-02-29", "2016-03-30", "2016-03-31", "2017-02-28", "2017-03-01", "2015-10-25", "2016-03-27",
    )
]  # fmt: skip


def run_days() -> st.SearchStrategy[dt.date]:
    return st.sampled_from(RUN_DAYS) | st.dates(dt.date(2014, 1, 1), dt.date(2018, 12, 31))


# What may happen to a citizen. `draw` is Hypothesis' own random numbers, or plain ones where many are drawn.


def day(draw: Random, as_of: dt.date) -> dt.date:
    """A day at, or next to, an end of a window that ends on D; now and then any day."""
    if draw.random() < 0.3:
        return as_of - draw.randint(-60, 900) * DAY
    edges = [as_of, *(months_before(as_of, months) for months in MONTHS), dt.date(as_of.year, 1, 1)]
    return draw.choice(edges) + draw.choice([-1, 0, 0, 1]) * DAY


def spell(draw: Random, as_of: dt.date) -> tuple[dt.date, dt.date | None]:
    """First and last day: open, of a telling length, or ending on a telling day."""
    first = day(draw, as_of)
    length = draw.choice([None, None, 1, 14, 15, 16, 90, 800])
    if length is not None:
        return first, first + (length - 1) * DAY
    return first, draw.choice([None, max(first, as_of + draw.choice([-1, 0, 1]) * DAY)])


def amount(draw: Random) -> Decimal:
    return Decimal(draw.choice(["0", "0.75", "99.60", "100", "250.25", "1200"]))


def named_spell(draw: Random, as_of: dt.date, **columns: Any) -> list[Row]:
    first, last = spell(draw, as_of)
    return [{"from": first, "to": last, **columns}]


def gp_contacts(draw: Random, as_of: dt.date) -> list[Row]:
    row = {"date": day(draw, as_of), "kind": draw.choice(GP_KINDS), "provider_number": "100001"}
    return [row] * draw.choice([1, 1, 2, 4, 7, 11, 15])


def gp_diagnosis(draw: Random, as_of: dt.date) -> list[Row]:
    return [{"date": day(draw, as_of), "icpc2": draw.choice(ICPC2)}]


def specialist_contact(draw: Random, as_of: dt.date) -> list[Row]:
    return [
        {
            "date": day(draw, as_of),
            "specialty": draw.choice(SPECIALTIES),
            "referred_by_gp": draw.choice([True, False]),
            "fee": amount(draw),
        }
    ]


def dispensings(draw: Random, as_of: dt.date) -> list[Row]:
    """One drug, or the many of a big prescription."""
    atc = draw.choice([[code] for code in ATC] + [[f"C10AA{number}" for number in range(10, 17)]])
    row = {"date": day(draw, as_of), "name": None, "packages": 1.0, "price": amount(draw)}
    return [{**row, "atc": code} for code in atc]


def hospital_contacts(draw: Random, as_of: dt.date) -> list[Row]:
    time = draw.choice([dt.time(0, 0), dt.time(2, 30), dt.time(12), dt.time(23, 59, 59, 999999)])
    row = {
        "course_id": None,
        "hospital": draw.choice(["OUH", "OUH", "Kolding"]),
        "department": "medicine",
        "start": dt.datetime.combine(day(draw, as_of), time),
        "end": None,
        "kind": draw.choice(HOSPITAL_KINDS),
        "acute": draw.choice([True, False]),
        "action_diagnosis": draw.choice(["Z000", draw.choice(ICD10)]),
        "cost": amount(draw),
        "ready_for_discharge": None,
    }
    return [row] * draw.choice([1, 1, 2, 4])


def hospital_diagnosis(draw: Random, as_of: dt.date) -> list[Row]:
    diagnosis = {"diagnosis": draw.choice(["Z000", draw.choice(ICD10)]), "rank": "primary"}
    return [{"contact_id": "contact-1", "date": day(draw, as_of), **diagnosis}]


def outpatient_course(draw: Random, as_of: dt.date) -> list[Row]:
    opened, closed = spell(draw, as_of)
    return [{"department": "medicine", "opened": opened, "closed": closed}]


def benefits(draw: Random, as_of: dt.date) -> list[Row]:
    """Spells of one or two kinds that follow each other up to about D: touching, overlapping or nearly."""
    kinds = [draw.choice(BENEFITS), draw.choice(BENEFITS)]
    begins = sorted(day(draw, as_of) for _ in range(draw.randint(1, 3)))
    last_days = [begin - draw.choice([-9, 0, 1, 1, 2]) * DAY for begin in begins[1:]]
    last_days.append(draw.choice([None, as_of, as_of - DAY, as_of + DAY]))
    return [
        {
            "kind": draw.choice(kinds),
            "weekly_amount": Decimal(number),
            "from": first,
            "to": None if last is None else max(first, last),
        }
        for number, (first, last) in enumerate(zip(begins, last_days, strict=True))
    ]


def sick_leaves(draw: Random, as_of: dt.date) -> list[Row]:
    """One sick leave, or two that begin together."""
    rows = named_spell(draw, as_of, cause=draw.choice(CAUSES))
    if draw.random() < 0.3:
        rows.append({**rows[0], "to": rows[0]["from"] + 20 * DAY, "cause": draw.choice(CAUSES)})
    return rows


def job(draw: Random, as_of: dt.date) -> list[Row]:
    return named_spell(draw, as_of, weekly_hours=37.0)


def education(draw: Random, as_of: dt.date) -> list[Row]:
    return named_spell(draw, as_of)


def unemployment_fund(draw: Random, as_of: dt.date) -> list[Row]:
    return [{"year": as_of.year + draw.choice([-1, 0, 0, 1]), "fund": draw.choice(FUNDS)}]


def home_nursing(draw: Random, as_of: dt.date) -> list[Row]:
    return named_spell(draw, as_of, visits_per_week=2.0)


def home_care(draw: Random, as_of: dt.date) -> list[Row]:
    hours = {"personal_hours_per_week": 3.0, "practical_hours_per_week": 1.0}
    return named_spell(draw, as_of, frequency=draw.choice(FREQUENCIES), **hours)


def substance_case(draw: Random, as_of: dt.date) -> list[Row]:
    opened, closed = spell(draw, as_of)
    return [{"opened": opened, "closed": closed}]


def gp_measurement(draw: Random, as_of: dt.date) -> list[Row]:
    value = draw.choice([47.9, 48.0, 49.0])
    return [{"date": day(draw, as_of), "code": draw.choice(NPU), "value": value, "unit": "mmol/mol"}]


def rehabilitation(draw: Random, as_of: dt.date) -> list[Row]:
    """A referral that waits, goes on, has ended, or came to nothing."""
    referred = day(draw, as_of)
    started = draw.choice([None, max(referred, as_of + draw.choice([-1, 0, 1]) * DAY)])
    ended = None if started is None else draw.choice([None, started + draw.choice([0, 1, 30]) * DAY])
    outcome = draw.choice([None, "declined"]) if ended is None else draw.choice(["completed", "dropped_out"])
    return [
        {
            "offer": draw.choice(OFFERS), "referred": referred, "started": started, "ended": ended,
            "outcome": outcome, "level": "basic",
        }
    ]  # fmt: skip


#: What may happen, by the table that tells of it.
HAPPENINGS: dict[str, Callable[[Random, dt.date], list[Row]]] = {
    "gp_contact": gp_contacts,
    "gp_diagnosis": gp_diagnosis,
    "specialist_contact": specialist_contact,
    "dispensing": dispensings,
    "hospital_contact": hospital_contacts,
    "hospital_diagnosis": hospital_diagnosis,
    "outpatient_course": outpatient_course,
    "benefit": benefits,
    "sick_leave": sick_leaves,
    "job": job,
    "education": education,
    "unemployment_fund": unemployment_fund,
    "home_nursing": home_nursing,
    "home_care": home_care,
    "substance_case": substance_case,
    "gp_measurement": gp_measurement,
    "rehabilitation": rehabilitation,
}


# Citizens and populations


def birth(draw: Random, as_of: dt.date) -> dt.date:
    """Mostly well inside the ages of a model; or around a birthday at their limits, on a leap day, after D."""
    if draw.random() < 0.6:
        return years_before(as_of, draw.choice([40, 65, 80])) - 99 * DAY
    edges = [years_before(as_of, age) + shift * DAY for age in AGES for shift in (-1, 0, 1)]
    return draw.choice(edges + [dt.date(year, 2, 29) for year in (1948, 1952, 1996, 2000)])


def civil_rows(draw: Random, as_of: dt.date) -> dict[str, list[Row]]:
    """The civil registration and the practices of one citizen; most are active and have a practice."""
    person = {
        "birth_date": birth(draw, as_of),
        "sex": "F",
        "municipality": "461",
        "status": draw.choice(["active"] * 4 + ["dead", "emigrated"]),
        "status_date": draw.choice([None, as_of, day(draw, as_of)]),
        "origin": draw.choice(["danish", "foreign", None]),
    }
    household = {
        "living": draw.choice(["partner", "alone", "alone", None]),
        "living_since": draw.choice([None, day(draw, as_of), day(draw, as_of)]),
        "preschool_children": draw.choice([0, 1, 2, None]),
    }
    practices = [{"provider_number": "100001", "from": LONG_AGO, "to": None}]
    for _ in range(draw.choice([0, 0, 0, 1, 2])):
        first, last = spell(draw, as_of)
        number = draw.choice(["100000", "100001", "100002"])
        practices.append({"provider_number": number, "from": draw.choice([LONG_AGO, first]), "to": last})
    return {
        "person": [person],
        "household": [household] if draw.random() < 0.9 else [],
        "affiliation": practices if draw.random() < 0.8 else practices[1:],
    }


def population(
    draw: Random, as_of: dt.date, citizens: int, happening_in: Sequence[str], most_events: int
) -> dict[str, list[Row]]:
    """So many citizens and what happened to them, as told by the given tables; every table is present."""
    tables: dict[str, list[Row]] = {name: [] for name in table_sources()}
    flags = {atc: draw.choice(["yellow", "orange", None]) for atc in ATC}
    tables["risk_drug"] = [{"atc": atc, "level": level} for atc, level in flags.items() if level]
    telling = [name for name in happening_in if name in HAPPENINGS]
    for person_id in range(1, citizens + 1):
        for name, rows in civil_rows(draw, as_of).items():
            tables[name] += [{"person_id": person_id, **row} for row in rows]
        for _ in range(draw.randint(0, most_events) if telling else 0):
            name = draw.choice(telling)
            tables[name] += [{"person_id": person_id, **row} for row in HAPPENINGS[name](draw, as_of)]
    return {name: _as_delivered(name, rows) for name, rows in tables.items()}


def _as_delivered(table_name: str, rows: list[Row]) -> list[Row]:
    """Rows with their own keys, and without the repeated ones that a delivery would set aside."""
    keys = {"hospital_contact": "contact_id", "outpatient_course": "course_id"}
    if table_name in keys:
        return [{**row, keys[table_name]: f"{table_name}-{number}"} for number, row in enumerate(rows)]
    unique = contracts()[table_sources()[table_name]].tables[table_name].unique
    if unique is None:
        return rows
    columns = ["person_id" if name == "cpr" else name for name in unique]
    return list({tuple(row[name] for name in columns): row for row in reversed(rows)}.values())


# Risk models


def _some(values: Sequence[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=5, unique=True)


_WITHIN = st.sampled_from([f"{n} month{'s' if n > 1 else ''}" for n in MONTHS])
_IN_WINDOW = {"within": _WITHIN}
_FIXED = st.fixed_dictionaries

#: Parameters of every measure, by what the measure gives.
NUMBERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "gp_contacts": _FIXED(_IN_WINDOW, optional={"kinds": _some(GP_KINDS)}),
    "gp_diagnoses": _FIXED({**_IN_WINDOW, "codes": _some(["P01", "p76", "P03", "P7601"])}),
    "specialist_contacts": _FIXED(
        {**_IN_WINDOW, "specialties": _some(SPECIALTIES)}, optional={"referred_by_gp": st.booleans()}
    ),
    "specialist_fees": _FIXED(_IN_WINDOW),
    "dispensings": _FIXED(_IN_WINDOW, optional={"atc": _some(["N05", "n06", "N05B", "N05BA01", "C"])}),
    "distinct_drugs": _FIXED(_IN_WINDOW),
    "distinct_risk_drugs": _FIXED({**_IN_WINDOW, "levels": _some(["yellow", "orange"])}),
    "dispensing_prices": _FIXED(_IN_WINDOW),
    "hospital_contacts": _FIXED(_IN_WINDOW, optional={"kinds": _some(HOSPITAL_KINDS), "acute": st.booleans()}),
    "action_diagnoses": _FIXED(
        {"ranges": _some(RANGES)}, optional={**_IN_WINDOW, "kinds": _some(HOSPITAL_KINDS), "acute": st.booleans()}
    ),
    "distinct_hospitals": _FIXED(_IN_WINDOW, optional={"kinds": _some(HOSPITAL_KINDS)}),
    "gp_measurements": _FIXED({**_IN_WINDOW, "codes": _some(NPU)}, optional={"at_least": st.sampled_from([48, 49])}),
    "rehabilitation_referrals": _FIXED(
        _IN_WINDOW, optional={"offers": _some(OFFERS), "started": st.booleans(), "outcomes": _some(REHAB_OUTCOMES)}
    ),
    "hospital_cost": _FIXED(_IN_WINDOW),
    "hospital_diagnoses": _FIXED({"ranges": _some(RANGES)}, optional=_IN_WINDOW),
    "open_courses": _FIXED({}),
    "sick_leaves": _FIXED(
        _IN_WINDOW, optional={"causes": _some(CAUSES), "longer_than_days": st.sampled_from([0, 1, 14, 15])}
    ),
    "last_sick_leave_days": _FIXED(_IN_WINDOW),
    "unemployment_fund_member": _FIXED({"funds": _some(FUNDS)}),
    "preschool_children": _FIXED({}),
    "benefit_days": _FIXED(_IN_WINDOW, optional={"kinds": _some(BENEFITS)}),
    "home_care_hours": _FIXED(_IN_WINDOW, optional={"personal": st.booleans()}),
    "home_nursing_visits": _FIXED(_IN_WINDOW),
    "bed_days": _FIXED(_IN_WINDOW, optional={"acute": st.booleans()}),
}
TRUTHS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "benefit_active": _FIXED({"kinds": _some(BENEFITS)}),
    "benefit_unbroken": _FIXED({"kinds": _some(BENEFITS), "begun_before": _WITHIN}),
    "job_active": _FIXED({}),
    "education_active": _FIXED({}),
    "home_nursing_active": _FIXED({}),
    "home_care_active": _FIXED({}, optional={"frequencies": _some(FREQUENCIES)}),
    "substance_case_open": _FIXED({}),
    "died": _FIXED(_IN_WINDOW),
}
LEVELS: dict[str, tuple[st.SearchStrategy[dict[str, Any]], tuple[str, ...]]] = {
    "living": (_FIXED({}), ("partner", "alone")),
    "living_lately": (_FIXED(_IN_WINDOW), ("partner", "alone", "newly_alone")),
    "origin": (_FIXED({}), ("danish", "foreign")),
}
#: Where the bands of a measure's values are of interest; others count few things.
EDGES: dict[str, list[float]] = {
    "specialist_fees": [0.5, 100, 250.25],
    "dispensing_prices": [0.75, 100, 351],
    "hospital_cost": [1, 100, 1300],
    "last_sick_leave_days": [1, 14, 15, 100],
    "benefit_days": [1, 30, 31, 92],
    "home_care_hours": [0.1, 4.1, 50.1],
    "home_nursing_visits": [0.1, 2.1, 30.1],
    "bed_days": [1, 30, 92],
    "gp_contacts": [1, 5, 10.5, 15, 21],
}
POINTS = st.integers(-1, 5)
_TEXT = {"da": "navn", "en": "name"}


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    measure = draw(st.sampled_from([*NUMBERS, *TRUTHS]))
    if measure in TRUTHS:
        return {"measure": measure, "with": draw(TRUTHS[measure])}
    edge = draw(st.sampled_from(EDGES.get(measure, [1, 2, 3])))
    return {"measure": measure, "with": draw(NUMBERS[measure]), "at_least": edge}


@st.composite
def items(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One criterion, scored in one of the three ways."""
    enabled = draw(st.sampled_from([True, True, True, False]))
    item: dict[str, Any] = {"item": name, "title": _TEXT, "source": "000 L1", "enabled": enabled}
    way = draw(st.sampled_from(["bands", "bands", "levels", "first_of"]))
    if way == "bands":
        measure = draw(st.sampled_from(list(NUMBERS)))
        starts = draw(_unique([0, *EDGES.get(measure, [1, 2, 3, 7])], most=3))
        forms: Sequence[str] = ("zero", "one", "other")
        item |= {"measure": measure, "with": draw(NUMBERS[measure])}
        item["bands"] = [{"at_least": start, "points": draw(POINTS)} for start in sorted(starts)]
    elif way == "levels":
        measure = draw(st.sampled_from(list(LEVELS)))
        parameters, forms = LEVELS[measure]
        item |= {"measure": measure, "with": draw(parameters)}
        item["levels"] = {level: draw(POINTS) for level in forms}
    else:
        rungs = draw(st.lists(conditions(), min_size=1, max_size=3))
        forms = [*(f"level_{position}" for position in range(len(rungs))), "none_of_them"]
        item["first_of"] = [
            {**rung, "level": level, "points": draw(POINTS)} for rung, level in zip(rungs, forms[:-1], strict=True)
        ]
        item["otherwise"] = {"level": forms[-1], "points": draw(POINTS)}
    item["says"] = {language: dict.fromkeys(forms, "so") for language in ("da", "en")}
    return item


def _unique(values: Sequence[float], most: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=most, unique=True)


@st.composite
def exclusions(draw: st.DrawFn, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "exclusion": name,
        "title": _TEXT,
        "source": "000 L1",
        "enabled": draw(st.booleans()),
    }
    if draw(st.integers(0, 3)) == 0:
        return {**rule, "not_active": True}
    return {**rule, "any_of": draw(st.lists(conditions(), min_size=1, max_size=2))}


@st.composite
def score_bands(draw: st.DrawFn) -> list[dict[str, Any]]:
    starts = sorted(draw(st.lists(st.integers(-2, 8), max_size=3, unique=True)))
    bands = [
        {
            "band": f"band_{n}",
            "title": _TEXT,
            "at_least": start,
            "in_target": draw(st.sampled_from([True, False])),
        }
        for n, start in enumerate(starts)
    ]
    for band in bands:
        if draw(st.booleans()):
            band["switch"] = f"include_{band['band']}"
    return bands


@st.composite
def risk_models(draw: st.DrawFn, name: str, most_items: int) -> RiskModel:
    """Any valid model over the measures there are."""
    ages = sorted(draw(st.lists(st.sampled_from(AGES), min_size=2, max_size=2)))
    limits = {end: draw(st.sampled_from([None, None, age])) for end, age in zip(("min", "max"), ages, strict=True)}
    return RiskModel.model_validate(
        {
            "model": name,
            "title": _TEXT,
            "version": "1",
            "source": "000 L1",
            "why": _TEXT,
            "eligible": {"age": limits, "source": "000 L1"},
            "exclusions": [draw(exclusions(f"rule_{n}")) for n in range(draw(st.integers(0, 3)))],
            "items": [draw(items(f"item_{n}")) for n in range(draw(st.integers(1, most_items)))],
            "bands": draw(score_bands()),
            "target": {"at_least": draw(st.integers(-2, 8)), "source": "000 L1"},
        }
    )


def tables_of(model: RiskModel) -> list[str]:
    """The tables that a model's measures read, in order."""
    conditions_used = [rung for item in model.items for rung in item.first_of or ()]
    conditions_used += [condition for rule in model.exclusions for condition in rule.any_of]
    used = [item.measure for item in model.items if item.measure]
    used += [condition.measure for condition in conditions_used]
    return list(dict.fromkeys(table_name for measure in used for table_name in NEEDS[measure]))


# Runs


@dataclass(frozen=True)
class RunCase:
    """All that a run is given: models in force at D, tables of the sources that are there, and switches."""

    as_of: dt.date
    models: list[RiskModel]
    tables: dict[str, list[Row]]
    switches: dict[str, dict[str, bool]]


def missing_sources() -> st.SearchStrategy[set[str]]:
    """Sources that are not loaded: mostly none; never those without which there is no run."""
    optional = [name for name in contracts() if name not in {"civil", "general_practice"}]
    return st.just(set()) | st.just(set()) | st.sets(st.sampled_from(optional), max_size=3)


@st.composite
def switches(draw: st.DrawFn, model: RiskModel) -> dict[str, bool]:
    names = [item.item for item in model.items] + [rule.exclusion for rule in model.exclusions]
    names += [band.switch for band in model.bands if band.switch]
    return draw(st.dictionaries(st.sampled_from(names), st.booleans(), max_size=3))


@st.composite
def runs(draw: st.DrawFn, models: tuple[int, ...] = (1, 2), crowd: bool = False) -> RunCase:
    """A run of one or two random models on a population that has what they measure.

    A few citizens shrink to the fewest that show a fault; a crowd meets more of the rules in one run.
    """
    names = ("first", "second")[: draw(st.sampled_from(models))]
    drawn = [draw(risk_models(name, most_items=12 if crowd else 5)) for name in names]
    used = dict.fromkeys(name for model in drawn for name in tables_of(model))
    return draw(_runs_of(drawn, draw(run_days()), list(used), crowd))


@st.composite
def odense_runs(draw: st.DrawFn) -> RunCase:
    """A run of both Odense models, as in force at D, on citizens to whom more happens that gives points."""
    as_of = draw(run_days())
    models = [odense_model(name, as_of) for name in ("sad", "daemp")]
    often = ["gp_contact", "gp_diagnosis", "sick_leave", "hospital_contact", "dispensing", "job"] * 4
    return draw(_runs_of(models, as_of, [*HAPPENINGS, *often], crowd=True))


@st.composite
def _runs_of(draw: st.DrawFn, models: list[RiskModel], as_of: dt.date, happening_in: list[str], crowd: bool) -> RunCase:
    numbers = draw(st.randoms(use_true_random=crowd))
    citizens = CROWD if crowd else draw(st.integers(1, 4))
    tables = population(numbers, as_of, citizens, happening_in, most_events=20 if crowd else 10)
    for source in draw(missing_sources()):
        for name in contracts()[source].tables:
            del tables[name]
    return RunCase(as_of, models, tables, {model.model: draw(switches(model)) for model in models})
