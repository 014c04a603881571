"""Segments and cost as leadership meets them: published tables of a small region with two municipalities.

Figures are those of report 002 where it has them: 22 of 100 treated at hospital might be treated outside it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from samspil.access.models import Citizen, Organisation
from samspil.improvement.models import CostlyPatient, FiguresPublication, ReleasedTable
from samspil.population.cost_profile import check_analysis
from samspil.programmes.cost_analysis import load_cost_analysis
from samspil.programmes.loader import load_programmes
from samspil.programmes.prices import load_prices
from samspil.programmes.segment_rules import load_segment_rules
from tests import care

AS_OF = dt.date(2022, 12, 31)
RELEASE = "abcdef0123456789"
REGION, TOWNS = ("region", "region"), ("461", "480")
SIZES = ["section", "programme", "level", "unit", "key", "key2", "persons", "algorithm_positive", "diagnosed",
         "attending", "referred", "not_measured", "suppressed"]  # fmt: skip
FOUR = (917, 586, 548, 104)
SEGMENTS = {"S1": 500, "S2": 48, "S3a": 38, "S3b": 331, "none": 9083}
GAP = {"undiagnosed": 331, "not_eligible": 26, "not_referred": 456, "declined": 20, "not_started": 15, "started": 69}
STRATA = {"case_management": 150, "close_follow_up": 1250, "supported_self_care": 2600, "prevention": 6000}
#: Recommended and actual level of those with COPD: 22 of the 100 at hospital are recommended a primary level.
CONCORDANCE = {("hospital", "hospital"): 78, ("hospital", "primary"): 30, ("primary", "hospital"): 22,
               ("primary", "primary"): 456}  # fmt: skip


def _size(section: str, key: str, persons: int | None, key2: str | None = None, **given: Any) -> list[Any]:
    four = given.get("four") or (None, None, None, None)
    hidden = "persons" if persons is None else None
    return [section, given.get("programme"), given.get("level", "region"), given.get("unit", "region"), key, key2,
            persons, *four, "" if given.get("four") else None, hidden]  # fmt: skip


def sizes() -> list[list[Any]]:
    """Rows of the table `sizes` for the region, and a little of two municipalities."""
    rows = [_size("population", "all", 10_000)]
    for name, persons in SEGMENTS.items():
        rows.append(_size("segment", name, persons, programme="copd", four=FOUR))
    rows += [_size("segment_region", name, persons, programme="copd") for name, persons in (("S1", 400), ("S3a", 30))]
    rows += [_size("gap", step, persons, programme="copd") for step, persons in GAP.items()]
    rows.append(_size("gap_outside", "started", 6, programme="copd"))
    for (recommended, actual), persons in CONCORDANCE.items():
        for section in ("concordance", "concordance_alone"):
            rows.append(_size(section, recommended, persons, actual, programme="copd"))
    rows.append(_size("stable_above", "stable", 12, programme="copd"))
    rows += [_size("stratum", name, persons, "certain") for name, persons in STRATA.items()]
    for pair, persons in {("high", "low"): 300, ("low", "high"): 9000, ("undetermined", "undetermined"): 700}.items():
        rows.append(_size("square", pair[0], persons, pair[1]))
    rows += [_size("multimorbidity", "multimorbid", 2000, "2"), _size("multimorbidity", "not_multimorbid", 6000, "0")]
    rows += [_size("programmes", "0", 9500, "certain"), _size("programmes", "2", 500, "certain")]
    rows += [_size("fragmentation", "no", 9900, "1"), _size("fragmentation", "yes", 100, "3")]
    for unit, persons in (("461", 180), ("480", None)):
        town = {"level": "municipality", "unit": unit}
        rows.append(_size("population", "all", 9000 if unit == "461" else 1000, **town))
        rows.append(_size("segment", "S3a", persons, programme="copd", **town))
        rows.append(_size("gap", "declined", persons, programme="copd", **town))
        rows.append(_size("stratum", "case_management", persons, "certain", **town))
    return rows


def segments(*, referred: bool = True, **fields: Any) -> FiguresPublication:
    """Published segments of COPD. Without `referred` the municipality's referrals were not delivered."""
    programme = next(each for each in load_programmes() if each.definition.programme == "copd")
    assert programme.segments is not None
    found = programme.segments.at(AS_OF)
    definition = {
        "rules": load_segment_rules().model_dump(mode="json", by_alias=True),
        "programmes": {"copd": found.model_dump(mode="json", by_alias=True)},
        "missing": [],
        "measured": {"copd": dict.fromkeys(("algorithm_positive", "diagnosed", "attending"), True)
                     | {"referred": referred}},
        "localities": {},
        "high_need": {
            "population": 10_000, "members": 100, "cost": "20000000.00", "cost_of_all": "80000000.00",
            "under_age": {"numerator": 40, "denominator": 100}, "contacts": 5000, "admissions": 200, "diagnoses": 400,
            "persistence": {"numerator": 15, "denominator": 100}, "by_age": {"40-64": 40, "65-79": 60},
            "by_group": {"heart": 60, "lung": 50, "mental": 40},
            "ages": {"largest": "65-79", "share": {"numerator": 60, "denominator": 100}, "entropy": 0.97,
                     "homogeneous": True},
            "groups": {"largest": "heart", "share": {"numerator": 60, "denominator": 150}, "entropy": 1.56,
                       "homogeneous": False},
            "missing": [],
        },
        "valid_until": "2023-12-31",
    }  # fmt: skip
    four = list(FOUR)
    rows = sizes()
    if not referred:
        four[3] = None
    numbers = [["copd", *REGION, *four, "" if referred else "referred", None],
               ["copd", "municipality", "480", 60, 40, None, 8, "", "attending"]]  # fmt: skip
    columns = ["programme", "level", "unit", "algorithm_positive", "diagnosed", "attending", "referred",
               "not_measured", "suppressed"]  # fmt: skip
    made = publication("segments", definition, **fields)
    table(made, "sizes", SIZES, rows)
    table(made, "numbers", columns, numbers)
    return made


