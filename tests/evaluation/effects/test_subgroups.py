"""Effects in subgroups: each with its own n, opposite ones side by side, none pooled."""

from __future__ import annotations

from dataclasses import fields

import pytest

from samspil.evaluation.effects.estimate import Effect, Verdict, verdict
from samspil.evaluation.effects.subgroups import in_subgroup
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.study_result import SubgroupEffect
from tests.evaluation.effects.made_panels import made_panel, plain


def test_eval_4_two_subgroups_with_opposite_effects_are_both_shown_and_no_pooled_figure() -> None:
    """002 EVAL-4, L1910-1914, L3821-3824: here half gain what the others lose, and together it looks like nothing."""
    panel = made_panel({"a": -1.0, "b": -1.0, "c": 1.0, "d": 1.0})
    names = panel.frame.drop_duplicates("unit").set_index("unit")["cluster"]
    inside = set(names[names.isin(["a", "b", "other a", "other b"])].index)
    found = in_subgroup("oldest", panel, inside, plain)
    assert isinstance(found.inside, Effect)
    assert isinstance(found.outside, Effect)
    assert found.inside.estimate.value == pytest.approx(-1.0, abs=0.25)
    assert found.outside.estimate.value == pytest.approx(1.0, abs=0.25)
    assert (found.inside.treated, found.inside.comparison) == (20, 20)
    assert (found.outside.treated, found.outside.comparison) == (20, 20)
    assert (verdict(found.inside, "fewer"), verdict(found.outside, "fewer")) == (Verdict.BETTER, Verdict.WORSE)
    together = plain(panel)
    assert verdict(together, "fewer") is Verdict.UNDETERMINED
    assert [field.name for field in fields(SubgroupEffect)] == ["subgroup", "inside", "outside"]


def test_a_subgroup_too_small_is_unknown_and_the_others_are_told() -> None:
    panel = made_panel({"a": -1.0, "b": -1.0})
    found = in_subgroup("few", panel, [0, 1, 2, 20, 21, 22, 23, 24], plain)
    assert found.inside == Unknown.because(Reason.FEW_PERSONS, persons=3, needed=5)
    assert isinstance(found.outside, Effect)
    assert found.outside.treated == 17
    assert in_subgroup("nobody", panel, [], plain).inside == Unknown.because(Reason.FEW_PERSONS, persons=0, needed=5)
