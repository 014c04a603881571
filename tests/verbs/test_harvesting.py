"""The second door between the planes: what was done, brought to the lake; of who agreed, and nobody's words."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import stat
from collections import Counter

import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from samspil import cli, verbs
from samspil.access import demo as people
from samspil.access import log
from samspil.access.actions.consent import record_consent, withdraw_consent
from samspil.access.demo_clock import Clock
from samspil.access.models import AccessRecord, Consent, OrganisationKind, User
from samspil.definitions import SamspilError
from samspil.lists.models import Source
from samspil.plans import demo
from samspil.plans.actions.pathways import open_pathway
from samspil.plans.models import Pathway, Referral
from samspil.verbs import harvest_package
from samspil.warehouse.contracts import contract_for
from tests import care
from tests.lists import made as lists
from tests.plans import made as plans

pytestmark = pytest.mark.django_db
D = dt.date(2016, 12, 31)
TABLES = set(contract_for("integrated_care", "1").tables)


@pytest.fixture
def doctor():
    return care.member()


def course(doctor, day=dt.date(2016, 11, 1), answer="yes", **fields):
    """A citizen enrolled from a list on a day, with an answer to the question about evaluation."""
    who = care.citizen(doctor.organisation)
    if answer != "none":
        withdrawn = {"withdrawn_at": timezone.now(), "withdrawn_by": doctor.user} if answer == "withdrawn" else {}
        ended = {"until": timezone.localdate() - dt.timedelta(days=1)} if answer == "expired" else {}
        care.consent(who, "evaluation", doctor.user, given=answer != "no", **withdrawn, **ended)
    return plans.pathway(who, doctor, arm="daemp", opened_at=care.moment(day), **fields)


def read(folder, table):
    return pq.read_table(folder / f"{table}.parquet").to_pylist()


def everything(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.slow
def test_the_demonstration_reaches_the_lake_without_a_rejected_row(tmp_path):
    """Care plane, harvest, ingest: tables with person_id and without CPR numbers."""
    today = timezone.localdate()
    with Clock(today - dt.timedelta(days=200)):
        own = care.practice("Lægerne Storegade")
        citizens = [care.citizen(own, f"Borger {number:02}") for number in range(12)]
        people.seed_demo_people(own, citizens[0])
        care.legal_basis("case_finding")
    doctor = care.acting(User.objects.get(username="demo-gp").memberships.select_related("organisation", "user").get())
    for number, citizen in enumerate(citizens):
        with Clock(today - dt.timedelta(days=150 - number * 3)):
            for purpose in ("participation", "one_plan", "evaluation"):
                record_consent(doctor, citizen, "odense-ic", purpose, purpose != "evaluation" or number % 4 != 3)
            open_pathway(doctor, citizen, "odense-ic", "sad" if number % 2 else "daemp")
    names = lists.names(lists.publication(), own, 3)
    lists.review(names[0], doctor.membership, "not_relevant", "dementia", day=today - dt.timedelta(days=30))
    demo.live(own)

    done = verbs.harvest(tmp_path / "out", today)
    report = verbs.ingest([tmp_path / "out"], tmp_path / "var")
    assert not report.refused, str(report)
    assert [(each.rejected, each.warnings) for each in report.packages] == [(0, [])]
    tables = verbs.tables(tmp_path / "var")
    assert set(tables) >= TABLES
    found = {name: tables[name].to_pyarrow().to_pylist() for name in TABLES}
    assert {name: len(rows) for name, rows in found.items()} == done.counts
    # Some are in another programme too, whose question about evaluation nobody has answered.
    agreed = Consent.objects.filter(purpose="evaluation", given=True).values_list("citizen")
    theirs = Pathway.objects.filter(citizen__in=agreed, programme="odense-ic").count()
    assert len(found["enrolment"]) == theirs < Pathway.objects.filter(programme="odense-ic").count()
    assert 0 < len(found["service_received"]) <= Referral.objects.count()
    assert {"plan_activated", "follow_up", "note_written", "note_read", "goal_by_citizen"} <= {
        row["event"] for row in found["plan_event"]
    }
    assert {row["reason"] for row in found["list_review"]} == {"dementia"}
    courses = {row["course_id"]: row["person_id"] for row in found["enrolment"]}
    assert all(courses[row["course_id"]] == row["person_id"] for row in found["service_received"] + found["plan_event"])
    cprs = {citizen.cpr for citizen in citizens}
    assert not [value for rows in found.values() for row in rows for value in row.values() if value in cprs]
    # The next day, the same package again changes nothing.
    assert verbs.ingest([tmp_path / "out"], tmp_path / "var").packages[0].unchanged


def test_who_has_not_agreed_to_evaluation_is_left_out_and_counted(tmp_path, doctor):
    """Consent to evaluation is the citizen's, each programme by itself; silence is no yes (001 R-CONS-01, -02)."""
    kept = course(doctor)
    for answer in ("no", "withdrawn", "expired", "none"):
        course(doctor, answer=answer)
    elsewhere = course(doctor, answer="none")
    care.consent(elsewhere.citizen, "evaluation", doctor.user, programme="copd")
    done = verbs.harvest(tmp_path, D)
    assert [row["cpr"] for row in read(tmp_path, "enrolment")] == [kept.citizen.cpr]
    assert done.left_out["enrolment"] == Counter(
        {
            "of citizens who said no": 1,
            "of citizens who withdrew": 1,
            "of citizens who agreed for a time that is over": 1,
            "of citizens who never answered": 2,
        }
    )
    (line,) = [row for row in done.rows() if row["table"] == "enrolment"]
    assert (line["rows"], line["left out"]) == (1, 5)
    assert "2 of citizens who never answered" in line["why"]


