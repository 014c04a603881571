"""The common form of the plan and what programmes add: contents, and files that are refused with file and line."""

from __future__ import annotations

import datetime as dt

import pytest

from samspil.definitions import DefinitionError
from samspil.programmes import load_programmes
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.plan import load_plan, load_plan_format
from samspil.programmes.plan_format import PLAN_FORMAT
from samspil.programmes.services import load_services

FORM = load_plan_format()
PLANS = {programme.name: programme.plan for programme in load_programmes()}
CATALOGUE = load_services(PROGRAMMES / "odense-ic" / "services.yaml")
BANDS = {"sad": set(), "daemp": {"green", "yellow", "red"}}

TEXT = """programme: other
templates:
  - template: first
    arm: daemp
    bands: [yellow]
    title: {da: a, en: a}
    prompts:
      needs: {da: a, en: a}
    goals:
      - goal: home
        words: {da: a, en: a}
        domain: social
        activities:
          - activity: nursing
            what: {da: a, en: a}
            service: home_nursing
            party: municipal_unit
            due: {number: 2, unit: weeks, source: 000 L1}
          - {activity: walk, what: {da: a, en: a}, party: citizen}
    source: 000 L1
support:
  requires: [consent]
  unconditional: true
  source: 000 L1
closure: {no_new_from: 2026-12-01, arms: [daemp], source: 000 L2380-2396}
"""


def written(tmp_path, text):
    place = tmp_path / "other"
    place.mkdir(exist_ok=True)
    path = place / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def load(tmp_path, text=TEXT, bands=BANDS):
    return load_plan(written(tmp_path, text), CATALOGUE, bands, FORM)


def test_the_file_as_it_stands_is_read(tmp_path):
    assert [each.template for each in load(tmp_path).templates] == ["first"]


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("requires: [consent]", "requires: [consent, abstinence]", 22, "may not require `abstinence`"),
        ("requires: [consent]", "requires: [accepts_substance_treatment]", 22, "the support is unconditional"),
        ("requires: [consent]", "requires: [accepts_psychiatric_treatment]", 22, "the support is unconditional"),
        ("requires: [consent]", "requires: [attends_meetings]", 22, "may not require `attends_meetings`"),
        ("requires: [consent]", "requires: [sobriety]", 22, "there is no condition `sobriety`; conditions are"),
        ("service: home_nursing", "service: house_nursing", 16, "there is no service `house_nursing`"),
        ("service: home_nursing", "service: talk_therapy", 16, "`talk_therapy` is only for sad"),
        ("party: municipal_unit", "party: practice", 17, "`home_nursing` is provided by `municipal_unit`"),
        ("party: municipal_unit", "party: neighbour", 17, "given: 'neighbour'"),
        ("      needs:", "      wishes:", 8, "the plan has no section `wishes`"),
        ("arm: daemp", "arm: dæmp", 4, "given: 'dæmp'"),
        ("arm: daemp", "arm: older", 4, "the programme has no arm `older`"),
        ("bands: [yellow]", "bands: [purple]", 5, "there is no band `purple`"),
        ("arms: [daemp]", "arms: [older]", 25, "the programme has no arm `older`"),
        ("activity: walk", "activity: nursing", 3, "`activities` of `home` named twice: nursing"),
        ("title: {da: a, en: a}", "title: {da: a}", 6, "is missing"),
        ("number: 2", "number: -2", 18, "greater than 0"),
        ("2026-12-01", "soon", 25, "given: 'soon'"),
        ("goal: home", "aim: home", 10, "unknown key"),
    ],
)
def test_a_fault_is_told_with_file_line_and_cause(tmp_path, old, new, line, says):
    assert old in TEXT
    with pytest.raises(DefinitionError) as raised:
        load(tmp_path, TEXT.replace(old, new, 1))
    found = [(fault.line, fault.cause) for fault in raised.value.faults]
    assert any(at == line and says in cause for at, cause in found), found


@pytest.mark.parametrize("condition", FORM.behaviour_conditions)
def test_r_plan_04_unconditional_support_refuses_every_condition_of_behaviour(tmp_path, condition):
    text = (PROGRAMMES / "act-dual-diagnosis" / "plan.yaml").read_text(encoding="utf-8")
    path = written(tmp_path, text.replace("requires: [consent, target_group]", f"requires: [consent, {condition}]"))
    line = next(number for number, each in enumerate(text.splitlines(), 1) if each.startswith("support:"))
    with pytest.raises(DefinitionError) as raised:
        load_plan(path)
    (fault,) = raised.value.faults
    assert (fault.file, fault.line) == (path, line)
    assert fault.cause == f"the support is unconditional, so it may not require `{condition}`"


