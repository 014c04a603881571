"""A crawler that logs in as every role and tries every door of the house.

It follows the links it is given, and meets no dead end. And it asks every address there is for what belongs to somebody
else, by reading and by sending: it is shown the way out, and never a name, a number or a word of a stranger.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from samspil.access.models import Role
from tests import care
from tests.access import crawl_networks, crawl_population
from tests.access.crawl_world import OTHERS, ROLES, Town
from tests.access.once import made_once

pytestmark = pytest.mark.once
SEND = re.compile(r"""<form\s[^>]*?action=["']([^"']+)["']""")
LINK = re.compile(r"""<a\s[^>]*?href=["']([^"']*)["']""")
#: Where the officer, and nobody else who steers, may meet a citizen's name: who looked at whom is the officer's work.
OFFICERS_PAGES = {"oversight-log", "oversight-log-citizen", "break-glass-cases", "break-glass-review", "notices"}
#: What somebody can type into an address that no number can be made from.
NONSENSE = ("²", "-1", "9" * 20, "1-²", "\x00")
PARAMETERS = ("list", "after", "before", "organisation", "citizen", "round", "own", "model", "since", "q")


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every address of the project."""
    for found in (resolver or get_resolver()).url_patterns:
        if isinstance(found, URLResolver):
            yield from patterns(found)
        else:
            yield found


PATTERNS = list(patterns())


def foreign_arguments(town: Town, name: str, arguments: set[str]) -> list[dict[str, Any]]:
    """What an address is asked for: the numbers of what belongs to Fremmed Frederiksen.

    Raises KeyError for an argument that nobody has said a foreign value of.
    """
    foreign = town.foreign
    citizen, number = foreign.citizen.pk, foreign.inclusion.pk
    planned = foreign.planned
    known: dict[str, Any] = {
        "goal_key": planned.goal.pk,
        "activity_key": planned.activity.pk,
        "contact_key": planned.contact.pk,
        "link_key": planned.link.pk,
        "group": "citizen",
        "section": "situation",
        "act": "let-go",
        "citizen_id": citizen,
        "proxy_id": foreign.proxy.pk,
        "task_id": foreign.tasks[Role.MUNICIPAL].pk,
        "case_id": foreign.case.pk,
        "basis_id": town.basis.pk,
        "model": "sad",
        "programme": "odense-ic",
        "purpose": "sharing",
        "provider_id": "nemlog-in",
        "token": foreign.held.token,
        "kind": "letter",
        "pk": town.foreign_key.pk,
        # A service is nobody's.
        "name": "t2d" if name.startswith(("quality", "network", "population")) else "psychologist",
        "indicator": "foot_exam",
        "question": "found",
        "form": "csv",
        "flag_key": foreign.quality.flag.pk,
        "meeting": foreign.networked.meeting.pk,
        "test": foreign.networked.test.pk,
        "note": foreign.networked.note.pk,
        "state": "received",
        "how": "kept",
        "number": {
            "end_membership": foreign.doctor.pk,
            "organisation": foreign.house.pk,
            "citizen-need": foreign.assessed.made.pk,
            "citizen-need-withdraw": foreign.assessed.made.pk,
        }.get(name, foreign.account.pk),
    }
    keys = {
        "decide": foreign.entry.pk,
        "undo": foreign.review.pk,
        "citizen": citizen,
        "for-page": citizen,
        "worth-practice": foreign.house.pk,
        "letter": number,
        "refer": citizen,
        "not-referred": citizen,
        "appointment-book": foreign.referred.started.pk,
        "appointment-mark": foreign.referred.appointment.pk,
        "work-task": foreign.tasks[Role.MUNICIPAL].pk,
        "note-together": foreign.written.unseen.pk,
        "stay": foreign.written.stay.pk,
        "stay-ready": foreign.written.stay.pk,
        "stay-discharge": foreign.written.stay.pk,
        "me-goal": planned.goal.pk,
        "me-goal-act": planned.goal.pk,
        "me-activity-done": foreign.own.activity.pk,
        "me-note-share": foreign.written.unseen.pk,
        "me-note-refuse": foreign.written.note.addressees.first().pk,
        "onboarding": planned.pathway.pk,
        "pathway": planned.pathway.pk,
        "pathway-end": planned.pathway.pk,
        "handover": planned.handover.pk,
        "handover-withdraw": planned.handover.pk,
        "coordination-review": planned.coordination.pk,
        "coordination-lead": planned.coordination.pk,
        "paper": planned.plan.pk,
        "paper-print": planned.plan.pk,
        "quality-patient": citizen,
        "quality-sheet": citizen,
        "quality-attempt": citizen,
        "citizen-needs": citizen,
        "citizen-needs-square": citizen,
        "citizen-needs-integration": citizen,
        "citizen-need": citizen,
        "citizen-need-withdraw": citizen,
        "citizen-flags": citizen,
        "citizen-flag-away": citizen,
    }
    if name == "population-table":
        return [{"key": "cost-groups", "form": "csv"}]
    if "key" in arguments:
        if name.startswith("population-function"):
            keys[name] = town.region.function.pk
        if name.split("-", maxsplit=1)[0] == "referral":
            keys[name] = foreign.referred.sent.pk
        if name.split("-", maxsplit=1)[0] == "network":
            keys[name] = foreign.networked.network.pk
        of_plan = planned.plan.pk if name.split("-", maxsplit=1)[0] == "plan" else None
        known["key"] = number if name.startswith("inclusion") else keys.get(name) or of_plan or keys[name]
    if "step" in arguments:
        return [{"key": number, "step": step} for step in ("accept", "consent", "enrol", "reassess")]
    return [{argument: known[argument] for argument in arguments}]


