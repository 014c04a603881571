"""Whoever edits a definition is told file, line and cause of what is wrong in it.

Each case is the shipped programme with one thing changed; the reported line is the one in which `at` stands.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from samspil import verbs
from samspil.definitions import DefinitionError, SamspilError, read_yaml
from samspil.programmes import find_model, load_programmes
from samspil.programmes.loader import PROGRAMMES

SAD, DAEMP = "models/sad.yaml", "models/daemp.yaml"


@dataclass(frozen=True)
class Programmes:
    """A copy of the shipped programmes to break."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / "odense-ic" / name

    def change(self, name: str, old: str, new: str) -> None:
        text = self.path(name).read_text(encoding="utf-8")
        assert old in text, f"`{old}` no longer stands in {name}; choose another place for this case"
        self.path(name).write_text(text.replace(old, new), encoding="utf-8")

    def line(self, name: str, words: str) -> int:
        """The number of the first line in which the words stand."""
        text = self.path(name).read_text(encoding="utf-8").splitlines()
        return next(number for number, line in enumerate(text, 1) if words in line)

    def faults(self) -> list[tuple[str, int, str]]:
        """File, line and cause of every fault that is reported."""
        with pytest.raises(DefinitionError) as raised:
            verbs.models(self.root)
        return [(str(f.file.relative_to(self.root / "odense-ic")), f.line, f.cause) for f in raised.value.faults]


@pytest.fixture
def programmes(tmp_path: Path) -> Programmes:
    shutil.copytree(PROGRAMMES / "odense-ic", tmp_path / "odense-ic")
    return Programmes(tmp_path)


def test_the_shipped_programmes_have_no_fault(programmes: Programmes) -> None:
    assert {file.name for file in verbs.models(programmes.root).files} == {"sad", "daemp"}


PSYCHOTROPICS = "with: {atc: [N05, N06], within: 12 months}"
GP_BANDS = "{at_least: 15, points: 1}, {at_least: 21, points: 2}"
LIVING = "levels: {partner: 0, alone: 1}"
FIRST_VERSION = '{until: 2015-09-30, value: "6 (December 2014)"}'

