"""Practices differ and networks improve, as the truth of the region says; what is new moves nothing that was there."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samspil.synth import write_region
from samspil.synth.chunk import make_chunk
from samspil.synth.plan import Plan

from .conftest import AS_OF, SEED, Written


def plan(persons: int, seed: int = SEED) -> Plan:
    return Plan(persons, seed, AS_OF)


@pytest.fixture(scope="module")
def wide() -> Iterator[duckdb.DuckDBPyConnection]:
    """A region of 40,000 persons in nine practices, with its truth."""
    region = plan(40_000)
    chunks = [make_chunk(region, number) for number in range(region.chunks)]
    with duckdb.connect() as connection:
        for name in ("affiliation", "gp_contact", "gp_diagnosis", "gp_check", "gp_measurement", "gp_target"):
            connection.register(name, pa.concat_tables([chunk.tables[name] for chunk in chunks]))
        connection.register("truth", pa.concat_tables([chunk.truth for chunk in chunks]))
        connection.register("truth_practices", region.care_quality.truth(region.practices, region.window))
        yield connection


# Networks


def test_most_practices_are_in_one_quality_network_each(ask) -> None:
    practices, members, twice = ask("""
        select (select count(*) from practice), count(distinct provider_number),
               count(*) - count(distinct provider_number)
        from network_practice""")
    assert 0.6 * practices <= members <= practices
    assert twice == 0
    assert ask("select count(*) from network_practice anti join practice using (provider_number)") == 0
    assert ask("select count(*) from network_practice anti join network using (network)") == 0
    assert ask("select count(*) from network where kind <> 'quality'") == 0


@pytest.mark.parametrize(
    ("persons", "seed", "networks"), [(20_000, 1, 2), (20_000, SEED, 1), (40_000, SEED, 2), (1_000_000, SEED, 11)]
)
def test_networks_have_two_practices_at_least_and_about_25_in_a_large_region(
    persons: int, seed: int, networks: int
) -> None:
    assert len(plan(persons, seed).networks.name) == networks


def test_some_join_later_and_one_leaves() -> None:
    networks = plan(500_000).networks
    members = networks.network >= 0
    first = np.array([networks.joined[networks.network == number].min() for number in networks.network[members]])
    assert 0.1 < np.mean(networks.joined[members] > first) < 0.5
    left = networks.left[members] < plan(1).window.days
    assert left.sum() == 1
    assert (networks.left > networks.joined)[members].all()
    assert 0.3 < networks.agreed_labels[members].mean() < 0.9


@pytest.mark.parametrize("persons", [1, 1000, 4000])
def test_a_region_of_one_practice_has_a_network_of_its_own(persons: int) -> None:
    networks = plan(persons).networks
    assert len(networks.name) == 1
    assert (networks.network >= 0).sum() >= 1


def test_networks_have_different_names() -> None:
    names = plan(1_000_000).networks.name
    assert len(set(names)) == len(names)


# Quality


def test_the_truth_tells_what_each_practice_does(written: Written, ask) -> None:
    truth = pq.read_table(written.out / "truth_practices.parquet").to_pylist()
    assert len(truth) == ask("select count(*) from practice")
    assert all(0 < row["share_first"] < 1 and 0 < row["share_last"] < 1 for row in truth)
    assert len({row["quality"] for row in truth}) == len(truth)


def test_thorough_practices_review_more_of_their_patients(wide: duckdb.DuckDBPyConnection) -> None:
    """The share that the truth tells and the share that can be counted go together over the practices of a region."""
    counted = wide.execute("""
        select avg((cpr in (
            select cpr from gp_check where "check" = 'annual_review' and date > date '2014-09-30'))::int),
            any_value(share_last)
        from affiliation join truth using (cpr) join truth_practices using (provider_number)
        where "to" is null and type_2_diabetes < date '2014-09-30' and silent_from is null
        group by provider_number""").fetchnumpy()
    assert np.corrcoef(*counted.values())[0, 1] > 0.6


def test_practices_in_a_network_come_from_52_to_80_percent_reviewed_and_others_do_not() -> None:
    """As in the network of Region Hovedstaden, report 003 L953-979 (counted in the known shares)."""
    region = plan(2_000_000)
    quality, everybody = region.care_quality, np.arange(len(region.practices.name))
    inside = region.networks.network >= 0
    change = {
        name: [float(quality.share(everybody, np.full(len(everybody), day))[group].mean()) for day in (0, 1400)]
        for name, group in {"inside": inside, "outside": ~inside}.items()
    }
    assert change["inside"][0] == pytest.approx(0.55, abs=0.04)
    assert change["inside"][1] > 0.88
    assert change["outside"][1] - change["outside"][0] < 0.08


def test_a_practice_that_leaves_keeps_what_it_had_reached_and_improves_no_further() -> None:
    region = plan(500_000)
    (gone,) = np.flatnonzero(region.networks.left < region.window.days)
    left = region.networks.left[gone]
    at = [
        float(region.care_quality.share(np.array([gone]), np.array([day]))[0]) for day in (left - 400, left, left + 200)
    ]
    assert at[0] <= at[1] == pytest.approx(at[2], abs=0.01)


@pytest.mark.parametrize("table", ["gp_check", "gp_measurement", "gp_target", "gp_contact", "gp_diagnosis"])
def test_a_silent_practice_delivers_nothing_and_the_truth_says_when(
    wide: duckdb.DuckDBPyConnection, table: str
) -> None:
    before, during = wide.execute(f"""
        select count(*) filter (t.date not between silent_from and silent_to),
               count(*) filter (t.date between silent_from and silent_to)
        from {table} t join affiliation a
            on a.cpr = t.cpr and t.date >= a."from" and t.date <= coalesce(a."to", t.date)
        join truth_practices p on p.provider_number = a.provider_number
        where silent_from is not null""").fetchone() or (0, 0)
    assert before > 0
    assert during == 0


def test_every_review_is_a_contact_too(ask) -> None:
    assert (
        ask("""
        select count(*) from gp_check c anti join gp_contact k
        on c.cpr = k.cpr and c.date = k.date and k.kind = 'annual_review' where c."check" = 'annual_review'""")
        == 0
    )


# Measurements


def test_albumin_in_urine_of_people_with_diabetes_falls_in_all_four_categories(ask) -> None:
    """Categories of report 003 L2544-2552."""
    a, b, c, d, others = ask("""
        select avg((value < 30)::int), avg((value >= 30 and value < 300)::int),
               avg((value >= 300 and value < 700)::int), avg((value >= 700)::int),
               count(*) filter (type_2_diabetes is null)
        from gp_measurement join truth using (cpr) where code = 'NPU19680'""")
    assert 0.6 < a < 0.85
    assert 0.12 < b < 0.35
    assert 0 < d < c < 0.05
    assert others == 0
    assert ask("select count(distinct unit) from gp_measurement where code = 'NPU19680'") == 1


def test_lung_function_of_people_with_copd_is_below_what_is_expected(ask) -> None:
    mean, others = ask("""
        select avg(value), count(*) filter (copd is null)
        from gp_measurement join truth using (cpr) where code = 'MCS88023' and unit = '%'""")
    assert 45 < mean < 75
    assert others == 0


# Questionnaires


def test_every_sector_has_first_final_and_other_forms_and_not_all_are_used(ask) -> None:
    assert ask("select count(distinct (sector, occasion)) from pro_form") == 9
    assert 0.5 < ask("select avg((used_on is not null)::int) from pro_form") < 0.75
    assert ask("select count(*) from pro_form where used_on < date or used_on > date '2015-09-30'") == 0
    assert ask("select count(*) from pro_form join truth using (cpr) where type_2_diabetes is null") == 0


def test_a_course_of_forms_begins_with_the_first_and_ends_with_the_final(ask) -> None:
    outside = ask("""
        select count(*) from pro_form o join pro_form f using (cpr)
        where f.occasion = 'first' and o.date < f.date or f.occasion = 'final' and o.date > f.date""")
    assert outside == 0
    assert (
        ask("select count(*) from (select cpr, date, sector, occasion from pro_form group by all having count(*) > 1)")
        == 0
    )


# What was there


def test_the_quality_of_practices_moves_nothing_but_reviews_checks_and_what_is_delivered_of_them() -> None:
    usual, better = plan(3000), plan(3000)
    drawn = usual.care_quality
    better.__dict__["care_quality"] = replace(drawn, quality=drawn.quality + 2.0)
    before, after = make_chunk(usual, 0), make_chunk(better, 0)
    assert {name for name in before.tables if before.tables[name] != after.tables[name]} == {
        "gp_contact",
        "gp_check",
        "gp_measurement",
    }
    old, new = (chunk.tables["gp_contact"].num_rows for chunk in (before, after))
    assert new > old
    assert before.truth == after.truth


def test_a_review_that_is_not_done_is_an_ordinary_consultation() -> None:
    """Worse practices have fewer reviews, and not fewer contacts of the people who come to them."""
    usual, worse = plan(3000), plan(3000)
    worse.__dict__["care_quality"] = replace(usual.care_quality, quality=usual.care_quality.quality - 50.0)
    contacts = make_chunk(worse, 0).tables["gp_contact"].to_pandas()
    planned = make_chunk(usual, 0).tables["gp_contact"].to_pandas()
    assert (contacts.kind != "annual_review").all()
    came = planned[planned.kind != "annual_review"].groupby("cpr").size()
    assert (contacts.groupby("cpr").size().reindex(came.index) >= came).all()


def test_no_offer_is_declined_or_withheld_more_often_than_completed(ask) -> None:
    completed, declined, withheld = ask("""
        select avg((outcome = 'completed')::int), avg((outcome = 'declined')::int),
               avg((outcome = 'not_offered_health_reason')::int)
        from rehabilitation where outcome is not null""")
    assert completed > 0.5
    assert 0.08 < declined < 0.25
    assert 0.03 < withheld < 0.15


def test_a_region_of_one_person_can_be_written(tmp_path: Path) -> None:
    region = write_region(tmp_path, persons=1, seed=SEED, as_of=AS_OF, workers=1)
    assert region.rows["network"] == region.rows["network_practice"] == 1
