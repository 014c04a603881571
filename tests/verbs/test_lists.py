"""The verb `lists`: per practice, initial or accrual, with names only for a logged purpose."""

import csv
import datetime as dt
import json
import shutil

import pyarrow.parquet as pq
import pytest

from samspil import verbs
from samspil.definitions import SamspilError
from samspil.programmes.loader import PROGRAMMES

D, EARLIER = dt.date(2016, 10, 15), dt.date(2016, 4, 15)


@pytest.fixture(scope="module")
def initial(region_home):
    return verbs.lists("daemp", D, home=region_home)


def test_the_initial_list_is_the_runs_target_group(initial, region_home):
    persons = verbs.stratify(["daemp"], D, home=region_home).persons("daemp")
    target = persons.filter(persons.in_target).person_id.to_pyarrow().to_pylist()
    assert sorted(entry.person_id for entry in initial.entries) == sorted(target)
    assert sum(practice.listed for practice in initial.practices) == len(target)


def test_names_of_a_practice_stand_by_falling_score(initial):
    for practice in initial.practices:
        scores = [entry.score for entry in initial.of(practice.provider_number)]
        assert scores == sorted(scores, reverse=True)


def test_each_name_has_its_reasons_in_words(initial):
    for entry in initial.entries:
        assert sum(criterion.points for criterion in entry.earned) == entry.score
        assert entry.reasons.count("(") >= len(entry.earned)


def test_the_length_is_held_against_20_to_25_per_doctor(initial):
    for practice in initial.practices:
        assert (practice.expected.low, practice.expected.high) == (20 * practice.doctors, 25 * practice.doctors)


def test_an_accrual_list_against_an_earlier_run(region_home, initial):
    earlier = verbs.stratify(["daemp"], EARLIER, home=region_home)
    found = verbs.lists("daemp", D, earlier=earlier.name, home=region_home)
    before = earlier.persons("daemp")
    before = {
        (row["person_id"], row["provider_number"]) for row in before.filter(before.in_target).to_pyarrow().to_pylist()
    }
    now = {(entry.person_id, entry.provider_number) for entry in initial.entries}
    assert {(entry.person_id, entry.provider_number) for entry in found.entries} == now - before
    assert {(person["person_id"], person["provider_number"]) for person in found.left} == before - now
    assert {entry.arrival for entry in found.entries} <= {"new", "moved_in"}
    assert found.kind == "accrual"
    assert all(practice.expected.low < 20 * practice.doctors for practice in found.practices)


def test_an_earlier_run_must_be_earlier_and_of_the_model(region_home):
    same_day = verbs.stratify(["daemp"], D, home=region_home)
    with pytest.raises(SamspilError, match="not before 2016-10-15"):
        verbs.lists("daemp", D, earlier=same_day.name, home=region_home)
    other = verbs.stratify(["sad"], EARLIER, home=region_home)
    with pytest.raises(SamspilError, match="has no model `daemp`"):
        verbs.lists("daemp", D, earlier=other.name, home=region_home)
    with pytest.raises(SamspilError, match="no run called `1999`"):
        verbs.lists("daemp", D, earlier="1999", home=region_home)


def test_an_unknown_practice_is_an_error(region_home):
    with pytest.raises(SamspilError, match="no practice has the provider number 000000"):
        verbs.lists("daemp", D, practice="000000", home=region_home)


def test_without_a_purpose_a_list_names_nobody(initial):
    assert all(entry.cpr is None and entry.name is None for entry in initial.entries)


def test_names_come_from_the_vault_for_a_purpose_that_is_logged(own_home):
    practice = verbs.lists("daemp", D, home=own_home).practices[0].provider_number
    found = verbs.lists("daemp", D, practice=practice, identified_for="the practice's own list", home=own_home)
    assert all(len(entry.cpr) == 10 and entry.name for entry in found.entries)
    log = (own_home / "vault" / "access.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(log[-1])["purpose"] == "the practice's own list"
    assert json.loads(log[-1])["persons"] == len(found.entries)


def test_the_list_as_a_file(region_home, initial, tmp_path):
    verbs.lists("daemp", D, out=tmp_path / "list.csv", home=region_home)
    verbs.lists("daemp", D, out=tmp_path / "list.parquet", home=region_home)
    with (tmp_path / "list.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(initial.entries) == len(pq.read_table(tmp_path / "list.parquet"))
    assert rows[0]["reasons"] == initial.entries[0].reasons


def test_a_page_is_for_one_practice(region_home, tmp_path):
    with pytest.raises(SamspilError, match="a page is for one practice"):
        verbs.lists("daemp", D, out=tmp_path / "list.html", home=region_home)


def test_the_page_of_a_practice_stands_alone_and_tells_everything(region_home, initial, tmp_path):
    practice = max(initial.practices, key=lambda practice: practice.listed)
    out = tmp_path / "list.html"
    verbs.lists("daemp", D, practice=practice.provider_number, out=out, home=region_home)
    page = out.read_text(encoding="utf-8")
    assert '<html lang="da">' in page
    assert "http" not in page
    for entry in initial.of(practice.provider_number):
        assert str(entry.person_id) in page
        assert all(criterion.words in page for criterion in entry.earned)
    assert "første liste" in page


def test_an_empty_list_says_so(region_home, tmp_path):
    strict = tmp_path / "programmes" / "odense-ic"
    shutil.copytree(PROGRAMMES / "odense-ic", strict)
    model = strict / "models" / "daemp.yaml"
    text = model.read_text(encoding="utf-8")
    model.write_text(text.replace("target: {at_least: 7,", "target: {at_least: 99,"), encoding="utf-8")
    given = {"home": region_home, "programmes": strict.parent}
    lists = verbs.lists("daemp", D, **given)
    practice = lists.practices[0].provider_number
    assert not lists.entries
    verbs.lists("daemp", D, out=tmp_path / "empty.csv", **given)
    assert (tmp_path / "empty.csv").read_text(encoding="utf-8").startswith("provider_number,person_id,model")
    verbs.lists("daemp", D, practice=practice, out=tmp_path / "empty.html", **given)
    assert "Ingen." in (tmp_path / "empty.html").read_text(encoding="utf-8")


def test_a_name_on_the_list_of_another_model_says_so(region_home, tmp_path):
    run = verbs.stratify(["sad", "daemp"], D, home=region_home)
    on = {}
    for model in ("sad", "daemp"):
        persons = run.persons(model)
        on[model] = set(persons.filter(persons.in_target).person_id.to_pyarrow().to_pylist())
    found = verbs.lists("sad", D, home=region_home)
    assert {entry.person_id for entry in found.entries if entry.also_on == ("daemp",)} == on["sad"] & on["daemp"]


def test_a_run_of_several_models_serves_the_lists_of_each(own_home):
    run = verbs.stratify(["sad", "daemp"], EARLIER, home=own_home)
    assert verbs.lists("daemp", EARLIER, home=own_home).run.name == run.name
    assert verbs.runs(own_home).count(run.name) == 1
