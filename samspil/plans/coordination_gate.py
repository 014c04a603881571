"""Who a coordinator is for: documented special circumstances, or a profile of conditions (report 002 COORD-1, ALG-7).

A coordinator for everybody becomes a costly link (002 L1944-1956). The gate says what the rules say of what a human has
documented; a human decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from samspil.programmes.plan_format import Coordination


@dataclass(frozen=True)
class Gate:
    """What the rules say: open or not, by which circumstances and profiles, and whether something else is needed."""

    circumstances: tuple[str, ...]
    profiles: tuple[str, ...]
    enough: bool
    #: Multimorbid by the number of chronic conditions; tells, decides nothing.
    multimorbid: bool
    #: The last phase of COPD needs specialist nursing instead (002 L2554-2557).
    needs_specialist_nursing: bool

    @property
    def open(self) -> bool:
        return (self.enough or bool(self.profiles)) and not self.needs_specialist_nursing


def judge(rules: Coordination, circumstances: Collection[str], conditions: Collection[str]) -> Gate:
    """What the rules say of documented circumstances and conditions; codes that they do not know count for nothing."""
    known = {each.circumstance for each in rules.special_circumstances}
    chronic = {each.condition for each in rules.chronic_conditions}
    specialist = {each.specialist_nursing_if for each in rules.profiles}
    documented = tuple(sorted(known & set(circumstances)))
    return Gate(
        circumstances=documented,
        profiles=tuple(each.profile for each in rules.profiles if each.fits(set(conditions) & (chronic | specialist))),
        enough=len(documented) >= rules.at_least.value,
        multimorbid=len(chronic & set(conditions) - specialist) >= rules.multimorbid_from.value,
        needs_specialist_nursing=any(each.needs_specialist_nursing(conditions) for each in rules.profiles),
    )
