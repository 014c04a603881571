"""The verb `validate`: does a model find the right people, told with intervals, a report and a model card."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samspil import __version__
from samspil.definitions import SamspilError
from samspil.evaluation import DataSource, Estimate, ModelCard, Unknown, Validation, model_card
from samspil.evaluation import validate as validate_model
from samspil.evaluation.costs import Amounts
from samspil.population.binding import check_model, check_outcomes
from samspil.population.stratification import Switch
from samspil.population.time import Months
from samspil.population.words import Language
from samspil.programmes import ModelFile, Programme, load_programmes
from samspil.reports.validation_report import to_html, to_markdown
from samspil.verbs.kept import code_fingerprint
from samspil.verbs.show import Shown
from samspil.verbs.write import write_text
from samspil.warehouse.contracts import contracts
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.state import unbroken


@dataclass(frozen=True)
class ModelValidation(Shown):
    """A model's validation with its card. `html` and `markdown` give the report."""

    validation: Validation
    card: ModelCard
    report_date: dt.date

    def html(self, language: Language = "da") -> str:
        return to_html(self.validation, self.card, language, self.report_date)

    def markdown(self, language: Language = "da") -> str:
        return to_markdown(self.validation, self.card, language, self.report_date)

    def rows(self) -> list[dict[str, Any]]:
        """The main figures of each outcome, with 95 % intervals."""
        return [{"outcome": found.outcome.title.en, **_figures(found.result)} for found in self.validation.outcomes]


def _figures(result: Any) -> dict[str, Any]:
    if isinstance(result, Unknown):
        return {"remarks": str(result)}
    if isinstance(result, Amounts):
        share = _shown(result.listed_share, percent=True)
        return {"remarks": f"the list accounts for {share} of the total; Spearman {_shown(result.correlation)}"}
    at_threshold = result.accuracy.at_threshold
    regression = result.comparison
    return {
        "had it": at_threshold.events,
        "on the list": at_threshold.listed,
        "PPV": _shown(at_threshold.ppv, percent=True),
        "sensitivity": _shown(at_threshold.sensitivity, percent=True),
        "AUC": _shown(result.accuracy.auc),
        "AUC of regression": "not assessed" if isinstance(regression, Unknown) else _shown(regression.auc_regression),
        "remarks": str(regression) if isinstance(regression, Unknown) else "",
    }


def _shown(figure: Estimate | Unknown, *, percent: bool = False) -> str:
    if isinstance(figure, Unknown):
        return "not estimable"
    if percent:
        return f"{figure.value:.1%} ({figure.low:.1%}–{figure.high:.1%})"
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def validate(
    model: str,
    as_of: dt.date,
    horizon: str = "12 months",
    *,
    out: Path | str | None = None,
    language: Language = "da",
    switches: Sequence[Switch] = (),
    without: Sequence[str] = (),
    report_date: dt.date | None = None,
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> ModelValidation:
    """Score at `as_of` against what happened in the `horizon` after it, as the programme's outcomes define it.

    Discrimination, predictive value, calibration, subgroups, what each item adds, and a plain logistic regression
    on the same items, trained on the horizon before `as_of`. `out` is a folder that receives the report as HTML
    and Markdown. Raises SamspilError for an unknown model or horizon and for a programme without outcomes.
    """
    file, programme = _find(model, programmes)
    if programme.outcomes is None:
        raise SamspilError(f"the programme `{programme.definition.programme}` defines no outcomes (outcomes.yaml)")
    check_model(file)
    check_outcomes(programme.outcomes)
    try:
        months = Months.parse(horizon)
    except ValueError as error:
        raise SamspilError(f"the horizon {error}") from error
    lake = Lake.open(Home.find(home), without=without)
    sources = [_source(lake, name) for name in lake.sources]
    found = validate_model(
        file,
        programme.outcomes.outcomes,
        lake.tables,
        as_of,
        months,
        data_until={source.source: source.data_until for source in sources},
        data_from={source.source: source.data_from for source in sources},
        switches=switches,
    )
    card = model_card(file, found, sources, f"{__version__} ({code_fingerprint()})")
    today = report_date or dt.date.today()  # noqa: DTZ011 - the day on the user's own calendar
    result = ModelValidation(found, card, today)
    if out is not None:
        folder = Path(out)
        folder.mkdir(parents=True, exist_ok=True)
        write_text(result.html(language), folder / f"validation-{model}-{as_of}.html")
        write_text(result.markdown(language), folder / f"validation-{model}-{as_of}.md")
    return result


def _find(model: str, programmes: Path | str | None) -> tuple[ModelFile, Programme]:
    found = load_programmes(Path(programmes) if programmes else None)
    for programme in found:
        for file in programme.models:
            if file.name == model:
                return file, programme
    known = sorted(file.name for programme in found for file in programme.models)
    raise SamspilError(f"unknown model `{model}`; models are {', '.join(known)}")


def _source(lake: Lake, source: str) -> DataSource:
    deliveries = lake.deliveries(source)
    newest = max(deliveries, key=lambda delivery: delivery.extracted_at)
    covered = unbroken([delivery.period for delivery in deliveries])
    return DataSource(
        source=source,
        title=contracts()[source].title,
        owner=newest.owner,
        data_from=covered.from_,
        data_until=covered.to,
        drawn_on=newest.data_date,
        deliveries=tuple(delivery.id for delivery in deliveries),
    )
