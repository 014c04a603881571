"""Going through a list: deciding, taking back, asking, the pace, and two doctors at once."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import AccessRecord, Role
from samspil.lists.actions import review as reviewing
from samspil.lists.actions.ending import end
from samspil.lists.models import Entry, Inclusion, Review, RiskList, Stage, UnmetNeed
from samspil.lists.queries import lists as queries
from tests import care
from tests.lists import made

pytestmark = pytest.mark.django_db
KIND = Review.Kind


class Desk:
    """A practice with a doctor, a list and the dispensation that opens it."""

    def __init__(self, names: int = 3) -> None:
        self.house = care.practice(doctors=2)
        self.doctor = care.member(self.house, Role.GP, "Anne Lund")
        self.colleague = care.member(self.house, Role.GP, "Bo Friis")
        self.basis = care.legal_basis("case_finding")
        self.bulletin = made.publication("daemp")
        self.names = made.names(self.bulletin, self.house, names)

    @property
    def actor(self):
        return care.acting(self.doctor)

    def client(self, who=None) -> Client:
        return care.log_in(Client(), who or self.doctor)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def decide(desk: Desk, entry: Entry, kind: str, **given) -> Review:
    entry.refresh_from_db()
    return reviewing.decide(desk.actor, entry, entry.version, KIND(kind), **given)


def test_inviting_opens_an_inclusion_and_enrols_nobody(desk):
    decide(desk, desk.names[0], "invite")
    inclusion = Inclusion.objects.get()
    assert (inclusion.citizen_id, inclusion.stage) == (desk.names[0].citizen_id, Stage.TO_INVITE)
    assert inclusion.round == desk.bulletin.round


@pytest.mark.parametrize(
    "reason",
    ["wrong_diagnosis", "well_coordinated", "too_complex", "declines", "moved_or_dead", "not_now", "other"],
)
def test_not_relevant_needs_one_of_the_coded_reasons(desk, reason):
    with pytest.raises(Invalid):
        decide(desk, desk.names[0], "not_relevant")
    assert decide(desk, desk.names[0], "not_relevant", reason=reason).reason == reason


def test_a_name_put_off_comes_back_on_its_day(desk):
    decide(desk, desk.names[0], "later", until=timezone.localdate() + dt.timedelta(days=1))
    waiting = queries.names(desk.actor, "daemp").names
    assert desk.names[0].pk not in [name.entry.pk for name in waiting]
    Entry.objects.filter(pk=desk.names[0].pk).update(later_until=timezone.localdate())
    waiting = queries.names(desk.actor, "daemp").names
    assert desk.names[0].pk in [name.entry.pk for name in waiting]


def test_later_without_a_day_is_the_programmes_period_and_a_past_day_is_refused(desk):
    assert decide(desk, desk.names[0], "later").until == timezone.localdate() + dt.timedelta(days=90)
    with pytest.raises(Invalid):
        decide(desk, desk.names[1], "later", until=timezone.localdate())


def test_the_asked_colleague_meets_the_name_first(desk):
    decide(desk, desk.names[2], "ask", colleague=desk.colleague.user_id)
    assert queries.next_name(care.acting(desk.colleague), "daemp").entry.pk == desk.names[2].pk
    assert queries.next_name(desk.actor, "daemp").entry.pk != desk.names[2].pk


def test_the_asked_colleague_finds_the_name_when_everything_else_is_reviewed_and_reads_the_question(desk):
    client, entry = desk.client(desk.colleague), desk.names[0]
    for name in desk.names[1:]:
        decide(desk, name, "not_relevant", reason="other")
    sent = {"kind": "ask", "version": 0, "colleague": desk.colleague.user_id, "note": "Du var der i går: hvad nu?"}
    desk.client().post(f"/lists/names/{entry.pk}/", sent)
    assert [lists.to_review for lists in queries.overview(care.acting(desk.colleague))] == [1]
    assert [name.entry.pk for name in queries.names(care.acting(desk.colleague), "daemp").names] == [entry.pk]
    card = client.get("/lists/daemp/review/").content.decode()
    assert "Du var der i går: hvad nu?" in card
    assert "Anne Lund" in card
    assert [lists.to_review for lists in queries.overview(desk.actor)] == [0], "the one who asked waits"
    assert [(lists.asked, lists.decided) for lists in queries.overview(desk.actor)] == [(1, 2)]


def test_only_another_doctor_of_the_practice_can_be_asked(desk):
    stranger = care.member(care.practice(), Role.GP)
    secretary = care.member(desk.house, Role.PRACTICE_STAFF)
    for user in (stranger.user_id, secretary.user_id, desk.doctor.user_id, None):
        with pytest.raises(Invalid):
            decide(desk, desk.names[0], "ask", colleague=user)
    assert queries.colleagues(desk.actor) == [desk.colleague.user]


def test_undo_brings_back_what_was_before(desk):
    first = decide(desk, desk.names[0], "later", until=timezone.localdate() + dt.timedelta(days=9))
    second = decide(desk, desk.names[0], "invite")
    entry = reviewing.undo(desk.actor, second)
    assert (entry.state, entry.later_until) == (Entry.State.LATER, first.until)
    assert not Inclusion.objects.exists()
    second.refresh_from_db()
    assert second.undone_by == desk.doctor
    assert reviewing.undo(desk.actor, first).state == Entry.State.OPEN


def test_a_decision_overtaken_by_another_cannot_be_undone(desk):
    first = decide(desk, desk.names[0], "later")
    decide(desk, desk.names[0], "not_relevant", reason="other")
    with pytest.raises(Conflict, match="Anne Lund"):
        reviewing.undo(desk.actor, first)


def test_who_is_to_be_invited_is_not_decided_away(desk):
    decide(desk, desk.names[0], "invite")
    for kind, given in (("not_relevant", {"reason": "other"}), ("invite", {}), ("later", {})):
        with pytest.raises(Conflict):
            decide(desk, desk.names[0], kind, **given)
    assert Inclusion.objects.count() == 1


def test_after_the_inclusion_ended_the_citizen_can_be_invited_again_and_nothing_else(desk):
    entry, client = desk.names[0], desk.client()
    decide(desk, entry, "invite")
    first = Inclusion.objects.select_related("citizen").get()
    assert "Inviter igen" not in client.get(f"/lists/names/{entry.pk}/").content.decode()
    end(desk.actor, first, first.version, "motivation")
    with pytest.raises(Conflict):
        decide(desk, entry, "later")
    assert "Inviter igen" in client.get(f"/lists/names/{entry.pk}/").content.decode()
    again = decide(desk, entry, "invite")
    assert [each.stage for each in Inclusion.objects.order_by("pk")] == [Stage.ENDED, Stage.TO_INVITE]
    assert Inclusion.objects.latest("pk").entry == entry
    assert reviewing.undo(desk.actor, again).state == Entry.State.INVITED
    assert Inclusion.objects.get() == first


def test_a_choice_is_not_undone_after_the_inclusion_ended_or_was_judged(desk):
    first, second = decide(desk, desk.names[0], "invite"), decide(desk, desk.names[1], "invite")
    ended = Inclusion.objects.select_related("citizen").get(entry=desk.names[0])
    end(desk.actor, ended, ended.version, "no_need")
    made.check(Inclusion.objects.get(entry=desk.names[1]), desk.doctor)
    for review in (first, second):
        with pytest.raises(Conflict):
            reviewing.undo(desk.actor, review)


def test_a_need_that_the_programme_does_not_meet_is_told_with_the_decision_and_undone_with_it(desk):
    with pytest.raises(Invalid):
        decide(desk, desk.names[0], "not_relevant", reason="too_complex", need="Aflastning")
    review = decide(desk, desk.names[0], "not_relevant", reason="too_complex", need="Aflastning", route="municipality")
    assert UnmetNeed.objects.get().need == "Aflastning"
    reviewing.undo(desk.actor, review)
    assert not UnmetNeed.objects.exists()


def test_a_basis_for_some_kinds_of_data_shows_those_criteria_only(desk):
    desk.basis.categories = ["social"]
    desk.basis.save()
    name = queries.names(desk.actor, "daemp").names[0]
    assert {each.item for each in name.criteria} == {"living", "home_care"}
    assert name.going_on == []


def test_an_invitation_that_was_sent_cannot_be_undone(desk):
    review = decide(desk, desk.names[0], "invite")
    inclusion = Inclusion.objects.get()
    made.step(inclusion, desk.doctor, "letter")
    with pytest.raises(Conflict):
        reviewing.undo(desk.actor, review)
    review.refresh_from_db()
    assert review.undone_at is None


def test_the_second_of_two_is_told_who_did_what(desk):
    entry, other = desk.names[0], care.acting(desk.colleague)
    version = entry.version
    decide(desk, entry, "not_relevant", reason="too_complex")
    with pytest.raises(Conflict, match=r"Anne Lund.*for komplekst"):
        reviewing.decide(other, entry, version, KIND.INVITE)
    assert Review.objects.filter(undone_at__isnull=True).count() == 1
    assert not Inclusion.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_doctors_deciding_at_once_one_wins():
    desk = Desk(names=1)
    start, outcomes = threading.Barrier(2), []

    def press(who) -> None:
        entry = Entry.objects.select_related("citizen", "publication").get()
        start.wait()
        try:
            reviewing.decide(care.acting(who), entry, 0, KIND.INVITE)
            outcomes.append("won")
        except Conflict:
            outcomes.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(who,)) for who in (desk.doctor, desk.colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["told", "won"]
    assert (Review.objects.count(), Inclusion.objects.count()) == (1, 1)


def test_time_used_is_counted_from_when_the_name_was_shown(desk, monkeypatch):
    shown = reviewing.shown_now(desk.names[0])
    now = reviewing.time.time()
    monkeypatch.setattr(reviewing.time, "time", lambda: now + 42)
    assert decide(desk, desk.names[0], "invite", shown=shown).seconds in {41, 42, 43}


@pytest.mark.parametrize("minutes", [31, -1])
def test_a_long_pause_is_no_work_and_a_clock_that_runs_back_is_not_believed(desk, monkeypatch, minutes):
    shown = reviewing.shown_now(desk.names[0])
    now = reviewing.time.time()
    monkeypatch.setattr(reviewing.time, "time", lambda: now + minutes * 60)
    assert decide(desk, desk.names[0], "invite", shown=shown).seconds is None


def test_a_forged_or_foreign_note_of_time_is_not_believed(desk):
    assert decide(desk, desk.names[0], "invite", shown="forged").seconds is None
    assert decide(desk, desk.names[1], "invite", shown=reviewing.shown_now(desk.names[2])).seconds is None


def test_staff_read_the_list_and_do_not_decide(desk):
    nurse = care.acting(care.member(desk.house, Role.PRACTICE_STAFF))
    assert len(queries.names(nurse, "daemp").names) == 3
    with pytest.raises(Refused):
        reviewing.decide(nurse, desk.names[0], 0, KIND.INVITE)


def test_an_expired_dispensation_closes_the_list(desk):
    desk.basis.until = timezone.localdate() - dt.timedelta(days=1)
    desk.basis.save()
    with pytest.raises(Refused) as refused:
        queries.names(desk.actor, "daemp")
    assert refused.value.decision.reason == "basis_expired"


def test_every_name_shown_is_in_the_citizens_log(desk):
    queries.names(desk.actor, "daemp")
    seen = AccessRecord.objects.filter(resource="practice_list", verb="read", user_id=desk.doctor.user_id)
    assert {row.citizen_id for row in seen} == {entry.citizen_id for entry in desk.names}
    assert {row.basis for row in seen} == {f"legal_basis:{desk.basis.pk}"}


def test_who_moved_to_another_practice_is_no_longer_shown(desk):
    desk.names[0].citizen.practice = care.practice()
    desk.names[0].citizen.save()
    assert len(queries.names(desk.actor, "daemp", show="all").names) == 2


def test_a_list_is_paged_by_score_without_losing_or_repeating_anybody():
    desk = Desk(names=queries.PAGE + 7)
    first = queries.names(desk.actor, "daemp")
    second = queries.names(desk.actor, "daemp", after=first.more)
    assert second.more is None
    assert {n.entry.pk for n in (*first.names, *second.names)} == {e.pk for e in desk.names}
    assert len(first.names) + len(second.names) == len(desk.names)


def test_the_pace_counts_this_weeks_names_and_never_hides_one(desk):
    reviewing.set_pace(desk.actor, 1)
    decide(desk, desk.names[0], "invite")
    assert queries.pace(desk.actor).reached
    assert queries.next_name(desk.actor, "daemp") is not None
    reviewing.set_pace(desk.actor, None)
    assert not queries.pace(desk.actor).reached
    with pytest.raises(Invalid):
        reviewing.set_pace(desk.actor, 0)


def test_the_card_says_why_what_is_going_on_and_what_is_missing():
    desk = Desk(names=0)
    on = RiskList.objects.get()
    criteria = made.criteria(points={"acute_contacts": 2, "home_nursing": 4, "polypharmacy": None})
    entry = made.entry(on, criteria=criteria)
    name = queries.one_name(desk.actor, entry.pk)
    assert [found.words for found in name.earned] == [
        "får hjemmesygepleje",
        "2 akutte sygehuskontakter det seneste halve år",
    ]
    assert name.going_on == ["får hjemmesygepleje"]
    assert [found.item for found in name.missing] == ["polypharmacy"]


def test_25_names_take_25_posts():
    desk = Desk(names=25)
    client = desk.client()
    keys = 0
    page = client.get("/lists/daemp/review/")
    while page.context["name"] is not None:
        name = page.context["name"]
        page = client.post(
            f"/lists/names/{name.entry.pk}/",
            {"kind": "invite", "version": name.entry.version, "shown": page.context["shown"]},
            headers={"HX-Request": "true"},
        )
        assert page.status_code == 200
        keys += 1
    assert keys == 25
    assert Review.objects.filter(seconds__isnull=False).count() == 25


def test_pages_of_the_lists_answer(desk):
    client = desk.client()
    for address in ("/lists/", "/lists/daemp/", "/lists/daemp/?show=decided", "/lists/daemp/review/"):
        assert client.get(address).status_code == 200, address
    assert client.get("/lists/nothing/").status_code == 404
    assert client.get("/lists/daemp/?show=nonsense").status_code == 404


def test_a_conflict_is_shown_on_the_page_and_nothing_is_saved(desk):
    entry = desk.names[0]
    decide(desk, entry, "not_relevant", reason="other")
    answer = desk.client(desk.colleague).post(f"/lists/names/{entry.pk}/", {"kind": "invite", "version": 0})
    assert answer.status_code == 409
    assert "Anne Lund" in answer.content.decode()
    assert not Inclusion.objects.exists()


def test_a_mistake_on_the_form_keeps_the_name(desk):
    answer = desk.client().post(
        f"/lists/names/{desk.names[0].pk}/", {"kind": "later", "version": 0, "until": "01-01-2001"}
    )
    assert answer.status_code == 422
    assert desk.names[0].citizen.name in answer.content.decode()


def test_a_need_is_told_on_the_card_and_a_mistake_loses_nothing_of_it(desk):
    client, here = desk.client(), f"/lists/names/{desk.names[0].pk}/"
    card = client.get(here).content.decode()
    assert '<option value="municipality">' in card
    told = {"kind": "not_relevant", "reason": "too_complex", "version": 0, "need": "Aflastning af ægtefællen"}
    again = client.post(here, told)
    assert again.status_code == 422
    assert ">Aflastning af ægtefællen</textarea>" in again.content.decode()
    assert client.post(here, told | {"route": "municipality"}).status_code == 200
    assert UnmetNeed.objects.get().route == "municipality"
    record = client.get(f"/citizens/{desk.names[0].citizen_id}/").content.decode()
    assert "Aflastning af ægtefællen – Henvist til kommunen" in record


def test_a_day_that_cannot_be_read_is_said_on_the_card(desk):
    sent = {"kind": "later", "version": 0, "until": "i morgen"}
    answer = desk.client().post(f"/lists/names/{desk.names[0].pk}/", sent, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert desk.names[0].citizen.name in answer.content.decode()
    assert 'value="i morgen"' in answer.content.decode(), "it can be mended"


def test_undo_and_pace_by_the_page(desk):
    client = desk.client()
    client.post(f"/lists/names/{desk.names[0].pk}/", {"kind": "invite", "version": 0})
    made_now = Review.objects.get()
    assert client.post(f"/lists/reviews/{made_now.pk}/undo/").status_code == 200
    assert client.post(f"/lists/reviews/{made_now.pk}/undo/").status_code == 409
    assert client.post("/lists/pace/", {"names_per_week": "5"}).status_code == 302
    assert client.post("/lists/pace/", {"names_per_week": "0"}).status_code == 422
