"""Assessing what a citizen needs: the rules of the square and of the need for integration, and who may say what."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, CareTask, Citizen, Consent, Role
from samspil.improvement.actions.assessing import (
    IntegrationGiven,
    Look,
    Made,
    SquareGiven,
    assess_integration,
    assess_square,
    withdraw,
)
from samspil.improvement.models import NeedAssessment
from samspil.improvement.queries.needs import needs, one
from tests import care
from tests.improvement.needs_house import T_02, Needs, rows

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
#: Professions of STRAT-18 and the role each works in.
SEVEN = {
    "nurse": Role.MUNICIPAL, "physiotherapist": Role.MUNICIPAL, "pharmacist": Role.HOSPITAL, "doctor": Role.HOSPITAL,
    "social_worker": Role.MUNICIPAL, "pedagogue": Role.NGO, "home_care": Role.MUNICIPAL,
}  # fmt: skip


@pytest.fixture
def karen() -> Needs:
    return Needs()


def written() -> int:
    return NeedAssessment.objects.count()


@pytest.mark.parametrize(
    ("complexity", "self_care", "quadrant"),
    [("low", "high", "Q1"), ("high", "high", "Q2"), ("low", "low", "Q3"), ("high", "low", "Q4")],
)
def test_alg_6_two_axes_give_a_quadrant_and_both_are_kept(karen, complexity, self_care, quadrant):
    made = karen.square(complexity, self_care)
    assert made.result["quadrant"] == quadrant
    assert (made.values["complexity"], made.values["self_care"]) == (complexity, self_care)


@pytest.mark.parametrize(("complexity", "self_care"), [("high", None), (None, "low"), (None, "high"), ("low", None)])
def test_alg_6_a_missing_axis_is_undetermined_and_never_low(karen, complexity, self_care):
    made = karen.square(complexity, self_care)
    assert made.result["quadrant"] == "undetermined"
    assert needs(karen.actor(), karen.karen.pk).quadrant == "undetermined"


def test_strat_6_the_quadrant_follows_from_two_assessments_of_one_side_each(karen):
    nurse = karen.with_task(Role.MUNICIPAL)
    karen.square("high", None)
    karen.square(None, "low", who=nurse, profession="nurse")
    assert needs(karen.actor(), karen.karen.pk).quadrant == "Q4"


def test_strat_7_method_role_day_and_inputs_are_kept_and_two_methods_stand_beside_each_other(karen):
    karen.square("high", "high", method="structured", score=Decimal("62.5"), inputs={"network": Look("supports")})
    karen.square("high", "low", method="subjective")
    (_complexity, self_care) = needs(karen.actor(), karen.karen.pk).sides
    assert [(each.told.method, each.axes["self_care"], each.subjective) for each in self_care.by_method] == [
        ("structured", "high", False), ("subjective", "low", True)
    ]  # fmt: skip
    told = self_care.by_method[0].told
    assert (told.by, told.profession, timezone.localdate(told.at)) == (karen.doctor, "doctor", TODAY())
    assert told.values["instrument"] == "PAM-13"
    assert told.values["score"] == "62.5"
    assert told.values["inputs"] == {"network": {"bearing": "supports", "words": ""}}
    assert self_care.disagree
    assert self_care.value is None
    assert needs(karen.actor(), karen.karen.pk).quadrant == "undetermined"


def test_strat_9_assessments_over_time_are_all_kept_and_the_newest_of_a_method_counts(karen):
    karen.square("low", "high", at=TODAY() - dt.timedelta(days=90))
    karen.square("high", "high", at=TODAY() - dt.timedelta(days=30))
    karen.square("high", "low")
    found = needs(karen.actor(), karen.karen.pk)
    assert [each.axes["self_care"] for each in found.history] == ["low", "high", "high"]
    assert found.quadrant == "Q4"


def test_strat_15_what_is_not_assessed_again_holds_no_longer(karen):
    karen.square("high", "low", at=TODAY() - dt.timedelta(days=800))
    karen.integration(rows("full"), at=TODAY() - dt.timedelta(days=800))
    found = needs(karen.actor(), karen.karen.pk)
    assert found.quadrant == "undetermined"
    assert [side.by_method for side in found.sides] == [(), ()]
    assert all(side.last is not None for side in found.sides)
    assert found.integration == []
    assert found.integration_last is not None


def test_an_assessment_holds_a_year_and_the_last_day_counts(karen):
    made = karen.square()
    assert (made.valid_until.year, made.valid_until.month) == (TODAY().year + 1, TODAY().month)
    NeedAssessment.objects.update(valid_until=TODAY())
    assert needs(karen.actor(), karen.karen.pk).quadrant == "Q4"
    NeedAssessment.objects.update(valid_until=TODAY() - dt.timedelta(days=1))
    assert needs(karen.actor(), karen.karen.pk).quadrant == "undetermined"


def test_an_instrument_is_named_and_own_judgement_has_no_score(karen):
    with pytest.raises(Invalid) as told:
        karen.square(method="structured", instrument=" ")
    assert told.value.field == "instrument"
    with pytest.raises(Invalid):
        karen.square(score=Decimal(12))
    assert written() == 0


@pytest.mark.parametrize(
    "given",
    [SquareGiven(), SquareGiven("middle"), SquareGiven(None, "middle"), SquareGiven(inputs={"income": Look("none")}),
     SquareGiven(inputs={"age": Look("terrible")})],
)  # fmt: skip
def test_what_cannot_be_used_is_told_and_nothing_is_written(karen, given):
    with pytest.raises(Invalid):
        assess_square(karen.actor(), karen.karen, Made("subjective", "doctor"), given)
    assert written() == 0


@pytest.mark.parametrize(
    "made", [Made("guess", "doctor"), Made("subjective", "nurse"), Made("subjective", "doctor", "x")]
)
def test_method_profession_and_occasion_are_those_there_are(karen, made):
    with pytest.raises(Invalid):
        assess_square(karen.actor(), karen.karen, made, SquareGiven("high", "low"))


@pytest.mark.parametrize("profession", SEVEN)
def test_strat_18_every_profession_records(karen, profession):
    who = karen.with_task(SEVEN[profession])
    complexity = who.role == Role.HOSPITAL
    karen.square("high" if complexity else None, None if complexity else "low", who=who, profession=profession)
    made = NeedAssessment.objects.get()
    assert (made.profession, made.by) == (profession, who)


def test_strat_18_a_nurse_writes_what_is_clinical_and_a_pedagogue_is_refused(karen):
    nurse = karen.with_task(Role.MUNICIPAL)
    pedagogue = karen.with_task(Role.NGO)
    look = {"comorbidity": Look("burdens", "Depression")}
    karen.square(None, "low", who=nurse, profession="nurse", inputs=look)
    karen.integration(rows("full"), who=nurse, profession="nurse")
    before = written()
    for profession, who in (("pedagogue", pedagogue), ("pedagogue", nurse), ("social_worker", nurse)):
        with pytest.raises(Refused) as told:
            karen.square(None, "low", who=who, profession=profession, inputs=look)
        assert told.value.decision.reason == "role"
        for clinical in ({"complexity": "complex"}, {"stability": "stable"}):
            with pytest.raises(Refused):
                karen.integration(clinical, who=who, profession=profession)
        with pytest.raises(Refused):
            karen.integration(
                {}, who=who, profession=profession, complexity={"clinical": 1}, evidence={"clinical": "KOL"}
            )
    assert written() == before
    # What is not clinical they write all the same; without the clinical rows no level is proposed.
    made = karen.integration({"help": "large", "self_care": "extended_support"}, who=pedagogue, profession="pedagogue")
    assert made.result["level"] is None


def test_a_secretary_says_nothing_of_the_complexity_of_illness(karen):
    with pytest.raises(Refused):
        karen.square("high", None, who=karen.staff, profession="secretary")
    karen.square("high", "low", who=karen.staff, profession="nurse")
    assert written() == 1


@pytest.mark.parametrize("name", T_02)
def test_t_02_vectors(karen, name):
    made = karen.integration(rows(name))
    assert made.result["level"] == T_02[name][1]
    assert [row["value"] for row in made.result["rows"]] == list(T_02[name][0])
    assert made.override == ""


@pytest.mark.parametrize(
    ("row", "value", "levels"),
    [
        ("complexity", "moderate", ["linked", "coordinated"]),
        ("complexity", "complex", ["coordinated", "fully_integrated"]),
        ("stability", "stable", ["linked", "coordinated"]),
        ("duration", "short", ["linked", "coordinated"]),
        ("duration", "long", ["linked", "coordinated", "fully_integrated"]),
        ("help", "moderate", ["linked", "coordinated"]),
        ("help", "large", ["coordinated", "fully_integrated"]),
    ],
)
def test_t_02_a_value_of_several_columns_is_a_set(karen, row, value, levels):
    made = karen.integration({row: value})
    trace = {each["row"]: each["levels"] for each in made.result["rows"]}
    assert trace[row] == levels
    assert made.result["level"] is None


def test_r_seg_05_the_least_intensive_level_is_proposed_and_another_needs_a_reason_and_a_user(karen):
    values = rows("coordinated") | {"communication": "routine", "help": "moderate", "self_care": "self_reliant"}
    assert karen.integration(values).result["level"] == "linked"
    with pytest.raises(Invalid) as told:
        karen.integration(values, level="coordinated", reason="  ")
    assert told.value.field == "reason"
    made = karen.integration(values, level="coordinated", reason="Har lige mistet sin mand")
    assert (made.result["level"], made.override, made.reason) == ("linked", "coordinated", "Har lige mistet sin mand")
    assert made.by == karen.doctor


def test_choosing_the_level_that_is_proposed_needs_no_words(karen):
    made = karen.integration(rows("full"), level="fully_integrated", reason="står i skemaet")
    assert (made.override, made.reason) == ("", "")


def test_where_no_level_fits_a_human_chooses_with_a_reason(karen):
    with pytest.raises(Invalid):
        karen.integration(rows("none"), level="fully_integrated")
    made = karen.integration(rows("none"), level="fully_integrated", reason="Ustabil og alene")
    assert (made.result["level"], made.override) == (None, "fully_integrated")


def test_r_seg_06_complexity_is_three_numbers_and_a_sum_is_no_substitute(karen):
    for given in (6, {"clinical": -1}, {"clinical": 2}):
        with pytest.raises(Invalid):
            karen.integration(rows("full"), complexity=given)
    assert written() == 0
    told = {"clinical": "KOL og diabetes", "organisational": "Fire ambulatorier"}
    made = karen.integration(rows("full"), complexity={"clinical": 2, "social": 0, "organisational": 4}, evidence=told)
    assert made.values["complexity"] == {"clinical": 2, "social": 0, "organisational": 4}
    assert made.values["evidence"] == told | {"social": ""}
    assert 6 not in [*made.values.values(), *made.result.values()]


def test_a_row_or_level_that_is_not_in_the_table_is_told(karen):
    for values, level in (({"complexity": "huge"}, ""), ({"weather": "fine"}, ""), (rows("full"), "extreme")):
        with pytest.raises(Invalid):
            karen.integration(values, level=level, reason="derfor")


def test_strat_10_each_sector_sees_its_side(karen):
    karen.square("high", "low", inputs={"network": Look("burdens", "Ser ingen")})
    seen = {}
    for role in (Role.HOSPITAL, Role.PSYCHOLOGIST, Role.MUNICIPAL, Role.NGO):
        found = needs(karen.actor(karen.with_task(role)), karen.karen.pk)
        seen[role] = ([each.axis for each in found.sides], found.quadrant, bool(found.history[0].inputs))
    assert seen[Role.HOSPITAL] == seen[Role.PSYCHOLOGIST] == (["complexity"], "", False)
    assert seen[Role.MUNICIPAL] == seen[Role.NGO] == (["self_care"], "", True)
    practice = needs(karen.actor(karen.staff), karen.karen.pk)
    assert [each.axis for each in practice.sides] == ["complexity", "self_care"]
    assert practice.quadrant == "Q4"


def test_strat_10_a_sector_does_not_write_the_other_side(karen):
    hospital, municipal = karen.with_task(Role.HOSPITAL), karen.with_task(Role.MUNICIPAL)
    with pytest.raises(Refused):
        karen.square("high", "low", who=hospital)
    with pytest.raises(Refused):
        karen.square(None, None, who=hospital, inputs={"age": Look("none")})
    with pytest.raises(Refused):
        karen.square("high", "low", who=municipal, profession="nurse")
    assert written() == 0


def test_strat_8_a_municipal_user_without_right_sees_no_ethnicity_illness_of_the_mind_or_substance_use(karen):
    looks = {name: Look("burdens", f"ord om {name}") for name in ("ethnicity", "comorbidity", "substance_use", "age")}
    made = karen.square("high", "low", inputs=looks | {"illness_in_family": Look("burdens", "far døde af KOL")})
    nurse = karen.with_task(Role.MUNICIPAL, category="health")
    seen = one(karen.actor(nurse), karen.karen.pk, made.pk).seen
    assert set(seen.inputs) == {"age", "illness_in_family"}
    assert seen.closed == {"ethnicity", "comorbidity", "substance_use"}
    for name in ("ethnicity", "comorbidity", "substance_use"):
        with pytest.raises(Refused):
            karen.square(None, "low", who=nurse, profession="nurse", inputs={name: looks[name]})
    # With the citizen's consent to that kind, too, it is seen.
    care.consent(karen.karen, "sharing", karen.doctor.user, category="social", programme="copd")
    assert set(one(karen.actor(nurse), karen.karen.pk, made.pk).seen.inputs) == {
        "age", "illness_in_family", "ethnicity", "substance_use"
    }  # fmt: skip


def test_a_level_that_rests_on_closed_data_is_not_shown(karen):
    made = karen.integration(rows("full"), complexity={"social": 2}, evidence={"social": "Misbrug"})
    nurse = karen.with_task(Role.MUNICIPAL, category="health")
    seen = one(karen.actor(nurse), karen.karen.pk, made.pk).seen
    assert "help" not in seen.rows
    assert (seen.whole, seen.level, seen.degrees.get("social")) == (False, None, None)
    assert needs(karen.actor(), karen.karen.pk).integration[0].level == "fully_integrated"


def test_others_need_a_task_and_a_basis(karen):
    nurse = karen.others[Role.MUNICIPAL]
    with pytest.raises(Refused) as told:
        needs(karen.actor(nurse), karen.karen.pk)
    assert told.value.decision.reason == "relation"
    karen.with_task(Role.MUNICIPAL)
    needs(karen.actor(nurse), karen.karen.pk)
    Consent.objects.update(withdrawn_at=timezone.now())
    with pytest.raises(Refused) as told:
        karen.square(None, "low", who=nurse, profession="nurse")
    assert told.value.decision.reason == "consent_withdrawn"
    care.legal_basis("care")
    karen.square(None, "low", who=nurse, profession="nurse")
    CareTask.objects.update(closed_at=timezone.now())
    with pytest.raises(Refused):
        needs(karen.actor(nurse), karen.karen.pk)


def test_another_practice_sees_nothing(karen):
    karen.square()
    for role in (Role.GP, Role.PRACTICE_STAFF):
        with pytest.raises(Refused):
            needs(karen.actor(care.member(role=role)), karen.karen.pk)


def test_somebody_who_was_first_is_told_of(karen):
    first = karen.square("high", None)
    second = care.member(karen.house, Role.GP, "Bo Berg")
    with pytest.raises(Conflict, match="Anne Lund"):
        assess_square(
            karen.actor(second), karen.karen, Made("subjective", "doctor"), SquareGiven("low", "low"), known=0
        )
    # Another kind of assessment is no conflict, and having seen the first is none either.
    assess_integration(
        karen.actor(second), karen.karen, Made("subjective", "doctor"), IntegrationGiven(rows("full")), known=0
    )
    assess_square(
        karen.actor(second), karen.karen, Made("subjective", "doctor"), SquareGiven("low", "low"), known=first.pk
    )
    assert written() == 3


def test_of_somebody_who_died_nothing_more_is_assessed(karen):
    Citizen.objects.update(inactive=True)
    with pytest.raises(Invalid):
        karen.square()
    assert not needs(karen.actor(), karen.karen.pk).may_write


def test_every_look_and_every_assessment_is_in_the_log(karen):
    made = karen.square()
    needs(karen.actor(), karen.karen.pk)
    log = AccessRecord.objects.filter(resource="need_assessment").order_by("pk")
    assert [(row.verb, row.outcome, row.citizen_id, row.detail) for row in log] == [
        ("write", "allowed", karen.karen.pk, f"square/{made.pk}"), ("read", "allowed", karen.karen.pk, "")
    ]  # fmt: skip


def test_what_was_taken_back_counts_no_longer_and_that_it_was_there_is_kept(karen):
    first = karen.square("low", "high", at=TODAY() - dt.timedelta(days=9))
    wrong = karen.square("high", "low", inputs={"network": Look("burdens", "Ser ingen")})
    assert needs(karen.actor(), karen.karen.pk).quadrant == "Q4"
    with pytest.raises(Invalid):
        withdraw(karen.actor(), wrong, "  ")
    withdraw(karen.actor(karen.staff), wrong, "Det var en anden Karen")
    found = needs(karen.actor(), karen.karen.pk)
    assert found.quadrant == "Q1"
    assert [each.told for each in found.history] == [wrong, first]
    with pytest.raises(Conflict, match="Sanne Sekretær"):
        withdraw(karen.actor(), wrong, "igen")


def test_nobody_takes_back_what_another_organisation_said(karen):
    nurse = karen.with_task(Role.MUNICIPAL)
    theirs, ours = karen.square(None, "low", who=nurse, profession="nurse"), karen.square("high", "low")
    for who, made in ((karen.doctor, theirs), (nurse, ours)):
        with pytest.raises(Refused):
            withdraw(karen.actor(who), made, "Vi er ikke enige")
    assert not NeedAssessment.objects.filter(withdrawn_at__isnull=False).exists()
    withdraw(karen.actor(nurse), theirs, "Skrevet på den forkerte")
