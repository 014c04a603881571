"""Study files: what they may say, and how a fault is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from samspil.definitions import DefinitionError
from samspil.evaluation.study_binding import bind_study
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.study import Study, load_study

SHIPPED = sorted((PROGRAMMES / "odense-ic" / "studies").glob("*.yaml"))
DAEMP = next(path for path in SHIPPED if path.name == "daemp.yaml")


def content() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DAEMP.read_text(encoding="utf-8"))
    return found


def written(folder: Path, study: dict[str, Any]) -> Path:
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_studies_can_be_run(path: Path) -> None:
    study, file = load_study(path)
    bound = bind_study(study, file)
    assert set(bound.outcomes) == {each.outcome for each in study.outcomes if each.measure}


def test_layout_and_order_of_keys_do_not_change_what_a_study_is(tmp_path: Path) -> None:
    again = written(tmp_path, dict(reversed(content().items())))
    assert load_study(again)[0].fingerprint == load_study(DAEMP)[0].fingerprint


def test_a_changed_study_is_another_study(tmp_path: Path) -> None:
    changed = content()
    changed["windows"]["after"] = 9
    assert load_study(written(tmp_path, changed))[0].fingerprint != load_study(DAEMP)[0].fingerprint


def fault(folder: Path, study: dict[str, Any]) -> str:
    with pytest.raises(DefinitionError) as error:
        bind_study(*load_study(written(folder, study)))
    return str(error.value)


def test_a_criterion_that_looks_ahead_is_immortal_time_and_refused(tmp_path: Path) -> None:
    study = content()
    criterion = {"measure": "gp_contacts", "with": {"within": "horizon"}, "at_least": 3}
    study["criteria"][1]["criteria"]["all_of"] = [criterion]
    told = fault(tmp_path, study)
    assert "`acute_contact`: looks ahead of the index date" in told
    assert told.startswith(f"{tmp_path / 'study.yaml'}:")


def test_a_covariate_that_looks_ahead_is_refused(tmp_path: Path) -> None:
    study = content()
    study["covariates"][3]["with"]["within"] = "horizon"
    assert "`acute_year`: looks ahead of the index date" in fault(tmp_path, study)


def test_an_outcome_is_counted_month_by_month(tmp_path: Path) -> None:
    study = content()
    study["outcomes"][0]["with"]["within"] = "12 months"
    assert "`acute_admissions`: is counted month by month: write `within: horizon`" in fault(tmp_path, study)


def test_an_unknown_measure_names_those_there_are(tmp_path: Path) -> None:
    study = content()
    study["covariates"][3]["measure"] = "acute_contacts"
    assert "unknown measure `acute_contacts`; measures are" in fault(tmp_path, study)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"analysis_date": "2025-06-30"}, "nobody would have been followed"),
        ({"comparison": {"from": "neighbouring_area"}}, "named for a neighbouring area"),
        ({"windows": {"before": 12, "after": 12, "period": 5, "enough": 6}}, "whole numbers of periods"),
        ({"windows": {"before": 12, "after": 12, "period": 3, "enough": 13}}, "cannot be more than `after`"),
    ],
)
def test_what_does_not_fit_together_is_refused(change: dict[str, Any], told: str, tmp_path: Path) -> None:
    assert told in fault(tmp_path, content() | change)


def test_matching_on_what_is_no_covariate_is_refused(tmp_path: Path) -> None:
    study = content()
    study["matching"]["exact"] = ["shoe_size"]
    assert "`matching.exact` names `shoe_size`, which is not among `covariates`" in fault(tmp_path, study)


def test_a_placebo_has_no_direction(tmp_path: Path) -> None:
    study = content()
    study["outcomes"][5]["direction"] = "fewer"
    assert "nothing is hoped for of a placebo" in fault(tmp_path, study)


def test_every_outcome_of_the_report_is_in_the_shipped_studies() -> None:
    """Report 000 L1697-1705, L1757-1772: the outcomes that the evaluation of Odense looked at."""
    named = {outcome.outcome for path in SHIPPED for outcome in Study.model_validate(load_study(path)[0]).outcomes}
    assert {
        "acute_admissions",
        "bed_days",
        "outpatient",
        "gp_contacts",
        "home_care_hours",
        "sickness_benefit_days",
    } <= named


def test_a_missing_file_is_told_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"none.yaml:1: there is no such file"):
        load_study(tmp_path / "none.yaml")
