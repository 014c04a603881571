"""What the installation's programmes ask citizens to agree to."""

from __future__ import annotations

import os
from pathlib import Path

from samspil.programmes.consent import AskedConsent, Consents, consents_of, programmes_that_ask


def _folder() -> Path | None:
    """The installation's own programmes, when it has any."""
    folder = os.environ.get("SAMSPIL_PROGRAMMES")
    return Path(folder) if folder else None


def asking() -> tuple[str, ...]:
    """The programmes that ask for consent."""
    return programmes_that_ask(_folder())


def asked_by(programme: str) -> Consents:
    """Everything that a programme asks for. Raises SamspilError for a programme that asks for nothing."""
    return consents_of(programme, _folder())


def question(programme: str, purpose: str) -> AskedConsent:
    """One question. Raises SamspilError when it is not asked."""
    return asked_by(programme).about(purpose)
