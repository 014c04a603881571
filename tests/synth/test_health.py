"""The latent course of health shows, coherently, in every source."""

import pytest

from .conftest import PERIOD_COLUMN

SPELLS = {
    "affiliation": ("from", "to"),
    "benefit": ("from", "to"),
    "sick_leave": ("from", "to"),
    "job": ("from", "to"),
    "education": ("from", "to"),
    "home_care": ("from", "to"),
    "home_nursing": ("from", "to"),
    "care_home": ("from", "to"),
    "substance_case": ("opened", "closed"),
    "outpatient_course": ("opened", "closed"),
}
ALONE = ("sick_leave", "job", "education", "home_care", "home_nursing", "care_home")


def test_five_to_six_in_a_hundred_adults_have_type_2_diabetes(ask) -> None:
    share = ask("select avg((type_2_diabetes is not null)::int) from citizen where age >= 18 and status = 'active'")
    assert 0.05 < share < 0.063


def test_38_percent_of_those_over_16_have_two_or_more_chronic_conditions(ask, database) -> None:
    conditions = [row[0] for row in database.execute("describe truth").fetchall()][3:]
    assert len(conditions) >= 20
    count = " + ".join(f"({name} is not null)::int" for name in conditions)
    share = ask(f"select avg((({count}) >= 2)::int) from citizen where age > 16 and status = 'active'")
    assert share == pytest.approx(0.38, abs=0.02)


def test_costs_are_concentrated_as_in_symphony(database) -> None:
    rows = database.execute("""
        with cost as (
            select cpr, cost from hospital_contact where start > date '2014-10-01'
            union all select cpr, price from dispensing where date > date '2014-10-01'
            union all select cpr, fee from specialist_contact where date > date '2014-10-01'
            union all select cpr, 150 from gp_contact where date > date '2014-10-01')
        select coalesce(sum(cost), 0)::double as total from person left join cost using (cpr)
        where status = 'active' group by cpr order by total desc""").fetchall()
    costs = [row[0] for row in rows]
    top, second = round(len(costs) * 0.04), round(len(costs) * 0.22)
    total = sum(costs)
    assert sum(costs[:top]) / total == pytest.approx(0.50, abs=0.05)
    assert sum(costs[top:second]) / total == pytest.approx(0.35, abs=0.05)
    assert sum(costs[second:]) / total == pytest.approx(0.15, abs=0.05)


def test_volumes_are_those_of_danish_health_care(ask) -> None:
    per_year = "count(*) / 4.0 / (select count(*) from person)"
    assert 6 < ask(f"select {per_year} from gp_contact") < 8
    assert 8 < ask(f"select {per_year} from dispensing") < 10.5


def test_old_and_ill_see_their_doctor_more(ask) -> None:
    young, old = ask("""
        select count(*) filter (age between 20 and 40) / (select count(*) from citizen where age between 20 and 40),
               count(*) filter (age > 75) / (select count(*) from citizen where age > 75)
        from gp_contact join citizen using (cpr)""")
    assert old > 2 * young
    well, failing = ask("""
        select count(*) filter (heart_failure is null) / (select count(*) from citizen where heart_failure is null),
               count(*) filter (heart_failure is not null)
                   / (select count(*) from citizen where heart_failure is not null)
        from gp_contact join citizen using (cpr)""")
    assert failing > 2 * well


@pytest.mark.parametrize(
    ("condition", "trace"),
    [
        ("type_2_diabetes", "select distinct cpr from dispensing where atc like 'A10%'"),
        ("type_2_diabetes", "select distinct cpr from gp_measurement where code = 'NPU27300' and value > 47"),
        ("type_2_diabetes", "select distinct cpr from gp_diagnosis where icpc2 = 'T90'"),
        ("type_2_diabetes", "select distinct cpr from gp_check where \"check\" = 'foot_exam'"),
        ("copd", "select distinct cpr from dispensing where atc = 'R03BB04'"),
        ("copd", "select distinct cpr from gp_diagnosis where icpc2 = 'R95'"),
        ("heart_failure", "select distinct cpr from dispensing where atc = 'C03CA01'"),
        ("heart_failure", r"select distinct cpr from hospital_diagnosis where regexp_matches(diagnosis, '^[dD]?I50')"),
        ("schizophrenia", "select distinct cpr from dispensing where atc like 'N05A%'"),
        ("schizophrenia", r"select distinct cpr from hospital_diagnosis where regexp_matches(diagnosis, '^[dD]?F2')"),
        ("depression", "select distinct cpr from dispensing where atc like 'N06A%'"),
        ("substance_use", "select distinct cpr from substance_case"),
        ("dementia", "select distinct cpr from care_home"),
        ("hypothyroidism", "select distinct cpr from dispensing where atc = 'H03AA01'"),
    ],
)
def test_conditions_leave_their_traces(ask, condition: str, trace: str) -> None:
    with_it, without = ask(f"""
        select avg((t.cpr is not null)::int) filter (c.{condition} is not null),
               avg((t.cpr is not null)::int) filter (c.{condition} is null)
        from citizen c left join ({trace}) t using (cpr)""")
    assert with_it > 2.5 * without
    assert with_it > 0.05


@pytest.mark.parametrize("table", PERIOD_COLUMN)
def test_nothing_happens_before_birth_or_after_death(ask, table: str) -> None:
    column = PERIOD_COLUMN[table]
    outside = ask(f"""select count(*) from {table} join person using (cpr)
                      where {column}::date < birth_date or {column}::date > status_date""")
    assert outside == 0


