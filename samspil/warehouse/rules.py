"""What a contract asks of a row, as Ibis expressions: read each column as its type, and name every fault."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.types as ir

from samspil.codes import DANISH_PREFIX
from samspil.warehouse.contracts import Column, Table
from samspil.warehouse.state import Days

_ISO_DATE = r"^\d{4}-\d{2}-\d{2}$"
# Hours and offsets that exist: engines differ in what they make of 24:00 and of +19:00.
_ISO_DATETIME = (
    r"^\d{4}-\d{2}-\d{2}[T ]([01]\d|2[0-3]):\d{2}(:\d{2}(\.\d+)?)?(Z|[+-](0\d|1[0-7]):?[0-5]\d|[+-]18:?00)?$"
)

#: How a column lies in the lake, by its type in the contract.
LAKE_TYPES = {
    "text": "string",
    "code": "string",
    "date": "date",
    "datetime": "timestamp",
    "int": "int64",
    "number": "float64",
    "money": "decimal(12, 2)",
    "bool": "boolean",
}
_BEYOND_MONEY = 1e10
_WORDS = {
    "date": "not a date (YYYY-MM-DD)",
    "datetime": "not a date and time (YYYY-MM-DDTHH:MM)",
    "int": "not a whole number",
    "number": "not a number",
    "money": "not an amount",
    "bool": "neither true nor false",
    "code": "not a code of the contract's form",
}


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a row: the column, the fault in words, and when it is there."""

    column: str
    fault: str
    broken: ir.BooleanValue


@dataclass(frozen=True)
class Reading:
    """A raw table's columns read as the contract's types, and the rules its rows must keep."""

    columns: Mapping[str, ir.Value]
    rules: tuple[Rule, ...]


def unfit_type(column: Column, given: dtypes.DataType) -> str | None:
    """Why a Parquet column of type `given` cannot be read as the contract's; None when it can."""
    fits = given.is_string() or {
        "cpr": False,
        "text": False,
        "code": False,
        "date": given.is_date() or given.is_timestamp(),
        "datetime": given.is_timestamp(),
        "int": given.is_integer(),
        "number": given.is_numeric(),
        "money": given.is_numeric(),
        "bool": given.is_boolean(),
    }.get(column.type, False)
    wanted = {"cpr": "text", "text": "text", "code": "text"}.get(column.type, column.type)
    return None if fits or given.is_null() else f"is {given}, the contract says {wanted}"


def read_rows(raw: ir.Table, contract: Table, period: Days) -> Reading:
    """Every column of a table as its type, and every rule of its contract.

    `raw` has the delivered columns, `person_id` where the CPR number is good, and for each column of codes
    `normal_…` where the code is (see `read_codes`). Values that cannot be read are null in `columns` and caught by
    a rule.
    """
    columns: dict[str, ir.Value] = {}
    rules: list[Rule] = []
    for name, column in contract.columns.items():
        given = raw[name]
        if column.type == "cpr":
            columns["person_id"] = raw.person_id
            rules.append(Rule(name, "not a CPR number", raw.person_id.isnull()))
            continue
        value, present = _read(given, column) if column.type != "code" else _read_code(raw, name)
        columns[name] = value
        if not column.nullable:
            rules.append(Rule(name, "empty", ~present))
        if column.type in _WORDS:
            rules.append(Rule(name, _WORDS[column.type], present & value.isnull()))
        rules += _value_rules(name, column, value)
    for name, column in contract.columns.items():
        if column.not_before is not None:
            rules.append(
                Rule(
                    name,
                    f"before `{column.not_before}`",
                    _in_order(raw[name], column)
                    < _in_order(raw[column.not_before], contract.columns[column.not_before]),
                )
            )
    if contract.period is not None:
        moment = columns[contract.period]
        rules.append(Rule(contract.period, f"outside the delivery's period {period}", ~in_days(moment, [period])))
    return Reading(columns, tuple(rules))


def in_days(moment: ir.Value, periods: list[Days]) -> ir.BooleanValue:
    """Whether a date, or the calendar day of a timestamp, lies in one of the periods."""
    if moment.type().is_timestamp():
        parts = [
            (moment >= ibis.literal(dt.datetime.combine(p.from_, dt.time())))
            & (
                p.to == dt.date.max
                or moment < ibis.literal(dt.datetime.combine(p.to + dt.timedelta(days=1), dt.time()))
            )
            for p in periods
        ]
    else:
        parts = [(moment >= ibis.literal(p.from_)) & (moment <= ibis.literal(p.to)) for p in periods]
    return ibis.or_(*parts) if parts else ibis.literal(False)


