"""Measures: small named functions that turn one person's rows of a table into a value.

A measure reads one source table and returns one aggregate expression over the rows of a person (of a table of states,
the value of the person's one row); the engine computes all measures of a table in one pass over it. Definitions in
`programmes/` refer to measures by name and give the parameters; a measure holds no cut-off, code or window of its own.

The parameters' types are what a definition may give: `Months` is written `6 months`, `Period` too and means the
last n months before D. A parameter without a default must be given.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import ibis
import ibis.expr.types as ir

from samspil.population.time import DAY, Period

#: Adds one column to a table's rows before they are added up: (rows, tables, at, column name, parameters).
Prepare = Callable[..., ir.Table]


#: Rows of one table, the day D and parameters in; out comes one aggregate expression over a person's rows, or, of a
#: table of states (one row per person), the value of the row.
MeasureFunction = Callable[..., ir.Value]
FunctionT = TypeVar("FunctionT", bound=MeasureFunction)


@dataclass(frozen=True)
class Measure:
    """A measure with what definitions and the engine need to know of it.

    `table` is the table it reads and `also` further tables it looks things up in. `prepare`, when present, adds a
    column that the measure receives as `prepared`. `vocabulary` names the column (`table.column`) whose contract
    lists what a parameter may hold, and `levels` the texts the measure can return. `last_known` marks a measure of what
    was last known, such as the latest value: without a row that counts it is missing, where a count would be zero.
    `days_within` marks a measure of the days of spells in a period, which sees spells that began before it.
    """

    name: str
    table: str
    function: MeasureFunction
    parameters: Mapping[str, inspect.Parameter]
    types: Mapping[str, Any]
    also: tuple[str, ...] = ()
    prepare: Prepare | None = None
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    last_known: bool = False
    days_within: bool = False

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table the measure needs."""
        return (self.table, *self.also)

    @property
    def returns(self) -> Literal["number", "truth", "date", "text"]:
        """What kind of value the measure gives."""
        value: type[ir.Value] = self.types["return"]
        if issubclass(value, ir.BooleanValue):
            return "truth"
        if issubclass(value, ir.DateValue):
            return "date"
        return "number" if issubclass(value, ir.NumericValue) else "text"


MEASURES: dict[str, Measure] = {}


def measure(
    table: str,
    *,
    also: tuple[str, ...] = (),
    prepare: Prepare | None = None,
    vocabulary: Mapping[str, str] | None = None,
    levels: tuple[str, ...] = (),
    last_known: bool = False,
    days_within: bool = False,
) -> Callable[[FunctionT], FunctionT]:
    """Register a function as the measure of its own name, reading `table`."""

    def register(function: FunctionT) -> FunctionT:
        parameters = {
            name: parameter
            for name, parameter in inspect.signature(function).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY and name != "prepared"
        }
        MEASURES[function.__name__] = Measure(
            name=function.__name__,
            table=table,
            function=function,
            parameters=parameters,
            types=typing.get_type_hints(function),
            also=also,
            prepare=prepare,
            vocabulary=vocabulary or {},
            levels=levels,
            last_known=last_known,
            days_within=days_within,
        )
        return function

    return register


def every(*conditions: ir.BooleanValue | None) -> ir.BooleanValue | None:
    """Every condition that is given, joined by and; None when none is."""
    given = [condition for condition in conditions if condition is not None]
    return ibis.and_(*given) if given else None


def one_of(column: ir.Value, values: tuple[str, ...] | None) -> ir.BooleanValue | None:
    return None if values is None else column.isin(values)


def is_(column: ir.BooleanValue, wanted: bool | None) -> ir.BooleanValue | None:
    return None if wanted is None else column == wanted


def within_(column: ir.Value, within: Period | None) -> ir.BooleanValue | None:
    return None if within is None else within.contains(column)


def has(condition: ir.BooleanValue) -> ir.BooleanScalar:
    """Whether any row meets the condition."""
    return condition.any()


def days_in(within: Period, first: ir.DateValue, last: ir.DateValue) -> ir.IntegerValue:
    """How many days of a spell lie in the period, both ends counted; `last` is null while it is open."""
    begin = ibis.greatest(first, ibis.literal(within.after + DAY, type="date"))
    until = ibis.literal(within.until, type="date")
    end = ibis.least(last.fill_null(until), until)
    return ibis.greatest(end.delta(begin, unit="day") + 1, 0)
