"""What is counted: by route and never by address, person or text, in labels from closed sets."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest
import yaml
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from samspil.access.actor import system
from samspil.access.models import HeldForm, Role
from samspil.config.watching import gauges, metrics, middleware, readiness
from samspil.lists.models import Publication
from samspil.plans.actions import reminders
from tests import care
from tests.config.served import ROOT
from tests.lists import made as lists_made
from tests.plans import made

DAY = dt.timedelta(days=1)
#: How a log-in can end.
OUTCOMES = ("ok", "failed", "wrong_code")
MONDAY = dt.date(2026, 11, 2)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A machine with much to do is no database that is away."""
    monkeypatch.setattr(gauges, "SECONDS", 60.0)


def views(resolver=None, space=""):
    """The name of every address's pattern, as a request knows it."""
    for found in (resolver or get_resolver()).url_patterns:
        if isinstance(found, URLResolver):
            yield from views(found, f"{space}{found.namespace}:" if found.namespace else space)
        elif isinstance(found, URLPattern):
            yield f"{space}{found.name}" if found.name else found.lookup_str


def watching():
    """What the guide to operating says of watching an installation."""
    guide = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    return guide.partition("\n## Watching it\n")[2].partition("\n## ")[0]


def samples(client):
    """What `/metrics` tells on this machine: (name, labels) and value."""
    found = client.get("/metrics")
    assert found.headers["Content-Type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(found.text)
        for sample in family.samples
    }


def value(client, name, **labels):
    return samples(client).get((name, tuple(sorted(labels.items()))), 0)


@pytest.mark.django_db
class TestRequests:
    def test_labels_come_from_closed_sets_whatever_is_asked(self, client):
        care.log_in(client, care.member(role=Role.GP))
        for path in ("/", "/lists/", "/citizens/1/", "/citizens/0405461234/", "/hildegard/", "/?q=hildegard", "/%00"):
            client.get(path)
            client.generic("HILDEGARD", path)
        client.get("/static/hildegard.css")
        closed = {
            "route": {*views(), "static", "unknown"},
            "method": set(metrics.METHODS),
            "status": set(metrics.STATUSES),
            "outcome": set(OUTCOMES),
            "check": set(readiness.CHECKS),
            "le": {*map(str, metrics.BUCKETS), "+Inf"},
        }
        of_the_build = {"version", "python", "django", "database"}
        for name, labels in samples(client):
            if name != "samspil_build_info":
                assert [(key, label) for key, label in labels if label not in closed[key]] == [], name
            else:
                assert {key for key, _label in labels} == of_the_build

    def test_a_request_is_counted_by_its_route_with_its_statements(self, client):
        care.log_in(client, care.member(role=Role.GP))
        client.get("/account/")
        about = {"route": "account", "method": "GET", "status": "2xx"}
        before = samples(client)
        with CaptureQueriesContext(connection) as asked:
            client.get("/account/")
            statements = len(asked)
        after = samples(client)

        def more(name, **labels):
            key = (name, tuple(sorted(labels.items())))
            return after[key] - before[key]

        assert more("samspil_requests_total", **about) == 1
        assert more("samspil_request_seconds_count", route="account") == 1
        assert more("samspil_database_statements_total", route="account") == statements > 0
        assert (
            0
            < more("samspil_database_seconds_total", route="account")
            < more("samspil_request_seconds_sum", route="account")
        )
        assert after["samspil_requests_in_flight", ()] == 0

    def test_probes_are_not_counted(self, client):
        before = {key: found for key, found in samples(client).items() if key[0] == "samspil_requests_total"}
        for path in ("/health/", "/ready/", "/metrics"):
            client.get(path)
        assert before == {key: found for key, found in samples(client).items() if key[0] == "samspil_requests_total"}

    def test_log_ins_are_counted_by_how_they_ended(self, client):
        user = care.user()
        user.set_password("kaffe-og-rundstykker")
        user.save()
        before = {outcome: value(client, "samspil_log_ins_total", outcome=outcome) for outcome in OUTCOMES}
        for word in ("forkert", "kaffe-og-rundstykker"):
            Client().post("/accounts/login/", {"login": user.username, "password": word})
        after = {outcome: value(client, "samspil_log_ins_total", outcome=outcome) for outcome in OUTCOMES}
        more = {outcome: after[outcome] - before[outcome] for outcome in after}
        assert more == {"ok": 1, "failed": 1, "wrong_code": 0}

    def test_a_wrong_code_after_a_right_password_is_counted(self, client):
        user = care.member(role=Role.GP).user
        user.set_password("kaffe-og-rundstykker")
        user.save()
        TOTP.activate(user, "JBSWY3DPEHPK3PXP")
        before = value(client, "samspil_log_ins_total", outcome="wrong_code")
        doctor = Client()
        doctor.post("/accounts/login/", {"login": user.username, "password": "kaffe-og-rundstykker"})
        doctor.post(reverse("mfa_authenticate"), {"code": "not-one"})
        assert value(client, "samspil_log_ins_total", outcome="wrong_code") == before + 1


