"""Age groups: everybody is in one."""

from __future__ import annotations

import ibis
import pytest

from samspil.evaluation.age_groups import AgeGroups


@pytest.mark.parametrize("first_ages", [(18, 50, 65), (0, 18, 50, 65)])
def test_hold_everybody(first_ages: tuple[int, ...]) -> None:
    groups = AgeGroups.beginning_at(first_ages)
    assert groups.names == ("0-17", "18-49", "50-64", "65+")
    people = ibis.memtable({"age": [0, 17, 18, 49, 50, 64, 65, 101]})
    found = people.select("age", group=groups.of(people.age)).order_by("age").to_pyarrow()
    assert found["group"].to_pylist() == [0, 0, 1, 1, 2, 2, 3, 3]


def test_without_any_is_one_group() -> None:
    assert AgeGroups.beginning_at(()).names == ("0+",)
