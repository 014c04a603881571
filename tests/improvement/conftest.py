"""Every test of this room begins in Danish, whatever the test before it left."""

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_danish():
    with translation.override("da"):
        yield