def test_a_withdrawal_takes_the_citizen_out_of_what_was_delivered_before(tmp_path, doctor):
    """Also their first day, before anything that is still told of: the period reaches back to it."""
    early, late = course(doctor, dt.date(2016, 10, 1)), course(doctor, dt.date(2016, 11, 1))
    for each in (early, late):
        plan = plans.plan(each.citizen, doctor, activated_at=each.opened_at)
        Pathway.objects.filter(pk=each.pk).update(plan=plan)
    verbs.harvest(tmp_path / "out", D)
    verbs.ingest([tmp_path / "out"], tmp_path / "var")
    assert len(verbs.tables(tmp_path / "var")["plan_event"].to_pyarrow()) == 2
    withdraw_consent(care.acting(doctor), early.citizen.consents.get())
    verbs.harvest(tmp_path / "out", D)
    assert not verbs.ingest([tmp_path / "out"], tmp_path / "var").refused
    for table in ("enrolment", "plan_event"):
        assert len(verbs.tables(tmp_path / "var")[table].to_pyarrow()) == 1


def test_decisions_about_names_need_a_legal_basis_and_leave_out_who_said_no(tmp_path, doctor):
    first, second, third = lists.names(lists.publication(), doctor.organisation, 3)
    for name in (first, second, third):
        lists.review(name, doctor, "not_relevant", "dementia")
    care.consent(second.citizen, "evaluation", doctor.user, given=False)
    care.consent(third.citizen, "evaluation", doctor.user)
    done = verbs.harvest(tmp_path, D)
    assert read(tmp_path, "list_review") == []
    assert done.left_out["list_review"] == Counter({"without a legal basis for risk lists in force": 3})
    assert AccessRecord.objects.filter(resource="practice_list", outcome="refused", reason="no_basis").count() == 1
    care.legal_basis("case_finding", title="Dispensation", reference="2014-07")
    done = verbs.harvest(tmp_path, D)
    assert {row["cpr"] for row in read(tmp_path, "list_review")} == {first.citizen.cpr, third.citizen.cpr}
    assert done.left_out["list_review"] == Counter({"of citizens who said no": 1})
    basis = json.loads((tmp_path / "datapackage.json").read_text())["samspil"]["legal_basis"]
    assert basis == "consent to evaluation; Dispensation 2014-07"


def test_everybody_who_is_told_of_can_see_it_in_the_access_log(tmp_path, doctor):
    """Crossing a zone is logged, citizen by citizen, with purpose and basis; who is left out was not told of."""
    kept, left_out = course(doctor), course(doctor, answer="no")
    done = verbs.harvest(tmp_path, D)
    (row,) = log.of_citizen(kept.citizen.pk)
    assert (row.resource, row.verb, row.purpose, row.role) == ("course_events", "read", "improvement", "system")
    assert (row.basis, row.detail) == (f"consent:{kept.citizen.consents.get().pk}", "harvest until 2016-12-31")
    assert not log.of_citizen(left_out.citizen.pk)
    assert done.citizens == 1
    assert not log.verify().faults


