"""The demonstration: a log-in for each role, and only there."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from samspil.access import demo
from samspil.access.actor import private, system
from samspil.access.models import Category, LegalBasis, Membership, Proxy, Role, User
from samspil.access.policy import Resource, may, opened_by_task
from samspil.definitions import SamspilError
from tests import care

pytestmark = pytest.mark.django_db


@pytest.fixture
def seeded():
    """The demonstration's people, in the larger of two practices."""
    small, large = care.practice("Lægerne Lillegade"), care.practice("Lægerne Storegade")
    care.citizen(small, "Anna Ager")
    care.citizen(large, "Bent Bro")
    care.citizen(large, "Carl Dam")
    return demo.seed_demo_people()


def test_there_is_one_for_every_role(seeded):
    assert {found.role for found in seeded} == {
        role for role in Role if role.is_professional or role in {Role.CITIZEN, Role.RELATIVE}
    }
    assert sum(found.role == Role.GP for found in seeded) == 2


def test_the_practice_is_the_one_with_most_citizens_unless_another_is_named(seeded):
    assert {found.place for found in seeded if found.role == Role.GP} == {"Lægerne Storegade"}


def test_a_practice_and_a_citizen_can_be_chosen():
    place = care.practice("Lægerne Havnegade")
    chosen = care.citizen(place, "Dorthe Eg")
    demo.seed_demo_people(place, chosen)
    assert User.objects.get(username="demo-citizen").citizen == chosen
    assert Proxy.objects.get().citizen == chosen


def test_doing_it_again_changes_nothing(seeded):
    before = (User.objects.count(), Membership.objects.count(), LegalBasis.objects.count(), Proxy.objects.count())
    assert demo.seed_demo_people() == seeded
    after = (User.objects.count(), Membership.objects.count(), LegalBasis.objects.count(), Proxy.objects.count())
    assert before == after


def test_the_demonstration_has_what_its_flows_need(seeded):
    assert may(system(), "write", Resource("practice_list"), "case_finding")
    relative = User.objects.get(username="demo-relative")
    citizen = User.objects.get(username="demo-citizen").citizen
    assert may(private(relative, Role.RELATIVE), "read", Resource("citizen_page", citizen), "self")


def test_consent_still_decides_in_the_demonstration(seeded):
    """The statute opens health data to a hospital with a task, and nothing else to anybody."""
    citizen = User.objects.get(username="demo-citizen").citizen
    opened = {}
    for role in (Role.HOSPITAL, Role.MUNICIPAL, Role.PSYCHOLOGIST, Role.NGO):
        member = Membership.objects.get(user__username=f"demo-{role.value}")
        opened[role] = set(opened_by_task(member.organisation, citizen))
    assert opened == {
        Role.HOSPITAL: {Category.HEALTH}, Role.MUNICIPAL: set(), Role.PSYCHOLOGIST: set(), Role.NGO: set()
    }  # fmt: skip


def test_without_a_practice_it_says_what_to_do():
    with pytest.raises(SamspilError, match="publish a run first"):
        demo.seed_demo_people()


def test_the_page_is_not_there_unless_it_is_a_demonstration(client, seeded, settings):
    settings.DEMO = False
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/", {"person": "gp"}).status_code == 404
    assert "/demo/" not in client.get("/").text + client.get("/accounts/login/").text
    assert "_auth_user_id" not in client.session


def test_the_front_page_and_the_log_in_page_lead_there(client, settings):
    settings.DEMO = True
    assert "/demo/" in client.get("/").text
    assert "/demo/" in client.get("/accounts/login/").text


@pytest.mark.parametrize(
    "key",
    [
        "gp",
        "gp2",
        "practice_staff",
        "municipal",
        "hospital",
        "psychologist",
        "ngo",
        "team_chair",
        "secretariat",
        "analyst",
        "dpo",
        "administrator",
        "citizen",
        "relative",
    ],
)
def test_one_click_logs_in_with_both_factors(client, seeded, settings, key):
    settings.DEMO = True
    assert f'value="{key}"' in client.get("/demo/").text
    assert client.post("/demo/", {"person": key}).headers["Location"] == "/"
    page = client.get("/")
    assert page.status_code == 200
    assert page.context["user"].username == f"demo-{key}"
    assert page.context["actor"].role == (key if key != "gp2" else Role.GP)


def test_one_can_go_from_one_person_to_another(client, seeded, settings):
    settings.DEMO = True
    client.post("/demo/", {"person": "gp"})
    client.post("/demo/", {"person": "dpo"})
    assert client.get("/").context["actor"].role == Role.DATA_PROTECTION_OFFICER


def test_nobody_outside_the_demonstration_can_be_entered(client, seeded, settings):
    settings.DEMO = True
    real = care.member(role=Role.DATA_PROTECTION_OFFICER).user
    for person in (real.username, f"../{real.username}", "", "demo-gp"):
        assert client.post("/demo/", {"person": person}).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("hosts", "refused"),
    [(["localhost", "127.0.0.1", "[::1]"], False), (["localhost", "samspil.rsyd.dk"], True), (["*"], True)],
)
def test_a_demonstration_is_not_put_into_operation_for_others(settings, hosts, refused):
    settings.DEMO, settings.ALLOWED_HOSTS = True, hosts
    if not refused:
        call_command("check", "--deploy", "--tag", "security", "--fail-level", "ERROR")
        return
    with pytest.raises(SystemCheckError, match=r"samspil\.E001"):
        call_command("check", "--deploy", "--tag", "security", "--fail-level", "ERROR")
