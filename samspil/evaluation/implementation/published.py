"""What others have published, as results with a type: shown beside an evaluation's own, and never added to them."""

from __future__ import annotations

from typing import Literal

from samspil.evaluation.implementation.results import ResultType, Stated, published_change
from samspil.programmes.published_results import PublishedResult, ResultDesign

#: How a result was found, as a reader is told.
DESIGNS: dict[ResultDesign, str] = {
    "randomised": "Randomised controlled trial",
    "controlled": "Controlled, not randomised",
    "before_after": "Before and after, without comparison",
    "survey": "Asked afterwards, without comparison",
    "not_stated": "The source does not state the design",
    "none_yet": "A goal: nothing was found yet",
}


def stated(published: PublishedResult, language: Literal["da", "en"] = "en") -> Stated:
    """A published result as it is shown: `name` is its title, and `source` its document and lines."""
    value, unit = None, ""
    if published.reduction is not None:
        value, unit = float(published.reduction), "reduction"
    elif published.at_most is not None:
        value, unit = float(published.at_most), "at most, of traditional treatment"
    elif published.amount is not None:
        value, unit = float(published.amount), "DKK"
    change = published.change
    return Stated(
        name=f"{published.of}: {getattr(published.title, language)}",
        kind=ResultType(published.kind),
        design=DESIGNS[published.design],
        value=value,
        unit=unit,
        n=published.n,
        preliminary=published.status == "preliminary",
        source=published.source,
        published=None
        if change is None
        else published_change(
            published.result,
            improved=float(change.improved),
            worsened=None if change.worsened is None else float(change.worsened),
            unchanged=None if change.unchanged is None else float(change.unchanged),
            n=published.n,
        ),
        report=published.report or "",
        says="" if published.says is None else getattr(published.says, language),
    )
