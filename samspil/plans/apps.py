from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "samspil.plans"
    label = "plans"

    def ready(self) -> None:
        """Put what this room tells people into words, beside the notices of `access`."""
        from samspil.access.words import NOTICES  # noqa: PLC0415
        from samspil.plans.words import TOLD  # noqa: PLC0415

        NOTICES.update(TOLD)
