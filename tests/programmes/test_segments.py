"""Segments and cohorts as content: what ships is whole, and a fault is told with file, line and mend."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
import yaml

from samspil.definitions import DefinitionError, SamspilError, read_yaml
from samspil.population.segment_binding import check_definition, check_segments
from samspil.programmes import load_programmes
from samspil.programmes.cohorts import COHORTS, load_cohorts
from samspil.programmes.segment_rules import load_segment_rules, segment_rules_file
from samspil.programmes.segments import SEGMENTS, load_segments

SERVICES = frozenset({"joint_home_visit", "specialist_nursing"})
SHIPPED = [programme for programme in load_programmes() if programme.segments is not None]


def test_what_ships_uses_measures_rightly() -> None:
    check_definition(read_yaml(segment_rules_file()), load_segment_rules())
    assert [programme.name for programme in SHIPPED] == ["copd", "heart-disease", "type-2-diabetes"]
    for programme in SHIPPED:
        check_segments(programme.segments)


@pytest.mark.parametrize("programme", SHIPPED, ids=lambda programme: programme.name)
def test_strat_11_every_programme_has_an_individualised_category_with_its_own_services(programme) -> None:
    found = programme.segments.at(dt.date.max).individualised
    assert found.services
    assert all(programme.services.service(name) for name in found.services)


def test_r_seg_02_every_stratum_has_owner_services_and_review_interval() -> None:
    for stratum in load_segment_rules().strata:
        assert stratum.owner.role.da
        assert stratum.services
        assert stratum.review_months <= load_segment_rules().validity_months.value


def changed_rules(tmp_path: Path, change) -> Path:
    content = yaml.safe_load(segment_rules_file().read_text(encoding="utf-8"))
    change(content)
    (tmp_path / SEGMENTS).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("part", ["owner", "services", "review_months", "sheet", "level", "phase"])
def test_r_seg_02_a_stratum_without_a_part_is_refused(tmp_path: Path, part: str) -> None:
    folder = changed_rules(tmp_path, lambda rules: rules["strata"][0].pop(part))
    with pytest.raises(DefinitionError, match=rf"segments\.yaml:\d+: `strata\.0\.{part}` is missing"):
        load_segment_rules(folder)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rules: rules["strata"][0].pop("criteria"), "only the last takes everybody left"),
        (lambda rules: rules["strata"][-1].update(criteria=rules["strata"][0]["criteria"]), "has no `criteria`"),
        (lambda rules: rules["strata"][0].update(review_months=13), "no longer valid"),
        (lambda rules: rules["strata"][0].pop("source"), "the reason for the choice"),
        (lambda rules: rules["square"]["quadrants"].pop(), "four pairs"),
        (lambda rules: rules["conditions"]["conditions"][0].update(group="feet"), "no group `feet`"),
        (lambda rules: rules["integration"]["rows"][0]["values"][0].update(levels=["fused"]), "no level `fused`"),
        (lambda rules: rules["high_need"].update(age_bands=[18, 40]), "from 0 and rising"),
    ],
)
def test_faults_of_the_shared_rules_are_told_with_their_line(tmp_path: Path, change, said: str) -> None:
    with pytest.raises(DefinitionError, match=rf"segments\.yaml:\d+: .*{re.escape(said)}"):
        load_segment_rules(changed_rules(tmp_path, change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rules: rules["high_need"].update(cost=["hospital_costs"]), "unknown measure `hospital_costs`"),
        (lambda rules: rules["conditions"]["conditions"][0].update(icd=["I10"]), "condition `hypertension`"),
        (
            lambda rules: rules["fragmentation"]["hospitals"].update({"measure": "job_active", "with": {}}),
            "gives a truth",
        ),
    ],
)
def test_measures_used_wrongly_are_told_with_their_line(tmp_path: Path, change, said: str) -> None:
    folder = changed_rules(tmp_path, change)
    with pytest.raises(DefinitionError, match=rf"segments\.yaml:\d+: .*{re.escape(said)}"):
        check_definition(read_yaml(segment_rules_file(folder)), load_segment_rules(folder))


def changed_programme(tmp_path: Path, change) -> Path:
    path = segment_rules_file().parent / "copd" / SEGMENTS
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(content)
    written = tmp_path / SEGMENTS
    written.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return written


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda found: found["actual"][0].update(level="moon"), "no level `moon`"),
        (lambda found: found["levels"][0].pop("primary"), "rise from a `primary` level"),
        (lambda found: found["control"].update(cut=0), "greater than 0"),
        (lambda found: found["control"].update(expected=0), "greater than or equal to 1"),
        (lambda found: found.update(programme="asthma"), "this folder's programme is `copd`"),
        (lambda found: found["individualised"].update(services=["massage"]), "no service `massage`"),
        (lambda found: found["diagnosed"]["any_of"][0].update(found="age"), "either a `measure`"),
        (lambda found: found["algorithm"]["all_of"][0].pop("at_least"), "`age` is a number"),
    ],
)
def test_faults_of_a_programme_are_told_with_their_line(tmp_path: Path, change, said: str) -> None:
    with pytest.raises(DefinitionError, match=rf"segments\.yaml:\d+: .*{re.escape(said)}"):
        load_segments(
            changed_programme(tmp_path, change), "copd", frozenset({"joint_home_visit", "specialist_nursing"})
        )


def test_a_cohort_begins_with_a_version_that_holds_from_the_beginning(tmp_path: Path) -> None:
    path = segment_rules_file().parent / "type-2-diabetes" / COHORTS
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    content["cohorts"][0]["versions"][0]["decided"] = dt.date(2019, 1, 1)
    written = tmp_path / COHORTS
    written.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"cohorts\.yaml:\d+: .*holds from the beginning"):
        load_cohorts(written)


def test_an_unknown_version_names_those_there_are() -> None:
    cohort = next(programme.cohorts["sdsp"] for programme in SHIPPED if programme.cohorts)
    with pytest.raises(SamspilError, match="versions are start, extended, as_told, recommended"):
        cohort.version("final")
