"""Results that others have published: `published_results.yaml`, each with its type, design, status and lines."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from samspil.definitions import Definition, read_yaml, validate
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.schema import Identifier, SourceRef, Text
from samspil.programmes.services import named_twice

PUBLISHED_RESULTS = "published_results.yaml"
Kind = Literal["perceived", "measured", "estimated", "target"]
ResultStatus = Literal["preliminary", "reported", "final"]
#: How a result was found; `none_yet` is of targets.
ResultDesign = Literal["randomised", "controlled", "before_after", "survey", "not_stated", "none_yet"]
Share = Annotated[Decimal, Field(ge=0, le=1)]
PerCent = Annotated[Decimal, Field(ge=0, le=100)]


class PrintedChange(Definition):
    """Per cent of those asked who improved, stayed the same or got worse; what the source is silent on is null."""

    improved: PerCent
    unchanged: PerCent | None = None
    worsened: PerCent | None = None


class PublishedResult(Definition):
    """One result as printed. Exactly one of `reduction`, `at_most`, `amount`, `change` and `says` tells it.

    `reduction` is the share that fell away, `at_most` (of targets alone) the share of traditional treatment that may be
    left, `amount` DKK, `says` the source's words where it has no number. `n` is of this very item, or null.
    """

    result: Identifier
    of: str
    title: Text
    kind: Kind
    status: ResultStatus
    design: ResultDesign
    reduction: Share | None = None
    at_most: Share | None = None
    amount: Decimal | None = None
    change: PrintedChange | None = None
    says: Text | None = None
    n: int | None = Field(default=None, gt=0)
    source: SourceRef
    #: The report a final result was published in.
    report: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _told_once(self) -> PublishedResult:
        told = (self.reduction, self.at_most, self.amount, self.change, self.says)
        if sum(each is not None for each in told) != 1:
            raise ValueError("a result is told by exactly one of `reduction`, `at_most`, `amount`, `change` and `says`")
        if (self.status == "final") != bool(self.report):
            raise ValueError("a `final` result names the `report` it was published in, and no other does")
        is_target = self.kind == "target"
        if is_target != (self.design == "none_yet") or (is_target and self.status != "reported"):
            raise ValueError("a `target` is `reported` and its `design` is `none_yet`; no other result's is")
        if self.at_most is not None and not is_target:
            raise ValueError("`at_most` is of a `target`")
        return self


class PublishedResults(Definition):
    """Everything that `published_results.yaml` says."""

    results: tuple[PublishedResult, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> PublishedResults:
        named_twice([each.result for each in self.results], "results")
        return self


def load_published_results(folder: Path | None = None) -> PublishedResults:
    """The results in the `published_results.yaml` of `folder`, or those that come with Samspil when it has none.

    Raises DefinitionError with file, line and cause.
    """
    own = None if folder is None else folder / PUBLISHED_RESULTS
    return validate(
        read_yaml(own if own is not None and own.exists() else PROGRAMMES / PUBLISHED_RESULTS), PublishedResults
    )
