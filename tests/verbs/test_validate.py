"""The verb `validate`: figures and a report from the warehouse, and what it refuses to tell."""

import datetime as dt
import shutil

import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.programmes.loader import PROGRAMMES
from samspil.warehouse.state import Days, unbroken

D = dt.date(2015, 10, 15)
TODAY = dt.date(2016, 11, 1)


@pytest.fixture(scope="module")
def daemp(region_home):
    return verbs.validate("daemp", D, "12m", report_date=TODAY, home=region_home)


def test_the_list_that_is_validated_is_the_one_that_was_made(daemp, region_home):
    persons = verbs.stratify(["daemp"], D, home=region_home).persons("daemp")
    accuracy = daemp.validation.of("acute_admission").accuracy
    assert accuracy.at_threshold.listed == persons.filter(persons.in_target).count().execute()
    assert accuracy.at_threshold.persons == persons.count().execute()


def test_what_happened_is_what_the_deliveries_say(daemp, region_home):
    persons = verbs.stratify(["daemp"], D, home=region_home).persons("daemp").to_pyarrow()["person_id"].to_pylist()
    contacts = verbs.tables(region_home)["hospital_contact"]
    later = contacts.filter(
        (contacts.kind == "inpatient")
        & contacts.acute
        & (contacts.start >= dt.datetime(2015, 10, 16))  # noqa: DTZ001 - wall time
        & (contacts.start < dt.datetime(2016, 10, 16))  # noqa: DTZ001
    )
    admitted = set(later.person_id.to_pyarrow().to_pylist())
    assert daemp.validation.of("acute_admission").accuracy.at_threshold.events == len(admitted & set(persons))


def test_the_main_figures_show_themselves(daemp):
    shown = str(daemp)
    assert "Acute admission" in shown
    assert "PPV" in shown
    assert daemp._repr_html_().startswith("<table>")


def test_the_report_is_written_in_both_forms_and_languages(region_home, tmp_path):
    for language, title in (("da", "Finder modellen de rigtige borgere?"), ("en", "Does the model find")):
        folder = tmp_path / language
        verbs.validate("daemp", D, out=folder, language=language, report_date=TODAY, home=region_home)
        for ending in ("html", "md"):
            assert title in (folder / f"validation-daemp-2015-10-15.{ending}").read_text(encoding="utf-8")


def test_the_same_data_give_the_same_bytes(daemp, region_home):
    again = verbs.validate("daemp", D, "12m", report_date=TODAY, home=region_home)
    assert again.html() == daemp.html()
    assert again.markdown("en") == daemp.markdown("en")


def test_the_card_names_the_deliveries_and_the_code(daemp):
    hospital = next(source for source in daemp.card.sources if source.source == "hospital")
    assert hospital.deliveries[0].startswith("hospital-2016-10-16-")
    assert hospital.data_until == dt.date(2016, 10, 15)


def test_an_outcome_whose_data_end_too_early_is_not_assessed(region_home):
    found = verbs.validate("daemp", dt.date(2016, 4, 15), "12m", report_date=TODAY, home=region_home)
    assert "end on 2016-10-15" in str(found.validation.of("acute_admission"))


def test_an_outcome_whose_source_is_left_out_is_not_assessed(region_home):
    found = verbs.validate("sad", D, without=["employment"], report_date=TODAY, home=region_home)
    assert "`employment` is not loaded" in str(found.validation.of("long_sick_leave"))


def test_wrong_use_is_told(region_home, tmp_path):
    with pytest.raises(SamspilError, match="unknown model `frail`"):
        verbs.validate("frail", D, home=region_home)
    with pytest.raises(SamspilError, match="`a year` is not a number of months"):
        verbs.validate("daemp", D, "a year", home=region_home)
    shutil.copytree(PROGRAMMES / "odense-ic", tmp_path / "odense-ic", ignore=shutil.ignore_patterns("outcomes.yaml"))
    with pytest.raises(SamspilError, match="defines no outcomes"):
        verbs.validate("daemp", D, home=region_home, programmes=tmp_path)


def test_a_gap_between_deliveries_is_not_counted_on():
    def days(first, last):
        return Days(from_=dt.date(2015, 1, first), to=dt.date(2015, 1, last))

    assert unbroken([days(1, 5), days(6, 9)]) == days(1, 9)
    assert unbroken([days(1, 5), days(7, 9)]) == days(7, 9)
    assert unbroken([days(3, 9), days(1, 4)]) == days(1, 9)
