"""A programme whose true effect is known: the truth is what rows say, and only those eligible are enrolled."""

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from samspil.synth import Region, write_region
from samspil.synth.contract import PROGRAMME_SOURCE, PROGRAMME_TABLES, SOURCES
from samspil.synth.programme import months_after
from samspil.verbs import ingest

from .conftest import AS_OF, PERSONS, SEED, Written

# What a course's citizen used from the index date on, in plain SQL over delivered rows: one value per course `c`.
COUNTED = {
    "acute_admissions": """select count(*) from {r}.hospital_contact h where h.cpr = c.cpr and kind = 'inpatient'
        and acute and start::date between index_date and followed_until""",
    "bed_days": """select coalesce(sum(greatest(0, date_diff('day', greatest(start::date, index_date),
        least(coalesce("end"::date, followed_until + 1), followed_until + 1)))), 0)
        from {r}.hospital_contact h where h.cpr = c.cpr and kind = 'inpatient'""",
    "outpatient": """select count(*) from {r}.hospital_contact h where h.cpr = c.cpr and kind = 'outpatient'
        and start::date between index_date and followed_until""",
    "hospital_cost": """select coalesce(sum(cost), 0) from {r}.hospital_contact h where h.cpr = c.cpr
        and start::date between index_date and followed_until""",
    "gp_contacts": """select count(*) from {r}.gp_contact g where g.cpr = c.cpr
        and date between index_date and followed_until""",
    "gp_cost": """select coalesce(sum(case kind when 'consultation' then 150 when 'phone' then 30 when 'email' then 45
        when 'home_visit' then 300 else 450 end), 0) from {r}.gp_contact g where g.cpr = c.cpr
        and date between index_date and followed_until""",
    "psychologist": """select count(*) from {r}.specialist_contact s where s.cpr = c.cpr
        and specialty = 'psychologist' and date between index_date and followed_until""",
    "eye_specialist": """select count(*) from {r}.specialist_contact s where s.cpr = c.cpr
        and specialty = 'eye' and date between index_date and followed_until""",
    "home_care_hours": """select coalesce(sum(greatest(0, date_diff('day', greatest("from", index_date),
        least(coalesce("to", followed_until), followed_until)) + 1)
        * (personal_hours_per_week + practical_hours_per_week) / 7), 0) from {r}.home_care h where h.cpr = c.cpr""",
    "sickness_benefit_days": """select coalesce(sum(greatest(0, date_diff('day', greatest("from", index_date),
        least(coalesce("to", followed_until), followed_until)) + 1)), 0)
        from {r}.benefit b where b.cpr = c.cpr and kind = 'sygedagpenge'""",
}
CHANGED = (
    "hospital_contact",
    "hospital_diagnosis",
    "gp_contact",
    "home_care",
    "benefit",
    "sick_leave",
    "specialist_contact",
)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """The same region as `written`, with a programme."""
    out = tmp_path_factory.mktemp("programme")
    return Written(out, write_region(out, persons=PERSONS, seed=SEED, as_of=AS_OF, programme=True, workers=1))


@pytest.fixture(scope="module")
def both(written: Written, changed: Written) -> Iterator[duckdb.DuckDBPyConnection]:
    """Schemas `without` and `with_it` with every table of the two regions, and `course`."""
    with duckdb.connect() as connection:
        for schema, region in (("without", written.region), ("with_it", changed.region)):
            connection.execute(f"create schema {schema}")
            for file in (file for folder in region.folders.values() for file in folder.glob("*.parquet")):
                connection.execute(f"create view {schema}.{file.stem} as from '{file}'")
        connection.execute(f"create table course as from '{changed.out}/truth_programme.parquet'")
        yield connection


@pytest.fixture(scope="module")
def one(both: duckdb.DuckDBPyConnection) -> Callable[[str], Any]:
    def ask(query: str) -> Any:
        row = both.execute(query).fetchone()
        assert row is not None
        return row[0] if len(row) == 1 else row

    return ask


@pytest.fixture(scope="module")
def told(changed: Written) -> dict[str, Any]:
    return json.loads((changed.out / "truth_programme.json").read_text(encoding="utf-8"))


