"""Doing what a valid form asks for, where what comes in the way is said in the form."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from samspil.access.errors import Conflict, Invalid
from samspil.access.forms.fields import say


def attempt(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do something that a form asks for; what is to be mended is said in the form. A conflict is said above it."""
    try:
        act()
    except Invalid as error:
        say(form, error)
    except Conflict as conflict:
        form.add_error(None, conflict.message)
    else:
        return True
    return False
