"""Every programme that comes with Samspil: complete, in both languages, and in words for the citizen."""

from __future__ import annotations

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samspil.definitions import DefinitionError, SamspilError
from samspil.programmes import Programme, load_programmes
from samspil.programmes.loader import PROGRAMMES
from samspil.programmes.plan import load_plan_format
from samspil.verbs.deliveries import stale_after_days
from tests.programmes.walk import texts

FORM = load_plan_format()
ALL = {programme.name: programme for programme in load_programmes()}
NAMES = ["act-dual-diagnosis", "copd", "heart-disease", "multimorbidity", "odense-ic", "type-2-diabetes"]


def for_citizens(programme: Programme) -> list[tuple[str, str]]:
    """Every Danish text of a programme that a citizen reads, with where it stands."""
    found = [("title", programme.title.da)]
    for service in programme.services.services:
        found += [(f"{service.service}.title", service.title.da), (f"{service.service}.about", service.about.da)]
    for template in programme.plan.templates:
        for goal in template.goals:
            found.append((goal.goal, goal.words.da))
            found += [(activity.activity, activity.what.da) for activity in goal.activities]
    found += [(".".join(map(str, path)), text.da) for path, text in texts(programme.consents)]
    if programme.inclusion is not None:
        found += [(".".join(map(str, path)), text.da) for path, text in texts(programme.inclusion.gate.letters)]
    return found


def test_every_shipped_programme_loads_with_services_plan_and_consents():
    assert sorted(ALL) == NAMES
    for programme in ALL.values():
        assert programme.folder.name == programme.name == programme.plan.programme
        assert programme.services is not None
        assert programme.consents.asked[0].purpose == "participation"
        assert {"participation", "one_plan", "sharing", "evaluation"} <= {a.purpose for a in programme.consents.asked}


def test_only_odense_has_models_and_lists():
    assert [name for name, programme in ALL.items() if programme.models] == ["odense-ic"]
    assert [name for name, programme in ALL.items() if programme.inclusion is not None] == ["odense-ic"]
    assert stale_after_days() == 14


@pytest.mark.parametrize("name", NAMES)
def test_danish_and_english_everywhere(name):
    programme = ALL[name]
    parts = (programme.definition, programme.services, programme.plan, programme.consents, programme.inclusion)
    for part in parts:
        for path, text in texts(part):
            assert text.da.strip(), (name, path)
            assert text.en.strip(), (name, path)


def test_danish_and_english_everywhere_in_the_common_form():
    for path, text in texts(FORM):
        assert text.da.strip(), path
        assert text.en.strip(), path


@pytest.mark.parametrize("name", NAMES)
def test_mm_r5_no_text_for_a_citizen_has_a_word_to_avoid(name):
    found = [(where, word.word) for where, text in for_citizens(ALL[name]) for word in FORM.words_to_avoid(text)]
    assert found == []


def test_mm_r5_the_citizens_titles_of_the_plan_have_no_word_to_avoid():
    shown = [section.citizen_title.da for section in FORM.sections]
    shown += [link.title.da for link in FORM.links]
    shown += [reason.title.da for reason in (*FORM.decline_reasons, *FORM.dropout_reasons)]
    assert [text for text in shown if FORM.words_to_avoid(text)] == []


@given(st.sampled_from(FORM.lint), st.text("abcæøå -", max_size=6), st.text("abcæøå -", max_size=6), st.booleans())
def test_a_word_to_avoid_is_found_wherever_it_stands(word, before, after, loud):
    text = before + word.word + after
    assert word in FORM.words_to_avoid(text.upper() if loud else text)


def test_mm_r5_the_school_words_are_found():
    for text in ("Patientskole for borgere med KOL", "Kom på hjerteskole", "SKOLE"):
        assert [word.word for word in FORM.words_to_avoid(text)] == ["skole"]
    assert FORM.words_to_avoid("Hold for mennesker med hjertesygdom") == ()


@pytest.mark.parametrize("name", NAMES)
def test_texts_for_citizens_are_short_sentences(name):
    """Plain to somebody of 82: no sentence of a service goes on for more than 35 words."""
    for service in ALL[name].services.services:
        for sentence in service.about.da.split("."):
            assert len(sentence.split()) <= 35, (service.service, sentence)


