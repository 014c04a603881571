"""The access log cannot be rewritten unnoticed: what the database refuses, and what verifying finds."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import override_settings

from samspil import cli, verbs
from samspil.access import log, triggers
from samspil.access.actor import Actor
from samspil.access.log import CHAINS
from samspil.access.models import AccessRecord, Chain, Role
from samspil.access.policy import Decision, Resource
from samspil.definitions import SamspilError
from tests import care

ALLOWED = Decision(True, basis="role")


def looks(actor, count, citizen=None):
    """Write `count` rows of one organisation."""
    resource = Resource("citizen_record", citizen)
    log.append(
        [log.entry(actor, "read", resource, "care", ALLOWED, detail=f"look {number}") for number in range(count)]
    )


@pytest.fixture(autouse=True)
def seals_file(settings, tmp_path):
    """Where seals are kept, each test by itself: a database that is emptied between tests fits no earlier seal."""
    settings.LOG_SEALS = tmp_path / "seals.jsonl"
    return settings.LOG_SEALS


@pytest.fixture
def doctor(db):
    return care.actor(Role.GP)


@pytest.fixture
def five(doctor):
    """Five rows of one organisation; the number of their chain."""
    looks(doctor, 5)
    return doctor.organisation_id % CHAINS


@pytest.fixture
def tampering(db):
    """As somebody who may do anything in the database: the triggers are gone for the test."""
    triggers.remove(connection)
    yield
    triggers.install(connection)


def row(chain, position):
    return AccessRecord.objects.filter(chain=chain, position=position)


def head(chain):
    return Chain.objects.filter(number=chain)


# What the database refuses.


@pytest.mark.django_db
def test_the_database_refuses_to_change_a_row(five):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row(five, 2).update(user_name="Somebody else")


@pytest.mark.django_db
def test_the_database_refuses_to_remove_a_row(five):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_accessrecord WHERE position = 2")


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_the_log(five):
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE access_accessrecord")


# What verifying finds.


@pytest.mark.django_db
def test_a_log_that_nobody_touched_is_whole(five):
    found = log.verify()
    assert (found.rows, found.faults) == (5, [])
    assert log.verify(found.seal).faults == []


@pytest.mark.django_db
def test_an_empty_log_is_whole():
    assert log.verify().faults == []
    assert log.seal_now() == "samspil-log "


@pytest.mark.django_db
def test_a_log_that_has_grown_since_still_fits_its_seal(five, doctor):
    seal = log.seal_now()
    looks(doctor, 3)
    assert log.verify(seal).faults == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"user_name": "Somebody else"},
        {"outcome": "refused"},
        {"citizen_id": 4711},
        {"basis": "consent:1"},
        {"organisation_name": ""},
        {"digest": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_row_shows(five, tampering, change):
    row(five, 2).update(**change)
    (fault,) = log.verify().faults
    assert f"chain {five}: row 2 (id" in fault
    assert "was changed" in fault


@pytest.mark.django_db
def test_a_changed_moment_shows(five, tampering):
    found = row(five, 0).get()
    row(five, 0).update(at=found.at.replace(microsecond=(found.at.microsecond + 1) % 1_000_000))
    assert "row 0" in log.verify().faults[0]


@pytest.mark.django_db
def test_a_row_taken_out_of_the_middle_shows(five, tampering):
    row(five, 2).delete()
    assert log.verify().faults == [f"chain {five}: row 2 is missing"]


@pytest.mark.django_db
def test_a_row_taken_out_shows_also_when_the_others_close_ranks(five, tampering):
    row(five, 2).delete()
    row(five, 3).update(position=2)
    row(five, 4).update(position=3)
    head(five).update(length=4)
    assert "row 2 (id" in log.verify().faults[0]


@pytest.mark.django_db
def test_rows_cut_off_the_end_show(five, tampering):
    AccessRecord.objects.filter(chain=five, position__gte=3).delete()
    assert log.verify().faults == [f"chain {five}: rows at its end are missing, or its head was changed"]


@pytest.mark.django_db
def test_a_head_that_hides_the_cut_is_found_with_the_seal_alone(five, tampering):
    """Against who can write to both tables, only a seal that was kept elsewhere helps."""
    seal = log.seal_now()
    last = row(five, 2).get()
    AccessRecord.objects.filter(chain=five, position__gte=3).delete()
    head(five).update(length=3, digest=last.digest)
    assert log.verify().faults == []
    assert log.verify(seal).faults == [f"chain {five}: differs from the seal"]


@pytest.mark.django_db
def test_a_chain_that_is_gone_is_found_with_the_seal(five, tampering):
    seal = log.seal_now()
    AccessRecord.objects.filter(chain=five).delete()
    head(five).delete()
    assert log.verify(seal).faults == [f"chain {five}: differs from the seal"]


@pytest.mark.django_db
def test_a_head_set_back_does_not_hide_rows(five):
    last = row(five, 2).get()
    head(five).update(length=3, digest=last.digest)
    assert log.verify().faults == [f"chain {five}: rows stand beyond its head"]


@pytest.mark.django_db
def test_a_head_taken_away_does_not_hide_rows(five):
    head(five).delete()
    assert log.verify().faults == [f"chain {five}: rows stand beyond its head"]


@pytest.mark.django_db
def test_a_row_forged_with_another_key_shows(five, doctor):
    with override_settings(LOG_KEY="a key that somebody guessed"):
        looks(doctor, 1)
    (fault,) = log.verify().faults
    assert f"chain {five}: row 5 (id" in fault


@pytest.mark.django_db
def test_a_row_put_in_between_shows(five, tampering):
    row(five, 4).update(position=5)
    forged = row(five, 3).get()
    forged.pk, forged.position = None, 4
    forged.save(force_insert=True)
    head(five).update(length=6)
    assert "row 4 (id" in log.verify().faults[0]


@pytest.mark.django_db
def test_each_broken_chain_tells_its_first_fault(five, tampering):
    other = care.actor(Role.GP)
    while other.organisation_id % CHAINS == five:
        other = care.actor(Role.GP)
    looks(other, 3)
    row(five, 1).update(detail="x")
    row(five, 3).update(detail="x")
    row(other.organisation_id % CHAINS, 0).update(detail="x")
    assert len(log.verify().faults) == 2


@pytest.mark.parametrize("text", ["hello", "samspil-log 1:2", "samspil-log a:b:c", "samspil-log 1:2:3:4"])
def test_what_is_no_seal_is_told_so(text):
    with pytest.raises(SamspilError, match="no seal of an access log"):
        log.read_seal(text)


# Rows are written whole, in order, by many at once.


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_time_keep_every_chain_whole():
    actors = [care.actor(Role.GP) for _ in range(3)]

    def write(number: int) -> None:
        try:
            looks(Actor(Role.GP, actors[number % 3].user, actors[number % 3].membership, "x"), 1 + number % 4)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    found = log.verify()
    assert (found.rows, found.faults) == (sum(1 + number % 4 for number in range(40)), [])


@pytest.mark.django_db(transaction=True)
def test_verifying_while_others_write_finds_no_fault():
    doctor = care.actor(Role.GP)
    looks(doctor, 1)

    def write() -> None:
        try:
            for _ in range(30):
                looks(doctor, 2)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        faults = [log.verify().faults]
        while not writing.done():
            faults.append(log.verify().faults)
        writing.result()
    assert [found for found in faults if found] == []
    assert log.verify().rows == 61


@pytest.mark.django_db
def test_a_refusal_that_ended_a_transaction_leaves_the_chain_whole(doctor):
    with transaction.atomic():
        looks(doctor, 2)
        transaction.set_rollback(True)
    looks(doctor, 1)
    assert (log.verify().rows, log.verify().faults) == (1, [])


# The command.


def command(capsys, monkeypatch, *arguments):
    """The command in this process: (exit code, standard output, standard error)."""
    monkeypatch.setattr(sys, "argv", ["samspil", "access-log", *map(str, arguments)])
    try:
        cli.main()
        code = 0
    except SystemExit as stop:
        code = stop.code or 0
    shown = capsys.readouterr()
    return code, shown.out, shown.err


@pytest.mark.django_db
def test_the_command_verifies_and_prints_the_seal(five, capsys, monkeypatch, tmp_path):
    _, seal, _ = command(capsys, monkeypatch, "seal")
    code, out, _ = command(capsys, monkeypatch, "verify", "--seal", seal.strip())
    assert (code, out.splitlines()[-1]) == (0, seal.strip())
    kept = tmp_path / "seal.txt"
    kept.write_text(seal, encoding="utf-8")
    assert command(capsys, monkeypatch, "verify", "--seal-file", kept)[0] == 0


@pytest.mark.django_db
def test_the_command_ends_with_one_when_something_was_changed(five, tampering, capsys, monkeypatch):
    row(five, 2).update(detail="nothing to see")
    code, out, err = command(capsys, monkeypatch, "verify")
    assert code == 1
    assert "row 2 (id" in out
    assert "tampered with" in err
    assert "samspil-log" not in out


@pytest.mark.django_db
def test_the_command_says_what_is_no_seal(capsys, monkeypatch):
    code, _, err = command(capsys, monkeypatch, "verify", "--seal", "hello")
    assert code == 2
    assert "no seal of an access log" in err


@pytest.mark.django_db
def test_the_verb_shows_itself(five, tampering):
    assert "rows read" in str(verbs.verify_access_log())
    row(five, 0).delete()
    assert "row 0 is missing" in str(verbs.verify_access_log())


# Seals that are kept outside the database.


def cut(chain, position):
    """Rows from `position` on are gone, and the head says so too: what the database alone cannot show."""
    last = row(chain, position - 1).get()
    AccessRecord.objects.filter(chain=chain, position__gte=position).delete()
    head(chain).update(length=position, digest=last.digest)


@pytest.mark.django_db
@pytest.mark.parametrize("keep", [verbs.seal_access_log, verbs.verify_access_log])
def test_an_end_that_was_cut_off_shows_against_the_kept_seal(five, tampering, keep):
    keep()
    cut(five, 3)
    (fault,) = log.verify().faults
    assert fault.startswith(f"chain {five}: differs from the seal kept 20")
    assert not verbs.verify_access_log().whole
    assert not verbs.verify_access_log().whole, "what was found is not sealed as if it were right"


@pytest.mark.django_db
def test_the_end_is_proven_up_to_the_last_seal_only(five, tampering, doctor):
    verbs.seal_access_log()
    looks(doctor, 2)
    cut(five, 6)
    assert log.verify().faults == []


@pytest.mark.django_db
def test_seals_are_added_and_for_the_owner_only(five, seals_file, doctor):
    first = verbs.seal_access_log()
    looks(doctor, 1)
    second = verbs.verify_access_log().seal
    kept = [json.loads(line) for line in seals_file.read_text().splitlines()]
    assert [one["seal"] for one in kept] == [first, second]
    assert seals_file.stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_the_application_keeps_a_seal_when_a_chain_has_grown(
    doctor, seals_file, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(log, "SEAL_EVERY", 4)
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        for count in (3, 1, 2, 9):
            looks(doctor, count)
    assert len(callbacks) == 2
    assert json.loads(seals_file.read_text().splitlines()[-1])["seal"] == log.seal_now()


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_taken_back_are_not_sealed(seals_file, monkeypatch):
    monkeypatch.setattr(log, "SEAL_EVERY", 4)
    doctor = care.actor(Role.GP)
    with transaction.atomic():
        looks(doctor, 5)
        transaction.set_rollback(True)
    assert not seals_file.exists()
    looks(doctor, 5)
    assert seals_file.read_text().count("\n") == 1
    assert log.verify().faults == []


@pytest.mark.django_db(transaction=True)
def test_a_home_that_cannot_be_written_stops_nobody(settings, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(log, "SEAL_EVERY", 4)
    settings.LOG_SEALS = tmp_path / "nowhere" / "seals.jsonl"
    looks(care.actor(Role.GP), 5)
    assert AccessRecord.objects.count() == 5
    assert "cannot be kept" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_seal_that_fails_stops_nobody(monkeypatch):
    monkeypatch.setattr(log, "SEAL_EVERY", 4)
    monkeypatch.setattr(log, "seal_now", lambda: 1 / 0)
    looks(care.actor(Role.GP), 5)
    assert AccessRecord.objects.count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["half a li", '{"at": "2026-01-01"}', "[]", '{"at": "x", "seal": "hello"}'])
def test_kept_seals_that_cannot_be_read_are_told(seals_file, text):
    seals_file.write_text(text)
    with pytest.raises(SamspilError, match="seal"):
        log.verify()