@pytest.mark.django_db
class TestNumbersOfRequests:
    @pytest.mark.parametrize(
        "given",
        [
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
            "4BF92F3577B34DA6",
        ],
    )
    def test_that_of_a_proxy_is_kept(self, client, given):
        assert client.get("/", headers={middleware.HEADER: given}).headers[middleware.HEADER] == given

    @pytest.mark.parametrize(
        "given",
        [
            "",
            "hildegard-ravnsborg",
            "0405461234",
            "0000000405461234",
            "aaaaaa040546-1234",
            "a" * 65,
            "4bf9\r\nx: y",
            "æ",
        ],
    )
    def test_one_that_could_tell_of_somebody_is_replaced(self, client, given):
        found = client.get("/", headers={middleware.HEADER: given}).headers[middleware.HEADER]
        assert re.fullmatch("[a-z]{16}", found)

    def test_each_request_has_its_own(self, client):
        assert len({client.get("/").headers[middleware.HEADER] for _ in range(8)}) == 8


@pytest.mark.django_db
class TestFigures:
    def figures(self):
        return {figure.name: figure.value for figure in gauges.figures()}

    def test_a_new_installation_has_nothing_and_no_age_of_what_never_was(self):
        found = self.figures()
        assert found.pop("samspil_publication_age_seconds") is None
        assert set(found.values()) == {0}

    def test_they_tell_of_work_and_of_nobody(self):
        doctor = care.member()
        anna, today = care.citizen(doctor.organisation), timezone.localdate()
        for due in (None, today, today - DAY):
            care.task(anna, doctor.organisation, doctor.user, due=due)
        care.task(anna, doctor.organisation, doctor.user, due=today - DAY, closed_at=timezone.now())
        for age in (0, 23, 25):
            at = timezone.now() - dt.timedelta(hours=age)
            HeldForm.objects.create(user=doctor.user, path="/", fields={}, at=at)
        lists_made.publication()
        Publication.objects.update(published_at=timezone.now() - 3 * DAY)
        found = self.figures()
        assert (found["samspil_tasks_open"], found["samspil_tasks_overdue"]) == (3, 1)
        assert found["samspil_held_forms"] == 2
        assert found["samspil_publication_age_seconds"] == pytest.approx(3 * DAY.total_seconds(), abs=60)

    def test_the_access_log_is_counted_with_its_refusals(self, client):
        doctor = care.member()
        own, foreign = care.citizen(doctor.organisation), care.citizen(care.practice())
        care.log_in(client, doctor)
        before = self.figures()["samspil_access_log_rows_total"]
        assert client.get(f"/citizens/{own.pk}/").status_code == 200
        assert client.get(f"/citizens/{foreign.pk}/").status_code == 403
        found = self.figures()
        assert found["samspil_access_log_rows_total"] >= before + 2
        assert found["samspil_access_log_refusals_last_day"] == 1

    def test_promises_not_told_are_those_that_the_next_run_of_remind_tells_of(self, monkeypatch):
        """Day by day for two weeks: a promise by day, one by the hour, one that is kept, and a weekend."""
        doctor = care.member()
        anna = care.citizen(doctor.organisation)
        plan = made.plan(anna, doctor)
        nurse = care.member(role=Role.MUNICIPAL)

        def ask(due, kind, **more):
            return made.ask(anna, nurse.organisation, doctor, kind, due, plan=plan, **more)

        ask(MONDAY, "activity")
        ask(MONDAY + 2 * DAY, "home_care_handover", due_at=care.moment(MONDAY + 2 * DAY, 8))
        kept = ask(MONDAY, "activity")
        kept.task.closed_at = timezone.now()
        kept.task.save()
        told = {}
        for days in range(14):
            now = care.moment(MONDAY + days * DAY, 9)
            monkeypatch.setattr(gauges.timezone, "now", lambda now=now: now)
            before = self.figures()["samspil_promises_not_told"]
            done = reminders.escalate(system(), now)
            assert before == done.told
            after = self.figures()
            assert after["samspil_promises_not_told"] == 0
            told[days] = (before, after["samspil_promises_broken"])
        assert {days: each for days, each in told.items() if each[0]} == {2: (1, 0), 3: (1, 0)}
        assert told[13] == (0, 2)

    def test_they_take_as_many_statements_with_many_rows_as_with_none(self):
        def statements():
            with CaptureQueriesContext(connection) as asked:
                list(gauges.figures())
            return len(asked)

        before = statements()
        doctor = care.member()
        for _ in range(5):
            anna = care.citizen(doctor.organisation)
            made.ask(anna, doctor.organisation, doctor, "activity", timezone.localdate() - 30 * DAY)
        assert statements() == before == 7


