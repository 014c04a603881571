from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "samspil.plans"
    label = "plans"

    def ready(self) -> None:
        """Put what this room tells people into words, beside those of `access`; say who is in a programme or named."""
        from samspil.access.asked import CONCERNS  # noqa: PLC0415
        from samspil.access.naming import NAMED  # noqa: PLC0415
        from samspil.access.words import NOTICES  # noqa: PLC0415
        from samspil.plans.actions.notes import named_in  # noqa: PLC0415
        from samspil.plans.queries.pathways import programmes_of  # noqa: PLC0415
        from samspil.plans.team import current_plan  # noqa: PLC0415
        from samspil.plans.words import TOLD  # noqa: PLC0415

        NOTICES.update(TOLD)
        CONCERNS.append(programmes_of)
        NAMED.append(lambda citizen: named_in(current_plan(citizen)))
