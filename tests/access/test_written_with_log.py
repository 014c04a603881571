"""What is written and its row of the log are there together or not at all, and two who write wait in one order."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from samspil.access import log
from samspil.access.actions import consent, legal_bases, people, relatives, tasks
from samspil.access.actor import private
from samspil.access.models import CareTask, Consent, LegalBasis, Membership, Organisation, Proxy, Role, User
from tests import care

pytestmark = pytest.mark.django_db
ODENSE = "odense-ic"


class Unwritable(Exception):
    """The log cannot be written to."""


class World:
    """Somebody for each who writes, and what they write about."""

    def __init__(self) -> None:
        self.doctor, self.nurse = care.member(), care.member(role=Role.MUNICIPAL)
        self.anna = care.citizen(self.doctor.organisation, "Anna Poulsen")
        self.account, self.relative = care.citizen_account(self.anna), care.user("Mette Poulsen")
        self.lise = care.user("Lise Holm")
        self.yes = care.consent(self.anna, "sharing", self.doctor.user)
        self.proxy = care.proxy(self.anna, self.relative)
        self.basis = care.legal_basis("care")
        self.gp, self.self_ = care.acting(self.doctor), private(self.account, Role.CITIZEN)
        self.admin, self.officer = care.actor(Role.ADMINISTRATOR), care.actor(Role.DATA_PROTECTION_OFFICER)

    def found(self) -> list[object]:
        """Everything that could be changed."""
        models = (CareTask, Consent, LegalBasis, Membership, Organisation, Proxy, User)
        return [list(model.objects.order_by("pk").values()) for model in models]


TODAY = timezone.localdate
FACTS = people.OrganisationFacts(people.OrganisationKind.NGO, "Besøgsvennerne på Fyn")
ACTS = {
    "answer": lambda w: consent.answer_consent(w.gp, w.anna, ODENSE, "evaluation", True),
    "record": lambda w: consent.record_consent(w.gp, w.anna, ODENSE, "evaluation", True),
    "withdraw": lambda w: consent.withdraw_consent(w.self_, w.yes),
    "proxy": lambda w: relatives.grant_proxy(
        w.self_, w.anna, username=w.relative.username, name="Mette Poulsen", scopes=["log"]
    ),
    "revoked proxy": lambda w: relatives.revoke_proxy(w.self_, w.proxy),
    "task": lambda w: tasks.give_task(w.gp, w.anna, w.nurse.organisation, "Besøg i hjemmet", None),
    "basis": lambda w: legal_bases.record_legal_basis(
        w.officer, kind="statute", title="Ny", jurisdiction="Danmark", purposes=["care"], since=TODAY()
    ),
    "revoked basis": lambda w: legal_bases.revoke_legal_basis(w.officer, w.basis),
    "organisation": lambda w: people.save_organisation(w.admin, FACTS),
    "closed account": lambda w: people.open_or_close(w.admin, w.lise, is_active=False),
    "role": lambda w: people.add_membership(w.admin, w.lise, w.doctor.organisation, Role.GP, TODAY(), None),
    "ended role": lambda w: people.end_membership(w.admin, w.nurse, TODAY()),
    "new password": lambda w: people.new_one_time_password(w.admin, w.lise),
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_written_when_the_log_is_not(monkeypatch, act):
    world = World()
    before = world.found()

    def unwritable(_records):
        raise Unwritable

    with monkeypatch.context() as patch:
        patch.setattr(log, "append", unwritable)
        with pytest.raises(Unwritable):
            ACTS[act](world)
    assert world.found() == before
    ACTS[act](world)
    assert world.found() != before


@pytest.mark.parametrize("act", ["answer", "record", "withdraw", "proxy"])
def test_the_citizen_is_held_before_the_chain_of_the_log(act):
    """Who held the log first and waited for a citizen, whose holder waits for the log, would wait for ever."""
    world = World()
    with CaptureQueriesContext(connection) as asked:
        ACTS[act](world)
    statements = [query["sql"] for query in asked]
    held = connection.features.has_select_for_update
    citizen = [
        number
        for number, sql in enumerate(statements)
        if 'FROM "access_citizen"' in sql and (not held or "FOR UPDATE" in sql)
    ]
    chain = [number for number, sql in enumerate(statements) if 'FROM "access_chain"' in sql]
    assert citizen[0] < chain[0]
