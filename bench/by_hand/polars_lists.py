"""Both lists by Polars, lazily and streaming: `python polars_lists.py LAKE OUT DAY`.

Good for D from 2015-10-01, when the older medical patient became 65+ and cash benefits began to count as unemployment.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import polars as pl
from dateutil.relativedelta import relativedelta
from polars import col, lit, when

UNEMPLOYED = [
    "ressourceforloeb", "midlertidig_arbejdsmarkedsydelse", "saerlig_uddannelsesydelse", "kontanthjaelp",
    "uddannelseshjaelp",
]  # fmt: skip
ONE_DAY = dt.timedelta(days=1)


class Lists:
    """What both lists need, read from the lake at the day D: each source table is scanned once."""

    def __init__(self, lake: Path, day: dt.date) -> None:
        self.lake = lake
        self.day = day
        self.half_year_ago = day - relativedelta(months=6)
        self.year_ago = day - relativedelta(months=12)
        self.two_years_ago = day - relativedelta(months=24)

    def scan(self, table: str) -> pl.LazyFrame:
        """A table of the lake."""
        # A large table lies in parts, in a folder that is called like a file.
        return pl.scan_parquet([path for path in sorted((self.lake / table).rglob("*.parquet")) if path.is_file()])

    def active(self, start: str = "from", end: str = "to") -> pl.Expr:
        """The spells that are active at D."""
        return (col(start) <= self.day) & (col(end).is_null() | (col(end) >= self.day))

    def after(self, day: dt.date, column: str = "date") -> pl.Expr:
        """The rows after `day` up to D."""
        return (col(column) > day) & (col(column) <= self.day)

    def until(self) -> pl.Expr:
        """The last day of a spell that is seen at D."""
        return pl.min_horizontal(col("to").fill_null(self.day), lit(self.day))

    def flagged(self, table: str, rows: pl.Expr, flag: str) -> pl.LazyFrame:
        """The persons with such rows in a table, flagged."""
        return self.scan(table).filter(rows).select("person_id").unique().with_columns(lit(True).alias(flag))

    def people(self) -> pl.LazyFrame:
        """Adults with a practice at D: provider_number, age, sex, municipality, active."""
        practice = (
            self.scan("general_practice/affiliation")
            .filter(self.active())
            .group_by("person_id")
            .agg(provider_number=col("provider_number").sort_by("from", "provider_number").last())
        )
        born = col("birth_date").dt
        not_yet = born.month().cast(pl.Int32) * 100 + born.day() > self.day.month * 100 + self.day.day
        return (
            self.scan("civil/person")
            .select(
                "person_id", "sex", "municipality",
                age=(self.day.year - born.year() - not_yet.cast(pl.Int32)),
                active=((col("status") == "active") | (col("status_date") > self.day)).fill_null(value=False),
            )
            .filter(col("age") >= 18)
            .join(practice, on="person_id")
        )  # fmt: skip

    def household(self) -> pl.LazyFrame:
        """Living, since when, and pre-school children, where known at D."""
        known = col("living_since").is_null() | (col("living_since") <= self.day)
        return self.scan("civil/household").filter(known)

    def gp_contacts(self) -> pl.LazyFrame:
        """Contacts with general practice within two years and within half a year."""
        return (
            self.scan("general_practice/gp_contact")
            .filter(self.after(self.two_years_ago))
            .group_by("person_id")
            .agg(
                gp_contacts_two_years=pl.len(),
                gp_contacts_half_year=(col("date") > self.half_year_ago).sum(),
            )
        )

    def specialists(self) -> pl.LazyFrame:
        """Contacts within a year with psychologists on referral and with psychiatrists."""
        specialty = col("specialty")
        return (
            self.scan("health_insurance/specialist_contact")
            .filter(self.after(self.year_ago) & specialty.is_in(["psychologist", "psychiatrist"]))
            .group_by("person_id")
            .agg(
                psychologist=((specialty == "psychologist") & col("referred_by_gp")).sum(),
                psychiatrist=(specialty == "psychiatrist").sum(),
            )
        )

    def drugs(self) -> pl.LazyFrame:
        """Psychotropics dispensed within a year; distinct drugs and risk drugs within half a year."""
        psychotropic = col("atc").str.starts_with("N05") | col("atc").str.starts_with("N06")
        lately = col("date") > self.half_year_ago
        return (
            self.scan("prescriptions/dispensing")
            .filter(self.after(self.year_ago) & (lately | psychotropic))
            .group_by("person_id", "atc")
            .agg(dispensings=pl.len(), lately=lately.any())
            .join(self.scan("prescriptions/risk_drug"), on="atc", how="left")
            .group_by("person_id")
            .agg(
                psychotropics=(col("dispensings") * psychotropic).sum(),
                drugs=col("lately").sum(),
                risk_drugs=(col("lately") & col("level").is_in(["yellow", "orange"])).sum(),
            )
        )

    def hospital_contacts(self) -> pl.LazyFrame:
        """Acute and outpatient contacts within half a year, and severe psychiatric action diagnoses of any time."""
        begin = dt.datetime.combine(self.half_year_ago + ONE_DAY, dt.time())
        end = dt.datetime.combine(self.day + ONE_DAY, dt.time())
        lately, severe = col("start") >= begin, severe_psychiatric("action_diagnosis")
        return (
            self.scan("hospital/hospital_contact")
            .filter((col("start") < end) & (lately | severe))
            .group_by("person_id")
            .agg(
                acute_contacts=(lately & col("acute")).sum(),
                outpatient_contacts=(lately & (col("kind") == "outpatient") & ~col("acute")).sum(),
                severe_action_diagnosis=severe.any(),
            )
        )

    def open_courses(self) -> pl.LazyFrame:
        """Outpatient courses open at D."""
        courses = self.scan("hospital/outpatient_course").filter(self.active("opened", "closed"))
        return courses.group_by("person_id").agg(open_courses=pl.len())

    def benefits(self) -> pl.LazyFrame:
        """Who has which benefit at D, and who has been unemployed without a break for more than two years."""
        kind, active = col("kind"), col("until") == self.day
        # A spell begins a new unemployment when no earlier one of the person reached the day before.
        begins = (col("from") > col("reached") + pl.duration(days=1)).fill_null(value=True)
        spells = self.scan("employment/benefit").filter(col("from") <= self.day)
        return (
            spells.select("person_id", "kind", "from", until=self.until(), unemployed=kind.is_in(UNEMPLOYED))
            .sort("person_id", "from", "until")
            .with_columns(reached=col("until").cum_max().shift().over("person_id", "unemployed"))
            .group_by("person_id")
            .agg(
                pension=(active & kind.is_in(["foertidspension", "efterloen"])).any(),
                su=(active & (kind == "su")).any(),
                a_dagpenge=(active & (kind == "a_dagpenge")).any(),
                jobafklaring=(active & (kind == "jobafklaring")).any(),
                unemployed=(active & col("unemployed")).any(),
                begun=col("from").filter(col("unemployed") & begins).max(),
            )
            .with_columns(long_unemployed=col("unemployed") & (col("begun") < self.two_years_ago))
            .drop("unemployed", "begun")
        )

    def sick_leaves(self) -> pl.LazyFrame:
        """Sick leaves that began within two years: a mental cause, how many were long, how long the latest was."""
        days = (self.until() - col("from")).dt.total_days() + 1
        mental = col("cause").is_in(["stress", "angst", "depression", "andre_psykiske"])
        return (
            self.scan("employment/sick_leave")
            .filter(self.after(self.two_years_ago, "from"))
            .select("person_id", "from", days=days, mental=mental)
            .group_by("person_id")
            .agg(
                municipal_code=col("mental").any(),
                repeated_sick_leave=(col("days") > 14).sum(),
                last_sick_leave=col("days").sort_by("from", "days").last(),
            )
        )

    def measured(self) -> pl.LazyFrame:
        """Everybody of both lists with what the lists need, one row per person."""
        gp_codes = col("icpc2").is_in(["P01", "P02", "P03", "P74", "P76"])
        seen = col("date") <= self.day
        daily = col("frequency").is_in(["daily", "more_than_daily"])
        counted = [
            self.gp_contacts(), self.specialists(), self.drugs(), self.hospital_contacts(), self.open_courses(),
            self.benefits(), self.sick_leaves(),
            self.flagged("general_practice/gp_diagnosis", self.after(self.two_years_ago) & gp_codes, "known_to_gp"),
            self.flagged("hospital/hospital_diagnosis", seen & severe_psychiatric("diagnosis"), "severe_diagnosis"),
            self.flagged("employment/job", self.active(), "in_job"),
            self.flagged("employment/education", self.active(), "in_education"),
            self.flagged("municipal_care/substance_case", self.active("opened", "closed"), "substance_case"),
            self.flagged("municipal_care/home_nursing", self.active(), "home_nursing"),
            self.flagged("municipal_care/home_care", self.active() & daily, "home_care"),
        ]  # fmt: skip
        people = self.people()
        for part in counted:
            people = people.join(part, on="person_id", how="left")
        people = people.with_columns(
            pl.selectors.integer().fill_null(0),
            pl.selectors.boolean().fill_null(value=False),
        )
        return people.join(self.household(), on="person_id", how="left")


def severe_psychiatric(column: str) -> pl.Expr:
    """F20.0–F29.9 and F30.0–F31.9, or a whole category of them."""
    return col(column).str.slice(0, 4).is_between(lit("F20"), lit("F319"))


def level(*levels: tuple[pl.Expr, str, int], otherwise: tuple[str, int] | None) -> tuple[pl.Expr, pl.Expr]:
    """The value and points of the first level that holds."""
    value, points = (lit(None), lit(None)) if otherwise is None else (lit(otherwise[0]), lit(otherwise[1]))
    for holds, name, given in reversed(levels):
        value = when(holds).then(lit(name)).otherwise(value)
        points = when(holds).then(lit(given)).otherwise(points)
    return value, points


def banded(value: str, *bands: tuple[int, int]) -> tuple[pl.Expr, pl.Expr]:
    """A value, and the points of the highest band (at least, points) it reaches; null where the value is."""
    points = when(col(value).is_not_null()).then(lit(0))
    for at_least, given in bands:
        points = when(col(value) >= at_least).then(lit(given)).otherwise(points)
    return col(value), points


def scored(people: pl.LazyFrame, excluded_by: pl.Expr, items: dict[str, tuple[pl.Expr, pl.Expr]]) -> pl.LazyFrame:
    """The list's rows: the value and points of each item, and their sum."""
    points = [col(f"points_{item}") for item in items]
    return people.select(
        "person_id", "provider_number", "age", "sex", "municipality",
        excluded_by.alias("excluded_by"),
        *(value.alias(f"value_{item}") for item, (value, _) in items.items()),
        *(points.alias(f"points_{item}") for item, (_, points) in items.items()),
    ).with_columns(
        score=pl.sum_horizontal(points),
        incomplete=pl.any_horizontal(part.is_null() for part in points),
    )  # fmt: skip


