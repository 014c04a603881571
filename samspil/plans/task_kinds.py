"""How each kind of task is finished: by a click, with an answer, or by an act on the page that it is about."""

from __future__ import annotations

from typing import Literal

from samspil.plans.programme import in_words, plan_format

#: What there is to do: a click on the work list, an answer in words, or an act on the page that the task is about.
How = Literal["click", "answer", "page"]

_ANSWERED = frozenset({"home_care_handover", "joint_visit", "outreach", "missed_contact", "after_service"})
_ON_THEIR_PAGE = frozenset(
    {
        "follow_up",
        "referral",
        "referral_question",
        "referral_reply",
        "answer_question",
        "medication_divergence",
        "handover_accountable",
        "review_coordinator",
        "print_again",
        "goal_midway",
        "goal_final",
    }
)


def how(kind: str) -> How:
    """How a task of a kind of `plan_format.yaml` is finished; a plain task, whose kind is empty, by a click."""
    if kind in _ANSWERED:
        return "answer"
    return "page" if kind in _ON_THEIR_PAGE else "click"


def kind_title(kind: str) -> str:
    """What a kind of task is called; its code when the format no longer has it, and nothing for a plain task."""
    found = next((each for each in plan_format().task_kinds if each.kind == kind), None)
    return in_words(found.title) if found is not None else kind


def kind_choices() -> list[tuple[str, str]]:
    """Every kind with its title, in the order of the format."""
    return [(each.kind, in_words(each.title)) for each in plan_format().task_kinds]
