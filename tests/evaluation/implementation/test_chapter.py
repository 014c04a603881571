"""The chapter on implementation: what was done, by whom, in time; and never what came of it."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.implementation.chapter import Implementation
from samspil.evaluation.implementation.fidelity import (
    deadlines,
    deadlines_by_sector,
    exposure,
    exposure_table,
    fidelity,
)
from tests.evaluation.implementation.made_programme import TABLES, UNTIL, Programme, day


def counts(found: Share | Unknown) -> tuple[float, int]:
    assert isinstance(found, Share), str(found)
    return found.numerator, found.denominator


def reason(found: object) -> Reason:
    assert isinstance(found, Unknown)
    return found.reason


# What there is to read


def test_r_eval_14_implementation_holds_nothing_of_outcomes() -> None:
    named = {field.name for field in dataclasses.fields(Implementation)}
    assert not named & {"effect", "outcome", "outcomes", "cost", "economy", "change", "stated"}


@pytest.mark.parametrize("absent", [TABLES, ("enrolment",)])
def test_without_the_source_every_figure_is_unknown_and_none_is_zero(absent: tuple[str, ...]) -> None:
    did = Programme().practice("100001").course("c", "100001").service("c", due=day(50)).event("c", "note_written")
    found = did.without(*absent).implementation(eligible=10, components=["plan"])
    for figure in (found.reach, found.adoption, found.deadlines, found.notes_read, found.concentration):
        assert figure == Unknown.because(Reason.NOT_LOADED, source="integrated_care")
    assert set(map(reason, found.fidelity.values())) == {Reason.NOT_LOADED}
    assert set(map(reason, found.involvement.values())) == {Reason.NOT_LOADED}
    assert (found.practices, found.exposure, found.deadlines_by_sector, found.variation) == ((), {}, {}, {})


def test_a_table_that_is_absent_says_so_and_the_others_are_told() -> None:
    did = Programme().practice("100001").course("c", "100001").event("c", "opened_by_citizen")
    found = did.without("service_received", "list_review", "team_meeting").implementation(eligible=2)
    assert counts(found.reach) == (1, 2)
    assert reason(found.deadlines) == reason(found.precision) == Reason.NOT_LOADED
    assert (found.meetings, found.exposure) == ({}, {})
    (practice,) = found.practices
    assert (practice.services, practice.reviewed, practice.active) == (None, None, True)


def test_a_register_that_nobody_keeps_is_no_zero() -> None:
    """A delivery has every table, so that a table without a row of the programme tells nothing."""
    did = Programme().practice("100001").course("c", "100001").course("elsewhere", "100009", programme="copd")
    did.service("elsewhere", started=day(50)).event("elsewhere", "follow_up")
    did.meeting(5, 6, programme="copd").review("invite", programme="copd")
    did.service("c", asked=UNTIL + dt.timedelta(days=1))
    found = did.implementation(components=["plan"])
    assert reason(found.deadlines) == reason(found.notes_read) == reason(found.fidelity["plan"]) == Reason.NOT_WRITTEN
    assert set(map(reason, found.involvement.values())) == {Reason.NOT_WRITTEN}
    assert (found.meetings, found.exposure, set(found.variation)) == ({}, {}, {"deadlines"})
    (practice,) = found.practices
    assert (practice.services, practice.reviewed, reason(practice.kept)) == (None, None, Reason.NOT_WRITTEN)


def test_a_register_that_is_kept_for_another_arm_makes_a_true_zero() -> None:
    did = Programme().practice("100001").course("c", "100001").course("d", "100001", arm="daemp")
    did.service("d", started=day(50)).event("d", "opened_by_citizen").meeting(5, 6, arm="daemp")
    found = did.implementation(components=["plan"])
    assert counts(found.fidelity["plan"]) == counts(found.involvement["opened_by_citizen"]) == (0, 1)
    assert (found.meetings, found.exposure) == ({"held": 0, "cases": 0}, {0: 1})
    assert found.practices[0].services == 0


def test_a_study_in_which_no_course_began_says_so() -> None:
    found = Programme().practice("100001").implementation(eligible=5)
    assert counts(found.reach) == (0, 5)
    assert counts(found.adoption) == (0, 1)
    for figure in (found.deadlines, found.notes_read, found.concentration):
        assert reason(figure) == Reason.NO_COURSES
    assert reason(Programme().implementation().adoption) == Reason.NO_PRACTICES


def test_only_the_arm_its_programme_and_the_days_of_the_study_count() -> None:
    did = Programme().practice("100001").practice("100009", programme="copd")
    did.course("c", "100001", began=day(1)).course("last", "100001", began=dt.date(2024, 9, 30))
    did.course("arm", "100001", arm="daemp").course("other", "100001", programme="copd")
    did.course("before", "100001", began=dt.date(2023, 12, 31)).course("after", "100001", began=dt.date(2024, 10, 1))
    for course in ("c", "arm", "other", "before", "after"):
        did.service(course, due=day(50), started=day(45))
    did.meeting(3, 6).meeting(9, 9, arm="daemp").meeting(9, 9, programme="copd").meeting(9, 9, on=dt.date(2023, 12, 31))
    found = did.implementation(eligible=4)
    assert counts(found.reach) == (2, 4)
    assert counts(found.deadlines) == (1, 1)
    assert found.meetings == {"held": 1, "cases": 3, "cases_expected": 6, "cases_of_expected": 3}
    assert [practice.provider_number for practice in found.practices] == ["100001"]


def test_nothing_dated_after_the_last_day_is_seen() -> None:
    did = Programme().practice("100001", since=day(1), trained=day(90), used=day(90))
    did.course("c", "100001").course("later", "100001", began=day(80))
    did.service("c", due=day(45), started=day(71)).service("c", asked=day(75), due=day(76), started=day(76))
    did.event("c", "note_written", on=day(60)).event("c", "note_read", on=day(71)).meeting(4, 6, on=day(71))
    did.meeting(4, 6, arm="daemp")
    did.review("invite", on=day(60)).review("not_relevant", on=day(71))
    found = did.implementation(until=day(70), eligible=9)
    assert counts(found.reach) == (1, 9)
    assert counts(found.deadlines) == (0, 1)
    assert found.exposure == {0: 1}
    assert counts(found.notes_read) == (0, 1)
    assert counts(found.precision) == (1, 1)
    assert found.meetings == {"held": 0, "cases": 0}
    assert (counts(found.stages["trained"]), counts(found.stages["used"])) == ((0, 1), (0, 1))


# Reach, and the precision of lists


def test_reach_counts_citizens_and_is_unknown_where_nobody_knows_how_many_there_were() -> None:
    did = Programme().course("c1", "100001", person=7).course("c2", "100001", person=7).course("c3", "100001", person=8)
    assert counts(did.implementation(eligible=4).reach) == (2, 4)
    assert reason(did.implementation(eligible=None).reach) == Reason.ELIGIBLE_UNKNOWN
    assert reason(did.implementation(eligible=1).reach) == Reason.ELIGIBLE_UNKNOWN, "more than could have been"


def test_l_01_precision_is_of_names_judged_and_later_is_no_judgement() -> None:
    did = Programme()
    for person, decision in enumerate(["invite"] * 3 + ["not_relevant"] * 9 + ["later"] * 5):
        did.review(decision, person=person)
    did.review("invite", model="daemp").review("invite", programme="copd")
    assert counts(did.implementation().precision) == (3, 12)
    assert reason(Programme().review("later").implementation().precision) == Reason.NONE_JUDGED


# Adoption


def test_r_impl_12_the_table_of_practices_tells_trained_active_courses_and_services() -> None:
    did = Programme().practice("100001", trained=day(2), used=day(5)).practice("100002", trained=day(3))
    did.practice("100003").course("c", "100001").course("d", "100004")
    did.service("c", due=day(50), started=day(50), component="psychologist").service("c", component="plan")
    did.has_practice(41, "100002").review("later", person=41)
    found = {practice.provider_number: practice for practice in did.implementation().practices}
    assert list(found) == ["100001", "100002", "100003", "100004"]
    assert [found[number].trained for number in found] == [True, True, False, None]
    assert [found[number].active for number in found] == [True, True, False, True]
    assert [found[number].courses for number in found] == [1, 0, 0, 1]
    assert [found[number].services for number in found] == [2, 0, 0, 0]
    assert [found[number].reviewed for number in found] == [0, 1, 0, 0]
    assert found["100001"].components == ("psychologist",)
    assert counts(found["100001"].kept) == (1, 1)
    assert reason(found["100003"].kept) == Reason.NONE_DUE


def test_l_55_taking_part_trained_used_and_active_are_four_things() -> None:
    """Report 000 L815-823: in place at the top, and no routine. 002 EVAL-8: training is no changed practice."""
    did = Programme()
    for number in range(10):
        did.practice(f"10000{number}", trained=day(5) if number < 8 else None, used=day(9) if number < 5 else None)
    did.course("c", "100000").has_practice(41, "100001").review("invite", person=41)
    found = did.implementation()
    assert {name: counts(figure) for name, figure in found.stages.items()} == {
        "trained": (8, 10),
        "used": (5, 10),
        "active": (2, 10),
        "course": (1, 10),
    }
    assert found.adoption == found.stages["course"]


def test_a_practice_that_took_part_twice_is_one_and_one_that_left_before_is_none() -> None:
    did = Programme().practice("100001", to=day(50), trained=day(2)).practice("100001", since=day(100))
    did.practice("100002", since=dt.date(2022, 1, 1), to=dt.date(2023, 12, 31))
    did.practice("100003", since=UNTIL + dt.timedelta(days=1)).course("c", "100001")
    found = did.implementation()
    assert counts(found.adoption) == (1, 1)
    assert found.practices[0].trained is True


def test_a_name_counts_in_the_practice_the_citizen_had_that_day() -> None:
    did = Programme().practice("100001").practice("100002")
    did.has_practice(5, "100001", to=day(9)).has_practice(5, "100002", since=day(10)).has_practice(
        5, "100001", to=day(20)
    )
    did.review("invite", person=5, on=day(9)).review("later", person=5, on=day(10)).review("invite", person=99)
    assert [practice.reviewed for practice in did.implementation().practices] == [1, 1]


# Deadlines, fidelity, exposure


def test_a_promise_is_judged_when_its_day_has_come_or_the_service_has_begun() -> None:
    did = Programme().course("c", "100001")
    did.service("c", due=day(50), started=day(50), sector="municipality")  # kept on the day
    did.service("c", due=day(50), started=day(51), sector="municipality")  # late
    did.service("c", due=day(100), started=None)  # its day has come, and it did not begin
    did.service("c", due=day(101), started=None)  # not yet due
    did.service("c", due=day(101), started=day(60))  # begun early
    did.service("c", due=None, started=day(60))  # no promise
    found = did.implementation(until=day(100))
    assert counts(found.deadlines) == (2, 4)
    assert {name: counts(kept) for name, kept in found.deadlines_by_sector.items()} == {
        "municipality": (1, 2),
        "specialists": (1, 2),
    }


def test_without_any_promise_nothing_is_said_of_deadlines() -> None:
    assert reason(Programme().course("c", "100001").service("c").implementation().deadlines) == Reason.NONE_DUE
    other = Programme().course("c", "100001").course("d", "100001", arm="daemp").service("d", due=day(50))
    assert reason(other.implementation().deadlines) == Reason.NONE_DUE


def test_r_eval_19_fidelity_by_component_is_of_all_courses() -> None:
    did = Programme().courses("100001", 4)
    did.service("100001-0", started=day(50)).service("100001-0", started=day(70)).service("100001-1", started=day(50))
    did.service("100001-2", component="psychologist").service("100001-3", component="team")
    found = did.implementation(components=["plan", "psychologist"]).fidelity
    assert {name: counts(figure) for name, figure in found.items()} == {
        "plan": (0, 4),
        "psychologist": (2, 4),
        "team": (0, 4),
    }


def test_r_eval_19_an_exposure_table_tells_what_each_course_received() -> None:
    did = Programme().course("c", "100001").course("d", "100002")
    did.service("c", started=day(50), minutes=45).service("c", started=day(45)).service("c", component="team")
    table = exposure_table(did.scope())
    assert not isinstance(table, Unknown)
    assert table.to_pyarrow().to_pylist() == [
        {
            "course_id": "c",
            "person_id": 1,
            "provider_number": "100001",
            "component": "psychologist",
            "services": 2,
            "first": day(45),
            "minutes": 45,
        }
    ]
    assert did.implementation().exposure == {0: 1, 2: 1}


def test_r_eval_16_variation_between_practices_and_too_few_to_judge() -> None:
    did = Programme()
    for number in range(6):
        for place in range(10):
            course = f"{number}-{place}"
            did.course(course, f"10000{number}")
            did.service(course, due=day(60), started=day(50) if place < (9 if number else 1) else None)
    found = did.implementation().variation
    assert set(found) == {"deadlines", "psychologist"}
    assert (found["deadlines"].units, found["deadlines"].least, found["deadlines"].most) == (6, 0.1, 0.9)
    assert found["deadlines"].overdispersion is not None
    assert found["deadlines"].overdispersion > 1
    few = Programme().course("c", "100001").service("c", due=day(50), started=day(45)).implementation().variation
    assert few["deadlines"].state == "too_few_practices"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4),
            st.one_of(st.none(), st.integers(40, 120)),
            st.one_of(st.none(), st.integers(40, 120)),
            st.sampled_from(["psychologist", "team"]),
            st.sampled_from(["region", "municipality"]),
        ),
        min_size=1,
        max_size=25,
    )
)
def test_what_is_told_of_services_is_what_counting_one_by_one_gives(services) -> None:
    did = Programme()
    for number in range(5):
        did.course(f"c{number}", f"10000{number % 2}")
    for course, due, started, component, sector in services:
        did.service(
            f"c{course}", due=due and day(due), started=started and day(started), component=component, sector=sector
        )
    scope = did.scope(until=day(90))
    judged = kept = 0
    got: dict[str, set[int]] = {}
    received = [0] * 5
    for course, due, started, component, _ in services:
        begun = started is not None and started <= 90
        got.setdefault(component, set()).update([course] if begun else [])
        received[course] += begun
        if due is not None and (due <= 90 or begun):
            judged += 1
            kept += begun and started <= due
    told = deadlines(scope)
    assert (counts(told) == (kept, judged)) if judged else (reason(told) == Reason.NONE_DUE)
    assert {name: counts(figure) for name, figure in fidelity(scope).items()} == {
        n: (len(c), 5) for n, c in got.items()
    }
    assert exposure(scope) == {times: received.count(times) for times in sorted(set(received))}
    by_sector = [counts(each) for each in deadlines_by_sector(scope).values() if isinstance(each, Share)]
    assert (sum(kept for kept, _ in by_sector), sum(due for _, due in by_sector)) == (kept, judged)


# Involvement, notes, meetings


def test_involvement_is_of_courses_and_not_of_times() -> None:
    did = Programme().courses("100001", 4).event("100001-0", "opened_by_citizen", times=3)
    did.event("100001-1", "opened_by_citizen").event("100001-1", "goal_by_citizen")
    found = did.implementation().involvement
    assert {kind: counts(figure) for kind, figure in found.items()} == {
        "opened_by_citizen": (2, 4),
        "goal_by_citizen": (1, 4),
        "relative_took_part": (0, 4),
    }


def test_notes_read_twice_do_not_make_up_for_notes_that_nobody_read() -> None:
    did = (
        Programme()
        .courses("100001", 3)
        .event("100001-0", "note_written", times=2)
        .event("100001-0", "note_read", times=5)
    )
    did.event("100001-1", "note_written", times=4).event("100001-1", "note_read").event("100001-2", "note_read")
    assert counts(did.implementation().notes_read) == (3, 6)
    unwritten = Programme().course("c", "100001").event("c", "follow_up")
    assert reason(unwritten.implementation().notes_read) == Reason.NO_NOTES


def test_t_t1_meetings_are_held_against_the_cases_expected() -> None:
    """Report 000 L902-904, L387-389: 30 meetings with 6 cases expected of each, 117 cases: 65 % of 180."""
    did = Programme()
    for number in range(30):
        did.meeting(4 if number < 27 else 3, 6)
    found = did.implementation()
    assert found.meetings == {"held": 30, "cases": 117, "cases_expected": 180, "cases_of_expected": 117}
    assert found.cases_attained == 0.65


def test_t_t1_a_meeting_without_an_expected_number_is_not_held_against_one() -> None:
    found = Programme().meeting(6, 6).meeting(5, None).implementation()
    assert found.meetings == {"held": 2, "cases": 11, "cases_expected": 6, "cases_of_expected": 6}
    assert found.cases_attained == 1
    assert reason(Programme().meeting(5, None).implementation().cases_attained) == Reason.NONE_EXPECTED
