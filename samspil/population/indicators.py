"""Indicators on a population: who belongs at D, and what is true of each patient and indicator.

Report 003 L916-920, L958-974: the population is everybody with the disease who has a practice at D. A patient who is
not met for a reason that is counted apart has an exception (L934-936). Everything over persons is an Ibis expression on
one measuring of the population.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from samspil.definitions import SamspilError
from samspil.population.binding import Use, bind_condition
from samspil.population.engine import citizens, column_names, is_loaded, measures_of_few, with_measures
from samspil.population.indicator_answers import ANSWER, NO_DATA, OVERDUE, Answers, any_of
from samspil.population.indicator_binding import bind_contact, measuring_uses, uses_of
from samspil.population.tables import Tables, seen_from, sources_of
from samspil.population.time import DAY, AsOf, Months
from samspil.programmes.indicators import Case, Indicator, IndicatorSet

#: The columns of `Measured.patients` that an indicator fills, beside who the patient is.
ENTRY = {"indicator": "string", "version": "string", **ANSWER}

#: Why somebody is lost to follow-up, beside the indicators that are overdue.
NO_CONTACT_KNOWN, CONTACT_LONG_AGO = "no_contact_known", "contact_long_ago"


def case_of(found: IndicatorSet, name: str | None) -> Case:
    """The case definition called `name`, or the set's first. Raises SamspilError naming the cases there are."""
    for case in found.cases:
        if name is None or case.case == name:
            return case
    known = ", ".join(case.case for case in found.cases)
    raise SamspilError(f"`{found.set_}` has no case definition `{name}`; its case definitions are {known}")


def set_tables(found: IndicatorSet, case: Case) -> tuple[str, ...]:
    """The tables a set reads for one of its cases, each once."""
    measured = [table for use in uses_of(found, case) for table in use.tables]
    return tuple(dict.fromkeys([*measured, found.delivering.table]))


def first_days(tables: Tables, names: Iterable[str]) -> dict[str, dt.date]:
    """The first day each of the tables tells of. A table without rows, or of states, has none and is left out."""
    days: dict[str, dt.date] = {}
    for name in dict.fromkeys(names):
        moment = seen_from(name)
        if name in tables and moment is not None:
            first = tables[name][moment].min().cast("date").to_pyarrow().as_py()
            if first is not None:
                days[name] = first
    return days


def measure_set(
    found: IndicatorSet,
    tables: Tables,
    as_of: dt.date,
    case: str | None = None,
    begins: Mapping[str, dt.date] | None = None,
) -> Measured:
    """The population of a set at `as_of` with everything its indicators ask for, each source table read once.

    `found` is the set as in force at `as_of`; `case` one of its case definitions (the first when absent). A table whose
    first day (`begins`, by table; read when absent) is after `as_of` tells nothing at `as_of`, and counts as not
    loaded: before the first valid date nothing can be assessed (002 L1041-1049). Raises SamspilError for an unknown
    case, and when the tables that say who belongs are missing.
    """
    at = AsOf(as_of)
    chosen = case_of(found, case)
    if begins is None:
        begins = first_days(tables, set_tables(found, chosen))
    told = {name: rows for name, rows in tables.items() if begins.get(name, as_of) <= as_of}
    who = [bind_condition(condition) for condition in chosen.any_of]
    if not any(is_loaded(use, told) for use in who):
        sources = ", ".join(f"`{source}`" for source in _missing(who, told))
        raise SamspilError(
            f"who belongs to `{found.set_}` by `{chosen.case}` cannot be said at {as_of}: nothing is there of "
            f"{sources}; deliver it, or choose another case definition or a later day"
        )
    uses = uses_of(found, chosen)
    # Kept once: states, counts and completeness all read from here instead of reading the sources again.
    measured = measures_of_few(_patients(found, chosen, told, at), uses, told, at).cache()
    return Measured(found, chosen, at, told, Answers(measured, column_names(uses), at), begins)


