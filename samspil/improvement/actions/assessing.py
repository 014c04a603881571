"""Assessing what a citizen needs: complexity and self-care, or the need for integration.

Assessments stand beside each other; none replaces another, and none holds for ever (report 002 STRAT-6 to -10, -15,
-18; report 001 R-SEG-04 to -06).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from samspil.access import guard
from samspil.access.actor import Actor
from samspil.access.errors import Conflict, Invalid
from samspil.access.models import Citizen
from samspil.definitions import SamspilError
from samspil.improvement.models import NeedAssessment
from samspil.improvement.needs import COMPLEXITY, HALVES, SELF_CARE, Reach, professions, resource, rules
from samspil.population.integration import Need, choose, complexity, need_for_integration
from samspil.population.square import Assessment, check_assessment, position
from samspil.population.time import Months
from samspil.programmes.segment_rules import Dimension, Profession

_Kind, _Method = NeedAssessment.Kind, NeedAssessment.Method
#: What something that was looked at does to self-care.
BEARINGS = ("supports", "none", "burdens")


@dataclass(frozen=True)
class Made:
    """How an assessment was made: with an instrument or by own judgement, in which profession, and why now."""

    method: str
    profession: str
    occasion: str = "regular"


@dataclass(frozen=True)
class Look:
    """One group of inputs that was looked at: what it does to self-care, and what was seen."""

    bearing: str
    words: str = ""


@dataclass(frozen=True)
class SquareGiven:
    """Complexity and self-care, each low, high or None for not assessed; with an instrument its name and score."""

    complexity: str | None = None
    self_care: str | None = None
    inputs: Mapping[str, Look] = field(default_factory=dict)
    instrument: str = ""
    score: Decimal | None = None


@dataclass(frozen=True)
class IntegrationGiven:
    """Values of the six rows, complexity in its three kinds with evidence, and the level chosen.

    `level` is empty for the one that is proposed.
    """

    rows: Mapping[str, str | None] = field(default_factory=dict)
    complexity: Any = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    level: str = ""
    reason: str = ""


def assess_square(
    actor: Actor, citizen: Citizen, made: Made, given: SquareGiven, *, known: int | None = None
) -> NeedAssessment:
    """An assessment of complexity and self-care. An axis that is left out leaves the quadrant undetermined.

    `known` is the newest assessment of the kind that was seen, 0 for none. Raises Refused without a relation and a
    basis, for an axis that the sector does not work with, for a kind of data that is not open to the actor, and for a
    clinical field by another profession; Invalid for what cannot be used; Conflict when somebody was first.
    """
    profession = _begin(actor, citizen, made, _Kind.SQUARE)
    square, reach = rules().square, Reach(actor, citizen, "write")
    for name, axis, value in (
        (COMPLEXITY, square.complexity, given.complexity),
        (SELF_CARE, square.self_care, given.self_care),
    ):
        if value is None:
            continue
        if value not in HALVES:
            raise Invalid(name, _("Choose low or high."))
        if name not in reach.sides:
            guard.refuse(actor, "write", resource(actor, citizen), "care", "role")
        _may_write(actor, citizen, axis.category, clinical=axis.clinical, profession=profession)
    inputs = {each.input: each for each in square.self_care_inputs}
    for name, look in given.inputs.items():
        if name not in inputs:
            raise Invalid("", _("There is no such thing to look at."))
        if look.bearing not in BEARINGS:
            raise Invalid(f"input_{name}", _("Say what it means for self-care."))
        if SELF_CARE not in reach.sides:
            guard.refuse(actor, "write", resource(actor, citizen), "care", "role")
        _may_write(actor, citizen, inputs[name].category, clinical=inputs[name].clinical, profession=profession)
    if given.complexity is None and given.self_care is None and not given.inputs:
        raise Invalid("", _("Nothing was assessed. Fill in what you can judge."))
    _instrument(made, given)
    if given.self_care in HALVES:
        today, looked = timezone.localdate(), tuple(given.inputs)
        score = float(given.score) if given.score is not None else None
        half, method = given.self_care, made.method
        check_assessment(Assessment(half, method, actor.role.value, today, looked, score), square)  # type: ignore[arg-type]
    found = position(given.complexity, given.self_care, square)  # type: ignore[arg-type]
    values = {
        COMPLEXITY: given.complexity,
        SELF_CARE: given.self_care,
        "inputs": {name: {"bearing": look.bearing, "words": look.words.strip()} for name, look in given.inputs.items()},
        "instrument": given.instrument.strip(),
        "score": str(given.score) if given.score is not None else None,
        "occasion": made.occasion,
    }
    return _keep(actor, citizen, _Kind.SQUARE, made, values, {"quadrant": found.quadrant}, known=known)


def assess_integration(
    actor: Actor, citizen: Citizen, made: Made, given: IntegrationGiven, *, known: int | None = None
) -> NeedAssessment:
    """An assessment of the need for integration. The least intensive level that all rows fit is proposed.

    Another level than the proposed one needs a reason, which is kept with who chose (001 R-SEG-05). Complexity is
    three numbers with evidence and never a sum (001 R-SEG-06). Raises what `assess_square` raises.
    """
    profession = _begin(actor, citizen, made, _Kind.INTEGRATION)
    table = rules().integration
    rows = {name: value for name, value in given.rows.items() if value is not None}
    of_rows = {each.row: each for each in table.rows}
    if not isinstance(given.complexity, Mapping):
        raise Invalid(
            "", _("Complexity is clinical, social and organisational, each by itself. A sum is no substitute.")
        )
    of_dimensions: dict[str, Dimension] = {each.dimension: each for each in table.dimensions}
    degrees = {name: given.complexity.get(name) for name in of_dimensions}
    asked = [
        *(of_rows.get(name) for name in rows),
        *(of_dimensions[n] for n, value in degrees.items() if value is not None),
    ]
    for field_ in asked:
        if field_ is not None:
            _may_write(actor, citizen, field_.category, clinical=field_.clinical, profession=profession)
    if not rows and all(value is None for value in degrees.values()):
        raise Invalid("", _("Nothing was assessed. Fill in what you can judge."))
    evidence = {name: given.evidence.get(name, "").strip() for name in degrees}
    for name, value in degrees.items():
        if value is not None and value < 0:
            raise Invalid(f"degree_{name}", _("Write a whole number from 0."))
        if value and not evidence[name]:
            raise Invalid(f"evidence_{name}", _("Write what it is seen from."))
    try:
        complexity({**dict.fromkeys(("clinical", "social", "organisational")), **degrees}, evidence)
        need = need_for_integration(rows, table)
    except SamspilError as error:
        raise Invalid("", _("Choose one of the values of each row.")) from error
    override = _chosen(actor, need, given)
    values = {"rows": rows, "complexity": degrees, "evidence": evidence, "occasion": made.occasion}
    result = {
        "level": need.level,
        "consistent": list(need.consistent),
        "rows": [{"row": row.row, "value": row.value, "levels": list(row.levels)} for row in need.rows],
    }
    reason = given.reason.strip() if override else ""
    return _keep(actor, citizen, _Kind.INTEGRATION, made, values, result, known=known, override=override, reason=reason)


def withdraw(actor: Actor, told: NeedAssessment, reason: str) -> None:
    """Take an assessment back that should not be there; that it was, and why not, stays.

    Raises Refused for an assessment that another organisation made, Invalid without a reason, and Conflict when it has
    been taken back already.
    """
    asked = resource(actor, told.citizen)
    detail = f"{told.kind}/{told.pk} withdrawn"
    guard.check(actor, "write", asked, "care", detail=detail)
    if told.by.organisation_id != actor.organisation_id:
        guard.refuse(actor, "write", asked, "care", "relation")
    if not reason.strip():
        raise Invalid("reason", _("Write why. Whoever reads it has to understand."))
    with transaction.atomic():
        standing = NeedAssessment.objects.filter(pk=told.pk, withdrawn_at__isnull=True)
        given = {"withdrawn_by": actor.membership, "withdrawn_at": timezone.now(), "withdrawn_reason": reason.strip()}
        if not standing.update(**given):
            told.refresh_from_db()
            who = told.withdrawn_by.user.name if told.withdrawn_by is not None else ""
            raise Conflict(_("%(who)s has taken it back already.") % {"who": who})
        guard.require(actor, "write", asked, "care", detail=detail)
    told.refresh_from_db()


def _begin(actor: Actor, citizen: Citizen, made: Made, kind: NeedAssessment.Kind) -> Profession:
    """The policy's yes and what every assessment says. Raises Refused and Invalid."""
    guard.check(actor, "write", resource(actor, citizen), "care", detail=kind.value)
    if made.method not in _Method.values:
        raise Invalid("method", _("Choose how it was assessed."))
    profession = next((each for each in professions(actor) if each.profession == made.profession), None)
    if profession is None:
        raise Invalid("", _("Choose the profession in which you assess."))
    if made.occasion not in {each.occasion for each in rules().assessing.occasions}:
        raise Invalid("occasion", _("Choose why it is assessed now."))
    return profession


