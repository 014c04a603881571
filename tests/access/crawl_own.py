"""What the citizens of the crawler's town do in their own plans: something of their own to do, and a goal let go."""

from __future__ import annotations

from samspil.plans.models import Goal, Plan
from tests.plans import made as plans

#: What is written, after the mark of whose it is.
OWN_WORDS = ("egen tur", "tidligere mål")


class Own:
    """An activity of the citizen's, and a goal that was let go."""

    def __init__(self, mark: str, plan: Plan) -> None:
        what, earlier = (f"{mark} {word}" for word in OWN_WORDS)
        self.activity = plans.activity(plan, what)
        self.earlier = plans.goal(plan, earlier, state=Goal.State.LET_GO)
