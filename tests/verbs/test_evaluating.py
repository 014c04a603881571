"""The verb `evaluate`: from a study's file to its report, on a synthetic programme whose true effect is known."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from samspil import verbs
from samspil.cli import app
from samspil.definitions import SamspilError
from samspil.evaluation.effects.estimate import Effect, Verdict
from samspil.evaluation.figures import Unknown
from samspil.programmes.loader import PROGRAMMES
from samspil.verbs.evaluating import StudyAnswer

SHIPPED = PROGRAMMES / "odense-ic" / "studies" / "daemp.yaml"
KEPT = {"acute_admissions", "eye_specialist", "municipal_cost"}
DAY = dt.date(2026, 1, 2)


def content(**changes: Any) -> dict[str, Any]:
    """The shipped study with fewer outcomes and months, to be quick, and with numbers that a small region has."""
    study: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    study["outcomes"] = [each for each in study["outcomes"] if each["outcome"] in KEPT]
    study["enrolled"] = {"from": dt.date(2025, 1, 1), "to": dt.date(2025, 4, 30)}
    study["minimum"] = {"treated": 5, "practices": 2, "with_enough": 0.5}
    study["balance"] = {"largest_difference": 5.0, "variance_ratio": [0.01, 100.0], "smallest_effective": 5}
    return study | changes


def written(folder: Path, **changes: Any) -> Path:
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(content(**changes), allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region of 20,000 with a programme, loaded into a home beside it."""
    folder = tmp_path_factory.mktemp("programme")
    verbs.synth(20_000, folder / "region", as_of=dt.date(2025, 12, 31), programme=True)
    sources = sorted(path.parent for path in (folder / "region").glob("*/datapackage.json"))
    verbs.ingest(sources, home=folder / "home")
    return folder


@pytest.fixture(scope="module")
def answer(region: Path) -> StudyAnswer:
    return verbs.evaluate(written(region), out=region / "out", truth=region / "region", today=DAY, home=region / "home")


@pytest.mark.slow
def test_the_true_effect_stands_beside_the_estimate(answer: StudyAnswer) -> None:
    for found in answer.result.outcomes:
        assert found.truth is not None
        assert isinstance(found.main, Effect)
    assert next(each.truth for each in answer.result.outcomes if each.outcome.placebo) == 0
    assert all("true effect" in row for row in answer.rows())


@pytest.mark.slow
def test_the_report_and_every_figure_are_written(answer: StudyAnswer, region: Path) -> None:
    files = {path.name: path for path in (region / "out").iterdir()}
    assert set(files) == {f"evaluation-odense_daemp.{ending}" for ending in ("html", "pdf", "json")}
    assert files["evaluation-odense_daemp.pdf"].read_bytes().startswith(b"%PDF")
    figures = json.loads(files["evaluation-odense_daemp.json"].read_text(encoding="utf-8"))
    main = figures["outcomes"][0]["main"]
    assert main["estimate"]["value"] == answer.result.outcomes[0].main.estimate.value  # type: ignore[union-attr]
    assert figures["run"] == answer.result.run
    html = files["evaluation-odense_daemp.html"].read_text(encoding="utf-8")
    assert answer.result.run in html
    assert answer.result.registration.fingerprint[:12] in html


@pytest.mark.slow
def test_the_same_study_on_the_same_data_gives_the_same_bytes(answer: StudyAnswer, region: Path) -> None:
    again = region / "again"
    later = DAY + dt.timedelta(days=90)
    verbs.evaluate(written(region), out=again, truth=region / "region", today=later, home=region / "home")
    for path in (region / "out").iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_where_balance_fails_no_effect_is_told_unless_it_is_asked_for(region: Path, tmp_path: Path) -> None:
    strict = {"largest_difference": 0.001, "variance_ratio": [0.99, 1.01], "smallest_effective": 10}
    study = written(tmp_path, study="strict", balance=strict)
    refused = verbs.evaluate(study, home=region / "home", today=DAY)
    assert {each.verdict for each in refused.result.outcomes} == {Verdict.NOT_COMPARABLE}
    assert all(isinstance(each.main, Unknown) for each in refused.result.outcomes)
    asked = verbs.evaluate(study, home=region / "home", today=DAY, override_balance=True)
    assert asked.result.overridden
    assert all(isinstance(each.main, Effect) for each in asked.result.outcomes)
    assert "not alike" in asked.notes()[0]


@pytest.mark.slow
def test_a_changed_study_is_a_new_version_and_its_report_says_so(region: Path, tmp_path: Path) -> None:
    verbs.register_study(written(tmp_path, study="changing"), home=region / "home", today=DAY)
    changed = content()["windows"] | {"enough": 3}
    with pytest.raises(SamspilError, match="give the changed study a new `version`"):
        verbs.evaluate(written(tmp_path, study="changing", windows=changed), home=region / "home", today=DAY)
    found = verbs.evaluate(
        written(tmp_path, study="changing", windows=changed, version="2"), home=region / "home", today=DAY
    )
    assert len(found.result.registration.changed_from) == 1
    assert "registered before" in found.notes()[0]


@pytest.mark.slow
def test_too_few_and_too_early_are_said_before_any_effect(region: Path, tmp_path: Path) -> None:
    """R-EVAL-03 and L-41: below the study's minimum an effect is not called one, whatever its interval."""
    few = verbs.evaluate(
        written(tmp_path, study="few", minimum={"treated": 5000, "practices": 2, "with_enough": 0.5}),
        home=region / "home", today=DAY,
    )  # fmt: skip
    assert {each.verdict for each in few.result.outcomes} == {Verdict.TOO_FEW}
    early = verbs.evaluate(
        written(
            tmp_path, study="early", windows={"before": 12, "after": 12, "period": 3, "enough": 12}
        ),
        home=region / "home", today=DAY,
    )  # fmt: skip
    assert {each.verdict for each in early.result.outcomes} == {Verdict.TOO_EARLY}


@pytest.mark.slow
def test_the_command_shows_balance_before_effects(region: Path, tmp_path: Path) -> None:
    study = written(tmp_path, study="command")
    home = ["--home", str(region / "home")]
    told = CliRunner().invoke(app, ["evaluate", str(study), "--register", *home])
    assert told.exit_code == 0
    assert "registered on" in told.output
    told = CliRunner().invoke(app, ["evaluate", str(study), "--truth", str(region / "region"), *home])
    assert told.exit_code == 0, told.output
    assert told.output.index("Are they alike?") < told.output.index("Effects for one citizen and year")
    assert "true effect" in told.output


def test_a_truth_that_is_not_there_is_told(tmp_path: Path) -> None:
    verbs.synth(300, tmp_path / "region", as_of=dt.date(2025, 12, 31))
    sources = sorted(path.parent for path in (tmp_path / "region").glob("*/datapackage.json"))
    verbs.ingest(sources, home=tmp_path / "home")
    with pytest.raises(SamspilError, match=r"truth_programme.json: there is no such file; `samspil synth --programme`"):
        verbs.evaluate(SHIPPED, truth=tmp_path / "region", home=tmp_path / "home")
    with pytest.raises(SamspilError, match="no study without the source `integrated_care`"):
        verbs.evaluate(SHIPPED, home=tmp_path / "home")
