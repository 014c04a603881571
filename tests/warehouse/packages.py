"""Packages of deliveries, made by hand: valid unless a test breaks one thing.

    Package("hospital").add("hospital_contact", cpr=ANNA, cost="-1").write(folder)

A row is what `ROWS` says but for what the test gives; a table that is not mentioned is written empty. `files`
holds the bytes of a table where a test writes them itself; hash and number of rows are right all the same, unless
`describe` says otherwise.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from samspil.warehouse.contracts import contracts

Row = dict[str, Any]

#: A good row of every table; tests say only what matters to them.
ROWS: dict[str, Row] = {
    "person": {
        "given_name": "Anna", "family_name": "Vestergaard", "birth_date": "1950-01-01", "sex": "F",
        "municipality": "461", "status": "active", "status_date": None, "origin": "danish",
    },
    "household": {"living": "partner", "living_since": "1980-05-01", "preschool_children": 0},
    "practice": {"provider_number": "100001", "name": "Lægerne Havnen", "municipality": "461", "doctors": 2},
    "affiliation": {"provider_number": "100001", "from": "2000-01-01", "to": None},
    "gp_contact": {"provider_number": "100001", "date": "2015-05-05", "kind": "consultation"},
    "gp_diagnosis": {"date": "2015-05-05", "icpc2": "P76"},
    "gp_measurement": {"date": "2015-05-05", "code": "NPU27300", "value": "48", "unit": "mmol/mol"},
    "gp_target": {"date": "2015-05-05", "code": "NPU27300", "value": "53", "unit": "mmol/mol"},
    "gp_check": {"date": "2015-05-05", "check": "foot_exam", "value": None},
    "specialist_contact": {
        "date": "2015-05-05", "specialty": "psychologist", "referred_by_gp": True, "fee": "850.50",
    },
    "dispensing": {"date": "2015-05-05", "atc": "N06AB04", "name": "Citalopram", "packages": "1", "price": "45.50"},
    "risk_drug": {"atc": "N06AB04", "level": "yellow"},
    "hospital_contact": {
        "contact_id": "c1", "course_id": None, "hospital": "OUH", "department": "Geriatrisk afdeling",
        "start": "2015-05-05T10:00:00", "end": "2015-05-06T12:00:00", "kind": "inpatient", "acute": True,
        "action_diagnosis": "DI50.9", "cost": "12000.00", "ready_for_discharge": None,
    },
    "hospital_diagnosis": {"contact_id": "c1", "date": "2015-05-05", "diagnosis": "DI50.9", "rank": "primary"},
    "outpatient_course": {
        "course_id": "k1", "department": "Geriatrisk afdeling", "opened": "2015-01-05", "closed": None,
    },
    "benefit": {"kind": "sygedagpenge", "from": "2015-01-05", "to": "2015-03-01", "weekly_amount": "4135.00"},
    "sick_leave": {"from": "2015-01-05", "to": "2015-03-01", "cause": "stress"},
    "job": {"from": "2010-01-01", "to": None, "weekly_hours": "37"},
    "education": {"from": "1990-09-01", "to": "1993-06-30"},
    "unemployment_fund": {"year": 2015, "fund": "FTF"},
    "home_care": {
        "from": "2014-01-01", "to": None, "frequency": "daily", "personal_hours_per_week": "5",
        "practical_hours_per_week": "1.5",
    },
    "home_nursing": {"from": "2014-01-01", "to": None, "visits_per_week": "2"},
    "substance_case": {"opened": "2014-01-01", "closed": None},
    "rehabilitation": {
        "offer": "Hjerterehabilitering", "referred": "2015-02-01", "started": None, "ended": None, "outcome": None,
        "level": "basic",
    },
    "care_home": {"from": "2014-01-01", "to": None},
    "network": {"network": "n1", "name": "Kvalitetsnetværk Havnen", "municipality": "461", "kind": "quality"},
    "network_practice": {
        "network": "n1", "provider_number": "100001", "joined": "2013-01-01", "left": None, "agreed_labels": True,
    },
    "pro_form": {
        "date": "2015-05-05", "sector": "general_practice", "instrument": "pro_diabetes", "occasion": "first",
        "used_on": None,
    },
    "taking_part": {
        "programme": "odense-ic", "provider_number": "100001", "from": "2014-04-15", "to": None,
        "trained": "2014-04-01", "first_used": None,
    },
    "enrolment": {
        "course_id": "c1", "programme": "odense-ic", "arm": "daemp", "provider_number": "100001", "from": "2015-03-01",
        "to": None, "end_reason": None, "inclusion": "list", "content_version": None,
    },
    "list_review": {
        "date": "2015-02-20", "programme": "odense-ic", "model": "daemp", "decision": "invite", "reason": None,
    },
    "service_received": {
        "course_id": "c1", "date": "2015-03-02", "service": "aeldresagen", "component": "network", "sector": "ngo",
        "due": "2015-03-16", "started": "2015-03-10", "completed": None, "minutes": 60, "cost": None,
    },
    "plan_event": {"course_id": "c1", "date": "2015-03-05", "event": "plan_activated", "sector": "general_practice"},
    "team_meeting": {
        "meeting_id": "m1", "programme": "odense-ic", "arm": "daemp", "date": "2015-04-01", "minutes": 90,
        "participants": 6, "cases": 4, "cases_expected": 6, "cost": None,
    },
    "programme_cost": {
        "programme": "odense-ic", "arm": None, "payer": "joint_account", "kind": "development", "from": "2015-01-01",
        "to": "2015-12-31", "amount": "100000.00",
    },
    "perceived_change": {
        "course_id": "c1", "date": "2015-06-01", "item": "wellbeing", "said_by": "citizen", "change": "improved",
    },
}  # fmt: skip

#: A table of each source in which any number of good rows may stand, to keep a few bad ones below the limit.
FILLING = {
    "civil": "person", "general_practice": "gp_contact", "health_insurance": "specialist_contact",
    "prescriptions": "dispensing", "hospital": "hospital_contact", "employment": "job",
    "municipal_care": "care_home", "patient_reported": "pro_form", "integrated_care": "list_review",
}  # fmt: skip


def cpr(number: int) -> str:
    """The CPR number of the `number`-th made-up person, born on a day of the 1950s."""
    day, serial = divmod(number, 1000)
    return f"{day % 28 + 1:02d}{day // 28 % 12 + 1:02d}5{day // 336 % 10}{serial + 1000:04d}"


ANNA, BO, CARL = cpr(1), cpr(2), cpr(3)


@dataclass
class Package:
    """One delivery, to be written as a folder."""

    source: str
    name: str = ""
    period: tuple[str, str] = ("2015-01-01", "2015-12-31")
    extracted_at: str = "2016-01-02T03:00:00+01:00"
    owner: str = "Region Syddanmark"
    contract: str = "1"
    form: str = "csv"
    rows: dict[str, list[Row]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    describe: Callable[[dict[str, Any]], object] = lambda descriptor: None

    def add(self, table: str, **values: Any) -> Self:
        """Add a row of good values but for those given."""
        person = {} if contracts()[self.source].tables[table].kind == "register" else {"cpr": ANNA}
        self.rows.setdefault(table, []).append({**person, **ROWS[table], **values})
        return self

    def fill(self, count: int = 1000) -> Self:
        """Add good rows that tests do not look at, of persons from number 1000 on."""
        table = FILLING[self.source]
        for number in range(1000, 1000 + count):
            identifier = {"contact_id": f"fill-{number}"} if table == "hospital_contact" else {}
            self.add(table, cpr=cpr(number), **identifier)
        return self

    def write(self, folder: Path) -> Path:
        """Write the package and return its folder."""
        folder.mkdir(parents=True, exist_ok=True)
        resources = []
        for table, contract in contracts()[self.source].tables.items():
            rows = self.rows.get(table, [])
            content = self.files.get(table)
            if content is None:
                columns = list(dict.fromkeys([*contract.columns, *(name for row in rows for name in row)]))
                content = (as_csv if self.form == "csv" else as_parquet)(columns, rows)
            path = folder / f"{table}.{self.form}"
            path.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest()
            resources.append(
                {"name": table, "path": path.name, "hash": f"sha256:{digest}", "rows": self._count(table, content)}
            )
        descriptor = {
            "name": self.name or f"{self.source.replace('_', '-')}-{self.extracted_at[:10]}",
            "samspil": {
                "source": self.source, "owner": self.owner, "contract": self.contract,
                "period": {"from": self.period[0], "to": self.period[1]},
                "extracted_at": self.extracted_at, "legal_basis": "dispensation-2014-07",
            },
            "resources": resources,
        }  # fmt: skip
        self.describe(descriptor)
        (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
        return folder

    def _count(self, table: str, content: bytes) -> int:
        """The rows of a file: those given, or the lines after the header of a file the test wrote itself."""
        if table in self.files and self.form == "csv":
            return max(content.count(b"\n") - 1, 0)
        return len(self.rows.get(table, []))


def as_csv(columns: list[str], rows: list[Row]) -> bytes:
    """Rows as CSV in the contract's form: booleans are `true` and `false`, null is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    words = {True: "true", False: "false", None: ""}
    for row in rows:
        values = [row.get(name) for name in columns]
        writer.writerow([words[v] if v is None or isinstance(v, bool) else v for v in values])
    return text.getvalue().encode()


def as_parquet(columns: list[str], rows: list[Row], types: dict[str, pa.DataType] | None = None) -> bytes:
    """Rows as Parquet; a column is text where nothing else is said."""
    arrays = {}
    for name in columns:
        values = [row.get(name) for row in rows]
        if types is not None and name in types:
            arrays[name] = pa.array(values, types[name])
        else:
            words = {True: "true", False: "false", None: None}
            texts = [words[v] if v is None or isinstance(v, bool) else str(v) for v in values]
            arrays[name] = pa.array(texts, pa.string())
    stream = io.BytesIO()
    pq.write_table(pa.table(arrays), stream)
    return stream.getvalue()


def lines(*texts: str) -> bytes:
    """Lines of a file that a test writes itself."""
    return "".join(f"{text}\n" for text in texts).encode()
