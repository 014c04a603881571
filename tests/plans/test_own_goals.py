"""Goals of the citizen's own: added, reworded, let go and said yes to, without consequence for anything else."""

from __future__ import annotations

import pytest

from samspil.access.actor import private
from samspil.access.errors import Conflict, Invalid
from samspil.access.log import Refused
from samspil.access.models import CareTask, Notice, Role
from samspil.plans.actions import goals, own_goals
from samspil.plans.actions.parts import WrittenMeanwhile
from samspil.plans.models import Activity, Goal, Plan, Referral, Revision
from tests import care
from tests.plans.own_world import Karen

pytestmark = pytest.mark.django_db


@pytest.fixture
def karen() -> Karen:
    return Karen()


@pytest.fixture
def reader(karen):
    return private(karen.account, Role.CITIZEN)


def test_a_citizen_adds_a_goal_that_is_marked_as_hers(karen, reader):
    """002 PAT-1 (L347-353): each entry marked patient-sourced."""
    made = own_goals.add(reader, karen.plan, "  Jeg vil i kirke om søndagen ", Goal.Domain.SOCIAL)
    assert made.words == "Jeg vil i kirke om søndagen"
    assert made.stated_by == Goal.StatedBy.CITIZEN
    assert made.by == karen.account
    newest = Revision.objects.filter(plan=karen.plan).first()
    assert (newest.kind, newest.what, newest.role) == (Revision.Kind.CITIZEN, "goal_added", "citizen")


def test_an_empty_goal_and_a_subject_that_is_none_are_told_how_to_mend(karen, reader):
    with pytest.raises(Invalid) as told:
        own_goals.add(reader, karen.plan, "   ", Goal.Domain.SOCIAL)
    assert told.value.field == "words"
    with pytest.raises(Invalid) as told:
        own_goals.add(reader, karen.plan, "Jeg vil i kirke", "church")
    assert told.value.field == "domain"


def test_what_a_professional_suggested_becomes_hers_when_she_puts_it_in_her_words(karen, reader):
    suggested = goals.add(
        karen.by_doctor, karen.plan, words="Træne benene", domain="somatic", stated_by=Goal.StatedBy.PROFESSIONAL
    )
    changed = own_goals.reword(reader, suggested, 0, "Jeg vil kunne rejse mig selv")
    assert changed.stated_by == Goal.StatedBy.CITIZEN


def test_what_she_wrote_herself_is_hers_to_reword(karen, reader):
    made = own_goals.add(reader, karen.plan, "Jeg vil i kirke", Goal.Domain.SOCIAL)
    with pytest.raises(Invalid):
        goals.change(karen.by_doctor, made, 0, words="Borgeren skal i kirke")


def test_two_who_write_at_once_are_shown_both_texts(karen, reader):
    goals.change(karen.by_doctor, karen.goal, 0, words="Jeg vil kunne gå til købmanden")
    with pytest.raises(WrittenMeanwhile) as told:
        own_goals.reword(reader, karen.goal, 0, "Jeg vil kunne gå til kirken")
    assert (told.value.theirs, told.value.own) == ("Jeg vil kunne gå til købmanden", "Jeg vil kunne gå til kirken")
    assert karen.plan.drafts.filter(user=karen.account).exists(), "what she wrote is kept"


def test_plan_03_changing_what_one_wants_changes_nothing_else(karen, reader):
    """001 R-PLAN-03 (L2706-2711): motivation must not become demands; changing content never affects status."""

    def everything_else():
        karen.pathway.refresh_from_db()
        karen.plan.refresh_from_db()
        return (
            karen.pathway.state,
            karen.pathway.ended_at,
            karen.plan.state,
            karen.plan.next_follow_up,
            list(Activity.objects.filter(by_citizen=False).order_by("pk").values_list("pk", "state", "due", "goal")),
            list(Referral.objects.values_list("pk", "state")),
            list(CareTask.objects.order_by("pk").values_list("pk", "title", "due", "closed_at")),
        )

    before = everything_else()
    made = own_goals.add(reader, karen.plan, "Jeg vil i kirke", Goal.Domain.SOCIAL)
    own_goals.reword(reader, made, 0, "Jeg vil i kirke hver søndag")
    own_goals.let_go(reader, made, 1)
    own_goals.take_up(reader, made, 2)
    own_goals.reach(reader, made, 3)
    own_goals.let_go(reader, karen.goal, 0)
    own_goals.take_on(reader, karen.plan, "", Plan.Involvement.OTHERS)
    own_goals.write(reader, karen.plan, "what_matters", 1, "Ro.")
    own_goals.did(reader, karen.walk)
    assert everything_else() == before


def test_l_32_how_much_to_take_on_changes_over_time(karen, reader):
    """000 L646-670: many lack energy at first and want more later."""
    own_goals.take_on(reader, karen.plan, "", Plan.Involvement.OTHERS)
    own_goals.take_on(reader, karen.plan, Plan.Involvement.OTHERS, Plan.Involvement.MYSELF)
    karen.plan.refresh_from_db()
    assert karen.plan.involvement == Plan.Involvement.MYSELF
    with pytest.raises(Conflict):
        own_goals.take_on(reader, karen.plan, Plan.Involvement.OTHERS, Plan.Involvement.TOGETHER)


