"""The access matrix: every cell of `matrix.csv`, tried on the pages themselves.

The table says, for a data protection officer to read, what each role may do: with which relation to the citizen, which
consent and which legal basis. It is written from the rules and not from the code. What is allowed has to show what was
asked for and leave a row in the access log; what is refused has to show nothing of the citizen, change nothing, and
leave a row with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Max
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from samspil.access.models import (
    AccessRecord,
    LegalBasis,
    Role,
)
from samspil.access.policy import may, policy
from samspil.lists.models import Capacity
from samspil.lists.names import version_title
from tests import care
from tests.access import matrix_needs, matrix_networks, matrix_population, matrix_quality
from tests.access.matrix_plans import DRUG, GOAL, NOTE
from tests.access.matrix_world import CPR, HIDDEN, NAME, Cell, World, cells
from tests.access.once import made_once
from tests.lists import made

pytestmark = pytest.mark.once
MATRIX = cells()
#: What commands do has no address; those cells are asked of the policy only.
ON_PAGES = [cell for cell in MATRIX if cell.role != Role.SYSTEM]
PACE = 37


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker) -> Iterator[World]:
    """The world; every cell begins from it and leaves it as it was."""
    with made_once(django_db_blocker, World) as world:
        yield world


@pytest.fixture
def world(built, db) -> World:
    """The world as it was made, also in memory."""
    built.forget()
    return built


@dataclass(frozen=True)
class Ask:
    """A request, and what an answer to it shows. `listed`: the page lists what is open to somebody, maybe nothing."""

    path: str
    data: dict[str, Any] | None = None
    shows: str = ""
    listed: bool = False

    def send(self, client: Client) -> HttpResponse:
        return client.get(self.path) if self.data is None else client.post(self.path, self.data)


def _about(world: World, cell: Cell, page: str) -> str:
    """A page about the citizen, where somebody in this role meets them."""
    if cell.role == Role.CITIZEN and cell.relation == "self":
        return f"/me/{page}"
    if cell.role in {Role.CITIZEN, Role.RELATIVE}:
        return f"/for/{world.citizen.pk}/{page}"
    return f"/citizens/{world.citizen.pk}/{page}"


def _private(world: World, cell: Cell, page: str) -> str:
    """A page that only the citizen and relatives have, where others would have to look for it."""
    own = cell.role == Role.CITIZEN and cell.relation == "self"
    return f"/me/{page}" if own else f"/for/{world.citizen.pk}/{page}"


def _task(world: World, cell: Cell) -> Ask:
    """Finishing a task, or giving one."""
    if cell.verb == "write":
        return Ask(f"/work/{world.task.pk}/", {})
    place = world.colleagues[Role.MUNICIPAL].organisation
    return Ask(f"/citizens/{world.citizen.pk}/tasks/new/?organisation={place.pk}", {"title": "Besøg i hjemmet"})


def _decide_inclusion(world: World, cell: Cell) -> Ask:
    at, version = f"/inclusions/{world.inclusion.pk}", world.inclusion.version
    if cell.relation == "former_practice":
        return Ask(f"{at}/end/", {"end-version": version, "end-reason": "moved"})
    return Ask(f"{at}/conversation/", {"conversation-version": version, "conversation-purpose": "Ro i hverdagen"})


def _read_notices(world: World, cell: Cell) -> Ask:
    # What the officer is told stands on the officer's own page; what others are told does not.
    if cell.role in {Role.CITIZEN, Role.RELATIVE, Role.DATA_PROTECTION_OFFICER}:
        return Ask(_private(world, cell, "notices/"), shows="Kristian Kigger")
    return Ask("/notices/", shows=NAME, listed=True)


def _write_notices(world: World, cell: Cell) -> Ask:
    if cell.role in {Role.CITIZEN, Role.RELATIVE}:
        return Ask(_private(world, cell, "notices/"), {"notice": world.notice.pk})
    return Ask("/notices/", {"notice": world.practice_notice.pk})


def _proxies(world: World, cell: Cell) -> Ask:
    if cell.relation == "another_citizen":
        return Ask(f"/me/relatives/{world.proxy.pk}/revoke/", {})
    helper = world.strangers[Role.NGO].user
    return Ask("/me/relatives/", {"username": helper.username, "name": helper.name, "scopes": ["read"]})


def _counts(world: World, cell: Cell) -> Ask:
    if cell.role in {Role.GP, Role.PRACTICE_STAFF}:
        return Ask(f"/worth/practices/{world.house.pk}/", shows=world.house.name)
    return Ask("/worth/practices/", shows='name="model"')


def _plan(world: World, cell: Cell) -> Ask:
    """The plan, and how much the citizen takes on; on the own page, or where a relative reads it."""
    at, given = f"/plans/{world.course.plan.pk}/", {"involvement": "others", "before": ""}
    if cell.role == Role.CITIZEN and cell.relation == "self":
        return Ask("/me/plan/involvement/", given) if cell.verb == "write" else Ask("/me/plan/", shows=GOAL)
    if cell.role in {Role.CITIZEN, Role.RELATIVE} and cell.verb == "read":
        return Ask(f"/for/{world.citizen.pk}/plan/", shows=GOAL)
    return Ask(f"{at}involvement/", given) if cell.verb == "write" else Ask(at, shows=NAME)


def _note(world: World, cell: Cell) -> Ask:
    """The messages about a citizen, and one more; the citizen lets one go to where it is addressed."""
    course = world.course
    if cell.role in {Role.CITIZEN, Role.RELATIVE}:
        if cell.verb == "write":
            return Ask(f"/me/notes/{course.unseen.pk}/share/", {})
        return Ask("/me/notes/", shows=NOTE, listed=cell.relation == "another_citizen")
    at = f"/citizens/{world.citizen.pk}/notes/"
    own = cell.relation in {"own_practice", "former_practice"}
    who = world.doctor if own else None
    return Ask(at, course.note_to_write(who)) if cell.verb == "write" else Ask(at, shows=NOTE)


def _click(world: World, cell: Cell) -> Ask:
    """One click of a referral: of who sent it, or of who received it."""
    at = f"/referrals/{world.course.referral.pk}/to"
    if cell.relation in {"own_practice", "former_practice"}:
        return Ask(f"{at}/withdrawn/", {"withdrawn-version": 0, "withdrawn-words": "Har det bedre"})
    return Ask(f"{at}/received/", {"received-version": 0})


NEW_BASIS = {
    "kind": "statute",
    "title": "Sundhedsloven § 42 a",
    "jurisdiction": "Danmark",
    "purposes": ["care"],
    "since": "2020-01-01",
}
#: The request for each thing that somebody may or may not do.
ASKS: dict[tuple[str, str], Callable[[World, Cell], Ask]] = {
    ("practice_list", "read"): lambda w, _: Ask(f"/lists/names/{w.entry.pk}/", shows=NAME),
    ("practice_list", "decide"): lambda w, _: Ask(
        f"/lists/names/{w.entry.pk}/", {"kind": "not_relevant", "reason": "too_complex", "version": w.entry.version}
    ),
    ("practice_list", "write"): lambda w, _: Ask("/lists/sad/", {}),
    ("capacity", "read"): lambda *_: Ask("/lists/", shows=f'value="{PACE}"', listed=True),
    ("capacity", "write"): lambda *_: Ask("/lists/pace/", {"names_per_week": "10"}),
    ("citizen_record", "read"): lambda w, _: Ask(f"/citizens/{w.citizen.pk}/", shows=NAME),
    ("citizen_record", "break_glass"): lambda w, _: Ask(
        f"/citizens/{w.citizen.pk}/break-glass/", {"reason": "Fundet livløs, skal kende medicinen nu"}
    ),
    ("task", "read"): lambda *_: Ask("/work/", shows=NAME, listed=True),
    ("task", "write"): _task,
    ("task", "give"): _task,
    ("inclusion", "read"): lambda w, _: Ask(f"/inclusions/{w.inclusion.pk}/", shows=NAME),
    ("inclusion", "write"): lambda w, _: Ask(
        f"/inclusions/{w.inclusion.pk}/contact/", {"contact-version": w.inclusion.version, "contact-kind": "phone"}
    ),
    ("inclusion", "decide"): _decide_inclusion,
    ("consent", "read"): lambda w, c: Ask(_about(w, c, "consents/"), shows="Vil du være med i den fælles indsats"),
    ("consent", "write"): lambda w, c: Ask(_about(w, c, "consents/odense-ic/participation/"), {"answer": "yes"}),
    # Who knows a number is not told whose it is.
    ("nomination", "read"): lambda w, _: Ask("/nominations/", shows=w.citizen.cpr_text, listed=True),
    ("nomination", "write"): lambda *_: Ask("/nominations/", {"cpr": CPR, "model": "sad", "why": "Mange kontakter"}),
    ("citizen_page", "read"): lambda w, c: Ask(_private(w, c, ""), shows=w.house.phone),
    ("citizen_log", "read"): lambda w, c: Ask(_private(w, c, "log/"), shows="Kristian Kigger"),
    ("proxies", "read"): lambda *_: Ask("/me/relatives/", shows="Dorte Datter", listed=True),
    ("proxies", "write"): _proxies,
    ("notices", "read"): _read_notices,
    ("notices", "write"): _write_notices,
    ("officer_notices", "read"): lambda *_: Ask("/notices/", shows=NAME, listed=True),
    ("officer_notices", "write"): lambda w, _: Ask("/notices/", {"notice": w.officer_notice.pk}),
    ("acting_for", "read"): lambda *_: Ask("/for/", shows=NAME, listed=True),
    ("list_counts", "read"): _counts,
    ("model_review", "read"): lambda *_: Ask(
        "/worth/model-review/sad/", shows=version_title("sad", made.model("sad").version)
    ),
    ("process", "read"): lambda *_: Ask("/worth/rounds/", shows="Første kørsel"),
    ("access_log", "read"): lambda w, _: Ask(f"/oversight/log/?citizen={w.citizen.pk}", shows="Kristian Kigger"),
    ("break_glass", "read"): lambda *_: Ask("/oversight/break-glass/", shows="Fundet bevidstløs på gaden"),
    ("break_glass", "write"): lambda w, _: Ask(
        f"/oversight/break-glass/{w.case.pk}/", {f"{w.case.pk}-finding": "I orden"}
    ),
    ("legal_basis", "read"): lambda *_: Ask("/oversight/legal-bases/", shows="Mærket hjemmel"),
    ("legal_basis", "write"): lambda *_: Ask("/oversight/legal-bases/new/", NEW_BASIS),
    ("plan", "read"): _plan,
    ("plan", "write"): _plan,
    ("plan", "decide"): lambda w, _: Ask(
        f"/plans/{w.course.plan.pk}/versions/material/", {"why": "Aftalt sammen", "seen": 1}
    ),
    ("note", "read"): _note,
    ("note", "write"): _note,
    ("medicine_list", "read"): lambda w, _: Ask(f"/citizens/{w.citizen.pk}/medicine/", shows=DRUG),
    ("medicine_list", "write"): lambda w, _: Ask(
        f"/citizens/{w.citizen.pk}/medicine/own/", w.course.list_to_write("own")
    ),
    ("medicine_list", "decide"): lambda w, _: Ask(
        f"/citizens/{w.citizen.pk}/medicine/agreed/", w.course.list_to_write("agreed")
    ),
    ("stay", "read"): lambda w, _: Ask(f"/stays/{w.course.stay.pk}/", shows=NAME),
    ("stay", "write"): lambda w, _: Ask("/stays/", w.course.admission()),
    ("referral", "read"): lambda w, _: Ask(f"/referrals/{w.course.referral.pk}/", shows=NAME),
    ("referral", "write"): _click,
    ("referral", "give"): lambda w, _: Ask(
        f"/citizens/{w.citizen.pk}/refer/?service=odense-ic/psychologist", w.course.referral_to_send()
    ),
    ("catalogue", "read"): lambda *_: Ask("/services/", shows="Samtaler med en psykolog"),
    ("catalogue", "write"): lambda *_: Ask(
        "/services/odense-ic/psychologist/take-out/", {"number": 0, "why": "Findes ikke mere"}
    ),
    ("deadlines", "read"): lambda *_: Ask("/deadlines/", shows="Holder fristerne?"),
    ("people", "read"): lambda *_: Ask("/people/", shows="Kristian Kigger"),
    ("people", "write"): lambda *_: Ask("/people/new/", {"name": "Ny Kollega", "username": "nyk", "password": "on"}),
    ("citizen_search", "read"): lambda *_: Ask("/citizens/find/", {"cpr": CPR}),
    ("log_in", "read"): lambda w, _: Ask(f"/citizens/{w.citizen.pk}/log-in/", shows=NAME),
    ("log_in", "write"): lambda w, _: Ask(f"/citizens/{w.citizen.pk}/log-in/", {"name": "Bente Barnebarn"}),
    ("quality_patients", "read"): lambda w, _: Ask(w.quality.patient, shows=NAME),
    ("quality_patients", "write"): lambda w, _: Ask(f"{w.quality.patient}attempt/", matrix_quality.ATTEMPT),
    ("patient_flag", "read"): lambda w, _: Ask(w.quality.flags, shows=matrix_quality.REASON),
    ("patient_flag", "write"): lambda w, _: Ask(w.quality.flags, matrix_quality.NEW_FLAG),
    ("need_assessment", "read"): lambda w, _: Ask(w.need.page, shows=matrix_needs.INSTRUMENT),
    ("need_assessment", "write"): lambda w, cell: Ask(f"{w.need.page}integration/", w.need.to_send(cell.role)),
    # There is no address of another practice's figures: everybody meets their own.
    ("network_report", "read"): lambda w, _: Ask(w.networked.report, shows=matrix_networks.FIGURE),
    ("network_discussion", "read"): lambda w, _: Ask(w.networked.meetings, shows=matrix_networks.MEETING),
    ("network_discussion", "write"): lambda w, _: Ask(f"{w.networked.report}notes/", matrix_networks.NOTE),
    ("population_figures", "read"): lambda *_: Ask("/population/segments/", shows=matrix_population.DIAGNOSED),
    ("released_figures", "read"): lambda *_: Ask(
        "/population/tables/cost-transitions.csv", shows=matrix_population.COLUMN
    ),
    ("new_function", "read"): lambda w, _: Ask(w.population.gate, shows=matrix_population.TITLE),
    ("new_function", "write"): lambda *_: Ask("/population/functions/new/", matrix_population.PROPOSAL),
    ("new_function", "decide"): lambda w, _: Ask(w.population.decision, matrix_population.DECISION),
    # There is no address of another practice's patients: everybody meets their own.
    ("costly_patients", "read"): lambda *_: Ask("/quality/costs/", shows=NAME, listed=True),
    ("practice_figures", "read"): lambda *_: Ask("/quality/t2d/", shows=matrix_quality.FIGURE, listed=True),
}
#: Resources that are about a citizen: every look at them, and every change, stands in the access log.
ABOUT_CITIZENS = {
    "practice_list", "citizen_record", "task", "inclusion", "consent", "nomination", "citizen_page", "citizen_log",
    "proxies", "access_log", "break_glass", "citizen_search", "log_in", "officer_notices", "acting_for", "plan",
    "note", "medicine_list", "stay", "referral", *matrix_quality.ABOUT_CITIZENS,
    *matrix_needs.ABOUT_CITIZENS, *matrix_population.ABOUT_CITIZENS,
}  # fmt: skip


#: What a refusal writes too: the session, and the access log.
WRITTEN_ANYWAY = ("django_session", "access_accessrecord", "access_chain")


class Changes:
    """Collects what a request writes to the database, for `connection.execute_wrapper`."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(table in sql for table in WRITTEN_ANYWAY):
            self.statements.append(sql)
        return execute(sql, params, many, context)


