"""The dirt that real deliveries have, injected on purpose and listed, so that tests can see it found."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from samspil.synth.contract import SOURCE_OF
from samspil.synth.plan import Plan

MISSING_COLUMN = ("specialist_contact", "referred_by_gp")
WRONG_HASH = "home_care"
_MOST_PER_KIND = 3  # of one kind of flaw, in one column of one chunk


@dataclass(frozen=True)
class Flaw:
    """One injected flaw. `row` is the data row in the file, counted from 0; null for flaws of a whole file.

    `kind` is `bad_cpr`, `harmless` (a legitimate way to write a CPR number), `duplicate_row`, `out_of_range`,
    `late_row`, `missing_column` or `wrong_hash`. `value` is what was written, null for a missing value and
    for flaws of a row or file.
    """

    source: str
    table: str
    row: int | None
    column: str | None
    value: str | float | None
    kind: str

    def moved(self, rows: int) -> "Flaw":
        """The same flaw, that many rows further down."""
        return self if self.row is None else replace(self, row=self.row + rows)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Row = dict[str, Any]
Edit = Callable[[Row, int, Plan], Any]


def _bad_cpr(row: Row, turn: int, plan: Plan) -> str:
    cpr: str = row["cpr"]
    return ("32" + cpr[2:], cpr[:9], cpr[:6] + "AB" + cpr[8:])[turn % 3]


def _written_otherwise(row: Row, turn: int, plan: Plan) -> str:
    cpr: str = row["cpr"]
    return (f"{cpr[:6]}-{cpr[6:]}", f"{cpr[:6]} {cpr[6:]}", f" {cpr} ")[turn % 3]


def _before(other: str) -> Edit:
    """An end that lies before the start."""
    return lambda row, turn, plan: row[other] - timedelta(days=2 + turn)


def _too_early(column: str) -> Edit:
    """A date before the first day of the delivery's period."""

    def edit(row: Row, turn: int, plan: Plan) -> date | datetime:
        early: date | datetime = row[column] - timedelta(days=plan.window.days + 5 * turn)
        return early

    return edit


def _fixed(value: Any) -> Edit:
    return lambda row, turn, plan: value


# table, column, kind, what is written, and the rows it suits (all when None)
_EDITS: list[tuple[str, str, str, Edit, Callable[[pa.Table], pa.Array] | None]] = [
    ("person", "cpr", "bad_cpr", _bad_cpr, None),
    ("person", "cpr", "harmless", _written_otherwise, None),
    ("person", "sex", "out_of_range", _fixed("X"), None),
    ("gp_contact", "cpr", "bad_cpr", _bad_cpr, None),
    ("gp_contact", "cpr", "harmless", _written_otherwise, None),
    ("gp_contact", "kind", "out_of_range", _fixed("fax"), None),
    ("gp_contact", "date", "late_row", _too_early("date"), None),
    ("gp_diagnosis", "date", "late_row", _too_early("date"), None),
    ("gp_measurement", "value", "out_of_range", _fixed(-5.0), lambda table: pc.equal(table["code"], "NPU27300")),
    ("gp_measurement", "unit", "out_of_range", _fixed(None), None),
    ("hospital_contact", "cpr", "bad_cpr", _bad_cpr, None),
    ("hospital_contact", "cost", "out_of_range", _fixed(Decimal("-100.00")), None),
    ("hospital_contact", "kind", "out_of_range", _fixed("daycase"), None),
    ("hospital_contact", "end", "out_of_range", _before("start"), lambda table: pc.is_valid(table["end"])),
    ("hospital_contact", "start", "late_row", _too_early("start"), None),
    ("hospital_diagnosis", "date", "late_row", _too_early("date"), None),
    ("benefit", "kind", "out_of_range", _fixed("borgerloen"), None),
    ("benefit", "to", "out_of_range", _before("from"), lambda table: pc.is_valid(table["to"])),
    ("sick_leave", "cpr", "bad_cpr", _bad_cpr, None),
    ("sick_leave", "to", "out_of_range", _before("from"), lambda table: pc.is_valid(table["to"])),
    ("job", "cpr", "harmless", _written_otherwise, None),
    ("dispensing", "cpr", "bad_cpr", _bad_cpr, None),
    ("dispensing", "price", "out_of_range", _fixed(Decimal("-25.00")), None),
    ("dispensing", "date", "late_row", _too_early("date"), None),
]
_REPEATED = ("person", "affiliation", "hospital_contact", "sick_leave")


def inject(tables: dict[str, pa.Table], plan: Plan, rng: np.random.Generator) -> tuple[dict[str, pa.Table], list[Flaw]]:
    """Put flaws into the tables of one chunk: of each kind at most three, and at most one for every 1,000
    rows.

    No row gets two flaws. Exact repeats come last in the chunk.
    """
    flawed, flaws = dict(tables), []
    for name in sorted({edit[0] for edit in _EDITS} | set(_REPEATED)):
        table = flawed[name]
        size = table.num_rows
        free = np.ones(size, dtype=bool)
        for _, column, kind, edit, suits in (e for e in _EDITS if e[0] == name):
            usable = free if suits is None else free & _flags(suits(table))
            rows = _some(usable, size, rng)
            free[rows] = False
            values = [edit(table.slice(row, 1).to_pylist()[0], turn, plan) for turn, row in enumerate(rows)]
            table = _with_values(table, column, rows, values)
            flaws += [_flaw(name, row, column, value, kind) for row, value in zip(rows, values, strict=True)]
        if name in _REPEATED:
            rows = _some(free, size, rng)
            table = (
                pa.concat_tables([table, table.take(pa.array(rows, pa.int64()))]).unify_dictionaries().combine_chunks()
            )
            flaws += [_flaw(name, size + place, None, None, "duplicate_row") for place in range(len(rows))]
        flawed[name] = table
    flawed[MISSING_COLUMN[0]] = tables[MISSING_COLUMN[0]].drop_columns([MISSING_COLUMN[1]])
    return flawed, flaws


def file_flaws() -> list[Flaw]:
    """The flaws of whole files."""
    table, column = MISSING_COLUMN
    return [
        Flaw(SOURCE_OF[table], table, None, column, None, "missing_column"),
        Flaw(SOURCE_OF[WRONG_HASH], WRONG_HASH, None, None, None, "wrong_hash"),
    ]


def _some(usable: np.ndarray, size: int, rng: np.random.Generator) -> list[int]:
    rows = np.flatnonzero(usable)
    count = min(_MOST_PER_KIND, size // 1000, len(rows))
    return sorted(int(row) for row in rng.choice(rows, count, replace=False))


def _flags(column: pa.ChunkedArray) -> np.ndarray:
    flags: np.ndarray = pc.fill_null(column, False).to_numpy()
    return flags


def _with_values(table: pa.Table, column: str, rows: list[int], values: list[Any]) -> pa.Table:
    if not rows:
        return table
    place, kind = table.schema.get_field_index(column), table.schema.field(column).type
    plain = table[column].combine_chunks()
    if pa.types.is_dictionary(kind):
        plain = plain.cast(pa.string())
    mask = np.zeros(table.num_rows, dtype=bool)
    mask[rows] = True
    changed = pc.replace_with_mask(plain, pa.array(mask), pa.array(values, plain.type))
    if pa.types.is_dictionary(kind):
        changed = changed.dictionary_encode()
    return table.set_column(place, table.schema.field(column), changed)


def _flaw(table: str, row: int, column: str | None, value: Any, kind: str) -> Flaw:
    if isinstance(value, date | datetime):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return Flaw(SOURCE_OF[table], table, row, column, value, kind)
