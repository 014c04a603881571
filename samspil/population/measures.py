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

from samspil.population.codes import Code, CodeRange
from samspil.population.time import AsOf, Months, Period, day_number

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
    lists what a parameter may hold, and `levels` the texts the measure can return.
    """

    name: str
    meaning: str
    table: str
    function: MeasureFunction
    parameters: Mapping[str, inspect.Parameter]
    types: Mapping[str, Any]
    also: tuple[str, ...] = ()
    prepare: Prepare | None = None
    vocabulary: Mapping[str, str] = field(default_factory=dict)
    levels: tuple[str, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table the measure needs."""
        return (self.table, *self.also)

    @property
    def returns(self) -> Literal["number", "truth", "text"]:
        """What kind of value the measure gives."""
        value: type[ir.Value] = self.types["return"]
        if issubclass(value, ir.BooleanValue):
            return "truth"
        return "number" if issubclass(value, ir.NumericValue) else "text"


MEASURES: dict[str, Measure] = {}


def measure(
    table: str,
    *,
    also: tuple[str, ...] = (),
    prepare: Prepare | None = None,
    vocabulary: Mapping[str, str] | None = None,
    levels: tuple[str, ...] = (),
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
            meaning=inspect.getdoc(function) or "",
            table=table,
            function=function,
            parameters=parameters,
            types=typing.get_type_hints(function),
            also=also,
            prepare=prepare,
            vocabulary=vocabulary or {},
            levels=levels,
        )
        return function

    return register


def _all(*conditions: ir.BooleanValue | None) -> ir.BooleanValue | None:
    """Every condition that is given, joined by and; None when none is."""
    given = [condition for condition in conditions if condition is not None]
    return ibis.and_(*given) if given else None


def _one_of(column: ir.Value, values: tuple[str, ...] | None) -> ir.BooleanValue | None:
    return None if values is None else column.isin(values)


def _is(column: ir.BooleanValue, wanted: bool | None) -> ir.BooleanValue | None:
    return None if wanted is None else column == wanted


def _within(column: ir.Value, within: Period | None) -> ir.BooleanValue | None:
    return None if within is None else within.contains(column)


def _has(condition: ir.BooleanValue) -> ir.BooleanScalar:
    """Whether any row meets the condition."""
    return condition.any()


# General practice


@measure("gp_contact", vocabulary={"kinds": "gp_contact.kind"})
def gp_contacts(rows: ir.Table, at: AsOf, *, within: Period, kinds: tuple[str, ...] | None = None) -> ir.IntegerScalar:
    """Number of contacts with general practice."""
    return rows.count(where=_all(within.contains(rows.date), _one_of(rows.kind, kinds)))


@measure("gp_diagnosis")
def gp_diagnoses(rows: ir.Table, at: AsOf, *, within: Period, codes: tuple[Code, ...]) -> ir.IntegerScalar:
    """Number of GP diagnoses (ICPC-2) with one of the codes."""
    return rows.count(where=within.contains(rows.date) & rows.icpc2.isin([code.text for code in codes]))


# Services paid by the region


@measure("specialist_contact", vocabulary={"specialties": "specialist_contact.specialty"})
def specialist_contacts(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    specialties: tuple[str, ...],
    referred_by_gp: bool | None = None,
) -> ir.IntegerScalar:
    """Number of contacts with specialists outside hospital, of given specialties, referred by a GP or not."""
    return rows.count(
        where=_all(
            within.contains(rows.date),
            _one_of(rows.specialty, specialties),
            _is(rows.referred_by_gp, referred_by_gp),
        )
    )


@measure("specialist_contact")
def specialist_fees(rows: ir.Table, at: AsOf, *, within: Period) -> ir.DecimalScalar:
    """Fees of specialists outside hospital, DKK."""
    return rows.fee.sum(where=within.contains(rows.date))


# Medicines


@measure("dispensing")
def dispensings(rows: ir.Table, at: AsOf, *, within: Period, atc: tuple[Code, ...] | None = None) -> ir.IntegerScalar:
    """Number of dispensings whose ATC code begins with one of the given."""
    begins = None if atc is None else ibis.or_(*(rows.atc.startswith(code.text) for code in atc))
    return rows.count(where=_all(within.contains(rows.date), begins))


@measure("dispensing")
def distinct_drugs(rows: ir.Table, at: AsOf, *, within: Period) -> ir.IntegerScalar:
    """Number of distinct ATC codes dispensed."""
    return rows.atc.nunique(where=within.contains(rows.date))