def sad(people: pl.LazyFrame) -> pl.LazyFrame:
    """The list of stress, anxiety and depression."""
    excluded_by = pl.concat_str(
        when("pension").then(lit("pension")),
        when(col("in_education") | col("su")).then(lit("student")),
        when(col("severe_diagnosis") | col("severe_action_diagnosis")).then(lit("severe_psychiatric")),
        when("substance_case").then(lit("substance_case")),
        when("long_unemployed").then(lit("long_unemployed")),
        when(~col("active")).then(lit("inactive")),
        separator=";",
        ignore_nulls=True,
    )
    living = col("living")
    rows = scored(
        people.filter(col("age") <= 65),
        excluded_by,
        {
            "illness": level(
                (col("known_to_gp"), "known_to_gp", 3),
                (col("municipal_code"), "municipal_code", 1),
                otherwise=("none_known", 0),
            ),
            "repeated_sick_leave": banded("repeated_sick_leave", (4, 5)),
            "last_sick_leave": banded("last_sick_leave", (15, 1)),
            "labour_market": level(
                (col("in_job"), "in_job", 2),
                (col("a_dagpenge"), "a_dagpenge", 1),
                (col("jobafklaring"), "jobafklaring", 0),
                otherwise=("neither", 0),
            ),
            "psychotropics": banded("psychotropics", (1, 1)),
            "psychologist": banded("psychologist", (1, 1)),
            "psychiatrist": banded("psychiatrist"),
            "gp_contacts": banded("gp_contacts_two_years", (15, 1), (21, 2)),
            "living_alone": level((living == "partner", "partner", 0), (living == "alone", "alone", 1), otherwise=None),
            "preschool_children": banded("preschool_children", (1, 1)),
        },
    )
    return rows.with_columns(band=lit(None, pl.String), in_target=(col("score") >= 5) & (col("excluded_by") == ""))


