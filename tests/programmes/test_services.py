"""What programmes offer: files that are refused with file and line, and the numbers of the reports."""

from __future__ import annotations

from decimal import Decimal
from typing import get_args

import pytest

from samspil.access.models.people import OrganisationKind
from samspil.definitions import DefinitionError
from samspil.programmes import load_programmes
from samspil.programmes.services import ProviderKind, Service, load_services

TEXT = """needs:
  - {need: talk, title: {da: a, en: a}, domain: mental, words: [tale]}
conditions:
  - {condition: copd, title: {da: a, en: a}}
services:
  - service: group
    title: {da: a, en: a}
    about: {da: a, en: a}
    provider_kind: municipal_unit
    needs: [talk]
    category: health
    contraindications:
      - condition: copd
        why: {da: a, en: a}
        alternatives: [alone]
        source: 002 L4289-4291
    source: 002 L4289-4291
  - service: alone
    title: {da: a, en: a}
    about: {da: a, en: a}
    provider_kind: municipal_unit
    arms: [sad]
    needs: [talk]
    category: health
    start: {number: 5, unit: working_days, source: 000 L325-327}
    sessions: {sessions: 7, per: calendar_year, with_plan_of: {sad: 12}, source: 000 L4335-4343}
    price_dkk: 0
    source: 000 L325-327
"""


def service(programme: str, name: str) -> Service:
    (found,) = [each for each in load_programmes() if each.name == programme]
    assert found.services is not None
    one = found.services.service(name)
    assert one is not None
    return one


def faults(tmp_path, old, new, arms=("sad",)):
    assert old in TEXT
    path = tmp_path / "services.yaml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_services(path, arms)
    assert {fault.file for fault in raised.value.faults} == {path}
    return [(fault.line, fault.cause) for fault in raised.value.faults]


def test_the_file_as_it_stands_is_read(tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text(TEXT, encoding="utf-8")
    found = load_services(path, ("sad",))
    assert [each.service for each in found.services] == ["group", "alone"]
    assert found.service("nothing") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("needs: [talk]", "needs: [walk]", 10, "there is no need `walk`"),
        ("needs: [talk]", "needs: []", 10, "at least 1 item"),
        ("condition: copd\n        why", "condition: kol\n        why", 13, "there is no condition `kol`"),
        ("alternatives: [alone]", "alternatives: [along]", 15, "there is no service `along`"),
        ("alternatives: [alone]", "alternatives: [group]", 6, "no alternative to itself"),
        ("alternatives: [alone]", "alternatives: []", 15, "at least 1 item"),
        ("arms: [sad]", "arms: [sadd]", 22, "the programme has no arm `sadd`"),
        ("with_plan_of: {sad: 12}", "with_plan_of: {sadd: 12}", 26, "the programme has no arm `sadd`"),
        ("number: 5", "number: 0", 25, "greater than 0"),
        ("unit: working_days", "unit: weekdays", 25, "given: 'weekdays'"),
        ("provider_kind: municipal_unit", "provider_kind: region", 9, "given: 'region'"),
        ("price_dkk: 0", "price_dkk: -1", 27, "greater than or equal to 0"),
        ("    source: 000 L325-327", "    source: page 7", 28, "given: 'page 7'"),
        ("service: alone", "service: group", 1, "`services` named twice: group"),
        ("about: {da: a, en: a}", "about: {da: a}", 8, "`services.0.about.en` is missing"),
        ("category: health", "category: money", 11, "given: 'money'"),
        ("    price_dkk: 0", "    price: 0", 27, "unknown key"),
    ],
)
def test_a_fault_is_told_with_file_line_and_cause(tmp_path, old, new, line, says):
    found = faults(tmp_path, old, new)
    assert any(at == line and says in cause for at, cause in found), found


