"""Published figures made by hand: networks, publications, results, patients. People come from `tests.care`.

house = care.practice()
network = made.network([house])
t2d = made.publication("t2d", dt.date(2022, 12, 31))
made.result(t2d, network, "annual_review", met=80, not_met=20)
made.state(t2d, care.citizen(house), "foot_exam", "overdue", since=dt.date(2022, 3, 1))
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from functools import cache
from typing import Any

from samspil.access.models import Citizen, Organisation
from samspil.improvement.models import (
    CategoryCount,
    Coverage,
    IndicatorPublication,
    IndicatorResult,
    LostPatient,
    Network,
    NetworkPractice,
    PatientState,
)
from samspil.programmes.indicators import INDICATORS, IndicatorSet, load_indicators
from samspil.programmes.loader import PROGRAMMES
from tests import care

AS_OF = dt.date(2022, 12, 31)
FOLDERS = {"t2d": "type-2-diabetes", "copd": "copd", "heart": "heart-disease"}
_numbers = itertools.count(1)


@cache
def definition(name: str = "t2d", day: dt.date = AS_OF) -> IndicatorSet:
    """A set of indicators that comes with Samspil, as in force on a day."""
    return load_indicators(PROGRAMMES / FOLDERS[name] / INDICATORS, FOLDERS[name]).at(day)


def network(practices: Sequence[Organisation] = (), name: str = "Kvalitetsklynge Nord", **fields: Any) -> Network:
    """A network that the practices joined long ago."""
    made = Network.objects.create(code=f"net{next(_numbers)}", name=name)
    for practice in practices:
        NetworkPractice.objects.create(network=made, practice=practice, joined=care.LONG_AGO, **fields)
    return made


def publication(name: str = "t2d", as_of: dt.date = AS_OF, **fields: Any) -> IndicatorPublication:
    """A published set, with its real definition and one version of each indicator on the day itself."""
    found = definition(name, as_of)
    given: dict[str, Any] = {
        "run": f"{as_of:%Y%m%d}-{name}-{next(_numbers)}",
        "set": name,
        "programme": FOLDERS[name],
        "case": found.cases[0].case,
        "as_of": as_of,
        "definition": found.model_dump(mode="json", by_alias=True),
        "versions": {as_of.isoformat(): {each.indicator: each.version for each in found.indicators}},
        "data_dates": {"general_practice": as_of.isoformat()},
        "release": "0" * 12,
        "published_at": care.moment(as_of),
        "published_by": "drift",
    }
    return IndicatorPublication.objects.create(**given | fields)


def result(
    of: IndicatorPublication,
    unit: Organisation | Network | str | None,
    indicator: str,
    *,
    day: dt.date | None = None,
    met: int = 0,
    not_met: int = 0,
    overdue: int = 0,
    no_data: int = 0,
    not_applicable: int = 0,
    exceptions: int = 0,
    **fields: Any,
) -> IndicatorResult:
    """One figure of a practice, a network, a municipality (by number) or the region (None)."""
    where: dict[str, Any] = {"level": "region"}
    if isinstance(unit, Organisation):
        where = {"level": "practice", "practice": unit}
    elif isinstance(unit, Network):
        where = {"level": "network", "network": unit}
    elif unit is not None:
        where = {"level": "municipality", "municipality": unit}
    day = day or of.as_of
    version = of.versions.get(day.isoformat(), {}).get(indicator, "v2")
    counts = {
        "met": met, "not_met": not_met, "overdue": overdue, "no_data": no_data, "not_applicable": not_applicable,
        "exceptions": exceptions, "persons": met + not_met + overdue + no_data + not_applicable,
        "observed_d": met + not_met + overdue - exceptions,
    }  # fmt: skip
    given = {"indicator": indicator, "version": version, "outcome": "computed", "day": day} | counts | where
    return IndicatorResult.objects.create(publication=of, **given | fields)


def state(of: IndicatorPublication, citizen: Citizen, indicator: str, where: str, **fields: Any) -> PatientState:
    """Where a patient stands with an indicator: met, not_met, overdue, no_data or not_applicable."""
    return PatientState.objects.create(
        publication=of, citizen=citizen, practice=citizen.practice, indicator=indicator, state=where, **fields
    )


def lost(of: IndicatorPublication, citizen: Citizen, last_contact: dt.date | None = None) -> LostPatient:
    """A patient whom the practice has lost sight of."""
    return LostPatient.objects.create(
        publication=of, citizen=citizen, practice=citizen.practice, last_contact=last_contact
    )


def _where(unit: Organisation | Network) -> dict[str, Any]:
    if isinstance(unit, Organisation):
        return {"level": "practice", "practice": unit}
    return {"level": "network", "network": unit}


def coverage(
    of: IndicatorPublication,
    unit: Organisation | Network,
    delivering: int = 1,
    participating: int = 1,
    *,
    persons: int | None = 100,
    variable: str = "eye_exam",
    day: dt.date | None = None,
    **fields: Any,
) -> Coverage:
    """What the figures of a practice or a network rest on, for one variable."""
    given = {"with_value": persons, "first_valid": care.LONG_AGO} | _where(unit)
    return Coverage.objects.create(
        publication=of, day=day or of.as_of, delivering=delivering, participating=participating, persons=persons,
        variable=variable, **given | fields,
    )  # fmt: skip


def category(
    of: IndicatorPublication,
    unit: Organisation | Network,
    indicator: str,
    name: str,
    persons: int | None,
    **fields: Any,
) -> CategoryCount:
    """How many persons of a practice or a network are in a category."""
    return CategoryCount.objects.create(
        publication=of, day=of.as_of, indicator=indicator, category=name, persons=persons, **_where(unit) | fields
    )
