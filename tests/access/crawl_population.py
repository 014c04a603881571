"""The population in the crawler's town: published figures, and a function that leadership has proposed."""

from __future__ import annotations

from samspil.access.models import Citizen, Membership, Role
from samspil.improvement.actions import gating
from samspil.improvement.models import FiguresPublication
from tests import care
from tests.improvement import population_house

#: Who sees figures of the population, which are about nobody; and who proposes, answers and decides.
READ = {Role.LEADERSHIP, Role.SECRETARIAT, Role.ANALYST, Role.TEAM_CHAIR}
WRITE = {Role.LEADERSHIP, Role.SECRETARIAT}
QUESTIONS = ("enough", "found", "homogeneous", "complexity", "organisation", "responsibility")
OPEN_TO = {
    "population-indicator": READ,
    "population-function": READ,
    "population-table": READ - {Role.TEAM_CHAIR},
    "population-function-answer": WRITE,
    "population-function-confirm": WRITE,
    "population-function-decide": WRITE,
}


class Region:
    """Segments and cost, and a proposal of leadership."""

    cost: FiguresPublication

    def __init__(self, leader: Membership) -> None:
        segments, self.cost = population_house.segments(), population_house.cost()
        actor = care.acting(leader)
        given = {"target": "high_need/yes", "about": "Følger op", "capacity": 20}
        self.function = gating.propose(actor, segments, title="Tværgående team", **given)
        # Another has every answer and waits for a decision.
        ready = gating.propose(actor, segments, title="Besvaret team", **given)
        for version, question in enumerate(QUESTIONS, start=1):
            gating.answer(actor, ready, version, question=question, yes=True, words="Undersøgt")
        gating.confirm_numbers(actor, ready, ready.version)

    def costly(self, citizen: Citizen) -> None:
        """A citizen as one of the most costly of their practice."""
        population_house.costly(self.cost, citizen)
