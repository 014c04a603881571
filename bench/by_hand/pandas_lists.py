"""Both lists by pandas, as an analyst would script them: `python pandas_lists.py LAKE OUT DAY`.

Only the columns and rows that are needed are read (pyarrow filters while it reads); everything is grouped by whole
columns. Good for D from 2015-10-01, when the older medical patient became 65+ and cash benefits began to count as
unemployment.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from dateutil.relativedelta import relativedelta
from pyarrow.compute import Expression, field, starts_with, utf8_slice_codeunits

UNEMPLOYED = [
    "ressourceforloeb", "midlertidig_arbejdsmarkedsydelse", "saerlig_uddannelsesydelse", "kontanthjaelp",
    "uddannelseshjaelp",
]  # fmt: skip


class Lists:
    """What both lists need, read from the lake at the day D."""

    def __init__(self, lake: Path, day: dt.date) -> None:
        self.lake = lake
        self.day = day
        self.half_year_ago = day - relativedelta(months=6)
        self.year_ago = day - relativedelta(months=12)
        self.two_years_ago = day - relativedelta(months=24)

    def read(self, table: str, columns: list[str], rows: Expression | None = None) -> pd.DataFrame:
        """Some columns and rows of a table; dates stay dates, and person_id is a plain integer to group by."""
        folder = self.lake / table
        frame = pd.read_parquet(folder, columns=columns, filters=rows, dtype_backend="pyarrow")
        return frame.astype({"person_id": "int64"}) if "person_id" in columns else frame

    def active(self, start: str = "from", end: str = "to") -> Expression:
        """The spells that are active at D."""
        return (field(start) <= self.day) & (field(end).is_null() | (field(end) >= self.day))

    def after(self, day: dt.date, column: str = "date") -> Expression:
        """The rows after `day` up to D."""
        return (field(column) > day) & (field(column) <= self.day)

    def persons_of(self, table: str, rows: Expression) -> pd.Series:
        """The persons with such rows in a table."""
        return self.read(table, ["person_id"], rows)["person_id"]

    def people(self) -> pd.DataFrame:
        """Adults with a practice at D, by person_id: provider_number, age, sex, municipality, active."""
        affiliation = self.read("general_practice/affiliation", ["person_id", "provider_number", "from"], self.active())
        practice = (
            affiliation.sort_values(["from", "provider_number"])
            .drop_duplicates("person_id", keep="last")
            .drop(columns="from")
        )
        person = self.read("civil/person", ["person_id", "birth_date", "sex", "municipality", "status", "status_date"])
        born = person["birth_date"].dt
        not_yet = born.month * 100 + born.day > self.day.month * 100 + self.day.day
        person["age"] = (self.day.year - born.year - not_yet.astype("int64[pyarrow]")).astype("int64")
        person["active"] = ((person["status"] == "active") | (person["status_date"] > self.day).fillna(False)).astype(
            bool
        )
        people = person[person["age"] >= 18].merge(practice, on="person_id")
        columns = ["provider_number", "age", "sex", "municipality", "active"]
        return people.set_index("person_id")[columns]

    def household(self, people: pd.DataFrame) -> pd.DataFrame:
        """Living, since when, and pre-school children of `people`, where known at D."""
        known = field("living_since").is_null() | (field("living_since") <= self.day)
        columns = ["person_id", "living", "living_since", "preschool_children"]
        return self.read("civil/household", columns, known).set_index("person_id").reindex(people.index)

    def gp_contacts(self, people: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Contacts with general practice within two years and within half a year."""
        contacts = self.read("general_practice/gp_contact", ["person_id", "date"], self.after(self.two_years_ago))
        lately = contacts[contacts["date"] > self.half_year_ago]
        return count(contacts["person_id"], people), count(lately["person_id"], people)

    def drugs(self, people: pd.DataFrame) -> dict[str, pd.Series]:
        """Psychotropics dispensed within a year; distinct drugs and risk drugs of the old within half a year."""
        psychotropic = starts_with(field("atc"), "N05") | starts_with(field("atc"), "N06")
        dispensed = self.read(
            "prescriptions/dispensing",
            ["person_id", "date", "atc"],
            self.after(self.year_ago) & ((field("date") > self.half_year_ago) | psychotropic),
        )
        risk_drugs = self.read("prescriptions/risk_drug", ["atc", "level"])
        risk_drugs = risk_drugs[risk_drugs["level"].isin(["yellow", "orange"])]
        old = people.index[people["age"] >= 65]
        drugs = dispensed[(dispensed["date"] > self.half_year_ago) & dispensed["person_id"].isin(old)]
        drugs = drugs[["person_id", "atc"]].drop_duplicates()
        psychotropics = dispensed[dispensed["atc"].str.startswith(("N05", "N06"))]
        return {
            "psychotropics": count(psychotropics["person_id"], people),
            "drugs": count(drugs["person_id"], people),
            "risk_drugs": count(drugs.loc[drugs["atc"].isin(risk_drugs["atc"]), "person_id"], people),
        }

    def specialists(self, people: pd.DataFrame) -> dict[str, pd.Series]:
        """Contacts within a year with psychologists on referral and with psychiatrists."""
        contacts = self.read(
            "health_insurance/specialist_contact",
            ["person_id", "specialty", "referred_by_gp"],
            self.after(self.year_ago) & field("specialty").isin(["psychologist", "psychiatrist"]),
        )
        psychologist = contacts[(contacts["specialty"] == "psychologist") & contacts["referred_by_gp"]]
        psychiatrist = contacts[contacts["specialty"] == "psychiatrist"]
        return {
            "psychologist": count(psychologist["person_id"], people),
            "psychiatrist": count(psychiatrist["person_id"], people),
        }

    def hospital(self, people: pd.DataFrame) -> dict[str, pd.Series]:
        """Contacts within half a year, courses open at D, and whether a severe psychiatric illness is known."""
        begin = dt.datetime.combine(self.half_year_ago + relativedelta(days=1), dt.time())
        end = dt.datetime.combine(self.day + relativedelta(days=1), dt.time())
        contacts = self.read(
            "hospital/hospital_contact",
            ["person_id", "kind", "acute"],
            (field("start") >= begin) & (field("start") < end),
        )
        acute = contacts[contacts["acute"]]
        outpatient = contacts[~contacts["acute"] & (contacts["kind"] == "outpatient")]
        severe = pd.concat(
            [
                self.persons_of(
                    "hospital/hospital_contact", (field("start") < end) & severe_psychiatric("action_diagnosis")
                ),
                self.persons_of(
                    "hospital/hospital_diagnosis", (field("date") <= self.day) & severe_psychiatric("diagnosis")
                ),
            ]
        )
        courses = self.persons_of("hospital/outpatient_course", self.active("opened", "closed"))
        return {
            "acute_contacts": count(acute["person_id"], people),
            "outpatient_contacts": count(outpatient["person_id"], people),
            "open_courses": count(courses, people),
            "severe_psychiatric": among(severe, people),
        }

    def benefits(self, people: pd.DataFrame) -> dict[str, pd.Series]:
        """Who has which benefit at D, and who has been unemployed without a break for more than two years."""
        spells = self.read("employment/benefit", ["person_id", "kind", "from", "to"], field("from") <= self.day)
        today = np.datetime64(self.day, "D")
        spells["from"] = spells["from"].to_numpy("datetime64[D]")
        spells["to"] = spells["to"].fillna(self.day).clip(upper=self.day).to_numpy("datetime64[D]")
        active = spells[spells["to"] == today]
        unemployed = spells[spells["kind"].isin(UNEMPLOYED)].sort_values(["person_id", "from", "to"])
        # A spell begins a new unemployment when no earlier one of the person reached the day before.
        reached = unemployed.groupby("person_id")["to"].cummax().groupby(unemployed["person_id"]).shift()
        begins = reached.isna() | (unemployed["from"] > reached + pd.Timedelta(days=1))
        begun = unemployed[begins].groupby("person_id")["from"].max()
        long = begun.index[begun < pd.Timestamp(self.two_years_ago)]
        still = active.loc[active["kind"].isin(UNEMPLOYED), "person_id"]

        def on(*kinds: str) -> pd.Series:
            return among(active.loc[active["kind"].isin(kinds), "person_id"], people)

        return {
            "pension": on("foertidspension", "efterloen"),
            "su": on("su"),
            "a_dagpenge": on("a_dagpenge"),
            "jobafklaring": on("jobafklaring"),
            "long_unemployed": among(still[still.isin(long)], people),
        }

    def sick_leaves(self, people: pd.DataFrame) -> dict[str, pd.Series]:
        """Sick leaves that began within two years: a mental cause, how many were long, how long the latest was."""
        leaves = self.read(
            "employment/sick_leave",
            ["person_id", "from", "to", "cause"],
            self.after(self.two_years_ago, "from"),
        )
        start = leaves["from"].to_numpy("datetime64[D]")
        end = leaves["to"].fillna(self.day).clip(upper=self.day).to_numpy("datetime64[D]")
        leaves["days"] = (end - start).astype(int) + 1
        mental = leaves["cause"].isin(["stress", "angst", "depression", "andre_psykiske"])
        last = leaves.sort_values(["from", "days"]).drop_duplicates("person_id", keep="last")
        return {
            "municipal_code": among(leaves.loc[mental, "person_id"], people),
            "repeated_sick_leave": count(leaves.loc[leaves["days"] > 14, "person_id"], people),
            "last_sick_leave": last.set_index("person_id")["days"].reindex(people.index, fill_value=0),
        }