def test_support_that_is_not_unconditional_may_depend_on_behaviour(tmp_path):
    text = TEXT.replace("unconditional: true", "unconditional: false").replace("[consent]", "[attends_meetings]")
    assert load(tmp_path, text).support.requires == ("attends_meetings",)


def test_arms_are_free_where_the_programme_has_no_models(tmp_path):
    assert load(tmp_path, TEXT.replace("arms: [daemp]", "arms: [youth]"), bands={}).closure.arms == ("youth",)


def test_l_46_a_closed_arm_takes_nobody_new_from_the_day_on(tmp_path):
    plan = load(tmp_path)
    before, day = dt.date(2026, 11, 30), dt.date(2026, 12, 1)
    assert plan.takes_new(before, "daemp")
    assert not plan.takes_new(day, "daemp")
    assert plan.takes_new(day, "sad")
    every = load(tmp_path, TEXT.replace(", arms: [daemp]", ""))
    assert not every.takes_new(day, "sad")
    assert load(tmp_path, TEXT.replace("2026-12-01", "null")).takes_new(day, "daemp")


def test_templates_are_found_by_arm_and_band():
    odense = PLANS["odense-ic"]
    assert [each.template for each in odense.templates_for("sad", None)] == ["sad"]
    assert [each.template for each in odense.templates_for("daemp", "red")] == ["daemp"]
    assert odense.templates_for("daemp", "green") == ()
    assert [each.template for each in PLANS["copd"].templates_for()] == ["copd"]


def test_mm_r7_the_individual_template_fits_everybody():
    (template,) = PLANS["multimorbidity"].templates
    assert (template.template, template.arm, template.bands) == ("individualised", None, ())


def test_l_49_every_phrase_for_the_municipality_has_its_caution():
    (sad,) = PLANS["odense-ic"].templates_for("sad")
    assert len(sad.phrases) >= 3
    assert all(phrase.caution is not None and "L2029-2041" in phrase.source for phrase in sad.phrases)


def test_r_plan_07_the_crisis_plan_is_mandatory_with_the_team_and_only_there():
    crisis = {section.section for section in FORM.of_group("crisis")}
    assert crisis == {"crisis_signs", "crisis_own", "crisis_team", "crisis_joint", "crisis_call"}
    asked = {rule.section for rule in FORM.standard if rule.holds_for(["act-dual-diagnosis"])}
    assert crisis <= asked
    assert not crisis & {rule.section for rule in FORM.standard if rule.holds_for(["odense-ic"], ["sad"])}
    assert crisis <= set(PLANS["act-dual-diagnosis"].templates[0].prompts)


def test_a_rule_can_be_for_an_arm():
    rule = FORM.standard[0].model_copy(update={"arms": ("sad",)})
    assert (rule.holds_for(["x"], ["sad"]), rule.holds_for(["x"], ["daemp"])) == (True, False)


def test_r_plan_15_each_of_the_four_domains_is_answered_or_not_assessed():
    domains = FORM.of_group("domain")
    assert [each.section for each in domains] == ["somatic", "mental", "social", "employment"]
    assert all(each.may_be_not_assessed for each in domains)
    assert [rule.section for rule in FORM.standard if rule.kind == "domain_answered"] == [d.section for d in domains]


def test_p3_how_citizen_and_relatives_take_part_is_mandatory():
    always = {rule.section for rule in FORM.standard if not rule.programmes and not rule.arms}
    assert {section.section for section in FORM.of_group("involvement")} <= always


def test_plan_14_the_eight_topics_of_everyday_life_are_there():
    topics = {topic.en for section in FORM.sections for topic in section.topics}
    assert topics == {
        "Illness", "Medicine", "Overweight", "Money", "Housing", "Social benefits", "Family", "Job centre",
    }  # fmt: skip


def test_r_plan_05_duties_have_a_section_of_their_own():
    assert [each.section for each in FORM.of_group("duties")] == ["duties"]


def test_coord_2_the_seven_tasks_and_r_team_22_the_six():
    seven = [each for each in FORM.task_kinds if each.of == "coordinator" and each.source == "002 L1765-1777"]
    six = [each for each in FORM.task_kinds if each.of == "pathway_partner"]
    assert (len(seven), len(six)) == (7, 6)


def test_stated_times_have_their_lines_and_the_others_a_reason():
    stated = {
        name: (rule.value, rule.source)
        for name in type(FORM.rules).model_fields
        if (rule := getattr(FORM.rules, name)).source is not None
    }
    assert stated == {
        "discharge_follow_up_hours": (72, "004 L138-142"),
        "missed_contact_task_days": (0, "002 L1489-1492"),
        "after_discharge_months": (6, "002 L1779-1780"),
    }


