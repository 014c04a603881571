"""Lists made by hand: rounds, publications, lists, names, decisions, inclusions. People come from `tests.care`.

house = care.practice()
bulletin = made.publication("daemp", dt.date(2016, 10, 1))
names = made.names(bulletin, house, 25)            # a list with 25 names on it
made.review(names[0], care.member(house), "invite", seconds=90)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import Any

from samspil.access.models import Citizen, Membership, Organisation
from samspil.lists.models import (
    EligibilityCheck,
    EligibilityRound,
    Entry,
    Inclusion,
    Publication,
    Review,
    RiskList,
    Source,
    Stage,
    Standing,
    Step,
    UnmetNeed,
)
from samspil.programmes import RiskModel, find_model
from tests import care

PROGRAMME = "odense-ic"
AS_OF = dt.date(2016, 10, 1)
#: What decides a name's state, by the decision.
STATES = {
    "invite": Entry.State.INVITED,
    "not_relevant": Entry.State.NOT_RELEVANT,
    "later": Entry.State.LATER,
    "ask": Entry.State.ASKED,
}


@cache
def model(name: str = "daemp", day: dt.date = AS_OF) -> RiskModel:
    """A model that comes with Samspil, as in force on a day."""
    return find_model(name).at(day)


def eligibility_round(name: str = "daemp", number: int = 1, **fields: Any) -> EligibilityRound:
    """A round of a model; the same number again is the same round."""
    given: dict[str, Any] = {
        "programme": PROGRAMME,
        "version": model(name).version,
        "digest": f"{number:064d}",
        "reason": "Første kørsel",
        "opened_by": "drift",
        "opened_at": care.moment(AS_OF),
    }
    return EligibilityRound.objects.get_or_create(model=name, number=number, defaults=given | fields)[0]


def publication(
    name: str = "daemp",
    as_of: dt.date = AS_OF,
    *,
    in_round: EligibilityRound | None = None,
    definition: RiskModel | None = None,
    **fields: Any,
) -> Publication:
    """A published run of a model, with its real definition."""
    given: dict[str, Any] = {
        "run": f"{as_of}-{name}-{Publication.objects.count() + 1}",
        "programme": PROGRAMME,
        "data_dates": {source: as_of.isoformat() for source in ("civil", "hospital", "gp", "prescriptions")},
        "scored": 1000,
        "in_target": 100,
        "published_at": care.moment(as_of),
        "published_by": "drift",
    }
    return Publication.objects.create(
        model=name,
        round=in_round or eligibility_round(name),
        as_of=as_of,
        definition=(definition or model(name, as_of)).model_dump(mode="json", by_alias=True),
        **given | fields,
    )


def risk_list(of: Publication, practice: Organisation, **fields: Any) -> RiskList:
    """A practice's list from a publication; without names until `entry` puts some on it."""
    given: dict[str, Any] = {"kind": RiskList.Kind.INITIAL, "names": 0, "incomplete": 0}
    return RiskList.objects.create(publication=of, practice=practice, **given | fields)


def criteria(of: str = "daemp", points: Mapping[str, int] | None = None) -> dict[str, list[Any]]:
    """An entry's criteria: what is not named gives no points; None is missing."""
    given = dict(points) if points is not None else {"acute_contacts": 4, "gp_contacts": 3}
    return {item.item: _criterion(item, given.get(item.item, 0)) for item in model(of).items}


def _criterion(item: Any, points: int | None) -> list[Any]:
    """A value that gives these points."""
    if points is None:
        return [None, "missing", None]
    if item.bands is not None:
        value: int | str = next((int(b.at_least) for b in item.bands if b.points == points), 0)
    elif item.levels is not None:
        value = next(level for level, worth in item.levels.items() if worth == points)
    else:
        rungs = [rung.level for rung in item.first_of if rung.points == points]
        value = rungs[0] if rungs else item.otherwise.level
    return [value, "scored", points]


