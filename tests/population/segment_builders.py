"""Small definitions of segments, of codes that the generated populations have, and a run of them on plain rows."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

from samspil.population.segments import Segmentation, SegmentDefinitions, segment
from samspil.programmes import load_programmes
from samspil.programmes.segment_rules import SegmentRules, load_segment_rules
from samspil.programmes.segments import ProgrammeSegments
from tests.population.builders import Row, Tables, as_ibis

TEXT = {"da": "navn", "en": "name"}
WHY = {"chosen": "for a test"}


def criterion(measure: str, at_least: float | None = 1, **given: Any) -> dict[str, Any]:
    return {"measure": measure, "with": given, "at_least": at_least}


def found(name: str, **bound: Any) -> dict[str, Any]:
    return {"found": name, **bound}


def any_of(*criteria: dict[str, Any]) -> dict[str, Any]:
    return {"any_of": list(criteria), **WHY}


DIAGNOSED = any_of(
    criterion("gp_diagnoses", within="24 months", codes=["P76"]),
    criterion("hospital_diagnoses", ranges=["F32.0-F33.9"]),
)


def small_programme(name: str = "low-mood", **parts: Any) -> ProgrammeSegments:
    """A programme about P76 and F32-F33, with every kind of rule, any part of which may be given instead."""
    referral = {"within": "24 months", "offers": ["diabetesskole"]}
    whole = {
        "programme": name,
        "title": TEXT,
        "diagnosed": DIAGNOSED,
        "algorithm": {**DIAGNOSED, "any_of": [*DIAGNOSED["any_of"], criterion("dispensings", within="12 months")]},
        "control": {
            "sum_of": [
                {"measure": "gp_contacts", "with": {"within": "6 months", "kinds": ["consultation"]}},
                {"measure": "hospital_contacts", "with": {"within": "6 months", "kinds": ["outpatient"]}},
            ],
            "expected": 4,
            "cut": 0.75,
            **WHY,
        },
        "referral": {
            "referred": criterion("rehabilitation_referrals", **referral),
            "started": criterion("rehabilitation_referrals", started=True, **referral),
            "declined": criterion("rehabilitation_referrals", outcomes=["declined"], **referral),
            **WHY,
        },
        "eligible": {"none_of": [criterion("home_nursing_active", None)], **WHY},
        "levels": [
            {"level": "primary", "primary": True, "title": TEXT},
            {"level": "municipal", "primary": True, "title": TEXT},
            {"level": "hospital", "title": TEXT},
        ],
        "recommended": [
            {"level": "hospital", **any_of(criterion("hospital_contacts", 2, within="12 months", acute=True))},
            {"level": "municipal", **any_of(criterion("substance_case_open", None))},
        ],
        "comorbidity": [{"level": "hospital", **any_of(criterion("hospital_diagnoses", ranges=["F20.0-F29.9"]))}],
        "actual": [{"level": "hospital", **any_of(criterion("hospital_contacts", within="12 months"))}],
        "stable": {"none_of": [criterion("hospital_contacts", within="6 months", acute=True)], **WHY},
        "individualised": {"title": TEXT, "services": ["something"], **WHY},
    }
    return ProgrammeSegments.model_validate(whole | parts)


@cache
def small_rules() -> SegmentRules:
    """The shared rules with conditions, strata, square and cost of codes that generated populations have."""
    shipped = load_segment_rules().model_dump(mode="json", by_alias=True)
    acute = criterion("hospital_contacts", within="12 months", acute=True)
    diabetes = criterion("dispensings", within="12 months", atc=["A10"])
    conditions = [
        {"title": TEXT, "condition": "low_mood", "group": "mental", "icpc": ["P76"], "icd": ["F32.0-F33.9"]},
        {"title": TEXT, "condition": "schizophrenia", "group": "mental", "icd": ["F20.0-F29.9"]},
        {"title": TEXT, "condition": "hypertension", "group": "heart", "icpc": ["K86"]},
        {"title": TEXT, "condition": "diabetes", "group": "metabolic", "medicines": [diabetes]},
    ]
    strata = [stratum | {"criteria": None} for stratum in shipped["strata"]]
    strata[0]["criteria"] = {"all_of": [found("conditions", at_least=2)], "any_of": [acute, found("high_need")], **WHY}
    strata[1]["criteria"] = any_of(found("programmes", at_least=1), found("hospitals", at_least=2))
    strata[2]["criteria"] = {"all_of": [found("conditions", at_least=1), found("age", at_most=66)], **WHY}
    square = shipped["square"]
    square["complexity"] |= {"inputs": [{"all_of": [found("conditions", at_least=2)], **WHY}, any_of(acute)], "cut": 1}
    square["self_care"] |= {
        "inputs": [any_of(criterion("home_nursing_active", None)), any_of(criterion("substance_case_open", None))],
        "cut": 1,
    }
    return SegmentRules.model_validate(
        shipped
        | {
            "conditions": shipped["conditions"] | {"within": "24 months", "conditions": conditions},
            "strata": strata,
            "square": square,
            "high_need": shipped["high_need"] | {"share": "0.3"},
        }
    )


def small_definitions() -> SegmentDefinitions:
    other = small_programme("worry", diagnosed=any_of(criterion("gp_diagnoses", within="6 months", codes=["P01"])))
    return SegmentDefinitions(small_rules(), (small_programme(), other))


@cache
def shipped_definitions(day: dt.date) -> SegmentDefinitions:
    files = [programme.segments for programme in load_programmes() if programme.segments is not None]
    return SegmentDefinitions(load_segment_rules(), tuple(file.at(day) for file in files))


def run(tables: Tables, as_of: dt.date, definitions: SegmentDefinitions | None = None) -> Segmentation:
    return segment(definitions or small_definitions(), as_ibis(tables), as_of)


def persons(result: Segmentation) -> dict[int, Row]:
    """The persons of a run, by person id."""
    return {row["person_id"]: row for row in result.persons.to_pyarrow().to_pylist()}