def test_a_pathway_ends_for_these_reasons_and_never_by_a_no_show():
    reasons = {each.reason: each.means for each in FORM.pathway_ends}
    assert reasons["completed"] == reasons["well_placed"] == "good"
    assert reasons["wrongly_included"] == "fault"
    assert {"withdrawn", "died", "moved"} <= reasons.keys()
    assert not any("show" in reason for reason in reasons)


def test_ref_6_and_the_three_outcomes_of_no_referral():
    assert [each.answer for each in FORM.right_patient] == ["yes", "too_ill", "too_well"]
    assert [each.answer for each in FORM.not_referred] == ["not_referred", "declined", "not_offered_health"]


# ALG-7.
SOROE = FORM.coordination.profiles[0]


@pytest.mark.parametrize(
    ("conditions", "fits"),
    [
        ({"diabetes", "copd", "hypertension"}, True),
        ({"diabetes", "copd"}, False),
        ({"asthma", "osteoporosis", "hypertension"}, False),
        ({"copd", "diabetes", "arthrosis", "dementia"}, False),
        ({"copd", "diabetes", "arthrosis", "severe_mental_illness"}, False),
        ({"copd", "diabetes", "very_severe_copd"}, False),
    ],
)
def test_alg_7_who_the_soroe_profile_fits(conditions, fits):
    assert SOROE.fits(conditions) is fits


def test_alg_7_the_numbers_of_the_profile():
    assert SOROE.profile == "soroe"
    assert SOROE.index == ("diabetes", "copd", "cardiovascular_disease", "musculoskeletal_disorder")
    assert (SOROE.further_conditions, SOROE.exclusions) == (2, ("dementia", "severe_mental_illness"))
    assert SOROE.needs_specialist_nursing({"copd", "very_severe_copd"})
    assert not SOROE.needs_specialist_nursing({"copd"})
    circumstances = {each.circumstance for each in FORM.coordination.special_circumstances}
    assert circumstances == {"multimorbidity", "low_self_care", "misuse", "social_challenges"}
    assert FORM.coordination.open


def test_alg_8_two_chronic_conditions_are_multimorbidity():
    assert (FORM.coordination.multimorbid_from.value, FORM.coordination.multimorbid_from.source) == (
        2,
        "002 L2376-2378",
    )


# Faults of the common form.
@pytest.mark.parametrize(
    ("old", "new", "at", "says"),
    [
        ("section: needs\n    group", "section: own_words\n    group", None, "`sections` named twice: own_words"),
        ("rule: needs\n", "rule: own_words\n", None, "`standard` named twice: own_words"),
        ("    section: needs\n    title", "    section: wants\n    title", None, "a section `wants` that is not there"),
        ("kind: shared_goal", "kind: section", "rule: shared_goal", "and no other, name a `section`"),
        ("kind: shared_goal", "kind: lofty_goal", "kind: lofty_goal", "given: 'lofty_goal'"),
        ("value: 72, source: 004 L138-142", "value: 72", "discharge_follow_up_hours:", "or why it is `chosen`"),
        ("value: 72, source", "value: 72, chosen: so, source", "discharge_follow_up_hours:", "or why it is `chosen`"),
        ("group: crisis", "group: panic", "group: panic", "given: 'panic'"),
        ("index: [diabetes", "index: [gout, diabetes", "coordination:", "not among the `chronic_conditions`: gout"),
        ("word: skole", "word: Skole", "word: Skole", "given: 'Skole'"),
        ("{reason: moved,", "{reason: died,", None, "named twice: died"),
        ("may_be_not_assessed: true", "may_be_not_assessed: false", "section: somatic", "`may_be_not_assessed` is for"),
        (
            "kind: domain_answered\n    section: somatic",
            "kind: section\n    section: somatic",
            None,
            "`domain_answered`",
        ),
    ],
)
def test_a_fault_of_the_common_form_is_told(tmp_path, old, new, at, says):
    text = (PROGRAMMES / PLAN_FORMAT).read_text(encoding="utf-8")
    assert old in text
    text = text.replace(old, new, 1)
    (tmp_path / PLAN_FORMAT).write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_plan_format(tmp_path)
    found = [(fault.line, fault.cause) for fault in raised.value.faults if says in fault.cause]
    assert found, raised.value
    if at is not None:
        assert next(number for number, line in enumerate(text.splitlines(), 1) if at in line) in {n for n, _ in found}


def test_an_installation_without_a_form_of_its_own_has_the_one_that_comes_along(tmp_path):
    assert load_plan_format(tmp_path) is FORM