def test_only_the_teams_support_is_unconditional():
    assert [name for name, programme in ALL.items() if programme.plan.support.unconditional] == ["act-dual-diagnosis"]


def test_programmes_that_a_rule_of_the_standard_names_are_there():
    assert {name for rule in FORM.standard for name in rule.programmes} <= set(NAMES)


def test_l_46_the_older_patients_part_can_be_closed_by_a_day():
    closure = ALL["odense-ic"].plan.closure
    assert (closure.no_new_from, closure.arms, closure.source) == (None, ("daemp",), "000 L2380-2396")


# Folders.


def copied(tmp_path, *names):
    for name in names:
        shutil.copytree(PROGRAMMES / name, tmp_path / name)
    return tmp_path


def changed(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_faults_of_services_and_plan_are_told_together(tmp_path):
    root = copied(tmp_path, "copd", "odense-ic")
    changed(root / "odense-ic" / "services.yaml", "arms: [sad]", "arms: [stress]")
    changed(root / "copd" / "plan.yaml", "service: copd_rehabilitation", "service: rehab")
    with pytest.raises(DefinitionError) as raised:
        load_programmes(root)
    assert {(fault.file.parent.name, fault.cause) for fault in raised.value.faults} == {
        ("odense-ic", "the programme has no arm `stress`"),
        ("copd", "there is no service `rehab`"),
    }


def test_a_model_that_cannot_be_read_makes_no_mention_of_it_a_fault(tmp_path):
    root = copied(tmp_path, "odense-ic")
    changed(root / "odense-ic" / "models" / "sad.yaml", "target:", "targets:")
    with pytest.raises(DefinitionError) as raised:
        load_programmes(root)
    assert {fault.file.name for fault in raised.value.faults} == {"sad.yaml"}


@pytest.mark.parametrize("key", ["expected_list_size", "stale_after_days"])
def test_a_programme_with_models_says_its_list_size_and_how_old_data_may_be(tmp_path, key):
    root = copied(tmp_path, "odense-ic")
    path = root / "odense-ic" / "programme.yaml"
    changed(path, f"{key}:", f"# {key}:")
    with pytest.raises(DefinitionError, match=f"{path}:\\d+: a programme with models says `{key}`"):
        load_programmes(root)


def test_a_programme_without_lists_says_so_when_it_is_asked_about_them(tmp_path):
    definition = ALL["copd"].definition
    with pytest.raises(SamspilError, match="`copd` has no lists: it says no `expected_list_size`"):
        _ = definition.list_size
    with pytest.raises(SamspilError, match="`copd` has no lists: it says no `stale_after_days`"):
        _ = definition.stale_limit
    with pytest.raises(SamspilError, match="none of them has lists"):
        stale_after_days(copied(tmp_path, "copd"))


def test_a_fault_in_the_installations_own_form_is_told(tmp_path):
    root = copied(tmp_path, "copd")
    shutil.copy(PROGRAMMES / "plan_format.yaml", root)
    changed(root / "plan_format.yaml", "group: crisis", "group: panic")
    with pytest.raises(DefinitionError, match=r"plan_format\.yaml"):
        load_programmes(root)


def test_a_definition_is_read_again_when_it_was_written_and_not_before(tmp_path):
    elsewhere, root = tmp_path / "elsewhere", tmp_path / "programmes"
    shutil.copytree(PROGRAMMES, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    (root / "odense-ic").rename(elsewhere)
    (root / "odense-ic").symlink_to(elsewhere)
    first = load_programmes(root)
    (root / "copd" / ".#programme.yaml").symlink_to("somebody@somewhere")
    assert all(one is other for one, other in zip(first, load_programmes(root), strict=True))
    path = elsewhere / "programme.yaml"
    changed(path, "stale_after_days: 14", "stale_after_days: 15")
    assert (stale_after_days(root), stale_after_days()) == (15, 14)
    path.unlink()
    assert "odense-ic" not in {programme.name for programme in load_programmes(root)}
