"""People, their CPR numbers, households and practices."""

from datetime import date

import duckdb
import numpy as np
import pytest
from stdnum.dk import cpr as reference_cpr

from samspil.synth.cpr import CprNumbers
from samspil.synth.timeline import Window


def test_cpr_numbers_are_unique_and_agree_with_birth_date_and_sex(database: duckdb.DuckDBPyConnection) -> None:
    rows = database.execute("select cpr, birth_date, sex from person").fetchall()
    assert len({number for number, _, _ in rows}) == len(rows)
    for number, birth_date, sex in rows:
        assert len(number) == 10
        assert reference_cpr.get_birth_date(number) == birth_date
        assert (int(number[-1]) % 2 == 1) == (sex == "M")


def test_no_cpr_number_can_have_been_issued_before_2007(database: duckdb.DuckDBPyConnection) -> None:
    weights = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
    for (number,) in database.execute("select cpr from person").fetchall():
        assert sum(w * int(d) for w, d in zip(weights, number, strict=True)) % 11 != 0


@pytest.mark.parametrize("year", [1899, 1900, 1936, 1937, 1999, 2000, 2036, 2037, 2057])
def test_the_century_rule_holds_in_every_era(year: int) -> None:
    window = Window(date(min(year + 1, 2057), 12, 31))
    birth = np.array([window.day_of(date(year, 3, 14))] * 40)
    female = np.arange(40) % 2 == 0
    numbers, days = CprNumbers(seed=1, chunks=1).deal(birth, female, 0, window)
    assert (days == birth).all()
    assert len(set(numbers)) == 40
    for number, woman in zip(numbers, female, strict=True):
        text = f"{number:010d}"
        if year <= 2036:
            assert reference_cpr.get_birth_date(text) == date(year, 3, 14)
        assert text[:6] == f"1403{year % 100:02d}"
        assert text[6] in ("56780123" if year < 1937 else "0123495678")
        assert (int(text[-1]) % 2 == 0) == woman


def test_chunks_never_share_a_cpr_number_even_when_a_date_runs_out() -> None:
    window = Window(date(2015, 9, 30))
    dealer = CprNumbers(seed=1, chunks=900)
    birth, female = np.full(20, window.day_of(date(1930, 5, 5))), np.ones(20, dtype=bool)
    dealt = [dealer.deal(birth, female, chunk, window) for chunk in (0, 1, 899)]
    assert len({int(number) for numbers, _ in dealt for number in numbers}) == 60
    for _, days in dealt:
        assert (days <= birth).all()
        assert (days > birth - 30).all()


def test_the_pyramid_is_danish(ask) -> None:
    children, old, oldest, women = ask("""
        select avg((age < 18)::int), avg((age >= 65)::int), max(age), avg((sex = 'F')::int)
        from citizen where status = 'active'""")
    assert 0.18 < children < 0.24
    assert 0.17 < old < 0.22
    assert 97 <= oldest < 106
    assert 0.49 < women < 0.52
    assert ask("select avg((sex = 'F')::int) from citizen where status = 'active' and age >= 85") > 0.58


def test_few_die_or_leave_and_those_have_a_date_in_the_period(ask) -> None:
    dead, gone, inside, none = ask("""
        select avg((status = 'dead')::int), avg((status = 'emigrated')::int),
               count(*) filter (status <> 'active'
                                and status_date between date '2011-10-01' and date '2015-09-30'),
               count(*) filter (status = 'active' and status_date is not null)
        from person""")
    assert 0.03 < dead < 0.06
    assert 0.003 < gone < 0.015
    assert inside == ask("select count(*) from person where status <> 'active'")
    assert none == 0


def test_municipalities_are_those_of_funen_in_proportion(ask) -> None:
    assert ask("select count(distinct municipality) from person") == 10
    assert ask("select avg((municipality = '461')::int) from person") == pytest.approx(197.5 / 488.3, abs=0.02)


def test_doctors_have_about_1600_citizens(ask) -> None:
    citizens, doctors, practices = ask("""
        select (select count(*) from affiliation join person using (cpr)
                where "to" is null and status = 'active'), sum(doctors), count(*) from practice""")
    assert 1400 < citizens / doctors < 1800
    assert doctors >= practices
    assert ask("select min(length(provider_number)), max(length(provider_number)) from practice") == (6, 6)
    assert ask("select count(*) from affiliation anti join practice using (provider_number)") == 0


def test_one_practice_at_a_time(ask) -> None:
    assert (
        ask("""select count(*) from affiliation a join affiliation b
               on a.cpr = b.cpr and a."from" < b."from" and coalesce(a."to", date '9999-12-31') >= b."from" """)
        == 0
    )
    assert ask("""select count(*) from affiliation join person using (cpr) where "from" < birth_date""") == 0


def test_households_are_of_adults(ask) -> None:
    assert ask("select count(*) from household join citizen using (cpr) where age < 18") == 0
    assert ask("select avg((living = 'alone')::int) from household join citizen using (cpr) where age >= 85") > 0.5
    assert 0.08 < ask("select avg((preschool_children > 0)::int) from household") < 0.18
    assert (
        ask("""select count(*) from household join person using (cpr)
               where living_since < birth_date or living_since > date '2015-09-30'""")
        == 0
    )