def _risk_level(rows: ir.Table, tables: Mapping[str, ir.Table], at: AsOf, column: str, **_: Any) -> ir.Table:
    flagged = tables["risk_drug"].select(flagged_atc="atc", **{column: "level"})
    return rows.left_join(flagged, rows.atc == flagged.flagged_atc).drop("flagged_atc")


@measure("dispensing", also=("risk_drug",), prepare=_risk_level, vocabulary={"levels": "risk_drug.level"})
def distinct_risk_drugs(
    rows: ir.Table, at: AsOf, *, within: Period, levels: tuple[str, ...], prepared: ir.StringColumn
) -> ir.IntegerScalar:
    """Number of distinct ATC codes dispensed that the list of risk drugs flags with one of the levels."""
    return rows.atc.nunique(where=within.contains(rows.date) & prepared.isin(levels))


@measure("dispensing")
def dispensing_prices(rows: ir.Table, at: AsOf, *, within: Period) -> ir.DecimalScalar:
    """Price of dispensed medicines, DKK."""
    return rows.price.sum(where=within.contains(rows.date))


# Hospital


@measure("hospital_contact", vocabulary={"kinds": "hospital_contact.kind"})
def hospital_contacts(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    kinds: tuple[str, ...] | None = None,
    acute: bool | None = None,
) -> ir.IntegerScalar:
    """Number of hospital contacts that start in the period, of given kinds, acute or not."""
    return rows.count(where=_all(within.contains(rows.start), _one_of(rows.kind, kinds), _is(rows.acute, acute)))


@measure("hospital_contact")
def action_diagnoses(
    rows: ir.Table, at: AsOf, *, ranges: tuple[CodeRange, ...], within: Period | None = None
) -> ir.IntegerScalar:
    """Number of hospital contacts whose action diagnosis (ICD-10) lies in one of the ranges."""
    in_range = ibis.or_(*(wanted.contains(rows.action_diagnosis) for wanted in ranges))
    return rows.count(where=_all(_within(rows.start, within), in_range))


@measure("hospital_contact")
def hospital_cost(rows: ir.Table, at: AsOf, *, within: Period) -> ir.DecimalScalar:
    """Cost of hospital contacts that start in the period, DKK."""
    return rows.cost.sum(where=within.contains(rows.start))


@measure("hospital_diagnosis")
def hospital_diagnoses(
    rows: ir.Table, at: AsOf, *, ranges: tuple[CodeRange, ...], within: Period | None = None
) -> ir.IntegerScalar:
    """Number of hospital diagnoses (ICD-10, primary or secondary) in one of the ranges."""
    in_range = ibis.or_(*(wanted.contains(rows.diagnosis) for wanted in ranges))
    return rows.count(where=_all(_within(rows.date, within), in_range))


@measure("outpatient_course")
def open_courses(rows: ir.Table, at: AsOf) -> ir.IntegerScalar:
    """Number of outpatient courses open at D."""
    return rows.count(where=at.active(rows.opened, rows.closed))


# Work and benefits


@measure("benefit", vocabulary={"kinds": "benefit.kind"})
def benefit_active(rows: ir.Table, at: AsOf, *, kinds: tuple[str, ...]) -> ir.BooleanScalar:
    """Whether a benefit of one of the kinds is active at D."""
    return _has(at.active(rows["from"], rows.to) & rows.kind.isin(kinds))


def _unbroken_since(
    rows: ir.Table,
    tables: Mapping[str, ir.Table],
    at: AsOf,
    column: str,
    *,
    kinds: tuple[str, ...],
    **_: Any,
) -> ir.Table:
    """Marks the spells that begin an unbroken run: no earlier spell of the kinds reaches the day before."""
    of_kind = rows.kind.isin(kinds)
    earlier = ibis.window(group_by=[rows.person_id, of_kind], order_by=[rows["from"], rows.to], preceding=(None, 1))
    reached = at.clipped(rows.to).max().over(earlier)
    begins = reached.isnull() | (rows["from"] > reached + ibis.interval(days=1))
    return rows.mutate(**{column: of_kind & begins})


@measure("benefit", prepare=_unbroken_since, vocabulary={"kinds": "benefit.kind"})
def benefit_unbroken(
    rows: ir.Table,
    at: AsOf,
    *,
    kinds: tuple[str, ...],
    begun_before: Months,
    prepared: ir.BooleanColumn,
) -> ir.BooleanScalar:
    """Whether unbroken benefits of the kinds are active at D and began before D − n months.

    Unbroken: the next spell begins at the latest the day after the ones before it end.
    """
    # Unbroken runs do not overlap, so the last to begin is also the one that reaches furthest.
    begun = rows["from"].max(where=prepared)
    reached = at.clipped(rows.to).max(where=rows.kind.isin(kinds))
    return (reached == ibis.literal(at.day)) & (begun < ibis.literal(begun_before.before(at.day)))