def _patients(found: IndicatorSet, case: Case, tables: Tables, at: AsOf) -> ir.Table:
    """Whom a set is about, found before anything else is measured: they are few, and only their rows are added up."""
    people = citizens(tables, at)
    people = people.filter(people.active).drop("active")
    if found.age is not None:
        people = people.filter(people.age.between(*found.age))
    uses = [bind_condition(condition) for condition in case.any_of]
    asked = Answers(with_measures(people, uses, tables, at), column_names(uses), at)
    return asked.people.filter(asked.any_of(case.any_of)).select(people.columns).cache()


def _missing(uses: Iterable[Use], tables: Tables) -> tuple[str, ...]:
    """The sources of the tables that are not there, of those that some uses need."""
    return sources_of(tuple(table for use in uses for table in use.tables if table not in tables))


def measured_variables(indicator: Indicator) -> dict[str, str]:
    """The variables an indicator is measured by, each with the column of its answer that says whether there is a value.

    That is the first variable it needs and, where it compares with the patient's own target, the second. The others it
    needs say who is excluded or excepted.
    """
    if indicator.value is not None and indicator.value.own_target is not None:
        return dict(zip(indicator.needs, ("value", "target"), strict=False))
    return {indicator.needs[0]: "state" if indicator.done is None else "last"}