def severe_psychiatric(column: str) -> Expression:
    """F20.0–F29.9 and F30.0–F31.9, or a whole category of them."""
    code = utf8_slice_codeunits(field(column), 0, 4)
    return (code >= "F20") & (code <= "F319")


def count(person_ids: pd.Series, people: pd.DataFrame) -> pd.Series:
    """How many rows each of `people` has."""
    return person_ids.value_counts(sort=False).reindex(people.index, fill_value=0).astype("int64")


def among(person_ids: pd.Series, people: pd.DataFrame) -> pd.Series:
    """Whether each of `people` has a row."""
    return pd.Series(people.index.isin(person_ids), index=people.index)


def banded(value: pd.Series, *bands: tuple[int, int]) -> np.ndarray:
    """The points of the highest band (at least, points) that each value reaches."""
    least = [at_least for at_least, _ in bands]
    points = np.array([0, *(points for _, points in bands)])
    return points[np.searchsorted(least, value.to_numpy(), side="right")]


def finished(rows: pd.DataFrame, out: Path) -> None:
    """Sort a list by practice and person, and write it."""
    rows = rows.reset_index().sort_values(["provider_number", "person_id"])
    rows.to_parquet(out, index=False, compression="zstd")


def sad(lists: Lists, people: pd.DataFrame) -> pd.DataFrame:
    """The list of stress, anxiety and depression, from the columns of both lists."""
    found = people.loc[people["age"] <= 65, ["provider_number", "age", "sex", "municipality"]].copy()
    people = people.loc[found.index]
    benefit, leave = lists.benefits(people), lists.sick_leaves(people)
    specialist = lists.specialists(people)
    in_job = among(lists.persons_of("employment/job", lists.active()), people)
    in_education = among(lists.persons_of("employment/education", lists.active()), people)
    substance_case = among(lists.persons_of("municipal_care/substance_case", lists.active("opened", "closed")), people)
    known_to_gp = among(
        lists.persons_of(
            "general_practice/gp_diagnosis",
            lists.after(lists.two_years_ago) & field("icpc2").isin(["P01", "P02", "P03", "P74", "P76"]),
        ),
        people,
    )
    excluded = pd.Series("", index=found.index)
    for code, holds in {
        "pension": benefit["pension"],
        "student": in_education | benefit["su"],
        "severe_psychiatric": people["severe_psychiatric"],
        "substance_case": substance_case,
        "long_unemployed": benefit["long_unemployed"],
        "inactive": ~people["active"],
    }.items():
        excluded[holds] += f";{code}"
    found["excluded_by"] = excluded.str.removeprefix(";")

    illness = [known_to_gp, leave["municipal_code"]]
    found["value_illness"] = np.select(illness, ["known_to_gp", "municipal_code"], "none_known")
    found["points_illness"] = np.select(illness, [3, 1], 0)
    found["value_repeated_sick_leave"] = leave["repeated_sick_leave"]
    found["points_repeated_sick_leave"] = banded(leave["repeated_sick_leave"], (4, 5))
    found["value_last_sick_leave"] = leave["last_sick_leave"]
    found["points_last_sick_leave"] = banded(leave["last_sick_leave"], (15, 1))
    market = [in_job, benefit["a_dagpenge"], benefit["jobafklaring"]]
    found["value_labour_market"] = np.select(market, ["in_job", "a_dagpenge", "jobafklaring"], "neither")
    found["points_labour_market"] = np.select(market, [2, 1, 0], 0)
    found["value_psychotropics"] = people["psychotropics"]
    found["points_psychotropics"] = banded(people["psychotropics"], (1, 1))
    found["value_psychologist"] = specialist["psychologist"]
    found["points_psychologist"] = banded(specialist["psychologist"], (1, 1))
    found["value_psychiatrist"] = specialist["psychiatrist"]
    found["points_psychiatrist"] = 0
    found["value_gp_contacts"] = people["gp_contacts_two_years"]
    found["points_gp_contacts"] = banded(people["gp_contacts_two_years"], (15, 1), (21, 2))
    found["value_living_alone"] = people["living"]
    found["points_living_alone"] = people["living"].map({"partner": 0, "alone": 1}).astype("Int64")
    found["value_preschool_children"] = people["preschool_children"]
    found["points_preschool_children"] = (people["preschool_children"] >= 1).astype("Int64")

    points = found.filter(like="points_")
    found["score"] = points.sum(axis=1).astype("int64")
    found["band"] = pd.Series(None, index=found.index, dtype="str")
    found["in_target"] = (found["score"] >= 5) & (found["excluded_by"] == "")
    found["incomplete"] = points.isna().any(axis=1)
    return found


