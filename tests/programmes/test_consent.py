"""What a programme asks consent for: the shipped questions, and files that are refused with file and line."""

import datetime as dt

import pytest

from samspil.definitions import DefinitionError, SamspilError
from samspil.programmes import load_programmes
from samspil.programmes.consent import consents_of, load_consents, programmes_that_ask, programmes_that_invite

ODENSE = consents_of("odense-ic")
TEXT = """
    texts:
      - version: "1"
        since: 2026-01-01
        asks: {da: a, en: a}
        if_yes: {da: b, en: b}
        if_no: {da: c, en: c}
        who: {da: d, en: d}
"""
QUESTION = """
  - purpose: evaluation
    title: {da: e, en: e}
    stage: 1
    source: 001 L2577-2585
"""


def written(folder, text):
    path = folder / "consent.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(path):
    with pytest.raises(DefinitionError) as raised:
        load_consents(path)
    return [(fault.file, fault.line, fault.cause) for fault in raised.value.faults]


def test_only_taking_part_is_needed_to_be_enrolled():
    assert [asked.purpose for asked in ODENSE.asked if asked.required_for] == ["participation"]
    assert [asked.purpose for asked in ODENSE.asked] == [
        "participation",
        "one_plan",
        "sharing",
        "data_exchange",
        "evaluation",
    ]


def test_the_smallest_consent_is_asked_for_first():
    assert ODENSE.asked[0].purpose == "participation"
    assert [asked.stage for asked in ODENSE.asked] == [1, 2, 2, 3, 4]


def test_sharing_can_be_limited_by_recipient_and_category_and_evaluation_has_nothing_to_choose():
    assert ODENSE.about("sharing").recipients == ("hospital", "municipality", "private", "ngo")
    assert ODENSE.about("sharing").categories == ("health", "mental_health", "social", "employment")
    assert ODENSE.about("evaluation").recipients == ()


def test_a_programme_is_loaded_with_its_questions():
    programmes = load_programmes()
    assert next(found for found in programmes if found.name == "odense-ic").consents == ODENSE
    assert programmes_that_ask() == tuple(found.name for found in programmes)


def test_only_a_programme_with_lists_may_ask_anybody(tmp_path):
    assert programmes_that_invite() == ("odense-ic",)
    for name, files in {"lists": ("consent.yaml", "inclusion.yaml"), "other": ("consent.yaml",)}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text("")
    assert programmes_that_ask(tmp_path) == ("lists", "other")
    assert programmes_that_invite(tmp_path) == ("lists",)


def test_the_words_in_force_are_those_of_the_day(tmp_path):
    newer = TEXT.split("texts:\n")[1].replace('"1"', '"2"').replace("2026-01-01", "2027-06-01")
    asked = load_consents(written(tmp_path, "asked:" + QUESTION + TEXT.lstrip("\n") + newer)).about("evaluation")
    days = [dt.date(2025, 1, 1), dt.date(2026, 1, 1), dt.date(2027, 5, 31), dt.date(2027, 6, 1)]
    assert [asked.text(day).version for day in days] == ["1", "1", "1", "2"]


@pytest.mark.parametrize(
    ("change", "line", "says"),
    [
        (("stage: 1", "stage: 1\n    required_for: enrolment"), 2, "care must be possible with the smallest consent"),
        (("stage: 1", "stage: 1\n    recipients: [hospital, bank]"), 5, "Input should be"),
        (("stage: 1", "stage: 1\n    recipients: [hospital, hospital]"), 2, "named twice in `recipients`"),
        (("asks:", "ask:"), 9, "unknown key"),
        (("stage: 1", "stage: 0"), 4, "greater than or equal to 1"),
        (("purpose: evaluation", "purpose: marketing"), 2, "given: 'marketing'"),
    ],
)
def test_a_fault_is_told_with_file_line_and_cause(tmp_path, change, line, says):
    path = written(tmp_path, ("asked:" + QUESTION + TEXT.lstrip("\n")).replace(*change))
    assert any((file, at) == (path, line) and says in cause for file, at, cause in faults(path)), faults(path)


def test_a_question_is_asked_once_and_in_the_order_of_the_stages(tmp_path):
    one = QUESTION + TEXT.lstrip("\n")
    assert "asked twice: evaluation" in faults(written(tmp_path, "asked:" + one + one))[0][2]
    later = one.replace("evaluation", "one_plan").replace("stage: 1", "stage: 2")
    assert "in the order of the stages" in faults(written(tmp_path, "asked:" + later + one))[0][2]


def test_texts_begin_one_after_the_other(tmp_path):
    again = TEXT.split("texts:\n")[1]
    text = "asked:" + QUESTION + TEXT.lstrip("\n")
    assert "`texts` must rise" in faults(written(tmp_path, text + again))[0][2]
    later = again.replace("2026-01-01", "2027-01-01")
    assert "same version" in faults(written(tmp_path, text + later))[0][2]


def test_loading_the_programmes_finds_the_fault(tmp_path):
    place = tmp_path / "other"
    place.mkdir()
    (place / "programme.yaml").write_text(
        "programme: other\ntitle: {da: a, en: a}\nsource: 000 L1\nstale_after_days: 14\n"
        "expected_list_size: {min: 1, max: 2, per: doctor and year, source: 000 L1}\n",
        encoding="utf-8",
    )
    path = written(place, "asked: []\n")
    with pytest.raises(DefinitionError, match=f"{path}:1: `asked`"):
        load_programmes(tmp_path)


def test_a_programme_or_purpose_that_is_not_asked_for_is_named():
    with pytest.raises(SamspilError, match="`somewhere` does not ask"):
        consents_of("somewhere")
    with pytest.raises(SamspilError, match="consent to `marketing`"):
        ODENSE.about("marketing")