def test_the_accountable_person_is_told_once_until_it_is_read(karen, reader):
    own_goals.add(reader, karen.plan, "Jeg vil i kirke", Goal.Domain.SOCIAL)
    own_goals.add(reader, karen.plan, "Jeg vil se mine børnebørn", Goal.Domain.SOCIAL)
    told = Notice.objects.filter(user=karen.doctor.user, message="citizen_changed_goals")
    assert told.count() == 1
    assert told.get().values == {"name": "Karen Holm"}


def test_the_accountable_person_reads_it_among_the_notices(karen, reader, client):
    own_goals.add(reader, karen.plan, "Jeg vil i kirke", Goal.Domain.SOCIAL)
    page = care.log_in(client, karen.doctor).get("/notices/").content.decode()
    assert "Karen Holm har ændret målene i den plan, du er tovholder for." in page


def test_yes_counts_for_the_goals_that_were_read(karen, reader):
    goals.change(karen.by_doctor, karen.goal, 0, measure="Uden at hvile")
    with pytest.raises(Conflict):
        own_goals.confirm(reader, karen.plan, {karen.goal.pk: 0})
    own_goals.confirm(reader, karen.plan, {karen.goal.pk: 1})
    karen.plan.refresh_from_db()
    assert karen.plan.confirmed_at is not None


def test_nobody_else_changes_goals_in_her_name(karen):
    daughter = care.user("Dorte Holm")
    care.proxy(karen.citizen, daughter, ("read", "consent"))
    stranger = care.citizen_account(care.citizen(karen.house, "En Anden"))
    others = [private(daughter, Role.RELATIVE), private(stranger, Role.CITIZEN), karen.by_doctor]
    for other in others:
        with pytest.raises(Refused):
            own_goals.add(other, karen.plan, "Noget andet", Goal.Domain.SOCIAL)
        with pytest.raises(Refused):
            own_goals.let_go(other, karen.goal, 0)
        with pytest.raises(Refused):
            own_goals.did(other, karen.walk)
    karen.goal.refresh_from_db()
    assert karen.goal.state == Goal.State.OPEN


def test_she_does_not_finish_what_others_promised(karen, reader):
    with pytest.raises(Refused):
        own_goals.did(reader, karen.visit)


def test_texts_that_are_not_hers_to_write_are_refused(karen, reader, client):
    with pytest.raises(Refused):
        own_goals.write(reader, karen.plan, "somatic", 1, "Jeg er rask")
    assert care.log_in(client, karen.account).get("/me/plan/write/somatic/").status_code == 404


def test_a_goal_is_added_changed_and_let_go_on_the_pages(karen, client):
    client = care.log_in(client, karen.account)
    answer = client.post("/me/plan/goals/new/", {"words": "Jeg vil i kirke", "domain": "social"})
    assert answer.status_code == 302
    made = Goal.objects.get(words="Jeg vil i kirke")
    answer = client.post(f"/me/plan/goals/{made.pk}/", {"words": "Jeg vil synge", "domain": "social", "version": 0})
    assert answer.status_code == 302
    client.post(f"/me/plan/goals/{made.pk}/let-go/", {"version": 1})
    made.refresh_from_db()
    assert (made.words, made.state) == ("Jeg vil synge", Goal.State.LET_GO)
    page = client.get("/me/plan/").content.decode()
    assert "Tag det op igen" in page


def test_a_page_that_is_old_shows_both_texts_and_saves_the_second_time(karen, client):
    goals.change(karen.by_doctor, karen.goal, 0, words="Jeg vil kunne gå til købmanden")
    client = care.log_in(client, karen.account)
    at = f"/me/plan/goals/{karen.goal.pk}/"
    answer = client.post(at, {"words": "Jeg vil til kirken", "domain": "somatic", "version": 0})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Jeg vil kunne gå til købmanden" in page
    assert "Jeg vil til kirken" in page
    answer = client.post(at, {"words": "Jeg vil til kirken", "domain": "somatic", "version": 1})
    assert answer.status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999", "\x00"])
def test_a_version_that_is_none_changes_nothing(karen, client, version):
    client = care.log_in(client, karen.account)
    answer = client.post(f"/me/plan/goals/{karen.goal.pk}/let-go/", {"version": version})
    assert answer.status_code in {302, 400}
    karen.goal.refresh_from_db()
    assert karen.goal.state == Goal.State.OPEN


def test_a_closed_plan_is_changed_no_more(karen, client, reader):
    Plan.objects.filter(pk=karen.plan.pk).update(state="closed", closed_at=karen.plan.opened_at)
    with pytest.raises(Conflict):
        own_goals.add(reader, karen.plan, "Jeg vil i kirke", Goal.Domain.SOCIAL)
    assert care.log_in(client, karen.account).get("/me/plan/goals/new/").status_code == 404
