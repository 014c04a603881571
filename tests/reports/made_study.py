"""Results of studies made by hand: one for each state that a report can be in. Nothing in them was estimated."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from samspil.evaluation.balance import BalanceTable, CovariateBalance, OverlapBin
from samspil.evaluation.economy.accounts import CourseCost, Economy, LedgerLine, Saving, Shift
from samspil.evaluation.effects.estimate import Design, Effect, Verdict, verdict
from samspil.evaluation.effects.event_study import EventStudy, PeriodEffect
from samspil.evaluation.effects.sensitivity import EValue, Sensitivity
from samspil.evaluation.effects.time_to_event import EventTimes, Incidence
from samspil.evaluation.figures import Difference, Estimate, Reason, Share, Unknown
from samspil.evaluation.implementation.adoption import PracticeAdoption
from samspil.evaluation.implementation.chapter import Implementation
from samspil.evaluation.implementation.results import Change, ResultType, Stated, published_change
from samspil.evaluation.statistics import share
from samspil.evaluation.study_cohort import FollowUp, Guard, StudyCohort
from samspil.evaluation.study_result import (
    EventFindings,
    OutcomeFindings,
    Registration,
    SourceUsed,
    StudyResult,
    SubgroupEffect,
)
from samspil.population.cohorts import Step
from samspil.population.funnel import Spread
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.study import Study, StudyOutcome, load_study

UNTIL = dt.date(2025, 12, 31)
FEW = 5

#: By outcome: the effect with its interval, what both groups had before and after, and the true effect.
NUMBERS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float, float], float]] = {
    "acute_admissions": ((-0.42, -0.80, -0.04), (2.31, 1.52, 2.28, 1.91), -0.35),
    "bed_days": ((-1.9, -4.6, 0.8), (14.2, 9.8, 13.9, 11.4), -2.0),
    "outpatient": ((0.22, -0.35, 0.79), (5.1, 5.4, 5.0, 5.1), 0.0),
    "gp_contacts": ((2.4, 1.1, 3.7), (17.2, 20.9, 17.5, 18.8), 2.1),
    "home_care_hours": ((14.2, -6.1, 34.5), (142.0, 171.0, 139.0, 153.8), 10.0),
    "eye_specialist": ((0.01, -0.09, 0.11), (0.61, 0.60, 0.62, 0.60), 0.0),
    "hospital_cost": ((-6210, -19800, 7380), (118400, 96200, 117000, 101010), -5000),
    "gp_cost": ((412, 160, 664), (3120, 3710, 3150, 3328), 380),
    "municipal_cost": ((21300, 4200, 38400), (81200, 110900, 80400, 88800), 18000),
}


def study() -> Study:
    """The study of older medical patients that comes with the Odense programme."""
    return load_study(PROGRAMMES / "odense-ic" / "studies" / "daemp.yaml")[0]


def good(*, truth: bool = False) -> StudyResult:
    """A study in which all is as it should be: alike, many, followed long enough."""
    asked = study()
    return StudyResult(
        study=asked,
        registration=Registration(asked.fingerprint, dt.date(2024, 1, 15)),
        run="20251231-odense_daemp-1a2b3c4d",
        code="0.6.0 (5f6e7d8c9b0a, 0a1b2c3d4e5f)",
        data_until=UNTIL,
        sources=(
            SourceUsed("hospital", dt.date(2021, 1, 1), UNTIL, ("hospital-2025-12",)),
            SourceUsed("integrated_care", dt.date(2023, 6, 1), UNTIL, ("integrated-care-1", "integrated-care-2")),
            SourceUsed("prescriptions", None, None, ()),
        ),
        cohort=_cohort(asked),
        balance=_balance(asked),
        overridden=False,
        outcomes=tuple(_outcome(each, asked, truth=truth) for each in asked.outcomes),
        events=(EventFindings(asked.events[0], _times(), Verdict.UNDETERMINED),),
        economy=_economy(),
        implementation=_implementation(),
        stated=_stated(),
        titles={},
        few=FEW,
    )


def with_truth() -> StudyResult:
    """A study of a made-up programme, whose true effects are known."""
    return good(truth=True)


def changed() -> StudyResult:
    """A study that was registered before with another content."""
    made = good()
    return replace(made, registration=replace(made.registration, changed_from=("f00d" * 16,)))


def balance_fails() -> StudyResult:
    """A study where those compared are not alike. The effects are left in it: a report must not show them."""
    made = good()
    balance = replace(made.balance, failing=("acute_year", "household=partner"), too_few=True)
    return replace(made, balance=balance)


def overridden() -> StudyResult:
    """The same, and somebody asked for effects all the same."""
    return replace(balance_fails(), overridden=True)


def too_early() -> StudyResult:
    """A study in which hardly anybody was followed long enough."""
    made = good()
    short = replace(
        made.cohort.treated_follow_up, mean_months=4.2, under_6_months=0.71, under_12_months=0.94, enough=0.31
    )
    cohort = replace(made.cohort, treated_follow_up=short)
    outcomes = tuple(replace(found, verdict=Verdict.TOO_EARLY) for found in made.outcomes)
    events = tuple(replace(found, verdict=Verdict.TOO_EARLY) for found in made.events)
    return replace(made, cohort=cohort, outcomes=outcomes, events=events)


def undetermined() -> StudyResult:
    """A study whose intervals all hold no effect."""
    made = good()
    return replace(made, outcomes=tuple(_wide(found) for found in made.outcomes))


def few() -> StudyResult:
    """A study with too few of nearly everything, whose counts must not be printed."""
    made = good()
    unknown = Unknown.because(Reason.FEW_PERSONS, persons=3, needed=5)
    outcomes = tuple(
        OutcomeFindings(found.outcome, unknown, Verdict.TOO_FEW, *[unknown] * 6, (), None) for found in made.outcomes
    )
    follow_up = FollowUp(13, 7.0, 0.2, 0.5, 0.8, {"window": 9, "death": 1, "data_end": 3})
    cohort = replace(made.cohort, enrolled=14, treated_follow_up=follow_up, by_inclusion={"list": 11, "off_list": 2})
    change = Change("wellbeing", "citizen", 8, 3, 1, 0, 13)
    return replace(
        made,
        cohort=replace(
            cohort, treated_steps=(Step("old_enough", 14, 1, 0, 13, 14), Step("acute_contact", 13, 0, 0, 13, 13))
        ),
        balance=replace(made.balance, treated=13, matched_treated=13, matched=39),
        outcomes=outcomes,
        events=tuple(EventFindings(each.event, unknown, Verdict.TOO_FEW) for each in made.events),
        implementation=replace(made.implementation, reach=share(3, 900), exposure={0: 2, 1: 9, 2: 3}),
        stated=(Stated("wellbeing", ResultType.PERCEIVED, "", change=change, n=12),),
    )


def unmeasured() -> StudyResult:
    """A study of which much is not known: costs, practices, answers, effects."""
    made = good()
    cost = Unknown.because(Reason.COST_NOT_MEASURED)
    lacking = Unknown.because(Reason.NOT_LOADED, source="integrated_care")
    own = CourseCost("daemp", 412, None, None, None, None, Decimal("4120.50"), None, {"team_meetings": 12})
    return replace(
        made,
        outcomes=tuple(
            OutcomeFindings(each.outcome, lacking, Verdict.UNKNOWN, *[lacking] * 6, (), None) for each in made.outcomes
        ),
        events=(),
        economy=Economy((own,), (), (), {}, (), cost, cost, Decimal(0), None, None),
        implementation=Implementation(
            lacking, lacking, {}, lacking, {}, lacking, lacking, {}, {}, {}, lacking, (), {}, {}
        ),
        stated=(),
    )


#: Every state by name.
STATES = {
    made.__name__: made
    for made in (good, with_truth, changed, balance_fails, overridden, too_early, undetermined, few, unmeasured)
}


def _p(value: float, low: float, high: float) -> float:
    return math.erfc(abs(value) / ((high - low) / 3.92) / math.sqrt(2))


def _difference(value: float, low: float, high: float) -> Difference:
    return Difference(value, low, high, _p(value, low, high))


def _effect(outcome: str, design: Design, scaled: float = 1.0, wider: float = 1.0, **changes: object) -> Effect:
    (value, low, high), (a, b, c, d), _ = NUMBERS.get(outcome, NUMBERS["outpatient"])
    middle = value * scaled
    estimate = _difference(middle, middle + (low - value) * wider, middle + (high - value) * wider)
    effect = Effect(outcome, design, estimate, 412, 1180, 38, "rate", a, b, c, d)
    return replace(effect, **changes)  # type: ignore[arg-type]


def _outcome(outcome: StudyOutcome, asked: Study, *, truth: bool) -> OutcomeFindings:
    name = outcome.outcome
    main = _effect(name, Design.MATCHED)
    is_cost = bool(outcome.cost_of)
    not_by_practice = Unknown.because(Reason.NOT_BY_PRACTICE)
    (value, low, high), _, true = NUMBERS.get(name, NUMBERS["outpatient"])
    naive = _effect(name, Design.BEFORE_AFTER, treated=412, comparison=0)
    before, after = naive.treated_before or 0.0, naive.treated_after or 0.0
    change = after - before
    naive = replace(naive, estimate=_difference(change, change - (high - value), change + (value - low)))
    return OutcomeFindings(
        outcome=outcome,
        main=main,
        verdict=verdict(main, outcome.direction),
        event_study=_event_study(name),
        staggered=_effect(name, Design.STAGGERED, 0.93, 1.2),
        stepped=not_by_practice if is_cost else _effect(name, Design.STEPPED, 0.2, 1.5, treated=9120, comparison=31200),
        interrupted=not_by_practice if is_cost else _effect(name, Design.INTERRUPTED, 0.25, 1.6, treated=9120),
        naive=naive,
        dose=_effect(name, Design.DOSE, 0.3, 0.8, comparison=0),
        subgroups=tuple(
            SubgroupEffect(
                each.subgroup,
                _effect(name, Design.MATCHED, 1.4, 1.7, treated=161, comparison=470),
                _effect(name, Design.MATCHED, 0.7, 1.4, treated=251, comparison=710)
                if place == 0
                else Unknown.because(Reason.FEW_PERSONS, persons=3, needed=5),
            )
            for place, each in enumerate(asked.subgroups)
        ),
        sensitivity=Sensitivity(
            e_value=EValue(0.78, 1.87, 1.21 if low > 0 or high < 0 else 1.0),
            placebo_date=_effect(name, Design.MATCHED, 0.05, 1.3),
            without_practice={
                f"1000{place:02d}": _effect(name, Design.MATCHED, 0.85 + 0.01 * place) for place in range(38)
            },
            by_inclusion={
                "list": _effect(name, Design.MATCHED, 0.9, 1.2, treated=301),
                "off_list": _effect(name, Design.MATCHED, 1.5, 2.0, treated=111),
            },
        ),
        truth=true if truth else None,
    )


def _wide(found: OutcomeFindings) -> OutcomeFindings:
    assert isinstance(found.main, Effect)
    value = found.main.estimate.value
    main = replace(found.main, estimate=_difference(value, value - 3 * abs(value), value + 3 * abs(value)))
    return replace(found, main=main, verdict=Verdict.UNDETERMINED)


def _event_study(name: str) -> EventStudy:
    (value, low, high), (a, b, c, d), _ = NUMBERS.get(name, NUMBERS["outpatient"])
    scale = max(abs(low), abs(high))
    periods = []
    for period in range(-4, 4):
        wobble = 0.06 * math.sin(period * 2.1) * scale
        effect = value * (0.7 + 0.15 * period) + wobble if period >= 0 else wobble
        spread = (high - low) / 2 * 1.3
        shown = None if period == -1 else _difference(effect, effect - spread, effect + spread)
        rising = 1 + 0.06 * (period + 4) if period < 0 else 1.0
        periods.append(
            PeriodEffect(period, (a if period < 0 else b) * rising, (c if period < 0 else d) * rising, shown)
        )
    return EventStudy(name, tuple(periods), 0.41 if name != "municipal_cost" else 0.018)


def _incidence(pace: float, start: int) -> tuple[Incidence, ...]:
    found = []
    for month in range(13):
        happened, died = 1 - math.exp(-pace * month), 0.006 * month
        half = 0.0 if month == 0 else 1.96 * math.sqrt(happened * (1 - happened) / start)
        at_risk = round(start * (1 - happened - died) * (1 - 0.02 * month))
        found.append(Incidence(month, happened, max(happened - half, 0), happened + half, died, at_risk))
    return tuple(found)


def _times() -> EventTimes:
    ratio = Effect(
        "acute_admission", Design.TIME_TO_EVENT, Difference(0.86, 0.71, 1.04, 0.12), 412, 1180, 38, scale="ratio"
    )
    return EventTimes(_incidence(0.065, 412), _incidence(0.079, 1180), ratio, 221, 712, 31, 84)


def _cohort(asked: Study) -> StudyCohort:
    first, second = (each.criterion for each in asked.criteria[:2])
    ended = {"window": 268, "data_end": 96, "death": 39, "left_region": 9}
    others = {"window": 771, "data_end": 283, "death": 92, "left_region": 21, "enrolled": 13}
    return StudyCohort(
        enrolled=447,
        treated_steps=(Step(first, 436, 7, 0, 429, 424), Step(second, 429, 12, 0, 417, 429)),
        candidate_steps=(Step(first, 412300, 331200, 0, 81100, 96300), Step(second, 81100, 62400, 410, 18290, 81100)),
        candidate_citizens=6120,
        index_months={f"2024-{month:02d}": 20 + month for month in range(1, 13)} | {"2025-01": 61, "2025-02": 2},
        guards=(
            Guard("enrolled_before", 8),
            Guard("index_after_use", 3),
            Guard("recorded_late", 0),
            Guard("index_after_death", 0),
        ),
        treated_follow_up=FollowUp(412, 10.6, 0.09, 0.27, 0.93, ended),
        comparison_follow_up=FollowUp(1180, 10.5, 0.10, 0.29, 0.92, others),
        by_inclusion={"list": 301, "off_list": 116},
        data_cut=UNTIL,
    )


def _balance(asked: Study) -> BalanceTable:
    rows = []
    for place, each in enumerate(asked.covariates):
        before, after = 0.55 - 0.07 * place, 0.07 * math.sin(place + 1)
        binary = each.covariate in {"sex", "household"}
        name = f"{each.covariate}={'M' if each.covariate == 'sex' else 'partner'}" if binary else each.covariate
        mean = 0.45 if binary else 2.0 + 5 * (place % 4)
        spread = 0.5 if binary else 1.7
        rows.append(
            CovariateBalance(
                covariate=name,
                treated_mean=mean,
                candidates_mean=mean - before * spread,
                matched_treated_mean=mean + 0.01,
                matched_mean=mean + 0.01 - after * spread,
                difference_before=before,
                difference_after=after,
                variance_ratio_before=None if binary else 1.6,
                variance_ratio_after=None if binary else 1.05 + 0.03 * place,
            )
        )
    rows.append(CovariateBalance("care_hours=", 0.0, 0.01, 0.0, 0.0, None, None, None, None))
    shape = [math.exp(-((place - 11) ** 2) / 22) for place in range(20)]
    lower = [math.exp(-((place - 5) ** 2) / 14) for place in range(20)]
    bins = tuple(
        OverlapBin(
            low=0.002 * 1.3**place,
            high=0.002 * 1.3 ** (place + 1),
            treated=round(412 * mine / sum(shape)),
            candidates=round(18290 * theirs / sum(lower)),
            matched=412 * mine / sum(shape) * (1 + 0.05 * math.sin(place)),
        )
        for place, (mine, theirs) in enumerate(zip(shape, lower, strict=True))
    )
    return BalanceTable(tuple(rows), bins, 417, 412, 18290, 1180, 934.6, (), False)


def _economy() -> Economy:
    daemp = CourseCost(
        "daemp", 447, Decimal("5120.40"), Decimal("3212.15"), Decimal("810.00"), Decimal("2310.75"),
        Decimal("6120.10"), Decimal("1905.00"),
    )  # fmt: skip
    sad = CourseCost(
        "sad", 1020, Decimal("2243.92"), Decimal("3212.15"), Decimal(0), None, Decimal("7410.00"), Decimal("1905.00"),
        {"team_meetings": 14},
    )  # fmt: skip
    ledger = (
        LedgerLine("joint_account", "development", Decimal("2288100.00"), Decimal("2288100.00")),
        LedgerLine("joint_account", "team_meetings", Decimal("1032905.25"), Decimal("1032905.25")),
        LedgerLine("municipality", "services", Decimal("1611340.00"), Decimal("1611340.00")),
        LedgerLine("region", "services", None, Decimal("1124344.70"), 9),
        LedgerLine("joint_account", "operation", Decimal("851535.00"), Decimal("851535.00")),
        LedgerLine("region", "consumption", Decimal("-2591706.00")),
        LedgerLine("municipality", "consumption", Decimal("9521100.00")),
    )
    return Economy(
        courses=(daemp, sad),
        ledger=ledger,
        shifts=(
            Shift("hospital_somatic", "region", Estimate(-6210, -19800, 7380)),
            Shift("general_practice", "region", Estimate(412, 160, 664)),
            Shift("municipal_care", "municipality", Estimate(21300, 4200, 38400)),
        ),
        shift_matrix={
            ("region", "region"): Decimal("117.84"),
            ("region", "municipality"): Decimal("6092.16"),
            ("new", "region"): Decimal("294.16"),
            ("new", "municipality"): Decimal("15207.84"),
        },
        sector_matrix={
            ("hospital_somatic", "general_practice"): Decimal("117.84"),
            ("hospital_somatic", "municipal_care"): Decimal("6092.16"),
            ("new", "general_practice"): Decimal("294.16"),
            ("new", "municipal_care"): Decimal("15207.84"),
        },
        savings=(
            Saving("estimated", "region", Decimal("310400.00"), "odense_daemp 1: medicines"),
            Saving("released", "region", Decimal("250000.00"), "Styregruppen"),
        ),
        excess_per_course=Estimate(15502, -6100, 37104),
        net_per_course=Estimate(-25837.85, -47439.85, -4235.85),
        neutral=Decimal("0.00"),
        per_citizen_year=Decimal("12410.30"),
        overhead=Decimal("0.15"),
        counted=("hospital_somatic", "general_practice", "municipal_care"),
    )


def _implementation() -> Implementation:
    practices = tuple(
        PracticeAdoption(
            f"1000{place:02d}", place % 3 > 0, place % 2 == 0, place * 3, place * 5, place * 9,
            share(place * 7, place * 9) if place else Unknown.because(Reason.NONE_DUE), (),
        )
        for place in range(9)
    )  # fmt: skip
    fidelity: Mapping[str, Share | Unknown] = {
        "nursing": share(196, 447), "medicines": share(231, 447), "frailty_work_up": share(2, 447),
    }  # fmt: skip
    return Implementation(
        reach=share(447, 2210),
        adoption=share(38, 52),
        fidelity=fidelity,
        deadlines=share(512, 731),
        deadlines_by_sector={"municipality": share(311, 420), "hospital": share(201, 311)},
        precision=share(447, 981),
        notes_read=share(1210, 1804),
        involvement={
            "opened_by_citizen": share(121, 447),
            "goal_by_citizen": share(302, 447),
            "relative_took_part": share(88, 447),
        },
        meetings={"held": 61, "cases": 204, "cases_expected": 366, "cases_of_expected": 204},
        exposure={0: 31, 1: 160, 2: 171, 3: 82, 4: 3},
        concentration=share(97, 447),
        practices=practices,
        stages={"trained": share(47, 52), "used": share(41, 52), "active": share(39, 52), "course": share(38, 52)},
        variation={
            "deadlines": Spread(31, "enough", (0.55, 0.71, 0.83), 0.2, 1.0, 2.4, 0.12),
            "nursing": Spread(3, "too_few_practices"),
        },
    )


def _stated() -> tuple[Stated, ...]:
    asked = "Asked afterwards, without comparison"
    return (
        Stated("wellbeing", ResultType.PERCEIVED, asked, Change("wellbeing", "citizen", 121, 74, 41, 12, 447)),
        Stated("coordination", ResultType.PERCEIVED, asked, Change("coordination", "relative", 18, 9, 3, 2, None)),
        Stated(
            "coordination",
            ResultType.PERCEIVED,
            asked,
            Change("coordination", "professional", 210, 90, 21, 30, 447),
            preliminary=True,
        ),
        Stated(
            "Dobbeltdiagnose (ACT)", ResultType.MEASURED, "Before and after", source="001 L3645-3651",
            published=published_change("progress", 59, 39),
        ),
        Stated("Færre sygedage", ResultType.TARGET, "", value=10, unit="%", source="000 L250"),
    )  # fmt: skip
