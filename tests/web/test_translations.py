"""Every text of the pages is in Danish, once, and whole."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "messages.py"


@pytest.fixture
def messages(monkeypatch):
    """The developers' command."""

    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "messages", module)
    spec.loader.exec_module(module)
    return module


def test_every_text_of_the_pages_is_in_danish(messages):
    faults = messages.check()
    assert not faults, "\n".join(faults)


@pytest.fixture
def small(messages, tmp_path, monkeypatch):
    """A room with a page and some code."""
    room = tmp_path / "samspil" / "room"
    (room / "templates").mkdir(parents=True)
    (room / "apps.py").touch()
    (room / "views.py").write_text("_('Saved.')\nngettext('%d name', '%d names', 3)\npgettext('role', 'Chair')\n")
    (room / "templates" / "page.html").write_text(
        "{% load i18n %}\n  <h1>{% translate 'Good morning' %}</h1>\n"
        "{% blocktranslate with name=user.name %}Hello {{ name }}{% endblocktranslate %}\n"
    )
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    monkeypatch.setattr(messages, "PACKAGE", tmp_path / "samspil")
    return room


def test_what_is_missing_is_told_with_file_and_line(messages, small):
    assert messages.check() == [
        "samspil/room/templates/page.html:2: “Good morning” is not in Danish",
        "samspil/room/templates/page.html:3: “Hello %(name)s” is not in Danish",
        "samspil/room/views.py:1: “Saved.” is not in Danish",
        "samspil/room/views.py:2: “%d name” is not in Danish",
        "samspil/room/views.py:3: “Chair” is not in Danish",
    ]


def test_updating_adds_what_is_missing_and_the_check_then_asks_for_the_words(messages, small, capsys):
    messages.update()
    assert "5 added, 0 removed" in capsys.readouterr().out
    assert all(fault.endswith("is empty") for fault in messages.check())
    assert len(messages.check()) == 5


def test_what_is_not_used_any_more_is_told_and_removed(messages, small):
    messages.update()
    (small / "views.py").write_text("")
    assert sum(fault.endswith("is not used") for fault in messages.check()) == 3
    messages.update()
    assert not any(fault.endswith("is not used") for fault in messages.check())


def test_a_guess_is_no_translation(messages, small):
    messages.update()
    file = small / "locale/da/LC_MESSAGES/django.po"
    text = file.read_text().replace('msgid "Saved."\nmsgstr ""', '#, fuzzy\nmsgid "Saved."\nmsgstr "Gemt."')
    file.write_text(text)
    assert any("“Saved.” is a guess" in fault for fault in messages.check())


def test_a_text_has_one_translation_wherever_it_stands(messages, small, tmp_path):
    messages.update()
    other = tmp_path / "samspil" / "other"
    (other / "locale/da/LC_MESSAGES").mkdir(parents=True)
    (other / "apps.py").touch()
    ours = (small / "locale/da/LC_MESSAGES/django.po").read_text()
    for place, words in ((small, "Gemt."), (other, "Det er gemt.")):
        text = ours.replace('msgid "Saved."\nmsgstr ""', f'msgid "Saved."\nmsgstr "{words}"')
        (place / "locale/da/LC_MESSAGES/django.po").write_text(text)
    assert any("“Saved.” is translated differently" in fault for fault in messages.check())