def _read(given: ir.Value, column: Column) -> tuple[ir.Value, ir.BooleanValue]:
    """A column as its type in the lake, and whether the owner gave a value at all."""
    kind = column.type
    target = LAKE_TYPES[kind]
    if not given.type().is_string():
        present = given.notnull()
        if kind == "datetime":
            return _wall_time(given), present
        if kind in {"number", "money"} and given.type().is_floating():
            finite = (~(given.isnan() | given.isinf())).ifelse(given, None)
            return _amount(finite) if kind == "money" else finite.try_cast(target), present
        return given.try_cast(target), present
    text = given.strip().nullif("")
    present = text.notnull()
    if kind == "text":
        return text, present
    if kind == "date":
        return text.re_search(_ISO_DATE).ifelse(text, None).try_cast("date"), present
    if kind == "datetime":
        return _wall_time(_moment(text)), present
    if kind == "bool":
        lower = text.lower()
        return ibis.cases((lower == "true", True), (lower == "false", False)), present
    value = text.re_search(r"^[+-]?\d+$" if kind == "int" else r"^[+-]?\d+(\.\d+)?$").ifelse(text, None)
    read = value.try_cast(target)
    # So many digits that they are beyond all numbers: an error to one engine, and infinity to another.
    return (read.isinf().ifelse(None, read) if kind == "number" else read), present


def _amount(given: ir.FloatingValue) -> ir.DecimalValue:
    """A floating number as an amount, null where it has no room.

    Engines differ in what they round, the number or how it is written; this asks for whole hundredths.
    """
    hundredths = ((given.abs() < _BEYOND_MONEY).ifelse(given, None).cast("float64") * 100).round()
    return (hundredths.cast("float64") / 100).try_cast(LAKE_TYPES["money"])


def _moment(text: ir.StringValue) -> ir.TimestampValue:
    """A text as a moment. Without an offset the session's own zone, Copenhagen, is meant."""
    return text.re_search(_ISO_DATETIME).ifelse(text, None).try_cast("timestamp('UTC')")


def _in_order(given: ir.Value, column: Column) -> ir.Value:
    """A column as what orders it in time: moments, for clocks on the wall go back an hour every autumn."""
    if column.type != "datetime":
        return _read(given, column)[0]
    return _moment(given.strip()) if given.type().is_string() else given.cast("timestamp('UTC')")


def _wall_time(moment: ir.TimestampValue) -> ir.TimestampValue:
    """A moment as the clock on the wall in Copenhagen showed it (the session's time zone)."""
    return moment.cast("timestamp")


def read_codes(written: ir.StringValue, pattern: str) -> ir.StringValue:
    """Codes in their normal form (`samspil.codes.normal_code`), null where they are not of the contract's form.

    There are far fewer codes than rows, so this is asked of the distinct codes of a table and joined back.
    """
    plain = written.upper().re_replace(r"[\s.]", "")
    normal = plain.re_search(DANISH_PREFIX).ifelse(plain.substr(1), plain)
    return normal.re_search(f"^(?:{pattern})$").ifelse(normal, None)


def _read_code(raw: ir.Table, name: str) -> tuple[ir.Value, ir.BooleanValue]:
    return raw[f"normal_{name}"], raw[name].notnull() & (raw[name] != "")


def _value_rules(name: str, column: Column, value: ir.Value) -> list[Rule]:
    rules = []
    if column.values is not None:
        rules.append(Rule(name, f"not one of {', '.join(column.values)}", ~value.isin(column.values)))
    if column.pattern is not None and column.type != "code":
        wrong = ~value.re_search(f"^(?:{column.pattern})$")
        rules.append(Rule(name, "not of the contract's form", wrong))
    if column.min is not None:
        rules.append(
            Rule(
                name,
                f"below {column.min:g}" if isinstance(column.min, float) else f"before {column.min}",
                value < _bound(column.min, value),
            )
        )
    if column.max is not None:
        rules.append(
            Rule(
                name,
                f"above {column.max:g}" if isinstance(column.max, float) else f"after {column.max}",
                value > _bound(column.max, value),
            )
        )
    return rules


def _bound(bound: dt.date | float, value: ir.Value) -> ir.Scalar:
    return ibis.literal(bound) if isinstance(bound, dt.date) else ibis.literal(bound).cast(value.type())
