"""The normal form of a code: how codes are kept in the lake and compared everywhere."""

from __future__ import annotations

import re

#: The Danish `D` stands before a whole ICD-10 code (`DF20.0`); the chapter D itself is followed by a digit.
DANISH_PREFIX = r"^D([A-Z][0-9])"


def normal_code(code: str) -> str:
    """A code in upper case, without blanks, dots or the Danish `D` prefix: `dF20.0` is `F200`."""
    plain = re.sub(r"[\s.]", "", code).upper()
    return re.sub(DANISH_PREFIX, r"\1", plain)
