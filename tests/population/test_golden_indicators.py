"""Golden cases of report 003 on the indicator engine: shares as printed, coverage, breaks, and what is never 0 %."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import pytest
from statsmodels.stats.proportion import proportion_confint

from samspil.definitions import SamspilError
from samspil.evaluation import statistics
from samspil.population.indicator_series import Break, Point, Series, breaks, days_of
from samspil.population.indicators import measure_set
from samspil.population.time import Months
from samspil.population.wilson import gap_to_standard, wilson
from samspil.programmes.indicators import IndicatorSet
from tests.population.builders import DAY, PRACTICE, as_ibis
from tests.population.indicator_builders import (
    Practices,
    answers,
    check,
    measured,
    result,
    rows_of,
    series,
    small_set,
    states,
)

D = dt.date(2021, 12, 31)
PRESSURE = {"measure": "last_value", "with": {"codes": ["sys"], "units": ["mmHg"]}}
SYSTOLIC = {"indicator": "systolic", "value": {"value": PRESSURE, "below": 130}}


def done(checks: str, within: str, **more: Any) -> dict[str, Any]:
    latest = [{"measure": "last_check", "with": {"checks": [checks]}}]
    return {"indicator": checks, "done": {"latest_of": latest, "within": within}, **more}


def standard(share: float) -> dict[str, Any]:
    return {"standard": {"share": share, "number": "STD", "source": "003 L897"}}


def percent(row: Mapping[str, Any], policy: str = "strict") -> float:
    return 100 * row[f"{policy}_n"] / row[f"{policy}_d"]


REVIEWED = done("annual_review", "12 months")


# The published series (2.3)


@pytest.mark.parametrize(
    ("number", "reviewed", "printed", "unrounded"), [(657, 342, 52, 52.055), (1283, 1026, 80, 79.969)]
)
def test_tc3_01_tc3_02_counts_give_the_share_as_printed(number, reviewed, printed, unrounded):
    region = Practices(D)
    for place, patient in enumerate(region.patients(number)):
        if place < reviewed:
            check(patient, "annual_review", D - place % 365 * DAY)
    row = result(small_set([REVIEWED]), region)
    assert (row["persons"], row["strict_n"]) == (number, reviewed)
    assert percent(row) == pytest.approx(unrounded, abs=0.0005)
    assert round(percent(row)) == printed


#: Table 2.2: indicator, year, n, feasible numerators, the middle one, its interval, and the printed share.
TABLE_2_2 = [
    (1, 2018, 657, 339, 344, 342, 48.2, 55.9, 52), (1, 2019, 917, 757, 765, 761, 80.4, 85.3, 83),
    (1, 2020, 1006, 820, 829, 825, 79.5, 84.3, 82), (1, 2021, 1283, 1020, 1032, 1026, 77.7, 82.1, 80),
    (2, 2018, 657, 63, 68, 66, 8.0, 12.6, 10), (2, 2019, 917, 234, 243, 238, 23.2, 28.9, 26),
    (2, 2020, 1006, 227, 236, 231, 20.5, 25.7, 23), (2, 2021, 1283, 328, 339, 334, 23.7, 28.5, 26),
    (3, 2018, 657, 372, 377, 374, 53.1, 60.7, 57), (3, 2019, 917, 464, 472, 468, 47.8, 54.3, 51),
    (3, 2020, 1006, 619, 628, 624, 59.0, 65.0, 62), (3, 2021, 1283, 854, 866, 860, 64.4, 69.5, 67),
    (4, 2018, 657, 339, 344, 342, 48.2, 55.9, 52), (4, 2019, 917, 537, 545, 541, 55.8, 62.1, 59),
    (4, 2020, 1006, 669, 679, 674, 64.0, 69.8, 67), (4, 2021, 1283, 918, 930, 924, 69.5, 74.4, 72),
]  # fmt: skip


def intervals(counts: list[tuple[int, int]]) -> list[tuple[float | None, float | None]]:
    rows = ibis.memtable({"n": [n for n, _ in counts], "d": [d for _, d in counts], "at": list(range(len(counts)))})
    low, high = wilson(rows.n, rows.d)
    found = rows.select("at", low=low, high=high).order_by("at").to_pyarrow().to_pylist()
    return [(row["low"], row["high"]) for row in found]


def test_table_2_2_intervals_and_feasible_numerators():
    found = intervals([(middle, n) for _, _, n, _, _, middle, *_ in TABLE_2_2])
    for (_, _, n, first, last, middle, low, high, printed), interval in zip(TABLE_2_2, found, strict=True):
        assert [round(100 * end, 1) for end in interval] == [low, high]
        assert first <= middle <= last
        feasible = [x for x in range(n + 1) if (200 * x + n) // (2 * n) == printed]
        assert (feasible[0], feasible[-1]) == (first, last)


def test_wilson_is_that_of_statsmodels_and_of_evaluation_at_every_edge():
    counts = [(0, 1), (1, 1), (0, 20), (20, 20), (1, 2), (3, 7), (85, 100)]
    for (n, d), (low, high) in zip(counts, intervals(counts), strict=True):
        wanted = proportion_confint(n, d, alpha=0.05, method="wilson")
        assert (low, high) == pytest.approx(wanted, abs=1e-12)
        share = statistics.share(n, d)
        assert (low, high) == pytest.approx((share.low, share.high), abs=1e-12)
        assert (low == 0) == (n == 0)
        assert (high == 1) == (n == d)
    assert intervals([(0, 0)]) == [(None, None)]


@pytest.mark.parametrize(
    ("n", "d", "share", "needed", "missing"),
    [(860, 1283, 0.95, 1219, 359), (0, 1283, 0.9, 1155, 1155), (0, 1283, 0.85, 1091, 1091), (85, 100, 0.85, 85, 0)],
)
def test_gap_to_standard_is_counted_in_whole_patients(n, d, share, needed, missing):
    gap = gap_to_standard(n, d, share)
    assert (gap.needed, gap.missing, gap.met) == (needed, missing, missing == 0)


def test_a_standard_of_fewer_counts_how_many_are_too_many():
    assert gap_to_standard(12, 100, 0.1, "down").missing == 2
    assert gap_to_standard(10, 100, 0.1, "down").met
    with pytest.raises(ValueError, match="5 of 4"):
        gap_to_standard(5, 4, 0.9)


# Versions, years and breaks


def eye_v1_and_v2() -> dict[dt.date, IndicatorSet]:
    return {
        dt.date(2018, 12, 31): small_set([done("eye_exam", "12 months", version="v1")]),
        dt.date(2019, 12, 31): small_set([done("eye_exam", "24 months", version="v2")]),
    }


def test_tc3_04_the_same_examination_is_late_by_v1_and_in_time_by_v2_and_the_series_breaks():
    region = Practices(dt.date(2019, 12, 31))
    region.delivers(PRACTICE, dt.date(2018, 12, 31))
    check(check(region.patient(1), "eye_exam", dt.date(2017, 11, 30)), "eye_exam", dt.date(2018, 11, 30))
    only_before = Practices(dt.date(2018, 12, 31))
    check(only_before.patient(1), "eye_exam", dt.date(2017, 11, 30))
    first, second = eye_v1_and_v2().values()
    assert states(first, only_before) == {1: "overdue"}
    assert states(second, only_before) == {1: "met"}
    found = series(eye_v1_and_v2(), region.tables)
    versions = rows_of(found, "results", "as_of", level="region")
    points = [Point(day, row["version"], frozenset({PRACTICE})) for day, row in versions.items()]
    assert breaks(points) == [Break(dt.date(2019, 12, 31), "version", "v1", "v2")]


def test_tc3_05_an_indicator_whose_variable_was_not_collected_answers_so_and_never_zero_percent():
    years = [{"from": 2018, "until": 2018, "channel": "manual_journal_review"}, {"from": 2022, "channel": "delivery"}]
    set_ = small_set([done("eye_exam", "24 months")], variables={"v": years})
    region = Practices(D)
    region.patients(3)
    row = result(set_, region)
    assert (row["outcome"], row["persons"]) == ("not_collected", 3)
    assert [row[name] for name in ("met", "overdue", "no_data", "strict_n", "strict_d", "strict_low")] == [None] * 6
    found = measure_set(set_, as_ibis(region.tables), D)
    assert found.not_collected == {"eye_exam": ("v",)}
    assert found.patients().count().to_pyarrow().as_py() == 0


def test_an_indicator_whose_source_is_missing_is_not_collected_either():
    visited = {"latest_of": [{"measure": "last_specialist", "with": {"specialties": ["eye"]}}], "within": "24 months"}
    region = Practices(D)
    region.patients(2)
    tables = region.without("health_insurance")
    found = series({D: small_set([{"indicator": "eye", "done": visited}])}, tables)
    assert rows_of(found, "results", "indicator", level="region")["eye"]["outcome"] == "not_collected"
    assert found.days[0].not_collected == {"eye": ("health_insurance",)}


def test_before_the_first_day_its_data_tell_of_nothing_can_be_assessed():
    set_ = small_set([done("foot_exam", "24 months")])
    region = Practices(D)
    check(region.patient(1), "foot_exam", D + DAY)
    assert result(set_, region)["outcome"] == "not_collected"


def test_a_source_that_is_missing_leaves_who_is_not_met_without_data():
    readings = [
        {"measure": "last_check", "with": {"checks": ["eye_exam"]}},
        {"measure": "last_specialist", "with": {"specialties": ["eye"]}},
    ]
    set_ = small_set([{"indicator": "eye", "done": {"latest_of": readings, "within": "24 months"}}])
    region = Practices(D)
    check(region.patient(1), "eye_exam", D)
    check(region.patient(2), "eye_exam", D - 1000 * DAY)
    assert states(set_, region) == {1: "met", 2: "overdue"}
    found = series({D: set_}, region.without("health_insurance"))
    assert {who: answer.state for (who, _), answer in answers(found).items()} == {1: "met", 2: "no_data"}
    assert found.days[0].incomplete == {"eye": ("health_insurance",)}


def test_a_window_that_reaches_back_before_the_data_is_said():
    region = Practices(D)
    check(region.patient(1), "foot_exam", dt.date(2021, 1, 1))
    found = series({D: small_set([done("foot_exam", "24 months")])}, region.tables)
    assert found.days[0].not_yet_covered == {"foot_exam": dt.date(2023, 1, 1)}


def test_changes_of_practices_and_of_definitions_are_two_kinds_of_break():
    series_ = [
        Point(dt.date(2021, 12, 31), "v2", frozenset("BC")),
        Point(dt.date(2019, 12, 31), "v1", frozenset("AB")),
        Point(dt.date(2020, 12, 31), "v2", frozenset("BC")),
    ]
    assert breaks(series_) == [
        Break(dt.date(2020, 12, 31), "version", "v1", "v2"),
        Break(dt.date(2020, 12, 31), "practices", "2", "2", ("C",), ("A",)),
    ]


# States and standards


@pytest.mark.parametrize(("values", "limit"), [((129, 130, 131), 130), ((79, 80), 80)])
def test_tc3_06_tc3_07_pressure_is_in_goal_strictly_below_the_limit(values, limit):
    region = Practices(D)
    for patient, value in zip(region.patients(len(values)), values, strict=True):
        measured(patient, "sys", value, D)
    set_ = small_set([{"indicator": "pressure", "value": {"value": PRESSURE, "below": limit}}])
    assert list(states(set_, region).values()) == ["met", *["not_met"] * (len(values) - 1)]


@pytest.mark.parametrize(("in_goal", "missing"), [(85, 0), (84, 1)])
def test_tc3_08_the_standard_is_met_at_exactly_its_share(in_goal, missing):
    region = Practices(D)
    for place, patient in enumerate(region.patients(100)):
        measured(patient, "sys", 129 if place < in_goal else 130, D)
    row = result(small_set([{**SYSTOLIC, **standard(0.85)}]), region)
    assert gap_to_standard(row["strict_n"], row["strict_d"], 0.85).missing == missing


def test_tc3_09_registration_counts_either_answer_and_prevalence_is_among_the_registered():
    region = Practices(D)
    for patient, answer in zip(region.patients(90), ["ja", "nej"] * 45, strict=True):
        check(patient, "smoking_status", D, answer)
    region.patients(10)
    asked = {"checks": ["smoking_status"]}
    smokes = {"measure": "last_check_among", "with": {**asked, "values": ["ja"]}, "at_least": 1}
    set_ = small_set(
        [
            {"indicator": "registered", "known": {"known": [{"measure": "last_check_text", "with": asked}]}},
            {"indicator": "smokes", "holds": {"any_of": [smokes]}, "missing": "observed", "direction": "down"},
        ]
    )
    found = rows_of(series({D: set_}, region.tables), "results", "indicator", level="region")
    assert percent(found["registered"]) == 90
    assert gap_to_standard(found["registered"]["strict_n"], 100, 0.9).met
    assert (found["smokes"]["observed_d"], percent(found["smokes"], "observed")) == (90, 50)
    assert percent(found["smokes"], "strict") == 45


@pytest.mark.parametrize(("treated", "met"), [(90, True), (89, False)])
def test_tc3_10_ninety_of_a_hundred_in_statin_treatment_meet_the_standard(treated, met):
    region = Practices(D)
    for place, patient in enumerate(region.patients(100)):
        if place < treated:
            patient.drug("C10AA05", on=D - 30 * DAY)
    dispensed = {"measure": "dispensings", "with": {"within": "6 months", "atc": ["C10AA"]}, "at_least": 1}
    row = result(small_set([{"indicator": "statin", "holds": {"any_of": [dispensed]}}]), region)
    assert (row["no_data"], row["not_met"]) == (0, 100 - treated)
    assert gap_to_standard(row["strict_n"], row["strict_d"], 0.9).met == met


def test_tc3_11_tc3_12_categories_are_half_open_and_leave_no_gap():
    starts = {"A": 0, "B": 30, "C": 300, "D": 700}
    title = {"da": "x", "en": "x"}
    bins = [{"category": name, "title": title, "at_least": start} for name, start in starts.items()]
    albumin = {"measure": "last_value", "with": {"codes": ["alb"], "units": ["mg"]}}
    set_ = small_set([{"indicator": "albumin", "categories": {"value": albumin, "bins": bins}}])
    region = Practices(D)
    values = [29, 30, 299, 300, 699, 700, 701, 29.5, 299.5, 699.5]
    for patient, value in zip(region.patients(len(values)), values, strict=True):
        measured(patient, "alb", value, D, unit="mg")
    region.patients(1)
    found = series({D: set_}, region.tables)
    assert [a.category for a in answers(found).values()] == [*"ABBCCDDABC", None]
    assert {k: r["persons"] for k, r in rows_of(found, "categories", "category", level="region").items()} == {
        "A": 2, "B": 3, "C": 3, "D": 2,
    }  # fmt: skip
    row = rows_of(found, "results", "indicator", level="region")["albumin"]
    assert (row["not_applicable"], row["no_data"], row["strict_n"], row["strict_d"]) == (10, 1, None, None)


def test_tc3_36_above_the_own_target_is_not_met_and_without_a_target_is_a_group_of_its_own():
    hba1c = {"codes": ["hba1c"], "units": ["mmol/mol"]}
    own = {"target": {"measure": "last_target", "with": hba1c}, "compare": "at_most"}
    value = {"value": {"measure": "last_value", "with": hba1c}, "own_target": own}
    set_ = small_set([{"indicator": "own", "needs": ["v", "w"], "value": value}])
    region = Practices(D)
    for patient, target in zip(region.patients(4), (53, None, 60, 53), strict=True):
        if patient.person_id != 4:
            measured(patient, "hba1c", 60, D, unit="mmol/mol")
        if target is not None:
            patient.add("gp_target", date=D, code="hba1c", value=float(target), unit="mmol/mol")
    assert states(set_, region) == {1: "not_met", 2: "not_applicable", 3: "met", 4: "no_data"}
    row = result(set_, region)
    assert (row["observed_n"], row["observed_d"], row["strict_d"]) == (1, 2, 3)
    coverage = rows_of(series({D: set_}, region.tables), "coverage", "variable", level="region")
    assert {name: row["with_value"] for name, row in coverage.items()} == {"v": 3, "w": 3}


def test_an_exception_is_shown_apart_and_out_of_both_denominators():
    declined = {
        "exception": "declined",
        "any_of": [{"measure": "gp_diagnoses", "with": {"codes": ["A97"]}, "at_least": 1}],
    }
    region = Practices(D)
    met, excepted, late, _ = region.patients(4)
    check(met, "annual_review", D).gp_diagnosis("A97", on=D)
    check(excepted, "annual_review", D - 500 * DAY).gp_diagnosis("A97", on=D)
    check(late, "annual_review", dt.date(2020, 2, 29))
    set_ = small_set([{**REVIEWED, "exceptions": [declined]}])
    found = answers(series({D: set_}, region.tables))
    assert [(a.state, a.exception) for a in found.values()] == [
        ("met", None), ("overdue", "declined"), ("overdue", None), ("no_data", None),
    ]  # fmt: skip
    assert found[3, "annual_review"].since == dt.date(2021, 2, 28)
    row = result(set_, region)
    assert (row["exceptions"], row["strict_n"], row["strict_d"], row["observed_d"]) == (1, 1, 3, 2)


# Practices and networks


def yearly(region: Practices, **options: Any) -> Series:
    days = days_of(dt.date(2020, 12, 31), dt.date(2019, 12, 31), Months(12))
    return series({day: small_set([REVIEWED]) for day in days}, region.tables, **options)


def network_of_eight_then_nine() -> Practices:
    """Eight practices in 2019; one leaves and two join before the end of 2020. Each has one patient."""
    names = [f"10000{number}" for number in range(10)]
    region = Practices(dt.date(2020, 12, 31), *names)
    for number, name in enumerate(names):
        region.delivers(name, dt.date(2019, 12, 31))
        region.patient(number + 1, practice=name)
        joined = dt.date(2020, 6, 1) if number >= 8 else dt.date(2018, 1, 1)
        region.member("tvaersam", name, joined, dt.date(2020, 3, 1) if number == 0 else None)
    check(region.patient(99, practice="100000"), "annual_review", dt.date(2019, 12, 1))
    return region


def test_tc3_14_a_practice_that_left_is_in_the_denominator_of_the_year_before_and_not_after():
    found = yearly(network_of_eight_then_nine())
    persons = rows_of(found, "results", "as_of", level="network", unit="tvaersam")
    assert [(persons[day]["persons"], persons[day]["met"]) for day in sorted(persons)] == [(9, 1), (9, 0)]
    coverage = rows_of(found, "coverage", "as_of", level="network", variable="v")
    assert [coverage[day]["delivering"] for day in sorted(coverage)] == [8, 9]
    members: dict[dt.date, set[str]] = {}
    for day, practice in rows_of(found, "practices", "as_of", "provider_number", level="network"):
        members.setdefault(day, set()).add(practice)
    (changed,) = breaks([Point(day, "v1", frozenset(practices)) for day, practices in members.items()])
    assert (changed.kind, changed.before, changed.after) == ("practices", "8", "9")
    assert (changed.joined, changed.left) == (("100008", "100009"), ("100000",))


def test_tc3_15_two_of_twelve_practices_do_not_deliver_and_their_patients_do_not_count():
    names = [f"1000{number:02}" for number in range(12)]
    region = Practices(D, *names[:10])
    for number, name in enumerate(names):
        region.member("tvaersam", name, dt.date(2018, 1, 1))
        region.patient(number + 1, practice=name)
    found = series({D: small_set([REVIEWED])}, region.tables)
    row = rows_of(found, "coverage", "unit", level="network", variable="v")["tvaersam"]
    assert (row["delivering"], row["participating"], row["persons"]) == (10, 12, 10)
    silent = rows_of(found, "results", "unit", level="practice")[names[11]]
    assert (silent["outcome"], silent["persons"], silent["strict_d"]) == ("not_collected", None, None)


def test_the_constant_series_has_the_practices_that_deliver_on_every_day():
    region = network_of_eight_then_nine()
    rows = region.tables["gp_contact"]
    rows[:] = [row for row in rows if (row["provider_number"], row["date"].year) != ("100001", 2020)]
    persons = {
        constant: [row["persons"] for _, row in sorted(rows_of(found, "results", "as_of", level="region").items())]
        for constant in (False, True)
        for found in [yearly(region, constant=constant)]
    }
    assert persons == {False: [11, 10], True: [10, 10]}


def test_a_unit_with_nobody_has_no_persons_and_not_a_share_of_zero():
    region = Practices(D)
    region.citizen(1)
    row = result(small_set([REVIEWED]), region)
    assert (row["outcome"], row["persons"], row["strict_d"], row["strict_low"]) == ("no_persons", 0, 0, None)


def test_without_networks_delivered_there_are_none_and_nothing_breaks():
    region = Practices(D)
    region.patients(1)
    found = series({D: small_set([REVIEWED])}, region.without("networks"))
    assert {key[0] for key in rows_of(found, "results", "level", "unit")} == {"practice", "municipality", "region"}


# Who is lost, and who cannot be found


def test_who_had_no_contact_in_time_is_lost_with_the_reasons():
    region = Practices(D)
    seen, long_ago, never = region.patients(3)
    seen.gp_contacts(on=D - 30 * DAY)
    check(long_ago.gp_contacts(on=D - 400 * DAY), "annual_review", D - 400 * DAY)
    check(never, "annual_review", D)
    found = rows_of(series({D: small_set([REVIEWED])}, region.tables), "lost", "person_id")
    assert {who: (row["last_contact"], row["reasons"]) for who, row in found.items()} == {
        2: (D - 400 * DAY, ["contact_long_ago", "annual_review"]),
        3: (None, ["no_contact_known"]),
    }


def test_nobody_is_called_lost_while_a_source_of_contacts_is_missing():
    contacts = [
        {"measure": "last_gp_contact"},
        {"measure": "hospital_contacts", "with": {"within": "12 months"}, "at_least": 1},
    ]
    region = Practices(D)
    region.patients(2)[1].hospital_contacts(on=D)
    set_ = small_set([REVIEWED], lost={"contacts": contacts, "within": "12 months"})
    assert list(rows_of(series({D: set_}, region.tables), "lost", "person_id")) == [1]
    found = series({D: set_}, region.without("hospital"))
    assert rows_of(found, "lost", "person_id") == {}
    assert found.days[0].unchecked == ("hospital",)


def test_a_disease_that_nothing_delivered_tells_of_is_refused_in_words():
    region = Practices(D)
    case = {"case": "treated", "any_of": [{"measure": "dispensings", "with": {"within": "12 months"}, "at_least": 1}]}
    set_ = small_set([REVIEWED], cases=[case])
    with pytest.raises(SamspilError, match=r"who belongs to `small` by `treated` cannot be said .* `prescriptions`"):
        series({D: set_}, region.without("prescriptions"))
    with pytest.raises(SamspilError, match="no case definition `listed`; its case definitions are treated"):
        series({D: set_}, region.tables, case="listed")


def test_a_series_counts_back_from_its_last_day_without_drifting():
    days = days_of(dt.date(2021, 8, 31), dt.date(2020, 11, 30), Months(3))
    assert [day.isoformat() for day in days] == ["2020-11-30", "2021-02-28", "2021-05-31", "2021-08-31"]
    with pytest.raises(SamspilError, match="cannot begin on 2022-01-01"):
        days_of(D, dt.date(2022, 1, 1), Months(3))
