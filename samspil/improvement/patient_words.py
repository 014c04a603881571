"""What the lists of the practice's own patients show: states in words, days, values, and addresses to go on to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samspil.access.models import Citizen
from samspil.improvement import reaching
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.charts.words import decimals
from samspil.improvement.journal import EXCEPTION, GROUPS, Stand, State
from samspil.improvement.models import OutreachAttempt, PatientFlag
from samspil.improvement.quality_forms import AttemptForm
from samspil.improvement.queries.lost import Lost
from samspil.improvement.queries.lost import Row as LostRow
from samspil.improvement.queries.own_patients import OnePatient, Patients
from samspil.improvement.queries.screening import Screening
from samspil.improvement.queries.worksheet import Sheet, Worksheet
from samspil.population.time import Months
from samspil.programmes.indicators import Indicator

GROUP_WORDS: dict[str, Promise] = {
    State.OVERDUE: gettext_lazy("Is overdue"),
    State.NO_DATA: gettext_lazy("No data"),
    State.NOT_MET: gettext_lazy("Not met"),
    EXCEPTION: gettext_lazy("A reason is known"),
    State.MET: gettext_lazy("Met"),
    State.NOT_APPLICABLE: gettext_lazy("Not counted"),
}
LOST_WORDS: dict[str, Promise] = {
    reaching.NOT_TRIED: gettext_lazy("Not contacted yet"),
    reaching.WAITING: gettext_lazy("Waiting"),
    reaching.BACK: gettext_lazy("Came back"),
    reaching.ANSWERED: gettext_lazy("Another answer"),
    reaching.STOPPED: gettext_lazy("Not to be sought out"),
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
        unit = _unit(found.indicator, found.bulletin)
        listed.append(
            RowWords(
                name=_("Patient %(number)s") % {"number": number} if shared else citizen.name,
                cpr="" if shared else citizen.cpr_text,
                age=_decade(citizen) if shared else _age(citizen),
                address="" if shared else reverse("quality-patient", args=[found.bulletin.name, citizen.pk]),
                record="" if shared else reverse("citizen", args=[citizen.pk]),
                state=state_words(stand, found.indicator, found.bulletin),
                journal=journal_words(stand, found.bulletin, shared=shared),
                since=_day(stand.since),
                last=_day(stand.last),
                value=_number(stand.value, unit),
                target=_number(stand.target, unit) if stand.target is not None else "",
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
        return _("Overdue since %(day)s") % {"day": _day(stand.since)}
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
        "day": _day(timezone.localdate(stand.answer.at)),
    }


def attempt_words(attempt: OutreachAttempt | None) -> str:
    """An attempt in a line: day, how, and what came of it."""
    if attempt is None:
        return ""
    return _("%(day)s, %(channel)s: %(outcome)s") % {
        "day": _day(attempt.on),
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
            last=_day(stand.last),
            value=_number(stand.value, _unit(indicator, found.bulletin)),
            target=_number(stand.target, _unit(indicator, found.bulletin)),
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


@dataclass
class LostWords:
    """A patient who is lost, or was."""

    row: LostRow
    age: str
    last: str
    overdue: list[str]
    flags: list[str]
    #: Noting an attempt from the row.
    form: AttemptForm


def lost_rows(found: Lost) -> list[LostWords]:
    """The patients of a page of the lost."""
    return [
        LostWords(
            row=row,
            age=_age(row.citizen),
            last=(_day(row.lost.last_contact) or _("no contact known")) if row.lost else _("has been in contact"),
            overdue=list(dict.fromkeys(short_title(each, found.bulletin) for each in row.overdue)),
            flags=[found.bulletin.flag_title(flag.flag) for flag in row.flags],
            form=AttemptForm(initial={"known": row.newest_attempt}, auto_id=f"id_{row.citizen.pk}_%s"),
        )
        for row in found.rows
    ]


def lost_groups(found: Lost) -> list[Group]:
    """The ways to read the list of the lost; the first three always stand there."""
    always = {reaching.NOT_TRIED, reaching.WAITING, reaching.BACK}
    return [
        Group(code, str(words), found.counts.get(code, 0), code == found.group)
        for code, words in LOST_WORDS.items()
        if found.counts.get(code) or code in always or code == found.group
    ]


def waiting(found: Worksheet) -> list[tuple[Citizen, str, list[str]]]:
    """Who has something to answer: the citizen, the age, and what is asked."""
    return [
        (
            each.citizen,
            _age(each.citizen),
            [said(found.bulletin.set.variable(question.variable).title) for question in each.questions],
        )
        for each in found.waiting
    ]


def facts(found: Sheet) -> list[tuple[str, str]]:
    """What the data know of the worksheet's questions, so that nobody looks it up: the indicator, and how it stands."""
    known = {
        each.indicator.indicator: (
            said(each.indicator.title),
            _with_last(state_words(each.stand, each.indicator, found.bulletin), each.stand),
        )
        for question in found.questions
        for each in question.known
    }
    return list(known.values())


