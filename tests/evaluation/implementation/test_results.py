"""Results by what they are (002 EVAL-2, EVAL-3), and what people said had changed (001 R-EVAL-11)."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import SamspilError
from samspil.evaluation.figures import Reason, Share, Unknown
from samspil.evaluation.implementation.perceived import perceived
from samspil.evaluation.implementation.published import stated
from samspil.evaluation.implementation.results import (
    Change,
    ResultType,
    Stated,
    Status,
    exported,
    finalised,
    pooled,
    published_change,
)
from samspil.programmes.published_results import load_published_results
from tests.evaluation.implementation.made_programme import Programme, day

PUBLISHED = {each.result: stated(each) for each in load_published_results().results}


def change(improved: int, unchanged: int, worsened: int, cannot: int = 0, asked: int | None = None) -> Change:
    return Change("wellbeing", "citizen", improved, unchanged, worsened, cannot, asked)


def said(found: Change, kind: ResultType = ResultType.PERCEIVED, **more) -> Stated:
    return Stated("wellbeing", kind, "survey", change=found, n=found.n, **more)


# Improved, unchanged and worsened together


@given(st.lists(st.integers(0, 500), min_size=5, max_size=5))
def test_r_eval_11_and_invariant_9_the_parts_and_those_missing_are_all_who_were_asked(numbers) -> None:
    improved, unchanged, worsened, cannot, missing = numbers
    found = change(improved, unchanged, worsened, cannot, asked=sum(numbers))
    of_sayers, of_asked = found.among_sayers(), found.among_asked()
    assert set(of_sayers) == {"improved", "unchanged", "worsened"}
    assert set(of_asked) == {*of_sayers, "cannot_assess", "missing"}
    for parts, whole in ((of_sayers, found.n), (of_asked, sum(numbers))):
        if whole:
            assert sum(part.value for part in parts.values() if isinstance(part, Share)) == pytest.approx(1)
            assert {part.denominator for part in parts.values() if isinstance(part, Share)} == {whole}
        else:
            assert all(isinstance(part, Unknown) for part in parts.values())
    assert found.missing == missing


def test_r_surv_1_who_cannot_assess_is_no_missing_answer_and_in_no_share_of_those_who_could_say() -> None:
    found = change(5, 3, 2, cannot=10, asked=30)
    assert (found.n, found.answers, found.missing) == (10, 20, 10)
    improved, cannot = found.among_sayers()["improved"], found.among_asked()["cannot_assess"]
    assert isinstance(improved, Share)
    assert isinstance(cannot, Share)
    assert (improved.value, cannot.value) == (0.5, 10 / 30)


def test_who_was_asked_may_be_unknown_and_then_nobody_is_missing_for_certain() -> None:
    found = change(5, 3, 2)
    assert found.missing == Unknown.because(Reason.NOT_STATED)
    assert set(found.among_asked().values()) == {Unknown.because(Reason.NOT_STATED)}


@pytest.mark.parametrize(("numbers", "asked"), [((5, 3, 2, 1), 10), ((-1, 3, 2, 1), None)])
def test_answers_that_cannot_be_are_refused(numbers, asked) -> None:
    with pytest.raises(SamspilError, match="wellbeing"):
        change(*numbers, asked=asked)


# From the table


def test_each_item_is_told_whole_with_its_own_n() -> None:
    did = Programme().courses("100001", 6)
    for place, (wellbeing, alcohol) in enumerate([("improved", "worsened"), ("improved", None), ("worsened", None)]):
        did.says(f"100001-{place}", "wellbeing", wellbeing)
        if alcohol:
            did.says(f"100001-{place}", "alcohol", alcohol)
    did.says("100001-3", "wellbeing", "cannot_assess").says("100001-0", "wellbeing", "unchanged", by="relative")
    found = perceived(did.scope())
    assert not isinstance(found, Unknown)
    assert [(each.name, each.change and each.change.said_by, each.n) for each in found] == [
        ("alcohol", "citizen", 1),
        ("wellbeing", "citizen", 3),
        ("wellbeing", "relative", 1),
    ]
    assert found[1].change == Change("wellbeing", "citizen", 2, 0, 1, 1, asked=6)
    assert found[2].change is not None
    assert found[2].change.asked is None, "nobody knows who has a relative"
    assert {each.kind for each in found} == {ResultType.PERCEIVED}


def test_the_last_answer_counts_and_of_one_day_the_least_favourable() -> None:
    did = Programme().course("c", "100001").course("d", "100001")
    did.says("c", "pain", "worsened", on=day(100)).says("c", "pain", "improved", on=day(200))
    did.says("c", "pain", "worsened", on=day(300))
    for answer in ("improved", "worsened", "unchanged"):
        did.says("d", "pain", answer, on=day(200))
    (found,) = perceived(did.scope(until=day(250)))
    assert found.change == Change("pain", "citizen", 1, 0, 1, 0, asked=2)


def test_without_the_table_nothing_was_said_and_that_is_unknown() -> None:
    did = Programme().course("c", "100001").without("perceived_change")
    assert perceived(did.scope()) == Unknown.because(Reason.NOT_LOADED, source="integrated_care")
    assert perceived(Programme().scope()) == Unknown.because(Reason.NO_COURSES)
    assert perceived(Programme().course("c", "100001").scope()) == Unknown.because(Reason.NOT_WRITTEN)
    other = Programme().course("c", "100001").course("d", "100001", arm="daemp").says("d", "pain", "improved")
    assert perceived(other.scope()) == Unknown.because(Reason.NO_ANSWERS)


# Types are never mixed


@pytest.mark.parametrize("kind", [kind for kind in ResultType if kind is not ResultType.PERCEIVED])
def test_eval_2_results_of_different_types_are_never_pooled(kind: ResultType) -> None:
    with pytest.raises(SamspilError, match=r"perceived.*never put together|never put together"):
        pooled([said(change(5, 3, 2)), said(change(5, 3, 2), kind)])


def test_answers_to_one_item_are_pooled_and_preliminary_when_a_part_is() -> None:
    both = pooled([said(change(5, 3, 2, 1, 20), source="000 L1"), said(change(1, 1, 1, 0, 5), preliminary=True)])
    assert both.change == change(6, 4, 3, 1, 25)
    assert (both.n, both.status, both.source) == (13, Status.PRELIMINARY, "000 L1")
    unknown = pooled([said(change(5, 3, 2, 1, 20)), said(change(1, 1, 1))])
    assert unknown.change is not None
    assert unknown.change.asked is None


@pytest.mark.parametrize(
    "other",
    [
        dataclasses.replace(said(change(1, 1, 1)), design="randomised"),
        said(Change("alcohol", "citizen", 1, 1, 1, 0, None)),
        said(Change("wellbeing", "professional", 1, 1, 1, 0, None)),
        dataclasses.replace(PUBLISHED["act_wellbeing"], design="survey"),
    ],
    ids=["another design", "another item", "others who said it", "percentages of nobody knows how many"],
)
def test_only_what_is_alike_is_pooled(other: Stated) -> None:
    with pytest.raises(SamspilError):
        pooled([said(change(5, 3, 2)), other])
    with pytest.raises(SamspilError):
        pooled([])


# Preliminary and final


def test_eval_3_a_preliminary_result_is_exported_with_the_word_preliminary() -> None:
    assert exported(said(change(1, 1, 1), preliminary=True))["status"] == "preliminary"
    assert exported(PUBLISHED["silkeborg_readmissions"])["status"] == "preliminary"


@pytest.mark.parametrize("report", ["", "  "])
def test_eval_3_no_result_is_final_without_a_report(report: str) -> None:
    result = said(change(1, 1, 1), preliminary=True)
    with pytest.raises(SamspilError, match="cannot be final without a report"):
        finalised(result, report)
    assert dataclasses.replace(result, preliminary=False).status is Status.REPORTED, "not final by a flag alone"
    final = finalised(result, "KORA 2016, page 12")
    assert (final.status, exported(final)["report"]) == (Status.FINAL, "KORA 2016, page 12")


def test_eval_3_what_is_added_to_a_final_result_is_not_what_the_report_said() -> None:
    final = finalised(said(change(1, 1, 1)), "KORA 2016")
    assert pooled([final, said(change(1, 1, 1))]).status is Status.REPORTED


def test_a_target_is_no_result_and_never_final() -> None:
    with pytest.raises(SamspilError, match="target"):
        finalised(PUBLISHED["telecare_nord_bed_days"], "a report")


def test_r_eval_11_an_export_never_has_improved_alone() -> None:
    row = exported(said(change(5, 3, 2, 1, 20)))
    assert [row[part] for part in ("improved", "unchanged", "worsened", "cannot_assess", "n", "asked")] == [
        "5",
        "3",
        "2",
        "1",
        "10",
        "20",
    ]
    assert row["parts_in"] == "answers"
    assert set(exported(PUBLISHED["telekat_admissions"])) == set(row)


# What others have published


def test_eval_2_telecare_nord_is_a_target_silkeborg_preliminary_telekat_reported() -> None:
    of = {
        name: {(each.kind, each.status) for key, each in PUBLISHED.items() if key.startswith(name)}
        for name in ("telecare_nord", "telekat")
    }
    assert of["telecare_nord"] == {(ResultType.TARGET, Status.REPORTED)}
    assert of["telekat"] == {(ResultType.MEASURED, Status.REPORTED)}
    assert {each.status for key, each in PUBLISHED.items() if key.startswith("silkeborg")} == {Status.PRELIMINARY}


def test_alg_14_silkeborg_and_soro_have_words_and_no_number() -> None:
    silkeborg, soro = PUBLISHED["silkeborg_readmissions"], PUBLISHED["soro_sf36"]
    assert (silkeborg.value, silkeborg.says) == (None, "reduced by almost 50 %")
    assert (soro.value, soro.n, soro.kind) == (None, 45, ResultType.PERCEIVED)


@pytest.mark.parametrize(
    ("name", "improved", "unchanged", "worsened"),
    [("act_wellbeing", 59, 2, 39), ("act_alcohol", 63, 10, 27), ("act_drugs", 51, 22, 27)],
)
def test_r_eval_11_report_d_tells_of_decline_too_and_gives_no_number_of_citizens(
    name: str, improved: float, unchanged: float, worsened: float
) -> None:
    """59 and 51 per cent of 62 are no whole numbers (001 L3645-3651): counts are never made of them."""
    found = PUBLISHED[name].published
    assert found is not None
    assert (found.improved, found.unchanged, found.worsened) == (improved, unchanged, worsened)
    assert (found.n, found.rest) == (None, True)
    assert PUBLISHED[name].change is None
    assert exported(PUBLISHED[name])["n"] == ""


def test_what_is_not_printed_is_not_made_up() -> None:
    found = PUBLISHED["act_readiness"].published
    assert found is not None
    assert (found.improved, found.unchanged, found.worsened, found.rest) == (48, None, None, False)


@pytest.mark.parametrize("parts", [(60, 41.6, None), (59, 39, 10), (59, 39, 0), (-1, 39, None)])
def test_parts_that_are_no_parts_of_a_hundred_are_refused(parts) -> None:
    improved, worsened, unchanged = parts
    with pytest.raises(SamspilError, match="parts of 100"):
        published_change("wellbeing", improved, worsened, unchanged)


def test_rounded_parts_may_miss_a_hundred_by_a_little() -> None:
    assert published_change("wellbeing", 33, 33, 33).unchanged == 33
    assert published_change("wellbeing", 51, 50).unchanged == 0
