"""The verb `evaluate`: did it help, and what did it cost? A study as a file, registered before it is answered."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from samspil import __version__, evaluation
from samspil.definitions import SamspilError
from samspil.evaluation.effects.estimate import Effect, Limit, Verdict
from samspil.evaluation.figures import Unknown
from samspil.evaluation.study_binding import bind_study
from samspil.evaluation.study_result import OutcomeFindings, Registration, SourceUsed, StudyResult
from samspil.evaluation.study_run import Given, run_study
from samspil.population.cost import check_prices
from samspil.population.words import Language
from samspil.programmes.disclosure import load_disclosure
from samspil.programmes.payers import load_payers
from samspil.programmes.prices import load_prices
from samspil.programmes.study import Study, load_study
from samspil.reports.evaluation_report import to_html, to_pdf
from samspil.verbs.figures_file import figures
from samspil.verbs.kept import code_fingerprint, fingerprint
from samspil.verbs.show import Shown
from samspil.verbs.write import write_bytes, write_text
from samspil.warehouse.choice import EMBEDDED, using
from samspil.warehouse.home import Home
from samspil.warehouse.lake import Lake
from samspil.warehouse.sources import changing
from samspil.warehouse.state import unbroken
from samspil.warehouse.studies import Registered, register, registered

#: The truth that `samspil synth --programme` writes beside a region.
TRUTH = "truth_programme.json"


@dataclass(frozen=True)
class StudyAnswer(Shown):
    """A study, done. `html` and `pdf` give the report, `figures` every number in it by name."""

    result: StudyResult

    def html(self, language: Language = "da") -> str:
        return to_html(self.result, language)

    def pdf(self, language: Language = "da") -> bytes:
        return to_pdf(self.html(language), self.result.run)

    def figures(self) -> dict[str, Any]:
        found: dict[str, Any] = figures(self.result)
        return found

    def rows(self) -> list[dict[str, Any]]:
        """Each outcome with its effect and what may be said of it."""
        return [_row(found) for found in self.result.outcomes]

    def balance_rows(self) -> list[dict[str, Any]]:
        """Each covariate before and after matching: the first result."""
        return [
            {
                "covariate": row.covariate,
                "enrolled": f"{row.matched_treated_mean:.2f}",
                "candidates": f"{row.candidates_mean:.2f}",
                "matched": f"{row.matched_mean:.2f}",
                "difference before": _shown(row.difference_before),
                "difference after": _shown(row.difference_after),
                "alike": row.covariate not in self.result.balance.failing,
            }
            for row in self.result.balance.rows
        ]

    def notes(self) -> list[str]:
        """What must be said with the effects, as the report says it too."""
        follow_up = self.result.cohort.treated_follow_up
        notes = [
            f"Followed: {follow_up.under_6_months:.0%} under 6 months, {follow_up.under_12_months:.0%} under 12.",
            Limit.UNOBSERVED.value,
        ]
        if self.result.overridden:
            notes.insert(0, "Those compared are not alike enough; effects are shown because it was asked for.")
        if self.result.registration.changed_from:
            notes.insert(0, "This study was registered before with other content; see the report.")
        return notes

    def attrition_rows(self) -> list[dict[str, Any]]:
        """Each criterion with what it leaves of those enrolled and of the candidates."""
        cohort = self.result.cohort
        return [
            {
                "criterion": treated.criterion,
                "enrolled before": treated.before,
                "enrolled after": treated.after,
                "candidates before": candidates.before,
                "candidates after": candidates.after,
            }
            for treated, candidates in zip(cohort.treated_steps, cohort.candidate_steps, strict=True)
        ]


def _row(found: OutcomeFindings) -> dict[str, Any]:
    row = {"outcome": found.outcome.title.en, "hoped for": found.outcome.direction}
    if isinstance(found.main, Unknown):
        said = str(found.verdict)
        # Why those who are not alike cannot be compared is what the verdict says already.
        told = said if found.verdict == Verdict.NOT_COMPARABLE else f"{said}: {found.main}"
        return {**row, "effect": "", "95 % interval": "", "enrolled / compared": "", "verdict": told}
    effect: Effect = found.main
    shown = {
        **row,
        "effect": f"{effect.estimate.value:+.2f}",
        "95 % interval": f"{effect.estimate.low:+.2f} to {effect.estimate.high:+.2f}",
        "enrolled / compared": f"{effect.treated} / {effect.comparison}",
        "verdict": str(found.verdict),
    }
    return shown if found.truth is None else {**shown, "true effect": f"{found.truth:+.2f}"}


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:+.3f}"


@using(EMBEDDED)
def evaluate(
    study: Path | str,
    *,
    out: Path | str | None = None,
    language: Language = "da",
    truth: Path | str | None = None,
    override_balance: bool = False,
    today: dt.date | None = None,
    without: tuple[str, ...] = (),
    home: Path | str | None = None,
    programmes: Path | str | None = None,
) -> StudyAnswer:
    """Run a study and register it, if it is not registered yet.

    `out` is a folder that receives the report as HTML and PDF and every figure as JSON. `truth` is the file of a
    synthetic programme's true effects, or the region's folder it lies in. `override_balance` shows effects though those
    compared are not alike, and the report says so. `today` is the day a new registration gets. Raises SamspilError for
    a study that cannot be used (with file and line), one changed without a new version, and sources that are missing.
    """
    path = Path(study)
    read, file = load_study(path)
    bound = bind_study(read, file)
    folder = Path(programmes) if programmes else None
    prices = check_prices(load_prices(folder))
    payers = load_payers(folder).payers
    place = Home.find(home)
    lake = Lake.open(place, without=without)
    registration = _registration(place, read, today or dt.date.today())  # noqa: DTZ011 - the user's own day
    known = _truth(Path(truth), read) if truth is not None else {}
    sources = tuple(_source(lake, name) for name in lake.sources)
    definition = {
        "study": read.model_dump(mode="json", by_alias=True),
        "prices": prices.model_dump(mode="json", by_alias=True),
        "payers": payers.model_dump(mode="json", by_alias=True),
        "evaluation": evaluation_fingerprint(),
    }
    digest = fingerprint(lake, read.analysis_date, definition)
    given = Given(
        tables=lake.tables,
        data_from={each.source: each.first for each in sources if each.first is not None},
        data_until={each.source: each.until for each in sources if each.until is not None},
        prices=prices,
        payers=payers.by_sector,
        sources=sources,
        few=load_disclosure(folder).few.value,
        true_effects=known,
        override=override_balance,
    )
    code = f"{__version__} ({code_fingerprint()}, {evaluation_fingerprint()})"
    run = f"{read.analysis_date:%Y%m%d}-{read.study}-{digest[:8]}"
    answer = StudyAnswer(run_study(bound, given, registration, run, code))
    if out is not None:
        write_answer(answer, Path(out), language)
    return answer


def register_study(study: Path | str, *, today: dt.date | None = None, home: Path | str | None = None) -> Registered:
    """Put a study in the register before there is an answer. Raises SamspilError as `evaluate` does."""
    read, file = load_study(Path(study))
    bind_study(read, file)
    place = Home.find(home)
    _registration(place, read, today or dt.date.today())  # noqa: DTZ011 - the user's own day
    return next(each for each in registered(place, read.study) if each.version == read.version)


def write_answer(answer: StudyAnswer, folder: Path, language: Language) -> None:
    """Write the report and its figures to a folder, which is made when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"evaluation-{answer.result.study.study}"
    text = json.dumps(answer.figures(), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(answer.html(language), folder / f"{name}.html")
    write_bytes(answer.pdf(language), folder / f"{name}.pdf")
    write_text(text + "\n", folder / f"{name}.json")


@cache
def evaluation_fingerprint() -> str:
    """Identifies the code of the room `evaluation`, which decides what a study finds."""
    code = hashlib.sha256()
    for path in sorted(Path(evaluation.__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    return code.hexdigest()[:12]


def _registration(home: Home, study: Study, today: dt.date) -> Registration:
    content = study.model_dump(mode="json", by_alias=True)
    with changing(home):
        entry = register(home, study.study, study.version, study.fingerprint, content, today)
    before = [each.fingerprint for each in registered(home, study.study) if each.fingerprint != study.fingerprint]
    return Registration(study.fingerprint, entry.day, tuple(before))


def _truth(path: Path, study: Study) -> dict[str, float]:
    """The true effects of the study's arm by outcome, from what a synthetic region says of itself."""
    file = path / TRUTH if path.is_dir() else path
    if not file.is_file():
        raise SamspilError(f"{file}: there is no such file; `samspil synth --programme` writes it beside the region")
    arms = json.loads(file.read_text(encoding="utf-8"))["arms"]
    if study.arm not in arms:
        raise SamspilError(f"{file}: nothing is known of the arm `{study.arm}`; arms are {', '.join(sorted(arms))}")
    return {name: float(each["effect"]) for name, each in arms[study.arm]["outcomes"].items()}


def _source(lake: Lake, source: str) -> SourceUsed:
    deliveries = lake.deliveries(source)
    covered = unbroken([delivery.period for delivery in deliveries])
    return SourceUsed(source, covered.from_, covered.to, tuple(delivery.id for delivery in deliveries))
