"""What the installation's programmes ask citizens to agree to."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from samspil.access.models import Citizen
from samspil.programmes.consent import AskedConsent, Consents, consents_of, programmes_that_ask, programmes_that_invite
from samspil.programmes.in_use import own_folder

#: What other rooms know of the programmes a citizen is in, or on the way into. Each room adds its own.
CONCERNS: list[Callable[[Citizen], Iterable[str]]] = []


def asking(citizen: Citizen, answered: Iterable[str] = ()) -> tuple[str, ...]:
    """The programmes whose questions concern a citizen.

    Those that invite by lists may ask anybody. The others ask nobody but those who have `answered` them before, or
    whom some room knows to be on the way into them.
    """
    concerned = {
        *programmes_that_invite(own_folder()),
        *answered,
        *(name for known in CONCERNS for name in known(citizen)),
    }
    return tuple(name for name in programmes_that_ask(own_folder()) if name in concerned)


def asked_by(programme: str) -> Consents:
    """Everything that a programme asks for. Raises SamspilError for a programme that asks for nothing."""
    return consents_of(programme, own_folder())


def question(programme: str, purpose: str) -> AskedConsent:
    """One question. Raises SamspilError when it is not asked."""
    return asked_by(programme).about(purpose)
