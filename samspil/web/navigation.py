"""Where each role can go from any page."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from samspil.access import second_factor
from samspil.access.middleware import Request
from samspil.access.models import Role
from samspil.access.queries.oversight import cases_to_review

_OTHER_SECTORS = (Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO)
_PRACTICE = (Role.GP, Role.PRACTICE_STAFF)


@dataclass(frozen=True)
class Place:
    """A menu item: the name of its address, its label, what it is for, and whose menu it is on."""

    view: str
    label: Promise
    about: Promise
    roles: tuple[Role, ...]


PLACES: tuple[Place, ...] = (
    Place("lists", _("Lists"), _("Citizens who may gain from a joint effort"), _PRACTICE),
    Place("inclusions", _("On their way in"), _("Invite, talk, consent, enrol"), _PRACTICE),
    Place(
        "plans", _("Plans"), _("Who is accountable, what comes next, what stands still"), (*_PRACTICE, *_OTHER_SECTORS)
    ),
    Place("me", _("Your page"), _("What is going on, and with whom"), (Role.CITIZEN,)),
    Place("me-plan", _("My plan"), _("What happens next, your goals and your team"), (Role.CITIZEN,)),
    Place("nominations", _("Nominate"), _("Tell a practice about a citizen"), _OTHER_SECTORS),
    Place("quality", _("Our quality"), _("Your own patients: what is done, overdue or not known"), _PRACTICE),
    Place(
        "quality-costs",
        _("Most costly patients"),
        _("With a disease, in your practice: what was done, not what is needed"),
        (Role.GP,),
    ),
    Place("worth-own", _("Your figures"), _("What became of the names on your lists"), _PRACTICE),
    Place(
        "worth",
        _("What lists are worth"),
        _("What became of the names, practice by practice"),
        (Role.SECRETARIAT, Role.TEAM_CHAIR),
    ),
    Place(
        "model-review",
        _("Model review"),
        _("What doctors' decisions say about the criteria"),
        (Role.SECRETARIAT, Role.TEAM_CHAIR, Role.ANALYST),
    ),
    Place(
        "rounds", _("Eligibility rounds"), _("Which criteria found how many, and why they changed"), (Role.SECRETARIAT,)
    ),
    Place("overrides", _("Exclusions set aside"), _("Where doctors went beyond the criteria"), (Role.SECRETARIAT,)),
    Place(
        "networks",
        _("Networks"),
        _("Figures that practices look at together, meetings, and what is tried"),
        (
            *_PRACTICE,
            Role.MUNICIPAL,
            Role.HOSPITAL,
            Role.TEAM_CHAIR,
            Role.SECRETARIAT,
            Role.ANALYST,
            Role.LEADERSHIP,
        ),
    ),
    Place(
        "population",
        _("The population"),
        _("Indicators, segments and cost of the region, and the gate before a new function"),
        (Role.LEADERSHIP, Role.SECRETARIAT, Role.ANALYST, Role.TEAM_CHAIR),
    ),
    Place("work", _("Tasks"), _("What you are asked to do for citizens"), (*_PRACTICE, *_OTHER_SECTORS)),
    Place("stays", _("Admissions"), _("Tell of admissions and discharges"), (Role.HOSPITAL,)),
    Place(
        "standing-still", _("Standing still"), _("Plans without movement, practice by practice"), (Role.SECRETARIAT,)
    ),
    Place("broken-promises", _("Broken promises"), _("What nobody has done in time"), (Role.SECRETARIAT,)),
    Place(
        "referrals", _("Referrals"), _("What was sent and received, and what came of it"), (*_PRACTICE, *_OTHER_SECTORS)
    ),
    Place(
        "services",
        _("Services"),
        _("What there is to refer to, found by need"),
        (*_PRACTICE, *_OTHER_SECTORS, Role.SECRETARIAT),
    ),
    Place(
        "deadlines",
        _("Deadlines"),
        _("Whether referrals start when it was promised"),
        (*_PRACTICE, *_OTHER_SECTORS, Role.TEAM_CHAIR, Role.SECRETARIAT),
    ),
    Place(
        "citizen-find",
        _("Find a citizen"),
        _("Look a citizen up by CPR number"),
        (*_PRACTICE, Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST),
    ),
    Place(
        "notices",
        _("Notices"),
        _("What you have been told"),
        (*_PRACTICE, *_OTHER_SECTORS, Role.RELATIVE, Role.DATA_PROTECTION_OFFICER),
    ),
    Place("for", _("Whom you act for"), _("The pages you may see for a citizen"), (Role.RELATIVE,)),
    Place("me-consents", _("Consents"), _("What you say yes and no to"), (Role.CITIZEN,)),
    Place("me-log", _("Who has looked"), _("Everybody who has seen your information, and why"), (Role.CITIZEN,)),
    Place("me-notices", _("Notices"), _("What you have been told"), (Role.CITIZEN,)),
    Place("me-relatives", _("Relatives"), _("Who may act for you"), (Role.CITIZEN,)),
    Place("oversight-log", _("Access log"), _("Who has seen what, and why"), (Role.DATA_PROTECTION_OFFICER,)),
    Place("break-glass-cases", _("Emergency access"), _("Cases to look at"), (Role.DATA_PROTECTION_OFFICER,)),
    Place(
        "legal-bases",
        _("Legal bases"),
        _("What keeps the flow of data open, and until when"),
        (Role.DATA_PROTECTION_OFFICER, Role.SECRETARIAT),
    ),
    Place("people", _("People"), _("Accounts and roles"), (Role.ADMINISTRATOR,)),
    Place(
        "organisations",
        _("Organisations"),
        _("Practices, departments and the others taking part"),
        (Role.ADMINISTRATOR,),
    ),
)


@dataclass(frozen=True)
class Item:
    """A menu item as one page shows it. `count` is how much waits there: for the officer, cases to review."""

    url: str
    label: str
    about: str
    current: bool
    count: int = 0


def menu_of(request: Request) -> list[Item]:
    """The menu of whoever is acting; none while something has to be done first, as setting up a second factor."""
    if getattr(request, second_factor.STOPPED, False):
        return []
    urls = {place: reverse(place.view) for place in PLACES if request.actor.role in place.roles}
    # Of places within each other the innermost is where somebody is.
    here = max((url for url in urls.values() if request.path.startswith(url)), key=len, default="")
    return [
        Item(url, str(place.label), str(place.about), url == here, _waiting(request, place))
        for place, url in urls.items()
    ]


def _waiting(request: Request, place: Place) -> int:
    """Costs a statement on every page of whoever has the place, so it is kept to one place of one role."""
    return cases_to_review(request.actor) if place.view == "break-glass-cases" else 0
