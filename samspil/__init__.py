"""Samspil: open software for cross-sector integrated care.

In a notebook every verb is a function: `from samspil.verbs import stratify`.
"""

__version__ = "0.1.0"
