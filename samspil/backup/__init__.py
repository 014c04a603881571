"""Backups: where they lie, what of a home belongs to one, and how it comes back. The database is not known here."""
