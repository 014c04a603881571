"""Who pays what: the file that comes with Samspil, and files that are refused with their line."""

from __future__ import annotations

from pathlib import Path

import pytest

from samspil.access.models.people import Sector
from samspil.definitions import DefinitionError
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.payers import PAYERS, TEAM_MEETING, load_payers
from samspil.programmes.prices import load_prices
from samspil.warehouse import contracts

SHIPPED = (PROGRAMMES / PAYERS).read_text(encoding="utf-8")


def refused(tmp_path: Path, old: str, new: str) -> str:
    assert SHIPPED.count(old) == 1, old
    (tmp_path / PAYERS).write_text(SHIPPED.replace(old, new), encoding="utf-8")
    with pytest.raises(DefinitionError) as error:
        load_payers(tmp_path)
    return str(error.value)


def test_somebody_pays_for_every_sector_and_every_provider() -> None:
    payers = load_payers().payers
    assert {each.sector for each in load_prices().prices.sectors} <= payers.by_sector.keys()
    assert {sector.value for sector in Sector} | {TEAM_MEETING} == {each.sector for each in payers.providers}
    assert set(contracts.table("programme_cost").columns["payer"].values or ()) <= payers.titles.keys()
    assert payers.by_sector["hospital_somatic"] == "region"
    assert payers.by_sector["municipal_care"] == "municipality"


def test_another_folder_may_say_otherwise(tmp_path: Path) -> None:
    changed = SHIPPED.replace("sector: labour_market, payer: municipality", "sector: labour_market, payer: state")
    (tmp_path / PAYERS).write_text(changed, encoding="utf-8")
    assert load_payers(tmp_path).payers.by_sector["labour_market"] == "state"
    assert load_payers(tmp_path / "empty").payers.by_sector["labour_market"] == "municipality"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("sector: social, payer: municipality", "sector: social, payer: church", "`social` is paid by `church`"),
        ("sector: social, payer", "sector: sociel, payer", "the price list has no sector `sociel`"),
        ("sector: social, payer", "sector: sociel, payer", "nobody is said to pay for the sector `social`"),
        ("sector: social, payer", "sector: medicines, payer", "sectors named twice: medicines"),
        ("  - {payer: several,", "  - {payer: others,", "must name `several`"),
        (
            'providers:\n  - {sector: general_practice, payer: region, source: "chosen: fees',
            'providers:\n  - {sector: general_practice, payer: state, source: "chosen: fees',
            "one payer among `sectors` and another among `providers`",
        ),
    ],
)
def test_files_that_are_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in refused(tmp_path, old, new)


def test_a_fault_names_its_line(tmp_path: Path) -> None:
    line = SHIPPED[: SHIPPED.index("sector: social")].count("\n") + 1
    assert f"{PAYERS}:{line}: " in refused(tmp_path, "sector: social, payer", "sector: sociel, payer")
