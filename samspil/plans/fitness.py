"""Whether a service fits a citizen: what speaks against it, and what to use instead (report 002 REF-5, L4289-4291).

A COPD patient was put into the closed room of a heart school and could not breathe there. The system does not decide:
it shows the warning with its alternatives, and whoever refers answers it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext as _

from samspil.access.errors import Invalid
from samspil.plans.catalogue import conditions_of, find
from samspil.plans.models import Coordination, Pathway, Plan
from samspil.plans.programme import in_words
from samspil.programmes.schema import Text
from samspil.programmes.services import Service


@dataclass(frozen=True)
class Warned:
    """One thing that speaks against a service. `known` when the plan says that the citizen has the condition."""

    condition: str
    title: Text
    why: Text
    alternatives: tuple[Service, ...]
    known: bool


@dataclass(frozen=True)
class Answer:
    """What the referrer says to a warning: whether the citizen has the condition, and then why it is right anyway."""

    condition: str
    present: bool
    words: str = ""

    def kept(self) -> dict[str, object]:
        """As plain values, for the referral."""
        return asdict(self)


def known_conditions(citizen_id: int, plan: Plan | None = None) -> set[str]:
    """Conditions that Samspil knows of a citizen: programmes they are in, what limits them most, what was looked at.

    Not the record: whoever refers is asked about every condition that a service warns about.
    """
    running = Pathway.objects.filter(citizen_id=citizen_id, ended_at__isnull=True)
    found: set[str] = set()
    for programme, arm in running.values_list("programme", "arm"):
        found |= {programme.replace("-", "_"), arm}
    plans = Plan.objects.filter(citizen_id=citizen_id, closed_at__isnull=True) if plan is None else [plan]
    for each in plans:
        found.add(each.most_limiting)
        for conditions in Coordination.objects.filter(plan=each, ended_on__isnull=True).values_list(
            "conditions", flat=True
        ):
            found |= set(conditions)
    return found - {""}


def warnings(programme: str, service: Service, known: Collection[str] = ()) -> list[Warned]:
    """Everything that can speak against a service, what is known of the citizen first."""
    titles = {each.condition: each.title for each in conditions_of(programme)}
    found = []
    for rule in service.contraindications:
        others = [find(programme, name) for name in rule.alternatives]
        found.append(
            Warned(
                condition=rule.condition,
                title=titles[rule.condition],
                why=rule.why,
                alternatives=tuple(each.service for each in others if each is not None),
                known=rule.condition in known,
            )
        )
    return sorted(found, key=lambda each: not each.known)


def require_answers(warned: Sequence[Warned], answers: Sequence[Answer]) -> None:
    """That every warning was answered, and with words where the citizen has the condition. Raises Invalid.

    What the plan knows cannot be answered away: then there have to be words.
    """
    given = {answer.condition: answer for answer in answers}
    for warning in warned:
        title = in_words(warning.title)
        answer = given.get(warning.condition)
        if answer is None:
            raise Invalid(
                f"warning_{warning.condition}",
                _("Say whether the citizen has this: %(condition)s. The service may not fit then.")
                % {"condition": title},
            )
        if (answer.present or warning.known) and not answer.words.strip():
            others = ", ".join(in_words(each.title) for each in warning.alternatives)
            raise Invalid(
                f"warning_words_{warning.condition}",
                _("%(condition)s speaks against this service. Choose %(others)s, or write why it is right anyway.")
                % {"condition": title, "others": others or _("another service")},
            )