@pytest.mark.parametrize("table", SPELLS)
def test_spells_run_forwards_and_end_with_life(ask, table: str) -> None:
    start, stop = SPELLS[table]
    backwards, future, after_death = ask(f"""
        select count(*) filter ("{stop}" < "{start}"),
               count(*) filter ("{start}" > date '2015-09-30' or "{stop}" > date '2015-09-30'),
               count(*) filter ("{start}" > status_date
                                or ("{stop}" is null and status_date < date '2015-08-31'))
        from {table} join person using (cpr)""")
    assert (backwards, future, after_death) == (0, 0, 0)
    assert ask(f'select count(*) from {table} where "{stop}" is null') > 0


@pytest.mark.parametrize("table", ALONE)
def test_spells_of_one_kind_do_not_overlap(ask, table: str) -> None:
    overlapping = ask(f"""
        select count(*) from (
            select "from", max(coalesce("to", date '9999-12-31')) over (
                partition by cpr order by "from" rows between unbounded preceding and 1 preceding) as reach
            from {table}) where "from" <= reach""")
    assert overlapping == 0


def test_all_benefits_occur_and_keep_to_their_ages(ask, database) -> None:
    kinds = {row[0] for row in database.execute("select distinct kind from benefit").fetchall()}
    assert len(kinds) == 14
    youngest, oldest = ask("""
        select min("from" - birth_date) filter (kind = 'folkepension') / 365.25,
               max(coalesce("to", date '2015-09-30') - birth_date) filter (kind <> 'folkepension') / 365.25
        from benefit join person using (cpr)""")
    assert youngest > 64.9
    assert oldest < 65.6
    assert (
        ask("""
        select avg((b.cpr is not null)::int) from citizen c left join benefit b
            on b.cpr = c.cpr and kind = 'folkepension' and "to" is null where age >= 66 and status = 'active'""")
        > 0.98
    )


def test_long_sick_leaves_lead_to_sickness_benefit_without_a_gap(ask) -> None:
    missing = ask("""
        select count(*) from sick_leave s where coalesce("to", date '2015-09-30') - "from" + 1 > 31
            and not exists (from benefit b where b.cpr = s.cpr and kind = 'sygedagpenge'
                            and b."from" = s."from" + 30)""")
    assert missing == 0


def test_hospital_contacts_are_coherent(ask) -> None:
    wrong_end, wrong_ready, outpatients_without_course, strangers = ask("""
        select count(*) filter ("end" < start), count(*) filter (ready_for_discharge not between start and "end"),
               count(*) filter ((kind = 'outpatient') <> (course_id is not null)),
               count(*) filter (course_id is not null and course_id not in (select course_id from outpatient_course))
        from hospital_contact""")
    assert (wrong_end, wrong_ready, outpatients_without_course, strangers) == (0, 0, 0, 0)
    assert ask("select count(*) - count(distinct contact_id) from hospital_contact") == 0
    assert ask("select count(*) from hospital_contact where \"end\" is null and kind = 'inpatient'") > 0
    primary = ask("""
        select count(*) from hospital_contact c join hospital_diagnosis d using (contact_id)
        where rank = 'primary' and diagnosis = action_diagnosis and c.cpr = d.cpr and date = start::date""")
    assert primary == ask("select count(*) from hospital_contact")
    assert ask("select count(*) from hospital_diagnosis where rank = 'secondary'") > 1000


def test_diagnoses_are_written_in_the_three_danish_ways(ask) -> None:
    with_d, plain, small_d = ask(r"""
        select count(*) filter (regexp_matches(action_diagnosis, '^D[A-Z]\d{3}$')),
               count(*) filter (regexp_matches(action_diagnosis, '^[A-Z]\d{2}\.\d$')),
               count(*) filter (regexp_matches(action_diagnosis, '^d[A-Z]\d{2}\.\d$')) from hospital_contact""")
    assert with_d + plain + small_d == ask("select count(*) from hospital_contact")
    assert with_d > plain > small_d > 0


def test_no_moment_falls_in_the_hour_that_summer_time_skips(ask) -> None:
    skipped = "strftime({0}, '%m-%d %H') in ('03-25 02') and year({0}) = 2012"
    assert ask(f"select count(*) from hospital_contact where {skipped.format('start')}") == 0
    assert ask(f"select count(*) from hospital_contact where {skipped.format(chr(34) + 'end' + chr(34))}") == 0


def test_an_acute_stay_foretells_the_next_and_death(ask) -> None:
    again, first, dies, lives = ask("""
        with past as (select distinct cpr from hospital_contact
                      where kind = 'inpatient' and acute and start < date '2014-10-01'),
             next as (select distinct cpr from hospital_contact
                      where kind = 'inpatient' and acute and start >= date '2014-10-01')
        select avg((n.cpr is not null)::int) filter (p.cpr is not null),
               avg((n.cpr is not null)::int) filter (p.cpr is null),
               avg((status = 'dead')::int) filter (p.cpr is not null),
               avg((status = 'dead')::int) filter (p.cpr is null)
        from citizen c left join past p using (cpr) left join next n using (cpr)
        where status_date is null or status_date >= date '2014-10-01'""")
    assert again > 2 * first
    assert dies > 2 * lives


def test_a_fifth_of_older_patients_come_back_within_30_days(ask) -> None:
    share = ask("""
        select avg(exists(from hospital_contact b where b.cpr = a.cpr and b.kind = 'inpatient' and b.acute
                          and b.start > a."end" and b.start < a."end" + interval 30 day)::int)
        from hospital_contact a join citizen using (cpr)
        where kind = 'inpatient' and acute and age >= 67 and "end" < date '2015-09-01'""")
    assert 0.14 < share < 0.26
