"""Which service a doctor may think of for a patient, and why: report 003 R-SDS-1 to 4 (L999-1013, L2866-2867).

A suggestion enrols and refers nobody: a doctor decides. What a professional says of a patient (a flag) is given and
never inferred. What could not be seen is told, because a suggestion made without it may be another than with it (003,
A-33).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from samspil.definitions import SamspilError
from samspil.programmes.indicators import Clause, IndicatorSet, State, Suggestion
from samspil.programmes.schema import Text


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for a suggestion: a code to count by, and the words for it.

    `code` is the indicator and its state (`eye_exam:overdue`), or the flag (`vulnerable`).
    """

    code: str
    text: Text


@dataclass(frozen=True)
class Suggested:
    """The suggestion whose clauses hold first for one patient.

    `reasons` is what data say, `flagged` what a professional said. `missing` names the indicators that this suggestion,
    or one before it, asks for and that have no answer; with them it might have been another.
    """

    suggestion: Suggestion
    reasons: tuple[Reason, ...]
    flagged: tuple[Reason, ...]
    missing: tuple[str, ...]


def suggest(
    found: IndicatorSet, states: Mapping[str, State], flags: Collection[str], not_collected: Collection[str] = ()
) -> Suggested | None:
    """The first suggestion of a set that holds for one patient; None when none does (see `missing_inputs` then).

    `states` holds the patient's state by indicator, also of those that are not shown; `flags` what professionals have
    said; `not_collected` the indicators that have no answer at the day. A suggestion holds when all of `all_of` does,
    and one of `any_of` if it has any. An indicator without an answer makes no clause true. Raises SamspilError for a
    flag that the set does not have.
    """
    _check_flags(found, flags)
    missing: list[str] = []
    for suggestion in found.suggestions:
        missing += [name for name in _inputs(suggestion) if not _known(name, states, not_collected)]
        every = [_reason(clause, states, flags, not_collected) for clause in suggestion.all_of]
        some = [_reason(clause, states, flags, not_collected) for clause in suggestion.any_of]
        if None in every or (some and not any(some)):
            continue
        holding = [
            (clause, reason)
            for clause, reason in zip((*suggestion.all_of, *suggestion.any_of), (*every, *some), strict=True)
            if reason is not None
        ]
        return Suggested(
            suggestion,
            tuple(reason for clause, reason in holding if clause.flag is None),
            tuple(reason for clause, reason in holding if clause.flag is not None),
            tuple(dict.fromkeys(missing)),
        )
    return None


def missing_inputs(
    found: IndicatorSet, states: Mapping[str, State], not_collected: Collection[str] = ()
) -> tuple[str, ...]:
    """The indicators that some suggestion of the set asks for and that have no answer for one patient, each once.

    Where nothing is suggested, this is what could not be considered.
    """
    asked = dict.fromkeys(name for suggestion in found.suggestions for name in _inputs(suggestion))
    return tuple(name for name in asked if not _known(name, states, not_collected))


def _inputs(suggestion: Suggestion) -> list[str]:
    """The indicators that a suggestion reads."""
    clauses = (*suggestion.all_of, *suggestion.any_of)
    return [clause.state.indicator for clause in clauses if clause.state is not None]


def _known(indicator: str, states: Mapping[str, State], not_collected: Collection[str]) -> bool:
    return indicator in states and indicator not in not_collected


def _reason(
    clause: Clause, states: Mapping[str, State], flags: Collection[str], not_collected: Collection[str]
) -> Reason | None:
    """Why a clause holds; None when it does not, or cannot be seen."""
    if clause.state is None:
        return Reason(clause.flag, clause.reason) if clause.flag is not None and clause.flag in flags else None
    name = clause.state.indicator
    if not _known(name, states, not_collected) or states[name] not in clause.state.is_:
        return None
    return Reason(f"{name}:{states[name]}", clause.reason)


def _check_flags(found: IndicatorSet, flags: Collection[str]) -> None:
    known = [flag.flag for flag in found.flags]
    unknown = sorted(set(flags) - set(known))
    if unknown:
        there_are = ", ".join(known) or "none"
        raise SamspilError(f"`{found.set_}` has no flag {', '.join(unknown)}; its flags are {there_are}")
