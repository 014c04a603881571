from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    name = "samspil.lists"
    label = "lists"

    def ready(self) -> None:
        """Put what this room tells people into words, beside the notices of `access`; hear of pathways that end."""
        from samspil.access.words import NOTICES  # noqa: PLC0415
        from samspil.lists import receivers  # noqa: F401, PLC0415

        NOTICES["invited"] = _("%(name)s has invited you to a conversation about a joint effort.")
        NOTICES["nominated"] = _("%(name)s, %(organisation)s, suggests the citizen for a joint effort.")
