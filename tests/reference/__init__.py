"""A second implementation of the scoring semantics: plain Python, slow and obvious, one person at a time.

It shares no code with `samspil.population`, so that both can only agree by meaning the same.
"""

from tests.reference.scoring import ItemResult, PersonResult, score

__all__ = ["ItemResult", "PersonResult", "score"]
