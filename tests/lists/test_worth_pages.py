"""What the secretariat, the clinical group and a practice are told about lists, and what nobody but the practice is."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samspil.access.log import Refused
from samspil.access.models import Role
from samspil.lists.actions.rounds import open_round
from samspil.lists.lorenz import drawing
from samspil.lists.models import Entry, Inclusion, Source, Stage
from samspil.lists.names import version_title
from samspil.lists.programme import rules
from samspil.lists.queries import rounds as process
from samspil.lists.queries.model_review import model_review
from samspil.lists.queries.worth import worth, worth_of_practice
from samspil.lists.queries.worth_counted import Wanted, models
from samspil.lists.queries.worth_lines import COLUMNS
from samspil.lists.templatetags.worth import duration, interval, percent, share
from samspil.lists.worth import Share, concentration
from samspil.programmes import RiskModel
from tests import care
from tests.lists import made

pytestmark = pytest.mark.django_db

PAGES = [
    "/worth/practices/",
    "/worth/model-review/",
    "/worth/model-review/daemp/",
    "/worth/rounds/",
    "/worth/overrides/",
]
TODAY = timezone.localdate


def ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)


def published(days: int = 100, name: str = "daemp", **fields):
    """A publication whose lists came so many days ago."""
    return made.publication(name, published_at=ago(days), **fields)


class House:
    """A practice with two doctors and a list."""

    def __init__(self, name: str, names: int = 0, *, doctors: int = 2, of=None) -> None:
        self.practice = care.practice(name, doctors=doctors)
        self.doctor = care.member(self.practice, Role.GP, f"Anne {name}")
        self.colleague = care.member(self.practice, Role.GP, f"Bo {name}")
        self.bulletin = of or published()
        self.list = made.risk_list(self.bulletin, self.practice)
        self.names = [made.entry(self.list) for _ in range(names)]

    def enrol(self, count: int, by=None, **fields) -> list[Inclusion]:
        return [made.inclusion(by or self.doctor, stage=Stage.ENROLLED, **fields) for _ in range(count)]


def secretary():
    return care.actor(Role.SECRETARIAT)


def chair():
    return care.actor(Role.TEAM_CHAIR)


def line_of(found, practice):
    return next(line for line in found.lines if line.practice == practice)


# What is counted


def test_names_are_counted_from_list_to_decision():
    house = House("Ny", 10)
    for entry in house.names[:4]:
        made.review(entry, house.doctor, "invite")
    for entry in house.names[4:6]:
        made.review(entry, house.colleague, "not_relevant", "not_now")
    made.review(house.names[6], house.doctor, "later")
    counts = line_of(worth(secretary(), Wanted()), house.practice).counts
    assert {name: counts[name] for name in COLUMNS[:6]} == {
        "listed": 10, "reviewed": 7, "unreviewed": 3, "invited": 4, "not_relevant": 2, "undecided": 1,
    }  # fmt: skip


def test_a_decision_taken_back_never_counts():
    house = House("Ny", 2)
    made.review(house.names[0], house.doctor, "invite", seconds=500, undone_at=timezone.now(), undone_by=house.doctor)
    made.review(house.names[1], house.doctor, "not_relevant", "other", undone_at=timezone.now(), undone_by=house.doctor)
    made.review(house.names[1], house.doctor, "invite", seconds=40)
    found = worth(secretary(), Wanted())
    counts = found.total.counts
    assert (counts["reviewed"], counts["invited"], counts["not_relevant"], counts["unreviewed"]) == (1, 1, 0, 1)
    assert (found.time.names, found.time.seconds) == (1, 40)
    report = model_review(secretary(), "daemp")
    assert sum(reason.count or 0 for reason in report.rounds[0].reasons) == 0


def test_a_name_belongs_to_the_doctor_who_decided_last_and_the_rest_to_nobody():
    house = House("Ny", 5)
    made.review(house.names[0], house.doctor, "ask")
    made.review(house.names[0], house.colleague, "invite")
    made.review(house.names[1], house.doctor, "not_relevant", "too_complex")
    found = worth_of_practice(care.acting(house.doctor), house.practice.pk, Wanted())
    lines = {line.doctor: line.counts for line in found.doctors}
    assert lines[house.colleague]["invited"] == 1
    assert (lines[house.doctor]["reviewed"], lines[house.doctor]["not_relevant"]) == (1, 1)
    assert found.nobody.counts["listed"] == 3
    assert sum(counts["reviewed"] for counts in lines.values()) + 3 == found.line.counts["listed"]


def test_doctors_stand_in_the_order_of_their_names_whatever_they_did():
    house = House("Ny")
    house.enrol(1, house.doctor)
    house.enrol(9, house.colleague)
    found = worth_of_practice(care.acting(house.doctor), house.practice.pk, Wanted())
    assert [line.doctor for line in found.doctors] == [house.doctor, house.colleague]
    other = House("Aa")
    assert [line.practice for line in worth(secretary(), Wanted()).lines] == [other.practice, house.practice]


def test_each_step_counts_those_who_went_further_and_those_who_ended_since():
    house = House("Ny")
    made.inclusion(house.doctor, stage=Stage.TO_INVITE)
    made.inclusion(house.doctor, stage=Stage.INVITED, steps=("letter", "reminder"))
    made.inclusion(house.doctor, stage=Stage.INFORMED, steps=("phone", "conversation"))
    made.inclusion(house.doctor, stage=Stage.ENDED, end_reason="declined", decline_reason="sharing", steps=("letter",))
    made.inclusion(house.doctor, stage=Stage.CONSENTED, steps=("letter", "conversation", "consent"))
    house.enrol(1, steps=("letter", "conversation", "consent", "enrolled"))
    made.inclusion(
        house.doctor, stage=Stage.ENDED, end_reason="wrongly_included", enrolled_at=ago(20), steps=("enrolled", "ended")
    )
    found = worth(secretary(), Wanted())
    assert {name: found.total.counts[name] for name in COLUMNS[6:]} == {
        "begun": 7, "approached": 6, "informed": 4, "consented": 3, "enrolled": 2, "good": 1, "neutral": 0, "fault": 1,
    }  # fmt: skip
    ends = {end.code: (end.count, end.enrolled) for end in found.ends}
    assert ends["declined"] == (1, 0)
    assert ends["wrongly_included"] == (1, 1)
    assert {why.code: why.count for why in found.declines}["sharing"] == 1


def test_sources_of_inclusion_are_kept_apart():
    house = House("Ny", 1)
    made.review(house.names[0], house.doctor)
    made.inclusion(house.doctor, entry=house.names[0])
    made.inclusion(house.doctor, source=Source.NEWLY_ILL)
    nominator = care.member(role=Role.MUNICIPAL)
    made.inclusion(
        nominator, citizen=care.citizen(house.practice), practice=house.practice,
        source=Source.NOMINATION, stage=Stage.NOMINATED,
    )  # fmt: skip
    found = worth(secretary(), Wanted())
    assert {line.source: line.counts["begun"] for line in found.sources} == {
        Source.LIST: 1, Source.NEWLY_ILL: 1, Source.NOMINATION: 1,
    }  # fmt: skip
    own = worth_of_practice(secretary(), house.practice.pk, Wanted())
    assert own.nobody.counts["begun"] == 1, "a nomination that nobody of the practice has taken up"


def test_who_was_helped_on_is_an_outcome_of_its_own():
    """Report 001 R-CASE-16: some 300 were only in contact and helped onward."""
    house = House("Ny")
    for route in ("municipality", "municipality", "voluntary", "nowhere"):
        made.unmet_need(care.citizen(house.practice), house.doctor, route)
    found = worth(secretary(), Wanted())
    assert found.helped_on == 3, "for whom nothing was found is not helped on"
    assert {need.code: need.count for need in found.needs} == {
        "own_practice": 0, "municipality": 2, "hospital": 0, "voluntary": 1, "nowhere": 1,
    }  # fmt: skip


def test_time_is_told_per_name_and_unknown_time_is_not_zero():
    house = House("Ny", 5)
    made.review(house.names[0], house.doctor, "later", seconds=100)
    made.review(house.names[0], house.colleague, "invite", seconds=200)
    made.review(house.names[1], house.doctor, seconds=50)
    made.review(house.names[2], house.doctor, seconds=None)
    other = House("Aa", 1, of=house.bulletin)
    made.review(other.names[0], other.doctor, seconds=1000)
    found = worth(secretary(), Wanted())
    assert (found.time.names, found.time.seconds, found.time.median) == (3, 1350, 300)
    assert line_of(found, house.practice).median == 175
    assert found.rules.review.minutes_per_name.value == 10


# Against what is expected


def test_20_to_25_are_expected_per_doctor_and_year_since_the_first_list():
    house = House("Ny", doctors=3, of=published(365))
    found = line_of(worth(secretary(), Wanted()), house.practice).expected
    assert (round(found.low), round(found.high)) == (60, 75)
    House("Aa", doctors=2, of=published(73))
    total = worth(secretary(), Wanted()).total.expected
    assert round(total.low) == 60 + 8


def test_expectation_is_per_target_group_and_in_the_days_that_are_looked_at():
    house = House("Ny", doctors=1, of=published(365))
    made.risk_list(published(365, "sad"), house.practice)
    assert round(worth(secretary(), Wanted()).total.expected.low) == 40
    assert round(worth(secretary(), Wanted(model="sad")).total.expected.low) == 20
    half = Wanted(since=TODAY() - dt.timedelta(days=365), until=TODAY() - dt.timedelta(days=182))
    assert round(worth(secretary(), half).total.expected.low) == 20


def test_where_the_number_of_doctors_is_unknown_nothing_is_expected():
    house = House("Ny", doctors=None, of=published(365))
    expected = line_of(worth(secretary(), Wanted()), house.practice).expected
    assert (expected.low, expected.high) == (None, None)


def test_a_doctor_who_came_later_is_expected_to_have_fewer():
    house = House("Ny", of=published(365))
    late = care.member(house.practice, Role.GP, "Carl Ny", since=TODAY() - dt.timedelta(days=73))
    gone = care.member(house.practice, Role.GP, "Dorte Ny", until=TODAY() - dt.timedelta(days=400))
    staff = care.member(house.practice, Role.PRACTICE_STAFF, "Eva Ny")
    found = worth_of_practice(secretary(), house.practice.pk, Wanted())
    low = {line.doctor: line.expected.low for line in found.doctors}
    assert round(low[house.doctor]) == 20
    assert round(low[late]) == 4
    assert gone not in low, "left before the first list came"
    assert staff not in low


@pytest.mark.parametrize(
    ("days", "enrolled", "alert"), [(60, 0, True), (60, 20, False), (14, 0, False), (300, 0, False)]
)
def test_too_few_are_said_in_the_early_weeks(days, enrolled, alert):
    """Report 001 R-CASE-07. With 10 doctors 33 are expected after 60 days."""
    house = House("Ny", doctors=10, of=published(days))
    house.enrol(enrolled)
    assert worth(secretary(), Wanted()).early.alert is alert


def test_one_doctor_who_is_the_most_active_with_both_target_groups_is_one():
    """T-I3 through the records: (90 + 73) of 650, here a tenth of it."""
    house = House("Ny")
    made.risk_list(published(name="sad"), house.practice)
    house.enrol(9, house.doctor, name="sad")
    house.enrol(7, house.doctor)
    house.enrol(34, house.colleague, name="sad")
    house.enrol(15, house.colleague)
    spread = worth(secretary(), Wanted()).spread
    assert spread.of.counts == (16, 49)
    assert worth(secretary(), Wanted(model="sad")).spread.of.counts == (9, 34)


def test_who_works_in_two_practices_is_one_doctor():
    first, second = House("Ny"), House("Aa")
    again = care.member(second.practice, Role.GP, who=first.doctor.user)
    first.enrol(2, first.doctor)
    second.enrol(3, again)
    assert sorted(worth(secretary(), Wanted()).spread.of.counts) == [0, 0, 0, 5]


def test_what_staff_enrolled_is_no_doctors():
    house = House("Ny")
    house.enrol(2, care.member(house.practice, Role.PRACTICE_STAFF))
    spread = worth(secretary(), Wanted()).spread
    assert (spread.of.total, spread.no_doctor) == (0, 2)


# What is flagged


def test_a_practice_where_names_wait_and_nobody_decides_is_marked():
    quiet, done, working, new = House("Aa", 3), House("Bb", 1), House("Cc", 3), House("Dd", 3, of=published(10))
    made.review(done.names[0], done.doctor, at=ago(90))
    made.review(working.names[0], working.doctor, at=ago(5))
    limit = rules("odense-ic").worth.quiet_after_days
    assert 10 < limit < 90
    found = {line.practice.name: line.quiet_since for line in worth(secretary(), Wanted()).lines}
    assert found["Aa"] == timezone.localdate(quiet.bulletin.published_at)
    assert (found["Bb"], found["Cc"], found["Dd"]) == (None, None, None)
    assert new.practice.name == "Dd"


def test_a_list_whose_yield_is_under_the_floor_is_flagged():
    """Report 001 R-CASE-04: judged only after enough decisions."""
    poor, fair, young = House("Aa", 12), House("Bb", 12), House("Cc", 5)
    for house, invited in ((poor, 1), (fair, 6), (young, 0)):
        for number, entry in enumerate(house.names):
            made.review(entry, house.doctor, "invite" if number < invited else "not_relevant")
    found = worth(secretary(), Wanted()).under_floor
    assert [one.practice.name for one in found] == ["Aa"]
    assert (found[0].precision.numerator, found[0].precision.denominator) == (1, 12)
    assert worth(chair(), Wanted()).under_floor[0].precision is None


# Narrowing


def test_a_period_counts_the_lists_that_came_in_it_and_the_inclusions_that_began_in_it():
    house = House("Ny", 2, of=published(100))
    later = made.risk_list(published(20), house.practice, kind="accrual")
    made.entry(later)
    made.inclusion(house.doctor, opened_at=ago(90))
    made.inclusion(house.doctor, opened_at=ago(5))
    recent = worth(secretary(), Wanted(since=TODAY() - dt.timedelta(days=30))).total.counts
    assert (recent["listed"], recent["begun"]) == (1, 1)
    first = worth(secretary(), Wanted(until=TODAY() - dt.timedelta(days=30))).total.counts
    assert (first["listed"], first["begun"]) == (2, 1)


def test_a_round_is_one_set_of_criteria():
    house = House("Ny", 2)
    second = made.eligibility_round(number=2)
    made.entry(made.risk_list(published(20, in_round=second), house.practice, kind="accrual"))
    found = worth(secretary(), Wanted(model="daemp", round_id=second.pk))
    assert found.total.counts["listed"] == 1
    assert found.total.expected is None


def test_a_form_that_cannot_be_is_told_and_shows_everything():
    House("Ny", 2)
    client = care.log_in(Client(), care.member(role=Role.SECRETARIAT))
    page = client.get("/worth/practices/", {"since": "2026-02-01", "until": "2026-01-01"})
    assert page.status_code == 422
    assert "until" in page.context["form"].errors
    assert page.context["worth"].total.counts["listed"] == 2
    other = made.eligibility_round("sad")
    page = client.get("/worth/practices/", {"model": "daemp", "round": str(other.pk)})
    assert "round" in page.context["form"].errors
    assert client.get("/worth/practices/", {"model": "no such"}).status_code == 422


# Who sees what


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.SECRETARIAT, {0, 1, 2, 3, 4}),
        (Role.TEAM_CHAIR, {0, 1, 2}),
        (Role.ANALYST, {1, 2}),
        (Role.GP, set()),
        (Role.PRACTICE_STAFF, set()),
        (Role.MUNICIPAL, set()),
        (Role.DATA_PROTECTION_OFFICER, set()),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_each_page_is_for_whom_the_policy_says(role, allowed):
    House("Ny", 2)
    client = care.log_in(Client(), care.member(role=role))
    answers = [client.get(page).status_code for page in PAGES]
    assert answers == [200 if number in allowed else 403 for number in range(len(PAGES))]


def test_nobody_in_particular_is_asked_to_log_in():
    for page in [*PAGES, "/worth/own/", "/worth/practices/1/", "/worth/model-review/daemp/file/"]:
        assert Client().get(page).status_code == 302


def test_a_practice_sees_itself_and_no_other():
    mine, other = House("Ny", 2), House("Aa", 2)
    client = care.log_in(Client(), mine.doctor)
    assert client.get("/worth/own/").context["worth"].line.practice == mine.practice
    assert client.get(f"/worth/practices/{mine.practice.pk}/").status_code == 200
    assert client.get(f"/worth/practices/{other.practice.pk}/").status_code == 403
    assert client.get("/worth/practices/999999/").status_code == 403


def test_a_team_chair_sees_no_practice_doctor_by_doctor():
    house = House("Ny", 2)
    client = care.log_in(Client(), care.member(role=Role.TEAM_CHAIR))
    assert client.get(f"/worth/practices/{house.practice.pk}/").status_code == 403
    page = client.get("/worth/practices/").content.decode()
    assert f"/worth/practices/{house.practice.pk}/" not in page


def test_small_counts_are_for_the_practice_and_the_secretariat():
    houses = [House(name, 30) for name in ("Aa", "Bb", "Cc")]
    for house, enrolled in zip(houses, (2, 9, 12), strict=True):
        house.enrol(enrolled)
    exact = worth(secretary(), Wanted(model="daemp"))
    assert [line.counts["enrolled"] for line in exact.lines] == [2, 9, 12]
    assert exact.exact
    rough = worth(chair(), Wanted())
    assert [line.counts["enrolled"] for line in rough.lines] == [None, None, 12], "9 would give 2 away"
    assert rough.total.counts["enrolled"] == 23
    assert not rough.exact
    assert not rough.spread.curve
    own = worth_of_practice(care.acting(houses[0].doctor), houses[0].practice.pk, Wanted())
    assert own.line.counts["enrolled"] == 2


def test_who_sees_hidden_counts_can_choose_only_a_target_group():
    House("Ny", 2)
    narrow = Wanted(since=TODAY(), until=TODAY(), round_id=77)
    assert worth(chair(), narrow).wanted == Wanted(model=models()[0])
    client = care.log_in(Client(), care.member(role=Role.TEAM_CHAIR))
    assert list(client.get("/worth/practices/").context["form"].fields) == ["model"]


def test_no_shown_count_is_small_where_small_ones_are_hidden():
    """Whatever happened, no page for a team chair has a count of 1 to 4 citizens in it."""
    rng = random.Random(20260101)
    bulletin = published()
    for number in range(6):
        house = House(f"Praksis {number}", rng.randint(0, 25), of=bulletin)
        for entry in house.names:
            kind = rng.choice(["invite", "not_relevant", "later", None])
            if kind:
                made.review(
                    entry, rng.choice([house.doctor, house.colleague]), kind, "other" if kind == "not_relevant" else ""
                )
        house.enrol(rng.randint(0, 7))
        for _ in range(rng.randint(0, 4)):
            made.inclusion(
                house.doctor, stage=Stage.ENDED, end_reason=rng.choice(["declined", "died", "wrongly_included"])
            )
        made.unmet_need(care.citizen(house.practice), house.doctor, rng.choice(["hospital", "nowhere"]))
    found = worth(chair(), Wanted(model="daemp"))
    shown = [line.counts for line in (*found.lines, found.total)] + [source.counts for source in found.sources]
    numbers = [number for counts in shown for number in counts.values()]
    numbers += [one.count for one in (*found.ends, *found.declines, *found.needs)] + [found.helped_on]
    numbers += [end.enrolled for end in found.ends]
    assert any(number is None for number in numbers)
    assert not [number for number in numbers if number is not None and 0 < number < 5]


def test_no_citizen_appears_on_any_page():
    house = House("Ny", 12)
    for number, entry in enumerate(house.names):
        made.review(entry, house.doctor, "invite" if number < 6 else "not_relevant", note="fortroligt")
        inclusion = made.inclusion(house.doctor, entry=entry, purpose="fortroligt")
        made.check(inclusion, house.doctor, "blocked", blocked_by=["student"], override_reason="data_wrong",
                   override_note="fortroligt")  # fmt: skip
        made.unmet_need(entry.citizen, house.doctor)
    for who in (care.member(role=Role.SECRETARIAT), house.doctor):
        client = care.log_in(Client(), who)
        for page in [
            *PAGES,
            "/worth/own/",
            f"/worth/practices/{house.practice.pk}/",
            "/worth/model-review/daemp/file/",
        ]:
            text = client.get(page).content.decode()
            for entry in house.names:
                assert entry.citizen.name not in text
                assert entry.citizen.cpr not in text
            assert "fortroligt" not in text


def test_a_fixed_number_of_questions_however_many_practices():
    house = House("Aa", 3)
    made.review(house.names[0], house.doctor)
    client = care.log_in(Client(), care.member(role=Role.SECRETARIAT))
    pages = ["/worth/practices/", "/worth/model-review/daemp/", "/worth/rounds/", "/worth/overrides/"]
    before = [_questions(client, page) for page in pages]
    for number in range(8):
        more = House(f"Bb {number}", 5, of=house.bulletin)
        for entry in more.names:
            made.review(entry, more.doctor)
            made.check(made.inclusion(more.doctor, entry=entry), more.doctor, override_reason="data_wrong")
        more.enrol(2)
        made.unmet_need(more.names[0].citizen, more.doctor)
    assert [_questions(client, page) for page in pages] == before
    assert max(before) <= 25


def _questions(client, page) -> int:
    client.get(page)
    with CaptureQueriesContext(connection) as found:
        assert client.get(page).status_code == 200
    return len(found)


# The pages


def test_the_curve_is_drawn_with_a_title_a_description_and_its_figures():
    house = House("Ny")
    house.enrol(1, house.doctor)
    house.enrol(3, house.colleague)
    client = care.log_in(Client(), care.member(role=Role.SECRETARIAT))
    page = client.get("/worth/practices/").content.decode()
    svg = page[page.index("<svg") : page.index("</svg>")]
    assert "<title" in svg
    assert "<desc" in svg
    assert 'points="56.0,336.0 216.0,256.0 376.0,16.0"' in svg
    assert "style=" not in page.replace("stylesheet", "")
    figures = page[page.index("</svg>") :]
    assert re.search(r"<td[^>]*>50[.,]0\s%</td><td[^>]*>25[.,]0\s%</td>", figures), "the same as a table"


def test_the_drawing_stays_inside_its_frame():
    points = drawing(concentration([0, 0, 3, 900]).lorenz).points.split()
    assert points[0] == "56.0,336.0"
    assert points[-1] == "376.0,16.0"


def test_pages_without_any_list_say_so():
    client = care.log_in(Client(), care.member(role=Role.SECRETARIAT))
    for page in PAGES:
        assert client.get(page).status_code == 200
    own = care.member()
    assert care.log_in(Client(), own).get("/worth/own/").status_code == 200
    assert client.get(f"/worth/practices/{own.organisation_id}/").status_code == 200
    assert client.get("/worth/practices/999999/").status_code == 404
    assert client.get("/worth/model-review/no-such/").status_code == 404


# The model review


def test_precision_per_criterion_agrees_with_counting_it_out():
    rng = random.Random(4)
    house = House("Ny")
    made_names = []
    for _ in range(80):
        points = {
            "acute_contacts": rng.choice([0, 2, 4]), "polypharmacy": rng.choice([0, 1, None]),
            "home_nursing": rng.choice([0, 4]), "living": rng.choice([0, 1, 2]),
        }  # fmt: skip
        entry = made.entry(house.list, criteria=made.criteria(points=points))
        kind = rng.choice(["invite", "invite", "not_relevant", "later"])
        made.review(entry, house.doctor, kind, "other" if kind == "not_relevant" else "")
        made_names.append((points, kind))
    report = model_review(secretary(), "daemp").rounds[0]
    titles = {item.title.da: item.item for item in made.model().items}
    decided = [(points, kind) for points, kind in made_names if kind != "later"]
    assert report.overall.decisions.decided == len(decided)
    shown = 0
    for found in report.criteria:
        item = titles.get(found.label) or next(i.item for i in made.model().items if i.title.en == found.label)
        having = [kind for points, kind in decided if points.get(item)]
        missing = sum(item in points and points[item] is None for points, _ in decided)
        assert found.missing == (None if 0 < missing < 5 else missing)
        if found.decisions is not None and having:
            shown += 1
            assert (found.decisions.invited, found.decisions.decided) == (having.count("invite"), len(having))
            low, high = found.interval
            assert low < found.decisions.precision.value < high
    assert shown == 4
    bands = sum((band.band.decisions.decided for band in report.bands if band.band.decisions), 0)
    assert bands == len(decided)
    for band in report.bands:
        assert sum(score.decisions.decided for score in band.scores) == band.band.decisions.decided
        assert not [s for s in band.scores if 0 < s.decisions.invited < 5 or 0 < s.decisions.not_relevant < 5]


def test_reasons_are_told_with_what_they_mean_and_small_ones_hidden():
    house = House("Ny", 20)
    for number, entry in enumerate(house.names):
        made.review(entry, house.doctor, "not_relevant", ["well_coordinated", "wrong_diagnosis"][number >= 12])
    reasons = model_review(secretary(), "daemp").rounds[0].reasons
    told = {reason.means: reason.count for reason in reasons if reason.count}
    assert told == {"good": 12, "fault": 8}
    made.review(made.entry(house.list), house.doctor, "not_relevant", "moved_or_dead")
    counts = [reason.count for reason in model_review(secretary(), "daemp").rounds[0].reasons]
    assert sorted(count for count in counts if count) == [12]
    assert counts.count(None) == 2, "the next smallest is hidden with it"


def test_a_criterion_that_nearly_everybody_has_does_not_tell_of_the_others():
    house = House("Ny")
    for number in range(40):
        points = {"acute_contacts": 4, "home_nursing": 4 if number < 38 else 0}
        entry = made.entry(house.list, criteria=made.criteria(points=points))
        made.review(entry, house.doctor, "invite" if number % 2 else "not_relevant")
    report = model_review(secretary(), "daemp").rounds[0]
    by_item = dict(zip([item.item for item in made.model().items if item.enabled], report.criteria, strict=True))
    assert by_item["acute_contacts"].decisions.decided == 40
    assert by_item["home_nursing"].decisions is None


def test_deviations_gaps_and_wrong_inclusions_are_reported_by_round():
    second = made.eligibility_round(number=2)
    house = House("Ny", of=published(100, unchecked=["student"]))
    for _ in range(6):
        made.entry(house.list, criteria=made.criteria(points={"acute_contacts": 4, "polypharmacy": None}))
    for _ in range(6):
        made.entry(house.list)
    for _ in range(5):
        inclusion = made.inclusion(house.doctor, stage=Stage.ENDED, end_reason="wrongly_included", round=second)
        for _ in range(2):
            made.check(
                inclusion,
                house.doctor,
                "blocked",
                blocked_by=["age", "not_in_target"],
                override_reason="need_outweighs",
            )
    first, later = model_review(secretary(), "daemp").rounds
    assert (first.names, first.incomplete) == (12, 6)
    assert len(first.unchecked) == 1
    assert later.publications == []
    published(10, in_round=second)
    _, later = model_review(secretary(), "daemp").rounds
    assert [said.count for _, said in later.overrides] == [5, 5], "each inclusion once"
    assert [what for what, _ in later.overrides] == ["Alder uden for målgruppen", "Score under målgruppen"]
    newly_ill = next(one for one in later.sources if one.source == str(Source.NEWLY_ILL.label))
    assert (newly_ill.ended, [fault.count for fault in newly_ill.faults]) == (5, [0, 5])
    assert all(one.ended == 0 for one in first.sources)


def test_the_report_can_be_taken_to_a_spreadsheet():
    house = House("Ny", 20)
    for number, entry in enumerate(house.names):
        made.review(entry, house.doctor, "invite" if number < 8 else "not_relevant", "" if number < 8 else "not_now")
    client = care.log_in(Client(), care.member(role=Role.ANALYST))
    answer = client.get("/worth/model-review/daemp/file/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert f"samspil-daemp-{TODAY()}.csv" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    head = rows.index([])
    overall = rows[head + 2]
    assert overall[:3] == ["1", "oktober 2015", "01-10-2016"]
    assert overall[5:7] == ["8", "20"]
    assert all(len(row) <= len(rows[head + 1]) for row in rows[head + 1 :])


def test_figures_are_rounded_and_not_cut_off():
    assert share(Share(15, 28)) == "15 af 28 (54 %)"
    assert percent(0.0968) == "10 %"
    assert interval((0.356, 0.6961)) == "36–70 %"
    assert duration(7199) == "2,0 timer"


def test_a_version_is_named_in_the_language_of_the_page():
    house = House("Ny")
    client = care.log_in(Client(), house.doctor)
    address = "/worth/own/"
    assert "oktober 2015" in client.get(address).content.decode()
    client.post("/language/", {"language": "en"})
    assert "October 2015" in client.get(address).content.decode()
    assert version_title("daemp", "of somebody else") == "of somebody else"


def test_the_report_is_refused_to_a_practice():
    with pytest.raises(Refused):
        model_review(care.actor(Role.GP), "daemp")


# Rounds and overrides


def falster(days: int) -> RiskModel:
    """The model with bed days as its only criterion."""
    whole = made.model().model_dump(mode="json", by_alias=True)
    item = next(item for item in whole["items"] if item["item"] == "acute_contacts")
    title = {"da": "Sengedage", "en": "Bed days"}
    item |= {
        "item": "bed_days",
        "title": title,
        "bands": [{"at_least": 0, "points": 0}, {"at_least": days, "points": 9}],
    }
    return RiskModel.model_validate(whole | {"items": [item], "version": f"{days} bed days"})


def test_the_rounds_of_falster():
    """50 bed days found too few; 40 found more; then the municipality nominated (report 001 R-CASE-01, -02)."""
    drift = care.actor(Role.SECRETARIAT)
    house = House("Ny", of=published(300, in_round=made.eligibility_round("sad")))
    first = open_round(drift, "odense-ic", falster(50), "", wanted=60)
    strict = published(200, in_round=first, definition=falster(50), in_target=31)
    on_first = made.entry(made.risk_list(strict, house.practice))
    second = open_round(drift, "odense-ic", falster(40), "50 sengedage gav for få borgere", wanted=60)
    relaxed = published(100, in_round=second, definition=falster(40), in_target=58)
    on_second = made.entry(made.risk_list(relaxed, house.practice, kind="accrual"))
    for entry, stage in ((on_first, Stage.ENROLLED), (on_second, Stage.INVITED)):
        made.review(entry, house.doctor)
        made.inclusion(house.doctor, entry=entry, stage=stage)
    nominator = care.member(role=Role.MUNICIPAL)
    made.inclusion(
        nominator, citizen=care.citizen(house.practice), practice=house.practice, round=second,
        source=Source.NOMINATION, stage=Stage.NOMINATED, nominated_by=nominator.organisation,
    )  # fmt: skip

    lines = next(model for model in process.rounds(secretary()) if model.model == "daemp").rounds
    assert [(line.round.number, line.round.wanted, line.found[-1][1]) for line in lines] == [(1, 60, 31), (2, 60, 58)]
    assert lines[0].changes == []
    (change,) = lines[1].changes
    assert "50" in change.before
    assert "40" in change.after
    assert re.search("Sengedage|Bed days", change.what)
    assert lines[1].round.reason == "50 sengedage gav for få borgere"
    by_source = {(line.round.number, one.source): (one.begun, one.enrolled) for line in lines for one in line.sources}
    assert by_source[1, Source.LIST] == (1, 1)
    assert by_source[2, Source.LIST] == (1, 0)
    assert by_source[2, Source.NOMINATION] == (1, 0)
    included = Inclusion.objects.filter(model="daemp")
    assert all(one.round is not None and one.source for one in included), "each carries its round and source"

    page = care.log_in(Client(), care.member(role=Role.SECRETARIAT)).get("/worth/rounds/").content.decode()
    assert "50 sengedage gav for få borgere" in page
    assert drift.name in page


def test_changes_are_told_in_words():
    told = process.change_in_words
    assert told("target.at_least", 7, 9).after == "9"
    assert (told("exclusions.student.enabled", True, False).before) != "True"
    assert told("items.x.bands", [{"at_least": 0.0, "points": 0}], None).what.startswith("x: ")
    assert told("eligible.age.min", 70, 65).before == "70"
    assert told("bands.red.in_target", True, False).what.startswith("red")
    assert told("something.else", 1, {"a": [1.5, None]}).what == "something.else"


def test_overrides_are_told_without_citizen_and_without_exclusion():
    house = House("Ny", 1)
    inclusion = made.inclusion(house.doctor, entry=house.names[0])
    for number in range(process.PAGE + 3):
        made.check(
            inclusion, house.doctor, "blocked", blocked_by=["dementia"], override_reason="data_wrong",
            override_note=f"fortroligt {number}", at=ago(number),
        )  # fmt: skip
    made.check(inclusion, house.doctor, "eligible")
    client = care.log_in(Client(), care.member(role=Role.SECRETARIAT))
    page = client.get("/worth/overrides/")
    assert len(page.context["overrides"]) == process.PAGE
    text = page.content.decode()
    for kept_quiet in ("dementia", "fortroligt", house.names[0].citizen.name, house.names[0].citizen.cpr):
        assert kept_quiet not in text
    assert house.practice.name in text
    following = client.get("/worth/overrides/", {"before": page.context["more"]})
    assert len(following.context["overrides"]) == 3
    assert following.context["more"] is None
    assert client.get("/worth/overrides/", {"before": "nonsense"}).status_code == 200


def test_entries_and_inclusions_of_other_models_stay_out():
    house = House("Ny", 2)
    made.names(published(name="sad"), house.practice, 3)
    assert worth(secretary(), Wanted(model="daemp")).total.counts["listed"] == 2
    assert Entry.objects.count() == 5
    assert worth(secretary(), Wanted()).total.counts["listed"] == 5