def daemp(people: pl.LazyFrame, half_year_ago: dt.date) -> pl.LazyFrame:
    """The list of the older medical patient."""
    living, since = col("living"), col("living_since")
    rows = scored(
        people.filter((col("age") >= 65) & col("active")),
        lit(""),
        {
            "acute_contacts": banded("acute_contacts", (2, 2), (4, 4)),
            "outpatient_contacts": banded("outpatient_contacts", (2, 1), (5, 2)),
            "open_courses": banded("open_courses", (0, 1), (2, 2)),
            "gp_contacts": banded("gp_contacts_half_year", (4, 1), (7, 3), (11, 4)),
            "polypharmacy": banded("drugs", (7, 1)),
            "risk_drugs": banded("risk_drugs", (3, 1)),
            "home_nursing": level((col("home_nursing"), "receives", 4), otherwise=("none_given", 0)),
            "home_care": level((col("home_care"), "daily", 1), otherwise=("less_or_none", 0)),
            "living": level(
                (living == "partner", "partner", 0),
                ((living == "alone") & (since > half_year_ago), "newly_alone", 2),
                ((living == "alone") & since.is_not_null(), "alone", 1),
                otherwise=None,
            ),
        },
    )
    score = col("score")
    band = when(score >= 14).then(lit("red")).when(score >= 7).then(lit("yellow")).otherwise(lit("green"))
    return rows.with_columns(band=band, in_target=score >= 7)


def main(lake: Path, out: Path, day: dt.date) -> None:
    """Write `sad.parquet` and `daemp.parquet` to `out`."""
    lists = Lists(lake, day)
    people = lists.measured().collect(engine="streaming").lazy()
    for name, rows in {"sad": sad(people), "daemp": daemp(people, lists.half_year_ago)}.items():
        rows.sort("provider_number", "person_id").sink_parquet(out / f"{name}.parquet", compression="zstd")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), dt.date.fromisoformat(sys.argv[3]))