def daemp(lists: Lists, people: pd.DataFrame) -> pd.DataFrame:
    """The list of the older medical patient, from the columns of both lists."""
    people = people[(people["age"] >= 65) & people["active"]]
    found = people[["provider_number", "age", "sex", "municipality"]].copy()
    home_nursing = among(lists.persons_of("municipal_care/home_nursing", lists.active()), people)
    daily = field("frequency").isin(["daily", "more_than_daily"])
    home_care = among(lists.persons_of("municipal_care/home_care", lists.active() & daily), people)
    found["excluded_by"] = ""
    for item, value, bands in (
        ("acute_contacts", people["acute_contacts"], [(2, 2), (4, 4)]),
        ("outpatient_contacts", people["outpatient_contacts"], [(2, 1), (5, 2)]),
        ("open_courses", people["open_courses"], [(0, 1), (2, 2)]),
        ("gp_contacts", people["gp_contacts_half_year"], [(4, 1), (7, 3), (11, 4)]),
        ("polypharmacy", people["drugs"], [(7, 1)]),
        ("risk_drugs", people["risk_drugs"], [(3, 1)]),
    ):
        found[f"value_{item}"] = value
        found[f"points_{item}"] = banded(value, *bands)
    found["value_home_nursing"] = np.where(home_nursing, "receives", "none_given")
    found["points_home_nursing"] = np.where(home_nursing, 4, 0)
    found["value_home_care"] = np.where(home_care, "daily", "less_or_none")
    found["points_home_care"] = np.where(home_care, 1, 0)
    alone = (people["living"] == "alone").fillna(False)
    newly = (people["living_since"] > lists.half_year_ago).fillna(False)
    living = people["living"].mask(alone & people["living_since"].isna(), None).mask(alone & newly, "newly_alone")
    found["value_living"] = living
    found["points_living"] = living.map({"partner": 0, "alone": 1, "newly_alone": 2}).astype("Int64")

    points = found.filter(like="points_")
    found["score"] = points.sum(axis=1).astype("int64")
    found["band"] = np.select([found["score"] >= 14, found["score"] >= 7], ["red", "yellow"], "green")
    found["in_target"] = found["score"] >= 7
    found["incomplete"] = points.isna().any(axis=1)
    return found


def main(lake: Path, out: Path, day: dt.date) -> None:
    """Write `sad.parquet` and `daemp.parquet` to `out`."""
    lists = Lists(lake, day)
    people = lists.people()
    people["gp_contacts_two_years"], people["gp_contacts_half_year"] = lists.gp_contacts(people)
    people = people.assign(**lists.drugs(people), **lists.hospital(people)).join(lists.household(people))
    finished(sad(lists, people), out / "sad.parquet")
    finished(daemp(lists, people), out / "daemp.parquet")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), dt.date.fromisoformat(sys.argv[3]))
