"""The model-review report as rows for a spreadsheet: one figure a row, each with what it is a figure of."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from samspil.lists.names import version_title
from samspil.lists.queries.model_review import ModelReview, Precision, RoundReview, Said

Row = list[str]


def rows(review: ModelReview) -> Iterator[Row]:
    """A head that says what the report is of, and then a row for each figure of each round."""
    yield [_("Model review"), review.title]
    yield [_("Made on"), date_format(review.day, "SHORT_DATE_FORMAT")]
    yield [_("Hidden"), _("counts from 1 to %(most)s, and what would give them away") % {"most": review.few - 1}]
    yield []
    yield [
        _("Round"), _("Version"), _("Data as of"), _("Part"), _("Of"), _("Number"), _("Out of"), _("Share"),
        _("Lower limit"), _("Upper limit"), _("Not judged"),
    ]  # fmt: skip
    for one in review.rounds:
        days = ", ".join(date_format(found.as_of, "SHORT_DATE_FORMAT") for found in one.publications)
        stamp = [str(one.round.number), version_title(one.round.model, one.round.version), days]
        for row in _of_round(one):
            yield stamp + row


def _of_round(one: RoundReview) -> Iterator[Row]:
    yield _precision(_("Precision"), _("All names"), one.overall)
    for found in one.criteria:
        not_judged = _("hidden") if found.missing is None else str(found.missing)
        yield [*_precision(_("Precision by criterion"), found.label, found), not_judged]
    for band in one.bands:
        yield _precision(_("Precision by band"), band.band.label or _("no band"), band.band)
        for score in band.scores:
            yield _precision(_("Precision by score"), score.label, score)
    for reason in one.reasons:
        yield _count(_("Reasons for not relevant"), reason.title, reason.count)
    yield _count(_("Names"), _("Names on lists"), one.names)
    yield _count(_("Names"), _("Incomplete"), one.incomplete, one.names)
    for exclusion in one.unchecked:
        yield [_("Exclusions that were not checked"), exclusion]
    for exclusion, said in one.overrides:
        yield _count(_("Exclusions set aside"), f"{exclusion}: {said.title}", said.count)
    for source in one.sources:
        for fault in source.faults:
            yield _fault(source.source, fault, source.ended)


def _fault(source: str, fault: Said, ended: int | None) -> Row:
    return _count(_("Ended by mistake of the list"), f"{source}: {fault.title}", fault.count, ended)


def _precision(part: str, of: str, found: Precision) -> Row:
    if found.decisions is None:
        return [part, of, _("hidden"), "", "", "", ""]
    share = found.decisions.precision
    limits = [_number(limit) for limit in found.interval] if found.interval else ["", ""]
    value = "" if share.value is None else _number(share.value)
    return [part, of, str(found.decisions.invited), str(found.decisions.decided), value, *limits]


def _count(part: str, of: str, count: int | None, out_of: int | None = None) -> Row:
    return [part, of, _("hidden") if count is None else str(count), "" if out_of is None else str(out_of)]


def _number(value: float) -> str:
    return str(number_format(round(value, 3), 3, use_l10n=True))
