"""Three indicators of type 2 diabetes by practice, in pandas: `python pandas_indicators.py LAKE OUT DAY`.

Only the columns and days that are needed are read; the rest is whole columns.
"""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pandas as pd
from dateutil.relativedelta import relativedelta


def read(lake: Path, table: str, columns: list[str], filters: list[tuple[str, str, object]]) -> pd.DataFrame:
    """Some columns of the rows that pass the filters."""
    return pd.read_parquet(lake / table, columns=columns, filters=filters or None, dtype_backend="pyarrow")


def patients(lake: Path, day: dt.date) -> pd.DataFrame:
    """Everybody with type 2 diabetes and a practice that delivers: person_id, unit."""
    spells = read(
        lake, "general_practice/affiliation", ["person_id", "provider_number", "from", "to"], [("from", "<=", day)]
    )
    spells = spells[spells["to"].isna() | (spells["to"] >= day)].sort_values(["from", "provider_number"])
    practice = spells.drop_duplicates("person_id", keep="last")[["person_id", "provider_number"]]
    people = read(lake, "civil/person", ["person_id", "status", "status_date"], [("birth_date", "<=", day)])
    active = people[(people["status"] == "active") | (people["status_date"] > day).fillna(False)]
    diagnoses = read(
        lake, "general_practice/gp_diagnosis", ["person_id"], [("date", "<=", day), ("icpc2", "in", ["T90"])]
    )
    contacts = read(
        lake,
        "general_practice/gp_contact",
        ["provider_number"],
        [("date", ">", day - relativedelta(months=3)), ("date", "<=", day)],
    )
    found = active[["person_id"]].merge(practice, on="person_id")
    found = found[found["person_id"].isin(diagnoses["person_id"])]
    found = found[found["provider_number"].isin(contacts["provider_number"].unique())]
    return found.rename(columns={"provider_number": "unit"})


def since(lake: Path, table: str, day: dt.date, months: int, *more: tuple[str, str, object]) -> pd.Series:
    """The persons with a row in the months before D that passes the filters."""
    window = [("date", ">", day - relativedelta(months=months)), ("date", "<=", day)]
    return read(lake, table, ["person_id"], [*window, *more])["person_id"]


def main(lake: Path, out: Path, day: dt.date) -> None:
    """Write `indicators.parquet` to `out`."""
    people = patients(lake, day)
    whose = people["person_id"]
    reviewed = [
        since(lake, "general_practice/gp_check", day, 12, ("check", "==", "annual_review")),
        since(lake, "general_practice/gp_contact", day, 12, ("kind", "==", "annual_review")),
    ]
    foot = [
        since(lake, "general_practice/gp_check", day, 24, ("check", "==", "foot_exam")),
        since(lake, "health_insurance/specialist_contact", day, 24, ("specialty", "==", "podiatrist")),
    ]
    pressure = read(
        lake,
        "general_practice/gp_measurement",
        ["person_id", "date", "value"],
        [("code", "==", "DNK05472"), ("unit", "==", "mmHg"), ("date", "<=", day)],
    )
    pressure = pressure[pressure["person_id"].isin(whose)].sort_values(["date", "value"])
    last = pressure.drop_duplicates("person_id", keep="last").set_index("person_id")["value"]
    met = {
        "annual_review": whose.isin(pd.concat(reviewed)),
        "foot_exam": whose.isin(pd.concat(foot)),
        "systolic": whose.map(last).lt(130).fillna(False),
    }
    counted = [
        people.assign(indicator=name, is_met=is_met.astype(bool))
        .groupby(["unit", "indicator"], as_index=False)
        .agg(persons=("person_id", "size"), met=("is_met", "sum"))
        for name, is_met in met.items()
    ]
    pd.concat(counted).to_parquet(out / "indicators.parquet", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), dt.date.fromisoformat(sys.argv[3]))
