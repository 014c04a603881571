"""Fixtures of the warehouse's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.warehouse.house import House


@pytest.fixture
def house(tmp_path: Path) -> House:
    """An empty warehouse."""
    return House(tmp_path)


@pytest.fixture(scope="module")
def new_house(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], House]:
    """Makes warehouses that the tests of a module share; they only look into them."""
    return lambda: House(tmp_path_factory.mktemp("house"))