@measure("sick_leave", vocabulary={"causes": "sick_leave.cause"})
def sick_leaves(
    rows: ir.Table,
    at: AsOf,
    *,
    within: Period,
    causes: tuple[str, ...] | None = None,
    longer_than_days: int | None = None,
) -> ir.IntegerScalar:
    """Number of sick leaves that start in the period, of given causes, longer at D than a number of days."""
    longer = None if longer_than_days is None else at.spell_days(rows["from"], rows.to) > longer_than_days
    return rows.count(where=_all(within.contains(rows["from"]), _one_of(rows.cause, causes), longer))


@measure("sick_leave")
def last_sick_leave_days(rows: ir.Table, at: AsOf, *, within: Period) -> ir.IntegerScalar:
    """Days at D of the latest sick leave that starts in the period: the last to begin, then the longest."""
    # Start and length in one number, so that the greatest is the latest and then the longest.
    days = at.spell_days(rows["from"], rows.to)
    latest = (day_number(rows["from"]) * _MORE_DAYS_THAN_A_SPELL + days).max(where=within.contains(rows["from"]))
    return latest % _MORE_DAYS_THAN_A_SPELL


_MORE_DAYS_THAN_A_SPELL = 100_000


@measure("job")
def job_active(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether a job is active at D."""
    return _has(at.active(rows["from"], rows.to))


@measure("education")
def education_active(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether an education is active at D."""
    return _has(at.active(rows["from"], rows.to))


@measure("unemployment_fund")
def unemployment_fund_member(rows: ir.Table, at: AsOf, *, funds: tuple[str, ...]) -> ir.IntegerScalar:
    """Number of the given unemployment-insurance funds of which the person is a member in the year of D."""
    return rows.fund.nunique(where=(rows.year == at.day.year) & rows.fund.isin(funds))


# Municipal care


@measure("home_nursing")
def home_nursing_active(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether home nursing is given at D."""
    return _has(at.active(rows["from"], rows.to))


@measure("home_care", vocabulary={"frequencies": "home_care.frequency"})
def home_care_active(rows: ir.Table, at: AsOf, *, frequencies: tuple[str, ...] | None = None) -> ir.BooleanScalar:
    """Whether home care of one of the frequencies is given at D."""
    return _has(_all(at.active(rows["from"], rows.to), _one_of(rows.frequency, frequencies)))


@measure("substance_case")
def substance_case_open(rows: ir.Table, at: AsOf) -> ir.BooleanScalar:
    """Whether a municipal substance-abuse case is open at D."""
    return _has(at.active(rows.opened, rows.closed))


# Civil registration: one row per person, as it is now, so a measure is the value of that row. What begins after D says
# nothing about D, and is missing there.


@measure("household", levels=("partner", "alone"))
def living(rows: ir.Table, at: AsOf) -> ir.StringValue:
    """`partner` or `alone`; missing when not known at D."""
    return _household_known(rows, at).ifelse(rows.living, ibis.null("string"))


@measure("household", levels=("partner", "alone", "newly_alone"))
def living_lately(rows: ir.Table, at: AsOf, *, within: Period) -> ir.StringValue:
    """`partner`, `alone`, or `newly_alone` when alone since a day in the period; missing when not known at D."""
    alone = ibis.cases(
        (rows.living_since.isnull(), ibis.null("string")),
        (within.contains(rows.living_since), "newly_alone"),
        else_="alone",
    )
    status = ibis.cases((rows.living == "alone", alone), else_=rows.living)
    return _household_known(rows, at).ifelse(status, ibis.null("string"))


@measure("household")
def preschool_children(rows: ir.Table, at: AsOf) -> ir.IntegerValue:
    """Number of pre-school children at home; missing when not known at D."""
    return _household_known(rows, at).ifelse(rows.preschool_children, ibis.null("int64"))


def _household_known(rows: ir.Table, at: AsOf) -> ir.BooleanValue:
    return rows.living_since.isnull() | at.seen(rows.living_since)


@measure("person", levels=("danish", "foreign"))
def origin(rows: ir.Table, at: AsOf) -> ir.StringValue:
    """`danish` or `foreign`; missing when the register does not say."""
    return rows.origin


@measure("person")
def died(rows: ir.Table, at: AsOf, *, within: Period) -> ir.BooleanValue:
    """Whether the person died in the period; missing for the dead whose day of death is not known."""
    return (rows.status == "dead") & within.contains(rows.status_date)