@pytest.mark.parametrize("cell", ON_PAGES, ids=str)
def test_cell(cell: Cell, world: World, client: Client) -> None:
    who, _actor = world.arrange(cell)
    if cell.kind == "capacity" and cell.relation == "own_practice":
        Capacity.objects.create(membership=who, names_per_week=PACE)
    if who is not None:
        care.log_in(client, who)
    ask = ASKS[cell.kind, cell.verb](world, cell)
    changes, last = Changes(), AccessRecord.objects.aggregate(last=Max("id"))["last"]
    with connection.execute_wrapper(changes):
        answer = ask.send(client)
    rows = list(AccessRecord.objects.filter(id__gt=last))
    if cell.category and answer.status_code == 200:
        _check_category(cell, world, _text(answer))
    elif cell.allowed:
        _check_allowed(cell, world, ask, answer, rows)
        # Emergency access that is still open is given again, not opened anew.
        changes_nothing = ask.data is None or cell.kind == "citizen_search" or cell.relation == "glass_open"
        assert changes_nothing or changes.statements
    else:
        _check_refused(cell, world, ask, answer, rows)
        assert not changes.statements


def _text(answer: HttpResponse) -> str:
    return answer.content.decode()


def _check_allowed(cell: Cell, world: World, ask: Ask, answer: HttpResponse, rows: list[AccessRecord]) -> None:
    if ask.data is None:
        assert answer.status_code == 200
        assert ask.shows in _text(answer)
    elif cell.kind in {"practice_list", "citizen_search", "log_in"}:
        assert answer.status_code in {200, 302}
    else:
        assert answer.status_code == 302, "the form was not taken"
        assert not answer["Location"].startswith(("/accounts/", "/account/"))
    if cell.kind in ABOUT_CITIZENS:
        done = {(row.resource, row.verb, row.citizen_id) for row in rows if row.outcome == "allowed"}
        assert (cell.kind, cell.verb, world.citizen.pk) in done