PRACTICE = (Role.GP, Role.PRACTICE_STAFF)
#: Addresses that answer with a page, or do something, although what they name is foreign: by their name, for whom.
#: None of them shows anything of a citizen, except the officer's.
OPEN_TO = {
    "organisation": {Role.ADMINISTRATOR},
    "end_membership": {Role.ADMINISTRATOR},
    "break-glass-review": {Role.DATA_PROTECTION_OFFICER},
    "legal-basis-revoke": {Role.DATA_PROTECTION_OFFICER},
    # Says what emergency access means and asks for a reason.
    "break-glass": {Role.GP, Role.PRACTICE_STAFF, Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST},
    "worth-practice": {Role.SECRETARIAT},
    # Services are about no citizen.
    "service": {*PRACTICE, *OTHERS, Role.SECRETARIAT},
    "service-change": {Role.SECRETARIAT},
    "service-new": {Role.SECRETARIAT},
    "service-restore": {Role.SECRETARIAT},
    "model-review-of": {Role.SECRETARIAT, Role.TEAM_CHAIR, Role.ANALYST},
    "model-review-file": {Role.SECRETARIAT, Role.TEAM_CHAIR, Role.ANALYST},
    # Nothing but the name of a target group or a question stands in these addresses.
    "names": {Role.GP, Role.PRACTICE_STAFF},
    "review": {Role.GP, Role.PRACTICE_STAFF},
    # The set of indicators and the indicator are nobody's; the practice meets its own patients there.
    "quality-set": {*PRACTICE},
    "quality-lost": {*PRACTICE},
    "quality-worksheet": {*PRACTICE},
    "quality-screening": {*PRACTICE},
    "quality-indicator": {*PRACTICE},
    **crawl_networks.OPEN_TO,
    **crawl_population.OPEN_TO,
    "me-consent": {Role.CITIZEN},
    "me-plan-write": {Role.CITIZEN},
}


