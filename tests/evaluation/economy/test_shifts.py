"""R-EVAL-06: what moved between sectors. Rows are what was saved, columns what was taken on, to the øre."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from samspil.evaluation.economy.accounts import Shift
from samspil.evaluation.economy.shifts import NEW, RELEASED, moved, sector_matrix, shift_matrix
from samspil.evaluation.figures import Estimate, Reason, Unknown

changes = st.lists(st.decimals(-(10**6), 10**6, places=2), max_size=7)


def shift(sector: str, payer: str, amount: float) -> Shift:
    return Shift(sector, payer, Estimate(amount, amount - 10, amount + 10))


@given(changes)
def test_the_law_of_the_matrix(given_: list[Decimal]) -> None:
    """A row adds up to what was saved, a column to what was taken on; there is new or released, and never both."""
    cells = moved(given_)
    assert all(amount > 0 for amount in cells.values())
    for place, change in enumerate(given_):
        assert sum(amount for (giver, _), amount in cells.items() if giver == place) == max(-change, 0)
        assert sum(amount for (_, taker), amount in cells.items() if taker == place) == max(change, 0)
    new = sum(amount for (giver, _), amount in cells.items() if giver is None)
    released = sum(amount for (_, taker), amount in cells.items() if taker is None)
    assert new - released == sum(given_)
    assert min(new, released) == 0


@given(changes)
def test_turned_round_the_same_moved_back(given_: list[Decimal]) -> None:
    """How much moved does not depend on the way it went. (Which øre goes where may.)"""
    there, back = moved(given_), moved([-change for change in given_])
    pairs = {cell for cell in there if None not in cell} | {cell[::-1] for cell in back if None not in cell}
    for giver, taker in pairs:
        difference = there.get((giver, taker), Decimal(0)) - back.get((taker, giver), Decimal(0))
        assert abs(difference) <= Decimal("0.07")


def test_from_hospital_to_general_practice_and_municipality() -> None:
    """Hospital use falls by 1,000; general practice takes on 150 and the municipality 450; 400 is released."""
    shifts = [
        shift("hospital_somatic", "region", -1_000.0),
        shift("general_practice", "region", 150.0),
        shift("municipal_care", "municipality", 450.0),
    ]
    assert sector_matrix(shifts) == {
        ("hospital_somatic", "general_practice"): 150,
        ("hospital_somatic", "municipal_care"): 450,
        ("hospital_somatic", RELEASED): 400,
    }
    assert shift_matrix(shifts) == {
        ("region", "region"): 150,
        ("region", "municipality"): 450,
        ("region", RELEASED): 400,
    }


def test_somv_use_rose_and_fell_nowhere_so_nothing_moved() -> None:
    """001 L299-301: hospital unchanged, general practice and municipality up. That is new, and no shift."""
    shifts = [
        shift("hospital_somatic", "region", 0.0),
        shift("general_practice", "region", 30.0),
        shift("municipal_care", "municipality", 10.0),
    ]
    assert shift_matrix(shifts) == {(NEW, "region"): 30, (NEW, "municipality"): 10}


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from(["region", "municipality"]), st.integers(-5000, 5000)),
        max_size=6,
    )
)
def test_payers_matrix_is_the_sectors_added_up(given_: list[tuple[str, str, int]]) -> None:
    shifts = [shift(sector, payer, amount / 100) for sector, payer, amount in given_]
    by_payer, by_sector = shift_matrix(shifts), sector_matrix(shifts)
    assert sum(by_payer.values()) == sum(by_sector.values())
    for payer in ("region", "municipality"):
        took = sum(max(amount, 0) for _, whose, amount in given_ if whose == payer)
        gave = sum(max(-amount, 0) for _, whose, amount in given_ if whose == payer)
        assert sum(amount for (_, taker), amount in by_payer.items() if taker == payer) == Decimal(took) / 100
        assert sum(amount for (giver, _), amount in by_payer.items() if giver == payer) == Decimal(gave) / 100


def test_no_matrix_while_a_shift_is_unknown() -> None:
    """What went to a sector that is not measured would look released."""
    unknown = Shift("municipal_care", "municipality", Unknown.because(Reason.NOT_LOADED, source="municipal_care"))
    shifts = [shift("hospital_somatic", "region", -1_000.0), unknown]
    assert (shift_matrix(shifts), sector_matrix(shifts)) == ({}, {})
