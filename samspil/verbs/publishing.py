"""The verb `publish`: a run's target persons are brought to the lists of the care plane."""

from __future__ import annotations

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
from samspil.verbs.people import citizens_at, practices_at
from samspil.verbs.scoring import Run, open_run
from samspil.verbs.show import Shown

if TYPE_CHECKING:
    from samspil.lists.actions.publish import Published

_PURPOSE = "publish the practices' lists"


@dataclass
class PublishedRun(Shown):
    """What publishing did, per model."""

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
                "note": "was published before; nothing changed" if model.again else "",
            }
            for model in self.published.models
        ]


def publish(
    run: str,
    *,
    because: str = "",
    wanted: int | None = None,
    home: Path | str | None = None,
) -> PublishedRun:
    """Bring a kept run, by its name or the beginning of it, to the practices' lists in the care plane.

    Publishing the same run again changes nothing. `because` says why criteria changed since the last publication,
    `wanted` how many citizens they should find. Programmes are those of `SAMSPIL_PROGRAMMES`, as for the pages.
    Raises SamspilError for an unknown or outdated run, changed criteria without a reason, and when no legal basis for
    the lists is in force.
    """
    care_plane(home)
    # Django's records can be loaded only now that it is set up.
    from samspil.access.actor import system  # noqa: PLC0415
    from samspil.access.log import Refused, append  # noqa: PLC0415
    from samspil.lists.actions.publish import publish as bring  # noqa: PLC0415

    handover = hand_over(open_run(run, home))
    try:
        return PublishedRun(bring(system(), handover, because=because, wanted=wanted))
    except Refused as refused:
        append([refused.record])
        raise SamspilError(
            "no legal basis for risk lists is in force, so nothing was published; "
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