def _may_write(actor: Actor, citizen: Citizen, category: str | None, *, clinical: bool, profession: Profession) -> None:
    """That a field is for the actor to fill in. Raises Refused."""
    asked = resource(actor, citizen, category)
    guard.check(actor, "write", asked, "care")
    if clinical and not profession.clinical:
        guard.refuse(actor, "write", asked, "care", "role")


def _instrument(made: Made, given: SquareGiven) -> None:
    if made.method == _Method.STRUCTURED and not given.instrument.strip():
        raise Invalid("instrument", _("Write which instrument was used."))
    if made.method != _Method.STRUCTURED and (given.instrument.strip() or given.score is not None):
        raise Invalid("instrument", _("An instrument and its score belong to an assessment with an instrument."))


def _chosen(actor: Actor, need: Need, given: IntegrationGiven) -> str:
    """The level, where another than the proposed was chosen. Raises Invalid without a reason."""
    table = rules().integration
    if not given.level or given.level == need.level:
        return ""
    if given.level not in {each.level for each in table.levels}:
        raise Invalid("level", _("Choose one of the levels."))
    if not given.reason.strip():
        raise Invalid("reason", _("Write why another level than the proposed one is right."))
    user = actor.user.get_username() if actor.user is not None else None
    return choose(need, given.level, table, reason=given.reason, user=user).level


