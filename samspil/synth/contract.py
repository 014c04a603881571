"""How the tables of the warehouse's contracts are generated: their columns in order, and the Arrow type of each."""

import pyarrow as pa

from samspil.warehouse.contracts import Column, contracts, table_sources

TEXT = pa.dictionary(pa.int32(), pa.string())  # repeated text; reads back as plain text
KEY = pa.string()  # text that seldom repeats
DAY = pa.date32()
MOMENT = pa.timestamp("us")  # Copenhagen wall time
MONEY = pa.decimal128(12, 2)  # DKK
COUNT = pa.int32()
NUMBER = pa.float64()
FLAG = pa.bool_()

_GENERATED = {
    "cpr": TEXT,
    "text": TEXT,
    "code": TEXT,
    "date": DAY,
    "datetime": MOMENT,
    "money": MONEY,
    "int": COUNT,
    "number": NUMBER,
    "bool": FLAG,
}
_SELDOM_REPEATED = {
    "person.cpr",
    "network.name",
    "network.network",
    "network_practice.provider_number",
    "practice.provider_number",
    "practice.name",
    "risk_drug.atc",
    "hospital_contact.contact_id",
    "hospital_diagnosis.contact_id",
    "outpatient_course.course_id",
}
_WHOLE_NUMBERS = {"dispensing.packages"}


def _generated(name: str, column: Column) -> pa.DataType:
    if name in _SELDOM_REPEATED:
        return KEY
    return COUNT if name in _WHOLE_NUMBERS else _GENERATED[column.type]


SOURCE_OF = table_sources()
#: What a programme did is delivered from a region that has one.
PROGRAMME_SOURCE = "integrated_care"
_TABLES: dict[str, dict[str, dict[str, pa.DataType]]] = {
    source: {
        name: {column: _generated(f"{name}.{column}", kind) for column, kind in content.columns.items()}
        for name, content in contract.tables.items()
    }
    for source, contract in contracts().items()
}
#: The sources every region delivers, with their tables.
SOURCES = {source: tables for source, tables in _TABLES.items() if source != PROGRAMME_SOURCE}
PROGRAMME_TABLES = _TABLES[PROGRAMME_SOURCE]
CONTRACT = {source: contract.contract for source, contract in contracts().items()}


def schema(name: str) -> pa.Schema:
    """Columns of a table, in order, with the types they are generated in."""
    return pa.schema(list(_TABLES[SOURCE_OF[name]][name].items()))
