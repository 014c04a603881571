"""What the cells about the population are tried on: published segments and cost, a proposal, a costly patient."""

from __future__ import annotations

from typing import Any

from samspil.access.models import Citizen, Membership, Role
from samspil.access.policy import Purpose, Resource
from samspil.improvement.actions import gating
from tests import care
from tests.improvement import population_house

#: What each page shows: the diagnosed of the four numbers, a column of the table, the proposal's name.
DIAGNOSED, COLUMN, TITLE = ">586<", "from_group,to_group", "Mærket funktion"
ABOUT_CITIZENS = {"costly_patients"}
PURPOSES: dict[tuple[str, str], Purpose] = {
    (kind, ""): "improvement" for kind in ("population_figures", "released_figures", "new_function", "costly_patients")
}
QUESTIONS = ("enough", "found", "homogeneous", "complexity", "organisation", "responsibility")
DECISION = {"known": len(QUESTIONS) + 2, "create": "no"}
PROPOSAL = {"title": "Endnu en funktion", "target": "high_need/yes", "capacity": "20", "about": "Følger tæt op"}


class Population:
    """A region's figures, a function that somebody proposed, and the citizen as one of the most costly."""

    def __init__(self, citizen: Citizen, doctor: Membership) -> None:
        self.citizen, self.house = citizen, doctor.organisation
        segments, cost = population_house.segments(), population_house.cost()
        population_house.costly(cost, citizen)
        leader = care.acting(care.member(role=Role.LEADERSHIP))
        given = {"target": "high_need/yes", "about": "Følger tæt op", "capacity": 10}
        self.function = gating.propose(leader, segments, title=TITLE, **given)
        self.answered = gating.propose(leader, segments, title="Besvaret", **given)
        for version, question in enumerate(QUESTIONS, start=1):
            gating.answer(leader, self.answered, version, question=question, yes=True, words="Ja")
        gating.confirm_numbers(leader, self.answered, len(QUESTIONS) + 1)

    def resource(self, kind: Any) -> Resource | None:
        """What the policy is asked about; None for what does not belong here."""
        if kind == "costly_patients":
            return Resource(kind, practice_id=self.house.pk)
        return Resource(kind) if (kind, "") in PURPOSES else None

    @property
    def gate(self) -> str:
        """The address of the proposal."""
        return f"/population/functions/{self.function.pk}/"

    @property
    def decision(self) -> str:
        """The address at which the answered proposal is decided."""
        return f"/population/functions/{self.answered.pk}/decide/"
