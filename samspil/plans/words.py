"""What was done with a plan, and what people are told, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Changes of a plan, as revisions and the citizen's page tell them.
CHANGES: dict[str, Promise] = {
    "opened": _("the plan was begun"),
}

#: Notices of this room by their message, for `samspil.access.words.NOTICES`.
TOLD: dict[str, Promise] = {}
