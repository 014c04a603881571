"""The verb `explain`: a waterfall that adds up to the score in the run."""

import datetime as dt

import pytest

from samspil import verbs
from samspil.definitions import SamspilError

D = dt.date(2016, 10, 15)


@pytest.fixture(scope="module")
def highest(region_home):
    """The person with the highest DÆMP score, as the run has it."""
    persons = verbs.stratify(["daemp"], D, home=region_home).persons("daemp")
    return persons.order_by([persons.score.desc(), "person_id"]).limit(1).to_pyarrow().to_pylist()[0]


def test_the_explanation_is_the_runs_own_score(region_home, highest):
    why = verbs.explain("daemp", D, highest["person_id"], home=region_home)
    assert (why.score, why.band, why.in_target) == (highest["score"], highest["band"], highest["in_target"])
    assert {c.item: (c.value, c.points, c.status) for c in why.criteria} == {
        item.item: tuple(highest[f"{part}_{item.item}"] for part in ("value", "points", "status"))
        for item in why.model.items
    }


def test_the_waterfall_ends_at_the_score(region_home, highest):
    why = verbs.explain("daemp", D, highest["person_id"], home=region_home)
    assert why.rows()[-1]["total"] == why.score
    shown = str(why)
    assert f"{why.score} points" in shown
    assert "000 L3604-3617" in shown
    assert "2016-10-16" in shown


def test_values_are_told_in_the_language_asked_for(region_home, highest):
    danish = str(verbs.explain("daemp", D, highest["person_id"], language="da", home=region_home))
    assert "kontakter til lægen det seneste halve år" in danish


def test_a_missing_source_is_said_and_gives_no_points(region_home, highest):
    why = verbs.explain("daemp", D, highest["person_id"], without=["municipal_care"], home=region_home)
    nursing = next(c for c in why.criteria if c.item == "home_nursing")
    assert (nursing.status, nursing.points, nursing.data_date) == ("missing", None, None)
    assert "not loaded" in nursing.words
    assert why.incomplete
    assert "incomplete" in str(why)


def test_stale_data_are_said(region_home, highest):
    why = verbs.explain("daemp", dt.date(2016, 10, 31), highest["person_id"], home=region_home)
    assert "hospital" in why.stale
    assert "stale" in str(why)


def test_an_excluded_person_is_told_by_what(region_home):
    persons = verbs.stratify(["sad"], D, home=region_home).persons("sad")
    one = persons.filter(persons.excluded_by.length() > 0).limit(1).to_pyarrow().to_pylist()[0]
    why = verbs.explain("sad", D, one["person_id"], home=region_home)
    assert why.verdict.startswith("excluded by ")
    assert not why.in_target


def test_somebody_the_model_is_not_about_is_an_error_that_says_why(region_home):
    with pytest.raises(SamspilError, match="not about person 1 on 2016-10-15: unknown, without a practice"):
        verbs.explain("daemp", D, 1, home=region_home)


def test_it_shows_itself_in_a_notebook(region_home, highest):
    assert verbs.explain("daemp", D, highest["person_id"], home=region_home)._repr_html_().startswith("<pre>")