def _check_refused(cell: Cell, world: World, ask: Ask, answer: HttpResponse, rows: list[AccessRecord]) -> None:
    text = _text(answer)
    for hidden in (*HIDDEN, *world.every_word, *filter(None, [ask.shows])):
        assert hidden.casefold() not in text.casefold()
    if cell.role == Role.ANONYMOUS:
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
        return
    if (cell.kind, cell.verb) == ("practice_list", "write"):
        assert answer.status_code == 405  # no address writes lists
        return
    if answer.status_code == 403:
        (row,) = [row for row in rows if row.outcome == "refused"]
        assert (row.role, row.reason) == (cell.role, cell.reason)
        return
    # A page that lists what is open to somebody lists nothing; what belongs to a stranger is not there.
    assert ask.listed or (cell.kind in {"proxies", "note"} and cell.relation == "another_citizen")
    assert answer.status_code == (200 if ask.listed else 404)


def _check_category(cell: Cell, world: World, text: str) -> None:
    """One kind of data on a record that is open: there in words, or not a word of it."""
    for words in world.words[cell.category]:
        assert (words in text.casefold()) is cell.allowed


def test_the_policy_says_the_same(world: World) -> None:
    """Also of commands, which have no pages."""
    wrong = []
    for cell in MATRIX:
        with transaction.atomic():
            _who, actor = world.arrange(cell)
            resource, purpose = world.resource(cell, actor)
            answer = may(actor, cell.verb, resource, purpose)  # type: ignore[arg-type]
            transaction.set_rollback(True)
        world.forget()
        if (answer.allowed, answer.reason) != (cell.allowed, cell.reason):
            wrong.append(f"{cell}: {answer.reason or 'allowed'}")
    assert not wrong


