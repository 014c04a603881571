"""Lines of log: what may be told of a record, and what never is."""

from __future__ import annotations

import json
import logging
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from samspil.access.models import Citizen
from samspil.config.watching import lines
from tests import care

CPR, NAME = "0405461234", "Hildegard Ravnsborg"


def record(name="samspil.access", message="a thing happened", *values, level=logging.WARNING, error=None, **extra):
    exc_info = (type(error), error, error.__traceback__) if error is not None else None
    made = logging.LogRecord(name, level, __file__, 7, message, values, exc_info)
    made.__dict__.update(extra)
    return made


def raised(error):
    try:
        raise error
    except type(error):
        return sys.exc_info()[1]


def test_what_our_own_code_says_is_told():
    told = lines.told(record("samspil.access.seals", "no seal for %s days", 3))
    assert (told["logger"], told["level"], told["message"]) == ("samspil.access.seals", "warning", "no seal for 3 days")


@pytest.mark.parametrize(
    "written", [CPR, "040546-1234", "040546 1234", f"x{CPR}y", f"/citizens/{CPR}/", f"({CPR},040546-1234)"]
)
def test_whatever_looks_like_a_cpr_number_is_masked(written):
    told = lines.told(record("samspil", "found %s", written, route=written))
    for text in (told["message"], told["route"]):
        assert lines.MASK in text
        assert not any(part in text for part in ("040546", "1234"))


def test_what_is_no_cpr_number_stays():
    for text in ("12345", "port 60965 (14489)", "123456789", "01234567890", "2026-11-28T06:57:37.094+00:00"):
        assert lines.masked(text) == text


@pytest.mark.parametrize("logger", ["django.db.backends", "some.library", "samspilx", "py.warnings"])
def test_of_others_the_template_and_the_place_are_told_and_no_value(logger):
    told = lines.told(record(logger, "could not write %s", NAME))
    assert told["message"] == "could not write %s"
    assert told["where"] == "tests/config/test_lines.py:7"
    assert lines.told(record(logger, f"could not write {NAME}"))["message"] == ""


def test_of_gunicorn_what_it_says_of_itself_is_told_and_nothing_of_a_request():
    assert lines.told(record("gunicorn.error", "Booting %s", 12, level=logging.INFO))["message"] == "Booting 12"
    assert lines.told(record("gunicorn.error", "Error handling request %s", f"/{NAME}"))["message"] == (
        "Error handling request %s"
    )


def test_an_answer_is_told_by_its_status_and_not_by_its_address():
    told = lines.told(record("django.request", "%s: %s", "Not Found", f"/citizens/{NAME}/", status_code=404))
    assert told["message"] == "404 Not Found"


def test_of_an_exception_its_types_and_places_are_told_and_no_message():
    try:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise ValueError(f"{NAME} {CPR}") from error
    except ValueError as error:
        told = lines.told(record(error=error))
    assert [each["type"] for each in told["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert all(each["frames"][0].startswith("tests/config/test_lines.py:") for each in told["exception"])
    assert NAME not in json.dumps(told)


@pytest.mark.django_db
def test_what_the_database_says_of_a_row_is_not_told():
    known = care.citizen(name=NAME, cpr=CPR)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Citizen.objects.create(person_id=known.person_id + 1, cpr=CPR, name=NAME, birth_date=known.birth_date)
    told = lines.told(record(error=caught.value))
    assert told["exception"][0]["type"] == "django.db.utils.IntegrityError"
    assert told["exception"][1].get("sqlstate", "23505") == "23505"
    for secret in (NAME, CPR, lines.MASK, "DETAIL"):
        assert secret not in json.dumps(told)


def test_only_our_own_lines_carry_what_is_known_of_a_request():
    about = {"route": "front", "status": 200}
    assert lines.told(record(**about)).items() >= about.items()
    assert not lines.told(record("some.library", **about)).keys() & about.keys()


def test_a_line_carries_the_number_of_its_request():
    token = lines.REQUEST.set("abcdefgh")
    try:
        assert lines.told(record("some.library", "%s", 1))["request"] == "abcdefgh"
    finally:
        lines.REQUEST.reset(token)
    assert "request" not in lines.told(record())


def test_the_form_is_json_or_text(monkeypatch):
    broken = record("samspil.access", "æ\nø", error=raised(ValueError(NAME)), route="front")
    monkeypatch.setenv("SAMSPIL_LOG", "json")
    line = lines.formatter().format(broken)
    assert "\n" not in line
    assert json.loads(line)["message"] == "æ\nø"
    monkeypatch.setenv("SAMSPIL_LOG", "")
    text = lines.formatter().format(broken)
    assert "WARNING samspil.access: æ\nø route=front" in text
    assert "builtins.ValueError" in text
    assert NAME not in text
    monkeypatch.setenv("SAMSPIL_LOG", "xml")
    with pytest.raises(ImproperlyConfigured, match="SAMSPIL_LOG is `xml`"):
        lines.formatter()


def test_djangos_own_handlers_are_gone():
    """They would print, or mail to administrators, what an exception says."""
    assert logging.getLogger("django").handlers == []
    assert lines.TextLine in {type(handler.formatter) for handler in logging.getLogger().handlers}
