"""Documents that list what code has must list all of it."""

import re
from pathlib import Path

from samspil.population.measures import MEASURES
from samspil.programmes.plan import ProgrammePlan, Template
from samspil.programmes.services import Service
from samspil.warehouse.contracts import contracts

DOCS = Path(__file__).parent.parent / "docs"


def test_every_measure_is_in_the_guide_to_models():
    text = (DOCS / "models.md").read_text(encoding="utf-8")
    assert [name for name in MEASURES if f"`{name}`" not in text] == []


def test_every_key_of_services_and_plans_is_in_the_guide_to_programmes():
    text = (DOCS / "programmes.md").read_text(encoding="utf-8")
    keys = {key for form in (Service, ProgrammePlan, Template) for key in form.model_fields}
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []


def test_every_column_key_is_in_the_guide_to_deliveries():
    text = (DOCS / "deliveries.md").read_text(encoding="utf-8")
    keys = {
        key
        for contract in contracts().values()
        for table in contract.tables.values()
        for column in table.columns.values()
        for key in column.model_fields_set
    }
    assert [key for key in keys if f"`{key}`" not in text] == []


def test_every_setting_is_in_the_guide_to_operating():
    text = (DOCS / "operating.md").read_text(encoding="utf-8")
    code = "".join(path.read_text(encoding="utf-8") for path in (DOCS.parent / "samspil").rglob("*.py"))
    assert [name for name in set(re.findall(r"SAMSPIL_[A-Z]+(?:_[A-Z]+)*", code)) if f"`{name}`" not in text] == []
