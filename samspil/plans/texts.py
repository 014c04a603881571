"""Texts made from the content of a plan: for the practice's record, a letter to the citizen, a message to who helps.

Nothing is typed twice (report 000 L-12, L1174-1178): whoever needs the plan in another system copies what is made here.
Texts are plain, without a format, in the language that is switched on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from samspil.access.models import Organisation
from samspil.access.policy import opened_by_task
from samspil.plans.kinds import category_of_domain, category_of_section
from samspil.plans.models import Activity, Contact, Goal
from samspil.plans.queries.plan import OpenedPlan
from samspil.plans.queries.plan_parts import Shown

_GOING_ON = {Activity.State.PLANNED, Activity.State.ACTIVE}


@dataclass(frozen=True)
class Text:
    """A text to copy, and whom it is for."""

    key: str
    title: str
    words: str


def texts_of(found: OpenedPlan) -> list[Text]:
    """The texts of a plan: for the record, for the citizen, and for each organisation that does something in it."""
    parties = {
        each.party.pk: each.party
        for each in found.wanted
        if each.party is not None and each.party.pk != found.plan.practice_id
    }
    return [
        Text("record", _("For the record"), for_record(found)),
        Text("letter", _("Letter to the citizen"), letter(found)),
        *(
            Text(f"message-{key}", _("Message to %(who)s") % {"who": party.name}, message(found, party))
            for key, party in parties.items()
        ),
    ]


def for_record(found: OpenedPlan) -> str:
    """A summary for the practice's own record."""
    plan = found.plan
    head = _("Shared plan, version %(number)d, %(day)s.") % {
        "number": plan.version,
        "day": day_text(plan.changed_at.date()),
    }
    facts = [
        _("Programmes: %(what)s.") % {"what": ", ".join(found.programmes) or "–"},
        _("Accountable person: %(who)s, %(where)s.")
        % {"who": plan.accountable.user.name, "where": plan.accountable.organisation.name},
    ]
    if found.most_limiting:
        facts.append(_("Limits most: %(what)s.") % {"what": found.most_limiting})
    if plan.next_follow_up is not None:
        facts.append(_("Next follow-up: %(day)s.") % {"day": day_text(plan.next_follow_up)})
    return _joined(
        [
            head + "\n" + " ".join(facts),
            *(_section(each.title, each) for each in found.sections),
            _goals(found, _("Goals and activities"), by_name=_("the citizen")),
            _listed(_("Duties by law"), (_activity(each, _("the citizen")) for each in found.duties)),
            _listed(_("Contacts"), (_contact(each) for each in found.contacts)),
        ]
    )


def letter(found: OpenedPlan) -> str:
    """The citizen's own version: what they said, what they want, what happens, whom to call."""
    plan = found.plan
    closing = [_("If something does not fit, tell us. The plan can be changed at any time.")]
    if plan.next_follow_up is not None:
        closing.insert(0, _("We look at the plan together again on %(day)s.") % {"day": day_text(plan.next_follow_up)})
    return _joined(
        [
            _("Dear %(name)s") % {"name": plan.citizen.name},
            _("This is your plan. It was made together with you."),
            *(_section(each.citizen_title, each, unsaid="") for each in found.sections),
            _goals(found, _("Your goals and what is done"), by_name=_("you")),
            _listed(_("What the law requires"), (_activity(each, _("you")) for each in found.duties)),
            _listed(_("Whom you can call"), (_contact(each) for each in found.contacts)),
            "\n".join(closing),
            _("%(who)s, %(where)s, keeps the plan together and answers for it.")
            % {"who": plan.accountable.user.name, "where": plan.accountable.organisation.name},
        ]
    )


def message(found: OpenedPlan, to: Organisation) -> str:
    """A message to an organisation that does something in the plan, with those kinds of data alone that it may see."""
    kinds = set(opened_by_task(to, found.plan.citizen)) & found.kinds
    mine = [each for each in found.wanted if each.party_id == to.pk]
    goals = [each.goal for each in found.goals if category_of_domain(each.goal.domain) in kinds]
    sections = [each for each in found.sections if category_of_section(each.name) in {None, *kinds}] if kinds else []
    plan = found.plan
    return _joined(
        [
            _("Concerning %(name)s, %(cpr)s") % {"name": plan.citizen.name, "cpr": plan.citizen.cpr_text},
            _listed(_("What you are asked to do"), (_activity(each, _("the citizen")) for each in mine)),
            _listed(_("The citizen's goals"), (f"“{goal.words}”" for goal in goals)),
            *(_section(each.title, each, unsaid="") for each in sections),
            _listed(_("Contacts"), (_contact(each) for each in found.contacts)),
            _("%(who)s, %(where)s, is accountable for the plan.")
            % {"who": plan.accountable.user.name, "where": plan.accountable.organisation.name},
        ]
    )


def day_text(day: dt.date) -> str:
    """A day as the reader's language writes it."""
    return date_format(day, "SHORT_DATE_FORMAT")


def who_does(activity: Activity, citizen: str) -> str:
    """Who does an activity, in words."""
    if activity.by_citizen or activity.party is None:
        return citizen
    return f"{activity.holder.name}, {activity.party.name}" if activity.holder is not None else activity.party.name


def _activity(activity: Activity, citizen: str) -> str:
    due = _(", no later than %(day)s") % {"day": day_text(activity.due)} if activity.due is not None else ""
    state = "" if activity.state in _GOING_ON else f" ({activity.get_state_display()})"
    return f"{activity.what}: {who_does(activity, citizen)}{due}{state}"


def _goals(found: OpenedPlan, heading: str, by_name: str) -> str:
    lines: list[str] = []
    for each in found.goals:
        if each.goal.state == Goal.State.LET_GO:
            continue
        state = "" if each.goal.state == Goal.State.OPEN else f" ({each.goal.get_state_display()})"
        lines.append(f"“{each.goal.words}”{state}")
        lines += [f"  - {_activity(activity, by_name)}" for activity in each.activities]
    lines += [f"- {_activity(activity, by_name)}" for activity in found.loose]
    return "\n".join([heading, *lines]) if lines else ""


def _section(title: str, shown: Shown, unsaid: str | None = None) -> str:
    if shown.text:
        return f"{title}\n{shown.text}"
    if shown.not_assessed and unsaid is None:
        return f"{title}\n{_('Not assessed.')}"
    return ""


def _contact(contact: Contact) -> str:
    when = f", {contact.when}" if contact.when else ""
    return f"{contact.name}, {contact.relation}: {contact.phone}{when}"


def _listed(heading: str, lines: Iterable[str]) -> str:
    found = [f"- {line}" for line in lines]
    return "\n".join([heading, *found]) if found else ""


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
