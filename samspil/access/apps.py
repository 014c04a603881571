from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "samspil.access"
    label = "access"

    def ready(self) -> None:
        from samspil.access import checks, second_factor  # noqa: F401, PLC0415  they register themselves
