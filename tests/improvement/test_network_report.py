"""The network's report: sums only, honest about what is missing, breaks in sight, few statements (report 003)."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samspil.access.models import Role
from samspil.improvement.models import IndicatorResult, NetworkPractice
from samspil.improvement.queries import network_report as queries
from tests import care
from tests.improvement import made
from tests.improvement.network_house import AS_OF, DAYS, Cluster

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster() -> Cluster:
    return Cluster()


@pytest.fixture
def doctor(cluster, client):
    """A doctor of a practice in the network, logged in."""
    return care.log_in(client, cluster.doctor)


def text(page) -> str:
    """What a page says, with blanks as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_tc3_15_ten_of_twelve_practices_deliver_and_the_population_is_1283(cluster, doctor):
    said = text(doctor.get(cluster.address("t2d/")))
    assert "10 af 12 praksis leverer" in said
    assert "1.283" in said


def test_the_shares_are_those_of_table_2_2_with_interval_and_both_numbers(cluster, doctor):
    said = text(doctor.get(cluster.address("t2d/")))
    assert "80 %" in said
    assert "1.026 af 1.283" in said
    assert "78–82 %" in said
    assert "72 %" in said
    assert "924 af 1.283" in said
    assert "69–74 %" in said


def test_tc3_04_a_change_of_definition_is_a_visible_break_between_2018_and_2019(cluster, doctor):
    page = doctor.get(cluster.address("t2d/eye_exam/"))
    marks = page.context["drawings"].trend.marks
    assert [(mark.kind, mark.words) for mark in marks if mark.kind == "definition"] == [("definition", "v1 til v2")]
    assert "Brud, definitionen er ændret" in text(page)
    # No line is drawn across it.
    assert len(page.context["drawings"].trend.lines) == 1
    assert not [
        mark for mark in doctor.get(cluster.address("t2d/annual_review/")).context["drawings"].trend.marks
        if mark.kind == "definition"
    ]  # fmt: skip


def test_tc3_14_one_practice_leaves_and_two_join_is_a_break_of_its_own_kind(cluster):
    found = queries.report(care.acting(cluster.doctor), cluster.network.pk, "t2d")
    changes = {change.day.year: (change.before, change.after, change.joined, change.left) for change in found.changes}
    assert changes == {2019: (5, 8, 3, 0), 2020: (8, 9, 2, 1), 2021: (9, 10, 1, 0)}


def test_a_practice_for_a_practice_is_a_break_too(cluster):
    NetworkPractice.objects.filter(practice=cluster.practices[1]).update(left=dt.date(2021, 1, 1))
    found = queries.report(care.acting(cluster.municipal), cluster.network.pk, "t2d")
    assert [(change.joined, change.left) for change in found.changes][-1] == (1, 1)


def test_l_32_the_practices_present_in_all_years_have_a_series_of_their_own(cluster):
    found = queries.report(care.acting(cluster.doctor), cluster.network.pk, "t2d", only="annual_review", practices=True)
    line = found.lines[0]
    # Practices 1 to 4 deliver in all four years; the one that left in 2020 does not count.
    assert line.constant_practices == 4
    rows = IndicatorResult.objects.filter(practice__in=cluster.practices[1:5], indicator="annual_review", day=AS_OF)
    assert line.constant[-1].shares.strict.n == sum(row.met for row in rows)
    assert [figure.day for figure in line.constant] == list(DAYS)


def test_tc3_17_a_report_has_sums_only(cluster, doctor):
    person = care.citizen(cluster.practices[1], "Poula Patient", cpr="0101460099")
    made.state(cluster.publication, person, "eye_exam", "overdue")
    for rest in ("t2d/", "t2d/eye_exam/", "t2d/print/", "meetings/", "tests/"):
        said = doctor.get(cluster.address(rest)).content.decode()
        assert "Poula" not in said
        assert "010146" not in said


def test_tc3_17_what_the_release_hides_is_said_in_words_and_never_as_a_number(cluster, doctor):
    IndicatorResult.objects.filter(network=cluster.network, indicator="eye_exam", day=AS_OF).update(
        hidden=True, met=3, overdue=1, persons=4
    )
    page = doctor.get(cluster.address("t2d/eye_exam/"))
    assert "for få til at vise" in text(page)
    assert not re.search(r"\b3 af 4\b", text(page))
    assert page.context["row"].share == ""
    assert page.context["drawings"].trend.gaps


def test_hidden_practices_are_not_drawn_not_even_the_own_and_their_number_is_said(cluster, doctor):
    cluster.hide(cluster.practices[1])
    page = doctor.get(cluster.address("t2d/eye_exam/"))
    drawn = page.context["drawings"].funnel
    assert len(drawn.dots) == 9
    assert not drawn.own
    assert "1 praksis er ikke tegnet" in drawn.hidden_words


def test_practices_outside_the_network_see_nothing_and_those_who_left_neither(cluster, client):
    for who in (care.member(role=Role.GP), cluster.former, care.member(role=Role.NGO)):
        care.log_in(client, who)
        for rest in ("", "t2d/", "t2d/eye_exam/", "t2d/print/", "meetings/", "tests/"):
            answer = client.get(cluster.address(rest))
            assert answer.status_code == 403
            assert "TværSam" not in answer.content.decode()


def test_req_priv_3_a_name_stands_beside_figures_if_it_agreed_and_only_within_the_network(cluster, client):
    within = care.log_in(client, cluster.doctor).get(cluster.address("t2d/eye_exam/"))
    texts = [dot.text for dot in within.context["drawings"].funnel.dots]
    assert sorted(filter(None, texts)) == ["Din praksis", "Lægerne D"]
    outside = care.log_in(client, cluster.municipal).get(cluster.address("t2d/eye_exam/"))
    assert not [dot.text for dot in outside.context["drawings"].funnel.dots if dot.text]
    assert "Lægerne" not in outside.content.decode()