def entry(on: RiskList, citizen: Citizen | None = None, **fields: Any) -> Entry:
    """One name on a list, still to be reviewed. The list's counts follow."""
    name = on.publication.model
    found = fields.pop("criteria", None) or criteria(name)
    score = sum(points or 0 for _value, _status, points in found.values())
    bands = [band.band for band in model(name).bands if band.at_least <= score]
    given: dict[str, Any] = {
        "score": score,
        "band": bands[-1] if bands else "",
        "arrival": "initial" if on.kind == RiskList.Kind.INITIAL else "new",
        "incomplete": any(status == "missing" for _value, status, _points in found.values()),
    }
    made = Entry.objects.create(
        risk_list=on,
        practice=on.practice,
        citizen=citizen or care.citizen(on.practice),
        model=name,
        publication=on.publication,
        criteria=found,
        **given | fields,
    )
    on.names += 1
    on.incomplete += made.incomplete
    on.save()
    return made


def names(of: Publication, practice: Organisation, count: int, **fields: Any) -> list[Entry]:
    """A practice's list with so many names on it."""
    on = risk_list(of, practice)
    return [entry(on, **fields) for _ in range(count)]


def review(
    of: Entry,
    by: Membership,
    kind: str = "invite",
    reason: str = "",
    *,
    seconds: int | None = 60,
    day: dt.date = AS_OF,
    **fields: Any,
) -> Review:
    """A decision about a name; the name's state follows unless the decision is undone."""
    done = Review.objects.create(
        entry=of,
        kind=kind,
        reason=reason,
        state_before=of.state,
        publication=of.publication,
        by=by,
        at=fields.pop("at", care.moment(day)),
        seconds=seconds,
        **fields,
    )
    if done.undone_at is None:
        of.state, of.version = STATES[kind], of.version + 1
        of.save()
    return done


def inclusion(
    by: Membership,
    *,
    citizen: Citizen | None = None,
    entry: Entry | None = None,
    name: str = "daemp",
    stage: str = Stage.TO_INVITE,
    source: str | None = None,
    day: dt.date = AS_OF,
    steps: tuple[str, ...] = (),
    **fields: Any,
) -> Inclusion:
    """A way from a choice towards enrolment, in the practice of who opened it.

    Begins with the step that goes with its stage; `steps` are the kinds of those that follow, all that day.
    """
    given: dict[str, Any] = {
        "programme": PROGRAMME,
        "model": entry.model if entry else name,
        "practice": by.organisation,
        "source": source or (Source.LIST if entry else Source.NEWLY_ILL),
        "round": entry.publication.round if entry else eligibility_round(name),
        "model_version": model(entry.model if entry else name).version,
        "opened_at": care.moment(day),
        "enrolled_at": care.moment(day) if stage == Stage.ENROLLED else None,
        "ended_at": care.moment(day) if stage == Stage.ENDED else None,
    }
    who = citizen or (entry.citizen if entry else care.citizen(by.organisation))
    made = Inclusion.objects.create(citizen=who, entry=entry, stage=stage, opened_by=by, **given | fields)
    for kind in (Step.Kind.NOMINATED if stage == Stage.NOMINATED else Step.Kind.CHOSEN, *steps):
        step(made, by, kind, day)
    return made


def step(of: Inclusion, by: Membership, kind: str, day: dt.date = AS_OF, **fields: Any) -> Step:
    """Something done on the way."""
    return Step.objects.create(inclusion=of, kind=kind, on=day, by=by, **{"at": care.moment(day), **fields})


def check(of: Inclusion, by: Membership, verdict: str = "eligible", **fields: Any) -> EligibilityCheck:
    """A check at the gate."""
    given: dict[str, Any] = {"at": care.moment(AS_OF)}
    return EligibilityCheck.objects.create(inclusion=of, verdict=verdict, by=by, **given | fields)


def unmet_need(citizen: Citizen, by: Membership, route: str = "municipality", **fields: Any) -> UnmetNeed:
    """Somebody not taken in who was helped on to somewhere."""
    given: dict[str, Any] = {
        "programme": PROGRAMME,
        "model": "daemp",
        "need": "Brug for aflastning i hjemmet",
        "at": care.moment(AS_OF),
    }
    return UnmetNeed.objects.create(citizen=citizen, practice=by.organisation, route=route, by=by, **given | fields)


def standing(citizen: Citizen, at: Publication, score: int = 12, **fields: Any) -> Standing:
    """Where a citizen stands with a model after a publication."""
    bands = [band.band for band in model(at.model).bands if band.at_least <= score]
    given: dict[str, Any] = {
        "band": bands[-1] if bands else "",
        "in_target": score >= model(at.model).target.at_least,
        "incomplete": False,
    }
    return Standing.objects.create(citizen=citizen, model=at.model, publication=at, score=score, **given | fields)
