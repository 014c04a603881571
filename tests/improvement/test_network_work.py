"""What a network does together: notes, the register of meetings, and small tests of change (report 003 1.10-1.11)."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import Role
from samspil.improvement.actions import change_tests, discussing, meetings
from samspil.improvement.actions.meetings import Held
from samspil.improvement.meeting_lines import day_held, minutes_of, read_meetings
from samspil.improvement.models import ChangeTest, DiscussionNote, NetworkMeeting
from samspil.improvement.queries import discussion
from tests import care
from tests.improvement import made
from tests.improvement.network_house import AS_OF, Cluster

pytestmark = pytest.mark.django_db
DAY = dt.date(2021, 9, 14)


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def doctor(cluster):
    """A doctor of a practice in the network, acting."""
    return care.acting(cluster.doctor)


def held(on: dt.date = DAY, minutes: int = 30, form: str = "virtual", kind: str = "", **persons: int) -> Held:
    """A meeting as somebody enters it; two, three and ten took part unless it is said otherwise."""
    return Held(on, minutes, form, persons or {"municipality": 2, "hospital": 3, "general_practice": 10}, kind)


def totals(doctor, cluster):
    return discussion.register(doctor, cluster.network.pk).totals


def test_tc3_23_52_meetings_of_half_an_hour_with_15_people_are_26_hours_and_390_person_hours(cluster, doctor):
    days = [dt.date(year, 1, 1) + dt.timedelta(weeks=week) for year, count in ((2020, 19), (2021, 31), (2022, 2))
            for week in range(count)]  # fmt: skip
    meetings.register_all(doctor, cluster.network, [held(day, kind="Patientkonference") for day in days])
    found = totals(doctor, cluster)
    assert (found.count, found.hours, found.person_hours) == (52, 26, 390)
    assert found.persons.total() / found.count == 15
    assert found.cross_sector == 52


def test_tc3_24_five_physical_and_four_virtual_are_nine_and_eight_stated_is_a_warning(cluster, doctor, client):
    for number in range(9):
        form = "physical" if number < 5 else "virtual"
        meetings.register(doctor, cluster.network, held(form=form, kind="Vidensdelingsmøde"))
    page = care.log_in(client, cluster.doctor).get(cluster.address("meetings/?stated=8&kind=Vidensdelingsmøde"))
    words, differs = page.context["reconciled"]
    assert differs
    assert words == "Registret har 9 (5 fysisk, 4 virtuelt); der er angivet 8. Det er registret, der gælder."
    assert not client.get(cluster.address("meetings/?stated=9")).context["reconciled"][1]


def test_tc3_25_a_meeting_dated_after_the_day_it_is_entered_is_rejected(cluster, doctor, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2022, 1, 31))
    with pytest.raises(Invalid) as error:
        meetings.register(doctor, cluster.network, held(dt.date(2022, 12, 15)))
    assert error.value.field == "held_on"
    assert not NetworkMeeting.objects.exists()
    meetings.register(doctor, cluster.network, held(dt.date(2021, 12, 15)))


def test_tc3_26_a_meeting_of_the_municipality_alone_is_not_cross_sector(cluster, doctor):
    meetings.register(doctor, cluster.network, held(municipality=4))
    meetings.register(doctor, cluster.network, held(municipality=4, others=3))
    assert totals(doctor, cluster).cross_sector == 0


def test_tc3_27_a_meeting_of_municipality_and_general_practice_is_cross_sector(cluster, doctor):
    meetings.register(doctor, cluster.network, held(municipality=1, general_practice=1))
    assert totals(doctor, cluster).cross_sector == 1


def test_tc3_28_the_pilot_had_24_participants(cluster, doctor):
    meetings.register(doctor, cluster.network, held(hospital=3 + 2, general_practice=9 + 7, municipality=1 + 2))
    assert discussion.register(doctor, cluster.network.pk).rows[0].total == 24


def test_tc3_29_the_reference_network_had_25(cluster, doctor):
    meetings.register(doctor, cluster.network, held(municipality=8, hospital=3, general_practice=12, others=2))
    assert discussion.register(doctor, cluster.network.pk).rows[0].total == 25


def test_a_meeting_that_was_cancelled_keeps_its_place_with_the_reason_and_is_not_counted(cluster, doctor):
    meeting = meetings.register(doctor, cluster.network, held())
    with pytest.raises(Invalid):
        meetings.cancel(doctor, meeting, "  ")
    meetings.cancel(doctor, meeting, "Aflyst på grund af corona")
    with pytest.raises(Conflict):
        meetings.cancel(doctor, meeting, "Igen")
    found = discussion.register(doctor, cluster.network.pk)
    assert found.totals.count == 0
    assert found.rows[0].meeting.cancelled == "Aflyst på grund af corona"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (Held(DAY, 0, "virtual", {"hospital": 1}), "minutes"),
        (Held(DAY, 30, "telepathic", {"hospital": 1}), "form"),
        (Held(DAY, 30, "virtual", {}), "municipality"),
        (Held(DAY, 30, "virtual", {"hospital": 5_000}), "hospital"),
    ],
)
def test_what_cannot_have_been_is_not_entered(cluster, doctor, wrong, field):
    with pytest.raises(Invalid) as error:
        meetings.register_all(doctor, cluster.network, [held(), wrong])
    assert error.value.field == field
    assert not NetworkMeeting.objects.exists()


def test_meetings_are_read_as_people_write_them_and_an_imprecise_day_is_kept_as_written():
    first, second = read_meetings(
        "Dato; Type; Varighed; Form; K; S; AP; Andre; Formål\n"
        "14. sept. 2021; Vidensdelingsmøde; 2 t; fysisk; 5; 5; 15; ; Data og mål\n\n"
        "Forår 2020\tPatientkonference\t30 min\tvirtuel\t2\t3\t10\t–\n"
    )
    assert (first.held_on, first.as_written, first.minutes, first.form) == (DAY, "", 120, "physical")
    assert dict(first.persons) == {"municipality": 5, "hospital": 5, "general_practice": 15, "others": 0}
    assert first.purpose == "Data og mål"
    assert (second.held_on, second.as_written) == (dt.date(2020, 5, 31), "Forår 2020")


def test_a_season_that_has_begun_has_been_and_one_ahead_has_not(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: dt.date(2020, 4, 2))
    assert day_held("Forår 2020")[0] == dt.date(2020, 4, 2)
    with pytest.raises(Invalid, match="Linje 1"):
        read_meetings("Efterår 2020; Møde; 30 min; fysisk; 1; 1; 1; 0;")


@pytest.mark.parametrize(
    ("written", "minutes"), [("30 min", 30), ("90", 90), ("2 t", 120), ("1,5 t", 90), ("1½ time", 90), ("½ t", 30)]
)
def test_how_long_is_read_as_it_is_written(written, minutes):
    assert minutes_of(written) == minutes


def test_every_line_that_cannot_be_used_is_named_and_none_is_entered(cluster, client):
    lines = "i går; Møde; 30 min; fysisk; 1; 1; 1; 0;\n14-09-2021; Møde; længe; fysisk; 1; 1; 1; 0;\n1;2"
    page = care.log_in(client, cluster.doctor).post(cluster.address("meetings/import/"), {"lines": lines})
    assert page.status_code == 422
    said = page.content.decode()
    assert all(f"Linje {number}:" in said for number in (1, 2, 3))
    assert not NetworkMeeting.objects.exists()


def test_meetings_are_entered_on_the_page_one_by_one_and_many_at_once(cluster, client):
    care.log_in(client, cluster.municipal)
    given = {"held_on": "Forår 2020", "minutes": "1,5 t", "form": "virtual", "municipality": "2", "hospital": "1"}
    assert client.post(cluster.address("meetings/"), given).status_code == 302
    line = "14. sept. 2021; Vidensdelingsmøde; 2 t; fysisk; 5; 5; 15; ;"
    assert client.post(cluster.address("meetings/import/"), {"lines": f"{line}\n{line}"}).status_code == 302
    assert NetworkMeeting.objects.count() == 3
    assert "Forår 2020" in client.get(cluster.address("meetings/")).content.decode()
    ahead = client.post(cluster.address("meetings/"), given | {"held_on": "1/1-2190"})
    assert ahead.status_code == 422


def test_tc3_30_three_referrals_are_too_few_to_conclude_whatever_is_chosen(cluster, doctor, client):
    test = change_tests.begin(
        doctor, cluster.network, title="Henvis til forløb", aim="Flere tager imod", least_volume=10,
        began_on=dt.date(2021, 9, 1), indicator="municipal_rehabilitation",
    )  # fmt: skip
    given = {"version": 1, "volume": 3, "ended_on": "2021-12-01", "conclusion": "adopt", "words": "Gik godt"}
    page = care.log_in(client, cluster.doctor).post(cluster.address(f"tests/{test.pk}/conclude/"), given, follow=True)
    test.refresh_from_db()
    assert test.conclusion == ChangeTest.Conclusion.INSUFFICIENT
    assert "Det blev prøvet 3 gange, og I havde besluttet 10" in page.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeTest.objects.filter(pk=test.pk).update(conclusion="adopt")


def test_with_the_volume_decided_on_the_conclusion_is_the_networks_own_and_the_second_comes_too_late(cluster, doctor):
    test = change_tests.begin(
        doctor, cluster.network, title="Ring", aim="Flere kommer", least_volume=10, began_on=dt.date(2021, 9, 1)
    )
    given = {"volume": 10, "ended_on": dt.date(2021, 12, 1), "words": "Det virkede"}
    change_tests.conclude(doctor, test, 1, conclusion="adapt", **given)
    assert test.conclusion == "adapt"
    with pytest.raises(Conflict, match="fortsætter med ændringer"):
        change_tests.conclude(care.acting(cluster.municipal), test, 1, conclusion="abandon", **given)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"ended_on": dt.date(2021, 8, 1)}, "ended_on"),
        ({"ended_on": dt.date(2190, 8, 1)}, "ended_on"),
        ({"conclusion": "perhaps"}, "conclusion"),
        ({"words": " "}, "words"),
        ({"volume": -1}, "volume"),
    ],
)
def test_a_conclusion_that_does_not_hold_is_not_taken(cluster, doctor, given, field):
    test = change_tests.begin(
        doctor, cluster.network, title="Ring", aim="Flere kommer", least_volume=10, began_on=dt.date(2021, 9, 1)
    )
    right = {"volume": 10, "ended_on": dt.date(2021, 12, 1), "conclusion": "adopt", "words": "Det virkede"}
    with pytest.raises(Invalid) as error:
        change_tests.conclude(doctor, test, 1, **right | given)
    assert error.value.field == field
    test.refresh_from_db()
    assert not test.conclusion


def test_the_days_of_tests_are_marked_on_the_trend_of_their_indicator(cluster, doctor, client):
    change_tests.begin(
        doctor, cluster.network, title="Ring", aim="Flere kommer", least_volume=10, began_on=dt.date(2020, 9, 1),
        indicator="eye_exam",
    )  # fmt: skip
    care.log_in(client, cluster.doctor)
    marks = client.get(cluster.address("t2d/eye_exam/")).context["drawings"].trend.marks
    assert [mark.words for mark in marks if mark.kind == "test"] == ["Ring"]
    marks = client.get(cluster.address("t2d/annual_review/")).context["drawings"].trend.marks
    assert not [mark for mark in marks if mark.kind == "test"]


def test_a_note_is_added_to_a_report_an_indicator_and_a_meeting_with_who_and_when(cluster, doctor, client):
    meeting = meetings.register(doctor, cluster.network, held(kind="Vidensdelingsmøde"))
    care.log_in(client, cluster.doctor)
    client.post(cluster.address("t2d/notes/"), {"text": "Om det hele"})
    client.post(cluster.address("t2d/eye_exam/notes/"), {"text": "Om øjnene", "meeting": meeting.pk})
    whole, eyes = (client.get(cluster.address(rest)).content.decode() for rest in ("t2d/", "t2d/eye_exam/"))
    assert "Om det hele" in whole
    assert "Om øjnene" not in whole
    assert "Om øjnene" in eyes
    assert "Bente Lund" in eyes
    assert "(Vidensdelingsmøde)" in eyes
    paper = client.get(cluster.address("t2d/print/")).content.decode()
    assert "Om det hele" in paper
    assert "Om øjnene" in paper


def test_a_note_is_taken_back_by_who_wrote_it_alone_and_its_place_stays(cluster, doctor, client):
    note = discussing.add_note(doctor, cluster.network, cluster.publication, "Det var for hurtigt sagt")
    with pytest.raises(Refused):
        discussing.withdraw_note(care.acting(cluster.municipal), note)
    note.refresh_from_db()
    assert note.withdrawn_at is None
    care.log_in(client, cluster.doctor).post(cluster.address(f"notes/{note.pk}/withdraw/"))
    for rest in ("t2d/", "t2d/print/"):
        assert "hurtigt sagt" not in client.get(cluster.address(rest)).content.decode()
    assert "Taget tilbage" in client.get(cluster.address("t2d/")).content.decode()
    with pytest.raises(Conflict):
        discussing.withdraw_note(doctor, note)
    assert DiscussionNote.objects.get().text == "Det var for hurtigt sagt"


def test_a_note_needs_words_an_indicator_of_the_report_and_a_meeting_of_the_network(cluster, doctor):
    elsewhere = meetings.register(
        care.acting(cluster.municipal), made.network(name="Naboklyngen"), held(kind="Et andet sted")
    )
    for wrong in ({"text": " "}, {"indicator": "nothing"}, {"meeting": elsewhere}):
        with pytest.raises(Invalid):
            discussing.add_note(doctor, cluster.network, cluster.publication, **{"text": "Ord"} | wrong)
    assert not DiscussionNote.objects.exists()


def test_notes_on_an_earlier_report_stay_and_say_which_figures_they_are_about(cluster, doctor, client):
    discussing.add_note(doctor, cluster.network, cluster.publication, "Fra sidste år")
    made.publication("t2d", dt.date(2022, 12, 31))
    said = care.log_in(client, cluster.doctor).get(cluster.address("t2d/")).content.decode()
    assert "Fra sidste år" in said
    assert "om tallene pr. 31-12-2021" in said


@pytest.mark.parametrize("role", [Role.ANALYST, Role.LEADERSHIP])
def test_who_may_only_read_has_no_forms_and_is_refused_what_they_would_send(cluster, client, role):
    care.log_in(client, care.member(role=role))
    for rest in ("t2d/", "meetings/", "tests/"):
        assert '<form method="post" class="no-print"' not in client.get(cluster.address(rest)).content.decode()
    for rest, given in (("t2d/notes/", {"text": "x"}), ("meetings/", {}), ("meetings/import/", {"lines": "x"}),
                        ("tests/", {})):  # fmt: skip
        assert client.post(cluster.address(rest), given).status_code == 403
    assert not DiscussionNote.objects.exists()


def test_a_practice_outside_writes_nothing_in_a_network(cluster):
    stranger = care.acting(cluster.former)
    with pytest.raises(Refused):
        discussing.add_note(stranger, cluster.network, cluster.publication, "Ord")
    with pytest.raises(Refused):
        meetings.register(stranger, cluster.network, held())
    with pytest.raises(Refused):
        change_tests.begin(
            stranger, cluster.network, title="Ring", aim="Mål", least_volume=1, began_on=dt.date(2021, 1, 1)
        )


def test_many_notes_meetings_and_tests_cost_no_more_statements(cluster, doctor, client):
    meetings.register_all(doctor, cluster.network, [held(kind=f"Type {number % 9}") for number in range(150)])
    for number in range(40):
        discussing.add_note(doctor, cluster.network, cluster.publication, f"Note {number}", indicator="eye_exam")
        change_tests.begin(
            doctor, cluster.network, title=f"Prøve {number}", aim="Mål", least_volume=1, began_on=AS_OF,
            indicator="eye_exam",
        )  # fmt: skip
    care.log_in(client, cluster.doctor)
    for rest in (
        "",
        "t2d/eye_exam/",
        "t2d/print/",
        "meetings/",
        "tests/",
        f"tests/{cluster.network.tests.first().pk}/",
    ):
        client.get(cluster.address(rest))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(cluster.address(rest)).status_code == 200
        assert len(asked) <= 14, (rest, [each["sql"][:120] for each in asked])
    page = client.get(cluster.address("meetings/"))
    assert page.context["found"].totals.count == 150
    assert len(page.context["rows"]) == 100