def test_practices_stand_in_the_order_of_their_size_and_not_of_their_share(cluster, doctor):
    rows = doctor.get(cluster.address("t2d/eye_exam/")).context["drawings"].funnel.table.rows
    sizes = [int(row[1].split()[-1].replace(".", "")) for row in rows]
    assert sizes == sorted(sizes)


def test_four_points_are_too_few_for_a_control_chart_and_it_says_so(cluster, doctor):
    chart = doctor.get(cluster.address("t2d/annual_review/")).context["drawings"].control
    assert chart.way == "xmr"
    assert "4 af de 12 punkter" in chart.too_few
    assert not chart.signals


def test_centre_and_limits_begin_anew_where_the_definition_changed(cluster, doctor):
    chart = doctor.get(cluster.address("t2d/eye_exam/")).context["drawings"].control
    assert len(chart.stretches) == 2
    assert len(chart.breaks) == 1


def test_with_enough_points_it_is_a_p_chart_that_marks_what_stands_out(cluster, doctor):
    for month in range(1, 13):
        met = 950 if month == 9 else 800
        day = dt.date(2021, month, 28)
        made.result(cluster.publication, cluster.network, "statin", day=day, met=met, not_met=1000 - met)
    chart = doctor.get(cluster.address("t2d/statin/")).context["drawings"].control
    assert chart.way == "p"
    assert not chart.too_few
    assert any("28-09-2021" in signal for signal in chart.signals)


def test_fewer_practices_than_may_be_shown_have_no_funnel_and_no_spread(cluster, doctor):
    for practice in cluster.practices[1:8]:
        cluster.hide(practice)
    drawings = doctor.get(cluster.address("t2d/eye_exam/")).context["drawings"]
    assert drawings.funnel is None
    assert drawings.strip is None
    assert "For få praksis: 3 " in drawings.funnel_words


def test_an_indicator_without_standard_is_neither_good_nor_bad_and_one_with_says_what_is_missing(cluster, doctor):
    made.result(cluster.publication, cluster.network, "statin", met=1000, not_met=283)
    rows = {row.name: row for row in doctor.get(cluster.address("t2d/")).context["rows"]}
    assert rows["annual_review"].standard == ""
    # 90 % of 1,283 is 1,155 patients (report 003 2.3).
    assert "155 " in rows["statin"].standard


def test_what_was_not_collected_says_so_and_is_never_zero(cluster, doctor):
    given = made.result(cluster.publication, cluster.network, "urine_albumin", outcome="not_collected")
    IndicatorResult.objects.filter(pk=given.pk).update(persons=None, met=None, no_data=None)
    rows = {row.name: row for row in doctor.get(cluster.address("t2d/")).context["rows"]}
    assert rows["urine_albumin"].why == "ikke indsamlet"


def test_categories_are_counted_and_a_small_one_says_too_few(cluster, doctor):
    made.result(cluster.publication, cluster.network, "urine_albumin", met=0, no_data=83, not_met=1200)
    for name, persons in (("A", 900), ("B", 280), ("C", None), ("D", 20)):
        made.category(cluster.publication, cluster.network, "urine_albumin", name, persons, hidden=persons is None)
    pieces = doctor.get(cluster.address("t2d/urine_albumin/")).context["drawings"].bars.pieces
    assert [piece.words for piece in pieces] == ["900", "280", "for få til at vise", "20"]


def test_l_33_every_figure_says_how_it_is_computed(cluster, doctor):
    said = text(doctor.get(cluster.address("t2d/eye_exam/")))
    for part in ("v2", "Øjenundersøgelse eller øjenlæge inden for de seneste 24 måneder", "Patienter uden data",
                 "003 L969-972", "gennemgang", "31-12-2021", "31-12-2019"):  # fmt: skip
        assert part in said, part


def test_the_printed_report_has_a_sheet_for_each_figure_room_for_notes_and_the_methods(cluster, doctor):
    page = doctor.get(cluster.address("t2d/print/"))
    shown = [each for each in made.definition("t2d", AS_OF).indicators if each.shown]
    # Of what there is no figure there is no sheet, but what it means stands with the methods.
    assert page.content.decode().count('class="sheet"') == 2 + 1
    said = text(page)
    assert "Plads til noter i hånden" in said
    assert "Metoder" in said
    assert all(each.numerator.da in said for each in shown)


def test_one_network_is_opened_at_once_and_several_are_listed(cluster, client):
    assert care.log_in(client, cluster.doctor).get("/networks/").url == cluster.address()
    made.network([cluster.practices[1]], "Naboklyngen")
    said = text(client.get("/networks/"))
    assert "Naboklyngen" in said
    assert "12 praksis" in said
    made.network(name="Fjernklyngen")
    assert "Fjernklyngen" not in text(client.get("/networks/"))
    assert "Fjernklyngen" in text(care.log_in(client, cluster.analyst).get("/networks/"))


@pytest.mark.parametrize("rest", ["", "t2d/", "t2d/eye_exam/", "t2d/print/", "meetings/", "tests/"])
def test_a_page_asks_few_questions_whatever_the_number_of_rows(cluster, client, rest):
    names = [each.indicator for each in made.definition("t2d", AS_OF).indicators]
    for day in DAYS[:2]:
        for name in names[2:]:
            for unit in (cluster.network, *cluster.practices[1:6]):
                made.result(cluster.publication, unit, name, day=day, met=60, overdue=40)
    care.log_in(client, cluster.doctor)
    client.get(cluster.address(rest))
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(cluster.address(rest)).status_code == 200
    assert len(asked) <= 14, "\n".join(each["sql"][:200] for each in asked)
