"""What names somebody, and how many look alike, against counting it out in plain Python."""

from collections import Counter, defaultdict

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samspil.population import anonymity
from samspil.programmes.disclosure import load_disclosure

RULES = load_disclosure()
MUNICIPALITIES, SEXES = ["461", "479", None], ["F", "M"]


def one(expression):
    (row,) = expression.to_pyarrow().to_pylist()
    return row


def people(rows):
    schema = ibis.schema(
        {"person_id": "int64", "sex": "string", "municipality": "string", "age": "int64", "state": "string"}
    )
    return ibis.memtable([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


persons = st.lists(
    st.tuples(
        st.integers(1, 12), st.sampled_from(SEXES), st.sampled_from(MUNICIPALITIES), st.integers(40, 42),
        st.sampled_from(["met", "overdue", None]),
    ),
    min_size=1, max_size=30,
)  # fmt: skip


@settings(deadline=None, max_examples=25)
@given(persons, st.integers(2, 5))
def test_those_who_look_alike_are_counted_as_by_hand(rows, k):
    members = defaultdict(set)
    for person, sex, municipality, age, _ in rows:
        members[sex, municipality, age].add(person)
    sizes = [len(found) for found in members.values()]
    found = one(anonymity.alike(people(rows), ["sex", "municipality", "age"], k, "person_id"))
    assert found == {
        "classes": len(sizes),
        "smallest": min(sizes),
        "few_classes": len([size for size in sizes if size < k]),
        "few_persons": sum(size for size in sizes if size < k),
    }


@settings(deadline=None, max_examples=15)
@given(persons)
def test_a_class_with_one_value_tells_it_of_everybody_in_it(rows):
    values = defaultdict(set)
    for _, sex, _, _, state in rows:
        values[sex].add(state)
    found = one(anonymity.diversity(people(rows), ["sex"], "state"))
    assert found["least"] == min(map(len, values.values()))


def test_columns_that_name_somebody_are_known_by_their_names():
    found = anonymity.named_columns(["person_id", "CPR", "family_name", "note", "state"], RULES)
    assert Counter(each.kind for each in found) == {"cpr": 1, "name": 1, "free_text": 1}


@pytest.mark.parametrize("value", ["0107501234", "010750-1234", "se 010750 1234 i journalen"])
def test_cpr_numbers_are_found_in_any_text_column(value):
    rows = ibis.memtable({"person_id": [1, 2], "code": ["DE11", value]})
    found = list(anonymity.suspects_in(one(anonymity.suspicious_values(rows, RULES))))
    assert [(each.column, each.kind) for each in found] == [("code", "cpr")]


def test_a_cpr_number_that_lost_its_first_zero_is_found_among_numbers():
    rows = ibis.memtable({"person_id": [107501234, 2], "number": [107501234, 7]})
    found = list(anonymity.suspects_in(one(anonymity.suspicious_values(rows, RULES))))
    assert [(each.column, each.kind) for each in found] == [("number", "cpr")]


@pytest.mark.parametrize("value", ["9907501234", "12345678", "NPU27300", "2022-12-31", "481234"])
def test_other_codes_are_no_cpr_numbers(value):
    rows = ibis.memtable({"code": [value]})
    assert not list(anonymity.suspects_in(one(anonymity.suspicious_values(rows, RULES))))


def test_tc3_16_free_text_that_may_name_a_practice_is_found_by_its_length():
    written = "Fru Jensen fra Lægehuset i Munkebo ville ikke til fodtjek, fordi hun ser dårligt og bor alene."
    rows = ibis.memtable({"answer": [written, "declined"]})
    found = list(anonymity.suspects_in(one(anonymity.suspicious_values(rows, RULES))))
    assert [(each.column, each.kind) for each in found] == [("answer", "free_text")]


def test_a21_anonymised_is_said_only_without_key_names_and_recognisable_persons():
    assert anonymity.label(has_key=True, identifiers=False, few_persons=0) == "pseudonymous"
    assert anonymity.label(has_key=False, identifiers=False, few_persons=1) == "pseudonymous"
    assert anonymity.label(has_key=False, identifiers=False, few_persons=0) == "anonymised"
    assert anonymity.label(has_key=False, identifiers=True, few_persons=0) == "identifiable"


def test_a21_days_and_exact_values_are_known_to_the_practice_that_delivered_them():
    rows = people([(1, "F", "461", 40, "met")]).mutate(last=ibis.date("2022-01-01"), value=ibis.literal(48.0))
    assert anonymity.recognisable(rows, RULES) == ["sex", "municipality", "age"]
    assert anonymity.recognisable_to_source(rows, RULES) == ["sex", "municipality", "age", "last", "value"]


def test_rows_without_key_are_in_an_order_that_tells_nothing_of_it():
    rows = [(3, "M", "461", 41, "met"), (1, "F", "479", 40, "met"), (2, "F", "461", 42, None)]
    found = anonymity.without_key(people(rows), RULES).to_pyarrow().to_pylist()
    assert found == anonymity.without_key(people(rows[::-1]), RULES).to_pyarrow().to_pylist()
    assert "person_id" not in found[0]
