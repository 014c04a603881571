"""The worked cases of the requirements for segments, by their names, with every number as printed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.population import attendance_segments as attendance
from samspil.population.concordance import POSSIBLY, Share, concordance, deviations
from samspil.population.criteria import Judge
from samspil.population.four_numbers import NOT_MEASURED, FourNumbers, SegmentSize, estimate_to_demand
from samspil.population.gap import Gap, from_steps, step_of
from samspil.population.gate import Answer, Facts, gate, locality_warning, sub_segments
from samspil.population.high_need import Profile, homogeneity, members, persistence
from samspil.population.integration import NO_LEVEL, choose, complexity, need_for_integration
from samspil.population.placement import place
from samspil.population.square import UNDETERMINED, Assessment, check_assessment, position
from samspil.population.strata import changes, sheet, valid_until
from samspil.programmes.segment_rules import load_segment_rules
from tests.population.segment_builders import small_programme

RULES = load_segment_rules()

# ALG-1

CONTROL = small_programme().control.model_copy(update={"expected": 4, "cut": Decimal("0.75")})


def segments_of(*, diagnosed: bool, algorithm: bool, attended: int) -> dict[bool, tuple[str, str]]:
    """By regional contact the segment of a citizen who came to so many of four controls, and what the region sees."""
    rows = [
        {"diagnosed": diagnosed, "algorithm": algorithm, "attended": attended, "contact": contact}
        for contact in (True, False)
    ]
    people = ibis.memtable(pa.Table.from_pylist(rows))
    tables = {name: people for use in attendance.control_uses(CONTROL) for name in use.tables}
    found = attendance.segments(CONTROL, Judge(people, {}, tables), people.diagnosed, people.algorithm, people.attended)
    seen = attendance.secondary_segments(found, people.contact)
    told = people.select("contact", found=found, seen=seen).to_pyarrow().to_pylist()
    return {row["contact"]: (row["found"], row["seen"]) for row in told}


@pytest.mark.parametrize(
    ("diagnosed", "algorithm", "attended", "found"),
    [
        (True, False, 4, "S1"),
        (True, False, 1, "S2"),
        (True, False, 0, "S3a"),
        (False, True, 0, "S3b"),
        (False, False, 0, "none"),
    ],
)
def test_alg_1_segments_as_worked(diagnosed: bool, algorithm: bool, attended: int, found: str) -> None:
    # The region's own data find the first three, and those only with regional contact.
    seen = found if found in {"S1", "S2", "S3a"} else "none"
    told = segments_of(diagnosed=diagnosed, algorithm=algorithm, attended=attended)
    assert told == {True: (found, seen), False: (found, "none")}


@pytest.mark.parametrize(("attended", "found"), [(2, "S2"), (3, "S1")])
def test_alg_1_the_cut_itself_is_reached_by_exactly_its_share(attended: int, found: str) -> None:
    assert segments_of(diagnosed=True, algorithm=True, attended=attended)[True] == (found, found)


# ALG-2


def test_alg_2_of_1000_copd_patients_at_hospital_220_are_possibly_relocatable() -> None:
    counts = {("primary", "hospital"): 220, ("hospital", "hospital"): 780, ("primary", "primary"): 500}
    found = concordance(counts, ["primary", "hospital"], ["primary"], comorbidity=False)
    assert (found.relocatable.numerator, found.relocatable.denominator) == (220, 1000)
    assert found.relocatable.value == 0.22
    assert found.label == POSSIBLY == "possibly"
    assert (found.above, found.below) == (220, 0)
    assert sum(found.counts.values()) - found.above - found.below == 1280


def test_alg_2_an_unknown_level_moves_nobody_and_stays_in_the_denominator() -> None:
    counts = {("primary", "hospital"): 2, (None, "hospital"): 2, ("primary", None): 3}
    found = concordance(counts, ["primary", "hospital"], ["primary"], comorbidity=True)
    assert (found.relocatable.numerator, found.relocatable.denominator, found.unknown) == (2, 4, 5)


def test_strat_20_a_deviation_without_a_reason_is_open() -> None:
    codes = [each.reason for each in RULES.deviation_reasons]
    placements = {1: ("primary", "hospital"), 2: ("primary", "hospital"), 3: ("primary", "primary")}
    found = deviations(placements, {1: "patient_wish"}, codes)
    assert {each.person: each.open for each in found} == {1: False, 2: True}
    with pytest.raises(SamspilError, match="unknown reason `habit`"):
        deviations(placements, {1: "habit"}, codes)


# ALG-3


def taken_apart(sizes: list[int], declined: int = 0, outside: int = 0, capacity: int | None = None) -> Gap:
    """The gap of groups of which each is part of the one before, from the step of everybody in the estimate.

    `sizes` are the estimate, the diagnosed, the eligible, the referred and the started.
    """
    whole, *parts = sizes
    names = ("diagnosed", "eligible", "referred", "started")
    flags = {name: pa.array(np.arange(whole) < part) for name, part in zip(names, parts, strict=True)}
    since = np.arange(whole) - sizes[-1]
    declining = pa.array((since >= 0) & (since < declined))
    people = ibis.memtable(pa.table({"estimate": pa.array(np.full(whole, True)), **flags, "declined": declining}))
    step = step_of(*(people[name] for name in ("estimate", *names, "declined")))
    counted = people.group_by(step=step).aggregate(persons=people.count()).to_pyarrow().to_pylist()
    steps = {row["step"]: row["persons"] for row in counted}
    return from_steps(steps, outside, capacity, RULES.over_capacity.ratio)


def test_alg_3_the_gap_of_the_example_sums() -> None:
    found = taken_apart([1000, 700, 500, 200, 160], capacity=500)
    assert (found.undiagnosed, found.not_eligible, found.not_referred, found.not_started) == (300, 200, 300, 40)
    assert found.total == 840 == sum(found.parts.values())
    assert found.capacity_ratio == Fraction("3.125")
    assert found.over_capacity is True


nested = st.lists(st.integers(0, 50), min_size=5, max_size=5).map(lambda sizes: sorted(sizes, reverse=True))


@given(nested, st.integers(0, 20), st.data())
@settings(deadline=None, max_examples=25)
def test_alg_3_any_gap_is_the_sum_of_its_parts_less_those_outside(
    sizes: list[int], outside: int, data: st.DataObject
) -> None:
    declined = data.draw(st.integers(0, sizes[3] - sizes[4]))
    found = taken_apart(sizes, declined=declined, outside=outside)
    assert (found.estimate, found.declined) == (sizes[0], declined)
    assert found.total == sizes[0] - sizes[4] - outside == sum(found.parts.values()) - outside


def test_alg_3_places_when_nobody_started_are_over_capacity() -> None:
    found = taken_apart([10, 5, 5, 0, 0], capacity=1)
    assert (found.capacity_ratio, found.over_capacity) == (None, True)


# STRAT-3


def test_strat_3_a_segment_has_no_size_without_the_four_numbers() -> None:
    with pytest.raises(TypeError):
        SegmentSize("copd", "S1", 10)  # type: ignore[call-arg]
    with pytest.raises(SamspilError, match="never alone"):
        SegmentSize("copd", "S1", 10, None)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        FourNumbers(algorithm_positive=1000, diagnosed=700, attending=500)  # type: ignore[call-arg]


def test_strat_3_a_number_without_its_source_is_not_measured_and_no_zero() -> None:
    numbers = FourNumbers(algorithm_positive=1000, diagnosed=700, attending=500, referred=None)
    assert numbers.in_words()["referred"] == NOT_MEASURED
    assert numbers.not_measured == ("referred",)


@pytest.mark.parametrize(("referred", "ratio"), [(200, 5), (None, None), (0, None)])
def test_strat_3_the_estimate_stands_against_those_referred_where_they_are_known(
    referred: int | None, ratio: int | None
) -> None:
    assert estimate_to_demand(1000, referred) == ratio
    assert estimate_to_demand(None, referred) is None


# ALG-4


@pytest.mark.parametrize(("persons", "size"), [(0, 0), (1, 1), (100, 1), (101, 2), (700, 7), (2_000_000, 20_000)])
def test_alg_4_one_per_cent_is_rounded_up_exactly_and_of_two_million_is_20000(persons: int, size: int) -> None:
    people = ibis.duckdb.connect(threads=1).sql(f"SELECT i AS person_id, i AS cost FROM range({persons}) each(i)")
    assert members(people, "cost", RULES.high_need.share).count().to_pyarrow().as_py() == size


def test_alg_4_of_20000_3000_stay() -> None:
    found = persistence(20_000, 3_000)
    assert (found.numerator, found.denominator, found.value) == (3_000, 20_000, 0.15)


def test_alg_4_of_equal_cost_the_lower_person_id_is_in_the_group() -> None:
    rows = {"person_id": [4, 1, 3, 2], "cost": pa.array([Decimal(9), Decimal(9), Decimal(9), Decimal(1)])}
    people = ibis.memtable(pa.table(rows))
    assert set(members(people, "cost", Decimal("0.5")).to_pyarrow()["person_id"].to_pylist()) == {1, 3}


def test_alg_4_ties_do_not_change_how_many_are_in_the_group() -> None:
    people = ibis.memtable(pa.table({"person_id": range(20_000), "cost": [5] * 20_000}))
    assert members(people, "cost", Decimal("0.01")).to_pyarrow()["person_id"].to_pylist() == list(range(200))


def test_alg_4_the_profile_of_the_stockholm_group() -> None:
    nobody = homogeneity({}, Decimal("0.5"))
    found = Profile(
        population=2_000_000,
        members=20_000,
        cost=Decimal(300),
        cost_of_all=Decimal(1000),
        under_age=Share(7_000, 20_000),
        contacts=65 * 20_000,
        admissions=4 * 20_000,
        diagnoses=8 * 20_000,
        persistence=persistence(20_000, 3_000),
        by_age={},
        by_group={},
        ages=nobody,
        groups=nobody,
        missing=(),
        warning=RULES.high_need.warning,
    )
    assert (found.cost_share, found.under_age.value) == (0.30, 0.35)
    assert (found.per_member(found.contacts), found.per_member(found.admissions)) == (65, 4)
    assert found.warning.da


def test_r_pop_04_a_spread_group_is_not_homogeneous() -> None:
    spread = homogeneity({"heart": 5, "lung": 5, "mental": 5, "cancer": 5}, Decimal("0.5"))
    assert (spread.homogeneous, spread.entropy, spread.share.value) == (False, 2.0, 0.25)
    assert homogeneity({"heart": 8, "lung": 2}, Decimal("0.5")).homogeneous is True
    assert homogeneity({}, Decimal("0.5")).homogeneous is None


# ALG-5


def test_alg_5_treatment_goes_before_risk_and_risk_decides_alone() -> None:
    both = place("high", "general_practice", RULES.risk)
    assert (both.place, both.decided_by, both.by_risk) == ("general_practice", "treatment", "hospital")
    alone = place("high", None, RULES.risk)
    assert (alone.place, alone.decided_by) == ("hospital", "risk")
    assert alone.trace[-1] == "decided by risk: `hospital`"


def test_alg_5_the_precedence_is_configuration() -> None:
    by_risk = RULES.risk.model_copy(update={"decides": "risk"})
    assert place("high", "general_practice", by_risk).place == "hospital"


def test_alg_5_an_unknown_stratum_or_place_is_a_fault() -> None:
    with pytest.raises(SamspilError, match="unknown risk stratum"):
        place("extreme", None, RULES.risk)
    with pytest.raises(SamspilError, match="unknown place"):
        place("low", "moon", RULES.risk)


# ALG-6


def test_alg_6_the_four_quadrants_keep_both_axes() -> None:
    square = RULES.square
    found = {
        (one, other): position(one, other, square).quadrant for one in ("low", "high") for other in ("low", "high")
    }
    assert len(set(found.values())) == 4
    assert position("high", "low", square).quadrant == "Q4"
    assert (position("high", "low", square).complexity, position("high", "low", square).self_care) == ("high", "low")


@pytest.mark.parametrize(("one", "other"), [(None, "high"), ("high", None), (None, None)])
def test_alg_6_a_missing_axis_is_undetermined_and_never_low(one: str | None, other: str | None) -> None:
    found = position(one, other, RULES.square)  # type: ignore[arg-type]
    assert (found.quadrant, found.complexity, found.self_care) == (UNDETERMINED, one, other)


def test_strat_7_an_assessment_of_self_care_looks_at_nine_inputs_and_no_other() -> None:
    assert len(RULES.square.self_care_inputs) == 9
    with pytest.raises(SamspilError, match="no input `shoe_size`"):
        check_assessment(Assessment("low", "structured", "nurse", dt.date(2022, 1, 1), ("shoe_size",)), RULES.square)


def test_strat_8_every_sensitive_input_is_of_a_kind_of_data_that_a_reader_needs_a_right_to() -> None:
    kinds = {each.input: each.category for each in RULES.square.self_care_inputs if each.sensitive}
    assert kinds == {"ethnicity": "social", "comorbidity": "mental_health", "substance_use": "social"}


def test_strat_10_the_hospital_works_with_complexity_the_municipality_with_self_care_the_gp_with_both() -> None:
    assert RULES.square.seen_by == {
        "region": ("complexity",),
        "municipality": ("self_care",),
        "general_practice": ("complexity", "self_care"),
    }


# ALG-8


def test_alg_8_multimorbidity_is_two_conditions_and_told_of_those_over_16() -> None:
    assert (RULES.conditions.multimorbid.value, RULES.conditions.over_age.value) == (2, 16)


# T-02

ROWS = ("complexity", "stability", "duration", "communication", "help", "self_care")


@pytest.mark.parametrize(
    ("values", "level"),
    [
        (("little", "stable", "short", "routine", "little", "self_reliant"), "linked"),
        (("complex", "not_stable", "terminal", "frequent", "large", "extended_support"), "fully_integrated"),
        (("moderate", "stable", "short", "primarily_routine", "moderate", "moderate_support"), "coordinated"),
        (("complex", "not_stable", "short", "frequent", "large", "extended_support"), None),
    ],
)
def test_t_02_vectors(values: tuple[str, ...], level: str | None) -> None:
    found = need_for_integration(dict(zip(ROWS, values, strict=True)), RULES.integration)
    assert found.level == level
    assert found.consistent == ((level,) if level else ())
    assert found.verdict == (level or NO_LEVEL)
    assert [(row.row, row.value) for row in found.rows] == list(zip(ROWS, values, strict=True))


def test_t_02_where_no_level_fits_a_human_judges() -> None:
    assert NO_LEVEL == "no consistent level, clinical judgement"


def test_t_02_a_value_that_fits_several_columns_is_a_set() -> None:
    levels = {(row.row, value.value): value.levels for row in RULES.integration.rows for value in row.values}
    assert levels["complexity", "moderate"] == ("linked", "coordinated")
    assert levels["complexity", "complex"] == ("coordinated", "fully_integrated")
    assert levels["stability", "stable"] == ("linked", "coordinated")
    assert levels["duration", "short"] == ("linked", "coordinated")
    assert levels["duration", "long"] == ("linked", "coordinated", "fully_integrated")
    assert levels["help", "moderate"] == ("linked", "coordinated")
    assert levels["help", "large"] == ("coordinated", "fully_integrated")


def test_t_02_a_row_that_is_not_known_leaves_the_level_open() -> None:
    values = dict(zip(ROWS, ("little", "stable", "short", "routine", "little", "self_reliant"), strict=True))
    found = need_for_integration(values | {"help": None}, RULES.integration)
    assert (found.level, found.missing, found.verdict) == (None, ("help",), "not known yet: help")
    with pytest.raises(SamspilError, match="cannot be `huge`"):
        need_for_integration(values | {"help": "huge"}, RULES.integration)


def test_r_seg_05_another_level_than_the_least_intensive_needs_a_reason_and_a_user() -> None:
    values = dict(zip(ROWS, ("little", "stable", "short", "routine", "little", "self_reliant"), strict=True))
    need = need_for_integration(values, RULES.integration)
    assert choose(need, "linked", RULES.integration).reason is None
    for given_ in ({}, {"reason": "lives alone"}, {"user": "gp"}, {"reason": " ", "user": "gp"}):
        with pytest.raises(SamspilError, match="needs a reason and who chooses it"):
            choose(need, "coordinated", RULES.integration, **given_)
    assert choose(need, "coordinated", RULES.integration, reason="lives alone", user="gp").level == "coordinated"


def test_r_seg_06_a_sum_is_no_substitute_for_three_kinds_of_complexity() -> None:
    with pytest.raises(SamspilError, match="a sum is no substitute"):
        complexity(4, {})
    with pytest.raises(SamspilError, match="say what it is seen from"):
        complexity({"clinical": 1, "social": 0, "organisational": None}, {})
    found = complexity({"clinical": 1, "social": 0, "organisational": None}, {"clinical": "two exacerbations"})
    assert (found.clinical, found.social, found.organisational) == (1, 0, None)


# T-10, R-SEG-09, R-SEG-12

YES = [
    Answer("found", True, "by the GP", "leader"),
    Answer("complexity", None, "mostly organisational", "leader"),
    Answer("organisation", None, "within the ward", "leader"),
    Answer("responsibility", True, "", "leader"),
]
ALIKE = homogeneity({"heart": 9, "lung": 1}, Decimal("0.5"))
SPREAD = homogeneity({"heart": 5, "lung": 5, "mental": 5}, Decimal("0.5"))


def test_t_10_the_gate_is_closed_until_everything_is_answered() -> None:
    facts = Facts(persons=60, needed=50, homogeneity=ALIKE)
    answered = gate(RULES.gate, YES, facts)
    assert (answered.open, answered.refused) == ((), ())
    for missing in range(len(YES)):
        found = gate(RULES.gate, YES[:missing] + YES[missing + 1 :], facts)
        assert found.open == (YES[missing].question,)


def test_t_10_data_answer_the_first_and_third_question_where_they_can() -> None:
    found = gate(RULES.gate, YES, Facts(persons=40, needed=50, homogeneity=SPREAD))
    assert {each.question for each in found.answers if each.by == "data"} == {"enough", "homogeneous"}
    assert set(found.refused) == {"enough", "homogeneous"}
    unknown = gate(RULES.gate, YES, Facts(persons=None, needed=50, homogeneity=homogeneity({}, Decimal("0.5"))))
    assert unknown.open == ("enough", "homogeneous")


def test_t_10_the_decisive_parameter_alone_can_refuse() -> None:
    answers = [*YES[:-1], Answer("responsibility", False, "one more door", "leader")]
    found = gate(RULES.gate, answers, Facts(persons=60, needed=50, homogeneity=ALIKE))
    assert found.refused == ("responsibility",)


def test_t_10_an_answer_has_a_name_and_the_form_that_is_asked_for() -> None:
    for wrong, said in (
        (Answer("found", True, "", " "), "who gives it"),
        (Answer("found", None, "maybe", "leader"), "yes or no"),
        (Answer("complexity", None, " ", "leader"), "in words"),
        (Answer("colour", True, "", "leader"), "no question"),
    ):
        with pytest.raises(SamspilError, match=said):
            gate(RULES.gate, [wrong], Facts())


def test_r_seg_12_each_sub_segment_meets_the_gate_by_itself() -> None:
    facts = {"lung": Facts(60, 50, ALIKE), "mental": Facts(6, 50, SPREAD)}
    found = sub_segments(RULES.gate, facts)
    assert {name: [answer.yes for answer in answers] for name, answers in found.items()} == {
        "lung": [True, True],
        "mental": [False, False],
    }


def test_t_11_has_its_five_questions_in_both_languages() -> None:
    assert len(RULES.gate.questions) == 5 == len(RULES.gate.process)
    assert all(each.title.da and each.title.en for each in (*RULES.gate.questions, *RULES.gate.process))


def test_r_seg_09_a_locality_of_120000_warns_and_one_of_40000_does_not() -> None:
    assert "larger than" in (locality_warning(120_000, RULES.locality) or "")
    assert "smaller than" in (locality_warning(29_999, RULES.locality) or "")
    assert locality_warning(30_000, RULES.locality) is locality_warning(50_000, RULES.locality) is None


# STRAT-15, STRAT-16, R-SEG-14


def test_strat_15_who_is_not_confirmed_drops_out_and_no_stratum_is_for_ever() -> None:
    day = dt.date(2022, 1, 31)
    until = valid_until(day, RULES.validity_months.value)
    assert until == dt.date(2023, 1, 31)
    members = {1: "a", 2: "a", 3: "b"}
    before = ibis.memtable(pa.Table.from_pylist([{"person_id": n, "stratum": s} for n, s in members.items()]))
    now = ibis.memtable(pa.Table.from_pylist([{"person_id": n, "stratum": "a"} for n in (1, 3, 4)]))
    found = {row["person_id"]: row["change"] for row in changes(before, now, "stratum").to_pyarrow().to_pylist()}
    assert found == {1: "confirmed", 2: "dropped_out", 3: "moved", 4: "new"}


def test_strat_16_a_sheet_without_how_many_is_not_published() -> None:
    stratum = RULES.strata[0]
    with pytest.raises(SamspilError, match="how many is missing"):
        sheet(stratum, None, "en")
    found = sheet(stratum, 69, "da")
    assert all((found.who, found.persons, found.services, found.who_acts, found.review_months))
    # No interviews or workshops are told of yet (R-SEG-14).
    assert found.basis == "quantitative only"