def test_without_the_dispensation_a_record_shows_nothing_of_the_lists(world: World, client: Client) -> None:
    """The practice treats the citizen all the same, but what was linked for the lists is closed with them."""
    basis = care.legal_basis("case_finding")
    doctor = care.log_in(client, world.own[Role.GP])
    address = f"/citizens/{world.citizen.pk}/"
    assert all(words in _text(doctor.get(address)).casefold() for words in world.every_word)
    LegalBasis.objects.filter(pk=basis.pk).update(revoked_at=timezone.now())
    closed = _text(doctor.get(address)).casefold()
    assert NAME.casefold() in closed
    assert not [words for words in world.every_word if words in closed]
    assert f"/lists/names/{world.entry.pk}/" not in closed


def test_the_matrix_is_whole() -> None:
    keys = {cell.key for cell in MATRIX}
    assert len(keys) == len(MATRIX) >= 400
    assert {cell.role for cell in MATRIX} == set(Role)
    granted = {(grant.resource, verb) for grant in policy().grants for verb in grant.verbs}
    assert {(cell.kind, cell.verb) for cell in MATRIX} == granted
    assert {(cell.kind, cell.verb) for cell in ON_PAGES} <= set(ASKS)
    assert {cell.reason for cell in MATRIX if not cell.allowed} == {
        "role", "relation", "no_basis", "basis_expired", "no_consent", "consent_withdrawn"
    }  # fmt: skip
    assert not [cell.line for cell in MATRIX if cell.allowed is not (cell.reason == "")]


def test_every_grant_is_needed_by_some_cell() -> None:
    """For each grant, and each role of it, some cell is allowed."""
    allowed = {(cell.role, cell.kind, cell.verb) for cell in MATRIX if cell.allowed}
    granted = {
        (role, grant.resource, verb) for grant in policy().grants for role in grant.roles for verb in grant.verbs
    }
    assert allowed == granted