#: File, what is changed to what, a text in the line that is reported, and a part of the cause.
FAULTS = {
    "bad syntax": (SAD, "model: sad\n", "model: sad: here\n", "model: sad: here", "not valid YAML"),
    "an unclosed quote": (SAD, '"6 (December 2014)"}', '"6 (December 2014)}', "", "not valid YAML"),
    "a tabulator": (SAD, "  age: {min: 18", "\tage: {min: 18", "age: {min: 18", "not valid YAML"),
    "key twice": (
        SAD,
        "target: {at_least: 5,",
        "target: {at_least: 5, at_least: 6,",
        "target:",
        "`at_least` is written twice",
    ),
    "unknown key": (
        SAD,
        "target: {at_least: 5,",
        "target: {at_least: 5, atmost: 6,",
        "target:",
        "`target.atmost`: unknown key",
    ),
    "unknown key of a file": (SAD, "model: sad\n", "model: sad\nmodle: x\n", "modle: x", "`modle`: unknown key"),
    "missing key": (SAD, "{da: Sygdom, en: Illness}", "{da: Sygdom}", "{da: Sygdom}", "`items.0.title.en` is missing"),
    "missing key of a file": (SAD, "target: {at_least: 5, source: 000 L3595}", "", "model: sad", "`target` is missing"),
    "words for a number": (SAD, "target: {at_least: 5,", "target: {at_least: five,", "target:", "(given: 'five')"),
    "a list for a text": (SAD, "{da: Sygdom,", "{da: [Sygdom],", "{da: [Sygdom]", "`items.0.title.da`"),
    "half a point": (SAD, "{at_least: 4, points: 5}", "{at_least: 4, points: 4.5}", "points: 4.5", "(given: 4.5)"),
    "source without a document": (SAD, "5, source: 000 L3595", "5, source: L3595", "target:", "(given: 'L3595')"),
    "name with a capital": (SAD, "- item: origin", "- item: Origin", "- item: Origin", "(given: 'Origin')"),
    "unknown measure": (SAD, "measure: living\n", "measure: lives\n", "measure: lives", "unknown measure `lives`"),
    "unknown parameter": (SAD, PSYCHOTROPICS, "with: {atx: [N05], within: 12 months}", "atx", "has no parameter `atx`"),
    "missing parameter": (
        SAD,
        PSYCHOTROPICS,
        "with: {atc: [N05, N06]}",
        "with: {atc: [N05, N06]}",
        "needs the parameter `within`",
    ),
    "unknown word of a vocabulary": (
        SAD,
        "[foertidspension, efterloen]",
        "[foertidspension, efterløn]",
        "[foertidspension, efterløn]",
        "unknown `efterløn`; the contract has",
    ),
    "unknown word among dated values": (
        SAD,
        "saerlig_uddannelsesydelse, kontanthjaelp,",
        "saerlig_uddannelsesydelse, kontanthjælp,",
        "          kinds:",
        "unknown `kontanthjælp`",
    ),
    "months in Danish": (
        SAD,
        "N06], within: 12 months",
        "N06], within: 12 mdr",
        "12 mdr",
        "`12 mdr` is not a number of months",
    ),
    "no months": (SAD, "N06], within: 12 months", "N06], within: 0 months", "0 months", "is not a number of months"),
    "a text for a list": (SAD, "atc: [N05, N06]", "atc: N05", "atc: N05", "must be a list, not 'N05'"),
    "a text for truth": (
        DAEMP,
        "{acute: true, within",
        '{acute: "yes", within',
        'acute: "yes"',
        "must be true or false",
    ),
    "bands that fall": (
        SAD,
        GP_BANDS,
        "{at_least: 21, points: 1}, {at_least: 15, points: 2}",
        "- item: gp_contacts",
        "`bands` must rise",
    ),
    "bands that repeat": (
        SAD,
        GP_BANDS,
        "{at_least: 15, points: 1}, {at_least: 15, points: 2}",
        "- item: gp_contacts",
        "`bands` must rise",
    ),
    "scored in two ways": (
        SAD,
        LIVING,
        f"{LIVING}\n    bands: [{{at_least: 0, points: 0}}]",
        "- item: living_alone",
        "exactly one of `bands`, `levels` and `first_of`",
    ),
    "not scored": (SAD, LIVING, "", "- item: living_alone", "exactly one of `bands`, `levels` and `first_of`"),
    "bands for what is no number": (
        DAEMP,
        "measure: open_courses",
        "measure: home_nursing_active",
        "bands: [{at_least: 0, points: 1}",
        "bands need a number",
    ),
    "days without a value": (
        SAD,
        'until: 2015-09-30, value: "6',
        'until: 2015-09-29, value: "6',
        "version:",
        "no value is in force on 2015-09-30",
    ),
    "days with two values": (
        SAD,
        'until: 2015-09-30, value: "6',
        'until: 2015-10-01, value: "6',
        "version:",
        "several values are in force on 2015-10-01",
    ),
    "dated and not": (SAD, "version:\n  dated:", "version:\n  value: 7\n  dated:", "version:", "`dated` stands alone"),
    "dated without a value": (SAD, FIRST_VERSION, "{until: 2015-09-30}", "{until: 2015-09-30}", "value"),
    "a dated day in words": (
        SAD,
        'until: 2015-09-30, value: "6',
        'until: soon, value: "6',
        "until: soon",
        "dated value",
    ),
    "a day that does not exist": (
        SAD,
        'until: 2015-09-30, value: "6',
        'until: 2015-09-31, value: "6',
        "until: 2015-09-31",
        "2015-09-31",
    ),
    "a key that YAML reads as true": (
        SAD,
        "enabled: false\n    special_category: >-\n      Ethnic",
        "on: false\n    special_category: >-\n      Ethnic",
        "on: false",
        "the key `on` is not text to YAML; write it in quotes",
    ),
    "a key that is a number": (SAD, "  A-7:\n", "  7:\n", "  7:", "the key `7` is not text to YAML"),
    "a key that is a list": (SAD, "  A-7:\n", "  [A-7]:\n", "  [A-7]:", "is not text to YAML"),
    "a tag of Python": (
        SAD,
        "model: sad\n",
        "model: !!python/name:os.system sad\n",
        "model: !!python",
        "not valid YAML",
    ),
    "an alias of itself": (SAD, "model: sad\n", "model: &sad [*sad]\n", "model: &sad", "not valid YAML"),
    "levels of another measure": (
        DAEMP,
        "newly_alone",
        "recently_alone",
        "levels: {",
        "`levels` must name what `living_lately` can be",
    ),
    "a sentence lacks": (
        SAD,
        "da: {partner: gift eller samboende, alone: enlig}",
        "da: {partner: gift eller samboende}",
        "- item: living_alone",
        "`says` lacks da.alone",
    ),
    "an item twice": (SAD, "- item: psychiatrist", "- item: psychologist", "model: sad", "named twice: psychologist"),
    "an open question without an entry": (
        SAD,
        "[A-14]\n    measure: living",
        "[A-15]\n    measure: living",
        "model: sad",
        "without an entry: A-15",
    ),
    "an unknown measure of an outcome": (
        "outcomes.yaml",
        "measure: died",
        "measure: deceased",
        "measure: deceased",
        "unknown measure `deceased`",
    ),
    "an outcome that is nothing": (
        "outcomes.yaml",
        "outcome: death\n",
        "outcome: Death\n",
        "outcome: Death",
        "(given: 'Death')",
    ),
    "stale before it is there": (
        "programme.yaml",
        "stale_after_days: 14",
        "stale_after_days: 0",
        "stale_after_days: 0",
        "(given: 0)",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "at", "cause"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_told_with_file_line_and_cause(
    programmes: Programmes, file: str, old: str, new: str, at: str, cause: str
) -> None:
    programmes.change(file, old, new)
    faults = programmes.faults()
    assert {name for name, _, _ in faults} == {file}
    assert any(cause in told for _, _, told in faults), faults
    if at:
        assert programmes.line(file, at) in {line for _, line, told in faults if cause in told}


def test_every_fault_of_every_file_is_told_at_once(programmes: Programmes) -> None:
    programmes.change(SAD, "target: {at_least: 5,", "target: {at_least: five,")
    programmes.change(SAD, "{da: Sygdom, en: Illness}", "{da: Sygdom}")
    programmes.change(DAEMP, "target: {at_least: 7,", "target: {atleast: 7,")
    programmes.change("outcomes.yaml", "age_groups:", "ages:")
    assert {(name, cause.split("`")[1]) for name, _, cause in programmes.faults()} == {
        (SAD, "target.at_least"), (SAD, "items.0.title.en"), (DAEMP, "target.atleast"), (DAEMP, "target.at_least"),
        ("outcomes.yaml", "ages"), ("outcomes.yaml", "age_groups"),
    }  # fmt: skip


def test_a_fault_in_a_measure_does_not_hide_that_of_another_file(programmes: Programmes) -> None:
    programmes.change(SAD, "measure: living\n", "measure: lives\n")
    programmes.change("outcomes.yaml", "measure: died", "measure: deceased")
    assert [name for name, _, _ in programmes.faults()] == [SAD, "outcomes.yaml"]


@pytest.mark.parametrize("content", [b"", b"# a comment alone\n"], ids=["nothing", "a comment"])
def test_an_empty_file_is_told(programmes: Programmes, content: bytes) -> None:
    programmes.path(SAD).write_bytes(content)
    assert programmes.faults() == [(SAD, 1, "the file is empty")]


def test_a_file_that_is_not_utf8_is_told(programmes: Programmes) -> None:
    text = programmes.path(SAD).read_text(encoding="utf-8")
    programmes.path(SAD).write_bytes(text.encode("latin-1", "replace"))
    ((file, _, cause),) = programmes.faults()
    assert file == SAD
    assert cause.startswith("not UTF-8 text")


def test_a_file_that_is_a_list_is_told(programmes: Programmes) -> None:
    programmes.path(SAD).write_text("- model: sad\n", encoding="utf-8")
    ((file, line, _),) = programmes.faults()
    assert (file, line) == (SAD, 1)


def test_two_documents_in_a_file_are_told(programmes: Programmes) -> None:
    text = programmes.path(SAD).read_text(encoding="utf-8")
    programmes.path(SAD).write_text(f"{text}\n---\nmodel: other\n", encoding="utf-8")
    ((file, line, cause),) = programmes.faults()
    assert (file, line) == (SAD, programmes.line(SAD, "---"))
    assert "not valid YAML" in cause


def test_two_models_of_the_same_name_are_told_with_both_files(programmes: Programmes) -> None:
    shutil.copy(programmes.path(SAD), programmes.path("models/stress.yaml"))
    for look in (lambda: find_model("daemp", programmes.root), lambda: verbs.models(programmes.root)):
        with pytest.raises(SamspilError) as raised:
            look()
        assert all(part in str(raised.value) for part in ("`sad`", "sad.yaml", "stress.yaml"))


def test_an_unknown_model_names_those_there_are(programmes: Programmes) -> None:
    with pytest.raises(SamspilError, match="unknown model `stress`; models are daemp, sad"):
        find_model("stress", programmes.root)


def test_a_folder_without_programmes_is_told(tmp_path: Path) -> None:
    with pytest.raises(SamspilError, match="no programme here"):
        load_programmes(tmp_path)


def test_a_value_may_be_in_force_until_the_end_of_time(programmes: Programmes) -> None:
    programmes.change(DAEMP, "{from: 2015-10-01, value: 65,", "{from: 2015-10-01, until: 9999-12-31, value: 65,")
    assert {file.name for file in verbs.models(programmes.root).files} == {"sad", "daemp"}


def test_a_fault_shows_as_editors_find_it(programmes: Programmes) -> None:
    programmes.change(SAD, "measure: living\n", "measure: lives\n")
    with pytest.raises(DefinitionError) as raised:
        verbs.models(programmes.root)
    line = programmes.line(SAD, "measure: lives")
    assert str(raised.value).startswith(f"{programmes.path(SAD)}:{line}: item `living_alone`: unknown measure `lives`")


def test_the_line_of_every_part_of_a_file_is_known(tmp_path: Path) -> None:
    path = tmp_path / "part.yaml"
    path.write_text("a: 1\nb:\n  - c: 2\n  -\n    d: {e: 3}\n", encoding="utf-8")
    file = read_yaml(path)
    places = {("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 0, "c"): 3, ("b", 1, "d"): 5, ("b", 1, "d", "e"): 5}
    assert {place: file.line(place) for place in places} == places
    assert file.line(("b", 1, "d", "e", "nothing below")) == 5
