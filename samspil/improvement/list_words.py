"""What the lists of work show: who is lost to follow-up, what the journal is asked, whom screening may help."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from samspil.access.models import Citizen
from samspil.improvement import reaching
from samspil.improvement.bulletins import Bulletin, said
from samspil.improvement.journal import Stand, State
from samspil.improvement.patient_words import Group, age_words, day_words, state_words
from samspil.improvement.quality_forms import AttemptForm
from samspil.improvement.queries.lost import Lost
from samspil.improvement.queries.lost import Row as LostRow
from samspil.improvement.queries.screening import Screening
from samspil.improvement.queries.worksheet import Sheet, Worksheet
from samspil.population.time import Months
from samspil.programmes.indicators import Indicator

LOST_WORDS: dict[str, Promise] = {
    reaching.NOT_TRIED: gettext_lazy("Not contacted yet"),
    reaching.WAITING: gettext_lazy("Waiting"),
    reaching.BACK: gettext_lazy("Came back"),
    reaching.ANSWERED: gettext_lazy("Another answer"),
    reaching.STOPPED: gettext_lazy("Not to be sought out"),
}


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
            age=age_words(row.citizen),
            last=(day_words(row.lost.last_contact) or _("no contact known")) if row.lost else _("has been in contact"),
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
            age_words(each.citizen),
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
    return f"{words}, {day_words(stand.last)}" if stand.last is not None and stand.state == State.MET else words


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
            age=age_words(row.citizen),
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