#: Addresses that no page leads to: what happens at log-in, with keys of one's own and with identity providers, of which
#: there are none here;
#: the demonstration, which is off; emergency access, which is offered where a record is refused; and taking a decision
#: back, which is offered right after it.
MET_OTHERWISE = {
    "account_change_password", "account_inactive", "account_reauthenticate", "demo", "mfa_authenticate",
    "mfa_deactivate_totp", "mfa_download_recovery_codes", "mfa_edit_webauthn", "mfa_generate_recovery_codes",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_remove_webauthn",
    "mfa_view_recovery_codes", "openid_connect_callback", "openid_connect_login", "second_factor",
    "socialaccount_login_cancelled", "link_subject", "break-glass", "undo",
}  # fmt: skip
MEETS_EGON = {
    Role.GP, Role.PRACTICE_STAFF, Role.MUNICIPAL, Role.HOSPITAL, Role.PSYCHOLOGIST, Role.NGO, Role.CITIZEN,
    Role.RELATIVE, Role.DATA_PROTECTION_OFFICER,
}  # fmt: skip


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[Town]:
    with made_once(django_db_blocker, Town) as town:
        yield town


@pytest.fixture
def town(built, db) -> Town:
    return built


class Visitor:
    """Somebody logged in as a role, whose every request is taken back again."""

    def __init__(self, town: Town, role: str) -> None:
        self.role = role
        self.client = Client(raise_request_exception=False)
        who = town.who(role)
        if who is not None:
            care.log_in(self.client, who)
        self.cookies = self.client.cookies.output()
        self.town = town
        self.names = [town.own.citizen.name, town.foreign.citizen.name]

    def ask(self, address: str, data: dict[str, Any] | None = None) -> HttpResponse:
        """The answer to reading an address, or to sending it something. Shows nothing that is hidden, and no fault."""
        said = f"{self.role} {'GET' if data is None else 'POST'} {address}"
        with transaction.atomic():
            answer = self.client.get(address) if data is None else self.client.post(address, data)
            transaction.set_rollback(True)
        self.client.cookies = SimpleCookie()
        self.client.cookies.load(self.cookies.replace("Set-Cookie: ", ""))
        assert answer.status_code < 500, said
        text = html.unescape(answer.content.decode(errors="replace")).casefold()
        hidden = set(self.town.hidden(self.role))
        if self.role == Role.DATA_PROTECTION_OFFICER and _name(address) in OFFICERS_PAGES:
            hidden -= set(self.town.of_cases)
        met = [secret for secret in hidden if secret.casefold() in text]
        assert not met, f"{said} shows {met}"
        return answer


def turned_away(answer: HttpResponse, *, sent: bool) -> bool:
    """Whether an answer is one of those that give nothing."""
    if answer.status_code in {301, 302}:
        return answer["Location"].startswith(("/accounts/login/", "/accounts/reauthenticate/"))
    return answer.status_code in {403, 404, 405} or (sent and answer.status_code in {400, 422})


def test_every_address_has_a_foreign_number(town: Town) -> None:
    """An address that is added has to say what a stranger would ask it for."""
    for pattern in PATTERNS:
        assert pattern.name
        arguments = set(pattern.pattern.converters) - set(pattern.default_args)
        for given in foreign_arguments(town, pattern.name, arguments):
            assert reverse(pattern.name, kwargs=given | pattern.default_args)
    assert set(OPEN_TO) <= {pattern.name for pattern in PATTERNS}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_foreign_is_given_to_anybody(town: Town, role: str) -> None:
    visitor, foreign = Visitor(town, role), town.foreign
    query = (
        f"?list={foreign.list.pk}&citizen={foreign.citizen.pk}&organisation={foreign.house.pk}"
        f"&round={foreign.inclusion.round_id}&show=all&own=1"
    )
    sent = {
        "notice": foreign.notices[0].pk,
        "consent": foreign.consents[0].pk,
        "capacity": f"membership:{foreign.doctor.pk}",
        "organisation": foreign.house.pk,
        "colleague": foreign.doctor.user_id,
        "of_list": foreign.list.pk,
        "kind": "later",
        "version": foreign.entry.version,
        "go_on-version": foreign.inclusion.version,
        "title": "En ny opgave",
        "answer": "yes",
        "sectors": ["municipality"],
        "categories": ["health"],
        "do": "password",
        "until": "2030-01-01",
    }
    for pattern in PATTERNS:
        arguments = set(pattern.pattern.converters) - set(pattern.default_args)
        for given in foreign_arguments(town, str(pattern.name), arguments):
            address = reverse(str(pattern.name), kwargs=given | pattern.default_args)
            answers = [visitor.ask(address + query), visitor.ask(address, {}), visitor.ask(address, sent)]
            if given and role not in OPEN_TO.get(str(pattern.name), set()):
                for answer, posted in zip(answers, (False, True, True), strict=True):
                    assert turned_away(answer, sent=posted), (role, address, posted, answer.status_code)