def cost(**fields: Any) -> FiguresPublication:
    """Published cost: Symphony's groups of 135,000 persons (report 001 L2117-2118)."""
    prices = load_prices().prices
    definition = {
        "months": 12,
        "cuts": ["4", "22"],
        "prices": prices.model_dump(mode="json", by_alias=True),
        "analysis": check_analysis(load_cost_analysis()).model_dump(mode="json", by_alias=True),
        "before_is_known": True,
        "measured": [{"sector": each.sector, "service": each.service, "source": "hospital",
                      "state": "measured" if each.sector == "hospital_somatic" else "not_delivered"}
                     for each in prices.services],
        "gini": 0.62,
    }  # fmt: skip
    made = publication("cost", definition, **fields)
    places = [(*REGION, 135_000), ("municipality", "461", 134_000), ("municipality", "480", 1_000)]
    table(made, "population", ["level", "unit", "persons", "suppressed"], [[*each, None] for each in places])
    rows = [
        ["region", "region", "service", "hospital_somatic", "inpatient", 9000, 9000.0, 0.0, "60000000.00", None],
        ["region", "region", "service", "hospital_somatic", "outpatient", 40000, 90000.0, 0.0, "40000000.00", None],
        ["municipality", "480", "service", "hospital_somatic", "inpatient", None, None, None, None,
         "persons;units;unpriced;cost"],
    ]  # fmt: skip
    columns = ["level", "unit", "kind", "sector", "service", "persons", "units", "unpriced", "cost", "suppressed"]
    table(made, "sectors", columns, rows)
    groups = {"0-4": (5400, "50000000.00"), "4-22": (24300, "35000000.00"), "22-100": (105300, "15000000.00")}
    columns = ["level", "unit", "group", "persons", "cost", "incomplete", "admissions", "contacts", "diagnoses",
               "suppressed"]  # fmt: skip
    rows = [[*REGION, name, persons, amount, 0, 6000.0, 90000.0, 9000, None]
            for name, (persons, amount) in groups.items()]  # fmt: skip
    table(made, "groups", columns, rows)
    curve = [[1, 105300, "15000000.00"], [2, 129600, "50000000.00"], [3, 135000, "100000000.00"]]
    rows = [[*row, *REGION, None] for row in curve]
    table(made, "lorenz", ["point", "persons", "cost", "level", "unit", "suppressed"], rows)
    moves = [["0-4", "0-4", 1000, "10000000.00", "9000000.00"], ["0-4", "22-100", 4000, "30000000.00", "1000000.00"],
             ["22-100", "0-4", 4400, "1000000.00", "41000000.00"], ["22-100", "22-100", 99000, "9000000.00",
             "9000000.00"], ["0-4", "dead", 400, "10000000.00", None]]  # fmt: skip
    columns = ["from_group", "to_group", "persons", "cost_before", "cost_after", "level", "unit", "suppressed"]
    rows = [[*row, *REGION, None] for row in moves] + [["4-22", "moved", None, None, None, *REGION, "persons"]]
    table(made, "transitions", columns, rows)
    profile = [["0-4", "40-64", "circulatory", 2000, "9.00"], ["0-4", "65-74", "neoplasms", 1900, "9.00"],
               ["0-4", "85+", "mental", 1495, "9.00"]]  # fmt: skip
    columns = ["group", "age_band", "diagnosis_group", "persons", "cost", "level", "unit", "suppressed"]
    rows = [[*row, *REGION, None] for row in profile]
    rows.append(["0-4", "0-17", "symptoms", None, None, *REGION, "persons;cost"])
    table(made, "profile", columns, rows)
    columns = ["course", "month", "sector", "observed", "persons", "cost", "level", "unit", "suppressed"]
    rows = []
    for month in range(-2, 4):
        rows.append(["copd", month, "hospital_somatic", 100, 40, "500000.00" if month == 0 else "90000.00", *REGION,
                     None])  # fmt: skip
        rows.append(["copd", month, "medicines", 100, None, None, *REGION, "persons;cost"])
    table(made, "course", columns, rows)
    return made


def publication(kind: str, definition: dict[str, Any], **fields: Any) -> FiguresPublication:
    """A publication of segments or cost."""
    given: dict[str, Any] = {
        "run": f"20221231-{kind}",
        "kind": kind,
        "as_of": AS_OF,
        "definition": definition,
        "data_dates": {"hospital": AS_OF.isoformat()},
        "release": RELEASE,
        "published_at": care.moment(AS_OF),
        "published_by": "drift",
    }
    return FiguresPublication.objects.create(**given | fields)


def table(of: FiguresPublication, name: str, columns: list[str], rows: list[list[Any]]) -> ReleasedTable:
    """A released table of a publication."""
    return ReleasedTable.objects.create(figures=of, name=name, columns=columns, rows=rows)


def costly(
    of: FiguresPublication,
    citizen: Citizen,
    rank: int = 1,
    diagnosis: str = "t2d",
    practice: Organisation | None = None,
) -> CostlyPatient:
    """One of the most costly patients of the citizen's practice."""
    return CostlyPatient.objects.create(
        publication=of, citizen=citizen, practice=practice or citizen.practice, diagnosis=diagnosis, rank=rank,
        cost=300_000 - rank, before=20_000, sectors={"hospital_somatic": "280000.00", "medicines": "19999.00"},
    )  # fmt: skip
