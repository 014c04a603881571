"""What an action answers when it cannot do what it was asked."""

from __future__ import annotations


class Invalid(Exception):
    """The input cannot be used. `field` is the field to mend, empty when it is no single one.

    The message says how to mend it, in the user's language.
    """

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        self.message = message
        super().__init__(message)


class Conflict(Exception):
    """Somebody else was first. The message says who did what; nothing was changed."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)
