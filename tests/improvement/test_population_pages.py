"""Leadership's pages: four numbers together, gaps that sum, what is hidden in words, a missing aim said (002 3.3)."""

from __future__ import annotations

import io
import re

import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from samspil.access.models import AccessRecord, Role
from samspil.improvement.models import FiguresPublication, ReleasedTable
from tests import care
from tests.improvement import made, population_house
from tests.improvement.population_house import FOUR, RELEASE

pytestmark = pytest.mark.django_db
MOST_STATEMENTS = 14


@pytest.fixture
def leader(client):
    """Somebody of the cluster's leadership, logged in."""
    return care.log_in(client, care.member(role=Role.LEADERSHIP, name="Lene Leder"))


def text(page) -> str:
    """What a page says, with blanks as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def indicators():
    """A set with a share of the region that reaches its standard, and one of a municipality that is hidden."""
    found = made.publication("t2d")
    made.result(found, None, "foot_exam", met=970, overdue=30)
    made.result(found, "461", "foot_exam", met=900, overdue=20)
    made.result(found, "480", "foot_exam", met=2, overdue=1, hidden=True)
    return found


def test_strat_3_an_estimate_never_stands_without_the_diagnosed_the_attending_and_the_referred(leader):
    population_house.segments()
    page = leader.get("/population/segments/")
    (copd,) = page.context["programmes"]
    assert [number for _name, number in copd.four] == [f"{number}" for number in FOUR]
    assert "8,8" in text(page)  # the estimate for each who was referred
    assert "fik langt flere pladser end efterspurgt" in text(page)


def test_strat_3_what_is_not_measured_says_so_and_is_never_nought(leader):
    population_house.segments(referred=False)
    page = leader.get("/population/segments/")
    (copd,) = page.context["programmes"]
    assert copd.four[3][1] == "ikke målt"
    assert not copd.ratio


def test_strat_4_the_parts_of_the_gap_sum_to_it(leader):
    population_house.segments()
    (copd,) = leader.get("/population/segments/").context["programmes"]
    assert copd.gap.estimate == "917"
    assert copd.gap.started == "75"
    # 848 of the estimate stop on the way; six started outside it.
    assert copd.gap.total == "842"
    assert sum(int(number) for _name, number in copd.gap.parts) == 848


def test_strat_4_a_hidden_part_hides_the_sum_too(leader):
    population_house.segments()
    (copd,) = leader.get("/population/segments/?unit=480").context["programmes"]
    assert copd.gap.total == ""
    assert ("Henvist, men sagt nej tak", "for få til at vise") in copd.gap.parts


def test_alg_2_22_per_cent_are_possibly_relocatable_with_and_without_other_illness(leader):
    population_house.segments()
    (copd,) = leader.get("/population/segments/").context["programmes"]
    assert [each.relocatable for each in copd.concordances] == ["muligvis 22 %", "muligvis 22 %"]
    assert "for højt" not in copd.concordances[0].words
    assert "Anden sygdom indgår ikke, så tallet er for højt." in copd.concordances[1].words


def test_strat_16_a_sheet_has_all_five_fields_or_is_not_published(leader):
    population_house.segments()
    first = leader.get("/population/segments/").context["sheets"][0]
    assert all((first.who, first.persons, first.services, first.who_acts, first.review))
    assert not first.lacking
    assert "Kommunen" in first.owner
    hidden = leader.get("/population/segments/?unit=480").context["sheets"][0]
    assert hidden.lacking
    assert not hidden.who
    assert hidden.persons == "for få til at vise"


def test_strat_15_strata_say_until_when_they_hold_and_the_group_how_few_stay(leader):
    population_house.segments()
    said = text(leader.get("/population/segments/"))
    assert "disse gælder til 31-12-2023" in said
    assert "15 % (15 af 100)" in said
    assert "De fleste er ikke i gruppen året efter" in said


def test_r_seg_14_a_segment_that_only_numbers_tell_of_says_so(leader):
    population_house.segments()
    assert "Kun kvantitativ" in text(leader.get("/population/segments/"))


def test_a_hidden_count_is_in_no_page_as_a_number(leader):
    population_house.segments()
    page = leader.get("/population/segments/?unit=480")
    (copd,) = page.context["programmes"]
    s3a = next(line for line in copd.segments if line.name == "S3a")
    assert (s3a.persons, s3a.share) == ("for få til at vise", "")
    assert copd.four[2][1] == "for få til at vise"
    assert leader.get("/population/segments/?unit=999").status_code == 404


def test_q_052_symphonys_4_18_78_per_cent_stand_for_50_35_15_of_the_cost(leader):
    population_house.cost()
    lines = leader.get("/population/cost/").context["groups"]
    assert [(line.population, line.share) for line in lines] == [
        ("4,0 %", "50 %"), ("18,0 %", "35 %"), ("78,0 %", "15 %")
    ]  # fmt: skip


def test_r_pop_05_a_fall_of_the_most_costly_stands_with_everybody_and_the_warning(leader):
    population_house.cost()
    page = leader.get("/population/cost/")
    found = page.context["moves"]
    assert found.fall == "40,0 mio. kr. til 10,0 mio. kr., -75 %"
    assert found.everybody == "50,0 mio. kr. til 60,0 mio. kr., +20 %"
    assert found.persistence == "19 % (1.000 af 5.400)"
    assert "Ét års udgifter er ikke et behov" in text(page)
    assert "Et fald kan kun vurderes mod en sammenligningsgruppe" in text(page)


def test_r_pop_04_the_most_costly_are_not_alike(leader):
    population_house.cost()
    found = leader.get("/population/cost/").context["profile"]
    assert found.alike.startswith("De ligner ikke hinanden")
    assert "5 borgere" in found.left_out


def test_r_pop_02_cost_by_sector_and_month_around_the_diagnosis_is_per_citizen_observed(leader):
    population_house.cost()
    (copd,) = leader.get("/population/cost/").context["courses"]
    rows = {row[0]: row for row in copd.table.rows}
    assert rows["0"][1:] == ("100", "5.000", "for få til at vise")
    assert rows["-1"][2] == "900"
    assert copd.hidden


def test_what_was_not_delivered_or_is_hidden_is_never_nought(leader):
    population_house.cost()
    page = leader.get("/population/cost/")
    psychiatric = next(line for line in page.context["services"] if line.sector == "Sygehus, psykiatri")
    assert (psychiatric.cost, psychiatric.per_citizen, psychiatric.state) == ("ikke målt", "–", "ikke leveret")
    assert page.context["per_citizen"][0][1] == "741 kr."
    assert page.context["per_citizen"][1][1] == "ikke målt"
    cells = dict(page.context["municipalities"])["Kommune 480"]
    assert cells[1:3] == ["for få til at vise", "for få til at vise"]


def test_tc4_13_an_aim_that_is_not_measured_is_said_and_never_nought(leader):
    population_house.segments()
    indicators()
    aims = leader.get("/population/").context["aims"]
    assert [bool(aim.missing) for aim in aims] == [False, False, True]
    assert aims[2].missing == "Der er ikke udgivet nogen udgifter."
    assert not aims[2].figures
    assert aims[1].figures == [("Type 2-diabetes", "1 af 1 standard nået")]


def test_indicators_stand_by_municipality_in_the_order_of_their_numbers_and_hidden_ones_in_words(leader):
    indicators()
    page = leader.get("/population/indicators/t2d/foot_exam/")
    assert [(name, row.share or row.why) for name, row in page.context["municipalities"]] == [
        ("Kommune 461", "98 %"), ("Kommune 480", "for få til at vise")
    ]  # fmt: skip
    assert "Nævner" in text(page)
    assert leader.get("/population/indicators/t2d/nothing/").status_code == 404


def test_pages_are_there_before_anything_is_published(leader):
    for path in ("", "segments/", "cost/", "functions/", "functions/new/"):
        assert leader.get(f"/population/{path}").status_code == 200


@pytest.mark.parametrize("role", [Role.GP, Role.PRACTICE_STAFF, Role.MUNICIPAL, Role.HOSPITAL])
def test_those_who_treat_see_nothing_of_the_population(client, role):
    population_house.segments()
    care.log_in(client, care.member(role=role))
    for path in ("", "segments/", "cost/", "functions/", "tables/segments-sizes.csv"):
        assert client.get(f"/population/{path}").status_code == 403


def test_pages_need_few_statements_however_much_there_is(leader):
    found = indicators()
    segments, cost = population_house.segments(), population_house.cost()
    for number in range(300):
        made.result(found, f"{100 + number}", "foot_exam", met=50, overdue=10)
    for of, name in ((segments, "sizes"), (cost, "sectors")):
        table = ReleasedTable.objects.get(figures=of, name=name)
        unit = table.columns.index("unit")
        table.rows += [[*row[:unit], f"{100 + n}", *row[unit + 1 :]] for n in range(98) for row in table.rows[:3]]
        table.save()
    paths = ("", "segments/", "cost/", "indicators/t2d/foot_exam/", "functions/new/", "tables/cost-groups.csv")
    for path in paths:
        with CaptureQueriesContext(connection) as statements:
            assert leader.get(f"/population/{path}").status_code == 200
        assert len(statements) <= MOST_STATEMENTS, (path, len(statements))


# Tables to take out


def test_a_table_is_as_it_was_released_with_its_release_and_nothing_for_what_is_hidden(leader):
    population_house.cost()
    answer = leader.get("/population/tables/cost-profile.csv")
    lines = answer.content.decode().splitlines()
    assert lines[0] == f"# release {RELEASE}, run 20221231-cost, as of 2022-12-31"
    assert lines[1] == "group,age_band,diagnosis_group,persons,cost,level,unit,suppressed"
    assert lines[-1] == "0-4,0-17,symptoms,,,region,region,persons;cost"
    assert answer["X-Release"] == RELEASE
    read = pq.read_table(io.BytesIO(leader.get("/population/tables/cost-profile.parquet").content))
    assert read.schema.metadata[b"release"] == RELEASE.encode()
    assert read.column("persons").to_pylist() == [2000, 1900, 1495, None]
    assert str(read.schema.field("cost").type) == "decimal128(18, 2)"


def test_who_takes_a_table_is_logged_with_its_release(leader):
    population_house.cost()
    leader.get("/population/tables/cost-groups.csv")
    row = AccessRecord.objects.latest("id")
    assert (row.resource, row.verb, row.outcome) == ("released_figures", "read", "allowed")
    assert row.detail == f"cost-groups.csv {RELEASE}"


def test_tables_of_indicators_have_no_practices_in_them(leader):
    found = indicators()
    rows = [["practice", "123456", 40], ["region", "region", 1000]]
    ReleasedTable.objects.create(indicators=found, name="results", columns=["level", "unit", "persons"], rows=rows)
    said = leader.get("/population/tables/t2d-results.csv").content.decode()
    assert "123456" not in said
    assert "region,region,1000" in said


def test_the_report_of_a_network_leads_to_its_tables_for_who_may_take_them(leader, client):
    network = made.network([care.practice()])
    found = indicators()
    ReleasedTable.objects.create(indicators=found, name="coverage", columns=["level"], rows=[])
    address = f"/networks/{network.pk}/t2d/"
    assert 'href="/population/tables/t2d-coverage.csv"' in leader.get(address).content.decode()
    care.log_in(client, care.member(role=Role.TEAM_CHAIR))
    assert "/population/tables/" not in client.get(address).content.decode()


def test_a_team_chair_sees_the_figures_and_takes_no_tables(client):
    population_house.segments()
    care.log_in(client, care.member(role=Role.TEAM_CHAIR))
    assert "/tables/" not in client.get("/population/segments/").content.decode()
    assert client.get("/population/tables/segments-sizes.csv").status_code == 403


def test_what_is_no_table_is_not_there(leader):
    population_house.cost()
    for path in ("cost-persons.csv", "cost-groups.xlsx", "nothing-at-all.csv"):
        assert leader.get(f"/population/tables/{path}").status_code == 404
    FiguresPublication.objects.all().delete()
    assert leader.get("/population/tables/cost-groups.csv").status_code == 404
