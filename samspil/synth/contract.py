"""The shape of the deliveries: tables, columns and types of each source, contract version 1."""

import pyarrow as pa

CONTRACT = "1"

TEXT = pa.dictionary(pa.int32(), pa.string())  # repeated text; reads back as plain text
KEY = pa.string()  # text that seldom repeats
DAY = pa.date32()
MOMENT = pa.timestamp("us")  # Copenhagen wall time
MONEY = pa.decimal128(12, 2)  # DKK
COUNT = pa.int32()
NUMBER = pa.float64()
FLAG = pa.bool_()

SOURCES: dict[str, dict[str, dict[str, pa.DataType]]] = {
    "civil": {
        "person": {
            "cpr": KEY,
            "given_name": TEXT,
            "family_name": TEXT,
            "birth_date": DAY,
            "sex": TEXT,
            "municipality": TEXT,
            "status": TEXT,
            "status_date": DAY,
            "origin": TEXT,
        },
        "household": {"cpr": TEXT, "living": TEXT, "living_since": DAY, "preschool_children": COUNT},
    },
    "general_practice": {
        "practice": {"provider_number": KEY, "name": KEY, "municipality": TEXT, "doctors": COUNT},
        "affiliation": {"cpr": TEXT, "provider_number": TEXT, "from": DAY, "to": DAY},
        "gp_contact": {"cpr": TEXT, "provider_number": TEXT, "date": DAY, "kind": TEXT},
        "gp_diagnosis": {"cpr": TEXT, "date": DAY, "icpc2": TEXT},
        "gp_measurement": {"cpr": TEXT, "date": DAY, "code": TEXT, "value": NUMBER, "unit": TEXT},
        "gp_target": {"cpr": TEXT, "date": DAY, "code": TEXT, "value": NUMBER, "unit": TEXT},
        "gp_check": {"cpr": TEXT, "date": DAY, "check": TEXT, "value": TEXT},
    },
    "health_insurance": {
        "specialist_contact": {"cpr": TEXT, "date": DAY, "specialty": TEXT, "referred_by_gp": FLAG, "fee": MONEY},
    },
    "prescriptions": {
        "dispensing": {"cpr": TEXT, "date": DAY, "atc": TEXT, "name": TEXT, "packages": COUNT, "price": MONEY},
        "risk_drug": {"atc": KEY, "level": TEXT},
    },
    "hospital": {
        "hospital_contact": {
            "cpr": TEXT,
            "contact_id": KEY,
            "course_id": TEXT,
            "hospital": TEXT,
            "department": TEXT,
            "start": MOMENT,
            "end": MOMENT,
            "kind": TEXT,
            "acute": FLAG,
            "action_diagnosis": TEXT,
            "cost": MONEY,
            "ready_for_discharge": MOMENT,
        },
        "hospital_diagnosis": {"cpr": TEXT, "contact_id": KEY, "date": DAY, "diagnosis": TEXT, "rank": TEXT},
        "outpatient_course": {"cpr": TEXT, "course_id": KEY, "department": TEXT, "opened": DAY, "closed": DAY},
    },
    "employment": {
        "benefit": {"cpr": TEXT, "kind": TEXT, "from": DAY, "to": DAY, "weekly_amount": MONEY},
        "sick_leave": {"cpr": TEXT, "from": DAY, "to": DAY, "cause": TEXT},
        "job": {"cpr": TEXT, "from": DAY, "to": DAY, "weekly_hours": NUMBER},
        "education": {"cpr": TEXT, "from": DAY, "to": DAY},
        "unemployment_fund": {"cpr": TEXT, "year": COUNT, "fund": TEXT},
    },
    "municipal_care": {
        "home_care": {
            "cpr": TEXT,
            "from": DAY,
            "to": DAY,
            "frequency": TEXT,
            "personal_hours_per_week": NUMBER,
            "practical_hours_per_week": NUMBER,
        },
        "home_nursing": {"cpr": TEXT, "from": DAY, "to": DAY, "visits_per_week": NUMBER},
        "substance_case": {"cpr": TEXT, "opened": DAY, "closed": DAY},
        "rehabilitation": {
            "cpr": TEXT,
            "offer": TEXT,
            "referred": DAY,
            "started": DAY,
            "ended": DAY,
            "outcome": TEXT,
            "level": TEXT,
        },
        "care_home": {"cpr": TEXT, "from": DAY, "to": DAY},
    },
}

SOURCE_OF = {table: source for source, tables in SOURCES.items() for table in tables}
PERIOD_COLUMN = {  # the columns marked ◆: their dates lie within the delivery's period
    "gp_contact": "date",
    "gp_diagnosis": "date",
    "gp_measurement": "date",
    "gp_target": "date",
    "gp_check": "date",
    "specialist_contact": "date",
    "dispensing": "date",
    "hospital_contact": "start",
    "hospital_diagnosis": "date",
}


def schema(table: str) -> pa.Schema:
    """Columns of a table, in order, with the types they are generated in."""
    return pa.schema(list(SOURCES[SOURCE_OF[table]][table].items()))


def written_type(column: pa.DataType) -> pa.DataType:
    """The type of a column as a reader of the Parquet file sees it."""
    return pa.string() if pa.types.is_dictionary(column) else column
