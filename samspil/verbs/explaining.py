"""The verb `explain`: one person's score as a waterfall, with every value, its points, source and data date."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from samspil.definitions import SamspilError
from samspil.population.binding import check_model
from samspil.population.stratification import Switch, needed_sources
from samspil.population.stratification import stratify as stratify_tables
from samspil.population.words import Criterion, Language, criteria
from samspil.programmes import RiskModel, find_model
from samspil.warehouse.choice import EMBEDDED, using
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake


@dataclass(frozen=True)
class Explanation:
    """Why a person has the score they have at D."""

    person: int
    provider_number: str
    model: RiskModel
    as_of: dt.date
    score: int
    band: str | None
    in_target: bool
    incomplete: bool
    excluded_by: list[str]
    unchecked: tuple[str, ...]
    criteria: list[Criterion]
    data_dates: dict[str, dt.date]
    stale: list[str]

    @property
    def verdict(self) -> str:
        """The outcome in one sentence."""
        if self.excluded_by:
            return f"excluded by {', '.join(self.excluded_by)}: not in the target group, whatever the score"
        wanted = self.model.target.at_least
        band = f", {self.band}" if self.band else ""
        place = "in the target group" if self.in_target else "not in the target group"
        return f"{self.score} points{band}; the target group begins at {wanted}: {place}"

    def rows(self) -> list[dict[str, Any]]:
        """The waterfall as rows: criterion, value in words, points, running total, source, data date, lines."""
        total, found = 0, []
        for criterion in self.criteria:
            total += criterion.points or 0
            found.append(
                {
                    "criterion": criterion.title,
                    "value": criterion.words,
                    "points": criterion.points if criterion.points is not None else criterion.status,
                    "total": total,
                    "source": ", ".join(criterion.sources),
                    "data date": criterion.data_date or "",
                    "report": criterion.lines,
                }
            )
        return found

    def __rich__(self) -> Table:
        title = Text(f"{self.model.title.en}, person {self.person}, practice {self.provider_number}, {self.as_of}\n")
        table = Table(title=title, title_justify="left", caption=self._caption(), caption_justify="left")
        for name in ("criterion", "value", "points", "", "source", "data date", "report"):
            table.add_column(name, justify="right" if name == "points" else "left")
        total = 0
        for row, criterion in zip(self.rows(), self.criteria, strict=True):
            points = criterion.points or 0
            bar = Text(" " * total + "█" * points, style="bold")
            total += points
            style = "" if points else "dim"
            cells = (row["criterion"], row["value"], str(row["points"]))
            rest = (row["source"], str(row["data date"]), row["report"])
            table.add_row(*cells, bar, *rest, style=style)
        table.add_section()
        table.add_row("Score", "", str(self.score), "█" * self.score, "", "", self.model.target.source)
        return table

    def _caption(self) -> str:
        lines = [self.verdict, f"model {self.model.model}, version {self.model.version}"]
        if self.incomplete:
            unchecked = f"; not checked: {', '.join(self.unchecked)}" if self.unchecked else ""
            lines.append(f"incomplete: the score is the sum of the points that are known{unchecked}")
        if self.stale:
            lines.append(f"stale data at {self.as_of}: {', '.join(self.stale)}")
        return "\n".join(lines)

    def __str__(self) -> str:
        console = Console(width=160, color_system=None)
        with console.capture() as captured:
            console.print(self)
        return captured.get()

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>"


@using(EMBEDDED)
def explain(
    model: str,
    as_of: dt.date,
    person: int,
    *,
    language: Language = "en",
    switches: Sequence[Switch] = (),
    without: Sequence[str] = (),
    state: int | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> Explanation:
    """Why `person` (a `person_id`) has their score at `as_of`, computed anew from their rows alone.

    Raises SamspilError for somebody the model is not about at that day: unknown, without a practice, outside its
    ages, or not active.
    """
    file = find_model(model, Path(programmes) if programmes else None)
    check_model(file)
    lake = Lake.open(Home.find(home), state, without)
    own = {
        name: rows.filter(rows.person_id == person) if "person_id" in rows.columns else rows
        for name, rows in lake.tables.items()
    }
    result = stratify_tables([file.at(as_of)], own, as_of, switches)
    found = result.persons(model).to_pyarrow().to_pylist()
    if not found:
        raise SamspilError(
            f"`{model}` is not about person {person} on {as_of}: unknown, without a practice, outside the "
            "model's ages, or dead or emigrated"
        )
    dates = lake.data_dates()
    row = found[0]
    used = {*needed_sources(result.models[model]), "civil", "general_practice"}
    limit = file.programme.stale_limit
    return Explanation(
        person=person,
        provider_number=row["provider_number"],
        model=result.models[model],
        as_of=as_of,
        score=row["score"],
        band=row["band"],
        in_target=row["in_target"],
        incomplete=row["incomplete"],
        excluded_by=row["excluded_by"],
        unchecked=result.unchecked[model],
        criteria=criteria(result.models[model], row, dates, language),
        data_dates=dates,
        stale=sorted(source for source in used if source in dates and (as_of - dates[source]).days > limit),
    )