@dataclass(frozen=True)
class Measured:
    """The population of a set at D, one row per patient (`answers.people`) with a column for each thing measured.

    `tables` are those that tell something at D, and `begins` has the first day of each.
    """

    set_: IndicatorSet
    case: Case
    at: AsOf
    tables: Tables
    answers: Answers
    begins: Mapping[str, dt.date]

    @property
    def people(self) -> ir.Table:
        return self.answers.people

    @property
    def not_collected(self) -> dict[str, tuple[str, ...]]:
        """By indicator that has no answer at D: the variables not collected that year, or the sources that are missing.

        It is never a share of zero (003 REQ-DATA-1).
        """
        found = {}
        for indicator in self.set_.indicators:
            variables = self.set_.not_collected(indicator, self.at.day.year)
            uses = measuring_uses(indicator)
            missing = _missing(uses, self.tables)
            # A value and its target are both needed; of other readings and conditions one is enough for an answer.
            one_is_enough = indicator.value is None
            if variables:
                found[indicator.indicator] = variables
            elif missing and not (one_is_enough and any(is_loaded(use, self.tables) for use in uses)):
                found[indicator.indicator] = missing
        return found

    @property
    def computed(self) -> tuple[Indicator, ...]:
        """The indicators that have an answer at D."""
        without = self.not_collected
        return tuple(each for each in self.set_.indicators if each.indicator not in without)

    @property
    def incomplete(self) -> dict[str, tuple[str, ...]]:
        """By indicator, the missing sources it would also look in: who is not met there is `no_data`."""
        found = {each.indicator: _missing(measuring_uses(each), self.tables) for each in self.computed}
        return {name: sources for name, sources in found.items() if sources}

    @property
    def not_yet_covered(self) -> dict[str, dt.date]:
        """By indicator whose window begins before the data do: the first day from which the data cover it.

        Before that day its share is too low, and a series of it rises because the data do (002 DATA-4).
        """
        found = {}
        for indicator in self.computed:
            if indicator.done is None:
                continue
            within = Months.parse(indicator.done.within)
            tables = {table for use in measuring_uses(indicator) for table in use.tables if table in self.tables}
            begins = max((self.begins[table] for table in tables if table in self.begins), default=dt.date.min)
            if begins > within.before(self.at.day) + DAY:
                found[indicator.indicator] = within.after(begins)
        return found

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The missing sources that would also say who belongs, who is excluded or excepted, or who had a contact."""
        conditions = [*self.case.any_of]
        for indicator in self.computed:
            conditions += [*indicator.excluded, *(c for each in indicator.exceptions for c in each.any_of)]
        uses = [bind_condition(condition) for condition in conditions]
        return _missing([*uses, *map(bind_contact, self.set_.lost.contacts)], self.tables)

    def patients(self) -> ir.Table:
        """One row per patient and indicator that has an answer: who and where, `as_of` and the columns `ENTRY`.

        `last` is the latest day an examination was done and `since` the day from which it is overdue; `value` and
        `target` are numbers in the unit of the variable. An indicator that cannot be computed (`not_collected`) has no
        rows.
        """
        entries = [self._entry(indicator) for indicator in self.computed]
        whose = self.people.select("person_id", "provider_number", "municipality", as_of=ibis.literal(self.at.day))
        if not entries:
            return whose.mutate(**{name: ibis.null(kind) for name, kind in ENTRY.items()}).limit(0)
        rows = self.people.select(
            *whose.columns[:3], as_of=ibis.literal(self.at.day), entry=ibis.array(entries).unnest()
        )
        rows = rows.filter(rows.entry["belongs"])
        return rows.select(*whose.columns, **{name: rows.entry[name] for name in ENTRY})

    def _entry(self, indicator: Indicator) -> ir.StructValue:
        """All that one indicator says of a patient; `belongs` is false for who is excluded."""
        return ibis.struct(
            {
                "belongs": ~self.answers.any_of(indicator.excluded).fill_null(False),
                "indicator": ibis.literal(indicator.indicator),
                "version": ibis.literal(indicator.version),
                **self.answers.of(indicator),
            }
        )

    def has_value(self) -> dict[str, ir.BooleanValue]:
        """By variable that some indicator with an answer is measured by: whether a patient has a value of it.

        Of several indicators any will do. See `measured_variables` for which variables those are.
        """
        found: dict[str, list[ir.BooleanValue]] = {}
        for indicator in self.computed:
            answer = self.answers.of(indicator)
            for variable, column in measured_variables(indicator).items():
                has = answer["state"] != NO_DATA if column == "state" else answer[column].notnull()
                found.setdefault(variable, []).append(has)
        return {variable: any_of(parts) for variable, parts in found.items()}

    def first_valid(self, variable: str) -> dt.date | None:
        """The first day from which a variable can be assessed; None for one that nothing at D is measured by.

        The year its collection began, or the first day that one of the tables it is read from tells of, if later.
        """
        measuring = [each for each in self.computed if variable in measured_variables(each)]
        if not measuring:
            return None
        collected = self.set_.variable(variable).collected
        year = min(each.from_ for each in collected if each.from_ <= self.at.day.year)
        tables = {table for each in measuring for use in measuring_uses(each) for table in use.tables}
        days = [self.begins[table] for table in tables if table in self.begins and table in self.tables]
        return max(dt.date(year, 1, 1), min(days)) if days else dt.date(year, 1, 1)

    def lost(self) -> ir.Table:
        """Who is lost to follow-up at D (003 L941-944): person_id, provider_number, last_contact, reasons.

        `reasons` holds `no_contact_known` or `contact_long_ago`, and the indicators that are overdue. Nobody is listed
        where a source of contacts is missing (`unchecked`): a contact there cannot be ruled out.
        """
        contacts = [(each, bind_contact(each)) for each in self.set_.lost.contacts]
        within = self.at.last(Months.parse(self.set_.lost.within))
        dated = [use for _, use in contacts if use.measure.returns == "date"]
        days = [column for use in dated if (column := self.answers.column(use)) is not None]
        last = ibis.greatest(*days) if len(days) > 1 else days[0] if days else ibis.null("date")
        recent = [within.contains(day) for day in days]
        recent += [self.answers.holds(each) for each, use in contacts if use not in dated]
        missing = bool(_missing([use for _, use in contacts], self.tables))
        overdue = [
            (self.answers.done(each.done)["state"] == OVERDUE).ifelse(each.indicator, ibis.null("string"))
            for each in self.computed
            if each.done is not None
        ]
        why = last.isnull().ifelse(NO_CONTACT_KNOWN, CONTACT_LONG_AGO)
        people = self.people.select(
            "person_id", "provider_number",
            last_contact=last,
            reasons=ibis.array([why, *overdue]).filter(lambda reason: reason.notnull()),
            found=ibis.or_(any_of(recent).fill_null(False), ibis.literal(missing)),
        )  # fmt: skip
        return people.filter(~people.found).drop("found")
