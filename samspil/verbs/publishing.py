"""The verb `publish`: a run's target persons are brought to the lists of the care plane."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from samspil.config.setup import care_plane
from samspil.definitions import SamspilError
from samspil.lists.handover import Handover, ModelHandover, PersonRow
from samspil.lists.programme import of_model
from samspil.population.engine import is_active
from samspil.population.time import AsOf
from samspil.programmes import RiskModel
from samspil.verbs.costing import open_cost
from samspil.verbs.indicator_run import open_indicators
from samspil.verbs.people import citizens_at, practices_at
from samspil.verbs.publishing_figures import hand_over_cost, hand_over_indicators, hand_over_segments
from samspil.verbs.scoring import STRATIFY, Run, open_run
from samspil.verbs.segmenting import open_segments
from samspil.verbs.show import Shown
from samspil.warehouse.choice import EMBEDDED, using
from samspil.warehouse.home import Home
from samspil.warehouse.runs import find_run

if TYPE_CHECKING:
    from samspil.improvement.actions.publish import Published as FiguresPublished
    from samspil.lists.actions.publish import Published

_PURPOSE = "publish the practices' lists"
#: What is said of a run that had been published before.
AGAIN = "was published before; nothing changed"


@dataclass
class PublishedRun(Shown):
    """What publishing a run of risk models did, per model."""

    published: Published

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "model": model.model,
                "round": model.round,
                "initial lists": model.initial_lists,
                "names": model.initial_names,
                "accrual lists": model.accrual_lists,
                "new names": model.new_names,
                "brought up to date": model.refreshed,
                "left": model.left,
                "note": AGAIN if model.again else "",
            }
            for model in self.published.models
        ]


@dataclass
class PublishedFigures(Shown):
    """What publishing a run of indicators, segments or cost did."""

    published: FiguresPublished
    release: str

    def rows(self) -> list[dict[str, Any]]:
        done = self.published
        return [
            {
                "run": done.run,
                "release": self.release,
                "figures": done.figures,
                "with something hidden": done.hidden,
                "patients": done.patients,
                "note": AGAIN if done.again else "",
            }
        ]


@using(EMBEDDED)
def publish(
    run: str,
    *,
    because: str = "",
    wanted: int | None = None,
    home: Path | str | None = None,
) -> PublishedRun | PublishedFigures:
    """Bring a kept run, by its name or the beginning of it, to the care plane.

    Risk models go to the practices' lists: `because` says why criteria changed since the last publication, `wanted` how
    many citizens they should find. Indicators go to practices, networks and leadership, segments and cost to
    leadership; what is seen outside a practice is released first. Publishing the same run again changes
    nothing. Programmes are those of `SAMSPIL_PROGRAMMES`, as for the pages. Raises SamspilError for an unknown or
    outdated run, changed criteria without a reason, and when no legal basis for it is in force.
    """
    care_plane(home)
    stored = find_run(Home.find(home), run)
    kind = stored.description["kind"]
    if kind != STRATIFY and (because or wanted is not None):
        raise SamspilError(f"a run of `{kind}` has no criteria: leave out the reason and the number wanted")
    match kind:
        case "stratify":
            return publish_lists(run, because=because, wanted=wanted, home=home)
        case "indicators" | "segments" | "cost":
            return _publish_figures(kind, run, home)
        case _:
            raise SamspilError(f"a run of `{kind}` is not published")


@using(EMBEDDED)
def publish_lists(
    run: str, *, because: str = "", wanted: int | None = None, home: Path | str | None = None
) -> PublishedRun:
    """Bring a run of risk models to the practices' lists: see `publish`."""
    care_plane(home)
    # Django's records can be loaded only now that it is set up.
    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.lists.actions.publish import publish as bring  # noqa: PLC0415

    with _basis_for("risk lists"):
        return PublishedRun(bring(system(), hand_over(open_run(run, home)), because=because, wanted=wanted))


def _publish_figures(kind: str, run: str, home: Path | str | None) -> PublishedFigures:
    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.improvement.actions.publish import publish_figures, publish_indicators  # noqa: PLC0415

    with _basis_for("following up patients through linked data"):
        if kind == "indicators":
            indicators = hand_over_indicators(open_indicators(run, home))
            return PublishedFigures(publish_indicators(system(), indicators), indicators.release.id)
        figures = (
            hand_over_segments(open_segments(run, home)) if kind == "segments" else hand_over_cost(open_cost(run, home))
        )
        return PublishedFigures(publish_figures(system(), figures), figures.release.id)


@contextlib.contextmanager
def _basis_for(what: str) -> Iterator[None]:
    """Where no legal basis is in force: log it, and say who can mend it."""
    from samspil.access.log import Refused, append  # noqa: PLC0415

    try:
        yield
    except Refused as refused:
        append([refused.record])
        raise SamspilError(
            f"no legal basis for {what} is in force, so nothing was published; "
            "the data protection officer records one under Oversight, Legal bases"
        ) from refused


def hand_over(run: Run) -> Handover:
    """A run as the care plane takes it: identified citizens, and each model's results."""
    models = run.models
    return Handover(
        run=run.name,
        as_of=run.as_of,
        data_dates=run.data_dates,
        stale=run.stale,
        not_loaded=list(run.stored.description["not_loaded"]),
        practices=practices_at(run.lake, run.as_of),
        citizens=citizens_at(run.lake, run.as_of, _PURPOSE),
        inactive=_inactive(run),
        models=[
            ModelHandover(
                programme=of_model(name).definition.programme,
                definition=model,
                missing=run.missing(name),
                unchecked=run.unchecked(name),
                persons=_persons(run, model),
            )
            for name, model in models.items()
        ],
    )


def _inactive(run: Run) -> frozenset[int]:
    person = run.lake.tables["person"]
    gone = person.filter(~is_active(person, AsOf(run.as_of))).select("person_id")
    return frozenset(gone.to_pyarrow()["person_id"].to_pylist())


def _persons(run: Run, model: RiskModel) -> Iterator[PersonRow]:
    items = [item.item for item in model.items]
    rows = run.persons(model.model).order_by("person_id").to_pyarrow()
    for batch in rows.to_batches(max_chunksize=10_000):
        for row in batch.to_pylist():
            criteria = {item: [row[f"value_{item}"], row[f"status_{item}"], row[f"points_{item}"]] for item in items}
            yield PersonRow(
                person_id=row["person_id"],
                score=row["score"],
                band=row["band"],
                in_target=row["in_target"],
                excluded_by=list(row["excluded_by"]),
                incomplete=row["incomplete"],
                criteria=criteria,
            )
