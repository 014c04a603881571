"""What the lists of the practice's own patients show: states in words, days, values, and addresses to go on to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from samspil.access.models import Citizen
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.charts.words import decimals
from samspil.improvement.journal import EXCEPTION, GROUPS, Stand, State
from samspil.improvement.models import OutreachAttempt, PatientFlag
from samspil.improvement.queries.own_patients import OnePatient, Patients
from samspil.programmes.indicators import Indicator

GROUP_WORDS: dict[str, Promise] = {
    State.OVERDUE: gettext_lazy("Is overdue"),
    State.NO_DATA: gettext_lazy("No data"),
    State.NOT_MET: gettext_lazy("Not met"),
    EXCEPTION: gettext_lazy("A reason is known"),
    State.MET: gettext_lazy("Met"),
    State.NOT_APPLICABLE: gettext_lazy("Not counted"),
}


@dataclass(frozen=True)
class Group:
    """One way to read a list, with how many it has."""

    code: str
    words: str
    count: int
    current: bool


@dataclass
class RowWords:
    """A patient on a list of an indicator; without a name on a screen that others see."""

    name: str
    cpr: str
    age: str
    address: str
    record: str
    state: str
    journal: str
    since: str
    last: str
    value: str
    target: str
    category: str
    flags: list[str]
    outreach: str


def rows(found: Patients, *, shared: bool = False) -> list[RowWords]:
    """The patients of a page. On a shared screen numbers stand for names (report 003 L-30)."""
    listed = []
    for number, row in enumerate(found.rows, start=1 + found.page.before):
        stand, citizen = row.stand, row.citizen
        unit = unit_of(found.indicator, found.bulletin)
        listed.append(
            RowWords(
                name=_("Patient %(number)s") % {"number": number} if shared else citizen.name,
                cpr="" if shared else citizen.cpr_text,
                age=decade_words(citizen) if shared else age_words(citizen),
                address="" if shared else reverse("quality-patient", args=[found.bulletin.name, citizen.pk]),
                record="" if shared else reverse("citizen", args=[citizen.pk]),
                state=state_words(stand, found.indicator, found.bulletin),
                journal=journal_words(stand, found.bulletin, shared=shared),
                since=day_words(stand.since),
                last=day_words(stand.last),
                value=number_words(stand.value, unit),
                target=number_words(stand.target, unit) if stand.target is not None else "",
                category=found.bulletin.category_title(found.indicator, stand.category),
                flags=[] if shared else [found.bulletin.flag_title(flag.flag) for flag in row.flags],
                outreach="" if shared else attempt_words(row.outreach),
            )
        )
    return listed


def state_words(stand: Stand, indicator: Indicator, bulletin: Bulletin) -> str:
    """A stand in words."""
    own_target = indicator.value is not None and indicator.value.own_target is not None
    if stand.group == EXCEPTION:
        if stand.answer is not None:
            return bulletin.answer_title(stand.answer.variable, stand.answer.answer)
        return bulletin.exception_title(indicator, stand.exception)
    if stand.state == State.NOT_APPLICABLE and indicator.categories is not None:
        return bulletin.category_title(indicator, stand.category)
    if own_target and stand.state == State.NOT_APPLICABLE:
        return _("No target set")
    if own_target and stand.state == State.NOT_MET:
        above = indicator.value is not None and indicator.value.own_target is not None
        up = above and indicator.value.own_target.compare == "at_least"  # type: ignore[union-attr]
        return _("Below own target") if up else _("Above own target")
    if stand.state == State.OVERDUE and stand.since is not None:
        return _("Overdue since %(day)s") % {"day": day_words(stand.since)}
    if stand.state == State.OVERDUE:
        return _("Not done")
    return str(GROUP_WORDS[stand.state])


def journal_words(stand: Stand, bulletin: Bulletin, *, shared: bool = False) -> str:
    """Where a stand is from the journal, and who said it; empty when it is from data."""
    if stand.answer is None:
        return ""
    if shared:
        return _("from the journal")
    return _("from the journal, %(who)s %(day)s") % {
        "who": stand.answer.by.user.name,
        "day": day_words(timezone.localdate(stand.answer.at)),
    }


def attempt_words(attempt: OutreachAttempt | None) -> str:
    """An attempt in a line: day, how, and what came of it."""
    if attempt is None:
        return ""
    return _("%(day)s, %(channel)s: %(outcome)s") % {
        "day": day_words(attempt.on),
        "channel": attempt.get_channel_display(),
        "outcome": attempt.get_outcome_display(),
    }


def groups(found: Patients) -> list[Group]:
    """The ways to read the list of an indicator."""
    own_target = found.line.own_target
    listed = []
    for code in GROUPS:
        if found.counts.get(code) or code == found.group:
            text = str(GROUP_WORDS[code])
            if code == State.NOT_APPLICABLE:
                text = _("No target set") if own_target else text
                text = _("In a category") if found.indicator.categories is not None else text
            listed.append(Group(code, text, found.counts.get(code, 0), code == found.group))
    return listed


@dataclass
class StandWords:
    """One indicator of one patient."""

    indicator: Indicator
    title: str
    state: str
    journal: str
    last: str
    value: str
    target: str


def stands(found: OnePatient) -> list[StandWords]:
    """Every indicator of one patient."""
    return [
        StandWords(
            indicator=indicator,
            title=said(indicator.title),
            state=state_words(stand, indicator, found.bulletin),
            journal=journal_words(stand, found.bulletin),
            last=day_words(stand.last),
            value=number_words(stand.value, unit_of(indicator, found.bulletin)),
            target=number_words(stand.target, unit_of(indicator, found.bulletin)),
        )
        for indicator, stand in found.stands
    ]


@dataclass
class FlagWords:
    """A flag in words, with its reason and who said it."""

    flag: PatientFlag
    title: str


def flags(found: OnePatient) -> list[FlagWords]:
    """The flags of one patient."""
    return [FlagWords(flag, found.bulletin.flag_title(flag.flag)) for flag in found.flags]


def age_words(citizen: Citizen) -> str:
    """An age in completed years today."""
    return _("%(age)s years") % {"age": citizen.age(timezone.localdate())}


def decade_words(citizen: Citizen) -> str:
    """An age that tells nobody who it is: in tens."""
    first = citizen.age(timezone.localdate()) // 10 * 10
    return _("%(first)s–%(last)s years") % {"first": first, "last": first + 9}


def day_words(day: dt.date | None) -> str:
    """A day as it is written; empty for none."""
    return date_format(day, "SHORT_DATE_FORMAT") if day is not None else ""


def unit_of(indicator: Indicator, bulletin: Bulletin) -> str:
    """The unit of the value: of the first variable that has one."""
    units = [bulletin.set.variable(name).unit for name in indicator.needs]
    return next((unit for unit in units if unit), "")


def number_words(value: float | None, unit: str) -> str:
    """A value with its unit; empty for none."""
    if value is None:
        return ""
    return f"{decimals(value, 0 if float(value).is_integer() else 1)} {unit}".strip()