def test_nobodys_words_leave(tmp_path, doctor):
    pathway = course(doctor, purpose="HEMMELIGT formål", end_note="HEMMELIGT")
    plan = plans.plan(pathway.citizen, doctor, activated_at=pathway.opened_at)
    Pathway.objects.filter(pk=pathway.pk).update(plan=plan)
    plans.goal(plan, "HEMMELIGT mål", at=care.moment(dt.date(2016, 11, 5)))
    place = plans.provider()
    sent = plans.referral(pathway.citizen, doctor, place.organisation, reason="HEMMELIGT hvorfor")
    Referral.objects.filter(pk=sent.pk).update(sent_at=care.moment(dt.date(2016, 11, 6)))
    verbs.harvest(tmp_path, D)
    assert read(tmp_path, "service_received")
    assert read(tmp_path, "plan_event")
    texts = [str(value) for name in TABLES for row in read(tmp_path, name) for value in row.values()]
    assert not [text for text in texts if "HEMMELIGT" in text or pathway.citizen.name in text]
    assert not [text for text in texts if text == str(pathway.pk)], "a course is not named by its page's number"


def test_the_same_data_and_day_give_the_same_bytes(tmp_path, doctor):
    """Drawn at the end of the last day, whenever the command was run."""
    for number in range(5):
        course(doctor, dt.date(2016, 11, 1 + number))
    verbs.harvest(tmp_path / "one", D)
    verbs.harvest(tmp_path / "two", D)
    verbs.harvest(tmp_path / "two", D)
    assert everything(tmp_path / "one") == everything(tmp_path / "two")
    header = json.loads((tmp_path / "one" / "datapackage.json").read_text())
    assert header["name"] == "integrated-care-2016-12-31"
    assert header["samspil"]["extracted_at"] == "2016-12-31T23:59:59+01:00"
    assert header["samspil"]["period"] == {"from": "2016-11-01", "to": "2016-12-31"}


def test_only_the_owner_can_read_it(tmp_path, doctor):
    course(doctor)
    (tmp_path / "out").mkdir(mode=0o755)
    verbs.harvest(tmp_path / "out", D)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()} == {0o600}


@pytest.mark.parametrize("files", [0, 3, len(TABLES)])
def test_a_harvest_that_is_killed_leaves_nothing_to_ingest_and_can_be_given_again(tmp_path, doctor, monkeypatch, files):
    """Whatever it had come to, also over an earlier harvest."""
    course(doctor)
    out = tmp_path / "out"
    verbs.harvest(out, D - dt.timedelta(days=1))
    written, replace_file = [], harvest_package.replace_file

    def dies(path, content, mode):
        if len(written) == files:
            raise KeyboardInterrupt
        written.append(path)
        replace_file(path, content, mode)

    with monkeypatch.context() as killed:
        killed.setattr(harvest_package, "replace_file", dies)
        with pytest.raises(KeyboardInterrupt):
            verbs.harvest(out, D)
    assert len(written) == files
    with pytest.raises(SamspilError, match=r"no datapackage\.json"):
        verbs.ingest([out], tmp_path / "var")
    verbs.harvest(out, D)
    assert not verbs.ingest([out], tmp_path / "var").refused


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, doctor):
    course(doctor)
    tmp_path.chmod(0o755)
    (tmp_path / "letters.txt").write_text("kære")
    with pytest.raises(SamspilError, match=r"letters\.txt already"):
        verbs.harvest(tmp_path, D)
    (tmp_path / "letters.txt").unlink()
    (tmp_path / "datapackage.json").write_text('{"samspil": {"source": "hospital"}}')
    with pytest.raises(SamspilError, match="a delivery of `hospital`"):
        verbs.harvest(tmp_path, D)
    (tmp_path / "datapackage.json").write_text("?")
    with pytest.raises(SamspilError, match=r"a delivery of `\?` already"):
        verbs.harvest(tmp_path, D)
    assert (tmp_path / "datapackage.json").read_text() == "?"
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert not AccessRecord.objects.filter(resource="course_events").exists()
    with pytest.raises(SamspilError, match="is a file"):
        verbs.harvest(tmp_path / "datapackage.json", D)


def test_a_day_to_come_is_not_harvested_and_yesterday_is_the_last_whole_day(tmp_path):
    today = timezone.localdate()
    with pytest.raises(SamspilError, match="lies ahead"):
        verbs.harvest(tmp_path, today + dt.timedelta(days=1))
    assert verbs.harvest(tmp_path).until == today - dt.timedelta(days=1)


def test_an_empty_care_plane_gives_a_package_that_says_why_it_is_empty(tmp_path):
    done = verbs.harvest(tmp_path / "out", D)
    assert {row["table"] for row in done.rows()} == TABLES
    assert {row["rows"] for row in done.rows()} == {0}
    assert set(done.remarks) >= {"team_meeting", "programme_cost", "perceived_change"}
    assert not verbs.ingest([tmp_path / "out"], tmp_path / "var").refused


