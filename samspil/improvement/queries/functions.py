"""Proposed functions and where each stands at the gate."""

from __future__ import annotations

from dataclasses import dataclass

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.policy import may
from samspil.improvement.models import GateAnswer, ProposedFunction
from samspil.improvement.queries.population import FUNCTIONS, Segments, segments_of
from samspil.improvement.targets import Target, standing, targets
from samspil.population.gate import GateResult

#: Proposals on the list.
LISTED = 200


@dataclass
class Listed:
    """The proposals, the newest first, and whether the viewer may propose."""

    functions: list[ProposedFunction]
    may_write: bool


def listed(actor: Actor) -> Listed:
    """Every proposal. Raises Refused."""
    guard.require(actor, "read", FUNCTIONS, "improvement")
    functions = ProposedFunction.objects.select_related("by__user", "publication")[:LISTED]
    return Listed(list(functions), may_write(actor))


def may_write(actor: Actor) -> bool:
    """Whether the actor may propose, answer and decide, for showing the forms."""
    return bool(may(actor, "write", FUNCTIONS, "improvement"))


@dataclass
class Opened:
    """One proposal with its group, its answers and where it stands."""

    function: ProposedFunction
    segments: Segments
    target: Target
    result: GateResult
    answers: dict[str, list[GateAnswer]]
    may_write: bool

    @property
    def is_open(self) -> bool:
        return self.function.state == ProposedFunction.State.OPEN


def opened(actor: Actor, key: int) -> Opened:
    """One proposal. Raises Refused and ProposedFunction.DoesNotExist."""
    guard.require(actor, "read", FUNCTIONS, "improvement")
    function = ProposedFunction.objects.select_related("by__user", "by__organisation", "publication").get(pk=key)
    segments = segments_of(function.publication)
    answers: dict[str, list[GateAnswer]] = {}
    for each in function.answers.select_related("by__user"):
        answers.setdefault(each.question, []).append(each)
    return Opened(
        function=function,
        segments=segments,
        target=targets(segments)[function.stratum],
        result=standing(segments, function),
        answers=answers,
        may_write=may_write(actor),
    )