def _bytes(region: Region, sources: list[str]) -> dict[str, str]:
    files = [file for source in sources for file in region.folders[source].iterdir()]
    return {f"{f.parent.name}/{f.name}": hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_without_the_option_there_is_no_programme_and_with_it_other_sources_keep_their_bytes(
    written: Written, changed: Written
) -> None:
    assert PROGRAMME_SOURCE not in written.region.folders
    assert not list(written.out.glob("truth_programme.*"))
    untouched = ["civil", "prescriptions", "networks", "patient_reported"]
    assert _bytes(written.region, untouched) == _bytes(changed.region, untouched)
    assert list(changed.region.folders) == [*SOURCES, PROGRAMME_SOURCE]
    assert all(changed.region.rows[table] > 0 for table in PROGRAMME_TABLES)


@pytest.mark.parametrize("table", CHANGED)
def test_rows_of_those_not_enrolled_and_of_the_days_until_enrolment_stay(one, table: str) -> None:
    day = {"hospital_contact": "start::date", "gp_contact": "date", "hospital_diagnosis": "date",
           "specialist_contact": "date"}.get(table, '"from"')  # fmt: skip
    # An end that lies after enrolment may move; everything else of what began before is as it was.
    skip = 'exclude ("to")' if table in {"benefit", "sick_leave"} else ""
    rows = """select t.* {skip} from {r}.{t} t left join course c using (cpr)
              where c.cpr is null or {day} <= c.index_date"""
    left, right = (rows.format(r=r, t=table, day=day, skip=skip) for r in ("without", "with_it"))
    assert one(f"select count(*) from ({left} except all {right})") == 0
    assert one(f"select count(*) from ({right} except all {left})") == 0
    assert one(f"select count(*) from (from without.{table} except all from with_it.{table})") + one(
        f"select count(*) from (from with_it.{table} except all from without.{table})"
    )


@pytest.mark.parametrize("outcome", COUNTED)
def test_the_truth_of_every_course_is_a_plain_count_of_rows(one, outcome: str) -> None:
    for region in ("without", "with_it"):
        column = f"{outcome}_{'with' if region == 'with_it' else 'without'}"
        query = COUNTED[outcome].format(r=region)
        beside = f"select {column} told, ({query}) counted from course c"
        assert one(f"select count(*) from ({beside}) where abs(told - counted) > 1e-6") == 0, (outcome, region)


@pytest.mark.parametrize("arm", ["daemp", "sad"])
def test_the_told_effect_is_the_mean_difference_of_those_in_the_study_per_citizen_year(one, told, arm: str) -> None:
    mine = f"from course where arm = '{arm}' and in_study"
    about = told["arms"][arm]
    years = one(f"select sum(years) {mine}")
    assert about["in_study"] == one(f"select count(*) {mine}") > 10
    assert about["courses"] == one(f"select count(*) from with_it.enrolment where arm = '{arm}'")
    assert about["citizen_years"] == pytest.approx(years, abs=1e-4)
    for name, figures in about["outcomes"].items():
        difference = one(f"select sum({name}_with - {name}_without) {mine}")
        assert figures["effect"] == pytest.approx(difference / years, abs=1e-5)
        assert figures["with"] - figures["without"] == pytest.approx(figures["effect"], abs=1e-5)


def test_what_the_programme_does_has_the_direction_it_is_given(told) -> None:
    old, sick = (told["arms"][arm]["outcomes"] for arm in ("daemp", "sad"))
    fewer = {name for name, figures in old.items() if figures["effect"] < 0}
    assert fewer == {"acute_admissions", "bed_days", "hospital_cost"}
    more = {name for name, figures in old.items() if figures["effect"] > 0}
    assert more == {"outpatient", "gp_contacts", "gp_cost", "health_cost", "home_care_hours", "municipal_cost"}
    more = {name for name, figures in sick.items() if figures["effect"] > 0}
    assert more >= {"gp_contacts", "psychologist", "sickness_benefit_days", "benefit_cost", "health_cost"}
    assert old["eye_specialist"]["effect"] == sick["eye_specialist"]["effect"] == 0
    assert sick["acute_admissions"]["effect"] == 0


def test_before_and_after_of_those_enrolled_is_wrong(told) -> None:
    """R-EVAL-15: citizens are enrolled when they use most, and would have used less anyway."""
    admissions = told["arms"]["daemp"]["outcomes"]["acute_admissions"]
    naive = admissions["with"] - admissions["year_before"]
    assert naive < 1.7 * admissions["effect"] < 0
    days = told["arms"]["sad"]["outcomes"]["sickness_benefit_days"]
    assert days["with"] - days["year_before"] > 1.2 * days["effect"] > 0


def test_nobody_is_enrolled_who_is_not_eligible_on_the_day_before(one) -> None:
    enrolled = "with_it.enrolment e join with_it.person p using (cpr)"
    year = 'e."from" - interval 1 day - interval 12 months'
    acute = f"""exists (from with_it.hospital_contact h where h.cpr = e.cpr and acute
        and start::date > {year} and start::date < e."from")"""
    sick = """exists (from with_it.benefit b where b.cpr = e.cpr and kind = 'sygedagpenge'
        and b."from" < e."from" and coalesce(b."to", date '9999-01-01') >= e."from" - 1)"""
    age = "date_sub('year', birth_date, e.\"from\" - 1)"
    assert one(f"select count(*) from {enrolled} where arm = 'daemp' and not ({age} >= 65 and {acute})") == 0
    assert one(f"select count(*) from {enrolled} where arm = 'sad' and not ({age} between 18 and 65 and {sick})") == 0
    assert one("select count(*) - count(distinct cpr) from with_it.enrolment") == 0


def test_those_enrolled_belong_to_a_practice_that_takes_part_by_then(one) -> None:
    assert (
        one("""select count(*) from with_it.enrolment e
            where not exists (from with_it.taking_part t
                where t.provider_number = e.provider_number and t."from" <= e."from")
            or not exists (from with_it.affiliation a where a.cpr = e.cpr and a.provider_number = e.provider_number
                and a."from" < e."from" and coalesce(a."to", date '9999-01-01') >= e."from")""")
        == 0
    )
    taking_part, practices = one("select (select count(*) from with_it.taking_part), count(*) from with_it.practice")
    assert taking_part == round(practices / 2)


@pytest.mark.parametrize(
    ("table", "day"),
    [
        ("enrolment", '"from"'), ("enrolment", '"to"'), ("list_review", "date"), ("service_received", "date"),
        ("service_received", "started"), ("plan_event", "date"), ("perceived_change", "date"), ("gp_contact", "date"),
        ("hospital_contact", '"end"'), ("hospital_diagnosis", "date"), ("home_care", '"from"'), ("home_care", '"to"'),
        ("benefit", '"to"'), ("sick_leave", '"to"'), ("specialist_contact", "date"),
    ],
)  # fmt: skip
def test_nothing_happens_after_a_death_or_a_departure_or_in_the_future(one, table: str, day: str) -> None:
    late = f"t.{day}::date > least(coalesce(p.status_date, date '{AS_OF}'), date '{AS_OF}')"
    if day == '"end"':  # somebody may be discharged on the day after the data end
        late = f"p.status_date is not null and t.{day}::date > p.status_date"
    assert one(f"select count(*) from with_it.{table} t join with_it.person p using (cpr) where {late}") == 0


def test_rows_fit_together_as_before(one) -> None:
    assert one("select count(*) - count(distinct contact_id) from with_it.hospital_contact") == 0
    lost = "from with_it.{} a anti join with_it.{} b using (cpr, contact_id)"
    assert one(f"select count(*) {lost.format('hospital_diagnosis', 'hospital_contact')}") == 0
    assert one(f"select count(*) {lost.format('hospital_contact', 'hospital_diagnosis')}") == 0
    for table, which in (
        ("home_care", "true"), ("sick_leave", "true"), ("benefit", "kind in ('sygedagpenge', 'jobafklaring')"),
    ):  # fmt: skip
        overlaps = f"""select count(*) from (select *, lead("from") over (partition by cpr order by "from") later
            from with_it.{table} where {which}) where later <= coalesce("to", date '9999-01-01')"""
        assert one(overlaps) == 0, table
    in_care_home = """select count(*) from with_it.home_care h join with_it.care_home c using (cpr)
        where h."from" <= coalesce(c."to", date '9999-01-01') and c."from" <= coalesce(h."to", date '9999-01-01')"""
    assert one(in_care_home) == one(in_care_home.replace("with_it", "without"))
    alone = """select count(*) from {r}.benefit b where kind = 'sygedagpenge' and not exists (from {r}.sick_leave s
        where s.cpr = b.cpr and s."from" <= b."from" and coalesce(s."to", date '9999-01-01')
        >= coalesce(b."to", date '9999-01-01'))"""
    assert one(alone.format(r="with_it")) == one(alone.format(r="without"))
    services = 'with_it.service_received s join with_it.enrolment e using (cpr, course_id) where s.date < e."from"'
    assert one(f"select count(*) from {services} or started < s.date") == 0


def test_the_implementation_is_that_of_the_report(one) -> None:
    """Lists are a third right, two thirds of promises are kept, and two thirds of expected cases come."""
    assert 0.28 < one("select avg((decision = 'invite')::int) from with_it.list_review") < 0.45
    assert 0.62 < one("select avg((started <= due)::int) from with_it.service_received where started is not null") < 0.8
    assert 0.5 < one("select sum(cases) / sum(cases_expected) from with_it.team_meeting") < 0.8
    assert one("select count(*) from with_it.service_received where cost is null and started is not null") > 0
    improved = one("select avg((change = 'improved')::int) from with_it.perceived_change")
    assert 0.3 < improved < 0.7
    assert one("select count(distinct change) from with_it.perceived_change") == 4


def test_the_account_has_the_reports_cost_for_each_course(one, told) -> None:
    """000 2.5: some 11,000 and 12,000 DKK for each course, beside 4,300 that all arms share."""
    started = sum(arm["courses"] for arm in told["arms"].values())
    joint = one("select sum(amount) from with_it.programme_cost where arm is null")
    assert float(joint) == pytest.approx(4300 * started, rel=1e-9)
    for arm, low, high in (("daemp", 9_500, 12_500), ("sad", 10_500, 14_500)):
        paid = one(f"""select (select sum(amount) from with_it.programme_cost where arm = '{arm}')
            + (select sum(cost) from with_it.team_meeting where arm = '{arm}')
            + (select sum(cost) from with_it.service_received join with_it.enrolment using (course_id)
               where arm = '{arm}')""")
        assert low < float(paid) / told["arms"][arm]["courses"] < high


def test_the_same_bytes_whatever_the_number_of_workers(tmp_path: Path) -> None:
    found = []
    for workers in (1, 2):
        out = tmp_path / str(workers)
        region = write_region(out, persons=11_000, seed=5, as_of=AS_OF, programme=True, flaws=True, workers=workers)
        own = {file.name: file.read_bytes() for file in out.glob("truth_programme.*")}
        found.append((_bytes(region, list(region.folders)), own))
    assert found[0] == found[1]
    assert len(found[0][1]) == 2


def test_the_warehouse_takes_every_row(tmp_path: Path) -> None:
    region = write_region(tmp_path, persons=4_000, seed=3, as_of=date(2025, 12, 31), programme=True, workers=1)
    touched = ("civil", "general_practice", "hospital", "employment", "municipal_care", PROGRAMME_SOURCE)
    report = ingest([region.folders[source] for source in touched], tmp_path / "home")
    assert not report.refused
    assert sum(package.rejected for package in report.packages) == 0
    own = next(package for package in report.packages if package.source == PROGRAMME_SOURCE)
    assert {name: table.loaded for name, table in own.tables.items()} == {t: region.rows[t] for t in PROGRAMME_TABLES}


@pytest.mark.parametrize("persons", [1, 60])
def test_a_small_region_may_have_nobody_enrolled(tmp_path: Path, persons: int) -> None:
    region = write_region(tmp_path, persons=persons, seed=3, as_of=AS_OF, programme=True, workers=1)
    told = json.loads((tmp_path / "truth_programme.json").read_text(encoding="utf-8"))
    assert sum(arm["courses"] for arm in told["arms"].values()) == region.rows["enrolment"]
    assert region.rows["taking_part"] == 1
    write_region(tmp_path, persons=persons, seed=3, as_of=AS_OF, workers=1)
    assert not list(tmp_path.glob("truth_programme.*"))


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 1, 1), -12, date(2023, 1, 1)),
        (date(2024, 12, 5), 1, date(2025, 1, 5)),
    ],
)
def test_months_are_calendar_months(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then