def _keep(
    actor: Actor,
    citizen: Citizen,
    kind: NeedAssessment.Kind,
    made: Made,
    values: dict[str, Any],
    result: dict[str, Any],
    *,
    known: int | None,
    override: str = "",
    reason: str = "",
) -> NeedAssessment:
    assert actor.membership is not None, "only members of an organisation are granted this"
    now = timezone.now()
    with transaction.atomic():
        if Citizen.objects.select_for_update().get(pk=citizen.pk).inactive:
            raise Invalid("", _("The citizen is dead or emigrated. Nothing more is assessed."))
        newest = NeedAssessment.objects.filter(citizen=citizen, kind=kind).select_related("by__user").order_by("-pk")
        _nobody_before(newest[:1], known)
        found = NeedAssessment.objects.create(
            citizen=citizen,
            kind=kind,
            method=made.method,
            profession=made.profession,
            values=values,
            result=result,
            override=override,
            reason=reason,
            by=actor.membership,
            at=now,
            valid_until=_holds_until(timezone.localdate(now)),
        )
        guard.require(actor, "write", resource(actor, citizen), "care", detail=f"{kind.value}/{found.pk}")
    return found


def _nobody_before(newest: Iterable[NeedAssessment], known: int | None) -> None:
    """That nobody assessed after what was seen. Raises Conflict."""
    for each in newest:
        if known is not None and each.pk > known:
            raise Conflict(
                _("%(who)s has assessed while you were writing. Look at it, and send yours again if it still holds.")
                % {"who": each.by.user.name}
            )


def _holds_until(day: dt.date) -> dt.date:
    return Months(int(rules().validity_months.value)).after(day)
