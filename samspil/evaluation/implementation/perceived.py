"""What citizens, relatives and professionals said had changed, from the table `perceived_change`."""

from __future__ import annotations

from typing import Any

import ibis

from samspil.evaluation.figures import Reason, Unknown
from samspil.evaluation.implementation.results import Change, ResultType, Stated
from samspil.evaluation.implementation.scope import Scope, rows

#: How these were found: those asked look back, and nobody else is asked. What a reader is told.
DESIGN = "Asked afterwards, without comparison"
ANSWERS = ("improved", "unchanged", "worsened", "cannot_assess")
#: Of several answers on one day the least favourable counts.
_CAUTION = {"worsened": 0, "unchanged": 1, "improved": 2, "cannot_assess": 3}


def perceived(scope: Scope, preliminary: bool = False) -> tuple[Stated, ...] | Unknown:
    """Each item and who said it: improved, unchanged, worsened and cannot assess, one answer for a course.

    The last answer by `scope.until` counts. Every course has a citizen and a professional who could have been asked, so
    that courses without an answer are missing; who has a relative is not known, and neither is how many of them are.
    """
    lacking = scope.lacks("perceived_change")
    if lacking is not None:
        return lacking
    said = scope.of_courses("perceived_change")
    caution = ibis.cases(*((said.change == change, place) for change, place in _CAUTION.items()), else_=len(_CAUTION))
    order = ibis.window(group_by=[said.course_id, said.item, said.said_by], order_by=[said.date.desc(), caution])
    last = said.mutate(place=ibis.row_number().over(order)).filter(lambda t: t.place == 0)
    counted = last.group_by("item", "said_by", "change").aggregate(courses=last.count())
    found: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows(counted.order_by("item", "said_by", "change")):
        found.setdefault((row["item"], row["said_by"]), {})[row["change"]] = row["courses"]
    if not found:
        return Unknown.because(Reason.NO_ANSWERS)
    return tuple(_stated(scope, item, by, answers, preliminary) for (item, by), answers in found.items())


def _stated(scope: Scope, item: str, said_by: str, answers: dict[str, int], preliminary: bool) -> Stated:
    numbers: dict[str, Any] = {answer: answers.get(answer, 0) for answer in ANSWERS}
    asked = None if said_by == "relative" else scope.course_count
    change = Change(item=item, said_by=said_by, asked=asked, **numbers)
    return Stated(item, ResultType.PERCEIVED, DESIGN, change=change, n=change.n, preliminary=preliminary)
