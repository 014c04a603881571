"""Codes of ICD-10, ICPC-2 and ATC, compared without case, dot or the Danish `D` prefix."""

from __future__ import annotations

import re
from dataclasses import dataclass

import ibis.expr.types as ir

from samspil.codes import normal_code


@dataclass(frozen=True)
class Code:
    """One code, or the beginning of one, in normal form."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Code:
        """Read a code as printed. Raises ValueError for what cannot be a code."""
        code = normal_code(text)
        if not re.fullmatch(r"[A-Z][0-9A-Z]*", code):
            raise ValueError(f"`{text}` is not a code")
        return cls(code)


@dataclass(frozen=True)
class CodeRange:
    """ICD-10 codes from `first` to `last`, both included with their subdivisions: `F20.0-F29.9`.

    A code given without its fourth character belongs to the range if its category does.
    """

    first: str
    last: str

    @classmethod
    def parse(cls, text: str) -> CodeRange:
        """Read `F20.0-F29.9`. Raises ValueError for anything else."""
        ends = [normal_code(end) for end in text.split("-")]
        if len(ends) != 2 or not all(re.fullmatch(r"[A-Z]\d\d\d?", end) for end in ends) or ends[0] > ends[1]:
            raise ValueError(f"`{text}` is not a range of codes such as `F20.0-F29.9`")
        return cls(ends[0], ends[1])

    def contains(self, code: ir.StringValue) -> ir.BooleanValue:
        """Whether a code in normal form lies in the range."""
        # Compared as whole texts, so that files can be skipped by their statistics: `F2001` follows `F200`, and no
        # code follows `F299ZZZZ` that begins with `F299`.
        from_first = code >= self.first
        if len(self.first) > 3:
            from_first |= code == self.first[:3]
        return from_first & (code <= f"{self.last}ZZZZ")
