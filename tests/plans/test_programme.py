"""The programmes of an installation: its own folder counts also for the form that all plans share."""

from __future__ import annotations

import pytest

from samspil.plans.programme import plan_format
from samspil.programmes import plan_format as module
from samspil.programmes.plan_format import load_plan_format


@pytest.fixture(autouse=True)
def read_anew():
    plan_format.cache_clear()
    yield
    plan_format.cache_clear()


def test_an_installation_with_a_plan_format_of_its_own_works_by_that(tmp_path, monkeypatch):
    shipped = (module.Path(module.__file__).parent / module.PLAN_FORMAT).read_text(encoding="utf-8")
    days = load_plan_format().rules.stall_after_days.value
    line = f"stall_after_days:\n    value: {days}\n"
    assert line in shipped, "otherwise nothing is changed here"
    changed = shipped.replace(line, f"stall_after_days:\n    value: {days + 7}\n")
    (tmp_path / module.PLAN_FORMAT).write_text(changed, encoding="utf-8")
    monkeypatch.setenv("SAMSPIL_PROGRAMMES", str(tmp_path))
    assert plan_format().rules.stall_after_days.value == days + 7


def test_one_with_programmes_only_works_by_the_form_that_comes_with_samspil(tmp_path, monkeypatch):
    monkeypatch.setenv("SAMSPIL_PROGRAMMES", str(tmp_path))
    assert plan_format() == load_plan_format()