def _with_last(words: str, stand: Stand) -> str:
    return f"{words}, {_day(stand.last)}" if stand.last is not None and stand.state == State.MET else words


@dataclass
class SuggestedWords:
    """A patient with a suggestion: why, what a professional said, and what was not known."""

    citizen: Citizen
    age: str
    reasons: list[str]
    flagged: list[str]
    missing: list[str]
    journal: bool
    refer: str


def suggested(found: Screening) -> list[SuggestedWords]:
    """The patients of a page of suggestions."""
    titles = {each.indicator: said(each.title) for each in found.bulletin.set.indicators}
    return [
        SuggestedWords(
            citizen=row.citizen,
            age=_age(row.citizen),
            reasons=[said(reason.text) for reason in row.suggested.reasons],
            flagged=[said(reason.text) for reason in row.suggested.flagged],
            missing=[titles[name] for name in row.suggested.missing],
            journal=row.from_journal,
            refer=_refer(found, row.citizen),
        )
        for row in found.rows
    ]


def _refer(found: Screening, citizen: Citizen) -> str:
    """Where the referral is made; empty for who may not refer."""
    if not found.may_refer or found.suggestion is None:
        return ""
    service = f"{found.bulletin.publication.programme}/{found.suggestion.service}"
    return f"{reverse('refer', args=[citizen.pk])}?service={service}"


def suggestion_groups(found: Screening) -> list[Group]:
    """The suggestions of the set, with how many patients each has."""
    chosen = found.suggestion.suggestion if found.suggestion is not None else ""
    return [
        Group(each.suggestion, said(each.title), found.counts[each.suggestion], each.suggestion == chosen)
        for each in found.bulletin.set.suggestions
    ]


def short_title(indicator: Indicator, bulletin: Bulletin) -> str:
    """What an examination is called where there is little room: the variable that the indicator needs first."""
    return said(bulletin.set.variable(indicator.needs[0]).title if indicator.done else indicator.title)


def within_words(within: str) -> str:
    """A length of time of a definition in words."""
    months = Months.parse(within).count
    return ngettext("%(count)s month", "%(count)s months", months) % {"count": months}


def _age(citizen: Citizen) -> str:
    return _("%(age)s years") % {"age": citizen.age(timezone.localdate())}


def _decade(citizen: Citizen) -> str:
    """An age that tells nobody who it is: in tens."""
    first = citizen.age(timezone.localdate()) // 10 * 10
    return _("%(first)s–%(last)s years") % {"first": first, "last": first + 9}


def _day(day: dt.date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day is not None else ""


def _unit(indicator: Indicator, bulletin: Bulletin) -> str:
    """The unit of the value: of the first variable that has one."""
    units = [bulletin.set.variable(name).unit for name in indicator.needs]
    return next((unit for unit in units if unit), "")


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{decimals(value, 0 if float(value).is_integer() else 1)} {unit}".strip()