class TestSeal:
    def age(self, settings, tmp_path, content):
        settings.LOG_SEALS = tmp_path / "seals.jsonl"
        if content is not None:
            settings.LOG_SEALS.write_text(content, encoding="utf-8")
        return gauges.seal_age().value

    def test_its_age_is_that_of_the_last_line(self, settings, tmp_path):
        old, new = (
            json.dumps({"at": (timezone.now() - age * DAY).isoformat(), "seal": "samspil-log " + "x" * 1300})
            for age in (9, 2)
        )
        age = self.age(settings, tmp_path, f"{old}\n" * 40 + f"{new}\n")
        assert age == pytest.approx(2 * DAY.total_seconds(), abs=60)

    @pytest.mark.parametrize("content", [None, "", "{", "[]\n", '{"at": 7}\n', '{"at": "yesterday"}\n'])
    def test_one_that_cannot_be_read_has_none(self, settings, tmp_path, content):
        assert self.age(settings, tmp_path, content) is None


def test_without_a_database_the_metrics_answer_all_the_same(client, monkeypatch):
    """Without the mark that opens the database, any statement would fail."""
    monkeypatch.setattr(gauges, "_asked", gauges.Asker(lambda: gauges.Found([], ["database"])))
    found = samples(client)
    assert found["samspil_check_ok", (("check", "database"),)] == 0
    assert found["samspil_check_ok", (("check", "home"),)] == 1
    assert ("samspil_tasks_open", ()) not in found


@pytest.mark.django_db
def test_every_metric_that_the_guide_to_operating_names_is_there(client):
    guide = watching()
    named = set(re.findall(r"\bsamspil_[a-z_]+", guide))
    told = generate_latest(metrics.REGISTRY) + generate_latest(gauges_alone())
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", told.decode(), re.MULTILINE))
    there = set(kinds) | {
        f"{name}_{part}" for name, kind in kinds.items() if kind == "histogram" for part in ("bucket", "sum", "count")
    }
    there |= {figure.name for figure in [*gauges.figures(), gauges.seal_age()]}
    assert named - there == set()
    assert there - named == set(), "and the guide names every one"


def test_the_rules_and_the_scrape_of_the_guide_to_operating_can_be_read():
    guide = watching()
    scrape, rules = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL))
    assert scrape["scrape_configs"][0]["job_name"] == "samspil"
    assert [bool(rule["alert"] and rule["expr"] and rule["for"]) for rule in rules["groups"][0]["rules"]] == [True] * 5


def gauges_alone():
    found = CollectorRegistry()
    found.register(gauges.Gauges())
    return found
