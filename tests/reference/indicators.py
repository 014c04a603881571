"""Indicators, person by person and unit by unit (report 003 L916-979): states, results, coverage, who is lost.

Shares no code with `samspil.population`. A set is as in force at D.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from statsmodels.stats.proportion import proportion_confint

from samspil.programmes.indicators import Case, Indicator, IndicatorSet
from samspil.programmes.schema import Condition
from samspil.warehouse.contracts import table as contract_of
from tests.reference.measures import MEASURES, NEEDS, Rows
from tests.reference.rules_of_time import Row, age, in_last, months_in
from tests.reference.scoring import is_active, own_rows, practice_at

Tables = Mapping[str, Sequence[Row]]


class Answer(NamedTuple):
    """What one indicator says of one patient."""

    state: str
    exception: str | None = None
    last: dt.date | None = None
    since: dt.date | None = None
    value: float | None = None
    target: float | None = None
    category: str | None = None


@dataclass(frozen=True)
class Patient:
    """One patient with the answers of the indicators whose population they belong to."""

    person_id: int
    provider_number: str
    municipality: str
    answers: dict[str, Answer]
    variables: dict[str, bool]
    lost: tuple[dt.date | None, list[str]] | None


class Undecidable(Exception):
    """Who belongs cannot be said: everything the case definition looks in is missing."""


def patients(found: IndicatorSet, tables: Tables, as_of: dt.date, case: str | None = None) -> list[Patient]:
    """Every patient at D. Raises Undecidable."""
    chosen = next(each for each in found.cases if case in (None, each.case))
    told = told_at(found, chosen, tables, as_of)
    if not any(loaded(condition.measure, told) for condition in chosen.any_of):
        raise Undecidable
    people = []
    for person in tables["person"]:
        rows = own_rows(told, person["person_id"])
        practice = practice_at(rows, as_of)
        if practice is None or not is_active(person, as_of) or person["birth_date"] > as_of:
            continue
        if found.age is not None and not found.age[0] <= age(person["birth_date"], as_of) <= found.age[1]:
            continue
        if any(holds(condition, rows, as_of) for condition in chosen.any_of):
            people.append(patient(found, person, practice, rows, as_of))
    return people


def patient(found: IndicatorSet, person: Row, practice: str, rows: Rows, as_of: dt.date) -> Patient:
    answers, variables = {}, {}
    for indicator in found.indicators:
        if why_not_collected(found, indicator, rows, as_of):
            continue
        answer = answered(indicator, rows, as_of)
        for variable, known in values_known(indicator, answer).items():
            variables[variable] = variables.get(variable, False) or known
        if not any(holds(condition, rows, as_of) for condition in indicator.excluded):
            answers[indicator.indicator] = answer
    return Patient(
        person["person_id"], practice, person["municipality"], answers, variables, lost(found, rows, as_of)
    )  # fmt: skip


def told_at(found: IndicatorSet, case: Case, tables: Tables, as_of: dt.date) -> Tables:
    """The tables that tell something at D: what begins after D is as if it were not there."""
    asked = [condition.measure for condition in case.any_of]
    asked += [contact.measure for contact in found.lost.contacts]
    for indicator in found.indicators:
        asked += measures_of(indicator)
        asked += [condition.measure for condition in indicator.excluded]
        asked += [condition.measure for exception in indicator.exceptions for condition in exception.any_of]
    read = {name for measure in asked for name in NEEDS[measure]} | {found.delivering.table}
    begun = {name: first_day(name, rows) for name, rows in tables.items() if name in read}
    return {name: rows for name, rows in tables.items() if (begun.get(name) or as_of) <= as_of}


def first_day(name: str, rows: Sequence[Row]) -> dt.date | None:
    """The first day a table of events or spells tells of."""
    contract = contract_of(name)
    column = contract.from_column if contract.kind == "spell" else contract.period
    if column is None or not rows:
        return None
    first = min(row[column] for row in rows)
    return first.date() if isinstance(first, dt.datetime) else first


def loaded(measure: str, rows: Mapping[str, Any]) -> bool:
    return all(name in rows for name in NEEDS[measure])


def measured(part: Any, rows: Rows, as_of: dt.date) -> Any:
    """What a reading or condition measures; None when it is not known."""
    return MEASURES[part.measure](rows, as_of, **part.with_) if loaded(part.measure, rows) else None


def holds(condition: Condition, rows: Rows, as_of: dt.date) -> bool | None:
    value = measured(condition, rows, as_of)
    if value is None or condition.at_least is None:
        return value
    return value >= condition.at_least


def measures_of(indicator: Indicator) -> list[str]:
    """The measures of what an indicator is about."""
    if indicator.done:
        return [reading.measure for reading in indicator.done.latest_of]
    if indicator.value:
        own = indicator.value.own_target
        return [indicator.value.value.measure, *([own.target.measure] if own else [])]
    if indicator.known:
        return [reading.measure for reading in indicator.known.known]
    if indicator.holds:
        return [condition.measure for condition in indicator.holds.any_of]
    return [indicator.categories.value.measure]


def why_not_collected(found: IndicatorSet, indicator: Indicator, rows: Mapping[str, Any], as_of: dt.date) -> bool:
    """Whether an indicator has no answer: a variable was not collected that year, or nothing can be read."""
    for name in indicator.needs:
        variable = next(each for each in found.variables if each.variable == name)
        years = [(each.from_, each.until or 9999) for each in variable.collected]
        if not any(first <= as_of.year <= last for first, last in years):
            return True
    there = [loaded(measure, rows) for measure in measures_of(indicator)]
    return not all(there) if indicator.value else not any(there)


def answered(indicator: Indicator, rows: Rows, as_of: dt.date) -> Answer:
    answer = unexcused(indicator, rows, as_of)
    if answer.state not in ("not_met", "overdue", "no_data") or indicator.categories:
        return answer
    for exception in indicator.exceptions:
        if any(holds(condition, rows, as_of) for condition in exception.any_of):
            return answer._replace(exception=exception.exception)
    return answer


def unexcused(indicator: Indicator, rows: Rows, as_of: dt.date) -> Answer:
    if indicator.done:
        return done(indicator, rows, as_of)
    if indicator.value:
        return compared(indicator, rows, as_of)
    if indicator.known:
        values = [measured(reading, rows, as_of) for reading in indicator.known.known]
        return Answer("met" if any(value is not None for value in values) else "no_data")
    if indicator.holds:
        verdicts = [holds(condition, rows, as_of) for condition in indicator.holds.any_of]
        return Answer("met" if any(verdicts) else "no_data" if None in verdicts else "not_met")
    return categorised(indicator, rows, as_of)


def done(indicator: Indicator, rows: Rows, as_of: dt.date) -> Answer:
    readings, within = indicator.done.latest_of, indicator.done.within
    days = [day for reading in readings if (day := measured(reading, rows, as_of)) is not None]
    if not days:
        return Answer("no_data")
    last = max(days)
    if in_last(within, last, as_of):
        return Answer("met", last=last)
    if not all(loaded(reading.measure, rows) for reading in readings):
        return Answer("no_data", last=last)
    return Answer("overdue", last=last, since=months_after(last, months_in(within)))


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or that month's last day when it has no such day."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def compared(indicator: Indicator, rows: Rows, as_of: dt.date) -> Answer:
    rule = indicator.value
    value = measured(rule.value, rows, as_of)
    value = None if value is None else float(value)
    if rule.own_target:
        target = measured(rule.own_target.target, rows, as_of)
        target = None if target is None else float(target)
        if value is None:
            return Answer("no_data", target=target)
        if target is None:
            return Answer("not_applicable", value=value)
        limits = {rule.own_target.compare: target}
    else:
        target, limits = None, {"below": rule.below, "at_most": rule.at_most, "at_least": rule.at_least}
        if value is None:
            return Answer("no_data")
    below, most, least = limits.get("below"), limits.get("at_most"), limits.get("at_least")
    reached = (below is None or value < below) and (most is None or value <= most) and (least is None or value >= least)
    return Answer("met" if reached else "not_met", value=value, target=target)


def categorised(indicator: Indicator, rows: Rows, as_of: dt.date) -> Answer:
    value = measured(indicator.categories.value, rows, as_of)
    category, number = None, None
    if indicator.categories.bins and value is not None:
        number = float(value)
        for each in indicator.categories.bins:
            if number >= each.at_least:
                category = each.category
    elif value in indicator.categories.values:
        category = value
    return Answer("no_data" if category is None else "not_applicable", value=number, category=category)


def values_known(indicator: Indicator, answer: Answer) -> dict[str, bool]:
    """Of the variables an indicator is measured by, whether this patient has a value."""
    if indicator.value and indicator.value.own_target:
        known = [answer.value is not None, answer.target is not None]
        return dict(zip(indicator.needs, known, strict=False))
    has = answer.last is not None if indicator.done else answer.state != "no_data"
    return {indicator.needs[0]: has}


def lost(found: IndicatorSet, rows: Rows, as_of: dt.date) -> tuple[dt.date | None, list[str]] | None:
    """The last contact and the reasons of who had none in the time allowed; None for everybody else."""
    contacts, days = found.lost.contacts, []
    if not all(loaded(contact.measure, rows) for contact in contacts):
        return None
    for contact in contacts:
        value = measured(contact, rows, as_of)
        if isinstance(value, dt.date):
            days.append(value)
        elif value is not None and (value is True if contact.at_least is None else value >= contact.at_least):
            return None
    if any(in_last(found.lost.within, day, as_of) for day in days):
        return None
    reasons = ["contact_long_ago" if days else "no_contact_known"]
    for indicator in found.indicators:
        late = indicator.done and not why_not_collected(found, indicator, rows, as_of)
        if late and done(indicator, rows, as_of).state == "overdue":
            reasons.append(indicator.indicator)
    return max(days, default=None), reasons


# Units


@dataclass(frozen=True)
class Unit:
    """A practice, network, municipality or the region: who takes part, who delivers, and the patients that count."""

    participating: set[str]
    delivering: set[str]
    patients: list[Patient]


def units(found: IndicatorSet, tables: Tables, people: list[Patient], as_of: dt.date) -> dict[tuple[str, str], Unit]:
    """Every unit with its patients: those of practices that deliver."""
    delivers = {
        row["provider_number"]
        for row in tables[found.delivering.table]
        if in_last(found.delivering.within, day_of(row["date"]), as_of)
    }
    homes = set()
    for person in tables["person"]:
        practice = practice_at(own_rows(tables, person["person_id"]), as_of)
        if practice is not None and is_active(person, as_of) and person["birth_date"] <= as_of:
            homes.add((practice, person["municipality"]))
    members: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for practice, municipality in homes:
        for unit in (("practice", practice), ("municipality", municipality), ("region", "region")):
            members.setdefault(unit, set()).add((practice, municipality))
    for row in tables.get("network_practice", ()):
        if row["joined"] <= as_of and (row["left"] is None or row["left"] > as_of):
            theirs = {home for home in homes if home[0] == row["provider_number"]}
            members.setdefault(("network", row["network"]), set()).update(theirs or {(row["provider_number"], "")})
    return {
        unit: Unit(
            {practice for practice, _ in own},
            {practice for practice, _ in own if practice in delivers},
            [p for p in people if (p.provider_number, p.municipality) in own and p.provider_number in delivers],
        )
        for unit, own in members.items()
    }


def day_of(moment: Any) -> dt.date:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def results(unit: Unit, indicator: Indicator, collected: bool) -> dict[str, Any]:
    """The counts and shares of one unit and indicator; None where nothing is known."""
    if not unit.delivering or not collected:
        return {"outcome": "not_collected", "persons": len(unit.patients) if unit.delivering else None}
    answers = [p.answers[indicator.indicator] for p in unit.patients if indicator.indicator in p.answers]
    states = Counter(answer.state for answer in answers)
    row: dict[str, Any] = {"outcome": "computed" if answers else "no_persons", "persons": len(answers)}
    for state in ("met", "not_met", "overdue", "no_data", "not_applicable"):
        row[state] = states[state]
    row["exceptions"] = sum(answer.exception is not None for answer in answers)
    if indicator.categories is None:
        counting = [a for a in answers if a.exception is None and a.state != "not_applicable"]
        row |= share("strict", counting) | share("observed", [a for a in counting if a.state != "no_data"])
    return row


def share(policy: str, answers: Iterable[Answer]) -> dict[str, Any]:
    states = [answer.state for answer in answers]
    n, d = states.count("met"), len(states)
    found: dict[str, Any] = {f"{policy}_n": n, f"{policy}_d": d}
    if d:
        low, high = proportion_confint(n, d, alpha=0.05, method="wilson")
        found[f"{policy}_low"], found[f"{policy}_high"] = low, high
    return found


def categories(unit: Unit, indicator: Indicator) -> dict[str, int]:
    """Persons by category."""
    return dict(
        Counter(
            answer.category
            for p in unit.patients
            if (answer := p.answers.get(indicator.indicator)) is not None and answer.category is not None
        )
    )
