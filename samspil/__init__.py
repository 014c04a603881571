"""Samspil: open software for cross-sector integrated care."""