def test_a_list_or_another_way_in_stands_with_each_course(tmp_path, doctor):
    """Where an inclusion came from is kept for ever (001 R-CASE-01)."""
    listed, found, without = course(doctor), course(doctor), course(doctor)
    on = lists.risk_list(lists.publication(), doctor.organisation)
    day = dt.date(2016, 11, 1)
    name = lists.entry(on, listed.citizen)
    lists.inclusion(doctor, entry=name, stage="enrolled", day=day)
    lists.inclusion(doctor, citizen=found.citizen, source=Source.NOMINATION, stage="enrolled", day=day)
    verbs.harvest(tmp_path, D)
    assert {row["cpr"]: row["inclusion"] for row in read(tmp_path, "enrolment")} == {
        listed.citizen.cpr: "list",
        found.citizen.cpr: "off_list",
        without.citizen.cpr: "off_list",
    }


def test_the_only_secretariat_is_the_owner(tmp_path):
    verbs.harvest(tmp_path, D)
    assert json.loads((tmp_path / "datapackage.json").read_text())["samspil"]["owner"] == "Samspil"
    care.organisation(OrganisationKind.SECRETARIAT, "Sekretariatet for Integrated Care")
    verbs.harvest(tmp_path, D)
    owner = json.loads((tmp_path / "datapackage.json").read_text())["samspil"]["owner"]
    assert owner == "Sekretariatet for Integrated Care"


COSTS = "programme,arm,payer,kind,from,to,amount\nodense-ic,daemp,region,operation,2016-01-01,2016-12-31,1200000.50\n"


def test_accounts_go_with_a_harvest_and_are_read_by_ingest(tmp_path, doctor):
    """What the care plane does not keep would otherwise be replaced by nothing."""
    course(doctor)
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "programme_cost.csv").write_text(COSTS + "odense-ic,,joint_account,development,2016-01-01,2016-12-31,5\n")
    done = verbs.harvest(tmp_path / "out", D, beside=beside)
    assert done.counts["programme_cost"] == 2
    assert done.remarks["programme_cost"] == f"from {beside}"
    assert "team meetings" in done.remarks["team_meeting"]
    report = verbs.ingest([tmp_path / "out"], tmp_path / "var")
    assert [(each.rejected, each.refused) for each in report.packages] == [(0, None)]
    rows = verbs.tables(tmp_path / "var")["programme_cost"].to_pyarrow().to_pylist()
    assert {(row["arm"], str(row["amount"])) for row in rows} == {("daemp", "1200000.50"), (None, "5.00")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no team_meeting.csv or programme_cost.csv"),
        ("programme;arm\n", "programme_cost.csv:1: the header has no programme"),
        (COSTS + "odense-ic,daemp\n", "programme_cost.csv:3: as many values"),
        (COSTS + "odense-ic,,region,operation,2016-01-01,2016-12-31,1,2\n", "programme_cost.csv:3: as many values"),
        (b"programme\xff", "cannot be read as UTF-8 CSV"),
    ],
)
def test_a_file_beside_that_cannot_be_read_is_told_before_anything_is_written(tmp_path, doctor, content, says):
    course(doctor)
    if content is not None:
        raw = content if isinstance(content, bytes) else content.encode()
        (tmp_path / "programme_cost.csv").write_bytes(raw)
    with pytest.raises(SamspilError, match=says):
        verbs.harvest(tmp_path / "out", D, beside=tmp_path)
    assert not (tmp_path / "out").exists()
    assert not AccessRecord.objects.filter(resource="course_events").exists()


def test_on_the_command_line_it_says_what_was_harvested_and_what_comes_next(tmp_path, doctor, capsys, monkeypatch):
    course(doctor)
    course(doctor, answer="none")
    out = tmp_path / "out"
    monkeypatch.setattr("sys.argv", ["samspil", "harvest", "--out", str(out), "--until", "2016-12-31"])
    with contextlib.suppress(SystemExit):
        cli.main()
    said = capsys.readouterr().out
    assert "Harvested 2016-11-01 to 2016-12-31: 1 citizens" in said
    assert "1 of citizens who never answered" in said
    assert f"samspil ingest {out}" in said
    monkeypatch.setattr("sys.argv", ["samspil", "harvest", "--out", str(out), "--until", "2999-12-31"])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    told = capsys.readouterr().err
    assert (stop.value.code, "lies ahead" in told, "Traceback" in told) == (2, True, False)
