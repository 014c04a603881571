"""How an effect holds when something is changed, in words."""

from __future__ import annotations

from samspil.evaluation.effects.sensitivity import EValue, Sensitivity
from samspil.evaluation.figures import Unknown
from samspil.evaluation.study_result import OutcomeFindings
from samspil.reports.document import Bullets, Section
from samspil.reports.evaluation.in_words import Teller, digits


def sensitivity_section(found: OutcomeFindings, sensitivity: Sensitivity, name: str, teller: Teller) -> Section:
    """What would have to be true for the effect to be something else."""
    sentences = [
        _unseen(sensitivity.e_value, teller),
        _placebo_date(sensitivity, teller),
        _practices(found, sensitivity, teller),
        *_inclusion(sensitivity, teller),
    ]
    title = teller.language("How well does it hold?")
    return Section(f"{name}-holds", title, (Bullets(tuple(sentences)),))


def _unseen(value: EValue | Unknown, teller: Teller) -> str:
    language = teller.language
    if isinstance(value, Unknown):
        return language(
            "How strong something unseen must be to explain it cannot be told: {why}.", why=teller.reason(value)
        )
    if value.of_limit <= 1:
        return language(
            "Something unseen would have to make both enrolment and the outcome {ratio} times as likely to explain the"
            " figure away (E-value). As the interval includes “no effect”, nothing unseen is needed to explain"
            " it.",
            ratio=language.number(value.value, 1),
        )
    return language(
        "Something unseen would have to make both enrolment and the outcome {ratio} times as likely to explain the"
        " figure away, and {limit} times to make it undetermined (E-value). The nearer to 1, the less it takes.",
        ratio=language.number(value.value, 1),
        limit=language.number(value.of_limit, 1),
    )


def _placebo_date(sensitivity: Sensitivity, teller: Teller) -> str:
    language, effect = teller.language, sensitivity.placebo_date
    if isinstance(effect, Unknown):
        return language("A made-up earlier date of enrolment cannot be tried: {why}.", why=teller.reason(effect))
    shown = teller.effect(effect)
    if effect.estimate.low <= 0 <= effect.estimate.high:
        return language(
            "With a made-up earlier date of enrolment no effect is seen, as it should be: {effect}.", effect=shown
        )
    return language(
        "With a made-up earlier date of enrolment an “effect” is seen where there can be none: {effect}. The groups"
        " moved apart by themselves.",
        effect=shown,
    )


def _practices(found: OutcomeFindings, sensitivity: Sensitivity, teller: Teller) -> str:
    language, low, high = teller.language, sensitivity.lowest, sensitivity.highest
    if low is None or high is None or isinstance(found.main, Unknown):
        return language("What the effect is without each practice cannot be told.")
    places = digits(found.main)
    shown = language(
        "When one practice is left out at a time, the effect lies between {low} and {high} ({practices} practices).",
        low=language.signed(low, places),
        high=language.signed(high, places),
        practices=language.number(len(sensitivity.without_practice)),
    )
    turned = low < 0 < high
    return f"{shown} {language('It hangs on a single practice which way it goes.')}" if turned else shown


def _inclusion(sensitivity: Sensitivity, teller: Teller) -> list[str]:
    language = teller.language
    found: list[str] = []
    for how, effect in sensitivity.by_inclusion.items():
        shown = teller.effect(effect)
        if how == "list":
            found.append(language("Among those found by the list alone: {effect}.", effect=shown))
        elif how == "off_list":
            found.append(language("Among those found by a professional alone: {effect}.", effect=shown))
    return found
