"""What was done with a plan, and what people are told, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Changes of a plan, as revisions and the citizen's page tell them.
CHANGES: dict[str, Promise] = {
    "opened": _("the plan was begun"),
    "section_written": _("a text was written"),
    "involvement_chosen": _("chosen how much the citizen takes on"),
    "most_limiting_chosen": _("chosen what limits the citizen most"),
    "goal_added": _("a goal was added"),
    "goal_changed": _("a goal was changed"),
    "goals_confirmed": _("the citizen said yes to the goals"),
    "activity_agreed": _("an activity was agreed on"),
    "activity_changed": _("an activity was changed"),
    "activity_state": _("an activity came further"),
    "contact_added": _("a contact was added"),
    "contact_changed": _("another contact is the first to call"),
    "contact_removed": _("a contact was removed"),
    "link_added": _("another plan was linked"),
    "link_changed": _("said how another plan fits"),
    "link_removed": _("the link to another plan was removed"),
    "composed": _("suggestions of the template were chosen"),
    "material": _("the plan was revised in a joint decision"),
}

#: Notices of this room by their message, for `samspil.access.words.NOTICES`.
TOLD: dict[str, Promise] = {}
