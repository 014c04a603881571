"""What of a result may be shown: where those compared are not alike, no effect and nothing that is made of one.

Whoever asked for effects all the same gets them, with a warning wherever one stands. The rule is kept here, and not by
those who make results, so that no chapter can forget it.
"""

from __future__ import annotations

from dataclasses import replace

from samspil.evaluation.economy.accounts import Economy
from samspil.evaluation.economy.ledger import CONSUMPTION
from samspil.evaluation.economy.savings import ESTIMATED
from samspil.evaluation.effects.estimate import Verdict
from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.study_result import EventFindings, OutcomeFindings, StudyResult

NOT_ALIKE = Unknown.because(Reason.NOT_ALIKE)


def withheld(result: StudyResult) -> bool:
    """Whether no effect may be shown."""
    return not result.balance.holds and not result.overridden


def as_shown(result: StudyResult) -> StudyResult:
    """The result without what may not be shown; where nothing is withheld the result as it is."""
    if not withheld(result):
        return result
    return replace(
        result,
        outcomes=tuple(_outcome(found) for found in result.outcomes),
        events=tuple(EventFindings(found.event, NOT_ALIKE, Verdict.NOT_COMPARABLE) for found in result.events),
        economy=_economy(result.economy),
    )


def _outcome(found: OutcomeFindings) -> OutcomeFindings:
    # What is not measured stays so: that those compared are not alike is then not the reason.
    measured = found.verdict != Verdict.UNKNOWN
    why = NOT_ALIKE if measured or not isinstance(found.main, Unknown) else found.main
    verdict = Verdict.NOT_COMPARABLE if measured else Verdict.UNKNOWN
    return OutcomeFindings(found.outcome, why, verdict, why, why, why, why, why, why, (), None, found.truth)


def _economy(economy: Economy) -> Economy:
    """What the programme cost needs nobody to compare with; what citizens used more does."""
    return replace(
        economy,
        ledger=tuple(line for line in economy.ledger if line.kind != CONSUMPTION),
        shifts=tuple(replace(shift, per_course=NOT_ALIKE) for shift in economy.shifts),
        shift_matrix={},
        sector_matrix={},
        savings=tuple(saving for saving in economy.savings if saving.status != ESTIMATED),
        excess_per_course=NOT_ALIKE,
        net_per_course=NOT_ALIKE,
    )
