"""Published results and the rule of substitution: what ships is whole, and a fault is told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from samspil.definitions import DefinitionError
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.published_results import PUBLISHED_RESULTS, load_published_results
from samspil.programmes.substitution import SUBSTITUTION, load_substitution


def changed(tmp_path: Path, name: str, change) -> Path:
    content = yaml.safe_load((PROGRAMMES / name).read_text(encoding="utf-8"))
    change(content)
    (tmp_path / name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return tmp_path


def test_every_result_has_its_lines_and_both_languages(tmp_path: Path) -> None:
    results = load_published_results().results
    assert all(each.source.startswith(("001 ", "002 ")) and each.title.da and each.title.en for each in results)
    assert load_published_results(tmp_path).results == results, "a folder without a file has the shipped one"


def test_no_shipped_result_is_called_final_as_none_names_its_report() -> None:
    assert "final" not in {each.status for each in load_published_results().results}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reduction": 0.3}, "exactly one of"),
        ({"at_most": None}, "exactly one of"),
        ({"status": "final"}, "names the `report`"),
        ({"report": "A report"}, "names the `report`"),
        ({"kind": "measured"}, "a `target` is"),
        ({"design": "randomised"}, "a `target` is"),
        ({"status": "preliminary"}, "a `target` is"),
        ({"kind": "measured", "design": "not_stated"}, "`at_most` is of a `target`"),
        ({"at_most": 70}, "less than or equal to 1"),
        ({"source": None}, "source"),
    ],
)
def test_eval_2_a_result_that_does_not_say_what_it_is_is_refused(tmp_path: Path, change: dict, said: str) -> None:
    folder = changed(tmp_path, PUBLISHED_RESULTS, lambda content: content["results"][0].update(change))
    with pytest.raises(DefinitionError, match=rf"published_results\.yaml:\d+: .*{said}"):
        load_published_results(folder)


def test_two_results_of_one_name_are_refused(tmp_path: Path) -> None:
    folder = changed(
        tmp_path, PUBLISHED_RESULTS, lambda content: content["results"].append(dict(content["results"][0]))
    )
    with pytest.raises(DefinitionError, match="results named twice: telecare_nord_bed_days"):
        load_published_results(folder)


def test_alg_13_the_limits_are_the_reports_goal_and_one_that_is_chosen() -> None:
    rule = load_substitution()
    assert (float(rule.goal.ratio), float(rule.parallel.ratio)) == (0.7, 1.0)
    assert rule.parallel.source.startswith("chosen: ")


def test_a_goal_beyond_a_parallel_system_is_refused(tmp_path: Path) -> None:
    folder = changed(tmp_path, SUBSTITUTION, lambda content: content["goal"].update(ratio=1.2))
    with pytest.raises(DefinitionError, match=r"substitution\.yaml:\d+: .*`goal` lies below `parallel`"):
        load_substitution(folder)