@dataclass
class Page:
    """A page that links led to: how it answered, whom it named, and where it leads."""

    status: int
    names: set[str]
    links: list[str]
    #: Where its forms send what is written.
    sends: set[str]


def walk(town: Town, role: str) -> dict[str, Page]:
    """Every page that links lead to from the front page, by its address. Walked once."""
    if role in town.walks:
        return town.walks[role]
    visitor, found, waiting = Visitor(town, role), {}, ["/"]
    while waiting:
        address = waiting.pop()
        if address not in found:
            page = found[address] = _page(visitor, address)
            waiting += page.links
        assert len(found) < 400, "links without end"
    town.walks[role] = found
    return found


def _page(visitor: Visitor, address: str) -> Page:
    answer = visitor.ask(address)
    text = answer.content.decode(errors="replace")
    links = [answer["Location"]] if answer.status_code in {301, 302} else LINK.findall(text)
    own = [urlsplit(urljoin(address, html.unescape(link))) for link in links]
    return Page(
        answer.status_code,
        {name for name in visitor.names if name.casefold() in html.unescape(text).casefold()},
        [
            to.path + (f"?{to.query}" if to.query else "")
            for to in own
            if not to.scheme and not to.netloc and not to.path.startswith("/static/")
        ],
        {_name(urljoin(address, html.unescape(action))) for action in SEND.findall(text)},
    )


def _name(address: str) -> str:
    return str(resolve(urlsplit(address).path).url_name)


@pytest.mark.parametrize("role", ROLES)
def test_no_link_leads_to_a_dead_end(town: Town, role: str) -> None:
    pages = walk(town, role)
    assert not [(address, page.status) for address, page in pages.items() if page.status not in {200, 301, 302}]
    # The crawler sees what there is to see: whoever has something to do with Egon Egen meets him.
    named = {name for page in pages.values() for name in page.names}
    own = {"Egon Egen"} if role in MEETS_EGON else set()
    assert named == (own | {"Fremmed Frederiksen"} if role == Role.DATA_PROTECTION_OFFICER else own)


def test_every_address_is_reached_from_some_page(town: Town) -> None:
    """What no link leads to and no form sends to is either met on the way in, or nobody can use it."""
    reached = {_name(address) for role in ROLES for address in walk(town, role)}
    reached |= {name for role in ROLES for page in walk(town, role).values() for name in page.sends}
    assert {str(pattern.name) for pattern in PATTERNS} - reached == MET_OTHERWISE


@pytest.mark.parametrize("role", ROLES)
def test_nonsense_in_an_address_is_no_fault(town: Town, role: str) -> None:
    visitor = Visitor(town, role)
    for address in {_name(address): urlsplit(address).path for address in walk(town, role)}.values():
        for nonsense in NONSENSE:
            visitor.ask(f"{address}?{urlencode(dict.fromkeys(PARAMETERS, nonsense))}")
