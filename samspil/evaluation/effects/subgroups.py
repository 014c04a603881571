"""Whether it helped some and not others: the effect inside and outside a subgroup, each with its own n (002 EVAL-4)."""

from __future__ import annotations

from collections.abc import Collection

from samspil.evaluation.effects.parts import Estimate, of_rows
from samspil.evaluation.panel import Panel
from samspil.evaluation.study_result import SubgroupEffect


def in_subgroup(subgroup: str, panel: Panel, inside: Collection[int], estimate: Estimate) -> SubgroupEffect:
    """The effect among the units `inside` (of those enrolled and those compared with) and among all other units.

    No figure for both together: where the two go opposite ways it would hide both. Two intervals, of which one holds no
    effect and the other does not, are no proof that the subgroups differ.
    """
    belongs = panel.frame["unit"].isin(inside).to_numpy(bool)
    return SubgroupEffect(
        subgroup=subgroup, inside=of_rows(panel, belongs, estimate), outside=of_rows(panel, ~belongs, estimate)
    )
