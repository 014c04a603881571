"""Whether it paid: the net result per course beside the cost-neutral line, and benefit for cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from samspil.definitions import SamspilError
from samspil.evaluation.economy.accounts import OERE, Amount, Saving, rounded
from samspil.evaluation.figures import Estimate, Reason, Unknown


def net_per_course(running: Amount, excess: Estimate | Unknown) -> Estimate | Unknown:
    """The net economic result of a course, DKK: −(what it costs to run + excess consumption) (000 L1804-1814).

    Negative is a cost. The interval is that of the excess, turned round: the running cost is an account, no estimate.
    The report holds consumption beyond the programme's own services against its cost (000 L1711-1715). A service that
    is in the programme's account and in a register too is in both, and makes the result too low.
    """
    if running is None:
        return Unknown.because(Reason.COST_NOT_MEASURED)
    if isinstance(excess, Unknown):
        return excess
    cost = float(running)
    return Estimate(-(cost + excess.value), -(cost + excess.high), -(cost + excess.low))


class Standing(StrEnum):
    """How a net result stands to the cost-neutral line (000 L2008-2012)."""

    DEARER = "dearer"
    WITHIN = "within"
    UNDETERMINED = "undetermined"
    UNKNOWN = "unknown"


def standing(net: Estimate | Unknown, neutral: Decimal) -> Standing:
    """Whether a course cost more than the `neutral` DKK it may cost; undetermined while the interval holds the line."""
    if isinstance(net, Unknown):
        return Standing.UNKNOWN
    line = -float(neutral)
    if net.high < line:
        return Standing.DEARER
    return Standing.WITHIN if net.low >= line else Standing.UNDETERMINED


@dataclass(frozen=True)
class BenefitCost:
    """Savings for each krone of cost (001 R-EVAL-05), and the difference.

    `ratio` is rounded to `places` decimals, halves away from zero; None where the cost is not measured or zero.
    `status` says how real the savings are, `savings_of` and `cost_of` whose budgets they and the cost fall in. Where
    these differ, who pays is not who saves.
    """

    ratio: Amount
    net: Amount
    places: int
    status: str
    savings_of: tuple[str, ...]
    cost_of: tuple[str, ...]

    @property
    def same_budget(self) -> bool:
        """Whether those who save are those who pay."""
        return set(self.savings_of) == set(self.cost_of)


def benefit_cost_ratio(savings: Sequence[Saving], cost: Amount, cost_of: Sequence[str], places: int = 2) -> BenefitCost:
    """Savings of one status held against a cost, in whatever currency both are in.

    Raises SamspilError where there is no saving, and where savings differ in status: an estimated one is no money that
    was released (001 R-EVAL-18).
    """
    statuses = sorted({saving.status for saving in savings})
    if len(statuses) != 1:
        named = ", ".join(statuses) or "none"
        raise SamspilError(f"savings of one status are held against a cost; here they are {named}: ask for each apart")
    amount = sum((saving.amount for saving in savings), Decimal(0))
    return BenefitCost(
        ratio=rounded(amount / cost, Decimal(1).scaleb(-places)) if cost else None,
        net=None if cost is None else rounded(amount - cost, OERE),
        places=places,
        status=statuses[0],
        savings_of=tuple(sorted({saving.payer for saving in savings})),
        cost_of=tuple(sorted(set(cost_of))),
    )
