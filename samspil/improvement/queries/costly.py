"""A practice's most costly patients with a disease, for the practice that treats them and nobody else (001 R-POP-07).

They never stand alone: beside cost is the year before, and what else is known of the patient (001 R-SEG-11).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Q

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.models import Category
from samspil.access.policy import Resource
from samspil.improvement.models import CostlyPatient, FiguresPublication, LostPatient, PatientFlag, PatientState
from samspil.improvement.queries.own_practice import flags_of, may_see_patients
from samspil.programmes.cost_analysis import CostAnalysis

#: Cost is added up over every sector: a basis has to cover all kinds of data in it.
KINDS = (Category.HEALTH, Category.MENTAL_HEALTH, Category.SOCIAL)
_WAITING = (PatientState.State.OVERDUE, PatientState.State.NOT_MET)


def _resource(actor: Actor, category: Category) -> Resource:
    return Resource("costly_patients", practice_id=actor.organisation_id, category=category)


@dataclass(frozen=True)
class Costly:
    """One patient with what is known beside the cost."""

    patient: CostlyPatient
    #: Indicators that are overdue or not met; None where they may not be seen or are not published.
    waiting: int | None
    lost: bool
    flags: list[PatientFlag]


@dataclass
class CostlyList:
    """The list of one disease. `sets` are the diseases there are lists of."""

    publication: FiguresPublication | None
    sets: list[str]
    name: str
    rows: list[Costly]

    @property
    def analysis(self) -> CostAnalysis | None:
        """How cost was looked at, with the caution."""
        if self.publication is None:
            return None
        return CostAnalysis.model_validate(self.publication.definition["analysis"])


def costly(actor: Actor, name: str = "") -> CostlyList:
    """The practice's most costly patients of one disease, the most costly first. Raises Refused.

    Who has moved, died or emigrated since is not shown. Every patient shown is logged.
    """
    resource = _resource(actor, Category.HEALTH)
    decision = guard.require(actor, "read", resource, "improvement")
    for kind in KINDS:
        guard.check(actor, "read", _resource(actor, kind), "improvement")
    publication = FiguresPublication.objects.filter(kind=FiguresPublication.Kind.COST).first()
    if publication is None:
        return CostlyList(None, [], "", [])
    own = CostlyPatient.objects.filter(
        publication=publication,
        practice_id=actor.organisation_id,
        citizen__practice_id=F("practice_id"),
        citizen__inactive=False,
    )
    sets = sorted(set(own.order_by().values_list("diagnosis", flat=True)))
    chosen = name if name in sets else (sets[0] if sets else "")
    patients = list(own.filter(diagnosis=chosen).select_related("citizen").order_by("rank"))
    keys = [each.citizen_id for each in patients]
    waiting, lost = _standing(actor, chosen, keys)
    flags = flags_of(keys, chosen)
    guard.seen(actor, "read", resource, "improvement", decision, keys, detail=f"quality/costs {chosen}"[:200])
    rows = [
        Costly(
            each,
            None if waiting is None else waiting.get(each.citizen_id, 0),
            each.citizen_id in lost,
            flags.get(each.citizen_id, []),
        )
        for each in patients
    ]
    return CostlyList(publication, sets, chosen, rows)


def _standing(actor: Actor, name: str, keys: list[int]) -> tuple[dict[int, int] | None, set[int]]:
    """By citizen how many indicators wait, and who is lost to follow-up; nothing where it may not be seen."""
    if not may_see_patients(actor):
        return None, set()
    own = Q(citizen__in=keys, practice_id=actor.organisation_id, publication__set=name)
    states = PatientState.objects.filter(own)
    if not states.exists():
        return None, set()
    counted = states.filter(state__in=_WAITING).order_by().values_list("citizen").annotate(Count("id"))
    lost = LostPatient.objects.filter(own).values_list("citizen_id", flat=True)
    return dict(counted), set(lost)