def test_every_fault_is_told_at_once(tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text(TEXT.replace("[talk]", "[walk]").replace("arms: [sad]", "arms: [sadd]"), encoding="utf-8")
    with pytest.raises(DefinitionError) as raised:
        load_services(path, ("sad",))
    assert [fault.line for fault in raised.value.faults] == [10, 23, 22]


def test_arms_are_free_where_the_programme_has_no_models(tmp_path):
    path = tmp_path / "services.yaml"
    path.write_text(TEXT.replace("arms: [sad]", "arms: [youth]"), encoding="utf-8")
    assert load_services(path).services[1].arms == ("youth",)


def test_provider_kinds_are_kinds_of_organisation():
    assert set(get_args(ProviderKind)) <= set(OrganisationKind.values)


def test_r_svc_1_the_psychologist_starts_within_five_working_days_ten_times_and_free():
    psychologist = service("odense-ic", "psychologist")
    assert psychologist.start is not None
    assert (psychologist.start.number, psychologist.start.unit) == (5, "working_days")
    assert psychologist.start.source == "000 L325-327"
    assert psychologist.sessions is not None
    assert (psychologist.sessions.sessions, psychologist.sessions.per) == (10, "course")
    assert psychologist.price_dkk == Decimal(0)
    assert psychologist.new


def test_a_17_the_older_patients_psychologist_has_ten_sessions_and_no_stated_start():
    psychologist = service("odense-ic", "psychologist_daemp")
    assert psychologist.sessions is not None
    assert psychologist.sessions.sessions == 10
    assert psychologist.start is None
    assert psychologist.arms == ("daemp",)


def test_r_svc_4_talk_therapy_is_seven_a_year_and_twelve_with_a_sad_plan():
    limit = service("odense-ic", "talk_therapy").sessions
    assert limit is not None
    assert (limit.limit(), limit.limit(["daemp"]), limit.limit(["sad"])) == (7, 7, 12)
    assert (limit.per, limit.source) == ("calendar_year", "000 L4335-4343")


def test_a_31_no_other_deadline_is_invented():
    started = [
        (programme.name, each.service)
        for programme in load_programmes()
        if programme.services is not None
        for each in programme.services.services
        if each.start is not None
    ]
    assert started == [("odense-ic", "psychologist")]


def test_tc3_37_four_weeks_with_one_session_of_two_hours_is_eight_hours_planned():
    course = service("type-2-diabetes", "local_activity").course
    assert course is not None
    assert (course.weeks, course.sessions_per_week, course.hours, course.source) == (4, 1, 2, "003 L1808")
    assert course.hours_planned == 8


def test_what_is_not_stated_is_null_and_told():
    """Fast track is a promise without a number for all but the psychologist (000 A-31)."""
    for programme in load_programmes():
        assert programme.services is not None
        for each in programme.services.services:
            told = each.start is not None or each.price_dkk is not None or bool(each.open)
            assert told or each.service in {"annual_review", "online_network"}, each.service


def test_the_odense_catalogue_has_the_services_of_the_report():
    (odense,) = [each for each in load_programmes() if each.name == "odense-ic"]
    assert odense.services is not None
    by_arm = {arm: {s.service for s in odense.services.services if arm in s.arms} for arm in ("sad", "daemp")}
    assert by_arm["sad"] == {"psychologist", "talk_therapy", "occupational_medicine", "job_centre", "psychiatry"}
    assert by_arm["daemp"] == {
        "psychologist_daemp",
        "home_nursing",
        "rehabilitation",
        "daneage",
        "medication_review",
        "geriatric_assessment",
    }
    new = {each.service for each in odense.services.services if each.new}
    assert new == {"psychologist", "psychologist_daemp", "daneage", "medication_review"}


def test_ref_5_copd_speaks_against_the_heart_group_and_there_are_alternatives():
    (rule,) = service("heart-disease", "heart_group").contraindications
    assert (rule.condition, rule.source) == ("copd", "002 L4289-4291")
    assert rule.alternatives == ("heart_individual", "heart_training_home")


def test_r_team_19_the_team_has_the_eight_services_of_the_report():
    (act,) = [each for each in load_programmes() if each.name == "act-dual-diagnosis"]
    assert act.services is not None
    names = {each.service for each in act.services.services if "L2771-2778" in each.source}
    assert len(names) == 8
    assert "acute_telephone" not in names


def test_r_sds_the_three_same_day_offers_are_there():
    offers = [service("type-2-diabetes", name) for name in ("same_day_screening", "good_start", "screening_at_home")]
    assert [each.source for each in offers] == ["003 L999-1002", "003 L1004-1008", "003 L1010-1013"]
    assert [each.provider_kind for each in offers] == ["hospital_department", "hospital_department", "practice"]


def test_the_same_name_is_the_same_need_and_the_same_kind_of_service_everywhere():
    needs, kinds = {}, {}
    for programme in load_programmes():
        assert programme.services is not None
        for need in programme.services.needs:
            assert needs.setdefault(need.need, (need.title, need.domain)) == (need.title, need.domain), need.need
        for each in programme.services.services:
            kind = (each.title, each.provider_kind, each.category)
            assert kinds.setdefault(each.service, kind) == kind, each.service


def test_every_need_is_met_by_some_service_and_is_found_by_danish_words():
    for programme in load_programmes():
        assert programme.services is not None
        met = {need for each in programme.services.services for need in each.needs}
        assert {need.need for need in programme.services.needs} == met
        assert all(word == word.strip() and word for need in programme.services.needs for word in need.words)
