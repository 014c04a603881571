"""Why a pathway ends: the reasons of `plan_format.yaml`, the state each ends it in, and their words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from samspil.access.errors import Invalid
from samspil.plans.models import Pathway
from samspil.plans.programme import in_words, plan_format
from samspil.programmes.plan_format import PathwayEnd


def end_reasons() -> tuple[PathwayEnd, ...]:
    """Every reason for which a pathway can end."""
    return plan_format().pathway_ends


def why_reasons() -> dict[str, str]:
    """What a citizen who stops is asked to choose between, by code, in words."""
    form = plan_format()
    return {each.reason: in_words(each.title) for each in (*form.dropout_reasons, *form.decline_reasons)}


def state_of(reason: str) -> Pathway.State:
    """The state that a pathway ends in for a reason. Raises Invalid for an unknown one."""
    found = next((each for each in end_reasons() if each.reason == reason), None)
    if found is None:
        raise Invalid("reason", _("Choose why the pathway ends."))
    return Pathway.State(found.states[0])


def settled_reason(state: Pathway.State, reason: str, words: str) -> str:
    """The code that is kept for an end. Raises Invalid when state and reason do not go together.

    A citizen who stops has a reason of their own, one for dropping out (report 000 L3902-3904). Without a reason it is
    the one called as the state. What is `other`, and what was a mistake of ours, is told in words (report 000 L-06).
    """
    fitting = {each.reason: each for each in end_reasons() if state.value in each.states}
    if not fitting:
        raise Invalid("state", _("A pathway does not end in this way."))
    reason = reason or state.value
    if reason in fitting:
        if fitting[reason].asks_why:
            raise Invalid("why", _("Choose what made the citizen stop."))
    elif not any(each.asks_why for each in fitting.values()) or reason not in why_reasons():
        raise Invalid("reason", _("Choose why the pathway ends."))
    if not words.strip() and (reason == "other" or state == Pathway.State.WRONGLY_INCLUDED):
        raise Invalid("words", _("Write what the citizen has been told, and why it ends."))
    return reason


def reason_words(code: str) -> str:
    """A reason in words; the code itself for one that is not there any more."""
    known = {each.reason: in_words(each.title) for each in end_reasons()}
    return {**why_reasons(), **known}.get(code, code)
